"""Counting people in a video stream, with an e-mail when there are too many; Neo cannot build it yet."""

from __future__ import annotations

from pathlib import Path

from neo.domain.documents import Item
from neo.skill import Planned
from skills.people_count.slots import SLOTS

SKILL = Planned(
    "people_count",
    "People counted in a video",
    (
        "count people in a video stream",
        "count the visitors that our camera sees",
        "send an e-mail when there are more than ten people in the room",
        "I'd like to know when my shop gets too crowded",
        "tell me when the waiting room is full",
        "alert the guard if too many persons are in the hall",
        "watch the entrance camera and warn us about crowds",
        "people counter for a CCTV camera",
        "occupancy monitoring with an IP camera",
        "how many customers are standing in the queue",
        "detect overcrowding on the platform",
        "use the webcam to see how many are in the meeting room",
        "a crowd alarm for our RTSP stream",
        "keep the gym below its allowed headcount",
        "mail me when the lobby holds more guests than allowed",
        "person detection with a threshold and a notification",
        "we have surveillance cameras and want them to count heads",
        "notice when a line forms at the checkout",
        "fire safety says at most ten in here, please watch that",
        "measure footfall at our store's door",
        "let the camera ring the bell when it gets packed",
        "YOLO on a video feed, with alerts on the number of pedestrians",
        "can a computer look at my camera and count humans",
        "the canteen gets too full at noon, I want a warning",
        "live head count from video",
        "monitor the number of workers in the danger zone",
    ),
    SLOTS,
    (
        Item("Counts the people in each frame of a video stream.", "F-count"),
        Item("Sends an e-mail when more people than the threshold are seen for long enough.", "F-alert"),
        Item("Sends no second e-mail before the pause between alerts is over.", "F-cooldown"),
        Item("Says so when the stream is gone, rather than counting nobody.", "F-outage"),
    ),
    Path(__file__).with_name("sayings.txt").read_text(encoding="utf-8"),
)
