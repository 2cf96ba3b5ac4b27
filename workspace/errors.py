"""Every error a person can meet, with a stable code, what happened and what to do next.

::

    WizardError
    ├── InputError        what was given cannot be used        (exit 2, HTTP 422)
    │   ├── UnreadableFile    a file cannot be read
    │   └── LimitExceeded     larger than a setting allows      (HTTP 413)
    ├── NotFound          no such thing, or not yours          (exit 2, HTTP 404)
    ├── Forbidden         your role does not allow it          (HTTP 403)
    │   └── Unauthorized      nobody knows who is asking        (HTTP 401)
    ├── TooManyRequests   more at once than can be answered    (HTTP 429)
    ├── Conflict          it is in a state that forbids this   (HTTP 409)
    ├── Unavailable       a part of the system is not there    (HTTP 503)
    ├── SettingsError     the configuration is wrong           (exit 2)
    └── TrainingFailed    a run ended with a Failure           (exit 1)

Foreign exceptions are mapped to one of these once, at the edge where they appear, with ``from exc``.
"""

from typing import ClassVar


class WizardError(Exception):
    """Base of all errors that may be shown to a person.

    ``code`` is stable and searchable, ``message`` says what happened in one sentence,
    ``next_step`` says what the person can do about it.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, code: str, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step

    def as_dict(self) -> dict[str, str]:
        """The shape printed by ``--json`` and answered by the HTTP API."""
        return {"code": self.code, "message": self.message, "next_step": self.next_step}

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class InputError(WizardError):
    """What was given (arguments, a plan, a file's content) cannot be used as it is."""

    exit_code = 2
    http_status = 422


class UnreadableFile(InputError):
    """A file cannot be read: broken, protected, empty or of an unknown kind."""


class LimitExceeded(InputError):
    """Larger than a limit in the settings allows."""

    http_status = 413


class NotFound(WizardError):
    """There is no such thing, or it belongs to somebody else (the two are not told apart)."""

    exit_code = 2
    http_status = 404


class Forbidden(WizardError):
    """The person's role does not allow this."""

    http_status = 403


class Unauthorized(Forbidden):
    """Without a login or a key that counts, nobody knows who is asking."""

    http_status = 401


class TooManyRequests(WizardError):
    """More is asked at once than can be answered; ``retry_after`` seconds later it works."""

    http_status = 429

    def __init__(self, code: str, message: str, next_step: str = "", retry_after: int = 2) -> None:
        super().__init__(code, message, next_step)
        self.retry_after = retry_after


class Conflict(WizardError):
    """The thing is in a state in which this cannot be done."""

    http_status = 409


class Unavailable(WizardError):
    """A part of the system (broker, storage, worker, chat model) cannot be reached."""

    http_status = 503


class SettingsError(WizardError):
    """The configuration is wrong; all faults are listed together."""

    exit_code = 2


class TrainingFailed(WizardError):
    """A run ended with a failure; ``code`` is the failure's code."""
