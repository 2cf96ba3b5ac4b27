"""Polluted CSV files in the manner of Pollock, made from a table that this module makes up itself.

The kinds of pollution, how often each weighs and what a right reading is follow Vitagliano, Hameed, Jiang, Reisener,
Wu, Naumann: Pollock: A Data Loading Benchmark, PVLDB 16(8), 2023. Some kinds beyond those of the paper are added and
scored apart.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

ROWS, COLUMNS = 84, 9
HEADER = ["DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"]
_QUOTED = frozenset({6, 7})
"""Columns that the source always writes in quotes, whatever they hold."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Polluted:
    """A file, the table that a right reading of it gives (header first), and its weight by the paper's survey."""

    name: str
    kind: str
    data: bytes
    clean: Rows
    weight: float
    extra: bool = False
    """A kind that the paper does not have."""


_THINGS = (
    "boots jacket rod socks vest cap shirt mocs fleece pillow towel jersey bike sofa hat insoles pants hoodie".split()
)
_FOR = "Men's,Women's,Kids',Girls',Classic,Waterproof,Organic,Light-Up,Heavy-Duty".split(",")
_WORDS = (
    "the next level of weather protection resists elements and keeps you visible in low light made from durable wool "
    "that won't let down great grip extra comfort for warm dry conditions classic style our softest fabric ideal layer"
).split()


def source_rows(seed: int = 2023) -> Rows:
    """A shop's order lines: dates, times, prices, texts with commas and inch marks, a column without a value."""
    chance = random.Random(seed)
    rows = [HEADER]
    for index in range(ROWS - 1):
        letters = "".join(chance.choices("ABCGHMNRWYZ", k=2))
        number = chance.randint(1000, 9999)
        product = f"{chance.choice(_FOR)} {chance.choice(_THINGS).title()}"
        product += chance.choice(["", "", ", Print", ", Slim", f' {chance.randint(5, 48)}"' if index % 3 else ""])
        words = chance.choices(_WORDS, k=chance.randint(12, 30))
        if index % 2:
            words[4] += ","
        text = " ".join(words).capitalize() + "."
        if index % 41 == 11:
            text = text.replace(".", " in our 8\\'9\" length.")
        rows.append(
            [
                f"{13 + index % 16:02d}/{1 + index // 16:02d}/2018",
                f"{index // 4:02d}:{15 * (index % 4):02d}",
                str(index % 7),
                f"{letters}-{number}",
                f"${chance.randint(1, 99)}.{chance.randint(10, 99)}",
                product,
                text,
                f"https://www.example.com/product/{letters}_{number}.html",
                "",
            ]
        )
    return rows


def cells_of(
    row: list[str], delimiter: str = ",", quote: str = '"', escape: str | None = '"', always: frozenset[int] = _QUOTED
) -> list[str]:
    """The row's cells as they are written."""
    written = []
    for column, cell in enumerate(row):
        inner = cell.replace(quote, f"{escape or ''}{quote}")
        needed = column in always or any(mark in cell for mark in (delimiter, quote, "\n", "\r"))
        written.append(f"{quote}{inner}{quote}" if needed else inner)
    return written


def write(rows: Rows, delimiter: str = ",", end: str = "\r\n", **how: object) -> str:
    """The whole table as text."""
    return "".join(delimiter.join(cells_of(row, delimiter, **how)) + end for row in rows)  # type: ignore[arg-type]


def pollutions(every: int = 1) -> Iterator[Polluted]:
    """All files; of those that spoil one row or cell only each ``every``-th, whose weight grows in turn."""
    rows = source_rows()
    yield from _whole_files(rows)
    yield from _single_rows(rows, every)
    yield from _more_kinds(rows)


def _whole_files(rows: Rows) -> Iterator[Polluted]:
    text = write(rows)

    def file(name: str, data: str, clean: Rows, weight: float) -> Polluted:
        return Polluted(f"{name}.csv", "whole file", data.encode(), clean, weight)

    yield file("source", text, rows, 1)
    yield file("file_no_payload", "", [], 15)
    yield file("file_no_trailing_newline", text.removesuffix("\r\n"), rows, 184)
    yield file("file_double_trailing_newline", text + "\r\n", rows, 5)
    yield file("file_no_header", write(rows[1:]), rows[1:], 470)
    for count in (2, 3):
        names = [" ".join([name] * count) for name in HEADER]
        yield file(f"file_header_multirow_{count}", write([HEADER] * count + rows[1:]), [names, *rows[1:]], 47)
    preamble = [["PREAMBLE"] + [""] * (COLUMNS - 1), [""] * COLUMNS]
    yield file("file_preamble", write(preamble, always=frozenset()) + text, rows, 282)
    yield file("file_multitable_less", text + write([row[:-1] for row in rows], always=frozenset()), rows, 188 / 3)
    yield file("file_multitable_same", text + write(rows, always=frozenset()), rows, 188 / 3)
    more = [[*row, "col1" if row is HEADER else ""] for row in rows]
    yield file("file_multitable_more", text + write(more, always=frozenset()), rows, 188 / 3)
    yield file("file_header_only", write(rows[:1]), rows[:1], 3)
    yield file("file_one_data_row", write(rows[:2]), rows[:2], 4)
    yield file("file_record_delimiter_0xD", write(rows, end="\r"), rows, 7)
    yield file("file_record_delimiter_0xA", write(rows, end="\n"), rows, 1691)
    for code, delimiter, weight in (("0x9", "\t", 4), ("0x3B", ";", 834), ("0x20", " ", 4), ("0x2C_0x20", ", ", 101)):
        yield file(f"file_field_delimiter_{code}", write(rows, delimiter), rows, weight)
    yield file("file_quotation_char_0x27", _other_marks(rows), rows, 11)
    yield file("file_escape_char_0x5C", write(rows, escape="\\"), rows, 1)
    yield file("file_escape_char_0x00", write(rows, escape=None), rows, 7)


