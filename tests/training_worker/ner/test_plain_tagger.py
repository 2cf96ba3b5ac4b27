"""What the plain model beside a score for names finds, and when there is none."""

import pytest

from tests.training_worker.ner.samples import tagged
from training_worker.data import LabelledRows
from training_worker.ner import plain_tagger
from training_worker.ner.plain_tagger import plain_names
from training_worker.ner.rows import strata, text_of
from training_worker.ner.scoring import entity_f1
from training_worker.ner.tags import Span, read_tags


def _rows(*pairs: tuple[str, tuple[Span, ...]]) -> LabelledRows:
    targets = [spans for _, spans in pairs]
    return LabelledRows([text for text, _ in pairs], strata(targets), targets=targets)


CITIES = ("Rome", "Oslo", "Paris", "Lima", "Cairo", "Delhi")
TRIPS = _rows(
    *((f"We flew to {city} today", (Span(11, 11 + len(city), "where"),)) for city in CITIES),
    *((f"{city} is big", (Span(0, len(city), "where"),)) for city in CITIES),
    ("We ate today", ()),
)


def test_it_finds_a_name_it_never_saw_by_what_stands_around_it() -> None:
    assert plain_names(TRIPS, ["We flew to Bern today", "", "We ate"], 0) == [[Span(11, 15, "where")], [], []]


def test_texts_are_asked_in_parts_and_answers_stay_with_their_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [*TRIPS.texts, "", "We flew to Bern today"]
    whole = plain_names(TRIPS, asked, 0)
    monkeypatch.setattr(plain_tagger, "AT_ONCE", 1)
    assert plain_names(TRIPS, asked, 0) == whole


def test_of_many_rows_it_learns_from_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    half = plain_names(TRIPS.take(range(0, len(TRIPS), 2)), TRIPS.texts, 0)
    monkeypatch.setattr(plain_tagger, "MOST_CHARS", sum(map(len, TRIPS.texts)) - 1)
    assert plain_names(TRIPS, TRIPS.texts, 0) == half


def test_there_is_none_without_names_or_without_anything_else() -> None:
    assert plain_names(_rows(("We ate today", ()), ("So did we", ())), ["Rome"], 0) is None
    assert plain_names(_rows(("Rome", (Span(0, 4, "where"),))), ["Rome"], 0) is None
    assert plain_names(_rows(), ["Rome"], 0) is None


def test_on_real_texts_it_knows_what_it_learned() -> None:
    words = [text_of(words) for words, _ in tagged()]
    names = [tuple(read_tags(tags, places, True)) for (_, places), (_, tags) in zip(words, tagged(), strict=True)]
    rows = _rows(*zip([text for text, _ in words], names, strict=True))
    found = plain_names(rows, rows.texts, 0)
    assert found is not None
    assert entity_f1(rows.targets, found) > 0.9
