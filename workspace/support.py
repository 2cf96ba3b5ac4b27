"""Cases: a person asks the people who help, with the conversation attached, and sees how it stands."""

import builtins
import json
import logging
from datetime import datetime
from typing import Literal
from urllib.error import URLError
from urllib.request import Request, urlopen

from pydantic import BaseModel
from sqlalchemy import desc, update
from sqlmodel import col, select

from workspace.database import affected
from workspace.ids import new_id
from workspace.repositories import Repository, missing
from workspace.settings import Settings
from workspace.tables import SupportAccessRow, SupportCaseRow, now

_log = logging.getLogger(__name__)

CaseState = Literal["open", "answered", "closed"]
NOTICE_SECONDS = 5


class SupportCase(BaseModel):
    """Something a person needs help with. By asking they allow that staff read the conversation."""

    id: str
    conversation_id: str
    message: str
    state: CaseState
    created_at: datetime
    updated_at: datetime


class Access(BaseModel):
    """That somebody who helps looked into a conversation, and why. Its person can see that."""

    by: str
    reason: str
    unmasked: bool
    at: datetime


class SupportCases(Repository):
    """The cases of one owner."""

    def open(self, conversation_id: str, message: str) -> SupportCase:
        """A new case; a second one on the same conversation adds to the one that is open."""
        for case in self.list(conversation_id):
            if case.state != "closed":
                return self._update(case.id, message=f"{case.message}\n\n{message}"[:10_000], state="open")
        row = SupportCaseRow(
            id=new_id("case"), owner_id=self.owner_id, conversation_id=conversation_id, message=message[:10_000]
        )
        with self._session() as session:
            session.add(row)
        return _case_of(row)

    def list(self, conversation_id: str | None = None) -> builtins.list[SupportCase]:
        """Newest first."""
        query = select(SupportCaseRow).order_by(desc(col(SupportCaseRow.id)))
        if conversation_id is not None:
            query = query.where(SupportCaseRow.conversation_id == conversation_id)
        with self._session() as session:
            return [_case_of(row) for row in session.exec(query)]

    def accesses(self, conversation_id: str) -> builtins.list[Access]:
        """Who looked into the conversation, oldest first."""
        query = select(SupportAccessRow).where(SupportAccessRow.conversation_id == conversation_id)
        with self._session() as session:
            rows = session.exec(query.order_by(col(SupportAccessRow.created_at)))
            return [Access(by=row.by, reason=row.reason, unmasked=row.unmasked, at=row.created_at) for row in rows]

    def set_state(self, case_id: str, state: CaseState) -> SupportCase:
        """Raises NotFound."""
        return self._update(case_id, state=state)

    def _update(self, case_id: str, **values: str) -> SupportCase:
        with self._session() as session:
            changed = update(SupportCaseRow).where(col(SupportCaseRow.id) == case_id)
            if not affected(session, changed.values(updated_at=now(), **values)):
                raise missing("case")
            return _case_of(session.exec(select(SupportCaseRow).where(SupportCaseRow.id == case_id)).one())


def _case_of(row: SupportCaseRow) -> SupportCase:
    return SupportCase.model_validate(row.model_dump(exclude={"owner_id"}))


def notify(settings: Settings, case: SupportCase) -> bool:
    """Tells the address in ``MTW_SUPPORT_WEBHOOK`` that a case waits, without what the person wrote.

    False where there is no such address or it does not answer; the case waits on the support page in any case.
    """
    address = settings.support_webhook
    if not address.startswith(("http://", "https://")):
        return False
    page = f"{settings.public_url.rstrip('/')}/support/{case.conversation_id}"
    body = {"text": f"Somebody asks for help: {page}", "case": case.id, "conversation": case.conversation_id}
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 - its scheme was looked at
    try:
        with urlopen(request, timeout=NOTICE_SECONDS):  # noqa: S310
            return True
    except (URLError, TimeoutError, ValueError) as exc:
        _log.warning("the support webhook does not answer: %s", exc)
        return False
