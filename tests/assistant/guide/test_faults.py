"""The guide sees that something went wrong, and finds the cause."""

import pytest

from assistant.guide.fault_intents import complains, pasted
from assistant.guide.journey import Journey
from assistant.guide.matcher import Match, WordMatcher
from assistant.guide.understand import understand

LOST = Match("help", False, ("help", "upload", "recommend_task"), 0.1)


def calls(text: str, journey: Journey | None = None, match: object = None) -> list[tuple[str, dict[str, object]]]:
    reply = understand(text, journey or Journey(), match or WordMatcher().match)  # type: ignore[arg-type]
    return [(call.tool, call.args) for call in reply.calls]


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\nKeyError: 'label'",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB",
        "OSError: [Errno 28] No space left on device",
        "{'loss': nan, 'epoch': 1.0}",
        "Process finished with exit code 137",
    ],
)
def test_a_pasted_message_is_explained(text: str) -> None:
    assert calls(text) == [("diagnose_problem", {"text": text})]


def test_while_texts_are_tried_only_a_traceback_is_one() -> None:
    mail = "Error: your shop says my order ValueError: was not found"
    assert not pasted(mail, trying=True)
    assert pasted("Traceback (most recent call last):\nKeyError: 'label'", trying=True)


@pytest.mark.parametrize("text", ["why did it fail", "what went wrong", "warum ist es fehlgeschlagen"])
def test_why_it_failed_is_asked_of_the_failed_training(text: str) -> None:
    journey = Journey(run_id="run_1", run_status="failed")
    assert calls(text, journey) == [("diagnose_problem", {"run_id": "run_1"})]
    assert calls(text) == [("diagnose_problem", {})]


def test_fix_it_mends_the_failed_training() -> None:
    journey = Journey(run_id="run_1", run_status="failed")
    assert calls("fix it", journey) == [("apply_fix", {"run_id": "run_1"})]


def test_odd_results_are_explained_in_the_persons_words() -> None:
    text = "everything comes out as positive"
    assert calls(text) == [("diagnose_problem", {"text": text})]


def test_a_complaint_that_is_like_no_wish_is_looked_up() -> None:
    journey = Journey(dataset_id="ds_1", ready=True)
    text = "the bar is stuck at the same number since lunch"
    assert complains(text)
    assert calls(text, journey, lambda text: LOST) == [("diagnose_problem", {"text": text})]
    assert not complains("please sort these mails by team")
