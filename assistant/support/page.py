"""The support pages. One script and one style serve all: linked on the server, inside the page where it is exported.

What can be done there, and not in an exported page, has a script of its own.

What is shown travels as JSON in the page and is put there as text alone, so nothing a user wrote can run.
"""

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from assistant.support.replay import Replay
from workspace.errors import Unavailable

_PUBLIC = Path(__file__).parents[2] / "public"
_SCRIPT, _ACTS, _STYLE = "support.js", "support_acts.js", "support.css"
Kind = Literal["list", "replay", "reason"]


def page(kind: Kind, title: str, data: dict[str, Any]) -> str:
    """A page of the server; it loads its script and style from there."""
    head = f'<link rel="stylesheet" href="/public/{_STYLE}">'
    scripts = (_SCRIPT, _ACTS) if kind == "replay" else (_SCRIPT,)
    return _document(kind, title, data, head, "".join(f'<script src="/public/{name}"></script>' for name in scripts))


def bundle(replay: Replay) -> str:
    """A page that opens from a file, without a network."""
    data = {"replay": replay.model_dump(mode="json"), "offline": True}
    style = f"<style>{_asset(_STYLE)}</style>"
    return _document("replay", replay.conversation.title, data, style, f"<script>{_asset(_SCRIPT)}</script>")


def _document(kind: Kind, title: str, data: dict[str, Any], head: str, script: str) -> str:
    # "<" is the only character that could end the element that the JSON stands in.
    content = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="icon" href="data:,">\n{head}\n</head>\n'
        f'<body data-page="{kind}">\n<main id="page"></main>\n'
        f'<script type="application/json" id="data">{content}</script>\n{script}\n</body>\n</html>\n'
    )


@cache
def _asset(name: str) -> str:
    try:
        return (_PUBLIC / name).read_text("utf-8")
    except OSError as exc:
        raise Unavailable(
            "PAGE_MISSING", f"The file public/{name} of this installation is missing.", "Install the wizard anew."
        ) from exc
