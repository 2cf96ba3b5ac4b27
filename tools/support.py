"""Asking people for help, and saying how good an answer was."""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from tools.asking import ask, button
from tools.context import ToolContext
from tools.quoting import plain
from tools.registry import ApprovalRequest, ToolOutput, tool
from workspace.errors import InputError
from workspace.events import Asked, AssistantSaid, CardShown
from workspace.support import Access, SupportCase, notify

_STATES = {
    "open": "It waits for somebody to look at it.",
    "answered": "Somebody has answered; the answer stands in this conversation.",
    "closed": "It is closed.",
}


def _case(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    """What is given away, and to whom."""
    message: str = getattr(arguments, "message", "")
    _conversation(context)
    text = (
        f"Shall I ask the people who run this wizard for help? They read this conversation and your question: "
        f"“{plain(message, 300)}”. Personal data and the texts of your rows stay hidden unless they give a reason, "
        "which you can see."
    )
    return ApprovalRequest(
        text=text, fingerprint=hashlib.sha256(message.encode()).hexdigest(), accept_label="Ask them", decline_label="No"
    )


@tool(describe=_case)
def ask_support(
    context: ToolContext,
    message: Annotated[str, Field(description="what the person needs, in their own words", max_length=4000)],
) -> ToolOutput:
    """Asks the support staff for help, with this conversation attached.

    Use it when the person asks for a human being, or when the same problem came back twice.
    """
    conversation = _conversation(context)
    if not message.strip():
        raise InputError("QUESTION_EMPTY", "There is no question yet.", "Say in a sentence what you need.")
    case = context.workspace.cases.open(conversation, message.strip())
    told = notify(context.workspace.settings, case)
    return ToolOutput(data={**_facts(case), "somebody_was_told": told}, ask=_next())


@tool()
def support_state(context: ToolContext) -> ToolOutput:
    """Tells how a question to the support staff stands, and who looked into this conversation and why.

    Use it when the person asks whether somebody has looked.
    """
    conversation = _conversation(context)
    cases = context.workspace.cases.list(conversation)
    looked: list[JsonValue] = [_in_words(access) for access in context.workspace.cases.accesses(conversation)]
    if not cases and looked:
        return ToolOutput(data={"state": "none", "meaning": "You have asked nobody here.", "looked": looked})
    if not cases:
        raise InputError(
            "NO_CASE", "Nobody was asked for help in this conversation.", "Say that you would like to ask a person."
        )
    return ToolOutput(data={**_facts(cases[0]), "looked": looked}, ask=_next())


@tool()
def give_feedback(
    context: ToolContext,
    verdict: Annotated[Literal["good", "bad"], Field(description="whether the last answer helped")],
    comment: Annotated[str, Field(description="what the person said about it", max_length=2000)] = "",
) -> ToolOutput:
    """Keeps what the person thinks of the last answer. Use it when they praise it, or say that it was no help."""
    conversation = _conversation(context)
    events = context.workspace.transcripts.load(conversation).events
    about = [stored.seq for stored in events if isinstance(stored.event, (AssistantSaid, CardShown))]
    if not about:
        raise InputError("NOTHING_SAID", "There is no answer yet to judge.", "Go on with what you would like to do.")
    context.workspace.feedback.put(conversation, about[-1], 1 if verdict == "good" else 0, comment)
    question = None
    if verdict == "bad":
        person = button("Ask a person", "ask_support", message=comment or "It did not help.")
        question = ask("What would help now?", person)
    return ToolOutput(data={"kept": True, "verdict": verdict}, ask=question)


def _conversation(context: ToolContext) -> str:
    if context.conversation_id is None:
        raise InputError("NO_CONVERSATION", "There is no conversation to attach.", "Open one first: mtw chat")
    return context.conversation_id


def _facts(case: SupportCase) -> dict[str, JsonValue]:
    return {"case_id": case.id, "state": case.state, "meaning": _STATES[case.state]}


def _in_words(access: Access) -> str:
    texts = ", with your texts" if access.unmasked else ""
    return f"{plain(access.by, 80)} on {access.at:%d %B %Y}{texts} (“{plain(access.reason, 200)}”)"


def _next() -> Asked:
    return ask("You can go on meanwhile.", button("How does my question stand?", "support_state"))
