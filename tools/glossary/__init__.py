"""The glossary: one Markdown file for each concept, and how to find the one that is asked about.

A file starts with ``title``, ``aliases`` and ``related`` (names of other files) between two lines of ``---``. Then come
two to five plain sentences, and a last paragraph that starts with ``Example: ``.
"""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tools.quoting import unquote

_FOLDER = Path(__file__).parent
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
    near = difflib.get_close_matches(core, list(index), n=20, cutoff=0.55)
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
