"""Cheap worlds: two databases are walked once to the end of an intake, and each example gets a copy of one."""

from __future__ import annotations

import copy
import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from world import FILES, Clock, Recorder, World, world

from neo.app import Neo
from neo.skill import Skill
from neo.store import Store

MORE = {"more.md": b"# More\n\n## Parking\nVisitors park on deck two. The gate closes at nine.\n"}
OPENINGS = {
    "built": "@Neo I need a bot that answers questions about our handbooks",
    "kept": "@Neo fine-tune a language model on our support tickets",
}
FIRST_FREE = 100_000  # of events and messages, after those of the walk


@dataclass(frozen=True)
class Ground:
    """A walked database and what it stands on; caches and files are shared, since they go by content."""

    database: Path
    walked: World
    project: str

    def world(self, database: Path, grace_s: float, meanwhile: Callable[[], None]) -> World:
        """A Neo of its own on a copy.

        Args:
            meanwhile: Called while a job prepares its measurement: the longest part of a job, in which events come.
        """
        shutil.copyfile(self.database, database)
        clock, deps = Clock(), self.walked.neo.deps
        deps = replace(
            deps,
            store=Store(f"sqlite:///{database}"),
            policy=replace(deps.policy, grace_s=grace_s),
            skills={name: _with_pause(skill, meanwhile) for name, skill in deps.skills.items()},
            now=clock,
        )
        transport = Recorder()
        transport._next = itertools.count(FIRST_FREE)
        return World(Neo(deps), clock, self.walked.contents, transport, itertools.count(FIRST_FREE))


def _with_pause(skill: Skill, meanwhile: Callable[[], None]) -> Skill:
    one = copy.copy(skill)

    def problem(*args: object) -> object:
        meanwhile()
        return skill.problem(*args)  # type: ignore[arg-type]

    one.problem = problem  # type: ignore[assignment,method-assign]
    return one


def grounds(folder: Path) -> dict[str, Ground]:
    """Walk a project of each kind to its last question."""
    made = {}
    for kind, opening in OPENINGS.items():
        home = folder / kind
        home.mkdir()
        here = world(home, {**FILES, **MORE})
        here.say(opening, thread=None)
        here.say("", files=tuple(FILES))
        here.work()
        if kind == "built":
            here.say("60 % accuracy, 2 seconds, 1 cent")
        assert here.project().stage == "intake"
        project = here.project().id
        here.store.close()  # the last connection brings the whole log into the file
        made[kind] = Ground(home / "neo.db", here, project)
    return made


def restarted(here: World) -> Neo:
    """Another process on the same database."""
    here.store.close()
    return Neo(replace(here.neo.deps, store=Store(here.store.url)))
