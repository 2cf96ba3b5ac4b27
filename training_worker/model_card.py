"""The README.md of a model folder, in the form of a Hugging Face model card."""

from dataclasses import dataclass
from typing import Any

import yaml

from training_worker.model_usage import usage_of
from workspace.cleaning import FIXES
from workspace.dataset import TaskKind
from workspace.metrics import METRICS, TASK_METRICS
from workspace.model import Evaluation, RunOutcome

CARD = "README.md"
STARTER_LICENCE = "apache-2.0"
MOST_LABELS = 50
ALSO = ("balanced_accuracy", "weighted_f1", "roc_auc", "pr_auc")

_LIBRARIES = {"sklearn": "sklearn", "crfsuite": "python-crfsuite"}


@dataclass(frozen=True)
class _Task:
    """What a card says of a task. ``does`` takes the number of labels."""

    pipeline: str
    does: str
    limit: str


_TASKS = {
    TaskKind.CLASSIFICATION: _Task(
        "text-classification",
        "Sorts a text into one of {} labels.",
        "It knows only the labels above and answers with one of them, whatever the text is.",
    ),
    TaskKind.MULTILABEL: _Task(
        "text-classification",
        "Gives a text any of {} labels, several or none.",
        "It knows only the labels above.",
    ),
    TaskKind.NER: _Task(
        "token-classification",
        "Marks {} kinds of names in a text.",
        "It knows only the kinds above, and finds best what looks like the names it has seen.",
    ),
    TaskKind.GENERATION: _Task(
        "text-generation",
        "Writes an answer to a text.",
        "What it writes sounds right more often than it is right. A person should read it before it counts.",
    ),
}


def model_card(name: str, meta: dict[str, Any], outcome: RunOutcome) -> str:
    """The card as Markdown with YAML front matter."""
    evaluation = outcome.evaluation
    kind = TaskKind(meta["task"])
    task = _TASKS[kind]
    front = yaml.safe_dump(_front_matter(name, meta, evaluation), sort_keys=False, allow_unicode=True).strip()
    rows = outcome.rows
    parts = [
        f"---\n{front}\n---",
        f"# {name}",
        f"{task.does.format(len(meta['labels']))} Trained with the Model Training Wizard, "
        f"recipe `{meta['recipe']}`" + (f", base model `{meta['base']}`." if meta["base"] else ", no base model."),
        "## How good it is",
        _verdict(kind, evaluation),
        _metric_table(kind, evaluation),
        *_parts(evaluation),
        "## Data",
        f"{rows['train']:,} rows to learn from, {rows['valid']:,} to choose by, {rows['test']:,} to judge. "
        "The rows to judge by were put aside before anything was fitted or chosen, and no text stands on both sides. "
        f"Text: {', '.join(meta['text'])}. Label: {meta['label']}.",
        *(["## Labels", _label_table(evaluation)] if evaluation.per_class else []),
        "## Limits",
        f"- {task.limit}\n"
        "- With texts that look different from those it learned from (other language, other time, other source) it may "
        "do worse than the numbers above say.\n"
        "- Whatever was uneven or unfair in the training rows is likely to be so in its answers. Check before it "
        "decides about people." + _cleaning(meta),
        "## How to use it",
        usage_of(meta),
        "## Licence",
        _licence(meta),
    ]
    return "\n\n".join(parts) + "\n"


def with_usage(card: str, meta: dict[str, Any]) -> str:
    """The card of a model that was put into another form: how it is used is different, all else stays."""
    before, _, rest = card.partition(_USE)
    _, _, after = rest.partition(_LICENCE_HEADING)
    return f"{before}{_USE}\n{usage_of(meta)}\n{_LICENCE_HEADING}{after}" if after else card


_USE, _LICENCE_HEADING = "\n## How to use it\n", "\n## Licence\n"


def _cleaning(meta: dict[str, Any]) -> str:
    """What a program that loads the weights by itself has to do to a text first."""
    titles = [FIXES[fix["code"]].title.lower() for fix in meta.get("cleaning", [])]
    if not titles:
        return ""
    return (
        f"\n- The texts were cleaned before it learned from them ({'; '.join(titles)}). The wizard does the same to "
        "each text that it is asked about; a program of your own has to do it by itself."
    )


def _front_matter(name: str, meta: dict[str, Any], evaluation: Evaluation) -> dict[str, Any]:
    kind = TaskKind(meta["task"])
    task = _TASKS[kind].pipeline
    front: dict[str, Any] = {
        "library_name": _LIBRARIES.get(meta["format"], "transformers"),
        "pipeline_tag": task,
        "tags": [task, "model-training-wizard"],
        "metrics": [_hub_name(key) for key in _shown(kind, evaluation)],
    }
    if meta.get("base_licence"):
        front["license"] = meta["base_licence"]
    if meta.get("base_hub_id"):
        front["base_model"] = meta["base_hub_id"]
    front["model-index"] = [
        {
            "name": name,
            "results": [
                {
                    "task": {"type": task},
                    "dataset": {"name": "held-out rows of the training data", "type": "private"},
                    "metrics": [
                        {"type": _hub_name(key), "name": key, "value": evaluation.metrics[key]}
                        for key in _shown(kind, evaluation)
                    ],
                }
            ],
        }
    ]
    return front


