"""CoNLL with two to many columns, blanks or tabs, every tag scheme, marks, comments and faults."""

from pathlib import Path

import pytest

from tests.workspace.reading.annotations.rows import read_text
from tests.workspace.reading.files import codes

_WORDS = "Ann Lee met Bo in Rome ."
_SCHEMES = {
    "iob2": "B-PER I-PER O B-PER O B-LOC O",
    "iob1": "I-PER I-PER O I-PER O I-LOC O",
    "bioes": "B-PER E-PER O S-PER O S-LOC O",
    "bilou": "B-PER L-PER O U-PER O U-LOC O",
}


def _sentences(tags: str, line: str = "{word}\t{tag}", blank: str = "\n", times: int = 3) -> str:
    lines = [
        line.format(number=number, word=word, tag=tag)
        for number, (word, tag) in enumerate(zip(_WORDS.split(), tags.split(), strict=True), start=1)
    ]
    return ("\n".join(lines) + "\n" + blank) * times


@pytest.mark.parametrize("scheme", _SCHEMES)
def test_every_scheme_becomes_iob2(scheme: str, tmp_path: Path) -> None:
    profile, rows = read_text(tmp_path, "a.txt", _sentences(_SCHEMES[scheme]))
    assert profile.format == "conll"
    assert profile.rows == 3
    assert rows[2]["tokens"] == _WORDS.split()
    assert rows[2]["tags"] == _SCHEMES["iob2"].split()
    assert ("TAGS_CONVERTED" in codes(profile)) == (scheme != "iob2")


def test_iob1_keeps_neighbours_apart(tmp_path: Path) -> None:
    text = "New\tI-LOC\nYork\tI-LOC\nRome\tB-LOC\nis\tO\nnice\tO\n\n" * 3
    _, rows = read_text(tmp_path, "a.txt", text)
    assert rows[0]["tags"] == ["B-LOC", "I-LOC", "B-LOC", "O", "O"]


def test_a_wrong_sequence_in_iob2_stays_for_the_checks(tmp_path: Path) -> None:
    text = "Ann\tB-PER\nsaw\tO\nRome\tI-LOC\n\n" * 5
    profile, rows = read_text(tmp_path, "a.txt", text)
    assert rows[0]["tags"] == ["B-PER", "O", "I-LOC"]
    assert "TAGS_CONVERTED" not in codes(profile)


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        ("{word} NNP B-NP {tag}", {"pos_tags", "chunk_tags"}),
        ("{word} _ _ {tag}", set()),
        ("{word} -X- _ {tag}", set()),
        ("{number}\t{word}\t{tag}\tO", set()),
        ("{tag}\t{word}", set()),
        ("{word}\tlemma\t{tag}", {"column 2"}),
    ],
)
def test_columns_are_found_wherever_they_are(line: str, extra: set[str], tmp_path: Path) -> None:
    profile, rows = read_text(tmp_path, "a.conll", _sentences(_SCHEMES["iob2"], line))
    assert rows[1]["tokens"] == _WORDS.split()
    assert rows[1]["tags"] == _SCHEMES["iob2"].split()
    assert set(rows[1]) == {"tokens", "tags"} | extra
    assert (profile.task.text, profile.task.label) == (["tokens"], "tags")


def test_marks_comments_blank_lines_and_hashes(tmp_path: Path) -> None:
    body = "# id = 7\n#\tO\nparis\tB-LOC\nis\tO\nfine\tO\n \t \n\n"
    profile, rows = read_text(tmp_path, "a.txt", "-DOCSTART- -X- O\n\n" + body * 4)
    assert profile.rows == 4
    assert rows[0]["tokens"] == ["#", "paris", "is", "fine"]
    assert rows[3]["comments"] == ["# id = 7"]


def test_a_header_and_a_word_without_a_tag(tmp_path: Path) -> None:
    text = "word\ttag\n" + "Ann\tB-PER\nsaw\tO\nme\tO\n\n" * 40 + "lonely\n"
    profile, rows = read_text(tmp_path, "a.tsv", text)
    assert rows[0]["tokens"] == ["Ann", "saw", "me"]
    assert rows[-1] == {"tokens": ["lonely"], "tags": ["O"]}
    assert "MISSING_TAGS" in codes(profile)


def test_a_sentence_a_line(tmp_path: Path) -> None:
    profile, rows = read_text(tmp_path, "a.txt", "Ann|B-PER saw|O ||O Rome|B-LOC\nBo|I-PER left|O\n")
    assert profile.format == "iob"
    assert rows[0] == {"tokens": ["Ann", "saw", "|", "Rome"], "tags": ["B-PER", "O", "O", "B-LOC"]}
    assert rows[1]["tags"] == ["I-PER", "O"]


def test_tables_with_letters_are_no_conll(tmp_path: Path) -> None:
    text = "text\tgrade\n" + "a good one\tA\nnot so good\tB\nit was fine\tO\n" * 10
    profile, _ = read_text(tmp_path, "a.tsv", text)
    assert profile.format == "tsv"
    assert profile.task.kind == "classification"


def test_comments_with_as_many_words_as_there_are_columns(tmp_path: Path) -> None:
    text = "# id 12 domain=en\nAnn _ _ B-PER\nsaw _ _ O\nRome _ _ B-LOC\n\n" * 10
    profile, rows = read_text(tmp_path, "a.txt", text)
    assert (profile.format, profile.rows) == ("conll", 10)
    assert rows[0]["tokens"] == ["Ann", "saw", "Rome"]
    assert rows[0]["comments"] == ["# id 12 domain=en"]
