"""Events that wait for the bot. They outlive a restart, and stay until the bot has acknowledged them."""

from __future__ import annotations

import json
import sqlite3
import uuid

from bot.workspace.errors import Json
from bot.workspace.state import State

# Slack gives up after three retries that a connected bot left without an answer.
MAX_REFUSALS = 4


def put(state: State, payload: Json) -> None:
    """Queue one Events API payload."""
    with state.transaction() as db:
        db.execute(
            "INSERT INTO envelopes (envelope_id, payload) VALUES (?, ?)", (str(uuid.uuid4()), json.dumps(payload))
        )


def waiting(state: State) -> list[sqlite3.Row]:
    """The envelopes not yet acknowledged, oldest first."""
    return state.rows("SELECT * FROM envelopes ORDER BY id LIMIT 100")


def sent(state: State, envelope_id: str) -> None:
    """Count one more delivery."""
    with state.transaction() as db:
        db.execute("UPDATE envelopes SET attempts = attempts + 1 WHERE envelope_id = ?", (envelope_id,))


def acknowledged(state: State, envelope_id: str) -> None:
    """Forget an envelope that the bot has taken."""
    with state.transaction() as db:
        db.execute("DELETE FROM envelopes WHERE envelope_id = ?", (envelope_id,))


def missed(state: State, envelope_id: str, reason: str) -> None:
    """Note why a delivery was not acknowledged.

    A lost connection does not count against the envelope; a connected bot that leaves it without an answer
    MAX_REFUSALS times does not want it, and it is dropped, as Slack does.
    """
    refused = reason == "timeout"
    with state.transaction() as db:
        db.execute(
            "UPDATE envelopes SET reason = ?, refusals = refusals + ? WHERE envelope_id = ?",
            (reason, int(refused), envelope_id),
        )
        db.execute("DELETE FROM envelopes WHERE refusals >= ?", (MAX_REFUSALS,))


def frame(row: sqlite3.Row, copy: int = 0) -> Json:
    """The envelope as the websocket carries it; a *copy* above 0 is a retry of the same event."""
    return {
        "envelope_id": row["envelope_id"],
        "payload": json.loads(row["payload"]),
        "type": "events_api",
        "accepts_response_payload": False,
        "retry_attempt": row["attempts"] + copy,
        "retry_reason": row["reason"] or ("timeout" if copy else ""),
    }
