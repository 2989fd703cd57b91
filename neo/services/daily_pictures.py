"""Once a day: what was observed yesterday, as a picture in the thread; what was kept for long enough is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from neo.agent.charts import MOST_LINES, observed_picture
from neo.domain.access import Profile
from neo.domain.hours import yesterday
from neo.domain.lifecycle import Stage
from neo.domain.manners import local
from neo.domain.posts import Attachment, Button, Post
from neo.services.alert_words import number
from neo.services.deps import Deps, brief_of, stage_of
from neo.services.manners import manners_of
from neo.store import Transaction
from neo.store.alert_tables import ObservedRow
from neo.store.alerts import KEPT_S, MINUTE_S
from neo.store.tables import ProjectRow

HOUR = 8  # of the owner's day
PICTURES_KEPT_S = 86_400.0  # of alerts: what people look like is kept no longer than it is needed


def send(deps: Deps) -> int:
    """Post the pictures that are due, and forget what is old; returns how many were posted."""
    with deps.store.read() as tx:
        projects = tx.alerts.observing()
    sent = 0
    for id in projects:
        sent += _send(deps, id)
        _forget_pictures(deps, id)
    if projects:
        with deps.store.write() as tx:
            tx.alerts.forget(deps.now() - KEPT_S)
    return sent


def _send(deps: Deps, id: str) -> bool:
    """Think first: the picture is drawn outside the transaction that posts it."""
    with deps.store.read() as tx:
        project = tx.projects.get(id)
        if not _is_due(deps, tx, project):
            return False
        profile = tx.people.profile(project.team, project.owner)
        start, end = yesterday(deps.now(), profile.tz)
        rows = list(tx.alerts.observed(id, start, end))
    if not rows:
        return False
    post = _post(deps, project, profile, start, rows)
    with deps.store.write() as tx:
        project = tx.projects.get(id)
        if not _is_due(deps, tx, project):
            return False
        noted = manners_of(tx, project.team, project.owner).with_reminder(f"picture:{id}", deps.now())
        tx.people.save(project.team, project.owner, manners=noted.to_json())
        tx.outbox.add(project, post, deps.now())
    return True


def _is_due(deps: Deps, tx: Transaction, project: ProjectRow) -> bool:
    """From eight of the owner's clock on, once a day, for a live project of which they did not silence it."""
    if stage_of(project) is not Stage.LIVE or tx.workspaces.is_locked(project.team):
        return False
    manners, profile = manners_of(tx, project.team, project.owner), tx.people.profile(project.team, project.owner)
    clock, name = local(deps.now(), profile), f"picture:{project.id}"
    morning = clock.replace(hour=HOUR, minute=0, second=0, microsecond=0).timestamp()
    last = (manners.reminded or {}).get(name, 0.0)
    return clock.hour >= HOUR and last < morning and name not in manners.silenced


def _post(deps: Deps, project: ProjectRow, profile: Profile, start: float, rows: Sequence[ObservedRow]) -> Post:
    series: dict[str, list[ObservedRow]] = {}
    for row in rows:
        series.setdefault(row.series, []).append(row)
    rules = deps.skill_of(project).alert_rules(brief_of(project), profile.tz)
    lines = {name: [(one.minute * 60.0, one.mean) for one in found] for name, found in series.items()}
    day = local(start, profile)
    title = f"{project.title}, {day.day} {day:%B}"
    zone = day.tzinfo
    assert zone is not None, "a time on somebody's clock has a zone"
    picture = observed_picture(title, lines, sorted({rule.over for rule in rules}), zone)
    told = "\n".join(in_words(name, found, profile) for name, found in series.items())
    more = f" (the first {MOST_LINES} are drawn)" if len(series) > MOST_LINES else ""
    file = Attachment(deps.files.put(picture), "yesterday.png", f"{title}{more}", told.replace("\n", " ")[:1000])
    silence = Button("No more daily pictures", "silence", f"{project.id}:picture:{project.id}")
    return Post("notice", f"*Yesterday, {day.day} {day:%B}*\n{told}", buttons=(silence,), attachments=(file,))


def in_words(name: str, rows: Sequence[ObservedRow], profile: Profile) -> str:
    """A series' day in a line: its average, its highest and when that was, and how much of the day was seen."""
    count = sum(row.count for row in rows)
    mean = sum(row.mean * row.count for row in rows) / count
    top = max(rows, key=lambda row: row.highest)
    at = local(top.minute * float(MINUTE_S), profile)
    return (
        f"{name}: {mean:.1f} on average, at most {number(top.highest)} at {at:%H:%M}; "
        f"seen in {len(rows)} minutes of the day."
    )


def _forget_pictures(deps: Deps, id: str) -> None:
    """Drop the pictures of yesterday's alerts, once nothing waits to be sent that may show them."""
    with deps.store.write() as tx:
        if tx.outbox.open_of(id) or tx.mails.open_of(id):
            return
        addresses = tx.alerts.without_pictures(id, deps.now() - PICTURES_KEPT_S)
    for address in addresses:
        deps.files.drop(address)
