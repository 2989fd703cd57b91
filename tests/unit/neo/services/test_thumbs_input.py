"""Thumbs reach the skill as one more input, and are taken for none of the person's files."""

from __future__ import annotations

import json

from world import OWNER, World

from neo.skill import THUMBS
from neo.store.tables import AnswerRow


def test_votes_are_an_input_of_their_own_role_and_no_golden_set(here: World) -> None:
    here.say("@Neo I need a bot that answers questions about our handbooks", thread=None)
    project = here.project().id
    with here.store.read() as tx:
        assert here.neo.deps.inputs(tx, project) == ()
    with here.store.write() as tx:
        row = AnswerRow(id="a1", project=project, version="v", user=OWNER, question="Where?", text="Shelf Q9", at=1.0)
        tx.feedback.rate(tx.feedback.add_answer(row), OWNER, -1, "emoji", 2.0)
    here.say("", files=tuple(here.contents))
    here.work()
    with here.store.read() as tx:
        inputs = here.neo.deps.inputs(tx, project)
    (votes,) = [one for one in inputs if one.role == THUMBS]
    assert json.loads(votes.path.read_text()) == {
        "question": "Where?",
        "answer": "Shelf Q9",
        "sources": [],
        "label": 0.0,
    }
    assert here.project().examination["facts"]["questions"] == 12
    assert not here.said("thumbs.jsonl")
