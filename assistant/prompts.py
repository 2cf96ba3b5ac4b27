"""The texts in prompts/: what a chat model is told, and what the wizard itself says. Rendered with Jinja2.

Values are escaped for Markdown: a file name or a cell can then neither format nor link nor load anything.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assistant.languages import in_units, shown_number, translated
from tools.words import duration, duration_range

FOLDER = Path(__file__).parent.parent / "prompts"

_SPECIAL = re.compile(r"([\\`*\[\]<>#|~])")


class Markdown(str):
    """Text that is Markdown on purpose and passes unescaped."""

    __slots__ = ()


def escape(value: Any) -> Any:
    """Plain text as Markdown that shows exactly that text."""
    if isinstance(value, str) and not isinstance(value, Markdown):
        return _SPECIAL.sub(r"\\\1", value)
    return value


def plain_quotes(value: Any) -> Any:
    """Without the « » that mark data for a chat model; people see the text itself."""
    return value.replace("«", "").replace("»", "") if isinstance(value, str) else value


def _said(value: Any) -> Any:
    """As people see it: the wizard's own sentences in the language of the moment, data without its marks."""
    if isinstance(value, str) and not isinstance(value, Markdown):
        value = translated(value)
    return plain_quotes(value)


def _number(value: float) -> Markdown:
    return Markdown(shown_number(f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"))


def _duration(seconds: float) -> Markdown:
    """Seconds in words that a person would use."""
    return Markdown(in_units(duration(seconds)))


def _duration_to(low: float, high: float) -> Markdown:
    return Markdown(in_units(duration_range(low, high)))


def _sentence(text: str) -> str:
    """With a capital at its beginning and one full stop at its end."""
    text = plain_quotes(text).strip()
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence."""
    found = re.match(r".+?[.!?](?=\s+[A-Z«]|\s*$)", " ".join(text.split()))
    return found[0] if found else text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: escape(_said(value)),
        autoescape=False,  # noqa: S701 - the texts are Markdown; finalize escapes what stands for itself in it
    )
    environment.filters.update(
        number=_number,
        duration=_duration,
        duration_to=_duration_to,
        md=Markdown,
        first_sentence=_first_sentence,
        sentence=_sentence,
    )
    return environment


@cache
def template(name: str) -> Template:
    return _environment().get_template(name)


def prompt(name: str, **values: Any) -> str:
    """The text of prompts/``name`` with its values."""
    return template(name).render(**values).strip()


@cache
def _inline(source: str) -> Template:
    return _environment().from_string(source)


def render(source: str, **values: Any) -> str:
    """A text that stands inside a YAML file."""
    return _inline(source).render(**values).strip()
