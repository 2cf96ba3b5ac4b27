"""What a person's answer to a question means. Only the exact words of a yes are a yes."""

import re
from typing import Literal

from pydantic import JsonValue

from workspace.events import Asked, Option

Verdict = Literal["yes", "no", "other"]

_YES = frozenset(
    (
        "yes|y|yep|yeah|start|go|ok|okay|sure|fine|do it|go ahead|yes please|yes, please|start it|start training|"
        "start the training|train|train it|let's go|lets go|go on|looks good|"
        "ja|los|jawohl|klar|starten|starte|leg los|mach das|gerne|ja bitte|ja, bitte|passt|"
        "oui|vas-y|d'accord|lance|commencer|oui merci|sí|si|vale|adelante|empieza|dale|claro"
    ).split("|")
)
_NO = frozenset(
    (
        "no|n|nope|cancel|change|stop|abort|don't|dont|wait|not yet|no thanks|no, thanks|change it|change something|"
        "nein|nein danke|abbrechen|ändern|stopp|halt|noch nicht|non|annuler|changer|cancelar|cambiar"
    ).split("|")
)


def normal(text: str) -> str:
    """Lower case, without outer punctuation and doubled spaces."""
    return re.sub(r"\s+", " ", text.casefold().strip(" \t\n.!?…,;:\"'«»“”👍")).strip()


def verdict(text: str) -> Verdict:
    """Whether a typed text is plainly a yes or a no. "yes, but with 3 epochs" is neither."""
    said = normal(text)
    if said in _YES:
        return "yes"
    return "no" if said in _NO else "other"


def option_of(asked: Asked, value: JsonValue) -> Option | None:
    """The option that was meant: by its id, or by what stands on the button."""
    if not isinstance(value, str):
        return None
    said = normal(value)
    by_id = next((option for option in asked.options if option.id == value), None)
    return by_id or next((o for o in asked.options if normal(o.label) == said or normal(o.id) == said), None)


def decline_of(asked: Asked) -> Option:
    """The option that says no to an approval."""
    accept = asked.approval.accept if asked.approval else None
    return next((option for option in asked.options if option.id != accept), Option(id="no", label="No"))
