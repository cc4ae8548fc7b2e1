"""What is charged on a day on each partner and product, between which ends, and by which act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.names import WORLD
from tradeanalysis.schema import PRODUCT
from tradeanalysis.sums import Array
from tradeanalysis.tariffs.longest_prefix import Codes, Decided, decided, exempted
from tradeanalysis.tariffs.overlapping_rates import layer_of
from tradeanalysis.tariffs.rate_units import ACT, END, FORM, IMPORTER, ORIGIN, RATE, START

MFN, PREFERENCE, ADDITIONAL = "mfn", "preference", "additional"
# The layers in the order in which they are named beside a rate.
ORDER = (ADDITIONAL, "stacked", PREFERENCE, MFN)


@dataclass(frozen=True)
class Cells:
    """Partners and products, each once, and their places in every cell; ``own`` is the economy at the other end.

    ``exports``: the partners are the importers. A product that is not known is "".
    """

    own: str
    exports: bool
    partners: list[str]
    products: list[str]
    partner: Codes
    product: Codes

    @property
    def side(self) -> str:
        """The column of tariffs in which the partners stand."""
        return IMPORTER if self.exports else ORIGIN


@dataclass(frozen=True)
class Duties:
    """The least and the largest rate of each cell, infinite where no end is known; what decided, and what is said.

    ``listed``: the table says something of the cell on the day. ``exempt`` and ``partly``: all of the cell's goods are
    exempt, or may be. ``row`` is the row that decided, of ``rows``.
    """

    low: Array
    high: Array
    listed: npt.NDArray[np.bool_]
    exempt: npt.NDArray[np.bool_]
    partly: npt.NDArray[np.bool_]
    row: Codes
    acts: npt.NDArray[Any]
    rows: pd.DataFrame


def of_side(tariffs: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The rows that are of the economy at the other end, with the layer of each; as an origin the world stands for it.

    A row of exports that names the origin goes before one of the world with the same importer, prefix and layer.
    """
    table = tariffs.assign(layer=layer_of(tariffs), total=tariffs[FORM] == "total")
    if not cells.exports:
        return table[table[IMPORTER] == cells.own].reset_index(drop=True)
    return table[table[ORIGIN].isin([cells.own, WORLD])].reset_index(drop=True)


def in_force(rows: pd.DataFrame, cells: Cells, day: pd.Timestamp) -> pd.DataFrame:
    """The rows of a day."""
    there = rows[~(rows[START] > day) & ~(rows[END] < day)]
    if cells.exports:
        there = there.assign(named=there[ORIGIN] != WORLD).sort_values("named", ascending=False, kind="stable")
        there = there.drop_duplicates([IMPORTER, PRODUCT, "layer"])
    return there.sort_index().reset_index(drop=True)


def duties(
    rows: pd.DataFrame,
    cells: Cells,
    *,
    applied: bool,
    unknown: bool,
    exempt: list[str],
    mfn: Mapping[str, float] | None,
) -> Duties:
    """The duty of every cell by the rows of a day.

    ``applied``: with the MFN rate or the preference; else what the acts add to it. ``unknown``: where no row speaks of
    a cell, its rate is not known; else nothing is added there.
    """
    layers = {
        str(name): (part.reset_index(drop=True), part.index.to_numpy())
        for name, part in rows.groupby("layer", sort=False)
    }
    found = {
        name: decided(part, cells.side, cells.partners, cells.products, cells.partner, cells.product)
        for name, (part, _) in layers.items()
    }
    size = len(cells.partner)
    none = np.zeros(size, dtype=bool)
    mfn_ends = _mfn(layers, found, cells, mfn)
    added = [name for name in layers if name == ADDITIONAL or name.startswith("stacked")]
    whole, part = exempted(exempt, cells.products, cells.product) if exempt else (none, none)
    listed = none | whole
    for name in layers:
        if applied or name in added:
            listed = listed | (found[name].row >= 0) | found[name].finer
    low, high = np.zeros(size), np.zeros(size)
    for name in added:
        ends = _ends(layers[name][0], found[name], mfn_ends, absent=(0.0, 0.0))
        low, high = low + ends[0], high + ends[1]
    low = np.where(whole | part, 0.0, low)
    high = np.where(whole, 0.0, high)
    if applied:
        base = _base(layers, found, mfn_ends)
        low, high = low + base[0], high + base[1]
        listed = listed | ~np.isinf(mfn_ends[1])
    if unknown:
        high = np.where(listed, high, np.inf)
    row, acts = _acts(rows, layers, found, applied, whole)
    return Duties(low, high, listed, whole, part & (high > 0), row, acts, rows)


