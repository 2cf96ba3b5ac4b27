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


def downgrade() -> None:
    op.drop_table("deletions")
    with op.batch_alter_table("runs") as table:
        table.drop_index("ix_runs_kind")
        table.drop_column("kind")
    with op.batch_alter_table("datasets") as table:
        table.drop_index("ix_datasets_family_id")
        for name in ("family_id", "step", "undone", "model_check"):
            table.drop_column(name)
