"""Mutations of real exports: a table or an error of ours, nothing else, and no row more than there is text for."""

import random
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.workspace.reading.annotations.rows import SAMPLES
from workspace.errors import WizardError
from workspace.reading import Limits, read

_TIMES = 8
_ODD = [*'\t\n\r|[]{}"\\:,#_\0é', "null", "-1", "1e9", "99999999999999999999", "-DOCSTART-"]
_ODD += ["true", "[[]]", '""', "\\ud800", "T1\tX 5 2\t", "*[1]", "B-", "I-X", "\N{GRINNING FACE}"]
_FILES = sorted(path for path in SAMPLES.rglob("*.*"))


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 6)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        to = min(to, at + chance.choice([1, 3, 40, 400]))
        match chance.randrange(5):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:at] + chance.choice(_ODD) + text[at:]
            case 2:
                text = text[:at] + text[at:to] * 2 + text[to:]
            case 3:
                text = text[:at] + chance.choice(_ODD) + text[to:]
            case _:
                text = text[: max(at, 1)] if chance.random() < 0.2 else text[:at] + text[at:to][::-1] + text[to:]
    return text


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_mutations_never_crash(path: Path) -> None:
    chance = random.Random(path.name)
    original = path.read_text("utf-8") or "T1\tPerson 0 3\tCon\n"
    for _ in range(_TIMES):
        text = _mutated(original, chance)
        with tempfile.TemporaryDirectory() as name, suppress(WizardError):
            source = Path(name) / path.name
            source.write_text(text, "utf-8", newline="")
            if path.suffix in (".ann", ".txt"):
                other = path.with_suffix(".txt" if path.suffix == ".ann" else ".ann")
                (Path(name) / other.name).write_bytes(other.read_bytes())
            profile = read(source, name=path.name, out=Path(name) / "t.parquet", limits=Limits())
            assert 0 <= profile.rows <= len(text) + 1
