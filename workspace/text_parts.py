"""Texts in parts, such as a question and an answer: how several columns become the one text that a model reads."""

from collections.abc import Mapping, Sequence

from workspace.errors import InputError

TextParts = str | Sequence[str] | Mapping[str, str]
"""A whole text; its parts in the order of the columns that the model learned from; or its parts by their columns."""


def join_texts(parts: Sequence[str]) -> str:
    """Several text columns as one text: one per line, empty ones left out."""
    return "\n".join(part.strip() for part in parts if part and part.strip())


def whole_text(given: TextParts, columns: Sequence[str]) -> str:
    """The text as it stands in the rows that a model learned from; ``columns`` are those.

    Raises:
        InputError: ``TEXT_PARTS``: there are too many parts, or one of a column that the model does not read.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in columns]
        if not unknown:
            return join_texts([given.get(name, "") for name in columns])
        wrong = f"there is no {', '.join(unknown)}"
    elif len(given) <= len(columns):
        return join_texts(given)
    else:
        wrong = f"these are {len(given)} parts"
    raise InputError(
        "TEXT_PARTS",
        f"The model reads {', '.join(columns)}, but {wrong}.",
        "Give one text, or a part for each of these columns in their order.",
    )
