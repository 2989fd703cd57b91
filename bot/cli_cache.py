"""`neo cache`: what the stage cache holds, and how to make it smaller."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import load

app = typer.Typer(help="Results of trials that are kept: how much there is, and less of it.", no_args_is_help=True)
out = Console()


@app.command("stats")
def stats() -> None:
    """Show how many results of each stage are kept, and how much room they take."""
    from neo.automl.cache_files import GB, entries

    settings = load()
    by_stage: dict[str, list[int]] = {}
    for entry in entries(settings.cache_dir):
        by_stage.setdefault(entry.stage, []).append(entry.size_bytes)
    table = Table("stage", "entries", "MB")
    for stage, sizes in sorted(by_stage.items(), key=lambda row: -sum(row[1])):
        table.add_row(stage, str(len(sizes)), f"{sum(sizes) / 1e6:.1f}")
    out.print(table)
    total = sum(sum(sizes) for sizes in by_stage.values())
    out.print(f"{total / GB:.3f} of at most {settings.cache_gb:g} GB (NEO_CACHE_GB).", highlight=False)
    out.print(f"Folder: {settings.cache_dir}", highlight=False, soft_wrap=True)


@app.command("prune")
def prune(
    gb: Annotated[float | None, typer.Option(min=0, help="Leave at most so much (default: NEO_CACHE_GB).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove all results.")] = False,
) -> None:
    """Remove results, those not used for longest first; searches may go on meanwhile."""
    from neo.automl import cache_files

    settings = load()
    most = 0.0 if everything else (settings.cache_gb if gb is None else gb)
    done = cache_files.prune(settings.cache_dir, int(most * cache_files.GB))
    if done is None:
        out.print("Another process is pruning; nothing was done.", highlight=False)
        return
    out.print(
        f"Removed {done.removed} results ({done.removed_bytes / 1e6:.1f} MB); "
        f"{done.left} ({done.left_bytes / 1e6:.1f} MB) are left.",
        highlight=False,
        soft_wrap=True,
    )
