"""Words as inputs of a ridge regression: thousands of columns of which a row holds a few, so that only sums are kept.

Two groups of columns, each a hash of a word: what stands within `WINDOW` places of a token, and at which; and what
stands anywhere in its sentence.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

NEAR, ANYWHERE = 3072, 1024  # columns of each group
WINDOW = 2  # words to either side
AT, BESIDE, SOMEWHERE = 0.5, 0.35, 0.15  # what a word counts at its own place, beside it, and in the sentence


@dataclass(frozen=True)
class Words:
    """A sentence's words, for each of its t tokens.

    Attributes:
        rows: Which token, of each entry of the first group, ascending.
        columns: Which column of it.
        values: What it counts.
        anywhere: The second group, the same for all tokens, shape (`ANYWHERE`,).
    """

    rows: Ints
    columns: Ints
    values: Floats
    anywhere: Floats

    def scores(self, weights: Floats, tokens: int) -> Floats:
        """What weights of shape (`NEAR` + `ANYWHERE`, labels) make of them, shape (tokens, labels)."""
        found = np.repeat((self.anywhere @ weights[NEAR:])[None], tokens, axis=0)
        np.add.at(found, self.rows, self.values[:, None] * weights[self.columns])
        return np.asarray(found, dtype=np.float32)


def words_of(text: str, spans: Ints) -> Words:
    """The words of a sentence, one a token."""
    lower = text.lower()
    words = [lower[start:end] for start, end in spans]
    entries = [
        (row, zlib.crc32(f"{step}{words[row + step]}".encode()) % NEAR, AT if step == 0 else BESIDE)
        for row in range(len(words))
        for step in range(-WINDOW, WINDOW + 1)
        if 0 <= row + step < len(words)
    ]
    anywhere = np.zeros(ANYWHERE, dtype=np.float32)
    for word in dict.fromkeys(words):
        anywhere[zlib.crc32(word.encode()) % ANYWHERE] += SOMEWHERE
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return Words(
        np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32), anywhere
    )


class Sums:
    """The products of inputs with one another and with what is wanted, summed over tokens of sentences.

    Args:
        dense: Columns of the inputs that are no words.
        labels: Columns of what is wanted.
    """

    def __init__(self, dense: int, labels: int) -> None:
        width = dense + NEAR + ANYWHERE
        self._near = slice(dense, dense + NEAR)
        self._anywhere = slice(dense + NEAR, width)
        self._dense = dense
        self.inputs = np.zeros((width, width), dtype=np.float32)
        self.wanted = np.zeros((width, labels), dtype=np.float32)

    def add(self, dense: Floats, words: list[Words], lengths: Ints, wanted: Floats) -> None:
        """Take in some sentences.

        Args:
            dense: Shape (tokens, dense columns), sentence after sentence.
            words: One a sentence.
            lengths: Tokens of each sentence.
            wanted: Shape (tokens, labels).
        """
        both = np.hstack([dense, wanted])
        first = np.cumsum(lengths) - lengths
        rows = np.concatenate([one.rows + at for one, at in zip(words, first, strict=True)])
        columns = np.concatenate([one.columns for one in words])
        values = np.concatenate([one.values for one in words])
        self._add(slice(0, self._dense), dense.T @ both)
        self._add(self._near, _summed(rows, columns, values, both))
        _add_pairs(self.inputs[self._near, self._near], rows, columns, values)

        anywhere = np.stack([one.anywhere for one in words])
        near = np.zeros((len(words), NEAR), dtype=np.float32)
        np.add.at(near, (np.repeat(np.arange(len(words)), [len(one.rows) for one in words]), columns), values)
        sums = np.add.reduceat(both, first, axis=0)  # over the tokens of each sentence
        self._add(self._anywhere, anywhere.T @ sums)
        self.inputs[self._anywhere, self._near] += anywhere.T @ near
        self.inputs[self._anywhere, self._anywhere] += (anywhere * lengths[:, None].astype(np.float32)).T @ anywhere

    def _add(self, group: slice, products: Floats) -> None:
        """A group's products with the dense columns and with what is wanted."""
        self.inputs[group, : self._dense] += products[:, : self._dense]
        self.wanted[group] += products[:, self._dense :]

    def weights(self, cost: float) -> Floats:
        """Ridge regression's weights, shape (columns, labels); *cost* is that of large ones. Uses up the sums."""
        for group, before in ((self._near, self._dense), (self._anywhere, self._dense + NEAR)):
            self.inputs[:before, group] = self.inputs[group, :before].T
        # A column that no token has gets no weight, and takes no time.
        met = np.flatnonzero(np.diagonal(self.inputs) > 0)
        inputs = self.inputs if len(met) == len(self.inputs) else self.inputs[np.ix_(met, met)]
        inputs[np.diag_indices(len(met))] += cost
        found = np.zeros_like(self.wanted)
        found[met] = np.linalg.solve(inputs, self.wanted[met])
        return found


def _summed(rows: Ints, columns: Ints, values: Floats, both: Floats) -> Floats:
    """For each column of the first group the sum of the tokens' rows that hold it, shape (`NEAR`, columns of both)."""
    order = np.argsort(columns, kind="stable")
    sorted_columns = columns[order]
    starts = np.flatnonzero(np.r_[True, sorted_columns[1:] != sorted_columns[:-1]])
    found = np.zeros((NEAR, both.shape[1]), dtype=np.float32)
    if len(order):
        found[sorted_columns[starts]] = np.add.reduceat(both[rows[order]] * values[order, None], starts, axis=0)
    return found


def _add_pairs(into: Floats, rows: Ints, columns: Ints, values: Floats) -> None:
    """Products of the entries of each token with one another; *rows* ascend."""
    for apart in range(-2 * WINDOW, 2 * WINDOW + 1):
        one = np.arange(max(0, -apart), len(rows) - max(0, apart))
        other = one + apart
        same = rows[one] == rows[other]
        one, other = one[same], other[same]
        np.add.at(into, (columns[one], columns[other]), values[one] * values[other])
