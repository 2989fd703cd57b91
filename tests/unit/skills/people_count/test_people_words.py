"""Hours, areas and cameras in people's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from neo.automl.problem import InputFile, Resources
from neo.domain.brief import Brief, SlotValue
from neo.domain.hours import Span
from neo.errors import BadInput
from neo.skill import Examination
from skills.people_count.areas import zone_of
from skills.people_count.cameras import cameras_of
from skills.people_count.hours import hours_of
from skills.people_count.slots import MAY_KEEP, NOTHING_KEPT
from skills.people_count.watching import alert_rules, recipients, shows_nothing
from skills.people_count.writing import requirements

WEEK = (0, 1, 2, 3, 4)
EVERY = (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ("during opening hours, 8 am to 6 pm", (Span(EVERY, 480, 1080),)),
        ("from nine to five, Monday to Friday", (Span(WEEK, 540, 1020),)),
        ("only on weekdays", (Span(WEEK),)),
        ("weekends are the critical time", (Span((5, 6)),)),
        ("at night, when nobody should be there", (Span(EVERY, 1320, 360),)),
        ("Mon-Sat 7:30-22:15", (Span((0, 1, 2, 3, 4, 5), 450, 1335),)),
        ("10pm to 6am", (Span(EVERY, 1320, 360),)),
        ("8 to 24", (Span(EVERY, 480, 1440),)),
        ("fri to mon from 18:00 until 2:00", (Span((0, 4, 5, 6), 1080, 120),)),
    ],
)
def test_hours_are_read(said: str, spans: tuple[Span, ...]) -> None:
    found, unclear = hours_of(said, "Europe/Amsterdam")
    assert found is not None and found.spans == spans and found.zone == "Europe/Amsterdam" and not unclear


@pytest.mark.parametrize("said", ["", "always", "around the clock", "24/7", "day and night"])
def test_always_has_no_hours(said: str) -> None:
    assert hours_of(said, "UTC") == (None, "")


@pytest.mark.parametrize("said", ["when the shop is open", "26 to 99", "whenever the guard is away"])
def test_hours_that_are_unclear_are_said_to_be(said: str) -> None:
    found, unclear = hours_of(said, "UTC")
    assert found is None and said in unclear and "day and night" in unclear


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("only the left half of the picture counts", ((0, 0), (0.5, 0), (0.5, 1), (0, 1))),
        ("the bottom half", ((0, 0.5), (1, 0.5), (1, 1), (0, 1))),
        ("[[0.1, 0.4], [0.9, 0.4], [0.9, 1]]", [[0.1, 0.4], [0.9, 0.4], [0.9, 1]]),
    ],
)
def test_areas_are_read(said: str, zone: object) -> None:
    assert zone_of(said) == (zone, "")


def test_an_area_that_is_unclear_is_said_to_be() -> None:
    assert zone_of("everything that the camera sees") == (None, "")
    assert "just the queue" in zone_of("just the queue")[1]
    assert "no polygon" in zone_of("[[0, 0], [2, 2], [1, 0]]")[1]


def brief(**values: object) -> Brief:
    return Brief("people_count", "x", {name: SlotValue(value, str(value)) for name, value in values.items()})


def test_cameras_are_those_of_the_brief_or_the_recordings(tmp_path: Path) -> None:
    resources = Resources(tmp_path, inside_hosts=frozenset({"/dev/video0"}))
    recording = InputFile("video", "hall.mp4", tmp_path / "hall.mp4", "0" * 64)
    named = cameras_of(brief(source="rtsp://cam.example/1, http://cam.example/2"), [recording], resources)
    assert [(one.name, one.source.kind) for one in named] == [("camera 1", "rtsp"), ("camera 2", "http")]
    assert [one.name for one in cameras_of(brief(), [recording], resources)] == ["hall"]
    assert cameras_of(brief(source="hall.mp4"), [recording], resources)[0].file is recording
    assert cameras_of(brief(source="webcam:0"), [], resources)[0].source.address == "/dev/video0"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("/etc/passwd", "no recording 'passwd'.*that were sent: hall.mp4"),
        ("webcam:1", "this machine's own.*NEO_INSIDE_HOSTS=/dev/video1"),
        ("concat:a.mp4|b.mp4", "is not opened"),
        ("rtsp://", "is not opened"),
    ],
)
def test_an_address_that_is_none_or_not_the_persons_is_refused(tmp_path: Path, source: str, words: str) -> None:
    recording = InputFile("video", "hall.mp4", tmp_path / "hall.mp4", "0" * 64)
    with pytest.raises(BadInput, match=words):
        cameras_of(brief(source=source), [recording], Resources(tmp_path))


def test_the_rule_of_a_brief() -> None:
    wanted = brief(threshold=12.0, confirm=5.0, cooldown=900.0, hours="9 to 17", emails="a@b.example, c@d.example")
    (rule,) = alert_rules(wanted, "Europe/Amsterdam")
    assert (rule.over, rule.clear_at, rule.confirm_s, rule.cooldown_s) == (12, 11, 5, 900)
    assert rule.hours is not None and rule.hours.zone == "Europe/Amsterdam"
    assert recipients(wanted) == ("a@b.example", "c@d.example")
    (plain,) = alert_rules(brief(), "UTC")
    assert (plain.over, plain.clear_at, plain.hours) == (10, 9, None) and recipients(brief()) == ()
    assert alert_rules(brief(threshold=0), "UTC")[0].clear_at == 0


@pytest.mark.parametrize(
    ("value", "source", "nothing", "words"),
    [
        (NOTHING_KEPT, "said", True, "No picture is stored, shown or mailed"),
        (NOTHING_KEPT, "recommended", False, "an alert shows one with heads blurred"),
        (NOTHING_KEPT, "assumed", False, "an alert shows one with heads blurred"),
        (MAY_KEEP, "said", False, "may be kept"),
    ],
)
def test_who_said_that_no_pictures_are_kept_sees_none(value: str, source: str, nothing: bool, words: str) -> None:
    wanted = Brief("people_count", "x", {"privacy": SlotValue(value, value, source)})
    assert shows_nothing(wanted) is nothing
    assert words in next(item.text for item in requirements(wanted, Examination(())) if item.id == "F-privacy")
