"""Texts that arrive together are predicted together: one pass of a model over many is quicker than many passes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from workspace.errors import TooManyRequests, Unavailable, WizardError
from workspace.model import Prediction

Predict = Callable[[str, str, list[str]], list[Prediction]]
"""Owner, model and texts -> one prediction for each text. Blocking."""

WINDOW_SECONDS = 0.005
BATCH_TEXTS = 512
MAX_WAITING = 5_000


@dataclass
class _Request:
    texts: list[str]
    answer: "asyncio.Future[list[Prediction]]"


@dataclass
class _Line:
    """Who waits for one model, in the order of arrival."""

    waiting: list[_Request] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    @property
    def texts(self) -> int:
        return sum(len(request.texts) for request in self.waiting)

    def take(self, most: int) -> list[_Request]:
        """The next requests of together at most ``most`` texts, at least one; those that were given up are left out."""
        taken: list[_Request] = []
        texts = 0
        while self.waiting and (not taken or texts + len(self.waiting[0].texts) <= most):
            request = self.waiting.pop(0)
            if not request.answer.done():
                taken.append(request)
                texts += len(request.texts)
        return taken


class MicroBatches:
    """A line for each model. To be used from the event loop's thread only.

    The first request of a quiet time waits ``window`` seconds for others; while a batch is predicted, the next one
    gathers by itself.
    """

    def __init__(
        self, predict: Predict, window: float = WINDOW_SECONDS, batch: int = BATCH_TEXTS, most: int = MAX_WAITING
    ) -> None:
        self._predict = predict
        self._window = window
        self._batch = batch
        self._most = most
        self._lines: dict[tuple[str, str], _Line] = {}

    async def ask(self, owner_id: str, model_id: str, texts: list[str]) -> list[Prediction]:
        """One prediction for each text.

        Raises:
            TooManyRequests: more texts wait already than can be answered soon.
            WizardError: what the worker refused, or that there is none.
        """
        waiting = sum(line.texts for line in self._lines.values())
        if waiting and waiting + len(texts) > self._most:
            raise TooManyRequests(
                "TOO_MANY_REQUESTS",
                f"{waiting:,} texts wait for an answer already.",
                "Ask again in a few seconds, or send fewer texts at a time.",
            )
        line = self._lines.setdefault((owner_id, model_id), _Line())
        request = _Request(texts, asyncio.get_running_loop().create_future())
        line.waiting.append(request)
        if line.task is None:
            line.task = asyncio.create_task(self._work(owner_id, model_id, line))
        return await request.answer

    async def _work(self, owner_id: str, model_id: str, line: _Line) -> None:
        try:
            await asyncio.sleep(self._window)
            while requests := line.take(self._batch):
                await self._answer(owner_id, model_id, requests)
        finally:
            del self._lines[owner_id, model_id]
            for request in line.waiting:
                request.answer.cancel()

    async def _answer(self, owner_id: str, model_id: str, requests: list[_Request]) -> None:
        texts = [text for request in requests for text in request.texts]
        try:
            found = await anyio.to_thread.run_sync(self._predict, owner_id, model_id, texts)
        except Exception as error:
            if len(requests) > 1 and isinstance(error, WizardError) and not isinstance(error, Unavailable):
                # One of them may be at fault; the others shall not hear of it.
                for request in requests:
                    await self._answer(owner_id, model_id, [request])
                return
            for request in requests:
                if not request.answer.done():
                    request.answer.set_exception(error)
            return
        start = 0
        for request in requests:
            if not request.answer.done():
                request.answer.set_result(found[start : start + len(request.texts)])
            start += len(request.texts)
