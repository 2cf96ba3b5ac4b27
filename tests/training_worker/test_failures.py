"""Foreign exceptions become failures that people understand."""

import errno

import pytest
from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError
from safetensors import SafetensorError
from sqlalchemy.exc import OperationalError
from transformers import AutoConfig

from training_worker.failures import failure_of, out_of_memory
from workspace.errors import InputError, Unavailable


def _raised(action: object) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        action()  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize(
    ("exc", "code"),
    [
        (MemoryError(), "CPU_OOM"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), "CPU_OOM"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "CUDA_OOM"),
        (OSError(errno.ENOSPC, "No space left on device"), "DISK_FULL"),
        (OSError(errno.EFBIG, "File too large"), "DISK_FULL"),
        (SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"), "DISK_FULL"),
        (SafetensorError("Error while serializing: I/O error: File too large (os error 27)"), "DISK_FULL"),
        (OperationalError("INSERT", {}, Exception("database or disk is full")), "DISK_FULL"),
        (OperationalError("INSERT", {}, Exception("connection refused")), "DATABASE_UNAVAILABLE"),
        (PermissionError(errno.EACCES, "Permission denied"), "PERMISSION_DENIED"),
        (LocalEntryNotFoundError("not cached"), "HUB_UNREACHABLE"),
        (GatedRepoError.__new__(GatedRepoError), "GATED_OR_TOKEN"),
        (SafetensorError("Error while deserializing header: HeaderTooLarge"), "WEIGHTS_CORRUPT"),
        (ValueError("The least populated class in y has only 1 member"), "RARE_CLASS_SPLIT"),
        (InputError("ONE_CLASS", "One label only.", "Add rows."), "ONE_CLASS"),
        (Unavailable("STORAGE_UNAVAILABLE", "Away.", "Later."), "STORAGE_UNAVAILABLE"),
        (KeyError("surprise"), "INTERNAL_ERROR"),
    ],
)
def test_code(exc: BaseException, code: str) -> None:
    failure = failure_of(exc)
    assert failure.code == code
    assert failure.message.endswith(".")
    assert failure.next_step.endswith(".")


def test_a_base_model_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """With transformers' own error, so that a new wording of it is noticed."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    failure = failure_of(
        _raised(lambda: AutoConfig.from_pretrained("no-such-owner/no-such-model", local_files_only=True))
    )
    assert failure.code in ("HUB_UNREACHABLE", "MODEL_NOT_FOUND")


def test_the_cause_counts_not_the_wrapper() -> None:
    error = RuntimeError("could not save")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert failure_of(error).code == "DISK_FULL"


def test_the_traceback_is_for_support_only() -> None:
    exc = _raised(lambda: {}["secret"])
    failure = failure_of(exc)
    assert "secret" in str(failure.facts["traceback"])
    assert "secret" not in failure.message + failure.next_step
    assert len(str(failure.facts["traceback"])) <= 3000


def test_what_the_user_gave_is_told_apart_from_what_went_wrong() -> None:
    assert failure_of(InputError("ONE_CLASS", "One label only.", "Add rows.")).facts["input"] is True
    assert "input" not in failure_of(MemoryError()).facts


def test_killed_for_memory() -> None:
    assert out_of_memory({"rss_mb": 9000}).code == "CPU_OOM"
