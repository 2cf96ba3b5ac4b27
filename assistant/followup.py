"""From runs to the conversations that wait for them: live progress while a training runs, and at its end the result.

Analyses are followed in the same way; what is told of them is in :mod:`assistant.analysis_ends`.

What is not told yet stands in the database (``runs.reported``), so a restart loses nothing, and two processes never
tell the same end twice: telling and marking as told are one transaction. The broker only says when to look.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from sqlmodel import col, select

from assistant import analysis_ends
from assistant.guide.texts import after, say
from assistant.history import messages_of
from assistant.hub import Hub, hub
from assistant.languages import ENGLISH, asked_in, language_of, speaking
from assistant.rings import Rings
from assistant.toolbelt import Outcome, call_tool
from tools.asking import UPLOAD, ask, button
from tools.cards import CheckingView, ProgressCard
from tools.context import ToolContext
from workspace.analysis import Analysis
from workspace.database import engine_for, system_session
from workspace.errors import NotFound, WizardError
from workspace.events import (
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    RunProgressed,
    Stage,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.run import Run, RunStatus
from workspace.runs import work_of
from workspace.settings import Settings
from workspace.tables import RunRow

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.4
"""How often unreported runs are looked at; it bounds the age of what a progress card shows."""

IDLE_SECONDS = 1.0
"""How often it is looked for new runs, while there is none or the bell tells of those that run."""

BREATH_SECONDS = 0.15
"""The least time between two looks, however often the bell rings."""


class Followup:
    """Watches runs whose end is not told yet. Use :func:`following`."""

    def __init__(
        self,
        settings: Settings,
        workspace_of: Callable[[str], Workspace],
        owner: str | None = None,
        conversation_id: str | None = None,
        live: Hub = hub,
        rings: Rings | None = None,
    ) -> None:
        self._settings = settings
        self._workspace_of = workspace_of
        self._owner = owner
        self._conversation_id = conversation_id
        self._hub = live
        self._rings = rings
        self._seen: dict[str, int] = {}
        """How far the running ones have been told: the number of the event."""

    async def watch(self) -> None:
        """Until cancelled. A look that fails (the database is away for a moment) is tried again."""
        while True:
            try:
                busy = await self.look()
            except Exception:
                _log.exception("looking after trainings failed; trying again")
                busy = False
            await self._wait(busy)

    async def _wait(self, busy: bool) -> None:
        """Until there may be something new. While trainings run, the bell tells; without a broker, a short while."""
        if not busy:
            await asyncio.sleep(IDLE_SECONDS)
        elif self._rings is None:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            started = time.monotonic()
            rung = await self._rings.wait(self._seen, IDLE_SECONDS)
            least = BREATH_SECONDS if rung else LOOK_SECONDS
            await asyncio.sleep(max(0.0, least - (time.monotonic() - started)))

    async def look(self) -> bool:
        """One look at all unreported runs: tells progress and ends. True while any of them still runs."""
        rows = await anyio.to_thread.run_sync(self._unreported)
        for run, seq in rows:
            if run.status.ended:
                await self.report(run)
            elif self._seen.get(run.id) != seq:
                self._seen[run.id] = seq
                await self._progress(run)
        return any(not run.status.ended for run, _ in rows)

    def _unreported(self) -> list[tuple[Run | Analysis, int]]:
        untold = (col(RunRow.reported).is_(False), col(RunRow.conversation_id).is_not(None))
        query = select(RunRow).where(*untold)
        if self._owner:
            query = query.where(RunRow.owner_id == self._owner)
        if self._conversation_id:
            query = query.where(RunRow.conversation_id == self._conversation_id)
        with system_session(engine_for(self._settings.database)) as session:
            return [(work_of(row), row.last_seq) for row in session.exec(query)]

    async def _progress(self, run: Run | Analysis) -> None:
        """Progress is not stored; the card is drawn anew from the run's own events whenever it is shown."""
        from tools.checking import checking_view
        from tools.runs import run_view

        workspace = self._workspace_of(run.owner_id)
        look: Callable[[Workspace, str], ProgressCard | CheckingView] = run_view
        if isinstance(run, Analysis):
            look = checking_view
        view = await anyio.to_thread.run_sync(look, workspace, run.id)
        event = RunProgressed(
            run_id=run.id,
            analysis=isinstance(run, Analysis),
            fraction=view.fraction,
            eta_seconds=view.eta_seconds,
            message=view.message,
            metrics=view.metrics if isinstance(view, ProgressCard) else {},
            view=view.model_dump(mode="json"),
        )
        self._hub.publish(run.conversation_id or "", event)

    async def report(self, run: Run | Analysis) -> bool:
        """Tells the conversation how the run ended; True for the one caller who did."""
        self._seen.pop(run.id, None)
        workspace = self._workspace_of(run.owner_id)
        conversation_id = run.conversation_id or ""
        async with self._hub.turn_lock(conversation_id):
            with suppress(WizardError):  # the run may be deleted by now
                await self._progress(run)
            events = await anyio.to_thread.run_sync(_ending, workspace, run)
            if not events:
                await anyio.to_thread.run_sync(workspace.runs.claim_report, run.id)
                return False
            try:
                stored = await anyio.to_thread.run_sync(workspace.transcripts.report, conversation_id, run.id, events)
            except NotFound:
                # The conversation was deleted; nobody is left to be told.
                await anyio.to_thread.run_sync(workspace.runs.claim_report, run.id)
                return False
            for item in stored:
                self._hub.publish(conversation_id, item)
        return bool(stored)


