"""What somebody wants done with their data: repairs, undo, labels, hiding, more examples, versions."""

import re
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.matcher import unheard
from assistant.guide.offers import file_ask
from assistant.guide.reply import Call, Reply
from assistant.guide.slots import file_named, quoted, words
from assistant.guide.texts import say
from tools.asking import call_of

_MOST_WORDS = 20
_NEW_NAME = re.compile(
    r"\b(?:rename|call|benenne|nenne|renomme[zr]?|renombra|(?:change|cambia) (?:the name of|el nombre de))\s+"
    r"(?:(?:the|my|this|our|die|meine|diese|les?|mes|ces?|los|el|mis|este)\s+)*"
    r"(?:files?|data(?:\s?set)?|table|datei|daten|tabelle|fichier|données|archivo|fichero|datos)\s+"
    r"(?:to|into|as|in|en|à|a|como)\s+\S",
    re.IGNORECASE,
)


def gives_new_name(text: str) -> bool:
    """ "rename the file to Mails of March"."""
    return bool(_NEW_NAME.search(text)) and len(text.split()) <= _MOST_WORDS


def clean(text: str, journey: Journey) -> Reply:
    """The repairs that were named, else all that are advised; first a look where somebody asks for one."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    args: dict[str, Any] = {"dataset_id": journey.dataset_id}
    if re.search(words()["as_before"], text, re.IGNORECASE):
        args["recipe"] = "last"
    else:
        args["fixes"] = fixes_in(text) or "all"
    if re.search(words()["look_first"], text, re.IGNORECASE):
        args["preview"] = True
    return Reply(calls=(Call("clean_dataset", args),))


def undo(text: str, journey: Journey) -> Reply:
    """Back to the version before."""
    return _on_data("clean_dataset", journey, undo=True)


def redo(text: str, journey: Journey) -> Reply:
    """Forward again."""
    return _on_data("clean_dataset", journey, redo=True)


def redact(text: str, journey: Journey) -> Reply:
    """First what there is; the card asks what should become of it, and words answer it as its buttons do."""
    for option in journey.asked.options if journey.asked else ():
        name, args = call_of(option.id)
        if name == "redact_dataset" and args.get("everything") == treatment_in(text):
            return Reply(calls=(Call(name, dict(args)),))
    return _on_data("redact_dataset", journey)


def treatment_in(text: str) -> str:
    """``mask``, ``pseudonym``, or empty where only a part is meant."""
    if re.search(words()["in_part"], text, re.IGNORECASE):
        return ""
    return next((way for way, said in words()["treatments"].items() if re.search(said, text, re.IGNORECASE)), "")


def check(text: str, journey: Journey) -> Reply:
    """Whether the labels are right and the rows enough, by a model."""
    return _on_data("check_dataset", journey)


def augment(text: str, journey: Journey) -> Reply:
    """More rows for rare answers."""
    return _on_data("augment_dataset", journey)


def delete(text: str, journey: Journey) -> Reply:
    """The data that is named, else that of the last step. Nothing else may go because a name was overheard."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    wanted = next(iter(quoted(text)), "") or _seen(text, journey) or unheard(text) or journey.dataset_id
    return Reply(calls=(Call("delete_dataset", {"dataset_id": wanted}),))


def _seen(text: str, journey: Journey) -> str:
    """The id of data of this conversation whose name is said."""
    said = [name for name in journey.names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]
    return journey.names.get(max(said, key=len, default=""), "")


def compare(text: str, journey: Journey) -> Reply:
    """This version and the one before it, or the data that is named."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    other = _seen(text, journey) or named(text)
    return Reply(calls=(Call("compare_datasets", {"before": other, "after": journey.dataset_id} if other else {}),))


def rename(text: str, journey: Journey) -> Reply:
    """The new name stands between quotation marks or at the end; else it is asked for."""
    name = named(text) or _behind(text)
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    if not name:
        return Reply(say("which_name"))
    return _on_data("rename_dataset", journey, name=name)


def share(text: str, journey: Journey) -> Reply:
    """With whom stands between quotation marks, or is an e-mail address, or what follows ``with``."""
    found = re.search(r"[\w.+-]+@[\w-]+\.[\w.-]+\w", text)
    who = found[0] if found else named(text)
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    if not who:
        return Reply(say("share_with"))
    return _on_data("share_dataset", journey, colleague=who)


def fixes_in(text: str) -> list[str]:
    """Codes of the repairs that a message names: "remove the duplicates and the HTML"."""
    found: list[str] = []
    for code, pattern in words()["fixes"].items():
        # What one repair is named by must not name a second one: near duplicates are no duplicates.
        text, times = re.subn(rf"\b(?:{pattern})\b", " ", text, flags=re.IGNORECASE)
        if times:
            found.append(code)
    return found


def named(text: str) -> str:
    """What stands between quotation marks, or a file's name; else empty."""
    return next(iter(quoted(text)), "") or file_named(text)


def _behind(text: str) -> str:
    found = re.search(r"\b(?:to|into|as|call (?:it|this(?: data)?)|in|en|à|a)\s+(\S.{0,80})$", text, re.IGNORECASE)
    return re.sub(r"\s+um$", "", found[1].strip(" .!")) if found else ""


def _on_data(tool: str, journey: Journey, **args: Any) -> Reply:
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    return Reply(calls=(Call(tool, {"dataset_id": journey.dataset_id, **args}),))
