"""The quick model of marked words, on texts made of a pattern."""

from training_worker.label_spans import Marked, SpanModel, judge_spans
from workspace.labelling import LabelSpan

NAMES = ["Ann Lee", "Bo Kim", "Cid Ray", "Dora Hill", "Eve Stone", "Finn Moor", "Gus Park", "Hanna Beck"]
PLACES = ["Paris", "Rome", "Oslo", "Vienna", "Lisbon", "Prague", "Athens", "Dublin"]


def sentence(name: str, place: str) -> Marked:
    text = f"Yesterday {name} came from {place} by train."
    found = [(name, "c1"), (place, "c2")]
    return Marked.of(text, [LabelSpan(start=text.index(w), end=text.index(w) + len(w), label=key) for w, key in found])


def test_it_marks_names_and_places_that_it_never_saw() -> None:
    model = SpanModel([sentence(n, p) for n, p in zip(NAMES[:6], PLACES[:6], strict=True)], ["c1", "c2"])
    (reading,) = model.read([Marked.of("Yesterday Hanna Beck came from Dublin by train.")])
    assert [(s.start, s.end, s.label) for s in reading.spans] == [(10, 20, "c1"), (31, 37, "c2")]
    known, unknown = model.read(
        [sentence(NAMES[0], PLACES[0]), Marked.of("Sell Acme shares to Bolt Ltd or Paris now?")]
    )
    assert unknown.doubt > known.doubt


def test_without_any_mark_it_suggests_nothing() -> None:
    model = SpanModel([Marked.of("nothing here"), Marked.of("nor here")], ["c1"])
    assert model.read([Marked.of("Ann Lee"), Marked.of("")])[0].spans == []
    assert SpanModel([], ["c1"]).read([Marked.of("Ann")])[0].doubt == 0.0


def test_its_score_is_of_texts_it_has_not_learnt_from() -> None:
    texts = [sentence(n, p) for n, p in zip(NAMES, PLACES, strict=True)]
    f1, low, high, rows = judge_spans(texts, [True] * 8, ["c1", "c2"])
    assert f1 > 0.8
    assert low < f1 <= high
    assert rows == 8
    swapped = [
        Marked(t.text, t.words, [LabelSpan(start=0, end=9, label="c2")] if i % 2 else []) for i, t in enumerate(texts)
    ]
    assert judge_spans(swapped, [True] * 8, ["c1", "c2"])[0] < 0.9
