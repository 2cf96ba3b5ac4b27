"""How much personal data a table holds: counts, examples without values, bounded work."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workspace.privacy import count_personal, hide, masked, personal_problem, scan_personal, shade
from workspace.privacy.scan import PersonalScan
from workspace.privacy.tagger import available


def stored(folder: Path, **columns: list[object]) -> Path:
    path = folder / "table.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=1_000)
    return path


def test_rows_are_counted_once_a_kind(tmp_path: Path) -> None:
    table = stored(
        tmp_path,
        text=["a@gmail.com and b@gmail.com", "call +49 170 1234567, a@gmail.com", "nothing", None],
        mobile=["4155552671", None, None, None],
        words=[["my", "card", "4111111111111111"], None, ["x"], []],
    )
    scan = scan_personal(table, ["text", "mobile", "words"])

    assert scan.rows == {"email": 2, "phone": 2, "card": 1}
    assert list(scan.rows) == ["email", "phone", "card"]
    assert (scan.any_row, scan.looked_at, scan.total, scan.complete) == (2, 4, 4, True)
    assert scan.columns == {"text": {"email": 2, "phone": 1}, "mobile": {"phone": 1}, "words": {"card": 1}}
    assert count_personal(table, ["text"]) == {"email": 2, "phone": 1}


def test_a_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nope"):
        scan_personal(stored(tmp_path, text=["x"]), ["nope"])


def test_the_problem_shows_no_value(tmp_path: Path) -> None:
    scan = scan_personal(stored(tmp_path, text=["anna.keller@gmail.com, DE89370400440532013000"]), ["text"])
    problem = personal_problem(scan)

    assert problem is not None
    assert (problem.code, problem.count, problem.fix and problem.fix.code) == ("PERSONAL_DATA", 1, "redact")
    assert problem.examples == ["e-mail address: a•••@g•••.com", "bank account (IBAN): DE•••00"]
    assert "keller" not in problem.model_dump_json()
    assert personal_problem(scan_personal(stored(tmp_path, text=["nothing here"]), ["text"])) is None


def test_a_long_table_is_looked_at_in_parts_and_the_problem_says_so(tmp_path: Path) -> None:
    table = stored(tmp_path, text=[f"mail{i}@gmail.com" if i % 10 == 0 else "plain words" for i in range(30_000)])
    scan = scan_personal(table, ["text"], rows=5_000, texts=100)
    problem = personal_problem(scan)

    assert 90 <= scan.rows["email"] <= 100
    assert scan.looked_at < 5_001
    assert scan.total == 30_000
    assert problem is not None
    assert "of 30,000 rows, so there may be more" in problem.message


def test_the_texts_looked_into_lie_evenly(tmp_path: Path) -> None:
    """The only card numbers stand at the end; a scan of the first texts would miss them."""
    texts = [f"order {i} of 10000000" for i in range(900)] + ["card 4111111111111111"] * 100
    scan = scan_personal(stored(tmp_path, text=texts), ["text"], texts=100)

    assert scan.rows == {"card": 10}


def test_masks_and_shades() -> None:
    text = "Write to anna.keller@gmail.com or +49 170 1234567"

    assert hide(text) == "Write to [EMAIL] or [PHONE]"
    assert shade(text) == "Write to a•••@g•••.com or •••67"
    assert hide("nothing to see") == "nothing to see"
    assert masked("Hauptstraße 12", "address") == "H•••"


def test_row_numbers_and_ids_leave_the_look_to_the_texts(tmp_path: Path) -> None:
    """A column of ids must not use up the texts that are looked into; one called "mobile" is no id."""
    ids = [str(100_000 + i) for i in range(1_000)]
    texts = ["mail a@gmail.com" if i % 10 == 0 else "words" for i in range(1_000)]
    table = stored(tmp_path, id=ids, text=texts, mobile=["4155552671"] * 1_000)

    assert scan_personal(table, ["id", "text"], texts=100).rows == {"email": 100}
    assert scan_personal(table, ["mobile"], texts=100).rows == {"phone": 100}


def test_names_in_small_letters_make_all_names_doubtful() -> None:
    assert not PersonalScan(names=40, small_names=3).doubtful_names
    assert PersonalScan(names=40, small_names=4).doubtful_names
    assert not PersonalScan(names=3, small_names=3).doubtful_names, "too few to tell"


@pytest.mark.skipif(not available(), reason="the model that sees names is not installed")
def test_how_names_are_written_is_counted(tmp_path: Path) -> None:
    texts = ["I spoke with Jennifer Miller about it", "then mark rang me up again", "where is the invoice for it"]
    table = tmp_path / "table.parquet"
    pq.write_table(pa.table({"text": texts}), table)
    scan = scan_personal(table, ["text"], deep=True)
    assert scan.names >= 1
    assert scan.small_names <= scan.names
    assert scan.rows["name"] >= 1
