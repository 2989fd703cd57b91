from __future__ import annotations

import json

from bot.workspace import envelopes
from bot.workspace.workspace import Workspace


def test_a_lost_connection_never_drops_an_event(workspace: Workspace) -> None:
    envelopes.put(workspace.state, {"event": 1})
    [row] = envelopes.waiting(workspace.state)
    for _ in range(10):
        envelopes.sent(workspace.state, row["envelope_id"])
        envelopes.missed(workspace.state, row["envelope_id"], "connection_failed")
    [row] = envelopes.waiting(workspace.state)
    frame = envelopes.frame(row)
    assert (frame["retry_attempt"], frame["retry_reason"], frame["payload"]) == (10, "connection_failed", {"event": 1})


def test_a_connected_bot_that_never_answers_is_left_alone(workspace: Workspace) -> None:
    envelopes.put(workspace.state, {"event": 1})
    [row] = envelopes.waiting(workspace.state)
    for _ in range(envelopes.MAX_REFUSALS):
        envelopes.missed(workspace.state, row["envelope_id"], "timeout")
    assert envelopes.waiting(workspace.state) == []


def test_waiting_events_follow_the_workspace_to_a_new_address(workspace: Workspace) -> None:
    envelopes.put(workspace.state, {"url": "http://127.0.0.1:3100/files-pri/T-F/a.txt"})
    workspace.state.move_to("http://127.0.0.1:4200")
    [row] = envelopes.waiting(workspace.state)
    assert json.loads(row["payload"])["url"] == "http://127.0.0.1:4200/files-pri/T-F/a.txt"


def test_a_post_and_its_events_are_one_transaction(workspace: Workspace, api: object, channel: str) -> None:
    owner = workspace.state.row("SELECT * FROM users WHERE role = 'owner'")
    assert owner
    workspace.react(channel, _said(workspace, channel, owner["id"]), "eyes", owner["id"])
    kinds = [json.loads(row["payload"])["event"]["type"] for row in envelopes.waiting(workspace.state)]
    assert kinds == ["message", "app_mention", "reaction_added"]
    ids = [json.loads(row["payload"])["event_id"] for row in envelopes.waiting(workspace.state)]
    assert len(set(ids)) == 3


def _said(workspace: Workspace, channel: str, user: str) -> str:
    from bot.workspace.workspace import Draft

    return workspace.post(Draft(channel, user, {"text": f"<@{workspace.state.identity.bot_user_id}> hi"}))
