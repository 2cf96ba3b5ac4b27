"""What went wrong with a hosted chat model, in plain words."""

import json
from collections.abc import Iterator

import openai
from pydantic import ValidationError

from workspace.errors import Unavailable

_GUIDE = "I go on as the built-in guide; everything can still be done."


class UselessAnswer(ValueError):
    """The model answered, but with nothing that can be used."""


def mapped(exc: Exception, timeout: float) -> Unavailable:
    """The error for people. Whoever calls logs ``exc`` itself; nothing of it is shown, it may hold the request."""
    code, what, operator = _reason(exc, timeout)
    return Unavailable(code, f"The chat model {what}.", f"{_GUIDE} {operator}".strip())


def _reason(exc: Exception, timeout: float) -> tuple[str, str, str]:
    match exc:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return "CHAT_MODEL_KEY", "refused our key", "Whoever runs this should check OPENAI_API_KEY."
        case openai.NotFoundError():
            return "CHAT_MODEL_UNKNOWN", "is not known at its address", "Whoever runs this should check MTW_CHAT_MODEL."
        case openai.RateLimitError():
            return "CHAT_MODEL_BUSY", "is asked too often just now, or its quota is used up", ""
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return "CHAT_MODEL_REFUSED", "did not accept our request", ""
        case openai.APITimeoutError() | TimeoutError():
            return "CHAT_MODEL_SLOW", f"did not finish its answer within {timeout:g} seconds", ""
        case openai.APIResponseValidationError() | ValidationError() | json.JSONDecodeError() | UselessAnswer():
            return "CHAT_MODEL_GARBLED", "sent an answer that cannot be read", ""
        case openai.APIStatusError():
            return "CHAT_MODEL_FAILED", f"has a fault of its own (status {exc.status_code})", ""
        case openai.APIError() | OSError():
            return _connection(exc)
        case _:
            return "CHAT_MODEL_GARBLED", "sent an answer that cannot be read", ""


def _connection(exc: Exception) -> tuple[str, str, str]:
    """Never reached, or broken off: the HTTP client's own error stands among the causes.

    It is told by its name: the OpenAI client has changed its HTTP library before, and both call it the same.
    """
    names = {type(cause).__name__ for cause in _causes(exc)}
    if names & {"RemoteProtocolError", "ReadError", "WriteError", "CloseError", "IncompleteRead"}:
        return "CHAT_MODEL_CUT", "broke off in the middle of its answer", ""
    return "CHAT_MODEL_AWAY", "cannot be reached", "Whoever runs this should check OPENAI_BASE_URL."


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
