"""Events over HTTP, faults on the socket, and one app in two workspaces: real Bolt apps, real HTTP, scripted people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.workspace import Person, Plan, RequestUrl, Setup, WorkspaceServer
from bot.workspace.errors import PersonError

MODAL = {
    "type": "modal",
    "callback_id": "reason",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
Answer = Callable[[dict[str, str], str], tuple[int, dict[str, list[str]], str]]


def wait_until(done: Callable[[], Any], timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def listening(answer: Answer) -> Iterator[str]:
    """An HTTP server that answers each POST by *answer*: headers and body in; status, headers and body out."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, headers, text = answer({key.lower(): value for key, value in self.headers.items()}, body)
            self.send_response(status)
            for key, values in headers.items():
                for value in values:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/slack/events"
    server.shutdown()
    server.server_close()
    thread.join(5)


class Listener:
    """A request URL of the simplest kind: it gives challenges back, and answers events as it is told."""

    def __init__(self, *statuses: int, headers: dict[str, list[str]] | None = None, pause_s: float = 0.0) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        self._statuses, self._headers, self._pause_s = list(statuses), headers or {}, pause_s

    def answer(self, headers: dict[str, str], body: str) -> tuple[int, dict[str, list[str]], str]:
        if "url_verification" in body:
            return 200, {}, body
        self.heard.append((headers, body))
        time.sleep(self._pause_s)
        return self._statuses.pop(0) if self._statuses else 200, self._headers, ""

    @property
    def retries(self) -> list[tuple[str | None, str | None]]:
        return [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in self.heard]


@contextmanager
def over_http(folder: Path, answer: Answer, *, faults: Plan | None = None, **target: Any) -> Iterator[WorkspaceServer]:
    with listening(answer) as url:
        setup = Setup(request_url=RequestUrl(url, "s3cret", **target), faults=faults or Plan())
        with WorkspaceServer(folder / "workspace.db", port=0, setup=setup) as server:
            wait_until(lambda: server.workspace.line.connected)
            yield server


def test_events_are_signed_and_come_in_order(tmp_path: Path) -> None:
    listener = Listener()
    with over_http(tmp_path, listener.answer) as server, Person(server.url) as you:
        sent = [you.say(f"note {number}", "#general") for number in range(5)]
        wait_until(lambda: len(listener.heard) == 5)
        assert [ts for ts, (_, body) in zip(sent, listener.heard, strict=True) if ts in body] == sent
        headers, body = listener.heard[0]
        assert SignatureVerifier("s3cret").is_valid_request(body, headers)
        assert not SignatureVerifier("other").is_valid_request(body, headers)
        assert listener.retries == [(None, None)] * 5


def test_what_fails_is_retried_with_number_and_reason_and_then_given_up(tmp_path: Path) -> None:
    listener = Listener(500, 500, 500, 500)
    with over_http(tmp_path, listener.answer, pauses_s=(0.0, 0.1, 0.1)) as server, Person(server.url) as you:
        you.say("first", "#general")
        wait_until(lambda: len(listener.heard) == 4)
        you.say("second", "#general")
        wait_until(lambda: len(listener.heard) == 5)
        assert listener.retries == [(None, None), *((str(n), "http_error") for n in (1, 2, 3)), (None, None)]
        assert len({body for _, body in listener.heard[:4]}) == 1  # the same event_id


def test_a_late_answer_does_not_count(tmp_path: Path) -> None:
    listener = Listener(pause_s=0.5)
    with (
        over_http(tmp_path, listener.answer, timeout_s=0.2, pauses_s=(0.0,)) as server,
        Person(server.url) as you,
    ):
        you.say("slow", "#general")
        wait_until(lambda: len(listener.heard) == 2)
        assert listener.retries[1] == ("1", "http_timeout")


def test_a_bot_may_refuse_retries(tmp_path: Path) -> None:
    listener = Listener(500, headers={"X-Slack-No-Retry": ["1"]})
    with over_http(tmp_path, listener.answer, pauses_s=(0.0,)) as server, Person(server.url) as you:
        you.say("no", "#general")
        you.say("yes", "#general")
        wait_until(lambda: len(listener.heard) == 2)
        assert listener.retries == [(None, None)] * 2


