"""Facts about made messy files that the readers were not built from, kind by kind of fact.

python -m benchmarks.reading.unseen
"""

import tempfile
from collections import Counter
from pathlib import Path

from tests.workspace.reading.unseen import FILES
from tests.workspace.reading.unseen.facts import compare


def main() -> None:
    """Print what was found of each kind of fact, and every fact that was not."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong: list[str] = []
    whole = 0
    with tempfile.TemporaryDirectory() as folder:
        for made in FILES:
            facts = compare(made, Path(folder))
            for fact, (found, wanted) in facts.items():
                total[fact] += 1
                right[fact] += found == wanted
                if found != wanted:
                    wrong.append(f"{made.name}: {fact} {found!r}, right is {wanted!r}")
            whole += all(found == wanted for found, wanted in facts.values())
    print("| fact | found | of |\n| --- | --- | --- |")
    for fact, count in total.most_common():
        print(f"| {fact.replace('_', ' ')} | {right[fact]} | {count} |")
    print(f"| all | {right.total()} | {total.total()} |\n\n{whole} of {len(FILES)} files without a fault.\n")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
