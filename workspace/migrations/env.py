"""Alembic's environment: runs on the connection that :func:`workspace.migrations.upgrade` hands over."""

from alembic import context
from sqlmodel import SQLModel

import workspace.tables  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    # SQLite cannot change a column in place: alembic copies the table.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
