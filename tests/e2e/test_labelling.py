"""Labelling in a real browser: from a file without labels to a plan, by keys, by mouse and by touch."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Site
from tests.e2e.walking import axe_faults, card, overflow, press, question
from tools.samples import load_samples

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real questions of four topics, without their topics."""
    path = tmp_path_factory.mktemp("files") / "questions.csv"
    with load_samples()["bank_questions"].path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    label = next(name for name in rows[0] if name != "text")
    kept = [row for row in rows if row[label] in sorted({r[label] for r in rows})[:4]][:160]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["no", "question"])
        writer.writerows((i, row["text"]) for i, row in enumerate(kept))
    return path


def upload(page: Page, file: Path) -> None:
    expect(page.get_by_test_id("welcome")).to_be_visible()
    page.locator("#upload-button-input").set_input_files(file)
    expect(page.locator("#chat-submit")).to_be_enabled()
    page.locator("#chat-submit").click()
    expect(card(page, "data")).to_be_visible()


def test_from_a_file_without_labels_to_a_plan(open_page: OpenPage, unlabelled: Path) -> None:
    page = open_page()
    upload(page, unlabelled)
    press(page, "Label some rows here")
    labelling = card(page, "labelling")
    expect(labelling).to_be_visible()
    buttons = labelling.get_by_role("group", name="Categories").get_by_role("button")
    expect(buttons.nth(1)).to_be_visible()
    text = labelling.get_by_test_id("label-text")

    # Keys: two categories in turn, skip, not sure, back.
    text.focus()
    for number in range(6):
        before = text.inner_text()
        page.keyboard.press(str(1 + number % 2))
        expect(text).not_to_have_text(before)
        expect(text).to_be_focused()
    expect(labelling.get_by_role("heading")).to_contain_text("6 of")
    before = text.inner_text()
    page.keyboard.press("s")
    expect(text).not_to_have_text(before)
    page.keyboard.press("b")
    expect(text).to_have_text(before)
    page.keyboard.press("1")
    # Which one comes next may have changed meanwhile: the order is made anew every few answers.
    expect(text).not_to_have_text(before)
    expect(labelling.get_by_role("heading")).to_contain_text("7 of")

    # The suggestion of what was learnt so far is taken only when Enter says so.
    suggestion = labelling.get_by_test_id("label-suggestion")
    expect(suggestion).to_contain_text("Suggestion:")
    expect(labelling.get_by_role("heading")).to_contain_text("7 of")
    page.keyboard.press("Enter")
    expect(labelling.get_by_role("heading")).to_contain_text("8 of")

    # Nothing is lost by a reload, and the categories can be renamed.
    page.reload()
    labelling = card(page, "labelling")
    expect(labelling.get_by_role("heading")).to_contain_text("8 of")
    labelling.get_by_text("Change the categories").click()
    name = labelling.get_by_role("textbox", name="Name of").first
    name.fill("Cards lost")
    name.press("Enter")
    expect(buttons.first).to_contain_text("Cards lost")
    for _ in range(6):
        before = text.inner_text()
        buttons.nth(1).click()
        expect(text).not_to_have_text(before)

    labelling.get_by_role("button", name="Use my answers").click()
    expect(card(page, "data")).to_contain_text("Cards lost")
    press(page, "Make a plan")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(card(page, "plan")).to_contain_text("label")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_words_are_marked_by_keys_and_mouse(
    open_page: OpenPage, site: Site, unlabelled: Path, theme: str, width: int
) -> None:
    from tools.context import ToolContext
    from tools.registry import all_tools
    from workspace.events import CardShown, TurnEnded, UserSaid
    from workspace.reading import ingest

    workspace = site.workspace
    conversation = workspace.transcripts.create("web", title="Marking words").id
    dataset = ingest(workspace, unlabelled, "questions.csv", conversation)
    tool = all_tools()["label_examples"]
    arguments = {"dataset_id": dataset.id, "task": "ner", "categories": ["Thing", "Deed"]}
    shown = tool(ToolContext(workspace, conversation), tool.validate(arguments)).cards[0]
    workspace.transcripts.append(conversation, [UserSaid(text="mark"), CardShown(card=shown), TurnEnded(stage="data")])

    page = open_page(f"/thread/{conversation}", theme=theme, width=width)
    labelling = card(page, "labelling")
    words = labelling.get_by_test_id("label-words")
    expect(words).to_be_visible()
    assert axe_faults(page) == []
    assert overflow(page) <= 0
    options = words.get_by_role("option")
    first = options.first.inner_text()

    words.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    marked = labelling.get_by_role("list", name="Marked words")
    expect(marked.get_by_role("listitem")).to_have_count(1)
    expect(marked).to_contain_text("Thing")
    expect(marked).to_contain_text(first)
    page.keyboard.press("Backspace")
    expect(labelling).to_contain_text("Nothing is marked yet")

    start, end = options.nth(1).bounding_box(), options.nth(2).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 3, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 2, end["y"] + 5, steps=4)
    page.mouse.up()
    labelling.get_by_role("group", name="Labels").get_by_role("button", name="Deed").click()
    expect(marked.get_by_role("listitem")).to_have_count(1)
    assert axe_faults(page) == []
    labelling.get_by_role("button", name="Keep").click()
    expect(labelling.get_by_role("heading")).to_contain_text("1 of")
    session = workspace.labelling.list(dataset.id)[0]
    kept = workspace.labelling.answers(session.id)[0]
    assert [session.named(s.label).name for s in kept.spans] == ["Deed"]  # type: ignore[union-attr]
