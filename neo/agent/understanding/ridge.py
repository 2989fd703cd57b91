"""Ridge regression: what is learned from labelled examples, in one step and always the same."""

from __future__ import annotations

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
    left = inputs.T @ weighed + cost * np.eye(inputs.shape[1], dtype=inputs.dtype)
    return np.asarray(np.linalg.solve(left, weighed.T @ wanted), dtype=np.float32)
