"""Answers: how they are written, and what gives them away."""

from pathlib import Path

import pytest

from tests.workspace.cleaning.tables import MAILS, read, write
from tests.workspace.judging.tables import judged, problem, sorting
from workspace.cleaning import apply_fixes
from workspace.dataset import FixCall
from workspace.judging.leakage import gives_away, names_its_answer
from workspace.judging.spelling import similar_labels

_TEAMS = ["Billing", "Orders", "Returns"]


def _texts(count: int) -> list[str]:
    words = "parcel invoice refund address password delivery exchange receipt coupon account".split()
    return [f"I ask about the {words[n % 10]} and the {words[n // 10 % 10]} of case number {n}" for n in range(count)]


@pytest.mark.parametrize(
    ("counts", "pairs"),
    [
        ({"Billing": 900, "Biling": 12, "Orders": 300, "Order": 40}, {"Biling": "Billing", "Order": "Orders"}),
        ({"Billing": 90, "billing": 9, "biling": 1, "Biling": 2}, {"biling": "Billing", "Biling": "Billing"}),
        ({"card_arrival": 100, "card arrival": 90, "card_arriving": 10}, {"card arrival": "card_arrival"}),
        ({"legal": 90, "illegal": 9, "possible": 100, "impossible": 3}, {}),
        ({"class 1": 100, "class 2": 2, "class 12": 1}, {}),
        ({"Austria": 50, "Australia": 45}, {}),
        ({"ham": 4000, "spam": 700, "sam": 3, "hamm": 4}, {"hamm": "ham"}),
    ],
)
def test_misspelt_answers(counts: dict[str, int], pairs: dict[str, str]) -> None:
    assert similar_labels(counts).pairs == pairs


def test_translations_are_only_a_suggestion(tmp_path: Path) -> None:
    counts = {"positive": 50, "positiv": 20, "positif": 14, "Negative": 30}
    assert similar_labels(counts).translations == {"positiv": "positive", "positif": "positive"}
    teams = [label for label, count in counts.items() for _ in range(count)]
    profile = judged(tmp_path, sorting(), text=_texts(114), team=teams)
    found = problem(profile, "SIMILAR_LABELS")
    assert found is not None
    assert (found.severity, found.fix) == ("info", None)
    table = write(tmp_path / "t.parquet", text=_texts(114), team=teams)
    call = FixCall(code="merge_similar_labels", args={"translations": True})
    assert apply_fixes(table, tmp_path / "o.parquet", [call], MAILS).done[0].cells_changed == 34
    assert apply_fixes(table, tmp_path / "o.parquet", [FixCall(code=call.code)], MAILS).done[0].cells_changed == 0


def test_the_person_says_which_answers_are_one(tmp_path: Path) -> None:
    table = write(tmp_path / "t.parquet", text=list("abcd"), team=["A", "B", "C", "D"])
    pairs = {"A": "B", "B": "C", "D": "D"}
    call = FixCall(code="merge_similar_labels", args={"pairs": pairs})
    apply_fixes(table, tmp_path / "o.parquet", [call], MAILS)
    assert read(tmp_path / "o.parquet")["team"] == ["C", "C", "C", "D"]


def test_rows_of_the_exam_in_the_training_part(tmp_path: Path) -> None:
    texts = _texts(60)
    columns = {
        "text": [*texts, texts[0], texts[1].upper(), texts[50]],
        "team": [_TEAMS[n % 3] for n in range(60)] + ["Billing", "Orders", "Orders"],
        "split": ["train"] * 50 + ["test"] * 10 + ["test", "Test", "train"],
    }
    found = problem(judged(tmp_path, sorting(), **columns), "LEAKAGE_SPLIT")
    assert found is not None
    assert found.count == 3
    table = write(tmp_path / "t.parquet", **columns)
    report = apply_fixes(table, tmp_path / "o.parquet", [FixCall(code="drop_split_leaks")], MAILS)
    assert report.done[0].args == {"column": "split"}
    kept = read(tmp_path / "o.parquet")
    assert kept["split"].count("train") == 48
    assert kept["split"].count("test") + kept["split"].count("Test") == 12
    assert problem(judged(tmp_path, sorting(), **kept), "LEAKAGE_SPLIT") is None


def test_a_column_that_gives_the_answer_away(tmp_path: Path) -> None:
    teams = [_TEAMS[n * n % 3] for n in range(90)]
    queue = [f"Q{_TEAMS.index(team)}" for team in teams]
    profile = judged(tmp_path, sorting(), text=_texts(90), team=teams, queue=queue, channel=["mail", "chat"] * 45)
    assert [p.examples for p in profile.problems if p.code == "LEAKAGE_COLUMN"] == [["queue"]]
    assert gives_away([f"{team[:3]}-{n:04d}" for n, team in enumerate(teams)], teams) == 1.0
    assert gives_away([f"{n:04d}" for n in range(90)], teams) is None
    assert gives_away(["mail", "chat"] * 45, teams) is None


def test_a_text_that_names_its_answer() -> None:
    teams = [_TEAMS[n % 3] for n in range(60)]
    assert names_its_answer([f"To {team.upper()}: hello {n}" for n, team in enumerate(teams)], teams) == 1.0
    assert names_its_answer(_texts(60), teams) is None
