"""`neo demo`: a scripted person walks a whole project through the local workspace, over HTTP as the page does."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console

from bot.settings import Settings
from bot.up import Up, start
from bot.workspace import Message, Person
from bot.workspace.emoji import character
from neo.errors import BadInput, Unavailable
from neo.store import Store

GRACE_S = 2.0
WAIT_S = 120.0
SEARCH_WAIT_S = 900.0
EDIT_EVERY_S = 10.0  # the page edits in place; a transcript would fill with copies
_TICK = "white_check_mark"
_BAD_ENDS = (":x: ", ":warning: No configuration")


@dataclass(frozen=True)
class DemoOptions:
    """What the command line asks for.

    Attributes:
        skill: Whose demo; one of the table that :func:`run` is given.
        video: people_count: what the camera streams, and a recording of it; None for the made scene.
        counts: people_count: counts of frames of *video*.
        trials: Of the search; None for as many as the skill's demo takes.
    """

    skill: str
    json_file: Path | None
    trials: int | None
    kill_worker: bool
    data: Path | None
    video: Path | None = None
    counts: Path | None = None


@dataclass
class Story:
    """What happened, for the summary; *told* is what a skill's demo adds to it."""

    stages: list[str] = field(default_factory=list)
    approvals: list[dict[str, str]] = field(default_factory=list)
    trials: int = 0
    deployed: str = ""
    worker_killed: bool = False
    told: dict[str, Any] = field(default_factory=dict)

    def body(self, skill: str, seconds: float) -> dict[str, Any]:
        """The summary as JSON has it."""
        facts = asdict(self)
        told = facts.pop("told")
        return {"skill": skill, **facts, **told, "seconds": round(seconds, 1)}


def run(settings: Settings, options: DemoOptions, play: type[Play], console: Console) -> None:
    """Play a demo, print the transcript, and write the summary.

    Raises:
        BadInput: The options do not go together.
        Unavailable: Something that should have come did not come in time.
    """
    play.check(options)
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped, as by Ctrl-C
    with tempfile.TemporaryDirectory(prefix="neo-demo-") as temporary:
        chosen = settings.model_copy(
            update={
                "data_dir": (options.data or Path(temporary)).absolute(),
                "workspace_port": 0,
                "grace_s": GRACE_S,
                "trials": options.trials or play.trials_of_it,
                "watch_every_s": 2.0,
                "progress_every_s": 1.0,
                **play.settings_of_it,
            }
        )
        up = start(chosen, lambda line: console.print(f"[dim]{line}[/]", highlight=False))
        try:
            playing = play(up, chosen, options, console)
            with playing.stage_set(Path(temporary)):
                playing.play()
        except TimeoutError as error:
            raise Unavailable(
                "The demo stopped half-way.", str(error), f"Its logs: {chosen.data_dir / 'logs'}."
            ) from error
        finally:
            up.close()
    seconds = time.monotonic() - begun
    _write(playing.story.body(options.skill, seconds), options.json_file)
    console.print(f"\n[bold]Done[/] in {seconds:.0f} s: {playing.summary()}.", highlight=False)


