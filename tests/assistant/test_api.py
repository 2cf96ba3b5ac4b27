"""The HTTP API: health, models of one's own, errors in one shape."""

import io
import zipfile

import httpx
import pytest

from assistant.identity import Identity
from tests.assistant.web_client import Site, log_in
from tests.tools.conftest import evaluation_of
from workspace.dataset import TaskKind
from workspace.home import LOCAL_OWNER, Workspace
from workspace.model import RunOutcome, TrainedModel
from workspace.settings import Settings
from workspace.tables import now


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings)


def add_model(workspace: Workspace, model_id: str = "mdl_1") -> TrainedModel:
    evaluation = evaluation_of([[40, 1], [2, 30]], ["ham", "spam"])
    outcome = RunOutcome(
        model_id=model_id,
        recipe="linear",
        base=None,
        rows={"train": 60, "valid": 12, "test": 73},
        evaluation=evaluation,
        tried=[],
        seconds={"total": 1.0},
        peak_rss_mb=100,
    )
    key = workspace.storage.key("models", model_id)
    for name, content in {"README.md": b"# Model card\n", "model.skops": b"\x00weights" * 2000}.items():
        with workspace.storage.write(f"{key}/{name}") as out:
            out.write(content)
    model = TrainedModel(
        id=model_id,
        owner_id=workspace.owner_id,
        run_id="run_1",
        dataset_id="ds_1",
        name="spam filter",
        task=TaskKind.CLASSIFICATION,
        recipe="linear",
        base=None,
        labels=["ham", "spam"],
        artifact_key=key,
        outcome=outcome,
        created_at=now(),
    )
    workspace.models.add(model)
    return model


def test_health_names_every_part(site: Site) -> None:
    answer = site.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "broker": "none",
        "worker": "ok",
        "chat_model": "guide",
    }


def test_health_tells_of_a_broker_that_is_away(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    health = site.get("/healthz").json()
    assert (health["status"], health["broker"], health["worker"]) == ("degraded", "unreachable", "none")


@pytest.mark.slow
def test_health_tells_of_a_worker_that_is_away(settings: Settings, valkey_url: str) -> None:
    site = Site(settings.model_copy(update={"redis_url": valkey_url}))
    health = site.get("/healthz").json()
    assert (health["status"], health["broker"], health["worker"]) == ("degraded", "ok", "none")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_unknown_addresses_of_the_api_are_404_in_json(site: Site, method: str) -> None:
    for path in ("/api/v1/nothing", "/api/", "/api/v2/models/x"):
        answer = site.visit(lambda browser, path=path: browser.request(method, path))  # type: ignore[misc]
        assert answer.status_code == 404, path
        assert answer.json()["error"]["code"] == "ROUTE_NOT_FOUND"


def test_the_description_lists_the_api_and_nothing_of_the_chat(site: Site) -> None:
    paths = site.get("/api/v1/openapi.json").json()["paths"]
    assert {"/healthz", "/api/v1/models/{model_id}", "/api/v1/models/{model_id}/download"} <= set(paths)
    assert not [path for path in paths if path.startswith(("/project", "/feedback", "/thread"))]


def test_the_local_user_reads_and_downloads_a_model(site: Site) -> None:
    add_model(Workspace(LOCAL_OWNER, site.settings, site.queue))
    view = site.get("/api/v1/models/mdl_1").json()
    assert (view["id"], view["labels"], view["recipe"]) == ("mdl_1", ["ham", "spam"], "linear")
    assert view["evaluation"]["metrics"]["accuracy"] == pytest.approx(70 / 73)
    answer = site.get(view["download"])
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        contents = {name.rsplit("/", 1)[-1]: packed.read(name) for name in packed.namelist()}
    assert contents["model.skops"] == b"\x00weights" * 2000


def test_an_error_is_explained(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.troubleshooting.symptoms.starter_onnx_folder", lambda settings: None)

    def ask(text: str) -> httpx.Response:
        return site.visit(lambda browser: browser.post("/api/v1/diagnose", json={"text": text}))

    told = ask("KeyError: 'eval_loss'")
    assert told.status_code == 200
    assert told.json()["cause"] == "BEST_MODEL_CONFIG"
    assert set(told.json()) == {"cause", "confidence", "explanation", "next_steps", "fix", "alternatives"}
    assert ask("").status_code == 422


def test_whoever_is_not_logged_in_gets_no_explanation(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"auth": "password"}))
    answer = site.visit(lambda browser: browser.post("/api/v1/diagnose", json={"text": "KeyError: 'label'"}))
    assert answer.status_code == 401


def test_a_model_that_is_not_there_is_404_in_json(site: Site) -> None:
    for path in ("/api/v1/models/mdl_9", "/api/v1/models/mdl_9/download", "/api/v1/models/..%2F..%2Fmtw.db/download"):
        answer = site.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/json")


def test_models_belong_to_whoever_trained_them(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"auth": "password"}))
    ada, _eve = site.person("ada"), site.person("eve")
    add_model(site.workspace(ada))

    async def work(browser: httpx.AsyncClient) -> None:
        for path in ("/api/v1/models/mdl_1", "/api/v1/models/mdl_1/download"):
            assert (await browser.get(path)).status_code == 401
        await log_in(browser, "eve")
        for path in ("/api/v1/models/mdl_1", "/api/v1/models/mdl_1/download"):
            answer = await browser.get(path)
            assert answer.status_code == 404
            assert "spam filter" not in answer.text
        await browser.post("/logout")
        await log_in(browser, "ada")
        assert (await browser.get("/api/v1/models/mdl_1/download")).status_code == 200

    site.visit(work)
    assert isinstance(ada, Identity)
