"""Every post renders, within Slack's limits, whatever its length, with nothing in it that could mention or deceive."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.blocks import RENDERERS, mrkdwn, render
from bot.blocks.forms import what_went_wrong
from bot.slack_surfaces import DRAWERS
from bot.workspace import blocks as local_rules
from neo.domain import posts
from neo.domain.approvals import EXPLANATION
from neo.domain.documents import Document, Item, Section
from neo.domain.posts import SURFACES, Button, Post

HUGE = "A sentence of middling length, again and again. " * 2000
BUTTONS = (Button("Approve", "approve", "doc_1:abc", "primary"), Button("No", "changes", "x", "danger", "Really?"))
SOURCE = {"document": "returns.md", "page": 3, "quote": "Goods with a broken seal go to grade B."}


def document(summary: str = "In short.", sections: int = 3, items: int = 2, text: str = "It answers.") -> Document:
    parts = tuple(
        Section(f"Part {n}", text, tuple(Item(text, f"R-{n}-{i}", 'you said: "so"') for i in range(items)))
        for n in range(sections)
    )
    return Document("requirements", "Requirements: answers", 2, summary, parts, ("R-1 was 'a', is now 'b'",))


def document_post(of: Document) -> Post:
    data = {"document": of.to_json(), "icon": ":clipboard:", "owner": "U1"}
    return Post("document", of.markdown(), data=data, buttons=BUTTONS)


def answer_post(text: str, sources: list[dict[str, Any]], **data: Any) -> Post:
    return Post("answer", text, data={"answer": "ans_1", "sources": sources, "latency_s": 0.0123, **data})


EXAMPLES: dict[str, tuple[Post, ...]] = {
    "text": (Post("text", "Hello."), Post("text", HUGE)),
    "question": (Post("question", "What for?", buttons=BUTTONS), Post("question", HUGE, buttons=BUTTONS)),
    "notice": (Post("notice", ":x: It failed."), Post("notice", HUGE, buttons=BUTTONS)),
    "report": (Post("report", "*The winner*"), Post("report", HUGE, buttons=BUTTONS)),
    "progress": (Post("progress", "3 of 9", data={"share": 1 / 3}), Post("progress", HUGE[:9000], data={"share": 7.0})),
    "document": (
        document_post(document()),
        document_post(document(sections=80, items=40)),
        document_post(document(summary=HUGE, text=HUGE)),
    ),
    "answer": (
        answer_post("Grade B.", [SOURCE]),
        answer_post(HUGE[:12000], [{**SOURCE, "quote": HUGE, "document": "x" * 400}] * 30, cost_usd=0.0021),
        answer_post("Nothing.", []),
    ),
    "alert": tuple(
        Post("alert", text, {"notice": "firing"}, BUTTONS) for text in (":rotating_light: hall: 14", HUGE[:9000])
    ),
    "comparison": tuple(
        Post("comparison", "A, or B.", data={"answers": [{"text": text, "sources": [SOURCE] * 9}] * 2}, buttons=BUTTONS)
        for text in ("Grade B.", HUGE[:12000])
    ),
}


def rendered(post: Post) -> list[dict[str, Any]]:
    made: list[Block] = render(post)
    for block in made:
        block.validate_json()
    return [block.to_dict() for block in made]


def texts(value: Any) -> list[str]:
    """Every mrkdwn text in blocks."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [found for inner in value.values() for found in texts(inner)]
    return [found for inner in value for found in texts(inner)] if isinstance(value, list) else []


def test_every_kind_that_the_core_may_say_has_a_renderer() -> None:
    described = (posts.Post.__doc__ or "").partition("kind:")[2].partition("text:")[0]
    named = set(re.findall(r"``(\w+)``", described))
    assert len(named) >= 7, "the docstring of Post no longer names its kinds"
    assert named - SURFACES == set(RENDERERS) == set(EXAMPLES)
    assert set(DRAWERS) == SURFACES


@pytest.mark.parametrize("post", [post for found in EXAMPLES.values() for post in found], ids=lambda p: p.kind)
def test_slacks_limits_hold(post: Post) -> None:
    blocks = rendered(post)
    assert 0 < len(blocks) <= 50
    assert len(local_rules.checked(blocks)) == len(blocks)  # the local workspace refuses what Slack refuses
    for block in blocks:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3000
        if block["type"] == "context":
            assert len(block["elements"]) <= 10
            assert all(len(element["text"]) <= 2000 for element in block["elements"])
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150


