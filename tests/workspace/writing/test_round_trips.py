"""Write → read gives the same, for every format: the samples, and texts and marks at random."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.workspace.reading.annotations.rows import SAMPLES, Rows, rows_of
from workspace.reading import Limits, read
from workspace.reading.annotations.spans import plain
from workspace.reading.records import OBJECT, json_text
from workspace.writing import WRITERS, write_table

_QUICK = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
_ENDINGS = {"brat": "zip", "conll": "conll", "conllu": "conllu", "iob": "iob", "webanno": "tsv", "fasttext": "txt"}
_ENDINGS |= {"labelstudio": "json", "spacy": "json", "json": "json", "csv": "csv", "tsv": "tsv", "parquet": "parquet"}


def _again(table: Path, form: str, folder: Path) -> Rows:
    out = folder / f"out.{_ENDINGS.get(form, 'jsonl')}"
    write_table(table, out, form)
    profile = read(out, name=out.name, out=folder / "again.parquet", limits=Limits())
    if form not in ("csv", "tsv", "json", "jsonl", "parquet"):
        assert profile.format == form
    return rows_of(profile, pq.read_table(folder / "again.parquet").to_pydict())[1]


def _content(row: dict[str, Any]) -> dict[str, Any]:
    """What must survive: spans by place and label in any order, tags, labels, the text, relations and the like."""
    kept: dict[str, Any] = {key: row[key] for key in ("tokens", "tags", "label", "labels", "text") if key in row}
    if "spans" in row:
        kept["spans"] = None if row["spans"] is None else sorted(map(plain, row["spans"]))
    more = ("relations", "annotations", "chains", "other_layers", "unused_spans")
    return kept | {key: row[key] for key in more if key in row}


_SAMPLES = sorted(
    path for path in SAMPLES.rglob("*") if path.suffix != ".txt" and path.name != "label_studio_json_min.json"
)


@pytest.mark.parametrize("source", _SAMPLES, ids=lambda path: path.name)
def test_samples_survive_in_their_own_format(source: Path, tmp_path: Path) -> None:
    profile = read(source, name=source.name, out=tmp_path / "t.parquet", limits=Limits())
    _, before = rows_of(profile, pq.read_table(tmp_path / "t.parquet").to_pydict())
    after = _again(tmp_path / "t.parquet", profile.format, tmp_path)
    assert [_content(row) for row in after] == [_content(row) for row in before]


# At random --------------------------------------------------------------------------------------------------------

_SIGNS = st.sampled_from(
    list("abcXY zäß 12.,;|_[]*\\\"'#-><(é") + ["\N{GRINNING FACE}", "世", "\n", "\t", "\u00a0", "e\u0301"]
)
_TEXTS = st.lists(_SIGNS, min_size=3, max_size=40).map("".join).filter(lambda text: bool(text.strip()))
_NAMES = st.sampled_from(["PER", "LOC", "Product-Type", "größe", "A_B"])


@st.composite
def _marked(draw: st.DrawFn, *, overlapping: bool) -> tuple[str, list[dict[str, Any]]]:
    """A text and spans whose edges are no blanks; without two that share a sign where they may not."""
    text = draw(_TEXTS)
    full = [index for index, sign in enumerate(text) if not sign.isspace()]
    spans: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 4))):
        edges = sorted((draw(st.sampled_from(full)), draw(st.sampled_from(full))))
        span = {"start": edges[0], "end": edges[1] + 1, "label": draw(_NAMES)}
        free = all(span["end"] <= other["start"] or other["end"] <= span["start"] for other in spans)
        if (overlapping and span not in spans) or free:
            spans.append(span)
    return text, spans


def _span_table(rows: list[tuple[str, list[dict[str, Any]]]], folder: Path) -> Path:
    field = pa.field("spans", pa.string(), metadata=OBJECT)
    cells = [[text for text, _ in rows], [json_text(spans) for _, spans in rows]]
    table = pa.table(cells, schema=pa.schema([pa.field("text", pa.string()), field]))
    pq.write_table(table, folder / "t.parquet")
    return folder / "t.parquet"


@pytest.mark.parametrize("form", ["doccano", "labelstudio", "prodigy", "spacy", "webanno", "brat", "jsonl", "csv"])
@given(rows=st.lists(_marked(overlapping=True), min_size=1, max_size=6))
@_QUICK
def test_texts_with_any_spans(form: str, rows: list[tuple[str, list[dict[str, Any]]]]) -> None:
    # Something has to be marked for a file to be known as one of marks; brat's folders are known by their files.
    assume(form == "brat" or any(spans for _, spans in rows))
    with tempfile.TemporaryDirectory() as name:
        after = _again(_span_table(rows, Path(name)), form, Path(name))
    assert [row["text"] for row in after] == [text for text, _ in rows]
    assert [sorted(map(plain, row["spans"])) for row in after] == [sorted(map(plain, spans)) for _, spans in rows]


@pytest.mark.parametrize("form", ["conll", "conllu", "iob"])
@given(rows=st.lists(_marked(overlapping=False), min_size=1, max_size=6))
@_QUICK
def test_spans_as_tags_keep_their_words(form: str, rows: list[tuple[str, list[dict[str, Any]]]]) -> None:
    assume(any(spans for _, spans in rows))
    with tempfile.TemporaryDirectory() as name:
        after = _again(_span_table(rows, Path(name)), form, Path(name))
    for row, (text, spans) in zip(after, rows, strict=True):
        assert "".join(row["tokens"]) == "".join(text.split())
        found = [tag[2:] for tag in row["tags"] if tag.startswith("B-")]
        assert found == [span["label"] for span in sorted(spans, key=lambda span: span["start"])]


_WORDS = st.text(st.sampled_from("abXZäß.,#-|_*\\世1"), min_size=1, max_size=6)
_TAGS = st.sampled_from(["O", "O", "B-PER", "I-PER", "B-LOC"])


@pytest.mark.parametrize("form", ["conll", "conllu", "iob", "spacy"])
@given(rows=st.lists(st.lists(st.tuples(_WORDS, _TAGS), min_size=1, max_size=8), min_size=2, max_size=6))
@_QUICK
def test_words_with_tags(form: str, rows: list[list[tuple[str, str]]]) -> None:
    rows = [*rows, [("Ann", "B-PER"), ("Lee", "I-PER"), ("ran", "O")]]
    if form == "iob":
        # Bars within words cannot be told from those between them.
        rows = [[(word.replace("|", "x"), tag) for word, tag in row] for row in rows]
    if form == "spacy":
        # BILUO cannot say that a name goes on from nothing.
        rows = [[(word, tag.replace("I-PER", "O")) for word, tag in row] for row in rows]
    lists = pa.list_(pa.string())
    columns = [[[cell[part] for cell in row] for row in rows] for part in (0, 1)]
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "t.parquet"
        pq.write_table(pa.table(columns, schema=pa.schema([("tokens", lists), ("tags", lists)])), table)
        after = _again(table, form, Path(name))
    assert [row["tokens"] for row in after] == columns[0]
    assert [row["tags"] for row in after] == columns[1]


@pytest.mark.parametrize("form", ["doccano", "labelstudio", "prodigy", "spacy", "fasttext", "csv", "jsonl", "parquet"])
@given(data=st.data(), several=st.booleans())
@_QUICK
def test_labels(form: str, data: st.DataObject, several: bool) -> None:
    names = ["joy", "fear", "größte_Wut"]
    texts = data.draw(st.lists(_TEXTS.map(lambda text: "x" + " ".join(text.split())), min_size=12, max_size=20))
    labels = [
        data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3 if several else 1, unique=True))
        for _ in texts
    ]
    # Both kinds have to show, so that one label a row is not what the file looks like.
    labels[:3] = [names[:2], names[1:], names[2:]] if several else [[name] for name in names]
    if form == "csv" and several:
        return
    values = labels if several else [row[0] for row in labels]
    column = "labels" if several else "label"
    with tempfile.TemporaryDirectory() as name:
        pq.write_table(pa.table({"text": texts, column: values}), Path(name) / "t.parquet")
        after = _again(Path(name) / "t.parquet", form, Path(name))
    assert [row["text"] for row in after] == texts
    found = [row[column] for row in after]
    assert [sorted(row) for row in found] == [sorted(row) for row in values] if several else found == values


def test_every_writer_is_tested_here() -> None:
    tested = {"doccano", "labelstudio", "prodigy", "spacy", "webanno", "brat", "jsonl", "json", "fasttext"}
    assert set(WRITERS) == tested | {"conll", "conllu", "iob", "csv", "tsv", "parquet"}
