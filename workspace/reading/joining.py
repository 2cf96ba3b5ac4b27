"""Several files as one table: those of one shape below each other, the others named so that they can be asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar

import pyarrow as pa

from workspace.dataset import DataProblem
from workspace.errors import InputError, UnreadableFile
from workspace.reading.delimited_reader import SURPLUS
from workspace.reading.features import Names
from workspace.reading.folder_files import is_shard, split_of
from workspace.reading.grids import no_such_part, others
from workspace.reading.names import usable
from workspace.reading.reports import files_left_out
from workspace.reading.source import Opened, Source
from workspace.reading.unpacking import Inner

_MOST_NAMES = 200
_DOCUMENTS = frozenset({"html", "pdf", "docx", "odt"})
_T = TypeVar("_T")


@dataclass(frozen=True)
class Shape:
    """What is known of a file before its rows are read."""

    schema: pa.Schema
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None

    @classmethod
    def of(cls, opened: Opened) -> "Shape":
        """The shape of an opened table."""
        return cls(opened.schema, opened.format, opened.encoding, opened.delimiter, opened.header_row)

    @property
    def columns(self) -> frozenset[str]:
        """The columns by which files belong together: not the one for what was too much in a few rows."""
        return frozenset(self.schema.names) - {SURPLUS}


@dataclass
class Member:
    """A data file of a folder or archive."""

    outer: Source
    inner: Inner
    class_names: Names
    sheet: str | None = None
    share: tuple[float, float] = (0.3, 1.0)
    _kept: Opened | None = field(default=None, init=False)

    @property
    def bytes(self) -> int:
        """Its size."""
        return self.inner.path.stat().st_size

    @cached_property
    def source(self) -> Source:
        """It as a file of its own."""
        assert self.outer.scratch is not None
        scratch = self.outer.scratch / f"in-{self.inner.path.name}"
        scratch.mkdir(exist_ok=True)
        name = self.inner.parts[-1]
        return Source(
            self.inner.path, name, self.outer.limits, self.sheet, self._report, scratch, dict(self.class_names)
        )

    def _report(self, fraction: float) -> None:
        low, high = self.share
        self.outer.report(low + (high - low) * fraction)

    @cached_property
    def shape(self) -> Shape:
        """The columns it has and how it is written. Raises UnreadableFile."""
        opened = self.open()
        # A document was read whole in a process of its own; that is not done twice.
        self._kept = opened if opened.format in _DOCUMENTS else None
        return Shape.of(opened)

    @cached_property
    def exact_shape(self) -> Shape:
        """The same, as the exact reader sees it."""
        opened = self.open(exact=True)
        self._kept = opened if opened.format in _DOCUMENTS else None
        return Shape.of(opened)

    def open(self, *, exact: bool = False) -> Opened:
        """What is in it. Opened anew each time: a folder may hold more files than may be open at once."""
        from workspace.reading.detect import detect_format
        from workspace.reading.registry import READERS

        kept, self._kept = self._kept, None
        opened = kept or READERS[detect_format(self.source)](self.source)
        return opened.exact() if exact and opened.exact is not None else opened


def open_members(source: Source, members: Sequence[Member], kind: str, beside: Sequence[str] = ()) -> Opened:
    """The table that several files are together.

    Args:
        beside: names of further files that can be asked for.

    Raises:
        UnreadableFile: where none of them can be read, or there is none of the name asked for.
    """
    if source.sheet is not None and (len(members) > 1 or beside):
        return _asked_for(source, members)
    if len(members) == 1 and not beside:
        members[0].sheet = source.sheet
        return members[0].open()
    readable, left_out = _readable(members)
    group = _largest(readable)
    opened = group[0].open() if len(group) == 1 else _joined(group, kind, exact=False)
    what = group[0].inner.name if len(group) == 1 else f"{len(group)} files of one shape"
    rest = [*(member.inner.name for member in readable if member not in group), *beside]
    if rest or len(group) > 1:
        opened.sheets = [*(member.inner.name for member in readable), *beside][:_MOST_NAMES]
        opened.sheet = group[0].inner.name if len(group) == 1 else None
        opened.problems += others(what, [what, *rest])
    opened.problems += left_out
    return opened


def _asked_for(source: Source, members: Sequence[Member]) -> Opened:
    """The file of that name; ``book.xlsx/Sheet 2`` is a sheet of a workbook among the files."""
    wanted = source.sheet or ""
    for member in members:
        if wanted == member.inner.name or wanted.startswith(member.inner.name + "/"):
            member.sheet = wanted[len(member.inner.name) + 1 :] or None
            opened = member.open()
            opened.sheets, opened.sheet = [m.inner.name for m in members][:_MOST_NAMES], wanted
            return opened
    raise no_such_part(wanted, [member.inner.name for member in members])


def _readable(members: Sequence[Member]) -> tuple[list[Member], list[DataProblem]]:
    """The files that are tables or texts, and a note about those that are not. Raises the first one's error."""
    readable: list[Member] = []
    errors: list[tuple[str, InputError]] = []
    for member in members:
        try:
            if len(member.shape.schema):
                readable.append(member)
        except UnreadableFile as exc:
            errors.append((member.inner.name, exc))
    if not readable:
        if errors:
            raise errors[0][1]
        raise UnreadableFile("NO_TABLE", "I found no table in it.", "Check that it is the right file.")
    told = [f"{name}: {error.message}" for name, error in errors]
    return readable, [files_left_out(len(told), told[:3])] if told else []


