"""Checks of annotated data: marks of places, and tags of words."""

from collections.abc import Sequence

import pyarrow as pa

from workspace.dataset import DataProblem, FixOffer
from workspace.judging import marks, tags
from workspace.judging.columns import joined
from workspace.judging.sample import Sample
from workspace.judging.wording import rows as rows_word

_SHOWN = 100


def find_annotation_problems(sample: Sample, text: str, label: str) -> list[DataProblem]:
    """Faults of the marks or tags in ``label``, looked for in a part of a long table."""
    part = sample.part().table
    texts, cells = part[text].to_pylist(), part[label].to_pylist()
    lists = pa.types.is_list(part.schema.field(label).type)
    return _about_tags(texts, cells) if lists else _about_marks(texts, cells)


def _about_marks(texts: Sequence[object], cells: Sequence[object]) -> list[DataProblem]:
    pairs = [
        (str(text or ""), cell if isinstance(cell, str) else None) for text, cell in zip(texts, cells, strict=True)
    ]
    problems = []
    for code, hit, says, fix in (
        (
            "BAD_SPANS",
            [marks.has_impossible(*pair) for pair in pairs],
            "have marks that do not fit the text: they end before they begin, or lie outside of it.",
            FixOffer(code="trim_spans", label="Leave these marks out"),
        ),
        (
            "OVERLAPPING_SPANS",
            [marks.has_overlaps(cell) for _, cell in pairs],
            "have marks that overlap. A model can learn only one of them.",
            FixOffer(code="drop_overlapping_spans", label="Keep the longest"),
        ),
        (
            "BLANK_SPANS",
            [marks.has_blank_edges(*pair) for pair in pairs],
            "have marks that begin or end with a blank. They would not fit the words.",
            FixOffer(code="trim_spans", label="Trim the marks"),
        ),
    ):
        count = sum(hit)
        if count:
            verb = says.replace("have", "has", 1) if count == 1 else says
            shown = [_marked(*pair) for pair, wrong in zip(pairs, hit, strict=True) if wrong][:3]
            message = f"{rows_word(count)} {verb}"
            problems.append(
                DataProblem(code=code, severity="warning", count=count, message=message, examples=shown, fix=fix)
            )
    return problems


def _marked(text: str, cell: str | None) -> str:
    return f"{text[:_SHOWN]} · {(cell or '')[:_SHOWN]}"


def _about_tags(texts: Sequence[object], cells: Sequence[object]) -> list[DataProblem]:
    rows = [cell if isinstance(cell, list) else None for cell in cells]
    scheme = tags.scheme_of(
        row[: len(words)] for words, row in zip(texts, rows, strict=True) if row is not None and isinstance(words, list)
    )
    wrong = [
        f"{joined([words])[:_SHOWN]} · {' '.join(row)[:_SHOWN]}"
        for words, row in zip(texts, rows, strict=True)
        if isinstance(words, list) and row is not None and is_wrong(words, row, scheme)
    ]
    if not wrong:
        return []
    have = "1 row has" if len(wrong) == 1 else f"{len(wrong):,} rows have"
    return [
        DataProblem(
            code="BAD_TAG_SEQUENCE",
            severity="warning",
            count=len(wrong),
            message=f"{have} tags in an order that cannot be: a name goes on that never began, or there are more or "
            "fewer tags than words.",
            examples=wrong[:3],
            fix=FixOffer(code="repair_tags", label="Repair the tags"),
        )
    ]


def is_wrong(words: Sequence[str], row: Sequence[str], scheme: tags.Scheme | None) -> bool:
    """Whether the tags of a row are too many, too few or in a wrong order."""
    if scheme is None:
        return len(words) != len(row)
    return tags.repair_tags(row, len(words), scheme) != list(row)
