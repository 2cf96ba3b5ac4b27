"""Compose file, images, Makefile: checked by the programs that read them, and against the settings."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from workspace.settings import Settings

ROOT = Path(__file__).parents[1]


def compose_program() -> list[str] | None:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True)
        return ["docker", "compose"] if plugin.returncode == 0 else None
    return None


def configuration(*options: str, **environment: str) -> dict[str, Any]:
    program = compose_program()
    if program is None and not os.environ.get("CI"):
        pytest.skip("no compose client here: install the package docker-compose")
    assert program is not None
    done = subprocess.run(
        [*program, "--file", str(ROOT / "docker-compose.yml"), *options, "config"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout))


def test_compose_file_is_valid_and_whole() -> None:
    services = configuration()["services"]
    assert set(services) >= {"web", "worker", "database", "broker", "storage"}
    for name in ("web", "worker"):
        assert set(services[name]["depends_on"]) == {"database", "broker", "storage"}
    assert services["web"]["build"]["target"] == "chat"
    assert services["worker"]["build"]["target"] == "worker"


def test_gpu_worker_is_a_profile() -> None:
    gpu = configuration("--profile", "gpu")["services"]["worker-gpu"]
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    assert "gpu" in gpu["command"][-1].split(",")


def test_only_the_web_page_is_published_and_only_here() -> None:
    services = configuration()["services"]
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert set(published) == {"web"}
    assert "127.0.0.1" in str(published["web"])


def test_compose_file_knows_the_settings_and_shares_the_passwords() -> None:
    services = configuration(POSTGRES_PASSWORD="pg1", REDIS_PASSWORD="redis1", STORAGE_PASSWORD="s31")["services"]
    for name in ("web", "worker"):
        environment = services[name]["environment"]
        assert set(environment) <= set(Settings.names())
        given = Settings(**{field: environment[alias] for field, alias in _fields(environment).items()})
        assert given.database == "postgresql+psycopg://mtw:pg1@database:5432/mtw"
        assert given.redis_url == "redis://:redis1@broker:6379/0"
        assert given.storage == "s3://mtw/data"
        assert given.s3_secret_key.get_secret_value() == "s31"
    assert services["database"]["environment"]["POSTGRES_PASSWORD"] == "pg1"
    assert "redis1" in services["broker"]["command"]
    assert services["storage"]["environment"]["AWS_SECRET_ACCESS_KEY"] == "s31"


def _fields(environment: dict[str, Any]) -> dict[str, str]:
    """Field name -> the environment name that is given for it; what is empty counts as not set."""
    found = {}
    for field, info in Settings.model_fields.items():
        for alias in getattr(info.validation_alias, "choices", []):
            if environment.get(alias):
                found[field] = str(alias)
    return found


def stages() -> dict[str, list[str]]:
    """Instructions of each stage of the Dockerfile, in order."""
    found: dict[str, list[str]] = {}
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    for line in (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")):
        if line.startswith("FROM "):
            found[line.split()[-1]] = []
        else:
            found[list(found)[-1]].append(line)
    return found


def test_chat_image_installs_nothing_that_trains() -> None:
    chat = [line for line in stages()["base"] + stages()["chat"] if line.startswith("RUN")]
    assert any("pip install" in line for line in chat)
    assert not any("worker" in line or "torch" in line for line in chat)
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^FROM base AS chat$", text, re.MULTILINE)
    assert re.search(r"^FROM trainer AS worker$", text, re.MULTILINE)


def test_images_do_not_run_as_root_and_copy_what_exists() -> None:
    found = stages()
    for name in ("chat", "worker"):
        assert "USER mtw" in found[name]
    for line in found["base"]:
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_chat_needs_none_of_the_workers_packages() -> None:
    """What the chat image installs has to be enough for the chat."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name = re.compile(r"^[A-Za-z0-9._-]+")
    heavy = {name.match(line)[0] for line in project["optional-dependencies"]["worker"]}  # type: ignore[index]
    light = {name.match(line)[0] for line in project["dependencies"]}  # type: ignore[index]
    assert {"torch", "transformers", "scikit-learn"} <= heavy
    assert not heavy & light


def test_tested_versions_are_allowed_and_complete() -> None:
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#"))
    tested = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(tested[canonicalize_name(requirement.name)]), requirement


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for target in ("install", "run", "test", "check"):
        assert f"make {target}" in done.stdout


def test_continuous_integration_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()
