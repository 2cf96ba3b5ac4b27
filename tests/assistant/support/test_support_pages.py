"""The support pages over HTTP: who gets in, and what stands in a page."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.support import fixtures
from assistant.support.desk import SupportDesk
from assistant.support.notes import Notes
from assistant.support.page import bundle
from assistant.support.replay import replay_of
from assistant.surfaces.web_support_acts import HANDED_BACK
from tests.assistant.talking import Talker
from tests.assistant.web_client import PASSWORD, Site, log_in
from workspace.events import AssistantSaid, UserSaid
from workspace.home import Workspace
from workspace.settings import Settings

SCRIPT = "</script><script>window.hacked=1</script>"


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings.model_copy(update={"auth": "password", "public_url": "http://127.0.0.1:8000"}))


def talk(workspace: Workspace) -> str:
    head = workspace.transcripts.create("web", title=f"Mails {SCRIPT}")
    workspace.transcripts.append(head.id, [UserSaid(text="write to bob@example.com"), AssistantSaid(text=SCRIPT)])
    return head.id


def content(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    body: dict[str, object] = json.loads(found[1])
    return body


def test_only_support_staff_get_in(site: Site) -> None:
    site.person("ann")

    async def visit(browser: httpx.AsyncClient) -> list[int]:
        before = await browser.get("/support")
        await log_in(browser, "ann")
        return [before.status_code, (await browser.get("/support")).status_code]

    assert site.visit(visit) == [401, 403]


def test_somebody_elses_conversation_needs_a_reason_and_its_texts_another(site: Site) -> None:
    owner = site.person("ann")
    site.users.create_user("sue", PASSWORD, role="support")
    id_ = talk(site.workspace(owner))

    async def visit(browser: httpx.AsyncClient) -> None:
        await log_in(browser, "sue")
        assert id_ in (await browser.get("/support")).text
        asked = await browser.get(f"/support/{id_}")
        assert 'data-page="reason"' in asked.text
        assert (await browser.get(f"/support/{id_}/export.json")).status_code == 403
        opened = await browser.post(f"/support/{id_}/look", data={"reason": "case 512"}, follow_redirects=True)
        assert 'data-page="replay"' in opened.text
        assert "bob@example.com" not in opened.text
        assert 'data-page="reason"' in (await browser.get(f"/support/{id_}?unmasked=true")).text
        empty = await browser.post(f"/support/{id_}/look", data={"reason": "  "})
        assert empty.json()["error"]["code"] == "REASON_NEEDED"
        shown = await browser.post(
            f"/support/{id_}/look", data={"reason": "she asked", "unmasked": "true"}, follow_redirects=True
        )
        assert "bob@example.com" in shown.text
        exported = await browser.get(f"/support/{id_}/export.json")
        assert "bob@example.com" not in exported.text
        assert exported.json()["conversation"]["id"] == id_

    site.visit(visit)
    looks = SupportDesk(site.workspace(owner).engine).open(id_).accesses
    assert [(look.by, look.reason, look.unmasked) for look in looks] == [
        ("sue", "case 512", False),
        ("sue", "she asked", True),
    ]


def test_alone_on_a_computer_one_is_support_and_needs_no_reason(settings: Settings) -> None:
    site = Site(settings)
    id_ = talk(site.workspace(site.users.local()))
    page = site.get(f"/support/{id_}")
    assert 'data-page="replay"' in page.text
    assert site.get("/support?outcome=nonsense").status_code == 200
    assert site.get("/support/nope").status_code == 404
    assert site.get(f"/support/{id_}/export.pdf").status_code == 422


def test_what_a_user_wrote_cannot_end_the_element_it_stands_in(workspace: Workspace) -> None:
    desk = SupportDesk(workspace.engine)
    page = bundle(replay_of(desk.open(talk(workspace))))
    assert page.count("</script>") == 2
    assert SCRIPT not in page
    replay = content(page)["replay"]
    assert isinstance(replay, dict)
    assert replay["moments"][1]["event"]["text"] == SCRIPT
    assert "http://" not in page
    assert "https://" not in page


def test_who_asks_for_help_is_answered_in_the_conversation(site: Site) -> None:
    workspace = site.workspace(site.person("ann"))
    site.users.create_user("sue", PASSWORD, role="support")
    id_ = talk(workspace)
    workspace.cases.open(id_, "My file cannot be read; write to bob@example.com.")

    async def visit(browser: httpx.AsyncClient) -> None:
        await log_in(browser, "sue")
        listed = content((await browser.get("/support")).text)["found"]
        assert isinstance(listed, list)
        assert [head["asks_for_help"] for head in listed] == [True]
        opened = await browser.get(f"/support/{id_}")
        assert 'data-page="replay"' in opened.text, "asking for help is the permission to look"
        assert "bob@example.com" not in opened.text
        sent = await browser.post(f"/support/{id_}/answer", data={"text": "Save it as CSV."}, follow_redirects=True)
        assert "Save it as CSV." in sent.text
        assert workspace.cases.list()[0].state == "answered"
        closed = await browser.post(f"/support/{id_}/answer", data={"text": "", "close": "true"})
        assert closed.headers["location"] == "/support"
        assert 'data-page="reason"' in (await browser.get(f"/support/{id_}")).text
        assert workspace.cases.list()[0].state == "closed"

    site.visit(visit)
    said = [stored.event for stored in workspace.transcripts.load(id_).events[-2:]]
    assert said == [AssistantSaid(text=text, model="support") for text in ("Save it as CSV.", HANDED_BACK)]


def test_nobody_writes_into_a_conversation_without_a_reason(site: Site) -> None:
    id_ = talk(site.workspace(site.person("ann")))
    site.users.create_user("sue", PASSWORD, role="support")

    async def visit(browser: httpx.AsyncClient) -> int:
        await log_in(browser, "sue")
        return (await browser.post(f"/support/{id_}/answer", data={"text": "Hello."})).status_code

    assert site.visit(visit) == 403


def test_what_nobody_may_do_without_a_reason(site: Site) -> None:
    id_ = talk(site.workspace(site.person("ann")))
    site.users.create_user("sue", PASSWORD, role="support")
    acts: dict[str, dict[str, Any]] = {
        "rerun": {"json": {}},
        "test": {"json": {}},
        "note": {"data": {"text": "Hm."}},
        "propose": {"json": {"text": "Try.", "proposal": {"kind": "change", "changes": {"budget_seconds": 30}}}},
    }

    async def visit(browser: httpx.AsyncClient) -> list[int]:
        await log_in(browser, "sue")
        return [(await browser.post(f"/support/{id_}/{act}", **body)).status_code for act, body in acts.items()]

    assert site.visit(visit) == [403] * len(acts)
    assert len(site.workspace(site.users.local()).transcripts.list()) == 0
    assert Notes(site.workspace(site.users.local()).engine).of(id_) == []


def test_notes_are_for_staff_and_go_with_the_conversation(site: Site) -> None:
    workspace = site.workspace(site.person("ann"))
    site.users.create_user("sue", PASSWORD, role="support")
    id_ = talk(workspace)
    workspace.cases.open(id_, "Help.")
    secret = "She has 4 GB <b>only</b>."

    async def visit(browser: httpx.AsyncClient) -> None:
        await log_in(browser, "sue")
        noted = await browser.post(f"/support/{id_}/note", data={"text": secret}, follow_redirects=True)
        notes = content(noted.text)["notes"]
        assert isinstance(notes, list)
        assert [(note["by"], note["text"]) for note in notes] == [("sue", secret)]
        empty = await browser.post(f"/support/{id_}/note", data={"text": "  "})
        assert empty.json()["error"]["code"] == "NOTE_UNUSABLE"
        for form in ("json", "html"):
            assert "4 GB" not in (await browser.get(f"/support/{id_}/export.{form}")).text

    site.visit(visit)
    assert "4 GB" not in "".join(e.model_dump_json() for e in workspace.transcripts.load(id_).events)
    notes = Notes(workspace.engine)
    assert [note.text for note in notes.of(id_)] == [secret]
    workspace.transcripts.delete(id_)
    assert notes.of(id_) == []


def test_a_conversation_is_run_again_and_saved_as_a_test_from_its_page(
    site: Site, tmp_path: Path, by_rules: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = site.workspace(site.person("ann"))
    site.users.create_user("sue", PASSWORD, role="support")
    talker = Talker(workspace)
    talker.say("hello, I am bob@example.com")
    talker.close()
    id_ = talker.conversation.id
    workspace.cases.open(id_, "Help.")
    before = talker.stored
    monkeypatch.setattr(fixtures, "COMPLAINTS", tmp_path / "tests" / "assistant" / "support" / "complaints")

    async def visit(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
        await log_in(browser, "sue")
        again = await browser.post(f"/support/{id_}/rerun")
        given = await browser.post(f"/support/{id_}/test", json={"complaint": "It was rude."})
        fixtures.COMPLAINTS.parent.mkdir(parents=True)
        saved = await browser.post(f"/support/{id_}/test", json={"complaint": "It was rude."})
        return [again.json(), given.json(), saved.json()]

    again, given, saved = site.visit(visit)
    assert (again["compared"], again["differing"]) == (1, 0)
    assert again["turns"][0]["said"] == "hello, I am [EMAIL]"
    assert (given["saved"], given["fixture"]["complaint"]) == ("", "It was rude.")
    assert saved["saved"] == f"tests/assistant/support/complaints/{id_}.json"
    text = (tmp_path / saved["saved"]).read_text("utf-8")
    assert "It was rude." in text
    assert "bob@example.com" not in text
    assert talker.stored == before
