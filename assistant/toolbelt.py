"""The tools as LangChain sees them, and the one place where a call of a model becomes a call of a function."""

import difflib
import json
import logging
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

from langchain_core.tools import StructuredTool
from pydantic import JsonValue

from tools.context import ToolContext
from tools.registry import ApprovalRequest, Tool, ToolOutput, all_tools
from workspace.errors import InputError, WizardError
from workspace.reading.source import ReadingStopped

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a call ended. ``data`` is what the model reads; on failure it is code, message and next_step."""

    ok: bool
    data: JsonValue
    output: ToolOutput = field(default_factory=lambda: ToolOutput(data={}))

    @property
    def content(self) -> str:
        """``data`` as the text of a tool message."""
        return json.dumps(self.data, ensure_ascii=False)


@cache
def registry() -> dict[str, Tool]:
    """Every tool by name, once a process."""
    return all_tools()


@cache
def langchain_tools() -> tuple[StructuredTool, ...]:
    """The registry's schemas for a chat model. Running goes through the agent's middleware, which knows the person."""
    return tuple(
        StructuredTool(
            name=tool.name,
            description=tool.description,
            args_schema=tool.arguments.model_json_schema(),
            func=_without_a_person,
        )
        for tool in registry().values()
    )


def _without_a_person(**_: Any) -> NoReturn:
    raise RuntimeError("a tool was called outside of a conversation")


def find_tool(name: str) -> Tool:
    """The tool of that name. Raises InputError that names the nearest ones."""
    tool = registry().get(name)
    if tool is None:
        near = difflib.get_close_matches(name, registry(), n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(registry())}."
        raise InputError("TOOL_UNKNOWN", f"There is no tool called {name[:60]}.", hint)
    return tool


def describe_call(context: ToolContext, name: str, args: dict[str, Any]) -> ApprovalRequest | None:
    """What a call would do, if it has to be approved first; None if it may simply run. Raises WizardError."""
    tool = find_tool(name)
    return tool.describe(context, tool.validate(args)) if tool.describe else None


def call_tool(context: ToolContext, name: str, args: dict[str, Any], *, approved: bool = False) -> Outcome:
    """Runs a tool; every error becomes data that the model can explain.

    Blocking: call it in a thread. A tool that needs approval runs only with ``approved``, which nothing but the
    conversation's approval path ever sets.
    """
    try:
        tool = find_tool(name)
        arguments = tool.validate(args)
        if tool.describe and not approved:
            tool.describe(context, arguments)
            raise InputError("APPROVAL_NEEDED", f"{name} waits for the person's yes.", "Ask for it, and then wait.")
        output = tool(context, arguments)
    except WizardError as exc:
        return Outcome(False, dict(exc.as_dict()))
    except ReadingStopped:
        raise  # Nobody waits for it any more.
    except Exception:
        _log.exception("tool %s failed", name)
        return Outcome(False, _broken(name))
    return Outcome(True, output.data, output)


class Toolbelt:
    """How a turn reaches the tools. A conversation that is run again has one that answers from what is recorded."""

    def describe(self, context: ToolContext, name: str, args: dict[str, Any]) -> ApprovalRequest | None:
        """As :func:`describe_call`."""
        return describe_call(context, name, args)

    def call(self, context: ToolContext, name: str, args: dict[str, Any], *, approved: bool = False) -> Outcome:
        """As :func:`call_tool`."""
        return call_tool(context, name, args, approved=approved)


def _broken(name: str) -> dict[str, JsonValue]:
    return {
        "code": "TOOL_FAILED",
        "message": f"This step ({name}) broke off because of a fault in the wizard. Your data is safe.",
        "next_step": "Try once more. If it happens again, tell support; they can see what went wrong.",
    }
