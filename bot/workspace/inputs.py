"""What people fill in: find a block's element, and turn raw values into Slack's ``state``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.workspace.errors import Json, PersonError

Raw = dict[str, dict[str, Any]]  # block id -> action id -> a string, or a list of strings
_CHILD_LISTS = ("elements", "actions", "child_blocks", "cards")
_CHILDREN = ("accessory", "element")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block in which it stands, in containers and cards too."""
    for block in blocks:
        for child in [block[key] for key in _CHILDREN if isinstance(block.get(key), dict)]:
            yield block, child
        for child in [child for key in _CHILD_LISTS for child in block.get(key) or [] if isinstance(child, dict)]:
            if "action_id" in child:
                yield block, child
            else:
                yield from elements([child])


def message_blocks(message: Json) -> list[Json]:
    """A message's blocks, those of its attachments too."""
    return [*message.get("blocks", []), *(b for a in message.get("attachments", []) for b in a.get("blocks", []))]


def find(blocks: list[Json], action_id: str, block_id: str = "") -> tuple[Json, Json]:
    """The element called *action_id*, with its block.

    Raises:
        PersonError: There is none; the message lists those that there are.
    """
    for block, element in elements(blocks):
        if element.get("action_id") == action_id and block_id in ("", block.get("block_id")):
            return block, element
    known = ", ".join(str(element.get("action_id")) for _, element in elements(blocks)) or "none"
    raise PersonError(f"There is no button or field {action_id!r} here (there are: {known}). Reload the page.", 404)


def value_of(element: Json, raw: Any) -> Json:
    """A raw value as Slack reports it for this kind of element, such as ``selected_option`` for a select.

    Raises:
        PersonError: The value is not among the element's options.
    """
    kind = element["type"]
    return {"type": kind} | _VALUES.get(kind, _plain)(element, raw)


def state_of(blocks: list[Json], raw: Raw) -> Json:
    """Slack's ``state``: every field of the blocks with its value, or its initial value when *raw* has none."""
    values: Json = {}
    for block, element in elements(blocks):
        if element.get("type") not in _VALUES:
            continue
        given = raw.get(block["block_id"], {}).get(element["action_id"], initial(element))
        values.setdefault(block["block_id"], {})[element["action_id"]] = value_of(element, given)
    return {"values": values}


def missing(blocks: list[Json], raw: Raw) -> dict[str, str]:
    """One sentence for each input block of a modal that must be filled in and is not, by block id."""
    wrong = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        given = raw.get(block["block_id"], {}).get(element["action_id"], initial(element))
        if not given and not block.get("optional"):
            wrong[block["block_id"]] = "Please complete this required field."
        elif isinstance(given, str) and len(given) < element.get("min_length", 0) and given:
            wrong[block["block_id"]] = f"At least {element['min_length']} characters, please."
        elif isinstance(given, str) and len(given) > element.get("max_length", 3000):
            wrong[block["block_id"]] = f"At most {element.get('max_length', 3000)} characters, please."
    return wrong


def initial(element: Json) -> Any:
    """The raw value with which a field starts."""
    for key, value in element.items():
        if key.startswith("initial_"):
            return _raw(value)
    return None


def options(element: Json) -> list[Json]:
    """All options of a select, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]


def _raw(value: Any) -> Any:
    if isinstance(value, list):
        return [_raw(item) for item in value]
    return value["value"] if isinstance(value, dict) else value


def _option(element: Json, raw: Any) -> Json | None:
    if raw in (None, ""):
        return None
    for option in options(element):
        if option["value"] == raw:
            return {"text": option["text"], "value": option["value"]}
    raise PersonError(f"{raw!r} is not one of the choices. Choose from the list.")


def _one(element: Json, raw: Any) -> Json:
    return {"selected_option": _option(element, raw)}


def _many(element: Json, raw: Any) -> Json:
    given = raw if isinstance(raw, list) else [raw]
    return {"selected_options": [option for item in given if (option := _option(element, item))]}


def _plain(element: Json, raw: Any) -> Json:
    return {"value": None if raw in (None, "") else str(raw)}


def _named(key: str) -> Callable[[Json, Any], Json]:
    return lambda element, raw: {key: raw or None}


_VALUES: dict[str, Callable[[Json, Any], Json]] = {
    "plain_text_input": _plain,
    "email_text_input": _plain,
    "url_text_input": _plain,
    "number_input": _plain,
    "static_select": _one,
    "external_select": _one,
    "radio_buttons": _one,
    "overflow": _one,
    "multi_static_select": _many,
    "checkboxes": _many,
    "users_select": _named("selected_user"),
    "channels_select": _named("selected_channel"),
    "conversations_select": _named("selected_conversation"),
    "datepicker": _named("selected_date"),
    "timepicker": _named("selected_time"),
    "datetimepicker": _named("selected_date_time"),
}
