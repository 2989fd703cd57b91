"""The Slack app's manifest: what Slack needs to know of Neo, for Socket Mode or for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "deploy" / "slack_manifest.yaml"


def text(url: str = "") -> str:
    """The manifest as YAML.

    Args:
        url: Where Slack reaches Neo over HTTPS; empty for Socket Mode, whose manifest keeps the reasons of its scopes.
    """
    if not url:
        return FILE.read_text("utf-8")
    written: str = yaml.safe_dump(for_http(manifest(), url), sort_keys=False, allow_unicode=True)
    return written


def manifest() -> dict[str, Any]:
    """The manifest for Socket Mode."""
    body: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return body


def for_http(body: dict[str, Any], url: str) -> dict[str, Any]:
    """The manifest for an app that Slack calls at *url*, and that other workspaces can install from there."""
    base = url.rstrip("/")
    events = f"{base}/slack/events"
    features, settings = body["features"], body["settings"]
    for command in features["slash_commands"]:
        command["url"] = events
    body["oauth_config"]["redirect_urls"] = [f"{base}/slack/oauth_redirect"]
    settings["event_subscriptions"]["request_url"] = events
    settings["interactivity"]["request_url"] = events
    settings["socket_mode_enabled"] = False
    settings["token_rotation_enabled"] = True
    return body
