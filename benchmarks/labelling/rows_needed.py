"""Rows that have to be labelled until a model is nearly as good as with all labels: the wizard's choice against chance.

    python benchmarks/labelling/rows_needed.py --data FOLDER [--seeds 5] [snips sms_spam banking77_20 banking77 trec]

``FOLDER`` holds snips/train.jsonl, sms_spam/sms.tsv, banking77/train.csv and trec/train.xlsx; README.md says where they
come from. Prints one line of JSON for each set. Labels are the ones in the file: a person who never errs.

The wizard's order is that of ``training_worker.label_order``, asked anew after every five answers as in the chat, every
fifth text by chance included. The model that is judged is the same for both: a logistic regression on the starter
model's vectors, on 40 of 100 rows that neither may label. "Reached" means three times in a row.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from training_worker.embedding import load_encoder, vectors_of
from training_worker.label_order import STRENGTH, chances_of, order
from training_worker.starter import STARTER, resolve_base

GOAL = 0.95
MOST_ROWS = 5_000
STEP = {"banking77": 20, "trec": 10}
"""Answers between two orders; the chat asks anew after 5, 10 or 25 of them, depending on how many there are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--most", type=int, default=2_000, help="stop at so many answers")
    parser.add_argument("sets", nargs="*", default=["snips", "sms_spam", "banking77_20", "banking77", "trec"])
    call = parser.parse_args()
    for name in call.sets:
        began = time.monotonic()
        texts, labels = load(call.data, name)
        encoder = load_encoder(resolve_base(STARTER))
        vectors = vectors_of(encoder, texts, 128, lambda _done: None)
        classes = np.unique(labels, return_inverse=True)[1]
        results = [one_seed(vectors, classes, seed, STEP.get(name, 5), call.most) for seed in range(call.seeds)]
        line = {"set": name, "rows": len(texts), "classes": int(classes.max()) + 1, "seeds": call.seeds}
        line["full_accuracy"] = round(float(np.mean([r["full"] for r in results])), 3)
        for how in ("wizard", "chance"):
            needed = [r[how] for r in results]
            line[how] = needed
            line[f"{how}_mean"] = round(float(np.mean([n or call.most for n in needed])))
        line["seconds"] = round(time.monotonic() - began)
        print(json.dumps(line), flush=True)


def load(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """At most ``MOST_ROWS`` different texts with their labels, in an order that is always the same."""
    if name == "snips":
        rows = [json.loads(line) for line in (folder / "snips/train.jsonl").open(encoding="utf-8")]
        pairs = [(row["text"], row["intent"]) for row in rows]
    elif name == "sms_spam":
        lines = (folder / "sms_spam/sms.tsv").read_text("utf-8").splitlines()
        pairs = [(text, label) for label, text in (line.split("\t", 1) for line in lines if "\t" in line)]
        pairs = [(text, label) for text, label in pairs if label in ("ham", "spam")]
    elif name == "trec":
        import openpyxl

        rows = list(openpyxl.load_workbook(folder / "trec/train.xlsx", read_only=True).active.values)
        pairs = [(str(row[0]), str(row[1])) for row in rows[1:]]
    else:
        with (folder / "banking77/train.csv").open(encoding="utf-8", newline="") as file:
            rows = [tuple(row.values()) for row in csv.DictReader(file)]
        pairs = [(row[0], row[1]) for row in rows]
        if name == "banking77_20":
            kept = sorted({label for _, label in pairs})[:20]
            pairs = [pair for pair in pairs if pair[1] in kept]
    pairs = list(dict(pairs).items())
    chosen = np.random.default_rng(0).permutation(len(pairs))[:MOST_ROWS]
    return [pairs[i][0] for i in chosen], [pairs[i][1] for i in chosen]


def one_seed(vectors: np.ndarray, classes: np.ndarray, seed: int, step: int, most: int) -> dict[str, float | None]:
    rng = np.random.default_rng(100 + seed)
    mixed = rng.permutation(len(vectors))
    cut = int(0.6 * len(mixed))
    pool, exam = mixed[:cut], mixed[cut:]
    size = int(classes.max()) + 1
    full = accuracy(vectors[pool], classes[pool], vectors[exam], classes[exam])
    found: dict[str, float | None] = {"full": full}
    for how in ("wizard", "chance"):
        found[how] = needed(how, vectors, classes, pool, exam, size, GOAL * full, step, most, seed)
    return found


def needed(how, vectors, classes, pool, exam, size, goal, step, most, seed) -> int | None:
    """Answers after which the goal is reached for the first of three times in a row; None where it is not."""
    rng = np.random.default_rng(seed)
    answered: list[int] = []
    drawn = reached = 0
    while len(answered) < min(most, len(pool)):
        if how == "chance":
            left = np.setdiff1d(np.arange(len(pool)), answered)
            answered += rng.permutation(left)[:step].tolist()
        else:
            known = np.zeros(len(pool), dtype=bool)
            known[answered] = True
            learnt = classes[pool[answered]]
            chances = chances_of(vectors[pool[answered]], learnt, size, vectors[pool])
            counts = np.bincount(learnt, minlength=size)
            picks = order(vectors[pool], known, chances, counts, step, rng, drawn)
            drawn += sum(pick.by == "chance" for pick in picks)
            answered += [pick.row for pick in picks]
        rows = pool[answered]
        score = accuracy(vectors[rows], classes[rows], vectors[exam], classes[exam])
        reached = reached + 1 if score >= goal else 0
        if reached == 3:
            return len(answered) - 2 * step
    return None


def accuracy(vectors, classes, asked, truth) -> float:
    if len(set(classes)) < 2:
        return float((truth == classes[0]).mean())
    with threadpool_limits(1):
        head = LogisticRegression(C=STRENGTH, max_iter=200).fit(vectors, classes)
        return float((head.predict(asked) == truth).mean())


if __name__ == "__main__":
    main()
