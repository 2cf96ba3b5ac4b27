"""The kinds of faults, by name; see :class:`tests.training_worker.faults.bench.Fault`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.training_worker.faults import bases, machine
from tests.training_worker.faults.bench import Bench, Fault, Rows, rows_of
from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan

USUAL_BASE = "start from the usual base model"
Arrange = Callable[[Bench], TrainingPlan]


def _plan(**wishes: Any) -> Arrange:
    return lambda bench: bench.plan(**wishes)


def _on(make: Callable[[Path], Path], recipe: str = "embed", **settings: Any) -> Arrange:
    """A plan that starts from a base model that is made just so."""
    return lambda bench: bench.plan(recipe=recipe, base=str(make(bench.folder / "base")), settings=settings or None)


def _from_hub(name: str) -> Arrange:
    return _plan(recipe="embed", base=f"faults/{name}")


def _instead(rows: Rows) -> Arrange:
    """A good plan, for data that no plan would have been made for."""
    return lambda bench: bench.plan().model_copy(update={"dataset_id": bench.data(rows).id})


def _setting(**settings: Any) -> Arrange:
    """Settings that no form would take."""

    def arrange(bench: Bench) -> TrainingPlan:
        return bench.plan(recipe="finetune").model_copy(update={"settings": settings})

    return arrange


def _column(**columns: Any) -> Arrange:
    """The plan names columns that the data did have once."""

    def arrange(bench: Bench) -> TrainingPlan:
        data = bench.data([(*row, "") for row in rows_of()], ("body", "team", "note"))
        return bench.plan(data).model_copy(update=columns)

    return arrange


def _many_labels(bench: Bench) -> TrainingPlan:
    singles: Rows = [(f"please look at number {n}", f"only {n}") for n in range(2001)]
    return bench.plan(bench.data(rows_of() + singles))


def _several(bench: Bench) -> TrainingPlan:
    rows = [(text, *("1" if label == name else "0" for name in ("billing", "orders"))) for text, label in rows_of()]
    header = ("body", "billing", "orders")
    data = bench.data(rows, header)
    plan = bench.plan(data, task=TaskKind.MULTILABEL, label_columns=["billing", "orders"])
    odd = bench.data([(text, a, "perhaps") for text, a, _ in rows], header)
    return plan.model_copy(update={"dataset_id": odd.id})


def _broken_table(bench: Bench) -> TrainingPlan:
    plan = bench.plan()
    dataset = bench.workspace.datasets.get(plan.dataset_id)
    with bench.workspace.storage.write(dataset.table_key) as file:
        file.write(b"PAR1 and then nothing")
    return plan


def _old_state(bench: Bench) -> TrainingPlan:
    """The saved state of a training of other labels lies where this one looks for its own."""
    three = [*rows_of(), *((f"please tell me about shares {n}", "shares") for n in range(20))]
    bench.plant(bench.plan(bench.data(three), recipe="finetune", settings={"epochs": 1}))
    return bench.plan(recipe="finetune", settings={"epochs": 1})


def _no_layers_to_adapt(bench: Bench) -> TrainingPlan:
    """A model whose attention layers are called otherwise, and only those are to be adapted."""
    from tests.training_worker.generation.tiny import questions

    prompts, answers = questions(30)
    data = bench.data(list(zip(prompts, answers, strict=True)), ("prompt", "answer"))
    base = str(bases.writer(bench.folder / "base"))
    wishes = {"task": TaskKind.GENERATION, "text": ["prompt"], "label": "answer", "base": base}
    return bench.plan(data, recipe="lora", settings={"targets": "attention", "epochs": 1}, **wishes)


def _no_marks(bench: Bench) -> TrainingPlan:
    """Texts in which things should be found, and in none of them anything is marked."""
    data = bench.data([(text, "[]") for text, _ in rows_of()], ("body", "spans"))
    wishes = {"task": TaskKind.NER, "text": ["body"], "label": "spans"}
    return bench.plan(data, recipe="ner_linear", **wishes)


FAULTS: dict[str, Fault] = {
    "one class": Fault(_instead([(text, "billing") for text, _ in rows_of()]), ("RARE_CLASS_SPLIT",), "data"),
    "every class has a single row": Fault(
        _instead([(text, f"team {n}") for n, (text, _) in enumerate(rows_of())]), ("RARE_CLASS_SPLIT",), "data"
    ),
    "thousands of classes with a row each": Fault(
        _many_labels, ("RARE_CLASS_SPLIT",), "data", "leave out the rare answers"
    ),
    "text column renamed since the plan": Fault(
        _column(text=("message",)), ("MISSING_COLUMN",), "data", "use the columns that the data has now"
    ),
    "answer column renamed since the plan": Fault(
        _column(label="department"), ("MISSING_COLUMN",), "data", "use the columns that the data has now"
    ),
    "answer column empty": Fault(
        _column(label="note"), ("EMPTY_DATASET",), "data", "use the columns that hold texts and answers"
    ),
    "every text empty": Fault(
        _instead([("", label) for _, label in rows_of()]), ("TEXT_NULL", "EMPTY_DATASET"), "data"
    ),
    "yes-or-no column says perhaps": Fault(_several, ("LABEL_TYPE", "LABEL_OUT_OF_RANGE"), "data"),
    "stored table damaged": Fault(_broken_table, ("STORE_UNREACHABLE",), "system"),
    "steps so large that the loss is no number": Fault(
        _setting(learning_rate=1e30, head_learning_rate=1e30),
        ("LR_TOO_HIGH",),
        "settings",
        "go back to the usual",
        machine=machine.any_learning_rate,
    ),
    "learning rate 50, refused": Fault(
        _setting(learning_rate=50.0), ("SETTINGS_INVALID", "LR_TOO_HIGH"), "settings", "go back to the usual"
    ),
    "setting of another method": Fault(_setting(ngrams=3), ("SETTINGS_INVALID",), "settings", "go back to the usual"),
    "label out of range": Fault(
        _plan(recipe="finetune"), ("LABEL_OUT_OF_RANGE",), "data", machine=machine.label_out_of_range
    ),
    "words that the base model has no place for": Fault(
        _on(lambda folder: bases.reader(folder, words=20)), ("SEQ_TOO_LONG",), "settings", USUAL_BASE
    ),
    "base model damaged": Fault(_on(bases.damaged), ("WEIGHTS_CORRUPT",), "system", USUAL_BASE),
    "base model cut off": Fault(_on(bases.cut_off), ("WEIGHTS_CORRUPT",), "system", USUAL_BASE),
    "base model without tokenizer": Fault(
        _on(bases.without_tokenizer), ("WEIGHTS_CORRUPT", "TOKENIZER_DEPENDENCY"), "system", USUAL_BASE
    ),
    "base model pickled": Fault(_on(bases.pickled), ("TORCH_LOAD_BLOCKED",), "system", USUAL_BASE),
    "base model newer than transformers": Fault(_on(bases.of_tomorrow), ("VERSION_MISMATCH",), "system", USUAL_BASE),
    "base model of another kind": Fault(_on(bases.pair), ("WRONG_TASK_HEAD",), "settings", USUAL_BASE),
    "base model's folder gone": Fault(
        _plan(recipe="embed", base="/nowhere/model"), ("MODEL_NOT_FOUND",), "settings", USUAL_BASE
    ),
    "hub does not answer": Fault(_from_hub("silent"), ("HUB_UNREACHABLE",), "system", USUAL_BASE),
    "hub turned off": Fault(
        _from_hub("any"), ("HUB_UNREACHABLE",), "system", USUAL_BASE, machine=machine.hub_turned_off
    ),
    "model gated": Fault(_from_hub("gated"), ("GATED_OR_TOKEN",), "settings", USUAL_BASE),
    "wrong token": Fault(_from_hub("wrong-token"), ("GATED_OR_TOKEN",), "settings", USUAL_BASE),
    "no such model on the hub": Fault(_from_hub("missing"), ("MODEL_NOT_FOUND",), "settings", USUAL_BASE),
    "memory limit": Fault(
        _plan(recipe="finetune"), ("CPU_OOM",), "settings", "train with the lightest", machine=machine.too_little_memory
    ),
    "memory error at a batch": Fault(
        _plan(recipe="finetune"), ("CPU_OOM",), "settings", "train with the lightest", machine=machine.memory_at_a_batch
    ),
    "file size limit": Fault(
        _plan(recipe="finetune"),
        ("DISK_FULL",),
        "system",
        "start it again, once",
        lambda bench: None,
        machine.files_stay_small,
    ),
    "training process killed": Fault(
        _plan(recipe="finetune"), ("WORKER_LOST",), "system", "start it again", lambda bench: None, machine.killed
    ),
    "time limit of the job system": Fault(
        _plan(recipe="finetune"),
        ("TASK_TIME_LIMIT",),
        "settings",
        "train with the lightest",
        machine=machine.little_time,
    ),
    "state of a training with other labels": Fault(
        _old_state, ("NUM_LABELS_MISMATCH", "RESUME_MISMATCH"), "settings", "start it anew"
    ),
    "layers to adapt not there": Fault(
        _no_layers_to_adapt, ("LORA_TARGET_MODULES",), "settings", "adapt the usual layers", enough=False
    ),
    "nothing marked": Fault(_no_marks, ("BIO_INVALID",), "data"),
    "database locked": Fault(
        _plan(),
        ("STORE_UNREACHABLE",),
        "system",
        "start it again",
        lambda bench: None,
        machine.database_locked,
        {"max_attempts": 1},
    ),
    "folder write-protected": Fault(
        _plan(),
        ("PERMISSION_DENIED",),
        "system",
        "start it again",
        lambda bench: None,
        machine.folder_protected,
    ),
    "unserialisable facts": Fault(_plan(), ("SERIALIZATION",), "system", machine=machine.unwritable_facts),
    "package missing": Fault(_plan(), ("VERSION_MISMATCH",), "system", machine=machine.package_missing),
}
