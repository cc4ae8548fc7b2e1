"""The context of a check: the profile of a table, with the meaning of its countries."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.groups import Groups, groups_of
from tradeanalysis.gate.profile import Profile
from tradeanalysis.schema import (
    PARTNER,
    PARTNER_NAME,
    REPORTER,
    REPORTER_NAME,
)
from tradeanalysis.texts import Few, Text

# A longer label is no name.
LONG_NAME = 200


@dataclass(frozen=True)
class Context:
    """What a check sees: the profile of the table, what its countries mean, and the limits of the call."""

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

    @functools.cached_property
    def single(self) -> npt.NDArray[np.bool_]:
        """The cells whose partner is a single one, not a sum; all cells, where there are no partners."""
        return ~self.is_kind(PARTNER, "aggregate", "blank")

    def is_kind(self, column: str, *kinds: str) -> npt.NDArray[np.bool_]:
        """The cells whose label of a country column is of one of these kinds."""
        if column not in self.matches:
            return np.zeros(len(self.cells), dtype=bool)
        matches = self.matches[column]
        return self.each(column, lambda label: _meant(matches, label)[0] in kinds)

    def each(self, column: str, of: Callable[[Any], Any]) -> npt.NDArray[Any]:
        """A function of every label of a column, called once for each, by cell."""
        return self.profile.coded[column].each(of)

    def groups(self, keys: Sequence[str]) -> Groups:
        """The cells by their keys; without keys all cells are one group."""
        return groups_of([self.profile.coded[key] for key in keys], len(self.cells))

    def present(self, keys: Sequence[str]) -> npt.NDArray[np.bool_]:
        """The cells of which no key is missing."""
        there = np.ones(len(self.cells), dtype=bool)
        for key in keys:
            there &= self.profile.coded[key].present
        return there

    def labels(self, column: str, marked: Any) -> list[str]:
        """The labels of marked cells, in quotes, for a message."""
        labels = pd.unique(self.cells[column].to_numpy(dtype=object)[np.asarray(marked, dtype=bool)])
        return [repr(str(label)) for label in labels]


def of_labels(column: pd.Series[Any], of: Callable[[Any], Any]) -> npt.NDArray[Any]:
    """A function of every label, called once for each distinct one."""
    number, labels = pd.factorize(column, use_na_sentinel=False)
    return np.array([of(label) for label in labels])[number]


def context_of(profile: Profile, over: str, unknown: str, tolerance: float, limit: float) -> Context:
    """A profile, with the meaning of its countries."""
    kind, code, matches = {}, {}, {}
    for column in profile.keys(REPORTER, PARTNER, REPORTER_NAME, PARTNER_NAME):
        of = profile.coded[column]
        matches[column] = names.resolve(label for label in of.labels if not blank(label))
        meant = of.each(functools.partial(_meant, matches[column]))
        kind[column], code[column] = meant[:, 0], meant[:, 1]
    return Context(profile, over, kind, code, matches, unknown, tolerance, limit)


def _meant(matches: dict[object, names.Match], label: object) -> tuple[str, str]:
    """The kind and the code of a label; a label without a code stands for itself."""
    return ("blank", "") if blank(label) else (matches[label].kind, matches[label].code or _short(str(label)))


def _short(text: str) -> str:
    """A text that is no name, in few letters: arrays of texts are as wide as their longest."""
    if len(text) <= LONG_NAME:
        return text
    return f"{text[:LONG_NAME]}... {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def blank(label: object) -> bool:
    """Whether a label is empty."""
    return label is None or label is pd.NA or label != label or not str(label).strip()  # only NaN differs from itself


def named(cells: pd.DataFrame, keys: list[Any], text: str = "place", most: int = 5) -> list[Text]:
    """The first few cells, each in the words of a text: its keys as ``place``, and its columns by their names."""
    rows: Any = cells.head(most).to_dict("records")
    places = (" ".join(str(row[key]) for key in keys) or Text("the_table") for row in rows)
    columns = [{str(name).replace(" ", "_"): cell for name, cell in row.items() if name != "key"} for row in rows]
    return [Text(text, **{**row, "place": place}) for row, place in zip(columns, places, strict=True)]


def listed(cells: pd.DataFrame, keys: list[Any], text: str = "place", most: int = 5) -> Few:
    """The first few cells, as they are named, of so many."""
    return Few(named(cells, keys, text, most), len(cells))
