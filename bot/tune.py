"""`neo tune`: the same search as in the chat, for engineers, without the chat."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.progress import Teller
from neo.automl.executors import run_trial
from neo.automl.problem import InputFile, Problem, Resources
from neo.automl.search import Search, search
from neo.automl.space import Config
from neo.automl.split import split
from neo.automl.study import StudySettings
from neo.domain.brief import Brief, SlotValue
from neo.errors import BadInput, UserError
from neo.evals.stats import mean_interval
from neo.models.hashing import sha256_of
from neo.skill import Skill

# The slot that `--latency` sets, where it is not the one of this name.
LATENCY = {"people_count": "picture_s"}


@dataclass(frozen=True)
class TuneOptions:
    """What the command line asks for; limits are None where there are none.

    Attributes:
        inputs: The files, see :func:`inputs_of`.
        test: A golden set that the search never sees, on which the winner is scored once.
        values: What else the brief says, by slot.
    """

    inputs: tuple[InputFile, ...]
    out: Path
    trials: int
    seed: int
    jobs: int
    metric: str | None = None
    accuracy: float | None = None
    latency: float | None = None
    cost: float | None = None
    seconds: float = float("inf")
    dask: str = ""
    test: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def tune(skill: Skill, options: TuneOptions, resources: Resources, cache_dir: Path, console: Console) -> Search:
    """Search, and write the report, the pictures, the winning configuration and the package into *options.out*.

    Raises:
        BadInput: The folder has no readable document, or the golden set no usable row.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    with Teller(console, options.trials) as teller:
        return _told(skill, options, resources, cache_dir, console, teller)


def _told(
    skill: Skill,
    options: TuneOptions,
    resources: Resources,
    cache_dir: Path,
    console: Console,
    teller: Teller,
) -> Search:
    inputs = options.inputs
    teller.phase(f"reading {len(inputs)} files")
    brief = _brief(skill.name, options)
    found = skill.examine(inputs, brief)
    for one in found.files:
        if one.problem:
            console.print(f"[yellow]{one.name}[/]: {one.problem}", highlight=False)
    for note in found.notes:
        console.print(f"[dim]{note}[/]", highlight=False)
    try:
        problem = skill.problem(brief, inputs, cache_dir, resources)
    except UserError as error:
        _nothing_concluded(options.out, error)
        raise
    _check_metric(problem, options.metric)
    result = _run(problem, options, console, teller)
    if options.test is not None and result.verdict.best is not None:
        teller.phase(f"scoring the winner on {options.test.name}")
        unseen = skill.problem(brief, tested_on(inputs, options.test), cache_dir, resources)
        result.report.json["test"] = tested(unseen, result.verdict.best.config, options.seed)
    teller.phase("packaging the winner, writing the report")
    write(skill, problem, result, options.out)
    return result


def tested(problem: Problem, config: Config, seed: int) -> dict[str, Any]:
    """A configuration's score on a problem that the search never saw, as people read it, with its interval."""
    metric = problem.searched()
    found = run_trial(problem, config, problem.instances).evaluations
    scores = mean_interval([one.metrics.get(metric.name, float("nan")) for one in found], seed=seed)
    told = metric.told_interval(scores)
    return {metric.error or metric.name: told.value, "low": told.low, "high": told.high, "n": told.n}


def tested_on(inputs: tuple[InputFile, ...], test: Path) -> tuple[InputFile, ...]:
    """The same files with another golden set."""
    if not test.is_file():
        raise BadInput(f"There is no test set at {test}.", "", "Name a file of the golden set's form.")
    return (*(one for one in inputs if one.role != "golden"), input_of("golden", test.name, test))


