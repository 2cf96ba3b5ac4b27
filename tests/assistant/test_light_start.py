"""The chat process and the plain commands load nothing that trains: torch alone would double memory and start time."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "transformers", "sklearn", "scipy", "datasets", "sentence_transformers", "skops", "training_worker"}

APPLICATION = "from assistant.app import create_app; create_app()"
COMMAND = "from assistant.cli import run; assert run(sys.argv[1:]) == 0"


def loaded(code: str, *arguments: str, cwd: Path) -> set[str]:
    """Which heavy packages a fresh process has loaded after ``code``."""
    report = f"import sys; {code}; print('\\n' + ' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", report, *arguments], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_the_web_application(tmp_path: Path) -> None:
    assert loaded(APPLICATION, cwd=tmp_path) == set()


@pytest.mark.parametrize("command", ["inspect", "convert", "doctor", "help"])
def test_plain_commands(tmp_path: Path, command: str) -> None:
    mails = tmp_path / "mails.csv"
    mails.write_text("text,team\n" + "".join(f"message {n},{'ab'[n % 2]}\n" for n in range(20)))
    calls = {
        "inspect": ["inspect", str(mails), "--json"],
        "convert": ["convert", str(mails), str(tmp_path / "out.parquet")],
        "doctor": ["doctor", "--json"],
        "help": ["--help"],
    }
    assert loaded(COMMAND, *calls[command], cwd=tmp_path) == set()


def test_the_check_itself_sees_what_is_loaded(tmp_path: Path) -> None:
    assert loaded("import sklearn", cwd=tmp_path) >= {"sklearn", "scipy"}
