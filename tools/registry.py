"""The tools the assistant can call: a plain function, arguments typed by its signature, and whether it needs approval.

::

    @tool()
    def list_runs(context: ToolContext) -> ToolOutput:
        \"\"\"Shows the trainings of this user, newest first.\"\"\"

The docstring is what a chat model reads when it chooses; keep it to what the tool does and when to use it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, create_model

from tools.context import ToolContext
from workspace.errors import InputError
from workspace.events import Asked, Card, Stage


class ToolOutput(BaseModel):
    """``data`` is small and for the model; ``cards`` are for people; ``ask`` offers the likely next steps.

    User text inside ``data`` must have gone through :func:`tools.quoting.quote`.
    """

    data: dict[str, JsonValue]
    cards: list[Card] = Field(default_factory=list)
    ask: Asked | None = None
    stage: Stage | None = None


class ApprovalRequest(BaseModel):
    """What exactly will happen if the person says yes. ``fingerprint`` changes whenever that would change."""

    text: str
    fingerprint: str
    accept_label: str
    decline_label: str = "No"
    cards: list[Card] = Field(default_factory=list)


Describe = Callable[[ToolContext, BaseModel], ApprovalRequest]


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    arguments: type[BaseModel]
    function: Callable[..., ToolOutput]
    describe: Describe | None = None

    @property
    def needs_approval(self) -> bool:
        return self.describe is not None

    def validate(self, arguments: dict[str, Any]) -> BaseModel:
        """Checked arguments. Raises InputError that names every fault at once."""
        try:
            return self.arguments.model_validate(arguments)
        except ValidationError as exc:
            faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in exc.errors())
            raise InputError(
                "TOOL_ARGUMENTS", f"{self.name} cannot be called like this: {faults}.", "Correct the arguments."
            ) from exc

    def __call__(self, context: ToolContext, arguments: BaseModel) -> ToolOutput:
        return self.function(context, **{name: getattr(arguments, name) for name in type(arguments).model_fields})


_TOOLS: dict[str, Tool] = {}


def tool(describe: Describe | None = None) -> Callable[[Callable[..., ToolOutput]], Callable[..., ToolOutput]]:
    """Registers a function under its own name. ``describe`` makes it wait for approval of what it describes."""

    def register(function: Callable[..., ToolOutput]) -> Callable[..., ToolOutput]:
        name = function.__name__
        if name in _TOOLS:
            raise ValueError(f"two tools are called {name}")
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {
            parameter.name: (
                hints[parameter.name],
                ... if parameter.default is inspect.Parameter.empty else parameter.default,
            )
            for parameter in list(inspect.signature(function).parameters.values())[1:]
        }
        arguments = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
        _TOOLS[name] = Tool(name, inspect.getdoc(function) or "", arguments, function, describe)
        return function

    return register


def all_tools() -> dict[str, Tool]:
    """Every tool by name; imports the modules that register them."""
    import tools.augmentation
    import tools.checking
    import tools.cleaning
    import tools.comparing_runs
    import tools.datasets
    import tools.deleting_models
    import tools.deploying
    import tools.diagnosing
    import tools.goal
    import tools.help
    import tools.labeling
    import tools.labelling_decisions
    import tools.managing
    import tools.models
    import tools.plans
    import tools.predicting
    import tools.prelabelling
    import tools.privacy
    import tools.results
    import tools.runs
    import tools.success
    import tools.support  # noqa: F401

    return dict(_TOOLS)
