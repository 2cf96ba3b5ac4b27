"""Labelling by people: a session about one version of data, its categories, its answers, and what follows from them."""

import builtins
import hashlib
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Engine, delete, func, update
from sqlmodel import col, select

from workspace.database import affected, lock, owner_session, system_session
from workspace.dataset import CurvePoint, TaskKind
from workspace.errors import NotFound
from workspace.repositories import Repository, missing
from workspace.tables import LabelAnswerRow, LabelGuestRow, LabelSessionRow, UserRow, now

AnswerState = Literal["labelled", "skipped", "unsure", "decided"]
"""What a person said; ``decided`` is what counts where people differ, kept beside their answers."""
Reason = Literal["start", "useful", "chance", "again"]
"""Why a text is asked: typical of many, the most useful one, picked by chance for a fair estimate, or for agreement."""

DECISION = "\x1f"
"""Stands for the person in a decision. Nobody can be called so: names are free of control characters."""

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 12


class LabelClass(BaseModel):
    """A category. ``key`` stays when the name changes; ``colour`` counts from 0."""

    key: str
    name: str
    colour: int


class LabelSpan(BaseModel):
    """A marked place: character offsets in the text, end exclusive; ``label`` is a category's key."""

    start: int
    end: int
    label: str


class LabelAnswer(BaseModel):
    """What one person said about one row of the table (counted from 0)."""

    row: int
    person: str = ""
    state: AnswerState = "labelled"
    labels: list[str] = Field(default_factory=list, description="keys; several only for multilabel")
    spans: list[LabelSpan] = Field(default_factory=list)
    suggested: list[str] = Field(default_factory=list, description="what was suggested when it was answered")
    by: str = Field(default="", description="why this text was asked")
    seq: int = 0


class NextText(BaseModel):
    """A row to ask about, and what a quick model would answer."""

    row: int
    by: Reason = "useful"
    scores: dict[str, float] = Field(default_factory=dict, description="by key, between 0 and 1; empty: no suggestion")
    spans: list[LabelSpan] = Field(default_factory=list)


class LabelEstimate(BaseModel):
    """How good a quick model is that learns from the answers so far, on answers it has not learnt from."""

    rows: int = Field(description="answers it was asked about; those picked by chance")
    score: float
    low: float
    high: float
    metric: str = "accuracy"
    good_enough: bool = False
    gain: float | None = Field(default=None, description="score now minus score with two thirds of the answers")
    curve: list[CurvePoint] = Field(default_factory=list)


class LabelPool(BaseModel):
    """The texts that are asked about: a sample of the rows without a label, beside the table."""

    key: str = Field(description="where they are kept, as Parquet: row, text, known")
    rows: int = Field(description="rows to ask about")
    known: int = Field(default=0, description="rows that have a label in the file, kept to learn from")
    open_rows: int = Field(default=0, description="rows of the table without a label, in the pool or not")


class LabelSession(BaseModel):
    """One labelling of one version of data."""

    id: str
    owner_id: str
    dataset_id: str
    conversation_id: str | None = None
    text: list[str]
    target: str = Field(description="the column that gets the answers")
    task: TaskKind
    classes: list[LabelClass] = Field(default_factory=list)
    pool: LabelPool
    queue: list[NextText] = Field(default_factory=list)
    hints: dict[str, list[str] | list[LabelSpan]] = Field(
        default_factory=dict, description="by row: what a hosted chat model suggested, to be checked by people"
    )
    queue_answers: int = -1
    estimate: LabelEstimate | None = None
    result_id: str | None = None
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))

    def named(self, key: str) -> LabelClass | None:
        return next((c for c in self.classes if c.key == key), None)


