"""Words that mattered: what a model loses without them."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from training_worker.evaluating.attribution import MOST_ASKED, MOST_PARTS, words_that_mattered
from training_worker.evaluation import evaluate

WEIGHTS = {"refund": 3.0, "card": 1.0, "parcel": -2.0}
ASKED: list[int] = []


def _model(texts: Sequence[str]) -> NDArray[np.float64]:
    """A logistic regression on words: its weights are known."""
    ASKED.append(len(texts))
    sums = np.array([sum(WEIGHTS.get(word.strip(".,!"), 0.0) for word in text.split()) for text in texts])
    p = 1 / (1 + np.exp(-sums))
    return np.stack([p, 1 - p], axis=1)


def test_a_sum_of_word_weights_is_told_exactly() -> None:
    text = "Where is the refund for my card, and no reply!"
    (words,) = words_that_mattered(_model, [text], [0])
    assert {w.word: round(w.weight, 3) for w in words} == {"refund": 3.0, "card": 1.0}
    assert all(text[w.start : w.end] == w.word for w in words)


def test_for_the_other_answer_the_signs_turn() -> None:
    (words,) = words_that_mattered(_model, ["a refund for the card"], [1])
    assert {w.word: round(w.weight, 2) for w in words} == {"refund": -3.0, "card": -1.0}


def test_all_is_asked_in_one_batch_and_long_texts_cost_no_more() -> None:
    ASKED.clear()
    long = "word " * 500 + "refund"
    found = words_that_mattered(_model, [long] * (MOST_ASKED + 5), [0] * (MOST_ASKED + 5))
    assert len(ASKED) == 1
    assert ASKED[0] <= MOST_ASKED * (MOST_PARTS + 1)
    assert "refund" in found[0][0].word
    assert found[MOST_ASKED:] == [[]] * 5


@pytest.mark.parametrize("text", ["", "refund", "!!!"])
def test_a_text_of_one_word_has_nothing_to_leave_out(text: str) -> None:
    assert words_that_mattered(_model, [text], [0]) == [[]]


def test_mistakes_tell_the_words_that_spoke_for_what_was_said() -> None:
    texts = ["my refund is late", "the parcel is late"]
    found = evaluate(texts, ["shipping", "shipping"], _model(texts), ["billing", "shipping"], ask=_model)
    (mistake,) = found.mistakes
    assert (mistake.predicted, mistake.words_for) == ("billing", "billing")
    assert [w.word for w in mistake.words] == ["refund"]
