"""Label Studio: JSON, JSON_MIN and CSV; every control for texts; several annotators; no pictures."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.workspace.reading.annotations.rows import marked, read_text
from tests.workspace.reading.files import codes
from workspace.errors import UnreadableFile

_TEXT = "Ann saw Rome"


def _labels(start: int, end: int, *labels: str, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": _TEXT[start:end], "labels": list(labels)}
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value, **more}


def _choice(*choices: str, name: str = "sentiment") -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}


def _task(*results: list[dict[str, Any]], **data: Any) -> dict[str, Any]:
    annotations = [
        {"id": i, "completed_by": i, "result": result, "was_cancelled": False} for i, result in enumerate(results)
    ]
    return {"id": 7, "data": data or {"review": _TEXT}, "annotations": annotations, "predictions": []}


def _read(tmp_path: Path, *tasks: dict[str, Any]) -> Any:
    return read_text(tmp_path, "a.json", json.dumps(tasks))


def test_spans_with_relations_and_a_choice_for_a_region(tmp_path: Path) -> None:
    per_region = {**_choice("sure", name="how"), "id": "r0"}
    relation = {"type": "relation", "from_id": "r0", "to_id": "r8", "direction": "right", "labels": ["saw"]}
    profile, rows = _read(tmp_path, _task([_labels(0, 3, "PER"), _labels(8, 12, "LOC"), per_region, relation]))
    assert (profile.format, str(profile.task.kind), profile.task.text) == ("labelstudio", "ner", ["text"])
    assert marked(rows[0]) == [("PER", "Ann"), ("LOC", "Rome")]
    assert rows[0]["spans"][0]["how"] == ["sure"]
    assert rows[0]["relations"] == [{"from_id": "r0", "to_id": "r8", "direction": "right", "labels": ["saw"]}]


def test_unlabelled_and_skipped_tasks_have_no_answer(tmp_path: Path) -> None:
    skipped = _task([_labels(0, 3, "PER")])
    skipped["annotations"][0]["was_cancelled"] = True
    _, rows = _read(tmp_path, _task([_labels(0, 3, "PER")]), _task(), skipped, _task([]))
    assert [row["spans"] if row["spans"] is None else len(row["spans"]) for row in rows] == [1, None, None, 0]


def test_choices_taxonomy_and_other_controls(tmp_path: Path) -> None:
    taxonomy = {"from_name": "t", "to_name": "x", "type": "taxonomy", "value": {"taxonomy": [["A", "B"], ["C"]]}}
    rating = {"from_name": "stars", "to_name": "x", "type": "rating", "value": {"rating": 4}}
    area = {"from_name": "better", "to_name": "x", "type": "textarea", "value": {"text": ["Ann saw Rome."]}}
    _, rows = _read(tmp_path, _task([_choice("good"), taxonomy, rating, area]))
    assert (rows[0]["sentiment"], rows[0]["t"]) == ("good", ["A > B", "C"])
    assert (rows[0]["stars"], rows[0]["better"], rows[0]["review"]) == ("4", "Ann saw Rome.", _TEXT)
    _, rows = _read(tmp_path, _task([_choice("good")]), _task([_choice("good", "late")]))
    assert [row["labels"] for row in rows] == [["good"], ["good", "late"]]


def test_several_annotators_the_majority_and_each(tmp_path: Path) -> None:
    tasks = [
        _task([_choice("good")], [_choice("bad")], [_choice("bad")]),
        _task([_choice("good")], [_choice("good")]),
    ]
    profile, rows = _read(tmp_path, *tasks)
    assert [row["label"] for row in rows] == ["bad", "good"]
    assert [one["sentiment"] for one in rows[0]["annotations"]] == [["good"], ["bad"], ["bad"]]
    assert profile.problems[codes(profile).index("ANNOTATORS_DISAGREE")].count == 1
    spans = [_labels(0, 3, "PER"), _labels(8, 12, "LOC")]
    _, rows = _read(tmp_path, _task(spans, spans[:1], [*spans[:1], _labels(4, 7, "X")]))
    assert marked(rows[0]) == [("PER", "Ann")]
    truth = _task([_choice("good")], [_choice("bad")], [_choice("bad")])
    truth["annotations"][0]["ground_truth"] = True
    _, rows = _read(tmp_path, truth)
    assert rows[0]["label"] == "good"


def _min(number: int, annotator: int = 1, **answers: Any) -> dict[str, Any]:
    return {"text": _TEXT, "id": number, **answers, "annotator": annotator, "annotation_id": 9, "lead_time": 2.5}


def test_json_min(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}]
    profile, rows = _read(tmp_path, _min(1, label=spans), _min(2, label=[]))
    assert (profile.format, profile.rows, str(profile.task.kind)) == ("labelstudio", 2, "ner")
    assert marked(rows[0]) == [("PER", "Ann")]
    profile, rows = _read(tmp_path, *[_min(i, a, mood=m) for i in range(3) for a, m in ((1, "x"), (2, "y"), (3, "y"))])
    assert [row["label"] for row in rows] == ["y", "y", "y"]
    _, rows = _read(tmp_path, _min(1, mood="good"), _min(2, mood={"choices": ["good", "late"]}))
    assert [row["labels"] for row in rows] == [["good"], ["good", "late"]]


def test_csv(tmp_path: Path) -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ["annotation_id", "annotator", "id", "label", "lead_time", "text"])
    writer.writeheader()
    spans = json.dumps([{"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}])
    for number in range(12):
        cells = {"id": number, "text": _TEXT, "label": spans if number % 2 else ""}
        writer.writerow({"annotation_id": 90 + number, "annotator": 1, "lead_time": 2.5, **cells})
    profile, rows = read_text(tmp_path, "a.csv", out.getvalue())
    assert (profile.format, profile.rows, str(profile.task.kind)) == ("labelstudio", 12, "ner")
    assert profile.header_row == 0
    assert marked(rows[1]) == [("PER", "Ann")]
    assert rows[0]["spans"] == []


def test_offsets_of_javascript(tmp_path: Path) -> None:
    text = "\N{GRINNING FACE} Ann"
    result = _labels(0, 3, "PER")
    result["value"] |= {"start": 3, "end": 6, "text": "Ann"}
    _, rows = _read(tmp_path, _task([result], review=text))
    assert marked(rows[0]) == [("PER", "Ann")]


_SOUND = {**_labels(0, 1, "x"), "value": {"start": 0.1, "end": 0.4, "channel": 0}}


@pytest.mark.parametrize(
    ("data", "result"),
    [
        ({"image": "/data/a.png"}, _choice("cat")),
        (
            {"audio": "https://example.org/a.mp3"},
            {**_labels(0, 1, "x"), "value": {"start": 0.1, "end": 0.4, "channel": 0}},
        ),
        ({"image": "a"}, {"type": "brushlabels", "from_name": "b", "value": {"rle": [1], "format": "rle"}}),
    ],
)
def test_what_is_no_text_is_refused(data: dict[str, str], result: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        _read(tmp_path, _task([result], **data))
    assert caught.value.code == "NOT_ABOUT_TEXT"


def test_a_single_choice_beside_several_in_a_csv(tmp_path: Path) -> None:
    lines = ["annotation_id,annotator,id,lead_time,text,topic"]
    several = '"{""choices"": [""a"", ""b""]}"'
    lines += [f"{i},1,{i},2.5,some text number {i},{several if i % 2 else 'a'}" for i in range(12)]
    profile, rows = read_text(tmp_path, "a.csv", "\n".join(lines))
    assert str(profile.task.kind) == "multilabel"
    assert [row["labels"] for row in rows[:2]] == [["a"], ["a", "b"]]


def test_offsets_in_what_is_shown_of_a_web_page(tmp_path: Path) -> None:
    offsets = {"startOffset": 0, "endOffset": 3, "globalOffsets": {"start": 6, "end": 9}}
    value = {"start": "/p[1]", "end": "/p[1]", "text": "Ann", "hypertextlabels": ["PER"], **offsets}
    result = {"id": "x", "from_name": "l", "to_name": "t", "type": "hypertextlabels", "value": value}
    _, rows = _read(tmp_path, _task([result], page="<p>You &amp; <b>Ann</b></p>"))
    assert marked(rows[0]) == [("PER", "Ann")]
    assert rows[0]["html"] == "<p>You &amp; <b>Ann</b></p>"
