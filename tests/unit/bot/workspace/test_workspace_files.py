from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.workspace import Person, WorkspaceServer, files
from bot.workspace.errors import PersonError
from bot.workspace.workspace import Workspace


def test_a_file_above_the_limit_is_refused_and_not_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UPLOAD_BYTES", 3 * 2**20)
    row = files.reserve(workspace.state, "big.bin", "U1")
    with pytest.raises(PersonError, match=r"larger than 3 MB.*Split it") as refusal:
        files.save(workspace.state, row["id"], [b"x" * 2**20] * 4)
    assert refusal.value.status == 413
    assert not files.path_of(workspace.state, row["id"]).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to write to")
def test_a_full_disk_is_said(workspace: Workspace) -> None:
    row = files.reserve(workspace.state, "a.txt", "U1")
    files.path_of(workspace.state, row["id"]).symlink_to("/dev/full")
    with pytest.raises(PersonError, match=r"No space is left on the disk.*Free some") as refusal:
        files.save(workspace.state, row["id"], [b"x" * 2**20])
    assert refusal.value.status == 507
    assert files.find(workspace.state, row["id"])["uploaded"] == 0


@pytest.mark.parametrize(
    ("name", "kept", "mimetype", "inline"),
    [
        ("report.csv", "report.csv", "text/csv", False),
        ("../../etc/passwd", ".._.._etc_passwd", "application/octet-stream", False),
        ("chart.png", "chart.png", "image/png", True),
        ("chart.svg", "chart.svg", "image/svg+xml", False),  # it can carry a script
        ("page.html", "page.html", "text/html", False),
        ("notes.md", "notes.md", "text/markdown", False),
        (" ", "file", "application/octet-stream", False),
    ],
)
def test_names_and_kinds(workspace: Workspace, name: str, kept: str, mimetype: str, inline: bool) -> None:
    row = files.reserve(workspace.state, name, "U1")
    assert (row["name"], row["mimetype"], files.is_picture(row)) == (kept, mimetype, inline)


def test_downloads_are_sandboxed_and_uploads_work_once(server: WorkspaceServer, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<script>alert(1)</script>", encoding="utf-8")
    you = Person(server.url)
    channel = you.create_channel("downloads")
    you.say("look", channel, files=[page])
    [file] = you.messages(channel)[0].files
    answer = httpx.get(file["permalink"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert httpx.post(f"{server.url}/upload/v1/unknown", content=b"x").status_code == 404
    assert httpx.get(f"{server.url}/people/files/F0NOTHING/x").status_code == 404
