"""The table of a brief or a plan: completed with what the reader states about it, and opened once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.year_status import part_of, part_sentences
from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.output.safe_texts import slug
from tradeanalysis.planner.quarterly_targets import Quarters, settled
from tradeanalysis.schema import ESTIMATED, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, CountryError, TradeDataError
from tradeanalysis.tables.baskets import with_currency
from tradeanalysis.tables.panel import Panel, panel_of
from tradeanalysis.texts import EconomyName, Text


@dataclass(frozen=True)
class OpenedTable:
    """The rows of a trade table that is open, the label of the economy in it, the year, and the table's attributes."""

    rows: nw.DataFrame[Any]
    reporter: str
    year: int
    attrs: dict[Any, Any]

    @property
    def certificate(self) -> dict[str, Any]:
        """Where the table is from."""
        certificate: dict[str, Any] = self.attrs.get("certificate", {})
        return certificate

    @property
    def currency(self) -> str:
        """What its values are in: dollars, where nothing says so."""
        return currency_of(self.attrs) or DOLLAR

    def seasons(self, flow: str) -> dict[int, list[float]]:
        """The values of the quarters of each whole year, where the table was read from months or quarters.

        A year of which rows were taken away or changed since has none: the quarters are those of all its rows.
        """
        mine = (nw.col(REPORTER) == self.reporter) & (nw.col(FLOW) == flow)
        years = self.rows.filter(mine).group_by(YEAR).agg(nw.col(VALUE).sum())
        value = {int(year): float(x) for year, x in years.select(YEAR, VALUE).rows()}
        return {
            one[YEAR]: one["quarters"]
            for one in self.certificate.get("by_quarter", ())
            if (one.get(REPORTER, self.reporter), one.get(FLOW, flow)) == (self.reporter, flow)
            and math.isclose(value.get(one[YEAR], math.nan), one[VALUE], rel_tol=1e-9)
        }

    def quarters(self, given: Any, flow: str) -> Quarters | None:
        """The weights by which targets are split; refused where the table has a part of the year, which has none."""
        weights = settled(given, self.seasons(flow), self.year)
        part = part_of(self.certificate, self.year, flow, self.reporter)
        if weights is not None and part is not None:
            raise TradeDataError(Text(f"quarters_of_part_{part['kind']}", count=part.get("count"), year=self.year))
        return weights

    def said_part(self, flow: str, lang: str) -> str:
        """How many months or quarters of the year the table has of a flow; nothing where it is whole."""
        return "".join(part_sentences(self.certificate, self.year, lang, [flow], self.reporter))

    @cached_property
    def of_year(self) -> Panel:
        """The cells of the year by reporter and partner: both flows, all economies."""
        return panel_of(self.rows.filter(nw.col(YEAR) == self.year), [REPORTER, PARTNER], self.attrs)


def opened(table: pd.DataFrame, reporter: str | int, flow: str | None, year: int | None) -> OpenedTable:
    """The table, completed and opened."""
    table, code, year = completed(table, reporter, flow, year)
    rows = collected(open_table(table, [REPORTER, PARTNER], VALUE))
    attrs: dict[Any, Any] = with_currency(dict(table.attrs), rows)
    return OpenedTable(rows, code, year, attrs)


def estimated_share(rows: nw.DataFrame[Any]) -> float:
    """The share of the value that the source has estimated, where a column says so."""
    if ESTIMATED not in rows.columns:
        return 0.0
    values, marked = rows[VALUE].to_numpy().astype(float), rows[ESTIMATED].to_numpy().astype(bool)
    return float(values[marked].sum() / values.sum()) if values.sum() > 0 else 0.0


def name_of(code: str, year: int | None, given: str | None) -> str:
    """What the files of a brief or a plan are called by: economy and requested year, where no name is given."""
    return slug(given or (code if year is None else f"{code}_{year}"))


def completed(
    table: pd.DataFrame, reporter: str | int, flow: str | None, year: int | None
) -> tuple[pd.DataFrame, str, int]:
    """The table with the columns of reporter, flow and year; the label of the economy in it; and the year."""
    attrs = dict(table.attrs)
    if PARTNER not in table and PRODUCT in table:
        raise TradeDataError(Text("brief_of_products"))
    own = REPORTER not in table
    reporters = set() if own else set(table[REPORTER].unique())
    try:
        code = names.country(reporter).iso3
    except CountryError:
        if not own and str(reporter) not in reporters:
            raise
        code = str(reporter)
    if own:
        table = table.assign(**{REPORTER: code})
    elif str(reporter) in reporters:
        code = str(reporter)
    elif code not in reporters | set(table[PARTNER].unique()):
        raise TradeDataError(Text("brief_absent", name=EconomyName(code), code=code))
    if FLOW not in table:
        if flow is None:
            raise TradeDataError(Text("brief_needs_flow"))
        table = table.assign(**{FLOW: flow})
    years = [] if YEAR not in table else sorted(int(one) for one in table[YEAR].unique())
    if year is None:
        if len(years) != 1:
            raise TradeDataError(Text("brief_of_years" if years else "brief_without_year", years=years))
        year = years[0]
    elif not years:
        table = table.assign(**{YEAR: year})
    elif year not in years:
        raise TradeDataError(Text("brief_year_absent", year=year, years=years))
    table.attrs = attrs
    return table, code, year
