"""LoRA on a causal model: the recipe ``lora`` beside peft with the Trainer of transformers, on the same rows.

    python benchmarks/training/generation.py --data alpaca_en_demo.json [--rows 48] [--held-out 16] [--methods ...]

Each method has a process of its own and learns from the same rows once, with the same additions (rank 8, alpha 16, all
linear layers), learning rate and batch size, and a rate that falls to zero in a line. Counted are real tokens (no
padding) per CPU second (user and system) of the steps alone; the loss on held-out rows is that of the answers' tokens,
before and after, computed in the same way for both. Prints one line of JSON for each method.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

METHODS = ("lora", "peft", "peft_grouped")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="JSON rows with instruction, input and output")
    parser.add_argument("--rows", type=int, default=48)
    parser.add_argument("--held-out", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--base", default="SmolLM2-135M-Instruct")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=METHODS)
    parser.add_argument("--here", action="store_true", help="in this process (used for the processes of the methods)")
    call = parser.parse_args()
    if call.here:
        print(json.dumps(measure(call)), flush=True)
        return
    arguments = [a for a in sys.argv[1:] if a not in (*METHODS, "--methods")]
    for method in call.methods:
        command = [sys.executable, __file__, *arguments, "--here", "--methods", method]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1], flush=True)


def measure(call: argparse.Namespace) -> dict[str, Any]:
    from training_worker.generation.causal import load_causal, sums_of_losses
    from training_worker.starter import resolve_base

    texts, answers = rows_of(call.data, call.rows + call.held_out, call.seed)
    causal = load_causal(resolve_base(call.base))
    encoded = causal.form.encode(texts, answers, 512)
    held = np.arange(call.rows, call.rows + call.held_out)

    def loss(model: Any = None) -> float:
        tokens = [encoded.tokens[i] for i in held]
        sums = sums_of_losses(causal, tokens, encoded.starts[held], lambda done: None).sum(axis=0)
        return float(sums[0] / sums[1])

    before = loss()
    method = call.methods[0]
    run = ours if method == "lora" else peers
    seconds, wall, steps = run(call, causal, encoded, grouped=method == "peft_grouped")
    tokens = sum(len(t) for t in encoded.tokens[: call.rows])
    after = loss()
    return {
        "method": method,
        "load": os.getloadavg()[0],
        "rows": call.rows,
        "steps": steps,
        "tokens": tokens,
        "cpu_seconds": round(seconds, 1),
        "wall_seconds": round(wall, 1),
        "tokens_per_cpu_second": round(tokens / seconds, 1),
        "held_out_loss_before": round(before, 4),
        "held_out_loss_after": round(after, 4),
        "lower_by": round(1 - after / before, 4),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def rows_of(file: Path, count: int, seed: int) -> tuple[list[str], list[str]]:
    """So many rows, drawn at random."""
    rows = [row for row in json.loads(file.read_text("utf-8")) if row["output"].strip()]
    random.Random(seed).shuffle(rows)
    texts = [f"{row['instruction']}\n{row['input']}".strip() for row in rows[:count]]
    return texts, [row["output"].strip() for row in rows[:count]]


def ours(call: argparse.Namespace, causal: Any, encoded: Any, grouped: bool) -> tuple[float, float, int]:
    """The recipe's own loop, without its judgements; CPU and wall seconds of the steps, and their number."""
    from training_worker.auto import settings_of
    from training_worker.data import LabelledRows
    from training_worker.generation.low_rank import adapt
    from training_worker.job import Job
    from training_worker.recipes.lora import Learning
    from training_worker.split import Split
    from workspace.plan import TrainingPlan
    from workspace.recipe import load_recipes

    class Quiet:
        def check(self) -> None: ...
        def metric(self, event: Any) -> None: ...
        def checkpointed(self) -> None: ...

    class Timed(Learning):
        cpu = wall = 0.0

        def _affordable_steps(self, lanes: Any) -> int:
            return self.position.total_steps

        def _step(self, lanes: Any, rows: Any) -> float:
            began = time.process_time(), time.monotonic()
            found = super()._step(lanes, rows)
            self.cpu += time.process_time() - began[0]
            self.wall += time.monotonic() - began[1]
            return found

    settings = {"epochs": 1, "learning_rate": call.learning_rate, "batch_size": call.batch_size}
    plan = TrainingPlan(
        dataset_id="ds", task="generation", text=("text",), label="label", settings=settings, seed=call.seed
    )
    recipe = load_recipes()["lora"]
    with tempfile.TemporaryDirectory() as folder:
        rows = LabelledRows([""] * call.rows, [""] * call.rows)
        job = Job(
            plan=plan,
            split=Split(rows, rows, [], []),
            settings=settings_of(recipe, plan),
            work=Path(folder),
            report=Quiet(),
            deadline=float("inf"),
            recipe="lora",
            on_progress=lambda fraction, message: None,
        )
        layers = adapt(causal.model, job.whole("rank"), job.number("alpha"), False, call.seed)
        learning = Timed(job, causal, layers, encoded, np.arange(call.rows), np.zeros(0, np.int64), time.monotonic())
        learning.learn()
    return learning.cpu, learning.wall, learning.position.step


def peers(call: argparse.Namespace, causal: Any, encoded: Any, grouped: bool) -> tuple[float, float, int]:
    """peft and transformers' Trainer: dynamic padding, all else as they have it by default."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainerCallback, TrainingArguments

    settings = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM")
    torch.manual_seed(call.seed)
    model = get_peft_model(causal.model, settings)
    data = []
    for tokens, start in zip(encoded.tokens[: call.rows], encoded.starts, strict=False):
        labels = [-100] * int(start) + tokens[int(start) :]
        data.append({"input_ids": tokens, "attention_mask": [1] * len(tokens), "labels": labels})
    clock: dict[str, float] = {}

    class Timed(TrainerCallback):
        def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
            clock.setdefault("cpu", time.process_time())
            clock.setdefault("wall", time.monotonic())

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            clock["cpu_end"], clock["wall_end"] = time.process_time(), time.monotonic()

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            per_device_train_batch_size=call.batch_size,
            num_train_epochs=1,
            learning_rate=call.learning_rate,
            warmup_steps=0.1,
            report_to=[],
            save_strategy="no",
            seed=call.seed,
            disable_tqdm=True,
            **({"train_sampling_strategy": "group_by_length"} if grouped else {}),
        )
        causal.tokenizer.padding_side = "right"
        collate = DataCollatorForSeq2Seq(causal.tokenizer, padding=True)
        trainer = Trainer(model, arguments, data_collator=collate, train_dataset=data, callbacks=[Timed()])
        trainer.train()
    model.eval()
    return clock["cpu_end"] - clock["cpu"], clock["wall_end"] - clock["wall"], trainer.state.global_step


if __name__ == "__main__":
    main()
