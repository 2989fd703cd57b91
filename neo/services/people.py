"""What Neo has noticed of a person, told to them alone: it changes wording, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from neo.agent import proficiency
from neo.agent.proficiency import TOUCHES, Estimate
from neo.domain.posts import Button, Post
from neo.errors import BadInput
from neo.services.deps import Deps
from neo.store import Transaction
from neo.store.tables import ProjectRow


def estimate_of(tx: Transaction, team: str, user: str) -> Estimate:
    """For whom Neo writes when it writes to this person."""
    row = tx.people.get(team, user)
    return proficiency.estimate([(str(what), float(weight)) for what, weight in row.evidence], row.level)


def level_of(tx: Transaction, project: ProjectRow) -> str:
    """For whom the project's texts are written: its owner."""
    return estimate_of(tx, project.team, project.owner).level.value


def note_words(tx: Transaction, team: str, user: str, text: str) -> None:
    """Keep what the words of a message show."""
    if found := proficiency.signs(text):
        tx.people.note(team, user, found)


def note_touches(tx: Transaction, team: str, user: str, touches: Sequence[str]) -> None:
    """Keep what a person did; keys of `TOUCHES`."""
    if touches:
        tx.people.note(team, user, [(TOUCHES[name][1], TOUCHES[name][0]) for name in touches])


def tell(deps: Deps, tx: Transaction, project: ProjectRow, user: str) -> None:
    """Show a person their estimate with its evidence, and how to correct it; nobody else sees it."""
    text = proficiency.in_words(estimate_of(tx, project.team, user))
    buttons = tuple(
        Button(f"I am {article} {level.value}", f"level_{level.value}", f"{project.id}:{level.value}")
        for level, article in zip(proficiency.Level, ("a", "a", "an"), strict=True)
    )
    tx.outbox.add(project, Post("notice", text, buttons=buttons, to_user=user), deps.now())


def told_level(tx: Transaction, team: str, user: str, word: str) -> str:
    """A person's own word for their level, outside any project; without one, how they are seen.

    Raises:
        BadInput: There is no such level.
    """
    known = [level.value for level in proficiency.Level]
    if word and word not in known:
        raise BadInput(f"There is no level '{word}'.", f"There are {', '.join(known)}.", "Say `/neo level expert`.")
    if word:
        tx.people.say_level(team, user, word)
    return proficiency.in_words(estimate_of(tx, team, user))


def say_level(deps: Deps, tx: Transaction, project: ProjectRow, user: str, level: str) -> None:
    """Take a person's own word for their level."""
    tx.people.say_level(project.team, user, level)
    tell(deps, tx, project, user)
