"""What is said in an evaluation, and what must be true when it is over."""

import csv
import io
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
Place = Literal["start", "data", "plan", "running", "model"]
"""Where a conversation begins: with nothing, with data that was read, with a plan, while it trains, with a model."""
PLACES: tuple[Place, ...] = ("start", "data", "plan", "running", "model")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """One thing that the person does. Exactly one of say, upload, press, approve and wait; say may stand by a file."""

    say: str = ""
    upload: str = Field(default="", description="a file of files.yaml")
    press: str = Field(default="", description="the tool or the id of a button; `or` is said where there is none")
    or_: str = Field(default="", alias="or")
    approve: bool | None = Field(default=None, description="answers the question that waits for a yes")
    wait: Literal["", "training"] = ""

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        done = [bool(self.say) and not self.upload, bool(self.upload), bool(self.press), self.approve is not None]
        if sum([*done, bool(self.wait)]) != 1:
            raise ValueError("a step is one of say, upload, press, approve and wait")
        return self


class End(_Strict):
    """What must be true. What is left out is not looked at."""

    called: list[str] = Field(default=[], description="tools in this order; others may come between")
    either: list[str] = Field(default=[], description="if a tool is called, the last one is one of these")
    never: list[str] = Field(default=[], description="tools that are neither called nor proposed")
    nothing_called: bool = False
    fails: list[str] = Field(default=[], description="tools that must refuse")
    arguments: dict[str, Any] = Field(default={}, description="of the last call")
    result: dict[str, Any] = Field(default={}, description="of what the last call returned")
    cards: list[str] = Field(default=[], description="kinds that are shown")
    plan: dict[str, Any] = Field(default={}, description="fields of the newest plan")
    used: dict[str, str] = Field(default={}, description="the columns that would be read and learned")
    waits_for: str = Field(default="", description="the tool whose approval is asked for at the end")
    waits_for_file: bool = False
    rows: int | None = Field(default=None, description="of the version of the data that is current")
    datasets: int | None = None
    runs: int | None = None
    online: int | None = None
    says: str = Field(default="", description="what the last turn must say, in words or on cards: an expression")
    unsaid: list[str] = []
    speaks: str = Field(default="", description="the language of what is said last")


class Scenario(_Strict):
    """One conversation."""

    id: str
    stage: str
    language: Literal["en", "de", "fr", "es", "ar"]
    persona: Literal["business", "developer", "researcher", "support"]
    begin: Place = "start"
    steps: list[Step] = Field(min_length=1)
    end: End

    @property
    def tools(self) -> set[str]:
        """The tools that this conversation needs."""
        return {*self.end.called, *([self.end.waits_for] if self.end.waits_for else [])}


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All conversations, by stage and in the order of their files.

    Raises pydantic's ValidationError for a file that is wrong.
    """
    found: list[Scenario] = []
    for path in sorted((FOLDER / "conversations").glob("*.yaml")):
        loaded = yaml.safe_load(path.read_text("utf-8"))
        found += [Scenario.model_validate({"stage": path.stem, **raw}) for raw in loaded]
    return tuple(found)


@cache
def _files() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "files.yaml").read_text("utf-8"))
    return loaded


def write_file(name: str, folder: Path) -> Path:
    """Writes one of the files of files.yaml."""
    made = _files()[name]
    width = made["header"].count(",") + 1
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(made["header"].split(","))
    for number in range(made["times"]):
        for row in made["rows"]:
            writer.writerow(row.replace("{n}", str(number)).rsplit(",", width - 1))
    writer.writerows(row.rsplit(",", width - 1) for row in made.get("once", []))
    path = folder / name
    path.write_text(text.getvalue(), "utf-8")
    return path
