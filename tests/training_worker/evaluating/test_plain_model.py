import numpy as np

from tests.training_worker.samples import sms
from training_worker.evaluating.plain_model import plain_answers, plain_flags


def test_the_plain_model_learns_words() -> None:
    texts, labels = sms()
    found = plain_answers(texts[::2], labels[::2], texts[1::2], seed=0)
    assert found is not None
    right = sum(a == b for a, b in zip(found, labels[1::2], strict=True)) / len(found)
    assert right > max(labels.count(name) for name in set(labels)) / len(labels)


def test_without_words_there_is_none() -> None:
    assert plain_answers(["!", "?"], ["a", "b"], ["!"], seed=0) is None


def test_the_plain_model_of_several_labels_learns_words() -> None:
    texts = [f"{thing} number {n}" for n in range(30) for thing in ("bill", "parcel", "bill and parcel", "hello")]
    true = np.array([["bill" in text, "parcel" in text] for text in texts])
    found = plain_flags(texts[:80], true[:80], texts[80:], seed=0)
    assert found is not None
    assert (found == true[80:]).all()
    assert plain_flags(["!"], true[:1], ["?"], seed=0) is None
