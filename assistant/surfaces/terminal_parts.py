"""What the cards of the terminal are put together from: tables, bars and lines. Texts of files stay plain text."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text


def text_grid(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(Text(header), overflow="fold", max_width=60)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text("" if cell is None else str(cell)) for cell in row))
    return table


def bar(share: float, width: int = 24) -> str:
    return "█" * max(1, round(share * width))


def text_lines(*lines: str) -> Text:
    return Text("\n".join(line for line in lines if line))
