"""One crowd, one alert: a wall of two views that crosses ten people, streamed as a camera, watched as it is deployed.

The wall is the development video beside itself, 400 frames later: from 6 people over 14 and back, by honest counts of
every fortieth frame. Then the single view plays for a minute. A package is built, started and watched by Neo; there
must be one firing and one resolved notice, the first within the time that the brief promises, and a mail for each.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.bench import Measured
from neo.app import Neo
from neo.automl.problem import InputFile, Resources
from neo.delivery.deployers import LocalDeployer
from neo.domain.brief import Brief, SlotValue
from neo.models.hashing import sha256_of
from neo.store.tables import ProjectRow, new_id
from neo.transports.mail_folder import MailFolder
from skills.people_count.runtime.reading import frames_at
from skills.people_count.scene.camera import StreamingCamera
from skills.people_count.skill import PeopleCountSkill

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
SHARED = Path(os.environ.get("NEO_SHARED", ROOT.parent / "shared"))
FOLDER = SHARED / "data" / "vtest"
APART, FPS = 400, 10.0
SINGLE_S = 60.0
CONFIRM_S, LATENCY_S = 3.0, 10.0
CONFIG = {"detector": "yolox-nano", "input_size": 640, "confidence": 0.4, "sample_fps": 5, "smoothing": 5}


def bench(seed: int) -> Measured:
    """Stream, watch, and count what was told."""
    if not (FOLDER / "vtest.mp4").is_file():
        return Measured(skipped=f"the development data is not here ({SHARED}); set NEO_SHARED")
    frames = [image.copy() for _, image in frames_at(FOLDER / "vtest.mp4", range(795))]
    counts = _wall_counts()
    with (
        tempfile.TemporaryDirectory() as temporary,
        StreamingCamera(lambda: _shown(frames), FPS, repeats=False) as camera,
    ):
        told = _watched(Path(temporary), camera)
    first_over = min(number for number, people in counts.items() if people > 10) / FPS
    last_under = max(number / FPS for number, people in counts.items() if people <= 10 and number / FPS < first_over)
    kinds = [one["kind"] for one in told["notices"]]
    fired = next((one["at_s"] for one in told["notices"] if one["kind"] == "firing"), float("nan"))
    return Measured(
        {
            "firings": kinds.count("firing"),
            "resolved": kinds.count("resolved"),
            "mails_per_notice": told["mails"] / max(1, len(kinds)),
            "delay_vs_promised": (fired - last_under) / (first_over - last_under + CONFIRM_S + LATENCY_S),
        },
        details={**told, "crossing_between_s": [last_under, first_over], "wall_counts": counts},
    )


def _wall_counts() -> dict[int, int]:
    rows = json.loads((FOLDER / "counts.json").read_text())["counts"]
    near = {int(number): row["near"] for number, row in rows.items()}
    return {number: near[number] + near[number + APART] for number in near if number + APART in near}


def _shown(frames: list[np.ndarray]) -> Iterator[np.ndarray]:
    for number in range(len(frames) - APART):
        yield np.hstack([frames[number], frames[number + APART]])
    for number in range(round(SINGLE_S * FPS)):
        yield frames[number]


def _watched(folder: Path, camera: StreamingCamera) -> dict[str, object]:
    from world import CHANNEL, OWNER, TEAM, world  # type: ignore[import-not-found]

    skill = PeopleCountSkill()
    host = "127.0.0.1"
    resources = Resources(SHARED / "models", 2, inside_hosts=frozenset({host}))
    said = {"source": camera.url, "threshold": 10.0, "confirm": CONFIRM_S, "emails": "guard@example.com"}
    brief = Brief("people_count", "x", {name: SlotValue(value, str(value)) for name, value in said.items()})
    files = [InputFile("", path.name, path, sha256_of(path)) for path in (FOLDER / "vtest.mp4", FOLDER / "counts.json")]
    problem = skill.problem(brief, files, folder / "cache", resources)
    built = skill.build(problem, CONFIG, folder / "package")
    here = world(folder / "world")
    deployer = LocalDeployer()
    deps = replace(here.neo.deps, now=time.time, deployer=deployer, resources=resources)
    here.neo = Neo(replace(deps, skills={**deps.skills, skill.name: skill}))
    running = deployer.start(built.folder, built.command)
    begun = time.time() - camera.shown / FPS
    try:
        with here.store.write() as tx:
            project = tx.projects.add(
                ProjectRow(
                    id=new_id("prj"), team=TEAM, channel=CHANNEL, thread="1.0", owner=OWNER, skill=skill.name,
                    title="The wall", stage="live", brief=brief.to_json(), created_at=begun, updated_at=begun,
                )
            )  # fmt: skip
            version = tx.deployments.add_version(project.id, CONFIG, {}, begun)
            version.folder, version.command = str(built.folder), list(built.command)
            tx.deployments.add(project.id, version.id, running.url, running.pid, begun)
        here.neo.tick("keep_watching")
        mails = folder / "mail"
        while time.time() - begun < (795 - APART) / FPS + SINGLE_S:
            here.neo.work("watch")
            here.neo.deliver_mail(MailFolder(mails, "neo@example.com"))
            time.sleep(0.1)
        while here.neo.deliver_mail(MailFolder(mails, "neo@example.com")):
            continue
        notices = [
            {"kind": row.body["data"]["notice"], "at_s": row.created_at - begun, "text": row.body["text"]}
            for row in here.rows() if row.body["kind"] == "alert"
        ]  # fmt: skip
        return {"notices": notices, "mails": len(list(mails.glob("*.eml")))}
    finally:
        deployer.stop(running)
