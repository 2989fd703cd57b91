"""A post as its thread reads it: in the project's language where a model is set, else as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from neo.agent.tongues import PRIVATE, Sentence, Spoken, Translator
from neo.agent.unharmed import kept_in
from neo.domain.brief import Brief
from neo.domain.posts import Button, Post
from neo.services import commands, spending
from neo.services.deps import Deps, brief_of
from neo.store.outbox import body_of
from neo.store.tables import PostRow, ProjectRow

log = structlog.get_logger(__name__)

KINDS = frozenset({"text", "question", "notice"})  # documents, reports, answers and alerts stay as they are
WRITTEN_IN = "en"
LABEL, CONFIRMATION = 75, 300  # characters that the platform has room for
# Buttons of posts that stay English are called by their names.
BUTTONS = frozenset({"approve", "ask for changes", "acknowledge", "mute", "new project", "edit a requirement"})
NOT_TRANSLATED = "_Not translated: {why}_"

Say = Callable[[str, int], str]


def post_of(deps: Deps, row: PostRow) -> Post | None:
    """The claimed post as it is to be said; no transaction may be open.

    A second try says what the first one said, so one that was tried and has no translation is said as written.

    Returns:
        None when another process has taken the post over meanwhile.
    """
    post, translator = body_of(row), deps.language.translate
    if row.spoken:
        return Post.from_json(row.spoken)
    if translator is None or row.project is None or row.attempts > 1 or post.kind not in KINDS:
        return post
    with deps.store.read() as tx:
        project = tx.projects.get(row.project)
    if brief_of(project).language == WRITTEN_IN:
        return post
    said = _said(deps, translator, project, post)
    with deps.store.write() as tx:
        return said if tx.outbox.speak(row, said, deps.now()) else None


def _said(deps: Deps, translator: Translator, project: ProjectRow, post: Post) -> Post:
    brief = brief_of(project)
    if deps.skill_of(project).texts_stay(brief) and not translator.is_local:
        with deps.store.read() as tx:
            told = tx.outbox.has_said(project.id, PRIVATE)
        return post if told or post.to_user else noting(post, PRIVATE)  # the whole thread is to see it
    own, orders = own_words(project.title, brief), {*commands.COMMANDS, *commands.SYNONYMS, *BUTTONS}
    sentences: dict[tuple[str, int], Sentence] = {}

    def collect(text: str, most: int) -> str:
        sentences[text, most] = Sentence(text, kept_in(text, own, orders), most)
        return text

    reworded(post, collect)

    def pay(usd: float) -> None:
        _pay(deps, project.id, usd)

    spoken: Spoken = translator(list(sentences.values()), brief.language, project.id, pay)
    if spoken.texts is None:
        return noting(post, spoken.why) if spoken.why else post
    found = dict(zip(sentences, spoken.texts, strict=True))
    return reworded(post, lambda text, most: found[text, most])


def _pay(deps: Deps, project: str, usd: float) -> None:
    try:
        if usd:
            with deps.store.write() as tx:
                spending.book(tx, project, spending.TRANSLATING, usd, deps.now())
    except Exception:  # what is translated is said all the same
        log.exception("an expense could not be written down", project=project, usd=usd)


def own_words(title: str, brief: Brief) -> tuple[str, ...]:
    """What people said of a project, in their words: Neo quotes them, and a quote is not translated."""
    values = [*brief.values.values(), *(one for both in brief.conflicts.values() for one in both)]
    said = [
        words for one in values if one.source == "said" for words in (one.said, one.value) if isinstance(words, str)
    ]
    words = (title, brief.opening, *said, *(wish.text for wish in brief.wishes))
    return tuple(dict.fromkeys(one.strip() for one in words if one.strip()))


def reworded(post: Post, say: Say) -> Post:
    """The post with all that a person reads of it said otherwise; what its buttons do is the same.

    Args:
        say: From a text, and the characters that there is room for (0: any number), to other words for it.
    """

    def words(text: str, most: int = 0) -> str:
        return say(text, most) if text.strip() else text

    def button(one: Button) -> Button:
        return replace(one, text=words(one.text, LABEL), confirm=words(one.confirm, CONFIRMATION))

    buttons = tuple(button(one) for one in post.buttons)
    if "rows" not in post.data:
        return replace(post, text=words(post.text), buttons=buttons)
    rows: list[dict[str, Any]] = [
        {
            **row,
            "text": words(row["text"]),
            "button": {**row["button"], "text": words(row["button"]["text"], LABEL)} if row["button"] else None,
        }
        for row in post.data["rows"]
    ]
    head, tail = words(post.data["head"]), words(post.data["tail"])
    # The text of a question is its parts, one below the other (see `neo/agent/intake.py`).
    text = "\n".join(part for part in (head, *(row["text"] for row in rows), tail) if part)
    return replace(post, text=text, data={**post.data, "head": head, "rows": rows, "tail": tail}, buttons=buttons)


def noting(post: Post, why: str) -> Post:
    """The post as written, with a last line that says why it is not translated."""
    line = NOT_TRANSLATED.format(why=re.sub(r"[<>&_*\s]+", " ", why).strip())
    if "rows" not in post.data:
        return replace(post, text=f"{post.text}\n{line}")
    tail = "\n".join(part for part in (post.data["tail"], line) if part)
    return replace(post, text=f"{post.text}\n{line}", data={**post.data, "tail": tail})
