"""Names of persons, where a spaCy model with an entity recogniser is installed. None comes with the wizard."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from typing import Any

_PERSON = frozenset({"PERSON", "PER"})


@cache
def available() -> bool:
    """Whether there is a model. Asks the installed packages; loads nothing."""
    return bool(entry_points(group="spacy_models"))


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name that one of the installed models sees. Nothing where none is installed."""
    if available():
        for model in _models():
            for entity in model(text).ents:
                if entity.label_ in _PERSON:
                    yield entity.start_char, entity.end_char


@cache
def _models() -> tuple[Any, ...]:
    """Loaded once a process. spaCy takes seconds and hundreds of MB, which whoever installs a model accepts."""
    import spacy

    return tuple(
        spacy.load(entry.name, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
        for entry in sorted(entry_points(group="spacy_models"), key=lambda entry: entry.name)
    )
