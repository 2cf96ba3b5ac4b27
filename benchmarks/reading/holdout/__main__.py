"""Write the files, read each with nothing but the file, and compare what is found with their facts.

python -m benchmarks.reading.holdout [--set second|third|fourth] [--folder FOLDER]
"""

import argparse
import codecs
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.reading.fourth import talks
from benchmarks.reading.holdout import firms, nested, papers, service, surveys, trade
from benchmarks.reading.holdout.made import Made
from benchmarks.reading.second import desks, money, public, screens
from benchmarks.reading.third import offices
from workspace.dataset import DatasetProfile
from workspace.errors import WizardError
from workspace.reading import Limits, inspect_file

_SETS = {
    "first": (service, surveys, trade, firms, nested, papers),
    "second": (money, desks, public, screens),
    "third": (offices,),
    "fourth": (talks,),
}


def _same_text(content: bytes, one: str, other: str | None) -> bool:
    """Whether two encodings make the same text of these bytes (cp1252 and Latin-1 often do)."""
    if other is None:
        return False
    first, second = (content.decode(codecs.lookup(name).name, "replace").lstrip("\ufeff") for name in (one, other))
    return first == second


def _faults(made: Made, profile: DatasetProfile) -> dict[str, Any]:
    """The facts that were not found, with what was found instead."""
    task = profile.task
    label = task.label if task.label or not task.label_columns else set(task.label_columns)
    found: dict[str, Any] = {
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "header_row": profile.header_row,
        "rows": profile.rows,
        "sheet": profile.sheet,
        "task": task.kind,
        "text": task.text,
        "label": label,
        "label_columns": sorted(task.label_columns),
    }
    wrong = {}
    for name, wanted in made.facts.items():
        got = found[name]
        if name == "encoding":
            right = _same_text(made.content, wanted, got)
        elif name == "text":
            right = bool(got) and set(got) <= (wanted if isinstance(wanted, set) else {wanted})
        elif name == "label_columns":
            right = got == sorted(wanted)
        else:
            right = got in wanted if isinstance(wanted, set) else got == wanted
        if not right:
            wrong[name] = (wanted, got)
    return wrong


def main() -> None:
    """Print every fact that was not found, and the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=_SETS, default="first")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", help="files whose name holds this")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="holdout-"))
    folder.mkdir(parents=True, exist_ok=True)
    every = [made for part in _SETS[given.set] for made in part.files()]
    asked: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    whole = 0
    for made in (one for one in every if not given.only or given.only in one.name):
        path = folder / made.name
        path.write_bytes(made.content)
        asked.update(made.facts.keys())
        try:
            wrong = _faults(made, inspect_file(path, Limits()))
        except WizardError as exc:
            wrong = dict.fromkeys(made.facts, exc.code)
        missed.update(wrong.keys())
        whole += not wrong
        if wrong:
            print(f"{made.name}: {wrong}", flush=True)
    total, right = asked.total(), asked.total() - missed.total()
    for name, count in asked.items():
        print(f"{name}: {count - missed[name]} of {count}")
    print(f"{right} of {total} facts ({right / total:.1%}); {whole} of {len(every)} files without a fault")


if __name__ == "__main__":
    main()
