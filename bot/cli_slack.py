"""`neo slack`: what a Slack workspace needs."""

from __future__ import annotations

from typing import Annotated

import typer

from neo.errors import ConfigurationError

app = typer.Typer(help="The Slack app: its manifest.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The Slack app: its manifest."""


@app.command()
def manifest(
    url: Annotated[
        str, typer.Option(help="For HTTP: the address at which Slack reaches Neo, such as https://neo.example.com.")
    ] = "",
) -> None:
    """Print the manifest, to be pasted at api.slack.com/apps under 'Create New App', 'From a manifest'."""
    from bot.manifest import text

    if url and not url.startswith("https://"):
        raise ConfigurationError(f"Slack calls HTTPS addresses alone, and --url is {url!r}. Write https://...")
    typer.echo(text(url), nl=False)
