"""Writing answers: the same alone and among others, without loops."""

import threading

import pytest

from tests.training_worker.generation.tiny import questions
from training_worker.generation.causal import Causal
from training_worker.generation.writing import looping, without_loop, write


def _nothing(rows: int) -> None:
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

    def tick(rows: int) -> None:
        raise Stop

    before = threading.active_count()
    with pytest.raises(Stop):
        write(tiny, tiny.form.prompts(["Is it red?"] * 40, 100), 100, tick)
    for thread in threading.enumerate():
        if thread.name.startswith("lane"):
            thread.join(30)  # the batches under way end at their next token
    assert threading.active_count() <= before


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
