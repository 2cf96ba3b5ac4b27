"""Mistakes with the words that mattered, as people and a chat model get them."""

from collections.abc import Callable

from tests.tools.conftest import Call
from tools.cards import MistakesCard
from workspace.model import Mistake, WordWeight
from workspace.run import Run

TEXT = "Where is the refund for my card?"


def _mistake() -> Mistake:
    words = [
        WordWeight(word="is", start=6, end=8, weight=-0.5),
        WordWeight(word="refund", start=13, end=19, weight=2.0),
        WordWeight(word="card", start=27, end=31, weight=1.0),
    ]
    return Mistake(text=TEXT, expected="Orders", predicted="Billing", score=0.9, words=words, words_for="Billing")


def test_the_words_that_mattered_stand_out_and_are_named(trained: Callable[..., Run], call: Call) -> None:
    trained([[40, 5], [5, 40]], ["Billing", "Orders"], mistakes=[_mistake()])
    output = call("show_mistakes")
    view = MistakesCard.of(output.cards[0].data).mistakes[0]
    assert "".join(part.text for part in view.words) == TEXT
    assert [(part.text, part.push) for part in view.words if part.push] == [
        ("is", -0.25),
        ("refund", 1.0),
        ("card", 0.5),
    ]
    assert view.because == ["refund", "card"]
    mistakes = output.data["mistakes"]
    assert isinstance(mistakes, list)
    assert isinstance(mistakes[0], dict)
    assert mistakes[0]["words_that_mattered"] == ["«refund»", "«card»"]


def test_a_mistake_without_them_is_shown_as_before(trained: Callable[..., Run], call: Call) -> None:
    trained()
    view = MistakesCard.of(call("show_mistakes").cards[0].data).mistakes[0]
    assert (view.words, view.because) == ([], [])
