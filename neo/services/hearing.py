"""A person's words in an intake or a review: read outside any transaction, then merged, answered and gone on with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from neo.agent import help as topics
from neo.agent.intake import Asker, missing_files, next_turn, noted
from neo.agent.merge import Speaker, may_decide, merged, settled
from neo.agent.understanding import marks
from neo.agent.understanding.clauses import MOST_CHARS
from neo.agent.understanding.context import Context
from neo.agent.understanding.quantities import named_of
from neo.agent.understanding.result import Intent, Understanding
from neo.agent.unharmed import says_much
from neo.domain.brief import Brief, Wish
from neo.domain.lifecycle import Trigger
from neo.domain.posts import Post, notice, private
from neo.services import people, spending
from neo.services.deps import Deps, brief_of, examination_of
from neo.services.stages import advance
from neo.skill import Skill, Slot
from neo.store import Transaction
from neo.store.tables import ProjectRow

MOST_MISSED = 2  # answers that are not understood and waited for again; after that Neo goes on with assumptions

STILL = "My questions above still wait for your answer."
MISSED = (
    "I found no answer to my questions in that; they still stand above. Say it in other words, for example "
    "_answers within 2 s_, or _as you recommend_."
)
GONE_ON = (
    "I found no answer to my questions in that, so I go on with what I recommend; the document will name it as an "
    "assumption, and a sentence such as _accuracy 90 %, answers within 2 s_ corrects it."
)
ONLY_FILES = "All else is settled. Still needed:"
ALSO_FILES = "Still needed:"
KEY_CUT = (
    "I cut {count} out of your message before keeping it, and did not use it. Slack still shows it: delete the message "
    "there, and make a new one of whatever it opens. I never need a secret in a thread; settings hold them."
)
FOREIGN = (
    "I read English alone here, and found nothing in that which I understand. Where a language model is set "
    "(`OPENAI_BASE_URL`), I read other languages too."
)
LONG = (
    "Your message has {count:,} characters; I read the first {most:,} of it. Send long texts as a file, and say what "
    "matters in a few sentences."
)
TALK: dict[Intent, str] = {
    Intent.SMALL_TALK: ":slightly_smiling_face:",
    Intent.OFF_TOPIC: "That is outside what I do here: I build and watch AI systems.",
    Intent.APPROVAL: "There is nothing to approve yet: I ask first, then post a document, approved by an emoji on it.",
    Intent.REFUSAL: "Tell me what is wrong, in a sentence, and I take it in.",
}
_WANTS = ("want", "should", "must", "need", "please", "prefer", "never", "always", "would like", "important", "avoid")


@dataclass(frozen=True)
class Message:
    """A person's message, and what was understood of it."""

    user: str
    text: str
    heard: Understanding
    secrets: int = 0


def hear(deps: Deps, project: ProjectRow, text: str, user: str = "") -> Understanding:
    """Read a message in what is known of its project; no transaction may be open.

    What reading cost is written down at once, since it is paid even when the message is handled again. So is the
    language of the owner's message, when it has words enough to tell.

    Args:
        user: Who wrote it; empty for words that a form made.
    """
    brief = brief_of(project)
    context = Context(
        slots=tuple(deps.skill_of(project).slots),
        asked=brief.asked,
        raised=brief.raised,
        known=brief.values,
        disputed=tuple(brief.conflicts),
        private=deps.skill_of(project).texts_stay(brief),
    )
    heard = deps.language.read(text, context)
    speaks = user == project.owner and says_much(text) and heard.language not in ("", brief.language)
    if heard.paid_usd or speaks:
        with deps.store.write(project.team) as tx:
            spending.book(tx, project.id, spending.READING, heard.paid_usd, deps.now())
            if speaks:
                row = tx.projects.get(project.id)
                tx.projects.save(row, brief=replace(brief_of(row), language=heard.language).to_json())
    return heard


def hear_opening(deps: Deps, project: ProjectRow, skill: Skill) -> Understanding:
    """Read a project's opening once more, for another kind of system; no transaction may be open."""
    brief = brief_of(project)
    context = Context(tuple(skill.slots), private=deps.skill_of(project).texts_stay(brief), opening=True)
    heard = deps.language.read(brief.opening, context)
    if heard.paid_usd:
        with deps.store.write(project.team) as tx:
            spending.book(tx, project.id, spending.READING, heard.paid_usd, deps.now())
    return heard


def take_in(deps: Deps, tx: Transaction, project: ProjectRow, message: Message, *, revising: bool = False) -> None:
    """An answer to Neo's questions, or whatever was said instead: nothing of it is lost, and every part is answered."""
    before, slots = brief_of(project), {slot.name: slot for slot in deps.skill_of(project).slots}
    speaker = Speaker(message.user, may_decide(message.user, project.owner, project.approvers), revising)
    after = _settled(merged(before, message.heard, speaker, slots), before, message, speaker)
    after = with_wishes(after, message, revising)
    told = told_of(deps, tx, project, message, before, after, slots)
    if told:
        tx.outbox.add(project, Post("text", told), deps.now())
    if not _is_answer(message.heard, before, after):
        _talk(deps, tx, project, message, after, answered=bool(message.heard.questions))
    elif after == before and before.asked and not revising and before.missed < MOST_MISSED:
        tx.projects.save(project, brief=replace(after, missed=before.missed + 1).to_json())
        tx.outbox.add(project, notice(f"{FOREIGN} {STILL}" if is_foreign(message.text) else MISSED), deps.now())
    elif waiting := tuple(row for row in before.asked if row[0] in before.conflicts and row[0] in after.conflicts):
        # Which of the two holds is asked above, and waits.
        tx.projects.save(project, brief=replace(after, asked=(*waiting, *still_asked(before, after))).to_json())
    else:
        if after == before and before.asked and not revising:
            tx.outbox.add(project, notice(GONE_ON), deps.now())
            after = replace(after, asked=())
        go_on(deps, tx, project, replace(after, asked=still_asked(before, after)))


