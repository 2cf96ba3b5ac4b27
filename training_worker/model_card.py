"""The README.md of a model folder, in the form of a Hugging Face model card."""

import re
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

_ISO = {
    "English": "en", "German": "de", "French": "fr", "Spanish": "es", "Italian": "it", "Portuguese": "pt",
    "Dutch": "nl", "Polish": "pl", "Czech": "cs", "Danish": "da", "Swedish": "sv", "Norwegian": "no", "Finnish": "fi",
    "Hungarian": "hu", "Romanian": "ro", "Turkish": "tr", "Greek": "el", "Russian": "ru", "Ukrainian": "uk",
    "Arabic": "ar", "Hebrew": "he", "Hindi": "hi", "Chinese": "zh", "Japanese": "ja", "Korean": "ko",
    "Vietnamese": "vi", "Indonesian": "id", "Thai": "th", "Persian": "fa", "Bengali": "bn",
}  # fmt: skip
"""ISO 639-1 codes of the languages that :mod:`workspace.judging.languages` knows."""

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
    front = yaml.safe_dump(_front_matter(name, meta, outcome), sort_keys=False, allow_unicode=True).strip()
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
        f"Text: {_cell(', '.join(meta['text']))}. Label: {_cell(meta['label'])}."
        + (f" Languages of the texts, as far as seen: {', '.join(known)}." if (known := meta.get("languages")) else ""),
        "## How it was judged",
        _judged(meta, outcome),
        *(["## Labels", _label_table(evaluation)] if evaluation.per_class else []),
        "## Limits",
        f"- {task.limit}\n"
        "- With texts that look different from those it learned from (other language, other time, other source) it may "
        "do worse than the numbers above say.\n"
        "- Whatever was uneven or unfair in the training rows is likely to be so in its answers. Check before it "
        "decides about people." + _cleaning(meta),
        "## How to use it",
        usage_of(meta),
        "## Energy",
        _energy(outcome),
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


def _judged(meta: dict[str, Any], outcome: RunOutcome) -> str:
    """How the exam was put aside, and what that means for the numbers."""
    plan = meta.get("plan", {})
    ways = (
        ("test_dataset_id", "They are a file of their own."),
        ("split_column", "A column of the data names them."),
        ("group_column", "They are whole groups of rows, so that no group was seen in training."),
        ("time_column", "They are the latest rows, so that the model was judged on what came after it learned."),
    )
    how = next((says for name, says in ways if plan.get(name)), "They were drawn by chance, each label in its share.")
    notes = "".join(f"\n- {_cell(note)}" for note in outcome.notes)
    return (
        "The rows to judge by were put aside before anything was fitted or chosen, and nothing was chosen by them. "
        f"{how} No text stands on both sides; texts that nearly repeat another are kept on one side too, except where "
        "most do or there are more than 100,000 rows. Intervals are 95 % bootstrap "
        f"intervals over these rows. Seed: {plan.get('seed', 'not kept')}." + (f"\n{notes}" if notes else "")
    )


def _energy(outcome: RunOutcome) -> str:
    used = outcome.footprint
    if used is None:
        return "Not known."
    return (
        f"About {used.kwh * 1000:.2g} Wh and {used.grams_co2:.2g} g of CO2. This is an estimate, not a measurement: "
        f"{used.cpu_seconds:,.0f} seconds of processor time at {used.watts_per_core:g} W a core, with a grid that "
        f"gives off {used.grams_per_kwh:g} g per kilowatt hour. Memory, cooling and graphics cards are left out."
    )


def _cleaning(meta: dict[str, Any]) -> str:
    """What a program that loads the weights by itself has to do to a text first."""
    titles = [FIXES[fix["code"]].title.lower() for fix in meta.get("cleaning", [])]
    if not titles:
        return ""
    return (
        f"\n- The texts were cleaned before it learned from them ({'; '.join(titles)}). The wizard does the same to "
        "each text that it is asked about; a program of your own has to do it by itself."
    )


