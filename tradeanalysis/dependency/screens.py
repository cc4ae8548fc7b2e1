"""Screens by product: declared rules, every component beside its flag, and missing values where data are missing."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.dependency.screen_flags import all_of, finished_screen, flags_of, numbered
from tradeanalysis.dependency.sides import (
    WORLD_SIZE,
    Bloc,
    chosen_labels,
    is_world,
    keys_of,
    members_of,
    refuse_absent,
    seen_years,
    trade_of,
    two_sides,
    warn_if_mirrored,
)
from tradeanalysis.dependency.thresholds import REGIMES
from tradeanalysis.gate.frames import labels_in
from tradeanalysis.measures.concentration import hhi, top_share
from tradeanalysis.results import Table
from tradeanalysis.schema import (
    EXPORT,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.sums import among, keyed, remainders
from tradeanalysis.tables.group_measures import measure, measured
from tradeanalysis.tables.markets import refuse_currencies
from tradeanalysis.tables.panel import Outline, Panel, as_pandas, summed
from tradeanalysis.tables.query import Query
from tradeanalysis.texts import Text

# A component is flagged above its threshold. A screen's flag needs all components of its rule.
EU_CDI = {"cdi1": REGIMES["eu_dependency"].bounds[0], "cdi2": 0.5, "cdi3": 1.0}
GEODEP = {"c1": 0.4, "c2": 0.4, "c3": 1.0}
EXPORT_DEPENDENCY = {"edi1": 0.4, "edi2": 0.5, "edi3": 1.0}
FEW_BUYERS = 0.4


def eu_cdi(table: Table, bloc: Bloc = "EU27", *, value: str = VALUE) -> Table:
    r"""The European Commission's screen of import dependency, a row per product of a bloc that imports as one.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    CDI1 is the HHI of the suppliers outside the bloc (flagged above .4), CDI2 the part of all imports that comes from
    outside (.5), CDI3 the imports from outside over all exports of the bloc (1).

    Parameters
    ----------
    table
        A trade table with products, of pandas, Polars, PyArrow, DuckDB or PySpark; imports are read from the other
        side's exports where it has exports only.
    bloc
        A trade bloc, or a list of economies; it is the ``reporter`` of the result.
    value
        The column of values.

    Returns
    -------
    ``reporter, product, value`` (imports from outside; and ``year``), ``cdi1, cdi2, cdi3``, each with a flag,
    ``dependent`` (all three), and the columns that all screens share: see the notes. ``cdi3`` is infinite where the
    bloc exports nothing.

    Raises
    ------
    TradeDataError
        A member is in the table and has no imports there: the bloc's imports cannot be added up.

    Warns
    -----
    TradeDataWarning
        Members that are not in the table at all; or imports are read from the other side.

    Notes
    -----
    All screens share ``flagged`` (all components that the table gives), ``persistence`` (flagged years of the last
    three) and its flag (at least two; missing where unseen years could decide), ``years_flagged`` (in a row, to this
    one), ``largest_partner`` and ``largest_share``, ``nearest`` (the component with the least value over its threshold)
    and ``margin`` (that ratio: above 1 where flagged), ``to_unflag`` (the least value that must move) and ``unflag_by``
    (the component that then falls to its threshold). ``unallocated`` is the share of the value that has no partner;
    the HHI leaves it out. For an HHI the value moves from the one or two largest partners to
    many small ones, so it is a least amount. A missing value is never false; ``attrs["notes"]["missing"]`` says why.

    References
    ----------
    European Commission (2021). Strategic dependencies and capacities, SWD(2021) 352. Arjona, R., Connell, W.,
    Herghelegiu, C. (2023). https://doi.org/10.2873/768035

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> flows = pd.DataFrame(
    ...     [("DEU", "CHN", "import", 60), ("DEU", "USA", "import", 15), ("FRA", "JPN", "import", 5),
    ...      ("FRA", "DEU", "import", 20), ("DEU", "USA", "export", 50)],
    ...     columns=["reporter", "partner", "flow", "value"]).assign(product="850760")
    >>> ta.eu_cdi(flows, bloc=["DEU", "FRA"])[["cdi1", "cdi2", "cdi3", "dependent"]].values.tolist()
    [[0.6015625, 0.8, 1.6, True]]
    """
    whole, bought, sold = two_sides(table, value)
    warn_if_mirrored(whole, IMPORT)
    keys, members = keys_of(whole), members_of(bloc, whole)
    name = bloc if isinstance(bloc, str) else "+".join(map(str, members))
    refuse_absent(members, bought, whole)
    imports = as_pandas(bought.filter(nw.col(REPORTER).is_in(members))).assign(**{REPORTER: name})
    exports = as_pandas(sold.filter(nw.col(REPORTER).is_in(members))).assign(**{REPORTER: name})
    outside: pd.DataFrame = imports[~imports[PARTNER].isin(members)]
    rows = concentration(outside, keys).rename(columns={"hhi": "cdi1"})
    rows["all"] = _total(imports, keys, rows)
    rows["cdi2"] = rows[VALUE] / rows["all"]
    # Read from imports, the exports of the bloc are what economies outside it import: members report one another's.
    others = bought.filter(~nw.col(REPORTER).is_in(members))
    exported, missing = _exported(whole, others, exports, keys, rows, "cdi3")
    if not missing:
        warn_if_mirrored(whole, EXPORT)
    rows["cdi3"] = _over(rows[VALUE], exported)
    moves = {
        "cdi1": leveled(rows, "cdi1", EU_CDI["cdi1"]),
        "cdi2": rows[VALUE] - EU_CDI["cdi2"] * rows["all"],
        "cdi3": rows[VALUE] - EU_CDI["cdi3"] * exported,
    }
    seen = pd.DataFrame({YEAR: whole.labels.get(YEAR, [])}).assign(**{REPORTER: name})
    screened = flags_of(rows, EU_CDI, moves, seen)
    screened["dependent"] = all_of(screened[f"{one}_flag"] for one in EU_CDI)
    rule = Text("rule_eu_cdi")
    result: Table = finished_screen(
        whole, screened, keys, EU_CDI, missing, convention=rule, members=", ".join(map(str, members))
    )
    return result


def geodep(table: Table, *, reporter: str | Iterable[str] | None = None, value: str = VALUE) -> Table:
    r"""CEPII's screen of import dependency, a row per importer and product.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    C1 is the HHI of the importer's suppliers (flagged above .4), C2 the HHI of the world's exporters of the product
    (.4), C3 the imports over the exports of the product (1): all in at least two of three years.

    Parameters
    ----------
    table, value
        As for ``eu_cdi``; C2 needs the world's exports.
    reporter
        An economy or a list; all importers where not given.

    Returns
    -------
    ``reporter, product, value`` (imports; and ``year``), ``c1, c2, c3``, each with a flag, ``dependent`` (flagged in
    two of the last three years; missing where unseen years could decide), and the columns of all screens: see
    ``eu_cdi``. ``c3`` is infinite where nothing is exported.

    Raises
    ------
    TradeDataError
        A chosen economy imports nothing in the table.

    Warns
    -----
    TradeDataWarning
        Economies that export have no imports in the table; or imports are read from the other side.

    Notes
    -----
    The authors write 9999 where nothing is exported; here it is infinite, and flagged alike.

    References
    ----------
    Lefebvre, K., Wibaux, P. (2024). Import dependencies: where does the EU stand? CEPII Policy Brief 47.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("CHN", "VNM", 90), ("JPN", "VNM", 10), ("CHN", "USA", 60), ("VNM", "USA", 20)]
    >>> flows = pd.DataFrame(rows, columns=["reporter", "partner", "value"]).assign(flow="export", product="850760")
    >>> flows.attrs["certificate"] = {"reconciled": True}
    >>> ta.geodep(flows, reporter="VNM")[["c1", "c2", "c3", "flagged"]].round(3).values.tolist()
    [[0.82, 0.71, 5.0, True]]
    """
    trade = trade_of(table, value)
    whole, bought, sold = trade.whole, trade.bought, trade.sold
    warn_if_mirrored(whole, IMPORT)
    keys = keys_of(whole)
    buyers = labels_in(bought, REPORTER)
    chosen = chosen_labels(buyers, reporter, "imports_nothing")
    # Of one economy it matters where exports are read from imports; of many economies it is said in any case.
    exporters = set(labels_in(sold, REPORTER))
    said = reporter is None or EXPORT not in whole.flows or len(exporters) >= WORLD_SIZE
    if (silent := sorted(exporters - set(buyers))) and said and (reporter is None or is_world(sold)):
        warnings.warn(
            Text("screen_without_imports", exporters=silent),
            TradeDataWarning,
            stacklevel=2,
        )
    imports = trade.imports(chosen)
    exports = trade.exports(keys, imports[PRODUCT])
    rows = concentration(imports, keys).rename(columns={"hhi": "c1"})
    exported, missing = _exported(whole, bought, exports, keys, rows, "c3")
    if not missing:
        warn_if_mirrored(whole, EXPORT)
    if is_world(sold):
        of_product = [key for key in keys if key != REPORTER]
        supply = measure(exports.rename(columns={REPORTER: PARTNER}), hhi, by=of_product)
        rows["c2"] = _total(supply, of_product, rows, "hhi")
    else:
        rows["c2"], missing["c2"] = np.nan, Text("missing_exports_of_world")
    rows["c3"] = _over(rows[VALUE], exported)
    moves = {"c1": leveled(rows, "c1", GEODEP["c1"]), "c3": rows[VALUE] - GEODEP["c3"] * exported}
    screened = flags_of(rows, GEODEP, moves, seen_years(bought, whole))
    # A component that the table cannot give leaves the rule undecided.
    unknown = [screened[f"{one}_flag"] for one in missing]
    screened["dependent"] = all_of([screened["persistence_flag"], *unknown])
    rule = Text("rule_geodep")
    result: Table = finished_screen(whole, screened, keys, GEODEP, missing, convention=rule)
    return result


def export_dependency(
    table: Table,
    *,
    reporter: str | Iterable[str] | None = None,
    bloc: Bloc | None = None,
    world: Any = None,
    value: str = VALUE,
) -> Table:
    r"""The screen of export dependency, a row per exporter and product: the mirror image of those for imports.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    EDI1 is the HHI of destinations (flagged above .4); EDI2 the part that goes outside the own bloc (.5); EDI3 the
    exports to the largest market over the imports of the others from elsewhere (above 1 they cannot take them); EDI4
    requires the flag in two of three years (``persistence``). Buyers: where the HHI of the world's imports is above .4,
    few buyers exist and a trade office cannot act.

    Parameters
    ----------
    table, value
        As for ``eu_cdi``.
    reporter
        An economy or a list; all exporters where not given.
    bloc
        The own bloc, a name or a list; ``[]`` for no bloc, and everything goes outside. Without it, and for economies
        that are not members, EDI2 is missing.
    world
        Another table with the world's imports (or exports, read from the other side), where ``table`` has none.

    Returns
    -------
    ``reporter, product, value`` (exports; and ``year``), ``edi1, edi2, edi3``, each with a flag, ``buyers_hhi``,
    ``can_act``, ``dependent`` (all three and persistence), and the columns of all screens: see ``eu_cdi``. ``edi3`` is
    infinite where the others import nothing more.

    Raises
    ------
    TradeDataError
        A chosen economy exports nothing in the table.

    Notes
    -----
    It counts the buyers, not their reasons, and no contracts. The thresholds are those of the screens for imports: none
    was made for exports.

    References
    ----------
    After European Commission (2021), SWD(2021) 352, with the two sides exchanged.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> flows = pd.DataFrame([("VNM", "USA", 90), ("VNM", "JPN", 10), ("THA", "JPN", 20), ("THA", "USA", 50)],
    ...                      columns=["reporter", "partner", "value"]).assign(flow="export", product="030462")
    >>> flows.attrs["certificate"] = {"reconciled": True}
    >>> ta.export_dependency(flows, reporter="VNM")[["edi1", "edi3", "largest_partner", "can_act"]].values.tolist()
    [[0.82, 4.5, 'USA', False]]
    """
    sides = two_sides(table, value)
    result: Table = export_dependency_of(sides, reporter=reporter, bloc=bloc, world=world, value=value)
    return result


def export_dependency_of(
    sides: tuple[Panel, Any, Any],
    *,
    reporter: str | Iterable[str] | None = None,
    bloc: Bloc | None = None,
    world: Any = None,
    value: str = VALUE,
) -> Any:
    """The screen of export dependency on the two sides of a table."""
    whole, bought, sold = sides
    warn_if_mirrored(whole, EXPORT, stacklevel=4)
    keys, missing = keys_of(whole), {}
    chosen = chosen_labels(labels_in(sold, REPORTER), reporter, "exports_nothing")
    exports = as_pandas(sold.filter(nw.col(REPORTER).is_in(chosen)))
    rows = concentration(exports, keys).rename(columns={"hhi": "edi1"})
    moves = {"edi1": leveled(rows, "edi1", EXPORT_DEPENDENCY["edi1"])}
    if bloc is None:
        rows["edi2"], missing["edi2"] = np.nan, Text("missing_bloc")
    else:
        members = members_of(bloc, whole) if isinstance(bloc, str) or list(bloc) else ()
        outside = _total(exports[~exports[PARTNER].isin(members)], keys, rows).fillna(0.0)
        rows["edi2"] = outside / rows[VALUE]
        if members:
            rows["edi2"] = rows["edi2"].where(rows[REPORTER].isin(members))
        moves["edi2"] = outside - EXPORT_DEPENDENCY["edi2"] * rows[VALUE]
    buyers_table = whole
    if world is not None:
        refuse_currencies("the table", whole, "world=", world)
        buyers_table, bought, _ = two_sides(world, value)
    rows[["edi3", "buyers_hhi"]] = np.nan
    if is_world(bought):
        warn_if_mirrored(buyers_table, IMPORT, stacklevel=4)
        room, buyers = _room(rows, keys, bought, exports)
        rows["edi3"], rows["buyers_hhi"] = _over(rows["largest_share"] * rows["known"], room), buyers
        moves["edi3"] = rows["largest_share"] * rows["known"] - room
    else:
        missing["edi3, can_act"] = Text("missing_imports_of_world")
    screened = flags_of(rows, EXPORT_DEPENDENCY, moves, seen_years(sold, whole))
    screened["can_act"] = (rows["buyers_hhi"].astype("Float64") <= FEW_BUYERS).to_numpy()
    screened["buyers_hhi"] = rows["buyers_hhi"]
    flags = [screened[f"{one}_flag"] for one in EXPORT_DEPENDENCY]
    screened["dependent"] = all_of([*flags, screened["persistence_flag"]])
    rule = Text("rule_export_dependency")
    extra = ["buyers_hhi", "can_act"]
    return finished_screen(whole, screened, keys, EXPORT_DEPENDENCY, missing, extra, convention=rule)


# ---- components ---------------------------------------------------------------------------------------------------


def concentration(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Value, HHI, the largest partner and its share, and the share of the two largest, of every group.

    ``known`` is the part of the value that is allocated to a partner; groups without any are left out.
    """
    if rows.empty:
        raise TradeDataError(Text("screen_of_nothing"))
    query = Query((hhi, top_share(1), top_share(2)), keys, PARTNER, VALUE)
    groups: pd.DataFrame = measured(nw.from_native(rows, eager_only=True), query).to_native()
    groups.attrs = dict(rows.attrs)
    groups = groups.rename(columns={"top_share_1": "largest_share", "top_share_2": "two_largest"})
    if "unallocated" in groups:
        groups = groups[groups["n"] > 0].reset_index(drop=True)
    labels = pd.Index(rows[PARTNER].unique())
    known: pd.DataFrame = rows[~rows[PARTNER].isin(labels[among(labels, remainders(PARTNER))])]
    groups["largest_partner"] = _largest(known, keys, groups)
    groups[VALUE], groups["known"] = _total(rows, keys, groups), _total(known, keys, groups)
    return groups


