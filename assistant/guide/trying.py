"""While somebody types texts for the model: is this one more of them, or meant for the wizard?"""

import re
from functools import cache

from assistant.approval import normal
from assistant.guide.journey import Journey
from assistant.guide.matcher import Match
from assistant.guide.slots import words

_LIKE_A_TEXT = frozenset(
    "recommend_task elsewhere complaint greeting cost who privacy duration amount code leave language where help why"
    " delete_dataset upload".split()
)
"""What customers write as well as people who talk to the wizard: only its known words count as meant for it."""


def is_command(text: str, found: Match, journey: Journey) -> bool:
    """Whether a text is a wish to the wizard. In doubt it is one more text for the model."""
    if found.score >= 1.0:
        return found.intent not in ("greeting", "elsewhere", "complaint", "recommend_task")
    if not found.sure or len(text.split()) > 14 or (found.intent in _LIKE_A_TEXT and not is_addressed(text)):
        return False
    just_asked = journey.asked is not None and journey.asked.ask == "text"
    least = 0.42 if is_addressed(text) else 0.66 if just_asked else 0.6
    return found.score >= least or found.intent in ("goodbye", "thanks")


def is_addressed(text: str) -> bool:
    """Whether a short text speaks of what only the wizard knows: the model, the training, the plan."""
    said = normal(text)
    return len(said.split()) <= 14 and bool(_wizard_words().search(said))


@cache
def _wizard_words() -> re.Pattern[str]:
    return re.compile(words()["wizard"], re.IGNORECASE)