class Labelling(Repository):
    """Sessions and answers of one owner. Every answer is stored at once."""

    def add(self, session: LabelSession) -> None:
        body = session.model_dump(mode="json", exclude={"created_at"})
        with self._session() as db:
            db.add(LabelSessionRow(**body, created_at=session.created_at))

    def get(self, session_id: str) -> LabelSession:
        """Raises NotFound."""
        with self._session() as db:
            row = db.exec(select(LabelSessionRow).where(LabelSessionRow.id == session_id)).first()
        if row is None:
            raise missing("labelling")
        return _session_of(row)

    def list(self, dataset_id: str | None = None, conversation_id: str | None = None) -> builtins.list[LabelSession]:
        """Newest first."""
        query = select(LabelSessionRow).order_by(col(LabelSessionRow.id).desc())
        if dataset_id is not None:
            query = query.where(LabelSessionRow.dataset_id == dataset_id)
        if conversation_id is not None:
            query = query.where(LabelSessionRow.conversation_id == conversation_id)
        with self._session() as db:
            return [_session_of(row) for row in db.exec(query)]

    def set_queue(
        self, session_id: str, queue: Sequence[NextText], answers: int, estimate: LabelEstimate | None
    ) -> None:
        """What comes next, as computed when ``answers`` answers were known; an older computation is dropped."""
        with self._session() as db:
            db.execute(
                update(LabelSessionRow)
                .where(col(LabelSessionRow.id) == session_id, col(LabelSessionRow.queue_answers) <= answers)
                .values(
                    queue=[item.model_dump(mode="json") for item in queue],
                    queue_answers=answers,
                    estimate=estimate.model_dump(mode="json") if estimate else None,
                )
            )

    def set_hints(self, session_id: str, hints: Mapping[int, Sequence[str] | Sequence[LabelSpan]]) -> None:
        """What a hosted chat model suggested, keys or marked places, beside what it suggested before."""
        with self._session() as db:
            lock(db, f"labelling {session_id}")
            row = db.get(LabelSessionRow, session_id)
            if row is None:
                raise missing("labelling")
            row.hints = row.hints | {
                str(number): [one if isinstance(one, str) else one.model_dump() for one in said]
                for number, said in hints.items()
            }

    def set_result(self, session_id: str, dataset_id: str) -> None:
        self._set(session_id, result_id=dataset_id)

    def set_classes(
        self, session_id: str, classes: Sequence[LabelClass], moved: dict[str, str | None] | None = None
    ) -> None:
        """Keeps the categories; answers with a key of ``moved`` get the other key, or lose it where that is None.

        An answer that loses its last label is taken back: its text will be asked again. What was computed for the old
        categories goes.
        """
        with self._session() as db:
            lock(db, f"labelling {session_id}")
            values: dict[str, Any] = {"classes": [c.model_dump(mode="json") for c in classes]}
            if moved:
                values |= {"queue": [], "queue_answers": -1, "estimate": None}
                for row in db.exec(select(LabelAnswerRow).where(LabelAnswerRow.session_id == session_id)):
                    # An answer without any label may be right: nothing to mark, or no category that fits.
                    if (row.labels or row.spans) and not _move(row, moved):
                        db.delete(row)
            db.execute(update(LabelSessionRow).where(col(LabelSessionRow.id) == session_id).values(**values))

    def answer(self, session_id: str, answer: LabelAnswer) -> LabelAnswer:
        """Stores it; an earlier answer of the same person to the same row is replaced and keeps its place."""
        with self._session() as db:
            lock(db, f"labelling {session_id}")
            row = db.get(LabelAnswerRow, (session_id, answer.row, answer.person))
            last = db.scalar(
                select(func.max(col(LabelAnswerRow.seq))).where(col(LabelAnswerRow.session_id) == session_id)
            )
            body = answer.model_dump(mode="json")
            if row is None:
                body["seq"] = (last or 0) + 1
                row = LabelAnswerRow(session_id=session_id, owner_id=self.owner_id, **body)
                db.add(row)
            else:
                for name in ("state", "labels", "spans"):
                    setattr(row, name, body[name])
                row.at = now()
            db.flush()
            return _answer_of(row)

    def take_back(self, session_id: str, row: int) -> None:
        """Removes the decision about a row: people differ on it again."""
        with self._session() as db:
            decision = db.get(LabelAnswerRow, (session_id, row, DECISION))
            if decision is not None:
                db.delete(decision)

    def answers(self, session_id: str) -> builtins.list[LabelAnswer]:
        """In the order in which the texts were first answered."""
        query = select(LabelAnswerRow).where(LabelAnswerRow.session_id == session_id).order_by(col(LabelAnswerRow.seq))
        with self._session() as db:
            return [_answer_of(row) for row in db.exec(query)]

    def invite(self, session_id: str) -> str:
        """A code that lets somebody else label along. An older one is worth nothing from now on."""
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        self._set(session_id, code_hash=_hash(code))
        return "-".join(code[i : i + 4] for i in range(0, _CODE_LENGTH, 4))

    def host_of(self, session_id: str) -> tuple[str, str] | None:
        """Whose session it is that this owner was let into, and under which name; None where they were not."""
        with self._session() as db:
            row = db.get(LabelGuestRow, (self.owner_id, session_id))
        return (row.host_id, row.name) if row else None

    def joined(self) -> builtins.list[str]:
        """Sessions of others that this owner was let into, newest first."""
        query = select(LabelGuestRow.session_id).order_by(col(LabelGuestRow.created_at).desc())
        with self._session() as db:
            return builtins.list(db.exec(query))

    def delete_of(self, dataset_ids: Iterable[str]) -> int:
        """Removes all sessions about these versions with their answers and guests; returns how many there were."""
        wanted = builtins.list(dataset_ids)
        with self._session() as db:
            ids = db.exec(select(LabelSessionRow.id).where(col(LabelSessionRow.dataset_id).in_(wanted))).all()
            db.execute(delete(LabelAnswerRow).where(col(LabelAnswerRow.session_id).in_(ids)))
            db.execute(delete(LabelSessionRow).where(col(LabelSessionRow.id).in_(ids)))
        with system_session(self.engine) as db:
            db.execute(
                delete(LabelGuestRow).where(
                    col(LabelGuestRow.session_id).in_(ids), col(LabelGuestRow.host_id) == self.owner_id
                )
            )
        return len(ids)

    def _set(self, session_id: str, **values: object) -> None:
        with self._session() as db:
            change = update(LabelSessionRow).where(col(LabelSessionRow.id) == session_id).values(**values)
            if not affected(db, change):
                raise missing("labelling")


