"""A labelling as cards and questions: on a page a card that answers by itself, elsewhere one question after another."""

from pydantic import JsonValue

from tools.asking import ask, button, form
from tools.cards import GivenView, LabelCard, LabelItemView, LabelView, SuggestionView
from tools.context import ToolContext
from tools.labelling_desk import Desk, view
from tools.labelling_refresh import wait
from tools.labelling_result import EXPORTS
from tools.labelling_said import NOTHING, spans_in_words
from tools.quoting import plain, quote
from tools.registry import ToolOutput
from tools.words import count
from workspace.errors import NotFound
from workspace.events import Asked, FormField, Option

USE = "Use my answers"
PLAN = "Make a plan"
SUGGEST = "Suggest categories"
MOST_BUTTONS = 30
_PATIENCE_SECONDS = 20.0
"""Where questions come one by one, the next waits so long for the order and the suggestion that are being made."""


def shown(context: ToolContext, desk: Desk, at: int | None = None, suggested: int | None = None) -> ToolOutput:
    """The labelling as it is now.

    Args:
        at: the row to show instead of the next one.
        suggested: how many categories were found among the texts, where that was just tried.
    """
    on_page = _on_page(context)
    seen = view(desk, at)
    if not on_page and seen.preparing and seen.item is not None and not seen.item.suggestion:
        wait(desk.session_id, _PATIENCE_SECONDS)
        seen = view(desk, at)
    session = desk.session
    dataset = desk.workspace.datasets.get(session.dataset_id)
    use = button(USE, "finish_labelling", session_id=session.id)
    buttons = [use] if desk.workspace.owner_id == context.owner_id else []
    card = LabelCard(
        session_id=session.id,
        dataset_id=session.dataset_id,
        dataset_name=plain(dataset.name),
        url=f"/api/v1/labelling/{session.id}",
        view=seen,
        exports=list(EXPORTS) if buttons else [],
        button=button("Decide where you differ", "decide_differences", session_id=session.id) if buttons else None,
        buttons=buttons,
    )
    data: dict[str, JsonValue] = {
        "session_id": session.id,
        "dataset_id": session.dataset_id,
        "task": session.task.value,
        "column": quote(session.target, 80),
        "categories": [{"name": quote(c.name, 80), "answers": c.count} for c in seen.classes],
        "texts": seen.texts,
        "labelled": seen.labelled,
        "good_enough": seen.estimate.good_enough,
        "estimate": quote(seen.estimate.sentence, 300),
        "row": seen.item.row if seen.item else None,
    }
    decide = [card.button] if card.button and seen.undecided else []
    asked = _page(use, seen) if on_page else _ask(desk, seen, [*decide, use])
    if not seen.classes:
        asked = _no_categories(session.id, suggested)
    return ToolOutput(data=data, cards=[card.card(_title(seen, suggested))], ask=asked, stage="data")


def _title(seen: LabelView, suggested: int | None) -> str:
    if not seen.classes:
        return f"{count(seen.texts, 'text')} to label, and no categories yet"
    if suggested:
        return f"I found {count(suggested, 'group')} in your texts; change their names as you like"
    if seen.item is None:
        return f"Every text has been asked: {count(seen.labelled, 'answer')}"
    if not seen.labelled:
        return f"{count(seen.texts, 'text')} to label: the most useful ones come first"
    return f"{count(seen.labelled, 'text')} labelled so far"


def _on_page(context: ToolContext) -> bool:
    if not context.conversation_id:
        return False
    try:
        return context.workspace.transcripts.head(context.conversation_id).surface == "web"
    except NotFound:
        return False


def _page(use: Option, seen: LabelView) -> Asked:
    enough = " That is enough to go on." if seen.estimate.good_enough else ""
    return ask(
        f"Answer in the card; number keys work too. Everything is kept at once, so you may stop at any time.{enough}",
        use.model_copy(update={"style": "primary" if seen.estimate.good_enough else "plain"}),
    )


def _no_categories(session_id: str, suggested: int | None) -> Asked:
    found = "I found no clear groups in the texts. " if suggested == 0 else ""
    example = "For example: “categories are Billing, Delivery and Other”."
    return ask(
        f"{found}Which categories should there be? Write their names with commas between them. {example}",
        button(SUGGEST, "change_categories", suggest="true", session_id=session_id),
    )


def _ask(desk: Desk, seen: LabelView, ends: list[Option]) -> Asked:
    """The question about one text, for a terminal."""
    if seen.item is None:
        return ask("There is nothing left to ask. How shall we go on?", *ends)
    row, session = str(seen.item.row), seen.session_id

    def press(label: str, primary: bool = False, **arguments: str) -> Option:
        who = {"person": seen.person} if seen.person else {}
        return button(label, "answer_example", primary=primary, row=row, session_id=session, **who, **arguments)

    others = [press("Skip", action="skip"), press("Not sure", action="unsure")]
    others += [press("Back", action="back")] if seen.can_go_back else []
    others += ends
    if seen.task == "classification":
        likely = seen.item.suggestion.labels[:1] if seen.item.suggestion else []
        options = [
            press(c.name + (" (suggested)" if c.key in likely else ""), primary=c.key in likely, labels=c.key)
            for c in seen.classes[:MOST_BUTTONS]
        ]
        return ask(f"Which category? “{plain(seen.item.text, 400)}”", *options, *others)
    # The field shows what was suggested, or what was said before; the button alone keeps that.
    names = ", ".join(c.name for c in seen.classes[:MOST_BUTTONS])
    if seen.task == "multilabel":
        keys = [key for key in _prefilled(seen.item).labels if key in {c.key for c in seen.classes}]
        value = ", ".join(c.name for key in keys for c in seen.classes if c.key == key) or NOTHING
        hint = f"Of {names}; commas between them. “{NOTHING}” where none fits."
        field = FormField(name="labels", label="Categories", kind="text", help=hint, value=value)
        keep = press("Keep", labels=",".join(keys) or NOTHING)
        return form(f"Which categories? “{plain(seen.item.text, 400)}”", [field], keep, *others)
    value = spans_in_words(desk, seen.item.row, _prefilled(seen.item).spans) or NOTHING
    hint = f"Such as “Paris = Place; Ann Lee = Person”, “{NOTHING}” for nothing. Labels: {names}."
    field = FormField(name="marks", label="Marked words", kind="text", help=hint, value=value)
    keep = press("Keep", marks=value)
    return form(f"What is to be marked? “{plain(seen.item.text, 400)}”", [field], keep, *others)


def _prefilled(item: LabelItemView) -> GivenView | SuggestionView:
    """What this person answered before, else what is suggested."""
    before = item.given if item.given and item.given.state == "labelled" else None
    return before or item.suggestion or SuggestionView(sentence="")