def test_a_document_has_title_version_parts_buttons_and_what_an_emoji_does() -> None:
    blocks = rendered(document_post(document()))
    assert blocks[0]["text"]["text"] == ":clipboard: Requirements: answers"
    shown = "\n".join(texts(blocks))
    for words in (
        "Version 2 · for <@U1> to approve",
        "Changed since the last version",
        "*Part 2*",
        "`R-2-1` It answers.",
    ):
        assert words in shown
    assert EXPLANATION in shown
    elements = next(block for block in blocks if block["type"] == "actions")["elements"]
    assert [(e["action_id"], e["value"], e.get("style")) for e in elements] == [
        ("approve", "doc_1:abc", "primary"),
        ("changes", "x", "danger"),
    ]
    assert elements[1]["confirm"]["text"]["text"] == "Really?"


def test_a_long_document_says_that_its_rest_is_in_the_file_and_keeps_its_buttons() -> None:
    blocks = rendered(document_post(document(sections=80)))
    assert len(blocks) == 50
    assert blocks[-2]["type"] == "actions"
    assert any("The rest is in the file below." in text for text in texts(blocks))
    assert not any("The rest is in the file" in text for text in texts(rendered(document_post(document()))))


def test_an_answer_quotes_five_sources_and_takes_thumbs() -> None:
    blocks = rendered(answer_post("Grade B.", [SOURCE] * 7, cost_usd=0.0021))
    shown = texts(blocks)
    assert sum("returns.md" in text for text in shown) == 5
    assert "*[1]* returns.md, page 3: “Goods with a broken seal go to grade B.”" in shown
    assert shown[-1].startswith("12 ms · $0.0021")
    thumbs = blocks[-1]["elements"][0]
    assert (thumbs["positive_button"]["value"], thumbs["negative_button"]["value"]) == ("up:ans_1", "down:ans_1")


def test_what_documents_say_can_neither_mention_nor_link() -> None:
    bad = "<!channel> <@U123> <https://evil.example|click> & *bold*"
    *said, foot = texts(rendered(answer_post(bad, [{**SOURCE, "quote": bad, "document": "<!here>.md"}])))
    assert len(said) == 2 and "ms" in foot
    for text in said:
        assert "<" not in text
        assert "&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil.example|click&gt; &amp; *bold*" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("ask <@U123>", "ask <@U123>"),
        ("see <https://x.example/a|here>", "see <https://x.example/a|here>"),
        ("<!channel> <!here> <!everyone>", "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"),
        ("<#C123> <javascript:x>", "&lt;#C123&gt; &lt;javascript:x&gt;"),
    ],
)
def test_neos_own_words_may_mention_people_and_link_and_nobody_else(said: str, shown: str) -> None:
    assert mrkdwn.escaped(said) == shown


@given(st.text(alphabet=st.sampled_from("ab .\n<>&é"), max_size=400), st.integers(1, 50))
def test_pieces_lose_nothing_but_white_space_and_keep_the_limit(text: str, most: int) -> None:
    cut = mrkdwn.pieces(text, most)
    assert all(0 < len(piece) <= most for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_text_is_cut_at_a_paragraph_rather_than_in_a_word() -> None:
    text = f"{'one ' * 20}\n\n{'two ' * 20}"
    assert mrkdwn.pieces(text, 100) == [("one " * 20).strip(), ("two " * 20).strip()]


@pytest.mark.parametrize(
    ("share", "bar"), [(-1, "░" * 20 + " 0%"), (0.5, "█" * 10 + "░" * 10 + " 50%"), (9, "█" * 20 + " 100%")]
)
def test_the_bar_shows_the_share_of_the_work(share: float, bar: str) -> None:
    assert texts(rendered(Post("progress", "Searching", data={"share": share})))[-1] == bar


def test_the_form_after_a_thumb_down_is_valid_and_may_be_left_empty() -> None:
    view = what_went_wrong("ans_1").to_dict()
    assert view["private_metadata"] == "ans_1"
    assert view["blocks"][0]["optional"] is True
    assert len(view["title"]["text"]) <= 24
