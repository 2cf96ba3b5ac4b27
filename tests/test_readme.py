"""The README does what it says: its terminal commands run, the folders and files it names exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """The ``mtw`` lines of the shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines() if line[:4] == "mtw "]


@pytest.mark.slow
def test_the_commands_run_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    environment = os.environ | {"MTW_HOME": str(tmp_path / "home")}
    assert [command[1] for command in commands()] == ["inspect", "train", "predict", "clean", "convert", "export"]
    said = {}
    for command in commands():
        program = [sys.executable, "-c", "from assistant.cli import main; main()", *command[1:]]
        done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=280)
        assert done.returncode == 0, done.stderr
        said[command[1]] = done.stdout
    assert "spam" in said["predict"]
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    program = [sys.executable, "-c", example]
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["spam", "ham"]
    assert (tmp_path / "clean.csv").is_file()
    assert (tmp_path / "questions.jsonl").is_file()
    assert (tmp_path / "my-model" / "README.md").is_file()
    assert (tmp_path / "my-model.zip").is_file()


def test_what_it_points_to_is_there() -> None:
    headings = {"#" + heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", README, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert {link for link in links if link.startswith("#")} <= headings
    targets = [t for t in links if not t.startswith(("http", "#"))]
    named = re.findall(r"`([a-z_.]+/)`", README)
    assert targets
    assert named
    for target in [*targets, *named]:
        assert (ROOT / target).exists(), target
