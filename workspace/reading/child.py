"""Reads one untrusted document in a process of its own, within a limit of time and memory.

A document that makes its parser loop, swell or crash then costs the chat nothing but a clear sentence. The parent
(:func:`in_child`) starts ``python -m workspace.reading.child`` with an environment that holds no keys, sends it the
request as JSON, and gets lines of JSON back; the table comes as an Arrow file.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from workspace import errors
from workspace.dataset import DataProblem
from workspace.errors import LimitExceeded, UnreadableFile, WizardError
from workspace.reading.source import Limits, Opened, Reader, Source

_TABLE = "document.arrow"
_ERRORS: dict[str, type[WizardError]] = {"UnreadableFile": UnreadableFile, "LimitExceeded": LimitExceeded}
# Where programs and libraries are found; nothing that a setting or a key could be in.
_PASSED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG", "LC_ALL")


def in_child(kind: str) -> Reader:
    """The reader of that kind, in a process of its own."""

    def open_there(source: Source) -> Opened:
        return _Child(source, kind).read()

    return open_there


class _Child:
    """One document being read."""

    def __init__(self, source: Source, kind: str) -> None:
        assert source.scratch is not None
        self._source = source
        self._table = source.scratch / _TABLE
        self._request = {
            "kind": kind,
            "path": str(source.path),
            "name": source.name,
            "sheet": source.sheet,
            "limits": asdict(source.limits),
            "scratch": str(source.scratch),
        }
        self._late = False

    def read(self) -> Opened:
        """Runs the child to its end. Raises UnreadableFile, LimitExceeded."""
        command = [sys.executable, "-P", "-m", "workspace.reading.child"]
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        timer = threading.Timer(self._source.limits.read_seconds, self._stop, [child])
        timer.start()
        try:
            answer = self._talk(child)
        finally:
            timer.cancel()
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()
        if answer is None:
            raise self._ended(child.returncode)
        return self._opened(answer)

    def _stop(self, child: "subprocess.Popen[bytes]") -> None:
        self._late = True
        child.kill()

    def _talk(self, child: "subprocess.Popen[bytes]") -> dict[str, Any] | None:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(self._request).encode() + b"\n")
            child.stdin.close()
        except BrokenPipeError:
            return None
        for line in child.stdout:
            if not line.endswith(b"\n"):
                return None
            message = json.loads(line)
            if "progress" in message:
                self._source.report(message["progress"])
            elif "error" in message:
                kind = _ERRORS.get(message["error"].pop("kind"), errors.UnreadableFile)
                raise kind(**message["error"])
            else:
                return dict(message)
        return None

    def _ended(self, status: int) -> WizardError:
        """Why there is no answer."""
        if self._late:
            return LimitExceeded(
                "READING_TOO_SLOW",
                f"This document could not be read within {self._source.limits.read_seconds:,.0f} seconds.",
                "Copy its table to a spreadsheet, or ask whoever runs the wizard to raise MTW_READ_SECONDS.",
            )
        error = UnreadableFile(
            "FILE_DAMAGED",
            "This document made its reader break; it is damaged or built in a way that no reader expects.",
            "Open it in the program that made it and save it as a new file, or copy its table to a spreadsheet.",
        )
        error.add_note(f"the reader ended with status {status}")
        return error

    def _opened(self, answer: dict[str, Any]) -> Opened:
        problems = [DataProblem.model_validate(problem) for problem in answer.pop("problems")]
        file = pa.OSFile(str(self._table))
        reader = pa.ipc.open_file(file)

        def batches() -> Iterator[pa.RecordBatch]:
            with file:
                for index in range(reader.num_record_batches):
                    yield reader.get_batch(index)

        return Opened(schema=reader.schema, batches=batches(), problems=problems, **answer)


# in the child


def serve(request: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Reads the document that a request names, and says how far it is and how it ended."""
    source = Source(
        path=Path(request["path"]),
        name=request["name"],
        limits=Limits(**request["limits"]),
        sheet=request["sheet"],
        progress=_by_steps(lambda fraction: say({"progress": fraction})),
        scratch=Path(request["scratch"]),
    )
    try:
        say(_read(source, request["kind"]))
    except WizardError as exc:
        say({"error": {"kind": type(exc).__name__, **exc.as_dict()}})
    except (MemoryError, pa.ArrowMemoryError):
        megabytes = source.limits.read_memory_bytes >> 20
        error = LimitExceeded(
            "READING_TOO_LARGE",
            f"Reading this document takes more than the {megabytes:,} MB of memory that are allowed.",
            "Take a part of it, copy its table to a spreadsheet, or ask whoever runs the wizard to raise "
            "MTW_READ_MEMORY_MB.",
        )
        say({"error": {"kind": "LimitExceeded", **error.as_dict()}})


def _by_steps(report: Callable[[float], None]) -> Callable[[float], None]:
    """Passes on a fraction only when it has grown by a hundredth."""
    last = -1.0

    def step(fraction: float) -> None:
        nonlocal last
        if fraction >= last + 0.01:
            last = fraction
            report(fraction)

    return step


def _read(source: Source, kind: str) -> dict[str, Any]:
    assert source.scratch is not None
    opened = reader_of(kind)(source)
    with pa.OSFile(str(source.scratch / _TABLE), "wb") as file, pa.ipc.new_file(file, opened.schema) as writer:
        for batch in opened.batches:
            writer.write_batch(batch)
    names = ("format", "encoding", "delimiter", "header_row", "sheets", "sheet")
    answer: dict[str, Any] = {name: getattr(opened, name) for name in names}
    return answer | {"problems": [problem.model_dump(mode="json") for problem in opened.problems]}


def reader_of(kind: str) -> Reader:
    """The reader that does the work, imported only in the child: their libraries are heavy."""
    from workspace.reading.docx_reader import open_docx, open_odt
    from workspace.reading.html_reader import open_html
    from workspace.reading.mail_reader import open_mail
    from workspace.reading.pdf_reader import open_pdf
    from workspace.reading.spreadsheet_xml_reader import open_spreadsheet_xml
    from workspace.reading.web_archive_reader import open_web_archive

    readers: dict[str, Reader] = {"html": open_html, "pdf": open_pdf, "docx": open_docx, "odt": open_odt}
    readers |= {"mail": open_mail, "web_archive": open_web_archive, "spreadsheet_xml": open_spreadsheet_xml}
    return readers[kind]


def _limit(limits: dict[str, Any]) -> None:
    """Memory, processor time and the size of what is written. Windows has no such limits; there only time counts."""
    try:
        import resource
    except ImportError:
        return
    seconds = int(limits["read_seconds"]) + 5
    wanted = {
        resource.RLIMIT_AS: limits["read_memory_bytes"],
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: limits["max_unpacked_bytes"],
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, hard))
        except (OSError, ValueError):
            # macOS knows RLIMIT_AS but refuses to set it.
            continue


def main() -> None:
    """Reads the request from standard input, answers on standard output."""
    from workspace.processes import die_with_parent, follow_parent

    die_with_parent()
    follow_parent()
    request = json.loads(sys.stdin.buffer.readline())
    _limit(request["limits"])

    def say(message: dict[str, Any]) -> None:
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()

    serve(request, say)


if __name__ == "__main__":
    main()
