"""Numbers of things in plain words."""


def rows(count: int) -> str:
    """``1 row``, ``412 rows``."""
    return "1 row" if count == 1 else f"{count:,} rows"


def cells(count: int, thing: str = "text") -> str:
    """``1 text``, ``412 texts``."""
    return f"1 {thing}" if count == 1 else f"{count:,} {thing}s"
