"""Distances between economies, from the embedded table."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.sums import Array


def kilometres(first: npt.NDArray[np.object_], second: npt.NDArray[np.object_]) -> Array:
    """Kilometres between every two economies, missing where they are not known."""
    found: Array = _square().reindex(index=first, columns=second).to_numpy(dtype=np.float64)
    return found


@functools.cache
def _square() -> pd.DataFrame:
    from tradeanalysis.sources.embedded import example

    return example("distances").pivot(index="origin", columns="destination", values="distance")
