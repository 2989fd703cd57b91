"""Files: contents on disk, facts in the state file, Slack's JSON."""

from __future__ import annotations

import errno
import mimetypes
import re
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from bot.workspace.errors import Json, PersonError, SlackError
from bot.workspace.state import State, new_id

MAX_UPLOAD_BYTES = 200 * 1024 * 1024
_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_SPACE_ERRORS = {errno.ENOSPC, errno.EDQUOT}
# Not in every machine's table of types, yet common among what people hand to the bot.
_TYPES = {".md": "text/markdown", ".csv": "text/csv", ".jsonl": "application/jsonl", ".txt": "text/plain"}


def reserve(state: State, name: str, user_id: str, *, alt_text: str = "") -> sqlite3.Row:
    """Make a file's row before its content arrives; its ``upload_key`` opens the upload address once."""
    safe = re.sub(r"[\x00-\x1f/\\]+", "_", name).strip() or "file"
    suffix = Path(safe).suffix.lower()
    mimetype = _TYPES.get(suffix) or mimetypes.guess_type(safe)[0] or "application/octet-stream"
    file_id = new_id("F")
    with state.transaction() as db:
        db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, 0)",
            (file_id, safe, safe, mimetype, user_id, alt_text, int(time.time()), secrets.token_urlsafe(18)),
        )
    return find(state, file_id)


def find(state: State, file_id: str) -> sqlite3.Row:
    """The file's row.

    Raises:
        SlackError: ``file_not_found``.
    """
    row = state.row("SELECT * FROM files WHERE id = ?", file_id)
    if row is None:
        raise SlackError("file_not_found", f"no file {file_id!r}")
    return row


def check_pictures(state: State, blocks: Iterable[Json]) -> None:
    """See that every ``slack_file`` of an image block or element is a picture that was uploaded.

    Raises:
        SlackError: ``invalid_blocks``.
    """
    for named in _slack_files(list(blocks)):
        key = str(
            named.get("id") or str(named.get("url", "")).partition("/files-pri/")[2].partition("-")[2].split("/")[0]
        )
        row = state.row("SELECT * FROM files WHERE id = ? AND uploaded = 1", key)
        if row is None or not is_picture(row):
            raise SlackError("invalid_blocks", f"invalid slack file: {key!r} is no picture that was uploaded")


def _slack_files(value: object) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _slack_files(item)
    elif isinstance(value, dict):
        for key, inside in value.items():
            if key == "slack_file" and isinstance(inside, dict):
                yield inside
            else:
                yield from _slack_files(inside)


def path_of(state: State, file_id: str) -> Path:
    """Where the content lies."""
    return state.files_dir / file_id


def save(state: State, file_id: str, chunks: Iterable[bytes]) -> int:
    """Write a file's content and mark it as uploaded; gives its size in bytes.

    Raises:
        PersonError: The content is above MAX_UPLOAD_BYTES, or the disk is full; nothing is kept.
    """
    target = path_of(state, file_id)
    size = 0
    try:
        with target.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_UPLOAD_BYTES:
                    raise PersonError(
                        f"The file is larger than {MAX_UPLOAD_BYTES // 2**20} MB, the most that this workspace takes. "
                        "Split it, or leave out what is not needed.",
                        413,
                    )
                out.write(chunk)
    except PersonError:
        target.unlink(missing_ok=True)
        raise
    except OSError as error:
        target.unlink(missing_ok=True)
        raise disk_error(error, state.files_dir) from error
    with state.transaction() as db:
        db.execute("UPDATE files SET size = ?, uploaded = 1, upload_key = NULL WHERE id = ?", (size, file_id))
    return size


def chunks(content: IO[bytes]) -> Iterator[bytes]:
    """The content in pieces of a megabyte."""
    while chunk := content.read(1 << 20):
        yield chunk


def disk_error(error: OSError, folder: Path) -> PersonError:
    """The sentence for a write that failed."""
    if error.errno in _SPACE_ERRORS:
        return PersonError(f"No space is left on the disk that holds {folder}. Free some, and send it again.", 507)
    return PersonError(f"The file could not be written to {folder} ({error.strerror}). Check the folder's rights.", 500)


def is_picture(row: sqlite3.Row) -> bool:
    """Whether a browser may show the file inline: raster pictures only, never SVG or HTML, which can carry scripts."""
    return row["mimetype"] in _INLINE


def file_json(state: State, row: sqlite3.Row, base_url: str) -> Json:
    """A file as events and ``files.info`` give it."""
    address = f"{base_url}/files-pri/{state.identity.team_id}-{row['id']}"
    name = quote(row["name"], safe="")
    kind = Path(row["name"]).suffix.lstrip(".").lower() or "binary"
    body: Json = {
        "id": row["id"],
        "created": row["created"],
        "timestamp": row["created"],
        "name": row["name"],
        "title": row["title"],
        "mimetype": row["mimetype"],
        "filetype": {"jpeg": "jpg", "htm": "html", "txt": "text", "md": "markdown"}.get(kind, kind),
        "pretty_type": kind.upper(),
        "user": row["user_id"],
        "user_team": state.identity.team_id,
        "mode": "hosted",
        "editable": False,
        "size": row["size"],
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{name}",
        "url_private_download": f"{address}/download/{name}",
        "permalink": f"{base_url}/people/files/{row['id']}/{name}",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    if row["alt_text"]:
        body["alt_txt"] = row["alt_text"]
    return body
