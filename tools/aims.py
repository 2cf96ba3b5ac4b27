"""What a person wants of a model, in words: the limits that a plan keeps, and whether a result reached them."""

from collections.abc import Iterable, Mapping

from tools.cards.result import AimView
from tools.context import ToolContext
from tools.quoting import plain
from tools.words import count, of_100
from workspace.model import Evaluation
from workspace.success import LimitJudged, MistakeLimit, SuccessCriteria, judged, meant_label


def criteria_of(context: ToolContext) -> SuccessCriteria:
    """What the person of this conversation wants; all open where nothing was said."""
    if context.conversation_id is None:
        return SuccessCriteria()
    return context.workspace.transcripts.criteria(context.conversation_id)


def limits_among(criteria: SuccessCriteria, labels: Mapping[str, int]) -> tuple[MistakeLimit, ...]:
    """The limits whose label stands in the data, under the label's own name."""
    named = [(limit, meant_label(limit.label, list(labels))) for limit in criteria.limits]
    return tuple(limit.model_copy(update={"label": label}) for limit, label in named if label)


def unknown_labels(criteria: SuccessCriteria, labels: Mapping[str, int]) -> list[str]:
    """What limits are about that the data does not have."""
    return [limit.label for limit in criteria.limits if meant_label(limit.label, list(labels)) is None]


def limit_sentence(limit: MistakeLimit) -> str:
    """``at most 5 of 100 “urgent” missed``."""
    return plain(str(limit), 200)


def aim_views(limits: Iterable[MistakeLimit], evaluation: Evaluation) -> list[AimView]:
    """Each aim beside what was counted on unseen rows."""
    return [AimView(sentence=_sentence(found), met=found.met) for found in judged(limits, evaluation)]


def _sentence(found: LimitJudged) -> str:
    low, high = (of_100(value).removesuffix(" of 100") for value in found.interval)
    counted = f"{found.mistakes:,} of {count(found.of, 'unseen one')}"
    chance = f"between {low} and {high}, to be fair to chance; {counted}"
    does = f"it misses {of_100(found.share)}" if found.limit.kind == "missed" else f"{of_100(found.share)} are"
    return f"You wanted {limit_sentence(found.limit)}: {does} ({chance}). {_VERDICTS[found.met]}"


_VERDICTS = {
    "yes": "That is reached.",
    "likely": "That is reached as far as can be told; more rows in the exam would make it sure.",
    "unlikely": "That is not reached, though it could still be chance.",
    "no": "That is not reached.",
}