def told_of(
    deps: Deps,
    tx: Transaction,
    project: ProjectRow,
    message: Message,
    before: Brief,
    after: Brief,
    slots: dict[str, Slot],
) -> str:
    """What Neo says first: answers to the person's own questions, what it took down, and from whom."""
    heard = message.heard
    people.note_words(tx, project.team, message.user, message.text)
    touches = ["asked_meaning"] if any(one.about.startswith("meaning") for one in heard.questions) else []
    touches += ["corrected"] if any(one.corrects for one in heard.values) else []
    people.note_touches(tx, project.team, message.user, touches)
    warn_of_secrets(deps, tx, project, message)
    lines = [LONG.format(count=len(message.text), most=MOST_CHARS)] if len(message.text) > MOST_CHARS else []
    own = deps.skill_of(project).topics
    lines += [topics.answers(heard.questions, tuple(slots.values()), own)] if heard.questions else []
    line = noted(before, after, tuple(slots.values()))
    if line and message.user != project.owner:
        line = f"From <@{message.user}>: {line}"
    lines += [line] if line else []
    lines += [f"_Read without the language model: {heard.fallback}_"] if heard.fallback else []
    wishes = len(after.wishes) - len(before.wishes)
    lines += ["Kept as a wish in your words."] if wishes else []
    return "\n".join(lines)


def warn_of_secrets(deps: Deps, tx: Transaction, project: ProjectRow, message: Message) -> None:
    """Tell the person that a secret was cut out."""
    if message.secrets:
        count = "a secret" if message.secrets == 1 else f"{message.secrets} secrets"
        tx.outbox.add(project, private(KEY_CUT.format(count=count), message.user), deps.now())


def still_asked(before: Brief, after: Brief) -> tuple[tuple[str, ...], ...]:
    """The rows that go on waiting: an answer to any part of what was asked ends it; other words do not."""
    rows = tuple(row for row in after.asked if not (len(row) == 1 and row[0] in before.conflicts))
    named = {name for row in rows for name in row}
    if any(after.values.get(name) != before.values.get(name) for name in named) or named & after.conflicts.keys():
        return ()
    return tuple(row for row in rows if any(name not in after.values for name in row))


def is_foreign(text: str) -> bool:
    """Whether most letters are of another alphabet."""
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(letter > "\u024f" for letter in letters) > len(letters) / 2


def _settled(brief: Brief, before: Brief, message: Message, speaker: Speaker) -> Brief:
    """'The second one', to the question which of two holds."""
    asked = [row[0] for row in before.asked if row[0] in before.conflicts and row[0] in brief.conflicts]
    place = marks.which(message.text)
    if place is None and asked:
        place = named_of(message.text, [one.value for one in brief.conflicts[asked[0]]])
    return settled(brief, asked[0], place) if asked and place is not None and speaker.decides else brief


def with_wishes(brief: Brief, message: Message, revising: bool) -> Brief:
    """What no slot holds and a person wants, kept in their words; while a document is revised all that is left."""
    kept = [
        Wish(part, message.user)
        for part in message.heard.unread
        if len(part.split()) > 2 and (revising or any(word in part.lower() for word in _WANTS))
    ]
    return replace(brief, wishes=(*brief.wishes, *(wish for wish in kept if wish not in brief.wishes)))


def _is_answer(heard: Understanding, before: Brief, after: Brief) -> bool:
    answers = (Intent.ANSWER, Intent.UNKNOWN, Intent.RECOMMENDATION)
    return after != before or (heard.intent in answers and not heard.questions)


def _talk(deps: Deps, tx: Transaction, project: ProjectRow, message: Message, brief: Brief, *, answered: bool) -> None:
    line = "" if answered else TALK.get(message.heard.intent, "")
    tx.projects.save(project, brief=brief.to_json())
    waits = STILL if brief.asked else ""
    if words := " ".join(part for part in (line, waits) if part):
        tx.outbox.add(project, notice(words), deps.now())


def asker_of(deps: Deps, tx: Transaction, project: ProjectRow) -> Asker:
    """What a question of this project needs beside its brief."""
    return Asker(
        project=project.id,
        slots=deps.skill_of(project).slots,
        found=examination_of(project),
        level=people.level_of(tx, project),
        owner=project.owner,
    )


def go_on(deps: Deps, tx: Transaction, project: ProjectRow, brief: Brief) -> None:
    """Ask the next question of an intake, wait for what is missing, or close it and have the requirements written."""
    asker = asker_of(deps, tx, project)
    turn = next_turn(brief, asker)
    tx.projects.save(project, brief=turn.brief.to_json())
    if turn.question is not None:
        tx.outbox.add(project, turn.question, deps.now())
    elif not turn.waits:
        advance(deps, tx, project, Trigger.INTAKE_COMPLETE)
    else:
        lacking = [f"• {line}" for line in missing_files(asker)]
        head = [STILL] if turn.brief.asked else []
        head += [(ALSO_FILES if turn.brief.asked else ONLY_FILES)] if lacking else []
        tx.outbox.add(project, notice("\n".join([*head, *lacking])), deps.now())
