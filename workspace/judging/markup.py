"""HTML in texts: mails and web pages that were copied with their codes."""

import re
from html.parser import HTMLParser

_TAGS = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|col|dd|del|div|dl|dt|em|"
    "fieldset|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|map|mark|"
    "meta|nav|ol|option|p|pre|samp|script|section|select|small|span|strike|strong|style|sub|sup|table|tbody|td|"
    "textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video"
)
MAYBE = rf"(?i)</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--|<!doctype|&(?:[a-z]{{2,8}}|#\d{{2,6}}|#x[0-9a-f]{{2,5}});"
"""Finds texts that may hold HTML, so that only these are parsed (RE2 and Python read it alike)."""

_MAYBE = re.compile(MAYBE)
_KNOWN = re.compile(rf"(?:{_TAGS})\Z")
_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split()
)
_HIDDEN = frozenset(("script", "style", "head", "title"))
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_ROUNDS = 4


def strip_html(text: str) -> str:
    """The text a browser would show; blocks become lines. Text without HTML, and anything unknown, stays as it is."""
    for _ in range(_ROUNDS):
        if not _MAYBE.search(text):
            break
        # Codes may be written as codes (&amp;lt;): parse until nothing changes.
        reader = _Reader()
        reader.feed(text)
        reader.close()
        shown = reader.text()
        if shown == text or not shown:
            break
        text = shown
    return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden = 0
        self._tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _KNOWN.match(tag):
            self._parts.append(self.get_starttag_text() or "")
            return
        self._tags += 1
        self._hidden += tag in _HIDDEN
        self._parts.append("\n" if tag in _BLOCKS else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        if not _KNOWN.match(tag):
            self._parts.append(f"</{tag}>")
            return
        self._tags += 1
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._parts.append("\n" if tag in _BLOCKS else "")

    def handle_comment(self, data: str) -> None:
        self._tags += 1

    def handle_decl(self, decl: str) -> None:
        self._tags += 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._parts.append(data)

    def text(self) -> str:
        shown = "".join(self._parts).replace("\xa0", " ")
        if not self._tags:
            return shown
        return _LINES.sub("\n", _BLANKS.sub(" ", shown)).strip()
