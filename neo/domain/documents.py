"""Documents that people approve: numbered parts, a version, and a hash over what is to be approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from neo.domain.requirements import Requirement, history


@dataclass(frozen=True)
class Item:
    """One line of a section; *id* is stable over versions, *source* says where it comes from."""

    text: str
    id: str = ""
    source: str = ""


@dataclass(frozen=True)
class Section:
    """A titled part of a document: an optional paragraph, then items."""

    title: str
    text: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Document:
    """A requirements or architecture document.

    Attributes:
        kind: ``requirements`` or ``architecture``.
        version: From 1, rising with each new text.
        summary: What a manager reads first, one or two sentences.
        delta: What changed since the last version, a line each; empty in version 1.
        register: Every requirement that was ever written, with its status.
    """

    kind: str
    title: str
    version: int
    summary: str
    sections: tuple[Section, ...]
    delta: tuple[str, ...] = ()
    register: tuple[Requirement, ...] = ()

    @property
    def hash(self) -> str:
        """Hex digest of everything that is approved; any other text has another hash."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Document:
        """The document that :meth:`to_json` wrote."""
        sections = tuple(
            Section(part["title"], part["text"], tuple(Item(**item) for item in part["items"]))
            for part in body["sections"]
        )
        register = tuple(Requirement(**one) for one in body.get("register", ()))
        return cls(**{**body, "sections": sections, "delta": tuple(body["delta"]), "register": register})

    def items(self) -> list[Item]:
        """All lines of all sections."""
        return [item for section in self.sections for item in section.items]

    def requirement(self, id: str) -> Requirement | None:
        """The requirement with this id, whatever its status."""
        return next((one for one in self.register if one.id == id), None)

    def difference(self, old: Document) -> str:
        """What differs from an older version, as a unified diff of the two texts."""
        names = (f"version {old.version}", f"version {self.version}")
        lines = unified_diff(old.markdown().splitlines(), self.markdown().splitlines(), *names, n=1, lineterm="")
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        """The whole document as Markdown."""
        lines = [f"# {self.title}", "", f"Version {self.version}", "", self.summary, ""]
        if self.delta:
            lines += ["**Changed since the last version:**", "", *(f"- {line}" for line in self.delta), ""]
        for section in self.sections:
            lines += [f"## {section.title}", ""]
            lines += [section.text, ""] if section.text else []
            lines += [*(f"- {item_line(item)}" for item in section.items), ""] if section.items else []
        if past := history(self.register):
            lines += ["## No longer holding", "", *(f"- {line}" for line in past), ""]
        return "\n".join(lines)


def item_line(item: Item) -> str:
    """One item as a line of Markdown: its id in bold, the text, the source in italics."""
    head = f"**{item.id}** " if item.id else ""
    tail = f" _({item.source})_" if item.source else ""
    return f"{head}{item.text}{tail}"


def changes(old: Document | None, new: Document) -> tuple[str, ...]:
    """What differs between two versions, a line for each item added, changed or dropped, by its id."""
    if old is None:
        return ()
    before = {item.id: item.text for section in old.sections for item in section.items if item.id}
    after = {item.id: item.text for section in new.sections for item in section.items if item.id}
    added = [f"{key} is new: {text}" for key, text in after.items() if key not in before]
    changed = [
        f"{key} was '{before[key]}', is now '{text}'" for key, text in after.items() if before.get(key, text) != text
    ]
    dropped = [f"{key} is dropped: {text}" for key, text in before.items() if key not in after]
    return tuple(changed + added + dropped)
