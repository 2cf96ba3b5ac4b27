"""The database tables. Every row that belongs to somebody carries ``owner_id``; ``database.py`` enforces it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, UniqueConstraint, false
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Time with zone on PostgreSQL, UTC without zone on SQLite; always aware in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def _time(*, default: bool = True) -> Any:
    return Field(default_factory=now, sa_type=UtcDateTime) if default else Field(default=None, sa_type=UtcDateTime)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class Owned(SQLModel):
    """Mixed into every table whose rows belong to a user."""

    owner_id: str = Field(index=True)


class UserRow(SQLModel, table=True):
    __tablename__ = "users"

    id: str = Field(primary_key=True)
    identifier: str = Field(unique=True)
    display_name: str = ""
    role: str = "user"
    provider: str = "local"
    password_hash: str | None = None
    created_at: datetime = _time()


class RevokedTokenRow(SQLModel, table=True):
    """Login tokens that were logged out; kept until they would have expired."""

    __tablename__ = "revoked_tokens"

    token_hash: str = Field(primary_key=True)
    until: datetime = _time()


class DatasetRow(Owned, table=True):
    __tablename__ = "datasets"

    id: str = Field(primary_key=True)
    name: str
    version: int = 1
    parent_id: str | None = None
    family_id: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    step: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    undone: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    check: dict[str, Any] | None = Field(default=None, sa_column=Column("model_check", JSON))
    conversation_id: str | None = Field(default=None, index=True)
    source_name: str
    source_key: str
    table_key: str
    rows: int
    profile: dict[str, Any] = _json()
    created_at: datetime = _time()


class DeletionRow(Owned, table=True):
    """That something was deleted, when and by whom; nothing of what it held."""

    __tablename__ = "deletions"

    id: str = Field(primary_key=True)
    kind: str
    subject_id: str
    facts: dict[str, Any] = _json()
    created_at: datetime = _time()


class ShareRow(Owned, table=True):
    """That ``owner_id`` gave a copy of a data set to another user."""

    __tablename__ = "shares"

    id: str = Field(primary_key=True)
    dataset_id: str
    receiver_id: str = Field(index=True)
    copy_id: str
    created_at: datetime = _time()


class PlanRow(Owned, table=True):
    __tablename__ = "plans"

    id: str = Field(primary_key=True)
    conversation_id: str | None = Field(default=None, index=True)
    parent_id: str | None = None
    hash: str
    body: dict[str, Any] = _json()
    created_at: datetime = _time()


class RunRow(Owned, table=True):
    __tablename__ = "runs"

    id: str = Field(primary_key=True)
    kind: str = Field(default="training", index=True, sa_column_kwargs={"server_default": "training"})
    plan_id: str = Field(unique=True)
    plan: dict[str, Any] = _json()
    conversation_id: str | None = Field(default=None, index=True)
    status: str = Field(default="queued", index=True)
    attempt: int = 0
    lease_holder: str | None = None
    lease_until: datetime | None = _time(default=False)
    cancel_requested: bool = False
    reported: bool = Field(default=False, description="the end was told in the conversation")
    last_seq: int = 0
    failure: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    outcome: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    created_at: datetime = _time()
    started_at: datetime | None = _time(default=False)
    ended_at: datetime | None = _time(default=False)


class RunEventRow(Owned, table=True):
    __tablename__ = "run_events"

    run_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = _time()
    body: dict[str, Any] = _json()


class ModelRow(Owned, table=True):
    __tablename__ = "models"

    id: str = Field(primary_key=True)
    run_id: str = Field(index=True)
    dataset_id: str
    name: str
    body: dict[str, Any] = _json()
    created_at: datetime = _time()


class ConversationRow(Owned, table=True):
    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_recent", "owner_id", "updated_at"),)

    id: str = Field(primary_key=True)
    title: str = ""
    surface: str = "web"
    last_seq: int = 0
    created_at: datetime = _time()
    updated_at: datetime = _time()


class ConversationEventRow(Owned, table=True):
    __tablename__ = "conversation_events"
    __table_args__ = (Index("ix_conversation_events_kind", "kind", "at"),)

    conversation_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    at: datetime = _time()
    body: dict[str, Any] = _json()


class WordsSaidRow(Owned, table=True):
    """The words of an event, for search alone (:mod:`workspace.said`). They go and change with their event."""

    __tablename__ = "words_said"

    conversation_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    words: str


class FeedbackRow(Owned, table=True):
    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("owner_id", "conversation_id", "seq"),)

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    seq: int
    value: int
    comment: str = ""
    created_at: datetime = _time()


class SuccessCriteriaRow(Owned, table=True):
    """What the person of a conversation wants of the model (:class:`workspace.success.SuccessCriteria`)."""

    __tablename__ = "success_criteria"

    conversation_id: str = Field(primary_key=True)
    body: dict[str, Any] = _json()
    updated_at: datetime = _time()


class SupportAccessRow(Owned, table=True):
    """That somebody who helps looked into a conversation of ``owner_id``, and why. Outlives the conversation."""

    __tablename__ = "support_accesses"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    by: str
    reason: str
    unmasked: bool = False
    created_at: datetime = _time()


class SupportCaseRow(Owned, table=True):
    """Somebody asks for help with a conversation."""

    __tablename__ = "support_cases"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    message: str
    state: str = "open"
    created_at: datetime = _time()
    updated_at: datetime = _time()


class SupportNoteRow(Owned, table=True):
    """What staff wrote down about a conversation, for staff alone."""

    __tablename__ = "support_notes"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    by: str
    text: str
    created_at: datetime = _time()


class LabelSessionRow(Owned, table=True):
    """One labelling of one version of data: what is asked, among which categories, and which texts come next."""

    __tablename__ = "label_sessions"

    id: str = Field(primary_key=True)
    dataset_id: str = Field(index=True)
    conversation_id: str | None = None
    text: list[str] = _json()
    target: str
    task: str
    classes: list[dict[str, Any]] = _json()
    pool: dict[str, Any] = _json()
    queue: list[dict[str, Any]] = _json()
    hints: dict[str, Any] = _json()
    queue_answers: int = Field(default=-1, description="answers that were known when the queue was made; -1: none yet")
    estimate: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    result_id: str | None = Field(default=None, description="the version that was last made of the answers")
    code_hash: str | None = Field(default=None, index=True)
    created_at: datetime = _time()


class LabelAnswerRow(Owned, table=True):
    """What one person said about one text. The text itself stays in the data."""

    __tablename__ = "label_answers"

    session_id: str = Field(primary_key=True)
    row: int = Field(primary_key=True)
    person: str = Field(primary_key=True)
    seq: int
    state: str
    labels: list[str] = _json()
    spans: list[dict[str, Any]] = _json()
    suggested: list[str] = _json()
    by: str = ""
    at: datetime = _time()


class LabelGuestRow(Owned, table=True):
    """Somebody who was let into another person's labelling by its code; ``owner_id`` is the guest."""

    __tablename__ = "label_guests"

    owner_id: str = Field(primary_key=True, index=True)
    session_id: str = Field(primary_key=True)
    host_id: str
    name: str
    created_at: datetime = _time()


