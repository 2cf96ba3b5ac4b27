"""Models that programs can ask over HTTP: a stable name, versions of the model behind it, keys, and use."""

import builtins
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, desc, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workspace.database import affected, system_session
from workspace.errors import Conflict, NotFound
from workspace.ids import new_id
from workspace.repositories import Repository, missing
from workspace.tables import ApiKeyRow, DeploymentRow, DeploymentVersionRow, UsageRow, now

KEY_PREFIX = "mtw_"
"""Keys begin with it, so that they are told from login tokens, and found by scanners of leaked secrets."""
_ID_DIGITS = 32
MAX_TEXTS = 1_000
MAX_CHARS = 20_000
"""Texts of one request, and characters of one text."""


class Version(BaseModel):
    """One model behind the name. ``reference``: what the texts it was tested on are like, to compare with."""

    model_config = ConfigDict(frozen=True)

    version: int
    model_id: str
    created_at: datetime
    reference: dict[str, float] = Field(default_factory=dict)


class ApiKey(BaseModel):
    """What is known of a key that counts; the key itself was shown once and is kept nowhere."""

    model_config = ConfigDict(frozen=True)

    id: str
    created_at: datetime

    @property
    def hint(self) -> str:
        """Its beginning, by which its holder knows it."""
        return f"{KEY_PREFIX}{self.id.removeprefix('key_')[:12]}…"


_HINT = 8


