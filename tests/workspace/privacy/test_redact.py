"""Hiding personal data in a table: masks, stand-ins, words and places in step, and nothing left behind."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.cleaning import Columns, apply_fixes, clean_text
from workspace.dataset import FixCall, TaskKind
from workspace.errors import InputError
from workspace.home import Workspace
from workspace.privacy import KINDS, count_personal
from workspace.privacy.pseudonyms import Pseudonyms, pseudonyms_of
from workspace.privacy.recognise import find_personal
from workspace.privacy.redact import Redaction, RedactionReport, redact_table
from workspace.privacy.spans import new_place

SECRETS = [
    "anna.keller@gmail.com",
    "+49 170 1234567",
    "DE89370400440532013000",
    "4111 1111 1111 1111",
    "536-22-8721",
    "192.168.1.77",
    "Hauptstraße 12, 10115 Berlin",
    "529.982.247-25",
    "2001:db8::ff00:42:8329",
]
KEY = Pseudonyms(b"k" * 32)


def hidden(folder: Path, redaction: Redaction, columns: dict[str, list[object]]) -> tuple[RedactionReport, list[dict]]:
    table, out = folder / "in.parquet", folder / "out.parquet"
    pq.write_table(pa.table(columns), table)
    spans = ("text", "spans") if "spans" in columns else None
    report = redact_table(table, out, redaction, KEY, folder / "changes.parquet", spans)
    return report, pq.read_table(out).to_pylist()


@pytest.mark.parametrize("treatment", ["mask", "pseudonym"])
def test_nothing_is_left_in_table_report_or_changes(tmp_path: Path, treatment: str) -> None:
    texts = [f"Dear team, it is {secret}, thanks" for secret in SECRETS]
    report, _ = hidden(tmp_path, Redaction(kinds=dict.fromkeys(KINDS, treatment)), {"text": texts})

    assert count_personal(tmp_path / "out.parquet", ["text"]) == {}
    assert report.hidden == report.cells_changed == report.rows_changed == len(SECRETS)
    left = str(pq.read_table(tmp_path / "out.parquet").to_pylist())
    left += str(pq.read_table(tmp_path / "changes.parquet").to_pylist()) + report.model_dump_json()
    assert not [secret for secret in SECRETS if secret in left]


def test_each_kind_can_be_treated_in_its_own_way_and_columns_left_out(tmp_path: Path) -> None:
    choice = Redaction(kinds={"email": "keep", "phone": "pseudonym"}, drop_columns=["sender"])
    text = "a@gmail.com, +49 170 1234567, 4111 1111 1111 1111"
    report, (row,) = hidden(tmp_path, choice, {"text": [text], "sender": ["b@gmail.com"]})

    assert list(row) == ["text"]
    assert row["text"].startswith("a@gmail.com, +00 0")
    assert row["text"].endswith(", [CARD]")
    assert (report.kept, report.pseudonyms, report.masked) == ({"email": 1}, {"phone": 1}, {"card": 1})
    assert report.dropped == ["sender"]


def test_leaving_out_what_is_not_there_or_everything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column named nope"):
        hidden(tmp_path, Redaction(drop_columns=["nope"]), {"text": ["x"]})
    with pytest.raises(InputError) as caught:
        hidden(tmp_path, Redaction(drop_columns=["text"]), {"text": ["x"]})
    assert caught.value.code == "NOTHING_LEFT"


def test_the_same_value_gets_the_same_stand_in_however_it_is_written() -> None:
    assert KEY.of("Anna@Gmail.com", "email") == KEY.of("anna@gmail.com", "email") != KEY.of("bob@gmail.com", "email")
    one, other = KEY.of("+49 170 1234567", "phone"), KEY.of("+491701234567", "phone")
    assert one.replace(" ", "") == other
    assert KEY.of("anna@gmail.com", "email") != Pseudonyms(b"x" * 32).of("anna@gmail.com", "email")


def test_the_key_belongs_to_one_data_set_and_stays(workspace: Workspace) -> None:
    storage = workspace.storage
    first = pseudonyms_of(storage, "ds_1").of("a@gmail.com", "email")

    assert pseudonyms_of(storage, "ds_1").of("a@gmail.com", "email") == first
    assert pseudonyms_of(storage, "ds_2").of("a@gmail.com", "email") != first


def test_words_stay_as_many_as_their_tags(tmp_path: Path) -> None:
    words = ["mail", "anna@gmail.com", "or", "+49", "170", "1234567", "!"]
    _, (row,) = hidden(tmp_path, Redaction(), {"words": [words], "tags": [["O"] * 7]})

    assert row["words"] == ["mail", "[EMAIL]", "or", "[PHONE]", "[PHONE]", "[PHONE]", "!"]
    assert row["tags"] == ["O"] * 7


def test_places_move_with_the_text(tmp_path: Path) -> None:
    text = "Write to anna.keller@gmail.com, says Bob of Acme"
    marked = [{"start": text.index(w), "end": text.index(w) + len(w), "label": "X", "text": w} for w in ("Bob", "Acme")]
    pairs = [[0, 5, "VERB"]]
    _, rows = hidden(tmp_path, Redaction(), {"text": [text, text], "spans": [json.dumps(marked), json.dumps(pairs)]})

    now = json.loads(rows[0]["spans"])
    assert [rows[0]["text"][s["start"] : s["end"]] for s in now] == ["Bob", "Acme"] == [s["text"] for s in now]
    assert json.loads(rows[1]["spans"]) == pairs


@given(st.data())
def test_a_span_beside_replaced_parts_still_marks_its_words(data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.text("abc", min_size=1, max_size=5), min_size=3, max_size=9))
    marked = data.draw(st.integers(0, len(parts) - 1))
    replaced = data.draw(st.sets(st.integers(0, len(parts) - 1)) if len(parts) else st.just(set())) - {marked}
    new = [data.draw(st.text("XYZ", max_size=7)) if i in replaced else part for i, part in enumerate(parts)]
    starts = [sum(map(len, parts[:i])) for i in range(len(parts))]
    moved = [(starts[i], starts[i] + len(parts[i]), len(new[i])) for i in sorted(replaced)]

    start, end = new_place(starts[marked], starts[marked] + len(parts[marked]), moved)

    assert "".join(new)[start:end] == parts[marked]


def test_a_span_that_cuts_through_a_replaced_part_covers_all_of_it() -> None:
    moved = [(4, 10, 3)]

    assert new_place(0, 6, moved) == (0, 7)
    assert new_place(6, 14, moved) == (4, 11)
    assert new_place(5, 9, moved) == (4, 7)


def test_as_a_repair_it_masks_and_writes_down_no_value(tmp_path: Path) -> None:
    table, out, changes = tmp_path / "in.parquet", tmp_path / "out.parquet", tmp_path / "changes.parquet"
    pq.write_table(
        pa.table({"text": ["mail a@gmail.com", "mail a@gmail.com", "none"], "label": ["x", "x", "y"]}), table
    )
    calls = [FixCall(code="redact"), FixCall(code="drop_duplicates")]
    report = apply_fixes(table, out, calls, Columns(["text"], "label", TaskKind.CLASSIFICATION), changes=changes)

    assert pq.read_table(out)["text"].to_pylist() == ["mail [EMAIL]", "none"]
    assert [(d.code, d.cells_changed, d.rows_removed) for d in report.done] == [
        ("redact", 2, 0),
        ("drop_duplicates", 0, 1),
    ]
    assert "gmail" not in str(pq.read_table(changes).to_pylist())


def test_texts_sent_for_prediction_are_masked_alike() -> None:
    clean = clean_text([FixCall(code="redact", args={"kinds": {"ip": "keep", "email": "pseudonym"}})])

    assert clean("a@gmail.com from 192.168.1.77") == "[EMAIL] from 192.168.1.77"


@pytest.mark.parametrize("secret", SECRETS)
def test_stand_ins_are_not_personal_data(secret: str) -> None:
    (one,) = find_personal(f"it is {secret}")
    stand_in = KEY.of(secret, one.kind)

    assert find_personal(f"it is {stand_in}") == []
    assert stand_in != secret
