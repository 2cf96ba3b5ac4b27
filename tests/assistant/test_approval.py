"""What counts as a yes, and what does not."""

import pytest

from assistant.approval import option_of, verdict
from workspace.events import Asked, Option


@pytest.mark.parametrize(
    "said",
    [
        "yes", "Yes!", "ok", "OK thanks", "looks good, go", "Looks good - start it please", "that's right", "perfect",
        "great, let's go", "sounds good to me", "go ahead then", "ja", "Ja, sieht gut aus", "passt so, los geht's",
        "oui, c'est parti", "d’accord, vas-y", "sí, adelante", "vale, perfecto", "👍 yes", "yes?",
    ],
)  # fmt: skip
def test_a_yes(said: str) -> None:
    assert verdict(said) == "yes"


@pytest.mark.parametrize(
    "said",
    ["no", "No, thanks.", "not yet", "not now please", "stop, cancel it", "nein danke", "lieber nicht", "non merci"],
)  # fmt: skip
def test_a_no(said: str) -> None:
    assert verdict(said) == "no"


@pytest.mark.parametrize(
    "said",
    [
        "yes but with seed 7", "no go", "don't do it", "please", "thanks", "great", "looks good?", "yes? really?",
        "ok no", "go away", "start over", "not ok", "nothing is right", "", "👍", "y" * 300, "ok " * 30,
        "yes delete everything", "is that right", "ja aber später",
    ],
)  # fmt: skip
def test_neither(said: str) -> None:
    assert verdict(said) == "other"


ASKED = Asked(
    ask_id="a",
    ask="choice",
    text="?",
    options=[Option(id="propose_plan", label="Right, make a plan"), Option(id="change", label="Change something")],
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("right, MAKE a plan!", "propose_plan"),
        ("change", "change"),
        ("1", "propose_plan"),
        ("2.", "change"),
        ("option 2", "change"),
        ("the second one", "change"),
        ("3", None),
        ("0", None),
        ("²", None),
        ("1 minute", None),
        ("one", None),
    ],
)
def test_options(said: str, meant: str | None) -> None:
    option = option_of(ASKED, said)
    assert (option.id if option else None) == meant


def test_a_number_is_no_option_where_something_is_typed() -> None:
    assert option_of(ASKED.model_copy(update={"ask": "form"}), "1") is None
