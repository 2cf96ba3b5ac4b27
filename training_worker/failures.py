"""Whatever ends a training, as a Failure: a stable code, what happened, what to do next, facts for support.

Foreign exceptions are mapped here and nowhere else. The codes are those of the causes that the wizard can explain.
"""

import errno
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workspace.errors import InputError, WizardError
from workspace.run import Fact, Failure

EXIT_SHUTDOWN = 75
"""A training was asked to stop and has kept its checkpoint (EX_TEMPFAIL)."""
EXIT_LEASE_LOST = 76
"""Another worker has the run now; nothing was written."""
EXIT_TRY_AGAIN = 69
"""Something that a training needs is away for the moment (EX_UNAVAILABLE)."""
EXIT_UNTOLD = 74
"""The training ended, and its end could not be stored (EX_IOERR)."""

_DISK_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_WORDS = ("disk is full", "os error 28)", "os error 27)", "os error 122)", "PytorchStreamWriter failed writing")
"""Of libraries that lose the error's number: full, larger than allowed, over the quota."""
_MEMORY_WORDS = (
    "DefaultCPUAllocator",
    "not enough memory",
    "bad_alloc",
    "Cannot allocate memory",
    "could not create a memory",
    "could not execute a primitive",
    "can't start new thread",
    "Failed to launch worker thread",
)
"""Of torch, oneDNN, Python and Arrow, each in its own words."""
_LIGHTER = "Try fewer rows, shorter texts or a lighter recipe, or close other programs."


@dataclass(frozen=True)
class _Cause:
    code: str
    matches: Callable[[BaseException], bool]
    message: str
    next_step: str


def _says(*phrases: str) -> Callable[[BaseException], bool]:
    return lambda exc: any(phrase in str(exc) for phrase in phrases)


def _named(*names: str) -> Callable[[BaseException], bool]:
    """By the name of the class or of one above it, so that no library is imported only to name its errors."""
    return lambda exc: any(kind.__name__ in names for kind in type(exc).__mro__)


def _disk_full(exc: BaseException) -> bool:
    if isinstance(exc, OSError) and exc.errno in _DISK_ERRNOS:
        return True
    return _says("No space left on device", *_DISK_WORDS)(exc)


def _cpu_memory(exc: BaseException) -> bool:
    return isinstance(exc, MemoryError) or _says(*_MEMORY_WORDS)(exc)


def _gpu_memory(exc: BaseException) -> bool:
    return _named("OutOfMemoryError")(exc) or _says("CUDA out of memory")(exc)


def memory_ran_out(exc: BaseException) -> bool:
    """Whether the same work in smaller pieces may succeed."""
    return _cpu_memory(exc) or _gpu_memory(exc)


