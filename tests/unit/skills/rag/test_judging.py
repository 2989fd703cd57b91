"""The judge as a metric of the rag skill: only where it may, beside the other metrics, with its own account."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from chat_server import serving, texts_of

from neo.automl.problem import Context, InputFile, Problem, Resources
from neo.domain.brief import Brief, SlotValue
from neo.evals.golden_set import GoldenSet, load_golden
from neo.llm.base import Endpoint
from neo.llm.pricing import price_of
from neo.skill import THUMBS
from skills.rag.judging import beside_people, open_judge
from skills.rag.privacy import MAY_GO
from skills.rag.skill import RagSkill

DOCUMENT = "# Store\n\nThe ladder is kept in the Elm hall. The pallet is kept in the Birch hall."
GOLDEN = (
    "question,answer,evidence,given_answer,grade\n"
    "Where is the ladder kept?,Elm hall,The ladder is kept in the Elm hall.,In the Elm hall,right\n"
    "Where is the pallet kept?,Birch hall,The pallet is kept in the Birch hall.,In the yard,wrong\n"
    "What is the moon made of?,not in the documents,,,\n"
)
PLAIN = {"retriever": "bm25", "reranker": "none", "lexical_weight": 1.0, "answer_sentences": 1, "refuse_below": 0.4}
ELSEWHERE = Endpoint("key", "https://models.example/v1", "some-model")
JUDGED = {"metric": "judge_correct"}


def problem(folder: Path, endpoint: Endpoint | None, golden: str = GOLDEN, **said: str) -> Problem:
    files = []
    for name, role, text in (("store.md", "document", DOCUMENT), ("golden.csv", "golden", golden)):
        (folder / name).write_text(text)
        files.append(InputFile(role, name, folder / name, hashlib.sha256(text.encode()).hexdigest()))
    brief = Brief("rag", "", {slot: SlotValue(value, value) for slot, value in said.items()})
    return RagSkill().problem(brief, files, folder / "cache", Resources(folder / "models", endpoint=endpoint))


def strict(body: dict[str, Any]) -> str:
    """Grades as a careful reader would: 3 when the expected words, or the answer's, stand where they should."""
    lines = dict(line.split(": ", 1) for line in texts_of(body)[1].splitlines())
    texts = {name: json.loads(text) for name, text in lines.items()}
    if "Expected answer" in texts:
        right = texts["Expected answer"] in texts["Answer"]
        return json.dumps({"quote": texts["Expected answer"], "reason": "r", "grade": 3 if right else 0})
    return json.dumps({"quote": texts["Answer"], "reason": "r", "grade": 3})


def test_answers_are_judged_beside_the_other_metrics_and_the_judge_beside_people(tmp_path: Path) -> None:
    with serving(strict) as server:
        found = problem(tmp_path, server.endpoint(), **JUDGED)
        assert found.metric == "judge_correct"
        assert any("agrees with people on 100 % of 2 answers, kappa 1.00" in note for note in found.notes)
        calibrating = len(server.asked)
        first, second, refused = found.evaluate(PLAIN, found.instances, found.context)
        asked = len(server.asked)
        again = found.evaluate(PLAIN, found.instances, found.context)
    assert calibrating == 2 and asked == calibrating + 4  # two answers by two criteria; a refusal needs no judge
    assert len(server.asked) == asked  # the second run is kept
    for one in (first, second):
        assert one.metrics["judge_correct"] == one.metrics["judge_faithful"] == one.metrics["answer_recall"] == 1.0
        assert one.output["judge_usd"] == 0.0 and one.output["judge_missing"] == 0
        assert one.output["judge"]["judge_correct"]["quote"].endswith("hall")
    assert refused.metrics["judge_correct"] == 1.0 and "judge_usd" not in refused.output
    assert [one.metrics for one in again] == [
        {name: pytest.approx(value, nan_ok=True) for name, value in one.metrics.items()}
        for one in (first, second, refused)
    ]


def test_what_the_judge_costs_is_on_its_own_account(tmp_path: Path) -> None:
    with serving(strict, host="127.0.0.2") as server:
        found = problem(tmp_path, server.endpoint("gpt-5-mini"), privacy=MAY_GO, **JUDGED)
        (one,) = found.evaluate(PLAIN, found.instances[:1], found.context)
        (again,) = found.evaluate(PLAIN, found.instances[:1], found.context)
    call = price_of("gpt-5-mini", server.url).of(1000, 100)
    assert call > 0
    assert one.cost_usd == 0.0  # the system itself asks no model
    assert one.output["judge_usd"] == one.output["judge_paid_usd"] == pytest.approx(2 * call)
    assert (again.output["judge_usd"], again.output["judge_paid_usd"]) == (pytest.approx(2 * call), 0.0)


