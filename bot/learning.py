"""What the embedded reader learns from labelled sayings: once a machine, and again when they change."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from bot.settings import Settings

SOURCES = ("skills/*/*.txt", "skills/*/*.py", "neo/agent/**/*.*")  # what is learned from, and what learns


def is_learned(settings: Settings) -> bool:
    """Whether all is learned and kept; quick, so that every start may ask."""
    stamp, root = _stamp(settings), Path(__file__).resolve().parents[1]
    newest = max(path.stat().st_mtime for pattern in SOURCES for path in root.glob(pattern))
    return stamp.exists() and stamp.stat().st_mtime > newest


def ensure_learned(settings: Settings, console: Console) -> None:
    """Learn what is not kept yet, a minute or two on two cores; done before processes start that would each do it."""
    if is_learned(settings):
        return
    from bot.bootstrap import language_of

    with console.status("Learning to read what people write (a minute or two, once) ..."):
        language_of(settings.model_copy(update={"read_with_model": False}))
    if settings.language.is_dir():
        _stamp(settings).touch()


def _stamp(settings: Settings) -> Path:
    return settings.language / "learned"
