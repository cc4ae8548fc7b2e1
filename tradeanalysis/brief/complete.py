"""Whose table it is: what it does not say itself, from what the reader says."""

from __future__ import annotations

import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, YEAR, CountryError, TradeDataError
from tradeanalysis.texts import catalogues as texts


def completed(
    table: pd.DataFrame, reporter: str | int, flow: str | None, year: int | None
) -> tuple[pd.DataFrame, str, int]:
    """The table with what it does not say itself, the label of the economy in it, and the year."""
    attrs = dict(table.attrs)
    own = REPORTER not in table
    try:
        code = names.country(reporter).iso3
    except CountryError:
        if not own and str(reporter) not in set(table[REPORTER]):
            raise
        code = str(reporter)
    if own:
        table = table.assign(**{REPORTER: code})
    elif str(reporter) in set(table[REPORTER]):
        code = str(reporter)
    elif code not in set(table[REPORTER]) | set(table[PARTNER]):
        raise TradeDataError(f"{texts.label(code, 'en')} ({code}) is not in the table")
    if FLOW not in table:
        if flow is None:
            raise TradeDataError("the table does not say whether it holds exports or imports: say flow=")
        table = table.assign(**{FLOW: flow})
    years = [] if YEAR not in table else sorted(int(one) for one in table[YEAR].unique())
    if year is None:
        if len(years) != 1:
            raise TradeDataError(
                f"a brief is about one year, and the table {f'holds {listing(years)}' if years else 'names none'}: "
                "say year="
            )
        year = years[0]
    elif not years:
        table = table.assign(**{YEAR: year})
    elif year not in years:
        raise TradeDataError(f"year={year} is not in the table, which holds {listing(years)}")
    table.attrs = attrs
    return table, code, year
