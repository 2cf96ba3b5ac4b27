"""What the assistant said, made safe to show: no pictures from elsewhere, no HTML, no links that hide where they go.

The words may repeat cells of a user's file, so nothing in them may load anything or send anybody anywhere by itself.
"""

import re

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_IMAGE_REFERENCE = re.compile(r"!(?=\[)")
_LINK = re.compile(r"\[([^\]\n]*)\]\(\s*<?([^)\s>]*)>?[^)\n]*\)")
_HALF_LINK = re.compile(r"\]\((?!/(?![/\\]))")
_DEFINITION = re.compile(r"^( {0,3})\[([^\]\n]+)\]:", re.MULTILINE)
_AUTOLINK = re.compile(r"<((?:https?|mailto|javascript|data|vbscript):[^>\s]*)>", re.IGNORECASE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_BARE = re.compile(r"\b(https?)://", re.IGNORECASE)
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)


def safe_markdown(text: str) -> str:
    """Bold, lists, tables and code stay; everything that could load, run or mislead becomes plain text."""
    parts = _CODE.split(text)
    return "".join(part if i % 2 else _safe(part) for i, part in enumerate(parts))


def _safe(text: str) -> str:
    text = _IMAGE.sub(lambda m: m.group(1), text)
    text = _IMAGE_REFERENCE.sub("", text)
    text = _LINK.sub(_link, text)
    text = _HALF_LINK.sub(r"]\\(", text)
    text = _DEFINITION.sub(r"\1\\[\2]:", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _TAG.sub(r"\\<", text)
    return _BARE.sub(_unlinked, text)


def _link(match: re.Match[str]) -> str:
    """Links stay only toward this site's own paths; others are shown as words and address."""
    words, target = match.group(1), match.group(2)
    if target.startswith("/") and not target.startswith(("//", "/\\")):
        return match.group(0)
    return f"{words} ({target})" if target and target != words else words


def _unlinked(match: re.Match[str]) -> str:
    """A zero-width joiner after the scheme keeps the address readable and stops it from becoming a link."""
    return f"{match.group(1)}:\u2060//"
