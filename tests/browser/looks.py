"""What the tests of pages share: how a page is looked at, and what they show in it."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page

# 2 by 2 pixels.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR4nGM4ceL/iRP/gRQDhDpx4gQAcQwLX4mOCvkAAAAASUVORK5CYII="
)
MODAL = {
    "type": "modal",
    "callback_id": "changes",
    "title": {"type": "plain_text", "text": "What should change?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "In your words"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}
# For every visible text: its contrast with what lies behind it, by WCAG 2's formula. Gives those below 4.5.
LOW_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  };
  const over = (top, under) => top.slice(0, 3).map((value, i) => value * top[3] + under[i] * (1 - top[3]));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(rgba(getComputedStyle(at).backgroundColor));
    return layers.reduce((under, top) => over(top, under), [1, 1, 1]);
  };
  const light = (colour) => colour.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && /[\\w]/.test(node.textContent));
    if (!words || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const ground = behind(element);
    const ink = over(rgba(getComputedStyle(element).color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const start = element.textContent.trim().slice(0, 30);
    if (ratio < 4.5) low.push(`${element.className || element.tagName}: ${start} ${ratio.toFixed(2)}`);
  }
  return low;
}"""


def looked_at(page: Page, artefacts: Path, name: str, *, phone: bool = False) -> None:
    """Take pictures light and dark and see that all text can be read; on a phone, that nothing is wider than it."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=artefacts / f"{name}-{scheme}.png")
        assert page.evaluate(LOW_CONTRAST) == []
    page.emulate_media(color_scheme="light")
    usual = page.viewport_size
    if phone and usual is not None:
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=artefacts / f"{name}-phone.png")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.set_viewport_size(usual)
