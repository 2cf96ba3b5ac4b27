"""A trained model and how good it is. Pure types."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workspace.dataset import CurvePoint, TaskKind

Measure = Literal["accuracy", "f1", "loss"]
ModelForm = Literal["transformers", "onnx", "onnx-int8", "zip"]
"""In which form somebody takes a model away."""


class ClassScore(BaseModel):
    """How well one label is recognised on the test rows (one row against all other labels)."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int = Field(description="test rows that carry this label")


class Entity(BaseModel):
    """Marked words: characters ``start`` to ``end`` (exclusive, from 0) of a text, and what they are."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)
    label: str
    text: str
    score: float = Field(default=1.0, description="probability; 1 where a person marked it")


class WordWeight(BaseModel):
    """Words of a text (characters ``start`` to ``end``, exclusive) and how much they spoke for an answer."""

    word: str
    start: int
    end: int
    weight: float = Field(description="log odds that the answer loses without them; below 0 they spoke against it")


class Mistake(BaseModel):
    """A test row the model got wrong; ``score`` is the model's (misplaced) confidence.

    ``expected`` and ``predicted`` are a label, several joined by a comma, or marked words in short.
    """

    text: str = Field(description="cut to 500 characters")
    expected: str
    predicted: str
    score: float
    words: list[WordWeight] = Field(default_factory=list, description="those that mattered most, in order of the text")
    words_for: str = Field(default="", description="the answer that they spoke for, or against")
    expected_entities: list[Entity] = Field(default_factory=list, description="task ner: what should be marked")
    predicted_entities: list[Entity] = Field(default_factory=list, description="task ner: what was marked")


class Sample(BaseModel):
    """Task generation: one test prompt, the answer that was wished for, and the answers before and after training."""

    prompt: str
    reference: str
    before: str
    after: str


class Tried(BaseModel):
    """One recipe that was tried, with its score on validation rows."""

    recipe: str
    score: float
    seconds: float
    note: str = ""


class Sureness(BaseModel):
    """What happens where the model answers only from a confidence of ``threshold`` on, and else says "not sure"."""

    threshold: float
    answered: float = Field(description="share of the test rows that get an answer")
    accuracy: float = Field(description="share of these answers that is right")
    wrong_let_pass: int
    right_held_back: int


class ReliabilityBin(BaseModel):
    """The test rows whose confidence lies between ``low`` and ``high``: how sure it was of them, how often right."""

    low: float
    high: float
    rows: int
    confidence: float = Field(description="mean")
    right: float = Field(description="share")


class ThresholdPrice(BaseModel):
    """Two labels: what happens where ``label`` is said from a probability of ``threshold`` on. Counts of test rows."""

    label: str
    threshold: float
    missed: int
    false_alarms: int
    found: int


class Slice(BaseModel):
    """A part of the test rows: those whose ``column`` (or ``length``) has this value."""

    column: str
    value: str
    rows: int
    accuracy: float
    interval: tuple[float, float] = Field(description="95 % interval (Wilson)")


class LearningCurve(BaseModel):
    """How a quick model does with growing parts of the learning rows, and what more of them would bring.

    ``expected`` begins with the rows there are; its intervals hold 80 %.
    """

    points: list[CurvePoint]
    expected: list[CurvePoint]


class Exam(BaseModel):
    """Which test rows were answered right, to compare two models row by row; see :mod:`workspace.exams`."""

    key: str = Field(description="hash of the rows")
    rows: int
    right: str = Field(description="one bit a row, base64")
    measure: Measure = Field(default="accuracy", description="what two models are compared by")
    parts: str = Field(default="", description="what each row adds to the measure: float32, zlib, base64")


class Evaluation(BaseModel):
    """Measured on rows put aside before anything was fitted or chosen."""

    rows: int
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict, description="95 % bootstrap intervals")
    baseline: dict[str, float] = Field(default_factory=dict, description="always the most frequent label")
    per_class: list[ClassScore] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list, description="order of the confusion matrix")
    confusion: list[list[int]] = Field(default_factory=list, description="rows: true label; columns: predicted")
    mistakes: list[Mistake] = Field(default_factory=list, description="most confident mistakes first")
    wrong: int | None = Field(
        default=None, description="test rows with a mistake; None where the confusion matrix counts them"
    )
    thresholds: dict[str, float] = Field(
        default_factory=dict, description="task multilabel: probability from which each label is given"
    )
    samples: list[Sample] = Field(default_factory=list, description="task generation: answers side by side")
    linear_baseline: dict[str, float] = Field(
        default_factory=dict, description="a linear classifier of words, as scikit-learn has it"
    )
    sureness: list[Sureness] = Field(default_factory=list, description="the price of answering only when sure")
    prices: list[ThresholdPrice] = Field(default_factory=list, description="two labels: missed against false alarms")
    reliability: list[ReliabilityBin] = Field(
        default_factory=list, description="whether its confidence can be believed"
    )
    slices: list[Slice] = Field(default_factory=list, description="accuracy on parts of the test rows")
    curve: LearningCurve | None = Field(default=None, description="what more rows would bring")
    exam: Exam | None = Field(default=None, description="right or wrong, row by row")
    unseen: list[str] = Field(default_factory=list, description="a few test texts, to try the model with")
    texts_deleted: bool = Field(default=False, description="mistakes and samples went when the data was deleted")

    def without_texts(self) -> "Evaluation":
        """The figures alone: no text of a test row, and as many mistakes as before."""
        counted = bool(self.confusion) or self.wrong is not None
        wrong = self.wrong if counted else len(self.mistakes)
        gone: dict[str, Any] = {"mistakes": [], "samples": [], "unseen": []}
        return self.model_copy(update=gone | {"wrong": wrong, "texts_deleted": True})


class Footprint(BaseModel):
    """What a training is estimated to have taken; see :mod:`training_worker.energy`."""

    cpu_seconds: float
    kwh: float
    grams_co2: float
    watts_per_core: float
    grams_per_kwh: float


class RunOutcome(BaseModel):
    """What a run that succeeded leaves behind."""

    model_id: str
    recipe: str
    base: str | None
    rows: dict[str, int] = Field(description="train, valid, test")
    evaluation: Evaluation
    tried: list[Tried]
    notes: list[str] = Field(default_factory=list, description="what a person should know, such as rows left out")
    seconds: dict[str, float] = Field(description="data, train, evaluate, total")
    peak_rss_mb: float
    footprint: Footprint | None = None


class TrainedModel(BaseModel):
    """A model that can be tried, exported and deleted."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    run_id: str
    dataset_id: str
    name: str
    task: TaskKind
    recipe: str
    base: str | None
    labels: list[str]
    artifact_key: str = Field(description="storage folder that holds the files")
    outcome: RunOutcome
    created_at: datetime


