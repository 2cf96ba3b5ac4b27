"""What somebody wants done while texts are labelled by hand."""

import re
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.offers import file_ask, next_steps
from assistant.guide.reply import Call, Reply
from assistant.guide.texts import say
from tools.asking import call_of

_CODE = re.compile(r"\bcode\s+[\"“]?([A-Za-z0-9-]{4,})", re.IGNORECASE)
_CATEGORIES = re.compile(
    r"\b(?:categor\w+|groups|labels|kategorien|catégories|categorías)\b[\s:=]+(\S.*,.*|\S.*\sand\s.*)", re.I
)
_LISTED = re.compile(
    r"\b(?:categor\w+|groups|labels|kategorien|catégories|categorías)\s*[:=]\s*[^,:.]{1,60}(?:,|\s(?:and|und|et|y)\s)",
    re.I,
)
_LIST = re.compile(r"\s*(?:,|;|\band\b|\bund\b|\bet\b|\by\b)\s*")
_NAME = r"[\"“'«]?(?:the )?(?:category |group |label )?(.{1,60}?)[\"”'»]?"
_RENAME = re.compile(
    rf"\b(?:rename|call|benenne|renomme)\s+{_NAME}\s+(?:to|into|as|in|en)\s+{_NAME}\s*[.!]?$", re.IGNORECASE
)
_MERGE = re.compile(
    rf"\b(?:merge|join|combine)\s+(.{{3,160}}?)(?:\s+(?:into|to|as)\s+{_NAME})?\s*[.!]?$", re.IGNORECASE
)
_ADD = re.compile(
    r"\b(?:add|füge|ajoute|añade)\b.{0,12}?\b(?:categor\w+|groups?|labels?|kategorie|catégorie)\s+(\S.{0,120}?)\s*[.!]?$",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(?:remove|delete|drop)\b.{0,12}?\b(?:categor\w+|groups?|labels?)\s+(\S.{0,120}?)\s*[.!]?$", re.IGNORECASE
)
_ACTIONS = {"skip": r"\b(?:skip|next|überspring\w*|passe|salta)\b", "unsure": r"\b(?:sure|tell|know)\b", "back": ""}


def lists_categories(text: str) -> bool:
    """ "label some rows, categories: Billing, Orders": a colon before names, not before a text to try."""
    return bool(_LISTED.search(text))


def label(text: str, journey: Journey) -> Reply:
    """A card on which rows get their answers by hand; a code opens the labelling that somebody else has begun."""
    if code := _CODE.search(text):
        return Reply(calls=(Call("label_examples", {"code": code[1]}),))
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    args: dict[str, Any] = {"dataset_id": journey.dataset_id}
    if found := _CATEGORIES.search(text):
        args["categories"] = [name for name in _LIST.split(found[1].strip(" .!")) if name]
    return Reply(calls=(Call("label_examples", args),))


def change_categories(text: str, journey: Journey) -> Reply:
    """ "rename Billing to Invoices", "merge Refund and Returns", "add the category Complaints"."""
    if found := _RENAME.search(text):
        args: dict[str, Any] = {"rename": {found[1]: found[2]}}
    elif found := _MERGE.search(text):
        args = {"merge": [name for name in _LIST.split(found[1]) if name]} | ({"into": found[2]} if found[2] else {})
    elif found := _ADD.search(text):
        args = {"add": [name for name in _LIST.split(found[1]) if name]}
    elif found := _REMOVE.search(text):
        args = {"remove": [name for name in _LIST.split(found[1]) if name]}
    elif re.search(r"\b(?:suggest|propose|vorschl\w+)\b", text, re.IGNORECASE):
        args = {"suggest": True}
    else:
        return Reply(say("which_category"))
    return Reply(calls=(Call("change_categories", args),))


def answer_example(text: str, journey: Journey) -> Reply:
    """Skip, unsure or back, on the text that is shown; else the labelling is shown again."""
    wanted = next(action for action, pattern in _ACTIONS.items() if re.search(pattern, text, re.IGNORECASE))
    for option in journey.asked.options if journey.asked else ():
        name, args = call_of(option.id)
        if name == "answer_example" and args.get("action") == wanted:
            return Reply(calls=(Call(name, dict(args)),))
    return label("", journey)


def decide(text: str, journey: Journey) -> Reply:
    """The texts on which two people differ."""
    return Reply(calls=(Call("decide_differences", {}),))


def finish(text: str, journey: Journey) -> Reply:
    """A version of the data from the answers so far."""
    return Reply(calls=(Call("finish_labelling", {}),))


def invite(text: str, journey: Journey) -> Reply:
    """A code for a colleague."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=next_steps(journey))
    return Reply(calls=(Call("invite_labeller", {}),))
