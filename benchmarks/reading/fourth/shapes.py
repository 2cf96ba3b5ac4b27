"""An export as data, and how it is filled in and written."""

import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook

from benchmarks.reading.fourth.phrases import WORDS
from benchmarks.reading.holdout.made import Made, delimited, dumped, lines

_PEOPLE = ("Ana Ruiz", "J. O'Neil", "Zoë Kern", "Li, Wei", "Per Ek")


@dataclass(frozen=True)
class Export:
    """One file: a name, whose words it has, its columns, and the facts people would give.

    A column is a pattern: ``{t}`` the text, ``{k}`` its kind, ``{i}`` the number of the row, ``{n}`` a number of six
    digits, ``{d}`` a time, ``{p}`` a person; of patterns between ``¦`` one is drawn for each row.
    """

    name: str
    about: str
    columns: dict[str, str]
    text: str | set[str]
    label: str | set[str] | None
    rows: int = 36
    shape: str = ","
    encoding: str = "utf-8"
    before: str = ""
    after: str = ""
    quote_all: bool = False
    names: bool = True
    facts: dict[str, Any] = field(default_factory=dict)


def named() -> list[Export]:
    """The exports of ``exports.yaml``."""
    listed = yaml.safe_load(Path(__file__).with_name("exports.yaml").read_text(encoding="utf-8"))
    return [Export(**{key: _one_of(value) for key, value in given.items()}) for given in listed]


def _one_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _one_of(inner) for key, inner in value.items()}
    return set(value) if isinstance(value, list) else value


def filled(export: Export) -> list[list[str]]:
    """The rows of an export, the same each time."""
    chance = random.Random(export.name)
    beginnings, kinds, endings = WORDS[export.about]
    every = [(" ".join(said), kind) for kind, bodies in kinds.items() for said in product(beginnings, bodies, endings)]
    day = datetime(2024, 5, 2, 8, 17)
    return [
        [
            chance.choice(pattern.split("¦")).format(
                t=text,
                k=kind,
                i=i + 1,
                n=chance.randint(100_000, 999_999),
                d=day + timedelta(minutes=i * 571),
                p=chance.choice(_PEOPLE),
            )
            for pattern in export.columns.values()
        ]
        for i, (text, kind) in enumerate(chance.sample(every, export.rows))
    ]


def _workbook(names: list[str], rows: list[list[str]], export: Export) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for line in export.before.splitlines():
        sheet.append([line])
    for row in ([names] if export.names else []) + rows:
        sheet.append([float(cell) if cell.isdigit() else cell for cell in row])
    for line in export.after.splitlines():
        sheet.append([line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fixed(names: list[str], rows: list[list[str]], _: Export) -> bytes:
    table = [names, *rows]
    wide = [max(len(row[n]) for row in table) + 2 for n in range(len(names))]
    return "\r\n".join("".join(c.ljust(w) for c, w in zip(row, wide, strict=True)).rstrip() for row in table).encode()


def _markdown(names: list[str], rows: list[list[str]], export: Export) -> bytes:
    table = [names, ["---"] * len(names), *rows]
    return (export.before + "".join(f"| {' | '.join(row)} |\n" for row in table) + export.after).encode()


def _bordered(names: list[str], rows: list[list[str]], _: Export) -> bytes:
    wide = [max(len(row[n]) for row in [names, *rows]) for n in range(len(names))]
    rule = "+" + "+".join("-" * (w + 2) for w in wide) + "+"
    table = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, wide, strict=True)) + " |" for row in [names, *rows]]
    return "\n".join([rule, table[0], rule, *table[1:], rule, f"{len(rows)} rows in set (0.00 sec)", ""]).encode()


def _sql(names: list[str], rows: list[list[str]], _: Export) -> bytes:
    values = ",\n".join("(" + ", ".join("'" + c.replace("'", "''") + "'" for c in row) + ")" for row in rows)
    types = ",\n".join(f"  `{name}` text" for name in names)
    listed = ", ".join(f"`{name}`" for name in names)
    head = "-- MySQL dump 10.13  Distrib 8.0.36\n--\n-- Host: localhost    Database: crm\n\n"
    table = f"DROP TABLE IF EXISTS `notes`;\nCREATE TABLE `notes` (\n{types}\n) ENGINE=InnoDB;\n\n"
    return f"{head}{table}INSERT INTO `notes` ({listed}) VALUES\n{values};\n".encode()


def _page(names: list[str], rows: list[list[str]], export: Export) -> bytes:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>\n" for row in rows)
    return f"<html><body><h1>{export.before}</h1><table><tr>{head}</tr>\n{body}</table></body></html>".encode()


def _copybook(names: list[str], rows: list[list[str]], _: Export) -> bytes:
    """Text written by R: names of rows in a first column without a name of its own."""
    quoted = [" ".join(f'"{c}"' for c in [str(i), *row]) for i, row in enumerate(rows, 1)]
    clean = [line.replace('says "', "says '").replace('later"', "later'") for line in quoted]
    return "\n".join([" ".join(f'"{name}"' for name in names), *clean, ""]).encode()


def _records(names: list[str], rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


_WRITERS: dict[str, Callable[[list[str], list[list[str]], Export], bytes]] = {
    "xlsx": _workbook,
    "fixed": _fixed,
    "markdown": _markdown,
    "bordered": _bordered,
    "sql": _sql,
    "html": _page,
    "r": _copybook,
    "json": lambda names, rows, export: dumped(
        {export.before: _records(names, rows)} if export.before else _records(names, rows)
    ),
    "jsonl": lambda names, rows, _: lines(_records(names, rows)),
    "columns": lambda names, rows, _: dumped({n: [row[i] for row in rows] for i, n in enumerate(names)}),
    "split": lambda names, rows, _: json.dumps({"columns": names, "index": [*range(len(rows))], "data": rows}).encode(),
}


def made(export: Export) -> Made:
    """The file of an export with its facts."""
    rows, names = filled(export), list(export.columns)
    facts: dict[str, Any] = {"rows": export.rows, "text": export.text}
    facts |= {"task": "classification", "label": export.label} if export.label else {}
    if export.shape in _WRITERS:
        return Made(export.name, _WRITERS[export.shape](names, rows, export), facts | export.facts)
    table = ([names] if export.names else []) + rows
    text = export.before + delimited(table, export.shape, quote_all=export.quote_all) + export.after
    facts |= {"delimiter": export.shape} | ({"header_row": export.before.count("\n")} if export.names else {})
    facts |= {"encoding": export.encoding} if export.encoding not in ("utf-8", "utf-8-sig", "utf-16") else {}
    return Made(export.name, text.encode(export.encoding), facts | export.facts)
