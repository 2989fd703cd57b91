"""The two documents that people approve, written from facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from neo.agent.help import GLOSSARY
from neo.agent.understanding.wording import in_words
from neo.automl.problem import Problem
from neo.automl.split import split
from neo.domain.brief import Brief, SlotValue
from neo.domain.documents import Document, Item, Section, changes
from neo.domain.requirements import LIVE, delta, registered
from neo.skill import Examination, Skill, Slot

MOST_QUOTED = 200
SOURCES: Mapping[str, str] = {
    "said": 'you said: "{said}"',
    "recommended": "recommended by Neo, taken by you",
    "assumed": "assumed",
    "files": "from your files",
}


def requirements(
    skill: Skill, brief: Brief, found: Examination, previous: Document | None, level: str = "practitioner"
) -> Document:
    """The requirements document, the next version after *previous*.

    Each requirement has an id that is given once: one that is changed is superseded by another, one that falls away is
    retired, and both are named.

    Args:
        level: For whom it is worded; the facts are the brief's whatever it is.
    """
    document = Document(
        kind="requirements",
        title=f"Requirements: {skill.title}",
        version=previous.version + 1 if previous else 1,
        summary=_summary(skill, brief, found),
        sections=tuple(
            section
            for section in (
                Section("Purpose and people", items=tuple(_values(skill.slots, brief, PLAIN_KINDS, "assumed"))),
                Section("What it must do", items=tuple(skill.requirements(brief, found))),
                Section("Limits", items=tuple(_limits(skill.slots, brief))),
                Section("Where and how", items=tuple(_values(skill.slots, brief, {"choice"}, "assumed"))),
                Section("Wishes in your words", items=tuple(_wishes(brief))),
                Section("Assumptions", _ASSUMED, tuple(_assumptions(skill.slots, brief))),
                Section("What your files hold", items=tuple(Item(note) for note in _files(found))),
                Section("Out of scope", items=tuple(skill.out_of_scope(brief))),
                Section("Risks", items=tuple(skill.risks(brief, found))),
                Section("Words used here", items=tuple(_words(skill.slots)) if level == "novice" else ()),
            )
            if section.items
        ),
    )
    return _numbered(document, previous)


def _numbered(document: Document, previous: Document | None) -> Document:
    """The document with its requirements numbered and entered into the register."""
    keyed = [item for item in document.items() if item.id]
    # What is said twice, as a requirement and as an assumption of another section, is entered once.
    now = list({item.id: (item.id, item.text) for item in keyed}.values())
    before = previous.register if previous else ()
    register = registered(before, now, document.version)
    ids = {one.key: one.id for one in register if one.status == LIVE}
    sections = tuple(
        replace(part, items=tuple(replace(item, id=ids.get(item.id, "")) for item in part.items))
        for part in document.sections
    )
    return replace(document, sections=sections, register=register, delta=delta(before, register))


def _words(slots: Sequence[Slot]) -> list[Item]:
    """The field's words that the document uses, for somebody who does not know them."""
    named = " ".join(f"{slot.name} {slot.title}" for slot in slots).lower()
    return [Item(meaning) for term, meaning in GLOSSARY.items() if term in named]


_ASSUMED = "Nobody said these; Neo took what it recommends. Correct any of them in a sentence."


def _summary(skill: Skill, brief: Brief, found: Examination) -> str:
    limits = [
        f"{slot.title.lower()} {in_words(slot.kind, brief.value(slot.name), slot.unit)}"
        for slot in skill.slots
        if slot.kind in MEASURED and brief.value(slot.name) is not None
    ]
    purpose = str(brief.value("purpose", brief.opening)).rstrip(" .")
    return f"{purpose}. Limits: {', '.join(limits)}. Given: {found.summary}"


def _source(value: SlotValue) -> str:
    said = value.said if len(value.said) <= MOST_QUOTED else value.said[: MOST_QUOTED - 1] + "…"
    return SOURCES[value.source].format(said=said)


PLAIN_KINDS = {"text", "date", "emails", "address"}
MEASURED = ("share", "seconds", "dollars", "number")


def _values(slots: Sequence[Slot], brief: Brief, kinds: set[str], without: str) -> list[Item]:
    return [
        Item(
            f"{slot.title}: {in_words(slot.kind, value.value, slot.unit).rstrip(' .')}.",
            f"R-{slot.name}",
            _source(value),
        )
        for slot in slots
        if slot.kind in kinds and (value := brief.values.get(slot.name)) is not None and value.source != without
    ]


def _limits(slots: Sequence[Slot], brief: Brief) -> list[Item]:
    return [
        Item(
            " ".join(
                part
                for part in (f"{slot.title}:", slot.bound, f"{in_words(slot.kind, value.value, slot.unit)}.", slot.why)
                if part
            ),
            f"R-{slot.name}",
            _source(value),
        )
        for slot in slots
        if slot.kind in MEASURED and (value := brief.values.get(slot.name)) is not None
    ]


def _wishes(brief: Brief) -> list[Item]:
    return [
        Item(
            f"{wish.text} (kept as said; no test measures it)",
            f"W-{wish.text}",
            f"said by <@{wish.user}>" if wish.user else "you said",
        )
        for wish in brief.wishes
    ]


def _assumptions(slots: Sequence[Slot], brief: Brief) -> list[Item]:
    return [
        Item(f"{slot.title}: {in_words(slot.kind, value.value, slot.unit)}.", f"R-{slot.name}", "assumed")
        for slot in slots
        if slot.kind in (*PLAIN_KINDS, "choice")
        and (value := brief.values.get(slot.name)) is not None
        and value.source == "assumed"
    ]


