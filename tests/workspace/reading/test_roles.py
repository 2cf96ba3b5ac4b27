"""Roles and task are guessed from content and names, in tables as people have them."""

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspace.reading.files import read_bytes
from workspace.cleaning import Columns, apply_fixes
from workspace.dataset import DatasetProfile, FixCall
from workspace.reading import profile_table

_WORDS = (
    "the a refund card late parcel please thanks invoice login password broken when order again very much help".split()
)
Column = tuple[str, Callable[[int], object]]


def _text(chance: random.Random, low: int = 4, high: int = 20) -> Callable[[int], str]:
    return lambda _: " ".join(chance.choices(_WORDS, k=chance.randint(low, high))) + "."


def _one_of(chance: random.Random, *values: object) -> Callable[[int], object]:
    return lambda _: chance.choice(values)


def _tables() -> dict[str, tuple[list[Column], tuple[str, list[str], str]]]:
    c = random.Random(3)
    return {
        "mails": (
            [
                ("Date", lambda i: f"2024-0{i % 9 + 1}-1{i % 9}"),
                ("From", lambda i: f"user{i}@example.org"),
                ("Subject", _text(c, 3, 5)),
                ("Body", _text(c, 20, 40)),
                ("Team", _one_of(c, "Billing", "Orders", "Returns")),
            ],
            ("classification", ["Body"], "Team"),
        ),
        "German": (
            [("Nachricht", _text(c)), ("Abteilung", _one_of(c, "Vertrieb", "Technik"))],
            ("classification", ["Nachricht"], "Abteilung"),
        ),
        "Spanish": (
            [("id", lambda i: i + 1), ("comentario", _text(c)), ("categoría", _one_of(c, "queja", "elogio", "duda"))],
            ("classification", ["comentario"], "categoría"),
        ),
        "numbers as label": (
            [
                ("id", lambda i: i * 7),
                ("keyword", _one_of(c, "fire", "flood", "", "storm")),
                ("location", _one_of(c, "", "USA", "London")),
                ("text", _text(c)),
                ("target", _one_of(c, 0, 1)),
            ],
            ("classification", ["text"], "target"),
        ),
        "stars": (
            [
                ("ProductId", lambda i: f"B00{i * 7919 % 100_000}"),
                ("Score", _one_of(c, 1, 2, 3, 4, 5)),
                ("Time", lambda i: 1_300_000_000 + i * 911),
                ("Summary", _text(c, 2, 3)),
                ("Text", _text(c, 20, 40)),
            ],
            ("classification", ["Text"], "Score"),
        ),
        "names that say nothing": (
            [("v1", _one_of(c, "ham", "spam")), ("v2", _text(c))],
            ("classification", ["v2"], "v1"),
        ),
        "tweets": (
            [
                ("tweet_id", lambda i: 570_300_000_000 + i * 37),
                ("airline_sentiment", _one_of(c, "neutral", "positive", "negative")),
                ("airline_sentiment_confidence", lambda _: round(c.random(), 3)),
                ("airline", _one_of(c, "United", "Delta")),
                ("text", _text(c)),
                ("tweet_created", lambda i: f"2015-02-24 11:{i % 60:02d}:52"),
            ],
            ("classification", ["text"], "airline_sentiment"),
        ),
        "a split column": (
            [("split", _one_of(c, "train", "test")), ("sentence", _text(c)), ("label", _one_of(c, "x", "y"))],
            ("classification", ["sentence"], "label"),
        ),
        "questions and answers": (
            [("prompt", _text(c)), ("completion", _text(c, 20, 40))],
            ("generation", ["prompt"], "completion"),
        ),
    }


@pytest.mark.parametrize("name", _tables(), ids=str)
def test_task_of_usual_tables(name: str, tmp_path: Path) -> None:
    columns, (kind, text, label) = _tables()[name]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column for column, _ in columns])
    writer.writerows([make(i) for _, make in columns] for i in range(300))
    profile, _ = read_bytes(tmp_path, "a.csv", out.getvalue().encode())
    assert (profile.task.kind, profile.task.text, profile.task.label) == (kind, text, label)
    assert profile.task.confidence >= 0.7
    assert text[0] in profile.task.why


