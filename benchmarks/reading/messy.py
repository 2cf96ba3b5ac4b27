"""Facts about real awkward files that are found with nothing but the file: encoding, delimiter, header row, rows.

    python -m benchmarks.reading.messy FOLDER

FOLDER has the files and ``manifest.jsonl``: one object a file with ``file`` and the true ``encoding``, ``delimiter``,
``header_row_index`` (counted among the records from 0, null without a header) and ``n_data_rows``.
"""

import argparse
import codecs
import json
from pathlib import Path
from typing import Any

from workspace.dataset import DatasetProfile
from workspace.errors import WizardError
from workspace.reading import Limits, inspect_file

_NAMES = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header_row_index": "header row",
    "n_data_rows": "rows",
}


def _codec(name: str | None) -> str | None:
    """One name for all the names of an encoding; None for workbooks and other binary files."""
    if name is None or name.startswith("binary"):
        return None
    return codecs.lookup(name.split()[0]).name


def found_facts(profile: DatasetProfile) -> dict[str, Any]:
    """What the wizard found."""
    return {
        "encoding": _codec(profile.encoding),
        "delimiter": profile.delimiter,
        "header_row_index": profile.header_row,
        "n_data_rows": profile.rows,
    }


def main() -> None:
    """Print what was found of each kind of fact, and every fact that was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    right, total = dict.fromkeys(_NAMES, 0), dict.fromkeys(_NAMES, 0)
    wrong: list[str] = []
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        facts = json.loads(line)
        try:
            found = found_facts(inspect_file(folder / facts["file"], Limits()))
        except WizardError as exc:
            found = dict.fromkeys(_NAMES)
            wrong.append(f"{facts['file']}: {exc.code}")
        for name in _NAMES.keys() & facts.keys():
            wanted = _codec(facts[name]) if name == "encoding" else facts[name]
            if wanted is None and name != "header_row_index":
                continue
            total[name] += 1
            right[name] += found[name] == wanted
            if found[name] != wanted:
                wrong.append(f"{facts['file']}: {_NAMES[name]} {found[name]!r}, the manifest says {wanted!r}")
    print("| fact | found | of |\n| --- | --- | --- |")
    for name, shown in _NAMES.items():
        print(f"| {shown} | {right[name]} | {total[name]} |")
    print(f"| all | {sum(right.values())} | {sum(total.values())} |\n")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
