"""What a person's files are: videos, and counts made of their frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from neo.automl.problem import InputFile
from neo.domain.brief import Brief
from neo.errors import BadInput
from neo.skill import Examination, FileReport
from skills.people_count.episodes import Episode, episodes_of
from skills.people_count.evaluate import Frame
from skills.people_count.labels import Label, is_counts, read_counts
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.reading import VideoFacts, probe

VIDEOS = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".3gp")
MOST_FRAMES = 40  # of a video whose every second is counted: neighbours are nearly the same picture
FEW = 20  # labelled frames below which no interval is narrow enough to decide between good detectors
WANT_VIDEO = "Send a recording of the camera, a minute or more (MP4, AVI, MKV, MOV)."
NO_COUNTS = "There are no counts of frames yet: when the requirements are approved I show you some and ask."
WANT_COUNTS = "Send counts of some 20 frames of it: a table with the columns frame (or seconds) and count."


@dataclass
class Read:
    """What was read: one report a file, the videos with their facts, the counted frames, and what to tell."""

    reports: list[FileReport] = field(default_factory=list)
    videos: dict[str, tuple[InputFile, VideoFacts]] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def names(self) -> dict[str, str]:
        """Videos' names by hash."""
        return {sha: video.name for sha, (video, _) in self.videos.items()}


def read_inputs(inputs: Sequence[InputFile], label: str = "") -> Read:
    """Read the files as far as needed to say what they are.

    Args:
        label: Which of several counts of a frame is the one to match.
    """
    read = Read()
    counts = [one for one in inputs if is_counts(one.path, one.name)]
    for one in inputs:
        if one not in counts:
            _video(one, read)
    for one in counts:
        _counts(one, read, label)
    for sha, (_, facts) in read.videos.items():
        mine = {one.number: one.count for one in read.frames if one.video == sha}
        if found := episodes_of(sha, mine, facts.fps, facts.frames):
            read.episodes += found
            read.frames = _thinned(read.frames, sha)
    return read


def _thinned(frames: Sequence[Frame], video: str) -> list[Frame]:
    """The frames, of a video with counts close together only as many as tell something new."""
    mine = [one for one in frames if one.video == video]
    step = max(1, round(len(mine) / MOST_FRAMES))
    return [one for one in frames if one.video != video] + mine[::step]


def examine(inputs: Sequence[InputFile], brief: Brief) -> Examination:
    """See :class:`neo.skill.Skill`."""
    read = read_inputs(inputs, str(brief.value("label", "")))
    frames = len(read.frames)
    # Neither holds the requirements up: once they are approved Neo records the camera itself, and asks for counts.
    later = [NO_COUNTS] if read.videos and not frames else []
    few = [f"{frames} counted frames decide little: {FEW} or more tell good detectors apart."] if frames < FEW else []
    seconds = sum(facts.seconds for _, facts in read.videos.values())
    facts = {
        "videos": len(read.videos), "seconds": round(seconds), "frames_counted": frames, "episodes": len(read.episodes),
    }  # fmt: skip
    return Examination(
        tuple(read.reports),
        (),
        (*read.notes, *(few if frames else later)),
        facts,
        f"{_number(len(read.videos), 'video')} of {seconds:.0f} s, {_number(frames, 'counted frame')}",
    )


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _video(one: InputFile, read: Read) -> None:
    if PurePath(one.name).suffix.lower() not in VIDEOS:
        told = f"{one.name} is neither a video nor a file of counts. {WANT_VIDEO} {WANT_COUNTS}"
        read.reports.append(FileReport(one.name, "", "not used", told))
        return
    try:
        facts = probe(one.path)
    except SourceError as error:
        read.reports.append(FileReport(one.name, "", "not used", str(error).replace(one.path.name, one.name)))
        return
    said = f"{facts.width}x{facts.height}, {facts.fps:g} frames a second, {facts.seconds:.0f} s, {facts.codec}"
    read.reports.append(FileReport(one.name, "video", said))
    read.videos[one.sha256] = (InputFile("video", one.name, one.path, one.sha256), facts)


def _counts(one: InputFile, read: Read, label: str) -> None:
    try:
        counts = read_counts(one.path, one.name, label)
    except BadInput as error:
        read.reports.append(FileReport(one.name, "", "not used", str(error)))
        return
    read.notes += [f"{one.name}: {reason}" for reason in counts.rejected]
    if counts.others:
        others = ", ".join(counts.others)
        read.notes.append(f"{one.name} counts {counts.label} and {others}; {counts.label} is the count to match.")
    before = len(read.frames)
    for given in counts.labels:
        _frame(given, one.name, read)
    used = len(read.frames) - before
    read.reports.append(FileReport(one.name, "golden", f"counts of {_number(used, 'frame')}"))


def _frame(given: Label, name: str, read: Read) -> None:
    sha = _video_of(given, read)
    if sha is None:
        read.notes.append(f"{name}: {given.video or 'a frame'} is of a video that was not sent.")
        return
    facts = read.videos[sha][1]
    number = given.frame if given.frame >= 0 else round(given.seconds * facts.fps)
    if facts.frames and number >= facts.frames:
        read.notes.append(f"{name}: frame {number} lies behind the end; the video has {facts.frames} frames.")
        return
    if any(frame.video == sha and frame.number == number for frame in read.frames):
        read.notes.append(f"{name}: frame {number} is counted twice; the first count stands.")
        return
    read.frames.append(Frame(sha, number, given.count, facts.fps, facts.frames))


def _video_of(given: Label, read: Read) -> str | None:
    """The video that a count is of: by its name, or the only one."""
    named = [sha for sha, (video, _) in read.videos.items() if PurePath(video.name).name == PurePath(given.video).name]
    if named:
        return named[0]
    return next(iter(read.videos)) if len(read.videos) == 1 else None
