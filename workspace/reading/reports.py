"""Problems that the readers themselves meet, in plain words."""

from collections.abc import Sequence

from workspace.dataset import DataProblem, FixOffer

SHEETS_ALIKE = "SHEETS_ALIKE"


def ragged_rows(count: int, width: int, examples: list[str], mended: int = 0) -> DataProblem:
    """Rows with more or fewer cells than the table has columns, ``mended`` of which could be put right."""
    rows = "1 row has" if count == 1 else f"{count:,} rows have"
    if mended == count:
        kept = "I put the cells back where they belong, judging by the other rows. Check them."
    else:
        kept = (
            "Missing cells were left empty; what was too much is kept in an extra column. "
            "Check them: their values may have moved."
        )
        if mended:
            kept = f"In {mended:,} of them I put the cells back where they belong, judging by the other rows. {kept}"
    return DataProblem(
        code="RAGGED_ROWS",
        severity="warning",
        count=count,
        message=f"{rows} more or fewer cells than the {width} columns. {kept}",
        examples=examples,
        fix=FixOffer(code="drop_ragged_rows", label="Leave these rows out"),
    )


def repeated_headers(count: int) -> DataProblem:
    """The header's row again among the rows, as in files put together from several exports."""
    times = "once more" if count == 1 else f"{count:,} times more"
    return DataProblem(
        code="REPEATED_HEADER",
        severity="info",
        count=count,
        message=f"The row with the column names stands {times} among the rows. I left it out there.",
    )


def broken_lines(count: int, examples: list[str]) -> DataProblem:
    """Lines of a JSONL file that are no JSON."""
    lines = "1 line is" if count == 1 else f"{count:,} lines are"
    return DataProblem(
        code="BROKEN_LINES",
        severity="warning",
        count=count,
        message=f"{lines} not valid JSON and could not be read. The other lines were.",
        examples=examples,
    )


def bad_bytes() -> DataProblem:
    """Bytes that do not fit the file's encoding."""
    return DataProblem(
        code="BAD_BYTES",
        severity="warning",
        count=1,
        message="A few characters of this file are damaged; they are shown as \N{REPLACEMENT CHARACTER}.",
    )


def odd_lines(count: int, examples: list[str]) -> DataProblem:
    """Lines of a CoNLL file with a word but no tag."""
    lines = "1 line has" if count == 1 else f"{count:,} lines have"
    return DataProblem(
        code="MISSING_TAGS",
        severity="warning",
        count=count,
        message=f"{lines} a word without a tag. I took it as a word outside of any name (O).",
        examples=examples,
    )


def other_tables(chosen: str, rest: Sequence[str]) -> DataProblem:
    """Tables or inner files beside the one that was read."""
    more = "1 more table" if len(rest) == 1 else f"{len(rest):,} more tables"
    return DataProblem(
        code="OTHER_TABLES",
        severity="info",
        count=len(rest),
        message=f"I read “{chosen[:80]}”. There {'is' if len(rest) == 1 else 'are'} {more} in this file; "
        "tell me if you mean another one.",
        examples=[name[:200] for name in rest[:3]],
    )


def sheets_alike(chosen: str, rest: Sequence[str]) -> DataProblem:
    """Sheets of a workbook with the very columns of the one that was read, as for one month each."""
    more = "1 more sheet has" if len(rest) == 1 else f"{len(rest):,} more sheets have"
    return DataProblem(
        code=SHEETS_ALIKE,
        severity="warning",
        count=len(rest),
        message=f"I read the sheet “{chosen[:80]}” only. {more} the same columns. They can be read together as one "
        "table, with a column that names the sheet.",
        examples=[name[:200] for name in rest[:3]],
    )


def files_left_out(count: int, examples: list[str]) -> DataProblem:
    """Files of a folder or archive that could not be read."""
    files = "1 file in it" if count == 1 else f"{count:,} files in it"
    return DataProblem(
        code="FILES_LEFT_OUT",
        severity="warning",
        count=count,
        message=f"{files} could not be read. The others were.",
        examples=examples,
    )


def formulas_without_values(count: int, places: Sequence[str]) -> DataProblem:
    """Formulas of a workbook whose results were never stored."""
    what = "1 formula has" if count == 1 else f"{count:,} formulas have"
    return DataProblem(
        code="FORMULAS_WITHOUT_VALUES",
        severity="warning",
        count=count,
        message=f"{what} no stored result, so {'its cell is' if count == 1 else 'their cells are'} empty here: "
        "a program wrote this workbook and never computed it. "
        "Open it once in Excel or LibreOffice, save it, and upload it again.",
        examples=[f"Cell {place}" for place in places],
    )


def pages_without_tables(pages: int, looked: int) -> DataProblem:
    """Pages of a long PDF whose tables were not looked for."""
    return DataProblem(
        code="PAGES_LEFT_OUT",
        severity="warning",
        count=pages - looked,
        message=f"This PDF has {pages:,} pages. I looked for tables on the first {looked:,} only, so tables on the "
        f"other {pages - looked:,} are missing. Split the PDF to have them read, or upload the table as .xlsx or CSV.",
    )
