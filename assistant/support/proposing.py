"""A fix that support proposes in somebody's conversation. Its person starts it with a press, or does not.

Nothing runs for a proposal but what the assistant itself may do unasked: making a plan, which starts nothing. What
spends, changes or deletes waits for the ordinary yes (:mod:`assistant.questions`), with the same fingerprint.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assistant.questions import confirmation, stage_of
from assistant.support.desk import Opened
from assistant.toolbelt import call_tool, describe_call
from tools.context import ToolContext
from tools.plan_card import change_fields
from workspace.errors import Conflict, InputError
from workspace.events import (
    SUPPORT,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    FormField,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.run import RunStatus


class Fix(BaseModel):
    """What the diagnosis of a failed training offers: done, and the training started again."""

    kind: Literal["fix"] = "fix"
    run_id: str


class Change(BaseModel):
    """Another plan than the newest one, with these settings."""

    kind: Literal["change"] = "change"
    changes: dict[str, str | float | int | bool] = Field(min_length=1)


Proposal = Annotated[Fix | Change, Field(discriminator="kind")]


class Offer(BaseModel):
    """What can be proposed in a conversation just now; empty where there is neither a failure nor a plan."""

    fix_run_id: str | None = None
    fields: list[FormField] = Field(default_factory=list)


def offer_of(opened: Opened, workspace: Workspace) -> Offer:
    """``workspace``: the conversation's person's."""
    failed = opened.runs[-1] if opened.runs and opened.runs[-1].status is RunStatus.FAILED else None
    stored = workspace.plans.latest(opened.head.id)
    if stored is None:
        return Offer(fix_run_id=failed.id if failed else None)
    return Offer(fix_run_id=failed.id if failed else None, fields=change_fields(stored.plan))


def propose(opened: Opened, workspace: Workspace, text: str, proposal: Proposal) -> list[ConversationEvent]:
    """What is written into the conversation: the word of support, and the question that a press answers. Blocking.

    Raises:
        WizardError: the proposal cannot be made; nothing is written then.
    """
    if not text.strip():
        raise InputError("WORDS_NEEDED", "The proposal has no words beside it.", "Say in a sentence why it will help.")
    said = AssistantSaid(text=text.strip(), model=SUPPORT)
    context = ToolContext(workspace, opened.head.id)
    stage = TurnEnded(stage=stage_of(opened.transcript.events))
    match proposal:
        case Fix(run_id=run_id):
            args = {"run_id": run_id}
            request = describe_call(context, "apply_fix", args)
            assert request is not None
            cards = [CardShown(card=card) for card in request.cards]
            return [said, *cards, confirmation("apply_fix", args, request), stage]
        case Change(changes=changes):
            return [said, *_changed_plan(context, changes)]


def _changed_plan(context: ToolContext, changes: dict[str, str | float | int | bool]) -> list[ConversationEvent]:
    """The call of the tool as it is told for any turn; its own question is the one with Start."""
    call = ToolCalled(call_id=new_id("call"), tool="revise_plan", args={"changes": dict(changes)})
    outcome = call_tool(context, call.tool, call.args)
    if not outcome.ok or outcome.output.ask is None:
        told = outcome.data if isinstance(outcome.data, dict) else {}
        raise InputError(*(str(told.get(name, "")) for name in ("code", "message", "next_step")))
    if "note" in outcome.output.data:
        raise Conflict("NOTHING_CHANGED", "The plan is like this already.", "Change a setting, or only write to them.")
    asked = outcome.output.ask.model_copy(update={"call_id": call.call_id})
    returned = ToolReturned(call_id=call.call_id, tool=call.tool, ok=True, data=outcome.data)
    cards = [CardShown(card=card, call_id=call.call_id) for card in outcome.output.cards]
    return [call, returned, *cards, asked, TurnEnded(stage=outcome.output.stage or "plan")]
