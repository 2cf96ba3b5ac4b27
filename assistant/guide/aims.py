"""What somebody wants of the model, out of free words: "I must not miss more than 5 % of the urgent mails"."""

import re
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.reply import Call, Reply
from assistant.guide.slots import quoted, words
from tools.goal import score_goal

_PERCENT = re.compile(
    r"(\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent|prozent|pour cent|por ciento|"
    r"(?:in|out of|of|von|sur|de)\s+(?:a |every )?(?:100|hundred))(?!\w)",
    re.I,
)
_NOUN = (
    r"e?-?mails?|messages?|texts?|tickets?|ones|cases|rows|nachrichten|anfragen|fälle|courriels?|cas|correos?|mensajes"
)
_SMALL = r"of|der|von|des|de|d'|aller?|all|the|our|my|an?|die|den|les?|las?|los|el|una?|ein\w*|each|every"
_OF = re.compile(rf"\s+(?:(?:{_SMALL})\s+)*(?P<label>[^\W\d][^,.;:!?%]{{1,60}})", re.I)
_FOR = re.compile(r"\b(?:for|on|among|called|bei|für|pour|para)\s+(?:the\s+)?(?P<label>[^\W\d][\w&/ -]{1,40})", re.I)
_BEFORE_NOUN = re.compile(rf"(?P<label>[^\W\d][\w&/-]+)\s+(?:{_NOUN})\b", re.I)
_END = re.compile(
    r"\b(?:at (?:most|least)|please|wrongly|by mistake|may|must|should|can|will|are|is|be|gets?|to|called|falsely|"
    r"missed|found|bitte|d[üu]rfen|darf|werden|sollen|übersehen|gefunden|doivent|peuvent|manqu\w+|deben|pueden|perdid\w+)\b.*",
    re.I,
)
_PRECISION = re.compile(r"\bprecision\b|pr[ée]cision|precisión|präzision", re.I)
_MOST_WORDS = 40


def aims_in(text: str) -> dict[str, Any]:
    """Arguments for ``set_success_criteria``; empty where the text says nothing of the kind.

    A share that has to be found is turned into one that may be missed: "find at least 95 %" is "miss at most 5 %".
    """
    if len(text.split()) > _MOST_WORDS:
        return {}
    said: dict[str, Any] = {}
    for audience, pattern in words()["audiences"].items():
        if re.search(pattern, text, re.IGNORECASE):
            said["audience"] = audience
            break
    if limit := _limit(text):
        said |= limit
    return said


def _limit(text: str) -> dict[str, Any]:
    percent = _PERCENT.search(text)
    alarms, missed = _says(text, "false_alarms"), _says(text, "missed")
    if percent is None and not _says(text, "worse"):
        return {}
    if not alarms and not missed:
        return {}
    if percent is None:
        return _comparison(text)
    share = float(percent[1].replace(",", "."))
    kind = "false_alarms" if alarms else "missed"
    found = kind == "missed" and _says(text, "found") and (_says(text, "at_least") or share > 50)
    if found or (kind == "false_alarms" and _PRECISION.search(text)):
        share = round(100 - share, 4)
    label = _label(text, text[percent.end() :])
    return {"worse": kind, "at_most_percent": share} | ({"label": label} if label else {})


def _comparison(text: str) -> dict[str, Any]:
    """ "Missing an urgent mail is worse than a false alarm": which of the two stands on the worse side."""
    parts = re.split(words()["aims"]["than"], text, maxsplit=1, flags=re.IGNORECASE)
    first = parts[0]
    kind = "false_alarms" if _says(first, "false_alarms") else "missed" if _says(first, "missed") else ""
    if not kind:
        return {}
    label = _label(text)
    return {"worse": kind} | ({"label": label} if label else {})


def _label(text: str, behind: str = "") -> str:
    """What the mistakes are about: in quotation marks, behind the share, or before "mails".

    The tool finds the label of the data in it, whatever else stands there.
    """
    if marked := quoted(text):
        return marked[0]
    places = [_OF.match(behind), *_FOR.finditer(text), *_BEFORE_NOUN.finditer(text)]
    for found in filter(None, places):
        name = _without_noun(_END.sub("", found["label"]).strip(" '\""))
        if name and not _says(name, "false_alarms") and not _says(name, "missed"):
            return name
    return ""


def _without_noun(name: str) -> str:
    """ "urgent mails" and "messages urgents" as "urgent" and "urgents"; "mails" alone names nothing."""
    return re.sub(rf"^(?:{_NOUN})\s+|\s*\b(?:{_NOUN})$", "", name, flags=re.IGNORECASE).strip()


def _says(text: str, what: str) -> bool:
    return bool(re.search(words()["aims"][what], text, re.IGNORECASE))


def set_aims(text: str, journey: Journey) -> Reply:
    """With what was said; else the short form. A goal in the same message is taken up as well."""
    calls = [Call("set_success_criteria", aims_in(text) if text else {})]
    if text and not journey.dataset_id and max(score_goal(text).values()) >= 2:
        calls.append(Call("recommend_task", {"goal": text[:4000]}))
    return Reply(calls=tuple(calls))
