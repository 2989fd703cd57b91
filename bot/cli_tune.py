"""The command `neo tune`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from neo.automl.problem import InputFile
from neo.errors import BadInput, ConfigurationError

SKILLS = "rag, people_count"


@dataclass(frozen=True)
class Files:
    """What the command line names; None or empty where an option was not given."""

    docs: Path | None
    golden: Path | None
    videos: tuple[Path, ...]
    counts: Path | None


def _documents(files: Files) -> tuple[InputFile, ...]:
    from bot.tune import inputs_of

    if files.docs is None or files.golden is None:
        raise BadInput("rag is tuned on documents and golden questions.", "", "Name them with --docs and --golden.")
    return inputs_of(files.docs, files.golden)


def _recordings(files: Files) -> tuple[InputFile, ...]:
    from bot.tune import recordings_of

    if not files.videos or files.counts is None:
        raise BadInput(
            "people_count is tuned on recordings and counts of their frames.", "",
            "Name them with --video and --counts.",
        )  # fmt: skip
    return recordings_of(files.videos, files.counts)


FILES: Mapping[str, Callable[[Files], tuple[InputFile, ...]]] = {"rag": _documents, "people_count": _recordings}


def tune(
    skill: Annotated[str, typer.Argument(help=f"What to tune: {SKILLS}.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Report, pictures, configuration and package go here.")],
    docs: Annotated[Path | None, typer.Option(help="rag: a folder of documents, or one file.")] = None,
    golden: Annotated[Path | None, typer.Option(help="rag: golden questions: CSV, XLSX, JSON, JSONL or SQuAD.")] = None,
    video: Annotated[list[Path] | None, typer.Option(help="people_count: a recording; may be given again.")] = None,
    counts: Annotated[
        Path | None, typer.Option(help="people_count: counts of its frames, as JSON or CSV (frame, count).")
    ] = None,
    test_counts: Annotated[
        Path | None,
        typer.Option("--test-counts", "--test", help="Counts, or questions, on which the winner is scored once."),
    ] = None,
    label: Annotated[str, typer.Option(help="people_count: which of several counts of a frame is to match.")] = "",
    threshold: Annotated[
        int | None, typer.Option(min=0, help="people_count: an alert is wanted above so many people.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="How many configurations to try.")] = 40,
    seed: Annotated[int, typer.Option(help="Of the split and of the sampler.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Trials at the same time; 1 is reproducible.")] = 1,
    metric: Annotated[
        str | None, typer.Option(help="The metric to search on (default: by what is in the set).")
    ] = None,
    accuracy: Annotated[float | None, typer.Option(min=0, max=1, help="Limit: at least this.")] = None,
    latency: Annotated[
        float | None, typer.Option(min=0, help="Limit: p95 seconds at most, for an answer or a picture.")
    ] = None,
    cost: Annotated[
        float | None, typer.Option(min=0, help="Limit: dollars at most, a question or a camera a month.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop searching after so long.")] = None,
    mlflow: Annotated[str, typer.Option(help="Export the search to the MLflow at this address, too.")] = "",
    dask: Annotated[str, typer.Option(help="A Dask scheduler's address: trials run on its workers.")] = "",
) -> None:
    """Search the best configuration on your own data, without the chat. Run again to go on."""
    from bot import bootstrap, logs
    from bot.settings import load
    from bot.tune import TuneOptions
    from bot.tune import tune as run

    settings = load()
    logs.set_up(settings, "tune")
    known = bootstrap.skills()
    _check(skill, {name: one.buildable for name, one in known.items()})
    named = {"label": label or None, "threshold": threshold}
    options = TuneOptions(
        FILES[skill](Files(docs, golden, tuple(video or ()), counts)), out_dir, trials, seed, jobs, metric, accuracy,
        latency, cost, minutes * 60 if minutes else float("inf"), dask or settings.dask_address, test_counts,
        {name: value for name, value in named.items() if value is not None},
    )  # fmt: skip
    out = Console()
    result = run(known[skill], options, bootstrap.resources(settings, jobs), bootstrap.bounded_cache(settings), out)
    body = result.report.json
    out.print(f"\n{body['verdict']['words']}", highlight=False)
    if test := body.get("test"):
        out.print(f"On {test_counts}: {_words(test)}.", highlight=False)
    out.print(f"Report: {out_dir / 'report.md'}", highlight=False, soft_wrap=True)
    if mlflow:
        _export(body, out_dir, mlflow, skill, out)


def _check(skill: str, buildable: Mapping[str, bool]) -> None:
    can = ", ".join(name for name, one in buildable.items() if one)
    if skill not in buildable:
        raise ConfigurationError(f"There is no skill '{skill}'. There is: {can}.")
    if not buildable[skill]:
        raise ConfigurationError(f"Neo cannot build '{skill}' yet, only keep what is wanted of it. It can tune: {can}.")


def _words(test: Mapping[str, Any]) -> str:
    name = next(iter(test))
    return f"{name} {test[name]:.3f} [{test['low']:.3f}, {test['high']:.3f}], n = {test['n']}"


def _export(body: dict[str, Any], out_dir: Path, address: str, skill: str, out: Console) -> None:
    from bot.mlflow_export import export

    out.print(f"MLflow run: {export(body, out_dir, address, f'neo-{skill}')}", highlight=False)
