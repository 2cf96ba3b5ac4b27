"""What somebody asks of a plan, and all that is wrong with it at once."""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.plan import SettingValue
from workspace.success import MistakeLimit


class PlanWishes(BaseModel):
    """What somebody asked for. None means: decide from the data, or keep what the plan says."""

    model_config = ConfigDict(extra="forbid")

    task: TaskKind | None = None
    text: list[str] | None = None
    label: str | None = None
    label_columns: list[str] | None = None
    label_separator: str | None = None
    test_dataset_id: str | None = None
    split_column: str | None = Field(default=None, description="empty: by chance, whatever the file says")
    group_column: str | None = None
    time_column: str | None = None
    recipe: str | None = None
    base: str | None = None
    budget_seconds: int | None = None
    metric: str | None = None
    limits: tuple[MistakeLimit, ...] | None = None
    answer_from: float | None = Field(default=None, description="0: always answer")
    test_fraction: float | None = None
    valid_fraction: float | None = None
    seed: int | None = None
    settings: dict[str, SettingValue] | None = None


@dataclass
class Faults:
    """Collects everything that is wrong, so that it can be told at once."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, code: str, message: str) -> None:
        self.found.append((code, message))

    def raise_if_any(self) -> None:
        if not self.found:
            return
        codes = {code for code, _ in self.found}
        code = codes.pop() if len(codes) == 1 else "PLAN_INVALID"
        message = " ".join(message for _, message in self.found)
        raise InputError(code, message, "Change the plan and try again.")
