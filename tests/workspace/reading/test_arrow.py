"""Arrow files, and what the ``datasets`` library of Hugging Face writes: folders, shards, names behind numbers."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workspace.reading.documents import zipped
from tests.workspace.reading.files import read_bytes
from workspace.errors import UnreadableFile
from workspace.reading import Limits, read
from workspace.reading.features import names_in_schema

TABLE = pa.table(
    {
        "text": [f"words number {i} of this row" for i in range(30)],
        "label": pa.array([i % 2 if i else -1 for i in range(30)], pa.int64()),
        "stars": pa.array([float(i % 5) for i in range(30)]),
        "tags": pa.array([[0, 1], [], None] * 10, pa.list_(pa.int64())),
    }
)
FEATURES = {
    "text": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["calm", "angry"], "_type": "ClassLabel"},
    "stars": {"dtype": "float64", "_type": "Value"},
    "tags": {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "Sequence"},
}
NAMED = TABLE.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": FEATURES}})})


def stream(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    return out.getvalue()


def ipc_file(table: pa.Table, compression: str | None = None) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table, max_chunksize=7)
    return out.getvalue()


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [stream(TABLE), ipc_file(TABLE), ipc_file(TABLE, "lz4")], ids=["stream", "file", "lz4"]
)
def test_both_arrow_formats(data: bytes, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "a.arrow", data)
    assert (profile.format, profile.rows, profile.encoding) == ("arrow", 30, None)
    assert table["text"] == TABLE["text"].to_pylist()
    assert table["label"][:3] == ["-1", "1", "0"]
    assert table["stars"][:3] == ["0", "1", "2"]
    assert table["tags"][:3] == [["0", "1"], [], None]


@pytest.mark.parametrize("data", [stream(NAMED), ipc_file(NAMED), parquet(NAMED)], ids=["stream", "file", "parquet"])
def test_numbers_of_labels_become_their_names(data: bytes, tmp_path: Path) -> None:
    _, table = read_bytes(tmp_path, "a", data)
    assert table["label"][:4] == [None, "angry", "calm", "angry"]
    assert table["tags"][:3] == [["O", "B-PER"], [], None]
    assert table["text"] == TABLE["text"].to_pylist()


def test_a_number_without_a_name_stays_a_number(tmp_path: Path) -> None:
    table = TABLE.set_column(1, "label", pa.array([*range(5)] * 6)).replace_schema_metadata(NAMED.schema.metadata)
    assert read_bytes(tmp_path, "a.arrow", stream(table))[1]["label"][:5] == ["calm", "angry", "2", "3", "4"]


@pytest.mark.parametrize(
    "metadata",
    [{}, {"huggingface": "no json"}, {"huggingface": "[]"}, {"huggingface": '{"info": {"features": {"label": 3}}}'}],
)
def test_other_metadata_does_no_harm(metadata: dict[str, str]) -> None:
    assert names_in_schema(TABLE.schema.with_metadata(metadata)) == {}


def saved(folder: Path, split: str = "") -> None:
    """As ``Dataset.save_to_disk`` writes it (the names in ``dataset_info.json``, leftovers of a cache beside it)."""
    there = folder / split
    there.mkdir(parents=True)
    (there / "data-00000-of-00002.arrow").write_bytes(stream(TABLE.slice(0, 20)))
    (there / "data-00001-of-00002.arrow").write_bytes(stream(TABLE.slice(20)))
    (there / "cache-0123456789abcdef.arrow").write_bytes(stream(TABLE))
    (there / "dataset_info.json").write_text(json.dumps({"features": FEATURES, "citation": "", "splits": {}}))
    (there / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00002.arrow"}]}))


def test_a_folder_of_save_to_disk(tmp_path: Path) -> None:
    saved(tmp_path / "set")
    profile = read(tmp_path / "set", name="set", out=tmp_path / "t.parquet", limits=Limits())
    table = pq.read_table(tmp_path / "t.parquet").to_pydict()
    assert (profile.format, profile.rows) == ("arrow", 30)
    assert [c.name for c in profile.columns] == ["text", "label", "stars", "tags"]
    assert table["text"] == TABLE["text"].to_pylist()
    assert table["label"][1] == "angry"


def test_a_folder_of_splits(tmp_path: Path) -> None:
    saved(tmp_path / "set", "train")
    saved(tmp_path / "set", "test")
    (tmp_path / "set" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    profile = read(tmp_path / "set", name="set", out=tmp_path / "t.parquet", limits=Limits())
    table = pq.read_table(tmp_path / "t.parquet").to_pydict()
    assert profile.rows == 60
    assert table["split"] == ["train"] * 30 + ["test"] * 30
    assert set(table["label"]) == {None, "angry", "calm"}


def test_a_repository_of_the_hub_with_its_names_in_the_card(tmp_path: Path) -> None:
    card = (
        "---\nlicense: mit\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n  - name: label\n"
        "    dtype:\n      class_label:\n        names:\n          '0': calm\n          '1': angry\n---\n# Tempers\n"
    )
    files = {
        "README.md": card.encode(),
        "data/train-00000-of-00002.parquet": parquet(TABLE.slice(0, 10)),
        "data/train-00001-of-00002.parquet": parquet(TABLE.slice(10, 10)),
        "data/test-00000-of-00001.parquet": parquet(TABLE.slice(20)),
        ".gitattributes": b"*.parquet filter=lfs\n",
    }
    profile, table = read_bytes(tmp_path, "tempers.zip", zipped(files))
    assert profile.format == "parquet"
    assert table["split"] == ["train"] * 20 + ["test"] * 10
    assert table["label"][:3] == [None, "angry", "calm"]


@pytest.mark.parametrize(
    "data",
    [stream(TABLE)[:200], ipc_file(TABLE)[:-40], b"ARROW1\0\0" + b"\0" * 50, b"\xff\xff\xff\xff\x10\0\0\0" + b"x" * 50],
    ids=["cut stream", "cut file", "empty file", "noise"],
)
def test_damaged_arrow_files(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, "a.arrow", data)
    assert caught.value.code == "FILE_DAMAGED"
