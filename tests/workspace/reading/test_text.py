"""Running text: a paragraph a row where lines only break it; a line a row where each is a text of its own."""

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workspace.reading.documents import PARAGRAPHS
from tests.workspace.reading.files import read_bytes
from workspace.reading.text_reader import is_running_text

WRAPPED = "\n\n".join(textwrap.fill(text, 68) for text in PARAGRAPHS * 3)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_a_paragraph_are_joined(end: str, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "letter.txt", WRAPPED.replace("\n", end).encode())
    assert (profile.format, profile.header_row) == ("txt", None)
    assert table == {"text": PARAGRAPHS * 3}


@pytest.mark.parametrize(
    "text",
    [
        "one text a line\nand another one\n\nafter a blank line\nthe last\n",
        "text;label\n" + "a message that is rather long, with commas, and goes on;IT\n" * 5,
        "\n".join(f"This is review number {i}, and it ends with a full stop as it should." for i in range(20)),
        "\n".join("- ".join(["name", "value"]) + f" {i}" for i in range(20)),
    ],
)
def test_lists_and_tables_are_no_running_text(text: str) -> None:
    assert not is_running_text(text, ".txt")


def test_markdown_gives_paragraphs_below_their_headings(tmp_path: Path) -> None:
    text = (
        "---\ntitle: x\n---\n# Guide, part one\n\nA first paragraph, with commas,\nover two lines.\n\n## Steps\n"
        "- open it, then\n- close it\n\n```python\nprint(1, 2)\n```\nThe end.\n"
    )
    profile, table = read_bytes(tmp_path, "README.md", text.encode())
    assert profile.format == "txt"
    assert table["text"] == ["A first paragraph, with commas, over two lines.", "open it, then", "close it", "The end."]
    assert table["heading"] == ["Guide, part one", "Steps", "Steps", "Steps"]


def test_program_code_is_read_in_blocks_not_as_a_table(tmp_path: Path) -> None:
    code = "import os, sys\n\ndef add(a, b):\n    return a + b\n\nprint(add(1, 2), file=sys.stderr)\n"
    _, table = read_bytes(tmp_path, "tool.py", code.encode())
    assert table == {
        "text": ["import os, sys", "def add(a, b):\n    return a + b", "print(add(1, 2), file=sys.stderr)"]
    }


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))), min_size=1, max_size=20))
def test_no_word_of_a_text_is_lost(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    text = "\n".join(["Some words to begin with, ", *lines])
    _, table = read_bytes(tmp_path_factory.mktemp("text"), "notes.rst", text.encode())
    assert " ".join(table["text"]).split() == text.split()
