"""What Slack takes, written down a second time for the tests: limits and shapes of docs.slack.dev/reference/block-kit.

A message or view that has no fault here and passes the models of slack_sdk is one that Slack's API would take, as far
as its documentation says.
"""

import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

_MENTION = re.compile(r"<[@#!a-zA-Z/]")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_BLOCKS = {"header", "section", "context", "actions", "divider", "table", "input"}
_LENGTHS = {
    # kind of element -> key -> most characters
    "button": {"text": 75, "value": 2_000, "url": 3_000},
    "option": {"text": 75, "value": 150},
    "confirm": {"title": 100, "text": 300, "confirm": 30, "deny": 30},
    "input": {"label": 2_000, "hint": 2_000},
    "plain_text_input": {"initial_value": 3_000},
}


def message_faults(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """Everything that Slack would refuse in a message, or that could mention or link from data."""
    found = [*_blocks_faults(blocks, 50), *_words_faults("text", {"type": "mrkdwn", "text": text, "verbatim": True})]
    if len(text) > 4_000 or not text.strip():
        found.append("the text is empty or longer than 4,000")
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        found.append("only one table is allowed in a message")
    total = sum(map(len, words_of(blocks)))
    if total > 10_000:
        found.append(f"all texts together have {total} characters")
    _ = [block.to_dict() for block in Block.parse_all(blocks)]
    return found


def view_faults(view: dict[str, Any]) -> list[str]:
    """Everything that Slack would refuse in a modal or on the App Home."""
    found = _blocks_faults(view["blocks"], 100)
    if view["type"] == "modal":
        for key in ("title", "submit", "close"):
            found += _length(key, view[key]["text"], 24)
        found += _length("private_metadata", view["private_metadata"] or "none", 3_000)
        found += _length("callback_id", view["callback_id"], 255)
    if any(block["type"] == "table" for block in view["blocks"]):
        found.append("tables stand in messages alone")
    View(**view).to_dict()
    return found


def words_of(part: Any) -> Iterator[str]:
    """Every text in it, in order."""
    if isinstance(part, dict):
        if part.get("type") in ("plain_text", "mrkdwn", "raw_text"):
            yield part["text"]
        else:
            for value in part.values():
                yield from words_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from words_of(value)


def elements_of(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that can be pressed or filled in."""
    found = []
    for block in blocks:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block[key] for key in ("accessory", "element") if key in block]
    return found


def _blocks_faults(blocks: list[dict[str, Any]], most: int) -> list[str]:
    found = [] if 1 <= len(blocks) <= most else [f"{len(blocks)} blocks"]
    for block in blocks:
        found += _block_faults(block)
    for key, holders in (("action_id", elements_of(blocks)), ("block_id", blocks)):
        names = [holder[key] for holder in holders if key in holder]
        # The fields of a form are told apart by their blocks.
        if key == "action_id" and all(name == "value" for name in names):
            continue
        found += [f"{key} {name} is there twice" for name in {n for n in names if names.count(n) > 1}]
        found += [fault for name in names for fault in _length(key, name, 255)]
    return found


def _block_faults(block: dict[str, Any]) -> list[str]:
    kind = block["type"]
    if kind not in _BLOCKS:
        return [f"unknown block {kind}"]
    found: list[str] = []
    if kind == "header":
        found += _words_faults("header", block["text"], 150, plain=True)
    elif kind == "section":
        if "text" in block:
            found += _words_faults("section", block["text"], 3_000)
        fields = block.get("fields", [])
        if ("text" not in block and not fields) or len(fields) > 10:
            found.append(f"section with {len(fields)} fields")
        found += [fault for field in fields for fault in _words_faults("field", field, 2_000)]
    elif kind == "context":
        if not 1 <= len(block["elements"]) <= 10:
            found.append("context elements")
        found += [fault for element in block["elements"] for fault in _words_faults("context", element, 2_000)]
    elif kind == "actions" and not 1 <= len(block["elements"]) <= 25:
        found.append(f"{len(block['elements'])} elements of actions")
    elif kind == "table":
        found += _table_faults(block)
    elif kind == "input":
        found += _words_faults("label", block["label"], 2_000, plain=True)
        found += _words_faults("hint", block["hint"], 2_000, plain=True) if "hint" in block else []
    return found + [fault for element in elements_of([block]) for fault in _element_faults(element)]


def _table_faults(block: dict[str, Any]) -> list[str]:
    rows = block["rows"]
    found = [] if 1 <= len(rows) <= 100 else [f"{len(rows)} rows"]
    widths = {len(row) for row in rows}
    if len(widths) != 1 or not 1 <= max(widths) <= 20 or len(block["column_settings"]) > 20:
        found.append(f"columns {widths}")
    cells = [cell for row in rows for cell in row]
    if sum(len(cell["text"]) for cell in cells) > 10_000:
        found.append("table of more than 10,000 characters")
    for cell in cells:
        if set(cell) != {"type", "text"} or cell["type"] != "raw_text" or not cell["text"].strip():
            found.append(f"cell {cell}")
        found += [f"mention in a cell: {cell}"] if _MENTION.search(cell["text"]) else []
    return found


def _element_faults(element: dict[str, Any]) -> list[str]:
    kind = element["type"]
    found: list[str] = []
    if kind == "button":
        found += _words_faults("button", element["text"], 75, plain=True)
        found += _lengths(element, _LENGTHS["button"])
        if element.get("style", "primary") not in ("primary", "danger"):
            found.append(f"style {element['style']}")
        if "confirm" in element:
            for key, most in _LENGTHS["confirm"].items():
                found += _words_faults(f"confirm {key}", element["confirm"][key], most, plain=True)
    elif kind in ("static_select", "multi_static_select"):
        options = element["options"]
        if not 1 <= len(options) <= 100:
            found.append(f"{len(options)} options")
        values = [option["value"] for option in options]
        found += ["two options are alike"] if len(set(values)) < len(values) else []
        for option in options:
            found += _words_faults("option", option["text"], 75, plain=True)
            found += _length("option value", option["value"], 150)
        given = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
        found += [f"initial option {one} is none of the options" for one in given if one not in options]
        if "initial_options" in element and not given:
            found.append("initial_options must not be empty")
    elif kind == "plain_text_input":
        found += _lengths(element, _LENGTHS["plain_text_input"])
    else:
        found.append(f"unknown element {kind}")
    return found


def _words_faults(where: str, part: dict[str, Any], most: int = 10_000, plain: bool = False) -> list[str]:
    text = part["text"]
    found = _length(where, text, most)
    if part["type"] == "plain_text":
        return found + ([f"mention in {where}: {text!r}"] if _MENTION.search(text) or part.get("emoji") else [])
    if plain:
        return [*found, f"{where} must be plain_text"]
    if part.get("verbatim") is not True:
        found.append(f"{where} is not verbatim")
    # A quotation begins a line with >; nothing else is a control character, as no message of ours links or mentions.
    bare = re.sub(r"^>", "", text, flags=re.MULTILINE)
    if "<" in bare or ">" in bare or _ENTITY.search(bare):
        found.append(f"not escaped in {where}: {text!r}")
    if text.count("```") % 2:
        found.append(f"open code block in {where}")
    return found


def _lengths(part: dict[str, Any], limits: dict[str, int]) -> list[str]:
    texts = {key: part[key]["text"] if isinstance(part[key], dict) else part[key] for key in limits if key in part}
    return [fault for key, text in texts.items() for fault in _length(key, text, limits[key])]


def _length(where: str, text: str, most: int) -> list[str]:
    return [] if 1 <= len(text) <= most and text.strip() else [f"{where} has {len(text)} characters: {text[:60]!r}"]