def test_roles_of_plain_columns(tmp_path: Path) -> None:
    rows = "".join(
        f"{i:05d},{i + 10},2024-01-{i % 28 + 1:02d},{1990 + i % 30},{i * 7 % 90},words of text {i},ab\n"
        for i in range(90)
    )
    data = ("code,number,day,vintage,amount,message,team\n" + rows).encode()
    profile, table = read_bytes(tmp_path, "a.csv", data)
    roles = {column.name: column.role for column in profile.columns}
    assert roles == {
        "code": "id",
        "number": "id",
        "day": "date",
        "vintage": "date",
        "amount": "number",
        "message": "text",
        "team": "label",
    }
    assert table["code"][0] == "00000"


def test_lists_of_labels_are_multilabel(tmp_path: Path) -> None:
    records = [{"text": f"some words {i}", "labels": ["joy", "anger"][: 2 if i % 3 == 0 else 1]} for i in range(60)]
    lines = "\n".join(json.dumps(record) for record in records)
    profile, table = read_bytes(tmp_path, "a.jsonl", lines.encode())
    assert profile.task.kind == "multilabel"
    assert profile.labels == {"joy": 60, "anger": 20}
    assert table["labels"][0] == ["joy", "anger"]


def test_spans_are_ner(tmp_path: Path) -> None:
    lines = "\n".join(
        f'{{"text": "call Ann at {i}", "entities": [{{"start": 5, "end": 8, "label": "PER"}}]}}' for i in range(40)
    )
    profile, _ = read_bytes(tmp_path, "a.jsonl", lines.encode())
    assert profile.task.kind == "ner"
    assert (profile.task.text, profile.task.label) == (["text"], "entities")
    assert profile.columns[1].type == "object"


def _guessed(tmp_path: Path, header: list[str], rows: list[list[object]]) -> DatasetProfile:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return read_bytes(tmp_path, "a.csv", out.getvalue().encode())[0]


@pytest.mark.parametrize("separator", ["; ", ", ", "|", "#"])
@pytest.mark.parametrize("name", ["emotions", "label"])
def test_cells_that_list_labels_are_multilabel(separator: str, name: str, tmp_path: Path) -> None:
    c, text = random.Random(1), _text(random.Random(2))
    rows: list[list[object]] = [
        [text(i), separator.join(c.sample(["joy", "anger", "fear", "calm"], c.choice([1, 1, 2])))] for i in range(200)
    ]
    profile = _guessed(tmp_path, ["text", name], rows)
    assert (profile.task.kind, profile.task.label) == ("multilabel", name)
    assert profile.task.label_separator == separator.strip()
    assert set(profile.labels) == {"joy", "anger", "fear", "calm"}
    assert profile.column(name).role == "labels"  # type: ignore[union-attr]


def test_names_with_a_comma_are_single_labels(tmp_path: Path) -> None:
    text = _text(random.Random(2))
    rows: list[list[object]] = [[text(i), ["Food, Drinks", "Toys, Games", "Sales"][i % 3]] for i in range(200)]
    profile = _guessed(tmp_path, ["text", "category"], rows)
    assert (profile.task.kind, profile.task.label_separator) == ("classification", None)


def test_a_column_for_each_label_is_multilabel(tmp_path: Path) -> None:
    c, text = random.Random(1), _text(random.Random(2))
    flags = [[c.randint(0, 1), c.randint(0, 1), int(i == 7)] for i in range(200)]
    rows: list[list[object]] = [[i, text(i), *flags[i]] for i in range(200)]
    profile = _guessed(tmp_path, ["id", "comment_text", "toxic", "obscene", "threat"], rows)
    assert (profile.task.kind, profile.task.text, profile.task.label) == ("multilabel", ["comment_text"], None)
    assert profile.task.label_columns == ["toxic", "obscene", "threat"]
    assert profile.labels["threat"] == 1
    assert "3 columns" in profile.task.why


