"""What survives of annotations when a file is read, written in its own format, and read again.

``python -m benchmarks.reading.annotation_round_trips FOLDER`` goes through all files below a folder and prints a
table: rows, marked places (spans, or those that tags stand for), categories, and how many of each came back unchanged
in the same row. The second table writes every file in every other format that can hold it.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workspace.errors import WizardError
from workspace.reading import Limits, read
from workspace.reading.annotations.spans import plain
from workspace.reading.annotations.tags import spans_of
from workspace.writing import WRITERS, write_table
from workspace.writing.rows import Row, Table

_PLAIN = {"csv", "tsv", "parquet", "json", "jsonl"}
_ENDINGS = {"brat": ".zip", "webanno": ".tsv", "conll": ".conll", "conllu": ".conllu", "iob": ".iob"}
_ENDINGS |= {"fasttext": ".txt", "doccano": ".jsonl", "prodigy": ".jsonl"}


@dataclass
class Content:
    """What a table says: the marked places (with their words, without blanks) and the categories of each row."""

    format: str
    spans: list[list[tuple[str, str]]] = field(default_factory=list)
    places: list[list[tuple[int, int, str]]] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows, marked places, categories."""
        return len(self.places), sum(map(len, self.places)), sum(map(len, self.labels))


def content_of(source: Path, folder: Path) -> tuple[Content, Path]:
    """A file as the wizard reads it, and where its table is."""
    table = folder / "table.parquet"
    profile = read(source, name=source.name, out=table, limits=Limits())
    found = Content(profile.format)
    for row in Table(table, profile.task).rows():
        marked = list(_marked(row))
        found.spans.append(sorted((label, "".join(words.split())) for _, _, label, words in marked))
        found.places.append(sorted((start, end, label) for start, end, label, _ in marked))
        found.labels.append(sorted(row.labels or []))
    return found, table


def _marked(row: Row) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, label and words of each marked place; for words with tags, start and end count words."""
    if row.tokens and row.spans is None:
        tags = [*row.tags, *["O"] * len(row.tokens)][: len(row.tokens)]
        if any(tag != "O" and tag[1:2] != "-" for tag in tags):
            yield from ((i, i + 1, tag, row.tokens[i]) for i, tag in enumerate(tags))
            return
        for span in spans_of(tags, [(i, i + 1) for i in range(len(tags))]):
            yield *plain(span), " ".join(row.tokens[span["start"] : span["end"]])
        return
    for span in row.spans or []:
        yield *plain(span), " ".join((row.text or "")[span["start"] : span["end"]].split())


def kept(before: Sequence[Sequence[object]], after: Sequence[Sequence[object]]) -> int:
    """How many items of the rows are there again in the same row."""
    total = 0
    for one, other in zip(before, after, strict=False):
        left = list(other)
        for item in one:
            if item in left:
                left.remove(item)
                total += 1
    return total


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    files = [path for path in sorted(parser.parse_args().folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.suffix != ".md" and not path.with_suffix(".ann").is_file()] + [
        path for path in files if path.suffix == ".ann"
    ]
    print("| file | format | rows | places | categories | rows again | places unchanged | categories unchanged |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    crossed: dict[tuple[str, str], list[int]] = {}
    for path in files:
        _one(path, crossed)
    print("\n| from | to | files | refused | places | label and words unchanged | categories | unchanged |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (source, target), numbers in sorted(crossed.items()):
        print(f"| {source} | {target} | {' | '.join(f'{number:,}' for number in numbers)} |")


def _one(path: Path, crossed: dict[tuple[str, str], list[int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            before, table = content_of(path, folder)
        except WizardError as exc:
            print(f"| {path.name} | refused: {exc.code} | | | | | | |")
            return
        rows, places, labels = before.counts
        for target in WRITERS:
            if target in _PLAIN:
                continue
            after = _written(table, target, folder)
            if target == before.format:
                if after is None:
                    print(f"| {path.name} | {before.format} | {rows} | {places} | {labels} | refused | | |")
                    continue
                same = kept(before.places, after.places), kept(before.labels, after.labels)
                cells = [path.name, before.format, rows, places, labels, after.counts[0], *same]
                print("| " + " | ".join(str(cell) for cell in cells) + " |")
                continue
            numbers = crossed.setdefault((before.format, target), [0] * 6)
            numbers[0] += 1
            if after is None:
                numbers[1] += 1
                continue
            numbers[2] += places
            numbers[3] += kept(before.spans, after.spans)
            numbers[4] += labels
            numbers[5] += kept(before.labels, after.labels)


def _written(table: Path, target: str, folder: Path) -> Content | None:
    out = folder / f"out-{target}{_ENDINGS.get(target, '.json')}"
    try:
        write_table(table, out, target)
        (folder / target).mkdir()
        return content_of(out, folder / target)[0]
    except WizardError:
        return None


if __name__ == "__main__":
    main()
