"""The README.md of a model folder, in the form of a Hugging Face model card."""

from typing import Any

import yaml

from workspace.cleaning import FIXES
from workspace.model import Evaluation, RunOutcome

STARTER_LICENCE = "apache-2.0"
METRIC_WORDS = {
    "accuracy": "share of texts sorted right",
    "macro_f1": "F1, the mean over all labels",
    "precision": "of the texts given a label, the share that has it (mean over labels)",
    "recall": "of the texts that have a label, the share found (mean over labels)",
}
MOST_LABELS = 50

_SKLEARN = """```python
import skops.io

model = skops.io.load("model.skops", trusted=[])  # only types that skops trusts by itself
print(model.predict(["some text"]), model.predict_proba(["some text"]))
```
Needs `pip install scikit-learn skops`."""

_TRANSFORMERS = """```python
from transformers import pipeline

model = pipeline("text-classification", model=".", top_k=None)
print(model("some text"))
```
Needs `pip install torch transformers`. The weights are in safetensors."""

_ENCODER = """```python
import skops.io, torch
from transformers import AutoModel, AutoTokenizer

tokenizer, encoder = AutoTokenizer.from_pretrained("encoder"), AutoModel.from_pretrained("encoder")
head = skops.io.load("head.skops", trusted=[])
tokens = tokenizer(["some text"], padding=True, truncation=True, return_tensors="pt")
hidden, mask = encoder(**tokens).last_hidden_state, tokens["attention_mask"].unsqueeze(-1)
vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1))
print(head.predict(vectors.detach().numpy()))
```
Needs `pip install torch transformers scikit-learn skops`."""

LOADING = {"sklearn": _SKLEARN, "transformers": _TRANSFORMERS, "encoder": _ENCODER}


def model_card(name: str, meta: dict[str, Any], outcome: RunOutcome) -> str:
    """The card as Markdown with YAML front matter."""
    evaluation = outcome.evaluation
    front = yaml.safe_dump(_front_matter(name, meta, evaluation), sort_keys=False, allow_unicode=True).strip()
    rows = outcome.rows
    parts = [
        f"---\n{front}\n---",
        f"# {name}",
        f"Sorts a text into one of {len(meta['labels'])} labels. Trained with the Model Training Wizard, "
        f"recipe `{meta['recipe']}`" + (f", base model `{meta['base']}`." if meta["base"] else ", no base model."),
        "## How good it is",
        _verdict(evaluation),
        _metric_table(evaluation),
        "## Data",
        f"{rows['train']:,} rows to learn from, {rows['valid']:,} to choose by, {rows['test']:,} to judge. "
        "The rows to judge by were put aside before anything was fitted or chosen, and no text stands on both sides. "
        f"Text: {', '.join(meta['text'])}. Label: {meta['label']}.",
        "## Labels",
        _label_table(evaluation),
        "## Limits",
        "- It knows only the labels above and answers with one of them, whatever the text is.\n"
        "- Texts that look different from those it learned from (other language, other time, other source) may be "
        "sorted worse than the numbers above say.\n"
        "- Whatever was uneven or unfair in the training rows is likely to be so in its answers. Check before it "
        "decides about people." + _cleaning(meta),
        "## How to use it",
        LOADING[meta["format"]],
        "## Licence",
        _licence(meta),
    ]
    return "\n\n".join(parts) + "\n"


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
    front: dict[str, Any] = {
        "library_name": "sklearn" if meta["format"] == "sklearn" else "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["text-classification", "model-training-wizard"],
        "metrics": ["accuracy", "f1", "precision", "recall"],
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
                    "task": {"type": "text-classification"},
                    "dataset": {"name": "held-out rows of the training data", "type": "private"},
                    "metrics": [
                        {"type": kind, "value": evaluation.metrics[key]}
                        for kind, key in (("accuracy", "accuracy"), ("f1", "macro_f1"))
                    ],
                }
            ],
        }
    ]
    return front


def _verdict(evaluation: Evaluation) -> str:
    right = evaluation.metrics["accuracy"] * 100
    low, high = (value * 100 for value in evaluation.intervals["accuracy"])
    guess = evaluation.baseline["accuracy"] * 100
    return (
        f"It sorts {right:.1f} of 100 unseen texts right (95 % interval {low:.1f} to {high:.1f}, "
        f"{evaluation.rows:,} texts). Always answering the most frequent label would get {guess:.1f}."
    )


def _metric_table(evaluation: Evaluation) -> str:
    lines = ["| measure | value | 95 % interval | meaning |", "| --- | --- | --- | --- |"]
    for key, words in METRIC_WORDS.items():
        low, high = evaluation.intervals[key]
        lines.append(f"| {key} | {evaluation.metrics[key]:.3f} | {low:.3f} to {high:.3f} | {words} |")
    lines.append(f"| ece | {evaluation.metrics['ece']:.3f} | | how far its confidence is from the truth, 0 is best |")
    return "\n".join(lines)


def _label_table(evaluation: Evaluation) -> str:
    lines = ["| label | precision | recall | F1 | test rows |", "| --- | --- | --- | --- | --- |"]
    for score in sorted(evaluation.per_class, key=lambda s: -s.support)[:MOST_LABELS]:
        shown = score.label.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
        lines.append(f"| {shown} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.support} |")
    if len(evaluation.per_class) > MOST_LABELS:
        lines.append(f"\n{len(evaluation.per_class) - MOST_LABELS} more labels are listed in `mtw.json`.")
    return "\n".join(lines)


def _licence(meta: dict[str, Any]) -> str:
    if not meta["base"]:
        return "No base model was used. What the training data allow decides about the use of this model."
    known = meta.get("base_licence") or "not stated; look it up before you pass the model on"
    return f"Licence of the base model `{meta['base']}`: {known}. What the training data allow applies as well."
