"""Too few golden questions: Neo proposes some from the documents, a person chooses, and only those count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chat_server import serving, texts_of
from world import COLLEAGUE, HANDBOOK, World, golden_csv, world

from neo.app import Neo
from neo.delivery.deployers import Running
from neo.domain.posts import Post
from neo.evals.golden_set import load_golden
from neo.services.deps import Deps
from neo.store.tables import ProposalRow

DOCUMENTS = {"returns.md": HANDBOOK.encode()}


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A Neo whose person has a handbook and not one golden question."""
    made = world(tmp_path, DOCUMENTS)
    yield made
    made.store.close()


def begin(here: World) -> None:
    here.say("@Neo I need a bot that answers questions about our handbooks", thread=None)
    here.say("", files=tuple(here.contents))
    here.work()


def offered(here: World) -> Post:
    return next(post for post in reversed(here.posts()) if "I propose" in post.text)


def rows(here: World) -> list[ProposalRow]:
    with here.store.read() as tx:
        return list(tx.proposals.newest(here.project().id))


def kept_file(here: World) -> list[dict[str, object]]:
    with here.store.read() as tx:
        files = [row for row in tx.projects.files(here.project().id, "stored") if row.name == "synthetic.jsonl"]
    if not files:
        return []
    (row,) = files
    assert row.role == "golden"
    return [json.loads(line) for line in here.neo.deps.files.path(row.address).read_text().splitlines()]


def test_proposals_are_rows_and_a_numbered_list_and_count_for_nothing_yet(bare: World) -> None:
    begin(bare)
    post, proposed = offered(bare), rows(bare)
    assert len(proposed) >= 5 and {row.status for row in proposed} == {"open"}
    assert [(b.text, b.action, b.value) for b in post.buttons] == [
        ("Keep all", "keep_questions", proposed[0].batch),
        ("None", "drop_questions", proposed[0].batch),
    ]
    for row in proposed:
        body = row.body
        assert HANDBOOK[body["start"] : body["end"]] == body["evidence"]
        assert f"{row.number}. {body['question']}" in post.text
    assert kept_file(bare) == []
    assert bare.project().stage == "intake"
    assert bare.project().examination["facts"]["questions"] == 0


def test_a_choice_in_words_becomes_a_golden_file_and_opens_the_intake(bare: World) -> None:
    begin(bare)
    proposed = rows(bare)
    bare.say("keep 1-4, 6, drop 3")
    assert [row.number for row in rows(bare) if row.status == "kept"] == [1, 2, 4, 6]
    bare.work()
    written = kept_file(bare)
    assert [one["question"] for one in written] == [proposed[n - 1].body["question"] for n in (1, 2, 4, 6)]
    golden = load_golden(bare.neo.deps.files.path(_address(bare)), "synthetic.jsonl")
    assert golden.synthetic == len(golden.questions) == 4
    assert bare.last().text == "My questions above still wait for your answer."  # they were asked at the beginning
    assert sum("I propose" in post.text for post in bare.posts()) == 1


def _address(here: World) -> str:
    with here.store.read() as tx:
        return next(
            row.address for row in tx.projects.files(here.project().id, "stored") if row.name == "synthetic.jsonl"
        )


def test_synthetic_questions_are_named_in_the_requirements_and_live_beside_a_persons_own(tmp_path: Path) -> None:
    here = world(tmp_path)  # with twelve questions of the person's own
    begin(here)
    assert "Your golden set has 12 questions" in offered(here).text
    here.press("keep_questions", rows(here)[0].batch)
    here.work()
    count = len(rows(here))
    here.say("60 % accuracy, 2 seconds, 1 cent")
    here.press("recommended", here.project().id)
    here.work()
    text = json.dumps(here.document("requirements").body)
    assert f"your 12 golden questions and on {count} synthetic questions" in text
    assert f"{count} of the questions are synthetic" in text  # as a risk
    here.react("requirements", "white_check_mark")
    here.later(61)
    here.work()
    assert f"on {12 + count} golden questions" in json.dumps(here.document("architecture").body)
    here.store.close()


def test_the_last_word_counts_and_none_takes_the_file_away(bare: World) -> None:
    begin(bare)
    bare.press("keep_questions", rows(bare)[0].batch)
    bare.work()
    assert len(kept_file(bare)) == len(rows(bare))
    bare.say("Keep 2 please.")
    bare.work()
    assert len(kept_file(bare)) == 1
    bare.say("none of them")
    bare.work()
    assert kept_file(bare) == []
    assert "Still needed" in bare.last().text
    bare.contents["golden.csv"] = golden_csv()
    bare.say("then take mine", files=("golden.csv",))
    bare.work()
    assert (
        bare.project().examination["facts"] | {"questions": 12, "synthetic": 0} == bare.project().examination["facts"]
    )


