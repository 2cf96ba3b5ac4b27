"""Guessing passwords is slowed, for one name and from one address, and right ones still get in elsewhere."""

import asyncio
import os

import httpx
import pytest

from assistant.surfaces.web_login import MAX_FAILURES, WINDOW_SECONDS, Brake, TooManyTries
from tests.assistant.web_client import Site, log_in
from workspace.errors import SettingsError
from workspace.settings import Settings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_too_many_failures_there_is_a_pause_that_ends() -> None:
    clock = Clock()
    brake = Brake(clock)
    for _ in range(MAX_FAILURES):
        brake.check("name ada", "address 1")
        brake.failed("name ada", "address 1")
    for keys in [("name ada", "address 2"), ("name bob", "address 1")]:
        with pytest.raises(TooManyTries):
            brake.check(*keys)
    brake.check("name bob", "address 2")
    clock.now = WINDOW_SECONDS + 1
    brake.check("name ada", "address 1")


def test_a_success_forgets_the_failures_of_its_name() -> None:
    brake = Brake(Clock())
    for _ in range(MAX_FAILURES - 1):
        brake.failed("name ada")
    brake.succeeded("name ada")
    brake.failed("name ada")
    brake.check("name ada")


def test_the_page_says_in_one_sentence_what_is_wrong(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"auth": "password"}))
    site.person("ada")

    async def work(browser: httpx.AsyncClient) -> None:
        for _ in range(MAX_FAILURES):
            answer = await log_in(browser, "ada", "wrong")
            assert answer.status_code == 401
            assert "not right" in answer.json()["detail"]
            assert not answer.cookies
        answer = await log_in(browser, "ada")
        assert answer.status_code == 429
        assert "quarter of an hour" in answer.json()["detail"]

    site.visit(work)


# -- OAuth ------------------------------------------------------------------------------------------------------------


def test_an_outside_login_without_a_provider_is_an_error_at_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in os.environ if n.startswith("OAUTH_")]:
        monkeypatch.delenv(name)
    with pytest.raises(SettingsError) as told:
        Site(settings.model_copy(update={"auth": "oauth"}))
    assert "OAUTH_GENERIC_" in told.value.next_step


def test_an_outside_login_makes_the_user_once_and_gives_no_role_but_ours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_ID", "id")
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_SECRET", "secret")
    site = Site(settings.model_copy(update={"auth": "oauth", "admins": "ada"}))
    from chainlit import User
    from chainlit.config import config

    assert site.get("/auth/config").json()["oauthProviders"] == ["github"]
    assert site.get("/auth/config").json()["headerAuth"] is False
    redirect = site.get("/auth/oauth/github", follow_redirects=False)
    assert redirect.headers["location"].startswith("https://github.com/login/oauth/authorize?")
    assert site.get("/auth/oauth/github/callback?code=x&state=forged").headers["location"].endswith("oauthSignin")

    async def twice() -> list[User | None]:
        callback = config.code.oauth_callback
        assert callback is not None
        claimed = User(identifier="eve", metadata={"role": "admin"})
        return [await callback("github", "token", {}, user) for user in (claimed, claimed, User(identifier="ada"))]

    eve, again, ada = asyncio.run(twice())
    assert eve is not None
    assert again is not None
    assert ada is not None
    assert (eve.metadata["role"], again.metadata["role"], ada.metadata["role"]) == ("user", "user", "admin")
    assert site.users.find("eve") == site.users.ensure("eve", "github")
