"""Settings: read once, each wrong value named with its key and the rule, secrets never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import bootstrap
from bot.settings import Settings, load
from neo.errors import ConfigurationError

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-very-secret",
    "SLACK_APP_TOKEN": "xapp-1-very-secret",
    "SLACK_SIGNING_SECRET": "signing-very-secret",
    "OPENAI_API_KEY": "sk-very-secret",
    "PINECONE_API_KEY": "pcsk_very-secret",
    "SENTRY_DSN": "https://very-secret@sentry.example/1",
    "NEO_DATABASE_URL": "postgresql://neo:very-secret@db.example/neo",
    "NEO_SMTP_URL": "smtp://neo:very-secret@mail.example",
    "NEO_STUDIES_URL": "postgresql://neo:very-secret@db.example/studies",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in (*SECRETS, "SLACK_API_URL", "OPENAI_BASE_URL", "PINECONE_HOST", "NEO_DATA_DIR", "NEO_MODELS_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("NEO_TRIALS", "0", "greater than or equal to 1"),
        ("NEO_TRIALS", "many", "valid integer"),
        ("NEO_TRIAL_JOBS", "-1", "greater than or equal to 1"),
        ("NEO_PUBLIC_URL", "neo.example.com", "https://neo.example.com"),
        ("NEO_PUBLIC_URL", "javascript:alert(1)", "https://neo.example.com"),
        ("NEO_GRACE_S", "-1", "greater than or equal to 0"),
        ("NEO_MESSAGES_PER_S", "fast", "valid number"),
        ("NEO_WATCH_EVERY_S", "0", "greater than 0"),
        ("NEO_MAX_FILE_MB", "0", "greater than or equal to 1"),
        ("NEO_LOG_LEVEL", "LOUD", "write DEBUG, INFO, WARNING or ERROR"),
        ("NEO_HTTP_PORT", "70000", "less than or equal to 65535"),
        ("NEO_WORKSPACE_PORT", "-1", "greater than or equal to 0"),
        ("NEO_SERVICE_PORT", "65500", "less than or equal to 65435"),  # a hundred ports are used from there
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_the_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as error:
        load()
    assert f"The setting {name} = {value!r} is wrong" in str(error.value)
    assert rule in str(error.value)


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO_TRIALS", "0")
    monkeypatch.setenv("NEO_GRACE_S", "x")
    with pytest.raises(ConfigurationError, match=r"(?s)NEO_GRACE_S.*NEO_TRIALS|NEO_TRIALS.*NEO_GRACE_S"):
        load()


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert "very-secret" not in repr(settings) + str(settings)
    assert "very-secret" not in repr(bootstrap.resources(settings))
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-very-secret"


def test_what_is_empty_is_as_if_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEO_TRIALS", "NEO_DATA_DIR", "NEO_MODELS_DIR", "OPENAI_BASE_URL", "OPENAI_API_KEY", "SLACK_API_URL"):
        monkeypatch.setenv(name, "")
    settings = load()
    assert settings == load(trials=Settings.model_fields["trials"].default)
    assert settings.models.name == "models"
    assert bootstrap.resources(settings).endpoint is None


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEO_TRIALS=7\nNEO_SEED=5\nSLACK_BOT_TOKEN=xoxb-of-the-file\n")
    monkeypatch.setenv("NEO_TRIALS", "9")
    settings = load()
    assert (settings.trials, settings.seed, settings.has_slack) == (9, 5, True)


def test_folders_become_absolute_and_databases_lie_in_the_data_folder(tmp_path: Path) -> None:
    settings = load(data_dir=Path("here"))
    assert settings.data_dir == tmp_path / "here"
    assert settings.database == f"sqlite:///{tmp_path / 'here' / 'neo.db'}"
    assert settings.studies == f"sqlite:///{tmp_path / 'here' / 'studies.db'}"


@pytest.mark.parametrize(
    ("values", "endpoint"),
    [
        ({}, None),
        ({"OPENAI_API_KEY": "sk-x"}, (None, "gpt-5-mini")),
        ({"OPENAI_BASE_URL": "http://localhost:11434/v1"}, ("http://localhost:11434/v1", "gpt-5-mini")),
    ],
)
def test_a_key_or_an_address_makes_an_endpoint(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], endpoint: tuple[str | None, str] | None
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    found = bootstrap.resources(load()).endpoint
    assert (found and (found.base_url, found.model)) == endpoint


def test_admins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO_ADMINS", "U1, U2,,")
    assert bootstrap.policy(load()).admins == {"U1", "U2"}


def test_a_deployed_package_gets_the_models_key_even_from_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-of-the-file\nSLACK_BOT_TOKEN=xoxb-of-the-file\n")
    assert bootstrap._model_access(load()) == {"OPENAI_API_KEY": "sk-of-the-file"}


def test_a_key_for_pinecone_makes_a_vector_service_and_goes_to_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.resources(load()).vector_service is None
    monkeypatch.setenv("PINECONE_API_KEY", "pcsk_1")
    monkeypatch.setenv("PINECONE_HOST", "neo-ab12.svc.pinecone.io")
    found = bootstrap.resources(load()).vector_service
    assert found and (found.api_key, found.host, found.index) == ("pcsk_1", "neo-ab12.svc.pinecone.io", "neo")
    given = {"PINECONE_API_KEY": "pcsk_1", "PINECONE_HOST": "neo-ab12.svc.pinecone.io", "PINECONE_INDEX": "neo"}
    assert bootstrap._model_access(load()) == given
