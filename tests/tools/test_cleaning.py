"""Cleaning: a new version each time, shown before and after; previews, undo, redo, recipes."""

import csv
import io
from collections.abc import Callable

import pytest

from tests.tools.conftest import Call, mails, real_texts
from tools.asking import call_of
from tools.cards import ChangesCard, ProblemsCard
from tools.context import ToolContext
from tools.registry import ToolOutput
from tools.row_changes import open_changes, pieces
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError, NotFound
from workspace.events import Option, ToolCalled, ToolReturned
from workspace.home import Workspace
from workspace.versions import current

Load = Callable[..., Dataset]


TEAMS = ("Billing", "Orders", "Returns")


def messy() -> list[tuple[str, str]]:
    """90 questions of which no two are alike, 12 of them twice, 4 answers written otherwise, 2 rows without a text."""
    texts = [f"{text} Thank you, {i}." for i, text in enumerate(real_texts(1300)[::14][:90])]
    rows = [(text, TEAMS[i % 3]) for i, text in enumerate(texts)]
    spelled = [(text, f"{team.upper()} " if i in (1, 4, 7, 10) else team) for i, (text, team) in enumerate(rows)]
    return [*spelled, *spelled[20:32], ("", "Billing"), ("", "Orders")]


def changes_of(output: ToolOutput) -> ChangesCard:
    return ChangesCard.of(next(c for c in output.cards if c.kind == "changes").data)


def problems_of(output: ToolOutput) -> ProblemsCard:
    return ProblemsCard.of(next(c for c in output.cards if c.kind == "problems").data)


def pressed(call: Call, option: Option) -> ToolOutput:
    tool, arguments = call_of(option.id)
    return call(tool, **arguments)


def test_all_repairs_make_one_version_and_show_what_changed(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy())
    output = call("clean_dataset", fixes="all")
    card = changes_of(output)
    assert (card.rows_before, card.rows_after, card.done, card.version) == (104, 90, "cleaned", 2)
    assert {f.code: (f.rows_removed, f.cells_changed) for f in card.fixes} == {
        "drop_missing_text": (2, 0),
        "drop_duplicates": (12, 0),
        "merge_label_variants": (0, 4),
    }
    kinds = [change.kind for change in card.changes]
    assert kinds.count("changed") >= 2
    labels = [change for change in card.changes if change.column == "team"]
    assert labels
    for change in labels:
        assert change.text == messy()[(change.row or 0) - 1][0], "nobody can judge a label without its text"
    assert kinds.count("removed") >= 4
    assert len(kinds) + card.hidden_changes == 18
    assert "90 rows left" in next(c for c in output.cards if c.kind == "changes").title
    cleaned = context.workspace.datasets.get(str(output.data["dataset_id"]))
    assert cleaned.step is not None
    assert len(cleaned.step.fixes) == 3
    assert cleaned.profile.labels == {"Billing": 30, "Orders": 30, "Returns": 30}
    assert context.workspace.datasets.get(upload.id) == upload
    assert problems_of(output).buttons == []
    assert call("propose_plan").data["dataset_id"] == cleaned.id


def test_the_offer_comes_first_and_leads_to_a_plan(call: Call, load: Load) -> None:
    load(messy())
    asked = call("inspect_dataset").ask
    assert asked is not None
    assert [o.label for o in asked.options] == [
        "Fix all 3, then plan", "No, plan as it is", "Show me first", "Change something",
    ]  # fmt: skip
    assert asked.text == "I would read “body” and learn “team”. Shall I first fix the 3 problems that I found?"
    output = pressed(call, asked.options[0])
    assert [card.kind for card in output.cards] == ["changes", "plan"]
    assert output.data["plan"]["dataset_id"] == output.data["dataset_id"]  # type: ignore[index, call-overload]
    assert output.ask is not None
    assert output.ask.options[0].label == "Start"
    clean = call("inspect_dataset").ask
    assert clean is not None
    assert clean.options[0].label == "Right, make a plan"
    assert clean.text == "I would read “body” and learn “team”. Is that right?"


def test_each_problem_has_its_own_button(call: Call, load: Load) -> None:
    load(messy())
    card = problems_of(call("inspect_dataset"))
    assert [o.label for o in card.buttons] == ["Do all three", "Show me first"]
    twice = next(p for p in card.problems if p.code == "EXACT_DUPLICATES")
    assert twice.button is not None
    output = pressed(call, twice.button)
    assert [f.code for f in changes_of(output).fixes] == ["drop_duplicates"]
    assert {p.code for p in problems_of(output).problems} == {"LABEL_VARIANTS", "MISSING_TEXT", "RARE_CLASSES"}


def test_a_button_of_an_older_version_works_on_the_current_one(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy())
    call("clean_dataset", dataset_id=upload.id, fixes="drop_duplicates")
    again = call("clean_dataset", dataset_id=upload.id, fixes="drop_duplicates")
    assert "found nothing" in str(again.data["note"])
    other = call("clean_dataset", dataset_id=upload.id, fixes="LABEL_VARIANTS")
    assert changes_of(other).version == 3
    assert current(context.workspace, upload).rows == 92


def test_a_preview_changes_nothing_and_can_be_done(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy())
    output = call("clean_dataset", fixes="all", preview=True)
    card = changes_of(output)
    assert (card.done, card.rows_before, card.rows_after, card.url) == ("preview", 104, 90, None)
    assert [d.id for d in context.workspace.datasets.list()] == [upload.id]
    assert output.ask is not None
    assert changes_of(pressed(call, output.ask.options[0])).rows_after == 90


