"""Doccano, Prodigy and spaCy: every notation that their versions write."""

import json
from pathlib import Path

import pytest

from tests.workspace.reading.annotations.rows import marked, read_json, read_text
from tests.workspace.reading.files import codes
from workspace.errors import UnreadableFile

_SPANS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 8, "end": 12, "label": "LOC"}]
_TEXT = "Ann saw Rome"


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1, "text": _TEXT, "label": [[0, 3, "PER"], [8, 12, "LOC"]]},
        {"id": 1, "data": _TEXT, "label": [[0, 3, "PER"], [8, 12, "LOC"]], "Comments": []},
        {"id": 1, "text": _TEXT, "labels": [[0, 3, "PER"], [8, 12, "LOC"]], "meta": {}},
        {
            "id": 1,
            "text": _TEXT,
            "entities": [
                {"id": 5, "label": "PER", "start_offset": 0, "end_offset": 3},
                {"id": 6, "label": "LOC", "start_offset": 8, "end_offset": 12},
            ],
            "relations": [{"id": 1, "from_id": 5, "to_id": 6, "type": "saw"}],
        },
        {
            "id": 1,
            "text": _TEXT,
            "annotations": [
                {"label": "PER", "start_offset": 0, "end_offset": 3, "user": 1},
                {"label": "LOC", "start_offset": 8, "end_offset": 12, "user": 1},
            ],
        },
    ],
)
def test_doccano_spans(record: dict[str, object], tmp_path: Path) -> None:
    empty = {key: [] if isinstance(value, list) else value for key, value in record.items()}
    profile, rows = read_json(tmp_path, record, empty)
    assert (profile.format, str(profile.task.kind), profile.task.label) == ("doccano", "ner", "spans")
    assert rows[0]["text"] == _TEXT
    assert [{key: span[key] for key in ("start", "end", "label")} for span in rows[0]["spans"]] == _SPANS
    assert rows[1]["spans"] == []
    if "relations" in record:
        assert rows[0]["relations"] == record["relations"]
        assert rows[0]["spans"][0]["id"] == 5


def test_doccano_categories_one_and_several(tmp_path: Path) -> None:
    single = [{"id": i, "text": f"text {i}", "label": [["joy", "fear"][i % 2]], "Comments": []} for i in range(20)]
    profile, rows = read_json(tmp_path, *single)
    assert (profile.format, profile.task.label, rows[1]["label"]) == ("doccano", "label", "fear")
    single[3]["label"] = ["fear", "joy"]
    single[4]["label"] = []
    profile, rows = read_json(tmp_path, *single)
    assert str(profile.task.kind) == "multilabel"
    assert (rows[3]["labels"], rows[4]["labels"]) == (["fear", "joy"], [])


def test_doccano_csv_with_several_users(tmp_path: Path) -> None:
    lines = ["annotation_approver,id,label,text,user"]
    lines += [f",{i},{label},some text {i},{user}" for i in range(6) for user, label in ((1, 15), (2, 15), (3, 17))]
    profile, rows = read_text(tmp_path, "a.csv", "\n".join(lines))
    assert (profile.format, profile.rows, profile.delimiter) == ("doccano", 6, ",")
    assert rows[0]["label"] == "15"
    assert len(rows[0]["annotations"]) == 3
    assert profile.problems[codes(profile).index("ANNOTATORS_DISAGREE")].count == 6


def _prodigy(**fields: object) -> dict[str, object]:
    return {"text": _TEXT, "_input_hash": 1, "_task_hash": 2, "answer": "accept", **fields}


def test_prodigy_spans_accepted_rejected_ignored(tmp_path: Path) -> None:
    spans = [{**span, "token_start": 0, "token_end": 0} for span in _SPANS]
    profile, rows = read_json(
        tmp_path,
        _prodigy(spans=spans, tokens=[{"text": "Ann", "start": 0, "end": 3, "id": 0}], _view_id="ner_manual"),
        _prodigy(spans=spans, answer="reject"),
        _prodigy(spans=spans, answer="ignore"),
        _prodigy(tokens=[], _view_id="ner_manual"),
        _prodigy(spans=[{**spans[0], "answer": "reject"}, spans[1]]),
    )
    assert (profile.format, profile.rows, profile.task.label) == ("prodigy", 5, "spans")
    assert [None if row["spans"] is None else marked(row) for row in rows] == [
        [("PER", "Ann"), ("LOC", "Rome")],
        None,
        None,
        [],
        [("LOC", "Rome")],
    ]
    assert rows[4]["unused_spans"][0]["label"] == "PER"
    assert rows[0]["tokens"] == [{"start": 0, "end": 3, "id": 0}]


