"""Results of every task in plain words: what it found, what the simplest thing would find, and no word too many."""

from collections.abc import Callable

import pytest

from tests.tools.conftest import Call, Worker
from tools.cards import MetricsCard, MistakesCard, SamplesCard
from tools.context import ToolContext
from tools.task_words import CHOSEN_BY, baseline_sentence, headline, in_short, meaning
from workspace.dataset import Dataset, TaskKind
from workspace.metrics import METRICS, TASK_METRICS
from workspace.model import ClassScore, Entity, Evaluation, Mistake, Sample
from workspace.run import Run

LABELS = Evaluation(
    rows=200,
    metrics={"micro_f1": 0.79, "micro_precision": 0.81, "micro_recall": 0.77, "macro_f1": 0.7, "subset_accuracy": 0.6},
    intervals={"micro_f1": (0.75, 0.82)},
    baseline={"micro_f1": 0.3, "micro_recall": 0.35},
    per_class=[ClassScore(label="late", precision=0.8, recall=0.7, f1=0.75, support=80)],
    labels=["late", "wet"],
    mistakes=[Mistake(text="it is late and wet", expected="late, wet", predicted="late", score=0.9)],
    wrong=80,
    thresholds={"late": 0.4, "wet": 0.6},
)
PLACES = Evaluation(
    rows=300,
    metrics={"entity_f1": 0.8, "entity_precision": 0.82, "entity_recall": 0.78, "partial_f1": 0.84},
    intervals={"entity_f1": (0.77, 0.83)},
    baseline={"entity_f1": 0.3, "entity_recall": 0.25},
    per_class=[ClassScore(label="person", precision=0.8, recall=0.7, f1=0.75, support=80)],
    labels=["person"],
    mistakes=[
        Mistake(
            text="Ann met Bob",
            expected="Ann (person), Bob (person)",
            predicted="Ann (person)",
            score=0.0,
            expected_entities=[
                Entity(start=0, end=3, label="person", text="Ann"),
                Entity(start=8, end=11, label="person", text="Bob"),
            ],
            predicted_entities=[Entity(start=0, end=3, label="person", text="Ann", score=0.9)],
        )
    ],
    wrong=60,
)
ANSWERS = Evaluation(
    rows=40,
    metrics={"loss": 1.5, "perplexity": 4.48, "chrf": 31.2, "rouge_l": 0.25},
    intervals={"loss": (1.4, 1.6)},
    baseline={"loss": 2.0, "perplexity": 7.39},
    samples=[Sample(prompt="Thank them", reference="Thank you.", before="them them", after="Thanks a lot.\nBye")],
)
ALL = {TaskKind.MULTILABEL: LABELS, TaskKind.NER: PLACES, TaskKind.GENERATION: ANSWERS}


@pytest.fixture
def ended(call: Call, load: Callable[..., Dataset], worker: Worker, context: ToolContext) -> Callable[[TaskKind], Run]:
    """A run of that task that ended with the evaluation of above."""

    def run(task: TaskKind) -> Run:
        answers = {
            TaskKind.MULTILABEL: lambda i: ("late;wet", "late", "wet;late", "wet")[i % 4],
            TaskKind.NER: lambda i: '[{"start": 0, "end": 3, "label": "person"}]',
            TaskKind.GENERATION: lambda i: f"Thank you, we looked into your case number {i} and found the reason.",
        }[task]
        load([(f"Ann wrote us letter number {i}, it is about item {7 * i}", answers(i)) for i in range(60)])
        call("inspect_dataset", task=task.value, text=["body"], label="team")
        plan = call("propose_plan", task=task.value, text=["body"], label="team").data["plan_id"]
        return worker.train(context.workspace.plans.get(str(plan)), ALL[task], context.conversation_id)

    return run


@pytest.mark.parametrize(
    ("task", "said", "short", "base"),
    [
        (TaskKind.MULTILABEL, "it finds 77 of 100 labels, and 81 of 100 labels it gives are right", "finds 77", "35"),
        (TaskKind.NER, "it finds 78 of 100 places, and 82 of 100 places it marks are right", "finds 78", "25"),
        (TaskKind.GENERATION, "is 25 % lower than before training (perplexity 4.5; before", "25 % less error", "Read"),
    ],
)
def test_a_result_is_told_in_one_sentence(task: TaskKind, said: str, short: str, base: str) -> None:
    assert said in headline(task, ALL[task])
    assert in_short(task, ALL[task]).startswith(short)
    assert base in baseline_sentence(task, ALL[task])


def test_every_figure_that_is_shown_has_a_meaning_and_every_choice_a_name() -> None:
    for figures in TASK_METRICS.values():
        assert all(name in METRICS and len(meaning(name, 0.5)) > 20 for name in figures.shown)
        assert all(name in CHOSEN_BY for name in figures.choosing)


def test_a_model_that_writes_no_better_is_called_so() -> None:
    worse = ANSWERS.model_copy(update={"metrics": {**ANSWERS.metrics, "loss": 2.1}})
    assert "does not expect" in headline(TaskKind.GENERATION, worse)


def test_several_labels_are_explained_with_their_mistakes(call: Call, ended: Callable[[TaskKind], Run]) -> None:
    ended(TaskKind.MULTILABEL)
    output = call("explain_results")
    card = MetricsCard.of(output.cards[0].data)
    assert card.verdict == "good"
    assert [m.name for m in card.metrics] == ["micro_precision", "micro_recall", "macro_f1", "subset_accuracy"]
    assert [c.kind for c in output.cards] == ["metrics"]
    mistakes = MistakesCard.of(call("show_mistakes", label="wet").cards[0].data)
    assert mistakes.mistakes[0].expected == "late, wet"
    assert MistakesCard.of(call("show_mistakes").cards[0].data).total == 80


def test_marked_words_are_shown_as_they_should_be_and_as_they_are(call: Call, ended: Callable[[TaskKind], Run]) -> None:
    ended(TaskKind.NER)
    assert MetricsCard.of(call("explain_results").cards[0].data).verdict == "good"
    mistake = MistakesCard.of(call("show_mistakes").cards[0].data).mistakes[0]
    assert [(p.text, p.label) for p in mistake.expected_parts] == [
        ("Ann", "person"),
        (" met ", None),
        ("Bob", "person"),
    ]
    assert [(p.text, p.label) for p in mistake.predicted_parts] == [("Ann", "person"), (" met Bob", None)]


def test_what_is_written_is_shown_beside_what_was_wished_for(call: Call, ended: Callable[[TaskKind], Run]) -> None:
    ended(TaskKind.GENERATION)
    output = call("explain_results")
    assert [c.kind for c in output.cards] == ["metrics", "samples"]
    assert "no mistakes" not in str(output.data).lower()
    sample = SamplesCard.of(call("show_mistakes").cards[0].data).samples[0]
    assert sample.after == "Thanks a lot.\nBye"
