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

    reading: Callable[[str], Callable[[float], None]] | None = None
    """Port to whoever waits: given a file's name, what is told how far its reading is. What that raises ends it."""

    def progress_of(self, name: str) -> Callable[[float], None] | None:
        """What the reading of a file of this name tells its fraction to; None where nobody waits."""
        return self.reading(name) if self.reading is not None else None

    @property
    def owner_id(self) -> str:
        return self.workspace.owner_id