class Deployment(BaseModel):
    """A name, the versions behind it (oldest first), which of them answers, and the keys that count."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    name: str
    live: int
    versions: list[Version]
    keys: list[ApiKey]
    created_at: datetime

    @property
    def current(self) -> Version:
        """The version that answers."""
        return self.version(self.live)

    def version(self, number: int) -> Version:
        """Raises NotFound."""
        found = next((v for v in self.versions if v.version == number), None)
        if found is None:
            raise NotFound(
                "VERSION_NOT_FOUND",
                f"“{self.name}” has no version {number}.",
                f"There are the versions {', '.join(str(v.version) for v in self.versions)}.",
            )
        return found

    def version_of(self, model_id: str) -> Version | None:
        """The newest version with this model."""
        return next((v for v in reversed(self.versions) if v.model_id == model_id), None)


class DayOfUse(BaseModel):
    """Sums of one version on one day (UTC). ``scored``: texts whose answer came with a score."""

    day: str
    version: int
    requests: int
    texts: int
    chars: int
    scored: int
    score_sum: float


class Deployments(Repository):
    """The owner's models that are online."""

    def add(self, name: str, model_id: str, reference: dict[str, float] | None = None) -> Deployment:
        """Puts a model online under a name: a new one, or the next version of it, which answers from now on.

        Raises:
            Conflict: ``DEPLOYMENT_BUSY`` where somebody else did the same at this very moment.
        """
        try:
            with self._session() as session:
                row = self._row(session, DeploymentRow.name == name)
                if row is None:
                    row = DeploymentRow(id=new_id("dep"), owner_id=self.owner_id, name=name)
                newest = session.exec(
                    select(DeploymentVersionRow.version)
                    .where(DeploymentVersionRow.deployment_id == row.id)
                    .order_by(desc(col(DeploymentVersionRow.version)))
                ).first()
                row.live = (newest or 0) + 1
                session.add(row)
                session.add(
                    DeploymentVersionRow(
                        deployment_id=row.id,
                        version=row.live,
                        owner_id=self.owner_id,
                        model_id=model_id,
                        reference=dict(reference or {}),
                    )
                )
        except IntegrityError as exc:
            raise Conflict(
                "DEPLOYMENT_BUSY", f"“{name}” is being changed at this moment.", "Look at it, then try again."
            ) from exc
        return self.named(name)

    def named(self, name: str) -> Deployment:
        """Raises NotFound."""
        with self._session() as session:
            row = self._row(session, DeploymentRow.name == name)
            if row is None:
                raise missing("deployment")
            return self._of(session, row)

    def get(self, deployment_id: str) -> Deployment:
        """Raises NotFound."""
        with self._session() as session:
            row = self._row(session, DeploymentRow.id == deployment_id)
            if row is None:
                raise missing("deployment")
            return self._of(session, row)

    def list(self) -> builtins.list[Deployment]:
        """Newest first."""
        with self._session() as session:
            rows = session.exec(select(DeploymentRow).order_by(desc(col(DeploymentRow.id)))).all()
            return [self._of(session, row) for row in rows]

    def promote(self, deployment_id: str, version: int) -> Deployment:
        """Lets this version answer. Raises NotFound."""
        self.get(deployment_id).version(version)
        with self._session() as session:
            session.execute(update(DeploymentRow).where(col(DeploymentRow.id) == deployment_id).values(live=version))
        return self.get(deployment_id)

    def new_key(self, deployment_id: str) -> str:
        """Makes a key and returns it. This is the only time that anybody can see it. Raises NotFound."""
        self.get(deployment_id)
        key_id = new_id("key")
        key = f"{KEY_PREFIX}{key_id.removeprefix('key_')}_{secrets.token_urlsafe(32)}"
        with self._session() as session:
            session.add(
                ApiKeyRow(id=key_id, owner_id=self.owner_id, deployment_id=deployment_id, key_hash=_digest(key))
            )
        return key

    def revoke_keys(self, deployment_id: str, key_id: str | None = None) -> int:
        """Makes one key, or all of a deployment, worthless from now on; returns how many counted until now."""
        query = update(ApiKeyRow).where(
            col(ApiKeyRow.deployment_id) == deployment_id, col(ApiKeyRow.revoked_at).is_(None)
        )
        if key_id is not None:
            query = query.where(col(ApiKeyRow.id) == key_id)
        with self._session() as session:
            return affected(session, query.values(revoked_at=now()))

    def count(
        self, deployment_id: str, version: int, *, requests: int, texts: int, chars: int, scores: builtins.list[float]
    ) -> None:
        """Adds to the sums of today."""
        day = now().date().isoformat()
        sums: dict[str, Any] = {
            "requests": requests,
            "texts": texts,
            "chars": chars,
            "scored": len(scores),
            "score_sum": sum(scores),
        }
        here: dict[str, Any] = {"deployment_id": deployment_id, "version": version, "day": day}
        if not self._added(here, sums):
            try:
                with self._session() as session:
                    session.add(UsageRow(owner_id=self.owner_id, **here, **sums))
            except IntegrityError:  # another process had the first request of the day at the same time
                self._added(here, sums)

    def usage(self, deployment_id: str, since: str = "") -> builtins.list[DayOfUse]:
        """Newest day first; ``since``: the first day, ISO 8601."""
        query = (
            select(UsageRow)
            .where(UsageRow.deployment_id == deployment_id, UsageRow.day >= since)
            .order_by(desc(col(UsageRow.day)), desc(col(UsageRow.version)))
        )
        with self._session() as session:
            return [DayOfUse.model_validate(row.model_dump()) for row in session.exec(query)]

    def _added(self, here: dict[str, Any], sums: dict[str, Any]) -> bool:
        where = [getattr(UsageRow, name) == value for name, value in here.items()]
        values = {name: getattr(UsageRow, name) + value for name, value in sums.items()}
        with self._session() as session:
            return bool(affected(session, update(UsageRow).where(*where).values(**values)))

    @staticmethod
    def _row(session: Session, where: Any) -> DeploymentRow | None:
        return session.exec(select(DeploymentRow).where(where)).first()

    @staticmethod
    def _of(session: Session, row: DeploymentRow) -> Deployment:
        versions = session.exec(
            select(DeploymentVersionRow)
            .where(DeploymentVersionRow.deployment_id == row.id)
            .order_by(col(DeploymentVersionRow.version))
        )
        keys = session.exec(
            select(ApiKeyRow)
            .where(ApiKeyRow.deployment_id == row.id, col(ApiKeyRow.revoked_at).is_(None))
            .order_by(col(ApiKeyRow.id))
        )
        return Deployment(
            **row.model_dump(),
            versions=[Version.model_validate(version.model_dump()) for version in versions],
            keys=[ApiKey(id=key.id, created_at=key.created_at) for key in keys],
        )


def deployment_of_key(engine: Engine, key: str) -> Deployment | None:
    """What a key opens; None for one that is unknown or was revoked. The secret is compared in constant time.

    The key is 256 random bits, so a plain hash of it cannot be reversed by trying: nothing slower is needed.
    """
    key_id, _, _ = key.removeprefix(KEY_PREFIX).partition("_")
    if not key.startswith(KEY_PREFIX) or len(key_id) != _ID_DIGITS:
        return None
    with system_session(engine) as session:
        row = session.get(ApiKeyRow, f"key_{key_id}")
        right = hmac.compare_digest(row.key_hash if row else _digest(""), _digest(key))
        if row is None or not right or row.revoked_at is not None:
            return None
        owner_id, deployment_id = row.owner_id, row.deployment_id
    return Deployments(engine, owner_id).get(deployment_id)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
