"""Two workspaces install Neo by Bolt's own flow, over real HTTP; each is then served with its own token."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml
from slack_bolt import BoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.app import create_app
from bot.files import SlackFiles
from bot.http import HttpApp, Inlet
from bot.oauth import SCOPES, Workspaces
from bot.settings import Settings, load
from neo.domain.events import FileRef
from neo.errors import Unavailable
from neo.store import Store
from neo.store.migrate import migrate
from neo.store.receiving import Receiving
from neo.transports.base import Refused

ROOT = Path(__file__).resolve().parents[3]


class Slack:
    """Slack's OAuth, auth.test and chat.postMessage on this machine: a code T1 installs into workspace T1."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.expires_in: int | None = None

    def answer(self, method: str, form: dict[str, str], token: str) -> dict[str, Any]:
        self.calls.append((method, token))
        rotation = {"refresh_token": "xoxe-1-more", "expires_in": self.expires_in} if self.expires_in else {}
        if form.get("grant_type") == "refresh_token":
            return {
                "ok": True,
                "token_type": "bot",
                "access_token": "xoxb-T1-renewed",
                "refresh_token": "xoxe-2",
                "expires_in": 43200,
            }
        if method == "oauth.v2.access":
            team = form["code"]
            who = {"id": team, "name": f"Team {team}"}
            bot = {
                "access_token": f"xoxb-{team}-first",
                "token_type": "bot",
                "bot_user_id": "UNEO",
                "scope": "commands",
            }
            return {"ok": True, "app_id": "A1", "team": who, "authed_user": {"id": "UBOSS"}, **bot, **rotation}
        return {"ok": True, "team_id": token.split("-")[1], "user_id": "UNEO", "bot_id": "B1", "url": "https://x/"}


@pytest.fixture
def slack() -> Iterator[tuple[Slack, str]]:
    made = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {key: values[0] for key, values in parse_qs(content).items()}
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            body = json.dumps(made.answer(self.path.rpartition("/")[2], form, token)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made, f"http://127.0.0.1:{server.server_port}/api/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(slack: tuple[Slack, str], tmp_path: Path) -> Settings:
    keys = {"slack_client_id": "1.2", "slack_client_secret": "a-client-secret", "slack_signing_secret": "signs"}
    return load(slack_api_url=slack[1], data_dir=tmp_path, **keys)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    made = Store(settings.database)
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def installed() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def workspaces(settings: Settings, store: Store, installed: list[tuple[str, str, str]]) -> Workspaces:
    return Workspaces(settings, store, lambda *what: installed.append(what))


@pytest.fixture
def port(settings: Settings, store: Store, workspaces: Workspaces) -> TestClient:
    inlet = Inlet(Receiving(store))
    app = HttpApp(create_app(settings, inlet, workspaces), inlet, store)
    return TestClient(app, "https://neo.example", follow_redirects=False)


def install(port: TestClient, team: str) -> None:
    page = port.get("/slack/install")
    state = re.search(r"state=([\w-]+)", page.text)
    assert page.status_code == 200 and state is not None
    done = port.get("/slack/oauth_redirect", params={"code": team, "state": state.group(1)})
    assert done.status_code == 200, done.text


def test_each_workspace_is_served_with_its_own_token(
    port: TestClient, workspaces: Workspaces, installed: list[tuple[str, str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for team in ("T1", "T2"):
        install(port, team)
    assert installed == [("T1", "Team T1", "UBOSS"), ("T2", "Team T2", "UBOSS")]
    assert [workspaces.of(team).token for team in ("T1", "T2")] == ["xoxb-T1-first", "xoxb-T2-first"]
    assert "xoxb-" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("bot."))


def test_a_state_that_neo_did_not_issue_installs_nothing(port: TestClient, workspaces: Workspaces) -> None:
    port.get("/slack/install")
    assert port.get("/slack/oauth_redirect", params={"code": "T1", "state": "made-up"}).status_code == 400
    with pytest.raises(Refused, match="not installed in workspace T1: install it at /slack/install"):
        workspaces.of("T1")


def test_an_authorisation_is_asked_for_once_and_forgotten_with_the_workspace(
    port: TestClient, settings: Settings, workspaces: Workspaces, slack: tuple[Slack, str]
) -> None:
    install(port, "T1")
    app = create_app(settings, lambda event: None, workspaces)
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.0", "text": "hello"}
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event})
    now = str(int(time.time()))
    signature = SignatureVerifier("signs").generate_signature(timestamp=now, body=body)
    headers = {"content-type": "application/json", "x-slack-request-timestamp": now, "x-slack-signature": signature}
    for _ in range(3):
        assert app.dispatch(BoltRequest(body=body, headers=headers)).status == 200  # type: ignore[arg-type]
    assert [method for method, _ in slack[0].calls].count("auth.test") == 1 + 1  # at installation, and once after
    workspaces.forget("T1")
    assert workspaces.authorize.authorize_result_cache == {}
    with pytest.raises(Refused, match="not installed"):
        workspaces.of("T1")


def test_a_token_that_soon_expires_is_renewed_and_kept(
    port: TestClient, workspaces: Workspaces, slack: tuple[Slack, str]
) -> None:
    slack[0].expires_in = 600
    install(port, "T1")
    assert [workspaces.of("T1").token for _ in range(2)] == ["xoxb-T1-renewed"] * 2
    assert [method for method, _ in slack[0].calls].count("oauth.v2.access") == 2  # installed, renewed once


def test_a_file_is_fetched_with_the_token_of_the_workspace_that_its_address_names(workspaces: Workspaces) -> None:
    files = SlackFiles(lambda team: workspaces.of(team).token or "", "https://slack.com/api/", 1000)
    ref = FileRef("F1", "golden.csv", 1, "", "https://files.slack.com/files-pri/T9-F1/download/golden.csv")
    with pytest.raises(Unavailable, match=r"golden.csv could not be fetched.*not installed in workspace T9"):
        files.fetch(ref)


def test_the_scopes_are_those_of_the_manifest() -> None:
    manifest = yaml.safe_load((ROOT / "deploy" / "slack_manifest.yaml").read_text())
    assert tuple(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
