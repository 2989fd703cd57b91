"""The page of a deployed counter: live counts, the zone on the picture, the limit crossed, a camera that is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from counter_package import counter_package, serving
from looks import looked_at
from playwright.sync_api import Page, expect

from skills.people_count.scene.camera import StreamingCamera, scene_images
from skills.people_count.scene.scene import Scene

LEFT = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
LONG_MS = 30_000  # a new background is learned first


def test_a_crowd_is_seen_as_it_comes_and_a_lost_camera_is_told(
    open_page: Callable[..., Page], tmp_path: Path, artefacts: Path
) -> None:
    crowd = Scene(((0, 2), (3, 7)))
    with StreamingCamera(scene_images(crowd, 10, 40), 10) as camera:
        about = {
            "config": {"detector": "background", "confidence": 0.1},
            "zones": {"the left half": LEFT, "everywhere": [[0, 0], [1, 0], [1, 1], [0, 1]]},
            "cameras": [{"name": "Hall", "address": camera.url}],
        }
        with serving(counter_package(tmp_path / "v1", about)) as (client, _):
            page = open_page(str(client.base_url))
            card = page.get_by_role("article")
            expect(card.get_by_role("heading", name="Hall")).to_be_visible()
            expect(card.get_by_text("ok", exact=False).first).to_be_visible()
            expect(card.locator("dt")).to_have_text(["the left half", "everywhere"])
            expect(card.locator("dd.over").first).to_be_visible(timeout=LONG_MS)
            picture = card.get_by_role(
                "img", name=re.compile(r"^Camera Hall: \d+ in the left half, \d+ in everywhere;")
            )
            expect(picture).to_be_visible()
            page.wait_for_function("() => document.querySelector('article img').naturalWidth === 640")
            expect(page.locator("#limit")).to_have_text("The limit is 3.")
            expect(page.locator("#crossings li").first).to_contain_text("over the limit", timeout=LONG_MS)
            told = re.search(r"Hall, .*: (\d+) people, over the limit", page.locator("#crossings").inner_text())
            assert told is not None and int(told[1]) > 3
            expect(card.locator("svg").first).to_have_attribute("aria-label", re.compile("last hour: at most"))
            looked_at(page, artefacts, "counter", phone=True)

            camera.stop()
            expect(card.locator(".state")).to_have_text(re.compile("stalled|gone"), timeout=LONG_MS)
            expect(card.get_by_role("status")).not_to_be_empty()
            expect(card.locator("dd").first).to_have_text("\u2013")
            assert re.search("stalled|gone", card.locator(".state").inner_text())


def test_a_service_that_stops_is_told(open_page: Callable[..., Page], tmp_path: Path) -> None:
    with StreamingCamera(scene_images(Scene(((0, 2),)), 10, 10), 10) as camera:
        folder = counter_package(tmp_path / "v1", {"cameras": [{"name": "Hall", "address": camera.url}]})
        with serving(folder) as (client, process):
            page = open_page(str(client.base_url))
            expect(page.get_by_role("heading", name="Hall")).to_be_visible()
            page.evaluate("() => { window.fetch = () => Promise.reject(new Error('it cannot be reached')); }")
            expect(page.get_by_text("What is shown is old: it cannot be reached.")).to_be_visible()
            assert process.is_running()
