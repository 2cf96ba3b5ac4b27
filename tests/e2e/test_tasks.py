"""A model that marks words, in a real browser: from an annotated file to a text with marks, in light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.walking import axe_faults, card, choose_method, overflow, press, question, say, upload

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
SAMPLE = Path(__file__).parents[1] / "data" / "wnut17_sample.conll"


def test_marked_words_are_learned_shown_and_tried(open_page: OpenPage) -> None:
    page = open_page(width=390, theme="dark")
    upload(page, SAMPLE)
    expect(card(page, "data")).to_contain_text("learn")
    say(page, "make a plan for 15 seconds")
    expect(card(page, "plan")).to_contain_text("places that are marked")
    choose_method(page, "ner_linear")
    press(page, "Start")
    expect(card(page, "result")).to_be_visible(timeout=180_000)
    expect(card(page, "result")).to_contain_text("places")
    expect(card(page, "mistakes")).to_contain_text("Should be marked")
    press(page, "Try it")
    entry = question(page).get_by_role("textbox")
    entry.fill("These trap came from Taiwan .")
    entry.press("Enter")
    expect(card(page, "prediction").locator("mark").first).to_be_visible()
    assert overflow(page) <= 0
    assert axe_faults(page) == []
