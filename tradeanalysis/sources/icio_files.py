"""Inter-country input-output tables of the OECD (ICIO), as their CSV files have them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.raw import foreign_errors, refuse_unreadable
from tradeanalysis.texts import Text

# Rows and columns that are no industry of a country, as editions write them.
ADDED, TAXES, OUTPUT = ("VA", "VALU"), ("TLS", "TXS"), ("OUT", "OUTPUT", "TOTAL")


class IcioFrames(NamedTuple):
    """Intermediate use, final use by country and kind, value added with taxes on inputs, and output."""

    flows: pd.DataFrame
    final: pd.DataFrame
    value_added: pd.Series[float] | None
    output: pd.Series[float] | None


def icio_frames(path: str | os.PathLike[str]) -> IcioFrames:
    """The parts of a file in the layout of the OECD, in which labels are ``VNM_A01_02``, and ``VNM_HFCE`` of final use.

    A file is CSV, or a zip of one. Taxes less subsidies on inputs are a row of their own there: with value added they
    are what output has beyond the inputs.
    """
    place = Path(path)
    refuse_unreadable(place)
    with foreign_errors(place.name, "kind_delimited"):
        table = pd.read_csv(place, index_col=0, compression="zip" if place.suffix.lower() == ".zip" else "infer")
    table.index, table.columns = table.index.map(str), table.columns.map(str)
    rows = [one for one in table.index if _pair(one)]
    uses = [one for one in table.columns if one in set(rows)]
    finals = [one for one in table.columns if _pair(one) and one not in set(rows)]
    if not rows or not finals or len(uses) != len(rows):
        raise TradeDataError(Text("icio_layout", name=place.name, rows=len(rows), uses=len(uses), finals=len(finals)))
    labels = pd.MultiIndex.from_tuples([tuple(one.split("_", 1)) for one in rows], names=["country", "industry"])
    kinds = pd.MultiIndex.from_tuples([tuple(one.split("_", 1)) for one in finals], names=["country", "use"])
    added = table.reindex(columns=rows)[table.index.isin((*ADDED, *TAXES))]
    out = next((one for one in OUTPUT if one in table.columns), None)
    return IcioFrames(
        table.loc[rows, rows].set_axis(labels).set_axis(labels, axis=1),
        table.loc[rows, finals].set_axis(labels).set_axis(kinds, axis=1),
        added.sum().set_axis(labels) if table.index.isin(ADDED).any() else None,
        table.loc[rows, out].set_axis(labels) if out else None,
    )


def _pair(label: str) -> bool:
    """Whether a label is of a country: ``VNM_A01_02``."""
    country, _, of = label.partition("_")
    return len(country) == 3 and country.isalnum() and bool(of)
