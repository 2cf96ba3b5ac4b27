"""Cards about what came out: scores, mistakes, predictions, downloads, terms."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from tools.cards.data import CheckingView
from tools.cards.run import TriedView
from workspace.dataset import CurvePoint
from workspace.events import CardKind


class MetricView(BaseModel):
    name: str = Field(description="accuracy, precision, recall, macro_f1")
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    share: bool = Field(default=True, description="between 0 and 1, and best shown as a percentage")
    meaning: str = Field(description="one plain sentence with this number in it")


class AimView(BaseModel):
    """Something the person wanted to be reached."""

    sentence: str = Field(description="what was wanted, and what was counted, with its interval")
    met: Literal["yes", "likely", "unlikely", "no"]


class ClassRow(BaseModel):
    label: str
    precision: float
    recall: float
    f1: float
    support: int = Field(description="test rows that carry this label")
    confused_with: str | None = Field(default=None, description="what it is most often taken for")
    confused_count: int = 0


class SureView(BaseModel):
    threshold: float
    answered: float
    accuracy: float
    sentence: str


class PriceView(BaseModel):
    """Two labels: shares missed and of false alarms where the rarer one is said from ``threshold`` on."""

    label: str
    threshold: float
    missed: float
    false_alarms: float
    sentence: str


class ReliabilityView(BaseModel):
    low: float
    high: float
    rows: int
    confidence: float
    right: float


class CalibrationView(BaseModel):
    """Whether its confidence can be believed."""

    sentence: str
    bins: list[ReliabilityView]


class PartView(BaseModel):
    """A part of the exam with the share that was right and its 95 % interval."""

    name: str
    rows: int
    value: float
    low: float
    high: float


class MoreRowsView(BaseModel):
    """What more rows would bring: measured by a quick model, continued by a power law."""

    sentence: str
    measured: list[CurvePoint]
    expected: list[CurvePoint]


class MetricsCard(CardData):
    """How good a model is on rows it has never seen."""

    kind: ClassVar[CardKind] = "metrics"

    run_id: str
    model_id: str
    headline: str = Field(description="one sentence that a manager understands")
    baseline: str = Field(description="what guessing would get")
    verdict: Literal["good", "fair", "weak"] = Field(description="against the baseline and its interval")
    rows: dict[str, int] = Field(description="train, valid, test")
    aims: list[AimView] = Field(default_factory=list, description="what the person wanted, and whether it is reached")
    metrics: list[MetricView]
    per_class: list[ClassRow] = Field(description="weakest first, at most 50")
    hidden_classes: int = 0
    advice: list[str] = Field(default_factory=list, description="what would help most, first things first")
    sureness: list[SureView] = Field(default_factory=list, description="the price of answering only when sure")
    prices: list[PriceView] = Field(default_factory=list, description="two labels: missed against false alarms")
    calibration: CalibrationView | None = None
    parts: list[PartView] = Field(default_factory=list, description="of the exam, the weakest first, at most 8")
    parts_sentence: str = ""
    more_rows: MoreRowsView | None = None
    details: list[MetricView] = Field(default_factory=list, description="more figures, for those who ask")
    tried: list[TriedView]
    recipe: str
    recipe_title: str
    seconds: float


class ConfusionCard(CardData):
    """Which labels are taken for which. Rows: what is right; columns: what the model said."""

    kind: ClassVar[CardKind] = "confusion"

    run_id: str
    labels: list[str] = Field(description="at most 20; where there are more, the most confused ones and 'all others'")
    folded: int = Field(default=0, description="labels inside 'all others', which is then the last one")
    matrix: list[list[int]]
    sentence: str = Field(description="what to see")


class TextPart(BaseModel):
    """A stretch of a text; with a label where it is marked."""

    text: str
    label: str | None = None


class WordView(BaseModel):
    """A stretch of a text; ``push`` is how much it spoke for what was said: 1 the most of all in this text, 0 not."""

    text: str
    push: float = 0.0


class MistakeView(BaseModel):
    text: str
    words: list[WordView] = Field(default_factory=list, description="the text, cut at the words that mattered")
    words_for: str = Field(default="", description="the answer that they spoke for")
    because: list[str] = Field(default_factory=list, description="those that spoke most for it, at most three")
    expected: str
    predicted: str
    score: float
    expected_parts: list[TextPart] = Field(
        default_factory=list, description="task ner: the text as it should be marked"
    )
    predicted_parts: list[TextPart] = Field(default_factory=list, description="task ner: the text as it was marked")


class MistakesCard(CardData):
    """Test rows it got wrong, the most self-assured first."""

    kind: ClassVar[CardKind] = "mistakes"

    run_id: str
    label: str | None = Field(default=None, description="only mistakes on this label, where asked for")
    mistakes: list[MistakeView] = Field(description="at most 10")
    total: int = Field(description="mistakes among all test rows")
    rows: int = Field(description="test rows")


class ComparedRunView(BaseModel):
    """One of the trainings that are compared, in the order in which they were started."""

    run_id: str
    model_id: str
    name: str = Field(description="how the sentences call it: the older one, number 2")
    data: str
    recipe_title: str
    value: float
    low: float | None = None
    high: float | None = None
    rows: int = Field(description="test rows")
    seconds: float = Field(description="from start to result")
    best: bool = False


class RunPairView(BaseModel):
    """Two of them, side by side. ``low`` and ``high`` bound the difference with 95 %."""

    first: str
    second: str
    sentence: str
    difference: float = Field(description="second minus first")
    low: float
    high: float
    real: bool
    paired: bool = Field(description="both were judged on the same rows")


class RunComparisonCard(CardData):
    """Two trainings or more: which is better, and whether that is more than chance."""

    kind: ClassVar[CardKind] = "run_comparison"

    metric_label: str
    meaning: str
    share: bool = Field(description="between 0 and 1, and best shown as a percentage")
    lower: bool = Field(description="less is better")
    runs: list[ComparedRunView]
    pairs: list[RunPairView] = Field(description="each of them against the best one")
    sentence: str
    cost: str
    note: str = Field(default="", description="why they cannot be compared row by row")


class SampleView(BaseModel):
    prompt: str
    reference: str
    before: str
    after: str


class SamplesCard(CardData):
    """What a model that writes answered before and after its training, beside the answer that was wished for."""

    kind: ClassVar[CardKind] = "samples"

    run_id: str
    samples: list[SampleView] = Field(description="at most 10, line ends kept")
    rows: int = Field(description="test rows")


class ScoreView(BaseModel):
    label: str
    score: float


class PredictionView(BaseModel):
    text: str
    label: str | None = None
    score: float | None = None
    labels: list[str] | None = Field(default=None, description="task multilabel: those that are given")
    sure: bool = Field(description="False: show it as 'not sure'")
    sentence: str = Field(description="the answer and how sure it is, in words")
    scores: list[ScoreView] = Field(default_factory=list, description="the five best, best first")
    parts: list[TextPart] = Field(default_factory=list, description="task ner: the text, cut at its marked words")
    output: str | None = Field(default=None, description="task generation: what was written")


class PredictionCard(CardData):
    """What a model says about texts that were typed in."""

    kind: ClassVar[CardKind] = "prediction"

    model_id: str
    model_name: str
    predictions: list[PredictionView]


class DownloadCard(CardData):
    """A model to take away."""

    kind: ClassVar[CardKind] = "download"

    model_id: str
    model_name: str
    url: str = Field(description="path on this server; behind the login where there is one")
    path: str | None = Field(description="where the file lies; None on S3 and where people log in")
    file_name: str
    bytes: int
    files: list[str] = Field(description="what is in it")
    snippet: str = Field(description="Python that loads it with the field's own libraries")
    note: str = Field(default="", description="how much smaller it is and what that costs")
    checking: CheckingView | None = Field(default=None, description="it is being made: nothing to download yet")
    snippet_language: str = "python"


class ConceptCard(CardData):
    """One term, explained."""

    kind: ClassVar[CardKind] = "concept"

    term: str
    title: str
    text: str = Field(description="two to five plain sentences, paragraphs parted by an empty line")
    example: str = ""
    related: list[str] = Field(default_factory=list, description="titles of concepts to ask about next")
    yours: str = Field(default="", description="the term in this person's own result, where there is one")
