"""Labelling in a real browser: from a file without labels to a plan, by keys, by mouse and by touch."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import PATIENCE, OpenPage, Site
from tests.e2e.walking import axe_faults, card, overflow, press, question, upload
from tools.context import ToolContext
from tools.labelling_desk import answer, desk_of
from tools.registry import all_tools
from tools.samples import load_samples
from workspace.dataset import Dataset
from workspace.events import CardShown, TurnEnded, UserSaid
from workspace.labelling_table import read_pool
from workspace.labelling_words import words_of
from workspace.reading import ingest

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


def marking(site: Site, file: Path, task: str = "ner") -> tuple[Dataset, str]:
    """A conversation that shows a new labelling with the labels Thing (c1) and Deed (c2), and its data."""
    workspace = site.workspace
    conversation = workspace.transcripts.create("web", title="Labelling").id
    dataset = ingest(workspace, file, "questions.csv", conversation)
    tool = all_tools()["label_examples"]
    arguments = {"dataset_id": dataset.id, "task": task, "categories": ["Thing", "Deed"]}
    shown = tool(ToolContext(workspace, conversation), tool.validate(arguments)).cards[0]
    workspace.transcripts.append(conversation, [UserSaid(text="mark"), CardShown(card=shown), TurnEnded(stage="data")])
    return dataset, conversation


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_words_are_marked_by_keys_and_mouse(
    open_page: OpenPage, site: Site, unlabelled: Path, theme: str, width: int
) -> None:
    dataset, conversation = marking(site, unlabelled)
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
    session = site.workspace.labelling.list(dataset.id)[0]
    kept = site.workspace.labelling.answers(session.id)[0]
    assert [session.named(s.label).name for s in kept.spans] == ["Deed"]  # type: ignore[union-attr]


def test_words_are_marked_by_touch(chromium: Browser, open_page: OpenPage, site: Site, unlabelled: Path) -> None:
    dataset, conversation = marking(site, unlabelled)
    phone = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.set_default_timeout(PATIENCE)
    try:
        page = open_page(f"/thread/{conversation}", context=phone)
        labelling = card(page, "labelling")
        options = labelling.get_by_test_id("label-words").get_by_role("option")
        classes = labelling.get_by_role("group", name="Labels")
        chosen = labelling.locator("[aria-selected=true]")

        # Two taps choose from the first word to the last; the next tap after a label begins anew.
        options.nth(0).tap()
        options.nth(1).tap()
        expect(chosen).to_have_count(2)
        classes.get_by_role("button", name="Thing").tap()
        options.nth(4).tap()
        expect(chosen).to_have_count(1)
        classes.get_by_role("button", name="Deed").tap()

        # A finger that is drawn over words chooses them too.
        options.nth(2).scroll_into_view_if_needed()
        start, end = options.nth(2).bounding_box(), options.nth(3).bounding_box()
        assert start is not None
        assert end is not None
        fingers = phone.new_cdp_session(page)
        y = start["y"] + start["height"] / 2
        for kind, x in (("touchStart", start["x"] + 3), ("touchMove", end["x"] + 2), ("touchMove", end["x"] + 4)):
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(chosen).to_have_count(2)
        classes.get_by_role("button", name="Thing").tap()
        assert overflow(page) <= 0
        assert axe_faults(page) == []
        labelling.get_by_role("button", name="Keep").tap()
        expect(labelling.get_by_role("heading")).to_contain_text("1 of")
    finally:
        phone.close()
    session = site.workspace.labelling.list(dataset.id)[0]
    answer = site.workspace.labelling.answers(session.id)[0]
    with site.workspace.storage.as_file(session.pool.key) as file:
        text = next(t.text for t in read_pool(file) if t.row == answer.row)
    words = words_of(text)
    places = [(words[0][0], words[1][1]), (words[2][0], words[3][1]), words[4]]
    assert [(s.start, s.end, s.label) for s in answer.spans] == [
        (*place, key) for place, key in zip(places, ("c1", "c1", "c2"), strict=True)
    ]


def test_differences_are_decided_by_keys_and_by_touch(open_page: OpenPage, site: Site, unlabelled: Path) -> None:
    dataset, conversation = marking(site, unlabelled, "classification")
    session = site.workspace.labelling.list(dataset.id)[0]
    for row in range(4):
        answer(desk_of(site.workspace, session.id), row, labels=["c1"])
        answer(desk_of(site.workspace, session.id, "Ana"), row, labels=["c2" if row else "c1"])
    page = open_page(f"/thread/{conversation}", theme="dark", width=390)
    labelling = card(page, "labelling")
    expect(labelling).to_contain_text("You differ on 3 texts")
    labelling.get_by_role("button", name="Decide where you differ").click()
    deciding = card(page, "differences")
    heading, text = deciding.get_by_role("heading"), deciding.get_by_role("group", name="The text")
    expect(heading).to_have_text("You differ on 3 texts")
    expect(deciding.get_by_role("list", name="The answers").get_by_role("listitem")).to_have_count(2)
    assert axe_faults(page) == []
    assert overflow(page) <= 0
    text.focus()
    page.keyboard.press("2")
    expect(heading).to_have_text("You differ on 2 texts")
    page.keyboard.press("b")
    expect(heading).to_have_text("You differ on 3 texts")
    page.keyboard.press("1")
    expect(heading).to_have_text("You differ on 2 texts")
    deciding.get_by_role("button", name="Ana").click()
    expect(heading).to_have_text("You differ on 1 text")
    deciding.get_by_role("button", name="Ana").click()
    expect(deciding).to_contain_text("Nothing is left to decide")
    deciding.get_by_role("button", name="Use my answers").click()
    expect(card(page, "data")).to_be_visible()
    made = site.workspace.datasets.list(conversation)[0]
    with site.workspace.storage.as_file(made.table_key) as table:
        assert pq.read_table(table)["label"].to_pylist()[:5] == ["Thing", "Thing", "Deed", "Deed", None]