def _files(found: Examination) -> list[str]:
    lines = [f"{one.name}: {' '.join(part for part in (one.summary, one.problem) if part)}" for one in found.files]
    most = 12
    more = [f"and {len(lines) - most} more files"] if len(lines) > most else []
    return lines[:most] + more + list(found.notes)


@dataclass(frozen=True)
class Estimate:
    """What the work will take, from a trial measured on this machine.

    Attributes:
        trial_s: Seconds of one warm trial of the default configuration on the search questions.
        cold_s: Seconds of the first one: reading, chunking and embedding the documents.
        jobs: Trials that run at the same time.
        searches: How often the space is searched: once, and once more for each fold of nested cross-validation.
    """

    trials: int
    trial_s: float
    cold_s: float
    jobs: int
    usd: float
    searches: int = 1

    @property
    def search_s(self) -> float:
        """Seconds of the whole search: what is new to it is cold, about a third of all trials."""
        return self.searches * (self.trials * self.trial_s + self.trials / 3 * self.cold_s) / self.jobs


def architecture(
    skill: Skill, problem: Problem, estimate: Estimate, score: float, previous: Document | None
) -> Document:
    """The architecture document with milestones and the budget, the next version after *previous*.

    Args:
        score: The default configuration's score, measured while estimating.
    """
    document = Document(
        kind="architecture",
        title=f"Architecture, milestones and budget: {skill.title}",
        version=previous.version + 1 if previous else 1,
        summary=(
            f"Neo will try {estimate.trials} of {_many(problem.space.size())} configurations on "
            f"{len(problem.instances)} {problem.terms.golden}, judge the winner on what did not choose it, and deploy "
            f"it on this machine. With the plain default, today: {problem.metric_title()} "
            f"{problem.searched().told(score):.2f}."
        ),
        sections=(
            Section("Parts", items=tuple(skill.architecture(problem))),
            Section("What is searched", items=tuple(_space(problem))),
            Section("How a configuration is judged", items=tuple(_judging(problem))),
            Section("Milestones", items=tuple(_milestones(estimate, problem, skill.watched))),
            Section("Budget", items=tuple(_budget(estimate))),
            Section("What is delivered", items=tuple(Item(line) for line in skill.delivered)),
            *([Section("Worth knowing", items=tuple(Item(note) for note in problem.notes))] if problem.notes else []),
        ),
    )
    return replace(document, delta=changes(previous, document))


def _many(number: int) -> str:
    return f"about {number:,}" if number < 1_000_000 else "more than a million possible"


def _space(problem: Problem) -> list[Item]:
    lines = [
        Item(f"{p.name.replace('_', ' ')}: {p.words()}." + (f" {p.help}" if p.help else ""), f"S-{p.name}")
        for p in problem.space.parameters
    ]
    return lines + [
        Item(f"Left out: {gone.choice} ({gone.parameter.replace('_', ' ')}): {gone.reason}")
        for gone in problem.space.left_out
    ]


def limits_in_words(problem: Problem) -> list[str]:
    """The person's limits, a phrase each."""
    limits = problem.limits
    own = [
        words
        for value, words in (
            (limits.accuracy, f"accuracy at least {limits.accuracy or 0:.2f}"),
            (limits.latency_p95_s, f"p95 latency at most {limits.latency_p95_s or 0:g} s"),
            (limits.cost_usd, f"cost at most ${limits.cost_usd or 0:g} {problem.terms.cost}"),
        )
        if value is not None
    ]
    titles = {metric.name: metric.title for metric in problem.metrics}
    return own + [f"{titles[name]} at least {value:.2f}" for name, value in limits.least.items()]


def _judging(problem: Problem) -> list[Item]:
    metric = next(m for m in problem.metrics if m.name == problem.metric)
    return [
        Item(f"A configuration is judged by: {metric.title}. {metric.help}", "J-metric"),
        Item(f"Limits: {'; '.join(limits_in_words(problem)) or 'none'}.", "J-limits"),
        Item(_held_out(problem), "J-holdout"),
        Item("Among configurations that cannot be told apart the cheapest and fastest wins.", "J-ties"),
    ]


def _held_out(problem: Problem) -> str:
    many = problem.terms.many
    if not split(problem.instances, seed=0).folds:
        return f"A third of the {many} is held out of the search; the verdict is measured on those alone."
    how = "each fold is searched for anew" if problem.nested else "the choice is made anew for each fold"
    return f"The {many} are too few to hold a third out, so the verdict is cross-validated: {how}."


def _milestones(estimate: Estimate, problem: Problem, watched: str) -> list[Item]:
    minutes = max(1, round(estimate.search_s / 60))
    return [
        Item(f"Search finished: about {minutes} min after your approval.", "M1"),
        Item("Winner packaged as a folder that runs without Neo: 1 min later.", "M2"),
        Item(f"Deployed on this machine and smoke-tested with {problem.terms.golden}: 1 min later.", "M3"),
        Item(watched, "M4"),
    ]


def _budget(estimate: Estimate) -> list[Item]:
    dollars = f"${estimate.usd:.2f}" if estimate.usd else "$0: nothing here calls a paid service"
    ceiling = max(2, round(estimate.search_s * 3 / 60))
    return [
        Item(f"{estimate.trials} trials, {estimate.jobs} at a time.", "B-trials"),
        Item(f"At most {ceiling} minutes of this machine; the search stops there with what it has.", "B-minutes"),
        Item(f"Money: {dollars}.", "B-money"),
        Item(
            f"Measured here: {estimate.cold_s:.1f} s for the first trial, {estimate.trial_s:.2f} s for a warm one.",
        ),
    ]


def seconds_budget(estimate: Estimate) -> float:
    """Seconds after which the search stops with what it has: the ceiling that the document names."""
    return max(2, round(estimate.search_s * 3 / 60)) * 60.0
