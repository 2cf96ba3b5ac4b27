"""Who is asking, in which conversation, with which workspace. Tools get identity from here and from nowhere else."""

from dataclasses import dataclass

from workspace.home import Workspace


@dataclass(frozen=True)
class ToolContext:
    """Given to every tool by the caller; no model can write into it."""

    workspace: Workspace
    conversation_id: str | None = None

    @property
    def owner_id(self) -> str:
        return self.workspace.owner_id
