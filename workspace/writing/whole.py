"""Files that are there whole or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workspace.errors import InputError


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A place beside ``out`` to write a file or a folder to, which becomes ``out`` when all went well.

    Raises:
        InputError: OUTPUT_UNUSABLE where it cannot be written there.
    """
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        yield partial
        partial.replace(out)
    except OSError as exc:
        raise InputError(
            "OUTPUT_UNUSABLE", f"{out} cannot be written ({exc.strerror}).", "Name another OUT, or free some space."
        ) from exc
    finally:
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        partial.unlink(missing_ok=True)
