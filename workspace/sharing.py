"""Giving a data set to another user of this installation: a copy of its own, and a record of who got what."""

from datetime import UTC, datetime

from sqlmodel import col, select

from workspace.database import owner_session, system_session
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound
from workspace.home import LOCAL_OWNER, Workspace
from workspace.ids import new_id
from workspace.tables import ShareRow, UserRow


def find_user(workspace: Workspace, identifier: str) -> tuple[str, str]:
    """Id and name of the user who logs in as ``identifier``.

    Raises:
        InputError: nobody else uses this installation, or it is the person itself.
        NotFound: there is nobody of that name.
    """
    if workspace.settings.auth == "local":
        raise InputError(
            "NOBODY_ELSE", "Nobody else uses this wizard: it runs without a login.", "Send the file of a data set."
        )
    wanted = identifier.strip()
    with system_session(workspace.engine) as session:
        row = session.exec(select(UserRow).where(UserRow.identifier == wanted, col(UserRow.id) != LOCAL_OWNER)).first()
    if row is None:
        raise NotFound("USER_NOT_FOUND", f"Nobody here logs in as “{wanted[:100]}”.", "Check how the name is written.")
    if row.id == workspace.owner_id:
        raise InputError("USER_IS_YOU", "That is you; you have this data already.", "Name another person.")
    return row.id, row.identifier


def share(workspace: Workspace, dataset: Dataset, receiver_id: str) -> Dataset:
    """Copies just this version's table; neither the uploaded file nor earlier versions go along.

    What was taken out of the data, personal data above all, would else be given away with it.
    """
    receiver = Workspace(receiver_id, workspace.settings, workspace.queue)
    copy_id = new_id("ds")
    storage = receiver.storage
    name = f"{dataset.name}.parquet"
    copy = Dataset(
        id=copy_id,
        owner_id=receiver_id,
        name=dataset.name,
        source_name=name,
        source_key=storage.key("datasets", copy_id, "source"),
        table_key=storage.key("datasets", copy_id, "table.parquet"),
        rows=dataset.rows,
        profile=dataset.profile,
        check=dataset.check,
        created_at=datetime.now(UTC),
    )
    with workspace.storage.as_file(dataset.table_key) as table:
        try:
            storage.put_file(table, copy.source_key)
            storage.put_file(table, copy.table_key)
            receiver.datasets.add(copy)
        except BaseException:
            storage.delete(storage.key("datasets", copy_id))
            raise
    with owner_session(workspace.engine, workspace.owner_id) as session:
        session.add(
            ShareRow(
                id=new_id("shr"),
                owner_id=workspace.owner_id,
                dataset_id=dataset.id,
                receiver_id=receiver_id,
                copy_id=copy_id,
            )
        )
    return copy


def shares_of(workspace: Workspace) -> list[ShareRow]:
    """What this person gave to others, newest first."""
    with owner_session(workspace.engine, workspace.owner_id) as session:
        return list(session.exec(select(ShareRow).order_by(col(ShareRow.id).desc())))
