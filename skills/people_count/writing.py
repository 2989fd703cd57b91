"""What the documents say of a counter: facts from the brief and the files alone."""

from __future__ import annotations

from neo.automl.problem import Problem
from neo.domain.brief import Brief
from neo.domain.documents import Item
from neo.skill import Examination
from skills.people_count.slots import NOTHING_KEPT
from skills.people_count.watching import shows_nothing

# Whether the person said that no picture may be kept, and whether none is to be kept.
PRIVACY = {
    (True, True): "No picture is stored, shown or mailed: alerts are words and numbers.",
    (
        False,
        True,
    ): "The counter stores no picture; an alert shows one with heads blurred, forgotten after a day.",
    (False, False): "Pictures of alerts may be kept; heads are blurred in whatever is shown or mailed.",
}


def requirements(brief: Brief, found: Examination) -> list[Item]:
    """Functional requirements."""
    kept = PRIVACY[shows_nothing(brief), brief.value("privacy", NOTHING_KEPT) == NOTHING_KEPT]
    return [
        Item("Counts the people in each picture of the stream that it looks at.", "F-count"),
        Item("Alerts once when more people than the threshold are seen for long enough.", "F-alert"),
        Item("Says when it is over, and reminds no more often than the pause between alerts allows.", "F-cooldown"),
        Item("Says so when the stream is gone or frozen, rather than counting nobody.", "F-outage"),
        Item(kept, "F-privacy"),
    ]


def out_of_scope(brief: Brief) -> list[Item]:
    """What Neo will not build here."""
    return [
        Item("Recognising who somebody is, or anything about them beside that they are there."),
        Item("Counting how many different people came by over a day: the footfall picture shows how many were there."),
    ]


def risks(brief: Brief, found: Examination) -> list[Item]:
    """What may go wrong, with what Neo does about it."""
    lines = [
        Item("People who hide each other are counted as fewer: the verdict names the error by how full a frame is."),
        Item("Another light, season or camera angle may count worse: send counts of new frames, and say *change*."),
        Item("Pictures of people are personal data: check what the law where the camera hangs asks of you."),
    ]
    if int(found.facts.get("frames_counted", 0)) < 20:
        lines.append(Item("Few counted frames: the verdict's interval will be wide."))
    return lines


def architecture(problem: Problem) -> list[Item]:
    """The parts of the system, in words."""
    detectors = next(one for one in problem.space.parameters if one.name == "detector").words()
    return [
        Item("A reader that has the camera's newest picture, notices when it freezes, and reconnects.", "A-read"),
        Item(f"A detector of people: {detectors}.", "A-detect"),
        Item("Zones, tracking and smoothing, which turn people into a count that does not flicker.", "A-count"),
        Item("Alert states, kept over restarts, and mail and Slack messages with a blurred picture.", "A-alert"),
        Item("A page with live counts, the last alerts, and the zones drawn on a picture.", "A-page"),
    ]
