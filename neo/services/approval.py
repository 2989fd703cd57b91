"""Approvals by emoji and by button: bound to the person, the document's id and its hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neo.domain import approvals
from neo.domain.access import Right
from neo.domain.approvals import DocumentState, Verdict
from neo.domain.events import ButtonPressed, ReactionAdded, ReactionRemoved
from neo.domain.lifecycle import Stage, Trigger
from neo.domain.posts import Button, Post, notice, private
from neo.errors import NotAllowed
from neo.services import comparing, feedback
from neo.services.access import check
from neo.services.deps import Deps, Turn, stage_of
from neo.services.stages import advance, lead_back, rests_before_work, rests_kept
from neo.store import Transaction
from neo.store.tables import ApprovalRow, DocumentRow, PostRow, ProjectRow, new_id


@dataclass(frozen=True)
class Word:
    """One person's word on one document: how it came, and the emoji if it came so."""

    user: str
    verdict: Verdict
    via: str
    emoji: str = ""


def on_reaction(deps: Deps, turn: Turn, event: ReactionAdded) -> None:
    """An emoji on one of Neo's messages: a word on a document, a thumb on an answer, or nothing."""
    with deps.store.read() as tx:
        post = tx.outbox.at(event.team, event.channel, event.item_ts)
    if post is None:
        return  # an emoji on a person's message, or on another app's
    if (post.answer or "").startswith(comparing.PREFIX):
        comparing.on_emoji(deps, turn, post.answer or "", event.user, event.emoji)
    elif post.answer:
        feedback.on_emoji(deps, turn, post.answer, event.user, event.emoji)
    elif post.document:
        _on_document(deps, turn, post, event)


def _on_document(deps: Deps, turn: Turn, post: PostRow, event: ReactionAdded) -> None:
    verdict = approvals.verdict(event.emoji)
    with turn.transaction() as tx:
        project = tx.projects.get(post.project or "")
        if verdict is None:
            text = f":{approvals.bare(event.emoji)}: changes nothing here. {approvals.EXPLANATION}"
            tx.outbox.add(project, private(text, event.user), deps.now())
            return
        document = tx.documents.get(post.document or "")
        if document is not None:
            word = Word(event.user, verdict, "emoji", approvals.bare(event.emoji))
            settle(deps, tx, project, document, document.hash, word)


