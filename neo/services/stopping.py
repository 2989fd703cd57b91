"""The platform's own Stop button."""

from __future__ import annotations

from neo.domain.events import WorkStopped
from neo.domain.lifecycle import WORKING, Trigger
from neo.domain.posts import Post, notice
from neo.services.access import check_right
from neo.services.deps import Deps, Turn, stage_of
from neo.services.stages import advance

STOPPED = "Stopped, <@{user}>. What was done is kept: say *resume* to go on, or *cancel* to end the project."
STOPPED_ANSWER = "Stopped, <@{user}>; your question stays unanswered."


def on_stopped(deps: Deps, turn: Turn, event: WorkStopped) -> None:
    """Stop what runs in a thread: a search, a build or a measurement rests and can go on; an answer is not given.

    Raises:
        NotAllowed: The person may not steer the project.
    """
    with turn.transaction() as tx:
        project = tx.projects.in_thread(event.team, event.channel, event.thread)
        if project is None:
            return
        if stage_of(project) in WORKING or tx.jobs.open(project.id, "write_architecture"):
            check_right(deps, tx, project, event.user, "stop")
            advance(deps, tx, project, Trigger.PAUSE, f"<@{event.user}> pressed Stop")
            text = STOPPED
        else:
            text = STOPPED_ANSWER if tx.jobs.stop(project.id, "answer") else ""
        tx.outbox.add(project, Post("working", ""), deps.now())
        if text:
            tx.outbox.add(project, notice(text.format(user=event.user)), deps.now())
