"""Windows over long texts."""

from hypothesis import given
from hypothesis import strategies as st

from training_worker.ner.windows import windows


@given(length=st.integers(0, 400), size=st.integers(2, 60), data=st.data())
def test_each_place_counts_once_and_is_seen_with_its_neighbours(length: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    found = windows(length, size, overlap)
    kept = [i for w in found for i in range(w.keep_from, w.keep_to)]
    assert kept == list(range(length))
    for window in found:
        assert 0 <= window.start <= window.keep_from <= window.keep_to <= window.stop <= length
        assert window.stop - window.start <= size
        assert window.start == 0 or window.keep_from - window.start >= overlap // 2
        assert window.stop == length or window.stop - window.keep_to >= overlap // 2