class DeploymentRow(Owned, table=True):
    """A stable name under which programs ask a model; ``live`` is the version that answers."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: str = Field(primary_key=True)
    name: str
    live: int = 1
    created_at: datetime = _time()


class DeploymentVersionRow(Owned, table=True):
    __tablename__ = "deployment_versions"

    deployment_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    model_id: str
    reference: dict[str, Any] = _json()
    created_at: datetime = _time()


class ApiKeyRow(Owned, table=True):
    """A key to one deployment. Only its hash is kept: nobody can read the key from here."""

    __tablename__ = "api_keys"

    id: str = Field(primary_key=True)
    deployment_id: str = Field(index=True)
    key_hash: str
    created_at: datetime = _time()
    revoked_at: datetime | None = _time(default=False)


class UsageRow(Owned, table=True):
    """What was asked of one version on one day (UTC), as sums. No text is kept."""

    __tablename__ = "deployment_usage"

    deployment_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    day: str = Field(primary_key=True)
    requests: int = 0
    texts: int = 0
    chars: int = 0
    scored: int = 0
    score_sum: float = 0.0


class SlackThreadRow(Owned, table=True):
    """A thread of Slack in which a conversation is held; ``id`` is where: workspace, channel and first message."""

    __tablename__ = "slack_threads"

    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    person: str = Field(description="who of Slack holds it")
    posted_seq: int = Field(default=0, description="the last event that stands in Slack")
    posting_seq: int = Field(default=0, description="the last event that was on its way there")
    shown: dict[str, Any] = _json()
    created_at: datetime = _time()


class SlackInputRow(SQLModel, table=True):
    """What arrived from Slack. The body is kept until it is done; the key for a day, to know it again."""

    __tablename__ = "slack_inputs"
    __table_args__ = (Index("ix_slack_inputs_state", "state", "at"),)

    key: str = Field(primary_key=True)
    lane: str = Field(description="inputs of one lane are taken in their order")
    position: str = Field(description="its place in the lane")
    body: dict[str, Any] = _json()
    state: str = "new"
    begun_seq: int = 0
    at: datetime = _time()
