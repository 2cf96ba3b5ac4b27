"""What an evaluation of found names says, with a model that answers what it is told."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from tests.training_worker.ner.samples import ner_plan
from training_worker.data import LabelledRows
from training_worker.job import Answers
from training_worker.kinds.base import OnProgress
from training_worker.kinds.ner import KIND
from training_worker.ner.evaluation import evaluate_ner, mark_known, name_list
from training_worker.ner.predictor import mixed, names_of
from training_worker.ner.rows import strata
from training_worker.ner.tags import Span, TagSet
from training_worker.split import Split
from workspace.dataset import TaskKind
from workspace.labelling_words import words_of
from workspace.model import Entity, Prediction


class ListPredictor:
    """A model that marks the words of a list."""

    task = TaskKind.NER

    def __init__(self, names: dict[tuple[str, ...], str]) -> None:
        self.meta: dict[str, Any] = {}
        self.names = names
        self.labels = sorted(set(names.values()))

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        found = []
        for text, spans in zip(texts, mark_known(self.names, texts), strict=True):
            entities = [
                Entity(start=s.start, end=s.end, label=s.label, text=text[s.start : s.end], score=0.9) for s in spans
            ]
            found.append(Prediction(text=text, entities=entities))
        return found

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        yield from self.predict(list(texts))


def _rows(*pairs: tuple[str, list[Span]]) -> LabelledRows:
    targets = [tuple(spans) for _, spans in pairs]
    return LabelledRows([text for text, _ in pairs], strata(targets), targets=targets)


LEARN = _rows(
    ("Ann flew to New York", [Span(0, 3, "who"), Span(12, 20, "where")]),
    ("New York is big, Ann", [Span(0, 8, "where"), Span(17, 20, "who")]),
    ("May we go to May", [Span(13, 16, "who")]),
)


def test_the_list_of_known_names_leaves_out_words_that_are_as_often_something_else() -> None:
    assert name_list(LEARN) == {("ann",): "who", ("new", "york"): "where"}
    found = mark_known(name_list(LEARN), ["In new york ann", "new jersey", ""])
    assert found == [[Span(3, 11, "where"), Span(12, 15, "who")], [], []]


def test_an_evaluation_tells_missed_invented_and_wrongly_bounded_names() -> None:
    rows = _rows(
        ("Ann is here", [Span(0, 3, "who")]),
        ("York and Bo", [Span(0, 4, "where"), Span(9, 11, "who")]),
        ("Ann", []),
    )
    model = ListPredictor({("ann",): "who", ("york", "and"): "where"})
    evaluation = evaluate_ner(model, rows, LEARN, seed=1)
    assert evaluation.metrics["entity_precision"] == 0.333333
    assert evaluation.metrics["entity_recall"] == 0.333333
    assert evaluation.metrics["type_f1"] == 0.666667
    assert evaluation.metrics["partial_f1"] == 0.5
    assert evaluation.baseline["entity_recall"] == 0.333333
    assert evaluation.wrong == 2
    assert [(m.expected, m.predicted) for m in evaluation.mistakes] == [
        ("York (where), Bo (who)", "York and (where)"),
        ("", "Ann (who)"),
    ]
    by_label = {score.label: score for score in evaluation.per_class}
    assert (by_label["who"].support, by_label["where"].support) == (2, 1)
    assert by_label["where"].f1 == 0.0


def test_the_score_to_choose_by_counts_names_in_the_rows_that_were_asked() -> None:
    split = Split(LEARN, LEARN, KIND.labels(LEARN), [])
    who, where = split.labels.index("who"), split.labels.index("where")
    answers: Answers = np.array([[0, 0, 8, where], [1, 13, 16, who], [1, 0, 3, who]])
    rows = np.array([1, 2])
    assert KIND.score(ner_plan("auto"), split, rows, answers) == 2 * 2 / (3 + 3)
    kept = KIND.select(answers, np.array([1]))
    assert kept.tolist() == [[0, 13, 16, who], [0, 0, 3, who]]
    assert KIND.score(ner_plan("auto"), split, rows[1:], kept) == 2 * 1 / (2 + 1)
    assert KIND.select(answers, np.array([], np.int64)).shape == (0, 4)


def test_two_taggers_together_lie_between_both() -> None:
    tags = TagSet(["who"])
    places = words_of("Ann ran")
    sure = np.log(np.array([[0.02, 0.96, 0.02], [0.9, 0.05, 0.05]]))
    unsure = np.log(np.array([[0.5, 0.3, 0.2], [0.4, 0.3, 0.3]]))
    (both,) = mixed([sure], [unsure], 0.5)
    assert np.allclose(np.exp(both).sum(axis=1), 1)
    assert np.allclose(mixed([sure], [unsure], 0.0)[0], sure)
    ((span, score),) = names_of(tags, places, both)
    assert span == Span(0, 3, "who")
    assert 0.3 < score < 0.96
    assert names_of(tags, places, unsure) == []
