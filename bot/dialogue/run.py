"""All profiles, five runs each, on a stage of their own; and the baselines beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bot import bootstrap
from bot.dialogue import baselines, scoring
from bot.dialogue.person import Line, ScriptedPerson
from bot.dialogue.profiles import Profile
from bot.dialogue.scoring import Score
from bot.dialogue.stage import Stage
from bot.dialogue.variation import Variation
from bot.settings import Settings
from neo.agent.language import Language
from neo.services.deps import brief_of

RUNS = 5


@dataclass(frozen=True)
class Conversation:
    """One run's score and transcript."""

    score: Score
    lines: list[Line]


def converse(profile: Profile, run: int, seed: int, language: Language, folder: Path) -> Conversation:
    """Play one run of a profile and judge it.

    Args:
        folder: A fresh one; its parent may hold a database to copy.
    """
    stage = Stage(folder, bootstrap.skills(), language)
    breaches: list[str] = []

    def watch() -> None:
        breaches.extend(line for line in scoring.gate_breaches(stage) if line not in breaches)

    try:
        played = ScriptedPerson(profile, Variation(seed, profile.id, run), stage, watch).play()
        project = stage.project()
        if project is None:
            raise LookupError(f"{profile.id}: no project was opened by {profile.opening.say[0]!r}")
        secrets = [one.not_stored for one in profile.odd if one.not_stored]
    finally:
        stage.close()
    kept = b"".join(path.read_bytes() for path in folder.glob("neo.db*"))
    found = [secret for secret in secrets if secret.encode() in kept]
    score = scoring.judged(profile, run, played, brief_of(project), breaches, found)
    if project.skill != profile.skill:
        score.faults.append(f"taken for {project.skill}, not {profile.skill}")
    return Conversation(score, played.lines)


def _job(job: tuple[Profile, int, int, Settings, str]) -> Conversation:
    profile, run, seed, settings, folder = job
    with tempfile.TemporaryDirectory(dir=folder) as own:
        try:
            return converse(profile, run, seed, _here(settings), Path(own))
        except Exception as error:  # noqa: BLE001  (a conversation that breaks is a fault of it, and is told)
            empty = Score(profile.id, run, dict.fromkeys(profile.told, False), {}, 0, 0, 0, 0, 0, 0, [], 0, False)
            empty.faults = [f"broke: {type(error).__name__}: {error}"]
            return Conversation(empty, [])


_made: dict[str, Language] = {}


def _here(settings: Settings) -> Language:
    """This process's language, made once."""
    if "language" not in _made:
        _made["language"] = bootstrap.language_of(settings)
    return _made["language"]


def evaluate(
    profiles: Sequence[Profile],
    settings: Settings,
    seed: int,
    runs: int = RUNS,
    jobs: int = 2,
    watch: Callable[[Conversation], None] = lambda _: None,
) -> dict[str, Any]:
    """Play every profile *runs* times and score all.

    Args:
        jobs: Processes; 1 for this one.
        watch: Called after each conversation.

    Returns:
        ``scores``, ``intervals``, ``baselines`` and ``profiles``, as plain JSON values.
    """
    skills = bootstrap.skills()
    done: list[Conversation] = []
    with tempfile.TemporaryDirectory(prefix="neo-dialogue-") as folder:
        work = [(profile, run, seed, settings, folder) for profile in profiles for run in range(runs)]
        if jobs == 1:
            for job in work:
                done.append(_job(job))
                watch(done[-1])
        else:
            with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
                for future in as_completed([pool.submit(_job, job) for job in work]):
                    done.append(future.result())
                    watch(done[-1])
    done.sort(key=lambda one: (one.score.profile, one.score.run))
    scores = [one.score for one in done]
    form = {one.id: baselines.questions_of_form(skills[one.skill]) for one in profiles}
    found = scoring.summary(scores, form, form, seed)
    found["baselines"] = {
        "asks_everything": baselines.asks_everything(profiles, skills),
        "asks_nothing": baselines.asks_nothing(profiles, skills, _here(settings)),
    }
    found["profiles"] = [
        {**row, "transcript": [f"{line.who}: {line.text}" for line in one.lines] if row["faults"] else []}
        for row, one in zip(scoring.told(scores), done, strict=True)
    ]
    return found
