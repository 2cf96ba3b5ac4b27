"""What the assistant says, and what went wrong, as messages."""

import re
from collections.abc import Iterator

from assistant.surfaces.slack.blocks.page import Page, SlackMessage
from assistant.surfaces.slack.blocks.text import bold, cut_escaped, escaped, from_markdown
from workspace.events import ErrorShown

_PART = 2_900


def message_of_text(markdown: str) -> SlackMessage:
    """The assistant's words. Long ones go over several sections, parted between lines."""
    page = Page()
    words = from_markdown(markdown)
    for part in _parts(words):
        page.say(part)
    message = page.message()
    return message.model_copy(update={"text": cut_escaped(words, 3_000) or "–"})


def message_of_error(error: ErrorShown) -> SlackMessage:
    """What went wrong and what to do next."""
    page = Page()
    page.say(bold(error.message, 1_000), escaped(error.next_step, 1_500))
    return page.message(f"{error.message} {error.next_step}")


def _parts(text: str) -> Iterator[str]:
    """Pieces that each fit into a section; code that goes on in the next one is code there as well."""
    part, is_code = "", False
    for line in _lines(text):
        if part and len(part) + len(line) + 1 > _PART:
            yield f"{part}\n```" if is_code else part
            part = "```" if is_code else ""
        part = f"{part}\n{line}" if part else line
        is_code ^= bool(line.count("```") % 2)
    yield part


def _lines(text: str) -> Iterator[str]:
    """Lines; what is longer than a section is cut, and never within an entity."""
    for line in text.split("\n"):
        yield from re.findall(r"(?:&[a-z]+;|.){1,500}", line) if len(line) > _PART else [line]
