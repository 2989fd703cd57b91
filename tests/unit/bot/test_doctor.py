"""What the doctor finds, against the real local workspace and real wrong settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from mail_server import Mailbox, serving
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.doctor import Finding, examine
from bot.settings import load
from bot.workspace import WorkspaceServer
from neo.store.migrate import migrate


def found(tmp_path: Path, **settings: Any) -> dict[str, Finding]:
    return {one.name: one for one in examine(load(data_dir=tmp_path, **settings))}


def test_a_fresh_folder_is_well_but_for_its_schema(tmp_path: Path) -> None:
    findings = found(tmp_path)
    assert findings["folder"].state == "ok" and findings["Slack"].state == "ok"
    assert findings["database"].state == "warning" and "neo migrate" in findings["database"].remedy
    migrate(bootstrap.deps(load(data_dir=tmp_path)).store)
    assert found(tmp_path)["database"].state == "ok"


def test_good_tokens_are_well_and_events_can_come(tmp_path: Path, slack: WorkspaceServer) -> None:
    findings = found(
        tmp_path,
        slack_api_url=slack.api_url,
        slack_bot_token=slack.tokens.bot_token,
        slack_app_token=slack.tokens.app_token,
    )
    assert findings["Slack"].state == "ok" and findings["events"].state == "ok"


def test_wrong_tokens_are_named_with_their_remedy(tmp_path: Path, slack: WorkspaceServer) -> None:
    findings = found(tmp_path, slack_api_url=slack.api_url, slack_bot_token="xoxb-wrong")
    assert findings["Slack"].state == "wrong" and "OAuth & Permissions" in findings["Slack"].remedy
    findings = found(
        tmp_path, slack_api_url=slack.api_url, slack_bot_token=slack.tokens.bot_token, slack_app_token="xapp-wrong"
    )
    assert findings["events"].state == "wrong" and "connections:write" in findings["events"].remedy
    findings = found(tmp_path, slack_api_url=slack.api_url, slack_bot_token=slack.tokens.bot_token)
    assert "SLACK_SIGNING_SECRET" in findings["events"].remedy


def test_slack_out_of_reach_is_said(tmp_path: Path) -> None:
    findings = found(tmp_path, slack_api_url="http://127.0.0.1:9/api/", slack_bot_token="xoxb-x")
    assert findings["Slack"].state == "wrong" and "cannot be reached" in findings["Slack"].told


def test_an_endpoint_out_of_reach_is_said(tmp_path: Path) -> None:
    findings = found(tmp_path, openai_base_url="http://127.0.0.1:9/v1", openai_api_key="x")
    assert findings["language model"].state == "wrong" and "OPENAI_BASE_URL" in findings["language model"].remedy


def test_without_a_mail_server_mails_are_files(tmp_path: Path) -> None:
    finding = found(tmp_path)["mail"]
    assert finding.state == "ok" and str(tmp_path / "mail") in finding.told


def test_a_mail_server_is_looked_at_without_sending_anything(tmp_path: Path) -> None:
    box = Mailbox()
    with serving(box) as port:
        well = {"smtp_url": f"smtp://127.0.0.1:{port}?tls=none", "mail_from": "Neo <neo@example.com>"}
        assert found(tmp_path, **well)["mail"].state == "ok" and box.taken == []
        no_tls = found(tmp_path, **well | {"smtp_url": f"smtp://neo:hunter2@127.0.0.1:{port}"})["mail"]
        assert no_tls.state == "wrong" and "STARTTLS" in no_tls.told and "hunter2" not in str(no_tls)
        assert "NEO_MAIL_FROM" in found(tmp_path, smtp_url=well["smtp_url"])["mail"].remedy
    away = found(tmp_path, **well)["mail"]
    assert away.state == "wrong" and "out of reach" in away.told
    wrong = found(tmp_path, smtp_url="mail.example.com", mail_from="neo@example.com")["mail"]
    assert wrong.state == "wrong" and "NEO_SMTP_URL" in wrong.remedy


def test_a_broken_database_is_a_finding_and_the_others_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "neo.db").write_bytes(b"this is no database, and was never one" * 100)
    findings = found(tmp_path)
    assert findings["database"].state == "wrong" and findings["Slack"].state == "ok"


def test_the_command_ends_with_1_when_something_is_wrong(tmp_path: Path) -> None:
    environment = {**os.environ, "NEO_DATA_DIR": str(tmp_path), "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    command = [sys.executable, "-m", "bot.cli", "doctor"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and "wrong  language model" in ended.stdout


def test_the_manifest_for_http_names_every_address() -> None:
    printed = CliRunner().invoke(app, ["slack", "manifest", "--url", "https://neo.example.com/"]).output
    body = yaml.safe_load(printed)
    events = "https://neo.example.com/slack/events"
    assert body["settings"]["event_subscriptions"]["request_url"] == events
    assert body["settings"]["interactivity"]["request_url"] == events
    assert body["features"]["slash_commands"][0]["url"] == events
    assert body["oauth_config"]["redirect_urls"] == ["https://neo.example.com/slack/oauth_redirect"]
    assert not body["settings"]["socket_mode_enabled"]


def test_the_manifest_for_socket_mode_keeps_its_reasons() -> None:
    assert "# approvals and thumbs" in CliRunner().invoke(app, ["slack", "manifest"]).output
