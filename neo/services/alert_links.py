"""What people order of an alert, acknowledged or muted, and the signed links of a mail that do it.

A process that listens serves these: nothing here imports a model, a skill or a search.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from neo.domain.alerts import FIRING, AlertState, acknowledged, muted
from neo.domain.hours import next_morning
from neo.domain.links import LASTS_S, ORDERS, Link, opened, sign
from neo.domain.posts import notice
from neo.errors import BadInput, NotAllowed
from neo.services.alert_words import clock
from neo.store import Store, Transaction
from neo.store.alert_tables import AlertRow
from neo.store.tables import ProjectRow

PATH = "/alerts/"  # below the public address
HOUR_S = 3600.0
KEY_FILE = "links.key"
_SECRET_BYTES = 32
BY_MAIL = "Somebody with the link of the mail"


def secret_of(folder: Path) -> bytes:
    """The secret that signs links: made once and kept in the data folder, where only Neo reads it."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(_SECRET_BYTES))
        try:
            with suppress(FileExistsError):  # another process was first: its secret is the one
                os.link(part, path)
        finally:
            part.unlink()
    return path.read_bytes()


def links(base: str, folder: Path, alert: tuple[str, str, str], now: float) -> dict[str, str]:
    """What may be ordered, in words -> the address that orders it; empty where Neo has no public address.

    Args:
        base: The public address; may be empty.
        folder: The data folder.
        alert: Project, series, episode.
    """
    if not base:
        return {}
    secret = secret_of(folder)
    tokens = {order: sign(secret, Link(*alert, order, now + LASTS_S)) for order in ORDERS}
    return {ORDERS[order]: f"{base.rstrip('/')}{PATH}{token}" for order, token in tokens.items()}


def look_at(store: Store, secret: bytes, token: str, now: float) -> str:
    """What a link would do, as a question; nothing is done.

    Raises:
        BadInput: It is not one of Neo's, or what it is about is gone.
        NotAllowed: It is too old.
    """
    link = opened(secret, token, now)
    with store.read() as tx:
        project, _ = _about(tx, link)
        return f"{link.series}: {ORDERS[link.order]}? ({project.title})"


def obey(store: Store, secret: bytes, token: str, now: float) -> str:
    """Do what a signed link orders; a second time changes nothing more. Returns what was done, in words.

    Raises:
        BadInput: It is not one of Neo's, or what it is about is gone.
        NotAllowed: It is too old, or the workspace has removed Neo.
    """
    link = opened(secret, token, now)
    with store.write() as tx:
        project, _ = _about(tx, link)
        return carry_out(tx, project, [link.episode], link.order, now, BY_MAIL)


def _about(tx: Transaction, link: Link) -> tuple[ProjectRow, list[AlertRow]]:
    project = tx.projects.get(link.project)
    if tx.workspaces.is_locked(project.team):
        raise NotAllowed("This workspace has removed Neo.", "", "Nothing is watched there now.")
    rows = [row for row in tx.alerts.with_episode(project.id, [link.episode]) if row.series == link.series]
    if not rows:
        raise BadInput(f"This alert of {link.series} is long over.", "There was another one since.", "See the thread.")
    return project, rows


def carry_out(tx: Transaction, project: ProjectRow, episodes: Collection[str], order: str, now: float, who: str) -> str:
    """Change what is known of these episodes, and say so in the thread where anything changed.

    Args:
        order: One of ``ORDERS``.
        who: As it is told in the thread.

    Returns:
        What was done, in words.
    """
    profile = tx.people.profile(project.team, project.owner)
    until = now + HOUR_S if order == "mute_1h" else next_morning(now, profile.tz)
    changed = []
    for row in tx.alerts.with_episode(project.id, episodes):
        state = AlertState.from_json(row.state)
        if order != "ack":
            after = muted(state, max(until, state.muted_until))
        else:
            after = acknowledged(state) if state.phase == FIRING else state
        if after != state:
            tx.alerts.keep(project.id, row.rule, row.series, after)
            changed.append(row.series)
    if not changed:
        return "Nothing to do: it is over, or somebody did this before."
    about = ", ".join(sorted(set(changed)))
    told = SAID[order == "ack"].format(who=who, series=about, until=clock(until, profile))
    tx.outbox.add(project, notice(told), now)
    return told.replace(f"{BY_MAIL} has", "You have").replace(":eyes: ", "").replace(":no_bell: ", "")


SAID = {
    True: ":eyes: {who} has seen the alert of {series}: I don't say again that it is still over.",
    False: ":no_bell: {who} has muted {series} until {until}. What still holds then is told.",
}
