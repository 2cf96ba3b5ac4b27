"""The root cause of texts with many messages, the facts in them, and how sure that is."""

import math

import pytest

from tools.troubleshooting.diagnosis import UNKNOWN, Known, diagnose
from tools.troubleshooting.signatures import MOST_CHARS
from tools.troubleshooting.symptoms import ByWords

WORDS = ByWords()

WRAPPED = """Traceback (most recent call last):
  File "json.py", line 153, in _generate_tables
pyarrow.lib.ArrowInvalid: JSON parse error: Column(/score) changed from number to string in row 41

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "builder.py", line 1860, in _prepare_split_single
datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset
"""
LOG = """2026-01-01 10:00:01 epoch 1 loss 0.71
2026-01-01 10:03:11 OSError: [Errno 28] No space left on device: 'checkpoint-200'
2026-01-01 10:03:12 retrying
2026-01-01 10:03:13 PermissionError: [Errno 13] Permission denied: 'checkpoint-200/lock'
2026-01-01 10:03:14 billiard.exceptions.WorkerLostError: Worker exited prematurely: exitcode 1
"""


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (WRAPPED, "ARROW_TYPE_MISMATCH"),
        (LOG, "DISK_FULL"),
        ("in evaluation_loop\n  preds = nested_concat(preds)\nCUDA out of memory. Tried to allocate 2 GiB", "EVAL_OOM"),
        ("Indexing.cu: `srcIndex < srcSelectDimSize`\nCUDA error: device-side assert triggered", "SEQ_TOO_LONG"),
        ("DataLoader worker (pid 3) is killed by signal: Bus error.\nNo space left on device", "SHM_TOO_SMALL"),
        (
            "ImportError: T5Tokenizer requires the SentencePiece library. pip install sentencepiece",
            "TOKENIZER_DEPENDENCY",
        ),
        ("Task handler raised error: TimeLimitExceeded(60)\nWorkerLostError: exited prematurely", "TASK_TIME_LIMIT"),
    ],
)
def test_the_root_is_found_among_several_messages(text: str, cause: str) -> None:
    assert diagnose(text, WORDS).cause == cause


def test_a_message_names_facts() -> None:
    found = diagnose("IndexError: Target 7 is out of bounds.", WORDS)
    assert found.facts == {"label": "7"}
    found = diagnose("ParserError: Error tokenizing data. C error: Expected 3 fields in line 12, saw 5", WORDS)
    assert found.facts == {"expected": "3", "line": "12", "saw": "5"}


def test_colours_of_a_terminal_do_not_hide_a_message() -> None:
    assert (
        diagnose("\x1b[31mOSError\x1b[0m: [Errno 98] \x1b[1mAddress already in use\x1b[0m", WORDS).cause
        == "PORT_IN_USE"
    )


def test_the_ends_of_a_long_log_are_read() -> None:
    log = "step 1 of the training went on as it should without anything to say\n" * (MOST_CHARS // 20)
    assert diagnose(log + "KeyError: 'eval_loss'", WORDS).cause == "BEST_MODEL_CONFIG"


def test_what_a_run_knows_of_itself_counts_more_than_its_words() -> None:
    assert diagnose("Something about memory.", WORDS, Known(code="RARE_CLASS_SPLIT")).cause == "RARE_CLASS_SPLIT"
    curves = {"train_loss": [0.9, 0.3, 0.05], "valid_loss": [0.8, 0.7, 1.4]}
    found = diagnose("It is odd with new texts.", WORDS, Known(series=curves))
    assert (found.cause, found.facts) == ("OVERFITTING", {"train": "0.05", "valid": "1.4"})


@pytest.mark.parametrize("text", ["", "   ", "it does not work", "What is the weather tomorrow?", "\U0001f600" * 50])
def test_nothing_is_claimed_where_nothing_is_known(text: str) -> None:
    found = diagnose(text, WORDS)
    assert (found.cause, found.fix) == (UNKNOWN, None)
    assert not math.isnan(found.confidence)


def test_a_message_is_surer_than_a_likeness() -> None:
    exact = diagnose("OSError: [Errno 28] No space left on device", WORDS).confidence
    alike = diagnose("my hard drive seems to have filled up at night", WORDS).confidence
    assert exact > 0.8 > alike
