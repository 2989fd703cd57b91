"""Chosen frames of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from video_ground import grey_steps, number_of

from skills.people_count.runtime import reading
from skills.people_count.runtime.faults import SourceError
from skills.people_count.runtime.reading import frames_at


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mjpeg")])
def test_the_frames_that_are_wanted_each_once(name: str, codec: str, tmp_path: Path) -> None:
    path = grey_steps(tmp_path / name, codec)
    found = [(number, number_of(image)) for number, image in frames_at(path, [7, 0, 19, 7, 3])]
    assert found == [(0, 0), (3, 3), (7, 7), (19, 19)]


def test_no_frame_but_those_is_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[float] = []
    convert = reading.Converter.__call__
    monkeypatch.setattr(
        reading.Converter, "__call__", lambda self, frame: converted.append(frame.time) or convert(self, frame)
    )
    list(frames_at(grey_steps(tmp_path / "a.mp4"), [2, 5]))
    assert converted == pytest.approx([0.2, 0.5])


def test_nothing_wanted_opens_nothing(tmp_path: Path) -> None:
    assert list(frames_at(tmp_path / "none.mp4", [])) == []


@pytest.mark.parametrize(("numbers", "told"), [([3, 20], "it has 20"), ([-1, 3], "no frame -1")])
def test_frames_that_are_not_there(numbers: list[int], told: str, tmp_path: Path) -> None:
    path = grey_steps(tmp_path / "a.mp4")
    with pytest.raises(SourceError, match=told):
        list(frames_at(path, numbers))


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    path = grey_steps(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(SourceError, match=r"ends too early|no video"):
        list(frames_at(path, range(20)))
