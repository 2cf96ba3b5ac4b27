"""Problems that the readers themselves meet, in plain words."""

from workspace.dataset import DataProblem, FixOffer


def ragged_rows(count: int, width: int, examples: list[str]) -> DataProblem:
    """Rows with more or fewer cells than the table has columns."""
    rows = "1 row has" if count == 1 else f"{count:,} rows have"
    return DataProblem(
        code="RAGGED_ROWS",
        severity="warning",
        count=count,
        message=f"{rows} more or fewer cells than the {width} columns. Missing cells were left empty; "
        "what was too much is kept in an extra column. Check them: their values may have moved.",
        examples=examples,
        fix=FixOffer(code="drop_ragged_rows", label="Leave these rows out"),
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
