"""Several labels a row in other forms than lists: cells such as ``a; b``, and one 0/1 column for each label."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workspace.judging.types import CountedColumn
from workspace.reading import names
from workspace.reading.statistics import ColumnStatistics

SEPARATORS = (";", "|", ",", "#", "/")
_MOST_LABELS = 1_000
YES = frozenset(
    "1 1.0 1,0 true yes y x xx t ✓ ✔ ☑ ja j wahr oui vrai si sí s sim verdadero да так tak ano evet".split()
)
NO = frozenset("0 0.0 0,0 false no n f - – ☐ nein falsch non faux nao não falso нет ні nie ne hayır".split())
"""What people write into a column that says yes or no, in lower case."""


@dataclass(frozen=True)
class Separated:
    """A column whose cells list labels: what stands between them, and the rows of each label."""

    separator: str
    labels: Counter[str]


def split_labels(cell: str, separator: str) -> list[str]:
    """The labels in a cell, each once, without the blanks around them."""
    return list(dict.fromkeys(part for raw in cell.split(separator) if (part := raw.strip())))


def separated(column: ColumnStatistics) -> Separated | None:
    """The labels of a column whose cells list them; None where the cells are single labels or texts.

    The parts have to repeat more than the cells do: ``Food, Drinks`` beside ``Toys, Games`` are two names with a
    comma, while ``a, b`` beside ``a, c`` and ``b`` are lists.
    """
    counts = column.counts
    if column.is_list or column.is_object or not counts or column.mean_length > 120 or len(counts) < 3:
        return None
    for separator in SEPARATORS:
        several = {cell: count for cell, count in counts.items() if separator in cell.strip(f"{separator} ")}
        if sum(several.values()) < max(2, 0.03 * column.filled):
            continue
        found = part_counts(counts, separator)
        combined = Counter(part for cell in several for part in split_labels(cell, separator))
        alone = {cell.strip(f"{separator} ") for cell in counts}
        shared = sum(1 for part, cells in combined.items() if cells > 1 or part in alone)
        short = sum(len(part.split()) for part in found) <= 3 * len(found)
        repeats = sum(found.values()) >= 3 * len(found)
        if (
            short
            and repeats
            and len(found) <= _MOST_LABELS
            and len(found) < len(counts)
            and shared >= 0.8 * len(combined)
        ):
            return Separated(separator, found)
    return None


def part_counts(cells: Mapping[str, int], separator: str) -> Counter[str]:
    """Rows per label, from the rows per cell."""
    found: Counter[str] = Counter()
    for cell, count in cells.items():
        for part in split_labels(cell, separator):
            found[part] += count
    return found


def flag_columns(columns: Sequence[ColumnStatistics], taken: set[int]) -> list[int]:
    """The columns that say yes or no to one label each, where there are at least two of them.

    A column without a single yes counts too: a rare label may be missing in a part of the data.
    """
    found: list[int] = []
    for index, column in enumerate(columns):
        values = {value.strip().lower() for value in column.counts or ()}
        named = names.words_of(column.name) & (names.ID_NAMES | names.DATE_NAMES)
        both = values <= YES | NO and _says_both(column, values)
        if index not in taken and values and not named and (both or is_tick(column)):
            found.append(index)
    some = [index for index in found if yes_count(columns[index].name, columns[index].counts)]
    return found if len(some) >= 2 else []


def _says_both(column: ColumnStatistics, values: set[str]) -> bool:
    """Whether a single value beside empty cells means yes, as a cross does; two or more values name both answers."""
    return len(values) > 1 or values <= NO or bool(column.missing) or values <= {"1", "1.0", "true", "yes"}


def is_tick(column: CountedColumn) -> bool:
    """Whether a column holds its own name or nothing, as survey tools write a box that was ticked."""
    values = {value.strip().casefold() for value in column.counts or ()}
    return bool(column.missing) and len(values) == 1 and names_itself(column.name, *values)


def names_itself(column: str, cell: str) -> bool:
    """Whether a cell repeats the name of its column, or the last part of a name from several header rows."""
    name, said = " ".join(column.split()).casefold(), " ".join(cell.split()).casefold()
    return len(said) > 1 and (name == said or name.endswith((f" {said}", f"[{said}]", f"({said})")))


def says_yes(column: str, cell: str) -> bool | None:
    """What a cell of a yes-or-no column says; None where it says neither."""
    said = cell.strip().lower()
    if said in YES or names_itself(column, said):
        return True
    return False if said in NO else None


def yes_count(column: str, cells: Mapping[str, int] | None) -> int:
    """The rows in which a yes-or-no column says yes, from the rows per cell."""
    return sum(count for cell, count in (cells or {}).items() if says_yes(column, cell))
