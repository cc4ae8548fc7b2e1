"""Trade by free trade agreement: which are in force between an economy and its partners in a year, and what goes there.

``data/agreements.csv`` has the members with the dates from which the agreement applies to them. Where a second side is
named, it applies between the two sides; otherwise among all members. A province has the agreements of its economy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import PARTNER, VALUE


@dataclass(frozen=True)
class Agreement:
    """A free trade agreement, and from when it applies to each member of either side."""

    code: str
    names: dict[str, str]
    members: dict[str, date]
    others: dict[str, date]

    def partners_of(self, economy: str, year: int) -> dict[str, date]:
        """The partners to which it applies in the year, each with the date from which it does."""
        sides = [(self.members, self.others), (self.others, self.members)] if self.others else [(self.members,) * 2]
        for own, other in sides:
            if economy in own:
                since = {each: max(start, own[economy]) for each, start in other.items() if each != economy}
                return {each: start for each, start in since.items() if start.year <= year}
        return {}


@cache
def agreements() -> tuple[Agreement, ...]:
    """All agreements that are embedded."""
    return tuple(
        Agreement(
            row["agreement"], {"en": row["name_en"], "vi": row["name_vi"]}, _dated(row["members"]), _dated(row["with"])
        )
        for row in names.kept_rows("agreements")
    )


def economy_of(reporter: str) -> str:
    """The economy whose agreements apply: of a province that of which it is one, otherwise the reporter itself.

    Examples
    --------
    >>> [economy_of(name) for name in ("Long An", "tỉnh Bình Dương", "TP. Ho Chi Minh", "Hai Duong Province", "THA")]
    ['VNM', 'VNM', 'VNM', 'VNM', 'THA']
    """
    return names.economy_of_province(reporter) or reporter


def by_agreement(partners: pd.DataFrame, reporter: str, year: int) -> pd.DataFrame:
    """Each agreement that applies in the year: since when, how many partners, their value and share of all trade.

    Agreements with the same partners, such as one of ASEAN with Korea and one of Viet Nam with it, are one row. The
    largest first; the last row, without a name, is all partners with any of them, each once. The others overlap, and do
    not add up.
    """
    traded, economy = partners[partners[VALUE] > 0].set_index(PARTNER), economy_of(reporter)
    alike: dict[frozenset[str], list[tuple[Agreement, date]]] = {}
    for one in agreements():
        since = one.partners_of(economy, year)
        if set(since) & set(traded.index):  # a partner may be among those that are not detailed
            alike.setdefault(frozenset(since), []).append((one, min(since.values())))
    rows = []
    for covered, several in alike.items():
        met = traded[traded.index.isin(covered)]
        ahead = sorted(several, key=lambda each: len(each[0].members) + len(each[0].others))
        codes = ", ".join(one.code for one, _ in ahead)
        named = [", ".join([ahead[0][0].names[lang], *(one.code for one, _ in ahead[1:])]) for lang in ("en", "vi")]
        began = min(day for _, day in ahead)
        rows.append((codes, *named, began, len(met), met[VALUE].sum(), met["share"].sum()))
    columns = ["agreement", "en", "vi", "since", "n", VALUE, "share"]
    table = pd.DataFrame(rows, columns=columns).sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    if len(table) > 1:
        met = traded[traded.index.isin(frozenset().union(*alike))]
        table.loc[len(table)] = ["", "", "", None, len(met), met[VALUE].sum(), met["share"].sum()]
    return table


def _dated(members: str) -> dict[str, date]:
    pairs = (one.split(":") for one in members.split())
    return {iso3: date.fromisoformat(start) for iso3, start in pairs}