def test_a_judge_that_fails_leaves_scores_missing_and_counts_them(tmp_path: Path) -> None:
    with serving(lambda _: "no idea") as server:
        found = problem(tmp_path, server.endpoint(), **JUDGED)
        (one,) = found.evaluate(PLAIN, found.instances[:1], found.context)
    assert math.isnan(one.metrics["judge_correct"]) and math.isnan(one.metrics["judge_faithful"])
    assert one.metrics["answer_recall"] == 1.0
    assert one.output["judge_missing"] == 2
    assert any("2 of 2 judgements are missing (2 unparsable)" in note for note in found.notes)


def test_an_endpoint_that_is_down_is_let_be(tmp_path: Path) -> None:
    golden = "question,answer\n" + "".join(f"Where is the ladder number {n} kept?,Elm hall\n" for n in range(30))
    with serving(lambda _: (500, {})) as server:
        found = problem(tmp_path, server.endpoint(), golden, **JUDGED)
        evaluations = found.evaluate({**PLAIN, "refuse_below": 0.0}, found.instances, found.context)
    assert all(math.isnan(one.metrics["judge_correct"]) for one in evaluations)
    assert len(server.asked) < 60  # of 60 judgements with three attempts each


@pytest.mark.parametrize(
    ("endpoint", "said", "golden", "why"),
    [
        (None, JUDGED, GOLDEN, "no endpoint is set"),
        (ELSEWHERE, {**JUDGED, "privacy": "everything stays on this machine"}, GOLDEN, "R-privacy"),
        (ELSEWHERE, {"privacy": MAY_GO}, GOLDEN, "say _metric: judge_correct_"),
        (
            ELSEWHERE,
            {**JUDGED, "privacy": MAY_GO},
            "question,evidence\nWhere?,The ladder is kept in the Elm hall.",
            "no expected answers",
        ),
    ],
)
def test_where_none_judges_the_space_says_why(
    tmp_path: Path, endpoint: Endpoint | None, said: dict[str, str], golden: str, why: str
) -> None:
    found = problem(tmp_path, endpoint, golden, **said)
    assert not found.metric.startswith("judge") and not any(one.name.startswith("judge") for one in found.metrics)
    (reason,) = [gone.reason for gone in found.space.left_out if gone.parameter == "metric"]
    assert why in reason
    if said.get("metric"):
        assert any(why in note for note in found.notes)


def test_thumbs_on_answers_are_compared_with_judged_faithfulness(tmp_path: Path) -> None:
    votes = [
        {"question": "q", "answer": answer, "sources": [{"quote": "kept in the Elm hall"}], "label": label}
        for answer, label in (("Elm hall", 1.0), ("Elm hall", 0.0), ("Yard", 0.0), ("Yard", 0.0), ("hall", 1.0))
    ]
    votes.append({"question": "q", "answer": "I could not find this.", "sources": [], "label": 0.0})

    def answer(body: dict[str, Any]) -> str:
        said = json.loads(texts_of(body)[1].split("\nAnswer: ")[1])
        founded = "hall" in said
        return json.dumps({"quote": said if founded else "", "reason": "r", "grade": 3 if founded else 0})

    path = tmp_path / "votes"
    path.write_text("".join(json.dumps(vote) + "\n" for vote in votes))
    thumbs = InputFile(THUMBS, "thumbs.jsonl", path, "t")
    with serving(answer) as server:
        context = Context((), tmp_path / "cache", Resources(tmp_path, endpoint=server.endpoint()))
        (note,) = beside_people(open_judge(context), GoldenSet(()), [thumbs])
    assert "On faithfulness: The judge agrees with thumbs on 80 % of 5 answers, kappa .62" in note
    assert len(server.asked) == 3  # the same answer to the same question is judged once, and the refusal not at all


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        ("right\nwrong\npartly right", [1.0, 0.0, 1 / 3]),
        ("1\n0\n", [1.0, 0.0, None]),
        ("3\n1\n0", [1.0, 1 / 3, 0.0]),
        ("5\n1\n2", [1.0, 0.0, 0.25]),
        ("+1\n-1\nwhat", [1.0, 0.0, None]),
        ("80\n40\nnan", [0.8, 0.4, None]),
    ],
)
def test_grades_of_people_are_read_whatever_their_scale(column: str, labels: list[float | None]) -> None:
    cells = [*column.split("\n"), "", ""][:3]
    rows = [f"q{n},a,given,{cell}" for n, cell in enumerate(cells)]
    golden = load_golden("\n".join(["question,answer,given_answer,grade", *rows]).encode(), "g.csv")
    assert [one.label for one in golden.questions] == [pytest.approx(label) for label in labels]
    assert len(golden.labelled) == sum(label is not None for label in labels)