# The order matters: the first that matches any exception of the chain is the cause.
_CAUSES = (
    _Cause(
        "DISK_FULL",
        _disk_full,
        "The disk is full, so the training could not be saved.",
        "Free some space (old models and files can be deleted), then start the training again.",
    ),
    _Cause(
        "CUDA_OOM",
        _gpu_memory,
        "The graphics card ran out of memory.",
        "Use a smaller batch size, shorter texts or a smaller base model.",
    ),
    _Cause("CPU_OOM", _cpu_memory, "The computer ran out of memory.", _LIGHTER),
    _Cause(
        "GATED_OR_TOKEN",
        lambda exc: _named("GatedRepoError")(exc) or _says("Cannot access gated repo", "gated repo")(exc),
        "The base model may only be used by people who were given access to it.",
        "Ask for access on the model's page and set HF_TOKEN, or choose another base model.",
    ),
    _Cause(
        "HUB_UNREACHABLE",
        lambda exc: (
            _named("LocalEntryNotFoundError", "OfflineModeIsEnabled")(exc)
            or _says("We couldn't connect to", "Cannot reach", "outgoing traffic has been disabled")(exc)
        ),
        "The base model is not on this computer, and the model hub cannot be reached.",
        "Choose a base model that is here, such as all-MiniLM-L6-v2, or check the network.",
    ),
    _Cause(
        "MODEL_NOT_FOUND",
        lambda exc: (
            _named("RepositoryNotFoundError")(exc)
            or _says("is not a local folder and is not a valid model", "does not appear to have a file named")(exc)
        ),
        "There is no base model of that name.",
        "Check the name, or choose a base model from the list.",
    ),
    _Cause(
        "RESUME_MISMATCH",
        _says("loaded state dict contains", "parameter group that doesn't match"),
        "The saved state of this training is of another one: of other labels, another base model or other settings.",
        "Start it anew, without the old state.",
    ),
    _Cause(
        "TABLE_DAMAGED",
        lambda exc: _named("ArrowInvalid")(exc) and _says("Parquet", "parquet")(exc),
        "The stored table of this data cannot be read any more.",
        "Upload the file again; an operator should look at the disk.",
    ),
    _Cause(
        "WEIGHTS_CORRUPT",
        _says(
            "HeaderTooLarge", "InvalidHeader", "invalid load key", "PytorchStreamReader failed", "MetadataIncomplete"
        ),
        "The files of the base model are damaged or incomplete.",
        "Download the base model again, or choose another one.",
    ),
    _Cause(
        "RARE_CLASS_SPLIT",
        _says("least populated class"),
        "One of the answers has too few rows to learn from and to check with.",
        "Add rows for the rare answers, or remove them.",
    ),
    _Cause(
        "PERMISSION_DENIED",
        lambda exc: isinstance(exc, PermissionError) or (isinstance(exc, OSError) and exc.errno == errno.EROFS),
        "A folder that the training needs cannot be written or read.",
        "An operator must give the worker access to its folders; mtw doctor shows which.",
    ),
    _Cause(
        "DATABASE_UNAVAILABLE",
        _named("OperationalError", "InterfaceError"),
        "The database cannot be reached.",
        "Start the training again in a moment; an operator can run mtw doctor.",
    ),
)


def failure_of(exc: BaseException) -> Failure:
    """The failure that an exception means. Never contains a traceback where people read, only in ``facts``."""
    chain = list(_chain(exc))
    # A full disk is a full disk, whichever part met it: the storage's own error for it is one of those that pass.
    full = any(_disk_full(link) for link in chain)
    for link in chain if not full else []:
        if isinstance(link, WizardError):
            facts = _short_facts(chain) | ({"input": True} if isinstance(link, InputError) else {})
            return Failure(code=link.code, message=link.message, next_step=link.next_step, facts=facts)
    for cause in _CAUSES:
        if any(cause.matches(link) for link in chain):
            return Failure(code=cause.code, message=cause.message, next_step=cause.next_step, facts=_facts(exc))
    return Failure(
        code="INTERNAL_ERROR",
        message="Something went wrong in the training that this program does not know yet.",
        next_step="Your data is safe. Try another recipe, or ask support: they can see what happened.",
        facts=_facts(exc),
    )


def out_of_time(facts: dict[str, Fact]) -> Failure:
    """The system ended the training because it had used the processor time that it may (SIGXCPU)."""
    return Failure(
        code="TASK_TIME_LIMIT",
        message="The system has ended the training: it had used all the processor time that it is allowed.",
        next_step="Take a lighter method or fewer rows, or have an operator raise the limit (ulimit -t).",
        facts=facts,
    )


def out_of_memory(facts: dict[str, Fact]) -> Failure:
    """The system killed the training because memory ran out."""
    return Failure(
        code="CPU_OOM",
        message="The computer ran out of memory, so the system stopped the training.",
        next_step=_LIGHTER,
        facts=facts,
    )


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _short_facts(chain: list[BaseException]) -> dict[str, Fact]:
    return {"exception": type(chain[-1]).__name__} if len(chain) > 1 else {}


def _facts(exc: BaseException) -> dict[str, Fact]:
    trace = "".join(traceback.format_exception(exc, limit=-8))
    return {"exception": type(exc).__name__, "detail": str(exc)[:500], "traceback": trace[-3000:]}
