"""Texts that arrive together are asked together, each gets its own answer, and the line is not endless."""

import asyncio

import pytest

from assistant.micro_batches import MicroBatches
from workspace.errors import InputError, TooManyRequests, Unavailable
from workspace.model import Prediction


class Model:
    """Remembers its batches; refuses texts that say so."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def predict(self, owner_id: str, model_id: str, texts: list[str]) -> list[Prediction]:
        self.batches.append(texts)
        if "away" in texts:
            raise Unavailable("WORKER_UNAVAILABLE", "No worker answered.")
        if "bad" in texts:
            raise InputError("TEXT_BAD", "This text cannot be read.")
        return [Prediction(text=text, label=f"{owner_id} {model_id} {text}", score=1.0) for text in texts]


async def gather(batches: MicroBatches, *requests: tuple[str, list[str]]) -> list[object]:
    asked = [batches.ask("usr_a", model_id, texts) for model_id, texts in requests]
    found = await asyncio.gather(*asked, return_exceptions=True)
    return [one if isinstance(one, BaseException) else [p.label for p in one] for one in found]


def test_requests_of_one_moment_are_one_batch_for_each_model() -> None:
    model = Model()
    batches = MicroBatches(model.predict)
    found = asyncio.run(gather(batches, ("m1", ["a", "b"]), ("m2", ["x"]), ("m1", ["c"]), ("m1", ["a"])))
    assert found == [["usr_a m1 a", "usr_a m1 b"], ["usr_a m2 x"], ["usr_a m1 c"], ["usr_a m1 a"]]
    assert sorted(model.batches) == [["a", "b", "c", "a"], ["x"]]


def test_a_batch_is_bounded_and_a_request_is_never_cut() -> None:
    model = Model()
    batches = MicroBatches(model.predict, batch=3)
    asyncio.run(gather(batches, ("m", ["a", "b"]), ("m", ["c", "d"]), ("m", ["e"]), ("m", list("fghij"))))
    assert model.batches == [["a", "b"], ["c", "d", "e"], list("fghij")]


def test_what_is_wrong_with_one_request_is_not_told_to_others() -> None:
    model = Model()
    found = asyncio.run(gather(MicroBatches(model.predict), ("m", ["a"]), ("m", ["bad"]), ("m", ["c"])))
    assert (found[0], found[2]) == (["usr_a m a"], ["usr_a m c"])
    assert isinstance(found[1], InputError)


def test_without_a_worker_everybody_hears_it_at_once() -> None:
    model = Model()
    found = asyncio.run(gather(MicroBatches(model.predict), ("m", ["a"]), ("m", ["away"])))
    assert [type(one) for one in found] == [Unavailable, Unavailable]
    assert len(model.batches) == 1


def test_more_than_can_wait_is_refused_and_later_taken() -> None:
    model = Model()
    batches = MicroBatches(model.predict, most=3)
    found = asyncio.run(gather(batches, ("m", ["a", "b"]), ("m", ["c", "d"]), ("m", ["e"])))
    assert [type(one) for one in found] == [list, TooManyRequests, list]
    assert asyncio.run(gather(batches, ("m", list("fghij")))) == [[f"usr_a m {text}" for text in "fghij"]]


def test_who_gives_up_is_not_asked_for() -> None:
    model = Model()

    async def work() -> None:
        batches = MicroBatches(model.predict)
        first = asyncio.create_task(batches.ask("usr_a", "m", ["given up"]))
        second = asyncio.create_task(batches.ask("usr_a", "m", ["b"]))
        await asyncio.sleep(0)
        first.cancel()
        await second
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(work())
    assert model.batches == [["b"]]
