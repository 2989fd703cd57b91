"""The Slack manifest: valid by Slack's schema, and no scope without its use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = yaml.safe_load((ROOT / "deploy" / "slack_manifest.yaml").read_text("utf-8"))
FILES = [
    *(ROOT / "bot" / "listeners").glob("*.py"),
    *(ROOT / "bot" / name for name in ("slack_transport.py", "slack_surfaces.py", "payloads.py")),
]
CODE = "\n".join(path.read_text("utf-8") for path in FILES)

# What each scope is for: a listener's event, or a method that the transport calls.
USES = {
    "app_mentions:read": '"app_mention"',
    "assistant:write": "assistant_threads_setStatus",
    "channels:history": '"message"',
    "channels:read": '"channel_archive"',
    "chat:write": "chat_postMessage",
    "commands": '"/neo"',
    "files:read": "url_private_download",
    "files:write": "files_upload_v2",
    "groups:history": '"message"',
    "groups:read": '"group_archive"',
    "im:history": '"message"',
    "im:write": "outgoing.channel == outgoing.post.to_user",
    "reactions:read": '"reaction_added"',
    "users:read": "users_info",
}


def test_the_manifest_is_valid(shared: Path) -> None:
    schema = json.loads((shared / "slack" / "manifest.schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(MANIFEST)] == []


def test_every_scope_is_used_and_none_is_missing() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]["bot"]
    assert set(scopes) == set(USES)
    for scope in scopes:
        assert USES[scope] in CODE, f"{scope} is asked for and not used"


def test_every_event_has_a_listener() -> None:
    for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        assert f'"{event.split(".")[0]}"' in CODE
    assert MANIFEST["features"]["slash_commands"][0]["command"] == "/neo"


# Which of the scopes each method of the Web API needs that the bot calls (from Slack's own list of methods).
METHODS = {
    "agents_sessions_setStatus": {"chat:write"},
    "assistant_threads_setStatus": {"assistant:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "apps_connections_open": set(),  # with the app's own token
    "auth_test": set(),
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_upload_v2": {"files:write"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}


def test_every_method_that_the_bot_calls_has_its_scope() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "bot").glob("*.py")) + CODE
    called = set(re.findall(r"client\.([a-z]+_\w+)\(", code))
    assert called <= set(METHODS), "name the scopes that the new methods need"
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert set().union(*(METHODS[name] for name in called)) <= scopes


@pytest.mark.parametrize(
    "wrong", [{"settings": {"socket_mode_enabled": "yes"}}, {"oauth_config": {"scopes": {"bot": "all"}}}, {"x": 1}]
)
def test_the_schema_refuses_what_slack_would(shared: Path, wrong: dict[str, Any]) -> None:
    schema = json.loads((shared / "slack" / "manifest.schema.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert list(validator.iter_errors({**MANIFEST, **wrong}))


def test_long_words_fit_into_slacks_fields() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35 and len(shown["description"]) <= 140
    assert len(MANIFEST["features"]["agent_view"]["agent_description"]) <= 300
