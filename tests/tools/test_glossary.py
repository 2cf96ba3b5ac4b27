"""The words of the field, found however they are asked for."""

from collections.abc import Callable

import pytest

from tests.tools.conftest import Call, mails
from tools.glossary import find_concept, load_glossary, suggest_concepts
from workspace.dataset import Dataset
from workspace.run import Run


def test_every_file_is_whole_and_short() -> None:
    glossary = load_glossary()
    assert len(glossary) >= 80
    for concept in glossary.values():
        sentences = [s for s in concept.text.replace("?", ".").split(". ") if s.strip()]
        assert 2 <= len(sentences) <= 6, concept.name
        assert concept.example
        assert concept.name not in concept.related


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("What is F1?", "f1"),
        ("macro f1", "macro-average"),
        ("acuracy", "accuracy"),
        ("explain overfiting please", "overfitting"),
        ("what does the learning rate do", "learning-rate"),
        ("LR", "learning-rate"),
        ("train test split", "split"),
        ("«recall»", "recall"),
        ("BASELINE", "baseline"),
        ("what are epochs", "epoch"),
        ("why is there a seed", "seed"),
        ("named entity recognition", "entity-recognition"),
    ],
)
def test_a_concept_is_found(asked: str, name: str) -> None:
    found = find_concept(asked)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("asked", ["quantum computing", "", "???", "<script>", "what is the"])
def test_what_is_not_there_is_not_made_up(asked: str, call: Call) -> None:
    assert find_concept(asked) is None
    assert len({c.name for c in suggest_concepts(asked)}) == 3
    output = call("explain_concept", term=asked)
    assert output.data["found"] is False
    assert output.cards == []
    assert output.ask is not None


def test_the_card_explains_with_an_example(call: Call) -> None:
    output = call("explain_concept", term="precision")
    card = output.cards[0]
    assert card.kind == "concept"
    assert card.data["example"]
    assert card.data["yours"] == ""


def test_a_measured_concept_names_the_persons_own_number(call: Call, trained: object) -> None:
    trained()  # type: ignore[operator]
    card = call("explain_concept", term="accuracy").cards[0]
    assert card.data["yours"] == "Your last model: 0.90, measured on 100 unseen rows."


def test_a_concept_is_shown_in_the_persons_own_data_plan_and_result(
    call: Call, load: Callable[..., Dataset], trained: Callable[..., Run]
) -> None:
    def yours(term: str) -> str:
        return str(call("explain_concept", term=term).cards[0].data["yours"])

    assert yours("class imbalance") == ""
    load([*mails(30), *mails(3, ("Rare",))])
    assert yours("class imbalance") == "In your data “Billing” has 30 rows, “Rare” only 3."
    assert yours("label").startswith("In your data: “Billing”")
    call("propose_plan", seed=7)
    assert yours("seed") == "Your plan has the seed 7."
    trained()
    assert yours("missed text") == "Your last model misses 30 of 100 texts with “Returns”."
    assert "is taken for" in yours("confusion matrix")
    assert yours("gradient accumulation") == ""
