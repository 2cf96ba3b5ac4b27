"""Data: samples, inspection with corrections, lists, deletion."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.conftest import Call, mails, real_texts
from tools.asking import call_of
from tools.cards import DatasetsCard, ProblemsCard, TableCard
from tools.context import ToolContext
from tools.registry import all_tools
from tools.samples import load_samples
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError, NotFound
from workspace.events import ToolCalled, ToolReturned
from workspace.home import Workspace
from workspace.reading import ingest

Load = Callable[..., Dataset]


def table_of(output: object) -> TableCard:
    return TableCard.of(next(c for c in output.cards if c.kind == "table").data)  # type: ignore[attr-defined]


def with_priority() -> list[tuple[str, str, str]]:
    return [(text, team, "high" if i % 3 else "low") for i, (text, team) in enumerate(mails(20))]


@pytest.mark.parametrize(
    ("name", "rows", "labels", "licence"),
    [
        ("sms_spam", 1500, 2, "CC BY 4.0"),
        ("bank_questions", 1343, 10, "CC BY 4.0"),
        ("voice_commands", 420, 7, "CC0 1.0"),
    ],
)
def test_a_sample_is_real_data_ready_to_train(call: Call, name: str, rows: int, labels: int, licence: str) -> None:
    output = call("load_sample", name=name)
    assert output.data["rows"] == rows
    assert output.data["labels_in_all"] == labels
    assert licence in str(output.data["licence"])
    assert [card.kind for card in output.cards] == ["table", "problems"]
    assert call("propose_plan").data["dataset_id"] == output.data["dataset_id"]


def test_samples_state_their_origin_and_licence() -> None:
    folder = Path(next(iter(load_samples().values())).path).parent
    source = (folder / "SOURCE.md").read_text("utf-8")
    assert all(sample.file in source and sample.path.is_file() for sample in load_samples().values())


@pytest.mark.parametrize(
    ("asked", "name"),
    [(None, "sms_spam"), ("the bank one", "bank_questions"), ("SPAM", "sms_spam"), ("names", "voice_commands")],
)
def test_a_sample_may_be_named_loosely(call: Call, asked: str | None, name: str) -> None:
    assert call("load_sample", name=asked).data["sample"] == name


def test_an_unknown_sample_is_refused_with_the_list(call: Call) -> None:
    with pytest.raises(NotFound, match="sms_spam, bank_questions, voice_commands"):
        call("load_sample", name="xyzzy")


def test_pressing_twice_loads_a_sample_once(call: Call, context: ToolContext) -> None:
    assert call("load_sample").data["dataset_id"] == call("load_sample").data["dataset_id"]
    assert len(context.workspace.datasets.list()) == 1


def test_inspection_shows_rows_roles_labels_and_problems(call: Call, load: Load) -> None:
    rows = mails(30)
    load([*rows, *rows[:12]])
    output = call("inspect_dataset")
    card = table_of(output)
    assert card.button is not None
    assert (card.rows, card.label, card.text, card.task) == (102, "team", ["body"], "classification")
    assert {c.name: c.role for c in card.columns} == {"body": "text", "team": "label"}
    assert len(card.preview) == 10
    assert card.preview[0] == list(rows[0])
    assert sum(bar.count for bar in card.labels) == 102
    assert abs(sum(bar.share for bar in card.labels) - 1) < 0.001
    problems = ProblemsCard.of(output.cards[1].data)
    twice = next(problem for problem in problems.problems if problem.code == "EXACT_DUPLICATES")
    assert twice.count == 12
    assert "more thing" in output.cards[1].title or output.cards[1].title.startswith("12 rows")


def test_the_model_gets_counts_but_no_row(call: Call, load: Load) -> None:
    load(mails(30))
    data = str(call("inspect_dataset").data)
    assert "Please help me" not in data
    assert "«Billing»" in data


def test_a_correction_counts_the_other_column(call: Call, load: Load) -> None:
    load(with_priority(), ("body", "team", "Prio 1"))
    assert table_of(call("inspect_dataset")).label == "team"
    card = table_of(call("inspect_dataset", label="prio 1 "))
    assert card.label == "Prio 1"
    assert {bar.label: bar.count for bar in card.labels} == {"high": 40, "low": 20}
    assert card.why == "as you said"


def test_a_correction_holds_for_the_plan_of_the_same_conversation(call: Call, load: Load, context: ToolContext) -> None:
    dataset = load(with_priority(), ("body", "team", "Prio 1"))
    output = call("inspect_dataset", label="Prio 1")
    assert context.conversation_id
    context.workspace.transcripts.append(
        context.conversation_id,
        [
            ToolCalled(call_id="call_1", tool="inspect_dataset", args={"label": "Prio 1"}),
            ToolReturned(call_id="call_1", tool="inspect_dataset", ok=True, data=output.data),
        ],
    )
    assert call("propose_plan").data["label"] == "«Prio 1»"
    other = ToolContext(context.workspace, context.workspace.transcripts.create("web").id)
    assert call("propose_plan", other, dataset_id=dataset.id).data["label"] == "«team»"


def test_unknown_columns_are_all_named_with_what_is_near(call: Call, load: Load) -> None:
    load(mails(20))
    with pytest.raises(InputError) as caught:
        call("inspect_dataset", label="taem", text=["nothing", "body"])
    assert "Did you mean “team”?" in caught.value.message
    assert "“nothing”" in caught.value.message


def test_without_an_answer_column_it_asks_which_one_or_says_what_is_missing(call: Call, load: Load) -> None:
    load([(text,) for text in real_texts(30)], ("body",))
    output = call("inspect_dataset")
    assert ProblemsCard.of(output.cards[1].data).problems[0].code == "ONE_COLUMN"
    assert output.ask is not None
    assert [option.id.split("?")[0] for option in output.ask.options] == ["label_examples", "upload"]


def test_two_data_sets_and_the_newest_is_meant(call: Call, load: Load) -> None:
    first = load(mails(20), name="first.csv")
    second = load(mails(25), name="second.csv")
    assert call("inspect_dataset").data["dataset_id"] == second.id
    assert call("inspect_dataset", dataset_id="First.CSV").data["dataset_id"] == first.id
    card = DatasetsCard.of(call("list_datasets").cards[0].data)
    assert [(d.name, d.current) for d in card.datasets] == [("second", True), ("first", False)]


def test_lists_teach_when_they_are_empty(call: Call) -> None:
    for name in ("list_datasets", "list_runs"):
        output = call(name)
        assert output.data["count"] == 0
        assert output.ask is not None
        assert {option.id for option in output.ask.options} == {"upload", "load_sample"}


def test_another_owner_sees_none_of_it(call: Call, load: Load, workspace_of: Callable[[str], Workspace]) -> None:
    mine = load(mails(20))
    stranger = ToolContext(workspace_of("usr_b"))
    assert call("list_datasets", stranger).data["count"] == 0
    for name in ("inspect_dataset", "propose_plan", "delete_dataset"):
        with pytest.raises(NotFound):
            call(name, stranger, dataset_id=mine.id)


def describe(context: ToolContext, name: str, **arguments: object) -> object:
    tool = all_tools()[name]
    assert tool.describe is not None
    return tool.describe(context, tool.validate(dict(arguments)))


def test_deleting_says_exactly_what_goes_and_removes_it(call: Call, load: Load, context: ToolContext) -> None:
    dataset = load(mails(20), name="mails Q3.csv")
    request = describe(context, "delete_dataset")
    assert "“mails Q3” with 60 rows" in request.text  # type: ignore[attr-defined]
    output = call("delete_dataset")
    assert output.data["deleted"] == "«mails Q3»"
    assert context.workspace.datasets.list() == []
    assert not context.workspace.storage.exists(dataset.source_key)
    assert not context.workspace.storage.exists(dataset.table_key)


def test_deleting_takes_all_versions(call: Call, load: Load, context: ToolContext) -> None:
    first = load(mails(20))
    second = load(mails(15)).model_copy(update={"id": "ds_v2", "parent_id": first.id, "family_id": first.id})
    context.workspace.datasets.add(second)
    one = describe(context, "delete_dataset", dataset_id=first.id)
    assert "all 2 versions" in one.text  # type: ignore[attr-defined]
    two = describe(context, "delete_dataset", dataset_id="ds_v2")
    assert one.fingerprint == two.fingerprint  # type: ignore[attr-defined]
    call("delete_dataset", dataset_id="ds_v2")
    assert {d.id for d in context.workspace.datasets.list()} & {first.id, "ds_v2"} == set()


def test_data_in_use_is_not_deleted_and_models_outlive_it(
    call: Call, trained: Callable[..., object], context: ToolContext
) -> None:
    trained()
    asked = describe(context, "delete_dataset").text  # type: ignore[attr-defined]
    assert "The model trained or tested with it will stay with its figures; the texts of mistakes" in asked
    assert "What a model has learned stays in it" in asked
    call("propose_plan", seed=1)
    run_id = call("launch_training").data["run_id"]
    with pytest.raises(Conflict, match="training is using"):
        describe(context, "delete_dataset")
    with pytest.raises(Conflict, match="training is using"):
        call("delete_dataset")
    assert call("inspect_dataset").data["rows"] == 90
    assert run_id
    assert len(context.workspace.models.list()) == 1


def test_another_file_of_an_archive_is_one_press_away(call: Call, workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"a message that says {i},{'IT' if i % 2 else 'HR'}\n" for i in range(40))
    prices = "".join(f"the offer number {i},{'high' if i % 3 else 'low'}\n" for i in range(20))
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mails.csv", "text,team\n" + rows)
        archive.writestr("offers.csv", "offer,price\n" + prices)
    dataset = ingest(workspace, path, "all.zip", "conv_1")
    asked = call("inspect_dataset", dataset_id=dataset.id).ask
    assert asked is not None
    other = next(option for option in asked.options if option.label == "Read “offers.csv” instead")
    tool, arguments = call_of(other.id)
    output = call(tool, **arguments)
    assert (output.data["rows"], [c.name for c in table_of(output).columns]) == (20, ["offer", "price"])
