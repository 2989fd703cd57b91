"""A project's beginning: which kind of system is meant, and what the first words already say."""

from __future__ import annotations

import re
from dataclasses import replace

from neo.agent.merge import Speaker, merged
from neo.agent.router import Route
from neo.agent.understanding.context import Context
from neo.agent.understanding.result import Understanding
from neo.domain.access import Right
from neo.domain.brief import Brief, SlotValue
from neo.domain.events import ButtonPressed, MessageReceived
from neo.domain.lifecycle import Stage
from neo.domain.posts import Button, Post, notice, private
from neo.services import hearing, spending
from neo.services.access import check, check_right
from neo.services.deps import Deps, Turn, brief_of, stage_of
from neo.services.files import store_refs
from neo.skill import Skill
from neo.store import Transaction
from neo.store.tables import ProjectRow, new_id

WELCOME = (
    "I build AI systems with you, from a conversation: I ask, you approve two documents by emoji, I tune on your own "
    "questions, deploy the best and watch it.\nTell me what you need, for example: "
    "_I need a bot that answers questions about our handbooks_. Today I can build: {can}.{later}"
)
NOT_YET = (
    "That is not something that I can build yet. The nearest that I know is *{nearest}*; if that would help, "
    "tell me in a "
    "sentence what it should do. Today I can build: {can}.{later}"
)
LATER = " I can write down and keep requirements for: {titles}."


def open_project(deps: Deps, turn: Turn, event: MessageReceived, text: str) -> None:
    """Open a project with a person's first words, or say what Neo can do."""
    chosen = deps.language.route(text)
    if chosen.skill is None and not event.files:
        with turn.transaction() as tx:
            place = None if event.is_dm and not event.thread else event.thread or event.ts
            tx.outbox.add_at(event.team, event.channel, place, notice(_no_project(deps, chosen)), deps.now())
        return
    skill = chosen.skill or next(iter(deps.skills.values()))
    heard = deps.language.read(text, Context(tuple(skill.slots), opening=True))
    with turn.transaction() as tx:
        check(deps, tx, event.team, event.user, Right.CREATE)
        project = tx.projects.add(_row(deps, event, skill, text))
        spending.book(tx, project.id, spending.READING, heard.paid_usd, deps.now())
        message = hearing.Message(event.user, text, heard, event.secrets)
        brief = _first_brief(skill, text, event.user, heard)
        head = head_of(skill, chosen, deps, project.id)
        tx.outbox.add(project, head, deps.now())
        empty = Brief(skill.name, text, {"purpose": brief.values["purpose"]} if "purpose" in brief.values else {})
        slots = {slot.name: slot for slot in skill.slots}
        if told := hearing.told_of(deps, tx, project, message, empty, brief, slots):
            tx.outbox.add(project, Post("text", told), deps.now())
        if event.files:
            tx.projects.save(project, brief=brief.to_json())
            store_refs(deps, tx, project, event.files)
        else:
            hearing.go_on(deps, tx, project, brief)


def welcome(deps: Deps) -> str:
    """What Neo is for, and how to begin."""
    can, later = _what_can_be_built(deps)
    return WELCOME.format(can=can, later=later)


def _no_project(deps: Deps, chosen: Route) -> str:
    can, later = _what_can_be_built(deps)
    if chosen.nearest is None:
        return welcome(deps)
    return NOT_YET.format(nearest=chosen.nearest.title.lower(), can=can, later=later)


def _what_can_be_built(deps: Deps) -> tuple[str, str]:
    can = ", ".join(skill.title.lower() for skill in deps.skills.values() if skill.buildable)
    planned = [skill.title.lower() for skill in deps.skills.values() if not skill.buildable]
    return can, LATER.format(titles=", ".join(planned)) if planned else ""


