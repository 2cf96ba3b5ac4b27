"""Labelling by people, from the first suggestion to a new version; the worker's part is answered by a fake queue."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from assistant.questions import form_call
from tests.assistant.openai_server import OpenAIServer, Status, Text
from tests.fakes import FakeQueue
from tests.tools.conftest import Call, mails, real_texts
from tools.asking import call_of
from tools.cards import DifferencesCard, LabelCard, LabelView, SpanView
from tools.context import ToolContext
from tools.labelling_desk import Desk, answer, desk_of, view
from tools.labelling_refresh import due, refresh, wait
from tools.registry import ToolOutput, all_tools
from workspace.dataset import Dataset, TaskKind
from workspace.errors import Conflict, InputError, NotFound, Unavailable
from workspace.events import Option
from workspace.home import Workspace
from workspace.labelling import LabelSpan, NextText, order_without_model
from workspace.versions import changes_key

Load = Callable[..., Dataset]


def shown(output: ToolOutput) -> LabelView:
    return LabelCard.of(output.cards[0].data).view


def start(call: Call, load: Load, categories: str = "Billing, Orders", **arguments: Any) -> LabelView:
    load([(i, text) for i, text in enumerate(real_texts(40))], ("no", "body"))
    return shown(call("label_examples", categories=categories, **arguments))


def desk(context: ToolContext, seen: LabelView, person: str = "") -> Desk:
    return desk_of(context.workspace, seen.session_id, person)


def test_categories_are_suggested_and_a_text_is_shown(call: Call, load: Load, queue: FakeQueue) -> None:
    groups = [{"name": "Lost card"}, {"name": "Top up"}]
    parts = iter([{"read": 20, "of": 40, "groups": []}, {"read": 40, "of": 40, "groups": groups}])
    queue.computations["suggest_categories"] = lambda _arguments: next(parts)
    load([(i, text) for i, text in enumerate(real_texts(40))], ("no", "body"))
    output = call("label_examples")
    seen = shown(output)
    assert [c.name for c in seen.classes] == ["Lost card", "Top up"]
    assert output.cards[0].title == "I found 2 groups in your texts; change their names as you like"
    assert seen.item is not None
    assert seen.item.text in real_texts(40)
    assert (seen.task, seen.target, seen.texts, seen.labelled) == ("classification", "label", 40, 0)
    assert call("label_examples").data["session_id"] == seen.session_id
    # Until the first answer, what the person names takes the place of what was suggested; then it is added.
    named = shown(call("label_examples", categories="Card, Money"))
    assert [c.name for c in named.classes] == ["Card", "Money"]
    assert named.item is not None
    call("answer_example", row=named.item.row, labels="Money")
    assert [c.name for c in shown(call("label_examples", categories="Other")).classes] == ["Card", "Money", "Other"]


def test_without_a_worker_people_name_the_categories(call: Call, load: Load) -> None:
    load([(i, text) for i, text in enumerate(real_texts(40))], ("no", "body"))
    output = call("label_examples")
    assert shown(output).classes == []
    assert shown(output).item is None
    assert output.ask is not None
    assert "commas between them" in output.ask.text
    output = call("label_examples", categories="Billing, «Orders», billing")
    assert [c.name for c in shown(output).classes] == ["Billing", "Orders"]
    assert shown(output).item is not None


def test_gaps_in_a_column_are_filled_and_its_labels_are_the_categories(
    call: Call, load: Load, context: ToolContext
) -> None:
    rows = [(text, team if i % 3 else "") for i, (text, team) in enumerate(mails(20))]
    data = load(rows)
    seen = shown(call("label_examples", gaps_only=True))
    assert seen.target == "team"
    assert {c.name for c in seen.classes} == {"Orders", "Returns"}
    assert (seen.texts, seen.known) == (20, 40)
    assert seen.item is not None
    answer(desk(context, seen), seen.item.row, labels=[seen.classes[0].key])
    output = call("finish_labelling")
    assert output.data["labelled_rows"] == 41
    with context.workspace.storage.as_file(data.table_key) as table:
        assert pq.read_table(table)["team"].null_count == 20


def test_where_every_row_has_its_answer_nothing_is_left(call: Call, load: Load) -> None:
    load(mails(20))
    with pytest.raises(InputError) as refused:
        call("label_examples", gaps_only=True)
    assert refused.value.code == "NOTHING_TO_LABEL"


def test_in_a_terminal_it_asks_one_text_after_the_other(context: ToolContext, call: Call, load: Load) -> None:
    terminal = ToolContext(context.workspace, context.workspace.transcripts.create("terminal").id)
    load([(i, text) for i, text in enumerate(real_texts(40))], ("no", "body"))
    context.workspace.datasets.list()
    output = call("label_examples", terminal, categories=["Billing", "Orders"])
    rows: list[int | None] = []
    for press in ("Billing", "Skip", "Not sure", "Orders"):
        assert output.ask is not None
        assert output.ask.ask == "choice"
        item = shown(output).item
        assert item is not None
        assert item.text[:60] in output.ask.text
        rows.append(item.row)
        option = next(o for o in output.ask.options if o.label == press)
        tool, arguments = call_of(option.id)
        output = call(tool, terminal, **arguments)
    assert len(set(rows)) == 4
    seen = shown(output)
    assert (seen.labelled, seen.skipped, seen.unsure) == (2, 1, 1)
    assert output.ask is not None
    tool, arguments = call_of(next(o.id for o in output.ask.options if o.label == "Back"))
    back = shown(call(tool, terminal, **arguments)).item
    assert back is not None
    assert back.row == rows[-1]
    assert back.given is not None
    assert back.given.labels == ["c2"]


def test_the_answers_become_a_version_and_labelling_goes_on(call: Call, load: Load, context: ToolContext) -> None:
    seen = start(call, load)
    with pytest.raises(Conflict) as caught:
        call("finish_labelling")
    assert caught.value.code == "NOTHING_LABELLED"
    told: dict[int, str] = {}
    for i in range(12):
        item = view(desk(context, seen)).item
        assert item is not None
        told[item.row] = ("Billing", "Orders")[i % 2]
        answer(desk(context, seen), item.row, labels=[f"c{1 + i % 2}"])
    output = call("finish_labelling")
    made = context.workspace.datasets.list(context.conversation_id)[0]
    assert (made.version, made.step.kind if made.step else "", made.rows) == (2, "label", 40)
    with context.workspace.storage.as_file(made.table_key) as table:
        cells = pq.read_table(table)["label"].to_pylist()
    assert {row: cell for row, cell in enumerate(cells) if cell} == told
    assert output.ask is not None
    tool, arguments = call_of(output.ask.options[0].id)
    assert tool == "propose_plan"
    assert call(tool, **arguments).data["label"] == "«label»"
    # From the new version one goes on where one was.
    again = shown(call("label_examples"))
    assert (again.session_id, again.labelled) == (seen.session_id, 12)


def test_texts_that_stand_several_times_are_answered_once_for_all(call: Call, load: Load, context: ToolContext) -> None:
    texts = real_texts(12)
    load([(i, text) for i, text in enumerate([*texts, *texts[:4], *texts[:4]])], ("no", "body"))
    seen = shown(call("label_examples", categories="Billing, Orders"))
    assert (seen.texts, seen.hidden_texts) == (12, 0)
    for i in range(12):
        answer(desk(context, seen), i, labels=[f"c{1 + i % 2}"])
    output = call("finish_labelling")
    made = context.workspace.datasets.list(context.conversation_id)[0]
    assert cells_of(context, "label") == [("Billing", "Orders")[i % 2] for i in [*range(12), *range(4), *range(4)]]
    assert made.step
    assert made.step.title == "12 rows labelled by hand; 8 more rows with the same texts got the same labels"
    assert (output.data["labelled_rows"], output.data["rows_with_the_same_text"]) == (20, 8)
    assert output.ask
    assert "8 of them repeat a text that you answered once" in output.ask.text
    with context.workspace.storage.as_file(changes_key(context.workspace, made)) as file:
        assert Counter(pq.read_table(file)["fix"].to_pylist()) == {"label": 12, "label_repeat": 8}


def test_categories_change_by_words_and_answers_follow(call: Call, load: Load, context: ToolContext) -> None:
    seen = start(call, load, "Billing, Biling, Orders, Other")
    for i in range(8):
        item = view(desk(context, seen)).item
        assert item is not None
        answer(desk(context, seen), item.row, labels=[f"c{1 + i % 4}"])
    call("change_categories", rename={"orders": "Deliveries"})
    call("change_categories", merge=["Billing", "Biling"], into="Invoices")
    seen = shown(call("change_categories", remove=["Other"], add="Returns"))
    assert [(c.name, c.count) for c in seen.classes] == [("Invoices", 4), ("Deliveries", 2), ("Returns", 0)]
    assert seen.labelled == 6
    with pytest.raises(InputError) as caught:
        call("change_categories", rename={"Nothing": "x"}, remove=["Nobody"])
    assert "“Nothing” and “Nobody”" in caught.value.message
    merged = shown(call("change_categories", rename={"Deliveries": "invoices"}))
    assert [(c.name, c.count) for c in merged.classes] == [("Invoices", 6), ("Returns", 0)]


def test_several_categories_a_text_and_marked_words_in_a_terminal(context: ToolContext, call: Call, load: Load) -> None:
    terminal = ToolContext(context.workspace, context.workspace.transcripts.create("terminal").id)
    load([("a", "Ann Lee went to Paris, and Ann came back."), ("b", "Nothing here.")], ("no", "body"))
    output = call("label_examples", terminal, task="multilabel", categories="Travel, People")
    assert output.ask is not None
    assert output.ask.ask == "form"
    item = shown(output).item
    assert item is not None
    call("answer_example", terminal, row=item.row, changes={"labels": "people, travel"})
    made = call("finish_labelling", terminal)
    assert made.data["column"] == "«labels»"

    data = context.workspace.datasets.list()[-1]
    call("label_examples", terminal, dataset_id=data.id, task="ner", categories="Person, Place")
    output = call("answer_example", terminal, row=0, marks="Ann Lee = Person; paris = Place; Ann = Person")
    assert shown(output).labelled == 1
    with pytest.raises(InputError) as caught:
        call("answer_example", terminal, row=1, marks="Rome = Place; here = Thing")
    assert "“Rome” does not stand in the text" in caught.value.message
    assert "“here = Thing” names no label" in caught.value.message
    call("answer_example", terminal, row=1, marks="")
    call("finish_labelling", terminal)
    made_of_words = context.workspace.datasets.list()[0]
    with context.workspace.storage.as_file(made_of_words.table_key) as table:
        cells = [json.loads(cell) for cell in pq.read_table(table)["spans"].to_pylist()]
    assert cells == [
        [
            {"start": 0, "end": 7, "label": "Person"},
            {"start": 16, "end": 21, "label": "Place"},
            {"start": 27, "end": 30, "label": "Person"},
        ],
        [],
    ]
    assert made_of_words.profile.task.kind is TaskKind.NER


def test_the_form_shows_what_is_suggested_or_was_said_and_keeps_it_as_it_is(
    context: ToolContext, call: Call, load: Load
) -> None:
    terminal = ToolContext(context.workspace, context.workspace.transcripts.create("terminal").id)
    load([("a", "Paris Hilton left Paris at 10:30."), ("b", "Nothing here.")], ("no", "body"))
    output = call("label_examples", terminal, task="ner", categories="Person, Place, Time")
    session = shown(output).session_id
    spans = [
        {"start": 18, "end": 23, "label": "c2"},
        {"start": 27, "end": 32, "label": "c3"},
    ]
    queue = [NextText(row=0, spans=[LabelSpan.model_validate(span) for span in spans]), NextText(row=1)]
    context.workspace.labelling.set_queue(session, queue, 0, None)
    asked = call("label_examples", terminal, task="ner").ask
    assert asked
    assert asked.fields[0].value == "Paris (2) = Place; 10:30 = Time"
    name, arguments = form_call(asked, {"marks": asked.fields[0].value})
    asked = call(name, terminal, **arguments).ask
    assert asked
    assert (asked.fields[0].value, form_call(asked, {})[1]["marks"]) == ("-", "-")
    name, arguments = form_call(asked, {})
    call(name, terminal, **arguments)
    kept = {a.row: [s.model_dump() for s in a.spans] for a in context.workspace.labelling.answers(session)}
    assert kept == {0: spans, 1: []}

    asked = call("answer_example", terminal, row=1, action="back").ask
    assert asked
    assert asked.fields[0].value == "Paris (2) = Place; 10:30 = Time"
    name, arguments = form_call(asked, {"marks": ""})
    call(name, terminal, **arguments)
    assert [a.spans for a in context.workspace.labelling.answers(session)] == [[], []]


def test_several_suggested_categories_stand_in_the_form(context: ToolContext, call: Call, load: Load) -> None:
    terminal = ToolContext(context.workspace, context.workspace.transcripts.create("terminal").id)
    load([("a", "Ann went to Paris."), ("b", "Nothing here.")], ("no", "body"))
    session = shown(call("label_examples", terminal, task="multilabel", categories="Travel, People")).session_id
    queue = [NextText(row=0, scores={"c1": 0.6, "c2": 0.9}), NextText(row=1, scores={"c1": 0.1, "c2": 0.2})]
    context.workspace.labelling.set_queue(session, queue, 0, None)
    asked = call("label_examples", terminal, task="multilabel").ask
    for value, expected in (("People, Travel", ["c2", "c1"]), ("-", [])):
        assert asked
        assert asked.fields[0].value == value
        name, arguments = form_call(asked, {})
        asked = call(name, terminal, **arguments).ask
        assert context.workspace.labelling.answers(session)[-1].labels == expected


def test_a_wrong_answer_is_refused_with_every_fault(call: Call, load: Load, context: ToolContext) -> None:
    seen = start(call, load)
    at = desk(context, seen)
    for labels, spans in ((["c9"], []), (["c1", "c2"], []), ([], []), (["c1"], [SpanView(first=0, last=0, key="c1")])):
        with pytest.raises(InputError) as caught:
            answer(at, 0, labels=labels, spans=spans)
        assert caught.value.code in ("ANSWER_INVALID", "SPANS_INVALID")
    with pytest.raises(NotFound):
        answer(at, 4_000, labels=["c1"])
    with pytest.raises(NotFound):
        view(at, at=4_000)
    assert context.workspace.labelling.answers(seen.session_id) == []


def test_order_and_suggestions_come_from_the_worker(
    call: Call, load: Load, context: ToolContext, queue: FakeQueue
) -> None:
    seen = start(call, load)
    wait(seen.session_id, 10)
    at = desk(context, seen)
    queue.computations["next_to_label"] = lambda _arguments: {
        "queue": [
            {"row": 17, "by": "useful", "scores": {"c2": 0.6, "c1": 0.4, "gone": 0.9}},
            {"row": 3, "by": "chance"},
        ],
        "estimate": {"rows": 25, "score": 0.88, "low": 0.7, "high": 0.96, "good_enough": True, "gain": 0.0},
    }
    assert due(at.session, 0)
    refresh(context.workspace, seen.session_id)
    assert not due(at.session, 4)
    assert due(at.session, 5)
    now = view(at)
    assert now.item is not None
    assert now.item.row == 17
    assert now.item.suggestion is not None
    assert now.item.suggestion.labels == ["c2"]
    assert "“Orders”, 60 of 100 sure" in now.item.suggestion.sentence
    assert now.labelled == 0, "a suggestion is no answer"
    assert "88 of 100 right (between 70 and 96, judged on 25 texts" in now.estimate.sentence
    assert now.estimate.good_enough
    answer(at, 17, labels=["c1"])
    kept = context.workspace.labelling.answers(seen.session_id)[0]
    assert (kept.suggested, kept.by) == (["c2"], "useful")
    following = view(at).item
    assert following is not None
    assert following.row == 3
    assert "by chance" in following.why


def test_two_people_label_one_file(
    call: Call, load: Load, context: ToolContext, workspace_of: Callable[[str], Workspace]
) -> None:
    seen = start(call, load)
    own = desk(context, seen)
    for i in range(10):
        item = view(own).item
        assert item is not None
        answer(own, item.row, labels=[f"c{1 + i % 2}"])
    first = {a.row: a.labels for a in context.workspace.labelling.answers(seen.session_id)}
    code = str(call("invite_labeller").data["code"])

    guest = workspace_of("usr_guest")
    talk = ToolContext(guest, guest.transcripts.create("web").id)
    with pytest.raises(NotFound):
        desk_of(guest, seen.session_id)
    call("label_examples", talk, code=code, person="Ana")
    hers = desk_of(guest, seen.session_id)
    assert hers.person == "Ana"
    again = 0
    for _ in range(24):
        item = view(hers).item
        assert item is not None
        again += item.by == "again"
        assert (item.by == "again") == (item.row in first)
        wrong = again == 3 and item.by == "again"
        answer(hers, item.row, labels=["c1" if wrong else first.get(item.row, ["c1"])[0]])
    assert again == 6
    sentence = view(own).agreement
    assert sentence.startswith(
        ("You and Ana gave the same answer to 6 of 6", "You and Ana gave the same answer to 5 of 6")
    )
    assert view(own).people == 2
    for tool in ("finish_labelling", "invite_labeller"):
        with pytest.raises(InputError) as caught:
            call(tool, talk)
        assert caught.value.code == "NOT_THE_OWNER"
    assert guest.datasets.list() == []


def differing(
    call: Call, load: Load, context: ToolContext, guest: Workspace, task: str = "classification"
) -> tuple[LabelView, list[int]]:
    """Two people who answered the same six texts and differ on two of them; the rows of these two."""
    seen = start(call, load, task=task)
    own = desk(context, seen)
    code = str(call("invite_labeller").data["code"])
    talk = ToolContext(guest, guest.transcripts.create("web").id)
    call("label_examples", talk, code=code, person="Ana")
    hers = desk_of(guest, seen.session_id)
    for row in range(6):
        if task == "ner":
            answer(own, row, spans=[SpanView(first=0, last=0, key="c1")])
            answer(hers, row, spans=[SpanView(first=0, last=1 if row in (2, 4) else 0, key="c1")])
        else:
            answer(own, row, labels=["c1"])
            answer(hers, row, labels=["c2" if row in (2, 4) else "c1"])
    return seen, [2, 4]


def cells_of(context: ToolContext, column: str) -> list[Any]:
    made = context.workspace.datasets.list(context.conversation_id)[0]
    with context.workspace.storage.as_file(made.table_key) as table:
        return list(pq.read_table(table)[column].to_pylist())


def test_the_owner_decides_where_two_people_differ(
    call: Call, load: Load, context: ToolContext, workspace_of: Callable[[str], Workspace]
) -> None:
    guest = workspace_of("usr_guest")
    seen, (first, second) = differing(call, load, context, guest)
    assert view(desk(context, seen)).undecided == 2

    # Nothing is made before the owner has said what becomes of the rows on which they differ.
    output = call("finish_labelling")
    assert output.ask is not None
    assert output.ask.text == "You differ on 2 texts. Look at them first?"
    assert len(context.workspace.datasets.list(context.conversation_id)) == 1
    output = pressed(call, output.ask.options[0])
    card = DifferencesCard.of(output.cards[0].data)
    assert output.cards[0].title == "You differ on 2 texts"
    assert card.view.item is not None
    assert card.view.item.row == first
    assert [(s.who, s.sentence) for s in card.view.item.said] == [(["You"], "Billing"), (["Ana"], "Orders")]

    # The other's answer, then one's own; undo and decide otherwise.
    output = pressed(call, labelled(output, "Ana: Orders"))
    assert output.data["row"] == second
    output = pressed(call, labelled(output, "You: Billing"))
    assert (output.data["undecided"], output.data["decided"]) == (0, 2)
    output = pressed(call, labelled(output, "Undo"))
    assert (output.data["row"], output.data["undecided"]) == (second, 1)
    output = pressed(call, labelled(output, "Ana: Orders"))
    assert output.ask is not None
    assert output.ask.options[0].style == "primary"

    made = pressed(call, output.ask.options[0])
    assert made.data["labelled_rows"] == 6
    assert cells_of(context, "label")[:6] == ["Billing", "Billing", "Orders", "Billing", "Orders", "Billing"]
    version = context.workspace.datasets.list(context.conversation_id)[0]
    assert version.step is not None
    assert version.step.title == "6 rows labelled by hand, 2 of them decided where people differed"
    said = [a for a in context.workspace.labelling.answers(seen.session_id) if a.row == first]
    assert [(a.person, a.labels, a.state) for a in said if a.state == "labelled"] == [
        ("", ["c1"], "labelled"), ("Ana", ["c2"], "labelled"),
    ]  # fmt: skip
    assert view(desk(context, seen)).agreement.startswith("You and Ana gave the same answer to 4 of 6")
    assert view(desk(context, seen)).people == 2


def test_another_category_than_either_gave_and_rows_left_open(
    call: Call, load: Load, context: ToolContext, workspace_of: Callable[[str], Workspace]
) -> None:
    guest = workspace_of("usr_guest")
    seen, (_, second) = differing(call, load, context, guest)
    call("change_categories", add=["Returns"])
    output = call("decide_differences")
    assert pressed(call, labelled(output, "Decide later")).data["row"] == second
    output = pressed(call, labelled(output, "Returns"))
    assert output.data["row"] == second
    with pytest.raises(InputError) as caught:
        call("decide_differences", row=second, labels=["Returns", "Orders"])
    assert caught.value.code == "ANSWER_INVALID"
    for row, number in ((second, 999), (39, 1)):
        with pytest.raises(NotFound) as missing:
            call("decide_differences", row=row, answer=number)
        assert missing.value.code == "ANSWER_NOT_FOUND"
    with pytest.raises(InputError) as caught:
        call(
            "decide_differences",
            ToolContext(guest, guest.transcripts.create("web").id),
            session_id=seen.session_id,
        )
    assert caught.value.code == "NOT_THE_OWNER"
    output = call("finish_labelling")
    assert pressed(call, labelled(output, "Leave them empty")).data["rows_on_which_people_differ"] == 1
    assert cells_of(context, "label")[:6] == ["Billing", "Billing", "Returns", "Billing", None, "Billing"]
    # A category that goes takes the decisions for it along: people differ again.
    call("change_categories", remove=["Returns"])
    assert call("decide_differences").data["undecided"] == 2


def test_marked_words_are_decided_too(
    call: Call, load: Load, context: ToolContext, workspace_of: Callable[[str], Workspace]
) -> None:
    guest = workspace_of("usr_guest")
    _, (first, _) = differing(call, load, context, guest, task="ner")
    item = DifferencesCard.of(call("decide_differences").cards[0].data).view.item
    assert item is not None
    words = [token.text for token in item.tokens]
    yours, hers = item.said
    assert (yours.sentence, hers.sentence) == (f"{words[0]} = Billing", f"{words[0]} {words[1]} = Billing")
    assert hers.spans == [SpanView(first=0, last=1, key="c1")]
    call("decide_differences", row=first, answer=hers.answer)
    call("finish_labelling", leave_open=True)
    cell = json.loads(cells_of(context, "spans")[first])
    assert [(s["start"], s["label"]) for s in cell] == [(0, "Billing")]
    assert real_texts(40)[first][: cell[0]["end"]] == f"{words[0]} {words[1]}"


def labelled(output: ToolOutput, label: str) -> Option:
    assert output.ask is not None
    return next(o for o in output.ask.options if o.label == label)


def pressed(call: Call, option: Option) -> ToolOutput:
    tool, arguments = call_of(option.id)
    return call(tool, **arguments)


def test_deleted_data_takes_its_labelling_along(call: Call, load: Load, context: ToolContext) -> None:
    seen = start(call, load)
    item = seen.item
    assert item is not None
    answer(desk(context, seen), item.row, labels=["c1"])
    tool = all_tools()["delete_dataset"]
    tool(context, tool.validate({}))
    with pytest.raises(NotFound):
        context.workspace.labelling.get(seen.session_id)
    assert context.workspace.labelling.answers(seen.session_id) == []


def test_hosted_suggestions_need_a_yes_and_are_only_suggestions(
    call: Call, load: Load, context: ToolContext, queue: FakeQueue
) -> None:
    seen = start(call, load)
    with pytest.raises(InputError) as caught:
        call("prelabel_examples")
    assert caught.value.code == "NO_CHAT_MODEL"
    said = {"1": ["Orders"], "2": "billing", "3": ["nothing like it"], "99": ["Orders"], "x": 1}
    with OpenAIServer(
        [Text(f"Sure:\n```json\n{json.dumps(said)}\n```"), Status(500), Status(500), Text("no")]
    ) as server:
        settings = context.workspace.settings.model_copy(
            update={"chat_model": "test-model", "openai_base_url": server.url}
        )
        hosted = ToolContext(Workspace(context.owner_id, settings, queue), context.conversation_id)
        tool = all_tools()["prelabel_examples"]
        arguments = tool.validate({"texts": 3})
        assert tool.describe is not None
        request = tool.describe(hosted, arguments)
        assert request.text.startswith("Send 3 texts from “mails” (")
        assert f"test-model at {server.url.split('/')[2]}" in request.text
        assert server.requests == []

        now = shown(tool(hosted, arguments))
        sent = json.dumps(server.requests[0]["messages"], ensure_ascii=False)
        assert sum(text[:40] in sent for text in real_texts(40)) == 3
        assert now.labelled == 0
        assert now.item is not None
        assert now.item.suggestion is not None
        assert now.item.suggestion.sentence == "The chat model suggests “Orders”. Check it before you take it."
        assert list(context.workspace.labelling.get(seen.session_id).hints.values()) == [["c2"], ["c1"]]
        assert tool.describe(hosted, arguments).fingerprint != request.fingerprint
        for _ in range(2):
            with pytest.raises(Unavailable):
                tool(hosted, arguments)


def test_hosted_marks_are_looked_up_in_the_text(call: Call, load: Load, context: ToolContext, queue: FakeQueue) -> None:
    text = "Ann met Ann Lee in Paris; Paris was cold."
    load([("a", text), ("b", "Nothing here."), ("c", "Send it to Rome.")], ("no", "body"))
    seen = shown(call("label_examples", task="ner", categories="Person, Place"))
    wait(seen.session_id, 10)
    marks: dict[int, Any] = {
        0: [
            {"text": "Ann", "label": "Person", "n": 1, "start": 99},
            {"text": "Ann Lee", "label": "person", "n": 1},
            {"text": "Paris", "label": "Place", "n": 2},
            {"text": "Paris", "label": "Place", "n": 3},
            {"text": "Lee in", "label": "Place", "n": 1},
            {"text": "London", "label": "Place", "n": 1},
            {"text": "cold", "label": "Weather", "n": 1},
            "Paris",
        ],
        1: [],
        2: [{"text": "Rome", "label": "Place"}],
    }
    sent = order_without_model(seen.session_id, [0, 1, 2])
    said = {str(number): marks[row] for number, row in enumerate(sent, start=1)}
    with OpenAIServer([Text(json.dumps(said))]) as server:
        settings = context.workspace.settings.model_copy(
            update={"chat_model": "test-model", "openai_base_url": server.url}
        )
        hosted = ToolContext(Workspace(context.owner_id, settings, queue), context.conversation_id)
        tool = all_tools()["prelabel_examples"]
        assert tool.describe is not None
        assert "It suggests words to mark in each" in tool.describe(hosted, tool.validate({})).text
        now = shown(tool(hosted, tool.validate({})))
    assert now.labelled == 0
    at = desk(context, seen)
    suggested = {row: view(at, row).item for row in range(3)}
    words = [token.text for token in suggested[0].tokens] if suggested[0] else []
    first, nothing, last = (item.suggestion for row in range(3) if (item := suggested[row]) is not None)
    assert first is not None
    assert [(" ".join(words[s.first : s.last + 1]), s.first, s.key) for s in first.spans] == [
        ("Ann", 0, "c1"), ("Ann Lee", 2, "c1"), ("Paris", 7, "c2"),
    ]  # fmt: skip
    assert first.sentence == "The chat model suggests 3 places to mark. Check each first."
    assert nothing is not None
    assert nothing.sentence.startswith("The chat model found nothing to mark here.")
    assert last is not None
    assert [s.key for s in last.spans] == ["c2"]
    assert context.workspace.labelling.answers(seen.session_id) == [], "a suggestion is no answer"
    with pytest.raises(InputError) as caught:
        call("prelabel_examples")
    assert caught.value.code == "NO_CHAT_MODEL"