@asynccontextmanager
async def following(
    settings: Settings,
    workspace_of: Callable[[str], Workspace],
    owner: str | None = None,
    conversation_id: str | None = None,
) -> AsyncIterator[Followup]:
    """Watches in the background for as long as the block lasts: everything, or one owner's, or one conversation's."""
    rings = Rings(settings.redis_url) if settings.redis_url else None
    followup = Followup(settings, workspace_of, owner, conversation_id, rings=rings)
    task = asyncio.create_task(followup.watch())
    try:
        yield followup
    finally:
        task.cancel()
        await asyncio.wait([task])
        if rings:
            await rings.close()


def _ending(workspace: Workspace, run: Run | Analysis) -> Sequence[ConversationEvent]:
    """What the conversation gets to hear at the end of a run."""
    language = _language(workspace, run)
    with speaking(language):
        return [asked_in(e, language) if isinstance(e, Asked) else e for e in _end_of(workspace, run)]


def _language(workspace: Workspace, run: Run | Analysis) -> str:
    """The language of the conversation that the run belongs to."""
    try:
        events = workspace.transcripts.load(run.conversation_id or "").events
    except NotFound:
        return ENGLISH
    return language_of(messages_of(stored.event for stored in events))


def _end_of(workspace: Workspace, run: Run | Analysis) -> Sequence[ConversationEvent]:
    if isinstance(run, Analysis):
        return analysis_ends.ending(workspace, run)
    match run.status:
        case RunStatus.SUCCEEDED:
            return _success(workspace, run)
        case RunStatus.FAILED:
            return _failure(workspace, run)
        case _:
            said = AssistantSaid(text=say("run_cancelled"), model="guide")
            return [*_status(workspace, run), said, _plan_again(workspace, run), _end("plan")]


def _success(workspace: Workspace, run: Run) -> list[ConversationEvent]:
    context = ToolContext(workspace, run.conversation_id)
    events: list[ConversationEvent] = []
    results, question = _called(context, "explain_results", {"run_id": run.id}, events)
    if results.ok:
        events.append(AssistantSaid(text=after("explain_results", data=results.data), model="guide"))
        _called(context, "show_mistakes", {"run_id": run.id}, events)
        events.append(question or _what_next())
    else:
        fault: Any = results.data
        events.append(ErrorShown(code=fault["code"], message=fault["message"], next_step=fault["next_step"]))
        events.append(_what_next())
    return [*events, _end("check")]


def _called(
    context: ToolContext, tool: str, args: dict[str, str], events: list[ConversationEvent]
) -> tuple[Outcome, Asked | None]:
    call_id = new_id("call")
    outcome = call_tool(context, tool, dict(args))
    events.append(ToolCalled(call_id=call_id, tool=tool, args=dict(args)))
    events.append(ToolReturned(call_id=call_id, tool=tool, ok=outcome.ok, data=outcome.data))
    events.extend(CardShown(card=card, call_id=call_id) for card in outcome.output.cards)
    return outcome, outcome.output.ask


def _what_next() -> Asked:
    return ask(
        "What next?",
        button("See the mistakes", "show_mistakes", primary=True),
        button("Download the model", "export_model"),
        button("Change the plan", "revise_plan"),
    )


def _failure(workspace: Workspace, run: Run) -> list[ConversationEvent]:
    failure = run.failure
    assert failure is not None
    error = ErrorShown(code=failure.code, message=failure.message, next_step=failure.next_step)
    has_data = _has_data(workspace, run)
    said = AssistantSaid(text=say("run_failed", data_is_there=has_data), model="guide")
    events = [*_status(workspace, run), error, said]
    _, question = _called(ToolContext(workspace, run.conversation_id), "diagnose_problem", {"run_id": run.id}, events)
    return [*events, question if question and has_data else _plan_again(workspace, run), _end("plan")]


def _status(workspace: Workspace, run: Run) -> list[ConversationEvent]:
    """What a chat model gets to know of an end without a result. The progress card has told it to people."""
    events: list[ConversationEvent] = []
    _called(ToolContext(workspace, run.conversation_id), "run_status", {"run_id": run.id}, events)
    return [event for event in events if not isinstance(event, CardShown)]


def _has_data(workspace: Workspace, run: Run) -> bool:
    try:
        return workspace.storage.exists(workspace.datasets.get(run.plan.dataset_id).table_key)
    except WizardError:
        return False


def _plan_again(workspace: Workspace, run: Run) -> Asked:
    if not _has_data(workspace, run):
        return ask(say("next_ask"), UPLOAD, button("Show me with an example", "load_sample"))
    plan = button("Make another plan", "propose_plan", primary=True, dataset_id=run.plan.dataset_id)
    return ask(say("next_ask"), plan, button("Show my data", "inspect_dataset", dataset_id=run.plan.dataset_id))


def _end(stage: Stage) -> TurnEnded:
    return TurnEnded(stage=stage)
