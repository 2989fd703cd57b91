from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Person, Setup, WorkspaceServer, envelopes, installation
from bot.workspace.errors import Json, PersonError

REDIRECT = "https://app.example/slack/oauth_redirect?kept=1"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(tmp_path / "one.db", port=0) as running:
        yield running


def web(server: WorkspaceServer, token: str = "") -> WebClient:
    return WebClient(token=token or server.tokens.bot_token, base_url=server.api_url)


def waiting(server: WorkspaceServer) -> list[str]:
    return [json.loads(row["payload"])["event"]["type"] for row in envelopes.waiting(server.workspace.state)]


def test_a_revoked_token_is_refused_until_the_app_is_installed_again(own: WorkspaceServer) -> None:
    you = Person(own.url)
    assert you.app() == "installed"
    assert you.app("revoke") == "revoked"
    with pytest.raises(SlackApiError, match="token_revoked"):
        web(own).chat_postMessage(channel="#general", text="x")
    you.say("still heard", "#general")
    assert waiting(own) == ["tokens_revoked", "message"]
    assert you.app("revoke") == "revoked" and waiting(own) == ["tokens_revoked", "message"]
    assert you.app("install") == "installed"
    assert web(own).auth_test()["ok"]


def test_a_removed_app_hears_of_it_and_then_nothing_more(own: WorkspaceServer) -> None:
    you = Person(own.url)
    you.app("remove")
    you.say("@Neo are you there?", "#general")
    assert waiting(own) == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        web(own).auth_test()
    with pytest.raises(PersonError, match=r"was removed from this workspace\. Install it again"):
        you.command("/neo", "status")
    you.app("install")
    you.say("@Neo now?", "#general")
    assert waiting(own)[2:] == ["message", "app_mention"]


def test_a_revoked_token_downloads_no_files(own: WorkspaceServer, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("secret", encoding="utf-8")
    you = Person(own.url)
    ts = you.say("a file", "#general", files=[note])
    [file] = next(message for message in you.messages("#general") if message.ts == ts).files
    token = {"Authorization": f"Bearer {own.tokens.bot_token}"}
    assert httpx.get(file["url_private_download"], headers=token).text == "secret"
    you.app("revoke")
    assert httpx.get(file["url_private_download"], headers=token).status_code == 403


def test_only_the_owner_changes_the_app(own: WorkspaceServer) -> None:
    with pytest.raises(PersonError, match="Only the workspace's owner"):
        Person(own.url, "colleague").app("remove")
    with pytest.raises(PersonError, match="choose one of revoke, remove, install"):
        Person(own.url).app("explode")


def test_the_bot_may_give_its_token_back(own: WorkspaceServer) -> None:
    assert web(own).auth_revoke(test=True)["revoked"] is False
    assert web(own).auth_revoke()["revoked"] is True
    with pytest.raises(SlackApiError, match="token_revoked"):
        web(own).auth_test()


def allowed(server: WorkspaceServer, **changes: str) -> httpx.Response:
    fields = {"client_id": server.app.client_id, "redirect_uri": REDIRECT, "state": "s<1>", "as": "colleague"}
    return httpx.post(f"{server.url}/oauth/v2/authorize", data=fields | changes)


def code_of(server: WorkspaceServer) -> str:
    query = parse_qs(urlsplit(allowed(server).headers["location"]).query)
    assert (query["state"], query["kept"]) == (["s<1>"], ["1"])
    return query["code"][0]


def exchanged(server: WorkspaceServer, **fields: str) -> Json:
    app = server.app
    answer = WebClient(base_url=server.api_url).oauth_v2_access(
        client_id=app.client_id, client_secret=app.client_secret, **fields
    )
    return dict(answer.data)  # type: ignore[arg-type]


def test_a_person_allows_the_app_and_it_gets_a_token(own: WorkspaceServer) -> None:
    asked = httpx.get(
        f"{own.url}/oauth/v2/authorize", params={"client_id": own.app.client_id, "redirect_uri": REDIRECT, "state": "s"}
    )
    assert "Allow</button>" in asked.text and "You will go on to app.example" in asked.text
    assert "form-action 'self' https://app.example" in asked.headers["content-security-policy"]
    Person(own.url).app("remove")
    code = code_of(own)
    answer = exchanged(own, code=code, redirect_uri=REDIRECT)
    identity = own.workspace.state.identity
    assert answer["access_token"] == own.tokens.bot_token and "refresh_token" not in answer
    assert answer["team"] == {"id": identity.team_id, "name": identity.team_name}
    assert answer["authed_user"]["id"] == Person(own.url, "colleague").user_id
    assert web(own, answer["access_token"]).auth_test()["bot_id"] == identity.bot_id
    with pytest.raises(SlackApiError, match="invalid_code"):
        exchanged(own, code=code, redirect_uri=REDIRECT)


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "javascript:alert(1)"}, {"as": "ghost"}])
def test_what_cannot_be_allowed(own: WorkspaceServer, changes: dict[str, str]) -> None:
    answer = allowed(own, **changes)
    assert answer.status_code in (400, 404) and "location" not in answer.headers


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"code": "guessed"}, "invalid_code"),
        ({"redirect_uri": "https://elsewhere.example"}, "bad_redirect_uri"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_id": "wrong"}, "invalid_client_id"),
        ({"grant_type": "refresh_token", "refresh_token": "guessed"}, "invalid_refresh_token"),
    ],
)
def test_what_is_not_exchanged(own: WorkspaceServer, fields: dict[str, str], error: str) -> None:
    app = own.app
    client = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code_of(own)}
    answer = httpx.post(f"{own.api_url}oauth.v2.access", data=client | fields)
    assert answer.json()["error"] == error


