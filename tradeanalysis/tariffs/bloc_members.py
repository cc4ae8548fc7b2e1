"""Blocs in a table of tariffs: a row for each member, as long as it was one within the dates of the row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.names.name_tables import OPEN
from tradeanalysis.tariffs.rate_units import END, IMPORTER, ORIGIN, START
from tradeanalysis.texts import Text


def members_of(table: pd.DataFrame, faults: list[Text]) -> pd.DataFrame:
    """A row for each economy: a bloc is its members, as long as each was one within the dates of the row."""
    for column in (IMPORTER, ORIGIN):
        labels = pd.unique(table[column].astype(str).str.strip())
        readings = names.resolve(labels)
        found = [_terms(readings[label], column) for label in labels]
        unknown = [label for label, one in zip(labels, found, strict=True) if one is None]
        if unknown:
            rows = table["row"][table[column].astype(str).str.strip().isin(unknown)].astype(str).tolist()
            faults.append(Text("tariffs_economy", column=column, labels=list(map(repr, unknown)), rows=rows))
            continue
        terms = pd.DataFrame(
            [(label, *term) for label, one in zip(labels, found, strict=True) for term in one or ()],
            columns=[column, "code", "first", "last"],
        )
        table = table.assign(**{column: table[column].astype(str).str.strip()}).merge(terms, on=column, how="left")
        for days, years, end, kept in (
            (START, "first", "-01-01", np.fmax),
            (END, "last", "-12-31", np.fmin),
        ):
            bound = pd.Series([f"{year}{end}" if 0 < year < OPEN else None for year in table[years]], dtype=object)
            limits = pd.to_datetime(bound, format="%Y-%m-%d").astype("datetime64[s]")
            both = pd.concat([table[days], limits], axis=1)
            table[days] = both.max(axis=1) if kept is np.fmax else both.min(axis=1)
        table[column] = table["code"]
        table = table.drop(columns=["code", "first", "last"])
    return table[~(table[START] > table[END])].reset_index(drop=True)


def _terms(found: names.Match, column: str) -> list[tuple[str, int, int]] | None:
    """The economies that a label means, with the first and last year of each; None where it means none."""
    code = found.code.removesuffix(" (bloc)")
    if found.kind in ("country", "historical") or (code == names.WORLD and column == ORIGIN):
        return [(code, 0, OPEN)]
    members = names.members_by_bloc().get(code)
    return [(one.iso3, one.start, one.end) for one in members] if members else None
