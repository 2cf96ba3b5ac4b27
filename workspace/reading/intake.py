"""Reading a file: find its format, write its table as Parquet, profile it; and storing all that as a dataset."""

import errno
import re
import tempfile
import unicodedata
from collections.abc import Callable, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workspace.dataset import ColumnProfile, DataProblem, Dataset, DatasetProfile, TaskGuess
from workspace.errors import LimitExceeded, Unavailable, UnreadableFile
from workspace.findings import FILE as FINDINGS
from workspace.findings import write_findings
from workspace.ids import new_id
from workspace.judging.judge import judge
from workspace.parquet import open_table
from workspace.reading.detect import detect_format
from workspace.reading.folder_reader import folder_bytes, pack_folder
from workspace.reading.registry import READERS
from workspace.reading.roles import Guess, guess
from workspace.reading.source import Limits, Opened, ReadExactly, Source, Told
from workspace.reading.statistics import TableStatistics
from workspace.reading.table_writer import write_parquet

if TYPE_CHECKING:
    # Reading a document in a process of its own needs no database.
    from workspace.home import Workspace

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def clean_name(name: str) -> str:
    """The last part of a file's name, without folders, control and direction characters, for people to see."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    last = _UNSAFE.sub("", last).strip()
    return last[:200] if last not in ("", ".", "..") else "file"


def read(
    source: Path,
    *,
    name: str,
    out: Path,
    limits: Limits,
    sheet: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> DatasetProfile:
    """Read any supported file or folder, write its table to ``out`` as Parquet, and say what is in it.

    Rows that a problem of the reading is about (of another width than the table) are written beside it, in
    ``findings.parquet``, if there are any.

    Every column of the table is ``string`` or ``list<string>``, so that ids keep their zeros and labels stay as
    they are; the profile judges the types. ``progress`` gets fractions from 0 to 1, and is called after every batch:
    what it raises ends the reading. Memory stays flat.

    Raises:
        ReadingStopped: where ``progress`` does.
        UnreadableFile: with one clear sentence and the next step.
        LimitExceeded: where the file is larger than the limits allow.
        Unavailable: DISK_FULL.
    """
    if not source.exists():
        raise UnreadableFile("FILE_NOT_FOUND", f"There is no file “{clean_name(name)}”.", "Check its name and folder.")
    size = source.stat().st_size if source.is_file() else folder_bytes(source)
    if size > limits.max_bytes:
        raise LimitExceeded(
            "FILE_TOO_LARGE",
            f"This file has {size / 2**20:,.0f} MB; at most {limits.max_bytes / 2**20:,.0f} MB are allowed.",
            "Take a part of its rows, or ask whoever runs the wizard to raise MTW_MAX_UPLOAD_MB.",
        )
    with tempfile.TemporaryDirectory(prefix="mtw-") as scratch:
        told = Told(progress or (lambda _: None))
        given = Source(source, clean_name(name), limits, sheet, told, Path(scratch))
        opened = READERS[detect_format(given)](given)
        try:
            statistics = _write(opened, out, limits, told)
        except ReadExactly:
            assert opened.exact is not None
            opened = opened.exact()
            statistics = _write(opened, out, limits, told)
        given.report(1.0)
    beside = out.with_name(FINDINGS)
    beside.unlink(missing_ok=True)
    if opened.findings:
        write_findings(opened.findings, beside)
    profile = _profile(opened, statistics, out)
    told.again()
    # The chat process lives on: what Arrow keeps for a next batch goes back to the system.
    pa.default_memory_pool().release_unused()
    return profile


def _write(opened: Opened, out: Path, limits: Limits, told: Told) -> TableStatistics:
    statistics = TableStatistics(opened.schema)

    def see(batch: pa.RecordBatch) -> None:
        statistics.see(batch)
        told.again()

    try:
        write_parquet(opened.batches, opened.schema, out, limits, see)
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise Unavailable(
                "DISK_FULL",
                "There is no room left on the disk to keep this table.",
                "Delete data or models that are not needed, or ask whoever runs the wizard for more room.",
            ) from exc
        raise
    return statistics


def _profile(opened: Opened, statistics: TableStatistics, table: Path, guessed: Guess | None = None) -> DatasetProfile:
    guessed = guessed or guess(statistics.columns)
    columns = [
        ColumnProfile(
            name=column.name,
            type=column.type(),
            role=role,
            missing=column.missing,
            unique=column.unique,
            examples=column.examples(),
            mean_length=round(column.mean_length, 1),
        )
        for column, role in zip(statistics.columns, guessed.roles, strict=True)
    ]
    rows = statistics.columns[0].rows if statistics.columns else 0
    judged = judge(table, columns, statistics.spread.sample(), statistics, guessed.task, opened.problems)
    problems = judged.problems
    if judged.privacy:
        columns, problems = _masked(columns, problems)
    return DatasetProfile(
        format=opened.format,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        header_row=opened.header_row,
        sheets=opened.sheets,
        sheet=opened.sheet,
        rows=rows,
        columns=columns,
        task=guessed.task,
        labels=judged.labels,
        problems=problems,
        privacy=judged.privacy,
        verdict=judged.verdict,
    )


def _masked(columns: list[ColumnProfile], problems: list[DataProblem]) -> tuple[list[ColumnProfile], list[DataProblem]]:
    """Examples as they are kept where there is personal data: with the middle of each value hidden."""
    from workspace.privacy import shade

    return (
        [one.model_copy(update={"examples": [shade(text, one.name) for text in one.examples]}) for one in columns],
        [one.model_copy(update={"examples": [shade(text) for text in one.examples]}) for one in problems],
    )


_FIXED_BY = {
    "RAGGED_ROWS": "drop_ragged_rows",
    "BROKEN_LINES": "",
    "BAD_BYTES": "repair_encoding",
    "MISSING_TAGS": "",
}
"""Problems that only a reader meets, and the repair that ends each."""


def profile_table(
    table: Path, like: DatasetProfile, fixed: Set[str] = frozenset(), task: TaskGuess | None = None
) -> DatasetProfile:
    """Profile a Parquet table that was made from another one; how the file was read stays as in ``like``.

    What the columns are for stays as well, as long as they are there: with fewer rows it might be guessed differently.

    Args:
        fixed: codes of repairs that were made, whose problems are over.
        task: what the columns are for, where the person has said so.
    """
    file = open_table(table)
    statistics = TableStatistics(file.schema_arrow)
    for batch in file.iter_batches(32_768):
        statistics.see(batch)
    met = [p for p in like.problems if p.code in _FIXED_BY and _FIXED_BY[p.code] not in fixed]
    opened = Opened(
        format=like.format,
        schema=file.schema_arrow,
        batches=iter(()),
        encoding=like.encoding,
        delimiter=like.delimiter,
        header_row=like.header_row,
        sheets=like.sheets,
        sheet=like.sheet,
        problems=met,
    )
    return _profile(opened, statistics, table, _as_before(statistics, like, task))


def _as_before(statistics: TableStatistics, like: DatasetProfile, said: TaskGuess | None) -> Guess | None:
    """The roles and the task that are known already; None where they have to be guessed."""
    task = said or like.task
    there = {column.name for column in statistics.columns}
    used = {*task.text, *([task.label] if task.label else [])}
    if task.kind is None or not used or not used <= there:
        return None
    guessed = guess(statistics.columns)
    known = {column.name: column.role for column in like.columns}
    roles = [known.get(c.name, role) for c, role in zip(statistics.columns, guessed.roles, strict=True)]
    return Guess(roles, task)


def inspect_file(
    path: Path, limits: Limits, sheet: str | None = None, progress: Callable[[float], None] | None = None
) -> DatasetProfile:
    """What is in a file; nothing is kept. Raises as ``read``."""
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        table = Path(folder) / "table.parquet"
        return read(path, name=path.name, out=table, limits=limits, sheet=sheet, progress=progress)


def preview(table: Path, n: int = 10) -> list[dict[str, Any]]:
    """The first ``n`` rows of a Parquet table, each a mapping from column name to text, list of texts or None."""
    file = open_table(table)
    rows: list[dict[str, Any]] = []
    for batch in file.iter_batches(batch_size=max(1, min(n, 1_024))):
        rows += batch.to_pylist()
        if len(rows) >= n:
            break
    return rows[:n]


def ingest(
    workspace: "Workspace",
    source: Path,
    name: str,
    conversation_id: str | None = None,
    sheet: str | None = None,
    progress: Callable[[float], None] | None = None,
    kept_as: str | None = None,
) -> Dataset:
    """Read a file or folder and keep it as a dataset: the original, its table as Parquet, and the profile.

    A file is kept byte for byte, a folder as a zip archive of it. Raises as ``read``; then nothing is kept.

    Args:
        kept_as: id that :func:`keep_original` gave; the original is in storage already, and stays there also where
            it cannot be read.
    """
    dataset_id = kept_as or new_id("ds")
    shown = clean_name(name)
    keys = workspace.storage
    source_key, table_key = original_key(workspace, dataset_id), keys.key("datasets", dataset_id, "table.parquet")
    findings_key = keys.key("datasets", dataset_id, FINDINGS)
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        table = Path(folder) / "table.parquet"
        limits = Limits.of(workspace.settings)
        if source.is_dir():
            source = pack_folder(source, Path(folder) / "folder.zip", limits)
            shown = f"{shown}.zip"
        profile = read(source, name=shown, out=table, limits=limits, sheet=sheet, progress=progress)
        dataset = Dataset(
            id=dataset_id,
            owner_id=workspace.owner_id,
            name=Path(shown).stem or shown,
            conversation_id=conversation_id,
            source_name=shown,
            source_key=source_key,
            table_key=table_key,
            rows=profile.rows,
            profile=profile,
            created_at=datetime.now(UTC),
        )
        try:
            if kept_as is None:
                keys.put_file(source, source_key)
            keys.put_file(table, table_key)
            if table.with_name(FINDINGS).is_file():
                keys.put_file(table.with_name(FINDINGS), findings_key)
            workspace.datasets.add(dataset)
        except BaseException:
            for key in (table_key, findings_key, *([source_key] if kept_as is None else [])):
                keys.delete(key)
            raise
    return dataset


def keep_original(workspace: "Workspace", source: Path) -> str:
    """Put a file into storage before it is read; the id of the data set that will be made from it."""
    dataset_id = new_id("ds")
    workspace.storage.put_file(source, original_key(workspace, dataset_id))
    return dataset_id


def original_key(workspace: "Workspace", dataset_id: str) -> str:
    """Where the original of a data set is kept."""
    return workspace.storage.key("datasets", dataset_id, "source")
