"""The conversation as people read it in a terminal: words, cards as tables, numbered answers, a live progress bar."""

import asyncio
import shlex
import signal
import sys
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from assistant.guide.understand import welcome
from assistant.hub import ReadingProgressed
from assistant.inputs import Answer, Say, Upload, UserInput
from assistant.surfaces.terminal_cards import event_view
from tools.quoting import plain
from workspace.events import (
    Asked,
    ConversationEvent,
    FormField,
    Option,
    RunProgressed,
    StoredEvent,
    UserSaid,
)

if TYPE_CHECKING:
    from assistant.surfaces.terminal import Terminal

_LEAVE = frozenset({"/quit", "/exit", "quit", "exit"})
_HELP = "Type, or give a number. Drop a file into this window or write /file PATH. Leave with /quit."


class Talk:
    """Reads what the person types and shows what the assistant does."""

    def __init__(self, terminal: "Terminal") -> None:
        self._terminal = terminal
        self._conversation = terminal.conversation
        self._console = Console(highlight=False)
        self._options: list[Option] = []
        self._asked: Asked | None = None

    async def serve(self) -> None:
        """Until the person leaves."""
        if self._conversation.events:
            self._retell()
        else:
            self._welcome()
        self._console.print(_HELP, style="dim")
        while True:
            if await self._terminal.unreported():
                await self._watch()
            try:
                line = await asyncio.to_thread(input, "\n> ")
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip().lower() in _LEAVE:
                break
            if line.strip():
                await self._take(await self._input_of(line.strip()))
        self._console.print(f"Go on later with: mtw chat --resume {self._conversation.id}", style="dim")

    def _welcome(self) -> None:
        reply = welcome()
        self._console.print(Markdown(reply.text))
        assert reply.ask is not None
        self._show(Asked(ask_id="", ask="choice", text=reply.ask.text, options=list(reply.ask.options)))

    def _retell(self) -> None:
        """The last exchange, so that one knows where one was."""
        events = self._conversation.events
        start = max((i for i, s in enumerate(events) if isinstance(s.event, UserSaid)), default=0)
        for stored in events[start:]:
            if isinstance(stored.event, UserSaid):
                self._console.print(Text(f"> {stored.event.text}", style="bold"))
            self._show(stored.event)

    async def _take(self, said: UserInput) -> None:
        self._options, self._asked = [], None
        task = asyncio.create_task(self._turn(said))
        await _interruptible(task, self._conversation.stop)

    async def _turn(self, said: UserInput) -> None:
        with self._console.status("…") as status:
            async for item in self._conversation.turn(said):
                if isinstance(item, ReadingProgressed):
                    status.update(Text(f"Reading {plain(item.name, 60)}: {item.fraction:.0%}"))
                elif isinstance(item, StoredEvent) and not isinstance(item.event, UserSaid):
                    status.stop()
                    self._show(item.event)

    def _show(self, event: ConversationEvent) -> None:
        if isinstance(event, Asked):
            self._asked, self._options = event, event.options
        if (view := event_view(event)) is not None:
            self._console.print()
            self._console.print(view)

    async def _input_of(self, line: str) -> UserInput:
        """What was typed: a number of an answer, a file, or words."""
        if path := _file_in(line):
            return Upload(path, path.name)
        asked = self._asked
        option = self._options[int(line) - 1] if line.isdigit() and 1 <= int(line) <= len(self._options) else None
        if option is None:
            return Say(line)
        if option.id == "upload":
            name = await asyncio.to_thread(input, "Path of the file: ")
            path = _file_in(f"/file {name}")
            return Upload(path, path.name) if path else Say(option.label)
        if asked is None or not asked.ask_id:
            return Say(option.label)
        if asked.ask == "form" and option is self._options[0]:
            return Answer(asked.ask_id, await asyncio.to_thread(self._fill, asked.fields))
        return Answer(asked.ask_id, option.id)

    def _fill(self, fields: list[FormField]) -> dict[str, JsonValue]:
        """Asks for each field; an empty line leaves it as it is."""
        self._console.print("An empty line leaves a value as it is.", style="dim")
        values: dict[str, JsonValue] = {}
        for field in fields:
            hint = f" ({', '.join(field.options)})" if field.options else ""
            said = input(f"{plain(field.label, 80)}{hint} [{field.value}]: ").strip()
            if said:
                values[field.name] = _typed(said, field)
        return values

    async def _watch(self) -> None:
        """Shows the training until it ends. Ctrl-C goes back to the conversation; the training goes on."""
        self._console.print("\nCtrl-C brings you back to the conversation; the training goes on.", style="dim")
        await _interruptible(asyncio.create_task(self._follow()), _nothing)
        for stored in await self._conversation.refresh():
            self._show(stored.event)

    async def _follow(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeElapsedColumn(), console=self._console, transient=True) as progress:
            bar = progress.add_task("Getting ready", total=1.0)
            listening = asyncio.create_task(self._listen(progress, bar))
            try:
                await self._terminal.all_told()
            finally:
                listening.cancel()
                await asyncio.wait([listening])

    async def _listen(self, progress: Progress, bar: Any) -> None:
        async for item in self._terminal.news:
            if isinstance(item, RunProgressed) and not item.analysis:
                left = f", {item.eta_seconds:.0f} s left" if item.eta_seconds else ""
                progress.update(bar, completed=item.fraction, description=plain(item.message, 100) + left)


async def _nothing() -> None:
    return None


async def _interruptible(task: "asyncio.Task[None]", on_interrupt: Any) -> None:
    """Runs the task; Ctrl-C ends it instead of the program."""
    loop = asyncio.get_running_loop()
    pressed = asyncio.Event()
    handled = sys.platform != "win32"
    if handled:
        loop.add_signal_handler(signal.SIGINT, pressed.set)
    waiting = asyncio.create_task(pressed.wait())
    try:
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            stopping: Awaitable[None] = on_interrupt()
            await stopping
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    finally:
        waiting.cancel()
        if handled:
            loop.remove_signal_handler(signal.SIGINT)


def _file_in(line: str) -> Path | None:
    """A path that was dropped into the window or follows /file."""
    text = line.removeprefix("/file").strip() if line.startswith("/file") else line
    try:
        words = shlex.split(text)
    except ValueError:
        words = [text]
    for name in (text, words[0] if len(words) == 1 else ""):
        if name and ("/" in name or "." in name):
            path = Path(name.removeprefix("file://")).expanduser()
            if path.is_file():
                return path
    return Path(text).expanduser() if line.startswith("/file") and text else None


def _typed(said: str, field: FormField) -> JsonValue:
    if field.kind == "boolean":
        return said.casefold() in ("yes", "y", "true", "on", "1", "ja", "oui", "si", "sí")
    if field.kind == "number":
        with suppress(ValueError):
            number = float(said.replace(",", "."))
            return int(number) if number.is_integer() else number
    return said
