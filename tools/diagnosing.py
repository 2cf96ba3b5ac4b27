"""Troubleshooting: what went wrong with a training or with anything a person met, and the fix at a press."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from tools.asking import ask, button, confirm
from tools.cards import DiagnosisCard
from tools.columns import choose
from tools.context import ToolContext
from tools.finding import find_run
from tools.plan_card import spoken_change
from tools.plans import dataset_gone
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput, tool
from tools.run_evidence import known_of, told_by
from tools.runs import started
from tools.troubleshooting import UNKNOWN, Diagnosis, diagnose, load_entries, symptom_finder
from tools.troubleshooting.entry import TroubleshootingEntry, entry_of
from tools.troubleshooting.mending import Mending, failures_in_a_row, mending_for, tried_since
from tools.words import how_sure
from workspace import versions
from workspace.cleaning import FIXES
from workspace.errors import Conflict, InputError, NotFound
from workspace.events import Approval, Asked, Option
from workspace.planning import plan_changes
from workspace.run import Run, RunStatus

_WHOSE = {
    "data": "This is about your data.",
    "settings": "This is about settings, not your data.",
    "system": "This is about the system that trains, not your data or your settings.",
}
_SURE_ENOUGH = 0.45
FAILURES_UNTIL_SUPPORT = 2
"""Failures in a row after which people are offered beside what is left to try."""


@tool()
def diagnose_problem(
    context: ToolContext,
    text: Annotated[
        str | None,
        Field(description="the error message, log or complaint as the person gave it; leave out for the last training"),
    ] = None,
    run_id: Annotated[str | None, Field(description="the training that is meant; leave out for the newest")] = None,
    cause: Annotated[str | None, Field(description="a cause's code, to explain just that one")] = None,
) -> ToolOutput:
    """Explains what went wrong and what to do: a training that failed, a pasted error or log, or a bad result.

    Use it when a training has failed, when somebody asks why, pastes an error message or says that results are odd.
    Where the wizard can mend it, it offers that with a button.
    """
    if cause:
        return _explained(context, _named(cause), None)
    run = None if text and not run_id else _run_meant(context, run_id)
    if run is None and not text:
        question = "What does it say? Paste the message or the last lines of the log, or tell me what you see."
        return ToolOutput(
            data={"asked_for": "the message"}, ask=ask(question, button("Show my trainings", "list_runs"))
        )
    known = known_of(context.workspace, run) if run else None
    found = diagnose(text or (told_by(run) if run else ""), symptom_finder(context.workspace.settings), known)
    return _explained(context, found, run)


def _describe_fix(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    run = find_run(context, getattr(arguments, "run_id", None), statuses=(RunStatus.FAILED,))
    mending = _mending(context, run)
    return ApprovalRequest(
        text=_offer(mending, run), fingerprint=_fingerprint(mending), accept_label="Do that and start again"
    )


@tool(describe=_describe_fix)
def apply_fix(
    context: ToolContext,
    run_id: Annotated[str | None, Field(description="the training that failed; leave out for the newest")] = None,
) -> ToolOutput:
    """Does what diagnose_problem offered for a failed training, and starts it again. It waits for the person's yes.

    The plan that failed stays as it is: the changed one is a new plan. The same thing is never tried twice.
    """
    run = find_run(context, run_id, statuses=(RunStatus.FAILED,))
    if going_on := [then for then in tried_since(context.workspace, run) if not then.status.ended]:
        return started(context, context.workspace.plans.get(going_on[0].plan_id))  # pressed twice
    mending = _mending(context, run)
    plan = mending.plan
    if mending.repair:
        plan = plan.model_copy(update={"dataset_id": _repaired(context, plan.dataset_id, mending.repair)})
    stored = context.workspace.plans.add(plan, context.conversation_id, run.plan_id)
    output = started(context, stored)
    return output.model_copy(update={"data": output.data | {"fixed": mending.says, "after": run.id}})


def _named(cause: str) -> Diagnosis:
    entry = load_entries().get(cause.strip().upper())
    if entry is None:
        raise InputError("CAUSE_UNKNOWN", f"There is no cause {plain(cause, 60)}.", "Describe what you see instead.")
    return Diagnosis(
        cause=entry.code,
        confidence=1.0,
        explanation=entry.explanation,
        next_steps=list(entry.next_steps),
        fix=entry.fix,
        alternatives=[],
    )


def _run_meant(context: ToolContext, run_id: str | None) -> Run | None:
    try:
        return find_run(context, run_id, statuses=(RunStatus.FAILED,))
    except NotFound:
        if run_id:
            raise
        return None


def _explained(context: ToolContext, found: Diagnosis, run: Run | None) -> ToolOutput:
    entry = load_entries().get(found.cause)
    mending = _mending_or_none(context, run)
    card = _card(found, entry, run, mending)
    title = entry.title if entry else "I do not know what this is"
    data: dict[str, JsonValue] = {
        "cause": found.cause,
        "title": title,
        "confidence": found.confidence,
        "whose": card.whose_sentence,
        "happened": quote(card.happened, 300) if card.happened else "",
        "advice": quote(run.failure.next_step, 300) if run and run.failure else "",
        "explanation": found.explanation,
        "next_steps": list(found.next_steps),
        "fix": card.fix,
        "may_also_be": [load_entries()[code].title for code in found.alternatives[:3]],
        "facts": [quote(fact, 120) for fact in card.facts],
        "run_id": run.id if run else None,
    }
    return ToolOutput(data=data, cards=[card.card(title)], ask=_question(context, found, run, mending))


def _card(
    found: Diagnosis, entry: TroubleshootingEntry | None, run: Run | None, mending: Mending | None
) -> DiagnosisCard:
    entries = load_entries()
    failure = run.failure if run else None
    changes = plan_changes(run.plan, mending.plan) if run and mending else []
    sure = how_sure(found.confidence) if found.cause != UNKNOWN else ""
    return DiagnosisCard(
        cause=found.cause,
        sure=sure,
        confidence=found.confidence,
        whose=entry.whose if entry else None,
        whose_sentence=_WHOSE[entry.whose] if entry else "",
        happened=plain(failure.message, 500) if failure else "",
        explanation=found.explanation,
        why=entry.why if entry else "",
        next_steps=_steps(found, run),
        facts=[f"{name.replace('_', ' ')}: {plain(value, 80)}" for name, value in found.facts.items()],
        fix=_offer(mending, run) if mending and run else "",
        changes=[spoken_change(change) for change in changes if change.field != "dataset_id"],
        run_id=run.id if run else None,
        buttons=[button(entries[code].title, "diagnose_problem", cause=code) for code in found.alternatives[:3]],
    )


def _steps(found: Diagnosis, run: Run | None) -> list[str]:
    """What the training itself advises comes first: it knows its numbers."""
    own = [run.failure.next_step] if run and run.failure and run.failure.next_step else []
    return list(dict.fromkeys([*(plain(step, 500) for step in own), *found.next_steps]))


def _question(context: ToolContext, found: Diagnosis, run: Run | None, mending: Mending | None) -> Asked:
    """The fix, where there is one; else the question that would decide. After two failures people can be asked."""
    helpers = _helpers(context, run)
    if run and mending:
        approval = Approval(
            tool="apply_fix", args={"run_id": run.id}, fingerprint=_fingerprint(mending), accept="apply"
        )
        yes = Option(id="apply", label="Do that and start again", style="primary")
        return confirm(
            _offer(mending, run), approval, yes, Option(id="change", label="Change something else"), *helpers
        )
    if run and helpers:
        again = button("Change the plan", "revise_plan", plan_id=run.plan_id)
        return ask(
            "I know of nothing more that I could try by myself. People can look at it, with this conversation at hand.",
            *helpers,
            again,
        )
    if found.cause == UNKNOWN or found.confidence < _SURE_ENOUGH:
        entries = load_entries()
        codes = [code for code in (found.cause, *found.alternatives) if code in entries][:3]
        options = [button(entries[code].title, "diagnose_problem", cause=code) for code in codes]
        return ask("I am not sure. Which of these is most like it? Or send me more of the message.", *options)
    if run and run.status.ended:
        again = button("Plan it again", "propose_plan", primary=True, dataset_id=run.plan.dataset_id)
        return ask("How would you like to go on?", again, button("Change the plan", "revise_plan", plan_id=run.plan_id))
    return ask("Does that help?", button("Show my data", "list_datasets"), button("Show my trainings", "list_runs"))


def _helpers(context: ToolContext, run: Run | None) -> list[Option]:
    """The button that asks people, where a training has failed for the second time."""
    if run is None or run.failure is None or context.conversation_id is None:
        return []
    failures = failures_in_a_row(context.workspace, run)
    if failures < FAILURES_UNTIL_SUPPORT:
        return []
    message = f"My training has failed {failures} times, the last time with {run.failure.code}: {run.failure.message}"
    return [button("Ask a person for help", "ask_support", message=message)]


def _offer(mending: Mending, run: Run) -> str:
    changes = [spoken_change(c) for c in plan_changes(run.plan, mending.plan) if c.field != "dataset_id"]
    told = "; ".join(f"{c.label}: {plain(c.after, 60)} in place of {_before(c.before)}" for c in changes)
    more = f" ({told})" if told else ""
    after = "" if mending.says.startswith(("start", "hand", "try")) else " and start the training again"
    return f"I can {mending.says}{more}{after}."


def _before(value: str) -> str:
    return "the usual value" if value == "default" else plain(value, 60)


def _fingerprint(mending: Mending) -> str:
    """Changes with whatever a yes would do."""
    return f"{mending.plan.hash}/{mending.repair or ''}"


def _mending(context: ToolContext, run: Run) -> Mending:
    """Raises Conflict where there is nothing to apply."""
    found = _mending_or_none(context, run)
    if found is not None:
        return found
    if run.status is not RunStatus.FAILED:
        raise Conflict("NOTHING_TO_FIX", "This training has not failed.", "Ask what is wrong, and I look at it.")
    raise Conflict(
        "NO_FIX_LEFT",
        "I know of nothing more that I could try for this training by myself.",
        "Change the plan, train on other data, or ask support: they see what happened.",
    )


def _mending_or_none(context: ToolContext, run: Run | None) -> Mending | None:
    if run is None or run.status is not RunStatus.FAILED or run.failure is None:
        return None
    entry = entry_of(run.failure.code)
    if entry is None:
        symptoms = symptom_finder(context.workspace.settings)
        found = diagnose(told_by(run), symptoms, known_of(context.workspace, run))
        entry = load_entries().get(found.cause)
    return mending_for(context.workspace, run, entry)


def _repaired(context: ToolContext, dataset_id: str, repair: str) -> str:
    """The data's new version. Raises Conflict where the repair finds nothing to do."""
    from tools.cleaning import kept, repaired
    from workspace.dataset import FixCall

    try:
        dataset = context.workspace.datasets.get(dataset_id)
    except NotFound as exc:
        raise dataset_gone() from exc
    dataset = versions.current(context.workspace, dataset)
    choice = choose(context, dataset, None, None, None)
    with repaired(context, dataset, choice, [FixCall(code=repair)]) as result:
        if not result.done:
            title = FIXES[repair].title
            raise Conflict("NOTHING_TO_FIX", f"“{title}” found nothing to do in this data.", "Look at the data itself.")
        return kept(context, dataset, choice, result).id
