"""The Slack manifest: valid by Slack's schema, and no scope without its use."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = yaml.safe_load((ROOT / "deploy" / "slack_manifest.yaml").read_text("utf-8"))
FILES = [*(ROOT / "bot" / "listeners").glob("*.py"), ROOT / "bot" / "slack_transport.py", ROOT / "bot" / "payloads.py"]
CODE = "\n".join(path.read_text("utf-8") for path in FILES)

# What each scope is for: a listener's event, or a method that the transport calls.
USES = {
    "app_mentions:read": '"app_mention"',
    "assistant:write": "assistant_threads_setStatus",
    "channels:history": '"message"',
    "chat:write": "chat_postMessage",
    "commands": '"/neo"',
    "files:read": "url_private_download",
    "files:write": "files_upload_v2",
    "groups:history": '"message"',
    "im:history": '"message"',
    "reactions:read": '"reaction_added"',
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
