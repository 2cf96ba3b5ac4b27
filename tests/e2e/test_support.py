"""The support pages in a real browser: found, played, answered, and safe from what users wrote."""

import pytest
from playwright.sync_api import expect

from tests.assistant import card_samples
from tests.e2e.conftest import OpenPage, Site
from tests.e2e.walking import axe_faults, overflow
from workspace.events import AssistantSaid, CardShown, ErrorShown, UserSaid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HOSTILE = card_samples.HOSTILE


@pytest.fixture
def stuck(site: Site) -> str:
    """A conversation with every kind of card that ends in an error."""
    transcripts = site.workspace.transcripts
    conversation = transcripts.create("web", title=f"Stuck {HOSTILE}").id
    error = ErrorShown(code="FILE_EMPTY", message="The file is empty.", next_step="Choose another one.")
    cards = [CardShown(card=sample()) for sample in card_samples.ALL]
    transcripts.append(conversation, [UserSaid(text=HOSTILE), error, *cards, AssistantSaid(text="Goodbye.")])
    return conversation


def test_from_the_list_to_the_error_to_an_answer(open_page: OpenPage, site: Site, stuck: str) -> None:
    page = open_page()
    page.goto(f"{site.address}/support?error=FILE_EMPTY")
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    assert axe_faults(page) == []
    page.locator(f"a[href='/support/{stuck}']").click()
    expect(page.get_by_text("Goodbye.")).to_be_visible()
    page.get_by_role("button", name="Next error").click()
    expect(page.get_by_text("The file is empty.")).to_be_visible()
    expect(page.get_by_text("Goodbye.")).to_be_hidden()
    page.get_by_role("button", name="Forward").click()
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert axe_faults(page) == []
    page.get_by_label("They read it in their conversation").fill("Save it as CSV.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Save it as CSV.")).to_be_visible()
    said = site.workspace.transcripts.load(stuck).events[-1].event
    assert said == AssistantSaid(text="Save it as CSV.", model="support")
    page.get_by_role("button", name="Try these inputs with today's code").click()
    expect(page.get_by_text("turn was run again.")).to_be_visible()
    page.get_by_label("A new note").fill(HOSTILE)
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes .written")).to_contain_text(HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert axe_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert overflow(page) == 0