def test_two_texts_that_are_judged_together(tmp_path: Path) -> None:
    text = _text(random.Random(2))
    rows: list[list[object]] = [[text(i), text(i), ["yes", "no", "maybe"][i % 3]] for i in range(200)]
    profile = _guessed(tmp_path, ["premise", "hypothesis", "gold_label"], rows)
    assert (profile.task.kind, profile.task.text) == ("classification", ["premise", "hypothesis"])
    assert profile.task.label == "gold_label"


_ANN = {"start": 5, "end": 8, "label": "PER"}


def test_spans_beside_columns_that_repeat_are_ner(tmp_path: Path) -> None:
    lines = "\n".join(
        json.dumps(
            {"text": f"call Ann at {i}", "spans": [{"start": 5, "end": 8, "label": "PER"}], "status": "ab"[i % 2]}
        )
        for i in range(40)
    )
    profile, _ = read_bytes(tmp_path, "a.jsonl", lines.encode())
    assert (profile.task.kind, profile.task.label) == ("ner", "spans")


def test_texts_sorted_by_intent_with_slots_marked_are_sorted(tmp_path: Path) -> None:
    lines = "\n".join(
        json.dumps(
            {
                "text": f"call Ann at {i}",
                "intent": ["call", "text"][i % 2],
                "slots": [{"start": 5, "end": 8, "label": "PER"}],
            }
        )
        for i in range(40)
    )
    profile, _ = read_bytes(tmp_path, "a.jsonl", lines.encode())
    assert (profile.task.kind, profile.task.label) == ("classification", "intent")
    assert profile.column("slots").role == "spans"  # type: ignore[union-attr]


def test_boxes_that_were_ticked_hold_their_own_name(tmp_path: Path) -> None:
    rows = "".join(f"{'Room' if i % 2 else ''},{'Food' if i % 3 else ''},we waited for {i} hours\n" for i in range(30))
    profile, _ = read_bytes(tmp_path, "a.csv", f"Room,Food,comment\n{rows}".encode())
    assert (profile.task.kind, profile.task.label_columns) == ("multilabel", ["Room", "Food"])
    assert profile.labels == {"Food": 20, "Room": 15}


def test_one_box_that_was_ticked_is_the_answer(tmp_path: Path) -> None:
    rows = "".join(f"{i},we waited for {i} hours,{'urgent' if i % 4 == 0 else ''}\n" for i in range(40))
    profile, _ = read_bytes(tmp_path, "a.csv", f"nr,what happened,urgent\n{rows}".encode())
    assert (profile.task.kind, profile.task.label) == ("classification", "urgent")


def test_several_answers_in_a_cell_that_ends_with_the_separator(tmp_path: Path) -> None:
    cells = ["Late;", "Broken;", "Late;Broken;", "Price;", "Late;Price;"]
    rows = "".join(f"we waited for {i} hours,{cells[i % 5]}\n" for i in range(40))
    profile, _ = read_bytes(tmp_path, "a.csv", f"comment,Which areas?\n{rows}".encode())
    assert (profile.task.kind, profile.task.label_separator) == ("multilabel", ";")
    assert profile.labels == {"Late": 24, "Broken": 16, "Price": 16}


def test_a_box_that_was_not_ticked_can_be_made_a_no(tmp_path: Path) -> None:
    rows = "".join(f"{i},we waited for {i} hours,{'urgent' if i % 4 == 0 else ''}\n" for i in range(40))
    profile, _ = read_bytes(tmp_path, "a.csv", f"nr,what happened,urgent\n{rows}".encode())
    problem = next(one for one in profile.problems if one.code == "TICKED_OR_EMPTY")
    assert problem.fix is not None
    assert not {"ONE_CLASS", "MISSING_LABEL"} & {one.code for one in profile.problems}
    out = tmp_path / "out.parquet"
    columns = Columns(profile.task.text, profile.task.label, profile.task.kind)
    apply_fixes(tmp_path / "table.parquet", out, [FixCall(code=problem.fix.code)], columns)
    after = profile_table(out, profile)
    assert after.labels == {"no": 30, "urgent": 10}
    assert "TICKED_OR_EMPTY" not in {one.code for one in after.problems}