def test_prodigy_one_category_and_several(tmp_path: Path) -> None:
    answers = ["accept", "reject", "ignore", "accept"] * 5
    one = [_prodigy(text=f"text {i}", label="DOCS", answer=answer) for i, answer in enumerate(answers)]
    profile, rows = read_json(tmp_path, *one)
    assert profile.labels == {"DOCS": 10, "not DOCS": 5}
    assert [row["label"] for row in rows[:3]] == ["DOCS", "not DOCS", None]
    several = [*one, _prodigy(label="OTHER"), _prodigy(label="OTHER", answer="reject")]
    profile, rows = read_json(tmp_path, *several)
    assert profile.labels == {"DOCS": 10, "OTHER": 1}
    assert (rows[1]["label"], rows[1]["asked"]) == (None, "DOCS")


def test_prodigy_choices(tmp_path: Path) -> None:
    options = [{"id": "joy", "text": "Happy"}, {"id": "fear", "text": "Afraid"}]
    profile, rows = read_json(
        tmp_path,
        *[_prodigy(options=options, accept=[["joy", "fear"][i % 2]], text=f"text {i}") for i in range(20)],
        _prodigy(options=options, accept=[], answer="ignore"),
    )
    assert (profile.task.label, profile.labels) == ("label", {"fear": 10, "joy": 10})
    assert rows[20]["label"] is None
    counted = [{"id": 1, "text": "Happy"}, {"id": 2, "text": "Afraid"}]
    _, rows = read_json(tmp_path, _prodigy(options=counted, accept=[1, 2]), _prodigy(options=counted, accept=[2]))
    assert [row["labels"] for row in rows] == [["Happy", "Afraid"], ["Afraid"]]


def test_prodigy_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="pictures"):
        read_json(tmp_path, {"image": "a.jpg", "spans": [], "_task_hash": 1, "answer": "accept"})


def test_spacy_pairs_with_entities_and_categories(tmp_path: Path) -> None:
    pairs = [[_TEXT, {"entities": [[0, 3, "PER"], [8, 12, "LOC"]]}], ["Nobody", {"entities": []}]]
    for text in (json.dumps(pairs), json.dumps({"classes": ["PER"], "annotations": [None, *pairs]})):
        profile, rows = read_text(tmp_path, "a.json", text)
        assert (profile.format, profile.rows, str(profile.task.kind)) == ("spacy", 2, "ner")
        assert rows[0]["spans"] == _SPANS
        assert rows[1]["spans"] == []


@pytest.mark.parametrize("as_pairs", [True, False])
def test_spacy_categories(as_pairs: bool, tmp_path: Path) -> None:
    cats = [{"A": 1.0, "B": 0.0}, {"A": 0, "B": 1}]
    records: list[object] = [
        [f"text {i}", {"cats": cats[i % 2]}] if as_pairs else {"text": f"text {i}", "cats": cats[i % 2]}
        for i in range(20)
    ]
    profile, rows = read_json(tmp_path, *records)
    assert (profile.format, profile.labels) == ("spacy", {"A": 10, "B": 10})
    both = {"A": 1.0, "B": 1.0}
    records[0] = ["text 0", {"cats": both}] if as_pairs else {"text": "text 0", "cats": both}
    profile, rows = read_json(tmp_path, *records)
    assert str(profile.task.kind) == "multilabel"
    assert rows[0]["labels"] == ["A", "B"]


def test_spacy_documents(tmp_path: Path) -> None:
    tokens = [{"id": i, "orth": w, "tag": "X", "ner": n} for i, (w, n) in enumerate([("Ann", "U-PER"), ("ran", "O")])]
    cats = [{"label": "A", "value": 1.0}, {"label": "B", "value": 0.0}]
    paragraph = {"raw": "Ann ran", "sentences": [{"tokens": tokens}, {"tokens": tokens[1:]}], "cats": cats}
    profile, rows = read_text(tmp_path, "a.json", json.dumps([{"id": 9, "paragraphs": [paragraph]}] * 2))
    assert (profile.format, profile.rows, profile.task.label) == ("spacy", 4, "tags")
    assert rows[0]["tags"] == ["B-PER", "O"]
    assert (rows[0]["document"], rows[0]["label"], rows[0]["pos_tags"]) == ("9", "A", ["X", "X"])


def test_lists_of_other_programs_stay_json(tmp_path: Path) -> None:
    profile, rows = read_json(tmp_path, {"text": "a", "tags": ["x", "y"]}, {"text": "b", "tags": []})
    assert profile.format == "jsonl"
    assert rows[0]["tags"] == ["x", "y"]


def test_fasttext_lines(tmp_path: Path) -> None:
    text = "".join(f"__label__{['joy', 'fear'][i % 2]} some text, number {i}\n" for i in range(20))
    profile, rows = read_text(tmp_path, "a.txt", text)
    assert (profile.format, profile.labels) == ("fasttext", {"fear": 10, "joy": 10})
    assert rows[0]["text"] == "some text, number 0"
    profile, rows = read_text(tmp_path, "a.txt", text + "__label__joy __label__fear both\n")
    assert rows[-1] == {"text": "both", "labels": ["joy", "fear"]}
