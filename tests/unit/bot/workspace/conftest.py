from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.workspace import WorkspaceServer
from bot.workspace.web_api import dispatch
from bot.workspace.workspace import Workspace

Api = Callable[..., dict[str, Any]]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(tmp_path / "workspace.db", "http://127.0.0.1:3100")
    yield made
    made.state.close()


@pytest.fixture
def api(workspace: Workspace) -> Api:
    """Calls a Web API method as the bot."""
    return lambda method, **args: dispatch(workspace, method, args)


@pytest.fixture
def channel(workspace: Workspace) -> str:
    row = workspace.state.row("SELECT id FROM channels WHERE name = 'general'")
    assert row
    return str(row["id"])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(tmp_path_factory.mktemp("server") / "workspace.db", port=0) as running:
        yield running