def join(engine: Engine, guest_id: str, name: str, code: str) -> tuple[str, str]:
    """Lets somebody into the session that the code stands for; returns its owner and its id.

    ``name`` is how their answers are marked; empty takes their own.

    The one place where a user's labelling opens for another: only by the code that its owner has given away.

    Raises:
        NotFound: no session has this code.
    """
    with system_session(engine) as db:
        row = db.exec(select(LabelSessionRow).where(LabelSessionRow.code_hash == _hash(code))).first()
        user = db.get(UserRow, guest_id)
    if row is None:
        raise NotFound("CODE_UNKNOWN", "No labelling has this code.", "Ask for a new code; an older one ends with it.")
    name = name or (user.display_name if user else "") or "Guest"
    if row.owner_id != guest_id:
        with owner_session(engine, guest_id) as db:
            db.merge(LabelGuestRow(owner_id=guest_id, session_id=row.id, host_id=row.owner_id, name=name))
    return row.owner_id, row.id


def _hash(code: str) -> str:
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


def _session_of(row: LabelSessionRow) -> LabelSession:
    return LabelSession.model_validate(row.model_dump(exclude={"code_hash"}))


def _answer_of(row: LabelAnswerRow) -> LabelAnswer:
    return LabelAnswer.model_validate(row.model_dump(include=set(LabelAnswer.model_fields)))


def _move(row: LabelAnswerRow, moved: dict[str, str | None]) -> bool:
    """Gives the answer its new keys; whether any are left."""
    labels = [moved.get(key, key) for key in row.labels]
    row.labels = builtins.list(dict.fromkeys(key for key in labels if key))
    spans = [span | {"label": moved.get(span["label"], span["label"])} for span in row.spans]
    row.spans = [span for span in spans if span["label"]]
    return bool(row.labels or row.spans)


def order_without_model(session_id: str, rows: Sequence[int]) -> builtins.list[int]:
    """A fair order of all rows, always the same one for a session: what is asked while no model has ranked them."""
    mixed = builtins.list(rows)
    random.Random(session_id).shuffle(mixed)  # noqa: S311 - an order, not a secret
    return mixed
