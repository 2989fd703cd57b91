"""A new version beside the one before it: both answer, people see the answers blind and vote, and the votes decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neo.delivery.deployers import Running
from neo.domain.approvals import bare
from neo.domain.events import ButtonPressed
from neo.domain.posts import Button, Post, notice, private
from neo.evals.stats import wilson
from neo.services.access import check_right
from neo.services.deps import Deps, HeldJob, Turn
from neo.store import Transaction
from neo.store.tables import AnswerRow, ComparisonRow, ProjectRow, VoteRow, new_id

PREFIX = "cmp"
CHOICES = {"first": "A is better", "second": "B is better", "equal": "Equally good", "neither": "Both are bad"}
EMOJI = {"a": "first", "b": "second"}
THANKS = "Thank you: _{choice}_ is noted. The versions stay hidden until the votes are in."


def shown(first: AnswerRow, second: AnswerRow, comparison: ComparisonRow) -> Post:
    """Both answers, blind, with a button for each choice."""
    answers: list[dict[str, Any]] = [{"text": one.text, "sources": one.sources} for one in (first, second)]
    buttons = tuple(Button(words, f"vote_{choice}", comparison.id) for choice, words in CHOICES.items())
    text = f"*A*\n{first.text}\n\n*B*\n{second.text}"
    return Post("comparison", text, data={"answers": answers}, buttons=buttons)


def compare(deps: Deps, tx: Transaction, project: ProjectRow, answers: Sequence[AnswerRow]) -> None:
    """Keep two answers to one question as a comparison; which stands first is drawn from its id, so it is no habit."""
    id = new_id(PREFIX)
    first, second = answers if int(id[-1], 16) % 2 else reversed(answers)
    row = tx.feedback.add_comparison(
        ComparisonRow(id=id, project=project.id, first=first.id, second=second.id, at=deps.now())
    )
    tx.outbox.add(project, shown(first, second, row), deps.now(), answer=row.id)


def on_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A vote by button: the action is ``vote_<choice>``, the value the comparison's id."""
    _vote(deps, turn, event.value, event.user, event.action.removeprefix("vote_"))


def on_emoji(deps: Deps, turn: Turn, comparison: str, user: str, emoji: str) -> None:
    """A vote by the emoji A or B; any other says nothing."""
    if choice := EMOJI.get(bare(emoji)):
        _vote(deps, turn, comparison, user, choice)


def _vote(deps: Deps, turn: Turn, id: str, user: str, choice: str) -> None:
    with turn.transaction() as tx:
        row = tx.feedback.comparison(id)
        if row is None or choice not in CHOICES:
            return
        project = tx.projects.get(row.project)
        versions = [answer.version if (answer := tx.feedback.answer(one)) else "" for one in (row.first, row.second)]
        preferred = {"first": versions[0], "second": versions[1]}.get(choice, "")
        rival = next((version for version in versions if version != preferred), "") if preferred else ""
        before = _decided(tx, project)
        vote = VoteRow(comparison=id, user=user, project=project.id, preferred=preferred, rival=rival, choice=choice)
        tx.feedback.vote(vote, deps.now())
        tx.outbox.add(project, private(THANKS.format(choice=CHOICES[choice]), user), deps.now())
        if before < deps.policy.compare_votes <= _decided(tx, project):
            _conclude(deps, tx, project)


def _votes(tx: Transaction, project: ProjectRow) -> list[VoteRow]:
    """The votes between the two versions that run; none where there is nothing to compare."""
    current, rival = tx.deployments.current(project.id), tx.deployments.rival(project.id)
    if current is None or rival is None:
        return []
    return tx.feedback.votes(project.id, frozenset({current.version, rival.version}))


def _decided(tx: Transaction, project: ProjectRow) -> int:
    return sum(bool(vote.preferred) for vote in _votes(tx, project))


def _conclude(deps: Deps, tx: Transaction, project: ProjectRow) -> None:
    """Tell the result, once; the owner says which version stays where the older one leads."""
    current, votes = tx.deployments.current(project.id), _votes(tx, project)
    decided = [vote for vote in votes if vote.preferred]
    newer = sum(current is not None and vote.preferred == current.version for vote in decided)
    low, high = wilson(newer, len(decided))
    text = told(newer, len(decided), len(votes), (low, high))
    if high >= 0.5:
        tx.outbox.add(project, notice(f"{text} The new version stays; the one before it is stopped."), deps.now())
        tx.jobs.add("short", "end_comparison", project.id, deps.now())
        return
    buttons = (
        Button("Go back to the version before", "comparison_back", project.id, style="primary"),
        Button("Keep the new version", "comparison_keep", project.id),
    )
    tx.outbox.add(project, Post("notice", f"<@{project.owner}>: {text} What shall hold?", buttons=buttons), deps.now())


def told(newer: int, decided: int, all_votes: int, interval: tuple[float, float]) -> str:
    """The result in words.

    >>> told(7, 9, 10, (0.45, 0.94))
    'The new version was preferred in 7 of 9 decided votes (95 % interval 45 % to 94 %); 1 of 10 saw no difference.'
    """
    low, high = (round(100 * share) for share in interval)
    return (
        f"The new version was preferred in {newer} of {decided} decided votes (95 % interval {low} % to {high} %); "
        f"{all_votes - decided} of {all_votes} saw no difference."
    )


def settle(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*Go back* or *Keep*, by who may steer the project."""
    back = event.action == "comparison_back"
    with turn.transaction() as tx:
        project = tx.projects.get(event.value)
        check_right(deps, tx, project, event.user, "choose the version of")
        current, rival = tx.deployments.current(project.id), tx.deployments.rival(project.id)
        if current is None or rival is None:
            tx.outbox.add(project, private("That is decided already.", event.user), deps.now())
            return
        if back:
            rival.created_at, rival.status, current.status = deps.now(), "up", "rival"
            tx.deployments.save(rival)
            tx.deployments.save(current)
        word = "The version before is back" if back else "The new version stays"
        tx.outbox.add(project, notice(f"{word}, by <@{event.user}>; the other one is stopped."), deps.now())
        tx.jobs.add("short", "end_comparison", project.id, deps.now())


def end(deps: Deps, job: HeldJob) -> None:
    """Stop the version that lost."""
    with deps.store.read() as tx:
        rival = tx.deployments.rival(job.project)
    if rival is not None:
        deps.deployer.stop(Running(rival.url, rival.pid))
    with job.finishing() as tx:
        if (row := tx.deployments.rival(job.project)) is not None:
            row.status = "stopped"
            tx.deployments.save(row)
