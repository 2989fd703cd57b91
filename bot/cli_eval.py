"""`neo eval`: how good Neo itself is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.settings import load
from neo.errors import BadInput

app = typer.Typer(help="How well Neo does what it is for, measured.", no_args_is_help=True)
out = Console()

PROFILES = Path(__file__).resolve().parents[1] / "tests" / "dialogue"
ASIDE, PRACTICE = PROFILES / "aside", PROFILES / "practice"


@app.callback()
def _group() -> None:
    """Keep `eval` a group, though it has one command."""


@app.command()
def dialogue(
    seed: Annotated[int, typer.Option(help="Of paraphrases, order, splitting, typos and restarts.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write scores, intervals and every run here.")
    ] = None,
    profiles: Annotated[Path, typer.Option(help="Folder of profiles; see docs/dialogue-profiles.md.")] = ASIDE,
    model: Annotated[str, typer.Option(help="Read messages by this model of the endpoint OPENAI_BASE_URL.")] = "",
    runs: Annotated[int, typer.Option(min=1, help="Runs of each profile; pass^5 wants five.")] = 5,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    only: Annotated[str, typer.Option(help="One profile, by its id.")] = "",
    transcript: Annotated[bool, typer.Option(help="Print the conversations that were not right.")] = False,
) -> None:
    """Let scripted people with hidden profiles talk to Neo, and score it beside a form that asks everything.

    Without --model messages are read in this process alone.
    """
    from bot.dialogue.profiles import load_profiles
    from bot.dialogue.run import Conversation, evaluate

    settings = load(**({"openai_model": model, "read_with_model": True} if model else {"read_with_model": False}))
    if model and not settings.openai_base_url and not settings.openai_api_key.get_secret_value():
        raise BadInput(f"There is no endpoint for the model {model}.", "", "Set OPENAI_BASE_URL or OPENAI_API_KEY.")
    people = load_profiles(profiles, only)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("conversations", total=len(people) * runs)

        def watch(one: Conversation) -> None:
            bar.advance(task)
            if one.score.faults:
                bar.console.print(
                    f"[dim]{one.score.profile}[{one.score.run}]: {'; '.join(one.score.faults)[:300]}[/]",
                    markup=True,
                    highlight=False,
                )

        found = evaluate(people, settings, seed, runs, jobs, watch)
    if transcript:
        for row in found["profiles"]:
            if row["transcript"]:
                out.rule(f"{row['profile']}, run {row['run']}")
                out.print("\n".join(row["transcript"]), markup=False, highlight=False)
                out.print("\n".join(row["faults"]), style="red", markup=False, highlight=False)
    _table(found, len(people), runs)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(_plain(found), indent=1, ensure_ascii=False), encoding="utf-8")
        out.print(f"Written: {json_file}", highlight=False, soft_wrap=True)


def _table(found: dict[str, Any], people: int, runs: int) -> None:
    form, nothing = found["baselines"]["asks_everything"], found["baselines"]["asks_nothing"]
    table = Table(
        "score", "Neo", "95 % interval", "a form", "no question", title=f"{people} profiles, {runs} runs each"
    )
    for name, value in found["scores"].items():
        interval = found["intervals"].get(name, ())
        others = [f"{one[name]:.3f}" if name in one else "" for one in (form, nothing)]
        table.add_row(name, f"{value:.3f}", "–".join(f"{end:.3f}" for end in interval), *others)
    out.print(table)


def _plain(value: Any) -> Any:
    """The same with NaN, which JSON does not know, as null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
