"""JSON as programs hand it out: pages, objects inside objects, values over several lines, JavaScript."""

import json
from pathlib import Path

from tests.workspace.reading.files import read_bytes

_ROWS = [{"id": n, "body": f"the parcel number {n} is wet", "category": "ab"[n % 2]} for n in range(12)]


def test_pages_are_put_together(tmp_path: Path) -> None:
    pages = [{"page": n, "total": 12, "next": None, "data": _ROWS[4 * n : 4 * n + 4]} for n in range(3)]
    for name, data in (
        ("pages.json", json.dumps(pages)),
        ("pages.jsonl", "\n".join(json.dumps(page) for page in pages)),
    ):
        profile, columns = read_bytes(tmp_path, name, data.encode())
        assert profile.rows == 12
        assert columns["body"] == [row["body"] for row in _ROWS]


def test_an_order_with_items_is_no_page(tmp_path: Path) -> None:
    orders = [{"customer": f"c{n}", "items": [{"sku": "a"}, {"sku": "b"}]} for n in range(5)]
    profile, columns = read_bytes(tmp_path, "orders.json", json.dumps(orders).encode())
    assert profile.rows == 5
    assert columns["customer"] == ["c0", "c1", "c2", "c3", "c4"]


def test_objects_inside_become_columns(tmp_path: Path) -> None:
    records = [
        {"_id": n, "_source": {"case": {"body": row["body"]}, "category": row["category"]}}
        for n, row in enumerate(_ROWS)
    ]
    profile, columns = read_bytes(tmp_path, "hits.json", json.dumps(records).encode())
    assert columns["_source.case.body"] == [row["body"] for row in _ROWS]
    assert (profile.task.text, profile.task.label) == (["_source.case.body"], "_source.category")


def test_objects_with_ever_new_keys_stay_one_column(tmp_path: Path) -> None:
    records = [{"body": row["body"], "votes": {f"user{n}": 1}} for n, row in enumerate(_ROWS)]
    _, columns = read_bytes(tmp_path, "votes.json", json.dumps(records).encode())
    assert list(columns) == ["body", "votes"]
    assert json.loads(columns["votes"][3]) == {"user3": 1}


def test_a_field_that_is_called_so_already_is_not_lost(tmp_path: Path) -> None:
    records = [{"a": {"b": "inner"}, "a.b": "outer"}] * 3
    _, columns = read_bytes(tmp_path, "names.json", json.dumps(records).encode())
    assert columns["a.b"] == ["outer"] * 3
    assert json.loads(columns["a"][0]) == {"b": "inner"}


def test_objects_over_several_lines_one_behind_the_other(tmp_path: Path) -> None:
    data = "\n".join(json.dumps(row, indent=2) for row in _ROWS)
    for name in ("out.json", "out.log"):
        profile, columns = read_bytes(tmp_path, name, data.encode())
        assert profile.rows == 12
        assert columns["category"] == [row["category"] for row in _ROWS]


def test_the_value_of_a_variable(tmp_path: Path) -> None:
    text = json.dumps(_ROWS, indent=1)
    for data in (f"window.YTD.part0 = {text}", f"const rows = {text};", f"callback({text});"):
        _, columns = read_bytes(tmp_path, "part.js", data.encode())
        assert columns["body"] == [row["body"] for row in _ROWS]
    _, columns = read_bytes(tmp_path, "part.js", f"callback({json.dumps({'rows': _ROWS})});".encode())
    assert columns["body"] == [row["body"] for row in _ROWS]


def test_labels_that_are_objects_are_listed_by_name(tmp_path: Path) -> None:
    issues = [
        {"title": f"Issue {i}", "body": f"it breaks {i} times", "labels": [{"id": 7, "name": ("bug", "ux")[i % 2]}]}
        for i in range(12)
    ]
    issues[3]["labels"] = []
    profile, table = read_bytes(tmp_path, "issues.json", json.dumps(issues).encode())
    assert table["labels.name"][:4] == [["bug"], ["ux"], ["bug"], []]
    assert json.loads(table["labels"][0]) == [{"id": 7, "name": "bug"}]
    assert (profile.task.kind, profile.task.label) == ("multilabel", "labels.name")


def test_places_with_names_are_no_list_of_names(tmp_path: Path) -> None:
    rows = [{"text": "Anna in Oslo", "marks": [{"name": "PERSON", "start": 0, "end": 4}]} for _ in range(6)]
    _, table = read_bytes(tmp_path, "marks.json", json.dumps(rows).encode())
    assert "marks.name" not in table
