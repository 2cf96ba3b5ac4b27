"""Settings: every name is known, every fault is told, and all of them at once."""

import re
from pathlib import Path

import pytest

from workspace.errors import SettingsError
from workspace.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]


def example_lines() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text("utf-8")
    return dict(re.findall(r"^# ([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


def test_example_file_lists_exactly_the_settings() -> None:
    assert sorted(example_lines()) == sorted(Settings.names())


def test_example_file_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTW_HOME")
    monkeypatch.delenv("MTW_CHECK_SECONDS")
    defaults = load_settings()
    for name, value in example_lines().items():
        if value:
            monkeypatch.setenv(name, value)
    assert load_settings() == defaults


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTW_HOEM", "/tmp")
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("STORAGE_URL", "ftp://somewhere")
    monkeypatch.setenv("REDIS_URL", "amqp://somewhere")
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    for part in (
        "MTW_HOEM is not a setting (did you mean MTW_HOME?)",
        "PORT",
        "STORAGE_URL",
        "REDIS_URL",
        "DATABASE_URL",
    ):
        assert part in caught.value.message


def test_unknown_name_alone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTW_QUITE_ANOTHER_THING", "1")
    with pytest.raises(SettingsError, match="MTW_QUITE_ANOTHER_THING is not a setting") as caught:
        load_settings()
    assert caught.value.exit_code == 2


def test_unknown_name_in_the_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MTW_MAX_ROW=5\nPORT=9000\nSOMETHING_ELSE=1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    with pytest.raises(SettingsError, match=r"MTW_MAX_ROW is not a setting \(did you mean MTW_MAX_ROWS\?\)"):
        load_settings()


def test_environment_goes_before_the_file_and_arguments_before_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nMTW_MAX_ROWS=10\nMTW_MAX_COLUMNS=20\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    monkeypatch.setenv("MTW_MAX_ROWS", "11")
    monkeypatch.setenv("PORT", "9001")
    found = load_settings(port=9002)
    assert (found.port, found.max_rows, found.max_columns) == (9002, 11, 20)


def test_home_is_not_taken_from_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HOME, HOST and the like belong to others."""
    monkeypatch.delenv("MTW_HOME")
    for name in ("HOME", "HOST", "DATABASE", "STORAGE", "AUTH", "ADMINS"):
        monkeypatch.setenv(name, str(tmp_path))
    found = load_settings()
    assert found.home == tmp_path / ".mtw"
    assert found.host == "127.0.0.1"


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "STORAGE_URL", "MTW_CHAT_MODEL", "PORT"])
def test_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    defaults = load_settings()
    monkeypatch.setenv(name, "")
    assert load_settings() == defaults


def test_secrets_are_not_shown() -> None:
    shown = repr(load_settings(openai_api_key="sk-hush", s3_secret_key="hush-too", auth_secret="hush-three"))
    assert "hush" not in shown


def test_wrong_argument_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        load_settings(prot=1)
