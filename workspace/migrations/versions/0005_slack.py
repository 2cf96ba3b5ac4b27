"""Threads of Slack that are conversations, and what arrived from Slack."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slack_threads",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("posted_seq", sa.Integer(), nullable=False),
        sa.Column("posting_seq", sa.Integer(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "slack_inputs",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_slack_threads_conversation_id"), "slack_threads", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_slack_threads_owner_id"), "slack_threads", ["owner_id"], unique=False)
    op.create_index("ix_slack_inputs_state", "slack_inputs", ["state", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("slack_inputs")
    op.drop_table("slack_threads")
