"""The events of a run, folded into its present state. Each event is read once a process, however often one looks."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from workspace.home import Workspace
from workspace.run import MetricLogged, Progressed, Queued, Started

_MOST_POINTS = 2_000
_MOST_STORIES = 256


@dataclass
class Story:
    """What the events up to ``seq`` say. Curves are by ``recipe/metric``."""

    seq: int = 0
    last: Progressed | None = None
    last_at: datetime | None = None
    attempt: int = 0
    waiting_for: str = ""
    resumed: bool = False
    recipes: list[str] = field(default_factory=list)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def best_of(self, recipe: str, metric: str) -> float | None:
        """Best validation score that this recipe has logged so far."""
        points = self.curves.get(f"{recipe}/valid_{metric}")
        return max(value for _, value in points) if points else None


_stories: OrderedDict[tuple[str, str], Story] = OrderedDict()
_lock = threading.Lock()


def story_of(workspace: Workspace, run_id: str) -> Story:
    """The run's story so far. Only events that are new since the last look are read from the database."""
    key = (str(workspace.engine.url), run_id)
    with _lock:
        story = _stories.pop(key, None) or Story()
        for stored in workspace.runs.events(run_id, after=story.seq):
            _add(story, stored.seq, stored.at, stored.event)
        _stories[key] = story
        while len(_stories) > _MOST_STORIES:
            _stories.popitem(last=False)
        curves = {name: list(points) for name, points in story.curves.items()}
        return Story(**{**vars(story), "recipes": list(story.recipes), "curves": curves})


def thinned(points: list[tuple[int, float]], most: int = 200) -> list[tuple[int, float]]:
    """At most ``most`` points, evenly chosen, the first and the last among them."""
    if len(points) <= most:
        return points
    last = len(points) - 1
    return [points[round(i * last / (most - 1))] for i in range(most)]


def _add(story: Story, seq: int, at: datetime, event: object) -> None:
    story.seq = seq
    match event:
        case Progressed():
            story.last, story.last_at, story.resumed = event, at, False
            _note(story, event.recipe)
        case MetricLogged():
            _note(story, event.recipe)
            points = story.curves.setdefault(f"{event.recipe}/{event.name}", [])
            points.append((event.step, event.value))
            if len(points) > _MOST_POINTS:
                del points[1:-1:2]
        case Started():
            story.attempt, story.waiting_for, story.resumed = event.attempt, "", event.attempt > 1
        case Queued():
            story.waiting_for = event.reason
        case _:
            pass


def _note(story: Story, recipe: str | None) -> None:
    if recipe and recipe not in story.recipes:
        story.recipes.append(recipe)