def _other_marks(rows: Rows) -> str:
    """Apostrophes around the cells that had quotation marks, and none of those within escaped, as in the paper."""
    lines = []
    for row in rows:
        cells = zip(row, cells_of(row), strict=True)
        lines.append(",".join(f"'{cell}'" if written.startswith('"') else cell for cell, written in cells) + "\r\n")
    return "".join(lines)


def _single_rows(rows: Rows, every: int) -> Iterator[Polluted]:
    """One delimiter too few or too many, one quotation mark too many, one row with another delimiter."""
    lines = [cells_of(row) for row in rows]

    def file(name: str, kind: str, at: int, line: str, clean: Rows, weight: float) -> Polluted:
        texts = [*(",".join(cells) for cells in lines[:at]), line, *(",".join(cells) for cells in lines[at + 1 :])]
        return Polluted(f"{name}.csv", kind, ("\r\n".join(texts) + "\r\n").encode(), clean, weight * every)

    places = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    for row, column in places[::every]:
        cells = lines[row]
        left, right = ",".join(cells[:column]), ",".join(cells[column:])
        where = f"row{row}_col{column}"
        line = f"{left},,{right}" if left else f",{right}"
        yield file(f"row_more_sep_{where}", "extra delimiter", row, line, rows, 0.36775)
        if column:
            yield file(f"row_less_sep_{where}", "missing delimiter", row, left + right, rows, 0.36775)
        marked = [*cells[:column], '"' + cells[column], *cells[column + 1 :]]
        if cells[column].startswith('"'):
            marked[column] = '""' + cells[column][1:]
        clean = [
            *rows[:row],
            [*rows[row][:column], '"' + rows[row][column], *rows[row][column + 1 :]],
            *rows[row + 1 :],
        ]
        name = f"row_extra_quote{row}_col{column}"
        yield file(name, "extra quotation mark", row, ",".join(marked), clean, 0.00926)
    for row in range(0, ROWS, every):
        line = " ".join(cells_of(rows[row], " ", always=_QUOTED))
        yield file(f"row_field_delimiter_{row}_0x20", "row with blanks", row, line, rows, 0.14286)


def _more_kinds(rows: Rows) -> Iterator[Polluted]:
    text = write(rows)
    body = rows[1:]

    def file(name: str, data: str | bytes, clean: Rows = rows) -> Polluted:
        return Polluted(name, "beyond the paper", data if isinstance(data, bytes) else data.encode(), clean, 1, True)

    for name, delimiter in (("pipe", "|"), ("two_tabs", "\t\t"), ("two_pipes", "||"), ("tilde", "~"), ("caret", "^")):
        yield file(f"delimiter_{name}", write(rows, delimiter))
    yield file("delimiter_pipe_with_blanks", write(rows, " | "))
    yield file("delimiter_two_colons", write(rows, "::"))
    yield file("quotes_single_doubled", write(rows, quote="'", escape="'"))
    yield file("quotes_single_escaped", write(rows, quote="'", escape="\\"))
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"):
        accents = [HEADER, *([*row[:5], f"Café à la crème – größer n° {n}", *row[6:]] for n, row in enumerate(body))]
        yield file(f"encoding_{codec}", write(accents).encode(codec), accents)
    mixed = "".join(",".join(cells_of(row)) + ("\r\n", "\n")[index % 2] for index, row in enumerate(rows))
    yield file("line_ends_mixed", mixed)
    yield file("separator_at_row_ends", "".join(",".join(cells_of(row)) + ",\r\n" for row in rows))
    yield file(
        "separator_at_data_row_ends", "".join(",".join(cells_of(r)) + "," * (r != HEADER) + "\r\n" for r in rows)
    )
    yield file("sep_line", "sep=;\r\n" + write(rows, ";"))
    yield file("title_lines", "Orders of the shop\r\nAs of 1 May 2018\r\n\r\n" + text)
    yield file("title_lines_five", "".join(f"About this list, part {n}\n" for n in range(5)) + text)
    yield file("comment_lines", "# made by the shop\r\n# do not edit\r\n" + text)
    yield file("footer", text + "\r\nSource: the shop\r\nAll prices without tax\r\n")
    yield file("footer_delimited", text + write([["Source: the shop"] + [""] * 8]))
    yield file("header_repeated", write([*rows[:30], HEADER, *rows[30:60], HEADER, *rows[60:]]))
    small = "Month;Total\nMay;3\nJune;4\n"
    yield file("small_table_above", small.replace(";", ",") + "\n" + text)
    yield file("small_table_below", text + "\n" + small.replace(";", ","))
    yield file("all_quoted", write(rows, always=frozenset(range(COLUMNS))))
    yield file(
        "short_rows",
        "".join(",".join(cells_of(row)[: 8 if index % 5 == 3 else 9]) + "\n" for index, row in enumerate(rows)),
    )
    groups = ["When", "", "Order", "", "", "Product", "", "", ""]
    names = ["When DATE", "When TIME", "Order Qty", "Order PRODUCTID", "Order Price"]
    names += [f"Product {name}" for name in HEADER[5:]]
    yield file("header_of_groups", write([groups]) + text, [names, *body])
