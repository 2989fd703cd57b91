"""A recording without counts: Neo shows frames of it in the thread, and what a person answers is the golden set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from world import COLLEAGUE, World, world

from neo.domain.posts import Post
from neo.store.tables import ProposalRow
from skills.people_count.scene.clips import write_video
from skills.people_count.scene.scene import Scene

FPS, SECONDS = 5, 16
SCENE = Scene(((0, 2), (3, 7), (10, 1)))
OPENING = "@Neo count the people in our hall's camera http://camera.example.com/hall and mail a@example.com above 5"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("recording") / "hall.mp4"
    write_video(path, (SCENE.frame(n / FPS, n) for n in range(FPS * SECONDS)), FPS)
    return path.read_bytes()


@pytest.fixture
def asked(tmp_path: Path, recording: bytes) -> Iterator[World]:
    """A Neo that asks for counts, after the requirements were approved."""
    here = world(tmp_path, {"hall.mp4": recording})
    here.say(OPENING, thread=None)
    here.say("Here is a recording.", files=("hall.mp4",))
    here.work()
    here.say("It is for fire safety; it must stay above for 2 seconds.")
    here.press("recommended", here.project().id)
    here.work()
    here.react("requirements", "white_check_mark")
    here.later(61)
    here.work()
    yield here
    here.store.close()


def rows(here: World) -> list[ProposalRow]:
    with here.store.read() as tx:
        return list(tx.proposals.newest(here.project().id))


def lists(here: World) -> list[Post]:
    return [post for post in here.posts() if "I need your count" in post.text]


def counts(here: World) -> list[int]:
    """How many people the scene has in the frames that are asked about."""
    return [SCENE.count(int(str(row.body["label"]).partition("#")[2]) / FPS) for row in rows(here)]


def golden(here: World) -> str:
    with here.store.read() as tx:
        (row,) = [one for one in tx.projects.files(here.project().id, "stored") if one.name == "counts.csv"]
    return here.neo.deps.files.path(row.address).read_text("utf-8")


def has_architecture(here: World) -> bool:
    with here.store.read() as tx:
        return tx.documents.latest(here.project().id, "architecture") is not None


WRONG = {
    "too few numbers": ("4 7 0", "That is 3 numbers for 12 pictures."),
    "a picture that is not there": ("1: 4, 99: 3", "There is no picture 99; the list has 1 to 12."),
    "no number": ("1: 4, 2: many", 'I cannot read "2:many" as a count.'),
    "nothing counted": ("1: ?, 2: ?", "That counts no picture."),
    "an approval in words": ("looks good to me", "I wait for your counts of the pictures above."),
}


def test_a_person_counts_the_frames_in_the_thread(asked: World) -> None:
    (first,) = lists(asked)
    assert first.text.startswith("To judge by I need your count of these 12 pictures")
    for number, (row, shown) in enumerate(zip(rows(asked), first.attachments, strict=True), 1):
        image = cv2.imdecode(
            np.frombuffer(asked.neo.deps.files.path(shown.address).read_bytes(), np.uint8), cv2.IMREAD_COLOR
        )
        frame = int(row.body["label"].partition("#")[2])
        drawn = SCENE.frame(frame / FPS, frame)
        assert image.shape == drawn.shape and np.abs(image.astype(float) - drawn).mean() < 6
        assert shown.name == f"{number}.jpg" and f"Frame {frame} of hall.mp4" in shown.alt_text
    assert not asked.said("is measuring a trial") and asked.said("is looking for the pictures that tell most")

    for words, told in WRONG.values():
        asked.say(words)
        asked.work()
        assert told in asked.last().text, words
        assert not has_architecture(asked)
    asked.say("1: 4", user=COLLEAGUE)
    assert "You may not label the golden set" in asked.last().text

    before = {row.body["label"] for row in rows(asked)}
    asked.later(1)
    asked.press("other_pictures", rows(asked)[0].batch)
    asked.work()
    assert len(lists(asked)) == 2
    others = {row.body["label"] for row in rows(asked)}
    assert len(others) == 12 and len(others - before) > 6

    true = counts(asked)
    assert max(true) >= 6 and min(true) <= 2  # of every fullness
    asked.say(" ".join("?" if place == 3 else str(count) for place, count in enumerate(true)))
    asked.work()
    assert asked.said("Thank you: 11 of 12 counted; 1 left out.")
    given = zip(rows(asked), true, strict=True)
    wanted = [f'"hall.mp4",{row.body["label"].partition("#")[2]},{count}' for row, count in given if row.number != 4]
    assert golden(asked).splitlines() == ["video,frame,count", *wanted]
    assert "on 11 counted frames" in asked.document("architecture").body["summary"]

    asked.say("1: 9")
    assert "The golden set is settled for now" in asked.last().text
    assert golden(asked).splitlines() == ["video,frame,count", *wanted]
