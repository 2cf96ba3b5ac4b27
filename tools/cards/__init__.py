"""What people see beside the words: the data of every card, typed. Renderers read these shapes and nothing else.

All strings are plain text, never Markdown or HTML. Some come from users' files (cells, labels, file names): a renderer
must escape them. They are cut to a length and free of control and text-direction characters (:func:`quoting.plain`).
Shares, scores and fractions are between 0 and 1. Times are seconds. Dates are ISO 8601 with a zone.
"""

from tools.cards.augmentation import AugmentationCard, NewRowView, RareLabelView
from tools.cards.base import CardData, Cell
from tools.cards.cleaning import (
    ChangesCard,
    ColumnDifference,
    ComparisonCard,
    FixDoneView,
    LabelCount,
    LabelMove,
    Piece,
    RowChangeView,
)
from tools.cards.data import (
    CheckingView,
    ColumnView,
    DatasetRowView,
    DatasetsCard,
    LabelShare,
    ProblemsCard,
    ProblemView,
    TableCard,
    VerdictView,
)
from tools.cards.labelling import (
    DecidingView,
    DifferencesCard,
    DifferenceView,
    EstimateView,
    GivenView,
    LabelCard,
    LabelClassView,
    LabelItemView,
    LabelView,
    SaidView,
    SpanView,
    SuggestionView,
    TokenView,
)
from tools.cards.plan import BaseModelFacts, ChangeView, ModelRowView, ModelsCard, PlanCard, RecipeView, SettingView
from tools.cards.privacy import PersonalColumnView, PersonalKindView, PrivacyCard
from tools.cards.result import (
    ClassRow,
    ConceptCard,
    ConfusionCard,
    DownloadCard,
    MetricsCard,
    MetricView,
    MistakesCard,
    MistakeView,
    PredictionCard,
    PredictionView,
    ScoreView,
    TextPart,
)
from tools.cards.run import FailureView, ProgressCard, RunRowView, RunsCard, TriedView
from workspace.events import CardKind

CARDS: dict[CardKind, type[CardData]] = {
    card.kind: card
    for card in (
        TableCard,
        ProblemsCard,
        ChangesCard,
        ComparisonCard,
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
        PrivacyCard,
        AugmentationCard,
        LabelCard,
        DifferencesCard,
    )
}

__all__ = [
    "CARDS",
    "AugmentationCard",
    "BaseModelFacts",
    "CardData",
    "Cell",
    "ChangeView",
    "ChangesCard",
    "CheckingView",
    "ClassRow",
    "ColumnDifference",
    "ColumnView",
    "ComparisonCard",
    "ConceptCard",
    "ConfusionCard",
    "DatasetRowView",
    "DatasetsCard",
    "DecidingView",
    "DifferenceView",
    "DifferencesCard",
    "DownloadCard",
    "EstimateView",
    "FailureView",
    "FixDoneView",
    "GivenView",
    "LabelCard",
    "LabelClassView",
    "LabelCount",
    "LabelItemView",
    "LabelMove",
    "LabelShare",
    "LabelView",
    "MetricView",
    "MetricsCard",
    "MistakeView",
    "MistakesCard",
    "ModelRowView",
    "ModelsCard",
    "NewRowView",
    "PersonalColumnView",
    "PersonalKindView",
    "Piece",
    "PlanCard",
    "PredictionCard",
    "PredictionView",
    "PrivacyCard",
    "ProblemView",
    "ProblemsCard",
    "ProgressCard",
    "RareLabelView",
    "RecipeView",
    "RowChangeView",
    "RunRowView",
    "RunsCard",
    "SaidView",
    "ScoreView",
    "SettingView",
    "SpanView",
    "SuggestionView",
    "TableCard",
    "TextPart",
    "TokenView",
    "TriedView",
    "VerdictView",
]
