"""Documents: one hash for one text, a round trip without loss, and changes named by their ids."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from neo.domain.brief import Brief, SlotValue, Wish
from neo.domain.documents import Document, Item, Section, changes
from neo.domain.posts import Attachment, Button, Post

WORDS = st.text(max_size=30)
ITEMS = st.builds(Item, WORDS, WORDS, WORDS)
SECTIONS = st.builds(Section, WORDS, WORDS, st.lists(ITEMS, max_size=4).map(tuple))
DOCUMENTS = st.builds(
    Document,
    st.sampled_from(["requirements", "architecture"]),
    WORDS,
    st.integers(1, 9),
    WORDS,
    st.lists(SECTIONS, max_size=4).map(tuple),
    st.lists(WORDS, max_size=3).map(tuple),
)
ONE = Document(
    "requirements",
    "Requirements",
    1,
    "In short.",
    (Section("Limits", "", (Item("At least 80 %.", "R-accuracy", "you said"),)),),
)


@given(DOCUMENTS)
def test_a_document_survives_its_json(document: Document) -> None:
    again = Document.from_json(json.loads(json.dumps(document.to_json())))
    assert again == document
    assert again.hash == document.hash


@given(DOCUMENTS, DOCUMENTS)
def test_another_text_has_another_hash(one: Document, other: Document) -> None:
    assert (one.hash == other.hash) is (one == other)


def test_every_part_counts_for_the_hash() -> None:
    item = ONE.sections[0].items[0]
    others = [
        replace(ONE, title="Other"),
        replace(ONE, version=2),
        replace(ONE, summary="Other."),
        replace(ONE, delta=("x",)),
        replace(ONE, kind="architecture"),
        *(
            replace(ONE, sections=(replace(ONE.sections[0], items=(replace(item, **{part: "other"}),)),))
            for part in ("text", "id", "source")
        ),
    ]
    assert len({ONE.hash, *(other.hash for other in others)}) == len(others) + 1


def test_markdown_has_everything_that_is_approved() -> None:
    text = replace(ONE, delta=("R-accuracy was 'a', is now 'b'",)).markdown()
    assert text.startswith("# Requirements\n\nVersion 1\n\nIn short.\n")
    for line in ("**Changed since the last version:**", "## Limits", "- **R-accuracy** At least 80 %. _(you said)_"):
        assert line in text.splitlines()


def document(**items: str) -> Document:
    return replace(ONE, sections=(Section("Limits", "", tuple(Item(text, key) for key, text in items.items())),))


def test_changes_name_what_was_added_changed_and_dropped() -> None:
    old, new = document(R1="80 %", R2="2 s", R3="same"), document(R1="90 %", R3="same", R4="$0.01")
    assert changes(old, new) == ("R1 was '80 %', is now '90 %'", "R4 is new: $0.01", "R2 is dropped: 2 s")
    assert changes(None, new) == ()


KEYS = st.dictionaries(st.sampled_from(["R1", "R2", "R3", "R4"]), st.sampled_from(["a", "b"]))


@given(KEYS, KEYS)
def test_each_difference_is_one_line_and_no_difference_is_none(old: dict[str, str], new: dict[str, str]) -> None:
    lines = changes(document(**old), document(**new))
    different = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    assert {line.split()[0] for line in lines} == different
    assert len(lines) == len(different)


@given(st.dictionaries(WORDS, st.builds(SlotValue, st.one_of(st.floats(0, 1), WORDS), WORDS), max_size=4), WORDS)
def test_a_brief_survives_its_json(values: dict[str, SlotValue], opening: str) -> None:
    conflicts = {name: (value, value) for name, value in values.items()}
    brief = Brief("rag", opening, values, (("a",), ("b", "c")), ("a",), 2, 1, (Wish(opening, "U1"),), conflicts)
    assert Brief.from_json(json.loads(json.dumps(brief.to_json()))) == brief


def test_a_brief_of_an_earlier_version_is_read() -> None:
    old = {"skill": "rag", "opening": "x", "values": {}, "asked": ["a", "b"], "rounds": 1, "wishes": ["in rhyme"]}
    assert Brief.from_json(old) == Brief("rag", "x", asked=(("a",), ("b",)), rounds=1, wishes=(Wish("in rhyme"),))


def test_a_post_survives_its_json() -> None:
    button = Button("Approve", "approve", "doc_1:abc", "primary")
    post = Post("document", "# Text", {"n": [1]}, (button,), (Attachment("abc", "a.md", "A", "alt"),), "U1")
    assert Post.from_json(json.loads(json.dumps(post.to_json()))) == post
