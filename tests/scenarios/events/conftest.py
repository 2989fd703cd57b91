"""Slack's own payloads into a whole Neo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_says import Said, Slack, check, samples_of
from world import World


@pytest.fixture
def slack(here: World, shared: Path) -> Iterator[Slack]:
    yield Slack(here, samples_of(shared / "slack" / "json-logs.tgz"))
    for outgoing in here.transport.sent:
        check(outgoing.post)


@pytest.fixture
def told(here: World) -> Said:
    """All that was sent so far, as one text."""
    return lambda: "\n".join(outgoing.post.text for outgoing in here.transport.sent)
