"""The tables that come with the library: real figures, each with its source, licence and known gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from tradeanalysis.currencies import DOLLAR, DOLLARS
from tradeanalysis.parameters import need_labels
from tradeanalysis.schema import (
    DATA,
    ESTIMATED,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    TradeDataError,
)
from tradeanalysis.sources.columns.parts_in_words import part_of_year
from tradeanalysis.sources.embedded_records import EXAMPLES
from tradeanalysis.texts import EconomyName, Text

# The tables of what every economy reports itself, a file for each year, and the one of all years.
WORLD_YEARS = range(2010, 2021)
OF_YEAR = {f"world_{year}": year for year in WORLD_YEARS}
ALL_YEARS = "world_2010_2020"
RECENT = "exports_2021_2024"
BY_PRODUCT = "exports_by_product"
NINE_MONTHS = "vn_agri_2019"
LAST = 2024


def examples() -> pd.DataFrame:
    """The tables that ``example`` gives: what each holds, its rows, period, unit, source, licence, date of derivation.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.examples()["name"].tolist()[:5]
    ['world_2010_2020', 'world_2020', 'exports_2021_2024', 'exports_by_product', 'world_2023']
    """
    columns = ("what", "rows", "period", "unit", "source", "licence", "date")
    rows = [{"name": name, **{column: getattr(one, column) for column in columns}} for name, one in EXAMPLES.items()]
    return pd.DataFrame(rows)


def example(name: str) -> pd.DataFrame:
    """An embedded table of real figures; its certificate names source, licence, unit, derivation and known gaps.

    Parameters
    ----------
    name
        One of ``ta.examples()``; also ``"world_2010"`` to ``"world_2019"``, a year of ``world_2010_2020`` each.

    Returns
    -------
    pandas.DataFrame
        ``world_2010_2020``: a trade table of the exports (FOB) and imports (CIF) that each economy reports itself,
        both sides of a flow, and whether the IMF has ``estimated`` the figure; ``world_2020`` is its last year.
        ``exports_2021_2024``: a trade table of exports to the largest partners, ``OTH`` the rest of the total.
        ``exports_by_product``: a trade table of exports to nine markets by ``product``, one of thirty groups.
        ``world_2023``: a trade table of exports, one value for each flow. ``wits_top5``: ``reporter, flow, year,
        partner, share, total``. ``vn_agri_2019``: a trade table with ``partner_vi, period, quantity_t, share_printed,
        product_total``. ``imports_1995_2019``: a trade table of imports. ``long_an_2021``: ``indicator, label_en,
        label_vi, target, unit, growth_low, growth_high``. ``distances``: ``origin, destination``, the ``distance``
        between the main cities, ``weighted`` by cities' population, and ``contiguous, common_language``. ``gdp_2023``:
        ``reporter, gdp``.

    Raises
    ------
    TradeDataError
        There is no such table.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2020")
    >>> len(world), world["reporter"].nunique()
    (52464, 210)
    >>> ta.basket(world, reporter="VNM", flow="export").head(2).round(-8)
    partner
    USA    7.720000e+10
    CHN    4.910000e+10
    Name: value, dtype: float64
    """
    if name not in EXAMPLES and name not in OF_YEAR:
        raise TradeDataError(Text("no_example", name=repr(name), there=list(EXAMPLES)))
    if name == ALL_YEARS:
        table = _of_years(WORLD_YEARS)
    elif name in OF_YEAR:
        table = _of_years([OF_YEAR[name]])
    else:
        table = _SHAPES.get(name, _as_it_is)(_read(name))
    table.attrs["certificate"] = _certificate(name, table)
    return table


def world_around(reporter: str, year: int) -> pd.DataFrame:
    """``world_2010_2020`` as one economy needs it: all rows of the year, and of the others those that name it."""

    def near(rows: pd.DataFrame, of: int) -> pd.DataFrame:
        return rows if of == year else rows[(rows[REPORTER] == reporter) | (rows[PARTNER] == reporter)]

    table = _of_years(WORLD_YEARS, near)
    table.attrs["certificate"] = _certificate(ALL_YEARS, table)
    return table


def embedded_for(code: str, year: int | None = None) -> tuple[pd.DataFrame, int]:
    """The embedded table for a brief on an economy, and its year: own reports of all years, or a later list.

    Parameters
    ----------
    code
        The economy, as ISO3.
    year
        2010 to 2024; where not given 2020, or for an economy that reports nothing there the last year of the list.

    Returns
    -------
    ``world_2010_2020`` with all rows of the year, and of the other years those that name the economy; or
    ``exports_2021_2024``.

    Raises
    ------
    TradeDataError
        No embedded table has the economy in that year.

    Examples
    --------
    >>> table, year = embedded_for("VNM")
    >>> year, sorted(set(table["year"]))[0]
    (2020, 2010)
    """
    need_labels(year=year)
    recent = example(RECENT)
    later = sorted(set(recent.loc[recent[REPORTER] == code, YEAR].tolist()))
    wanted = max(WORLD_YEARS) if year is None else year
    if year is None and later and code in _silent(ALL_YEARS, [wanted]):
        wanted = later[-1]
    if wanted in WORLD_YEARS:
        return world_around(code, wanted), wanted
    if wanted not in later:
        years = [f"{min(WORLD_YEARS)}-{max(WORLD_YEARS)}", *map(str, later)]
        raise TradeDataError(
            Text("brief_not_embedded", economy=EconomyName(code), code=code, year=str(wanted), years=years)
        )
    return recent, wanted


def newest_for(code: str, flow: str, until: int) -> tuple[pd.DataFrame, int] | None:
    """The embedded table of the newest year up to ``until`` that has this flow of an economy, and that year.

    Examples
    --------
    >>> [newest_for("VNM", flow, 2025)[1] for flow in ("export", "import")]
    [2024, 2020]
    """
    recent = example(RECENT)  # of exports alone
    later = recent.loc[(recent[REPORTER] == code) & (recent[YEAR] <= until), YEAR]
    if flow == EXPORT and len(later):
        return recent, int(later.max())
    for year in (one for one in reversed(WORLD_YEARS) if one <= until):
        table = example(f"world_{year}")
        if ((table[REPORTER] == code) & (table[FLOW] == flow)).any():
            return table, year
    return None


def _certificate(name: str, table: pd.DataFrame) -> dict[str, Any]:
    one = EXAMPLES.get(name)
    if one is None:
        one = replace(EXAMPLES["world_2020"], rows=len(table), period=str(OF_YEAR[name]))
    known = {"name": name, **vars(one)} | ({"currency": DOLLAR} if one.unit == DOLLARS else {})
    if name == NINE_MONTHS:
        known["part_years"] = [part_of_year(year, "months", range(1, 10)) for year in (2018, 2019)]
    if name == BY_PRODUCT:
        known |= {"valuation": "FOB", "estimates": "left out"}
    if name == RECENT:
        known |= {"largest_listed": False, "provisional": [2024], "valuation": "FOB", "estimates": "left out"}
    # BACI's two sides are one figure: an exporter's row is also the importer's.
    if name == "world_2023":
        known |= {"reconciled": True, "silent": _silent(name, [2023]), "national_shares": _national_shares(name)}
    if name in (ALL_YEARS, *OF_YEAR):
        known |= {"silent": _silent(ALL_YEARS, [OF_YEAR[name]] if name in OF_YEAR else WORLD_YEARS)}
    return known


def _silent(name: str, years: Iterable[int]) -> list[str]:
    """The economies that report nothing in the table, in any of these years."""
    listed = _read("silent")
    listed = listed[(listed["table"] == name) & listed[YEAR].isin(list(years))]
    in_years = listed["economy"].value_counts()
    return sorted(in_years.index[in_years == len(list(years))])


def _national_shares(name: str) -> dict[str, dict[str, dict[str, float]]]:
    """Shares of partners in the reports of economies themselves, where they differ from those of the table."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    listed = _read("national_shares")
    for row in listed[listed["table"] == name].to_dict("records"):
        found.setdefault(row[REPORTER], {}).setdefault(row[FLOW], {})[row[PARTNER]] = row["share"]
    return found


