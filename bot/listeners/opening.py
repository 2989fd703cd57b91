"""Forms opened at once, empty: a trigger lives three seconds, and what fills them may take longer."""

from __future__ import annotations

import secrets

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.blocks.forms import empty

log = structlog.get_logger(__name__)


def opened_form(client: WebClient, trigger: str, form: str) -> str:
    """Open an empty form; the id by which it is filled later, '' where Slack did not open it."""
    id = f"{form}:{secrets.token_hex(8)}"
    try:
        client.views_open(trigger_id=trigger, view=empty(form, id).to_dict())
    except (SlackApiError, SlackClientError, OSError) as error:
        log.warning("a form could not be opened", form=form, reason=str(error))
        return ""  # the person is told in words
    return id