def _total(rows: pd.DataFrame, keys: list[str], groups: pd.DataFrame, value: str = VALUE) -> pd.Series[float]:
    """The value of each group's rows; missing where there are none."""
    (of_rows, of_groups), size = numbered(keys, rows, groups)
    sums = np.where(np.bincount(of_rows, minlength=size) > 0, np.bincount(of_rows, rows[value], size), np.nan)
    return pd.Series(sums[of_groups], index=groups.index)


def _largest(rows: pd.DataFrame, keys: list[str], groups: pd.DataFrame) -> Any:
    """The largest partner of every group, the first of equals; each of them has rows."""
    from scipy.sparse import coo_array

    (of_rows, of_groups), size = numbered(keys, rows, groups)
    partner = keyed(nw.from_native(rows[PARTNER], series_only=True))
    cells = coo_array((rows[VALUE], (of_rows, partner.codes)), shape=(size, len(partner.labels))).tocsr()
    sizes = np.diff(cells.indptr)
    there = np.flatnonzero(sizes)
    most = np.repeat(np.maximum.reduceat(cells.data, cells.indptr[there]), sizes[there])
    places = np.flatnonzero(cells.data == most)[::-1]
    first = np.zeros(size, dtype=np.intp)
    first[np.repeat(np.arange(size), sizes)[places]] = cells.indices[places]
    return partner.labels.to_native().take(first[of_groups]).set_axis(groups.index)