def inputs_of(docs: Path, golden: Path) -> tuple[InputFile, ...]:
    """The files of a folder (or one file) and the golden set.

    Raises:
        BadInput: One of them is not there, or the folder is empty.
    """
    if not golden.is_file():
        raise BadInput(
            f"There is no golden set at {golden}.", "", "Name a CSV, XLSX, JSON or JSONL file with --golden."
        )
    if not docs.exists():
        raise BadInput(f"There are no documents at {docs}.", "", "Name a folder, or one file, with --docs.")
    found = (
        [docs] if docs.is_file() else sorted(p for p in docs.rglob("*") if p.is_file() and not p.name.startswith("."))
    )
    chosen = [path for path in found if path.resolve() != golden.resolve()]
    if not chosen:
        raise BadInput(f"The folder {docs} is empty.", "", "Put PDF, DOCX, HTML, Markdown or text files into it.")
    root = docs.parent if docs.is_file() else docs
    files = [input_of("document", str(path.relative_to(root)), path) for path in chosen]
    return (*files, input_of("golden", golden.name, golden))


def recordings_of(videos: Sequence[Path], counts: Path) -> tuple[InputFile, ...]:
    """Recordings and the counts made of their frames.

    Raises:
        BadInput: One of them is not there.
    """
    for path, option in (*((video, "--video") for video in videos), (counts, "--counts")):
        if not path.is_file():
            raise BadInput(f"There is no file at {path}.", "", f"Name another one with {option}.")
    files = [input_of("video", path.name, path) for path in videos]
    return (*files, input_of("golden", counts.name, counts))


def input_of(role: str, name: str, path: Path) -> InputFile:
    """A file on the command line as the skills take it."""
    return InputFile(role, name, path, sha256_of(path))


def _brief(skill: str, options: TuneOptions) -> Brief:
    given: Mapping[str, Any] = {
        "accuracy": options.accuracy,
        LATENCY.get(skill, "latency"): options.latency,
        "cost": options.cost,
        "metric": options.metric,
        "privacy": "as set",  # whoever sets an endpoint on the command line means it to be used
        **options.values,
    }
    values = {name: SlotValue(value, str(value)) for name, value in given.items() if value is not None}
    return Brief(skill=skill, opening="tuned from the command line", values=values)


def _check_metric(problem: Problem, wanted: str | None) -> None:
    if wanted is not None and wanted != problem.metric:
        names = ", ".join(metric.name for metric in problem.metrics)
        raise BadInput(
            f"The metric '{wanted}' cannot be told from this golden set.", f"It can tell: {names}.", "Choose one."
        )


def _run(problem: Problem, options: TuneOptions, console: Console, teller: Teller) -> Search:
    settings = StudySettings(
        name=f"tune-{options.seed}",
        trials=options.trials,
        seed=options.seed,
        storage=f"sqlite:///{(options.out / 'study.db').absolute()}",
        jobs=options.jobs,
        dask_address=options.dask,
        seconds=options.seconds,
    )
    parts = split(problem.instances, options.seed)
    terms = problem.terms
    held = "cross-validated" if parts.folds else f"{len(parts.holdout)} held out"
    console.print(
        f"{len(parts.search)} {terms.many} to search on, {held}; {len(problem.context.inputs)} files; "
        f"metric: {problem.metric_title()}."
    )
    teller.searching(problem)
    return search(problem, settings, teller.trial, judging=teller.phase)


def _nothing_concluded(out: Path, error: UserError) -> None:
    """A report of a search that could not begin: what is wrong, and that nothing follows from it."""
    words = f"Nothing could be concluded: there was no search. {error}"
    (out / "report.md").write_text(f"# Search report\n\n**{words}**\n", "utf-8")
    body: dict[str, Any] = {"best": None, "verdict": {"words": words}, "trials": []}
    (out / "report.json").write_text(json.dumps(body, indent=2, ensure_ascii=False), "utf-8")


def write(skill: Skill, problem: Problem, result: Search, out: Path) -> None:
    """Write what came out: `report.md`, pictures, `report.json`, and the winner's `config.json` and package."""
    (out / "report.md").write_text(result.report.markdown, "utf-8")
    (out / "report.json").write_text(json.dumps(result.report.json, indent=2, ensure_ascii=False), "utf-8")
    for picture in result.report.pictures:
        (out / picture.name).write_bytes(picture.png)
    best = result.verdict.best or next(iter(result.verdict.closest), None)
    if best is not None:
        (out / "config.json").write_text(json.dumps(best.config, indent=2), "utf-8")
        skill.build(problem, best.config, out / "package")
