"""Search and hold-out: which instances a study may look at, and which it is judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neo.automl.problem import Instance

HOLDOUT = 3  # one in three is held out
FEWEST = 12  # below it a hold-out of a third says nothing; the search's own questions judge, and the report says so


@dataclass(frozen=True)
class Split:
    """Two disjoint parts; where there are too few instances both are all of them, and *independent* is False."""

    search: tuple[Instance, ...]
    holdout: tuple[Instance, ...]
    independent: bool


def split(instances: Sequence[Instance], seed: int) -> Split:
    """Split by stratum, fixed by the seed: of each stratum about a third is held out."""
    if len(instances) < FEWEST:
        return Split(tuple(instances), tuple(instances), independent=False)
    random = np.random.default_rng(seed)
    strata: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        strata[instance.stratum].append(instance)
    search: list[Instance] = []
    holdout: list[Instance] = []
    for name in sorted(strata):
        members = [strata[name][i] for i in random.permutation(len(strata[name]))]
        # What small strata are short of, later ones give: the whole comes to a third.
        take = (len(search) + len(holdout) + len(members)) // HOLDOUT - len(holdout)
        holdout += members[:take]
        search += members[take:]
    return Split(tuple(search), tuple(holdout), independent=True)
