"""What holds for every repair, on tables of many kinds."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workspace.cleaning.tables import read, write
from workspace.cleaning import FIXES, Columns, apply_fixes
from workspace.dataset import FixCall, TaskKind
from workspace.findings import Finding, write_findings

_WORDS = (
    "card arrived late my the please Refund refund café cafÃ© <b>now</b> &amp; n/a ok tEst where is it 12 3".split()
)
_ENDS = [
    "",
    ".",
    "!!",
    "\n\nBest regards,\nAnn Smith",
    "\n\nOn Mon, 5 Jan 2026, Bob <b@x.org> wrote:\n> hello",
    "\n-- \nAnn",
]
_FOOTER = "This message is confidential and meant for you alone."
_texts = st.builds(
    lambda words, end, footer: " ".join(words) + end + (f"\n{_FOOTER}" if footer else ""),
    st.lists(st.sampled_from(_WORDS), min_size=0, max_size=9),
    st.sampled_from(_ENDS),
    st.booleans(),
)
_labels = st.sampled_from(["Billing", "billing", "Billing ", "Biling", "Orders", "Order", "Rare", None])
_tags = st.lists(st.sampled_from(["O", "B-X", "I-X", "I-Y", "B-Y"]), min_size=0, max_size=6)
_marks = st.lists(
    st.fixed_dictionaries(
        {"start": st.integers(-2, 40), "end": st.integers(-2, 40), "label": st.sampled_from(["X", "Y"])}
    ),
    max_size=4,
).map(json.dumps)
_MAILS = Columns(["text"], "team", TaskKind.CLASSIFICATION)


@st.composite
def _tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    size = draw(st.integers(1, 40))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=size, max_size=size))

    return {
        "text": column(st.none() | _texts),
        "team": column(_labels),
        "split": column(st.sampled_from(["train", "test"])),
        "marks": column(st.none() | _marks),
        "words": column(st.lists(st.sampled_from(_WORDS), max_size=6)),
        "tags": column(_tags),
    }


def _columns(code: str) -> Columns:
    if code in ("trim_spans", "drop_overlapping_spans"):
        return Columns(["text"], "marks", TaskKind.NER)
    if code == "repair_tags":
        return Columns(["words"], "tags", TaskKind.NER)
    return _MAILS


@pytest.mark.parametrize("code", FIXES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns=_tables(), doubtful=st.sets(st.integers(0, 39), max_size=5))
def test_nothing_is_lost_silently_and_doing_it_again_changes_nothing(
    code: str, columns: dict[str, list[Any]], doubtful: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = write(folder / "table.parquet", {"marks": {b"mtw.kind": b"object"}}, **columns)
        before, rows = hashlib.sha256(table.read_bytes()).digest(), len(columns["text"])
        chosen = sorted(row for row in doubtful if row < rows)
        findings = folder / "findings.parquet"
        write_findings(
            [
                Finding(code=c, row=row, column="team", suggestion="Orders")
                for c in ("SUSPICIOUS_LABELS", "RAGGED_ROWS")
                for row in chosen
            ],
            findings,
        )
        out, changes = folder / "out.parquet", folder / "changes.parquet"
        call = FixCall(code=code)
        report = apply_fixes(table, out, [call], _columns(code), findings, changes)
        done = report.done[0]
        assert hashlib.sha256(table.read_bytes()).digest() == before
        assert report.rows_before == rows
        assert report.rows_before - done.rows_removed + done.rows_added == report.rows_after

        old, new, log = read(table), read(out), read(changes)
        assert log["kind"].count("removed") == done.rows_removed
        assert log["kind"].count("changed") == done.cells_changed
        removed = {row for row, kind in zip(log["row"], log["kind"], strict=True) if kind == "removed"}
        kept = [row for row in range(rows) if row not in removed]
        changed = {(row, c) for row, c, k in zip(log["row"], log["column"], log["kind"], strict=True) if k == "changed"}
        # Every difference has a line, and every line is a difference.
        differing = {(row, c) for c in old for place, row in enumerate(kept) if old[c][row] != new[c][place]}
        assert differing == changed

        again = folder / "again.parquet"
        fix = FIXES[code]
        # The rows of findings belong to the first table.
        second = apply_fixes(out, again, [FixCall(code=code, args=done.args)], _columns(code))
        assert (second.done[0].rows_removed, second.done[0].cells_changed) == (0, 0), fix.title
        assert read(again) == new


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(columns=_tables(), codes=st.lists(st.sampled_from(sorted(FIXES)), min_size=2, max_size=6, unique=True))
def test_several_repairs_together_count_right_and_name_rows_of_the_first_table(
    columns: dict[str, list[Any]], codes: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns["number"] = [str(row) for row in range(len(columns["text"]))]
        table = write(folder / "table.parquet", {"marks": {b"mtw.kind": b"object"}}, **columns)
        out, changes = folder / "out.parquet", folder / "changes.parquet"
        report = apply_fixes(table, out, [FixCall(code=code) for code in codes], _MAILS, changes=changes)
        assert report.rows_before - sum(step.rows_removed for step in report.done) == report.rows_after
        log = read(changes)
        removed = {str(row) for row, kind in zip(log["row"], log["kind"], strict=True) if kind == "removed"}
        assert removed | set(read(out)["number"]) == set(columns["number"])
        assert not removed & set(read(out)["number"])
