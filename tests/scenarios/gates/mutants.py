"""Twelve plausible slips in the gates' code, each with the rule that must find it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from gates import rules
from neo.domain import approvals
from neo.domain.approvals import Verdict
from neo.domain.lifecycle import REVIEW, Stage, Trigger
from neo.services import approval, commands, conversation, stages
from neo.store.inbox import Arrival, Inbox

Plant = Callable[[pytest.MonkeyPatch], None]
_TAKE_BACK, _REVIEW, _ADD = approval.take_back, conversation._review, Inbox.add_all


def _anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "may_approve", lambda user, *, owner, approvers: bool(user))


def _any_text(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "is_stale", lambda document, shown: not document.current)


def _any_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "is_stale", lambda document, shown: document.hash != shown)


def _half_void(patch: pytest.MonkeyPatch) -> None:
    true = stages._reopen

    def reopen(tx: Any, project: Any, trigger: Trigger, before: Stage) -> None:
        if trigger is Trigger.CHANGES_WANTED:
            tx.documents.supersede(project.id, "requirements")
        else:
            true(tx, project, trigger, before)

    patch.setattr(stages, "_reopen", reopen)


def _work_goes_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stages, "STOPS_WORK", frozenset({Trigger.PAUSE, Trigger.CANCEL, Trigger.CLOSE, Trigger.WITHDRAWN}))


def _never_back(patch: pytest.MonkeyPatch) -> None:
    def ignored(deps: Any, turn: Any, document_id: str, user: str, emoji: str) -> None:
        return

    patch.setattr(approval, "take_back", ignored)


def _anybody_back(patch: pytest.MonkeyPatch) -> None:
    def take_back(deps: Any, turn: Any, document_id: str, user: str, emoji: str) -> None:
        with deps.store.read() as tx:
            word = tx.documents.approval(document_id, Verdict.APPROVED.value)
        _TAKE_BACK(deps, turn, document_id, word.user if word else user, emoji)

    patch.setattr(approval, "take_back", take_back)


def _any_emoji_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approval, "take_back", lambda deps, turn, id, user, emoji: _TAKE_BACK(deps, turn, id, user, ""))


def _no_grace(patch: pytest.MonkeyPatch) -> None:
    for stage in (Stage.ARCHITECTURE_REVIEW, Stage.TUNING):
        kind, queue, _ = stages.ON_ENTER[stage]
        patch.setitem(stages.ON_ENTER, stage, (kind, queue, False))


def _twice(patch: pytest.MonkeyPatch) -> None:
    number = itertools.count()

    def add(inbox: Inbox, arrivals: Sequence[Arrival]) -> list[bool]:
        fresh = [replace(one, event_id=f"{one.event_id}-{next(number)}", message_key=None) for one in arrivals]
        return _ADD(inbox, fresh)

    patch.setattr(Inbox, "add_all", add)


def _by_words(patch: pytest.MonkeyPatch) -> None:
    def review(deps: Any, turn: Any, project: Any, message: Any) -> None:
        kind = "requirements" if project.stage == Stage.REQUIREMENTS_REVIEW.value else "architecture"
        with deps.store.read() as tx:
            row = tx.documents.latest(project.id, kind)
        if message.heard.approval != "for" or row is None:
            _REVIEW(deps, turn, project, message)
            return
        with turn.transaction() as tx:
            word = approval.Word(message.user, Verdict.APPROVED, "words")
            approval.settle(deps, tx, tx.projects.get(project.id), tx.documents.get(row.id), row.hash, word)

    for stage in REVIEW:
        patch.setitem(conversation.READS, stage, review)


def _anybody_names(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commands, "_check_owner", lambda deps, tx, project, user: None)


# Name of the slip, how it is planted, and the rule that must find it.
Mutant = tuple[str, Plant, str]
MUTANTS: tuple[Mutant, ...] = (
    ("a change voids the requirements alone", _half_void, rules.VOIDS),
    ("work goes on after a change", _work_goes_on, rules.STOPS),
    ("work begins at once", _no_grace, rules.GRACE),
    ("an event that comes twice is handled twice", _twice, rules.HANDLED_ONCE),
    ("words approve", _by_words, rules.WORDS),
    ("anybody names approvers", _anybody_names, rules.NAMING),
    ("an outdated version can be approved", _any_version, rules.ID),
    ("an approval cannot be taken back", _never_back, rules.BACK),
    ("anybody takes an approval back", _anybody_back, rules.BACK_PERSON),
    ("any emoji taken back undoes the approval", _any_emoji_back, rules.BACK_EMOJI),
    ("anybody approves", _anybody, rules.PEOPLE),
    ("the hash is not compared", _any_text, rules.HASH),
)
