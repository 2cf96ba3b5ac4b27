"""Marks and tags that cannot be, and how they are put right."""

import json
from pathlib import Path

import pytest

from tests.workspace.cleaning.tables import read, write
from tests.workspace.judging.tables import judged, problem
from workspace.cleaning import Columns, apply_fixes
from workspace.cleaning.marks import moved
from workspace.dataset import FixCall, TaskGuess, TaskKind
from workspace.judging import marks
from workspace.judging.tags import Scheme, repair_tags, scheme_of

_NER = TaskGuess(kind=TaskKind.NER, text=["text"], label="spans", confidence=1, why="said so")
_MARKED = Columns(["text"], "spans", TaskKind.NER)


def _spans(*places: tuple[int, int]) -> str:
    return json.dumps([{"start": start, "end": end, "label": "CITY"} for start, end in places])


def test_marks_are_judged_and_put_right(tmp_path: Path) -> None:
    text = "Ann lives in Berlin now"
    columns = {
        "text": [text] * 7,
        "spans": [
            _spans((13, 19)),
            _spans((12, 20)),
            _spans((13, 19), (13, 23)),
            _spans((5, 3)),
            _spans((13, 90)),
            _spans((3, 4)),
            None,
        ],
    }
    profile = judged(tmp_path, _NER, **columns)
    counts = {p.code: p.count for p in profile.problems if "SPANS" in p.code}
    assert counts == {"BAD_SPANS": 2, "BLANK_SPANS": 2, "OVERLAPPING_SPANS": 1}
    assert (problem(profile, "BAD_SPANS") or profile.problems[0]).severity == "warning"
    table = write(tmp_path / "t.parquet", {"spans": {b"mtw.kind": b"object"}}, **columns)
    calls = [FixCall(code="trim_spans"), FixCall(code="drop_overlapping_spans")]
    apply_fixes(table, tmp_path / "o.parquet", calls, _MARKED)
    fixed = read(tmp_path / "o.parquet")
    assert fixed["spans"] == [_spans((13, 19)), _spans((13, 19)), _spans((13, 23)), "[]", "[]", "[]", None]
    assert not [p for p in judged(tmp_path, _NER, **fixed).problems if "SPANS" in p.code]


def test_marks_in_lists_and_cells_of_other_things() -> None:
    assert marks.trim("a b ", '[[1, 4, "X"]]') == '[[2, 3, "X"]]'
    assert marks.trim("a", "no json") == "no json"
    assert marks.without_overlaps('{"start": 1}') == '{"start": 1}'
    assert not marks.has_impossible("a", None)


def test_marks_follow_their_words_when_the_text_is_cleaned(tmp_path: Path) -> None:
    text = "<p>Ann lives in <b>Berlin</b> &amp; Rome</p>"
    spans = _spans((3, 6), (19, 25), (36, 40), (0, 3))
    table = write(tmp_path / "t.parquet", {"spans": {b"mtw.kind": b"object"}}, text=[text], spans=[spans])
    apply_fixes(table, tmp_path / "o.parquet", [FixCall(code="strip_html")], _MARKED)
    fixed = read(tmp_path / "o.parquet")
    (clean,) = fixed["text"]
    assert clean == "Ann lives in Berlin & Rome"
    assert [clean[m["start"] : m["end"]] for m in json.loads(fixed["spans"][0])] == ["Ann", "Berlin", "Rome"]
    assert moved("[[0, 1, 2]]", "ab", "ab") == "[[0, 1, 2]]"


@pytest.mark.parametrize(
    ("rows", "scheme"),
    [
        ([["B-X", "I-X", "O"]], Scheme()),
        ([["I-X", "I-X", "O"], ["I-X", "B-X"]], Scheme(loose=True)),
        ([["B-X", "E-X", "S-Y"]], Scheme("E", "S")),
        ([["B-X", "L-X", "U-Y"]], Scheme("L", "U")),
        ([["PER", "O"]], None),
        ([["3", "0"], None], None),
    ],
)
def test_the_scheme_is_seen_by_the_tags(rows: list[list[str] | None], scheme: Scheme | None) -> None:
    assert scheme_of(rows) == scheme


@pytest.mark.parametrize(
    ("tags", "scheme", "right"),
    [
        (["O", "I-X", "I-X"], Scheme(), ["O", "B-X", "I-X"]),
        (["B-X", "I-Y", "I-Y"], Scheme(), ["B-X", "B-Y", "I-Y"]),
        (["B-X", "B-X", "I-X"], Scheme(), ["B-X", "B-X", "I-X"]),
        (["B-X", "I-X", "O"], Scheme("E", "S"), ["B-X", "E-X", "O"]),
        (["B-X", "O", "E-X"], Scheme("E", "S"), ["S-X", "O", "S-X"]),
        (["S-X", "E-X"], Scheme("E", "S"), ["S-X", "S-X"]),
        (["I-X", "O", "O"], Scheme(loose=True), ["I-X", "O", "O"]),
    ],
)
def test_tags_are_put_right(tags: list[str], scheme: Scheme, right: list[str]) -> None:
    assert repair_tags(tags, len(tags), scheme) == right
    assert repair_tags(right, len(right), scheme) == right


def test_rows_with_wrong_tags_are_found_and_repaired(tmp_path: Path) -> None:
    columns = {
        "tokens": [["Ann", "in", "Rome"]] * 4,
        "tags": [["B-PER", "O", "B-LOC"], ["B-PER", "O", "I-LOC"], ["B-PER"], ["O", "O", "O", "B-X"]],
    }
    found = problem(judged(tmp_path, **columns), "BAD_TAG_SEQUENCE")
    assert found is not None
    assert found.count == 3
    table = write(tmp_path / "t.parquet", **columns)
    apply_fixes(table, tmp_path / "o.parquet", [FixCall(code="repair_tags")], Columns(["tokens"], "tags", TaskKind.NER))
    assert read(tmp_path / "o.parquet")["tags"] == [
        ["B-PER", "O", "B-LOC"],
        ["B-PER", "O", "B-LOC"],
        ["B-PER", "O", "O"],
        ["O", "O", "O"],
    ]
