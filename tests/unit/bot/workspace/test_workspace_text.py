from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workspace.render.markdown import markdown
from bot.workspace.render.mrkdwn import mrkdwn
from bot.workspace.render.names import Names
from bot.workspace.render.rich_text import rich_text

NAMES = Names("U1", {"U1": "You", "U2": "Neo"}, {"C1": "general"})


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("*bold* _it_ ~no~", "<p><strong>bold</strong> <em>it</em> <del>no</del></p>"),
        ("snake_case_name 2*3*4", "<p>snake_case_name 2*3*4</p>"),  # marks inside words are no marks
        ("`a *b* <c>`", "<p><code>a *b* &lt;c&gt;</code></p>"),  # code is left alone
        ("```\n*x*\n```", "<pre><code>*x*\n</code></pre>"),
        ("&gt; one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote><p>three</p>"),
        ("• one\n• *two*", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("done :tada: at 10:30:00", "<p>done 🎉 at 10:30:00</p>"),
        ("<@U2>", '<p><span class="mention">@Neo</span></p>'),
        ("<@U1>", '<p><span class="mention mention-me">@You</span></p>'),
        ("<#C1>", '<p><a class="mention" href="/channels/C1">#general</a></p>'),
        ("a &amp; b &lt;i&gt;", "<p>a &amp; b &lt;i&gt;</p>"),  # stored entities are not escaped twice
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert mrkdwn(text, NAMES) == html


def test_links_open_elsewhere_and_only_safe_ones_are_links() -> None:
    shown = mrkdwn("<https://a.b/?x=1&amp;y=2|the *page*> and https://c.d/e. <javascript:alert(1)|bad>", NAMES)
    assert 'href="https://a.b/?x=1&amp;y=2" rel="noopener noreferrer" target="_blank">the *page*</a>' in shown
    assert 'href="https://c.d/e"' in shown
    assert "javascript" not in shown and "bad" in shown


class Tags(HTMLParser):
    """Collects every tag and attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name == "href"}


HARMLESS = {"p", "br", "strong", "em", "del", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span"}
PIECES = [*"<>&\"'*_~`|@#!:/()[]{}=; \n\x00\x01-1a", "<script>", "javascript:", "http://a", "onerror=", "&lt;", "```"]
NASTY = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(NASTY)
def test_no_text_can_bring_tags_of_its_own(text: str) -> None:
    tags = Tags(mrkdwn(text, NAMES))
    assert tags.found <= HARMLESS
    assert tags.attributes <= {"href", "rel", "target", "class"}
    assert all(address.startswith(("http", "mailto:", "/channels/")) for address in tags.addresses)


@given(NASTY)
def test_no_markdown_can_either(text: str) -> None:
    tags = Tags(markdown(text, NAMES))
    assert tags.found <= HARMLESS | {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "div",
        "s",
    }
    assert tags.attributes <= {"href", "rel", "target", "class", "title", "style", "start"}
    assert not any(address.lower().startswith(("javascript:", "vbscript:", "data:")) for address in tags.addresses)


def test_markdown_loads_no_picture_from_elsewhere() -> None:
    shown = markdown("![chart](https://elsewhere.example/x.png)\n\n|a|b|\n|-|-|\n|1|:tada: <@U2>|", NAMES)
    assert "<img" not in shown
    assert "<td>1</td>" in shown and "🎉" in shown and "@Neo" in shown


def test_rich_text() -> None:
    section = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "a<b ", "style": {"bold": True}},
            {"type": "user", "user_id": "U2"},
            {"type": "link", "url": "javascript:alert(1)", "text": "x"},
            {"type": "emoji", "name": "eyes"},
        ],
    }
    items = {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [section]}
    shown = rich_text({"type": "rich_text", "elements": [section, items]}, NAMES)
    inside = '<strong>a&lt;b </strong><span class="mention">@Neo</span>x👀'
    assert shown == f'<p>{inside}</p><ol class="indent-1"><li>{inside}</li></ol>'
