"""How much of what a training reports is stored."""

from hypothesis import given
from hypothesis import strategies as st

from training_worker.thinning import BUCKETS, FIRST_POINTS, MAX_SILENCE, MIN_SECONDS, Thinner
from workspace.run import MetricLogged, Progressed


def _state(fraction: float = 0.0, eta: float | None = None, stage: str = "train", recipe: str = "a") -> Progressed:
    return Progressed.model_validate(
        {"stage": stage, "message": "", "fraction": fraction, "eta_seconds": eta, "recipe": recipe}
    )


def _point(step: int, name: str = "loss") -> MetricLogged:
    return MetricLogged(recipe="a", name=name, step=step, value=1.0)


def test_at_most_ten_states_a_second() -> None:
    thinner = Thinner()
    stored = 0
    for tick in range(1000):  # ten seconds, a hundred reports a second
        thinner.progress(_state(tick / 1000), tick / 100)
        stored += len(thinner.due(tick / 100))
    assert 90 <= stored <= 101


def test_silence_is_broken_with_a_new_estimate() -> None:
    thinner = Thinner()
    thinner.progress(_state(0.5, eta=10), 0.0)
    assert len(thinner.due(0.0)) == 1
    assert thinner.due(MAX_SILENCE - 0.1) == []
    (again,) = thinner.due(MAX_SILENCE)
    assert isinstance(again, Progressed)
    assert again.eta_seconds == 10 - MAX_SILENCE
    assert again.fraction == 0.5


def test_an_estimate_that_was_too_low_never_says_that_nothing_is_left() -> None:
    thinner = Thinner()
    thinner.progress(_state(0.5, eta=3), 0.0)
    (state,) = thinner.due(60.0)
    assert isinstance(state, Progressed)
    assert state.eta_seconds == 1


def test_a_new_stage_is_urgent() -> None:
    thinner = Thinner()
    assert thinner.progress(_state(stage="data"), 0.0)
    assert not thinner.progress(_state(0.1, stage="data"), 0.0)
    assert thinner.progress(_state(stage="train"), 0.0)
    assert thinner.progress(_state(stage="train", recipe="b"), 0.0)


def test_the_last_state_is_stored_at_the_end() -> None:
    thinner = Thinner()
    thinner.progress(_state(0.1), 0.0)
    thinner.due(0.0)
    thinner.progress(_state(0.9), MIN_SECONDS / 2)
    assert thinner.due(MIN_SECONDS / 2) == []
    (last,) = thinner.due(MIN_SECONDS / 2, everything=True)
    assert isinstance(last, Progressed)
    assert last.fraction == 0.9


@given(st.integers(1, 20_000))
def test_curves_stay_small_and_reach_to_the_end(steps: int) -> None:
    thinner = Thinner()
    for step in range(steps):
        thinner.progress(_state(step / steps), 0.0)
        thinner.metric(_point(step))
    points = [e.step for e in thinner.due(0.0) if isinstance(e, MetricLogged)]
    assert len(points) <= FIRST_POINTS + BUCKETS
    assert points[0] == 0
    assert steps - points[-1] <= steps / BUCKETS + 1


def test_each_curve_is_thinned_by_itself() -> None:
    thinner = Thinner()
    for step in range(2000):
        thinner.metric(_point(step))
    thinner.metric(_point(0, "accuracy"))
    points = [e for e in thinner.due(0.0) if isinstance(e, MetricLogged)]
    assert [p for p in points if p.name == "accuracy"]
    assert len(points) == FIRST_POINTS + 1


def test_what_could_not_be_stored_comes_again_in_order() -> None:
    thinner = Thinner()
    thinner.metric(_point(1))
    thinner.progress(_state(0.5), 0.0)
    lost = thinner.due(0.0)
    thinner.put_back(lost)
    thinner.metric(_point(2))
    found = thinner.due(0.01)
    assert [e.step for e in found if isinstance(e, MetricLogged)] == [1, 2]
    assert any(isinstance(e, Progressed) for e in found)
