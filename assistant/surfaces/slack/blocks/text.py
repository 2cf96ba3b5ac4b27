"""Words as Slack takes them. Nothing that comes from data can mention anybody, link anywhere or hide what it is.

Slack reads ``&``, ``<`` and ``>`` as control characters in its mrkdwn (docs.slack.dev, "Formatting message text"):
there they become entities, and every text object is verbatim, so that bare addresses and names stay plain words.
"""

import re
from typing import Any

from assistant.rendering.markdown import safe_markdown
from tools.quoting import prose

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile(r"<(?=[@#!a-zA-Z/])")
_FENCE = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
_INLINE = re.compile(r"(`[^`\n]+`)")
_HEADING = re.compile(r"^ {0,3}#{1,6} +(.+?)#*$", re.MULTILINE)
_BULLET = re.compile(r"^( *)[-*+] +", re.MULTILINE)
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_STRUCK = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_BACKSLASH = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")
_RULE = re.compile(r"^ {0,3}([-*_])(?: *\1){2,} *$", re.MULTILINE)
_STAR = "\ue000"
"""Stands for a star that Slack shall read as bold until the others are done; no text of ours has it."""


def escaped(text: str, limit: int = 3000) -> str:
    """Text for mrkdwn, at most ``limit`` characters with its entities. It opens no code block, and no entity is cut."""
    return cut_escaped(_entities(prose(text, limit).replace("```", "'''")), limit)


def cut_escaped(text: str, limit: int) -> str:
    """Escaped text, cut between its entities; a fence that the cut opened is closed again."""
    if len(text) <= limit:
        return text
    room = limit - 5
    short = re.sub(r"&[a-z]{0,4}$", "", text[:room]).rstrip()
    return f"{short}…\n```" if short.count("```") % 2 else f"{short}…"


def code(text: str, limit: int = 300) -> str:
    """A short text as it stands, set off from the words around it."""
    flat = " ".join(prose(text, limit).split()).replace("`", "'")
    return f"`{cut_escaped(_entities(flat), limit)}`" if flat else ""


def bold(text: str, limit: int = 300) -> str:
    """Set in bold; stars within would end it."""
    flat = " ".join(prose(text, limit).split()).replace("*", "∗").replace("```", "'''")
    return f"*{cut_escaped(_entities(flat), limit)}*" if flat else ""


def plain_words(text: str, limit: int) -> str:
    """One line for a ``plain_text`` object, never empty: Slack refuses those."""
    flat = " ".join(prose(text, 2 * limit).split())
    safe = _CONTROL.sub("<\u2060", flat)
    return (safe if len(safe) <= limit else f"{safe[: limit - 1]}…") or "–"


def plain_text(text: str, limit: int) -> dict[str, Any]:
    """A text object without formatting."""
    return {"type": "plain_text", "text": plain_words(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int = 3000) -> dict[str, Any]:
    """A text object of text that is escaped already."""
    return {"type": "mrkdwn", "text": cut_escaped(text, limit), "verbatim": True}


def from_markdown(text: str) -> str:
    """The assistant's Markdown in Slack's own: bold, italics, lists, code and quotes; links stand as their words."""
    parts = _FENCE.split(safe_markdown(text).replace(_STAR, ""))
    return "".join(_fence(part) if i % 2 else _words(part) for i, part in enumerate(parts)).strip()


def _fence(text: str) -> str:
    inside = text.removeprefix("```").removesuffix("```")
    body = re.sub(r"^[\w+-]*\n", "", inside).strip("\n")
    return f"```\n{_entities(body)}\n```" if body else ""


def _words(text: str) -> str:
    parts = _INLINE.split(text)
    return "".join(_entities(part) if i % 2 else _formatted(part) for i, part in enumerate(parts))


def _formatted(text: str) -> str:
    text = _RULE.sub("", text)
    text = _HEADING.sub(lambda m: f"{_STAR}{m.group(1).strip().replace('**', '')}{_STAR}", text)
    text = _BULLET.sub(r"\1• ", text)
    text = _BOLD.sub(rf"{_STAR}\2{_STAR}", text)
    text = _ITALIC.sub(r"_\1_", text)
    text = _STRUCK.sub(r"~\1~", text)
    text = re.sub(r"\[([^\]\n]*)\]\([^)\n]*\)", r"\1", text)
    text = _BACKSLASH.sub(r"\1", text)
    lines = [_quoted(line) for line in text.split("\n")]
    return "\n".join(lines).replace(_STAR, "*")


def _quoted(line: str) -> str:
    """``>`` at the start of a line is a quotation in both languages."""
    return f"> {_entities(line[1:].lstrip())}" if line.startswith(">") else _entities(line)


def _entities(text: str) -> str:
    return "".join(_ENTITIES.get(c, c) for c in text)
