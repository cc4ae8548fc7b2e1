"""What an economy trades, by partner and product, as cells to which a tariff can apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.frames import collected, open_table, table_in_memory
from tradeanalysis.gate.product_codes import UNSPECIFIED, level_of, levels_of
from tradeanalysis.parameters import as_numbers
from tradeanalysis.schema import EXPORT, FLOW, FLOWS, PARTNER, PRODUCT, REPORTER, VALUE, TradeDataError
from tradeanalysis.sums import Array, among, keyed, refuse_rows, remainders
from tradeanalysis.tables.baskets import choose_from, with_currency
from tradeanalysis.tables.markets import VECTORS, sales_to_move
from tradeanalysis.tariffs.duties import Cells
from tradeanalysis.tariffs.rate_units import MOST, Faulty, prefix_of
from tradeanalysis.texts import Text


@dataclass(frozen=True)
class Traded:
    """Cells with their values and labels, what was chosen, and the value that no partner has.

    ``owner`` is the place of each cell of ``cells``, where a bloc among the partners has one for each of its members.
    """

    cells: Cells
    owner: Any
    partner: Any
    product: Any
    value: Array
    about: dict[str, Any]
    attrs: dict[str, Any]
    unallocated: float
    unknown: Any


@dataclass(frozen=True)
class Rows:
    """The labels of partners and products, and their places in each cell; without products, one place for all."""

    partners: list[Any]
    products: list[Any] | None
    partner: Any
    product: Any
    value: Array
    unallocated: float


def traded(
    table: Any, *, reporter: str | int | None, flow: str, year: int | None, value: str, day: pd.Timestamp
) -> Traded:
    """The trade of one economy by partner and, where the table has products, by product."""
    if not (isinstance(flow, str) and flow in FLOWS):
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    about: dict[str, Any] = {FLOW: flow}
    if isinstance(table, VECTORS):
        series = sales_to_move(table)
        nothing = np.zeros(len(series), dtype=np.intp)
        unallocated = float(series.attrs.get("unallocated", 0.0))
        x: Array = np.asarray(series, dtype=np.float64)
        rows = Rows(series.index.tolist(), None, np.arange(len(x)), nothing, x, unallocated)
        attrs: dict[str, Any] = {str(key): one for key, one in series.attrs.items()}
    else:
        rows, chosen, attrs = _of_table(table, reporter, flow, year, value)
        about |= chosen
    own = about.get(REPORTER, reporter)
    if own is None:
        raise TradeDataError(Text("tariffs_no_reporter"))
    if not 0 < rows.value.sum() < np.inf:
        raise TradeDataError(Text("markets_nothing"))
    return _cells(_economy(own), flow == EXPORT, rows, about | {REPORTER: own}, attrs, day)


def _of_table(
    table: Any, reporter: Any, flow: str, year: int | None, value: str
) -> tuple[Rows, dict[str, Any], dict[str, Any]]:
    opened = open_table(table, [PARTNER], value)
    there = opened.collect_schema().names()
    if value != VALUE:
        opened = opened.drop(VALUE, strict=False).rename({value: VALUE})
    attrs = with_currency(dict(getattr(table, "attrs", {})), opened)
    # Without a column, whose trade it is, and which way, is what was given.
    own, way = (reporter if REPORTER in there else None), (flow if FLOW in there else None)
    choice = choose_from(opened, attrs, reporter=own, flow=way, year=year)
    rows, side = collected(choice.rows), choice.side
    by = [PRODUCT] if PRODUCT in rows.columns else []
    x = rows[VALUE].to_numpy().astype(np.float64)
    keys = {key: keyed(rows[key]) for key in (side, *by)}
    codes = {key: one.codes for key, one in keys.items()}
    labels = pd.Index(keys[side].labels.to_list())
    refuse_rows(x, codes, labels, side, VALUE)
    products = keys[PRODUCT].labels.to_list() if by else None
    width = len(products) if products is not None else 1
    cell = codes[side].astype(np.intp) * width + (codes[PRODUCT] if by else 0)
    sums: Array = np.bincount(cell, x, len(labels) * width).astype(np.float64)
    at = np.flatnonzero(sums > 0)
    partner, product = np.divmod(at, width)
    rest = among(labels, remainders(side))[partner]
    kept, value_of = ~rest, sums[at]
    found = Rows(labels.tolist(), products, partner[kept], product[kept], value_of[kept], float(value_of[rest].sum()))
    return found, choice.about, dict(choice.attrs)


def _economy(own: Any) -> str:
    """The economy whose origin goods have: a province is in one."""
    found = names.economy(own) if isinstance(own, (str, int)) else None
    found = found or (names.economy_of_province(own) if isinstance(own, str) else None)
    if not found:
        raise TradeDataError(Text("tariffs_reporter", reporter=repr(own)))
    return found


def _cells(
    own: str, exports: bool, rows: Rows, about: dict[str, Any], attrs: dict[str, Any], day: pd.Timestamp
) -> Traded:
    labels = list(map(str, rows.partners))
    readings = names.resolve(labels)
    members = [_members(readings[label], day.year) for label in labels]
    economies = sorted({code for one in members for code in one})
    place = {code: i for i, code in enumerate(economies)}
    of_members = np.array([place[code] for one in members for code in one], dtype=np.intp)
    sizes = np.array([len(one) for one in members])
    starts = np.cumsum(sizes) - sizes
    # A cell for each member of a bloc, in the order of the cells of trade.
    many = sizes[rows.partner]
    owner = np.repeat(np.arange(len(many)), many)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    products, of_labels = np.unique(np.array(_codes(rows.products), dtype=object), return_inverse=True)
    partner = of_members[starts[rows.partner[owner]] + within]
    cells = Cells(own, exports, economies, products.tolist(), partner, of_labels[rows.product[owner]])
    unknown = np.array([readings[label].kind in ("unknown", "ambiguous") for label in labels], dtype=bool)
    shown = pd.Index(rows.partners)[rows.partner]
    goods = None if rows.products is None else np.array(rows.products, dtype=object)[rows.product]
    return Traded(cells, owner, shown, goods, rows.value, about, attrs, rows.unallocated, unknown[rows.partner])


def _members(found: names.Match, year: int) -> list[str]:
    """The economies of a label: itself, the members of a bloc that is one market, or the label as it stands."""
    if found.kind == "bloc":
        return sorted(names.members_of(found.code.removesuffix(" (bloc)"), year) or [found.code])
    return [found.code or "?"]


def _codes(labels: list[Any] | None) -> list[str]:
    """The products as prefixes are compared with them; "" where a label is no code, or no product in particular."""
    if labels is None:
        return [""]
    if numbers := [repr(one) for one in labels if not isinstance(one, str)]:
        raise TradeDataError(Text("tariffs_products_no_text", examples=numbers))
    if len(levels := levels_of(labels)) > 1:
        raise TradeDataError(Text("tariffs_levels", levels=levels))
    return ["" if one in UNSPECIFIED or level_of(one) < 1 else one for one in labels]


def prefixes(given: Any) -> list[str]:
    """The prefixes that ``exempt=`` gives: a list, a Series, or a table of any library with one column of them."""
    if given is None:
        return []
    given = table_in_memory(given)
    if isinstance(given, pd.DataFrame):
        columns = [one for one in given.columns if one in (PRODUCT, "hts_prefix")] or list(given.columns)
        if len(columns) != 1:
            raise TradeDataError(Text("tariffs_exempt", given=list(map(str, given.columns))))
        given = given[columns[0]]
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise TradeDataError(Text("tariffs_exempt", given=repr(given)))
    found, faulty = [], []
    for one in given:
        try:
            if not (code := prefix_of(one)):
                raise Faulty
            found.append(code)
        except (Faulty, TypeError, ValueError):
            faulty.append(repr(one))
    if faulty:
        raise TradeDataError(Text("tariffs_exempt", given=faulty))
    return sorted(set(found))


def mfn_rates(given: Any) -> dict[str, float] | None:
    """The MFN rates that ``mfn=`` gives: one number for all, or one by prefix, as shares."""
    if given is None:
        return None
    pairs = dict(given) if isinstance(given, (Mapping, pd.Series)) else {"": given}
    rates = np.ravel(as_numbers("mfn", list(pairs.values())))
    try:
        found = {prefix_of(one): float(rate) for one, rate in zip(pairs, rates, strict=True)}
    except (Faulty, TypeError, ValueError):
        raise TradeDataError(Text("tariffs_mfn", given=repr(given))) from None
    most = MOST if isinstance(given, (Mapping, pd.Series)) else 1.0  # 3 for all products is per cent
    if not ((rates >= 0) & (rates <= most)).all():
        raise TradeDataError(Text("tariffs_mfn", given=repr(given)))
    return found
