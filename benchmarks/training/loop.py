"""The loop of fine-tuning: how much of the processor it uses, and how long until a stock Trainer is as good.

    python benchmarks/training/loop.py --data FOLDER [--rows 1000] [--epochs 2] [--no-stock]

``FOLDER`` holds banking77/{train,test}.csv. The share is that of the fastest large matrix product of this machine in
the same number format, measured before, after and in the same process, counting real tokens only (padding is waste).
CPU seconds are those of the whole process, all threads. The stock Trainer of transformers gets batches grouped by
length, dynamic padding, the same base model, rate and batch size; it goes on until it is as good on the test rows, or
has taken six times as long.
"""

import argparse
import csv
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training_worker.embedding import autocast, fast_bfloat16, tokenize
from training_worker.starter import STARTER, resolve_base
from training_worker.tuning_loop import TuningLoop
from workspace.dataset import TaskKind
from workspace.memory_plan import SHAPES
from workspace.plan import TrainingPlan

RATE, BATCH, MOST_TOKENS = 1e-4, 64, 256
PATIENCE = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--test-rows", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--against", type=float, nargs=2, metavar=("ACCURACY", "CPU"), help="only the stock Trainer")
    call = parser.parse_args()
    train = rows_of(call.data / "banking77/train.csv", call.rows)
    test = rows_of(call.data / "banking77/test.csv", call.test_rows)
    result: dict[str, Any] = {"load": os.getloadavg()[0], "rows": call.rows, "bfloat16": fast_bfloat16()}
    if call.against:
        own = {"accuracy": call.against[0], "cpu": call.against[1]}
    else:
        result["own"] = own = ours(train, test, call.epochs)
        print(json.dumps(result), flush=True)
    if not call.no_stock:
        print(json.dumps({"stock": stock(train, test, own["accuracy"], PATIENCE * own["cpu"])}), flush=True)


def rows_of(file: Path, count: int) -> tuple[list[str], list[str]]:
    """So many rows by chance, each label in its share."""
    with file.open(encoding="utf-8", newline="") as source:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(source)]
    order = np.random.default_rng(0).permutation(len(rows))
    rank: dict[str, int] = {}
    ranks = {}
    for i in order:
        ranks[i] = rank[rows[i][1]] = rank.get(rows[i][1], 0) + 1
    chosen = sorted(order, key=lambda i: ranks[i])[:count]
    return [rows[i][0] for i in chosen], [rows[i][1] for i in chosen]


def peak() -> float:
    """Floating-point operations a CPU second of a large matrix product, one on each processor's share of threads."""
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    best = 0.0
    with torch.inference_mode(), autocast():
        for _ in range(6):
            began = time.process_time()
            torch.nn.functional.linear(a, b)
            best = max(best, 2 * 2048**3 / (time.process_time() - began))
    return best


