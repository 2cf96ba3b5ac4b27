"""Files of the readers of documents and containers, mangled at random: a table or one of our errors, nothing else."""

import gzip
import io
import random
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workspace.reading.documents import PARAGRAPHS, ROWS, csv, opendocument, page, pdf, tarred, word, zipped
from tests.workspace.reading.test_arrow import NAMED, ipc_file, stream
from workspace.errors import InputError
from workspace.reading import Limits, read
from workspace.reading.child import reader_of
from workspace.reading.source import Source

_TEXT = ("# Head\n\n" + "\n\n".join(PARAGRAPHS)).encode()
DOCUMENTS = {
    "html": page(ROWS, "<h1>Head</h1>", "<p>&amp; foot"),
    "docx": word(PARAGRAPHS, ROWS, "Head"),
    "odt": opendocument(ROWS),
    "pdf": pdf(PARAGRAPHS, ROWS),
}
OTHERS = {
    "a.arrow": stream(NAMED),
    "b.arrow": ipc_file(NAMED),
    "c.arrow": ipc_file(NAMED, "lz4"),
    "a.zip": zipped({"train.csv": csv(), "test.csv": csv(ROWS[:4]), "more/x.txt": _TEXT}),
    "a.tar.gz": tarred({f"{label}/{i}.txt": _TEXT for label in "ab" for i in range(3)}),
    "a.csv.gz": gzip.compress(csv()),
    "a.md": _TEXT,
}


def mangled(data: bytes, chance: random.Random) -> bytes:
    """A copy with bytes changed, cut out, doubled or put in, or cut off."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(len(found) + 1)
        length = chance.choice((1, 1, 2, 8, 64))
        match chance.randrange(5):
            case 0:
                found[place : place + length] = chance.randbytes(length)
            case 1:
                del found[place : place + length]
            case 2:
                found[place:place] = found[place : place + length] * 2
            case 3:
                found[place:place] = chance.choice((b"\0", b"\xff" * 8, b"<table>", b"<!DOCTYPE x [", b"PK\x03\x04"))
            case 4 if chance.random() < 0.2:
                del found[place:]
    return bytes(found)


def fuzz(count: int) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_in_place(kind: str, data: bytes) -> None:
    """What the process for documents does, here: an error of a parser that is not mapped would be seen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        path.write_bytes(data)
        try:
            opened = reader_of(kind)(Source(path, f"a.{kind}", Limits(), None, None, Path(folder)))
            assert all(batch.schema == opened.schema for batch in opened.batches)
        except InputError as error:
            known = error
        else:
            return
        assert known.next_step


@pytest.mark.parametrize("kind", ["html", "docx", "odt"])
@fuzz(30)
@given(chance=st.randoms(use_true_random=False))
def test_a_mangled_document(kind: str, chance: random.Random) -> None:
    read_in_place(kind, mangled(DOCUMENTS[kind], chance))


@pytest.mark.slow
@fuzz(30)
@given(chance=st.randoms(use_true_random=False))
def test_a_mangled_pdf(chance: random.Random) -> None:
    read_in_place("pdf", mangled(DOCUMENTS["pdf"], chance))


@pytest.mark.parametrize("name", OTHERS)
@fuzz(30)
@given(chance=st.randoms(use_true_random=False))
def test_a_mangled_file(name: str, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(mangled(OTHERS[name], chance))
        # Another kind may come out (a mangled zip may begin like a picture); documents are tried above.
        out = Path(folder) / "table.parquet"
        try:
            profile = read(path, name=name, out=out, limits=Limits())
        except InputError:
            assert not out.exists()
        else:
            assert pq.read_metadata(out).num_rows == profile.rows


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.html"])
def test_noise_behind_the_first_bytes_of_a_kind(name: str, tmp_path: Path) -> None:
    start = {"a.docx": b"PK\x03\x04", "a.pdf": b"%PDF-1.7\n", "a.html": b"<html>"}[name]
    path = tmp_path / "upload"
    path.write_bytes(start + random.Random(7).randbytes(5_000))
    with pytest.raises(InputError):
        read(path, name=name, out=tmp_path / "table.parquet", limits=Limits())


def test_a_file_of_two_natures_is_read_as_what_it_begins_with(tmp_path: Path) -> None:
    both = io.BytesIO(csv())
    both.seek(0, io.SEEK_END)
    both.write(zipped({"other.csv": b"a,b\n1,2\n"}))
    path = tmp_path / "upload"
    path.write_bytes(both.getvalue())
    with pytest.raises(InputError) as caught:
        read(path, name="rows.csv", out=tmp_path / "table.parquet", limits=Limits())
    assert caught.value.code == "NOT_TEXT"
