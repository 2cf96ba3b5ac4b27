"""Guessing passwords is slowed, for one name and from one address, and right ones still get in elsewhere."""

import httpx
import pytest

from assistant.surfaces.web_login import MAX_FAILURES, WINDOW_SECONDS, Brake, TooManyTries
from tests.assistant.web_client import Site, log_in
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
