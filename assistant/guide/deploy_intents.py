"""What somebody wants done with a model that is online."""

import re
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.reply import Call, Reply
from assistant.guide.slots import words


def change(text: str, journey: Journey) -> Reply:
    """Revoke or make a key, let a version answer that is named, else go back to the one before."""
    wanted = next((a for a, found in words()["online"].items() if re.search(found, text, re.IGNORECASE)), "")
    if wanted:
        return Reply(calls=(Call("change_deployment", {"action": wanted}),))
    args: dict[str, Any] = {"action": "roll_back"}
    if number := re.search(words()["version_number"], text, re.IGNORECASE):
        args = {"action": "promote", "version": int(number[1])}
    return Reply(calls=(Call("change_deployment", args),))
