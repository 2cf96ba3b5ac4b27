"""Faults that are really made, as the worker stores them, lead to their causes."""

import errno
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.troubleshooting import Known, diagnose
from tools.troubleshooting.entry import entry_of
from tools.troubleshooting.symptoms import ByWords
from training_worker.failures import failure_of, out_of_memory
from workspace.errors import InputError
from workspace.run import Failure

WORDS = ByWords()


def cause_of(failure: Failure) -> str:
    """As ``diagnose_problem`` finds it for a run: by the code where it has one, else by what the worker wrote down."""
    entry = entry_of(failure.code)
    told = "\n".join([failure.message, *(str(failure.facts[k]) for k in ("traceback", "detail") if k in failure.facts)])
    return diagnose(told, WORDS, Known(code=entry.code if entry else None)).cause


def classify(labels: Any) -> None:
    import torch

    torch.nn.functional.cross_entropy(torch.zeros(len(labels), 3), labels)


def label_out_of_range(folder: Path) -> None:
    import torch

    classify(torch.tensor([0, 7]))


def label_of_wrong_type(folder: Path) -> None:
    import torch

    classify(torch.tensor([0, 1], dtype=torch.int32))


def labels_as_words(folder: Path) -> None:
    import torch

    torch.tensor(["spam", "ham"])


def answers_a_word(folder: Path) -> None:
    import torch

    torch.nn.functional.cross_entropy(torch.zeros(2, 3), torch.zeros(8, dtype=torch.long))


def token_beyond_vocabulary(folder: Path) -> None:
    import torch

    torch.nn.Embedding(4, 2)(torch.tensor([9]))


def uneven_batch(folder: Path) -> None:
    import torch

    torch.stack([torch.zeros(3), torch.zeros(4)])


def frozen(folder: Path) -> None:
    import torch

    torch.nn.Linear(1, 1).requires_grad_(False)(torch.zeros(1)).sum().backward()


def nothing_to_optimise(folder: Path) -> None:
    import torch

    torch.optim.SGD([])


def other_head(folder: Path) -> None:
    import torch

    model = torch.nn.ModuleDict({"classifier": torch.nn.Linear(2, 3)})
    model.load_state_dict({"classifier.weight": torch.zeros(5, 2), "classifier.bias": torch.zeros(5)})


def other_optimizer(folder: Path) -> None:
    import torch

    few, many = ([torch.nn.Parameter(torch.zeros(1)) for _ in range(n)] for n in (1, 2))
    torch.optim.SGD(few).load_state_dict(torch.optim.SGD(many).state_dict())


def damaged_weights(folder: Path) -> None:
    import safetensors.torch

    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1")
    safetensors.torch.load_file(folder / "model.safetensors")


def damaged_checkpoint(folder: Path) -> None:
    import torch

    (folder / "model.pt").write_bytes(b"PK\x03\x04 and then nothing")
    torch.load(folder / "model.pt")


def pickled_program(folder: Path) -> None:
    import torch

    with (folder / "model.pt").open("wb") as file:
        pickle.dump(Path("x"), file)
    torch.load(folder / "model.pt")


def too_large_for_memory(folder: Path) -> None:
    import numpy as np

    np.ones((2**30, 2**20))


def no_such_model(folder: Path) -> None:
    from transformers import AutoConfig

    AutoConfig.from_pretrained(str(folder / "nothing-here" / "deep"))


def empty_folder_as_model(folder: Path) -> None:
    from transformers import AutoConfig

    AutoConfig.from_pretrained(str(folder))


def rare_class(folder: Path) -> None:
    from sklearn.model_selection import train_test_split

    train_test_split([[1], [2], [3]], stratify=["a", "a", "b"])


def no_words(folder: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    TfidfVectorizer().fit([" ", "."])


def empty_cell(folder: Path) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    CountVectorizer().fit(["a text", float("nan")])


def broken_json(folder: Path) -> None:
    json.loads('{"text": "a"} {"text": "b"}')


def wrong_encoding(folder: Path) -> None:
    (folder / "table.csv").write_bytes("größe".encode("latin-1"))
    (folder / "table.csv").read_text("utf-8")


def no_column(folder: Path) -> None:
    {"body": "a"}["label"]


def renamed_setting(folder: Path) -> None:
    import torch

    torch.optim.SGD([torch.zeros(1)], learn_rate=1)  # type: ignore[call-arg]


def not_serialisable(folder: Path) -> None:
    json.dumps({"plan": object()})


def missing_package(folder: Path) -> None:
    __import__("a_package_that_nobody_has")


def no_rights(folder: Path) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", str(folder))


def full_disk(folder: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(folder))


def broker_away(folder: Path) -> None:
    import redis

    redis.Redis(port=1, socket_connect_timeout=1).ping()


def one_class(folder: Path) -> None:
    raise InputError("ONE_CLASS", "Every row has the same answer.", "Add rows of another one.")


FAULTS: dict[Callable[[Path], None], str] = {
    label_out_of_range: "LABEL_OUT_OF_RANGE",
    label_of_wrong_type: "LABEL_TYPE",
    labels_as_words: "LABEL_TYPE",
    answers_a_word: "WRONG_TASK_HEAD",
    token_beyond_vocabulary: "SEQ_TOO_LONG",
    uneven_batch: "PADDING_TRUNCATION",
    frozen: "NO_GRAD",
    nothing_to_optimise: "NO_GRAD",
    other_head: "NUM_LABELS_MISMATCH",
    other_optimizer: "RESUME_MISMATCH",
    damaged_weights: "WEIGHTS_CORRUPT",
    damaged_checkpoint: "WEIGHTS_CORRUPT",
    pickled_program: "TORCH_LOAD_BLOCKED",
    too_large_for_memory: "CPU_OOM",
    no_such_model: "MODEL_NOT_FOUND",
    empty_folder_as_model: "MODEL_NOT_FOUND",
    rare_class: "RARE_CLASS_SPLIT",
    no_words: "EMPTY_DATASET",
    empty_cell: "TEXT_NULL",
    broken_json: "JSON_DECODE",
    wrong_encoding: "CSV_ENCODING",
    no_column: "MISSING_COLUMN",
    renamed_setting: "API_RENAMED_ARG",
    not_serialisable: "SERIALIZATION",
    missing_package: "VERSION_MISMATCH",
    no_rights: "PERMISSION_DENIED",
    full_disk: "DISK_FULL",
    broker_away: "BROKER_REFUSED",
    one_class: "RARE_CLASS_SPLIT",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_leads_to_its_cause(fault: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any library
        fault(tmp_path)
    assert cause_of(failure_of(caught.value)) == FAULTS[fault]


def test_a_process_that_the_system_killed_ran_out_of_memory() -> None:
    assert cause_of(out_of_memory({"peak_mb": 900})) == "CPU_OOM"
