"""Golden questions that Neo proposes when a person's are too few: offered once, confirmed by words or a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from neo.agent import proposals
from neo.domain.events import ButtonPressed
from neo.domain.lifecycle import REVIEW, Stage
from neo.domain.posts import notice, private
from neo.errors import NotAllowed
from neo.services.access import check_right
from neo.services.deps import Deps, HeldJob, Turn, brief_of, examination_of, stage_of
from neo.services.files import put_made_file
from neo.skill import Examination, Proposal
from neo.store import Transaction
from neo.store.tables import ProjectRow, ProposalRow

NAME = "synthetic.jsonl"
MOST = 20
OPEN_STAGES = (Stage.INTAKE, Stage.REQUIREMENTS_REVIEW)
TOO_LATE = "The questions are settled for now; say *change* first, then choose again."


def offer_once(deps: Deps, tx: Transaction, project: ProjectRow, found: Examination) -> None:
    """Have questions proposed, where more are wanted and nothing was proposed before."""
    if found.proposable and not tx.proposals.newest(project.id) and not tx.jobs.open(project.id, "propose"):
        tx.jobs.add("short", "propose", project.id, deps.now())


def propose(deps: Deps, job: HeldJob) -> None:
    """Make the questions, keep them as rows, and post the list; nothing of it counts yet."""
    with deps.store.read() as tx:
        project = tx.projects.get(job.project)
        inputs = deps.inputs(tx, job.project)
        posted = bool(tx.proposals.batch(job.id))
    found = examination_of(project)
    if posted or found is None or not found.proposable:
        with job.finishing():
            return  # resumed after the list was posted, or files came that leave nothing to propose
    most = min(MOST, found.proposable)
    skill = deps.skill_of(project)
    made = skill.propose(inputs, brief_of(project), deps.cache_dir, deps.resources, most)
    with job.finishing() as tx:
        project = tx.projects.get(job.project)
        if made and stage_of(project) in OPEN_STAGES:
            tx.proposals.add(project.id, job.id, [asdict(one) for one in made], deps.now())
            own = int(found.facts.get("questions", 0))
            tx.outbox.add(project, proposals.offer(made, job.id, own), deps.now())


def in_words(deps: Deps, turn: Turn, project_id: str, user: str, text: str) -> bool:
    """Take a message as a choice among the proposed questions; False when it is none."""
    with deps.store.read() as tx:
        rows = tx.proposals.newest(project_id)
        may_be_meant = stage_of(tx.projects.get(project_id)) in {Stage.INTAKE, *REVIEW}
    is_offer = bool(rows) and "label" not in rows[0].body
    kept = proposals.selection(text, len(rows)) if is_offer and may_be_meant else None
    if kept is None:
        return False
    _settle(deps, turn, rows[0], user, kept)
    return True


def button(keeps: bool) -> Callable[[Deps, Turn, ButtonPressed], None]:
    """What *Keep all* and *None* do: their value is the list's id."""

    def pressed(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
        with deps.store.read() as tx:
            rows = tx.proposals.batch(event.value)
        if rows:
            kept = frozenset(row.number for row in rows) if keeps else frozenset()
            _settle(deps, turn, rows[0], event.user, kept)

    return pressed


def _settle(deps: Deps, turn: Turn, first: ProposalRow, user: str, kept: frozenset[int]) -> None:
    with turn.transaction() as tx:
        project = tx.projects.get(first.project)
        rows = tx.proposals.batch(first.batch)
        if refusal := _refusal(deps, tx, project, user, kept, len(rows)):
            tx.outbox.add(project, private(refusal, user), deps.now())
            return
        chosen = tx.proposals.settle(first.batch, kept, user)
        _store(deps, tx, project, [Proposal(**row.body) for row in chosen])
        tx.outbox.add(project, notice(proposals.taken(len(chosen), len(rows))), deps.now())
        tx.jobs.add("short", "receive_files", project.id, deps.now())


def _refusal(deps: Deps, tx: Transaction, project: ProjectRow, user: str, kept: frozenset[int], count: int) -> str:
    try:
        check_right(deps, tx, project, user, "choose the golden questions of")
    except NotAllowed as error:
        return str(error)
    if stage_of(project) not in OPEN_STAGES:
        return TOO_LATE
    beyond = sorted(number for number in kept if not 1 <= number <= count)
    return f"There is no question {beyond[0]}; the list has 1 to {count}. Nothing is changed." if beyond else ""


def _store(deps: Deps, tx: Transaction, project: ProjectRow, kept: list[Proposal]) -> None:
    """The kept questions as a golden file of the project; an earlier choice is replaced."""
    content = deps.skill_of(project).golden_file(kept) if kept else b""
    put_made_file(deps, tx, project, NAME, "neo", content)
