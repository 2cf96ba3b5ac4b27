"""Which of a training's many reports are worth storing. Pure: time is passed in."""

from workspace.run import MetricLogged, Progressed

MIN_SECONDS = 0.1
"""At most ten progress events a second are stored."""
MAX_SILENCE = 1.8
"""A state that has not changed is repeated after this long, with a new estimate of the time left: with the writing it
comes at least every two seconds."""
FIRST_POINTS = 50
BUCKETS = 450
"""A curve keeps its first points, then one for each 450th of the way: never more than 500."""


class Thinner:
    """Takes everything that a training reports and gives out what is due.

    Args:
        fraction: how far the run was when this attempt began; curves are thinned by it.
    """

    def __init__(self, fraction: float = 0.0) -> None:
        self._state: Progressed | None = None
        self._told: Progressed | None = None
        self._given_at = 0.0
        self._told_at = float("-inf")
        self._fraction = fraction
        self._points: list[MetricLogged] = []
        self._counts: dict[tuple[str, str], int] = {}
        self._buckets: dict[tuple[str, str], int] = {}

    def progress(self, event: Progressed, at: float) -> bool:
        """Takes the newest state; True if it must be told at once, because a new stage or method began."""
        before = self._state
        self._state, self._given_at, self._fraction = event, at, event.fraction
        return before is None or (before.stage, before.recipe) != (event.stage, event.recipe)

    def metric(self, event: MetricLogged) -> None:
        """Takes a point of a curve, and drops it where the curve is dense enough."""
        curve = (event.recipe, event.name)
        count = self._counts.get(curve, 0)
        bucket = int(self._fraction * BUCKETS)
        if count >= FIRST_POINTS and self._buckets.get(curve) == bucket:
            return
        if count >= FIRST_POINTS + BUCKETS:
            return
        self._counts[curve] = count + 1
        self._buckets[curve] = bucket
        self._points.append(event)

    def due(self, at: float, *, everything: bool = False) -> list[Progressed | MetricLogged]:
        """What to store now: points of curves, then the state if it is new or was last told too long ago."""
        found: list[Progressed | MetricLogged] = list(self._points)
        self._points.clear()
        state = self._state
        if state is None:
            return found
        silence = at - self._told_at
        if (state is not self._told and (everything or silence >= MIN_SECONDS)) or silence >= MAX_SILENCE:
            found.append(self._with_new_estimate(state, at))
            self._told, self._told_at = state, at
        return found

    def put_back(self, events: list[Progressed | MetricLogged]) -> None:
        """What could not be stored comes again with the next ``due``."""
        self._points[:0] = [event for event in events if isinstance(event, MetricLogged)]
        if any(isinstance(event, Progressed) for event in events):
            self._told, self._told_at = None, float("-inf")

    def _with_new_estimate(self, state: Progressed, at: float) -> Progressed:
        if state.eta_seconds is None:
            return state
        left = max(state.eta_seconds - (at - self._given_at), min(state.eta_seconds, 1.0))
        return state.model_copy(update={"eta_seconds": round(left, 1)})
