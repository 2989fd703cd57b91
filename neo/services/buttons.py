"""Buttons: which action is whose."""

from __future__ import annotations

from collections.abc import Callable

from neo.domain.approvals import Verdict
from neo.domain.events import ButtonPressed
from neo.domain.links import ORDERS
from neo.services import (
    alert_orders,
    approval,
    commands,
    comparing,
    deployment,
    feedback,
    forms,
    home,
    labelling,
    manners,
    opening,
    proposing,
    taking,
)
from neo.services.deps import Deps, Turn

BUTTONS: dict[str, Callable[[Deps, Turn, ButtonPressed], None]] = {
    "approve": approval.document_button(Verdict.APPROVED),
    "changes": approval.document_button(Verdict.CHANGES),
    "take_back": approval.take_back_button,
    "recommended": taking.take_all,
    "take": taking.take_row,
    "settle_0": taking.settle,
    "settle_1": taking.settle,
    "sure": commands.sure,
    "level_novice": commands.level_button,
    "level_practitioner": commands.level_button,
    "level_expert": commands.level_button,
    "keep_questions": proposing.button(keeps=True),
    "drop_questions": proposing.button(keeps=False),
    "other_pictures": labelling.others,
    "accept_closest": deployment.accept_closest,
    "thumb": feedback.on_button,
    **{f"vote_{choice}": comparing.on_button for choice in comparing.CHOICES},
    "comparison_back": comparing.settle,
    "comparison_keep": comparing.settle,
    "edit_requirement": forms.edit_requirement,
    "new_project": forms.button_new,
    "silence": manners.silence,
    **{f"alert_{order}": alert_orders.button(order) for order in ORDERS},
}


def on_button(deps: Deps, turn: Turn, event: ButtonPressed) -> None:
    """A button under one of Neo's messages; one that an older version posted and nobody knows now does nothing."""
    if event.action in BUTTONS:
        BUTTONS[event.action](deps, turn, event)
    elif event.action.startswith("reskill_"):
        opening.reskill(deps, turn, event)
    elif event.action.startswith("home_"):
        home.on_button(deps, turn, event)