def ours(train: tuple[list[str], list[str]], test: tuple[list[str], list[str]], epochs: int) -> dict[str, Any]:
    """The recipe ``finetune`` as it is, without the other recipes; the steps are timed by themselves."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from training_worker.reporter import ListReporter
    from training_worker.training import train as train_model

    spent: list[float] = []
    steps = TuningLoop._steps

    def timed(loop: TuningLoop, lanes: Any) -> None:
        judge = timing(loop, "_judge")
        began = time.process_time()
        steps(loop, lanes)
        spent.append(time.process_time() - began - sum(judge))
        spent.append(float(loop.position.step))
        spent.append(float(sum(len(loop.tokens[i]) for i in loop.train_rows)) * loop.position.step)
        spent[-1] /= loop.steps_per_epoch

    TuningLoop._steps = timed  # type: ignore[method-assign,assignment]
    before = peak()
    plan = TrainingPlan(
        dataset_id="banking77",
        task=TaskKind.CLASSIFICATION,
        text=("text",),
        label="label",
        recipe="finetune",
        budget_seconds=3600,
        metric="accuracy",
        settings={"epochs": epochs, "batch_size": BATCH, "learning_rate": RATE, "max_tokens": MOST_TOKENS},
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, (texts, labels) in {"train": train, "test": test}.items():
            pq.write_table(pa.table({"text": texts, "label": labels}), Path(folder) / f"{name}.parquet")
        began, cpu = time.monotonic(), time.process_time()
        learn, judge = Path(folder) / "train.parquet", Path(folder) / "test.parquet"
        trained = train_model(plan, learn, judge, Path(folder) / "work", ListReporter(), "banking77")
        wall, cpu = time.monotonic() - began, time.process_time() - cpu
    fastest = max(before, peak())
    seconds, done, tokens = spent
    used = flop(tokens, tokens / (done * BATCH)) / seconds
    return {
        "accuracy": trained.outcome.evaluation.metrics["accuracy"],
        "cpu": round(cpu, 1),
        "wall": round(wall, 1),
        "steps": int(done),
        "cpu_of_steps": round(seconds, 1),
        "gflops_of_steps": round(used / 1e9, 1),
        "gflops_peak": round(fastest / 1e9, 1),
        "share_of_peak": round(used / fastest, 3),
    }


def timing(loop: TuningLoop, name: str) -> list[float]:
    """CPU seconds of each call of a method of the loop, from now on."""
    found: list[float] = []
    call: Callable[[], None] = getattr(loop, name)

    def timed() -> None:
        began = time.process_time()
        call()
        found.append(time.process_time() - began)

    setattr(loop, name, timed)
    return found


def flop(tokens: float, length: float) -> float:
    """Operations of a step forward and back; word embeddings are frozen, so nothing is computed for them."""
    shape = SHAPES[STARTER]
    products = 4 * shape.hidden**2 + 2 * shape.hidden * shape.inner
    return 3 * 2 * tokens * shape.layers * (products + 2 * shape.hidden * length)


def stock(
    train: tuple[list[str], list[str]], test: tuple[list[str], list[str]], wanted: float, most: float
) -> dict[str, Any]:
    """The Trainer of transformers, judged after each pass; judging does not count."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    torch.set_num_threads(os.cpu_count() or 1)
    source = resolve_base(STARTER).source
    tokenizer = AutoTokenizer.from_pretrained(source)
    names = sorted(set(train[1]))
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=len(names))

    def items(rows: tuple[list[str], list[str]]) -> list[dict[str, Any]]:
        tokens = tokenize(tokenizer, rows[0], MOST_TOKENS)
        return [
            {"input_ids": t, "length": len(t), "labels": names.index(n)} for t, n in zip(tokens, rows[1], strict=True)
        ]

    curve: list[tuple[int, float, float]] = []
    judging = [0.0]
    began = time.process_time()
    judged = items(test)

    class Judge(TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            cpu = time.process_time() - began - judging[0]
            at = time.process_time()
            model.eval()
            right = 0
            with torch.inference_mode():
                for start in range(0, len(judged), 64):
                    part = judged[start : start + 64]
                    batch = collate([{"input_ids": one["input_ids"]} for one in part])
                    found = model(**batch).logits.argmax(1).tolist()
                    right += sum(f == one["labels"] for f, one in zip(found, part, strict=True))
            model.train()
            judging[0] += time.process_time() - at
            curve.append((round(state.epoch), round(right / len(judged), 4), round(cpu, 1)))
            print(json.dumps({"pass": curve[-1][0], "accuracy": curve[-1][1], "cpu": curve[-1][2]}), flush=True)
            control.should_training_stop = curve[-1][1] >= wanted or cpu > most

    collate = DataCollatorWithPadding(tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            num_train_epochs=60,
            learning_rate=RATE,
            per_device_train_batch_size=BATCH,
            train_sampling_strategy="group_by_length",
            bf16=fast_bfloat16(),
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
        )
        Trainer(model, arguments, train_dataset=items(train), data_collator=collate, callbacks=[Judge()]).train()
    best = max(curve, key=lambda point: point[1])
    return {"curve": curve, "best_accuracy": best[1], "cpu": curve[-1][2], "reached": best[1] >= wanted}


if __name__ == "__main__":
    main()
