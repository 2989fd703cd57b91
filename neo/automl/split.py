"""Which instances a study may look at, and which it is judged on.

With enough of them, a third is held out. With few, a third would say nothing and be missed in the search: then all are
searched on, and the choice is judged by cross-validation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neo.automl.problem import Instance

HOLDOUT = 3  # one in three is held out
SMALL = 60  # below it the choice is cross-validated: a third of so few tells a difference of about .2 at best
FEWEST = 6  # below it not even that; the search's own questions judge, and the report says so
FOLDS = 5


@dataclass(frozen=True)
class Split:
    """Search and hold-out.

    Attributes:
        search: What the study looks at.
        holdout: What the verdict is measured on; all of *search* where nothing is held out.
        independent: Whether the verdict rests on questions that did not choose: held out, or by cross-validation.
        folds: For cross-validation: the instances' ids, in disjoint parts; empty where a third is held out.
    """

    search: tuple[Instance, ...]
    holdout: tuple[Instance, ...]
    independent: bool
    folds: tuple[frozenset[str], ...] = ()


def split(instances: Sequence[Instance], seed: int) -> Split:
    """Split by stratum, fixed by the seed; synthetic instances do not judge where enough others can."""
    everything = tuple(instances)
    real = tuple(one for one in everything if not one.synthetic)
    judging = real if len(real) >= FEWEST else everything
    if len(judging) < FEWEST:
        return Split(everything, judging, independent=False)
    if len(judging) < SMALL:
        return Split(everything, judging, independent=True, folds=_folds(judging, seed))
    random = np.random.default_rng(seed)
    search: list[Instance] = []
    holdout: list[Instance] = []
    for members in _strata(judging, random):
        # What small strata are short of, later ones give: the whole comes to a third.
        take = (len(search) + len(holdout) + len(members)) // HOLDOUT - len(holdout)
        holdout += members[:take]
        search += members[take:]
    search += [one for one in everything if one not in judging]
    return Split(tuple(search), tuple(holdout), independent=True)


def _folds(instances: Sequence[Instance], seed: int) -> tuple[frozenset[str], ...]:
    """FOLDS parts of nearly equal size, each with its share of every stratum."""
    dealt = [one.id for members in _strata(instances, np.random.default_rng(seed)) for one in members]
    return tuple(frozenset(dealt[start::FOLDS]) for start in range(FOLDS))


def _strata(instances: Sequence[Instance], random: np.random.Generator) -> list[list[Instance]]:
    """Each stratum's members, shuffled; strata by name."""
    strata: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        strata[instance.stratum].append(instance)
    return [[strata[name][i] for i in random.permutation(len(strata[name]))] for name in sorted(strata)]
