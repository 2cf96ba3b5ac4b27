"""The verdict by counts, and the order in which problems are told."""

from pathlib import Path

import pytest

from tests.workspace.judging.tables import judged, problem, sorting
from workspace.dataset import DataProblem, FixOffer, Severity, TaskKind
from workspace.judging.problems import ranked
from workspace.judging.verdict import quick_verdict


def _problem(code: str, severity: Severity, fix: bool = True) -> DataProblem:
    offer = FixOffer(code="drop_duplicates", label="Remove") if fix else None
    return DataProblem(code=code, severity=severity, count=1, message="…", fix=offer)


@pytest.mark.parametrize(
    ("labels", "problems", "kind", "needed"),
    [
        ({"a": 120, "b": 60}, [], "ready", None),
        ({"a": 120, "b": 30}, [], "ready", 20),
        ({"a": 120, "b": 60}, [_problem("IMBALANCE", "info")], "ready", None),
        ({"a": 120, "b": 60}, [_problem("EXACT_DUPLICATES", "warning")], "fix_first", None),
        ({"a": 120, "b": 60}, [_problem("FEW_ROWS", "warning", fix=False)], "ready", None),
        ({"a": 12, "b": 9, "c": 300}, [_problem("EXACT_DUPLICATES", "warning")], "not_enough", 79),
    ],
)
def test_verdict_of_sorting(labels: dict[str, int], problems: list[DataProblem], kind: str, needed: int | None) -> None:
    verdict = quick_verdict(sum(labels.values()), labels, TaskKind.CLASSIFICATION, problems)
    assert verdict is not None
    assert (verdict.kind, verdict.rows_needed) == (kind, needed)


def test_verdict_without_answers_counts_texts() -> None:
    few = quick_verdict(40, {}, TaskKind.NER, [])
    assert few is not None
    assert (few.kind, few.rows_needed) == ("not_enough", 160)
    assert quick_verdict(400, {}, TaskKind.NER, []).kind == "ready"  # type: ignore[union-attr]
    assert quick_verdict(400, {}, None, []) is None


def test_what_makes_the_score_wrong_is_told_before_what_only_costs_learning() -> None:
    told = [_problem("HTML_IN_TEXT", "warning"), _problem("IMBALANCE", "info"), _problem("EXACT_DUPLICATES", "warning")]
    assert [p.code for p in ranked([*told, _problem("ONE_CLASS", "blocking")])] == [
        "ONE_CLASS",
        "EXACT_DUPLICATES",
        "HTML_IN_TEXT",
        "IMBALANCE",
    ]


def test_codes_in_place_of_texts(tmp_path: Path) -> None:
    teams = ["Billing", "Orders"] * 30
    codes = [f"BX-{n:05d}" for n in range(60)]
    found = problem(judged(tmp_path, sorting(), text=codes, team=teams), "ID_AS_TEXT")
    assert found is not None
    assert found.count == 60
    words = [f"I ask about case {n} of my order" for n in range(60)]
    assert problem(judged(tmp_path, sorting(), text=words, team=teams), "ID_AS_TEXT") is None


def test_personal_data_and_a_verdict_stand_in_the_profile(tmp_path: Path) -> None:
    words = [f"I ask about case {chr(97 + n % 26)}{chr(97 + n // 26)} of my order" for n in range(119)]
    texts = [*words, "Write to ann.smith@example.com please"]
    profile = judged(tmp_path, sorting(), text=texts, team=["Billing", "Orders"] * 60)
    assert profile.privacy == {"email": 1}
    assert problem(profile, "PERSONAL_DATA") is not None
    assert profile.verdict is not None
    assert profile.verdict.kind == "fix_first"
