"""The rows of a year of BACI that a query wants, filtered and summed while the text is read in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, REPORTER
from tradeanalysis.sources.services.calls import ALL, Query

DIGITS = 6
# So many rows of the text are in memory at a time.
ROWS = 1 << 20
Rows = npt.NDArray[np.bool_]


def rows_wanted(query: Query, blocks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The rows of the reporters under ``t, reporter, partner, flow, k, v``; without ``k`` where all products are one.

    Countries stay under BACI's own codes, values in thousands of dollars: the steps of ``ta.read`` read both. A row
    of BACI is an export of ``i`` and an import of ``j``.
    """
    known: dict[str, str] = {}
    found: list[pd.DataFrame] = []
    for block in blocks:
        for flow in query.flows:
            found += _of_flow(query, block, flow, known)
    headings = ["t", REPORTER, PARTNER, FLOW, *(["k"] if _with_products(query) else []), "v"]
    if not found:
        return pd.DataFrame(columns=headings)
    rows = pd.concat(found, ignore_index=True)
    if not _as_they_stand(query):
        rows = _summed(rows)
    if "k" in rows:
        rows["k"] = _codes(rows["k"].to_numpy())
    return rows[headings]


def of_all(codes: Sequence[str] | None) -> bool:
    """Whether economies are not chosen at all."""
    return codes is None or ALL in codes


def _with_products(query: Query) -> bool:
    return bool(query.level or query.products)


def _as_they_stand(query: Query) -> bool:
    """Whether rows are taken one by one; otherwise those of a cell are added."""
    return query.level == DIGITS


def _of_flow(query: Query, block: pd.DataFrame, flow: str, known: dict[str, str]) -> list[pd.DataFrame]:
    """The rows of a block that are of one flow; for each product that is named, where no level is."""
    own, other = ("i", "j") if flow == EXPORT else ("j", "i")
    kept = _meaning(block[own], query.reporters, known) & _meaning(block[other], query.partners, known)
    rows = block[kept] if not kept.all() else block
    rows = pd.DataFrame(
        {
            "t": rows["t"],
            REPORTER: _labels(rows[own]),
            PARTNER: _labels(rows[other]),
            FLOW: flow,
            "k": rows["k"],
            "v": rows["v"],
        }
    )
    if query.products and not query.level:
        sides = [_coded(rows[_begins(rows["k"], code)], len(code)) for code in dict.fromkeys(query.products)]
    else:
        within = np.zeros(len(rows), dtype=bool) if query.products else np.ones(len(rows), dtype=bool)
        for code in query.products or ():
            within |= _begins(rows["k"], code)
        sides = [_coded(rows[within], query.level or 0)]
    return [one if _as_they_stand(query) else _summed(one) for one in sides if len(one)]


def _meaning(column: pd.Series[Any], wanted: Sequence[str] | None, known: dict[str, str]) -> Rows:
    """The rows whose label means one of the economies."""
    if of_all(wanted):
        return np.ones(len(column), dtype=bool)
    labels = [str(one).strip() for one in column.cat.categories]
    for label in labels:
        if label not in known:
            known[label] = names.resolve([label], near=False)[label].code
    one_of = np.array([*(known[label] in (wanted or ()) for label in labels), False])
    chosen: Rows = one_of[column.cat.codes.to_numpy()]
    return chosen


def _labels(column: pd.Series[Any]) -> Any:
    """Labels as texts, each of which is in memory once."""
    labels = np.array([*(str(one).strip() for one in column.cat.categories), ""], dtype=object)
    return pd.Series(labels[column.cat.codes.to_numpy()], column.index, dtype=object)


def _begins(products: pd.Series[Any], code: str) -> Rows:
    """The rows whose product is within a code of fewer digits."""
    within: Rows = (products.to_numpy() // 10 ** (DIGITS - len(code))) == int(code)
    return within


def _coded(rows: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Products as one number that says how many digits the code has, before them a 1: 101 is chapter 01."""
    if not digits:
        return rows.drop(columns="k")
    return rows.assign(k=rows["k"] // 10 ** (DIGITS - digits) + 10**digits)


def _codes(numbers: npt.NDArray[np.int64]) -> Any:
    """The codes that ``_coded`` made, as texts with their leading zeros."""
    at, distinct = pd.factorize(numbers)
    return np.array([str(one)[1:] for one in distinct], dtype=object)[at]


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each cell; rows without a value stay, for the checks of reading to see."""
    cell, missing = [name for name in rows.columns if name != "v"], rows["v"].isna()
    return pd.concat([rows[~missing].groupby(cell, as_index=False, sort=False)["v"].sum(), rows[missing]])
