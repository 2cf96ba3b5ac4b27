"""A messy workbook in a real browser: problems, repairs at one press, before and after, undo, redo, and the plan."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.walking import axe_faults, card, overflow, press, question, step, upload
from tests.tools.conftest import mails
from tests.tools.test_cleaning import messy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Questions below two title lines: some twice, some teams written otherwise, two rows without a text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mails Q3"])
    sheet.append(["exported on Monday"])
    sheet.append(["Body", "Team"])
    for text, team in messy():
        sheet.append([text or None, team])
    path = tmp_path / "mails Q3 final (2).xlsx"
    book.save(path)
    return path


def on_card(page: Page, kind: str, name: str) -> None:
    card(page, kind).get_by_role("button", name=name, exact=True).click()


def test_from_a_messy_workbook_to_a_plan(open_page: OpenPage, workbook: Path) -> None:
    page = open_page()
    upload(page, workbook)
    problems = card(page, "problems")
    expect(problems).to_contain_text("12 rows repeat")
    on_card(page, "problems", "Show me first")
    changes = card(page, "changes")
    expect(changes).to_contain_text("90 rows would be left")
    expect(changes.locator("del").first).to_be_visible()

    problems.get_by_role("button", name="Do all three", exact=True).click()
    done = page.locator("[data-testid=changes-card][data-done=cleaned]")
    expect(done).to_contain_text("90 rows left")
    expect(done).to_contain_text("ORDERS")
    expect(done).to_contain_text("unchanged")
    assert step(page) == "Clean-up"
    with page.expect_download() as taken:
        done.get_by_role("link", name="Download all changes (CSV)").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 18
    assert axe_faults(page) == []

    done.get_by_role("button", name="Undo", exact=True).click()
    back = page.locator("[data-testid=changes-card][data-done=undone]")
    expect(back).to_contain_text("Undone: back to 104 rows, as uploaded")
    back.get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator("[data-testid=changes-card][data-done=redone]")).to_contain_text("90 rows")

    press(page, "Right, make a plan")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.reload()
    expect(done).to_contain_text("90 rows left")


def test_one_press_leads_to_a_plan_on_a_phone(open_page: OpenPage, workbook: Path) -> None:
    page = open_page(width=390, theme="dark")
    upload(page, workbook)
    press(page, "Fix all 3, then plan")
    expect(question(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(card(page, "changes")).to_contain_text("90 rows left")
    expect(card(page, "plan")).to_be_visible()
    assert overflow(page) <= 0
    assert axe_faults(page) == []


def test_columns_are_chosen_by_clicking(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "mails.csv"
    rows = [f'"{text}",{team},{"high" if i % 3 else "low"}' for i, (text, team) in enumerate(mails(20))]
    file.write_text("Body,Team,Priority\n" + "\n".join(rows), encoding="utf-8")
    page = open_page()
    upload(page, file)
    press(page, "Change something")
    form = page.get_by_test_id("columns-form")
    form.get_by_role("radio", name="Learn “Priority”").check()
    form.get_by_role("button", name="Use these columns").click()
    expect(card(page, "data")).to_contain_text("learn “Priority”")
    press(page, "No, plan as it is")
    expect(card(page, "plan")).to_contain_text("Priority")
