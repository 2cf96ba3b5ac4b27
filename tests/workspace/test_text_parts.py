"""Texts in parts become what stands in the rows."""

import pytest

from workspace.errors import InputError
from workspace.text_parts import TextParts, whole_text

COLUMNS = ("question", "answer")


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("as it is\n", "as it is\n"),
        (["Where?", "Here."], "Where?\nHere."),
        (("Where?", ""), "Where?"),
        ({"answer": "Here.", "question": "Where?"}, "Where?\nHere."),
        ({"answer": "Here."}, "Here."),
    ],
)
def test_parts_stand_in_the_order_of_the_columns(given: TextParts, whole: str) -> None:
    assert whole_text(given, COLUMNS) == whole


@pytest.mark.parametrize("given", [["a", "b", "c"], {"body": "a"}])
def test_parts_that_the_model_does_not_read_are_refused(given: TextParts) -> None:
    with pytest.raises(InputError, match="The model reads question, answer"):
        whole_text(given, COLUMNS)
