"""Logs, and Sentry where it is set: both through one redactor."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import sentry_sdk
import structlog

from bot.settings import Settings
from neo.domain.secrets import SECRETS, STARS, without_secrets

SECRET_KEYS = re.compile(r"token|secret|password|api_?key|authorization|cookie|dsn", re.IGNORECASE)


def redact(value: Any) -> Any:
    """The same value with every secret replaced by stars, at any depth.

    >>> redact({"text": "use xoxb-123456-abcdef", "api_key": "anything"})
    {'text': 'use ***', 'api_key': '***'}
    """
    if isinstance(value, str):
        return without_secrets(value)[0]
    if isinstance(value, Mapping):
        return {redact(k): STARS if v and SECRET_KEYS.search(str(k)) else redact(v) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(redact(item) for item in value)
    # Anything else, an exception say, is written to the log by its repr: that is what must hold no secret.
    shown = repr(value)
    return without_secrets(shown)[0] if SECRETS.search(shown) else value


def _processor(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return dict(redact(dict(event)))


def _before_send(event: Any, _hint: Any) -> Any:
    return redact(event)


class _RedactedFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return str(redact(super().format(record)))


def set_up(settings: Settings, process: str) -> None:
    """Send logs to stderr, JSON unless it is a terminal, and errors to Sentry when it is set."""
    terminal = sys.stderr.isatty()
    render = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _processor,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # some libraries set their own loggers to DEBUG
    handler.setFormatter(_RedactedFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    if dsn := settings.sentry_dsn.get_secret_value():
        sentry_sdk.init(dsn=dsn, before_send=_before_send)  # its default sends no personal data
        sentry_sdk.set_tag("process", process)
