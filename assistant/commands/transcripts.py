"""``mtw transcripts``: support's view of the conversations held on this computer.

Without ``--unmasked`` personal data and the texts of people's rows are hidden. With it, a reason is asked for, and
kept where the conversation's person can see it.
"""

import getpass
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from workspace.errors import InputError

if TYPE_CHECKING:
    from assistant.support.desk import SupportDesk
    from assistant.support.replay import Replay
    from workspace.home import Workspace

application = typer.Typer(help="Conversations, as support staff see them.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="A conversation's id, from the list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show personal data and texts of rows; needs --reason.")]
Reason = Annotated[str, typer.Option(help="Why you look; it is kept with the conversation.")]
LONGEST_PAUSE = 2.0
"""Seconds that a pause of any length takes in a replay."""


@application.callback()
def _group() -> None:
    """Conversations, as support staff see them."""


@application.command("list")
def list_(
    search: Annotated[str, typer.Option(help="Words that were said or shown.")] = "",
    user: Annotated[str, typer.Option(help="Who held it.")] = "",
    outcome: Annotated[
        Literal["trained", "failed", "in progress", "gave up"] | None, typer.Option(help="How it ended.")
    ] = None,
    error: Annotated[str, typer.Option(help="The code of an error that was shown.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Used on or after this day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    json: AsJson = False,
) -> None:
    """List conversations, most recently used first."""
    from assistant.commands.printing import console, print_json
    from assistant.support.desk import Search

    found = _desk().find(Search(search, user, outcome, error, since.astimezone() if since else None, limit))
    if json:
        print_json([head.model_dump(mode="json") for head in found])
        return
    if not found:
        console().print("No conversation fits.")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("Id", "Used last", "Outcome", "About"):
        table.add_column(name, overflow="fold", no_wrap=name != "About")
    for head in found:
        about = Text(f"{head.title} ({head.user})")
        if trouble := " ".join(filter(None, ("Asks for help." if head.asks_for_help else "", head.stuck))):
            about.append(f"\n{trouble}", style="bold red")
        table.add_row(head.id, f"{head.updated_at.astimezone():%m-%d %H:%M}", head.outcome, about)
    console().print(table)


@application.command()
def show(id_: Id, unmasked: Unmasked = False, reason: Reason = "", json: AsJson = False) -> None:
    """Print a conversation, with what its person did not see, and what staff wrote down about it."""
    from assistant.commands.printing import console, print_json
    from assistant.support.notes import Notes
    from assistant.support.terminal_replay import note_view

    desk = _desk()
    replay, notes = _replay(id_, unmasked, reason), Notes(desk.engine).of(id_)
    if json:
        print_json(replay.model_dump(mode="json") | {"notes": [note.model_dump(mode="json") for note in notes]})
        return
    _print_replay(replay, speed=0, hidden=True)
    for written in notes:
        console().print(note_view(written))


@application.command()
def note(id_: Id, text: Annotated[str, typer.Argument(help="What the next one who helps should know.")]) -> None:
    """Write something down about a conversation, for staff alone. It goes with the conversation."""
    from assistant.commands.printing import err
    from assistant.support.notes import Notes

    desk = _desk()
    Notes(desk.engine).add(desk.open(id_), _me(), text)
    err.print("It is kept. mtw transcripts show prints it; its person never sees it.", markup=False)


@application.command()
def replay(
    id_: Id,
    speed: Annotated[float, typer.Option(min=0, help="2: twice as fast; 0: all at once.")] = 4.0,
    hidden: Annotated[bool, typer.Option("--hidden", help="With what its person did not see.")] = False,
    unmasked: Unmasked = False,
    reason: Reason = "",
    json: AsJson = False,
) -> None:
    """Play a conversation as its person saw it, in its own time. Long pauses are cut short."""
    from assistant.commands.printing import print_json

    played = _replay(id_, unmasked, reason)
    if json:
        print_json([moment.model_dump(mode="json") for moment in played.moments if hidden or moment.seen])
        return
    _print_replay(played, speed=speed, hidden=hidden)


@application.command()
def export(
    id_: Id,
    html: Annotated[
        Path | None, typer.Option(help="Write a page that opens without a network.", metavar="FILE")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here instead.", metavar="FILE")] = None,
    json: AsJson = False,
) -> None:
    """Print a conversation as JSON, without personal data and without texts of its person's rows."""
    from assistant.commands.printing import err, print_json

    del json  # it prints nothing but JSON anyway
    exported = _replay(id_, unmasked=False, reason="")
    try:
        if html is not None:
            from assistant.support.page import bundle

            html.write_text(bundle(exported), "utf-8")
            err.print(f"{html} is written. Any browser opens it.", markup=False)
        if out is not None:
            out.write_text(exported.model_dump_json(indent=2), "utf-8")
            err.print(f"{out} is written.", markup=False)
    except OSError as exc:
        raise InputError(
            "OUTPUT_UNUSABLE", f"{exc.filename} cannot be written: {exc.strerror}.", "Name another file."
        ) from exc
    if html is None and out is None:
        print_json(exported.model_dump(mode="json"))


@application.command()
def rerun(
    id_: Id,
    save: Annotated[
        bool, typer.Option("--save", help="Keep it as a test of this checkout, without its texts.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write that test here instead.", metavar="FILE")] = None,
    complaint: Annotated[str, typer.Option(help="With --save or --out: what was wrong, in a sentence.")] = "",
    json: AsJson = False,
) -> None:
    """Run a conversation again through today's program, with the recorded results of the tools; none is called.

    Says where the assistant does something else today. The exit code is 0 in either case.
    """
    import asyncio

    from assistant.commands.printing import err, print_json
    from assistant.support import fixtures
    from assistant.support.rerun import run_again
    from assistant.support.terminal_replay import rerun_view

    opened, workspace = _desk().open(id_), _workspace()
    events = opened.transcript.events
    again = asyncio.run(run_again(events, workspace)).masked()
    if json:
        print_json(again.model_dump(mode="json"))
    else:
        from assistant.commands.printing import console

        console().print(rerun_view(again))
    if save or out:
        title = opened.head.title
        fixture = asyncio.run(fixtures.fixture_of(events, workspace, title=title, complaint=complaint))
        path = fixtures.write(fixture, out) if out else fixtures.save(fixture, id_)
        err.print(f"{path} is written. What it expects is what the assistant does today.", markup=False)


@application.command()
def accept(file: Annotated[Path, typer.Argument(help="A saved conversation.")]) -> None:
    """Take what the assistant does today as right: writes it into the saved conversation."""
    import asyncio

    from assistant.commands.printing import err
    from assistant.support import fixtures

    fixture = fixtures.read(file)
    events = asyncio.run(fixtures.as_of_today(fixture.events, _workspace()))
    fixtures.write(fixture.model_copy(update={"events": events}), file)
    err.print(f"{file} is written.", markup=False)


@application.command()
def delete(
    id_: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    json: AsJson = False,
) -> None:
    """Delete a conversation for good. Its data, trainings and models stay."""
    from assistant.commands.printing import err, print_json
    from workspace.retention import delete_conversation
    from workspace.settings import load_settings

    opened = _desk().open(id_)
    head = opened.head
    if not yes and not typer.confirm(f"Delete “{head.title}” with its {head.events} entries for good?", err=True):
        raise typer.Abort
    delete_conversation(load_settings(), opened.owner_id, id_)
    if json:
        print_json({"deleted": id_})
    else:
        err.print("It is deleted.", markup=False)


def _desk() -> "SupportDesk":
    from assistant.support.desk import SupportDesk
    from workspace.database import engine_for
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    settings = load_settings()
    upgrade(settings.database)
    return SupportDesk(engine_for(settings.database))


def _me() -> str:
    return f"{getpass.getuser()} (terminal)"


def _workspace() -> "Workspace":
    """For its settings alone."""
    from assistant.commands.online import NoWorkers
    from workspace.home import LOCAL_OWNER, Workspace
    from workspace.settings import load_settings

    return Workspace(LOCAL_OWNER, load_settings(), NoWorkers())


def _replay(conversation_id: str, unmasked: bool, reason: str) -> "Replay":
    """Raises NotFound, and InputError where the texts are wanted without a reason."""
    from assistant.support.replay import replay_of

    desk = _desk()
    opened = desk.open(conversation_id)
    if unmasked:
        if not reason.strip():
            raise InputError(
                "REASON_NEEDED",
                "Personal data is shown for a reason only; it is kept with the conversation.",
                'Say why, such as --reason "case 512: she asked us to look".',
            )
        desk.write_down(opened, by=_me(), reason=reason.strip(), unmasked=True)
    return replay_of(opened, desk.versions(opened), unmasked=unmasked)


def _print_replay(replay: "Replay", *, speed: float, hidden: bool) -> None:
    from assistant.commands.printing import console
    from assistant.support.terminal_replay import moment_view

    screen = console()
    before = 0.0
    for moment in replay.moments:
        view = moment_view(moment, hidden=hidden)
        if view is None:
            continue
        if speed:
            time.sleep(min((moment.seconds - before) / speed, LONGEST_PAUSE))
        before = moment.seconds
        screen.print(view)
    if hidden:
        from assistant.support.terminal_replay import run_view

        for run in replay.runs:
            screen.print(run_view(run))
