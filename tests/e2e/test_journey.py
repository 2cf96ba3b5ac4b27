"""The whole way in a real browser: from the welcome to a model that was tried and downloaded."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, Site
from tests.e2e.walking import card, press, question, say, step, to_plan

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_from_the_welcome_to_a_model_that_was_tried_and_downloaded(
    open_page: OpenPage, site: Site, tmp_path: Path
) -> None:
    page = open_page()
    expect(page.get_by_test_id("welcome")).to_contain_text("you need no experience for it")
    assert step(page) == "Goal"
    plan = to_plan(page)
    expect(card(page, "data").locator("tbody tr").first).to_be_visible()
    assert card(page, "data").locator("table").first.locator("tbody tr").count() <= 10
    expect(plan).to_contain_text("aside as the exam")
    assert step(page) == "Plan"
    assert "/thread/" in page.url

    press(page, "Start")
    expect(card(page, "progress")).to_be_visible()
    expect(page.locator("#mtw-steps [aria-current=step]")).to_contain_text("Train")
    expect(card(page, "result")).to_be_visible(timeout=180_000)
    expect(card(page, "result")).to_contain_text("unseen texts right")
    for name in ("Accuracy", "Precision", "Recall", "F1"):
        expect(card(page, "result")).to_contain_text(name)
    expect(card(page, "confusion").locator("tbody tr")).to_have_count(2)
    expect(card(page, "progress")).to_have_attribute("data-status", "succeeded")
    expect(page.locator("#mtw-steps [aria-current=step]")).to_contain_text("Check")

    press(page, "Try it")
    entry = question(page).get_by_role("textbox")
    entry.fill("WINNER!! You have won a free prize, call now to claim your cash")
    entry.press("Enter")
    expect(card(page, "prediction")).to_contain_text("spam")
    card(page, "prediction").get_by_role("textbox").fill("See you at home for dinner tonight")
    card(page, "prediction").get_by_role("button", name="Try").click()
    expect(card(page, "prediction")).to_contain_text("dinner tonight")

    press(page, "Download it")
    with page.expect_download() as started:
        card(page, "download").get_by_role("link", name="Download").click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert any(name.endswith("README.md") for name in packed.namelist())

    # Everything stands there again after a reload.
    page.reload()
    expect(card(page, "download")).to_be_visible()
    expect(card(page, "result")).to_be_visible()
    assert step(page) == "Use"


def test_a_question_in_between_is_answered_and_the_history_lists_the_conversation(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_test_id("welcome")).to_be_visible()
    say(page, "What is recall?")
    expect(card(page, "concept")).to_contain_text("find")
    page.locator("#sidebar-trigger-button").last.click()
    expect(page.locator("#thread-history")).to_contain_text("What is recall?")
    # A new conversation is empty and leaves the first one where it was.
    old = page.url
    page.locator("#new-chat-button").last.click()
    expect(card(page, "concept")).to_have_count(0)
    expect(page.get_by_test_id("welcome")).to_be_visible()
    assert page.url != old
    page.locator("#thread-history a").first.click()
    expect(card(page, "concept")).to_be_visible()
    assert page.url == old


def test_a_question_in_passing_leaves_start_alive(open_page: OpenPage) -> None:
    page = open_page()
    to_plan(page)
    say(page, "What is recall?")
    expect(card(page, "concept")).to_be_visible()
    start = question(page).get_by_role("button", name="Start", exact=True).first
    expect(start).to_be_enabled()
    start.click()
    expect(card(page, "progress")).to_be_visible()
    page.get_by_role("button", name="Stop the training").last.click()
    expect(card(page, "progress")).not_to_have_attribute("data-status", "running")


def test_the_keyboard_alone_goes_all_the_way_to_start(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(page.get_by_test_id("welcome")).to_be_visible()

    def tab_to(name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == name:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", "the focus can be seen"
                return
        raise AssertionError(f"{name} cannot be reached")

    tab_to("See it with sample data")
    page.keyboard.press("Enter")
    expect(question(page)).to_be_visible()
    tab_to("No, plan as it is")
    page.keyboard.press("Enter")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(question(page)).to_be_focused()
    tab_to("Change something")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("plan-form")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[data-testid=plan-form]') !== null")
