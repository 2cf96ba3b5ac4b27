"""Which format a name asks for, what a format refuses, and files that are whole or not there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workspace.errors import InputError
from workspace.reading.records import OBJECT
from workspace.writing import WRITERS, format_for, write_table


def _spans(folder: Path, *cells: str) -> Path:
    schema = pa.schema([pa.field("text", pa.string()), pa.field("spans", pa.string(), metadata=OBJECT)])
    pq.write_table(pa.table([["Ann saw Rome"] * len(cells), list(cells)], schema=schema), folder / "t.parquet")
    return folder / "t.parquet"


def _sorted(folder: Path, **more: list[object]) -> Path:
    columns = {"text": [f"some words {i}" for i in range(12)], "label": ["a b", "c"] * 6}
    pq.write_table(pa.table(columns | more), folder / "t.parquet")
    return folder / "t.parquet"


@pytest.mark.parametrize(
    ("name", "asked", "form"),
    [
        ("a.csv", None, "csv"),
        ("a.JSONL", None, "jsonl"),
        ("a.tsv", "webanno", "webanno"),
        ("a", "Doccano", "doccano"),
        ("a.conll", None, "conll"),
    ],
)
def test_formats_by_name_or_ending(name: str, asked: str | None, form: str) -> None:
    assert format_for(Path(name), asked) == form


@pytest.mark.parametrize(("name", "asked"), [("a.xlsx", None), ("a", None), ("a.csv", "excel")])
def test_unknown_formats_name_the_known(name: str, asked: str | None) -> None:
    with pytest.raises(InputError) as caught:
        format_for(Path(name), asked)
    assert caught.value.code == "OUTPUT_UNUSABLE"
    assert all(known in caught.value.next_step for known in WRITERS)


@pytest.mark.parametrize("form", ["conll", "conllu", "iob", "brat", "webanno"])
def test_tables_without_marks_do_not_fit(form: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_table(_sorted(tmp_path), tmp_path / "out", form)
    assert caught.value.code == "DOES_NOT_FIT"
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


@pytest.mark.parametrize("form", ["doccano", "labelstudio", "prodigy", "spacy", "fasttext"])
def test_tables_without_labels_do_not_fit(form: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [f"only words here, number {i}" for i in range(9)]}), tmp_path / "t.parquet")
    with pytest.raises(InputError) as caught:
        write_table(tmp_path / "t.parquet", tmp_path / "out", form)
    assert caught.value.code == "DOES_NOT_FIT"


def test_overlapping_spans_are_counted_and_refused_where_a_word_has_one_tag(tmp_path: Path) -> None:
    overlapping = '[{"start": 0, "end": 7, "label": "A"}, {"start": 4, "end": 12, "label": "B"}]'
    table = _spans(tmp_path, overlapping, "[]", overlapping)
    with pytest.raises(InputError, match="2 have marked places that overlap"):
        write_table(table, tmp_path / "out.conll")
    assert write_table(table, tmp_path / "out.tsv", "webanno").notes == []


def test_labels_with_blanks(tmp_path: Path) -> None:
    table = _spans(tmp_path, '[{"start": 0, "end": 3, "label": "first name"}]')
    notes = write_table(table, tmp_path / "out.zip", "brat").notes
    assert notes == ["brat has no blanks in labels, so I wrote them as underscores: “first name”."]
    with pytest.raises(InputError, match="blank"):
        write_table(_sorted(tmp_path), tmp_path / "out.txt", "fasttext")


def test_what_a_format_has_no_place_for_is_told(tmp_path: Path) -> None:
    written = write_table(_sorted(tmp_path, note=[f"note {i}" for i in range(12)]), tmp_path / "out.json", "spacy")
    assert written.notes == ["This format has no place for the columns “note”."]


def test_brat_into_a_folder(tmp_path: Path) -> None:
    write_table(_spans(tmp_path, '[{"start": 8, "end": 12, "label": "LOC"}]', "[]"), tmp_path / "news", "brat")
    assert sorted(path.name for path in (tmp_path / "news").iterdir()) == [
        "document_00001.ann",
        "document_00001.txt",
        "document_00002.ann",
        "document_00002.txt",
    ]
    assert (tmp_path / "news" / "document_00001.ann").read_text("utf-8") == "T1\tLOC 8 12\tRome\n"
    (tmp_path / "news" / "mine.txt").write_text("keep me")
    with pytest.raises(InputError) as caught:
        write_table(tmp_path / "t.parquet", tmp_path / "news", "brat")
    assert caught.value.code == "OUTPUT_UNUSABLE"
    assert (tmp_path / "news" / "mine.txt").read_text() == "keep me"


def test_cells_stay_as_they_are_in_csv(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["=1+1", '@a "b", c', "x\ny", None]}), tmp_path / "t.parquet")
    write_table(tmp_path / "t.parquet", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b'text\n=1+1\n"@a ""b"", c"\n"x\ny"\n""\n'
