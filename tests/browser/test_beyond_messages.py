"""What stands beside messages, in the page and before a whole Neo: command, shortcut, forms, Home, Stop and thumbs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from looks import looked_at
from playwright.sync_api import Locator, Page, expect
from world import FILES

from bot import bootstrap
from bot.settings import load
from bot.up import Up, start
from bot.workspace import Message, Person
from neo.domain.posts import Post
from neo.services.comparing import compare
from neo.store import Store
from neo.store.tables import AnswerRow, ProjectRow

WORK_MS = 60_000
WORK_S = WORK_MS / 1000
DAY_S = 86_400.0
# Bolt says by itself that it takes our client and not the token that is in the environment too.
TROUBLE = re.compile(r'"level": "(error|critical|warning)"|Traceback|^ERROR |^WARNING (?!.*As you gave `client`)')

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


@dataclass
class Office:
    """A running Neo, its person, and the project that the tests share.

    Attributes:
        thread: Where the shared project lives, in #neo-projects.
    """

    up: Up
    you: Person
    store: Store
    channel: str
    thread: str = ""

    @property
    def page(self) -> str:
        """The address of the project's thread."""
        return f"{self.up.url}/channels/{self.channel}?thread={self.thread}"

    @property
    def home(self) -> str:
        """The address of Neo's Home tab."""
        return f"{self.up.url}/channels/{self.you.open_dm()}?tab=home"

    def see(self, words: str) -> Message:
        """Neo's newest message in the thread with these words."""
        return self.you.wait_for(lambda message: words in message.text, self.channel, self.thread, timeout_s=WORK_S)

    def project(self) -> ProjectRow:
        """The shared project's row."""
        with self.store.read() as tx:
            return next(one for one in tx.projects.all() if one.thread == self.thread)

    def log(self, process: str) -> str:
        """What a process has written to its log."""
        return (self.up.settings.data_dir / "logs" / f"{process}.log").read_text("utf-8")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """All of Neo with a project whose requirements wait for approval; its web process may log no trouble."""
    folder = tmp_path_factory.mktemp("office")
    settings = load(
        data_dir=folder / "data",
        workspace_port=0,
        service_port=8990,
        grace_s=0.2,
        trials=2000,  # a search that is still running when somebody presses Stop
        trial_jobs=1,
        progress_every_s=0.5,
    )
    up = start(settings, print)
    you, store = Person(up.url), Store(settings.database)
    made = Office(up, you, store, you.channels()["neo-projects"])
    _to_requirements(made, folder)
    yield made
    you.close()
    store.close()
    up.close()
    for process in ("web", "worker", "scheduler"):
        assert [line for line in made.log(process).splitlines() if TROUBLE.search(line)] == []


def _to_requirements(office: Office, folder: Path) -> None:
    you, channel = office.you, office.channel
    office.thread = you.say("@Neo I need a bot that answers questions about our handbooks", channel)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    office.see("drop them into this thread")
    you.say("Here are our files", channel, office.thread, [folder / name for name in FILES])
    office.see("How much of the expected answers")
    you.say("50 % is enough, within 2 seconds, at most 1 cent, all of it stays here", channel, office.thread)
    you.press(office.see("Is anything different from what I assume"), "take")
    office.see("Requirements: ")


def _type(page: Page, box: str, text: str) -> None:
    field = page.get_by_role("textbox", name=box)
    field.fill(text)
    field.press("Enter")


def test_a_command_opens_the_form_of_a_new_project(
    office: Office, open_page: Callable[..., Page], artefacts: Path
) -> None:
    page = open_page(f"{office.up.url}/channels/{office.you.channels()['general']}")
    _type(page, "Message #general", "/neo new")
    form = page.get_by_role("dialog", name="New project")
    expect(form).to_be_visible()
    need = form.get_by_role("textbox", name="What do you need?")
    expect(need).to_be_visible()
    expect(form.get_by_label("In which conversation?").locator("option:checked")).to_have_text("#general")
    looked_at(page, artefacts, "beyond-form", phone=True)
    need.fill("a bot that answers questions about our safety manuals")
    form.get_by_role("textbox", name="Accuracy at least").fill("80 %")
    form.get_by_role("textbox", name="Answers within").fill("3 seconds")
    form.get_by_role("button", name="Start").click()
    expect(form).to_have_count(0)
    log = page.get_by_role("log", name="Messages in #general")
    opening = log.get_by_role("article").filter(has_text="wants: a bot that answers questions about our safety manuals")
    opening.get_by_role("link", name=re.compile(r"\d repl")).click(timeout=WORK_MS)
    expect(page.get_by_role("log", name="Replies").get_by_text("drop them into this thread")).to_be_visible()
    with office.store.read() as tx:
        brief = next(row.brief for row in tx.projects.all() if "safety manuals" in str(row.brief))
    assert "80 %" in str(brief) and "3 seconds" in str(brief)


