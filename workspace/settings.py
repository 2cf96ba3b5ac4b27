"""Every setting, in one typed class. ``.env.example`` lists the same names; a test keeps the two equal."""

import difflib
import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workspace.errors import SettingsError


def _env(*names: str) -> Any:
    """A field read from exactly these environment names."""
    return AliasChoices(*names)


def _first_name(field: FieldInfo) -> str:
    assert isinstance(field.validation_alias, AliasChoices)
    return str(field.validation_alias.choices[0])


class Settings(BaseSettings):
    """Read from the environment, then from ``.env`` in the working folder. Empty values count as not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    # Where things are kept
    home: Path = Field(default=Path("~/.mtw"), validation_alias=_env("MTW_HOME"), validate_default=True)
    database_url: str = Field(default="", validation_alias=_env("DATABASE_URL"))
    redis_url: str = Field(default="", validation_alias=_env("REDIS_URL"))
    storage_url: str = Field(default="", validation_alias=_env("STORAGE_URL"))
    s3_endpoint_url: str = Field(default="", validation_alias=_env("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
    s3_access_key: str = Field(default="", validation_alias=_env("AWS_ACCESS_KEY_ID"))
    s3_secret_key: SecretStr = Field(default=SecretStr(""), validation_alias=_env("AWS_SECRET_ACCESS_KEY"))
    s3_region: str = Field(default="us-east-1", validation_alias=_env("AWS_DEFAULT_REGION", "AWS_REGION"))
    models_dir: Path | None = Field(default=None, validation_alias=_env("MTW_MODELS_DIR"))
    hf_hub_offline: bool = Field(default=False, validation_alias=_env("HF_HUB_OFFLINE"))

    # The chat model
    chat_model: str = Field(default="guide", validation_alias=_env("MTW_CHAT_MODEL"))
    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=_env("OPENAI_API_KEY"))
    openai_base_url: str = Field(default="", validation_alias=_env("OPENAI_BASE_URL"))
    chat_timeout_seconds: float = Field(default=60, gt=0, validation_alias=_env("MTW_CHAT_TIMEOUT_SECONDS"))

    # The web application
    host: str = Field(default="127.0.0.1", validation_alias=_env("MTW_HOST"))
    port: int = Field(default=8000, ge=1, le=65535, validation_alias=_env("PORT", "MTW_PORT"))
    public_url: str = Field(default="", validation_alias=_env("MTW_PUBLIC_URL"))
    auth: Literal["local", "password", "oauth"] = Field(default="local", validation_alias=_env("MTW_AUTH"))
    auth_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias=_env("CHAINLIT_AUTH_SECRET", "MTW_AUTH_SECRET")
    )
    admins: str = Field(default="", validation_alias=_env("MTW_ADMINS"))
    supporters: str = Field(default="", validation_alias=_env("MTW_SUPPORTERS"))
    session_hours: int = Field(default=24, ge=1, validation_alias=_env("MTW_SESSION_HOURS"))

    # Limits
    max_upload_mb: int = Field(default=500, ge=1, validation_alias=_env("MTW_MAX_UPLOAD_MB"))
    max_rows: int = Field(default=5_000_000, ge=1, validation_alias=_env("MTW_MAX_ROWS"))
    max_columns: int = Field(default=1_000, ge=1, validation_alias=_env("MTW_MAX_COLUMNS"))
    max_cell_chars: int = Field(default=1_000_000, ge=100, validation_alias=_env("MTW_MAX_CELL_CHARS"))
    max_unpacked_mb: int = Field(default=4_096, ge=1, validation_alias=_env("MTW_MAX_UNPACKED_MB"))
    max_unpack_ratio: int = Field(default=200, ge=2, validation_alias=_env("MTW_MAX_UNPACK_RATIO"))
    max_archive_files: int = Field(default=100_000, ge=1, validation_alias=_env("MTW_MAX_ARCHIVE_FILES"))
    max_pages: int = Field(default=2_000, ge=1, validation_alias=_env("MTW_MAX_PAGES"))
    read_seconds: float = Field(default=300, gt=0, validation_alias=_env("MTW_READ_SECONDS"))
    read_memory_mb: int = Field(default=2_048, ge=1_024, validation_alias=_env("MTW_READ_MEMORY_MB"))
    api_requests_a_minute: int = Field(default=6_000, ge=0, validation_alias=_env("MTW_API_REQUESTS_A_MINUTE"))

    # Training
    max_attempts: int = Field(default=3, ge=1, validation_alias=_env("MTW_MAX_ATTEMPTS"))
    max_parallel_runs: int = Field(default=1, ge=1, validation_alias=_env("MTW_MAX_PARALLEL_RUNS"))
    processes: int = Field(default=0, ge=0, le=64, validation_alias=_env("MTW_PROCESSES"))
    lease_seconds: float = Field(default=10, gt=0, validation_alias=_env("MTW_LEASE_SECONDS"))
    default_budget_seconds: int = Field(default=120, ge=5, validation_alias=_env("MTW_DEFAULT_BUDGET_SECONDS"))
    watts_per_core: float = Field(default=12.0, gt=0, validation_alias=_env("MTW_WATTS_PER_CORE"))
    grid_grams_per_kwh: float = Field(default=473.0, ge=0, validation_alias=_env("MTW_GRID_GRAMS_PER_KWH"))
    check_seconds: int = Field(default=25, ge=0, le=600, validation_alias=_env("MTW_CHECK_SECONDS"))

    # Support
    support_webhook: str = Field(default="", validation_alias=_env("MTW_SUPPORT_WEBHOOK"))
    transcript_retention_days: int = Field(default=0, ge=0, validation_alias=_env("MTW_TRANSCRIPT_RETENTION_DAYS"))

    # Slack (left out where the tokens are missing)
    slack_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias=_env("SLACK_BOT_TOKEN"))
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias=_env("SLACK_SIGNING_SECRET"))
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias=_env("SLACK_APP_TOKEN"))
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias=_env("SLACK_API_URL"))

    def __init__(self, **values: Any) -> None:
        """``values`` are named like the fields. (``populate_by_name`` would read fields from the environment, too:
        ``home`` from ``HOME``.)"""
        aliases = {name: _first_name(field) for name, field in type(self).model_fields.items()}
        super().__init__(**{aliases[name]: value for name, value in values.items()})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    @field_validator("home", "models_dir")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

    @field_validator("storage_url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if value and not value.startswith(("file://", "s3://")):
            raise ValueError("must start with file:// or s3://")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database; SQLite in ``home`` unless set."""
        url = self.database_url or f"sqlite:///{self.home / 'mtw.db'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def storage(self) -> str:
        """fsspec URL of the object storage; a folder in ``home`` unless set."""
        return self.storage_url or f"file://{self.home / 'storage'}"

    @classmethod
    def names(cls) -> list[str]:
        """Every environment name that is understood, first spelling first."""
        found: list[str] = []
        for field in cls.model_fields.values():
            alias = field.validation_alias
            if isinstance(alias, AliasChoices):
                found += [str(choice) for choice in alias.choices]
        return found


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: with all faults at once, unknown ``MTW_`` names included.
    """
    faults = _unknown_names()
    try:
        settings = Settings(**overrides)
    except ValidationError as exc:
        faults += [f"{error['loc'][0]}: {error['msg'].removeprefix('Value error, ')}" for error in exc.errors()]
        raise SettingsError("SETTINGS_INVALID", f"The settings are wrong: {'; '.join(faults)}.", _NEXT) from exc
    if faults:
        raise SettingsError("SETTINGS_UNKNOWN", f"The settings are wrong: {'; '.join(faults)}.", _NEXT)
    return settings


def _unknown_names() -> list[str]:
    """Names that look like a setting and are none: most often a typing mistake, which would be passed over silently."""
    known = set(Settings.names())
    file = Settings.model_config.get("env_file")
    given = {*os.environ, *(dotenv_values(str(file)) if file else ())}
    faults = []
    for name in sorted(n for n in given if n.startswith("MTW_") and n not in known):
        near = difflib.get_close_matches(name, known, n=1)
        faults.append(f"{name} is not a setting" + (f" (did you mean {near[0]}?)" if near else ""))
    return faults


_NEXT = "Correct these names or values in the environment or in .env; .env.example lists every setting."
