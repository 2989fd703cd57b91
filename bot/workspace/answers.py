"""What the bot answers to an interaction: in its acknowledgement, or later at a response_url."""

from __future__ import annotations

from typing import Any

from bot.workspace import blocks, users, views
from bot.workspace.errors import Json, SlackError
from bot.workspace.workspace import Draft, Workspace


def post_answer(workspace: Workspace, interaction: Json, answer: Json) -> None:
    """Do what a ``response_url`` body or a command's acknowledgement asks for.

    Args:
        workspace: Where it happens.
        interaction: channel_id, user_id and, after a button, the ts of its message.
        answer: text, blocks, response_type, replace_original, delete_original, thread_ts.
    """
    channel_id, ts = interaction["channel_id"], interaction.get("ts", "")
    if ts and answer.get("delete_original"):
        workspace.delete(channel_id, ts)
        return
    body = _content(answer)
    if ts and answer.get("replace_original"):
        workspace.edit(channel_id, ts, {"blocks": None} | body)
        return
    identity = workspace.state.identity
    body |= {"bot_id": identity.bot_id, "bot_profile": users.bot_profile(workspace.state)}
    public = answer.get("response_type") == "in_channel"
    workspace.post(
        Draft(
            channel_id,
            identity.bot_user_id,
            body,
            thread_ts=answer.get("thread_ts") or interaction.get("thread_ts"),
            only_for=None if public else interaction["user_id"],
        )
    )


def _content(answer: Json) -> Json:
    body: Json = {"text": str(answer.get("text") or "")}
    if answer.get("blocks"):
        body["blocks"] = blocks.checked(answer["blocks"])
    if not body["text"] and "blocks" not in body:
        raise SlackError("no_text", "an answer needs text or blocks")
    return body


def submit_answer(workspace: Workspace, user_id: str, view_id: str, answer: Json) -> dict[str, Any]:
    """Do what the acknowledgement of a view submission asks for; gives the errors to show, or nothing."""
    action = answer.get("response_action")
    if action == "errors":
        return {"errors": answer.get("errors") or {}}
    if action == "update":
        views.update(workspace, view_id, answer["view"])
    elif action == "push":
        views.open_modal(workspace, user_id, answer["view"])
    else:
        views.close(workspace, view_id, whole_stack=action == "clear")
    return {}
