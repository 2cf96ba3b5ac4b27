"""Writing answers: the same alone and among others, without loops."""

import threading

import pytest
import torch

from tests.training_worker.generation.tiny import questions
from training_worker.generation.causal import Causal
from training_worker.generation.writing import _Guard, looping, without_loop, write


def _nothing(rows: float) -> None:
    pass


def test_an_answer_is_the_same_alone_and_among_longer_ones(tiny: Causal) -> None:
    prompts, _ = questions(4)
    prompts[2] += " I ask because I would really like to know it."
    tokens = tiny.form.prompts(prompts, 100)
    together = write(tiny, tokens, 12, _nothing)
    assert together == [write(tiny, [one], 12, _nothing)[0] for one in tokens]
    assert together == write(tiny, tokens, 12, _nothing)
    assert len(set(together)) > 1


def test_it_stops_when_it_is_told_to(tiny: Causal) -> None:
    class Stop(Exception):
        pass

    def tick(rows: float) -> None:
        raise Stop

    before = threading.active_count()
    with pytest.raises(Stop):
        write(tiny, tiny.form.prompts(["Is it red?"] * 40, 100), 100, tick)
    for thread in threading.enumerate():
        if thread.name.startswith("lane"):
            thread.join(30)  # the batches under way end at their next token
    assert threading.active_count() <= before


def test_progress_grows_with_the_tokens_and_ends_with_all_prompts(tiny: Causal) -> None:
    told: list[float] = []
    guard = _Guard(threading.Event(), told.append)
    guard.start, guard.most = 3, 4
    for new in range(1, 5):
        guard(torch.arange(2 * (3 + new)).view(2, -1), None)
    assert told == [0.5, 1.0, 1.5, 2.0]

    told.clear()
    write(tiny, tiny.form.prompts(questions(5)[0], 100), 8, told.append)
    assert min(told) >= 0
    assert sum(told) == pytest.approx(5)


@pytest.mark.parametrize(
    ("tokens", "size"),
    [
        ([1, 2, 3, 4, 5], 0),
        ([9, 1, 2, 1, 2, 1, 2], 2),
        ([7] * 11, 0),  # a row of dots or dashes may be meant
        ([7] * 12, 1),
        ([1, 2, 3, 1, 2, 3], 0),
        ([5, *[1, 2, 3] * 3], 3),
    ],
)
def test_a_piece_that_comes_again_and_again_is_a_loop(tokens: list[int], size: int) -> None:
    assert looping(tokens) == size


def test_what_is_repeated_stays_once() -> None:
    assert without_loop([9, 1, 2, 1, 2, 1, 2]) == [9, 1, 2]
    assert without_loop([1, 2, 3]) == [1, 2, 3]
    assert without_loop([4] * 15) == [4]
