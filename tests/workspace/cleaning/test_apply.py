"""Repairs in general: what is written, what is logged, what is refused."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.workspace.cleaning.tables import MAILS, read, write
from workspace.cleaning import CHANGES_SCHEMA, FIXES, Columns, apply_fixes, preview_fix
from workspace.dataset import FixCall, TaskKind
from workspace.errors import InputError
from workspace.findings import Finding, write_findings


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return write(
        tmp_path / "mails.parquet",
        text=["Where is it?", None, "Where is it?", "Pay me", "Pay me", "Hi there", "What now", "  "],
        team=["Orders", "Orders", "Orders", "Billing", "Orders", "billing ", None, "Billing"],
        id=list("abcdefgh"),
    )


def test_repairs_follow_each_other_and_keep_the_original_row_numbers(mails: Path, tmp_path: Path) -> None:
    before = hashlib.sha256(mails.read_bytes()).digest()
    changes = tmp_path / "changes.parquet"
    calls = [
        FixCall(code=c) for c in ("drop_missing_text", "drop_duplicates", "drop_missing_label", "merge_label_variants")
    ]
    report = apply_fixes(mails, tmp_path / "out.parquet", calls, MAILS, changes=changes)
    assert read(tmp_path / "out.parquet") == {
        "text": ["Where is it?", "Pay me", "Pay me", "Hi there"],
        "team": ["Orders", "Billing", "Orders", "Billing"],
        "id": ["a", "d", "e", "f"],
    }
    assert (report.rows_before, report.rows_after) == (8, 4)
    assert [step.rows_removed for step in report.done] == [2, 1, 1, 0]
    assert report.done[3].cells_changed == 1
    assert report.done[1].title == "1 repeated row removed"
    assert pq.read_schema(changes) == CHANGES_SCHEMA
    log = read(changes)
    assert log["row"] == [1, 7, 2, 6, 5]
    assert log["kind"] == ["removed"] * 4 + ["changed"]
    assert log["before"] == ["", "  ", "Where is it?", "What now", "billing "]
    assert log["after"] == [None] * 4 + ["Billing"]
    assert hashlib.sha256(mails.read_bytes()).digest() == before
    assert {path.name for path in tmp_path.iterdir()} == {"mails.parquet", "out.parquet", "changes.parquet"}


def test_findings_are_followed_to_where_their_rows_have_moved(mails: Path, tmp_path: Path) -> None:
    findings = tmp_path / "findings.parquet"
    write_findings(
        [
            Finding(code="SUSPICIOUS_LABELS", row=2, column="team", suggestion="Lost"),
            Finding(code="SUSPICIOUS_LABELS", row=5, column="team", suggestion="Greetings"),
        ],
        findings,
    )
    calls = [FixCall(code="drop_duplicates"), FixCall(code="relabel_suspicious")]
    out = tmp_path / "out.parquet"
    report = apply_fixes(mails, out, calls, MAILS, findings)
    # Row 2 is gone as a repeat of row 0, so its finding is void.
    assert report.done[1].cells_changed == 1
    assert read(out)["team"] == ["Orders", "Orders", "Billing", "Orders", "Greetings", None, "Billing"]
    calls[1] = FixCall(code="drop_suspicious")
    assert apply_fixes(mails, out, calls, MAILS, findings).rows_after == 6
    assert "f" not in read(out)["id"]


def test_broken_rows_are_those_that_the_reader_marked(mails: Path, tmp_path: Path) -> None:
    findings = tmp_path / "findings.parquet"
    write_findings([Finding(code="RAGGED_ROWS", row=3)], findings)
    out = tmp_path / "out.parquet"
    apply_fixes(mails, out, [FixCall(code="drop_ragged_rows")], MAILS, findings)
    assert read(out)["id"] == list("abcefgh")
    apply_fixes(mails, out, [FixCall(code="drop_ragged_rows")], MAILS)
    assert read(out)["id"] == list("abcdefgh")


def test_order_and_marks_of_columns_stay(tmp_path: Path) -> None:
    table = write(tmp_path / "t.parquet", {"extra": {b"mtw.kind": b"object"}}, extra=["[]"], text=["a"], tags=[["x"]])
    apply_fixes(table, tmp_path / "o.parquet", [FixCall(code="drop_duplicates")], Columns(["text"]))
    assert pq.read_schema(tmp_path / "o.parquet").equals(pq.read_schema(table), check_metadata=True)


def test_all_faults_are_told_at_once_and_nothing_is_written(mails: Path, tmp_path: Path) -> None:
    calls = [
        FixCall(code="make_coffee"),
        FixCall(code="drop_duplicates", args={"much": 1}),
        FixCall(code="drop_rare_classes", args={"at_least": 0}),
    ]
    with pytest.raises(InputError) as raised:
        apply_fixes(mails, tmp_path / "out.parquet", calls, Columns(["text", "gone"]))
    for part in ("“gone”", "make_coffee", "much", "at_least", "holds the answers"):
        assert part in raised.value.message
    assert not (tmp_path / "out.parquet").exists()


def test_a_preview_shows_the_first_changes_and_writes_nothing(mails: Path, tmp_path: Path) -> None:
    assert preview_fix(mails, FixCall(code="drop_missing_text"), MAILS, limit=1) == [(1, "text", "", None, "removed")]
    (change,) = preview_fix(mails, FixCall(code="merge_label_variants"), MAILS)
    assert change == (5, "team", "billing ", "Billing", "changed")
    assert [path.name for path in tmp_path.iterdir()] == ["mails.parquet"]


def test_rare_items_leave_the_lists_of_several_labels(tmp_path: Path) -> None:
    tags = [["a", "b"], ["a"], ["b", "rare"], None]
    table = write(tmp_path / "t.parquet", text=list("wxyz"), tags=tags)
    call = FixCall(code="drop_rare_classes", args={"at_least": 2})
    report = apply_fixes(table, tmp_path / "o.parquet", [call], Columns(["text"], "tags", TaskKind.MULTILABEL))
    assert read(tmp_path / "o.parquet")["tags"] == [["a", "b"], ["a"], ["b"], None]
    assert report.rows_after == 4


def test_every_repair_says_what_it_is_for() -> None:
    for code, fix in FIXES.items():
        assert fix.code == code
        assert len(fix.title) > 10
        assert fix.help.endswith(".")
