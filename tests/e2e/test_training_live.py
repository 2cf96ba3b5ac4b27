"""Nothing is lost while a training runs: reload, second tab, a killed server, a cut, two people pressing at once."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Site, wait_for_answer
from tests.e2e.walking import card, choose_method, press, question, say, to_plan
from workspace.run import RunStatus

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def make_it_long(page: Page) -> None:
    """Changes the plan so that the training does not end before it is stopped."""
    choose_method(page, "finetune", seconds=600)
    # Without patience a machine with quick cores is done within the minute that this test may take on a slow one.
    say(page, "use 100 epochs and patience 100")
    expect(page.get_by_test_id("plan-card")).to_have_count(3)
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()


def running(page: Page) -> None:
    expect(card(page, "progress")).to_have_attribute("data-status", "running")


def test_a_running_training_survives_reload_second_tab_and_a_killed_server(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    to_plan(page)
    make_it_long(page)
    press(page, "Start")
    running(page)

    site.kill_web()
    wait_for_answer(site)
    # The page finds back by itself: the same conversation, its live training, one welcome.
    expect(page.locator("#chat-submit")).to_be_visible()
    running(page)
    expect(page.get_by_test_id("welcome")).to_have_count(1)

    page.reload()
    running(page)
    second = open_page(page.url.removeprefix(site.address), context=page.context)
    running(second)

    site.kill_web()
    wait_for_answer(site)
    stop = second.get_by_role("button", name="Stop the training").last
    expect(stop).to_be_enabled()
    stop.click()
    expect(card(second, "progress")).to_have_attribute("data-status", "cancelled")
    expect(card(page, "progress")).to_have_attribute("data-status", "cancelled")
    expect(question(page)).to_be_visible()
    conversation = page.url.rsplit("/", 1)[1]
    assert [run.status for run in site.workspace.runs.list(conversation)] == [RunStatus.CANCELLED]


def test_two_tabs_that_press_start_at_once_start_one_training(open_page: OpenPage, site: Site) -> None:
    first = open_page()
    to_plan(first)
    second = open_page(first.url.removeprefix(site.address), context=first.context)
    # Both hold the button first and press it at the same moment of the clock: one must not see the other's press.
    moment = (time.time() + 1) * 1000
    for page in (first, second):
        start = question(page).get_by_role("button", name="Start", exact=True)
        start.evaluate("(button, moment) => void setTimeout(() => button.click(), moment - Date.now())", moment)
    for page in (first, second):
        expect(card(page, "progress")).to_be_visible()
    conversation = first.url.rsplit("/", 1)[1]
    assert len(site.workspace.runs.list(conversation)) == 1
    # While the network is away the training is ended from elsewhere; the pages learn of it when they are back.
    first.context.set_offline(True)
    site.workspace.runs.request_cancel(site.workspace.runs.list(conversation)[0].id)
    wait_for_end(site, conversation)
    first.context.set_offline(False)
    for page in (first, second):
        expect(card(page, "progress")).not_to_have_attribute("data-status", "running")
    assert {run.status for run in site.workspace.runs.list(conversation)} <= {RunStatus.CANCELLED, RunStatus.SUCCEEDED}


def wait_for_end(site: Site, conversation: str) -> None:
    end = time.monotonic() + 60
    while not site.workspace.runs.list(conversation)[0].status.ended:
        assert time.monotonic() < end
        time.sleep(0.1)
