"""The people_count skill: people counted in a video stream, and an alert when there are too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from neo.automl.machine import compute_note
from neo.automl.problem import Context, Evaluation, InputFile, Instance, Limits, Problem, Resources, Terms
from neo.automl.space import Config
from neo.domain.alerts import AlertRule, Observation
from neo.domain.brief import Brief
from neo.domain.documents import Item
from neo.errors import BadInput, NotAllowed
from neo.skill import Build, Examination, Reply, Skill, Unlabelled
from skills.people_count import client, intake, package, watching, writing
from skills.people_count.areas import zone_of
from skills.people_count.cameras import Watched, allowed, cameras_of
from skills.people_count.catalogue import NETWORKS
from skills.people_count.choosing import choose, counts_file
from skills.people_count.episodes import Waited
from skills.people_count.evaluate import METRICS, WEIGHED, evaluate, instances_of
from skills.people_count.hours import hours_of
from skills.people_count.recording import record
from skills.people_count.runtime.zones import Zone
from skills.people_count.slots import SLOTS
from skills.people_count.space import references, search_space
from skills.people_count.speed import picture_s
from skills.people_count.watching import waited_of

PICTURE_S = 0.06
PICTURE_NOTE = (
    f"A picture may take {1000 * PICTURE_S:.0f} ms, so that one core holds four cameras at four pictures a second; "
    "`neo tune --latency` sets another limit."
)
TERMS = Terms("frame", "frames", "counted frames", "recordings", "a camera a month")


@dataclass(frozen=True, kw_only=True)
class CountingProblem(Problem):
    """A search problem with what its package needs beside the configuration.

    Attributes:
        zone: The part of the picture in which people count; None for all of it.
        waited: How counts and alerts are judged.
    """

    cameras: tuple[Watched, ...]
    zone: Zone | None
    waited: Waited


class PeopleCountSkill(Skill):
    """People counted in a video."""

    name = "people_count"
    title = "People counted in a video"
    sayings = Path(__file__).with_name("sayings.txt").read_text(encoding="utf-8")
    phrases = (
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
    )
    slots = SLOTS
    models = NETWORKS
    delivered = (
        "A folder with the winning counter: code, configuration, model, README, start command.",
        "A service on this machine: a page with live counts and alerts, /observations, /healthz, /metrics.",
        "A report with every trial, the verdict with its intervals, and pictures.",
    )
    watched = "Watched from then on: each camera, the count against your limit, up or down, time a picture takes."
    surface = "a page with live counts, `/observations`, `/healthz`, `/metrics`"
    use = "Alerts come here and by mail; acknowledge or mute them with the buttons below them."

    topics = MappingProxyType(
        {
            "golden": "The golden set is pictures of your recording with the number of people that somebody counted in "
            f"each: I judge every configuration on them. {intake.WANT_COUNTS} Without them I choose the pictures that "
            "tell most, show them here, and you answer with numbers.",
            "formats": f"{intake.WANT_VIDEO} {intake.WANT_COUNTS} What I cannot read I name with the reason.",
        }
    )

    def examine(self, inputs: Sequence[InputFile], brief: Brief) -> Examination:
        """See :class:`neo.skill.Skill`."""
        return intake.examine(inputs, brief)

    def requirements(self, brief: Brief, found: Examination) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.requirements(brief, found)

    def out_of_scope(self, brief: Brief) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.out_of_scope(brief)

    def risks(self, brief: Brief, found: Examination) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.risks(brief, found)

    def architecture(self, problem: Problem) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.architecture(problem)

    def problem(self, brief: Brief, inputs: Sequence[InputFile], cache_dir: Path, resources: Resources) -> Problem:
        """See :class:`neo.skill.Skill`."""
        read = intake.read_inputs(inputs, str(brief.value("label", "")))
        if not read.frames:
            problems = " ".join(one.problem for one in read.reports if one.problem)
            raise BadInput("There is nothing to search on.", problems, f"{intake.WANT_VIDEO} {intake.WANT_COUNTS}")
        videos = tuple(video for video, _ in read.videos.values())
        fps = min(facts.fps for _, facts in read.videos.values())
        zone, unclear = zone_of(str(brief.value("area", "")))
        cameras = tuple(cameras_of(brief, videos, resources))
        most_s = brief.value("picture_s", PICTURE_S)
        times = picture_s(videos[0].path, resources.models_dir)
        space = search_space(resources.models_dir, fps, zone is not None, times, most_s)
        waited = waited_of(brief)
        accuracy = brief.value("accuracy")
        return CountingProblem(
            skill=self.name,
            space=space,
            instances=instances_of(read.frames, read.episodes, read.names()),
            metrics=METRICS if waited.is_even else (WEIGHED, *METRICS),
            metric="closeness" if waited.is_even else WEIGHED.name,
            limits=Limits(
                latency_p95_s=most_s,
                cost_usd=brief.value("cost") if resources.compute_usd_per_hour else None,
                least={"within_one": accuracy} if accuracy is not None else {},
            ),
            evaluate=partial(evaluate, zone=zone, waited=waited),
            context=Context(videos, cache_dir, resources),
            notes=(compute_note(resources), PICTURE_NOTE, *_unclear(brief, unclear), *read.notes),
            nested=True,
            spends=False,
            compared="detector",
            references=references(space),
            terms=TERMS,
            cameras=cameras,
            zone=zone,
            waited=waited,
        )

    def wants_labels(self, inputs: Sequence[InputFile], brief: Brief) -> bool:
        """See :class:`neo.skill.Skill`."""
        return not intake.read_inputs(inputs, str(brief.value("label", ""))).frames

    def gather(self, brief: Brief, inputs: Sequence[InputFile], folder: Path, resources: Resources) -> list[Path]:
        """See :class:`neo.skill.Skill`."""
        read = intake.read_inputs(inputs)
        if read.videos:
            return []
        cameras = cameras_of(brief, inputs, resources)
        if not cameras:
            raise BadInput("There is no camera to look at.", "", f"Name its address. Or: {intake.WANT_VIDEO}")
        path = folder / f"{cameras[0].name.replace(' ', '-')}.mp4"
        record(cameras[0], allowed(resources), path)
        return [path]

    def unlabelled(
        self, inputs: Sequence[InputFile], brief: Brief, cache_dir: Path, resources: Resources, most: int, turn: int
    ) -> list[Unlabelled]:
        """See :class:`neo.skill.Skill`."""
        return choose(intake.read_inputs(inputs), cache_dir, resources, most, turn)

    def labelled(self, labels: Mapping[str, int]) -> tuple[str, bytes]:
        """See :class:`neo.skill.Skill`."""
        return "counts.csv", counts_file(list(labels.items()))

    def build(self, problem: Problem, config: Config, folder: Path) -> Build:
        """See :class:`neo.skill.Skill`."""
        mine = _counting(problem)
        return package.build(problem, config, mine.cameras, mine.zone, mine.waited.rule.over, folder)

    def ask(self, url: str, question: str, timeout_s: float) -> Reply:
        """See :class:`neo.skill.Skill`."""
        raise NotAllowed("A counter answers no questions.", "It watches.", "Say *status* for what it sees.")

    def smoke(self, problem: Problem, url: str, most: int) -> list[Evaluation]:
        """See :class:`neo.skill.Skill`."""
        return client.smoke(problem, url, most, _counting(problem).waited)

    def alert_rules(self, brief: Brief, zone: str) -> tuple[AlertRule, ...]:
        """See :class:`neo.skill.Skill`."""
        return watching.alert_rules(brief, zone)

    def recipients(self, brief: Brief) -> tuple[str, ...]:
        """See :class:`neo.skill.Skill`."""
        return watching.recipients(brief)

    def observations(self, url: str, after: float) -> list[Observation]:
        """See :class:`neo.skill.Skill`."""
        return watching.observations(url, after)

    def picture(self, url: str, series: str, at: float, brief: Brief) -> tuple[bytes, str] | None:
        """See :class:`neo.skill.Skill`."""
        return None if watching.shows_nothing(brief) else watching.picture(url, series)

    def example(self, url: str, problem: Problem) -> str:
        """See :class:`neo.skill.Skill`."""
        return f"For example:\n```curl -s {url}/observations```"

    def describe(self, evaluation: Evaluation, instance: Instance) -> str:
        """See :class:`neo.skill.Skill`."""
        told = evaluation.output
        return f"{instance.id}: counted {told['counted']}, there were {told['people']}"


def _counting(problem: Problem) -> CountingProblem:
    if not isinstance(problem, CountingProblem):
        raise TypeError(f"a problem of {problem.skill} was given to people_count")
    return problem


def _unclear(brief: Brief, area: str) -> list[str]:
    """What of the brief could not be understood, each in a sentence with what holds instead."""
    return [one for one in (area, hours_of(str(brief.value("hours", "")), "UTC")[1]) if one]
