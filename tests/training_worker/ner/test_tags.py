"""Names and tags, there and back."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_worker.ner.tags import OUTSIDE, Span, TagSet, has_prefixes, read_tags

LABELS = ("place", "B-side", "I_x")


@st.composite
def marked(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[Span]]:
    """Places of words with gaps between them, and names that begin and end at words and do not overlap."""
    places: list[tuple[int, int]] = []
    spans: list[Span] = []
    at = 0
    left, label = 0, ""
    for _ in range(draw(st.integers(0, 12))):
        start = at + draw(st.integers(0, 2))
        at = start + draw(st.integers(1, 5))
        places.append((start, at))
        if left:
            spans[-1] = Span(spans[-1].start, at, label)
            left -= 1
        elif draw(st.booleans()):
            label, left = draw(st.sampled_from(LABELS)), draw(st.integers(0, 3))
            spans.append(Span(start, at, label))
    return places, spans


def written(places: Sequence[tuple[int, int]], spans: Sequence[Span], scheme: str) -> list[str]:
    """The tags as a file of this scheme has them."""
    tags = [OUTSIDE] * len(places)
    before: Span | None = None
    for span in spans:
        inside = [i for i, (start, end) in enumerate(places) if start >= span.start and end <= span.end]
        for i in inside:
            first, last = i == inside[0], i == inside[-1]
            touches = before is not None and before.label == span.label and i > 0 and places[i - 1][1] == before.end
            letter = {
                "iob2": "B" if first else "I",
                "iob1": "B" if first and touches else "I",
                "bioes": "S" if first and last else "B" if first else "E" if last else "I",
                "bilou": "U" if first and last else "B" if first else "L" if last else "I",
                "io": "",
            }[scheme]
            tags[i] = f"{letter}-{span.label}" if letter else span.label
        before = span
    return tags


@pytest.mark.parametrize("scheme", ["iob2", "iob1", "bioes", "bilou"])
@given(case=marked())
def test_the_tags_of_every_scheme_give_the_names_back(
    scheme: str, case: tuple[list[tuple[int, int]], list[Span]]
) -> None:
    places, spans = case
    tags = written(places, spans, scheme)
    assert has_prefixes(tags) == bool(spans)
    assert read_tags(tags, places, prefixed=True) == spans


@given(case=marked())
def test_bare_labels_give_back_names_that_do_not_touch_one_of_their_kind(
    case: tuple[list[tuple[int, int]], list[Span]],
) -> None:
    places, spans = case
    found = read_tags(written(places, spans, "io"), places, prefixed=False)
    together: list[Span] = []
    ends = {start: before[1] for before, (start, _) in pairwise(places)}
    for span in spans:
        if together and together[-1].label == span.label and ends.get(span.start) == together[-1].end:
            together[-1] = together[-1]._replace(end=span.end)
        else:
            together.append(span)
    assert found == together


def test_labels_that_look_like_prefixes_are_labels_where_others_have_none() -> None:
    assert not has_prefixes(["B-side", "place"])
    assert has_prefixes(["O", "", "B_side", "I-side"])


@given(case=marked())
def test_numbers_of_tags_give_the_names_back(case: tuple[list[tuple[int, int]], list[Span]]) -> None:
    places, spans = case
    tags = TagSet(LABELS)
    found = tags.names_in(np.array(tags.encode(places, spans), np.int64))
    assert [Span(places[a][0], places[b - 1][1], LABELS[label]) for a, b, label in found] == spans


def test_a_word_that_a_name_only_touches_belongs_to_it_and_unknown_labels_are_outside() -> None:
    places = [(0, 4), (5, 12), (13, 15)]
    assert TagSet(["a"]).encode(places, [Span(7, 14, "a")]) == [0, 1, 2]
    assert TagSet(["a"]).encode(places, [Span(0, 4, "new"), Span(5, 12, "a")]) == [0, 1, 0]


@given(st.integers(0, 6).flatmap(lambda n: st.lists(st.lists(st.floats(-9, 0), min_size=7, max_size=7), max_size=n)))
def test_the_best_tags_are_the_best_of_all_that_are_right(rows: list[list[float]]) -> None:
    """Compared with every sequence there is, for short texts."""
    tags = TagSet(LABELS)
    scores = np.array(rows[:3]).reshape(-1, 7)
    path = tags.best(scores)

    def right(sequence: tuple[int, ...]) -> bool:
        return all(tag == 0 or tag % 2 or before in (tag, tag - 1) for before, tag in pairwise((0, *sequence)))

    every = [s for s in np.ndindex(*[7] * len(scores)) if right(s)]
    best = max(sum(scores[i, tag] for i, tag in enumerate(s)) for s in every)
    assert right(tuple(path.tolist()))
    assert scores[np.arange(len(path)), path].sum() == pytest.approx(best)
