"""What the assistant says, and what went wrong, as messages."""

from assistant.surfaces.slack.blocks.page import Page, SlackMessage
from assistant.surfaces.slack.blocks.text import bold, escaped, from_markdown
from workspace.events import ErrorShown

_PART = 2_900


def message_of_text(markdown: str) -> SlackMessage:
    """The assistant's words. Long ones go over several sections, parted between paragraphs where there are any."""
    page = Page()
    words = from_markdown(markdown)
    for part in _parts(words):
        page.say(part)
    message = page.message()
    return message.model_copy(update={"text": words[:3_000].rsplit("&", 1)[0] if len(words) > 3_000 else words or "–"})


def message_of_error(error: ErrorShown) -> SlackMessage:
    """What went wrong and what to do next."""
    page = Page()
    page.say(bold(error.message, 1_000), escaped(error.next_step, 1_500))
    return page.message(f"{error.message} {error.next_step}")


def _parts(text: str) -> list[str]:
    """Pieces that each fit into a section; a code block is not parted where it fits into one."""
    parts: list[str] = []
    for paragraph in text.split("\n\n"):
        whole = bool(parts) and parts[-1].count("```") % 2 == 0
        if parts and (not whole or len(parts[-1]) + len(paragraph) < _PART):
            parts[-1] = f"{parts[-1]}\n\n{paragraph}"
        else:
            parts.append(paragraph)
    return [part for part in parts if part.strip()]
