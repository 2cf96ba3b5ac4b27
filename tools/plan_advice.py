"""Settings that can be used and are unwise: what to expect of each, and a better value. Pure, from plan and profile."""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.base_models import load_base_models
from tools.cards.plan import BetterView
from tools.words import count
from workspace.machine import has_gpu, processor_has_bfloat16
from workspace.plan import SettingValue, TrainingPlan, usual_base
from workspace.recipe import load_recipes

CHANGE_THE_PLAN = "Change the plan:"
"""How a form or a button says which settings change; ``name=value`` follow, with commas between them."""
SMALL_MILLIONS = 50
"""Base models of fewer millions of weights learn with larger steps."""
CHARS_PER_TOKEN = 3.5
FAR_ABOVE = 8
"""Times the mean length of the texts from which on a limit of tokens cuts nothing and only costs."""
FEW_ROWS, MANY_EPOCHS = 500, 20
EVEN = 1.5
"""Most rows of a label against fewest, up to which labels are about equally frequent."""


@dataclass(frozen=True)
class Advice:
    """``setting`` had better be ``better``; ``why`` says what happens else."""

    setting: str
    better: SettingValue
    why: str

    @property
    def view(self) -> BetterView:
        """For people, with what to say or press to have it."""
        name, value = self.setting.replace("_", " "), _said(self.better)
        sentence = f"{self.why} Better: “{self.setting} {value}”."
        return BetterView(
            sentence=sentence, label=f"Set {name} to {value}", said=f"{CHANGE_THE_PLAN} {self.setting}={value}"
        )


def advice_on(plan: TrainingPlan, rows: int, mean_chars: float, labels: Mapping[str, int]) -> list[Advice]:
    """What had better be set otherwise, of what was set by hand.

    Args:
        rows: that are learned from.
        mean_chars: length of the texts on average.
        labels: rows of each label, where it is known.
    """
    asked, found = plan.settings, []
    rate, millions = asked.get("learning_rate"), _millions(plan)
    if rate is not None and plan.recipe != "lora" and millions is not None:
        if millions < SMALL_MILLIONS and float(rate) <= 5e-5:
            why = f"A learning rate of {rate:g} suits large models; this small one would learn little in the time."
            found.append(Advice("learning_rate", 1e-4, why))
        elif millions >= SMALL_MILLIONS and float(rate) > 1e-4:
            why = f"A learning rate of {rate:g} is so large that a model of this size may forget what it knew."
            found.append(Advice("learning_rate", 2e-5, why))
    if rate is not None and float(rate) > 1e-3 and not found:
        found.append(Advice("learning_rate", 1e-3, f"With a learning rate of {rate:g} the training may break down."))
    step = int(asked.get("batch_size", 1)) * int(asked.get("accumulation", 1))
    if step > max(rows, 1) and {"batch_size", "accumulation"} & set(asked):
        name = "accumulation" if int(asked.get("accumulation", 1)) > 1 else "batch_size"
        why = f"{count(step, 'text')} a step are more than the {rows:,} to learn from, so a pass has a single step."
        found.append(Advice(name, 1 if name == "accumulation" else max(2, min(16, rows // 8)), why))
    most, mean = asked.get("max_tokens"), max(mean_chars / CHARS_PER_TOKEN, 1.0)
    usual = [r.settings["max_tokens"].default for r in load_recipes().values() if "max_tokens" in r.settings]
    if most is not None and int(most) > max(FAR_ABOVE * mean, *(int(value) for value in usual)):
        why = f"The texts have about {round(mean):,} word pieces, so a limit of {int(most):,} gains nothing."
        found.append(Advice("max_tokens", int(min(map(int, usual))), why))
    if int(asked.get("epochs", 0)) >= MANY_EPOCHS and rows < FEW_ROWS:
        why = f"{asked['epochs']} passes over {count(rows, 'row')} lead to learning by heart."
        found.append(Advice("epochs", 5, why))
    if int(asked.get("frozen_layers", 0)) >= _layers(plan):
        why = "With all layers frozen only the classifier on top learns, which “Language knowledge” does far sooner."
        found.append(Advice("frozen_layers", _layers(plan) // 2, why))
    if asked.get("class_weight") == "balanced" and labels and max(labels.values()) <= EVEN * min(labels.values()):
        why = "The answers are about equally frequent, so weights for rare ones change nothing."
        found.append(Advice("class_weight", "none", why))
    if asked.get("precision") == "bfloat16" and not (processor_has_bfloat16() or has_gpu()):
        why = "This processor has no instructions for 16 bits, so it would take about ten times as long."
        found.append(Advice("precision", "float32", why))
    if asked.get("device") == "gpu" and not has_gpu():
        why = "This computer has no GPU; the training stops at once unless a worker elsewhere has one."
        found.append(Advice("device", "auto", why))
    return found


def _millions(plan: TrainingPlan) -> float | None:
    entry = next((e for e in load_base_models() if e.is_called(plan.base)), None)
    return entry.parameters_millions if entry else None


def _layers(plan: TrainingPlan) -> int:
    """Of the packaged base model; of another one, as many as nearly all have."""
    return 6 if plan.base == usual_base(plan.task) else 12


def _said(value: SettingValue) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
