"""Chainlit's history out of the project's transcripts: one's own only, page by page, as it is now."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest

from assistant.identity import Identity
from tests.assistant import card_samples
from tests.assistant.web_client import Site, log_in
from workspace.errors import NotFound
from workspace.events import AssistantSaid, CardShown, TurnEnded, UserSaid
from workspace.ids import new_conversation_id
from workspace.settings import Settings

T = TypeVar("T")


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings.model_copy(update={"auth": "password"}))


@pytest.fixture
def ada(site: Site) -> Identity:
    return site.person("ada")


@pytest.fixture
def eve(site: Site) -> Identity:
    return site.person("eve")


def talk(site: Site, who: Identity, title: str = "Sort mails") -> str:
    transcripts = site.workspace(who).transcripts
    conversation_id = transcripts.create("web", new_conversation_id(), title).id
    transcripts.append(
        conversation_id,
        [
            UserSaid(text="hello"),
            AssistantSaid(text="Which data?"),
            CardShown(card=card_samples.table()),
            TurnEnded(stage="data"),
        ],
    )
    return conversation_id


def logged_in(site: Site, name: str, work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    async def run(browser: httpx.AsyncClient) -> T:
        await log_in(browser, name)
        return await work(browser)

    return site.visit(run)


def threads(site: Site, name: str, first: int = 20, cursor: str | None = None, search: str | None = None) -> Any:
    body = {"pagination": {"first": first, "cursor": cursor}, "filter": {"search": search, "userId": "usr_somebody"}}
    return logged_in(site, name, lambda browser: browser.post("/project/threads", json=body)).json()


def test_the_list_holds_ones_own_conversations_newest_first_page_by_page(
    site: Site, ada: Identity, eve: Identity
) -> None:
    mine = [talk(site, ada, f"Talk {i}") for i in range(5)]
    talk(site, eve, "Eve's")
    first = threads(site, "ada", first=3)
    assert [t["id"] for t in first["data"]] == mine[:1:-1]
    assert first["pageInfo"]["hasNextPage"] is True
    rest = threads(site, "ada", first=3, cursor=first["pageInfo"]["endCursor"])
    assert [t["name"] for t in rest["data"]] == ["Talk 1", "Talk 0"]
    assert rest["pageInfo"]["hasNextPage"] is False
    assert all(t["steps"] == [] for t in first["data"]), "heads only"
    assert threads(site, "ada", first=3, cursor="nonsense")["data"] == first["data"]


def test_the_list_can_be_searched(site: Site, ada: Identity) -> None:
    for title in ("Sort mails", "Find 100% names", "write"):
        talk(site, ada, title)
    assert [t["name"] for t in threads(site, "ada", search="MAIL")["data"]] == ["Sort mails"]
    assert [t["name"] for t in threads(site, "ada", search="0%")["data"]] == ["Find 100% names"]
    assert threads(site, "ada", search="%")["data"] == threads(site, "ada", search="100%")["data"]


def test_a_conversation_comes_back_with_its_cards(site: Site, ada: Identity) -> None:
    thread_id = talk(site, ada)
    thread = logged_in(site, "ada", lambda browser: browser.get(f"/project/thread/{thread_id}")).json()
    assert (thread["id"], thread["name"], thread["userIdentifier"]) == (thread_id, "Sort mails", "ada")
    assert [s["output"] for s in thread["steps"]] == ["", "hello", "Which data?", ""]
    assert [e["name"] for e in thread["elements"]] == ["Welcome", "DataCard"]
    element = thread["elements"][1]
    path = f"/project/thread/{thread_id}/element/{element['id']}"
    assert logged_in(site, "ada", lambda browser: browser.get(path)).json() == element


def test_somebody_elses_conversation_is_not_there(site: Site, ada: Identity, eve: Identity) -> None:
    thread_id = talk(site, ada)

    async def attack(browser: httpx.AsyncClient) -> list[int]:
        requests: list[tuple[str, str, Any]] = [
            ("GET", f"/project/thread/{thread_id}", None),
            ("GET", f"/project/thread/{thread_id}/element/x", None),
            ("GET", f"/project/share/{thread_id}", None),
            ("PUT", "/project/thread", {"threadId": thread_id, "name": "stolen"}),
            ("PUT", "/project/thread/share", {"threadId": thread_id, "isShared": True}),
            ("DELETE", "/project/thread", {"threadId": thread_id}),
        ]
        return [(await browser.request(method, path, json=body)).status_code for method, path, body in requests]

    assert logged_in(site, "eve", attack) == [404] * 6
    assert set(site.visit(attack)) <= {401, 404}
    assert site.workspace(ada).transcripts.head(thread_id).title == "Sort mails"
    assert threads(site, "eve")["data"] == []
    assert eve.owner_id != ada.owner_id


def test_ones_own_can_be_renamed_and_deleted(site: Site, ada: Identity) -> None:
    thread_id = talk(site, ada)

    async def work(browser: httpx.AsyncClient) -> None:
        answer = await browser.put("/project/thread", json={"threadId": thread_id, "name": "Support mails"})
        assert answer.status_code == 200
        assert site.workspace(ada).transcripts.head(thread_id).title == "Support mails"
        answer = await browser.request("DELETE", "/project/thread", json={"threadId": thread_id})
        assert answer.status_code == 200

    logged_in(site, "ada", work)
    with pytest.raises(NotFound):
        site.workspace(ada).transcripts.load(thread_id)


def feedback(for_id: str, value: int = 1) -> dict[str, Any]:
    return {"feedback": {"forId": for_id, "value": value, "comment": "good"}, "sessionId": "s"}


def test_feedback_is_kept_on_ones_own_messages(site: Site, ada: Identity) -> None:
    thread_id = talk(site, ada)

    async def work(browser: httpx.AsyncClient) -> None:
        first = (await browser.put("/feedback", json=feedback(f"{thread_id}.2"))).json()["feedbackId"]
        second = (await browser.put("/feedback", json=feedback(f"{thread_id}.2", 0))).json()["feedbackId"]
        assert first == second, "the second thumb replaces the first"
        shown = (await browser.get(f"/project/thread/{thread_id}")).json()["steps"][2]["feedback"]
        assert (shown["value"], shown["comment"], shown["id"]) == (0, "good", first)
        assert (await browser.request("DELETE", "/feedback", json={"feedbackId": first})).status_code == 200
        assert (await browser.request("DELETE", "/feedback", json={"feedbackId": first})).status_code == 404
        for wrong in ("", "nonsense", f"{thread_id}.x", f"{new_conversation_id()}.2"):
            assert (await browser.put("/feedback", json=feedback(wrong))).status_code == 404
        assert (await browser.put("/feedback", json=feedback(f"{thread_id}.2", 7))).status_code == 422

    logged_in(site, "ada", work)
    assert site.workspace(ada).feedback.of(thread_id) == {}


def test_foreign_feedback_can_neither_be_given_nor_taken_away(site: Site, ada: Identity, eve: Identity) -> None:
    thread_id = talk(site, ada)
    mine = site.workspace(ada).feedback.put(thread_id, 2, 1)

    async def attack(browser: httpx.AsyncClient) -> list[int]:
        put = await browser.put("/feedback", json=feedback(f"{thread_id}.2", 0))
        delete = await browser.request("DELETE", "/feedback", json={"feedbackId": mine})
        return [put.status_code, delete.status_code]

    assert logged_in(site, "eve", attack) == [404, 404]
    assert site.visit(attack) == [401, 401]
    assert site.workspace(ada).feedback.of(thread_id)[2].value == 1
    assert site.workspace(eve).feedback.of(thread_id) == {}
