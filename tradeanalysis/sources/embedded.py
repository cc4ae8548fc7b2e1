"""The tables that come with the library: real figures, each with its source, licence and known gaps."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.currencies import DOLLAR, DOLLARS
from tradeanalysis.schema import DATA, EXPORT, FLOW, IMPORT, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.texts import Text

DERIVED = "2026-11-23"
# Economies that had not reported 2023 when world_2023 was released: none of them trades with another in that table,
# because what two of them traded was reported by neither.
SILENT = (
    "ABW AFG AGO ARG ATG BDI BGD BLR BMU BRB BTN CAF CMR COD COG COM CPV CUW CYM DJI DMA DZA ERI FSM GEO GHA "
    "GIN GNB GNQ GRD GRL GUY HTI IRN IRQ KIR KNA KOR LAO LBN LBY LCA MHL MLI MNG MRT NCL NPL PHL PLW PNG POL "
    "PYF RUS RWA SDN SLB SLE SOM SSD SUR SXM SYC SYR TCA TCD TGO TJK TKM TLS TON TTO VEN VNM VUT YEM"
)
# Shares of partners in the statistics of an economy itself, where they are known to differ from those of world_2023.
NATIONAL_SHARES = {"VNM": {EXPORT: {"CHN": 0.17}}}


@dataclass(frozen=True)
class Example:
    """What an embedded table is and where it is from; ``data/README.md`` says more."""

    what: str
    rows: int
    period: str
    unit: str
    source: str
    licence: str
    derivation: str
    gaps: str = ""


EXAMPLES = {
    "world_2023": Example(
        "exports of 194 economies to one another",
        25_398,
        "2023",
        "US dollars",
        "CEPII BACI (HS22, release 202501)",
        "Etalab Open Licence 2.0",
        "all products summed, rounded to whole dollars",
        "No Taiwan. 76 economies had not reported 2023, Korea, Vietnam, Poland, Russia, the Philippines, Iraq, "
        "Argentina, Bangladesh and Algeria the largest of them: their rows are their partners' reports, and what they "
        "traded with one another is missing.",
    ),
    "wits_top5": Example(
        "published shares of the five largest partners, exports and imports, beside the totals",
        42_768,
        "1988-2019",
        "shares in [0, 1], totals in US dollars",
        "World Bank WITS, country trade summaries",
        "CC BY 4.0",
        "per cent divided by 100, codes to ISO3, groups of countries left out",
        "Shares are published with two decimals of a per cent. Totals of imports are there for Cambodia, Germany, "
        "Indonesia, Malaysia, Mexico, Thailand and Vietnam only.",
    ),
    "vn_agri_2019": Example(
        "Vietnamese agricultural exports by commodity and market, fifteen markets each",
        254,
        "first nine months of 2018 and 2019",
        "US dollars",
        "Vietnam, Ministry of Agriculture and Rural Development, monthly report of September 2019, appendix 17a",
        "official statistics",
        "transcribed, thousand dollars times 1,000, names to ISO3",
        "The markets of 2018 are those of 2019's list. product_total less the rows of a product is the other markets.",
    ),
    "imports_1995_2019": Example(
        "imports of 86 economies from one another, each year as the importer reported it",
        156_944,
        "1995-2019",
        "US dollars",
        "UN Comtrade totals as published in the data set gravity-vs-ml",
        "CC0 1.0",
        "rounded to thousand dollars, codes to ISO3, zeros (not reported) and own trade left out",
        "No Vietnam, and no trade with economies outside the 86. As importers Spain lacks four years, Malawi three, "
        "Oman, Sweden and Saint Vincent one each.",
    ),
    "long_an_2021": Example(
        "targets of Long An province",
        5,
        "2021",
        "US dollars, VND",
        "Long An Department of Industry and Trade, 27 January 2021",
        "official statistics",
        "typed from the announcement; growth as a share of one",
    ),
    "distances": Example(
        "distances, borders and common languages of 224 economies",
        49_952,
        "2011",
        "kilometres",
        "CEPII GeoDist (Mayer and Zignago 2011)",
        "Etalab Open Licence 2.0",
        "rounded to whole kilometres, old codes to ISO3",
        "weighted is missing where the source has no cities' populations. Serbia has the distances of Serbia and "
        "Montenegro; Montenegro, Kosovo and South Sudan are not there, and ANT is the Netherlands Antilles.",
    ),
    "gdp_2023": Example(
        "gross domestic product of 194 economies",
        194,
        "2023",
        "US dollars",
        "World Bank, World Development Indicators",
        "CC BY 4.0",
        "rounded to whole dollars",
    ),
}


def examples() -> pd.DataFrame:
    """The tables that ``example`` gives: what each holds, its rows, period, unit, source, licence, date of derivation.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.examples()["name"].tolist()
    ['world_2023', 'wits_top5', 'vn_agri_2019', 'imports_1995_2019', 'long_an_2021', 'distances', 'gdp_2023']
    """
    columns = ("what", "rows", "period", "unit", "source", "licence")
    rows = [{"name": name, **{column: getattr(one, column) for column in columns}} for name, one in EXAMPLES.items()]
    return pd.DataFrame(rows).assign(date=DERIVED)


def example(name: str) -> pd.DataFrame:
    """An embedded table of real figures; its certificate names source, licence, unit, derivation and known gaps.

    Parameters
    ----------
    name
        One of ``ta.examples()``.

    Returns
    -------
    ``world_2023``: a trade table of exports. ``wits_top5``: ``reporter, flow, year, partner, share, total``.
    ``vn_agri_2019``: a trade table with ``partner_vi, period, quantity_t, share_printed, product_total``.
    ``imports_1995_2019``: a trade table of imports.
    ``long_an_2021``: ``indicator, label_en, label_vi, target, unit, growth_low, growth_high``. ``distances``:
    ``origin, destination``, the ``distance`` between the main cities, ``weighted`` by cities' population, and
    ``contiguous, common_language``. ``gdp_2023``: ``reporter, gdp``.

    Raises
    ------
    TradeDataError
        There is no such table.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> len(world), world["reporter"].nunique()
    (25398, 194)
    """
    if name not in EXAMPLES:
        raise TradeDataError(Text("no_example", name=repr(name), there=list(EXAMPLES)))
    packed = DATA / f"{name}.csv.gz"
    path = packed if packed.exists() else DATA / f"{name}.csv"
    # "NA" is Namibia: only an empty cell is missing.
    table = _SHAPES.get(name, _as_it_is)(pd.read_csv(path, keep_default_na=False, na_values=[""]))
    table.attrs["certificate"] = _certificate(name, EXAMPLES[name])
    return table


def _certificate(name: str, one: Example) -> dict[str, Any]:
    known = {"name": name, **vars(one), "date": DERIVED} | ({"currency": DOLLAR} if one.unit == DOLLARS else {})
    # BACI's two sides are one figure: an exporter's row is also the importer's.
    if name == "world_2023":
        known |= {"reconciled": True, "silent": SILENT.split(), "national_shares": copy.deepcopy(NATIONAL_SHARES)}
    return known


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table


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
    "world_2023": _world,
    "wits_top5": _top5,
    "vn_agri_2019": _agri,
    "imports_1995_2019": _imports,
    "distances": _pairs,
}
