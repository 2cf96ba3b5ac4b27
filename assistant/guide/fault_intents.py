"""When something went wrong: a message that was pasted, a training that failed, results that are odd."""

import re

from assistant.guide.journey import Journey
from assistant.guide.reply import Call, Reply

_MOST_CHARS = 60_000
_TRACE = re.compile(r"Traceback \(most recent call last\)|^\s*File \"[^\"\n]+\", line \d+", re.MULTILINE)
_MESSAGE = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception|Exceeded|Warning)\b(?::|\()|\bErrno \d+|\bexit(?:ed with)?[ _]?code[ :=]{1,3}-?\d+"
    r"|\bCUDA (?:error|out of memory)|'loss': (?:nan|0\.0\b)|\[(?:ERROR|CRITICAL)|^(?:ERROR|FATAL)\b",
    re.MULTILINE,
)
_TROUBLE = re.compile(
    r"\b(?:error|errors|fail(?:s|ed|ing)?|crash(?:es|ed)?|stuck|hangs?|freezes?|broken|wrong(?:ly)?|garbage|garbled|"
    r"refuse[sd]?|missing|warning|out of memory|cannot|can't|does(?: not|n't)|won't|never|nan)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 5


def pasted(text: str, *, trying: bool) -> bool:
    """Whether the text is a message or a log of a program. ``trying``: texts are for the model just now."""
    return bool(_TRACE.search(text)) or (not trying and bool(_MESSAGE.search(text)))


def complains(text: str) -> bool:
    """Whether the text tells of something that does not work."""
    return len(text.split()) >= _LEAST_WORDS and bool(_TROUBLE.search(text))


def explain_text(text: str, journey: Journey) -> Reply:
    """The cause of what was pasted or told; without a text that of the last training."""
    if not text:
        return diagnose(text, journey)
    return Reply(calls=(Call("diagnose_problem", {"text": text[:_MOST_CHARS]}),))


def diagnose(text: str, journey: Journey) -> Reply:
    """Why the last training failed, or what is odd about it."""
    args = {"run_id": journey.run_id} if journey.run_id and journey.run_status == "failed" else {}
    return Reply(calls=(Call("diagnose_problem", args),))


def apply(text: str, journey: Journey) -> Reply:
    """Does what the diagnosis offered; the person's yes comes first."""
    args = {"run_id": journey.run_id} if journey.run_id and journey.run_status == "failed" else {}
    return Reply(calls=(Call("apply_fix", args),))