def _read(name: str) -> pd.DataFrame:
    packed = DATA / f"{name}.csv.gz"
    # "NA" is Namibia: only an empty cell is missing.
    return pd.read_csv(packed if packed.exists() else DATA / f"{name}.csv", keep_default_na=False, na_values=[""])


def _of_years(
    years: Iterable[int], some: Callable[[pd.DataFrame, int], pd.DataFrame] = lambda one, _: one
) -> pd.DataFrame:
    """The reports of years, a row for each flow; ``some`` chooses rows of a year."""
    sides = []
    for year in years:
        both = some(_read(f"world_{year}"), year)
        for flow, column in ((EXPORT, "exports"), (IMPORT, "imports")):
            reported = both[both[f"{column}_kusd"].notna()]
            sides.append(
                pd.DataFrame(
                    {
                        REPORTER: reported[REPORTER],
                        PARTNER: reported[PARTNER],
                        FLOW: flow,
                        YEAR: year,
                        VALUE: reported[f"{column}_kusd"] * 1000.0,
                        ESTIMATED: reported[f"{column}_est"] == 1,
                    }
                )
            )
    return pd.concat(sides, ignore_index=True)


def _listed(table: pd.DataFrame) -> pd.DataFrame:
    table.insert(2, FLOW, EXPORT)
    return table.astype({VALUE: "float64"})


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _by_product(table: pd.DataFrame) -> pd.DataFrame:
    keys = [REPORTER, PARTNER, PRODUCT]
    flows = table.melt(keys, var_name=YEAR, value_name=VALUE).dropna().astype({YEAR: "int64"})
    flows.insert(2, FLOW, EXPORT)
    return flows.sort_values([YEAR, *keys], ignore_index=True).assign(value=lambda one: one[VALUE] * 1000.0)