def test_faults_hold_over_http_too(tmp_path: Path) -> None:
    listener = Listener()
    with (
        over_http(tmp_path, listener.answer, faults=Plan(deliver=2, lose_acks=1), pauses_s=(0.0,)) as server,
        Person(server.url) as you,
    ):
        you.say("often", "#general")
        wait_until(lambda: len(listener.heard) == 4)
        assert [number for number, _ in listener.retries] == [None, "1", "1", "2"]


class OverHttp:
    """An unmodified Bolt app behind a request URL; it may be in several workspaces."""

    def __init__(self, client: WebClient, signing_secret: str, tokens: dict[str, str] | None = None) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        authorize: Any = None
        if tokens is not None:

            def authorize(team_id: str, **_: Any) -> AuthorizeResult:
                token = tokens[team_id]
                return AuthorizeResult.from_auth_test_response(
                    auth_test_response=client.auth_test(token=token), bot_token=token
                )

        app = App(client=client, signing_secret=signing_secret, authorize=authorize)
        app.event("message")(lambda body: self.heard.append(("message", body)))
        app.event("app_mention")(self._on_mention)
        app.command("/neo")(lambda ack, command: ack(f"You asked for {command['text']}."))
        app.shortcut("new_project")(
            lambda ack, body, client: (ack(), client.views_open(trigger_id=body["trigger_id"], view=MODAL))
        )
        app.view("reason")(self._on_view)
        self._app = app

    def _on_mention(self, body: dict[str, Any], say: Any) -> None:
        self.heard.append(("app_mention", body))
        say(f"Hello {body['team_id']}")

    def _on_view(self, ack: Any, body: dict[str, Any]) -> None:
        ack(response_action="errors", errors={"why": "More words, please."})

    def answer(self, headers: dict[str, str], body: str) -> tuple[int, dict[str, list[str]], str]:
        answer = self._app.dispatch(BoltRequest(body=body, headers=headers))
        return answer.status, {k: v for k, v in answer.headers.items() if k != "content-length"}, answer.body or ""


def test_bolt_over_http_answers_events_commands_shortcuts_and_modals(tmp_path: Path) -> None:
    bots: list[OverHttp] = []

    def answer(headers: dict[str, str], body: str) -> tuple[int, dict[str, list[str]], str]:
        return bots[0].answer(headers, body) if bots else (503, {}, "")

    with listening(answer) as url:
        setup = Setup(request_url=RequestUrl(url))
        with WorkspaceServer(tmp_path / "w.db", port=0, setup=setup) as server, Person(server.url) as you:
            assert not you.bot_connected()
            with pytest.raises(PersonError, match="HTTP status 503"):
                you.command("/neo", "too early")
            client = WebClient(token=server.tokens.bot_token, base_url=server.api_url)
            bots.append(OverHttp(client, server.app.signing_secret))
            wait_until(you.bot_connected)
            you.say("@Neo hi", "#general")
            you.wait_for(lambda message: message.text.startswith("Hello T"), "#general")
            you.command("/neo", "status", "#general")
            assert "You asked for status." in [message.text for message in you.messages("#general")]
            you.shortcut("new_project")
            wait_until(you.modals)
            assert you.submit(you.modals()[0]["id"], {"why": {"text": "x"}}) == {"why": "More words, please."}


def test_one_app_in_two_workspaces_keeps_them_apart(tmp_path: Path) -> None:
    bots: list[OverHttp] = []
    with listening(lambda headers, body: bots[0].answer(headers, body)) as url:
        target = RequestUrl(url, pauses_s=(0.0, 0.1, 0.1))
        first = WorkspaceServer(tmp_path / "a.db", port=0, setup=Setup(team_name="First", request_url=target))
        second = WorkspaceServer(
            tmp_path / "b.db", port=0, setup=Setup(team_name="Second", app=first.app, request_url=target)
        )
        first.join(second)
        servers = {server.workspace.state.identity.team_id: server for server in (first, second)}
        tokens = {team: server.tokens.bot_token for team, server in servers.items()}
        bots.append(OverHttp(WebClient(base_url=first.api_url), first.app.signing_secret, tokens))
        with first, second:
            for team, server in servers.items():
                with Person(server.url) as you:
                    you.say("@Neo hi", "#general")
                    answer = you.wait_for(lambda message: message.text.startswith("Hello"), "#general")
                    assert answer.text == f"Hello {team}"
            mentions = [body for kind, body in bots[0].heard if kind == "app_mention"]
            assert [body["team_id"] for body in mentions] == list(servers)
            assert len({body["api_app_id"] for body in mentions}) == 1


