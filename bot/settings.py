"""Settings: the only reader of the environment. Every key is described in docs/settings.md."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from neo.errors import ConfigurationError


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("neo-engineer"))


class Settings(BaseSettings):
    """What the environment, or a file `.env` in the working folder, says."""

    model_config = SettingsConfigDict(
        env_prefix="NEO_", env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(Path(".neo"), description="Where Neo keeps everything: databases, files, caches, packages.")
    models_dir: Path | None = Field(None, description="Where packaged models lie; default: the user's cache folder.")
    database_url: str = Field("", repr=False, description="SQLAlchemy URL; default: SQLite in the data folder.")
    studies_url: str = Field("", repr=False, description="Optuna's storage URL; default: SQLite in the data folder.")

    slack_bot_token: SecretStr = Field(SecretStr(""), validation_alias="SLACK_BOT_TOKEN", description="xoxb-...")
    slack_app_token: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_APP_TOKEN", description="xapp-..., for Socket Mode."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_SIGNING_SECRET", description="For HTTP mode instead of Socket Mode."
    )
    slack_client_id: str = Field(
        "", validation_alias="SLACK_CLIENT_ID", description="With the secret: any workspace can install Neo (HTTP)."
    )
    slack_client_secret: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_CLIENT_SECRET", description="Of the same app; no bot token is set then."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL", description="Where the Web API is."
    )
    messages_per_s: float = Field(1.0, ge=0, description="Messages a second and channel; 0 is no limit.")
    http_port: int = Field(3000, ge=1, le=65535, description="Port of `neo web` in HTTP mode.")
    http_host: str = Field("127.0.0.1", description="Its address; 0.0.0.0 where no proxy stands before it.")
    http_processes: int = Field(1, ge=1, le=64, description="Processes that listen on it.")
    most_waiting: int = Field(
        50_000, ge=1, description="Open events above which HTTP mode answers 503, so that Slack sends them later."
    )
    workspace_port: int = Field(3100, ge=0, le=65535, description="Port of the local workspace.")

    openai_api_key: SecretStr = Field(
        SecretStr(""), validation_alias="OPENAI_API_KEY", description="For OpenAI, or any value for a local server."
    )
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="An OpenAI-compatible server, such as Ollama or vLLM."
    )
    openai_model: str = Field("gpt-5-mini", description="The endpoint's model.")

    openai_price: str = Field(
        "",
        description="Dollars for a million prompt and completion tokens of it, as 0.25/2; default: list prices.",
    )
    openai_context_tokens: int | None = Field(
        None,
        ge=1024,
        description="Tokens that it can take with its answer; default: 4096 on this machine, 128000 elsewhere.",
    )
    read_with_model: bool = Field(
        True, description="Messages to Neo are read by the endpoint's model where one is set; else in this process."
    )
    pinecone_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="PINECONE_API_KEY",
        description="Pinecone is tried as a vector store beside FAISS, where texts may leave this machine.",
    )
    pinecone_host: str = Field(
        "", validation_alias="PINECONE_HOST", description="Address of the index; default: looked up by its name."
    )
    pinecone_index: str = Field(
        "neo",
        validation_alias="PINECONE_INDEX",
        description="Name of the index: dense, metric dotproduct or cosine, dimension of the embedder (packaged: 384).",
    )
    compute_usd_per_hour: float = Field(
        0.0, ge=0, description="Dollars for an hour of this machine, counted in the cost of an answer; 0 is free."
    )

    grace_s: float = Field(60.0, ge=0, description="Seconds in which an approval can be taken back.")
    trials: int = Field(40, ge=1, description="Trials of a search.")
    trial_jobs: int = Field(
        max(1, min(4, (os.cpu_count() or 2) - 1)), ge=1, description="Trials at the same time; default: cores less one."
    )
    cache_gb: float = Field(5.0, gt=0, description="Bound of the kept results of trials, in GB; the oldest go first.")
    dask_address: str = Field("", description="A Dask scheduler (tcp://host:port): trials run on its workers.")
    progress_every_s: float = Field(3.0, ge=0, description="The progress message is edited at most so often.")
    watch_every_s: float = Field(15.0, gt=0, description="Seconds between two probes of a deployed service.")
    compare_votes: int = Field(
        10, ge=0, description="A new version answers beside the one before it until so many votes; 0 is never."
    )
    service_port: int = Field(8700, ge=1, le=65435, description="First of a hundred ports for deployed services.")
    seed: int = Field(1, description="Of splits and samplers.")
    admins: str = Field("", description="User ids, separated by commas, who may steer every project.")
    max_file_mb: int = Field(200, ge=1, description="Larger files are refused.")

    inside_hosts: str = Field(
        "",
        description="Hosts of private networks, and devices such as /dev/video0, that cameras may be at, apart by "
        "commas; others inside are refused.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Mail server: smtp://user:password@host:587 (STARTTLS) or smtps://...; else mails are files.",
    )
    mail_from: str = Field("Neo <neo@localhost>", description="Who mails are from.")
    public_url: str = Field(
        "", description="Where people reach Neo's HTTP port, for links in mails; without it mails have none."
    )

    sentry_dsn: SecretStr = Field(SecretStr(""), validation_alias="SENTRY_DSN", description="Errors go there when set.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("data_dir", "models_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @field_validator("openai_price")
    @classmethod
    def _price(cls, value: str) -> str:
        if value and not re.fullmatch(r"\s*\d+(\.\d+)?\s*/\s*\d+(\.\d+)?\s*", value):
            raise ValueError("write two prices with a slash between them, such as 0.25/2")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("write an address such as https://neo.example.com")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("write DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def stated_price(self) -> tuple[float, float] | None:
        """What the endpoint's model costs, where somebody said so."""
        prompt, _, completion = self.openai_price.partition("/")
        return (float(prompt), float(completion)) if completion else None

    @property
    def models(self) -> Path:
        """Where packaged models lie."""
        return self.models_dir or _cache() / "models"

    @property
    def language(self) -> Path:
        """Where is kept what the embedded reader learned: the same for every project of this machine."""
        return _cache() / "language"

    @property
    def cache_dir(self) -> Path:
        """Where results of trials are kept."""
        return self.data_dir / "cache"

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'neo.db'}"

    @property
    def studies(self) -> str:
        """Optuna's storage URL."""
        return self.studies_url or f"sqlite:///{self.data_dir / 'studies.db'}"

    @property
    def has_slack(self) -> bool:
        """Whether there is a Slack to talk to, with a bot's token or with those of installations."""
        return bool(self.slack_bot_token.get_secret_value()) or self.has_oauth

    @property
    def has_oauth(self) -> bool:
        """Whether workspaces install Neo by themselves, each with a token of its own."""
        return bool(self.slack_client_id and self.slack_client_secret.get_secret_value())

    @property
    def mail_dir(self) -> Path:
        """Where mails are written without a mail server."""
        return self.data_dir / "mail"

    @property
    def slack_is_local(self) -> bool:
        """Whether 'Slack' is the local workspace."""
        return self.slack_api_url.startswith(("http://127.0.0.1", "http://localhost"))


def load(**overrides: Any) -> Settings:
    """The settings, read once.

    Raises:
        ConfigurationError: A value is wrong; names each key, its value and the rule.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_problem(one) for one in error.errors())) from error


def _problem(error: Any) -> str:
    key = str(error["loc"][0])
    alias = Settings.model_fields[key].validation_alias if key in Settings.model_fields else key
    name = alias if isinstance(alias, str) else f"NEO_{key.upper()}"
    return f"The setting {name} = {error['input']!r} is wrong: {error['msg']}."
