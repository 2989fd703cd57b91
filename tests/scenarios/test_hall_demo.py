"""`neo demo people_count` as a newcomer runs it: a hall is watched, its crowd told once, and its end."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
from email.policy import default
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_hall_is_watched_and_its_crowd_told_once_and_its_end(tmp_path: Path) -> None:
    summary, data = tmp_path / "summary.json", tmp_path / "data"
    command = [sys.executable, "-m", "bot.cli", "demo", "people_count", "--trials", "2"]
    ran = subprocess.run(
        [*command, "--json", str(summary), "--data", str(data)],
        capture_output=True,
        text=True,
        env={**os.environ, "NEO_SERVICE_PORT": "9070", "NEO_SMTP_URL": "smtp://someone:s3cret@mail.example.com"},
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads(summary.read_text("utf-8"))
    assert told["skill"] == "people_count" and told["trials"] == 2
    assert told["stages"] == ["requirements_review", "architecture_review", "tuning", "live"]
    assert [one["document"] for one in told["approvals"]] == ["requirements", "architecture"]
    assert told["deployed"].startswith("http://127.0.0.1:")
    firing, resolved = told["alerts"]
    assert (firing["kind"], resolved["kind"]) == ("firing", "resolved")
    assert firing["value"] > 10 >= resolved["value"]

    # No mail but these two: nothing went to the server that the environment names.
    assert {str(path) for path in (data / "mail").iterdir()} == {firing["mail"], resolved["mail"]}
    first, last = (email.message_from_bytes(Path(one["mail"]).read_bytes(), policy=default) for one in told["alerts"])
    assert first["To"] == "hall@example.com" and first["Subject"] == "camera: more than 10 people"
    assert last["Subject"] == "Re: camera: more than 10 people" and last["In-Reply-To"] == first["Message-ID"]
    pictures = [part for part in first.walk() if part.get_content_type() == "image/jpeg"]
    assert len(pictures) == 1 and pictures[0].get_content().startswith(b"\xff\xd8\xff")
    assert "🚨 camera: " in ran.stdout and "camera: cleared at" in ran.stdout and firing["mail"] in ran.stdout
    known = [ran.stdout, ran.stderr, *(path.read_text("utf-8", "replace") for path in (data / "logs").iterdir())]
    assert not any("s3cret" in text for text in known)
