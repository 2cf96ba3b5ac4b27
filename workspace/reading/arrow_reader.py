"""Arrow files: the IPC file format (also Feather version 2), the IPC stream format, in which Hugging Face writes."""

from collections.abc import Iterator

import pyarrow as pa

from workspace.errors import UnreadableFile
from workspace.reading.columns import BATCH_ROWS
from workspace.reading.features import names_in_schema
from workspace.reading.parquet_reader import AsText
from workspace.reading.source import Opened, Source


def is_arrow(head: bytes) -> bool:
    """Whether a file begins as one of Arrow's formats do."""
    # A stream begins with a continuation mark and the length of its schema.
    stream = head.startswith(b"\xff\xff\xff\xff") and 0 < int.from_bytes(head[4:8], "little") < 1 << 26
    return head.startswith((b"ARROW1\0\0", b"FEA1")) or stream


def open_arrow(source: Source) -> Opened:
    """An Arrow file or stream. Raises UnreadableFile."""
    with source.path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"FEA1"):
        raise UnreadableFile(
            "NOT_A_TABLE",
            "This is a Feather file of the first version, which is no longer read.",
            "Write it anew with to_feather or to_parquet and upload that.",
        )
    try:
        schema = _schema(source)
        as_text = AsText(schema, source.class_names or names_in_schema(schema))
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise damaged() from exc
    return Opened(format="arrow", schema=as_text.schema, batches=_batches(source, as_text))


def damaged() -> UnreadableFile:
    """The error for an Arrow file that cannot be read."""
    return UnreadableFile(
        "FILE_DAMAGED",
        "This Arrow file is damaged or not complete.",
        "Write it anew, or download it again, then upload it.",
    )


def _is_stream(source: Source) -> bool:
    with source.path.open("rb") as file:
        return not file.read(6).startswith(b"ARROW1")


def _schema(source: Source) -> pa.Schema:
    with pa.OSFile(str(source.path)) as file:
        return pa.ipc.open_stream(file).schema if _is_stream(source) else pa.ipc.open_file(file).schema


def _batches(source: Source, as_text: AsText) -> Iterator[pa.RecordBatch]:
    size = max(1, source.path.stat().st_size)
    try:
        with pa.OSFile(str(source.path)) as file:
            for batch in _stored(file, stream=_is_stream(source)):
                # Offsets in a damaged file may point anywhere; nothing touches them before they are checked.
                batch.validate(full=True)
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    yield as_text.batch(batch.slice(start, BATCH_ROWS))
                source.report(file.tell() / size)
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise damaged() from exc


def _stored(file: pa.NativeFile, *, stream: bool) -> Iterator[pa.RecordBatch]:
    if stream:
        yield from pa.ipc.open_stream(file)
        return
    reader = pa.ipc.open_file(file)
    for index in range(reader.num_record_batches):
        yield reader.get_batch(index)
