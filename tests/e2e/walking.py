"""What a person does in the page, in the words of the page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PATIENCE

expect.set_options(timeout=PATIENCE)


def question(page: Page) -> Locator:
    """The question that waits for an answer."""
    return page.locator('[data-testid=question][data-open="true"]')


def press(page: Page, name: str) -> None:
    question(page).get_by_role("button", name=name, exact=True).click()


def say(page: Page, text: str) -> None:
    page.locator("#chat-input").fill(text)
    expect(page.locator("#chat-submit")).to_be_enabled()
    page.locator("#chat-submit").click()


def upload(page: Page, file: Path) -> None:
    """Drops a file into the new conversation."""
    expect(page.get_by_test_id("welcome")).to_be_visible()
    page.locator("#upload-button-input").set_input_files(file)
    expect(page.locator("#chat-submit")).to_be_enabled()
    page.locator("#chat-submit").click()
    expect(card(page, "data")).to_be_visible()


def to_plan(page: Page) -> Locator:
    """From the welcome to a plan that waits for Start, with the sample data."""
    page.get_by_role("button", name="See it with sample data").click()
    expect(page.get_by_test_id("data-card")).to_be_visible()
    press(page, "No, plan as it is")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    return page.get_by_test_id("plan-card").last


def choose_method(page: Page, recipe: str, seconds: int | None = None) -> None:
    """Changes the first plan by its form, until the new one waits for Start."""
    press(page, "Change something")
    form = page.get_by_test_id("plan-form")
    if seconds:
        form.get_by_label("Time", exact=False).first.fill(str(seconds))
    form.get_by_label("Method", exact=False).first.select_option(recipe)
    form.get_by_role("button", name="Apply").click()
    expect(page.get_by_test_id("plan-card")).to_have_count(2)
    if seconds:
        expect(card(page, "plan")).to_contain_text("Time limit")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()


def card(page: Page, kind: str) -> Locator:
    return page.get_by_test_id(f"{kind}-card").last


def step(page: Page) -> str:
    """The step list's current step."""
    return page.locator("#mtw-steps [aria-current=step] .mtw-name").inner_text()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


_ALL_NAMED = """() => [...document.querySelectorAll("#root button")].every(
    (button) => button.textContent.trim() || button.title || button.ariaLabel || button.getAttribute("aria-labelledby"),
)"""


def axe_faults(page: Page) -> list[Any]:
    """Serious and critical findings of axe, as (rule, elements)."""
    from axe_playwright_python.sync_playwright import Axe

    faults: list[Any] = []
    # Buttons of Chainlit get their names after they have appeared: a fault is what is still there at another look.
    for _ in range(3):
        page.wait_for_function(_ALL_NAMED)
        faults = [
            (fault["id"], [node["html"][:160] for node in fault["nodes"]])
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        if not faults:
            break
    return faults
