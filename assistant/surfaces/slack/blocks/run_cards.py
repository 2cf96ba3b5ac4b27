"""Cards about plans and trainings."""

from assistant.surfaces.slack.blocks.elements import confirmation
from assistant.surfaces.slack.blocks.page import Page, progress_bar
from assistant.surfaces.slack.blocks.pictures import training_curves
from assistant.surfaces.slack.blocks.text import bold, escaped
from tools import cards
from tools.words import duration, duration_range, memory, of_100

STATES = {"queued": "waiting", "running": "training", "succeeded": "done", "failed": "failed", "cancelled": "stopped"}
_ENDED = ("succeeded", "failed", "cancelled")


def plan(page: Page, card: cards.PlanCard) -> None:
    page.points(f"{escaped(c.label, 100)}: ~{escaped(c.before, 200)}~ → {bold(c.after, 200)}" for c in card.changes)
    page.points(escaped(sentence, 1_000) for sentence in card.sentences)
    for warning in card.warnings:
        page.say(f":warning: *Please note:* {escaped(warning, 1_000)}")
    for better in card.better:
        page.say(
            f":warning: *Please note:* {escaped(better.sentence, 1_000)}",
            accessory=page.presses.say(better.label, better.said),
        )
    time = duration_range(card.estimated_seconds_low, card.estimated_seconds_high)
    page.facts([("Time", f"about {time}"), ("Memory", f"about {memory(card.memory_mb)}")])
    methods = [(f"{r.title}{'' if r.chosen else ' (left out)'}", r.summary) for r in card.recipes]
    page.table(["Method", "What it does"], methods)
    page.actions([page.presses.open("Change the plan", "plan", card.plan_id)])


def progress(page: Page, card: cards.ProgressCard) -> None:
    ended = card.status in _ENDED
    left = f", about {duration(card.eta_seconds)} left" if card.eta_seconds is not None else ""
    if not ended:
        message = "Stopping…" if card.cancel_requested else escaped(card.message, 500)
        page.say(f"{progress_bar(card.fraction)} {card.fraction:.0%}{left}", message)
    if card.failure:
        page.say(f":no_entry: {bold(card.failure.message, 600)}", escaped(card.failure.next_step, 600))
    if card.best is not None and not ended:
        now = f", now trying “{escaped(card.recipe_title, 100)}”" if card.recipe_title else ""
        page.say(f"Best so far: *{of_100(card.best)}* ({escaped(card.metric_label, 100)}){now}.")
    rows = [
        (
            f"{t.title}{' (best)' if t.best else ''}",
            "" if t.score is None else f"{t.score:.1%}",
            "" if t.seconds is None else duration(t.seconds),
            t.note,
        )
        for t in card.tried
    ]
    page.table(["Method", card.metric_label, "Took", "Note"], rows, numbers=(1, 2))
    if ended:
        page.note(f"It took {duration(card.elapsed_seconds)}.", escaped(card.curve_sentence, 500))
        if any(len(points) > 1 for points in card.curves.values()):
            page.pictures.append(training_curves(card))
        return
    page.note("You can leave; the training goes on, and I tell you when it is done.")
    if card.can_cancel:
        sure = confirmation("Stop the training?", "What it has tried so far is kept.", "Stop it", "Go on")
        page.actions([page.presses.say("Stop the training", "Stop the training", "danger", sure)])


def runs(page: Page, card: cards.RunsCard) -> None:
    if not card.runs:
        page.say("No trainings yet. Start with an example, it takes a minute.")
    rows = [
        (f"{r.name}{' (this conversation)' if r.current else ''}", STATES.get(r.status, r.status), r.headline)
        for r in card.runs[:20]
    ]
    page.table(["Training", "State", "Result"], rows)
    older = len(card.runs) - len(rows) + card.hidden
    page.note(f"{older:,} older ones are not listed." if older else "")


def models(page: Page, card: cards.ModelsCard) -> None:
    if not card.models:
        page.say("There are no models to start from here.")
    rows = [
        (m.title, f"{m.summary} {m.note}".strip(), m.languages, m.speed, "yes" if m.available else "no")
        for m in card.models[:20]
    ]
    page.table(["Model", "What it is good at", "Languages", "Speed", "Here?"], rows)


def diagnosis(page: Page, card: cards.DiagnosisCard) -> None:
    for part in (card.happened, card.explanation, card.why):
        page.say(escaped(part))
    page.note(escaped(card.whose_sentence, 300), escaped(card.sure, 300))
    page.points(escaped(fact, 200) for fact in card.facts)
    page.heading("What to do")
    page.points(escaped(step, 600) for step in card.next_steps)
    changed = [(c.label, c.before, c.after) for c in card.changes]
    page.table(["What I would change", "Now", "Then"], changed)
    page.say(escaped(card.fix))
    if card.buttons:
        page.note("It may also be:")
        page.actions(page.presses.presses(card.buttons))
