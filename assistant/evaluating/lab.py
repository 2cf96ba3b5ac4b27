"""Real trainings for an evaluation, in child processes of this one."""

import time

import anyio

from workspace.errors import Unavailable
from workspace.home import Workspace
from workspace.queue import LocalQueue, Queue
from workspace.settings import Settings

_LONGEST_SECONDS = 600


class LocalLab:
    """One queue for each workspace; :meth:`close` ends their processes."""

    def __init__(self) -> None:
        self._queues: list[LocalQueue] = []

    def queue(self, settings: Settings) -> Queue:
        """A queue of child processes for this workspace."""
        self._queues.append(LocalQueue(settings))
        return self._queues[-1]

    async def finish(self, workspace: Workspace, run_id: str) -> None:
        """Trains, and waits until it is over. Raises Unavailable after ten minutes."""
        await anyio.to_thread.run_sync(self._queues[-1].submit_run, run_id)
        end = time.monotonic() + _LONGEST_SECONDS
        while not (await anyio.to_thread.run_sync(workspace.runs.get, run_id)).status.ended:
            if time.monotonic() > end:
                raise Unavailable("TRAINING_SLOW", "A training did not come to its end.", "Run mtw doctor.")
            await anyio.sleep(0.2)

    def close(self) -> None:
        """Ends what still runs."""
        for queue in self._queues:
            queue.close()
