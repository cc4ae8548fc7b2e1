"""What the checks look at: the profile of a table with the meaning of its countries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.profile import Profile
from tradeanalysis.schema import (
    PARTNER,
    PARTNER_NAME,
    REPORTER,
    REPORTER_NAME,
)


@dataclass(frozen=True)
class Look:
    """What the checks look at: the profile, what its countries mean, and the limits that the caller set."""

    profile: Profile
    over: str
    # For each country column: its labels' kinds and codes, cell by cell.
    kind: dict[str, npt.NDArray[Any]]
    code: dict[str, npt.NDArray[Any]]
    matches: dict[str, dict[object, names.Match]]
    unknown: str
    tolerance: float
    limit: float

    @property
    def cells(self) -> pd.DataFrame:
        """The counts by keys and marks."""
        return self.profile.cells

    @property
    def single(self) -> npt.NDArray[np.bool_]:
        """The cells of partners that are no sum of others; all, where there are no partners."""
        kind = self.kind.get(PARTNER)
        return np.ones(len(self.cells), dtype=bool) if kind is None else ~np.isin(kind, ("aggregate", "blank"))

    def told(self, column: str, marked: Any, most: int = 5) -> str:
        """The labels of marked cells, for a message."""
        labels = pd.unique(self.cells[column].to_numpy(dtype=object)[np.asarray(marked, dtype=bool)])
        return listing((repr(str(label)) for label in labels), most)


def each(column: pd.Series[Any], of: Callable[[Any], Any]) -> npt.NDArray[Any]:
    """What a function makes of every label, asked once for each distinct one."""
    number, labels = pd.factorize(column, use_na_sentinel=False)
    return np.array([of(label) for label in labels])[number]


def look(profile: Profile, over: str, unknown: str, tolerance: float, limit: float) -> Look:
    """A profile, with the meaning of its countries."""
    kind, code, matches = {}, {}, {}
    for column in profile.keys(REPORTER, PARTNER, REPORTER_NAME, PARTNER_NAME):
        labels = profile.cells[column]
        matches[column] = names.resolve(label for label in labels.unique() if not blank(label))
        meant = each(labels, functools.partial(_meant, matches[column]))
        kind[column], code[column] = meant[:, 0], meant[:, 1]
    return Look(profile, over, kind, code, matches, unknown, tolerance, limit)


def _meant(matches: dict[object, names.Match], label: object) -> tuple[str, str]:
    """The kind and the code of a label; a label that has none stands for itself."""
    return ("blank", "") if blank(label) else (matches[label].kind, matches[label].code or str(label))


def summed(cells: pd.DataFrame, keys: list[str], counted: list[str]) -> pd.DataFrame:
    """Sums by keys; of the whole where there are none."""
    sums = cells.assign(all=0).groupby(["all", *keys], dropna=False, observed=True)[counted].sum()
    return sums.reset_index().drop(columns="all")


def blank(label: object) -> bool:
    """Whether a label says nothing."""
    return label is None or (isinstance(label, float) and np.isnan(label)) or not str(label).strip() or label is pd.NA


def named(cells: pd.DataFrame, keys: list[Any], form: str = "{place}", most: int = 5) -> list[str]:
    """The first few cells by their keys, and by such of their columns as ``form`` asks for."""
    rows: Any = cells.head(most).to_dict("records")
    places = (" ".join(str(row[key]) for key in keys) or "the table" for row in rows)
    return [form.format_map({**row, "place": place}) for row, place in zip(rows, places, strict=True)]


def listed(cells: pd.DataFrame, keys: list[Any], form: str = "{place}", most: int = 5) -> str:
    """The first few cells, as they are named, and how many more there are."""
    return listing(named(cells, keys, form, most), most, len(cells))