def test_what_a_command_answers_is_for_one_person(office: Office, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{office.up.url}/channels/{office.channel}")
    log = page.get_by_role("log", name="Messages in #neo-projects")
    _type(page, "Message #neo-projects", "/neo status")
    status = log.get_by_role("article").filter(has_text="is in the stage requirements review").last
    expect(status).to_contain_text("Only visible to you", timeout=WORK_MS)
    _type(page, "Message #neo-projects", "/neo requirements")
    register = log.get_by_role("article").filter(has_text="requirements, version 1").last
    expect(register).to_contain_text("Only visible to you")
    expect(register.get_by_role("button", name="Edit a requirement")).to_be_visible()
    page.get_by_label("Act as").select_option("colleague")
    expect(log.get_by_text("I need a bot that answers questions")).to_be_visible()
    expect(log.get_by_text("Only visible to you")).to_have_count(0)


def test_a_message_becomes_a_golden_question(office: Office, open_page: Callable[..., Page]) -> None:
    office.you.say("On which shelf do lost parcels wait?", office.channel)
    page = open_page(office.page)
    message = page.get_by_role("article").filter(has_text="On which shelf do lost parcels wait?").last
    message.hover()
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Add as golden Q&A").click()
    form = page.get_by_role("dialog", name="Add as golden Q&A")
    question = form.get_by_role("textbox", name="Question")
    expect(question).to_have_value("On which shelf do lost parcels wait?")
    form.get_by_role("textbox", name="The right answer").fill("shelf Q9")
    chosen = form.get_by_label("For which project?").locator("option:checked")
    expect(chosen).to_have_text(office.project().title)
    form.get_by_role("button", name="Add").click()
    expect(form).to_have_count(0)
    replies = page.get_by_role("log", name="Replies")
    expect(replies.get_by_text("added a golden question: On which shelf do lost parcels wait?")).to_be_visible()


def test_a_requirement_is_edited_in_a_form(office: Office, open_page: Callable[..., Page], artefacts: Path) -> None:
    page = open_page(office.page)
    replies = page.get_by_role("log", name="Replies")
    document = replies.get_by_role("article").filter(has=page.get_by_role("heading", name="Requirements: ")).last
    document.get_by_role("button", name="Edit a requirement").click()
    form = page.get_by_role("dialog", name="Edit a requirement")
    choice = form.get_by_label("Which one?")
    expect(choice).to_be_visible()
    latency = choice.locator("option").filter(has_text="Latency (p95): at most 2 s")
    choice.select_option(latency.get_attribute("value"))
    form.get_by_role("textbox", name="What shall it be instead?").fill("3 seconds")
    looked_at(page, artefacts, "beyond-form-edit", phone=True)
    form.get_by_role("button", name="Change").click()
    expect(form).to_have_count(0)
    expect(replies.get_by_text("Version 2 · for")).to_be_visible(timeout=WORK_MS)
    newest = replies.get_by_role("article").filter(has=page.get_by_role("heading", name="Requirements: ")).last
    expect(newest).to_contain_text("at most 3 s")


def test_stop_lets_a_search_rest(office: Office, open_page: Callable[..., Page], artefacts: Path) -> None:
    page = open_page(office.page)
    replies = page.get_by_role("log", name="Replies")
    for title in ("Requirements: ", "Architecture, milestones"):
        document = replies.get_by_role("article").filter(has=page.get_by_role("heading", name=title)).last
        document.get_by_role("button", name="Approve").click(timeout=WORK_MS)
    stop = page.locator("#thread-status").get_by_role("button", name="Stop")
    expect(page.locator("#thread-status")).to_contain_text("is searching", timeout=WORK_MS)
    expect(replies.get_by_text("Searching").last).to_be_visible(timeout=WORK_MS)
    looked_at(page, artefacts, "beyond-stop", phone=True)
    stop.click()
    expect(replies.get_by_text("What was done is kept: say resume to go on")).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert office.project().stage == "paused"


def test_thumbs_down_asks_what_went_wrong(office: Office, open_page: Callable[..., Page]) -> None:
    _past_days(office)
    page = open_page(office.page)
    answer = page.get_by_role("log", name="Replies").get_by_role("article").filter(has_text="shelf Q9, beside the door")
    answer.get_by_role("button", name="Bad answer").click(timeout=WORK_MS)
    form = page.get_by_role("dialog", name="What went wrong?")
    form.get_by_role("textbox").fill("It is shelf Q8 since May")
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    _type(page, "Message #neo-projects", "/neo feedback")
    told = page.get_by_role("log", name="Messages in #neo-projects").get_by_role("article").last
    expect(told).to_contain_text("“It is shelf Q8 since May”")


def _past_days(office: Office) -> None:
    """Answers of three days with votes, and one that nobody has voted on, as the services write them."""
    project = office.project()
    with office.store.write() as tx:
        now = project.updated_at
        for number in range(12):
            row = _answer(project, f"ans_{number}", "Dock seven.", now - (number % 3) * DAY_S, 0.2 + number / 50)
            tx.feedback.rate(tx.feedback.add_answer(row), "U_SOMEBODY", 1 if number % 4 else -1, "emoji", row.at)
        open_one = tx.feedback.add_answer(_answer(project, "ans_open", "On shelf Q9, beside the door.", now, 0.3))
        data = {"answer": open_one.id, "sources": [], "latency_s": open_one.latency_s, "cost_usd": 0.0}
        tx.outbox.add(project, Post("answer", open_one.text, data=data), now, answer=open_one.id)


def _answer(
    project: ProjectRow, id: str, text: str, at: float, latency_s: float, version: str = "ver_older"
) -> AnswerRow:
    question = "Where is it?"
    row = AnswerRow(id=id, project=project.id, version=version, user="U_SOMEBODY", question=question, text=text, at=at)
    row.latency_s = latency_s
    return row


def test_two_versions_are_voted_on_blind(office: Office, open_page: Callable[..., Page], artefacts: Path) -> None:
    project, deps = office.project(), bootstrap.deps(office.up.settings)
    with office.store.write() as tx:
        texts = {"ver_older": "At the gate.", "ver_newer": "At dock seven."}
        rows = [_answer(project, f"ans_{version}", text, deps.now(), 0.2, version) for version, text in texts.items()]
        compare(deps, tx, project, [tx.feedback.add_answer(row) for row in rows])
    page = open_page(office.page)
    replies = page.get_by_role("log", name="Replies")
    comparison = replies.get_by_role("article").filter(has_text="Which answer is better?")
    expect(comparison).to_contain_text("At dock seven.", timeout=WORK_MS)
    expect(comparison).not_to_contain_text("ver_")
    looked_at(page, artefacts, "beyond-comparison", phone=True)
    comparison.get_by_role("button", name="B is better").click()
    expect(replies.get_by_text("Thank you: B is better is noted.")).to_be_visible(timeout=WORK_MS)
    with office.store.read() as tx:
        (vote,) = tx.feedback.votes(project.id, frozenset(texts))
        shown = tx.feedback.comparison(vote.comparison)
        assert shown is not None
        second = tx.feedback.answer(shown.second)
    assert second is not None and vote.preferred == second.version and vote.choice == "second"


def test_home_shows_and_steers_projects(office: Office, open_page: Callable[..., Page], artefacts: Path) -> None:
    page = open_page(office.home)
    home = page.get_by_role("region", name="Home")
    expect(home.get_by_role("heading", name="Your projects")).to_be_visible(timeout=WORK_MS)
    expect(home).to_contain_text(office.project().title)
    expect(home).to_contain_text("Waits for your answers or files")
    picture = home.get_by_role("img", name=re.compile("votes good; 15 answers"))
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 700
    looked_at(page, artefacts, "beyond-home", phone=True)
    ours = home.locator(f'[data-value="{office.project().id}"]')
    _control(ours, "Resume").click()
    _control(ours, "Pause").click(timeout=WORK_MS)
    expect(_control(ours, "Resume")).to_be_visible(timeout=WORK_MS)
    assert office.project().stage == "paused"
    home.get_by_role("button", name="New project").click()
    form = page.get_by_role("dialog", name="New project")
    expect(form.get_by_role("textbox", name="What do you need?")).to_be_visible()
    form.get_by_role("button", name="Close", exact=True).last.click()
    expect(form).to_have_count(0)


def _control(buttons: Locator, label: str) -> Locator:
    """The one of a project's buttons with this label: two projects have their own of the same name."""
    return buttons.filter(has_text=re.compile(f"^{label}$"))
