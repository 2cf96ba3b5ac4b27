"""Real awkward files: encoding, delimiter, header row and rows are found with nothing but the file."""

import codecs
from pathlib import Path
from typing import Any

import pytest

from tests.workspace.reading.files import DATA, codes, messy_facts
from workspace.reading import Limits, inspect_file


@pytest.mark.parametrize("facts", messy_facts(), ids=lambda facts: str(facts["file"]))
def test_facts_of_messy_files(facts: dict[str, Any]) -> None:
    profile = inspect_file(DATA / "messy" / facts["file"], Limits())
    assert profile.rows == facts["rows"]
    assert profile.header_row == facts["header_row"]
    if "encoding" in facts:
        assert profile.encoding is not None
        assert codecs.lookup(profile.encoding).name == codecs.lookup(facts["encoding"]).name
    if "delimiter" in facts:
        assert profile.delimiter == facts["delimiter"]
    if "sheet" in facts:
        assert profile.sheet == facts["sheet"]


def test_sms_sample_is_read_with_quoting_off() -> None:
    sample = DATA / "sms_spam_sample.tsv"
    profile = inspect_file(sample, Limits())
    assert profile.rows == sample.read_bytes().count(b"\n") == 600
    assert profile.header_row is None
    assert [column.name for column in profile.columns] == ["column 1", "column 2"]
    assert profile.task.text == ["column 2"]
    assert profile.task.label == "column 1"
    assert list(profile.labels) == ["ham", "spam"]


def test_banking_sample() -> None:
    profile = inspect_file(DATA / "banking77_sample.csv", Limits())
    assert (profile.rows, profile.header_row, profile.delimiter) == (240, 0, ",")
    assert profile.task.kind == "classification"
    assert profile.task.text == ["text"]
    assert profile.task.label == "category"
    assert sum(profile.labels.values()) == 240
    assert set(profile.labels.values()) == {20}


def test_conll_sample() -> None:
    profile = inspect_file(DATA / "wnut17_sample.conll", Limits())
    assert profile.format == "conll"
    assert profile.rows == 60
    assert profile.task.kind == "ner"
    assert [column.role for column in profile.columns] == ["tokens", "tags"]


def test_header_over_several_rows_is_joined() -> None:
    profile = inspect_file(DATA / "messy" / "provincie_begroting.csv", Limits())
    names = [column.name for column in profile.columns]
    assert names[:3] == ["NR.", "Cluster", "Groningen"]


def test_ragged_rows_are_counted_and_kept(tmp_path: Path) -> None:
    profile = inspect_file(DATA / "messy" / "bad_rows.csv", Limits())
    assert profile.rows == 3
    ragged = next(problem for problem in profile.problems if problem.code == "RAGGED_ROWS")
    assert ragged.count == 2
    assert "I'm too long!" in ragged.examples[0]


def test_broken_json_lines_are_counted() -> None:
    profile = inspect_file(DATA / "messy" / "unterminated_quotes.ndjson", Limits())
    assert "BROKEN_LINES" in codes(profile)
    assert profile.problems[codes(profile).index("BROKEN_LINES")].count == 1
