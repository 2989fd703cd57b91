from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from bot.workspace import Faults, Person, Plan, Refuse, Slow, WorkspaceServer
from bot.workspace.errors import PersonError


@pytest.fixture
def you(server: WorkspaceServer) -> Iterator[Person]:
    with Person(server.url) as person:
        yield person
        person.set_faults()


def call(server: WorkspaceServer, method: str) -> httpx.Response:
    token = {"Authorization": f"Bearer {server.tokens.bot_token}"}
    return httpx.post(f"{server.api_url}{method}", data={"channel": "#general", "text": "x"}, headers=token)


def test_some_calls_are_refused(server: WorkspaceServer, you: Person) -> None:
    you.set_faults(refuse={"methods": ["chat.*", "views.open"], "times": 2, "retry_after_s": 7})
    assert call(server, "auth.test").status_code == 200
    answers = [call(server, "chat.postMessage") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_some_calls_are_slow(server: WorkspaceServer, you: Person) -> None:
    you.set_faults(slow={"methods": ["auth.test"], "seconds": 0.4, "times": 1})

    def seconds(method: str) -> float:
        start = time.monotonic()
        assert call(server, method).status_code == 200
        return time.monotonic() - start

    assert seconds("chat.postMessage") < 0.4
    assert seconds("auth.test") >= 0.4
    assert seconds("auth.test") < 0.4


def test_a_plan_replaces_the_one_before_and_none_is_the_rule(server: WorkspaceServer, you: Person) -> None:
    you.set_faults(refuse={"methods": ["*"], "times": 9})
    you.set_faults()
    assert call(server, "chat.postMessage").status_code == 200
    assert httpx.get(f"{server.url}/people/faults").json()["faults"] == {
        "refuse": None,
        "slow": None,
        "drop_socket_after": 0,
        "deliver": 1,
        "lose_acks": 0,
    }


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"explode": 1}, "faults has no 'explode'; it has refuse, slow"),
        ({"refuse": {"method": "x"}}, "refuse has no 'method'"),
        ({"refuse": {"methods": "chat.*"}}, "refuse.methods must be a list"),
        ({"slow": {"seconds": "long"}}, "slow.seconds must be a number"),
        ({"deliver": -1}, "faults.deliver must be a number of at least 0"),
        ({"slow": 3}, "slow must be an object"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(you: Person, plan: dict[str, object], sentence: str) -> None:
    with pytest.raises(PersonError, match=sentence):
        you.set_faults(**plan)


def test_counters() -> None:
    faults = Faults(Plan(refuse=Refuse(("a.*",), 1, 3), slow=Slow(("b",), 1, 0.5), drop_socket_after=2, lose_acks=1))
    assert [faults.refusal("b"), faults.refusal("a.x"), faults.refusal("a.x")] == [None, 3, None]
    assert [faults.delay_s("a.x"), faults.delay_s("b"), faults.delay_s("b")] == [0.0, 0.5, 0.0]
    assert [faults.hangs_up() for _ in range(4)] == [False, True, False, False]
    assert [faults.loses_ack() for _ in range(2)] == [True, False]
