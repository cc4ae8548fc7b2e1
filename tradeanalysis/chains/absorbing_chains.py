r"""Where a unit ends that goes on from place to place: the one algebra of re-exports and of value added.

Of what arrives at place i the share :math:`b_{ij}` goes on to place j and the share :math:`k_{ie}` ends at e; rows of B
and K sum to 1 together. What arrives in all is :math:`t = s (I - B)^{-1}`, and it ends as :math:`t K`: a unit ends with
certainty unless it is in a closed loop, which nothing leaves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

# Shares that are rounding.
ROUNDING = 1e-12


class Chain:
    """The LU decomposition of I - B, once for all questions: never an inverse."""

    def __init__(self, onward: Array) -> None:
        from scipy.linalg import lu_factor

        matrix = -onward
        matrix[np.diag_indices_from(matrix)] += 1.0
        self.factors = lu_factor(matrix, overwrite_a=True, check_finite=False)

    def ends(self, kept: Array) -> Array:
        """Where a unit that is at each place ends: :math:`(I - B)^{-1} K`."""
        from scipy.linalg import lu_solve

        return np.asarray(lu_solve(self.factors, kept, check_finite=False))

    def arrivals(self, start: Array) -> Array:
        """What arrives at each place in all, of what starts at each: :math:`s (I - B)^{-1}`, a row for each start."""
        from scipy.linalg import lu_solve

        return np.asarray(lu_solve(self.factors, start.T, trans=1, check_finite=False).T)


def closed_loop(onward: Array, *, leaves: Array | None = None) -> npt.NDArray[np.intp]:
    """The places from which nothing ever ends: none of those that they lead to keeps anything."""
    ends = (1 - onward.sum(axis=1) if leaves is None else leaves) > ROUNDING
    linked = onward > 0 if not ends.all() else np.empty((0, 0), bool)
    while not ends.all():
        more = ends | linked[:, ends].any(axis=1)
        if (more == ends).all():
            break
        ends = more
    return np.flatnonzero(~ends)
