"""A person who writes German is answered in German, and what that costs is written down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from world import COLLEAGUE, OWNER, World, language_here, world

from bot.blocks import render
from neo.agent.language import Language
from neo.agent.tongues import PAUSE_S, Translated, Translator
from neo.agent.understanding.structured import Heard, StructuredReader
from neo.automl.stage_cache import StageCache
from neo.domain.brief import Brief
from neo.domain.posts import Button, Post, notice, private
from neo.llm.openai_model import OpenAIModel
from neo.llm.structured import schema_of
from neo.services.spending import READING, TRANSLATING
from neo.services.translating import reworded
from neo.transports.base import TryLater
from tests.chat_server import STALL, ChatServer, serving, texts_of

OPENING = "@Neo Wir brauchen einen Bot, der Fragen zu unseren PDF-Dokumenten beantwortet"
IS_GERMAN = ("Wir ", "Bitte ", "Antworten ", "ok danke")
PRICE = (1.0, 10.0)  # dollars a million tokens; each scripted reply takes 1000 and 100 of them
A_CALL = 0.002
Give = Callable[[list[dict[str, Any]]], Any]


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def german(texts: list[dict[str, Any]]) -> list[str]:
    """A translation that keeps all that it must: marked, where a label has room for it."""
    return [marked(one["text"], one.get("most", 0)) for one in texts]


def marked(text: str, most: int = 0) -> str:
    return text if most and len(text) > most - 3 else f"DE {text}"


def good(texts: list[dict[str, Any]]) -> str:
    return json.dumps({"texts": german(texts)})


@dataclass
class Scene:
    """A Neo with a model: what it was asked, what it said, and the clocks."""

    world: World
    server: ChatServer
    clock: Clock

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests for a translation."""
        return [body for body in self.server.asked if form_of(body) == "translated"]

    @property
    def shown(self) -> list[Post]:
        return [one.post for one in self.world.transport.sent if one.post.kind != "working"]

    def tell(self, post: Post) -> Post:
        """Neo says something in the thread; it as it was sent."""
        with self.world.store.write() as tx:
            tx.outbox.add(tx.projects.get(self.world.project().id), post, self.world.clock())
        self.world.settle()
        return self.shown[-1]

    def brief(self) -> Brief:
        return Brief.from_json(self.world.project().brief)

    def paid(self) -> dict[str, float]:
        with self.world.store.read() as tx:
            return tx.expenses.sums(self.world.project().id)


def form_of(body: dict[str, Any]) -> str:
    return str(body["response_format"]["json_schema"]["name"])


def heard(body: dict[str, Any]) -> str:
    message = str(json.loads(texts_of(body)[1])["message"])
    is_german = message.removeprefix("@Neo ").startswith(IS_GERMAN)
    return json.dumps(
        {"intent": "answer", "values": [], "questions": [], "order": None, "approval": "none", "wishes": [],
         "language": "de-DE" if is_german else "en"}
    )  # fmt: skip


@contextmanager
def scene(folder: Path, give: Give = good, is_local: bool = True, timeout_s: float = 5.0) -> Iterator[Scene]:
    """A German project's Neo before its first message; *give* answers requests for a translation."""

    def answer(body: dict[str, Any]) -> Any:
        if form_of(body) == "heard":
            return heard(body)
        return give(json.loads(texts_of(body)[1].split("\n\nYour last reply")[0])["texts"])

    with serving(answer) as server:
        endpoint, clock = replace(server.endpoint(), price=PRICE), Clock()
        reads = OpenAIModel(endpoint, 500, schema=schema_of(Heard), timeout_s=5.0, retries=0)
        says = OpenAIModel(endpoint, 500, schema=schema_of(Translated), timeout_s=30.0, retries=0)
        alone, cache = language_here(), StageCache(folder / "cache")
        language = Language(
            StructuredReader(reads, alone.read, is_local, clock),
            alone.route,
            Translator(says, cache, server.url, is_local, clock, timeout_s),
        )
        made = world(folder)
        made.neo.deps = replace(made.neo.deps, language=language)
        yield Scene(made, server, clock)


