"""Explains the words of the field."""

from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import ConceptCard
from tools.context import ToolContext
from tools.glossary import find_concept, load_glossary, suggest_concepts
from tools.own_examples import own_example
from tools.quoting import quote
from tools.registry import ToolOutput, tool


@tool()
def explain_concept(
    context: ToolContext,
    term: Annotated[str, Field(description="the word or question, such as 'F1' or 'what is overfitting'")],
) -> ToolOutput:
    """Explains a word of machine learning or of this wizard in plain sentences with an example.

    Use it whenever somebody asks what a word means (accuracy, F1, epoch, seed, baseline, …).
    """
    found = find_concept(term)
    if found is None:
        near = suggest_concepts(term)
        data: dict[str, JsonValue] = {
            "found": False,
            "term": quote(term, 80),
            "suggestions": [concept.title for concept in near],
        }
        question = "I have no explanation for that word. Did you mean one of these?"
        return ToolOutput(
            data=data, ask=ask(question, *(button(c.title, "explain_concept", term=c.name) for c in near))
        )
    related = [load_glossary()[name] for name in found.related]
    card = ConceptCard(
        term=found.name,
        title=found.title,
        text=found.text,
        example=found.example,
        related=[concept.title for concept in related],
        yours=own_example(context, found.name),
    )
    data = {
        "found": True,
        "concept": found.title,
        "text": found.text,
        "example": found.example,
        "yours": quote(card.yours, 300) if card.yours else "",
    }
    return ToolOutput(data=data, cards=[card.card(found.title)])
