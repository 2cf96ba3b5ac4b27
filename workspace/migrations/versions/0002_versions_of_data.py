"""Versions of data with their steps, checks by a model, deletions; runs that are analyses."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("datasets") as table:
        table.add_column(sa.Column("family_id", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("step", sa.JSON(), nullable=True))
        table.add_column(sa.Column("undone", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("model_check", sa.JSON(), nullable=True))
        table.create_index("ix_datasets_family_id", ["family_id"])
    op.execute("UPDATE datasets SET family_id = id WHERE parent_id IS NULL")
    with op.batch_alter_table("runs") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="training"))
        table.create_index("ix_runs_kind", ["kind"])
    op.create_table(
        "deletions",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_deletions_owner_id"), "deletions", ["owner_id"], unique=False)
    op.create_table(
        "shares",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("receiver_id", sa.String(), nullable=False),
        sa.Column("copy_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_shares_owner_id"), "shares", ["owner_id"], unique=False)
    op.create_index(op.f("ix_shares_receiver_id"), "shares", ["receiver_id"], unique=False)
    _add_labelling()


def _add_labelling() -> None:
    op.create_table(
        "label_sessions",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("queue", sa.JSON(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("queue_answers", sa.Integer(), nullable=False),
        sa.Column("estimate", sa.JSON(), nullable=True),
        sa.Column("result_id", sa.String(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("owner_id", "dataset_id", "code_hash"):
        op.create_index(op.f(f"ix_label_sessions_{column}"), "label_sessions", [column], unique=False)
    op.create_table(
        "label_answers",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("suggested", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "row", "person"),
    )
    op.create_index(op.f("ix_label_answers_owner_id"), "label_answers", ["owner_id"], unique=False)
    op.create_table(
        "label_guests",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "session_id"),
    )
    op.create_index(op.f("ix_label_guests_owner_id"), "label_guests", ["owner_id"], unique=False)


def downgrade() -> None:
    for name in ("label_guests", "label_answers", "label_sessions"):
        op.drop_table(name)
    op.drop_table("shares")
    op.drop_table("deletions")
    with op.batch_alter_table("runs") as table:
        table.drop_index("ix_runs_kind")
        table.drop_column("kind")
    with op.batch_alter_table("datasets") as table:
        table.drop_index("ix_datasets_family_id")
        for name in ("family_id", "step", "undone", "model_check"):
            table.drop_column(name)
