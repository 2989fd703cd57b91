"""Ridge regression: what is learned from labelled examples, in one step and always the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.floating]


def ridge(inputs: Matrix, wanted: Matrix, cost: float, weight: Matrix | None = None) -> npt.NDArray[np.float32]:
    """Weights with which inputs give what is wanted, with the least squares.

    Args:
        inputs: Shape (n, d).
        wanted: Shape (n, labels).
        cost: What large weights cost, above 0.
        weight: What each example counts, shape (n,); all the same where it is left out.

    Returns:
        Shape (d, labels).
    """
    weighed = inputs if weight is None else inputs * weight[:, None]
    return _solved(inputs.T @ weighed, weighed.T @ wanted, cost)


def ridge_of_parts(parts: Iterable[tuple[Matrix, Matrix]], cost: float) -> npt.NDArray[np.float32]:
    """The same of examples that come in parts, of which one is held at a time: pairs of inputs and what is wanted.

    Raises:
        ValueError: There is no part.
    """
    sums: tuple[Matrix, Matrix] | None = None
    for inputs, wanted in parts:
        own = inputs.T @ inputs, inputs.T @ wanted
        sums = own if sums is None else (sums[0] + own[0], sums[1] + own[1])
    if sums is None:
        raise ValueError("There is nothing to learn from.")
    return _solved(*sums, cost)


def _solved(left: Matrix, right: Matrix, cost: float) -> npt.NDArray[np.float32]:
    return np.asarray(np.linalg.solve(left + cost * np.eye(len(left), dtype=left.dtype), right), dtype=np.float32)
