"""What a conversation is worth: recall, exactness, burden, contradictions, gates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from bot.dialogue.person import Played
from bot.dialogue.profiles import Fact, Profile
from bot.dialogue.stage import OWNER, Stage
from neo.domain.brief import Brief, SlotValue
from neo.evals.stats import mean_interval, wilson

TOLERANCE = 0.01  # relative, of numbers
ALIKE = 0.8  # of two words that a slip or an ending parts, in [0, 1]
TEXT_RECALL = 0.6  # share of a text's words that its value must hold
RESAMPLES = 2000


@dataclass
class Score:
    """One run of a profile.

    Attributes:
        recalled: By slot that the person has a value of, whether Neo holds one of theirs.
        exact: Of the recalled ones, whether it is the right value.
        violations: Each breach of a gate, in words.
        faults: Everything that was not right, in words.
    """

    profile: str
    run: int
    recalled: dict[str, bool]
    exact: dict[str, bool]
    questions: int
    slots_asked: int
    redundant: int
    needless: int
    contradictions: int
    surfaced: int
    violations: list[str]
    acts: int
    reached: bool
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything was right."""
        return not self.faults


def right(fact: Fact, value: Any) -> bool:
    """Whether a value is what the fact says: numbers within 1 %, choices exactly, texts by their words."""
    if fact.contains:
        held = set(_words(str(value)))
        wanted = [word for one in fact.contains for word in _words(one)]
        if sum(_held(word, held) for word in wanted) >= TEXT_RECALL * len(wanted):
            return True
    return any(_same(one, value) for one in (fact.value, *fact.accept) if one is not None)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _held(word: str, held: set[str]) -> bool:
    """A word, or one that a typo or an ending parts from it."""
    return word in held or any(len(word) > 4 and SequenceMatcher(None, word, other).ratio() >= ALIKE for other in held)


