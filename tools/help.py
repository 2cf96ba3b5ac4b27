"""Explains the field's words. One Markdown file for each concept lies in ``glossary/``."""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import ConceptCard
from tools.context import ToolContext
from tools.quoting import quote, unquote
from tools.registry import ToolOutput, tool

_FOLDER = Path(__file__).parent / "glossary"
_WORDS = """what is are was a an the does do did mean means meaning of in on my our your this that here please explain
tell me about define definition how i you it for to by with and or word term some any can could would understand
not don't dont"""
_FILLER = frozenset(_WORDS.split())


@dataclass(frozen=True)
class Concept:
    """One entry of the glossary. ``related`` holds names of other entries."""

    name: str
    title: str
    aliases: tuple[str, ...]
    related: tuple[str, ...]
    text: str
    example: str


@tool()
def explain_concept(
    context: ToolContext,
    term: Annotated[str, Field(description="the word or question, such as 'F1' or 'what is overfitting'")],
) -> ToolOutput:
    """Explains a word of machine learning or of this wizard in plain sentences with an example.

    Use it whenever somebody asks what a word means (accuracy, F1, epoch, seed, baseline, …).
    """
    found = find_concept(term)
    if found is None:
        near = suggest_concepts(term)
        data: dict[str, JsonValue] = {
            "found": False,
            "term": quote(term, 80),
            "suggestions": [concept.title for concept in near],
        }
        question = "I have no explanation for that word. Did you mean one of these?"
        return ToolOutput(
            data=data, ask=ask(question, *(button(c.title, "explain_concept", term=c.name) for c in near))
        )
    related = [load_glossary()[name] for name in found.related]
    card = ConceptCard(
        term=found.name,
        title=found.title,
        text=found.text,
        example=found.example,
        related=[concept.title for concept in related],
    )
    data = {"found": True, "concept": found.title, "text": found.text, "example": found.example}
    return ToolOutput(data=data, cards=[card.card(found.title)])


@cache
def load_glossary() -> dict[str, Concept]:
    """Every concept by its file's name. Raises ValueError for a file that is not as it should be."""
    found = {path.stem: _parse(path) for path in sorted(_FOLDER.glob("*.md"))}
    for concept in found.values():
        if missing := [name for name in concept.related if name not in found]:
            raise ValueError(f"{concept.name}.md names concepts that are not there: {', '.join(missing)}")
    return found


def find_concept(term: str) -> Concept | None:
    """The concept that is asked about: by name or alias, in a question, or with a small typing error."""
    index = _index()
    asked = _folded(unquote(term))
    if asked in index:
        return index[asked]
    words = [word for word in asked.split() if word not in _FILLER]
    core = " ".join(words)
    if core in index:
        return index[core]
    # The longest name that stands in the question as whole words: "the macro average of f1" is not about F1.
    inside = [name for name in index if f" {name} " in f" {asked} " and name not in _FILLER]
    if inside:
        return index[max(inside, key=len)]
    near = difflib.get_close_matches(core, [name for name in index if len(name) > 3], n=1, cutoff=0.84)
    return index[near[0]] if near else None


def suggest_concepts(term: str, count: int = 3) -> list[Concept]:
    """The likeliest concepts where none fits, without doubles."""
    index = _index()
    core = " ".join(word for word in _folded(unquote(term)).split() if word not in _FILLER)
    near = difflib.get_close_matches(core, list(index), n=20, cutoff=0.45)
    usual = [load_glossary()[name] for name in ("accuracy", "label", "training-rows")]
    return list(dict.fromkeys([*(index[name] for name in near), *usual]))[:count]


@cache
def _index() -> dict[str, Concept]:
    index: dict[str, Concept] = {}
    for concept in load_glossary().values():
        for name in (concept.name, concept.title, *concept.aliases):
            if index.setdefault(_folded(name), concept) is not concept:
                raise ValueError(f"two concepts are called {name}")
    return index


def _folded(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _parse(path: Path) -> Concept:
    start, head, body = path.read_text("utf-8").split("---\n", 2)
    meta = yaml.safe_load(head)
    if start or set(meta) != {"title", "aliases", "related"}:
        raise ValueError(f"{path.name} must start with title, aliases and related between two lines of ---")
    text, _, example = body.strip().rpartition("\n\nExample: ")
    if not text:
        raise ValueError(f"{path.name} must end with a paragraph that starts with 'Example: '")
    aliases = tuple(str(alias) for alias in meta["aliases"])
    return Concept(path.stem, meta["title"], aliases, tuple(meta["related"]), text, example)
