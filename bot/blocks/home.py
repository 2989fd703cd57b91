"""The Home tab: projects, what waits, how what runs fares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import SlackFile
from slack_sdk.models.views import View

from bot.blocks.mrkdwn import escaped, literal, sections

_CELLS = 20
_DANGER = ("cancel", "close")
_ASK = {"cancel": "Running work stops, both approvals are void.", "close": "The service is stopped."}


def view(summary: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The view of a person's Home, as Slack takes it."""
    blocks: list[Block] = [HeaderBlock(text={"type": "plain_text", "text": "Your projects"})]
    blocks += [_context(summary)]
    if data.get("welcome"):
        blocks += sections(escaped(str(data["welcome"])))
    blocks.append(
        ActionsBlock(
            elements=[ButtonElement(text="New project", action_id="new_project", value="home", style="primary")]
        )
    )
    for project in data["projects"]:
        blocks += [DividerBlock(), *_project(project)]
    if data["finished"]:
        lines = [f"• {literal(one['title'])}: {one['stage']}" for one in data["finished"]]
        blocks += [DividerBlock(), *sections("*Finished*\n" + "\n".join(lines))]
    built = View(type="home", blocks=blocks)
    body: dict[str, Any] = built.to_dict()
    return body


def _project(one: Mapping[str, Any]) -> list[Block]:
    mark = ":red_circle: " if one["alert"] else ":bell: " if one["waits"] else ""
    lines = [f"{mark}*{literal(one['title'])}*", f"Stage: {one['stage']}"]
    lines += [f"Waits for {one['waits']}" if one["waits"] else ""]
    lines += [f"Reason: {escaped(one['reason'])}" if one["reason"] else ""]
    lines += [f"The service: {escaped(one['runs'])}" if one["runs"] else ""]
    open_button = (
        ButtonElement(text="Open thread", action_id="open_thread", url=one["link"]) if one.get("link") else None
    )
    text = "\n".join(line for line in lines if line)
    blocks: list[Block] = [SectionBlock(text={"type": "mrkdwn", "text": text[:3000]}, accessory=open_button)]
    if one["share"] is not None:
        full = round(one["share"] * _CELLS)
        blocks.append(_context(f"{'█' * full}{'░' * (_CELLS - full)} {one['share']:.0%}"))
    if one["budget"]:
        blocks.append(_context(one["budget"]))
    if one.get("file"):
        alt = one["picture_alt"]
        blocks.append(ImageBlock(alt_text=alt, title="Quality over time", slack_file=SlackFile(id=one["file"])))
    if one["controls"]:
        blocks.append(ActionsBlock(elements=[_control(one["id"], *control) for control in one["controls"]]))
    return blocks


def _control(project: str, command: str, label: str) -> ButtonElement:
    danger = command in _DANGER
    return ButtonElement(
        text=label.capitalize(),
        action_id=f"home_{command}",
        value=project,
        style="danger" if danger else None,
        confirm=ConfirmObject(title="Are you sure?", text=_ASK[command]) if danger else None,
    )


def _context(text: str) -> ContextBlock:
    return ContextBlock(elements=[{"type": "mrkdwn", "text": text}])
