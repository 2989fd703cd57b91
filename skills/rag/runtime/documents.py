"""Documents as text with character spans, and the chunks cut from them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from .faults import ToldFault


class DocumentError(ToldFault, ValueError):
    """A file that cannot become a document."""


@dataclass(frozen=True)
class Heading:
    """A heading: where its line starts in the text, its level (1 is the highest) and its words."""

    start: int
    level: int
    title: str


@dataclass(frozen=True)
class Document:
    """A file's text; every span of the system counts characters of it.

    Attributes:
        name: The file's name, unique in a corpus.
        text: Its whole text; headings as in Markdown, pages joined by an empty line.
        sha256: Hash of the file's bytes.
        pages: Offset at which each page starts; empty where the format has no pages.
        headings: In the order of the text.
    """

    name: str
    text: str
    sha256: str
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()

    @cached_property
    def key(self) -> str:
        """Hash over the name and the text: two parsers' readings of one file differ in it."""
        return hashlib.sha256(f"{self.name}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds the character, or None without pages."""
        return bisect_right(self.pages, offset) or None

    def heading_at(self, offset: int) -> str:
        """The headings over the character, outermost first: ``Returns > Damaged goods``; empty without any."""
        last = bisect_right(self._heading_starts, offset) - 1
        path: list[str] = []
        level = 1 << 30
        for heading in reversed(self.headings[: last + 1]):
            if heading.level < level:
                path.append(heading.title)
                level = heading.level
        return " > ".join(reversed(path))

    @cached_property
    def _heading_starts(self) -> list[int]:
        return [heading.start for heading in self.headings]


@dataclass(frozen=True)
class Chunk:
    """A piece of a document: exactly ``document.text[start:end]``.

    Attributes:
        id: ``name:start-end``, unique in a corpus.
        document: The document's name.
        page: Page of the first character, from 1, or None.
        heading: The headings over the first character, as `Document.heading_at` gives them.
        page_starts: Offsets in the document at which a further page begins inside the chunk.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    page: int | None = None
    heading: str = ""
    page_starts: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Page of a character of the chunk, given by its offset in the document."""
        return None if self.page is None else self.page + bisect_right(self.page_starts, offset)


def cut(document: Document, start: int, end: int) -> Chunk:
    """Make the chunk of a span."""
    return Chunk(
        id=f"{document.name}:{start}-{end}",
        document=document.name,
        start=start,
        end=end,
        text=document.text[start:end],
        page=document.page_at(start),
        heading=document.heading_at(start),
        page_starts=document.pages[bisect_right(document.pages, start) : bisect_left(document.pages, end)],
    )
