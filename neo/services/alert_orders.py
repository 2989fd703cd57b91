"""The buttons under an alert: acknowledged, muted for an hour, muted until tomorrow."""

from __future__ import annotations

from collections.abc import Callable

from neo.domain.access import Right
from neo.domain.events import ButtonPressed
from neo.services.access import check, check_right
from neo.services.alert_links import carry_out
from neo.services.deps import Deps, Turn


def button(order: str) -> Callable[[Deps, Turn, ButtonPressed], None]:
    """What a button does; its value is ``<project>:<episode>,<episode>,...``.

    Who may read of projects may say that they have seen an alert; only who may steer the project silences it.
    """

    def pressed(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
        id, _, episodes = event.value.partition(":")
        with turn.transaction() as tx:
            project = tx.projects.get(id)
            if order == "ack":
                check(deps, tx, event.team, event.user, Right.SEE)
            else:
                check_right(deps, tx, project, event.user, "mute the alerts of")
            carry_out(tx, project, episodes.split(","), order, deps.now(), f"<@{event.user}>")

    return pressed