_MAY_LACK = ("label", "score", "labels", "entities", "output", "answer_from")


class Prediction(BaseModel):
    """One text and what the model says about it; which fields are set depends on the task.

    classification: ``label``, ``score``, ``scores`` (every label's probability). multilabel: also ``labels``, those
    above their threshold; ``label`` is the likeliest. ner: ``entities``. generation: ``output``.
    """

    text: str
    label: str | None = None
    score: float | None = None
    scores: dict[str, float] = Field(default_factory=dict)
    labels: list[str] | None = None
    entities: list[Entity] | None = None
    output: str | None = None
    answer_from: float | None = Field(default=None, description="below this score its plan says 'not sure'")

    @property
    def sure(self) -> bool | None:
        """Whether the score is what the plan asks for, where it does; else whether the label is more likely right than
        not by some margin or, among many, twice as likely as the next. None where no label was given.
        """
        if self.label is None or self.score is None:
            return None
        if self.answer_from is not None:
            return self.score >= self.answer_from
        second = max((score for label, score in self.scores.items() if label != self.label), default=0.0)
        return self.score >= 0.6 or (self.score >= 0.4 and self.score >= 2 * second)

    def as_json(self) -> dict[str, Any]:
        """As ``mtw predict --json`` and the HTTP interface give it: what the task does not answer is left out."""
        unset = {name for name in _MAY_LACK if getattr(self, name) is None}
        return self.model_dump(mode="json", exclude=unset | (set() if self.scores else {"scores"}))
