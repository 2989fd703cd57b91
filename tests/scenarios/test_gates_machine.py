"""The gates under any order of events, and slips in their code that the machine must find."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from gates.approvals import CONSENT, YES
from gates.ground import Ground, grounds
from gates.machine import Broken, Gates, Tally
from gates.mutants import MUTANTS, Plant
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import run_state_machine_as_test
from world import COLLEAGUE, OWNER

EXAMPLES = 20  # of the true code; a mutant has up to 200 to die in


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ground]:
    return grounds(tmp_path_factory.mktemp("gates"))


def run(walked: dict[str, Ground], folder: Path, examples: int, tally: Tally) -> None:
    steady = settings(
        max_examples=examples,
        stateful_step_count=25,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(partial(Gates, walked, folder, tally), settings=steady)


def walk_what_is_only_kept(walked: dict[str, Ground], folder: Path, tally: Tally) -> None:
    """The gate of a skill that cannot be built yet, which chance may leave out."""
    gates = Gates(walked, folder, tally)
    gates.begin("kept", 60.0)
    gates.walk_to("requirements_review")
    for event in (
        lambda: gates.consent_in_words(OWNER, CONSENT[0]),
        lambda: gates.approve_by_emoji("requirements", 0, COLLEAGUE, YES[0]),
        lambda: gates.approve_by_emoji("requirements", 0, OWNER, YES[0]),
        lambda: gates.consent_in_words(OWNER, CONSENT[0]),
        lambda: gates.take_emoji_back("requirements", 0, OWNER, YES[0], "another"),
        lambda: gates.take_emoji_back("requirements", 0, OWNER, YES[0], "same"),
        lambda: gates.approve_by_button("requirements", 0, OWNER, True),
        lambda: gates.change_in_words(OWNER),
    ):
        event()
        gates.rules_hold()
    gates.teardown()


def test_the_rules_hold(walked: dict[str, Ground], tmp_path: Path) -> None:
    tally = Tally()
    run(walked, tmp_path, EXAMPLES, tally)
    walk_what_is_only_kept(walked, tmp_path, tally)
    for (stage, event), count in sorted(tally.pairs.items()):
        print(f"{stage:22} {event:24} {count:4} came, {tally.done[stage, event]:4} had an effect")
    reached = {stage for stage, _ in tally.pairs}
    assert {"intake", "requirements_review", "architecture_review", "tuning", "kept", "paused"} <= reached


@pytest.mark.parametrize(("name", "plant", "rule"), [pytest.param(*one, id=one[0]) for one in MUTANTS])
def test_a_slip_is_found_by_its_rule(
    walked: dict[str, Ground], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, plant: Plant, rule: str
) -> None:
    plant(monkeypatch)
    tally = Tally()
    found = _broken(lambda: run(walked, tmp_path, 200, tally))
    print(f"{name}: found in example {tally.examples} by {found}")
    assert found is not None
    assert rule in str(found)


def _broken(act: Callable[[], None]) -> Broken | None:
    """The rule that was broken, whether or not it breaks again: work in the background goes by the machine's speed."""
    try:
        act()
    except Broken as error:
        return error
    except FlakyFailure as error:
        return next((one for one in error.exceptions if isinstance(one, Broken)), None)
    return None
