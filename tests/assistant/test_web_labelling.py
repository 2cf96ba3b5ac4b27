"""The labelling card's requests: who may make them, and what they keep."""

import csv
from pathlib import Path

import httpx
import pytest

from assistant.identity import Identity
from tests.assistant.web_client import Site, log_in
from tests.tools.conftest import real_texts
from tools.context import ToolContext
from tools.labelling_desk import answer, desk_of
from tools.registry import all_tools
from workspace.reading import ingest
from workspace.settings import Settings


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings.model_copy(update={"auth": "password"}))


@pytest.fixture
def owner(site: Site) -> Identity:
    return site.person("olga")


@pytest.fixture
def url(site: Site, owner: Identity, tmp_path: Path) -> str:
    """A labelling of thirty texts by olga."""
    path = tmp_path / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("no", "body"), *enumerate(real_texts(30))])
    workspace = site.workspace(owner)
    context = ToolContext(workspace, workspace.transcripts.create("web").id)
    ingest(workspace, path, "mails.csv", context.conversation_id)
    tool = all_tools()["label_examples"]
    output = tool(context, tool.validate({"categories": "Billing, Orders"}))
    return str(output.cards[0].data["url"])


def test_answers_are_kept_one_by_one_and_one_can_go_back(site: Site, url: str) -> None:
    async def label(browser: httpx.AsyncClient) -> list[httpx.Response]:
        await log_in(browser, "olga")
        seen = (await browser.get(url)).json()
        first = seen["item"]["row"]
        answers = [await browser.post(f"{url}/answers", json={"row": first, "labels": ["c1"]})]
        second = answers[0].json()["item"]["row"]
        answers.append(await browser.post(f"{url}/answers", json={"row": second, "state": "unsure"}))
        third = answers[1].json()["item"]["row"]
        answers.append(await browser.post(f"{url}/back", json={"row": third}))
        answers.append(await browser.post(f"{url}/back", json={"row": second}))
        answers.append(await browser.post(f"{url}/classes", json={"rename": {"c1": "Invoices"}, "add": ["Returns"]}))
        answers.append(await browser.get(f"{url}/export", params={"form": "jsonl"}))
        assert len({first, second, third}) == 3
        assert [answers[2].json()["item"]["row"], answers[3].json()["item"]["row"]] == [second, first]
        return answers

    answers = site.visit(label)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert answers[1].json()["labelled"] == 1
    assert answers[1].json()["unsure"] == 1
    assert answers[3].json()["item"]["given"]["labels"] == ["c1"]
    assert [c["name"] for c in answers[4].json()["classes"]] == ["Invoices", "Orders", "Returns"]
    assert answers[5].headers["content-disposition"].endswith("mails-jsonl.jsonl")
    assert answers[5].text.count("Invoices") == 1
    assert len(answers[5].text.splitlines()) == 30


def test_nobody_else_gets_in_and_no_other_site_can_answer(site: Site, url: str, owner: Identity) -> None:
    site.person("eve")

    async def knock(browser: httpx.AsyncClient) -> list[tuple[int, str]]:
        found = [await browser.get(url), await browser.post(f"{url}/answers", json={"row": 0, "labels": ["c1"]})]
        await log_in(browser, "eve")
        found += [await browser.get(url), await browser.post(f"{url}/answers", json={"row": 0, "labels": ["c1"]})]
        found += [await browser.get(f"{url}/export"), await browser.post(f"{url}/classes", json={"add": ["x"]})]
        await log_in(browser, "olga")
        evil = {"origin": "https://evil.example"}
        found.append(await browser.post(f"{url}/answers", json={"row": 0, "labels": ["c1"]}, headers=evil))
        return [(answer.status_code, answer.json()["error"]["code"]) for answer in found]

    assert site.visit(knock) == [
        (401, "LOGIN_NEEDED"),
        (401, "LOGIN_NEEDED"),
        *[(404, "LABELLING_NOT_FOUND")] * 4,
        (403, "ORIGIN_FOREIGN"),
    ]
    session_id = url.rpartition("/")[2]
    assert site.workspace(owner).labelling.answers(session_id) == []


