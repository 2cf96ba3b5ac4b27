"""What a text says by exact messages: every cause with a matching signature, and how much that says.

A traceback names several errors and a log has many lines. The root is what counts: the last error of a chain of
exceptions, the earliest among the messages of a log.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from tools.troubleshooting.entry import FLAGS, WEIGHTS, Signature, load_entries

MOST_CHARS = 30_000
"""Of a longer text the beginning and the end are read: causes stand there."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CHAINED = re.compile(r"During handling of the above exception|direct cause of the following exception", re.IGNORECASE)
_ERROR_LINE = re.compile(
    r"^[^\n]{0,60}\b\w*(?:Error|Exception|Exceeded|Failed|Warning|Interrupt|NotFound)\b[^\n]*$", FLAGS
)
_PLACE = 0.03
"""What standing at the root adds: it decides between equals."""
_CONSEQUENCE = 0.25
"""What is only the consequence of another cause that was found falls behind it by this."""
_AGAIN = 0.01
_MOST_AGAIN = 3


@dataclass
class Evidence:
    """For one cause."""

    weight: float
    facts: dict[str, str] = field(default_factory=dict)
    at: tuple[int, ...] = ()
    """Where in the text it was found."""


@dataclass(frozen=True)
class _Compiled:
    weight: float
    pattern: re.Pattern[str]
    needs: re.Pattern[str] | None
    unless: re.Pattern[str] | None


def cleaned(text: str) -> str:
    """Without colours of terminals, of a length that can be read."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[: MOST_CHARS // 3]}\n{text[-2 * MOST_CHARS // 3 :]}"


def root_line(text: str) -> str:
    """The line that names the error: the last of a traceback, the first of a log; empty where there is none."""
    lines = _ERROR_LINE.findall(text)
    if not lines:
        return ""
    return str(lines[-1] if "Traceback" in text or _CHAINED.search(text) else lines[0]).strip()


def evidence_in(text: str) -> dict[str, Evidence]:
    """Every cause that the (cleaned) text speaks for, by its code."""
    found = {code: evidence for code, signatures in _compiled().items() if (evidence := _of(signatures, text))}
    if len(found) > 1:
        _prefer_root(text, found)
    for code, entry in load_entries().items():
        if code in found and found[code].weight >= WEIGHTS["likely"]:
            for lower in entry.outranks:
                if lower in found:
                    found[lower].weight = min(found[lower].weight, found[code].weight - _CONSEQUENCE)
    return found


def _of(signatures: tuple[_Compiled, ...], text: str) -> Evidence | None:
    best: Evidence | None = None
    kinds = 0
    for signature in signatures:
        hits = list(signature.pattern.finditer(text))[:20]
        if not hits or (signature.unless and signature.unless.search(text)):
            continue
        if signature.needs and not signature.needs.search(text):
            continue
        kinds += len({hit[0].casefold() for hit in hits})
        facts = {k.rstrip("0123456789"): v for hit in hits for k, v in hit.groupdict().items() if v}
        if best is None or signature.weight > best.weight:
            best = Evidence(signature.weight, facts, tuple(hit.start() for hit in hits))
        else:
            best.facts = facts | best.facts
    if best:
        best.weight += _AGAIN * min(kinds - 1, _MOST_AGAIN)
    return best


def _prefer_root(text: str, found: dict[str, Evidence]) -> None:
    """Adds a little to what stands at the root of the text."""
    chained = bool(_CHAINED.search(text))
    strong = [e for e in found.values() if e.weight >= WEIGHTS["likely"]]
    if len(strong) < 2:
        return
    place = max(max(e.at) for e in strong) if chained else min(min(e.at) for e in strong)
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    for evidence in strong:
        if any(start <= at and (end < 0 or at <= end) for at in evidence.at):
            evidence.weight += _PLACE


@cache
def _compiled() -> dict[str, tuple[_Compiled, ...]]:
    return {code: tuple(map(_compile, entry.signatures)) for code, entry in load_entries().items()}


def _compile(signature: Signature) -> _Compiled:
    return _Compiled(
        WEIGHTS[signature.strength],
        re.compile("|".join(f"(?:{pattern})" for pattern in signature.patterns), FLAGS),
        re.compile(signature.needs, FLAGS) if signature.needs else None,
        re.compile(signature.unless, FLAGS) if signature.unless else None,
    )
