"""The rows that checks look at, and equal keys among many rows."""

import numpy as np
import pyarrow as pa
import pytest

from workspace.judging import sample as sampling
from workspace.judging.sample import SpreadRows
from workspace.judging.spool import Spool, repeated


def spread(rows: int, batch: int, text: str = "{}") -> SpreadRows:
    kept = SpreadRows(pa.schema([pa.field("text", pa.string())]))
    numbers = [text.format(number) for number in range(rows)]
    for at in range(0, rows, batch):
        kept.see(pa.record_batch({"text": numbers[at : at + batch]}))
    return kept


def test_short_table_is_kept_whole() -> None:
    sample = spread(500, 64).sample()
    assert sample.complete
    assert sample.table["text"].to_pylist() == [str(number) for number in range(500)]
    assert sample.part(10) is sample
    assert sample.at_most(10).table.num_rows == 10


@pytest.mark.parametrize("batch", [1, 7, 1_000, 5_000])
def test_long_table_is_thinned_evenly_whatever_its_batches(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "WHOLE", 100)
    sample = spread(5_000, batch).sample()
    assert 50 <= len(sample.rows) <= 100
    assert not sample.complete
    assert sample.total == 5_000
    assert sample.table["text"].to_pylist() == [str(row) for row in sample.rows.tolist()]
    assert len(set(np.diff(sample.rows).tolist())) == 1
    texts = sample.part(20).texts(["text"])
    assert len(texts.texts) == 20
    assert texts.estimate(10) == 2_500
    assert sample.values_at(["text"], [1]) == [str(sample.rows[1])]


def test_long_texts_are_bounded_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_BYTES", 100_000)
    sample = spread(300, 10, "{} " + "x" * 1_000).sample()
    assert sample.table.nbytes <= 100_000
    assert len(sample.rows) >= 40


def test_no_rows() -> None:
    sample = spread(0, 1).sample()
    assert (sample.total, sample.table.num_rows, len(sample.texts(["text"]).texts)) == (0, 0, 0)


@pytest.mark.parametrize("in_memory", [7, 64, 10_000])
def test_equal_keys_meet_in_one_part(in_memory: int) -> None:
    chance = np.random.default_rng(5)
    keys = chance.integers(0, 2**64, 300, dtype=np.uint64)[chance.integers(0, 300, 1_000)]
    valid = chance.random(1_000) < 0.9
    seen: dict[int, list[int]] = {}
    with Spool(1_000, in_memory) as spool:
        for at in range(0, 1_000, 128):
            here = slice(at, at + 128)
            spool.add(at, keys[here], keys[here] + np.uint64(1), valid[here])
        for part in spool.parts():
            assert (np.diff(part.rows) > 0).all()
            assert (part.values == part.keys + np.uint64(1)).all()
            assert not seen.keys() & set(part.keys.tolist())
            for key, row in zip(part.keys.tolist(), part.rows.tolist(), strict=True):
                seen.setdefault(key, []).append(row)
    wanted: dict[int, list[int]] = {}
    for row in np.flatnonzero(valid).tolist():
        wanted.setdefault(int(keys[row]), []).append(row)
    assert seen == wanted


def test_repeated_tells_keys_apart_that_differ_in_the_last_bit() -> None:
    keys = np.array([8, 9, 1 << 40, 8, (1 << 40) + 1, 7, 1 << 40], dtype=np.uint64)
    assert repeated(keys).tolist() == [0, 2, 3, 6]
    assert repeated(keys[:1]).tolist() == []
    assert repeated(np.zeros(0, dtype=np.uint64)).tolist() == []
