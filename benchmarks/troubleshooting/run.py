"""How often the first cause is right, and how often it is among the first three; the floors beside it.

    python benchmarks/troubleshooting/run.py FOLDER

FOLDER holds real_errors_dev.jsonl, symptoms_dev.jsonl and taxonomy.md. The hold-out lies beside this file. The floors
are the taxonomy's line that is nearest to the text, by TF-IDF and by the starter model's sentence vectors.
"""

import argparse
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from tools.meaning import Encoder
from tools.troubleshooting import diagnose, symptom_finder
from workspace.settings import load_settings
from workspace.starter import starter_onnx_folder

Ranking = Callable[[str], list[str]]
Case = tuple[str, set[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="list the texts whose first cause is wrong")
    options = parser.parse_args()
    folder: Path = options.folder
    holdout = _cases(Path(__file__).with_name("holdout.jsonl"), "text", "also_acceptable")
    sets = {
        "real errors (dev)": [
            case for _, case in _cases(folder / "real_errors_dev.jsonl", "error_text", "also_acceptable")
        ],
        "symptoms (dev)": [case for _, case in _cases(folder / "symptoms_dev.jsonl", "question", "acceptable_causes")],
        "hold-out, messages": [case for kind, case in holdout if kind == "error"],
        "hold-out, own words": [case for kind, case in holdout if kind == "symptom"],
    }
    ways = {"this wizard": _wizard(), **_floors(folder / "taxonomy.md")}
    print(f"{'texts':22}{'n':>5}" + "".join(f"{way:>28}" for way in ways))
    for name, cases in sets.items():
        shares = [
            _shares(cases, ranking, show=options.misses and way == "this wizard") for way, ranking in ways.items()
        ]
        print(f"{name:22}{len(cases):5}" + "".join(f"{first:>14.1%} {three:>13.1%}" for first, three in shares))
    texts = [text for cases in sets.values() for text, _ in cases]
    started = time.perf_counter()
    for text in texts:
        ways["this wizard"](text)
    print(
        f"{1000 * (time.perf_counter() - started) / len(texts):.0f} ms a text; columns: first right, in the first three"
    )


def _cases(path: Path, text: str, also: str) -> list[tuple[str, Case]]:
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(row.get("kind", ""), (row[text], {row["cause"], *row[also]})) for row in rows]


def _shares(cases: list[Case], ranking: Ranking, *, show: bool) -> tuple[float, float]:
    first = three = 0
    for text, right in cases:
        ranked = ranking(text)[:3]
        first += ranked[0] in right
        three += bool(right & set(ranked))
        if show and ranked[0] not in right:
            print(f"  {sorted(right)} -> {ranked}: {text[:160]!r}")
    return first / len(cases), three / len(cases)


def _wizard() -> Ranking:
    symptoms = symptom_finder(load_settings())

    def rank(text: str) -> list[str]:
        found = diagnose(text, symptoms)
        return [found.cause, *found.alternatives]

    return rank


def _floors(taxonomy: Path) -> dict[str, Ranking]:
    lines = re.findall(r"^- \*\*([A-Z0-9_]+)\*\* - (.+)$", taxonomy.read_text("utf-8"), re.MULTILINE)
    codes = [code for code, _ in lines]
    texts = [f"{code.replace('_', ' ').lower()} {line}" for code, line in lines]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(texts)
    by_words = words.transform(texts)
    floors: dict[str, Ranking] = {
        "nearest line, TF-IDF": lambda text: _ranked(codes, (by_words @ words.transform([text]).T).toarray()[:, 0])
    }
    if folder := starter_onnx_folder(load_settings()):
        encoder = Encoder(folder)
        vectors = encoder(texts)
        floors["nearest line, vectors"] = lambda text: _ranked(codes, vectors @ encoder([text])[0])
    return floors


def _ranked(codes: list[str], scores: Any) -> list[str]:
    return [codes[i] for i in np.argsort(-scores)]


if __name__ == "__main__":
    main()
