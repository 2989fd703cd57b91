"""Content in and out: the bot's uploads and downloads, the page's downloads, and answers at response_urls."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.workspace import answers, files, installation
from bot.workspace.errors import PersonError, SlackError
from bot.workspace.workspace import Workspace


async def upload(request: Request) -> Response:
    """``POST /upload/v1/{key}``: the content of a file that files.getUploadURLExternal announced."""
    workspace: Workspace = request.app.state.workspace
    row = workspace.state.row("SELECT * FROM files WHERE upload_key = ?", request.path_params["key"])
    if row is None:
        return PlainTextResponse("This upload address is unknown, or was used before.", status_code=404)
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as spool:
        try:
            await _spool(request, spool)
            size = await run_in_threadpool(_keep, workspace, row["id"], spool)
        except PersonError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        except OSError as error:
            refusal = files.disk_error(error, workspace.state.files_dir)
            return PlainTextResponse(str(refusal), status_code=refusal.status)
    return PlainTextResponse(f"OK - {size}")


async def _spool(request: Request, spool: IO[bytes]) -> None:
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            for part in form.values():
                if not isinstance(part, str):
                    spool.write(await part.read())
        return
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > files.MAX_UPLOAD_BYTES:
            raise PersonError(f"The file is larger than {files.MAX_UPLOAD_BYTES // 2**20} MB.", 413)
        spool.write(chunk)


def _keep(workspace: Workspace, file_id: str, spool: IO[bytes]) -> int:
    spool.seek(0)
    return files.save(workspace.state, file_id, files.chunks(spool))


def bot_download(request: Request) -> Response:
    """``/files-pri/...``: url_private and url_private_download, which take the bot's token and nothing else."""
    workspace: Workspace = request.app.state.workspace
    if not _opens(workspace, request.headers.get("authorization", "")):
        return PlainTextResponse("This file needs the bot's token in the Authorization header.", status_code=403)
    return _content(workspace, request.path_params["key"].partition("-")[2], inline=False)


def _opens(workspace: Workspace, header: str) -> bool:
    try:
        return installation.check_token(workspace.state, header.removeprefix("Bearer ").strip())
    except SlackError:  # revoked or expired
        return False


def page_download(request: Request) -> Response:
    """``/people/files/...``: the same content for the chat page; pictures inline, all else as a download."""
    return _content(request.app.state.workspace, request.path_params["file_id"], inline=True)


def _content(workspace: Workspace, file_id: str, *, inline: bool) -> Response:
    try:
        row = files.find(workspace.state, file_id)
    except SlackError:
        return PlainTextResponse("There is no such file.", status_code=404)
    path = files.path_of(workspace.state, file_id)
    if not path.is_file():
        return PlainTextResponse("The content of this file is gone from the disk.", status_code=410)
    return _response(row, path, "inline" if inline and files.is_picture(row) else "attachment")


def _response(row: sqlite3.Row, path: Any, disposition: str) -> Response:
    return FileResponse(
        path,
        media_type=row["mimetype"],
        filename=row["name"],
        content_disposition_type=disposition,
        headers={"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, max-age=3600"},
    )


async def response_url(request: Request) -> Response:
    """``POST /response/{key}``: the bot's late answer to a button or a command."""
    workspace: Workspace = request.app.state.workspace
    try:
        body = json.loads(await request.body())
        interaction = workspace.use_response_url(request.path_params["key"])
        await run_in_threadpool(answers.post_answer, workspace, interaction, body)
    except ValueError:
        return PlainTextResponse("invalid_payload", status_code=400)
    except SlackError as error:
        return JSONResponse(error.answer(), status_code=404)
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/upload/v1/{key}", upload, methods=["POST"]),
    Route("/files-pri/{key}/{name}", bot_download),
    Route("/files-pri/{key}/download/{name}", bot_download),
    Route("/people/files/{file_id}/{name}", page_download),
    Route("/response/{key}", response_url, methods=["POST"]),
]