def head_of(skill: Skill, chosen: Route, deps: Deps, project: str) -> Post:
    """What Neo takes the wish for, why, and how to correct it."""
    because = f" ({chosen.because})" if chosen.because else ""
    yet = "" if skill.buildable else " I cannot build this yet; I can write its requirements down and keep them."
    text = (
        f"This sounds like *{skill.title.lower()}*{because}.{yet} I'll ask what matters, then write the requirements."
    )
    others = [other for other in deps.skills.values() if other is not skill]
    buttons = tuple(
        Button(f"No: {other.title.lower()}"[:75], f"reskill_{other.name}", f"{project}:{other.name}")
        for other in others
    )
    return Post("text", text, buttons=buttons)


def _row(deps: Deps, event: MessageReceived, skill: Skill, text: str) -> ProjectRow:
    now = deps.now()
    return ProjectRow(
        id=new_id("prj"),
        team=event.team,
        channel=event.channel,
        thread=event.thread or event.ts,
        is_dm=event.is_dm,
        owner=event.user,
        skill=skill.name,
        title=title_of(text),
        stage=Stage.INTAKE.value,
        brief=Brief(skill.name, text).to_json(),
        created_at=now,
        updated_at=now,
    )


def title_of(text: str) -> str:
    """A project's name: its opening's first sentence, when that says something, else its first line.

    >>> title_of("a bot for our handbooks. Accuracy at least 80 %")
    'A bot for our handbooks'
    >>> title_of("watch our hall at <http://camera.example.com/hall>")
    'Watch our hall at http://camera.example.com/hall'
    """
    text = _LINK.sub(r"\1", text)
    line = text.strip().splitlines()[0] if text.strip() else "New project"
    first = _SENTENCE_END.split(line, maxsplit=1)[0].rstrip(".")
    title = first if len(first.split()) >= LEAST_WORDS else line
    title = title[:1].upper() + title[1:]
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


LONGEST_TITLE = 80
_LINK = re.compile(r"<(https?://[^>|\s]+)(?:\|[^>]*)?>")  # as Slack marks one
LEAST_WORDS = 4  # a greeting is no name
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def _first_brief(skill: Skill, text: str, user: str, heard: Understanding) -> Brief:
    purpose = {"purpose": SlotValue(text, text, "said", user)} if text else {}
    brief = Brief(skill.name, opening=text, values=purpose, language=heard.language or "en")
    return merged(brief, heard, Speaker(user), {slot.name: slot for slot in skill.slots})


def switch_skill(
    deps: Deps, tx: Transaction, project: ProjectRow, skill: Skill, user: str, heard: Understanding
) -> None:
    """Start the intake anew as another kind of system; what was said is read again for it, and nothing is lost."""
    before = brief_of(project)
    brief = replace(_first_brief(skill, before.opening, user, heard), language=before.language)
    kinds = {slot.name: slot.kind for slot in skill.slots}
    old_kinds = {slot.name: slot.kind for slot in deps.skill_of(project).slots}
    kept = {
        name: value
        for name, value in before.values.items()
        if kinds.get(name) == old_kinds.get(name) and name not in brief.values and kinds[name] != "choice"
    }
    project.skill, project.title = skill.name, project.title
    tx.projects.save(project, brief=brief.to_json())
    yet = "" if skill.buildable else " I cannot build this yet; I write its requirements down and keep them."
    tx.outbox.add(project, Post("text", f"Understood: *{skill.title.lower()}*.{yet}"), deps.now())
    hearing.go_on(deps, tx, project, replace(brief.with_values(kept), wishes=before.wishes))


def reskill(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """*No: ...* under Neo's first words."""
    id, _, name = event.value.partition(":")
    with deps.store.read() as tx:
        project = tx.projects.get(id)
    skill = deps.skills.get(name)
    if skill is None:
        return
    heard = hearing.hear_opening(deps, project, skill)
    with turn.transaction() as tx:
        project = tx.projects.get(id)
        check_right(deps, tx, project, event.user, "change the kind of")
        if stage_of(project) is not Stage.INTAKE or project.skill == name:
            tx.outbox.add(project, private("That is settled; say *change* first.", event.user), deps.now())
            return
        switch_skill(deps, tx, project, skill, event.user, heard)
