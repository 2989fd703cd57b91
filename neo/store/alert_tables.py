"""The tables of alerts, of what was observed, and of mails."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from neo.store.tables import as_json


class AlertRow(SQLModel, table=True):
    """What is known of an observed series of a project under one of its rules, and what was told of it.

    Attributes:
        state: See `domain/alerts.AlertState`; the time in it is the cursor: nothing older is looked at again.
        episodes: What was told, the newest last, as plain values.
    """

    __tablename__ = "alert"

    project: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    state: dict[str, Any] = as_json()
    episodes: list[dict[str, Any]] = as_json(list)
    seen_at: float = 0.0


class ObservedRow(SQLModel, table=True):
    """An observed series by the minute, for pictures; *minute* counts from 1970."""

    __tablename__ = "observed"
    __table_args__ = (Index("observed_minute", "minute"),)

    project: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    minute: int = Field(primary_key=True)
    count: int
    mean: float
    highest: float


class MailRow(SQLModel, table=True):
    """The outbox of mails: one row an address; one that would be too many in an hour is held for a digest.

    Attributes:
        seq: The order in which they were written.
        body: Text, pictures by their addresses in the file store, headers.
        message_id: The same however often it is sent.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("message_id"),
        Index("mail_open", "status", "not_before"),
        Index("mail_recipient", "recipient", "created_at"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    project: str = Field(index=True)
    team: str
    recipient: str
    subject: str
    body: dict[str, Any] = as_json()
    message_id: str
    status: str = "waiting"  # waiting, sending, sent, failed, held, told (in a digest)
    attempts: int = 0
    not_before: float = 0.0
    lease_until: float = 0.0
    fence: int = 0
    error: str = ""
    created_at: float
    sent_at: float | None = None