def _world(table: pd.DataFrame) -> pd.DataFrame:
    table.insert(2, FLOW, EXPORT)
    table.insert(3, YEAR, 2023)
    return table.astype({VALUE: "float64"})


def _top5(table: pd.DataFrame) -> pd.DataFrame:
    table["share"] = table.pop("share_percent") / 100
    table["total"] = table.pop("total_musd") * 1e6
    return table


def _agri(table: pd.DataFrame) -> pd.DataFrame:
    table.insert(0, REPORTER, "VNM")
    table.insert(1, FLOW, EXPORT)
    table.insert(4, "period", "9M")
    table[VALUE] = table.pop("value_kusd") * 1000.0
    table["quantity_t"] = table.pop("quantity_t")
    table["share_printed"] = table.pop("share_printed_percent") / 100
    table["product_total"] = table.pop("product_total_kusd") * 1000.0
    return table


def _imports(table: pd.DataFrame) -> pd.DataFrame:
    flows = table.melt([REPORTER, PARTNER], var_name=YEAR, value_name=VALUE).dropna()
    flows = flows.astype({YEAR: "int64"}).sort_values([REPORTER, PARTNER, YEAR], ignore_index=True)
    flows.insert(2, FLOW, IMPORT)
    return flows.assign(value=flows[VALUE] * 1000.0)


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    back = table.rename(columns={"origin": "destination", "destination": "origin"})
    both = pd.concat([table, back[table.columns]], ignore_index=True)
    return both.astype({"contiguous": bool, "common_language": bool})


_SHAPES = {
    RECENT: _listed,
    BY_PRODUCT: _by_product,
    "world_2023": _world,
    "wits_top5": _top5,
    "vn_agri_2019": _agri,
    "imports_1995_2019": _imports,
    "distances": _pairs,
}