def test_a_german_opening_gets_its_question_in_german_with_buttons_that_work(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        assert on.brief().language == "de"
        shown = next(post for post in on.shown if post.kind == "question")
        written = next(post for post in on.world.posts() if post.kind == "question")
        assert shown.data["head"] == marked(written.data["head"]) and written.data["rows"]
        for ours, theirs in zip(written.buttons, shown.buttons, strict=True):
            assert theirs == replace(ours, text=marked(ours.text, 75))
        for row, other in zip(written.data["rows"], shown.data["rows"], strict=True):
            assert row["slots"] == other["slots"] and other["text"] == marked(row["text"])
            if row["button"]:
                assert other["button"] == {**row["button"], "text": marked(row["button"]["text"], 75)}
        assert shown.data["asks"] == written.data["asks"] and render(shown)
        assert all(row["text"] in shown.text for row in shown.data["rows"])
        take = next(row["button"] for row in shown.data["rows"] if row["button"])
        on.world.press(take["action"], take["value"])
        assert on.brief().values[take["value"].rpartition(":")[2]].source == "recommended"


def test_what_people_said_is_quoted_as_they_said_it(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        on.world.say("Bitte immer mit der Quelle und der Seite antworten", user=COLLEAGUE)
        texts = [one for body in on.asked for one in json.loads(texts_of(body)[1])["texts"]]
        quoting = next(one for one in texts if "Wir brauchen" in one["text"])
        assert any("Wir brauchen" in piece for piece in quoting["keep"])


def test_only_the_owners_several_words_change_the_language(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        on.world.say("please let it answer in two seconds at most", user=COLLEAGUE)
        assert on.brief().language == "de"
        for text in ("sounds good", "see <https://example.com/the/page>", "`SELECT a FROM b WHERE c`"):
            on.world.say(text)
            assert on.brief().language == "de", text
        on.world.say("please answer me in English from now on")
        assert on.brief().language == "en"
        asked = len(on.asked)
        assert on.tell(notice("This is said as it is written.")).text == "This is said as it is written."
        assert len(on.asked) == asked
        on.world.say("Bitte doch lieber wieder auf Deutsch")
        assert on.brief().language == "de"


def test_starting_over_and_another_kind_of_system_keep_the_language(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        reads = len(on.server.asked) - len(on.asked)
        on.world.press("reskill_finetune", f"{on.world.project().id}:finetune")
        assert on.world.project().skill == "finetune" and on.brief().language == "de"
        assert on.paid()[READING] == pytest.approx((reads + 1) * A_CALL)
        on.world.say("start over")
        assert on.brief().language == "de" and on.shown[-1].text.startswith("DE ")


def test_an_english_project_and_posts_of_facts_are_never_translated(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    with scene(tmp_path / "en") as on:
        on.world.say("@Neo I need a bot that answers questions about our handbooks", thread=None)
        assert on.brief().language == "en" and on.asked == [] and len(on.shown) > 1
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        asked = len(on.asked)
        assert on.tell(Post("report", "The winner is clear.")).text == "The winner is clear."
        assert len(on.asked) == asked


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("<@UCOLLEAGUE> may approve this project's documents.", "Sie dürfen die Dokumente freigeben."),
        ("Answers come within 2 s.", "Antworten kommen in 3 s."),
        ("Going on, see https://example.com/log.", "Es geht weiter, siehe https://example.org/log."),
        ("Paused; say *resume* to go on.", "Angehalten; sag *weiter*."),
        ("You said “at most two”.", "Du sagtest „höchstens zwei“."),
    ],
)
def test_a_translation_that_lost_something_is_refused_after_one_repair(tmp_path: Path, text: str, bad: str) -> None:
    def give(texts: list[dict[str, Any]]) -> Any:
        return json.dumps({"texts": [bad] * len(texts)}) if texts[0]["text"] == text else good(texts)

    with scene(tmp_path, give) as on:
        on.world.say(OPENING, thread=None)
        asked = len(on.asked)
        said = on.tell(notice(text)).text
        assert said.startswith(f"{text}\n_Not translated: the translation was not right")
        assert len(on.asked) == asked + 2 and "Your last reply could not be used" in texts_of(on.asked[-1])[1]
        assert on.tell(notice("All is well.")).text == "DE All is well."


def test_a_repair_that_is_right_is_said(tmp_path: Path) -> None:
    replies = iter([["Warte."], ["Warte <@UOWNER>."]])

    def give(texts: list[dict[str, Any]]) -> Any:
        return json.dumps({"texts": next(replies)}) if texts[0]["text"].startswith("Wait") else good(texts)

    with scene(tmp_path, give) as on:
        on.world.say(OPENING, thread=None)
        assert on.tell(notice("Wait <@UOWNER>.")).text == "Warte <@UOWNER>."


@pytest.mark.parametrize("trouble", [(500, {}), STALL, ""])
def test_an_endpoint_that_fails_is_told_once_and_left_alone_for_a_while(tmp_path: Path, trouble: Any) -> None:
    fails = threading.Event()
    give: Give = lambda texts: trouble if fails.is_set() else good(texts)  # noqa: E731
    with scene(tmp_path, give, timeout_s=1.0) as on:
        on.world.say(OPENING, thread=None)
        fails.set()
        first = on.tell(Post("notice", "Paused.", buttons=(Button("Go on", "go", "v"),)))
        assert first.text.startswith("Paused.\n_Not translated: the language model ")
        asked = len(on.asked)
        assert on.tell(notice("Resumed.")).text == "Resumed." and len(on.asked) == asked
        fails.clear()
        on.clock.at += PAUSE_S + 1
        assert on.tell(notice("Resumed.")).text == "DE Resumed."


def test_texts_of_a_private_project_go_to_no_endpoint_elsewhere_and_the_thread_says_so_once(tmp_path: Path) -> None:
    with scene(tmp_path, is_local=False) as on:
        on.world.say(OPENING, thread=None)
        assert make_private(on)
        asked = len(on.server.asked)
        assert on.tell(private("For you alone.", OWNER)).text == "For you alone."
        told = [on.tell(notice("One.")).text, on.tell(notice("Two.")).text]
        assert "_Not translated: your texts stay on this machine" in told[0] and told[1] == "Two."
        assert len(on.server.asked) == asked


def make_private(on: Scene) -> bool:
    """The person said that no text leaves this machine."""
    skill = on.world.neo.deps.skill_of(on.world.project())
    slot = next(one for one in skill.slots if one.name == "privacy")
    brief = on.brief().to_json()
    brief["values"]["privacy"] = {
        "value": next(iter(slot.choices)),
        "said": "bleibt hier",
        "source": "said",
        "user": OWNER,
    }
    with on.world.store.write() as tx:
        tx.projects.save(tx.projects.get(on.world.project().id), brief=brief)
    return skill.texts_stay(on.brief())


def test_a_local_endpoint_translates_a_private_project(tmp_path: Path) -> None:
    with scene(tmp_path, is_local=True) as on:
        on.world.say(OPENING, thread=None)
        assert make_private(on)
        assert on.tell(notice("One.")).text == "DE One."


def test_the_same_words_are_paid_once(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        asked = len(on.asked)
        assert [on.tell(notice("The same.")).text for _ in range(2)] == ["DE The same."] * 2
        assert len(on.asked) == asked + 1


class Busy:
    """A transport that asks for patience with every first try."""

    def __init__(self, within: Any) -> None:
        self.within, self.tried = within, []

    def send(self, outgoing: Any) -> Any:
        self.tried.append(outgoing.post.text)
        if not outgoing.again:
            raise TryLater(1.0, "patience")
        return self.within.send(outgoing)


@pytest.mark.parametrize("first", ["English", "German", "not yet German"])
def test_every_try_says_the_same(tmp_path: Path, first: str) -> None:
    """The endpoint fails at the first try alone, or the cache is lost after it, or the language changes after it."""
    fails, number = threading.Event(), iter("abcdefgh")

    def give(texts: list[dict[str, Any]]) -> Any:
        if fails.is_set():
            return 500, {}
        return json.dumps({"texts": [f"Wort {next(number)}"]}) if texts[0]["text"] == "Again." else good(texts)

    with scene(tmp_path, give) as on:
        on.world.say(OPENING, thread=None)
        if first == "not yet German":
            on.world.say("please answer me in English from now on")
        elif first == "English":
            fails.set()
        busy = Busy(on.world.transport)
        with on.world.store.write() as tx:
            tx.outbox.add(tx.projects.get(on.world.project().id), notice("Again."), on.world.clock())
        assert on.world.neo.deliver(busy)  # type: ignore[arg-type]
        fails.clear()
        on.clock.at += PAUSE_S + 1
        translator = on.world.neo.deps.language.translate
        assert translator is not None
        translator._cache = StageCache(tmp_path / "another cache")
        with on.world.store.write() as tx:
            row = tx.projects.get(on.world.project().id)
            tx.projects.save(row, brief=replace(on.brief(), language="de").to_json())
        on.world.later(2.0)
        assert on.world.neo.deliver(busy)  # type: ignore[arg-type]
        assert len(busy.tried) == 2 and busy.tried[0] == busy.tried[1]
        assert busy.tried[0].startswith("Wort a" if first == "German" else "Again.")


def test_the_ledger_holds_what_reading_and_translating_cost(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.world.say(OPENING, thread=None)
        on.world.say("Bitte nichts anderes als das, was in den Dokumenten steht", user=COLLEAGUE)
        reads = len(on.server.asked) - len(on.asked)
        assert reads == 2 and on.asked
        assert on.paid() == pytest.approx({READING: reads * A_CALL, TRANSLATING: len(on.asked) * A_CALL})
        text = on.world.command("budget").text
        assert "no budget yet" in text and "outside the search's budget" in text
        assert f"{READING} $0.004" in text and TRANSLATING in text


def test_a_reply_that_is_paid_and_of_no_use_is_in_the_ledger_too(tmp_path: Path) -> None:
    with scene(tmp_path, lambda _: "no JSON") as on:
        on.world.say(OPENING, thread=None)
        assert on.asked and on.paid()[TRANSLATING] == pytest.approx(len(on.asked) * A_CALL)


def test_a_reply_that_comes_late_is_kept_and_in_the_ledger(tmp_path: Path) -> None:
    slow = threading.Event()

    def give(texts: list[dict[str, Any]]) -> Any:
        if slow.is_set():
            time.sleep(1.0)
        return good(texts)

    with scene(tmp_path, give, timeout_s=0.5) as on:
        on.world.say(OPENING, thread=None)
        before = on.paid()[TRANSLATING]
        slow.set()
        assert "within 0.5 s" in on.tell(notice("A while.")).text
        until = time.monotonic() + 10.0
        while on.paid()[TRANSLATING] == before and time.monotonic() < until:
            time.sleep(0.05)
        assert on.paid()[TRANSLATING] == pytest.approx(before + A_CALL)
        asked = len(on.asked)
        assert on.tell(notice("A while.")).text == "DE A while." and len(on.asked) == asked


def test_a_brief_of_an_earlier_version_is_english() -> None:
    old = {**Brief("rag", "a bot").to_json()}
    del old["language"]
    assert Brief.from_json(old).language == "en"
    assert Brief.from_json(replace(Brief("rag", "a bot"), language="de").to_json()).language == "de"


def test_a_question_said_in_the_same_words_is_the_same_question(tmp_path: Path) -> None:
    made = world(tmp_path)
    made.say("@Neo I need a bot that answers questions about our handbooks", thread=None)
    (question,) = [post for post in made.posts() if post.kind == "question"]
    assert reworded(question, lambda text, _: text) == question
