"""Conversations with an assistant, as chat models are tuned on: a question and its answer for each of them.

OpenAI's ``{"messages": [{"role", "content"}]}`` and ShareGPT's ``{"conversations": [{"from", "value"}]}``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workspace.dataset import DataProblem
from workspace.reading.annotations.forms import Form, Row, most

_KEYS = ("messages", "conversations", "conversation", "dialog", "dialogue", "turns")
_WHO = ("role", "from", "speaker")
_WHAT = ("content", "value", "text")
_ASSISTANT = frozenset({"assistant", "gpt", "chatgpt", "bot", "model", "bing", "bard"})
_SYSTEM = frozenset({"system", "developer"})
_PERSON = frozenset({"user", "human", "prompter"})


def recognise_chat(records: Sequence[Any]) -> Form | None:
    """The form of conversations, where nearly all records hold one with an answer by an assistant."""
    return Chat() if most(records, lambda record: _answered(_turns(record))) else None


class Chat:
    """One row a conversation: what was asked, and the assistant's last answer."""

    format = "jsonl"

    def __init__(self) -> None:
        self._instructed = False
        self._unanswered = 0

    def see(self, record: Any) -> None:
        """Whether conversations begin with an instruction, and how many of them have no answer."""
        turns = _turns(record)
        self._instructed = self._instructed or any(who in _SYSTEM for who, _ in turns)
        self._unanswered += not _answered(turns)

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a record; what else it says stays beside it."""
        for record in records:
            if not isinstance(record, Mapping):
                yield {"prompt": None, "response": None, "not read": str(record)}
                continue
            turns = _turns(record)
            row: dict[str, Any] = {}
            if self._instructed:
                row["system"] = "\n".join(what for who, what in turns if who in _SYSTEM) or None
            row["prompt"], row["response"] = _asked_and_answered([turn for turn in turns if turn[0] not in _SYSTEM])
            yield row | {key: value for key, value in record.items() if key not in row and key not in _KEYS}

    def problems(self) -> list[DataProblem]:
        """Conversations without an answer."""
        if not self._unanswered:
            return []
        return [
            DataProblem(
                code="NO_ANSWER",
                severity="warning",
                count=self._unanswered,
                message=f"{self._unanswered:,} conversations end without an answer of the assistant, "
                "so there is nothing to learn from them.",
            )
        ]


def _turns(record: Any) -> list[tuple[str, str]]:
    """Who said what, in order; empty where the record is no conversation."""
    if not isinstance(record, Mapping):
        return []
    turns: list[Any] = next((record[key] for key in _KEYS if isinstance(record.get(key), list)), [])
    found = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            return []
        who = next((turn[key] for key in _WHO if isinstance(turn.get(key), str)), None)
        what = next((_text(turn[key]) for key in _WHAT if key in turn), "")
        if who is None:
            return []
        found.append((who.lower(), what))
    return found


def _text(value: Any) -> str:
    """The words of a turn, whose content may be a list of parts."""
    if isinstance(value, list):
        return "\n".join(str(part.get("text", "")) for part in value if isinstance(part, Mapping))
    return value if isinstance(value, str) else ""


def _answered(turns: Sequence[tuple[str, str]]) -> bool:
    said = [who for who, _ in turns]
    return any(who in _ASSISTANT for who in said) and any(who in _PERSON for who in said)


def _asked_and_answered(turns: Sequence[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Everything before the last answer, and that answer; who speaks is said where more than one turn was asked."""
    last = max((index for index, (who, _) in enumerate(turns) if who in _ASSISTANT), default=None)
    before = list(turns[: len(turns) if last is None else last])
    if len(before) == 1:
        asked = before[0][1]
    else:
        asked = "\n".join(f"{'Assistant' if who in _ASSISTANT else 'User'}: {what}" for who, what in before)
    return asked or None, turns[last][1] or None if last is not None else None
