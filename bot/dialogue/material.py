"""The files that scripted people share: an invented handbook with golden questions, and training examples."""

from __future__ import annotations

import json
from collections.abc import Mapping

_FACTS = (
    ("Where are parcels without a label parked?", "shelf Q9", "A parcel without a label is parked on shelf Q9."),
    ("When is dock four closed?", "on Sundays", "Dock four is closed on Sundays."),
    ("Who opens each returned parcel?", "an inspector", "An inspector opens each returned parcel under camera."),
    ("What grade do goods with a broken seal get?", "grade B", "Goods with a broken seal go to grade B."),
    ("Where do heavy pallets stay?", "on the floor", "Pallets heavier than 800 kilograms stay on the floor."),
    ("Within how many days is a refund paid?", "five working days", "A refund is paid within five working days."),
    ("Who signs refunds above 500 euros?", "the shift lead", "Refunds above 500 euros are signed by the shift lead."),
    ("From where are trucks loaded?", "from the back", "Trucks are loaded from the back."),
    ("What happens with goods that smell of smoke?", "they are refused", "Goods that smell of smoke are refused."),
    ("When do returns arrive?", "between six and two", "Returns arrive between six and two."),
    ("Where are batteries stored?", "in the red cage", "Batteries are stored in the red cage."),
    ("Who may drive the large lift truck?", "licensed staff", "Only licensed staff may drive the large lift truck."),
)


def _handbook() -> bytes:
    return ("# Handbook\n\n" + "\n\n".join(evidence for _, _, evidence in _FACTS) + "\n").encode()


def _golden() -> bytes:
    rows = [f'"{question}","{answer}","{evidence}",handbook.md' for question, answer, evidence in _FACTS]
    return "\n".join(["question,answer,evidence,source", *rows]).encode()


def _examples() -> bytes:
    rows = [{"prompt": question, "completion": answer} for question, answer, _ in _FACTS]
    return "\n".join(json.dumps(row) for row in rows).encode()


FILES: Mapping[str, bytes] = {"handbook.md": _handbook(), "golden.csv": _golden(), "examples.jsonl": _examples()}
OF_SKILL: Mapping[str, tuple[str, ...]] = {
    "rag": ("handbook.md", "golden.csv"),
    "finetune": ("examples.jsonl",),
    "people_count": (),
}
