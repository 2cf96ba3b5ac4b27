"""Texts in other words, by whatever the caller offers for it: the port to the hosted chat model."""

from collections.abc import Callable, Sequence

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tools.columns import Choice
from tools.context import ToolContext
from workspace.augmentation import MARKER, same_text_key, source_key
from workspace.dataset import Dataset
from workspace.errors import Unavailable
from workspace.privacy import hide

Paraphraser = Callable[[Sequence[str]], list[str]]
"""Texts -> for each the same in other words; an empty text where it has none. Raises Unavailable."""

_MOST_LABELS = 5
_MOST_TEXTS = 20
_CHARS = 1_000
_ALIKE = 1.5


def paraphrased(context: ToolContext, dataset: Dataset, choice: Choice, labels: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs for an analysis ``augment``: which text (its key), and the same in other words.

    Personal data is hidden before anything is sent. Also texts that turn out to be in the exam are said in other
    words; the worker, who divides the rows, uses only those of learning rows.

    Raises:
        Unavailable: ``NO_CHAT_MODEL`` where none is set, or what the model answers with.
    """
    if context.paraphrase is None:
        raise Unavailable(
            "NO_CHAT_MODEL",
            "Saying texts in other words needs a hosted chat model, and none is set.",
            "Make rows without it, or ask whoever runs the wizard to set MTW_CHAT_MODEL.",
        )
    texts = _texts(context, dataset, choice, list(labels) or _rarest(dataset))
    hidden = [hide(text) for text in texts]
    answers = context.paraphrase(hidden)
    return [
        (source_key(text), answer.strip())
        for text, sent, answer in zip(texts, hidden, answers, strict=True)
        if _useful(sent, answer)
    ]


def _useful(sent: str, answer: str) -> bool:
    """Other words indeed, and neither an essay nor a mere beginning."""
    long_enough = 0.3 * len(sent) <= len(answer.strip()) <= 3 * len(sent) + 40
    return long_enough and same_text_key(sent) != same_text_key(answer)


def _rarest(dataset: Dataset) -> list[str]:
    counts = sorted(dataset.profile.labels.items(), key=lambda item: item[1])
    middle = counts[len(counts) // 2][1] if counts else 0
    return [label for label, rows in counts[:_MOST_LABELS] if rows < middle / _ALIKE] or [c[0] for c in counts[:1]]


def _texts(context: ToolContext, dataset: Dataset, choice: Choice, labels: Sequence[str]) -> list[str]:
    """At most twenty written texts of each label."""
    found: dict[str, list[str]] = {label: [] for label in labels[:_MOST_LABELS]}
    with context.workspace.storage.as_file(dataset.table_key) as table:
        file = pq.ParquetFile(table)
        marked = [MARKER] if MARKER in file.schema_arrow.names else []
        for batch in file.iter_batches(5_000, columns=[*dict.fromkeys([*choice.text, choice.label, *marked])]):
            if marked:
                batch = batch.filter(pc.is_null(batch.column(MARKER)))
            for row in batch.to_pylist():
                texts = found.get(str(row[choice.label]).strip())
                whole = "\n".join(str(row[n]).strip() for n in choice.text if row[n] and str(row[n]).strip())
                if texts is not None and whole and len(whole) <= _CHARS and len(texts) < _MOST_TEXTS:
                    texts.append(whole)
            if all(len(texts) >= _MOST_TEXTS for texts in found.values()):
                break
    return [text for texts in found.values() for text in texts]
