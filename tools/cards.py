"""What people see beside the words: the data of every card, typed. Renderers read these shapes and nothing else.

All strings are plain text, never Markdown or HTML. Some come from users' files (cells, labels, file names): a renderer
must escape them. They are cut to a length and free of control and text-direction characters (:func:`quoting.plain`).
Shares, scores and fractions are between 0 and 1. Times are seconds. Dates are ISO 8601 with a zone.
"""

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from workspace.events import Card, CardKind, FormField

Cell = str | int | float | bool | None


class CardData(BaseModel):
    """Base of the data of one kind of card."""

    model_config = ConfigDict(extra="forbid")
    kind: ClassVar[CardKind]

    def card(self, title: str) -> Card:
        """The event's card. ``title`` says the finding ("412 mails appear twice"), not the kind ("Duplicates")."""
        return Card(kind=self.kind, title=title, data=self.model_dump(mode="json"))

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """Back from an event's plain JSON. Raises ValidationError."""
        return cls.model_validate(data)


class ColumnView(BaseModel):
    name: str
    type: str = Field(description="text, number, integer, boolean, date, list, object or empty")
    role: str = Field(description="what it is used for: text, label, id, date, number, other, …")
    missing: int
    unique: int


class LabelShare(BaseModel):
    """One bar."""

    label: str
    count: int
    share: float


class TableCard(CardData):
    """A data set as it was read."""

    kind: ClassVar[CardKind] = "table"

    dataset_id: str
    name: str
    rows: int
    columns: list[ColumnView] = Field(description="all columns up to 50; hidden_columns counts the rest")
    hidden_columns: int = 0
    preview: list[list[Cell]] = Field(description="at most 10 rows; cells in the order of columns, cut")
    labels: list[LabelShare] = Field(description="most frequent first, at most 20; empty where there is no label")
    hidden_labels: int = Field(default=0, description="labels that are not among the bars")
    labels_sentence: str = Field(default="", description="what to see in the bars")
    task: str | None = Field(description="classification, multilabel, ner, generation; None: nothing fits")
    text: list[str] = Field(default_factory=list, description="the columns that would be read")
    label: str | None = Field(default=None, description="the column that would be learned")
    confidence: float = 0.0
    why: str = Field(description="why these columns and this task")
    read_as: str = Field(default="", description='how the file was read: "CSV, UTF-8, comma", "sheet Export"')


class ProblemView(BaseModel):
    code: str
    severity: Literal["info", "warning", "blocking"]
    count: int
    message: str
    examples: list[str] = Field(default_factory=list)
    fix_code: str | None = None
    fix_label: str | None = None


class ProblemsCard(CardData):
    """What in the data would hurt a training. An empty list is good news and is shown as such."""

    kind: ClassVar[CardKind] = "problems"

    dataset_id: str
    problems: list[ProblemView] = Field(description="most severe first")
    privacy: dict[str, int] = Field(default_factory=dict, description="rows per kind of personal data")


class RecipeView(BaseModel):
    name: str
    title: str
    summary: str
    seconds_low: float
    seconds_high: float
    chosen: bool = Field(default=True, description="part of this plan")


class SettingView(BaseModel):
    """One line of the details view."""

    name: str
    label: str
    value: Cell
    default: Cell
    help: str
    effect: str = Field(default="", description="what it does to time and memory")
    range: str = Field(default="", description='"1 to 20", "one of a, b"')
    group: str = Field(default="plan", description="plan, or the recipe's name")
    field: FormField = Field(description="for a form that changes it")


class ChangeView(BaseModel):
    """One difference from the plan before."""

    field: str
    label: str
    before: str
    after: str


class PlanCard(CardData):
    """What a training would do. Start approves exactly this ``hash``."""

    kind: ClassVar[CardKind] = "plan"

    plan_id: str
    hash: str
    dataset_id: str
    dataset_name: str
    sentences: list[str] = Field(description="the plan in plain words, one sentence each")
    facts: list[tuple[str, str]] = Field(description="name and value, such as ('Rows kept aside as the exam', '354')")
    recipes: list[RecipeView]
    estimated_seconds_low: float
    estimated_seconds_high: float
    memory_mb: int
    warnings: list[str] = Field(default_factory=list)
    settings: list[SettingView] = Field(description="the details view")
    changes: list[ChangeView] = Field(default_factory=list, description="against the plan before")
    yaml: str = Field(description="the plan as YAML, for experts")


class TriedView(BaseModel):
    recipe: str
    title: str
    score: float | None = Field(description="on validation rows; None while it has none")
    seconds: float | None
    note: str = ""
    best: bool = False


class FailureView(BaseModel):
    code: str
    message: str
    next_step: str


