"""How the screens hold up: hostile files, the limit of uploads, phones, dark colours, and the rules of axe."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.assistant import card_samples
from tests.e2e.conftest import OpenPage, Site
from tests.e2e.walking import axe_faults, card, overflow, question
from workspace.events import Asked, AssistantSaid, CardShown, FormField, Option, TurnEnded, UserSaid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HOSTILE = card_samples.HOSTILE


@pytest.fixture
def gallery(site: Site) -> str:
    """A conversation with every kind of card and an open question."""
    transcripts = site.workspace.transcripts
    conversation = transcripts.create("web", title=f"Gallery {HOSTILE}").id
    form = Asked(
        ask_id="ask_1",
        ask="form",
        text="What should be different?",
        fields=[
            FormField(name="budget_seconds", label="Time limit", kind="number", value=120, minimum=5),
            FormField(name="recipe", label="Method", kind="choice", value="auto", options=["auto", "linear"]),
            FormField(name="fast", label="Be quick", kind="boolean", value=True),
        ],
        options=[Option(id="no", label="Leave it")],
    )
    cards = [CardShown(card=sample()) for sample in card_samples.ALL]
    words = AssistantSaid(text=f"**Bold** {HOSTILE} ![x](http://evil.example/x.png) http://evil.example")
    transcripts.append(conversation, [UserSaid(text=HOSTILE), words, *cards, form, TurnEnded(stage="check")])
    return f"/thread/{conversation}"


def all_cards(page: Page) -> None:
    for kind in "data problems plan progress result confusion mistakes prediction download deployment".split():
        expect(card(page, kind)).to_be_visible()
    expect(question(page)).to_be_visible()


def test_html_in_cells_names_and_words_stays_text(open_page: OpenPage, gallery: str) -> None:
    page = open_page(gallery)
    all_cards(page)
    expect(card(page, "data")).to_contain_text('<img src=x onerror="window.hacked=1">')
    expect(page.locator(".user-message, [data-step-type=user_message]").first).to_contain_text("<script>")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#root img[src='x'], #root img[src*='evil'], #root a[href*='evil']").count() == 0
    assert page.locator("#root a[href^='javascript']").count() == 0


def test_an_uploaded_file_with_hostile_cells_and_name_is_read_and_harmless(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "mails <img src=x onerror=alert(1)>.csv"
    rows = [f'"{HOSTILE.replace(chr(34), chr(34) * 2)} no {i}",{"a<b>" if i % 2 else "plain"}' for i in range(60)]
    file.write_text("Body,Team\n" + "\n".join(rows), encoding="utf-8")
    page = open_page()
    expect(page.get_by_test_id("welcome")).to_be_visible()
    page.locator("#upload-button-input").set_input_files(file)
    expect(page.locator("#chat-submit")).to_be_enabled()
    page.locator("#chat-submit").click()
    expect(card(page, "data")).to_contain_text("window.hacked=1")
    expect(card(page, "data")).to_contain_text("a<b>")
    assert page.evaluate("window.hacked") is None


def test_a_file_over_the_limit_is_refused_with_a_word(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_bytes(b"a,b\n" + b"text,label\n" * 200_000)
    page = open_page()
    expect(page.get_by_test_id("welcome")).to_be_visible()
    page.locator("#upload-button-input").set_input_files(file)
    expect(page.locator("[data-sonner-toast]").first).to_contain_text("larger")


def test_the_server_refuses_it_too_and_the_browser_hears_why(open_page: OpenPage) -> None:
    page = open_page()
    with page.expect_request("**/set-session-cookie") as told:
        page.reload()
    expect(page.get_by_test_id("welcome")).to_be_visible()
    status, code = page.evaluate(
        """async (session) => {
          const form = new FormData()
          form.append("file", new File([new Uint8Array(8 << 20)], "large.csv"))
          const answer = await fetch(`/project/file?session_id=${session}`, { method: "POST", body: form })
          return [answer.status, (await answer.json()).error.code]
        }""",
        told.value.post_data_json["session_id"],
    )
    assert (status, code) == (413, "FILE_TOO_LARGE")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: OpenPage, gallery: str, theme: str) -> None:
    page = open_page(theme=theme)
    expect(page.get_by_test_id("welcome")).to_be_visible()
    assert axe_faults(page) == []
    page = open_page(gallery, theme=theme)
    all_cards(page)
    for summary in page.locator(".mtw-card summary").all():
        summary.click()
    assert axe_faults(page) == []


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, gallery: str, width: int) -> None:
    page = open_page(width=width)
    expect(page.get_by_test_id("welcome")).to_be_visible()
    assert overflow(page) <= 0
    page = open_page(gallery, width=width)
    all_cards(page)
    assert overflow(page) <= 0
    for kind in ("data", "plan", "result", "confusion", "mistakes"):
        box = card(page, kind).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_a_screen_reader_knows_where_one_is(open_page: OpenPage, gallery: str) -> None:
    page = open_page(gallery)
    all_cards(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#mtw-steps li").count() == 7
    expect(page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")).to_contain_text("Check")
    progress = card(page, "progress").get_by_role("progressbar")
    assert "about 15 seconds left" in (progress.get_attribute("aria-valuetext") or "")
    nameless = """[...document.querySelectorAll('#root button')]
        .filter(b => !(b.getAttribute('aria-label') || b.textContent.trim())).map(b => b.outerHTML)"""
    assert page.evaluate(nameless) == []
