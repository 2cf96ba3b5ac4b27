"""Managing data: lists with steps and sizes, comparing, renaming, sharing, and what deletion leaves behind."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from tests.tools.conftest import Call, real_texts
from tests.tools.test_cleaning import TEAMS, messy
from tests.tools.test_datasets import describe
from tools.cards import ComparisonCard, DatasetsCard
from tools.context import ToolContext
from tools.registry import ToolOutput
from workspace.database import system_session
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError, NotFound
from workspace.home import Workspace
from workspace.settings import Settings
from workspace.sharing import shares_of
from workspace.tables import UserRow

Load = Callable[..., Dataset]


def comparison_of(output: ToolOutput) -> ComparisonCard:
    return ComparisonCard.of(output.cards[0].data)


def test_a_list_shows_each_data_set_once_with_its_steps_and_size(call: Call, load: Load) -> None:
    load(messy(), name="first.csv")
    call("clean_dataset", fixes="drop_duplicates")
    call("clean_dataset", fixes="drop_missing_text")
    load(messy(), name="second.csv")
    output = call("list_datasets")
    rows = DatasetsCard.of(output.cards[0].data).datasets
    assert [(row.name, row.version) for row in rows] == [("first", 3), ("second", 1)] or [
        (row.name, row.version) for row in rows
    ] == [("second", 1), ("first", 3)]
    first = next(row for row in rows if row.name == "first")
    assert first.steps == ["12 repeated rows removed", "2 rows without a text left out"]
    assert first.bytes > 5_000
    assert output.data["count"] == 2


def test_versions_are_compared_row_by_row(call: Call, load: Load) -> None:
    load(messy())
    call("clean_dataset", fixes=["drop_duplicates", "drop_missing_text", "merge_label_variants"])
    output = call("compare_datasets")
    card = comparison_of(output)
    assert (card.rows_before, card.rows_after) == (104, 90)
    assert (card.rows_removed, card.rows_added, card.rows_changed) == (14, 0, 4)
    assert [(c.name, c.cells_changed) for c in card.columns] == [("team", 4)]
    assert {(move.before, move.after, move.rows) for move in card.moves} == {("ORDERS", "Orders", 4)}
    assert len(card.steps) == 1
    assert output.cards[0].title == "14 rows fewer and 4 rows changed"
    assert {piece.text for piece in card.examples[0].after} == {"Orders"}


def test_a_column_of_labels_given_by_hand_is_a_difference(call: Call, load: Load) -> None:
    load([(text,) for text in real_texts(12)], ("body",))
    row = call("label_examples", categories="Billing, Orders").data["row"]
    call("answer_example", row=row, labels="Billing")
    call("finish_labelling")
    output = call("compare_datasets")
    assert output.cards[0].title == "1 column more (label)"
    assert (output.data["columns_added"], output.data["columns_removed"]) == (["«label»"], [])


def test_data_sets_are_compared_by_their_texts(call: Call, load: Load) -> None:
    texts = real_texts(60)
    march = load([(text, TEAMS[i % 3]) for i, text in enumerate(texts[:40])], name="march.csv")
    load([(text, TEAMS[(i + (i == 15)) % 3]) for i, text in enumerate(texts)][10:], name="april.csv")
    card = comparison_of(call("compare_datasets", before="march", after="april"))
    assert (card.rows_removed, card.rows_added, card.rows_changed) == (10, 20, 1)
    assert [(move.before, move.after) for move in card.moves] == [("Billing", "Orders")]
    assert card.steps == []
    with pytest.raises(InputError, match="one and the same"):
        call("compare_datasets", before=march.id, after="march")
    with pytest.raises(InputError, match="only one version"):
        call("compare_datasets")


def test_no_cell_reaches_the_chat_model(call: Call, load: Load) -> None:
    load(messy())
    call("clean_dataset", fixes="drop_duplicates")
    assert "Thank you" not in str(call("compare_datasets").data)


def test_a_new_name_holds_for_all_versions(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy())
    call("clean_dataset", fixes="drop_duplicates")
    assert call("rename_dataset", name=" Mails of spring ").data["name"] == "«Mails of spring»"
    assert {d.name for d in context.workspace.datasets.list(family_id=upload.family_id)} == {"Mails of spring"}
    assert call("inspect_dataset", dataset_id="mails of spring").data["rows"] == 92
    load(messy(), name="autumn.csv")
    with pytest.raises(Conflict, match="called “mails of spring”"):
        call("rename_dataset", name="mails of spring", dataset_id="autumn")
    with pytest.raises(InputError, match="no name"):
        call("rename_dataset", name=" \u202e ")


def test_deleting_leaves_a_record_and_nothing_else(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy(), name="secret mails.csv")
    call("clean_dataset", fixes="drop_duplicates")
    call("clean_dataset", undo=True)
    call("delete_dataset")
    workspace = context.workspace
    assert workspace.datasets.list(undone=True) == []
    assert workspace.storage.list(workspace.storage.key("datasets")) == []
    (record,) = workspace.datasets.deletions()
    assert (record.kind, record.subject_id, record.owner_id) == ("dataset", upload.id, workspace.owner_id)
    assert record.facts["versions"] == 2
    assert record.facts["bytes"] > 0
    assert "secret" not in str(record.model_dump())


def test_after_deleting_no_text_is_left_in_any_file(call: Call, load: Load, context: ToolContext) -> None:
    texts = real_texts(30)
    load([(text,) for text in texts], ("body",))
    for _ in range(6):
        row = call("label_examples", categories="Billing, Orders").data["row"]
        call("answer_example", row=row, labels="Billing")
    call("finish_labelling")
    workspace = context.workspace

    def kept() -> set[str]:
        with workspace.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        files = [file for file in workspace.settings.home.rglob("*") if file.is_file()]
        return {text for file in files for text in texts if text.encode() in file.read_bytes()}

    assert kept()
    assert "is taken out of them" in describe(context, "delete_dataset").text  # type: ignore[attr-defined]
    call("delete_dataset")
    assert kept() == set()


@pytest.fixture
def two_users(settings: Settings, queue: object, load: Load) -> tuple[ToolContext, ToolContext]:
    """Anna and Ben of an installation with logins."""
    shared = settings.model_copy(update={"auth": "password"})
    anna, ben = (ToolContext(Workspace(owner, shared, queue)) for owner in ("usr_a", "usr_b"))  # type: ignore[arg-type]
    session: Session
    with system_session(anna.workspace.engine) as session:
        for owner, name in (("usr_a", "anna@example.org"), ("usr_b", "ben@example.org")):
            session.add(UserRow(id=owner, identifier=name, provider="password"))
    return anna, ben


def test_sharing_copies_one_version_and_keeps_a_record(
    call: Call, load: Load, two_users: tuple[ToolContext, ToolContext]
) -> None:
    anna, ben = two_users
    load(messy(), workspace=anna.workspace)
    cleaned = str(call("clean_dataset", anna, fixes="drop_duplicates").data["dataset_id"])
    request = describe(anna, "share_dataset", colleague="ben@example.org")
    assert "ben@example.org a copy of “mails” (version 2) with 92 rows" in request.text  # type: ignore[attr-defined]
    call("share_dataset", anna, colleague="ben@example.org")
    (copy,) = ben.workspace.datasets.list()
    assert (copy.rows, copy.version, copy.name, copy.owner_id) == (92, 1, "mails", "usr_b")
    assert call("inspect_dataset", ben).data["rows"] == 92
    with (
        ben.workspace.storage.read(copy.source_key) as source,
        anna.workspace.storage.read(anna.workspace.datasets.get(cleaned).table_key) as table,
    ):
        assert source.read() == table.read()
    (record,) = shares_of(anna.workspace)
    assert (record.dataset_id, record.receiver_id, record.copy_id) == (cleaned, "usr_b", copy.id)
    call("delete_dataset", anna)
    assert call("inspect_dataset", ben).data["rows"] == 92


def test_sharing_with_nobody_oneself_or_without_logins_is_refused(
    context: ToolContext, load: Load, two_users: tuple[ToolContext, ToolContext]
) -> None:
    anna, _ = two_users
    load(messy(), workspace=anna.workspace)
    with pytest.raises(NotFound, match="Nobody here logs in as “carl”"):
        describe(anna, "share_dataset", colleague="carl")
    with pytest.raises(InputError, match="That is you"):
        describe(anna, "share_dataset", colleague="anna@example.org")
    load(messy())
    with pytest.raises(InputError, match="Nobody else uses"):
        describe(context, "share_dataset", colleague="ben@example.org")
