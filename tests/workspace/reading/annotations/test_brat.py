"""brat: spans with broken places, everything else beside them; pairs in folders; what proves the offsets."""

from pathlib import Path

import pytest

from tests.workspace.reading.annotations.rows import SAMPLES, marked, rows_of
from tests.workspace.reading.files import codes
from workspace.errors import UnreadableFile
from workspace.reading import Limits, inspect_file
from workspace.reading.annotations.brat import document, pairs_in

_TEXT = "Ann and Bo Lee went.\nRome is far."
_ANN = (
    "T1\tPerson 0 3\tAnn\n"
    "T2\tPerson 0 3;11 14\tAnn Lee\n"
    "T3\tGo 15 19\twent\n"
    "E1\tGo:T3 Who:T1 Who2:T2\n"
    "R1\tFriends Arg1:T1 Arg2:T2\t\n"
    "A1\tNegated E1\n"
    "A2\tSure T1 very sure\n"
    "M1\tSpeculation E1\n"
    "N1\tReference T1 Wikipedia:534366\tAnn Lee\n"
    "*\tSame T1 T2\n"
    "#1\tAnnotatorNotes T1\tis it\tso?\n"
)


def test_spans_and_all_that_is_said_about_them() -> None:
    row = document("a", _TEXT, _ANN)
    assert marked(row) == [("Person", "Ann"), ("Person", "Ann and Bo Lee"), ("Go", "went")]
    assert row["spans"][1]["fragments"] == [[0, 3], [11, 14]]
    kinds = [one["kind"] for one in row["annotations"]]
    assert kinds == "event relation attribute attribute attribute normalization equivalence note".split()
    assert row["annotations"][0]["arguments"] == [["Who", "T1"], ["Who2", "T2"]]
    assert row["annotations"][3]["value"] == "very sure"
    assert row["annotations"][-1]["text"] == "is it\tso?"


def test_both_halves_lead_to_the_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(_TEXT, "utf-8")
    (tmp_path / "a.ann").write_text(_ANN, "utf-8")
    for name in ("a.txt", "a.ann"):
        profile = inspect_file(tmp_path / name, Limits())
        assert (profile.format, profile.rows, str(profile.task.kind)) == ("brat", 1, "ner")


def test_a_text_beside_other_notes_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one text\nanother text\n" * 5, "utf-8")
    (tmp_path / "a.ann").write_text("just notes about it\n", "utf-8")
    assert inspect_file(tmp_path / "a.txt", Limits()).format == "txt"


def test_marks_without_their_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text(_ANN, "utf-8")
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(tmp_path / "a.ann", Limits())
    assert caught.value.code == "BRAT_TEXT_MISSING"
    assert "zip" in caught.value.next_step


def test_offsets_are_put_right_where_the_words_prove_it() -> None:
    counted_once = document("a", _TEXT.replace("\n", "\r\n"), "T1\tCity 21 25\tRome\n")
    assert marked(counted_once) == [("City", "Rome")]
    counted_twice = document("a", _TEXT.replace("\n", "\r\n"), "T1\tCity 22 26\tRome\n")
    assert marked(counted_twice) == [("City", "Rome")]
    in_java = document("a", "\N{GRINNING FACE} Rome", "T1\tCity 3 7\tRome\n")
    assert marked(in_java) == [("City", "Rome")]
    in_python = document("a", "\N{GRINNING FACE} Rome", "T1\tCity 2 6\tRome\n")
    assert marked(in_python) == [("City", "Rome")]


def test_lines_that_are_no_standoff_are_kept_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(_TEXT, "utf-8")
    (tmp_path / "a.ann").write_text(_ANN + "T9\tPerson x y\tAnn\n", "utf-8")
    profile = inspect_file(tmp_path / "a.ann", Limits())
    assert profile.problems[codes(profile).index("BROKEN_LINES")].count == 1


def test_pairs_among_the_files_of_a_folder() -> None:
    files = [(path.name, path) for path in sorted((SAMPLES / "brat").iterdir())]
    assert [name for name, _, _ in pairs_in(files)] == [
        "060-relation_annotation",
        "080-event-annotation",
        "110-note_annotation",
        "999-complete",
    ]
    assert pairs_in([("x/readme.txt", Path("x")), ("a.csv", Path("y"))]) == []


def test_a_folder_and_a_zip_are_one_document_a_row(tmp_path: Path) -> None:
    import shutil

    import pyarrow.parquet as pq

    from workspace.reading import read

    archive = Path(shutil.make_archive(str(tmp_path / "news"), "zip", SAMPLES / "brat"))
    for source in (SAMPLES / "brat", archive):
        profile = read(source, name=source.name, out=tmp_path / "t.parquet", limits=Limits())
        _, rows = rows_of(profile, pq.read_table(tmp_path / "t.parquet").to_pydict())
        assert (profile.format, profile.rows, str(profile.task.kind)) == ("brat", 4, "ner")
        assert sorted(len(row["spans"]) for row in rows) == [0, 10, 14, 21]
