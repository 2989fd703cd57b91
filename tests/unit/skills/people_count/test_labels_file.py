"""Files of counts: two forms, and what is wrong with a row is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neo.errors import BadInput
from skills.people_count.labels import as_json, is_counts, kind_of, read_counts


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_json_with_one_count_a_frame(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", as_json({40: 6, 0: 3}, "hall.mp4", 10))
    found = read_counts(path, "a.json")
    assert [(one.video, one.frame, one.count) for one in found.labels] == [("hall.mp4", 0, 3), ("hall.mp4", 40, 6)]
    assert found.label == "" and is_counts(path, "a.json")


def test_of_several_counts_the_first_or_the_wanted_one_is_taken(tmp_path: Path) -> None:
    body = {"counts": {"0": {"near": 3, "far": 1, "note": "one half hidden"}, "9": {"near": 4, "far": 0}}}
    path = written(tmp_path, "a.json", json.dumps(body))
    first, far = read_counts(path, "a.json"), read_counts(path, "a.json", "far")
    assert first.label == "near" and first.others == ("far",) and [one.count for one in first.labels] == [3, 4]
    assert [one.count for one in far.labels] == [1, 0]
    with pytest.raises(BadInput, match=r"counts no 'middle'.*near, far"):
        read_counts(path, "a.json", "middle")


def test_a_table_by_frames_or_by_seconds(tmp_path: Path) -> None:
    frames = read_counts(written(tmp_path, "a.csv", "\ufeffFrame,Count\n0,3\n40,6\n"), "a.csv")
    assert [(one.frame, one.count) for one in frames.labels] == [(0, 3), (40, 6)]
    seconds = read_counts(written(tmp_path, "b.csv", "seconds,count,video\n1.5,2,hall.mp4\n"), "b.csv")
    assert [(one.seconds, one.frame, one.video) for one in seconds.labels] == [(1.5, -1, "hall.mp4")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0,-1", "not a whole number"),
        ("0,2.5", "not a whole number"),
        ("0,many", "'many'"),
        ("0,nan", "not a whole number"),
        ("-3,2", "before the start"),
        ("1.5,2", "not whole"),
        (",2", "no frame and no second"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path, row: str, words: str) -> None:
    found = read_counts(written(tmp_path, "a.csv", f"frame,count\n10,4\n{row}\n"), "a.csv")
    assert [one.count for one in found.labels] == [4]
    assert len(found.rejected) == 1 and words in found.rejected[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "{", "no JSON"),
        ("a.json", "[1, 2]", "no counts"),
        ("a.json", '{"counts": {}}', "no usable count"),
        ("a.csv", "picture,people\n1,2\n", "columns people, picture"),
        ("a.csv", "", "columns none"),
        ("a.csv", "frame,count\n0,x\n", "no usable count"),
    ],
)
def test_what_is_no_file_of_counts_says_what_one_is(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = written(tmp_path, name, text)
    with pytest.raises(BadInput, match=words) as error:
        read_counts(path, name)
    assert "frame" in str(error.value) and not is_counts(path, name)


def test_bytes_are_no_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00\x01" * 10)
    with pytest.raises(BadInput, match="not text"):
        read_counts(path, "a.csv")


def test_how_full_a_frame_is() -> None:
    assert [kind_of(n) for n in (0, 3, 4, 10, 11, 500)] == [
        "nobody", "1 to 3 people", "4 to 6 people", "7 to 10 people", "more than 10", "more than 10",
    ]  # fmt: skip
