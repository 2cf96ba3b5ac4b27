"""What somebody wants done while texts are labelled by hand."""

import re
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.offers import file_ask, next_steps
from assistant.guide.reply import Call, Reply
from assistant.guide.slots import words
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
_LIST = re.compile(r"\s*(?:,|;|\s&\s|\b(?:and|und|et|y|e|with|mit|avec|con)\b)\s*", re.IGNORECASE)
_PIECES = re.compile(r"[\"“«]([^\"”»]+)[\"”»]|([^\"“”«»]+)")
_KIND = (
    r"(?:(?:(?:the|a|an|my|our|two|both|die|den|das|der|beiden|une?|les?|la|deux|las|los|el|dos)\s+)*"
    r"(?:categor\w+|groups?|labels?|class(?:es)?|kategorien?|gruppen?|catégories?|groupes?|categorías?|grupos?)\s+"
    r"|the\s+)?"
)
_NAME = rf"{_KIND}[\"“'«]?(.{{1,60}}?)[\"”'»]?"
_END = r"(?:\s+please|\s+bitte)?\s*[.!?]?$"
_TO = r"(?:to|into|as|in|zu|als|en|à|a|como|por)"
_RENAME = re.compile(
    r"\b(?:rename|call|change the name of|benenne|nenne|renomme[zr]?|renombra|cambia el nombre de)\s+"
    rf"{_NAME}\s+{_TO}\s+{_NAME}(?:\s+um)?{_END}",
    re.IGNORECASE,
)
_MERGE = re.compile(
    r"\b(?:merge|join|combine|put together|füge(?!.*hinzu)|führe|fasse|lege|verbinde|fusionne[zr]?|regroupe[zr]?|"
    r"fusiona|^une|combina)\s+"
    rf"(.{{3,160}}?)(?:\s+(?:into|to|as|in|zu|als|en|dans|sous|como)\s+{_NAME})?(?:\s+zusammen)?{_END}",
    re.IGNORECASE,
)
_ABOUT_DATA = re.compile(
    r"\b(?:files?|data|data\s?sets?|tables?|columns?|models?|versions?|rows?|spellings?|duplicates|examples|samples|texts?|it|this|that|"
    r"datei\w*|daten\w*|tabelle|spalten?|modell|zeilen|beispiele|texte|fichiers?|données|colonnes?|modèle|lignes|exemples|"
    r"archivos?|ficheros?|datos|columnas?|modelo|filas|ejemplos)\b",
    re.IGNORECASE,
)
"""What a wish about the data itself speaks of: "rename the file to Mails" is none about a category."""
_ADD = re.compile(
    r"\b(?:add|füge(?!.*zusammen)|ajoute|añade)\b.{0,12}?"
    r"\b(?:categor\w+|groups?|labels?|kategorien?|catégories?)\s+(\S.{0,120}?)(?:\s+hinzu)?\s*[.!]?$",
    re.IGNORECASE,
)
_ADD_BARE = re.compile(
    r"^\W*(?:please\s+|bitte\s+)?(?:(?:add|ajoute[zr]?|añade)\s+(?!more\b)((?:\S+\s){0,3}?\S+?)"
    rf"|füge\s+((?:\S+\s){{0,3}}?\S+)\s+hinzu){_END}",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(?:remove|delete|drop)\b.{0,12}?\b(?:categor\w+|groups?|labels?)\s+(\S.{0,120}?)\s*[.!]?$", re.IGNORECASE
)
_MARKING = re.compile(
    r"\b(?:mark|highlight|markiere\w*|marque[rz]?|souligne\w*|marcar?)\b.{0,30}\b(?:words|names|places|entit\w+|spans|"
    r"wörter|namen|orte|mots|noms|lieux|palabras|nombres|lugares)\b",
    re.IGNORECASE,
)
_LONGEST_WISH = 200
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
    if re.search(words()["the_rest"], text, re.IGNORECASE):
        args["gaps_only"] = True
    if _MARKING.search(text):
        args["task"] = "ner"
    if found := _CATEGORIES.search(text):
        args["categories"] = _listed(found[1].strip(" .!"))
    return Reply(calls=(Call("label_examples", args),))


def change_categories(text: str, journey: Journey) -> Reply:
    """ "rename Billing to Invoices", "merge Refund and Returns", "add the category Complaints"."""
    if found := _RENAME.search(text):
        args: dict[str, Any] = {"rename": {found[1]: found[2]}}
    elif found := _MERGE.search(text):
        args = {"merge": _listed(found[1])} | ({"into": found[2]} if found[2] else {})
    elif found := _ADD.search(text):
        args = {"add": _listed(found[1])}
    elif found := _ADD_BARE.search(text):
        args = {"add": _listed(found[1] or found[2])}
    elif found := _REMOVE.search(text):
        args = {"remove": _listed(found[1])}
    elif re.search(r"\b(?:suggest|propose|vorschl\w+)\b", text, re.IGNORECASE):
        args = {"suggest": True}
    else:
        return Reply(say("which_category"))
    return Reply(calls=(Call("change_categories", args),))


def changed_while_labelling(text: str) -> bool:
    """ "rename Neutral to Balanced", "merge Late and Lost", "add Praise": without the word category, and no other."""
    said = _RENAME.search(text) or _MERGE.search(text) or _ADD_BARE.search(text)
    return bool(said) and len(text) <= _LONGEST_WISH and not _ABOUT_DATA.search(_unquoted(text))


def _unquoted(text: str) -> str:
    return re.sub(r"[\"“«][^\"”»]*[\"”»]", " ", text)


def _listed(said: str) -> list[str]:
    """Names in a list; what stands between quotation marks is one name."""
    found: list[str] = []
    for whole, parts in _PIECES.findall(re.sub(rf"^{_KIND}", "", said.strip(), flags=re.IGNORECASE)):
        found += [whole.strip()] if whole else [name.strip() for name in _LIST.split(parts)]
    return [name for name in found if name]


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
