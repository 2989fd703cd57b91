"""Slack's limits on blocks and views, which a message must meet before it is stored."""

from __future__ import annotations

from collections.abc import Callable

from bot.workspace.errors import Json, SlackError
from bot.workspace.state import new_id

MAX_TEXT = 40_000  # chat.postMessage truncates above; Slack answers msg_too_long
MAX_MARKDOWN = 12_000
KNOWN = frozenset(
    [
        "actions",
        "alert",
        "call",
        "card",
        "carousel",
        "container",
        "context",
        "context_actions",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "plan",
        "rich_text",
        "section",
        "table",
        "task_card",
        "video",
    ]
)

INTERACTIVE = frozenset(
    {
        *("button", "workflow_button", "icon_button", "feedback_buttons", "overflow", "checkboxes", "radio_buttons"),
        *("static_select", "multi_static_select", "external_select", "users_select", "channels_select"),
        *("conversations_select", "plain_text_input", "number_input", "email_text_input", "url_text_input"),
        *("datepicker", "timepicker", "datetimepicker"),
    }
)
_ONE_INSIDE = ("accessory", "element")
_MANY_INSIDE = ("elements", "actions", "child_blocks")


def checked(blocks: object, *, most: int = 50) -> list[Json]:
    """The blocks, each with a ``block_id``.

    Args:
        blocks: What the bot sent.
        most: 50 in a message, 100 in a view.

    Raises:
        SlackError: ``invalid_blocks`` or ``msg_blocks_too_long``; the detail names the block and the limit.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format", "blocks must be a list of objects")
    if len(blocks) > most:
        raise SlackError("invalid_blocks", f"{len(blocks)} blocks, of which Slack takes at most {most}")
    problems = [line for index, block in enumerate(blocks) for line in _problems(index, block)]
    if problems:
        raise SlackError("invalid_blocks", "; ".join(problems))
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MAX_MARKDOWN:
        raise SlackError("msg_blocks_too_long", f"markdown blocks above {MAX_MARKDOWN} characters in all")
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    """Give the ids that the bot left out to a block and to what stands inside it, as Slack does."""
    named = block if block["type"] not in KNOWN else {"block_id": new_id("b")} | block
    if named.get("type") in INTERACTIVE:
        named = {"action_id": new_id("a")} | named
    for key, inside in named.items():
        if key in _ONE_INSIDE and isinstance(inside, dict) and "type" in inside:
            named = named | {key: _with_ids(inside)}
        elif key in _MANY_INSIDE and isinstance(inside, list):
            named = named | {key: [_with_ids(item) if "type" in item else item for item in inside]}
    return named


def _problems(index: int, block: Json) -> list[str]:
    kind = block.get("type")
    if kind not in KNOWN:
        return [f"unsupported type: {kind!r} [json-pointer:/blocks/{index}/type]"]
    found = _RULES.get(kind, _nothing)(block)
    return [f"{line} [json-pointer:/blocks/{index}]" for line in found]


def _nothing(block: Json) -> list[str]:
    return []


def _text(value: object, most: int) -> list[str]:
    if not isinstance(value, dict) or value.get("type") not in ("plain_text", "mrkdwn"):
        return ["a text object needs a type, plain_text or mrkdwn"]
    text = value.get("text")
    if not isinstance(text, str) or not text:
        return ["must be more than 0 characters: text"]
    return [f"must be less than {most + 1} characters: text has {len(text)}"] if len(text) > most else []


def _section(block: Json) -> list[str]:
    fields = block.get("fields") or []
    if not block.get("text") and not fields:
        return ["a section needs text or fields"]
    found = _text(block["text"], 3000) if block.get("text") else []
    if len(fields) > 10:
        found.append(f"no more than 10 items allowed: fields has {len(fields)}")
    return found + [line for field in fields for line in _text(field, 2000)]


def _header(block: Json) -> list[str]:
    return _text(block.get("text"), 150)


def _image(block: Json) -> list[str]:
    found = [] if block.get("alt_text") else ["missing required field: alt_text"]
    if not block.get("image_url") and not block.get("slack_file"):
        found.append("an image needs image_url or slack_file")
    return found


def _input(block: Json) -> list[str]:
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in INTERACTIVE:
        return ["an input needs an element of a kind that can be filled in"]
    return _text(block.get("label"), 2000)


def _markdown(block: Json) -> list[str]:
    text = block.get("text")
    if not isinstance(text, str) or not text:
        return ["must be more than 0 characters: text"]
    return (
        [f"must be less than {MAX_MARKDOWN + 1} characters: text has {len(text)}"] if len(text) > MAX_MARKDOWN else []
    )


def _elements(most: int) -> Callable[[Json], list[str]]:
    def rule(block: Json) -> list[str]:
        count = len(block.get("elements") or [])
        return [] if 0 < count <= most else [f"elements has {count} items; between 1 and {most} are allowed"]

    return rule


def _table(block: Json) -> list[str]:
    rows = block.get("rows") or []
    found = [] if 0 < len(rows) <= 100 else [f"rows has {len(rows)} items; between 1 and 100 are allowed"]
    if any(len(row) > 20 for row in rows):
        found.append("a table has at most 20 columns")
    return found


_RULES: dict[str, Callable[[Json], list[str]]] = {
    "section": _section,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "input": _input,
    "actions": _elements(25),
    "context": _elements(10),
    "context_actions": _elements(5),
    "table": _table,
}
