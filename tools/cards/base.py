"""What every card is made of."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from workspace.events import Card, CardKind

Cell = str | int | float | bool | None


class CardData(BaseModel):
    """Base of the data of one kind of card.

    A button that calls a tool stands under ``button`` or ``buttons``, in the card or in an item of a list: it can be
    pressed, and nothing else can (``assistant.questions.card_button``).
    """

    model_config = ConfigDict(extra="forbid")
    kind: ClassVar[CardKind]

    def card(self, title: str, once: dict[str, JsonValue] | None = None) -> Card:
        """The event's card. ``title`` says the finding ("412 mails appear twice"), not the kind ("Duplicates").

        Args:
            once: fields that are shown this one time and never stored.
        """
        return Card(kind=self.kind, title=title, data=self.model_dump(mode="json"), once=once or {})

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """Back from an event's plain JSON. Raises ValidationError."""
        return cls.model_validate(data)
