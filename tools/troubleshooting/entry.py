"""What is known of each cause: one YAML a cause in ``causes/``, named after its code."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue

Strength = Literal["certain", "likely", "hint", "faint"]
WEIGHTS: dict[Strength, float] = {"certain": 0.95, "likely": 0.85, "hint": 0.55, "faint": 0.35}
"""How much a piece of evidence says, from a message that nothing else gives to one that many causes share."""

FixKind = Literal["config_change", "data_fix", "environment", "retry", "user_action", "code_bug"]
Phase = Literal[
    "upload", "parse", "validate", "tokenize", "load model", "auth", "permission", "train", "evaluate", "save", "worker"
]
FLAGS = re.IGNORECASE | re.MULTILINE


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fix(_Strict):
    """What mends it. ``patch`` names settings with a value or a verb.

    Verbs: halve, double, multiply, divide_10, reduce, increase, set, from_data, from_header, from_list, from_message,
    detect. Where ``batch_size`` is halved and ``gradient_accumulation_steps`` multiplied, their product stays.
    """

    kind: FixKind
    patch: dict[str, JsonValue] = Field(default_factory=dict)


class Mend(_Strict):
    """One thing the wizard can do about a training of its own that failed, at a press.

    ``plan`` changes the plan: a setting or a field with a value, or one of the verbs halve, double, divide_10, usual,
    at_most_usual, lightest, from_data; ``settings: valid`` leaves out what no method takes. ``repair`` is a repair of
    the data. With neither, the same plan is started again.
    """

    says: str = Field(description="goes on after 'I can' and before a full stop")
    only: tuple[str, ...] = Field(
        default=(), description="codes of failures that it helps with; none: all of the cause"
    )
    plan: dict[str, JsonValue] = Field(default_factory=dict)
    repair: str | None = None


class Signature(_Strict):
    """Patterns (regular expressions, whatever the case) of which one is enough; their named groups are facts.

    ``needs`` has to be found anywhere in the text beside them, ``unless`` must not be.
    """

    strength: Strength
    patterns: Annotated[tuple[str, ...], Field(min_length=1)]
    needs: str | None = None
    unless: str | None = None


class Samples(_Strict):
    """Texts that are, and texts that are not, of this cause; tests diagnose each."""

    matching: Annotated[tuple[str, ...], Field(min_length=1)]
    other: Annotated[tuple[str, ...], Field(min_length=1)]


class TroubleshootingEntry(_Strict):
    """One cause, and all that is said of it."""

    code: str
    codes: tuple[str, ...] = Field(default=(), description="the wizard's own errors that have this cause")
    title: str = Field(description="the finding, for people")
    phase: Phase
    whose: Literal["data", "settings", "system"] = Field(description="whose matter it is")
    explanation: str
    why: str = Field(description="how it usually comes about")
    next_steps: Annotated[tuple[str, ...], Field(min_length=1)]
    fix: Fix
    mends: tuple[Mend, ...] = Field(default=(), description="tried in this order, each at most once")
    signatures: tuple[Signature, ...]
    observations: dict[str, Strength] = Field(default_factory=dict, description="what curves show, by its name")
    symptoms: Annotated[tuple[str, ...], Field(min_length=5)] = Field(description="as people put it who saw no message")
    samples: Samples
    related: tuple[str, ...]
    outranks: tuple[str, ...] = Field(
        default=(), description="causes that are only its consequence where both are found"
    )


@cache
def load_entries() -> dict[str, TroubleshootingEntry]:
    """Every entry by its code. Raises ValidationError where a file is wrong."""
    folder = Path(__file__).parent / "causes"
    found = (
        TroubleshootingEntry.model_validate({"code": path.stem.upper(), **_read(path)})
        for path in sorted(folder.glob("*.yaml"))
    )
    return {entry.code: entry for entry in found}


def entry_of(code: str) -> TroubleshootingEntry | None:
    """The cause behind one of the wizard's own error codes; None where the code has none."""
    entries = load_entries()
    return entries.get(code) or next((entry for entry in entries.values() if code in entry.codes), None)


def _read(path: Path) -> dict[str, JsonValue]:
    """By the loader in C where there is one: it takes a tenth of the time for sixty files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, JsonValue] = yaml.load(path.read_bytes(), loader)  # noqa: S506
    return content