def _largest(members: Sequence[Member]) -> list[Member]:
    """The files of the shape that is the training file's, else of the shape that most bytes have."""
    groups: dict[frozenset[str], list[Member]] = {}
    for member in members:
        groups.setdefault(member.shape.columns, []).append(member)

    def weight(group: list[Member]) -> tuple[bool, int]:
        trained = any(split_of(member.inner.name) == "train" for member in group)
        return trained, sum(member.bytes for member in group)

    return max(groups.values(), key=weight)


def _joined(group: list[Member], kind: str, *, exact: bool) -> Opened:
    shapes = [member.exact_shape if exact else member.shape for member in group]
    columns = {column.name: column for shape in reversed(shapes) for column in shape.schema}
    schema = pa.schema([*shapes[0].schema, *(columns[name] for name in columns if name not in shapes[0].schema.names)])
    origin, values = _origin(group, schema)
    if origin:
        schema = schema.append(pa.field(origin, pa.string()))
    joined = Opened(
        format=_same([shape.format for shape in shapes]) or kind,
        schema=schema,
        batches=iter(()),
        encoding=_same([shape.encoding for shape in shapes]),
        delimiter=_same([shape.delimiter for shape in shapes]),
        header_row=_same([shape.header_row for shape in shapes]),
        exact=None if exact else lambda: _joined(group, kind, exact=True),
    )
    joined.batches = _batches(group, values, schema, joined, exact=exact)
    return joined


def _same(values: Sequence[_T]) -> _T | None:
    return values[0] if all(value == values[0] for value in values) else None


def _origin(group: Sequence[Member], schema: pa.Schema) -> tuple[str, list[str | None]]:
    """The column that tells the files apart, and its value for each; no name where they need no telling apart."""
    names = [member.inner.name for member in group]
    splits = [split_of(name) for name in names]
    if len(set(splits)) > 1 and "split" not in schema.names:
        return "split", list(splits)
    if "split" in schema.names or all(map(is_shard, names)):
        return "", [None] * len(names)
    stems = [PurePosixPath(name).name.partition(".")[0] for name in names]
    return usable([*schema.names, "file"], len(schema) + 1)[-1], [*(stems if len(set(stems)) == len(stems) else names)]


def _batches(
    group: Sequence[Member],
    values: Sequence[str | None],
    schema: pa.Schema,
    notes: Opened,
    *,
    exact: bool,
) -> Iterator[pa.RecordBatch]:
    total = max(1, sum(member.bytes for member in group))
    done = rows = 0
    for member, value in zip(group, values, strict=True):
        member.share = (0.3 + 0.7 * done / total, 0.3 + 0.7 * (done + member.bytes) / total)
        done += member.bytes
        opened = member.open(exact=exact)
        begun = rows
        for batch in opened.batches:
            rows += batch.num_rows
            yield _fitted(batch, value, schema)
        notes.findings += [one.model_copy(update={"row": one.row + begun}) for one in opened.findings]
        for problem in opened.problems:
            # Each file tells of its own; where it is matters more than a sum.
            message = f"{member.inner.name[:80]}: {problem.message}"
            notes.problems.append(problem.model_copy(update={"message": message}))


def _fitted(batch: pa.RecordBatch, value: str | None, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with its columns in the common order, the value of its file in the last one."""
    arrays = []
    for wanted in schema:
        if wanted.name in batch.schema.names:
            column = batch.column(batch.schema.get_field_index(wanted.name))
            arrays.append(_cast(column, wanted.type))
        else:
            # Only the last column says where a row comes from; others are those that this file lacks.
            here = value if wanted.name == schema.names[-1] else None
            arrays.append(pa.array([here] * batch.num_rows, wanted.type))
    return pa.record_batch(arrays, schema=schema)


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column that is text in one file and a list in the next takes the first one's form."""
    if column.type.equals(kind):
        return column
    from workspace.reading.records import json_text

    if pa.types.is_list(column.type):
        return pa.array([json_text(value) for value in column.to_pylist()], pa.string())
    return pa.array([None if value is None else [value] for value in column.to_pylist()], kind)
