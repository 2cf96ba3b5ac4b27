"""Files that arrive in a conversation: kept first, read then, told of in any case."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assistant import uploads
from assistant.conversation import Answer, Upload
from assistant.hub import ReadingProgressed
from tests.assistant.talking import Talker, calls, errors, of
from workspace.errors import NotFound, Unavailable
from workspace.events import (
    Asked,
    CardShown,
    ErrorShown,
    FileReceived,
    StoredEvent,
    ToolCalled,
    TurnEnded,
    UserSaid,
)
from workspace.reading import keep_original, original_key
from workspace.retention import delete_conversation


def test_an_upload_is_kept_read_and_shown(talker: Talker, mails: Path) -> None:
    happened = talker.upload(mails, say="our mails")
    assert [type(e) for e in happened[:3]] == [UserSaid, FileReceived, ToolCalled]
    assert calls(happened) == ["inspect_dataset"]
    assert {card.card.kind for card in of(happened, CardShown)} == {"table", "problems"}
    dataset = talker.workspace.datasets.list()[0]
    assert of(happened, FileReceived)[0].key == dataset.source_key
    with talker.workspace.storage.read(dataset.source_key) as original:
        assert original.read() == mails.read_bytes()
    assert not talker.workspace.storage.list(talker.workspace.storage.key("uploads")), "no second copy stays"
    assert talker.conversation.stage == "data"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe" * 50, "picture.csv"),
        (b"PK\x03\x04broken", "book.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence_and_a_way_on(
    talker: Talker, tmp_path: Path, content: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    happened = talker.upload(path)
    assert len(errors(happened)) == 1
    assert calls(happened) == []
    assert talker.asked.ask == "file"
    assert isinstance(happened[-1], TurnEnded)
    # Support can look at it for as long as the conversation is there.
    storage, kept = talker.workspace.storage, of(happened, FileReceived)[0].key
    with storage.read(kept) as original:
        assert original.read() == content
    delete_conversation(talker.workspace.settings, talker.workspace.owner_id, talker.conversation.id)
    assert not storage.exists(kept)
    with pytest.raises(NotFound):
        talker.workspace.transcripts.head(talker.conversation.id)


def test_a_crash_while_a_file_is_read_leaves_the_file_and_a_way_to_read_it_again(
    talker: Talker, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("the reader broke")

    with monkeypatch.context() as broken:
        broken.setattr("workspace.reading.intake.detect_format", crash)
        happened = talker.upload(mails)
    assert [type(e) for e in happened] == [FileReceived, ErrorShown, Asked, TurnEnded]
    assert errors(happened) == ["INTERNAL"]
    assert talker.workspace.datasets.list() == []
    happened = talker.press("Read it again")
    dataset = talker.workspace.datasets.list()[0]
    assert calls(happened) == ["inspect_dataset"]
    assert dataset.source_name == mails.name
    with talker.workspace.storage.read(dataset.source_key) as original:
        assert original.read() == mails.read_bytes()


def test_a_process_that_died_while_it_read_a_file_is_told_of_in_the_next_turn(talker: Talker, mails: Path) -> None:
    talker.say("hello")
    dataset_id = keep_original(talker.workspace, mails)
    key = original_key(talker.workspace, dataset_id)
    talker.workspace.transcripts.append(talker.conversation.id, [FileReceived(name="m.csv", key=key, bytes=1)])
    happened = talker.say("are you still there?")
    assert errors(happened) == ["READING_BROKE_OFF"]
    assert talker.asked.options[0].label == "Read it again"
    talker.press("Read it again")
    assert [d.id for d in talker.workspace.datasets.list()] == [dataset_id]
    assert errors(talker.say("thank you")) == []


def test_a_disk_that_is_full_lets_the_file_be_read_later(
    talker: Talker, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_options: Any) -> None:
        raise Unavailable("DISK_FULL", "There is no room left on the disk.", "Delete data.")

    with monkeypatch.context() as broken:
        broken.setattr("workspace.reading.intake.detect_format", full)
        assert errors(talker.upload(mails)) == ["DISK_FULL"]
    assert calls(talker.press("Read it again")) == ["inspect_dataset"]
    assert len(talker.workspace.datasets.list()) == 1


def test_how_far_a_long_reading_is_is_told_but_not_stored(
    talker: Talker, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.uploads._QUIET_SECONDS", 0.0)
    monkeypatch.setattr("assistant.uploads._TICK_SECONDS", 0.0)

    async def turn() -> list[Any]:
        return [item async for item in talker.conversation.turn(Upload(mails, "mails.csv"))]

    items = talker.run(turn)
    ticks = [item for item in items if isinstance(item, ReadingProgressed)]
    assert ticks
    assert {tick.name for tick in ticks} == {"mails.csv"}
    assert [tick.fraction for tick in ticks] == sorted(tick.fraction for tick in ticks)
    place = [type(i.event) if isinstance(i, StoredEvent) else type(i) for i in items]
    assert place.index(FileReceived) < place.index(ReadingProgressed) < place.index(ToolCalled)


def test_a_file_over_the_limit_and_a_missing_one(talker: Talker, tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate((talker.workspace.settings.max_upload_mb + 1) << 20)
    assert errors(talker.upload(big)) == ["FILE_TOO_LARGE"]
    assert errors(talker.upload(tmp_path / "nowhere.csv")) == ["FILE_MISSING"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\mails Q3 (2).csv", "mails Q3 (2).csv"),
        ("a\u202egnp\nb\x00.csv", "agnpb.csv"),
        ("...", "file"),
    ],
)
def test_names_cannot_leave_their_folder(talker: Talker, mails: Path, name: str, kept: str) -> None:
    happened = talker.upload(mails, name)
    received = of(happened, FileReceived)[0]
    assert received.name == kept
    assert talker.workspace.storage.exists(received.key)
    assert ".." not in received.key


def test_a_stopped_reading_leaves_no_data_set(talker: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_QUIET_SECONDS", 0)
    path = tmp_path / "long.csv"
    path.write_text("text,team\n" + "Where is my card?,cards\n" * 60_000)
    files: list[FileReceived] = []

    async def emit(*events: Any) -> None:
        files.extend(events)

    async def stopped() -> None:
        task: asyncio.Task[str] = asyncio.create_task(
            uploads.receive(talker.workspace, talker.conversation.id, path, path.name, emit, lambda _: task.cancel())
        )
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    assert len(files) == 1
    assert talker.workspace.datasets.list() == []
    with talker.workspace.storage.read(files[0].key) as original:
        assert original.read() == path.read_bytes()


def test_sheets_of_the_same_columns_are_read_together_by_one_click(
    talker: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_QUIET_SECONDS", 0.0)
    monkeypatch.setattr(uploads, "_TICK_SECONDS", 0.0)
    book = Workbook()
    book.remove(book.worksheets[0])
    for month, team in (("Jan", "cards"), ("Feb", "loans")):
        sheet = book.create_sheet(month)
        sheet.append(["message", "team"])
        for n in range(20):
            sheet.append([f"what about number {n} in {month}", team if n % 2 else "other"])
    path = tmp_path / "year.xlsx"
    book.save(path)
    talker.upload(path)
    option = next(o for o in talker.asked.options if o.label == "Read all 2 sheets together")

    async def turn() -> list[Any]:
        return [item async for item in talker.conversation.turn(Answer(talker.asked.ask_id, option.id))]

    items = talker.run(turn)
    assert {tick.name for tick in items if isinstance(tick, ReadingProgressed)} == {"year.xlsx"}
    newest = talker.workspace.datasets.list()[0]
    assert newest.rows == 40
    assert [column.name for column in newest.profile.columns] == ["message", "team", "sheet"]
    assert newest.profile.labels == {"other": 20, "cards": 10, "loans": 10}
