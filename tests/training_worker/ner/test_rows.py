"""Rows with marked names from columns of spans, and from words with tags."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training_worker.data import LabelledRows
from training_worker.ner.rows import check_ner_rows, labels_in, read_ner_rows, text_of, without_overlaps
from training_worker.ner.tags import Span
from workspace.errors import InputError


def _table(folder: Path, **columns: Sequence[object]) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_spans_are_read_and_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    texts = ["Anna met Bo", " in Rome ", "nothing", "", "unmarked", "outside", "twice Rome"]
    marks = [
        [{"start": 0, "end": 4, "label": "person"}, [9, 11, "person"]],
        [{"start": 4, "end": 9, "label": "place"}],
        [],
        [{"start": 0, "end": 1, "label": "x"}],
        None,
        [{"start": 2, "end": 99, "label": "x"}],
        [{"start": 6, "end": 10, "label": "place"}, {"start": 0, "end": 10, "label": "film"}],
    ]
    cells = [None if m is None else json.dumps(m) for m in marks]
    rows = read_ner_rows(_table(tmp_path, text=texts, spans=cells), "text", "spans")
    assert rows.texts == ["Anna met Bo", " in Rome ", "nothing", "twice Rome"]
    assert rows.targets == [
        (Span(0, 4, "person"), Span(9, 11, "person")),
        (Span(4, 8, "place"),),  # white space is no part of a name
        (),
        (Span(0, 10, "film"),),
    ]
    assert rows.labels == ["person", "place", "", "film"]
    assert rows.dropped == {"no_text": 1, "no_label": 1, "unreadable_marks": 1, "overlapping_names": 1}
    assert labels_in(rows) == ["film", "person", "place"]


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        (["B-PER", "I-PER", "O", "B-LOC"], [("Ada Lovelace", "PER"), ("London", "LOC")]),
        (["I-PER", "I-PER", "O", "I-LOC"], [("Ada Lovelace", "PER"), ("London", "LOC")]),
        (["B-PER", "E-PER", "O", "S-LOC"], [("Ada Lovelace", "PER"), ("London", "LOC")]),
        (["PER", "PER", "O", "LOC"], [("Ada Lovelace", "PER"), ("London", "LOC")]),
        (["1", "1", "0", "2"], [("Ada Lovelace", "1"), ("London", "2")]),
        (["B-PER", "B-PER", "O", "O"], [("Ada", "PER"), ("Lovelace", "PER")]),
    ],
)
def test_words_with_tags_become_a_text_with_names(
    tmp_path: Path, tags: list[str], names: list[tuple[str, str]]
) -> None:
    words = ["Ada", "Lovelace", "loved", "London"]
    table = _table(tmp_path, tokens=[words, [], words], tags=[tags, [], tags[:2]])
    rows = read_ner_rows(table, "tokens", "tags")
    assert rows.texts == ["Ada Lovelace loved London"]
    assert [(rows.texts[0][s.start : s.end], s.label) for s in rows.targets[0]] == names
    assert rows.dropped == {"no_text": 1, "unreadable_marks": 1}


def test_words_of_white_space_leave_no_gap() -> None:
    assert text_of(["a", " ", "b "]) == ("a b", [(0, 1), (1, 1), (2, 3)])


def test_the_longer_of_names_that_overlap_is_kept() -> None:
    spans = [Span(0, 4, "a"), Span(2, 9, "b"), Span(9, 12, "a"), Span(8, 10, "c")]
    assert without_overlaps(spans) == [Span(2, 9, "b"), Span(9, 12, "a")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (LabelledRows([], []), "EMPTY_DATASET"),
        (LabelledRows(["a"], [""], targets=[()]), "NO_ENTITIES"),
        (LabelledRows(["a"], ["0"], targets=[tuple(Span(i, i + 1, str(i)) for i in range(201))]), "TOO_MANY_LABELS"),
    ],
)
def test_rows_from_which_nothing_can_be_learned_are_told(rows: LabelledRows, code: str) -> None:
    with pytest.raises(InputError) as error:
        check_ner_rows(rows)
    assert error.value.code == code
