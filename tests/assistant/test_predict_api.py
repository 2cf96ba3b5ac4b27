"""Programs ask a model that is online: by its name and a key, within limits, with errors that say what to do."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.assistant.test_api import add_model
from tests.assistant.web_client import Site
from workspace.dataset import TaskKind
from workspace.home import LOCAL_OWNER, Workspace
from workspace.model import Entity, Prediction
from workspace.plan import TrainingPlan
from workspace.settings import Settings


class Online:
    """A site with one model online."""

    def __init__(self, settings: Settings) -> None:
        self.site = Site(settings)
        self.site.queue.answer = lambda text: Prediction(text=text, label="ham", score=0.75, scores={"ham": 0.75})
        self.workspace = Workspace(LOCAL_OWNER, settings, self.site.queue)
        add_model(self.workspace)
        self.deployment = self.workspace.deployments.add("spam-filter", "mdl_1")
        self.key = self.workspace.deployments.new_key(self.deployment.id)

    def ask(self, body: Any, name: str = "spam-filter", **headers: str) -> httpx.Response:
        headers = headers or {"Authorization": f"Bearer {self.key}"}
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.site.visit(lambda b: b.post(f"/api/v1/models/{name}/predict", headers=headers, **content))


@pytest.fixture
def online(settings: Settings) -> Online:
    return Online(settings)


def error(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()["error"]
    assert body["message"]
    assert body["next_step"]
    return answer.status_code, body["code"]


def test_a_program_gets_an_answer_for_each_text(online: Online) -> None:
    answer = online.ask({"inputs": ["hello", "you have won"]})
    assert answer.status_code == 200
    assert answer.json() == {
        "name": "spam-filter",
        "version": 1,
        "model_id": "mdl_1",
        "predictions": [
            {"text": text, "label": "ham", "score": 0.75, "scores": {"ham": 0.75}} for text in ("hello", "you have won")
        ],
    }
    assert online.site.queue.asked == [(LOCAL_OWNER, "mdl_1", ["hello", "you have won"])]
    (day,) = online.workspace.deployments.usage(online.deployment.id)
    assert (day.requests, day.texts, day.chars, day.scored, day.score_sum) == (1, 2, 17, 2, 1.5)


def test_every_task_answers_in_its_own_fields(online: Online) -> None:
    for given, fields in (
        (
            {"entities": [Entity(start=0, end=3, label="person", text="Ann")]},
            {"entities": [{"start": 0, "end": 3, "label": "person", "text": "Ann", "score": 1.0}]},
        ),
        ({"output": "Dear Ann"}, {"output": "Dear Ann"}),
        ({"labels": ["a"], "scores": {"a": 0.9}}, {"labels": ["a"], "scores": {"a": 0.9}}),
    ):
        online.site.queue.answer = lambda text, given=given: Prediction(text=text, **given)
        assert online.ask({"inputs": ["Ann"]}).json()["predictions"] == [{"text": "Ann"} | fields]


def test_another_version_answers_under_the_same_address(online: Online) -> None:
    add_model(online.workspace, "mdl_2")
    online.workspace.deployments.add("spam-filter", "mdl_2")
    assert online.ask({"inputs": ["a"]}).json()["version"] == 2
    assert online.ask({"inputs": ["a"]}, "mdl_1").json()["version"] == 1
    online.workspace.deployments.promote(online.deployment.id, 1)
    assert online.ask({"inputs": ["a"]}).json()["model_id"] == "mdl_1"


def test_only_the_key_of_this_model_opens_it(online: Online) -> None:
    body = {"inputs": ["a"]}
    add_model(online.workspace, "mdl_2")
    other = online.workspace.deployments.new_key(online.workspace.deployments.add("other", "mdl_2").id)
    assert online.ask(body, **{"X-API-Key": online.key}).status_code == 200
    assert error(online.ask(body, **{"X-Other": "1"})) == (401, "KEY_NEEDED")
    assert error(online.ask(body, Authorization=f"Bearer {online.key}x")) == (401, "KEY_INVALID")
    assert error(online.ask(body, Authorization="Bearer something")) == (401, "KEY_NEEDED")
    for name in ("spam-filter", "mdl_1"):
        assert error(online.ask(body, name, Authorization=f"Bearer {other}")) == (404, "MODEL_NOT_FOUND")
    online.workspace.deployments.revoke_keys(online.deployment.id)
    answer = online.ask(body)
    assert error(answer) == (401, "KEY_INVALID")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert len(online.site.queue.asked) == 1


def test_what_cannot_be_answered_is_said(online: Online) -> None:
    for body, expected in (
        (b"{", (422, "REQUEST_INVALID")),
        (b"[" * 100_000, (422, "REQUEST_INVALID")),
        (b"\xff", (422, "REQUEST_INVALID")),
        ({"inputs": "one text"}, (422, "REQUEST_INVALID")),
        ({"inputs": []}, (422, "REQUEST_INVALID")),
        ({"inputs": ["a", 1]}, (422, "REQUEST_INVALID")),
        ({"texts": ["a"]}, (422, "REQUEST_INVALID")),
        ({"inputs": ["a"] * 1_001}, (413, "TEXTS_TOO_MANY")),
        ({"inputs": ["a" * 20_001]}, (413, "TEXTS_TOO_MANY")),
        (b" " * 8_000_001, (413, "REQUEST_TOO_LARGE")),
    ):
        assert error(online.ask(body)) == expected, str(body)[:60]
    assert online.site.queue.asked == []


def test_a_worker_that_is_away_is_said_and_not_counted(online: Online) -> None:
    online.site.queue.answer = None
    assert error(online.ask({"inputs": ["a"]})) == (503, "WORKER_UNAVAILABLE")
    assert online.workspace.deployments.usage(online.deployment.id) == []


def test_requests_that_arrive_together_each_get_their_answer(online: Online) -> None:
    async def work(browser: httpx.AsyncClient) -> list[httpx.Response]:
        path, headers = "/api/v1/models/spam-filter/predict", {"X-API-Key": online.key}
        asked = (browser.post(path, headers=headers, json={"inputs": [f"text {i}"]}) for i in range(8))
        return await asyncio.gather(*asked)

    answers = online.site.visit(work)
    assert [a.json()["predictions"][0]["text"] for a in answers] == [f"text {i}" for i in range(8)]
    assert sum(day.requests for day in online.workspace.deployments.usage(online.deployment.id)) == 8


def test_half_of_a_character_is_answered_as_well(online: Online) -> None:
    answer = online.ask(b'{"inputs": ["broken \\ud83d"]}')
    assert answer.json()["predictions"][0]["text"] == "broken ?"


def test_a_key_shows_the_model_and_nothing_of_its_data(settings: Settings) -> None:
    online = Online(settings.model_copy(update={"auth": "password"}))
    headers = {"Authorization": f"Bearer {online.key}"}
    answer = online.site.get("/api/v1/models/spam-filter", headers=headers)
    assert answer.json()["labels"] == ["ham", "spam"]
    assert {"evaluation", "dataset_id", "download"}.isdisjoint(answer.json())
    assert error(online.site.get("/api/v1/models/mdl_1/download", headers=headers)) == (401, "LOGIN_NEEDED")
    assert online.ask({"inputs": ["a"]}).status_code == 200


def test_a_key_that_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    online = Online(settings.model_copy(update={"api_requests_a_minute": 2}))
    other = online.workspace.deployments.new_key(online.deployment.id)
    assert [online.ask({"inputs": ["a"]}).status_code for _ in range(2)] == [200, 200]
    answer = online.ask({"inputs": ["a"]})
    assert error(answer) == (429, "RATE_LIMITED")
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert online.ask({"inputs": ["a"]}, Authorization=f"Bearer {other}").status_code == 200


def test_a_text_in_parts_is_read_as_the_rows_that_the_model_learned_from(online: Online) -> None:
    run_id = online.workspace.models.get("mdl_1").run_id
    plan = TrainingPlan(dataset_id="ds_1", task=TaskKind.CLASSIFICATION, text=("question", "answer"), label="fits")
    run, _ = online.workspace.runs.create(online.workspace.plans.add(plan))
    online.workspace.models.add(online.workspace.models.get("mdl_1").model_copy(update={"run_id": run.id}))
    assert run_id != run.id
    parts = ["Where is it?", {"answer": "On its way.", "question": "Where is it?"}, ["Where is it?", "On its way."]]
    assert online.ask({"inputs": parts}).status_code == 200
    assert online.site.queue.asked[-1][2] == ["Where is it?", *["Where is it?\nOn its way."] * 2]
    assert error(online.ask({"inputs": [{"body": "a"}]})) == (422, "TEXT_PARTS")
    assert error(online.ask({"inputs": [["a", "b", "c"]]})) == (422, "TEXT_PARTS")
    assert error(online.ask({"inputs": [[]]})) == (422, "REQUEST_INVALID")
    assert error(online.ask({"inputs": [{"question": 1}]})) == (422, "REQUEST_INVALID")
