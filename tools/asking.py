"""Questions with buttons.

An option's id says by itself what a press does, so that no surface and no chat model needs a table of them:

- ``tool`` or ``tool?argument=value``: call this tool (:func:`call_of` takes the id apart);
- ``upload``: open the file chooser;
- ``start``: yes to the approval that the question carries;
- ``change``: let the person say in free text what should be different.
"""

from urllib.parse import parse_qsl, urlencode

from workspace.events import Approval, Asked, FormField, Option
from workspace.ids import new_id

UPLOAD = Option(id="upload", label="Upload a file", style="primary")
CHANGE = Option(id="change", label="Change something")


def ask(text: str, *options: Option) -> Asked:
    """A question with buttons; free text is always an answer as well."""
    return Asked(ask_id=new_id("ask"), ask="choice", text=text, options=list(options))


def confirm(text: str, approval: Approval, *options: Option) -> Asked:
    """A question whose accepting option releases exactly one call."""
    return Asked(ask_id=new_id("ask"), ask="confirm", text=text, options=list(options), approval=approval)


def form(text: str, fields: list[FormField], *options: Option) -> Asked:
    """A question with fields to fill in."""
    return Asked(ask_id=new_id("ask"), ask="form", text=text, fields=fields, options=list(options))


def button(label: str, tool: str, /, *, primary: bool = False, **arguments: str) -> Option:
    """An option that calls a tool."""
    name = f"{tool}?{urlencode(arguments)}" if arguments else tool
    return Option(id=name, label=label, style="primary" if primary else "plain")


def call_of(option_id: str) -> tuple[str, dict[str, str]]:
    """Tool and arguments that an option's id stands for: ``("show_mistakes", {})``."""
    tool, _, query = option_id.partition("?")
    return tool, dict(parse_qsl(query))
