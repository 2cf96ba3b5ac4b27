"""What the assistant says, in Slack's own markup."""

import subprocess
import sys

import pytest
from hypothesis import given, settings

from assistant.surfaces.slack.blocks import message_of_error, message_of_text
from tests.assistant.surfaces.slack.blocks.hostile import ATTACKS, hostile_texts
from tests.assistant.surfaces.slack.blocks.slack_limits import message_faults, words_of
from workspace.events import ErrorShown


def said(markdown: str) -> str:
    return "\n\n".join(words_of(message_of_text(markdown).blocks))


@pytest.mark.parametrize(
    ("markdown", "slack"),
    [
        ("It is **good**, *really*.", "It is *good*, _really_."),
        ("## Next\n\n- one\n- two", "*Next*\n\n• one\n• two"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("`a < b` and a < b & c", "`a &lt; b` and a &lt; b &amp; c"),
        ("```python\nprint('<x>')\n```", "```\nprint('&lt;x&gt;')\n```"),
        ("> said before", "> said before"),
        ("~~old~~ new", "~old~ new"),
        ("my_file_name and 2 * 3 * 4", "my_file_name and 2 * 3 * 4"),
        ("[the guide](/docs/guide)", "the guide"),
        ("[sign in](https://evil.example)", "sign in (https:\u2060//evil.example)"),
        ("![](https://evil.example/p.png)", "–"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, slack: str) -> None:
    message = message_of_text(markdown)
    assert (said(markdown) or message.text) == slack
    assert message.text == slack


@settings(max_examples=80, deadline=None, derandomize=True)
@given(text=hostile_texts)
def test_nothing_said_can_mention_link_or_break_a_message(text: str) -> None:
    message = message_of_text(text)
    assert message_faults(message.text, message.blocks) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_errors_are_told_with_what_to_do(attack: str) -> None:
    message = message_of_error(ErrorShown(code="X", message=f"Failed: {attack}", next_step=f"Try {attack}"))
    assert message_faults(message.text, message.blocks) == []
    assert "Failed" in message.text


def test_long_answers_go_over_several_sections_and_lose_nothing() -> None:
    paragraphs = [f"Paragraph {n}: " + "word " * 150 for n in range(9)]
    message = message_of_text("\n\n".join(paragraphs))
    words = "\n\n".join(words_of(message.blocks))
    assert len(message.blocks) > 1
    assert all(f"Paragraph {n}:" in words for n in range(9))
    assert words.count("word") == 9 * 150


def test_long_code_stays_code() -> None:
    message = message_of_text("Look:\n\n```\n" + "x = 1\n\n" * 900 + "```\n\nDone.")
    assert message_faults(message.text, message.blocks) == []
    assert sum(words.count("x = 1") for words in words_of(message.blocks)) == 900
    assert all(words.startswith(("Look", "```")) for words in words_of(message.blocks))


def test_the_forms_load_no_drawing_and_no_client() -> None:
    """The chat starts light: what draws is loaded with the first picture, Slack's client by who sends."""
    heavy = "matplotlib", "slack_sdk", "rich"
    seen = f"import sys, assistant.surfaces.slack.blocks; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
