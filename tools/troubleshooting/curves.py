"""What the numbers of a training show, whether they come from a run or are read out of a pasted log.

Each observation has a name; the entries in ``causes/`` say what it speaks for.
"""

import math
import re
from collections.abc import Mapping, Sequence

Series = Mapping[str, Sequence[float]]
"""Values in order: ``train_loss``, ``valid_loss``, ``train_score``, ``valid_score``, ``f1``, ``learning_rate``."""

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)"
_NAMES = (
    ("valid_loss", r"(?:val(?:id(?:ation)?)?|eval(?:uation)?|dev|test)[ _.]*loss"),
    ("train_loss", r"(?:train(?:ing)?[ _.]*)?loss"),
    ("f1", r"(?:\w+[ _])?f1(?:[ _-]score)?"),
    ("valid_score", r"(?:val(?:id(?:ation)?)?|eval(?:uation)?|dev|test)[\w -]{0,12}acc(?:uracy)?"),
    ("train_score", r"(?:train(?:ing)?[ _.]*)?acc(?:uracy)?"),
    ("learning_rate", r"learning[ _]rate|lr"),
)
_PAIR = re.compile(
    "|".join(
        rf"(?P<{name}>(?<![\w]){words})['\"]?\s*(?:[:=]|is|of|\s)\s*['\"]?(?P<{name}_value>{_NUMBER})\b"
        for name, words in _NAMES
    ),
    re.IGNORECASE,
)
_TABLE_ROW = re.compile(rf"^[ |\t]*\d+[ |\t]+({_NUMBER})[ |\t]+({_NUMBER})\b", re.IGNORECASE | re.MULTILINE)
_TABLE_HEAD = re.compile(r"training loss\W+validation loss", re.IGNORECASE)

_FLAT = 0.02
_WORSE = 1.1
_HUGE_RATE = 0.01
"""For fine-tuning; classic models on word counts have other rates, and no loss that jumps."""


_SAME = re.compile(r"^([-+\d.e \t,\[\]()]{8,120})\n(?:\1\n?){2,}", re.IGNORECASE | re.MULTILINE)
"""Three rows of equal numbers: outputs that do not depend on the input."""


def series_in(text: str) -> dict[str, list[float]]:
    """The numbers of a log, by what they are."""
    found: dict[str, list[float]] = {}
    for hit in _PAIR.finditer(text):
        for name, _ in _NAMES:
            if hit[name] is not None:
                found.setdefault(name, []).append(float(hit[f"{name}_value"]))
    if _TABLE_HEAD.search(text):
        for row in _TABLE_ROW.finditer(text):
            found.setdefault("train_loss", []).append(float(row[1]))
            found.setdefault("valid_loss", []).append(float(row[2]))
    return found


def observations_in(text: str, known: Series) -> dict[str, dict[str, float]]:
    """What stands out in the numbers of a text, and in those that are known beside it."""
    found = observations({**series_in(text), **known})
    if _SAME.search(text):
        found["same_output"] = {}
    return found


def observations(series: Series) -> dict[str, dict[str, float]]:
    """What stands out, by its name, with the numbers that show it."""
    found: dict[str, dict[str, float]] = {}
    losses = [*series.get("train_loss", ()), *series.get("valid_loss", ())]
    if any(not math.isfinite(value) for value in losses):
        found["loss_not_a_number"] = {"step": next(i for i, v in enumerate(losses) if not math.isfinite(v))}
        return found
    found |= _of_training(series.get("train_loss", ()))
    found |= _of_validation(series)
    if (rates := series.get("learning_rate")) and max(rates) >= _HUGE_RATE:
        found["learning_rate_huge"] = {"learning_rate": max(rates)}
    return found


def _of_training(loss: Sequence[float]) -> dict[str, dict[str, float]]:
    if len(loss) < 3:
        return {}
    first, last, least, most = loss[0], loss[-1], min(loss), max(loss)
    if most == 0:
        return {"loss_zero_from_start": {"last": last}}
    if last == 0 and first > 0.05 and loss[-2] == 0:
        return {"loss_falls_to_zero": {"first": first}}
    if last > 1.5 * max(least, 1e-6) and last > 1.2 * first and last > 0.5:
        return {"loss_rises": {"least": least, "last": last}}
    if len(loss) >= 4 and (most - least) < _FLAT * most and least > 0.05:
        return {"loss_flat": {"first": first, "last": last}}
    return {}


def _of_validation(series: Series) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    train, valid = series.get("train_loss", ()), series.get("valid_loss", ())
    falls = len(train) >= 2 and train[-1] < train[0]
    if len(valid) >= 3 and valid[-1] > _WORSE * min(valid) and (len(train) < 2 or falls):
        found["validation_worse"] = {"best": min(valid), "last": valid[-1]}
    if len(valid) >= 2 and falls and valid[-1] > valid[0] and valid[-1] > 2 * train[-1]:
        found["validation_worse"] = {"train": train[-1], "valid": valid[-1]}
    learned, scored = series.get("train_score", ()), series.get("valid_score", ())
    if learned and scored and learned[-1] - scored[-1] >= (10 if learned[-1] > 1 else 0.1):
        found["validation_worse"] = {"train": learned[-1], "valid": scored[-1]}
    if scored and (0.995 <= scored[0] <= 1 or 99.5 <= scored[0] <= 100):
        found["perfect_at_once"] = {"score": scored[0]}
    anything = [*learned, *scored]
    if (f1 := series.get("f1")) and max(f1) == 0 and (not anything or max(anything) > 0.4):
        found["one_class"] = {"f1": 0.0}
    chance = 0.5 if anything and anything[-1] <= 1 else 50.0
    if train and anything and abs(train[-1] - math.log(2)) < 0.02 and abs(anything[-1] / chance - 1) < 0.05:
        found["loss_of_guessing"] = {"loss": train[-1], "score": anything[-1]}
    if len(scored) >= 3 and max(scored) - min(scored) < 1e-6 and scored[0] < 0.995:
        found["score_at_chance"] = {"score": scored[0]}
    return found
