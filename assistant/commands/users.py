"""``mtw users``: who may log in with a password."""

import sys
from typing import Annotated, Literal

import typer

application = typer.Typer(help="Users who log in with a password (MTW_AUTH=password).", no_args_is_help=True)


@application.callback()
def _group() -> None:
    """Users who log in with a password (MTW_AUTH=password)."""


@application.command()
def add(
    name: Annotated[str, typer.Argument(help="What the user types to log in, such as a mail address.")],
    role: Annotated[Literal["user", "support", "admin"], typer.Option(help="What the user may do.")] = "user",
) -> None:
    """Add a user. The password is asked for, or read as one line from standard input."""
    from assistant.commands.printing import err
    from assistant.identity import Users
    from workspace.database import engine_for
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    settings = load_settings()
    upgrade(settings.database)
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    user = Users(engine_for(settings.database), settings).create_user(name, password, role=role)
    err.print(f"{user.identifier} can log in now.", markup=False)
