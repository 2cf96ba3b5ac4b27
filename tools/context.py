"""Who is asking, in which conversation, with which workspace. Tools get identity from here and from nowhere else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workspace.home import Workspace


@dataclass(frozen=True)
class ToolContext:
    """Given to every tool by the caller; no model can write into it."""

    workspace: Workspace
    conversation_id: str | None = None
    paraphrase: Callable[[Sequence[str]], list[str]] | None = None
    """Port to a hosted chat model that says texts in other words (:mod:`tools.paraphrasing`); None: there is none."""

    @property
    def owner_id(self) -> str:
        return self.workspace.owner_id
