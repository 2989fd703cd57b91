"""What this machine's own computing costs, at a rate that somebody states."""

from __future__ import annotations

from neo.automl.problem import Resources

SECONDS_AN_HOUR = 3600.0


def compute_usd(resources: Resources, seconds: float) -> float:
    """Dollars for so many seconds of this machine.

    >>> from pathlib import Path
    >>> compute_usd(Resources(Path("models"), compute_usd_per_hour=0.36), 10.0)
    0.001
    """
    return resources.compute_usd_per_hour * seconds / SECONDS_AN_HOUR


def compute_note(resources: Resources) -> str:
    """What is counted for computing, as a sentence for documents and reports."""
    if rate := resources.compute_usd_per_hour:
        return (
            f"Computing on this machine is counted at ${rate:g} an hour (NEO_COMPUTE_USD_PER_HOUR): an answer costs "
            "its latency at that rate, beside its model calls."
        )
    return "Computing on this machine is counted as free; NEO_COMPUTE_USD_PER_HOUR gives it a price."
