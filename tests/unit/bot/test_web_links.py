"""Where nothing listens, in Socket Mode, the pages of a mail's links do: on a real port, where mails have any."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from mail_server import free_port
from world import World

from bot.settings import load
from bot.web import links_served
from neo.errors import ConfigurationError


def test_the_pages_are_served_while_the_loops_run(here: World, tmp_path: Path) -> None:
    port = free_port()
    settings = load(data_dir=tmp_path, public_url="https://neo.example.com/", http_port=port)
    address = f"http://127.0.0.1:{port}/alerts/made-up"
    with links_served(here.neo, settings):
        answer = httpx.get(address)
        assert answer.status_code == 404 and "not one of mine" in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        with pytest.raises(ConfigurationError, match="NEO_HTTP_PORT"), links_served(here.neo, settings):
            raise AssertionError("two cannot listen there")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_without_a_public_address_nothing_listens(here: World, tmp_path: Path) -> None:
    port = free_port()
    with (
        links_served(here.neo, load(data_dir=tmp_path, http_port=port)),
        pytest.raises(httpx.ConnectError),
    ):
        httpx.get(f"http://127.0.0.1:{port}/alerts/made-up")
