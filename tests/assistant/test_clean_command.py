"""``mtw clean``: what it offers, what it does, what it leaves behind."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from assistant.cli import run
from tests.tools.conftest import mails
from workspace.privacy.tagger import available


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """60 mails, 6 of them twice, one answer written in capitals."""
    rows = mails(20)
    path = tmp_path / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["body", "team"])
        writer.writerows([(text, team.upper() if i == 4 else team) for i, (text, team) in enumerate(rows)])
        writer.writerows(rows[10:16])
    return path


def clean(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> Any:
    assert run(["clean", *map(str, arguments), "--json"]) == code
    told = capsys.readouterr()
    return json.loads(told.out)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_without_a_repair_it_lists_what_it_offers(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = clean(capsys, messy)
    assert {offer["code"] for offer in found["offered"]} >= {"drop_duplicates", "merge_label_variants"}
    assert found["rows"] == {"before": 66, "after": 66}
    assert run(["clean", str(messy)]) == 0
    shown = capsys.readouterr().out
    assert "drop_duplicates" in shown
    assert "--all" in shown


def test_all_repairs_write_a_clean_file_and_leave_the_original(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = messy.read_bytes()
    out, report = messy.with_name("clean.csv"), messy.with_name("report.csv")
    found = clean(capsys, messy, out, "--all", "--report", report)
    assert found["rows"] == {"before": 66, "after": 60}
    assert {fix["code"]: (fix["rows_removed"], fix["rows_added"], fix["cells_changed"]) for fix in found["fixes"]} == {
        "drop_duplicates": (6, 0, 0),
        "merge_label_variants": (0, 0, 1),
    }
    assert all(fix["title"] for fix in found["fixes"])
    assert not {"EXACT_DUPLICATES", "LABEL_VARIANTS"} & {problem["code"] for problem in found["problems_left"]}
    assert found["out"] == str(out)
    assert len(rows_of(out)) == 61
    assert {team for _, team in rows_of(out)[1:]} == {"Billing", "Orders", "Returns"}
    assert messy.read_bytes() == before
    lines = rows_of(report)
    assert len(lines) == 8
    assert sorted({line[1] for line in lines[1:]}) == ["changed", "removed"]


def test_one_repair_and_parquet(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = messy.with_name("clean.parquet")
    found = clean(capsys, messy, out, "--fix", "drop_duplicates")
    assert [fix["code"] for fix in found["fixes"]] == ["drop_duplicates"]
    assert "LABEL_VARIANTS" in {problem["code"] for problem in found["problems_left"]}
    assert pq.read_table(out).num_rows == 60


def test_a_recipe_is_kept_and_done_again(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, out = messy.with_name("monthly.yaml"), messy.with_name("clean.csv")
    clean(capsys, messy, out, "--all", "--save-recipe", recipe)
    again = messy.with_name("again.csv")
    found = clean(capsys, messy, again, "--recipe", recipe)
    assert [fix["code"] for fix in found["fixes"]] == ["merge_label_variants", "drop_duplicates"]
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out.csv", "--fix", "drop_everything"], "drop_everything"),
        (["out.pdf", "--all"], "out.pdf"),
        (["nowhere/out.csv", "--all"], "nowhere"),
        (["--all"], "OUT.csv"),
        (["out.csv", "--recipe", "mails.csv"], "no recipe"),
        (["out.csv", "--all", "--label", "colour"], "colour"),
    ],
)
def test_wrong_calls_say_why(
    messy: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(messy.parent)
    error = clean(capsys, "mails.csv", *arguments, code=2)["error"]
    assert said in error["message"]
    assert error["next_step"]
    assert not Path("out.csv").exists()


def test_the_file_is_never_written_over_itself(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "over itself" in clean(capsys, messy, messy, "--all", code=2)["error"]["message"]


def test_inspection_names_the_repairs(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(messy)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "[--fix drop_duplicates]" in shown
    assert "mtw clean FILE OUT.csv --all" in shown


def test_for_people(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["clean", str(messy), str(messy.with_name("clean.csv")), "--all"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "66 rows before, 60 now" in shown
    assert "6 repeated rows removed" in shown


@pytest.mark.skipif(not available(), reason="the model that sees names is not installed")
def test_hiding_uses_the_model_unless_it_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "calls.csv"
    texts = ["Yesterday Jennifer Miller rang about her order", "it is anna.keller@gmail.com now", "nothing to see here"]
    path.write_text("text,team\n" + "".join(f"{text},{'ab'[i % 2]}\n" for i, text in enumerate(texts)))
    quick, whole = tmp_path / "quick.csv", tmp_path / "whole.csv"
    clean(capsys, path, quick, "--fix", "redact", "--no-model")
    clean(capsys, path, whole, "--fix", "redact")
    assert [row[0] for row in rows_of(quick)[1:]] == [texts[0], "it is [EMAIL] now", texts[2]]
    assert "Miller" not in rows_of(whole)[1][0]
    assert "[NAME]" in rows_of(whole)[1][0]
    recipe = tmp_path / "again.yaml"
    clean(capsys, path, whole, "--fix", "redact", "--save-recipe", recipe)
    assert "deep: true" in recipe.read_text()