def document_button(verdict: Verdict) -> Callable[[Deps, Turn, ButtonPressed], None]:
    """What *Approve* and *Ask for changes* do: their value is ``<document id>:<hash shown>``."""

    def pressed(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
        id, _, shown_hash = event.value.partition(":")
        with turn.transaction() as tx:
            document = tx.documents.get(id)
            if document is not None:
                project = tx.projects.get(document.project)
                settle(deps, tx, project, document, shown_hash, Word(event.user, verdict, "button"))

    return pressed


def settle(
    deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow, shown_hash: str, word: Word
) -> None:
    """Take a person's word on a document, or say to them why it does not count."""
    refusal = _refusal(project, document, shown_hash, word) or _no_right(deps, tx, project, document, word)
    if refusal := refusal or _unread(tx, project, word):
        tx.outbox.add(project, private(refusal, word.user), deps.now())
        return
    approval = tx.documents.add_approval(
        ApprovalRow(
            id=new_id("apr"),
            project=project.id,
            document=document.id,
            document_hash=document.hash,
            user=word.user,
            verdict=word.verdict.value,
            via=word.via,
            emoji=word.emoji,
            at=deps.now(),
        )
    )
    SETTLE[word.verdict](deps, tx, project, document, approval)


def _refusal(project: ProjectRow, document: DocumentRow, shown_hash: str, word: Word) -> str:
    state = DocumentState(document.id, document.hash, document.status == "current")
    name = f"{document.kind} document, version {document.version}"
    if not approvals.may_approve(word.user, owner=project.owner, approvers=project.approvers):
        return f"Only <@{project.owner}> can approve or refuse the {name}; your word is not counted. Tell them here."
    if document.status == "approved" and word.verdict is Verdict.APPROVED:
        return f"The {name} is approved already; nothing changes."
    if document.status == "approved":
        return ""  # a wish for changes after an approval reopens both gates
    if approvals.is_stale(state, shown_hash):
        return f"That is an old {name}: it was replaced since. Please look at the newest one in this thread."
    return ""


def _no_right(deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow, word: Word) -> str:
    """A workspace may give approvals, or the spending that an architecture stands for, to a few."""
    right = Right.SPEND if document.kind == "architecture" else Right.APPROVE
    try:
        if word.verdict is Verdict.APPROVED:
            check(deps, tx, project.team, word.user, right)
    except NotAllowed as error:
        return str(error)
    return ""


def _unread(tx: Transaction, project: ProjectRow, word: Word) -> str:
    """Files that came since may change what is to be approved."""
    if word.verdict is Verdict.APPROVED and tx.projects.files(project.id, "waiting"):
        return "Your new files are still being read, and may change the document; approve it when they are."
    return ""


def _approve(deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow, approval: ApprovalRow) -> None:
    tx.documents.set_status(document.id, "approved")
    if not deps.skill_of(project).buildable:
        _keep(deps, tx, project, document, approval)
        return
    advance(deps, tx, project, Trigger.APPROVED)
    grace = deps.policy.grace_s
    wait = f"Starting in {'a minute' if grace == 60 else f'{grace:g} s'}"
    back = "take the emoji back to stop." if approval.via == "emoji" else "press *Take it back* to stop."
    what = f"the {document.kind}, version {document.version}"
    text = f":white_check_mark: <@{approval.user}> approved {what}. {wait}; {back}"
    from_button = (Button("Take it back", "take_back", document.id),) if approval.via == "button" else ()
    tx.outbox.add(project, Post("notice", text, buttons=from_button), deps.now())


def _keep(deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow, approval: ApprovalRow) -> None:
    """The requirements of what cannot be built yet: approved, kept, and said so plainly."""
    advance(deps, tx, project, Trigger.KEPT)
    can = ", ".join(skill.title.lower() for skill in deps.skills.values() if skill.buildable)
    text = (
        f":white_check_mark: <@{approval.user}> approved the {document.kind}, version {document.version}. "
        f"*I cannot build {deps.skill_of(project).title.lower()} yet*, so nothing starts and nothing is spent; the "
        f"requirements are kept in this thread for the day that I can. What I can build today: {can}. "
        "Say *change* to go on changing them, or *cancel* to drop them."
    )
    tx.outbox.add(project, notice(text), deps.now())


def _change(deps: Deps, tx: Transaction, project: ProjectRow, document: DocumentRow, approval: ApprovalRow) -> None:
    advance(deps, tx, project, Trigger.CHANGES_WANTED)
    text = (
        f"<@{approval.user}> asks for changes to the {document.kind}, version {document.version}. "
        "What shall change? Say "
        "it in a sentence, for example _accuracy 90 %, answers within 2 s_, or send files; I write a new version."
    )
    tx.outbox.add(project, notice(text), deps.now())


SETTLE: dict[Verdict, Callable[[Deps, Transaction, ProjectRow, DocumentRow, ApprovalRow], None]] = {
    Verdict.APPROVED: _approve,
    Verdict.CHANGES: _change,
}


def on_reaction_removed(deps: Deps, turn: Turn, event: ReactionRemoved) -> None:
    """An emoji taken back: within the grace time it undoes the approval; a thumb is taken back at any time."""
    with deps.store.read() as tx:
        post = tx.outbox.at(event.team, event.channel, event.item_ts)
    if post is None:
        return
    if post.answer:
        feedback.on_emoji_removed(deps, turn, post.answer, event.user, event.emoji)
    elif post.document and approvals.verdict(event.emoji) is Verdict.APPROVED:
        take_back(deps, turn, post.document, event.user, approvals.bare(event.emoji))


def take_back_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """Undo an approval that was given by button; the value is the document's id."""
    take_back(deps, turn, event.value, event.user, "")


def take_back(deps: Deps, turn: Turn, document_id: str, user: str, emoji: str) -> None:
    """Undo a person's approval while its work has not begun."""
    with turn.transaction() as tx:
        approval = tx.documents.approval(document_id, Verdict.APPROVED.value)
        if approval is None or approval.user != user or (emoji and approval.emoji != emoji):
            return
        document = tx.documents.get(document_id)
        if document is None or document.status == "superseded":
            return  # a change has undone it already
        project = tx.projects.get(approval.project)
        if stage_of(project) is Stage.KEPT:
            approval.withdrawn_at = deps.now()
            advance(deps, tx, project, Trigger.WITHDRAWN)
            tx.outbox.add(project, notice(f"<@{user}> took the approval back."), deps.now())
            return
        job = tx.jobs.get(approval.job) if approval.job else None
        has_not_begun = job is not None and not job.attempts and rests_before_work(project, document.kind)
        if has_not_begun or rests_kept(project):
            approval.withdrawn_at = deps.now()
            lead_back(tx, project, document)
            text = f"<@{user}> took the approval back; nothing has started. It waits again when you *resume*."
            tx.outbox.add(project, notice(text), deps.now())
            return
        if job is None or job.status != "waiting":
            text = "The work on it has begun, so taking the emoji back stops nothing; say *pause* or *cancel* for that."
            tx.outbox.add(project, private(text, user), deps.now())
            return
        approval.withdrawn_at = deps.now()
        advance(deps, tx, project, Trigger.WITHDRAWN)
        tx.outbox.add(project, notice(f"<@{user}> took the approval back; nothing has started."), deps.now())
