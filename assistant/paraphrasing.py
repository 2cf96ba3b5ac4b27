"""The hosted chat model as the port that says texts in other words. The texts come with personal data hidden."""

import json
import logging
from collections.abc import Callable, Sequence

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.chat_models import hosted_model
from assistant.fallback import mapped
from assistant.prompts import prompt
from workspace.errors import Unavailable
from workspace.settings import Settings

_log = logging.getLogger(__name__)
_AT_ONCE = 20


def paraphraser(settings: Settings) -> Callable[[Sequence[str]], list[str]] | None:
    """None where the built-in guide answers: it cannot write."""
    model = hosted_model(settings)
    if model is None:
        return None

    def paraphrase(texts: Sequence[str]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(texts), _AT_ONCE):
            part = list(texts[start : start + _AT_ONCE])
            messages = [SystemMessage(prompt("paraphrase.md")), HumanMessage(json.dumps(part, ensure_ascii=False))]
            try:
                answer = model.invoke(messages).text
            except Exception as exc:
                _log.warning("paraphrasing failed: %s", type(exc).__name__, exc_info=exc)
                raise mapped(exc, settings.chat_timeout_seconds) from exc
            found += _answers(answer, len(part))
        return found

    return paraphrase


def _answers(answer: str, count: int) -> list[str]:
    """The JSON list in an answer, whatever stands around it. Raises Unavailable where there is none of that length."""
    begin, end = answer.find("["), answer.rfind("]")
    try:
        found = json.loads(answer[begin : end + 1]) if 0 <= begin < end else None
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != count:
        raise Unavailable(
            "CHAT_MODEL_USELESS",
            "The chat model did not give back as many texts as it was asked for.",
            "Try once more, or make rows without it.",
        )
    return [text if isinstance(text, str) else "" for text in found]
