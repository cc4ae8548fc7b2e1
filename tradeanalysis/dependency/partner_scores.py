"""Scores by partner as they are given: numbers on one scale and of one year, or positions seen from one's own."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import collected, refuse_vector_labels
from tradeanalysis.parameters import as_numbers, need_numbers
from tradeanalysis.schema import PARTNER, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import by_label
from tradeanalysis.tables.markets import market_labels, market_name
from tradeanalysis.texts import Text

SCORE = "score"
# A larger score is a mistake, and its distance from another might overflow.
MOST = 1e100


def scores_of(scores: Any, year: Any) -> pd.Series[float]:
    """The scores by label, each a finite number."""
    if hasattr(type(scores), "columns"):
        if isinstance(scores, pd.DataFrame) and not scores.columns.is_unique:
            twice = scores.columns[scores.columns.duplicated()].unique()
            raise SchemaError(Text("risk_exposure_columns_twice", columns=list(map(str, twice))))
        rows = nw.from_native(scores, eager_only=False, pass_through=True)
        if not isinstance(rows, (nw.DataFrame, nw.LazyFrame)):
            raise TradeDataError(Text("risk_exposure_scores", kind=type(scores).__name__))
        there = rows.collect_schema().names()
        if lacking := [one for one in (PARTNER, SCORE) if one not in there]:
            raise SchemaError(Text("risk_exposure_columns", columns=lacking, there=there))
        cells = collected(rows.select([one for one in (PARTNER, SCORE, YEAR) if one in there])).to_pandas()
        if YEAR in cells:
            years = sorted(set(cells[YEAR].dropna().tolist()), key=str)
            if len(years) != 1 or (year is not None and str(years[0]).removesuffix(".0") != str(year)):
                raise TradeDataError(Text("risk_exposure_years", years=years, year=str(year)))
        given = pd.Series(cells[SCORE].to_numpy(), pd.Index(cells[PARTNER]))
    else:
        listed = by_label(scores)
        if isinstance(listed, (list, tuple)) or (isinstance(listed, np.ndarray) and listed.ndim == 1):
            listed = pd.Series(list(listed), dtype=object)
        if not isinstance(listed, pd.Series) or isinstance(listed.index, pd.MultiIndex):
            raise TradeDataError(Text("risk_exposure_scores", kind=type(scores).__name__))
        given = listed
    refuse_vector_labels(given.index, "scores")
    found = pd.Series(as_numbers("scores", given.to_numpy()), given.index)
    faulty = ~(found.abs() <= MOST).to_numpy() | pd.isna(found.index)
    if faulty.any():
        raise TradeDataError(Text("risk_exposure_faulty", partners=names_of(found.index[faulty]), most=f"{MOST:g}"))
    return found


def risks_of(positions: pd.Series[float], own: Any, scale: Any) -> tuple[pd.Series[float], tuple[float, float] | None]:
    """The risk of each partner, and the ends of a risk that is not known where the scale is."""
    ends = None
    if scale is not None:
        if not isinstance(scale, (tuple, list)) or len(scale) != 2:
            raise TradeDataError(Text("risk_exposure_scale", given=repr(scale)))
        need_numbers(**{"scale[0]": scale[0], "scale[1]": scale[1]})
        if not -MOST <= scale[0] < scale[1] <= MOST:
            raise TradeDataError(Text("risk_exposure_scale", given=repr(scale)))
        ends = float(scale[0]), float(scale[1])
        if (beyond := (positions < ends[0]) | (positions > ends[1])).any():
            raise TradeDataError(
                Text("risk_exposure_beyond", partners=names_of(positions.index[beyond]), low=ends[0], high=ends[1])
            )
    if own is None:
        if (below := positions < 0).any() or (ends and ends[0] < 0):
            raise TradeDataError(Text("risk_exposure_negative", partners=names_of(positions.index[below])))
        return positions, ends
    point = _own(positions, own)
    if ends is None:
        return (positions - point).abs(), None
    if not ends[0] <= point <= ends[1]:
        raise TradeDataError(Text("risk_exposure_own_beyond", own=point, low=ends[0], high=ends[1]))
    return (positions - point).abs(), (0.0, max(point - ends[0], ends[1] - point))


def _own(positions: pd.Series[float], own: Any) -> float:
    """The economy's own position: a number, or that at its label."""
    if not isinstance(own, str):
        need_numbers(own=own)
        if not abs(own) <= MOST:
            raise TradeDataError(Text("risk_exposure_faulty", partners=["own="], most=f"{MOST:g}"))
        return float(own)
    (there,) = market_labels([own], positions.index)
    if there not in positions.index:
        raise TradeDataError(Text("risk_exposure_own", own=repr(own), scored=names_of(positions.index)))
    return float(positions[there])


def names_of(labels: Any) -> list[Any]:
    """The names of labels, for a message."""
    return [market_name(one) if isinstance(one, str) else str(one) for one in labels]