def test_a_choice_during_review_makes_a_new_version_and_approves_nothing(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.to_requirements()
    assert here.document("requirements").version == 1
    here.say("keep all but 2")
    here.work()
    newest = here.document("requirements")
    assert (newest.version, newest.status, here.project().stage) == (2, "current", "requirements_review")
    assert "synthetic" in json.dumps(newest.body["delta"])
    here.store.close()


def test_who_may_not_choose_and_what_is_not_in_the_list_change_nothing(bare: World) -> None:
    begin(bare)
    bare.say("keep all", user=COLLEAGUE)
    assert bare.last().to_user == COLLEAGUE and "may not choose" in bare.last().text
    bare.say("keep 1, 44")
    assert "no question 44" in bare.last().text
    bare.press("drop_questions", rows(bare)[0].batch, user=COLLEAGUE)
    bare.press("keep_questions", "job_unknown")
    assert {row.status for row in rows(bare)} == {"open"} and kept_file(bare) == []


def test_after_the_gates_the_choice_is_settled(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.to_architecture()
    here.press("keep_questions", rows(here)[0].batch)
    assert "say *change* first" in here.last().text
    here.say("keep 1")
    assert "say *change* first" in here.last().text
    assert kept_file(here) == []
    here.store.close()


def test_enough_questions_of_ones_own_are_not_added_to(tmp_path: Path) -> None:
    more = golden_csv().decode() + "".join(f'\n"Where is bay {n}?","bay {n}",,returns.md' for n in range(10))
    here = world(tmp_path, {**DOCUMENTS, "golden.csv": more.encode()})
    begin(here)
    assert rows(here) == [] and here.jobs("propose") == []
    here.store.close()


def test_a_job_that_runs_again_posts_no_second_list(bare: World) -> None:
    begin(bare)
    batch = rows(bare)[0].batch
    with bare.store.write() as tx:
        row = tx.jobs.get(batch)
        assert row is not None
        row.status = "waiting"
    bare.work()
    assert sum("I propose" in post.text for post in bare.posts()) == 1
    assert len({row.batch for row in rows(bare)}) == 1


def _with_endpoint(here: World, url_endpoint: object) -> World:
    deps: Deps = replace(here.neo.deps, resources=replace(here.neo.deps.resources, endpoint=url_endpoint))  # type: ignore[arg-type]
    here.neo = Neo(deps)
    return here


def test_a_model_at_home_writes_them_and_what_it_makes_up_is_dropped(bare: World) -> None:
    def answer(body: object) -> str:
        passage = texts_of(body)[1].split("Passage:\n")[1]  # type: ignore[arg-type]
        made_up = "dock four" in passage.lower()
        quote = "Dock four burns on Mondays." if made_up else next(s for s in passage.split(". ") if len(s) > 30)
        return json.dumps({"quote": quote, "question": f"What about {quote[:25]}?", "answer": "this"})

    with serving(answer) as server:
        begin(_with_endpoint(bare, server.endpoint()))
    proposed = [row.body for row in rows(bare)]
    assert proposed and all(one["method"] == "model" for one in proposed)
    assert all(HANDBOOK[one["start"] : one["end"]] == one["evidence"] for one in proposed)
    assert not any("burns" in one["evidence"] for one in proposed)
    assert "written by the language model" in offered(bare).text


def test_an_endpoint_elsewhere_is_not_asked_before_privacy_is_settled(bare: World) -> None:
    with serving(lambda _: "{}", host="127.0.0.2") as server:
        begin(_with_endpoint(bare, server.endpoint()))
    assert server.asked == []
    assert {row.body["method"] for row in rows(bare)} == {"template"}


def test_an_endpoint_that_is_down_leaves_the_templates(bare: World) -> None:
    with serving(lambda _: (500, {})) as server:
        begin(_with_endpoint(bare, server.endpoint()))
    assert len(server.asked) == 3  # one question, three attempts
    assert {row.body["method"] for row in rows(bare)} == {"template"}


def test_without_one_golden_question_the_road_leads_to_a_live_system(bare: World) -> None:
    begin(bare)
    bare.press("keep_questions", rows(bare)[0].batch)
    bare.work()
    bare.say("10 % accuracy, 2 seconds, 1 cent")
    bare.press("recommended", bare.project().id)
    bare.work()
    for kind in ("requirements", "architecture"):
        bare.react(kind, "+1")
        bare.later(61)
        bare.work("short", "tune")
    project = bare.project()
    assert project.stage == "live", bare.last().text
    with bare.store.read() as tx:
        deployment = tx.deployments.current(project.id)
    assert deployment is not None
    bare.neo.deps.deployer.stop(Running(deployment.url, deployment.pid))
