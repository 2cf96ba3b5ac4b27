from tests.training_worker.samples import sms
from training_worker.evaluating.plain_model import plain_answers


def test_the_plain_model_learns_words() -> None:
    texts, labels = sms()
    found = plain_answers(texts[::2], labels[::2], texts[1::2], seed=0)
    assert found is not None
    right = sum(a == b for a, b in zip(found, labels[1::2], strict=True)) / len(found)
    assert right > max(labels.count(name) for name in set(labels)) / len(labels)


def test_without_words_there_is_none() -> None:
    assert plain_answers(["!", "?"], ["a", "b"], ["!"], seed=0) is None
