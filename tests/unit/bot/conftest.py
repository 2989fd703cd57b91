"""A local workspace for the bot's own tests, and Slack's sample payloads."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.workspace import Person, WorkspaceServer

SHARED = Path(os.environ.get("NEO_SHARED", Path(__file__).resolve().parents[3].parent / "shared"))


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkspaceServer]:
    """A running workspace, shared by a module's tests."""
    with WorkspaceServer(tmp_path_factory.mktemp("slack") / "workspace.db", port=0) as running:
        yield running


@pytest.fixture
def you(slack: WorkspaceServer) -> Iterator[Person]:
    """The owner of the workspace."""
    with Person(slack.url) as person:
        yield person


@pytest.fixture
def channel(you: Person, request: pytest.FixtureRequest) -> str:
    """A channel of the test's own."""
    return you.create_channel(f"c-{abs(hash(request.node.nodeid)) % 10**12}")


@pytest.fixture(scope="session")
def samples() -> Any:
    """Slack's own sample payloads; skips where they are absent."""
    archive = SHARED / "slack" / "json-logs.tgz"
    if not archive.exists():
        pytest.skip(f"no Slack samples in {SHARED}; set NEO_SHARED")
    spec = importlib.util.spec_from_file_location("conformance", SHARED / "slack" / "conformance.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Samples(archive)