def _front_matter(name: str, meta: dict[str, Any], outcome: RunOutcome) -> dict[str, Any]:
    evaluation = outcome.evaluation
    kind = TaskKind(meta["task"])
    task = _TASKS[kind].pipeline
    front: dict[str, Any] = {
        "library_name": _LIBRARIES.get(meta["format"], "transformers"),
        "pipeline_tag": task,
        "tags": [task, "model-training-wizard"],
        "metrics": [_hub_name(key) for key in _shown(kind, evaluation)],
    }
    if languages := [_ISO[known] for known in meta.get("languages", []) if known in _ISO]:
        front["language"] = languages
    # The rows are the person's own: without a base model nobody but they can say what is allowed.
    front["license"] = meta.get("base_licence") or "unknown"
    if outcome.footprint:
        front["co2_eq_emissions"] = {
            "emissions": outcome.footprint.grams_co2,
            "source": f"estimate: processor time, {outcome.footprint.watts_per_core:g} W a core, "
            f"{outcome.footprint.grams_per_kwh:g} g/kWh",
            "training_type": "fine-tuning" if meta["base"] else "pre-training",
        }
    front["datasets"] = [_slug(name)]
    if meta.get("base_hub_id"):
        front["base_model"] = meta["base_hub_id"]
    front["model-index"] = [
        {
            "name": name,
            "results": [
                {
                    "task": {"type": task},
                    "dataset": {"name": "held-out rows of the training data", "type": "private"},
                    "metrics": [_result(key, evaluation) for key in _shown(kind, evaluation)],
                }
            ],
        }
    ]
    return front


def _result(key: str, evaluation: Evaluation) -> dict[str, Any]:
    """A figure as the hub's model index has it, with its interval and what the simplest way gets."""
    found: dict[str, Any] = {"type": _hub_name(key), "name": key, "value": evaluation.metrics[key]}
    if key in evaluation.intervals:
        found["confidence_interval"] = list(evaluation.intervals[key])
    if key in evaluation.baseline:
        found["baseline"] = evaluation.baseline[key]
    return found


def _slug(name: str) -> str:
    """A name as the hub allows it."""
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.") or "data"


def _hub_name(key: str) -> str:
    """What the hub calls a measure: f1 of whatever."""
    return key.removeprefix("macro_").removeprefix("micro_").removeprefix("entity_")


def _shown(kind: TaskKind, evaluation: Evaluation) -> list[str]:
    return [key for key in TASK_METRICS[kind].shown if key in evaluation.metrics]


_PLAIN = "A plain linear classifier of words, as scikit-learn has it, gets"


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
            more += f" {_PLAIN} {plain['accuracy'] * 100:.1f}."
        return verdict + more
    verdict = (
        f"{metric.label} on {evaluation.rows:,} unseen texts: {value:.3f} (95 % interval {low:.3f} to {high:.3f}): "
    )
    verdict += metric.means + "."
    if guess is None:
        return verdict
    if kind is TaskKind.GENERATION:
        return f"{verdict} Before training it was {guess:.3f}."
    verdict += f" The simplest way to answer would get {guess:.3f}."
    if (plain_figure := evaluation.linear_baseline.get(key)) is not None:
        verdict += f" {_PLAIN} {plain_figure:.3f}."
    return verdict


def _metric_table(kind: TaskKind, evaluation: Evaluation) -> str:
    lines = ["| measure | value | 95 % interval | meaning |", "| --- | --- | --- | --- |"]
    for key in _shown(kind, evaluation):
        low, high = evaluation.intervals.get(key, (None, None))
        interval = "" if low is None else f"{low:.3f} to {high:.3f}"
        lines.append(f"| {key} | {evaluation.metrics[key]:.3f} | {interval} | {METRICS[key].means} |")
    if kind is TaskKind.CLASSIFICATION:
        also = [key for key in ALSO if key in evaluation.metrics]
        lines += [f"| {key} | {evaluation.metrics[key]:.3f} | | {METRICS[key].means} |" for key in also]
    for key in ("ece", "ece_before"):
        if key in evaluation.metrics:
            lines.append(f"| {key} | {evaluation.metrics[key]:.3f} | | {METRICS[key].means}, 0 is best |")
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
            for s in sorted(evaluation.slices, key=lambda s: s.accuracy)
        ]
        found += ["### On parts of the test rows", "\n".join(lines)]
    if evaluation.curve:
        now, then = evaluation.curve.expected[0], evaluation.curve.expected[-1]
        found += [
            "### With more rows",
            f"A quick model's accuracy, continued by a power law, changes by {100 * (then.score - now.score):+.1f} "
            f"points from {now.rows:,} to {then.rows:,} rows (80 % interval {then.low:.3f} to {then.high:.3f}).",
        ]
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
