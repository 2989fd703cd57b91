"""Watching a deployed service: a probe, a step of its health, a word in the thread when that changes."""

from __future__ import annotations

from dataclasses import asdict

from neo.agent.understanding.wording import in_words
from neo.domain.health import Change, Health, Probe, step
from neo.domain.lifecycle import Stage
from neo.domain.posts import Post
from neo.errors import Unavailable
from neo.services import alerting
from neo.services.deployment import start_again
from neo.services.deps import Deps, HeldJob, brief_of, stage_of
from neo.store.tables import DeploymentRow

CONFIRM_S = 1.0  # after a failed probe the next one comes soon: to confirm the outage, and to see it mended
OBSERVE_S = 1.0  # between two looks at what a service observes
MOST_PROBES = 2000  # kept for pictures: at one in 15 s about eight hours


def watch(deps: Deps, job: HeldJob) -> None:
    """Look once, tell what changed, and come back later: between two looks the job waits in its queue.

    A service that observes something is looked at every second, and probed as often as any other.
    """
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        row = tx.deployments.current(job.project)
    if row is None or stage_of(project) is not Stage.LIVE:
        with job.finishing():
            return
    seen = alerting.look(deps, project, row.url)
    if seen is not None and seen.answered and not _probe_is_due(deps, job, row):
        with job.transaction() as tx:
            alerting.observe(deps, tx, tx.projects.get(job.project), seen.observations, deps.now(), seen.pictures)
            tx.jobs.put_back(job.row(tx), deps.now() + OBSERVE_S, "")
        return
    probe = deps.deployer.probe(row.url)
    limit = brief_of(project).value("latency")
    health, change = step(_health(row), probe, limit)
    mended = None if health.up else _mend(deps, row)
    with job.transaction() as tx:
        project = tx.projects.get(job.project)
        row = tx.deployments.current(job.project)
        if row is not None:
            _keep(row, probe, health)
            if mended is not None:
                row.pid, row.url = mended
            tx.deployments.save(row)
            if change is not None:
                tx.outbox.add(project, Post("notice", words(change, row.url, limit)), deps.now())
        held = job.row(tx)
        soon = not probe.ok or change is not None
        if seen is not None:
            alerting.observe(deps, tx, project, seen.observations, deps.now(), seen.pictures)
            held.payload = {**held.payload, "probed_at": deps.now()}
        wait_s = CONFIRM_S if soon else OBSERVE_S if seen is not None else deps.policy.watch_every_s
        tx.jobs.put_back(held, deps.now() + wait_s, "")


def _probe_is_due(deps: Deps, job: HeldJob, row: DeploymentRow) -> bool:
    since = deps.now() - float(job.payload.get("probed_at", 0.0))
    return row.status != "up" or _health(row).streak > 0 or since >= deps.policy.watch_every_s


def _health(row: DeploymentRow) -> Health:
    return Health(**row.health) if row.health else Health()


def _keep(row: DeploymentRow, probe: Probe, health: Health) -> None:
    row.health = asdict(health)
    row.status = "up" if health.up else "down"
    row.probes = [*row.probes, [probe.at, float(probe.ok), probe.latency_s]][-MOST_PROBES:]


def _mend(deps: Deps, row: DeploymentRow) -> tuple[int, str] | None:
    try:
        running = start_again(deps, row)
    except Unavailable:
        return None  # the next probe finds it down still, and says so in the thread
    return (running.pid, running.url) if running else None


def words(change: Change, url: str, limit_s: float | None) -> str:
    """What is said in the thread of a change of health."""
    lasted = in_words("seconds", round(change.lasted_s, 1)) if change.lasted_s else ""
    limit = in_words("seconds", limit_s) if limit_s is not None else "no limit"
    return TOLD[change.kind].format(url=url, reason=change.reason, lasted=lasted, limit=limit)


TOLD = {
    "down": ":red_circle: The service at {url} is down: {reason}. I keep trying to start it again.",
    "up": ":large_green_circle: The service at {url} is back, after {lasted}.",
    "slow": ":warning: The service at {url} is slower than you asked for: {reason}.",
    "fast_again": ":large_green_circle: The service at {url} is within its limit of {limit} again.",
}


def revive(deps: Deps) -> int:
    """Start services that are not running, when Neo itself starts; returns how many were started."""
    started = 0
    with deps.store.read() as tx:
        live = [row for row in tx.deployments.running() if stage_of(tx.projects.get(row.project)) is not Stage.PAUSED]
    for row in live:
        if not deps.deployer.probe(row.url, timeout_s=1.0).ok and (mended := _mend(deps, row)) is not None:
            started += 1
            with deps.store.write() as tx:
                current = tx.deployments.get(row.id)
                if current is not None:
                    current.pid, current.url = mended
                    tx.deployments.save(current)
    return started


def keep_watching(deps: Deps) -> int:
    """Enqueue the watch of every live project that has none; returns how many were missing."""
    missing = 0
    with deps.store.write() as tx:
        for row in tx.deployments.running():
            project = tx.projects.get(row.project)
            if stage_of(project) is Stage.LIVE and not tx.jobs.open(project.id, "watch"):
                tx.jobs.add("watch", "watch", project.id, deps.now())
                missing += 1
    return missing