def test_tokens_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with WorkspaceServer(tmp_path / "w.db", port=0, setup=Setup(rotates_tokens=True)) as server:
        first = exchanged(server, code=code_of(server))
        assert first["expires_in"] == installation.ROTATED_LIFE_S
        second = exchanged(server, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert web(server, second["access_token"]).auth_test()["ok"]
        with pytest.raises(SlackApiError, match="token_revoked"):
            web(server, first["access_token"]).auth_test()
        with pytest.raises(SlackApiError, match="invalid_refresh_token"):
            exchanged(server, grant_type="refresh_token", refresh_token=first["refresh_token"])
        later = time.time() + installation.ROTATED_LIFE_S + 1
        monkeypatch.setattr(time, "time", _constant(later))
        with pytest.raises(SlackApiError, match="token_expired"):
            web(server, second["access_token"]).auth_test()


def _constant(value: float) -> Callable[[], float]:
    return lambda: value


def test_two_workspaces_have_one_app(own: WorkspaceServer, tmp_path: Path) -> None:
    with WorkspaceServer(tmp_path / "two.db", port=0, setup=Setup(team_name="Second", app=own.app)) as other:
        assert other.app == own.app and other.tokens.app_token == own.tokens.app_token
        assert other.tokens.bot_token != own.tokens.bot_token
        with pytest.raises(SlackApiError, match="invalid_auth"):
            web(own, other.tokens.bot_token).auth_test()
        own.join(other)
        teams = [web(own, server.tokens.bot_token).auth_test()["team_id"] for server in (own, other)]
        assert teams == [server.workspace.state.identity.team_id for server in (own, other)]
        assert exchanged(own, code=code_of(other))["team"]["name"] == "Second"
        web(own, other.tokens.bot_token).chat_postMessage(channel="#general", text="for the second")
        assert [message.text for message in Person(other.url).messages("#general")] == ["for the second"]
        assert Person(own.url).messages("#general") == []
    assert [own.app.app_id, own.app.client_id] == [other.app.app_id, other.app.client_id]
