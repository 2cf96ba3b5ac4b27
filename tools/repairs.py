"""Repairs as they are offered: which problems can be mended by a press, and what stands on the buttons."""

from collections.abc import Sequence

from tools.asking import button
from tools.quoting import plain
from workspace.cleaning import FIXES
from workspace.dataset import DataProblem, Dataset, FixOffer
from workspace.events import Option

SHOW_FIRST = "Show me first"
_REDACT = "redact"
_A_CHOICE = ("drop_rare_classes", "relabel_suspicious", "drop_suspicious", "keep_main_language", _REDACT)
"""Repairs that decide what the model will know, or follow a model's opinion: never among those done all at once."""
_LAST = (
    "drop_missing_text",
    "drop_missing_label",
    "drop_short_texts",
    "drop_duplicates",
    "drop_near_duplicates",
    "drop_split_leaks",
    "drop_conflicts",
    "keep_main_language",
    "drop_rare_classes",
)
"""Rows are left out when texts and answers are repaired: what was written in two ways may be a repeat then."""
_NUMBERS = ("no", "one", "both", "three", "four", "five", "six", "seven", "eight", "nine")


def offered(problems: Sequence[DataProblem]) -> list[DataProblem]:
    """The problems worth mending that a repair can mend by itself, in the order in which that is best done.

    What is only good to know, and what is for the person to choose, has a button of its own and is not among them.
    """
    mended = set(FIXES) - set(_A_CHOICE)
    found = [p for p in problems if p.severity != "info" and p.fix is not None and p.fix.code in mended]
    return sorted(found, key=lambda p: place_of(_fix_of(p).code))


def place_of(code: str) -> tuple[int, int]:
    """Where a repair stands in the order in which they are best done."""
    order = list(FIXES)
    return (_LAST.index(code) + 1, 0) if code in _LAST else (0, order.index(code) if code in order else len(order))


def mend_all(dataset: Dataset, fixes: Sequence[DataProblem], *, then_plan: bool = False) -> Option:
    """One press for all of them; the usual next step."""
    more = {"then_plan": "true"} if then_plan else {}
    if len(fixes) == 1:
        label = plain(_fix_of(fixes[0]).label, 60)
    else:
        count = str(len(fixes)) if then_plan or len(fixes) >= len(_NUMBERS) else _NUMBERS[len(fixes)]
        label = f"{'Fix' if then_plan else 'Do'} {count if count == 'both' else f'all {count}'}"
    label += ", then plan" if then_plan else ""
    codes = ",".join(_fix_of(p).code for p in fixes)
    return button(label, "clean_dataset", primary=True, dataset_id=dataset.id, fixes=codes, **more)


def mend_one(dataset: Dataset, problem: DataProblem) -> Option | None:
    """The button beside one problem."""
    if problem.fix is None:
        return None
    label = plain(problem.fix.label, 60)
    if problem.fix.code == _REDACT:
        return button(label, "redact_dataset", dataset_id=dataset.id)
    if problem.fix.code in FIXES:
        return button(label, "clean_dataset", dataset_id=dataset.id, fixes=problem.fix.code)
    return None


def card_buttons(dataset: Dataset, problems: Sequence[DataProblem]) -> list[Option]:
    """Below the list of problems: all at once, or first a look at what that would do."""
    fixes = offered(problems)
    if not fixes:
        return []
    codes = ",".join(_fix_of(p).code for p in fixes)
    show = button(SHOW_FIRST, "clean_dataset", dataset_id=dataset.id, fixes=codes, preview="true")
    return [mend_all(dataset, fixes), show] if len(fixes) > 1 else [show]


def _fix_of(problem: DataProblem) -> FixOffer:
    assert problem.fix is not None
    return problem.fix
