"""Buttons under Neo's questions: take what it recommends, or say which of two sayings holds."""

from __future__ import annotations

from dataclasses import replace

from neo.agent.intake import noted
from neo.agent.merge import may_decide, settled
from neo.domain.brief import Brief, SlotValue
from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import Stage
from neo.domain.posts import Post, private
from neo.services import people
from neo.services.deps import Deps, Turn, brief_of, stage_of
from neo.services.hearing import go_on
from neo.store import Transaction
from neo.store.tables import ProjectRow

ANSWERED = "These questions are answered already."


def take_all(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Take all recommendations*: for what was asked last and is not answered."""
    with turn.transaction() as tx:
        project = tx.projects.get(event.value)
        people.note_touches(tx, project.team, event.user, ["took_all"])
        _take(deps, tx, project, event.user, [name for row in brief_of(project).asked for name in row])


def take_row(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Take: ...* beside one question; the value is ``<project>:<slot>,<slot>``."""
    id, _, names = event.value.partition(":")
    with turn.transaction() as tx:
        _take(deps, tx, tx.projects.get(id), event.user, names.split(","))


def _take(deps: Deps, tx: Transaction, project: ProjectRow, user: str, names: list[str]) -> None:
    brief, slots = brief_of(project), deps.skill_of(project).slots
    taken = {
        slot.name: SlotValue(slot.recommended, slot.recommended_words, "recommended", user)
        for slot in slots
        if slot.name in names and slot.name not in brief.values and slot.recommended is not None
    }
    if stage_of(project) is not Stage.INTAKE or not taken:
        tx.outbox.add(project, private(ANSWERED, user), deps.now())
        return
    after = brief.with_values(taken)
    tx.outbox.add(project, Post("text", noted(brief, after, slots)), deps.now())
    still = tuple(row for row in after.asked if any(name not in after.values for name in row))
    after = replace(after, asked=still)
    if still:
        tx.projects.save(project, brief=after.to_json())
    else:
        go_on(deps, tx, project, after)


def settle(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """One of two sayings that contradict each other; the value is ``<project>:<slot>:<place>``."""
    id, name, place = event.value.split(":")
    with turn.transaction() as tx:
        project = tx.projects.get(id)
        brief, slots = brief_of(project), deps.skill_of(project).slots
        if name not in brief.conflicts:
            tx.outbox.add(project, private("That is settled already.", event.user), deps.now())
            return
        if not may_decide(event.user, project.owner, project.approvers):
            text = f"<@{project.owner}> started this project, and says which of the two holds."
            tx.outbox.add(project, private(text, event.user), deps.now())
            return
        after = settled(brief, name, int(place))
        line = noted(replace(brief, values={}), replace(after, values={name: after.values[name]}), slots)
        tx.outbox.add(project, Post("text", line), deps.now())
        go_on(deps, tx, project, without_asked(after))


def without_asked(brief: Brief) -> Brief:
    """The brief with no question waiting."""
    return replace(brief, asked=())
