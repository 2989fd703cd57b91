"""`neo demo people_count`: a camera and counted frames in, an alert that arrives once out."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import SecretStr

from bot.demo import SEARCH_WAIT_S, DemoOptions, Play
from neo.errors import BadInput
from neo.transports.mail_folder import MailFolder
from skills.people_count.labels import as_json
from skills.people_count.runtime.reading import probe
from skills.people_count.scene.camera import StreamingCamera, file_images
from skills.people_count.scene.clips import write_video
from skills.people_count.scene.scene import Scene, Script

FPS = 10  # of the camera
RECORDING_FPS = 5
CALM: Script = ((0, 4),)
# Seconds, and people from then on: a crowd, and the hall calm again for long enough that it is over.
CROWDED: Script = ((0, 4), (2, 13), (14, 3))
CROWDED_S = 50.0
RECORDED: Script = ((0, 5), (8, 12), (18, 14), (29, 3))
RECORDED_S = 45.0
COUNTED = 20  # frames
LIMIT = "ten"
ADDRESS = "hall@example.com"
TOLD = ("firing", "resolved")


class PeoplePlay(Play):
    """A person whose hall gets too full."""

    # No demo writes to a real address.
    settings_of_it: ClassVar[Mapping[str, Any]] = {"inside_hosts": "127.0.0.1", "smtp_url": SecretStr("")}

    trials_of_it = 12  # each of them six times: the search is done anew for each of five folds
    camera: StreamingCamera
    files: list[Path]

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.watched = threading.Event()
        self.mails: Path | None = None

    @classmethod
    def check(cls, options: DemoOptions) -> None:
        """See :class:`Play`."""
        if (options.video is None) != (options.counts is None):
            raise BadInput("One of --video and --counts is missing.", "They belong together.", "Give both, or none.")
        gone = [path for path in (options.video, options.counts) if path is not None and not path.is_file()]
        if gone:
            raise BadInput(f"There is no file {gone[0]}.", "", "Look at how it is written.")

    @contextmanager
    def stage_set(self, scratch: Path) -> Iterator[None]:
        """A camera that streams, and a recording of it with counts."""
        video, counts = self.options.video, self.options.counts
        if video is not None and counts is not None:
            self.files = [video, counts]
            images, fps = file_images(video), probe(video).fps
        else:
            self.files = list(recorded(scratch))
            images, fps = self.hall, float(FPS)
        with StreamingCamera(images, fps) as self.camera:
            yield

    def hall(self) -> Iterator[np.ndarray]:
        """What the camera sees: a calm hall until Neo watches, then a crowd that comes and goes.

        They are others than in the recording, on the same floor.
        """
        calm, crowd = Scene(CALM, seed=2), Scene(CROWDED, seed=2)
        calm.ground = crowd.ground = Scene(RECORDED, seed=1).ground
        for number in count():
            if self.watched.is_set():
                break
            yield calm.frame(number / FPS, number)
        for number in cycle(range(round(CROWDED_S * FPS))):
            yield crowd.frame(number / FPS, number)

    def conversation(self) -> None:
        """See :class:`Play`."""
        self._open(
            f"@Neo count the people in our hall's camera {self.camera.url} and mail {ADDRESS} "
            f"when there are more than {LIMIT}"
        )
        self._see("answer in your own words")
        self._say(
            "It must stay above for 1 second. It is for fire safety; the count must be right within one person in "
            "50 % of the frames, and the mail must go out within 10 seconds. Here is a recording of the camera, and "
            "what I counted in some frames.",
            self.files,
        )
        self._see("Is anything different from what I assume")

    def use(self) -> None:
        """Wait for the crowd, and for the hall to be calm again."""
        self.watched.set()
        self.console.print("[dim]The hall fills and empties; Neo watches.[/]")
        for sign, kind in ((":rotating_light:", "firing"), ("cleared at", "resolved")):
            self._see(sign, SEARCH_WAIT_S)
            told = self._alert(kind)
            self._alerts().append(told)
            self.console.print(f"[dim]Mailed to {ADDRESS}: {told['mail']}[/]", highlight=False, soft_wrap=True)

    def summary(self) -> str:
        """See :class:`Play`."""
        return f"{super().summary()}, {len(self._alerts())} notices by mail in {self.mails or self.settings.mail_dir}"

    def _kept(self, mail: Path) -> Path:
        """The mail where it lies after the demo too: a temporary data folder goes at its end."""
        return mail if self.options.data else Path(shutil.copy2(mail, self._mails()))

    def _mails(self) -> Path:
        self.mails = self.mails or Path(tempfile.mkdtemp(prefix="neo-demo-mail-"))
        return self.mails

    def _alerts(self) -> list[dict[str, Any]]:
        alerts: list[dict[str, Any]] = self.story.told.setdefault("alerts", [])
        return alerts

    def _alert(self, kind: str) -> dict[str, Any]:
        """What was told, with the file of its mail, once it is written."""
        folder = MailFolder(self.settings.mail_dir, self.settings.mail_from)
        deadline = time.monotonic() + SEARCH_WAIT_S
        while time.monotonic() < deadline:
            with self.store.read() as tx:
                project = tx.projects.all()[0]
                entries = [one for row in tx.alerts.of_project(project.id) for one in row.episodes]
                sent = [row for row in tx.mails.of_project(project.id) if row.status == "sent"]
            entry = next(one for one in entries if one["kind"] == kind)
            for row in sent:
                headers = row.body["headers"]
                if headers["X-Neo-Episode"] == entry["root"] and ("In-Reply-To" in headers) == (kind != "firing"):
                    return {"kind": kind, "value": entry["value"], "mail": str(self._kept(folder.path(row.message_id)))}
            time.sleep(0.2)
        raise TimeoutError(f"The mail of the {kind} alert was not sent.")


def recorded(folder: Path) -> tuple[Path, Path]:
    """Write the recording, and the true counts of frames spread over it."""
    video, counts = folder / "hall.mp4", folder / "hall-counts.json"
    scene, total = Scene(RECORDED, seed=1), round(RECORDED_S * RECORDING_FPS)
    write_video(video, (scene.frame(n / RECORDING_FPS, n) for n in range(total)), RECORDING_FPS)
    numbers = [round((place + 0.5) * total / COUNTED) for place in range(COUNTED)]
    labels = {number: scene.count(number / RECORDING_FPS) for number in numbers}
    counts.write_text(as_json(labels, video.name, RECORDING_FPS), "utf-8")
    return video, counts
