"""`neo doctor`: looks at everything that Neo needs, and says of each what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import bootstrap
from bot.app import slack_client
from bot.manifest import manifest
from bot.settings import Settings
from neo.errors import ConfigurationError
from neo.models.fetch import status as models_here
from neo.store import Store
from neo.store.migrate import is_current
from neo.transports.base import Refused, TryLater
from neo.transports.email import SmtpSender

OK, WARNING, WRONG = "ok", "warning", "wrong"
FEWEST_GB = 5.0
_TIMEOUT_S = 8.0


@dataclass(frozen=True)
class Finding:
    """What was found of one thing; *remedy* says what to do where it is not well."""

    name: str
    state: str
    told: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one thing after the other."""
    for look in LOOKS:
        try:
            yield from look(settings)
        except Exception as error:  # noqa: BLE001  (whatever fails is a finding, not the end of the others)
            yield Finding(look.__name__.strip("_"), WRONG, f"could not be looked at: {type(error).__name__}: {error}")


def _folder(settings: Settings) -> Iterator[Finding]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    probe = settings.data_dir / ".doctor"
    probe.write_text("well")
    probe.unlink()
    free = shutil.disk_usage(settings.data_dir).free / 1e9
    state = OK if free >= FEWEST_GB else WARNING
    yield Finding(
        "folder", state, f"{settings.data_dir} can be written, {free:.0f} GB are free",
        "" if state == OK else f"Make room: searches want {FEWEST_GB:g} GB. `neo cache prune` helps.",
    )  # fmt: skip


def _database(settings: Settings) -> Iterator[Finding]:
    shown = settings.database.split("@")[-1]
    store = Store(settings.database)
    try:
        store.ping()
        current = is_current(store)
    finally:
        store.close()
    yield Finding(
        "database", OK if current else WARNING, f"{shown} answers",
        "" if current else "Its schema is older than this Neo: run `neo migrate` (`neo up` does it by itself).",
    )  # fmt: skip


def _models(settings: Settings) -> Iterator[Finding]:
    absent = [one.entry.name for one in models_here(settings.models) if one.state != "ready"]
    if absent:
        yield Finding("models", WARNING, f"not here yet: {', '.join(absent)}", "Run `neo models pull`.")
    else:
        yield Finding("models", OK, f"all packaged models are in {settings.models}")


def _endpoint(settings: Settings) -> Iterator[Finding]:
    key = settings.openai_api_key.get_secret_value()
    if not key and not settings.openai_base_url:
        yield Finding("language model", OK, "none is set: packaged models and the embedded reader are used")
        return
    base = (settings.openai_base_url or "https://api.openai.com/v1").rstrip("/")
    try:
        answer = httpx.get(f"{base}/models", headers={"Authorization": f"Bearer {key or 'none'}"}, timeout=_TIMEOUT_S)
    except httpx.HTTPError as error:
        yield Finding(
            "language model", WRONG, f"{base} cannot be reached ({error})", "Check OPENAI_BASE_URL and the network."
        )
        return
    if answer.status_code in (401, 403):
        yield Finding(
            "language model", WRONG, f"{base} refuses the key ({answer.status_code})", "Check OPENAI_API_KEY."
        )
    elif settings.openai_model not in answer.text:
        yield Finding(
            "language model", WARNING, f"{base} answers and does not list {settings.openai_model}",
            "Check NEO_OPENAI_MODEL.",
        )  # fmt: skip
    else:
        yield Finding("language model", OK, f"{base} answers and has {settings.openai_model}")


def _slack(settings: Settings) -> Iterator[Finding]:
    if not settings.has_slack:
        yield Finding("Slack", OK, "no token is set: `neo up` brings its own workspace in the browser")
        return
    client = slack_client(settings)
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        yield Finding(
            "Slack", WRONG, f"refuses SLACK_BOT_TOKEN ({error.response['error']})",
            "Take the 'Bot User OAuth Token' (xoxb-...) from the app's page 'OAuth & Permissions'.",
        )  # fmt: skip
        return
    except (SlackClientError, OSError) as error:
        yield Finding("Slack", WRONG, f"cannot be reached ({error})", "Check SLACK_API_URL and the network.")
        return
    yield Finding("Slack", OK, f"{answer.get('team')}, as @{answer.get('user')}")
    yield _scopes(str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or ""))
    yield _way_in(settings, client)


def _scopes(header: str) -> Finding:
    wanted = set(manifest()["oauth_config"]["scopes"]["bot"])
    if not header:
        return Finding("scopes", WARNING, "Slack did not say which scopes the token has", "Compare with docs/slack.md.")
    if absent := sorted(wanted - {scope.strip() for scope in header.split(",")}):
        return Finding(
            "scopes", WRONG, f"the token lacks {', '.join(absent)}",
            "Add them on the page 'OAuth & Permissions' (see `neo slack manifest`), and install again.",
        )  # fmt: skip
    return Finding("scopes", OK, f"the token has all {len(wanted)}")


def _way_in(settings: Settings, client: WebClient) -> Finding:
    """Whether events can arrive: over a socket that Slack opens for the app's token, or over HTTP."""
    token = settings.slack_app_token.get_secret_value()
    if token:
        try:
            client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            return Finding(
                "events", WRONG, f"Slack refuses SLACK_APP_TOKEN ({error.response['error']})",
                "Make one with the scope connections:write on the page 'Basic Information', under 'App-Level Tokens'.",
            )  # fmt: skip
        return Finding("events", OK, "Socket Mode can be opened")
    if settings.slack_signing_secret.get_secret_value():
        return _port(settings)
    return Finding(
        "events", WRONG, "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set",
        "Set SLACK_APP_TOKEN (xapp-..., Socket Mode), or SLACK_SIGNING_SECRET (HTTP).",
    )  # fmt: skip


def _port(settings: Settings) -> Finding:
    try:
        httpx.get(f"http://127.0.0.1:{settings.http_port}/healthz", timeout=_TIMEOUT_S).raise_for_status()
    except httpx.HTTPError as error:
        return Finding(
            "events", WARNING, f"nothing answers on port {settings.http_port} ({type(error).__name__})",
            "Start `neo web`; Slack must reach it at the request URL of the app's settings, over HTTPS.",
        )  # fmt: skip
    return Finding("events", OK, f"HTTP on port {settings.http_port}; Slack must reach it over HTTPS")


def _pinecone(settings: Settings) -> Iterator[Finding]:
    if bootstrap.resources(settings).vector_service is not None:
        yield Finding("Pinecone", OK, f"a key is set; the index is {settings.pinecone_host or settings.pinecone_index}")


def _mail(settings: Settings) -> Iterator[Finding]:
    try:
        sender = bootstrap.mail_sender(settings)
    except ConfigurationError as error:
        yield Finding("mail", WRONG, "the settings of mail are wrong", str(error))
        return
    if not isinstance(sender, SmtpSender):
        yield Finding("mail", OK, f"no mail server is set: mails are written as files to {settings.mail_dir}")
        return
    try:
        sender.check()
    except (TryLater, Refused) as error:
        yield Finding("mail", WRONG, str(getattr(error, "reason", error)), "Check NEO_SMTP_URL and the network.")
        return
    tls = "without encryption, as you asked" if sender.address.tls == "none" else "encrypted"
    yield Finding("mail", OK, f"{sender.address.shown} takes mails from {settings.mail_from}, {tls}")


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _folder, _database, _models, _endpoint, _slack, _pinecone, _mail,
)  # fmt: skip
