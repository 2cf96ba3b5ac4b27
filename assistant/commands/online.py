"""``mtw online``: models that programs can ask, put online and changed from the terminal by the tools of the chat.

Whoever types the command has said yes to it; what would happen is printed before the answer.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from workspace.errors import Unavailable

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.registry import ToolOutput
    from workspace.model import Prediction

application = typer.Typer(help="Models that programs ask over HTTP: put online, list, change.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name under which the model is online.")]


@application.callback()
def _group() -> None:
    """Models that programs ask over HTTP while mtw up runs. A new key is printed once, and kept nowhere."""


@application.command()
def deploy(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A trained model's id or name.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What programs call it; else the model's name.")
    ] = None,
    json: Json = False,
) -> None:
    """Put a model online, or as the next version of a name that is online already."""
    _do("deploy_model", json, model_id=model, name=name)


@application.command("list")
def list_(json: Json = False) -> None:
    """Show what is online: address, versions, keys, how much it is asked."""
    _do("show_deployments", json)


@application.command()
def promote(
    name: Name, version: Annotated[int, typer.Argument(metavar="VERSION", help="Its number.")], json: Json = False
) -> None:
    """Let another version answer."""
    _do("change_deployment", json, action="promote", name=name, version=version)


@application.command("roll-back")
def roll_back(name: Name, json: Json = False) -> None:
    """Let the version before answer again."""
    _do("change_deployment", json, action="roll_back", name=name)


@application.command("new-key")
def new_key(name: Name, json: Json = False) -> None:
    """Make one more key."""
    _do("change_deployment", json, action="new_key", name=name)


@application.command("rotate-key")
def rotate_key(name: Name, json: Json = False) -> None:
    """Make a new key, and all keys before it worthless."""
    _do("change_deployment", json, action="rotate_key", name=name)


@application.command("revoke-keys")
def revoke_keys(name: Name, json: Json = False) -> None:
    """Make all its keys worthless: nobody can ask it any more."""
    _do("change_deployment", json, action="revoke_key", name=name)


def _do(tool: str, as_json: bool, **arguments: Any) -> None:
    """Calls a tool of the chat as the local user, and prints its cards, or their data with ``--json``."""
    from rich.text import Text

    from assistant.commands.printing import console, print_json
    from assistant.surfaces.terminal_cards import card_view
    from tools.registry import all_tools

    found = all_tools()[tool]
    given = {name: value for name, value in arguments.items() if value is not None}
    output: ToolOutput = found(_context(), found.validate(given))
    if as_json:
        print_json([card.shown for card in output.cards])
        return
    screen = console()
    if not output.cards:
        screen.print("Nothing is online. Put a model online with: mtw online deploy MODEL")
    for card in output.cards:
        screen.print(Text(card.title, style="bold"))
        screen.print(card_view(card))


class NoWorkers:
    """A queue without anybody behind it: the models are asked by the workers of ``mtw up``, not from here."""

    def submit_run(self, run_id: str) -> None:
        """Left for the workers, who look for such runs."""

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> "list[Prediction]":
        """Raises Unavailable."""
        raise Unavailable("WORKER_UNAVAILABLE", "No worker is asked from the terminal.", "Start mtw up.")

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        """Raises Unavailable."""
        raise Unavailable("WORKER_UNAVAILABLE", "No worker is asked from the terminal.", "Start mtw up.")


def _context() -> "ToolContext":
    """The local user's workspace. Raises SettingsError."""
    from tools.context import ToolContext
    from workspace.home import LOCAL_OWNER, Workspace
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    settings = load_settings()
    upgrade(settings.database)
    return ToolContext(Workspace(LOCAL_OWNER, settings, NoWorkers()))