class ProgressCard(CardData):
    """A run's full state now. The same shape is sent anew at each tick."""

    kind: ClassVar[CardKind] = "progress"

    run_id: str
    plan_id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    stage: Literal["data", "train", "evaluate", "save"] | None = Field(description="None until it has started")
    message: str = Field(description="what is happening, in plain words")
    fraction: float = Field(ge=0, le=1)
    eta_seconds: float | None
    elapsed_seconds: float
    budget_seconds: float
    recipe: str | None
    recipe_title: str | None
    best: float | None = Field(description="best score on validation rows so far")
    metric: str = Field(description="what best counts, by its code, such as macro_f1")
    metric_label: str
    metrics: dict[str, float] = Field(default_factory=dict)
    tried: list[TriedView] = Field(default_factory=list)
    curves: dict[str, list[tuple[int, float]]] = Field(
        default_factory=dict, description="'recipe/metric' -> [step, value] in order, thinned to 200 points at most"
    )
    curve_sentence: str = Field(default="", description="what to see in the chart")
    cancel_requested: bool = False
    can_cancel: bool
    model_id: str | None = None
    failure: FailureView | None = None


class MetricView(BaseModel):
    name: str = Field(description="accuracy, precision, recall, macro_f1")
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    meaning: str = Field(description="one plain sentence with this number in it")


class ClassRow(BaseModel):
    label: str
    precision: float
    recall: float
    f1: float
    support: int = Field(description="test rows that carry this label")
    confused_with: str | None = Field(default=None, description="what it is most often taken for")
    confused_count: int = 0


class MetricsCard(CardData):
    """How good a model is on rows it has never seen."""

    kind: ClassVar[CardKind] = "metrics"

    run_id: str
    model_id: str
    headline: str = Field(description="one sentence that a manager understands")
    baseline: str = Field(description="what guessing would get")
    verdict: Literal["good", "fair", "weak"] = Field(description="against the baseline and its interval")
    rows: dict[str, int] = Field(description="train, valid, test")
    metrics: list[MetricView]
    per_class: list[ClassRow] = Field(description="weakest first, at most 50")
    hidden_classes: int = 0
    advice: list[str] = Field(default_factory=list, description="what would help most, first things first")
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


class MistakeView(BaseModel):
    text: str
    expected: str
    predicted: str
    score: float


class MistakesCard(CardData):
    """Test rows it got wrong, the most self-assured first."""

    kind: ClassVar[CardKind] = "mistakes"

    run_id: str
    label: str | None = Field(default=None, description="only mistakes on this label, where asked for")
    mistakes: list[MistakeView] = Field(description="at most 10")
    total: int = Field(description="mistakes among all test rows")
    rows: int = Field(description="test rows")


class ScoreView(BaseModel):
    label: str
    score: float


class PredictionView(BaseModel):
    text: str
    label: str
    score: float
    sure: bool = Field(description="False: show it as 'not sure'")
    sentence: str = Field(description="the answer and how sure it is, in words")
    scores: list[ScoreView] = Field(description="the five best, best first")


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
    snippet_language: str = "python"


class DatasetRowView(BaseModel):
    dataset_id: str
    name: str
    version: int
    rows: int
    task: str | None
    labels: int
    created_at: str
    current: bool = Field(default=False, description="the one this conversation is about")


class DatasetsCard(CardData):
    kind: ClassVar[CardKind] = "datasets"

    datasets: list[DatasetRowView] = Field(description="newest first, at most 50")
    hidden: int = 0


class RunRowView(BaseModel):
    run_id: str
    name: str
    status: str
    recipe: str
    score: float | None = Field(description="accuracy on unseen rows, where it has ended well")
    headline: str = Field(description="the result or the reason in a few words")
    created_at: str
    seconds: float | None
    model_id: str | None = None
    current: bool = False


class RunsCard(CardData):
    kind: ClassVar[CardKind] = "runs"

    runs: list[RunRowView] = Field(description="newest first, at most 50")
    hidden: int = 0


class BaseModelFacts(BaseModel):
    """What is known of a base model. ``memory_mb`` is what fine-tuning takes, roughly."""

    name: str
    title: str
    summary: str
    good_for: list[str]
    languages: str
    parameters_millions: float
    download_mb: int
    memory_mb: int
    licence: str
    speed: Literal["fast", "medium", "slow"]


class ModelRowView(BaseModelFacts):
    """A base model to start from."""

    available: bool
    where: Literal["packaged", "models folder", "hub", "not here"]
    note: str = ""


class ModelsCard(CardData):
    kind: ClassVar[CardKind] = "models"

    models: list[ModelRowView] = Field(description="usable here first")


class ConceptCard(CardData):
    """One term, explained."""

    kind: ClassVar[CardKind] = "concept"

    term: str
    title: str
    text: str = Field(description="two to five plain sentences, paragraphs parted by an empty line")
    example: str = ""
    related: list[str] = Field(default_factory=list, description="titles of concepts to ask about next")
    yours: str = Field(default="", description="the term in this person's own result, where there is one")


CARDS: dict[CardKind, type[CardData]] = {
    card.kind: card
    for card in (
        TableCard,
        ProblemsCard,
        PlanCard,
        ProgressCard,
        MetricsCard,
        ConfusionCard,
        MistakesCard,
        PredictionCard,
        DownloadCard,
        DatasetsCard,
        RunsCard,
        ModelsCard,
        ConceptCard,
    )
}
