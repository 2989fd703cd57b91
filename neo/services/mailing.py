"""Mails: written with what they tell of, at most ten an hour to an address, delivered by whoever claims them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import structlog

from neo.domain.posts import Attachment, notice
from neo.services.alert_links import links
from neo.services.alert_words import Told, clock, subject, text
from neo.services.deps import Deps
from neo.store import Transaction
from neo.store.alert_tables import MailRow
from neo.store.mails import MOST_AN_HOUR
from neo.store.tables import ProjectRow
from neo.transports.base import Refused, TryLater
from neo.transports.mail import Mail, MailTransport, Picture, is_address

log = structlog.get_logger(__name__)

GIVE_UP_S = 2 * 86_400.0  # a mail that could not be sent for so long helps nobody; the thread is told
TELL_AFTER = 5  # attempts; what a person must mend is told at once
A_PERSONS_S = 300.0  # a transport that waits so long waits for a person
TOLD_EVERY_S = 3600.0  # of trouble, in each project
_SLOWEST_S = 900.0
NO_LINKS = "To acknowledge or mute it, use the buttons in the project's thread."
HELD = "More than {most} alerts came for this address within an hour. These were held back, and are all of them:"


def write(
    deps: Deps,
    tx: Transaction,
    project: ProjectRow,
    told: Told,
    recipients: Sequence[str],
    shown: Sequence[Attachment] = (),
) -> int:
    """Write the mails that tell of something, one to each address; returns how many are new."""
    profile = tx.people.profile(project.team, project.owner)
    parts = [text(told, profile), *_ways(deps, project, told), f"{project.title}, watched by Neo."]
    pictures = [{"address": one.address, "alt": one.alt_text, "name": one.name} for one in shown]
    written = 0
    for to in dict.fromkeys(recipients):
        begun = _message_id(deps, told.root, "begin", to)
        own = begun
        headers = {"X-Neo-Episode": told.root}
        if told.kind not in ("firing", "offline"):
            own = _message_id(deps, told.root, f"{told.kind}.{told.first.at!r}", to)
            headers |= {"In-Reply-To": begun, "References": begun}
        body = {"text": "\n\n".join(parts), "pictures": pictures, "headers": headers}
        new = tx.mails.add(project.id, project.team, to, subject(told), body, own, deps.now())
        written += new is not None
    return written


def _ways(deps: Deps, project: ProjectRow, told: Told) -> list[str]:
    """How the reader can acknowledge or mute it."""
    if told.kind not in ("firing", "still", "offline"):
        return []
    lines = []
    for one in told.notices:
        ways = links(deps.policy.public_url, deps.policy.work_dir, (project.id, one.series, one.episode), deps.now())
        known = {what: way for what, way in ways.items() if told.kind != "offline" or what != "acknowledge"}
        lines += [f"{one.series}: {what}: {way}" for what, way in known.items()]
    return ["\n".join(lines)] if lines else [NO_LINKS]


def _message_id(deps: Deps, root: str, what: str, to: str) -> str:
    """Worked out, not drawn: whoever writes or sends the mail again gives it the same id."""
    digest = hashlib.sha256(f"{root}\n{what}\n{to}".encode()).hexdigest()[:24]
    domain = deps.policy.mail_from.rpartition("@")[2].strip("<> ")
    return f"<neo.{digest}@{domain if re.fullmatch(r'[A-Za-z0-9.-]+', domain) else 'neo.invalid'}>"


def send_digests(deps: Deps) -> int:
    """Tell each address that may be written to again what was held back from it; returns how many mails that made."""
    with deps.store.read() as tx:
        waiting = bool(tx.mails.held())
    return _digested(deps) if waiting else 0


def _digested(deps: Deps) -> int:
    made = 0
    with deps.store.write() as tx:
        groups: dict[tuple[str, str], list[MailRow]] = {}
        for row in tx.mails.held():
            groups.setdefault((row.team, row.recipient), []).append(row)
        for (team, recipient), rows in groups.items():
            if tx.workspaces.is_locked(team) or tx.mails.in_the_hour(recipient, deps.now()) >= MOST_AN_HOUR:
                continue
            _digest(deps, tx, rows, HELD.format(most=MOST_AN_HOUR))
            made += 1
    return made


def _digest(deps: Deps, tx: Transaction, rows: Sequence[MailRow], opening: str) -> None:
    project = tx.projects.get(rows[0].project)
    profile = tx.people.profile(project.team, project.owner)
    lines = [f"- {clock(row.created_at, profile)}: {str(row.body['text']).splitlines()[0]}" for row in rows]
    body: dict[str, Any] = {"text": "\n".join([opening, "", *lines]), "pictures": [], "headers": {}}
    id = _message_id(deps, rows[0].message_id, rows[-1].message_id, rows[0].recipient)
    tx.mails.add_digest(rows[0], f"{len(rows)} alerts that were held back", body, id, deps.now())
    for row in rows:
        row.status = "told"
        tx.mails.save(row)


def deliver(deps: Deps, sender: MailTransport) -> bool:
    """Send the next mail that may go; False when there is none.

    Between sending and marking the process may die: then the mail is sent again, with the same id.
    """
    with deps.store.write() as tx:
        row = tx.mails.claim(deps.now())
    if row is None:
        return False
    try:
        sender.send(mail_of(deps, row))
    except TryLater as error:
        _later(deps, row, error)
    except Refused as error:
        _failed(deps, row, str(error))
    else:
        with deps.store.write() as tx:
            tx.mails.mark(row, "sent", error="", sent_at=deps.now())
    return True


def mail_of(deps: Deps, row: MailRow) -> Mail:
    """The mail that a row holds; a picture that is not kept any more is told in words."""
    pictures, gone = [], []
    for one in row.body["pictures"]:
        try:
            pictures.append(Picture(deps.files.get(one["address"]), one["alt"], str(one["name"]).partition(".")[0]))
        except FileNotFoundError:
            gone.append(f"[The picture is not kept any more: {one['alt']}]")
    body = "\n\n".join([str(row.body["text"]), *gone])
    headers = dict(row.body["headers"])
    return Mail(row.message_id, row.recipient, row.subject, body, "", tuple(pictures), headers, row.created_at)


def _later(deps: Deps, row: MailRow, error: TryLater) -> None:
    now = deps.now()
    if now - row.created_at > GIVE_UP_S:
        _failed(deps, row, f"{error.reason}, for {GIVE_UP_S / 86_400:.0f} days")
        return
    wait_s = max(error.wait_s, min(2.0**row.attempts, _SLOWEST_S))
    log.warning("a mail waits", mail=row.id, attempt=row.attempts, wait_s=wait_s, reason=error.reason)
    with deps.store.write() as tx:
        mine = tx.mails.mark(row, "waiting", not_before=now + wait_s, error=error.reason)
        if mine and (error.wait_s >= A_PERSONS_S or row.attempts >= TELL_AFTER):
            holder = f"{row.id}:{row.attempts}"
            if tx.jobs.take_lease(f"mail trouble:{row.project}", holder, now, TOLD_EVERY_S):
                told = f":warning: Mails cannot be sent now: {error.reason}. I go on trying; all of it stands here too."
                tx.outbox.add(tx.projects.get(row.project), notice(told), now)


def _failed(deps: Deps, row: MailRow, reason: str) -> None:
    log.error("a mail was refused for good", mail=row.id, reason=reason)
    with deps.store.write() as tx:
        if tx.mails.mark(row, "failed", error=reason):
            shown = row.recipient if is_address(row.recipient) else "an address that is none"
            told = f":x: The mail to {shown} was given up: {reason}. Say *change* to name another address."
            tx.outbox.add(tx.projects.get(row.project), notice(told), deps.now())
