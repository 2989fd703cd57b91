"""Fixtures that every test may use, and a fence: no test reaches a paid service."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))

from world import World, world

ROOT = Path(__file__).resolve().parents[1]


# The files that take longest, which begin first: one that begins last is waited for by all others.
LONGEST = (
    "test_demo.py", "test_hall_demo.py", "test_hard_searches.py", "test_gates_machine.py", "test_conversation.py",
    "test_false_better.py", "test_surfaces.py", "test_counting_problem.py", "test_package_models.py", "test_up.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order files by how long they take, where that is known; within a file nothing changes."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    if not os.environ.get("NEO_LONG_TESTS"):
        skipped = pytest.mark.skip(reason="takes minutes: make test-long")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skipped)
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))


# A traceback with every frame's variables, structlog's default at a terminal, costs more than what is tested.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer()])


@pytest.fixture(autouse=True, scope="session")
def no_outside() -> None:
    """Keys and tokens of whoever runs the tests are not for the tests."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SENTRY_DSN"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the project; skips where it is absent."""
    folder = Path(os.environ.get("NEO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"the development data is not here ({folder}); set NEO_SHARED")
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A fresh Neo."""
    made = world(tmp_path)
    yield made
    with made.store.read() as tx:
        for row in tx.deployments.running():
            from neo.delivery.deployers import Running

            made.neo.deps.deployer.stop(Running(row.url, row.pid))
    made.store.close()
