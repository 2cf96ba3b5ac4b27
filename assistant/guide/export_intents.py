"""In which form somebody wants to take the model away."""

import re

from assistant.guide.journey import Journey
from assistant.guide.offers import way_to
from assistant.guide.reply import Call, Reply
from assistant.guide.slots import words
from assistant.guide.texts import say


def form_in(text: str) -> str:
    """``onnx-int8`` or ``onnx``; empty where no form is named."""
    return next((form for form, found in words()["forms"].items() if re.search(found, text, re.IGNORECASE)), "")


def export(text: str, journey: Journey) -> Reply:
    """The model as a file, in the form that is named."""
    if not journey.model_id:
        return Reply(say("no_model_yet", journey=journey), ask=way_to(journey))
    form = form_in(text)
    return Reply(calls=(Call("export_model", {"form": form} if form else {}),))
