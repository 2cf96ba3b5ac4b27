"""Library calls that run long without a callback (scikit-learn's fits) and can still be cancelled."""

import threading
from collections.abc import Callable
from typing import TypeVar

from training_worker.reporter import Reporter

Result = TypeVar("Result")
CHECK_SECONDS = 0.1


def run_interruptible(report: Reporter, call: Callable[[], Result]) -> Result:
    """Runs ``call`` in a thread and asks ``report.check()`` ten times a second meanwhile.

    When ``check`` raises ``Stop`` the thread is left behind: it is a daemon, and the training's process ends
    right after a stop, which ends the thread too.

    Raises:
        Stop: as soon as it is asked for.
        Exception: whatever ``call`` raised.
    """
    outcome: list[Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(call())
        except BaseException as exc:
            errors.append(exc)

    report.check()
    thread = threading.Thread(target=work, daemon=True, name="training-step")
    thread.start()
    while thread.is_alive():
        thread.join(CHECK_SECONDS)
        report.check()
    if errors:
        raise errors[0]
    return outcome[0]
