"""Forms opened at once, empty: a trigger lives three seconds, and what fills them may take longer."""

from __future__ import annotations

import secrets

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.views import View

from bot.blocks.forms import empty

log = structlog.get_logger(__name__)


def opened_form(client: WebClient, trigger: str, form: str) -> str:
    """Open an empty form; the id by which it is filled later, '' where Slack did not open it."""
    id = f"{form}:{secrets.token_hex(8)}"
    return id if opened(client, trigger, empty(form, id)) else ""  # then the person is told in words


def opened(client: WebClient, trigger: str, view: View) -> bool:
    """Open a modal; False where Slack did not, as it does when a trigger is more than three seconds old."""
    try:
        client.views_open(trigger_id=trigger, view=view.to_dict())
    except (SlackApiError, SlackClientError, OSError) as error:
        log.warning("a form could not be opened", form=view.callback_id, reason=str(error))
        return False
    return True
