"""What the figures of an evaluation are called and mean, and which ones belong to a task."""

from dataclasses import dataclass

from workspace.dataset import TaskKind


@dataclass(frozen=True)
class Metric:
    """A figure. ``share``: it lies between 0 and 1. ``lower``: less is better."""

    label: str
    means: str
    share: bool = True
    lower: bool = False


METRICS: dict[str, Metric] = {
    "accuracy": Metric("Accuracy", "share of texts sorted right"),
    "macro_f1": Metric("F1", "precision and recall in one, every label counting the same"),
    "precision": Metric("Precision", "of the texts given a label, the share that has it (mean over labels)"),
    "recall": Metric("Recall", "of the texts that have a label, the share found (mean over labels)"),
    "micro_f1": Metric("F1, all labels together", "precision and recall in one, every given label counting the same"),
    "micro_precision": Metric("Precision", "of the labels it gives, the share that is right"),
    "micro_recall": Metric("Recall", "of the labels that texts should get, the share it gives"),
    "weighted_f1": Metric("F1, weighted", "as F1, frequent labels counting more"),
    "balanced_accuracy": Metric("Accuracy, balanced", "share sorted right, every label counting the same"),
    "roc_auc": Metric(
        "ROC AUC", "how often a text that has a label gets a higher score for it than one that has not (1 is best)"
    ),
    "pr_auc": Metric("Average precision", "precision of a label at every possible threshold, the mean (1 is best)"),
    "ece": Metric("Calibration error", "how far its confidence is from being right, on average", lower=True),
    "ece_before": Metric("Calibration error before", "the same before its confidence was corrected", lower=True),
    "subset_accuracy": Metric("All labels right", "share of texts that get all their labels and no other"),
    "entity_f1": Metric("F1", "precision and recall of the marked places in one"),
    "entity_precision": Metric("Precision", "of the places it marks, the share that is right in border and kind"),
    "entity_recall": Metric("Recall", "of the places that should be marked, the share it finds"),
    "partial_f1": Metric("F1, borders roughly", "as F1, a place found in part counting half"),
    "type_f1": Metric("F1, kind only", "as F1, a place counting where it overlaps and the kind is right"),
    "token_probability": Metric("Next word", "how likely it finds each next piece of the answers wished for (mean)"),
    "loss": Metric("Loss", "the error on each next piece of the answers wished for", share=False, lower=True),
    "perplexity": Metric(
        "Perplexity", "among how many pieces it wavers at each step, as it were", share=False, lower=True
    ),
    "chrf": Metric("chrF", "how many letters in a row its answers share with those wished for, of 100", share=False),
    "rouge_l": Metric("ROUGE-L", "how many words in order its answers share with those wished for"),
}


@dataclass(frozen=True)
class TaskMetrics:
    """The figures of one task: the one that sums it up, those that people see, those that models are chosen by."""

    headline: str
    shown: tuple[str, ...]
    choosing: tuple[str, ...]


TASK_METRICS: dict[TaskKind, TaskMetrics] = {
    TaskKind.CLASSIFICATION: TaskMetrics(
        "accuracy", ("accuracy", "precision", "recall", "macro_f1"), ("macro_f1", "accuracy")
    ),
    TaskKind.MULTILABEL: TaskMetrics(
        "micro_f1", ("micro_precision", "micro_recall", "macro_f1", "subset_accuracy"), ("macro_f1", "micro_f1")
    ),
    TaskKind.NER: TaskMetrics(
        "entity_f1", ("entity_precision", "entity_recall", "entity_f1", "partial_f1"), ("entity_f1",)
    ),
    TaskKind.GENERATION: TaskMetrics(
        "perplexity", ("perplexity", "token_probability", "chrf", "rouge_l"), ("token_probability",)
    ),
}