def _exported(
    whole: Outline, bought: Any, exports: pd.DataFrame, keys: list[str], groups: pd.DataFrame, name: str
) -> tuple[pd.Series[float], dict[str, Text]]:
    """The exports of each group's product, 0 where there are none; missing where the table does not have them."""
    if EXPORT in whole.flows or is_world(bought):
        return _total(exports, keys, groups).fillna(0.0), {}
    return pd.Series(np.nan, index=groups.index), {name: Text("missing_exports")}


def _over(x: pd.Series[float], y: pd.Series[float]) -> pd.Series[float]:
    """The ratio, infinite where only the denominator is 0."""
    return (x / y.where(y > 0)).mask(y == 0, np.inf)


def _room(
    rows: pd.DataFrame, keys: list[str], bought: Any, exports: pd.DataFrame
) -> tuple[pd.Series[float], pd.Series[float]]:
    """The imports of other markets from elsewhere, and the HHI of the buyers."""
    of_product = [key for key in keys if key != REPORTER]
    demand = summed(bought, keys).rename(columns={REPORTER: PARTNER})
    demand = demand[demand[PRODUCT].isin(set(rows[PRODUCT]))]
    places = [*of_product, PARTNER]
    every = _total(demand, of_product, rows).fillna(0.0)
    us = rows[[*of_product, REPORTER]].set_axis(places, axis=1)
    it = rows[[*of_product, "largest_partner"]].set_axis(places, axis=1)
    others = every - _total(demand, places, us).fillna(0.0) - _total(demand, places, it).fillna(0.0)
    ours = rows["known"] * (1 - rows["largest_share"])
    index = measure(demand, hhi, by=of_product) if len(demand) else demand.assign(hhi=np.nan)
    return (others - ours).clip(lower=0.0), _total(index, of_product, rows, "hhi")


def leveled(rows: pd.DataFrame, name: str, threshold: float) -> pd.Series[float]:
    """The least value to be moved from the largest partners, to many small ones, for the HHI to fall to a threshold.

    The largest shares are cut to one level. No HHI exceeds its largest share, so above .4 two shares are enough.
    """
    index, first, second = rows[name], rows["largest_share"], rows["two_largest"] - rows["largest_share"]
    with np.errstate(invalid="ignore"):
        one = np.sqrt(threshold - index + first**2)
        both = np.sqrt((threshold - index + first**2 + second**2) / 2)
    moved = np.where(one >= second, first - one, first + second - 2 * both)
    return pd.Series(moved * rows["known"].to_numpy(), index=rows.index)
