"""What people see beside the words: the data of every card, typed. Renderers read these shapes and nothing else.

All strings are plain text, never Markdown or HTML. Some come from users' files (cells, labels, file names): a renderer
must escape them. They are cut to a length and free of control and text-direction characters (:func:`quoting.plain`).
Shares, scores and fractions are between 0 and 1. Times are seconds. Dates are ISO 8601 with a zone.
"""

from tools.cards.base import CardData, Cell
from tools.cards.data import ColumnView, DatasetRowView, DatasetsCard, LabelShare, ProblemsCard, ProblemView, TableCard
from tools.cards.plan import BaseModelFacts, ChangeView, ModelRowView, ModelsCard, PlanCard, RecipeView, SettingView
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
)
from tools.cards.run import FailureView, ProgressCard, RunRowView, RunsCard, TriedView
from workspace.events import CardKind

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

__all__ = [
    "CARDS",
    "BaseModelFacts",
    "CardData",
    "Cell",
    "ChangeView",
    "ClassRow",
    "ColumnView",
    "ConceptCard",
    "ConfusionCard",
    "DatasetRowView",
    "DatasetsCard",
    "DownloadCard",
    "FailureView",
    "LabelShare",
    "MetricView",
    "MetricsCard",
    "MistakeView",
    "MistakesCard",
    "ModelRowView",
    "ModelsCard",
    "PlanCard",
    "PredictionCard",
    "PredictionView",
    "ProblemView",
    "ProblemsCard",
    "ProgressCard",
    "RecipeView",
    "RunRowView",
    "RunsCard",
    "ScoreView",
    "SettingView",
    "TableCard",
    "TriedView",
]