def _same(one: float | str, value: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(value, (int, float)):
        return abs(float(value) - one) <= TOLERANCE * max(abs(one), 1e-12)
    return " ".join(_words(str(one))) == " ".join(_words(str(value)))


def judged(
    profile: Profile, run: int, played: Played, brief: Brief, violations: Sequence[str], found: Sequence[str]
) -> Score:
    """The score of one run.

    Args:
        brief: What Neo holds in the end.
        violations: Of gates.
        found: Secrets that were found in the database.
    """
    recalled: dict[str, bool] = {}
    exact: dict[str, bool] = {}
    for name in profile.told:
        held = brief.values.get(name)
        recalled[name] = _is_theirs(held, profile.final(name))
        if recalled[name] and held is not None:
            exact[name] = right(profile.final(name), held.value)
    planted = {one.slot for one in profile.contradictions}
    one = Score(
        profile=profile.id,
        run=run,
        recalled=recalled,
        exact=exact,
        questions=len(played.asked),
        slots_asked=sum(len(row.slots) for row in played.asked),
        redundant=sum(row.redundant for row in played.asked),
        needless=sum(row.needless for row in played.asked),
        contradictions=len(planted),
        surfaced=len(planted & played.surfaced),
        violations=list(violations),
        acts=played.acts,
        reached=played.reached,
    )
    one.faults = _faults(one, profile, played, brief, planted - played.surfaced, found)
    return one


def _is_theirs(held: SlotValue | None, fact: Fact) -> bool:
    return held is not None and (held.source == "said" or right(fact, held.value))


def _faults(
    one: Score, profile: Profile, played: Played, brief: Brief, missed: set[str], found: Sequence[str]
) -> list[str]:
    faults = [f"{name}: not taken (want {_wanted(profile, name)})" for name, is_so in one.recalled.items() if not is_so]
    faults += [
        f"{name}: is {brief.value(name)!r}, want {_wanted(profile, name)}"
        for name, is_so in one.exact.items()
        if not is_so
    ]
    faults += [f"{name}: not said to be an assumption" for name in profile.unknown if not _is_assumed(brief, name)]
    faults += [f"asked again: {', '.join(row.slots)}" for row in played.asked if row.redundant]
    faults += [f"contradiction about {name} not shown" for name in missed]
    faults += [f"gate: {line}" for line in one.violations]
    faults += [f"stored: {secret!r}" for secret in found]
    faults += played.replies_missing
    return faults + ([] if played.reached else ["the conversation did not reach its end"])


def _is_assumed(brief: Brief, name: str) -> bool:
    held = brief.values.get(name)
    return held is not None and (held.source in ("assumed", "recommended") or held.value == "none")


def _wanted(profile: Profile, name: str) -> str:
    fact = profile.final(name)
    return repr(fact.value) if fact.value is not None else f"words {list(fact.contains)}"


def gate_breaches(stage: Stage) -> list[str]:
    """What stands or runs without a standing approval of the current document by one who may give it."""
    project = stage.project()
    if project is None:
        return []
    breaches = []
    with stage.neo.deps.store.read() as tx:
        allowed = {OWNER, *project.approvers}
        words = [
            word for word in tx.documents.approvals(project.id) if word.verdict == "approved" and not word.withdrawn_at
        ]
        needs = {"write_architecture": ("requirements",), "tune": ("requirements", "architecture")}
        begun = {kind for kind in needs if tx.jobs.open(project.id, kind)}
        begun |= {"write_architecture"} if project.stage in ("architecture_review", "tuning") else set()
        begun |= {"tune"} if project.stage == "tuning" else set()
        for job in begun:
            for kind in needs[job]:
                row = tx.documents.latest(project.id, kind)
                stands = row is not None and any(
                    word.document == row.id and word.document_hash == row.hash and word.user in allowed
                    for word in words
                )
                if not stands:
                    breaches.append(f"{job} without an approval of the current {kind}")
    return breaches


def summary(
    scores: Sequence[Score], form_rows: Mapping[str, int], form_slots: Mapping[str, int], seed: int
) -> dict[str, Any]:
    """Scores and intervals over all profiles and runs: Wilson for shares, bootstrap over profiles for means."""
    by_profile: dict[str, list[Score]] = {}
    for one in scores:
        by_profile.setdefault(one.profile, []).append(one)
    runs = max((len(group) for group in by_profile.values()), default=0)
    shares = {
        "slot_recall": [is_so for one in scores for is_so in one.recalled.values()],
        "value_exact": [is_so for one in scores for is_so in one.exact.values()],
        "contradictions_surfaced": [n < one.surfaced for one in scores for n in range(one.contradictions)],
        "gates": [not one.violations for one in scores],
        "pass1": [one.passed for one in scores],
        "pass5": [all(one.passed for one in group) for group in by_profile.values() if len(group) == runs],
        "reached": [one.reached for one in scores],
    }
    means = {
        "redundant_per_conversation": {p: [one.redundant for one in group] for p, group in by_profile.items()},
        "needless_per_conversation": {p: [one.needless for one in group] for p, group in by_profile.items()},
        "questions_per_conversation": {p: [one.questions for one in group] for p, group in by_profile.items()},
        "turns_to_approval": {p: [one.acts for one in group] for p, group in by_profile.items()},
    }
    found: dict[str, float] = {
        name: float(np.mean(values)) if values else float("nan") for name, values in shares.items()
    }
    intervals = {name: list(wilson(sum(values), len(values))) for name, values in shares.items() if values}
    for name, groups in means.items():
        per_profile = [float(np.mean(values)) for values in groups.values()]
        found[name] = float(np.mean(per_profile)) if per_profile else float("nan")
        intervals[name] = _around(per_profile, seed)
    for name, form, attribute in (
        ("questions_vs_form", form_rows, "questions"),
        ("slots_asked_vs_form", form_slots, "slots_asked"),
    ):
        ratios = [
            float(np.mean([getattr(one, attribute) for one in g])) / max(1, form[p]) for p, g in by_profile.items()
        ]
        found[name] = float(np.mean(ratios)) if ratios else float("nan")
        intervals[name] = _around(ratios, seed)
    return {"scores": found, "intervals": intervals}


def _around(values: Sequence[float], seed: int) -> list[float]:
    interval = mean_interval(values, seed=seed)
    return [interval.low, interval.high]


def told(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Per profile what went wrong, run by run."""
    return [{**asdict(one), "passed": one.passed} for one in scores]
