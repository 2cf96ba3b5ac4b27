"""Folders of text files: each file is one text, and the folder it lies in may be its label."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.encoding import detect_encoding, not_text
from workspace.reading.folder_files import is_split, split_of
from workspace.reading.reports import files_left_out
from workspace.reading.source import Opened, Source
from workspace.reading.unpacking import Inner

_LEAST_DOCUMENTS = 10


@dataclass(frozen=True)
class TextFile:
    """One text and what its place says about it."""

    inner: Inner
    label: str | None
    split: str | None


def _is_text(inner: Inner) -> bool:
    # Old corpora number their files without any ending, or with a number for one.
    return inner.suffix in (".txt", ".text", "") or inner.suffix[1:].isdigit()


def label_folders(files: Sequence[Inner]) -> list[TextFile]:
    """The texts with the folders they lie in as labels; empty where the files are not of that kind."""
    texts = [inner for inner in files if _is_text(inner)]
    if len(texts) < 0.9 * len(files):
        return []
    placed = [inner for inner in texts if len(inner.parts) > 1 and not is_split(inner.parts[-2])]
    labels = Counter(inner.parts[-2] for inner in placed)
    # One file in each folder is rather a list of texts.
    if len(placed) < 0.9 * len(texts) or len(labels) < 2 or len(placed) < 2 * len(labels):
        return []
    return [
        TextFile(inner, inner.parts[-2] if len(inner.parts) > 1 else None, split_of("/".join((*inner.parts[:-2], "_"))))
        for inner in texts
    ]


def text_documents(files: Sequence[Inner]) -> list[TextFile]:
    """Many text files without labels: each is one text. A few are rather lists with one text a line."""
    if len(files) < _LEAST_DOCUMENTS or not all(inner.suffix == ".txt" for inner in files):
        return []
    return [TextFile(inner, None, split_of(inner.name)) for inner in files]


def open_texts(source: Source, files: Sequence[TextFile]) -> Opened:
    """One row a file: its text, its label and split where there are any, its name."""
    labelled = any(file.label for file in files)
    split = len({file.split for file in files}) > 1
    columns = ["text", *(["label"] if labelled else []), *(["split"] if split else []), "file"]
    left_out: list[str] = []
    problems: list[DataProblem] = []

    def rows() -> Iterator[list[str | None]]:
        for index, file in enumerate(files):
            if index % 512 == 0:
                source.report(0.3 + 0.7 * index / len(files))
            try:
                text = _text_of(file.inner)
            except UnreadableFile as exc:
                left_out.append(f"{file.inner.name}: {exc.message}")
                continue
            yield [text, *([file.label] if labelled else []), *([file.split] if split else []), file.inner.name]
        if len(left_out) == len(files):
            raise not_text()
        if left_out:
            problems.append(files_left_out(len(left_out), left_out[:3]))

    schema = string_schema(columns)
    return Opened(format="txt", schema=schema, batches=batches_of(rows(), schema), encoding="utf-8", problems=problems)


def _text_of(inner: Inner) -> str:
    data = inner.path.read_bytes()
    if b"\0" not in data:
        try:
            return data.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            pass
    encoding = detect_encoding(inner.path)
    return data[encoding.bom :].decode(encoding.name, encoding.errors).strip()
