"""Tables inside JSON objects: pandas' orientations, splits, lists below keys, and what is left out is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workspace.reading.files import codes, read_bytes

_ROWS = [{"text": f"some words, number {i}", "label": "ab"[i % 2]} for i in range(6)]
_COLUMNS = {key: [row[key] for row in _ROWS] for key in ("text", "label")}
_SHAPES: dict[str, Any] = {
    "records": _ROWS,
    "columns of lists": _COLUMNS,
    "pandas columns": {key: {str(i): v for i, v in enumerate(values)} for key, values in _COLUMNS.items()},
    "pandas index": {str(i): row for i, row in enumerate(_ROWS)},
    "pandas split": {"columns": ["text", "label"], "index": [*range(6)], "data": [list(row.values()) for row in _ROWS]},
    "pandas table": {"schema": {"fields": [{"name": f"f{i}"} for i in range(9)], "primaryKey": ["f"]}, "data": _ROWS},
    "below keys": {"version": 2, "payload": {"items": _ROWS}},
}


@pytest.mark.parametrize("shape", _SHAPES)
def test_every_shape_is_the_same_table(shape: str, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "a.json", json.dumps(_SHAPES[shape]).encode())
    assert table == _COLUMNS
    assert (profile.format, profile.rows) == ("json", 6)


def test_splits_are_one_table(tmp_path: Path) -> None:
    value = {"train": _ROWS[:4], "test": _ROWS[4:]}
    _, table = read_bytes(tmp_path, "a.json", json.dumps(value).encode())
    assert table["split"] == ["train"] * 4 + ["test"] * 2
    assert table["text"] == _COLUMNS["text"]


def test_names_as_keys_are_kept(tmp_path: Path) -> None:
    value = {f"mail-{i}": row for i, row in enumerate(_ROWS)}
    _, table = read_bytes(tmp_path, "a.json", json.dumps(value).encode())
    assert table["key"] == [f"mail-{i}" for i in range(6)]


def test_the_longest_of_several_lists_and_a_word_about_the_others(tmp_path: Path) -> None:
    value = {"mails": _ROWS, "people": [{"name": "Ann"}, {"name": "Bo"}], "made": {"by": "me"}}
    profile, table = read_bytes(tmp_path, "a.json", json.dumps(value).encode())
    assert table == _COLUMNS
    problem = profile.problems[codes(profile).index("OTHER_LISTS")]
    assert (problem.count, problem.examples) == (2, ["people: 2 entries"])


def test_lists_line_by_line_and_one_after_the_other(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(list(row.values())) for row in _ROWS)
    _, table = read_bytes(tmp_path, "a.jsonl", lines.encode())
    assert list(table.values()) == list(_COLUMNS.values())
    twice = json.dumps(_ROWS[:3], indent=1) + "\n" + json.dumps(_ROWS[3:], indent=1)
    _, table = read_bytes(tmp_path, "a.json", twice.encode())
    assert table == _COLUMNS


def test_half_characters_do_not_stop_the_reading(tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "a.json", b'[{"text": "bad \\ud83d half", "tags": ["\\udc00"]}]')
    assert profile.rows == 1
    assert table["text"] == ["bad \N{REPLACEMENT CHARACTER} half"]
