"""Labelling by people: start or go on, change the categories, answer in a terminal, use the answers, invite others."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.asking import UPLOAD, ask, button
from tools.cards import SpanView
from tools.columns import Choice, problems_of
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.inspecting import inspected, labels_of
from tools.labelling_classes import changed_classes
from tools.labelling_desk import Desk, answer, before, desk_of
from tools.labelling_result import make_version
from tools.labelling_said import NOTHING, labels_said, spans_said
from tools.labelling_show import PLAN, shown
from tools.labelling_start import begin, existing, suggested_names, target_column, with_names
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace.dataset import Dataset, TaskKind
from workspace.errors import InputError, NotFound
from workspace.labelling import join
from workspace.labelling_agreement import agreed

_SESSION = Field(description="id of the labelling; leave out for the newest of this conversation")
_LIST = list[str] | str | None


@tool()
def label_examples(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    text: Annotated[
        list[str] | str | None, Field(description="column(s) with the texts, where the guess is wrong")
    ] = None,
    label: Annotated[
        str | None, Field(description="column that gets the answers: one with gaps, or a new name; usually left out")
    ] = None,
    task: Annotated[
        TaskKind | None,
        Field(description="classification (one category a text), multilabel (several), ner (mark words in the text)"),
    ] = None,
    categories: Annotated[
        _LIST, Field(description="names of the categories, where the person has said them; else they are suggested")
    ] = None,
    person: Annotated[
        str | None, Field(description="name of who labels now, where several people label on this computer")
    ] = None,
    code: Annotated[str | None, Field(description="code with which somebody else has invited this person")] = None,
    gaps_only: Annotated[
        bool, Field(description="the person wants only what is missing: says so where every row has its answer")
    ] = False,
) -> ToolOutput:
    """Lets the person label texts by hand: for data without an answer column, or with gaps in it.

    It shows one text at a time with buttons, the most useful ones first, and suggests categories where there are none.
    Call it again to go on later; nothing is lost. Only the person answers, never you.
    """
    if code:
        _, session_id = join(context.workspace.engine, context.owner_id, plain(person or "", 60), code)
        return shown(context, desk_of(context.workspace, session_id))
    dataset = find_dataset(context, dataset_id)
    target = target_column(dataset, label)
    if gaps_only:
        _check_gaps(dataset, target)
    session = existing(context, dataset, target, task) if not text else None
    names = _names(categories)
    if session is None:
        session = begin(context, dataset, text, target, task, names)
    if names:
        begun = session.pool.known or context.workspace.labelling.answers(session.id)
        # Before the first answer the named categories stand in place of those that were only suggested.
        kept = session.classes if begun else []
        moved: dict[str, str | None] = {} if begun else {c.key: None for c in session.classes}
        context.workspace.labelling.set_classes(session.id, with_names(kept, names), moved)
    elif not session.classes:
        found = suggested_names(context, session)
        context.workspace.labelling.set_classes(session.id, with_names([], found))
        return shown(context, desk_of(context.workspace, session.id, person or ""), suggested=len(found))
    return shown(context, desk_of(context.workspace, session.id, person or ""))


def _check_gaps(dataset: Dataset, target: str | None) -> None:
    column = dataset.profile.column(target or (dataset.profile.task.label if dataset.profile.task else "") or "")
    if column is not None and not column.missing:
        raise InputError(
            "NOTHING_TO_LABEL",
            f"Nothing is left to label: every row of “{plain(dataset.name, 60)}” has an answer in "
            f"“{plain(column.name)}”.",
            "Check whether the labels are right, or make a plan. To label anew, name a column for it.",
        )


@tool()
def change_categories(
    context: ToolContext,
    add: Annotated[_LIST, Field(description="names of new categories")] = None,
    remove: Annotated[_LIST, Field(description="names of categories to take away; their texts are asked again")] = None,
    rename: Annotated[dict[str, str] | None, Field(description="old name to new name")] = None,
    merge: Annotated[_LIST, Field(description="names of categories that become one")] = None,
    into: Annotated[str | None, Field(description="name of the one they become; the first of them if left out")] = None,
    suggest: Annotated[bool, Field(description="look for groups of texts and add their names")] = False,
    session_id: Annotated[str | None, _SESSION] = None,
) -> ToolOutput:
    """Adds, renames, merges or removes categories of a labelling. Answers that were given follow.

    Use it for words such as "rename Billing to Invoices" or "merge Refund and Returns".
    """
    desk = find_desk(context, session_id)
    session = desk.session
    added = _names(add)
    if suggest:
        added += suggested_names(context, session)
    classes, moved = changed_classes(
        session.classes, add=added, remove=_names(remove), rename=rename or {}, merge=_names(merge), into=into
    )
    desk.workspace.labelling.set_classes(session.id, classes, moved)
    return shown(context, desk)


@tool()
def answer_example(
    context: ToolContext,
    row: Annotated[int, Field(description="number of the row that was shown")],
    labels: Annotated[_LIST, Field(description="the category or categories that the person said")] = None,
    marks: Annotated[
        str | None, Field(description="for marking words: 'Paris = Place; Ann Lee = Person', as the person said it")
    ] = None,
    action: Annotated[
        Literal["answer", "skip", "unsure", "back"], Field(description="what the person does with this text")
    ] = "answer",
    changes: Annotated[
        dict[str, str] | None, Field(description="what was filled into the form: labels or marks")
    ] = None,
    person: Annotated[str | None, Field(description="name of who labels, where there are several")] = None,
    session_id: Annotated[str | None, _SESSION] = None,
) -> ToolOutput:
    """Keeps what the person said about the text that was shown, and shows the next one.

    For conversations without a page to click on. Never answer for the person.
    """
    desk = find_desk(context, session_id, person or "")
    if action == "back":
        return shown(context, desk, at=before(desk, row))
    if action in ("skip", "unsure"):
        answer(desk, row, "skipped" if action == "skip" else "unsure")
        return shown(context, desk)
    session = desk.session
    said = changes or {}
    if session.task is TaskKind.NER:
        spans: list[SpanView] = spans_said(desk, row, said.get("marks", marks or ""))
        answer(desk, row, spans=spans)
    else:
        named = [name for name in _names(said.get("labels", labels)) if name != NOTHING]
        answer(desk, row, labels=labels_said(session, named))
    return shown(context, desk)


@tool()
def finish_labelling(
    context: ToolContext,
    leave_open: Annotated[
        bool, Field(description="leave rows empty on which people differ, without asking; only if the person says so")
    ] = False,
    session_id: Annotated[str | None, _SESSION] = None,
) -> ToolOutput:
    """Makes a new version of the data from the answers so far, ready for a plan. Labelling can go on afterwards.

    Rows without an answer stay empty; the uploaded file is not changed. Where people differ it asks first.
    """
    desk = find_desk(context, session_id)
    if desk.workspace.owner_id != context.owner_id:
        raise InputError(
            "NOT_THE_OWNER",
            "Your answers are kept; the data belongs to who invited you.",
            "Tell them that you are done: they can use all answers.",
        )
    session = desk.session
    if not leave_open and (undecided := agreed(desk.workspace.labelling.answers(session.id))[1]):
        return _decide_first(session.id, len(undecided))
    dataset, done, split = make_version(context.workspace, session)
    choice = Choice(session.text, session.target, session.task, True)
    output = inspected(context, dataset, choice)
    data: dict[str, JsonValue] = {
        "labelled_rows": done.cells,
        "rows_with_the_same_text": done.repeats,
        "rows_on_which_people_differ": split,
        "column": quote(session.target, 80),
        "session_id": session.id,
    }
    differ = f" On {count(split, 'row')} people differ; they stay empty." if split else ""
    same = f" {count(done.repeats, 'of them repeats a text', 'of them repeat a text')} that you answered once."
    same = same if done.repeats else ""
    have = f"{count(done.cells, 'row')} of {dataset.rows:,} {'has' if done.cells == 1 else 'have'} a label now"
    found = f"{have}, as version {dataset.version}.{same}{differ}"
    safe = "Your file is unchanged, and this can be undone."
    more = button("Label more", "label_examples", dataset_id=dataset.id)
    blocking = {
        p.code
        for p in problems_of(dataset, choice, len(labels_of(context, dataset, session.target, session.task)))
        if p.severity == "blocking"
    }
    if blocking & {"ONE_CLASS", "FEW_ROWS", "RARE_CLASSES"}:
        little = "That is too little to learn from yet: two categories and ten rows are the least, 50 are a start."
        asked = ask(f"{found} {safe} {little}", more.model_copy(update={"style": "primary"}), UPLOAD)
    elif blocking:
        asked = ask(f"{found} {safe} The card above has them for download, for other tools as well.", more, UPLOAD)
    else:
        task = session.task.value
        plan = button(PLAN, "propose_plan", primary=True, dataset_id=dataset.id, label=session.target, task=task)
        asked = ask(f"{found} {safe} How shall we go on?", plan, more, UPLOAD)
    return output.model_copy(update={"data": output.data | data, "ask": asked})


def _decide_first(session_id: str, differ: int) -> ToolOutput:
    """On some rows people differ: nothing is made before the owner has said what becomes of them."""
    return ToolOutput(
        data={"session_id": session_id, "undecided": differ},
        ask=ask(
            f"You differ on {count(differ, 'text')}. Look at {'it' if differ == 1 else 'them'} first?",
            button(
                "Decide them" if differ > 1 else "Decide it", "decide_differences", primary=True, session_id=session_id
            ),
            button("Leave them empty", "finish_labelling", session_id=session_id, leave_open="true"),
        ),
        stage="data",
    )


@tool()
def invite_labeller(context: ToolContext, session_id: Annotated[str | None, _SESSION] = None) -> ToolOutput:
    """Makes a code with which a colleague can label the same texts; agreement is shown once both have answered some.

    An older code ends with it.
    """
    desk = find_desk(context, session_id)
    if desk.workspace.owner_id != context.owner_id:
        raise InputError("NOT_THE_OWNER", "Only who began this labelling can invite others.", "Ask them to do it.")
    code = desk.workspace.labelling.invite(desk.session_id)
    question = (
        f"Give your colleague this code: {code}. They log in, start a conversation and write: label with code {code}. "
        "They see the texts of this labelling and nothing else of yours. Every fourth text is one that you have "
        "answered, so that I can tell how far you agree."
    )
    return ToolOutput(
        data={"session_id": desk.session_id, "code": code},
        ask=ask(question, button("Go on labelling", "label_examples", dataset_id=desk.session.dataset_id)),
        stage="data",
    )


def find_desk(context: ToolContext, session_id: str | None, person: str = "") -> Desk:
    """By id; else the newest labelling of this conversation, else of the user. Raises NotFound."""
    if session_id:
        return desk_of(context.workspace, session_id, person)
    own = context.workspace.labelling
    found = own.list(conversation_id=context.conversation_id) if context.conversation_id else []
    found = found or own.list()
    if not found and (joined := own.joined()):
        return desk_of(context.workspace, joined[0])
    if not found:
        raise NotFound("NO_LABELLING", "Nothing is being labelled yet.", "Say “label some rows” to begin.")
    return Desk(context.workspace, found[0].id, plain(person, 60))


def _names(given: _LIST) -> list[str]:
    if given is None:
        return []
    parts = [given] if isinstance(given, str) else given
    return [name.strip() for part in parts for name in part.split(",") if name.strip()]