Layers = Mapping[str, tuple[pd.DataFrame, npt.NDArray[Any]]]


def _ends(
    rows: pd.DataFrame, found: Decided, mfn: tuple[Array, Array], absent: tuple[float, float]
) -> tuple[Array, Array]:
    """The least and the largest rate of a layer: of the row that decides, and of those that are finer."""
    there = found.row >= 0
    rate = np.append(rows[RATE].to_numpy(np.float64), np.nan)[found.row]
    total = np.append(rows["total"].to_numpy(bool), False)[found.row]
    missing = there & np.isnan(rate)
    low = np.where(total, np.maximum(0.0, rate - mfn[1]), rate)
    high = np.where(total, np.maximum(0.0, rate - mfn[0]), rate)
    low = np.where(there, np.where(missing, 0.0, low), absent[0])
    high = np.where(there, np.where(missing, np.inf, high), absent[1])
    low = np.minimum(low, found.least)
    high = np.maximum(high, found.largest)
    of_totals = found.largest_total >= 0
    least = np.maximum(0.0, np.where(of_totals, found.least_total, 0.0) - mfn[1])
    largest = np.maximum(0.0, np.where(of_totals, found.largest_total, 0.0) - mfn[0])
    low = np.where(of_totals, np.minimum(low, least), low)
    return low, np.where(of_totals, np.maximum(high, largest), high)


def _mfn(
    layers: Layers, found: Mapping[str, Decided], cells: Cells, given: Mapping[str, float] | None
) -> tuple[Array, Array]:
    """The ends of the MFN rate of each cell, from 0 to infinity where it is not known."""
    size = len(cells.partner)
    nothing = np.zeros(size), np.full(size, np.inf)
    if given is not None:
        rows = pd.DataFrame({PRODUCT: list(given), RATE: list(given.values()), "total": False, cells.side: WORLD})
        one = decided(rows, cells.side, cells.partners, cells.products, cells.partner, cells.product)
        return _ends(rows, one, nothing, absent=(0.0, np.inf))
    if MFN in layers:
        return _ends(layers[MFN][0], found[MFN], nothing, absent=(0.0, np.inf))
    return nothing


def _base(layers: Layers, found: Mapping[str, Decided], mfn: tuple[Array, Array]) -> tuple[Array, Array]:
    """The ordinary rate: the lowest of the preferences and the MFN rate; a preference alone where this is not known."""
    low, high = mfn
    # A rate that is listed and missing, a duty on an amount, may be lower than a preference.
    silent = found[MFN].row < 0 if MFN in layers else np.ones(len(low), dtype=bool)
    for name in layers:
        if name.startswith(PREFERENCE):
            unlisted = found[name].row < 0
            least, largest = _ends(layers[name][0], found[name], mfn, absent=(np.inf, np.inf))
            sure = ~unlisted & ~found[name].finer & silent & np.isinf(high)
            low = np.where(sure, least, np.minimum(low, least))
            high = np.minimum(high, np.where(unlisted, np.inf, largest))
    return low, high


def _acts(
    rows: pd.DataFrame, layers: Layers, found: Mapping[str, Decided], applied: bool, exempt: npt.NDArray[np.bool_]
) -> tuple[Codes, npt.NDArray[Any]]:
    """The row that decided each cell, of the first layer that has one, and the acts of all layers."""
    size = len(exempt)
    row = np.full(size, -1, dtype=np.intp)
    names = np.append(rows[ACT].to_numpy(object), "")
    acts = np.full(size, "", dtype=object)
    for name in sorted(layers, key=lambda one: ORDER.index(one.split(":")[0])):
        base = name == MFN or name.startswith(PREFERENCE)
        if base and not applied:
            continue
        places = np.append(layers[name][1], -1)
        here = places[found[name].row]
        if not base:
            here = np.where(exempt, -1, here)
        text = names[here]
        # Where only finer prefixes have a rate, these acts are what may touch the goods.
        finer = "; ".join(dict.fromkeys(one for one in layers[name][0][ACT] if one))
        text = np.where(found[name].finer & (here < 0) & ~exempt, finer, text)
        joined = (acts != "") & (text != "") & (acts != text)
        acts = np.where(joined, acts + "; " + text, np.where(acts == "", text, acts))
        row = np.where(row < 0, here, row)
    return row, acts


def days_of_change(rows: pd.DataFrame) -> list[pd.Timestamp]:
    """The days on which a row begins to be in force, or is so no more."""
    days = pd.concat([rows[START], rows[END] + np.timedelta64(1, "D")]).dropna()
    return [pd.Timestamp(day) for day in sorted(set(days))]