class Play(ABC):
    """One run of a script; a skill's demo says what is said, and what happens once it is live."""

    settings_of_it: ClassVar[Mapping[str, Any]] = {}
    trials_of_it: ClassVar[int] = 30

    def __init__(self, up: Up, settings: Settings, options: DemoOptions, console: Console) -> None:
        self.up, self.settings, self.options, self.console = up, settings, options, console
        self.person = Person(up.url)
        self.channel = self.person.channels()["neo-projects"]
        self.thread = ""
        self.story = Story()
        self.store = Store(settings.database)
        self._shown: dict[str, str] = {}
        self._quiet_until = 0.0

    @classmethod
    def check(cls, options: DemoOptions) -> None:
        """See that the options go together, before anything is started."""
        for name in ("video", "counts"):
            if getattr(options, name) is not None:
                raise BadInput(
                    f"--{name} is for people_count.", f"This is the demo of {options.skill}.", "Leave it out."
                )

    @contextmanager
    def stage_set(self, scratch: Path) -> Iterator[None]:
        """What must be there while it is played; *scratch* is an empty folder that goes afterwards."""
        yield

    @abstractmethod
    def conversation(self) -> None:
        """From the first words to the question whether the assumptions hold."""

    @abstractmethod
    def use(self) -> None:
        """What the person does with the deployed system."""

    def summary(self) -> str:
        """What was done, in a line."""
        return f"{self.story.trials} trials, {len(self.story.approvals)} approvals"

    def play(self) -> None:
        """Walk the whole road."""
        self._wait_for_bot()
        self.conversation()
        self._press("take")
        self._approve("requirements")
        self._approve("architecture")
        self._search()
        self.story.deployed = self._address(self._see("is live", SEARCH_WAIT_S).text)
        self._stage("live")
        self.use()
        self.story.trials = self._trials()

    def _open(self, words: str) -> None:
        """Begin the thread."""
        self._you(words)
        self.thread = self.person.say(words, self.channel)

    def _wait_for_bot(self) -> None:
        deadline = time.monotonic() + WAIT_S
        while not self.person.bot_connected():
            if time.monotonic() > deadline:
                raise TimeoutError("The bot did not join the workspace.")
            self.up.supervisor.look()
            time.sleep(0.2)

    def _say(self, text: str, files: list[Path] | None = None) -> None:
        self._you(text + "".join(f"\n   + {path.name}" for path in files or []))
        self.person.say(text, self.channel, self.thread, files or [])

    def _see(self, words: str, timeout_s: float = WAIT_S) -> Message:
        """Wait for Neo's next message that has these words, showing all that come meanwhile."""
        deadline = time.monotonic() + timeout_s
        while True:
            self.up.supervisor.look()
            self._show_new()
            for message in reversed(self._thread()):
                if message.user == self.person.bot_user_id and words in message.text:
                    self._show_new()
                    return message
            self._fail_early()
            if time.monotonic() > deadline:
                raise TimeoutError(f"Neo did not say {words!r} within {timeout_s:.0f} s.")
            time.sleep(0.2)

    def _fail_early(self) -> None:
        for message in self._thread()[-3:]:
            if message.user == self.person.bot_user_id and message.text.startswith(_BAD_ENDS):
                raise TimeoutError(f"Neo stopped: {message.text}")

    def _thread(self) -> list[Message]:
        return self.person.messages(self.channel, self.thread)

    def _show_new(self) -> None:
        for message in self._thread():
            if message.user != self.person.bot_user_id or self._shown.get(message.ts) == message.text:
                continue
            mark = "…" if message.ts in self._shown else "Neo"
            if mark == "…" and message.text.startswith("*Searching") and time.monotonic() < self._quiet_until:
                continue
            self._shown[message.ts] = message.text
            self._quiet_until = time.monotonic() + EDIT_EVERY_S
            names = "".join(f"\n   + {file['name']}" for file in message.files)
            lines = self._readable(message.text).splitlines()
            shown = lines if len(lines) <= 12 else [*lines[:11], f"[{len(lines) - 11} more lines]"]
            body = "\n     ".join(shown)
            self.console.print(f"[bold cyan]{mark}[/]: ", end="")
            self.console.print(body + names, markup=False, highlight=False, soft_wrap=True)

    def _readable(self, text: str) -> str:
        """Slack's marks for people, links and emoji as a terminal shows them."""
        named = text.replace(f"<@{self.person.user_id}>", "@you")
        plain = re.sub(r"<(https?://[^>|\s]+)>", r"\1", named)
        return re.sub(r":([a-z0-9_+-]+):", lambda found: character(found[1]), plain).strip()

    def _you(self, text: str) -> None:
        self.console.print("[bold green]You[/]: ", end="")
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _press(self, action: str) -> None:
        message = self._latest(lambda m: any(_has_action(block, action) for block in m.blocks))
        self._you(f"(presses the button '{action.replace('_', ' ')}')")
        self.person.press(message, action)

    def _latest(self, wanted: Callable[[Message], bool]) -> Message:
        return next(message for message in reversed(self._thread()) if wanted(message))

    def _approve(self, kind: str) -> None:
        title = {"requirements": "Requirements: ", "architecture": "Architecture, milestones"}[kind]
        document = self._see(f"# {title}")
        self._stage(f"{kind}_review")
        self._you(f"(reacts to the {kind} with :{_TICK}:)")
        self.person.react(document.channel, document.ts, _TICK)
        self._see(f"approved the {kind}")
        self.story.approvals.append({"document": kind, "by": "emoji", "emoji": _TICK})

    def _search(self) -> None:
        self._see("Searching", WAIT_S)
        self._stage("tuning")
        if self.options.kill_worker:
            while self._trials() < min(5, self.settings.trials):
                time.sleep(0.2)
            self._you("(kills the worker with -9)")
            os.killpg(self.up.supervisor.pid("worker"), signal.SIGKILL)
            self.story.worker_killed = True
        self._see("Search finished", SEARCH_WAIT_S)

    def _stage(self, wanted: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while self._now() != wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"The project is {self._now()}, not {wanted}.")
            time.sleep(0.1)
        self.story.stages.append(wanted)

    def _now(self) -> str:
        with self.store.read() as tx:
            rows = tx.projects.all()
            return rows[0].stage if rows else ""

    def _trials(self) -> int:
        with self.store.read() as tx:
            project = tx.projects.all()[0]
            return len(tx.projects.trials(project.id, project.study))

    @staticmethod
    def _address(text: str) -> str:
        match = re.search(r"http://[\w.:]+", text)
        return match[0] if match else ""


def _has_action(block: dict[str, Any], action: str) -> bool:
    elements = [*(block.get("elements") or []), block.get("accessory") or {}]
    return any(element.get("action_id") == action for element in elements)


def _write(body: Mapping[str, Any], json_file: Path | None) -> None:
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(body, indent=2, ensure_ascii=False), "utf-8")
