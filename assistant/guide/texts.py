"""The guide's sentences, from prompts/guide/."""

from functools import cache
from typing import Any

import yaml

from assistant.languages import spoken
from assistant.prompts import FOLDER, render


@cache
def texts(file: str) -> dict[str, str]:
    """The templates of one file, by key."""
    loaded: dict[str, str] = yaml.safe_load((FOLDER / "guide" / file).read_text("utf-8"))
    return loaded


def say(key: str, **values: Any) -> str:
    """A sentence of the guide's own, in the language of the moment where there is one."""
    language = spoken()
    own = language.says.get(key) if language else None
    return _one_line(render(own or texts("says.yaml")[key], **values))


def after(tool: str, **values: Any) -> str:
    """What to say when a tool has returned; empty where its card says it all."""
    language = spoken()
    own = language.after.get(tool) if language else None
    return _one_line(render(own or texts("after.yaml").get(tool, ""), **values))


def _one_line(text: str) -> str:
    return " ".join(text.split())
