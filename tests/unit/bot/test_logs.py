"""One redactor for logs and for Sentry: no secret passes it, at any depth and in any shape."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
import sentry_sdk
from hypothesis import given
from hypothesis import strategies as st
from sentry_sdk.transport import Transport

from bot import logs
from bot.logs import redact
from bot.settings import load

ALNUM = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=10, max_size=40)
TOKENS = st.one_of(
    st.builds("xoxb-{}-{}".format, ALNUM, ALNUM),
    st.builds("xoxp-{}".format, ALNUM),
    st.builds("xoxe.xoxp-1-{}".format, ALNUM),
    st.builds("xapp-1-A012-{}".format, ALNUM),
    st.builds("pcsk_{}".format, ALNUM),
    st.builds("sk-{}".format, ALNUM),
    st.builds("sk-proj-{}_{}".format, ALNUM, ALNUM),
)
WORDS = st.text(" .,;:()[]{}<>'\"\né€", max_size=20)


def secret_part(token: str) -> str:
    """What must not be seen: the random part of a token."""
    return token.rpartition("-")[2]


def nested(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
        ),
        max_leaves=8,
    )


@given(TOKENS, WORDS, WORDS, st.data())
def test_no_token_passes_at_any_depth(token: str, before: str, after: str, data: st.DataObject) -> None:
    said = f"{before} {token} {after}"
    value = data.draw(nested(st.sampled_from([said, f"Bearer {token}", ValueError(said), {said: 1}, said.encode()])))
    assert secret_part(token) not in repr(redact(value))


@given(nested(st.one_of(st.text(" abcdefghij.,:", max_size=40), st.integers(), st.booleans(), st.none(), st.floats())))
def test_what_is_no_secret_stays_as_it_is(value: Any) -> None:
    assert repr(redact(value)) == repr(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://neo:pass@db/neo is away", "postgresql://***@db/neo is away"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer ***"),
        (
            "wss://wss-primary.slack.com/link/?ticket=ab12-cd&app_id=1",
            "wss://wss-primary.slack.com/link/?ticket=***&app_id=1",
        ),
        ("GET /oauth?client_secret=abc123&code=1", "GET /oauth?client_secret=***&code=1"),
        ("the task-list of risk-management", "the task-list of risk-management"),  # 'sk-' within words
    ],
)
def test_secrets_within_addresses_and_headers(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "key",
    ["token", "SLACK_BOT_TOKEN", "password", "api_key", "apikey", "Authorization", "cookie", "client_secret", "dsn"],
)
def test_a_telling_key_hides_its_value(key: str) -> None:
    assert redact({"headers": [{key: "plain looking"}]}) == {"headers": [{key: "***"}]}
    assert redact({key: ""}) == {key: ""}  # that nothing is set may be seen


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent.append(envelope.serialize().decode(errors="replace"))


def test_sentry_gets_events_through_the_same_redactor() -> None:
    token = "xoxb-123456789-" + "very" * 4  # the event quotes this file, so the whole may not stand here
    kept = Kept()
    options = {"dsn": "https://key@sentry.example/1", "before_send": logs._before_send, "transport": kept}
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(sentry_sdk.Client(**options))
        password = token  # a local variable of the frame that fails
        try:
            raise RuntimeError(f"Slack refused {password}")
        except RuntimeError as error:
            sentry_sdk.capture_exception(error)
    assert len(kept.sent) == 1 and "RuntimeError" in kept.sent[0]
    assert "very" * 4 not in kept.sent[0]


def test_setting_up_gives_sentry_the_redactor(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = logging.root.handlers[:]
    try:
        logs.set_up(load(sentry_dsn="https://key@127.0.0.1:9/1"), "web")
        assert sentry_sdk.get_client().options["before_send"] is logs._before_send
    finally:
        sentry_sdk.get_client().close(timeout=0)
        sentry_sdk.get_global_scope().set_client(None)
        logging.root.handlers[:] = handlers


SCRIPT = """
import logging, structlog
from bot import logs
from bot.settings import load
logs.set_up(load(), "web")
log = structlog.get_logger("x")
token = "xoxb-123456-veryverysecret"
log.info("sent", header=f"Bearer {token}", deep={"a": [token]}, error=ValueError(token))
try:
    raise RuntimeError(token)
except RuntimeError:
    log.exception("failed")
    logging.getLogger("lib").exception("and a library says %s", token)
"""


def test_a_process_writes_json_lines_without_secrets() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert "veryverysecret" not in ran.stderr + ran.stdout
    lines = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]
    assert [(line["event"], line["process"], line["level"]) for line in lines] == [
        ("sent", "web", "info"),
        ("failed", "web", "error"),
    ]
    assert "RuntimeError: ***" in lines[1]["exception"]
    assert "ERROR lib and a library says ***" in ran.stderr