class OnSocket:
    """A Socket Mode client that notes each envelope and acknowledges it."""

    def __init__(self, server: WorkspaceServer) -> None:
        self.heard: list[SocketModeRequest] = []
        client = WebClient(base_url=server.api_url)
        self._socket = SocketModeClient(app_token=server.tokens.app_token, web_client=client, ping_interval=0.5)
        self._socket.socket_mode_request_listeners.append(self._receive)
        self._socket.connect()

    def _receive(self, client: Any, request: SocketModeRequest) -> None:
        self.heard.append(request)
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(tmp_path / "workspace.db", port=0) as running:
        yield running


def test_the_sockets_faults(server: WorkspaceServer) -> None:
    bot, you = OnSocket(server), Person(server.url)
    wait_until(you.bot_connected)
    _events_come_thrice(bot, you)
    _a_lost_acknowledgement_brings_an_event_again(bot, you)
    _a_dropped_socket_loses_nothing(bot, you)
    bot.close()
    you.close()


def _texts(bot: OnSocket, text: str) -> list[SocketModeRequest]:
    return [request for request in list(bot.heard) if request.payload["event"].get("text") == text]


def _events_come_thrice(bot: OnSocket, you: Person) -> None:
    you.set_faults(deliver=3)
    you.say("thrice", "#general")
    wait_until(lambda: len(_texts(bot, "thrice")) == 3)
    found = _texts(bot, "thrice")
    assert [request.retry_attempt for request in found] == [0, 1, 2]
    assert len({request.payload["event_id"] for request in found}) == 1


def _a_lost_acknowledgement_brings_an_event_again(bot: OnSocket, you: Person) -> None:
    you.set_faults(lose_acks=1)
    you.say("again", "#general")
    wait_until(lambda: len(_texts(bot, "again")) == 2)
    assert [(request.retry_attempt, request.retry_reason) for request in _texts(bot, "again")] == [
        (0, ""),
        (1, "timeout"),
    ]


def _a_dropped_socket_loses_nothing(bot: OnSocket, you: Person) -> None:
    you.set_faults(drop_socket_after=2)
    for number in range(5):
        you.say(f"kept {number}", "#general")
    wait_until(lambda: all(_texts(bot, f"kept {number}") for number in range(5)), timeout_s=30)
    assert you.bot_connected()


def test_an_app_that_is_removed_hears_of_it_over_its_socket(server: WorkspaceServer) -> None:
    bot, you = OnSocket(server), Person(server.url)
    wait_until(you.bot_connected)
    you.app("remove")
    wait_until(lambda: len(bot.heard) == 2)
    assert [request.payload["event"]["type"] for request in bot.heard] == ["app_uninstalled", "tokens_revoked"]
    bot.close()
    you.close()


def test_one_apps_token_opens_a_socket_to_each_of_its_workspaces(server: WorkspaceServer, tmp_path: Path) -> None:
    with WorkspaceServer(tmp_path / "b.db", port=0, setup=Setup(app=server.app)) as other:
        bots = {one.workspace.state.identity.team_id: OnSocket(one) for one in (server, other)}
        for one in (server, other):
            with Person(one.url) as you:
                you.say("who hears me?", "#general")
        for team, bot in bots.items():
            wait_until(lambda bot=bot: bot.heard)  # type: ignore[misc]
            assert [request.payload["team_id"] for request in bot.heard] == [team]
            bot.close()


@pytest.mark.parametrize("callback_id", ["add_golden", "nonsense"])
def test_shortcuts_that_are_not_there_are_refused(server: WorkspaceServer, callback_id: str) -> None:
    with Person(server.url) as you, pytest.raises(PersonError, match="There is no shortcut"):
        you.shortcut(callback_id)  # add_golden belongs to a message
