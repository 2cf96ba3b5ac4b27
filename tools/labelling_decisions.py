"""Where people who label one file differ: what each of them said, and the owner's decision about it."""

from collections.abc import Sequence
from typing import Annotated, Literal, cast

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import DecidingView, DifferencesCard, DifferenceView, LabelClassView, SaidView
from tools.context import ToolContext
from tools.labeling import find_desk
from tools.labelling_desk import pool_of, seen_of, span_views, tokens_of
from tools.labelling_said import labels_said
from tools.labelling_show import USE
from tools.labelling_words import name_of
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.words import count, listed
from workspace.dataset import TaskKind
from workspace.errors import InputError, NotFound
from workspace.events import Asked, Option
from workspace.home import Workspace
from workspace.labelling import DECISION, LabelAnswer, LabelSession
from workspace.labelling_agreement import agreed, alike, by_row

MOST_OTHERS = 12
_Task = Literal["classification", "multilabel", "ner"]


@tool()
def decide_differences(
    context: ToolContext,
    row: Annotated[int | None, Field(description="number of the row that was shown")] = None,
    answer: Annotated[int | None, Field(description="number of the answer that the person says is right")] = None,
    labels: Annotated[
        list[str] | str | None, Field(description="categories, where the person says that none of the answers is right")
    ] = None,
    action: Annotated[
        Literal["decide", "later", "undo"], Field(description="'later' goes to the next one, 'undo' takes one back")
    ] = "decide",
    session_id: Annotated[
        str | None, Field(description="id of the labelling; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Shows the texts on which people who label together differ, one at a time, and keeps what the owner decides.

    Only the person decides, never you.
    """
    desk = find_desk(context, session_id)
    if desk.workspace.owner_id != context.owner_id:
        raise InputError("NOT_THE_OWNER", "Who began this labelling decides.", "Talk with them about these texts.")
    workspace, session = desk.workspace, desk.session
    after = None
    if action == "undo":
        seen = taken_back(workspace, session)
    else:
        if action == "later":
            after = row
        elif row is not None:
            decide(workspace, session, row, answer, _names(labels))
        seen = differences(workspace, session, after)
    return _shown(workspace, session, seen)


def differences(
    workspace: Workspace, session: LabelSession, after: int | None = None, at: int | None = None
) -> DecidingView:
    """What to decide now: the row ``at``, or the next one on which people differ, counted on from ``after``."""
    answers = workspace.labelling.answers(session.id)
    given = by_row(answers)
    _, split = agreed(answers)
    waiting = [row for row in split if row > (-1 if after is None else after)] or split
    row = at if at in given else waiting[0] if waiting else None
    decisions = [a for a in answers if a.state == "decided"]
    return DecidingView(
        session_id=session.id,
        task=cast(_Task, session.task.value),
        classes=[LabelClassView(key=c.key, name=plain(c.name, 80), colour=c.colour, count=0) for c in session.classes],
        item=_difference(workspace, session, row, given[row]) if row is not None else None,
        undecided=len(split),
        decided=len(decisions),
        can_undo=bool(decisions),
    )


def decide(
    workspace: Workspace, session: LabelSession, row: int, answer: int | None, labels: Sequence[str] = ()
) -> None:
    """Keeps one of the answers, by its number, or other categories, as what counts for the row.

    Raises:
        NotFound: ANSWER_NOT_FOUND where nobody gave that answer to this row.
        InputError: a category that there is not; none or several where one is needed.
    """
    given = by_row(workspace.labelling.answers(session.id)).get(row, [])
    if not given:
        raise NotFound("ANSWER_NOT_FOUND", "Nobody has answered this text.", "Go on with the next one.")
    spans = []
    if labels:
        keys = list(dict.fromkeys(labels_said(session, labels)))
        if session.task is TaskKind.NER or (session.task is TaskKind.CLASSIFICATION and len(keys) != 1):
            raise InputError(
                "ANSWER_INVALID", "This cannot be decided so.", "Choose one of the answers, or go back to the text."
            )
    else:
        taken = next((a for a in given if a.seq == answer), None)
        if taken is None:
            raise NotFound("ANSWER_NOT_FOUND", "Nobody gave this answer.", "Choose one of those that are shown.")
        keys, spans = taken.labels, taken.spans
    workspace.labelling.answer(
        session.id,
        LabelAnswer(row=row, person=DECISION, state="decided", labels=keys, spans=spans, by="decided"),
    )


def taken_back(workspace: Workspace, session: LabelSession) -> DecidingView:
    """The last decision is undone, and its text is shown again. Raises NotFound where there is none."""
    decisions = [a for a in workspace.labelling.answers(session.id) if a.state == "decided"]
    if not decisions:
        raise NotFound("NOTHING_BEFORE", "Nothing has been decided yet.", "Decide about the text that is shown.")
    row = decisions[-1].row
    workspace.labelling.take_back(session.id, row)
    return differences(workspace, session, at=row)


def _difference(workspace: Workspace, session: LabelSession, row: int, given: Sequence[LabelAnswer]) -> DifferenceView:
    text = pool_of(workspace, session)[row]
    offsets, whole, cut = seen_of(session, text)
    return DifferenceView(
        row=row,
        text=whole,
        cut=cut,
        tokens=tokens_of(text.text, offsets),
        said=[
            SaidView(
                answer=same[0].seq,
                who=[name_of(a.person) for a in same],
                sentence=_in_words(session, same[0], text.text),
                labels=same[0].labels,
                spans=span_views(same[0].spans, offsets),
            )
            for same in alike(given)
        ],
    )


def _in_words(session: LabelSession, answer: LabelAnswer, text: str) -> str:
    names = {c.key: plain(c.name, 80) for c in session.classes}
    if session.task is TaskKind.NER:
        marks = [f"{plain(text[s.start : s.end], 60)} = {names.get(s.label, '')}" for s in answer.spans]
        return "; ".join(marks) or "nothing to mark"
    return ", ".join(names[key] for key in answer.labels if key in names) or "no category"


def _shown(workspace: Workspace, session: LabelSession, seen: DecidingView) -> ToolOutput:
    dataset = workspace.datasets.get(session.dataset_id)
    use = button(USE, "finish_labelling", primary=seen.item is None, session_id=session.id)
    more = button("Go on labelling", "label_examples", dataset_id=session.dataset_id)
    card = DifferencesCard(
        session_id=session.id,
        dataset_name=plain(dataset.name),
        url=f"/api/v1/labelling/{session.id}",
        view=seen,
        buttons=[use, more],
    )
    if seen.item is None:
        title = "You agree on every text that two of you answered"
        title = f"{count(seen.decided, 'difference')} decided, none is left" if seen.decided else title
    else:
        title = f"You differ on {count(seen.undecided, 'text')}" if seen.undecided else "A decision to look at again"
    data: dict[str, JsonValue] = {
        "session_id": session.id,
        "undecided": seen.undecided,
        "decided": seen.decided,
        "row": seen.item.row if seen.item else None,
        "answers": [
            {"answer": said.answer, "who": quote(listed(said.who), 120), "says": quote(said.sentence, 200)}
            for said in (seen.item.said if seen.item else [])
        ],
    }
    return ToolOutput(data=data, cards=[card.card(title)], ask=_ask(seen, use, more), stage="data")


def _ask(seen: DecidingView, use: Option, more: Option) -> Asked:
    def press(label: str, **arguments: str) -> Option:
        return button(label, "decide_differences", primary=False, session_id=seen.session_id, **arguments)

    undo = [press("Undo", action="undo")] if seen.can_undo else []
    if seen.item is None:
        return ask("Nothing is left to decide. How shall we go on?", use, more, *undo)
    row = str(seen.item.row)
    given = {key for said in seen.item.said for key in said.labels}
    options = [
        press(f"{listed(said.who)}: {said.sentence}"[:120], row=row, answer=str(said.answer)) for said in seen.item.said
    ]
    if seen.task == "classification":
        options += [press(c.name, row=row, labels=c.key) for c in seen.classes if c.key not in given][:MOST_OTHERS]
    later = [press("Decide later", row=row, action="later")] if seen.undecided > 1 else []
    return ask(f"Which answer is right? “{plain(seen.item.text, 400)}”", *options, *later, *undo, use)


def _names(given: list[str] | str | None) -> list[str]:
    return [given] if isinstance(given, str) else given or []
