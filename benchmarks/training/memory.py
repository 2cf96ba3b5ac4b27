"""How much memory trainings take, beside what was foretold.

    python benchmarks/training/memory.py [CASE ...]

Each case trains on made-up texts in a process of its own, as the worker does, and prints one line of JSON: the memory
that was foretold before the start, and the largest that the system saw. Without names all cases run, one by one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Case:
    """Rows of ``words`` words on average, with ``labels`` different answers."""

    recipe: str
    rows: int
    words: int
    labels: int
    budget: int = 60
    settings: dict[str, Any] = field(default_factory=dict)


CASES = {
    "linear": Case("linear", 5_000, 15, 20),
    "linear-long": Case("linear", 2_000, 300, 5),
    "linear-many": Case("linear", 50_000, 12, 10, 120),
    "embed": Case("embed", 400, 15, 20),
    "embed-long": Case("embed", 80, 250, 5),
    "blend": Case("blend", 300, 15, 20),
    "finetune": Case("finetune", 100, 15, 20),
    "finetune-long": Case("finetune", 30, 250, 5),
    "finetune-all": Case("finetune", 100, 15, 20, settings={"freeze_word_embeddings": False}),
    "ner_finetune": Case("ner_finetune", 60, 20, 4),
    "ner_finetune-long": Case("ner_finetune", 24, 250, 4),
    "lora": Case("lora", 24, 30, 0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--here", action="store_true", help="the one case in this process")
    called = parser.parse_args()
    if called.here:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps({"case": called.cases[0], **measure(CASES[called.cases[0]], Path(folder))}))
        return
    for name in called.cases:
        subprocess.run([sys.executable, __file__, "--here", name], check=False)


def measure(case: Case, folder: Path) -> dict[str, Any]:
    """Trains, and says what it took; in megabytes."""
    from training_worker import preload  # noqa: F401  what the worker has loaded before a training begins
    from training_worker.reporter import ListReporter
    from training_worker.training import train

    plan = plan_of(case)
    table = folder / "table.parquet"
    pq.write_table(made_up(case), table)
    report = ListReporter()
    trained = train(plan, table, None, folder / "work", report, "made up")
    foretold = foretold_mb(plan, case, table)
    return {
        "foretold": foretold,
        "peak": peak_mb(),
        "error": f"{foretold / peak_mb() - 1:+.0%}",
        "seconds": trained.outcome.seconds["total"],
        "notes": trained.outcome.notes,
        "tried": [t.note for t in trained.outcome.tried],
    }


def foretold_mb(plan: Any, case: Case, table: Path) -> int:
    """What the wizard says before it begins, where all rows are learned from."""
    from training_worker.lanes import processors
    from training_worker.memory_fit import shape_of
    from workspace.memory_plan import Texts, needed, settings_of
    from workspace.recipe import load_recipes

    lengths = [len(text) for text in pq.read_table(table).column("text").to_pylist()]
    rows = round(case.rows * (1 - plan.test_fraction))
    texts = Texts(rows, sum(lengths) / len(lengths), max(lengths), max(case.labels, 1))
    recipe = load_recipes()[case.recipe]
    return round(needed(recipe, settings_of(recipe, plan), texts, shape_of(plan, recipe), processors()).memory_mb)


def plan_of(case: Case) -> Any:
    from workspace.dataset import TaskKind
    from workspace.plan import TrainingPlan

    task = TaskKind.GENERATION if case.recipe == "lora" else TaskKind.CLASSIFICATION
    task = TaskKind.NER if case.recipe.startswith("ner") else task
    metric = {TaskKind.NER: "entity_f1", TaskKind.GENERATION: "token_probability"}.get(task, "macro_f1")
    return TrainingPlan(
        dataset_id="made-up",
        task=task,
        text=("text",),
        label="label",
        recipe=case.recipe,
        budget_seconds=case.budget,
        metric=metric,
        settings=case.settings,
    )


def made_up(case: Case) -> pa.Table:
    """Words drawn as in real languages (a few very often), and some that tell the answer."""
    rng = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlucmfwyp"))
    words = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(20_000)]
    often = 1 / np.arange(1, len(words) + 1)
    drawn = iter(rng.choice(len(words), size=case.rows * case.words * 2, p=often / often.sum()).tolist())
    answers = rng.integers(0, max(case.labels, 1), case.rows)
    texts, labels = [], []
    for answer in answers:
        text = [words[next(drawn)] for _ in range(int(rng.integers(case.words // 2, case.words * 3 // 2)))]
        text[int(rng.integers(len(text)))] = f"Topic{words[5000 + answer]}"
        texts.append(" ".join(text))
        labels.append(answer_of(case, int(answer), texts[-1]))
    return pa.table({"text": texts, "label": labels})


def answer_of(case: Case, answer: int, text: str) -> Any:
    if case.recipe == "lora":
        return " ".join(text.split()[:30])
    if case.recipe.startswith("ner"):
        start = text.index("Topic")
        return json.dumps([{"start": start, "end": start + len(text[start:].split()[0]), "label": f"kind {answer}"}])
    return f"label {answer}"


def peak_mb() -> float:
    """The most memory that this process ever held."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