def test_a_colleague_with_the_code_labels_and_downloads_nothing(site: Site, url: str, owner: Identity) -> None:
    from workspace.labelling import join

    session_id = url.rpartition("/")[2]
    guest = site.person("ana")
    code = site.workspace(owner).labelling.invite(session_id)
    join(site.workspace(guest).engine, guest.owner_id, "", code)

    async def label(browser: httpx.AsyncClient) -> tuple[str, int]:
        await log_in(browser, "ana")
        row = (await browser.get(url)).json()["item"]["row"]
        # A name that is sent along does not make somebody else of a guest.
        kept = await browser.post(f"{url}/answers", json={"row": row, "labels": ["c2"], "person": "olga"})
        return kept.json()["person"], (await browser.get(f"{url}/export")).status_code

    assert site.visit(label) == ("ana", 404)
    assert [a.person for a in site.workspace(owner).labelling.answers(session_id)] == ["ana"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("answers", {"row": 0, "labels": ["c9"]}, "ANSWER_INVALID"),
        ("answers", {"row": 9_999, "labels": ["c1"]}, "TEXT_NOT_FOUND"),
        ("answers", {"row": -1}, "REQUEST_INVALID"),
        ("answers", {"row": 0, "owner_id": "usr_x"}, "REQUEST_INVALID"),
        ("back", {}, "NOTHING_BEFORE"),
        ("classes", {"remove": ["c9"]}, "CATEGORY_UNKNOWN"),
    ],
)
def test_what_cannot_be_kept_is_told(site: Site, url: str, path: str, body: dict[str, object], code: str) -> None:
    async def send(browser: httpx.AsyncClient) -> httpx.Response:
        await log_in(browser, "olga")
        return await browser.post(f"{url}/{path}", json=body)

    answer = site.visit(send)
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["code"] == code
    assert answer.json()["detail"]


def test_only_the_owner_decides_and_can_undo(site: Site, owner: Identity, url: str) -> None:
    site.person("gina")
    workspace = site.workspace(owner)
    session = url.rsplit("/", 1)[1]
    for row in range(3):
        answer(desk_of(workspace, session), row, labels=["c1"])
        answer(desk_of(workspace, session, "Ana"), row, labels=["c2"])

    async def look(browser: httpx.AsyncClient) -> list[httpx.Response]:
        await log_in(browser, "gina")
        body = {"row": 0, "answer": 1}
        return [
            await browser.get(f"{url}/differences"),
            await browser.post(f"{url}/decisions", json=body),
            await browser.post(f"{url}/decisions/undo", json={}),
        ]

    async def decide(browser: httpx.AsyncClient) -> list[httpx.Response]:
        await log_in(browser, "olga")
        first = await browser.get(f"{url}/differences")
        item = first.json()["item"]
        body = {"row": item["row"], "answer": item["said"][1]["answer"]}
        return [
            first,
            await browser.post(f"{url}/decisions", json=body),
            await browser.get(f"{url}/differences", params={"after": 1}),
            await browser.post(f"{url}/decisions", json={"row": 1, "answer": 99}),
            await browser.post(f"{url}/decisions/undo", json={}),
        ]

    assert [answer.status_code for answer in site.visit(look)] == [404] * 3
    first, taken, later, unknown, undone = site.visit(decide)
    assert (first.json()["undecided"], first.json()["item"]["row"]) == (3, 0)
    assert (taken.json()["undecided"], taken.json()["decided"], taken.json()["item"]["row"]) == (2, 1, 1)
    assert later.json()["item"]["row"] == 2
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "ANSWER_NOT_FOUND")
    assert (undone.json()["undecided"], undone.json()["item"]["row"]) == (3, 0)