def test_undo_and_redo_show_the_way_back(call: Call, load: Load, context: ToolContext) -> None:
    upload = load(messy())
    done = changes_of(call("clean_dataset", fixes="drop_duplicates"))
    undone = pressed(call, done.buttons[0])
    assert (changes_of(undone).done, changes_of(undone).rows_after) == ("undone", 104)
    assert undone.cards[0].title == "Undone: back to 104 rows, as uploaded"
    assert undone.data["dataset_id"] == upload.id
    assert call("propose_plan").data["dataset_id"] == upload.id
    with pytest.raises(Conflict, match="undone already"):
        pressed(call, done.buttons[0])
    redone = pressed(call, changes_of(undone).buttons[0])
    assert (changes_of(redone).done, changes_of(redone).rows_after) == ("redone", 92)
    assert call("propose_plan").data["dataset_id"] == done.dataset_id
    with pytest.raises(Conflict, match="Nothing was undone"):
        call("clean_dataset", redo=True)


def test_what_was_undone_is_not_trained_on_by_its_id(call: Call, load: Load) -> None:
    upload = load(messy())
    cleaned = str(call("clean_dataset", fixes="all").data["dataset_id"])
    call("clean_dataset", undo=True)
    assert call("propose_plan", dataset_id=cleaned).data["dataset_id"] == upload.id


def test_a_recipe_is_done_again_to_next_months_file(call: Call, load: Load) -> None:
    load(messy(), name="march.csv")
    call("clean_dataset", fixes="all")
    load([*messy(), ("", "Returns")], name="april.csv")
    output = call("clean_dataset", recipe="last")
    card = changes_of(output)
    assert card.name == "april"
    assert (card.rows_before, card.rows_after) == (105, 90)
    load(messy(), name="may.csv")
    assert changes_of(call("clean_dataset", recipe="march", preview=True)).rows_after == 90
    with pytest.raises(InputError, match="Nothing was repaired in “may”"):
        call("clean_dataset", recipe="may")


def test_there_is_no_recipe_before_anything_was_cleaned(call: Call, load: Load) -> None:
    load(messy())
    with pytest.raises(NotFound, match="No other data"):
        call("clean_dataset", recipe="last")


def test_unknown_repairs_are_all_named(call: Call, load: Load) -> None:
    load(messy())
    with pytest.raises(InputError) as caught:
        call("clean_dataset", fixes=["drop_everything", "magic"], args={"drop_rare_classes": {"at_least": "x"}})
    for wrong in ("drop_everything", "magic", "at_least"):
        assert wrong in caught.value.message


def test_corrected_columns_hold_for_problems_and_versions(call: Call, load: Load, context: ToolContext) -> None:
    rows = [(text, team, "high" if i % 3 else "HIGH " if i % 2 else "low") for i, (text, team) in enumerate(mails(20))]
    load(rows, ("body", "team", "prio"))
    output = call("inspect_dataset", label="prio")
    assert "LABEL_VARIANTS" in {p.code for p in problems_of(output).problems}
    assert context.conversation_id
    context.workspace.transcripts.append(
        context.conversation_id,
        [
            ToolCalled(call_id="call_1", tool="inspect_dataset", args={"label": "prio"}),
            ToolReturned(call_id="call_1", tool="inspect_dataset", ok=True, data=output.data),
        ],
    )
    cleaned = call("clean_dataset", fixes="all")
    assert cleaned.data["plan_arguments"]["label"] == "«prio»"  # type: ignore[index, call-overload]
    assert set(context.workspace.datasets.list()[0].profile.labels) == {"high", "low"}
    assert call("propose_plan").data["label"] == "«prio»"


def test_the_list_of_changes_is_whole_and_harmless(call: Call, load: Load, context: ToolContext) -> None:
    rows = [*mails(10), ("=1+1 see my order", "Orders"), ("=1+1 see my order", "Orders")]
    load(rows)
    card = changes_of(call("clean_dataset", fixes="drop_duplicates"))
    assert card.url == f"/api/v1/datasets/{card.dataset_id}/changes"
    file = open_changes(context, card.dataset_id)
    lines = list(csv.DictReader(io.StringIO(b"".join(file.chunks).decode("utf-8-sig"))))
    assert [(line["row"], line["what"], line["before"]) for line in lines] == [("32", "removed", "'=1+1 see my order")]
    assert file.file_name == "mails-changes-v2.csv"


def test_the_list_is_not_for_others(
    call: Call, load: Load, workspace_of: Callable[[str], Workspace], context: ToolContext
) -> None:
    load(messy())
    card = changes_of(call("clean_dataset", fixes="all"))
    with pytest.raises(NotFound):
        open_changes(ToolContext(workspace_of("usr_b")), card.dataset_id)
    with pytest.raises(NotFound):
        open_changes(context, "ds_none")


def test_no_row_reaches_the_chat_model(call: Call, load: Load) -> None:
    load(messy())
    for arguments in ({"preview": True}, {}, {"undo": True}, {"redo": True}):
        assert "Thank you" not in str(call("clean_dataset", **arguments).data)


def test_differences_are_marked_and_blanks_shown() -> None:
    before, after = pieces("biling ", "Billing")
    assert [(p.text, p.changed) for p in after] == [("Billing", True)]
    assert before[-1].changed
    before, after = pieces("Orders ", "Orders")
    assert [(p.text, p.changed) for p in before] == [("Orders", False), ("␣", True)]
    assert [(p.text, p.changed) for p in after] == [("Orders", False)]
    long = "word " * 100
    before, after = pieces(f"{long}<b>bold</b> end", f"{long}bold end")
    assert before[0].text == "… "
    assert "<b>" in "".join(p.text for p in before if p.changed)
    assert sum(len(p.text) for p in before) < 300