def _hub_name(key: str) -> str:
    """What the hub calls a measure: f1 of whatever."""
    return key.removeprefix("macro_").removeprefix("micro_").removeprefix("entity_")


def _shown(kind: TaskKind, evaluation: Evaluation) -> list[str]:
    return [key for key in TASK_METRICS[kind].shown if key in evaluation.metrics]


def _verdict(kind: TaskKind, evaluation: Evaluation) -> str:
    """The figure that sums it up, in a sentence."""
    key = TASK_METRICS[kind].headline
    value, metric = evaluation.metrics[key], METRICS[key]
    low, high = evaluation.intervals.get(key, (value, value))
    guess = evaluation.baseline.get(key)
    if kind is TaskKind.CLASSIFICATION:
        verdict = f"It sorts {value * 100:.1f} of 100 unseen texts right (95 % interval {low * 100:.1f} to "
        verdict += f"{high * 100:.1f}, {evaluation.rows:,} texts)."
        more = "" if guess is None else f" Always answering the most frequent label would get {guess * 100:.1f}."
        if plain := evaluation.linear_baseline:
            more += (
                f" Counted words with a linear classifier, as scikit-learn has them, get {plain['accuracy'] * 100:.1f}."
            )
        return verdict + more
    verdict = (
        f"{metric.label} on {evaluation.rows:,} unseen texts: {value:.3f} (95 % interval {low:.3f} to {high:.3f}): "
    )
    verdict += metric.means + "."
    if guess is None:
        return verdict
    if kind is TaskKind.GENERATION:
        return f"{verdict} Before training it was {guess:.3f}."
    return f"{verdict} The simplest way to answer would get {guess:.3f}."


def _metric_table(kind: TaskKind, evaluation: Evaluation) -> str:
    lines = ["| measure | value | 95 % interval | meaning |", "| --- | --- | --- | --- |"]
    for key in _shown(kind, evaluation):
        low, high = evaluation.intervals.get(key, (None, None))
        interval = "" if low is None else f"{low:.3f} to {high:.3f}"
        lines.append(f"| {key} | {evaluation.metrics[key]:.3f} | {interval} | {METRICS[key].means} |")
    if kind is TaskKind.CLASSIFICATION:
        also = [key for key in ALSO if key in evaluation.metrics]
        lines += [f"| {key} | {evaluation.metrics[key]:.3f} | | {METRICS[key].means} |" for key in also]
    if "ece" in evaluation.metrics:
        value = evaluation.metrics["ece"]
        lines.append(f"| ece | {value:.3f} | | how far its confidence is from the truth, 0 is best |")
    return "\n".join(lines)


def _parts(evaluation: Evaluation) -> list[str]:
    """What the single figures hide: how it does when sure, and on parts of the test rows."""
    found = []
    if evaluation.sureness:
        lines = ["| answers from this confidence on | share answered | of these right |", "| --- | --- | --- |"]
        lines += [f"| {s.threshold:g} | {s.answered:.3f} | {s.accuracy:.3f} |" for s in evaluation.sureness]
        found += ["### Answering only when sure", "\n".join(lines)]
    if evaluation.slices:
        lines = ["| part of the test rows | rows | right | 95 % interval |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {_cell(f'{s.column}: {s.value}')} | {s.rows:,} | {s.accuracy:.3f} | "
            f"{s.interval[0]:.3f} to {s.interval[1]:.3f} |"
            for s in evaluation.slices
        ]
        found += ["### On parts of the test rows", "\n".join(lines)]
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _label_table(evaluation: Evaluation) -> str:
    lines = ["| label | precision | recall | F1 | test rows |", "| --- | --- | --- | --- | --- |"]
    scores = sorted(evaluation.per_class, key=lambda s: -s.support)[:MOST_LABELS]
    lines += [f"| {_cell(s.label)} | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} | {s.support} |" for s in scores]
    if len(evaluation.per_class) > MOST_LABELS:
        lines.append(f"\n{len(evaluation.per_class) - MOST_LABELS} more labels are listed in `mtw.json`.")
    return "\n".join(lines)


def _licence(meta: dict[str, Any]) -> str:
    if not meta["base"]:
        return "No base model was used. What the training data allow decides about the use of this model."
    known = meta.get("base_licence") or "not stated; look it up before you pass the model on"
    return f"Licence of the base model `{meta['base']}`: {known}. What the training data allow applies as well."
