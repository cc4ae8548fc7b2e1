"""The layouts of the sources, as data: how each is recognised, its columns, its unit.

To add a source, add one entry to ``LAYOUTS`` and one test; nothing else changes.

1. Open a file of the source and write its headings as ``heading`` gives them: lower case, single blanks.
2. Add a ``Layout`` before the last entry: ``columns`` names the headings of each of our columns (the best first: codes
   before names), ``values`` the headings of values with the flow of each (None where a column states the flow), and
   ``unit`` what the source publishes in. Where it applies: ``dimensions`` that split a cell, with the code of their
   total; ``rows`` to keep; ``digits`` of product codes that lost their zeros; ``flows`` and ``codes`` where the source
   numbers flows or countries in its own way; ``labels`` of its own totals; what all rows are (``constants``).
3. A file has the layout if it has a heading of the values, of the partner, of the reporter (where named) and all of
   ``rows``; the first layout that fits is taken. A file with too few headings of its own must stand below the others.
4. Test it in ``tests/test_sources.py``: write the first rows of a real file, ``ta.read`` it, and compare the table.

For example, a source whose files read ``Origin;Target;HS6;Year;FOB (million USD)``::

    Layout(
        "Example office",
        columns={"reporter": ("origin",), "partner": ("target",), "product": ("hs6",), "year": ("year",)},
        values={"fob (million usd)": EXPORT},
        unit="mUSD",
    )

>>> from dataclasses import replace
>>> example = replace(LAYOUTS[-1], name="Example office", columns={"partner": ("target",)}, values={"fob": EXPORT})
>>> example.fits(["target", "hs6", "fob"]), example.fits(["partner", "value"])
(True, False)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from tradeanalysis.schema import (
    COLUMNS,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PARTNER_NAME,
    PERIOD,
    REPORTER,
    REPORTER_NAME,
    VALUE,
)
from tradeanalysis.sources.columns.headings import ECONOMY, EXPORTER, IMPORTER, SIDE_BY_SIDE, begun, heading, role


@dataclass(frozen=True)
class Layout:
    """One way to write trade down. Headings are compared as ``heading`` writes them."""

    name: str
    # A column of ours, and where it stands: the first of these headings that the file has, blanks from the next.
    columns: Mapping[str, tuple[str, ...]]
    # The headings of values, and the flow of each; None where a column states it row by row.
    values: Mapping[str, str | None]
    unit: str | None
    # Columns that split a cell further, and the code that stands for all of each.
    dimensions: Mapping[str, str] = field(default_factory=dict)
    # How many digits product codes have; those that lost leading zeros are filled up.
    digits: int | None = None
    # Which rows are trade: a heading, and what stands under it in the rows that are kept.
    rows: Mapping[str, Collection[str]] = field(default_factory=dict)
    # Programs write a point; None: the numbers have to show which mark it is.
    decimal: str | None = "."
    # What all rows are, where no column says it: {"reporter": "USA"}.
    constants: Mapping[str, str] = field(default_factory=dict)
    # How many digits at the end of a code are the product's: before them stands the section.
    last_digits: Mapping[str, int] = field(default_factory=dict)
    # The flow that begins the name of a file, where no column says it: {"exp_": "export"}.
    flow_in_name: Mapping[str, str] = field(default_factory=dict)
    # The source's own codes of flows, by their text; and the system of its codes of countries.
    flows: Mapping[str, str] = field(default_factory=dict)
    codes: str | None = None
    # What the source calls totals and blocs, by labels that are known here.
    labels: Mapping[str, str] = field(default_factory=dict)
    # The form of its codes of groups of economies, which are sums of others, by a pattern.
    groups: str = ""
    # Whether the rows of a cell are always parts of it, which are added.
    adds: bool = False
    # Whether a column of scale holds for the values, or only for how a page shows them.
    scaled: bool = True
    # Headings of frequencies, and their words for the year: beside years, their months and quarters are left out.
    annual: Mapping[str, Collection[str]] = field(default_factory=dict)
    # FOB or CIF, as the source writes it.
    valuation: str = ""

    # Headings by which files of the source are known, beside those of the partner and the values.
    marks: Collection[str] = ()

    def fits(self, headings: Collection[str]) -> bool:
        """Whether a file with these headings has this layout."""
        needed = [self.columns[PARTNER], self.columns.get(REPORTER, ()), tuple(self.rows)]
        return (
            any(value in headings for value in self.values)
            and set(self.marks) <= set(headings)
            and all(not options or any(option in headings for option in options) for options in needed)
        )


# The column that names the economy of a row once more, in words.
NAME_OF = {REPORTER: (REPORTER_NAME,), PARTNER: (PARTNER_NAME,)}

# Comext numbers its flows. Its partners are codes of two letters, some of its own: Northern Ireland, Spain's towns in
# Africa, stores of ships and aircraft (QQ to QS), and what is not specified or secret. Longer codes are groups.
_EU_FLOWS = MappingProxyType({"1": IMPORT, "2": EXPORT})
_EU_LABELS = MappingProxyType(
    {"XI": "GBR", "XU": "GBR", "XC": "ESP", "XL": "ESP"}
    | dict.fromkeys(("QQ", "QR", "QS"), "BUN")
    | dict.fromkeys(("QP", "QU", "QV", "QW", "QX", "QY", "QZ"), "UNS")
)
_EU_GROUPS = r"(?!WORLD)[A-Z][A-Z0-9_]{2,}"
# The IMF's indicators, by their codes and in words; others, such as balances, are not trade beside these.
_IMF_FLOWS = MappingProxyType(
    {
        "XG_FOB_USD": EXPORT,
        "MG_CIF_USD": IMPORT,
        "Exports of goods, Free on board (FOB), US dollar": EXPORT,
        "Imports of goods, Cost insurance freight (CIF), US dollar": IMPORT,
    }
)
# Codes that begin with TX are remainders ("Asia not specified"), but for 910, "Other countries n.i.e.", which is Cuba
# and North Korea once more.
_IMF_GROUPS = r"G(?:X?\d+|ASEAN|SAC)|U\d{3}|TX910"
_IMF_YEARS = MappingProxyType({"frequency": ("A", "Annual"), "frequency.id": ("A",)})

# A number of Comtrade that is another economy's in M49, Monaco's.
_OF_COMTRADE = MappingProxyType({"492": "Europe EU, nes"})

LAYOUTS = (
    Layout(
        "WITS, trade summary",
        columns={
            "reporter": ("reporter",),
            "partner": ("partner",),
            "flow": ("indicator type",),
            "year": ("year",),
        },
        values={SIDE_BY_SIDE: None},
        unit="mUSD",
        rows={
            "indicator": (
                "Trade (US$ Mil)-Top 5 Export Partner",
                "Trade (US$ Mil)-Top 5 Import Partner",
                "Exports (in US$ Mil)",
                "Imports (in US$ Mil)",
            )
        },
    ),
    Layout(
        "Comtrade",
        columns={
            "reporter": ("reportercode", "reporteriso", "reporterdesc"),
            "partner": ("partnercode", "partneriso", "partnerdesc"),
            "flow": ("flowcode", "flowdesc"),
            "product": ("cmdcode",),
            "year": ("refyear", "period"),
        },
        values={"primaryvalue": None},
        unit="USD",
        dimensions={"motcode": "0", "customscode": "C00", "partner2code": "0", "moscode": "0"},
        labels=_OF_COMTRADE,
    ),
    Layout(
        "Comtrade, legacy download",
        columns={
            "reporter": ("reporter code", "reporter iso", "reporter"),
            "partner": ("partner code", "partner iso", "partner"),
            "flow": ("trade flow", "trade flow code"),
            "product": ("commodity code",),
            "year": ("year",),
        },
        values={"trade value (us$)": None},
        unit="USD",
        dimensions={"mode of transport code": "0", "customs proc. code": "C00", "2nd partner code": "0"},
    ),
    Layout(
        "Comtrade, legacy API",
        columns={
            "reporter": ("rtcode", "rt3iso"),
            "partner": ("ptcode", "pt3iso"),
            "flow": ("rgdesc",),
            "product": ("cmdcode",),
            "year": ("yr",),
        },
        values={"tradevalue": None},
        unit="USD",
        dimensions={"motcode": "0", "cstcode": "C00", "ptcode2": "0"},
    ),
    Layout(
        "WITS",
        columns={
            "reporter": ("reporteriso3", "reportername"),
            "partner": ("partneriso3", "partnername"),
            "flow": ("tradeflowname",),
            "product": ("productcode",),
            "year": ("year",),
        },
        values={"tradevalue in 1000 usd": None},
        unit="kUSD",
    ),
    Layout(
        "WITS, by partner",
        columns={
            "reporter": ("reporter name",),
            "partner": ("partner name",),
            "year": ("year",),
            "product": ("product group",),
        },
        values={"export (us$ thousand)": EXPORT, "import (us$ thousand)": IMPORT},
        unit="kUSD",
    ),
    Layout(
        "BACI, by reporter",
        columns={
            "reporter": ("reporter",),
            "partner": ("partner",),
            "flow": ("flow",),
            "product": ("k",),
            "year": ("t",),
        },
        values={"v": None},
        unit="kUSD",
        marks=("t", "flow"),
        valuation="FOB, reconciled",
    ),
    Layout(
        "BACI",
        columns={"reporter": ("i",), "partner": ("j",), "product": ("k",), "year": ("t",)},
        values={"v": EXPORT},
        unit="kUSD",
        digits=6,
        valuation="FOB, reconciled",
    ),
    Layout(
        "Atlas of Economic Complexity",
        columns={
            "reporter": ("country_iso3_code", "location_code"),
            "partner": ("partner_iso3_code", "partner_code"),
            "product": ("product_hs92_code", "hs_product_code"),
            "year": ("year",),
        },
        values={"export_value": EXPORT, "import_value": IMPORT},
        unit="USD",
    ),
    Layout(
        "Eurostat Comext",
        columns={
            "reporter": ("reporter",),
            "partner": ("partner",),
            "product": ("product",),
            "flow": ("flow",),
            "year": ("time_period",),
        },
        values={"obs_value": None},
        unit="EUR",
        marks=("freq", "indicators"),
        annual={"freq": ("A", "Annual")},
        rows={"indicators": ("VALUE_IN_EUROS", "VALUE_EUR", "VALUE_IN_EURO")},
        flows=_EU_FLOWS,
        labels=_EU_LABELS,
        groups=_EU_GROUPS,
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "Eurostat Comext, bulk",
        columns={
            "reporter": ("reporter",),
            "partner": ("partner",),
            "product": ("product_nc",),
            "flow": ("flow",),
            "year": ("period",),
        },
        values={"value_eur": None},
        unit="EUR",
        marks=("product_nc", "flow", "period"),
        dimensions={"stat_procedure": "", "trade_type": "", "transport_mode": "", "suppl_unit": ""},
        flows=_EU_FLOWS,
        labels=_EU_LABELS,
        groups=_EU_GROUPS,
        adds=True,
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "Eurostat Comext, bulk until 2023",
        columns={
            "reporter": ("declarant_iso",),
            "partner": ("partner_iso",),
            "product": ("product_nc",),
            "flow": ("flow",),
            "year": ("period",),
        },
        values={"value_in_euros": None},
        unit="EUR",
        marks=("product_nc", "flow", "period"),
        dimensions={"stat_regime": "", "trade_type": "", "transport_mode": ""},
        flows=_EU_FLOWS,
        labels=_EU_LABELS,
        groups=_EU_GROUPS,
        adds=True,
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "FAO, detailed trade matrix",
        columns={
            "reporter": ("reporter countries",),
            "partner": ("partner countries",),
            "product": ("item code (cpc)", "item code", "item"),
            "flow": ("element",),
            "year": ("year",),
        },
        values={"value": None, SIDE_BY_SIDE: None},
        unit="kUSD",
        rows={"element": ("Export value", "Import value")},
        codes="fao",
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "ComexStat",
        columns={"partner": ("co_pais",), "product": ("co_ncm",), "year": ("co_ano",), "period": ("co_mes",)},
        values={"vl_fob": None},
        unit="USD",
        marks=("co_ano", "co_ncm"),
        dimensions={"sg_uf_ncm": "", "co_via": "", "co_urf": "", "co_unid": ""},
        digits=8,
        constants={REPORTER: "BRA"},
        flow_in_name={"exp": EXPORT, "imp": IMPORT},
        codes="secex",
        adds=True,
        valuation="FOB",
    ),
    Layout(
        "ComexStat, answer",
        columns={
            "partner": ("country", "countrycode"),
            "product": ("concm", "cosh6", "cosh4", "cosh2"),
            "year": ("year",),
            "period": ("monthnumber",),
        },
        values={"metricfob": None},
        unit="USD",
        constants={REPORTER: "BRA"},
        valuation="FOB",
    ),
    Layout(
        "US Census, trade by country",
        columns={"partner": ("ctyname", "cty_name", "cty_code"), "year": ("year",)},
        values={"eyr": EXPORT, "iyr": IMPORT},
        unit="mUSD",
        marks=("cty_code",),
        constants={REPORTER: "USA"},
        valuation="exports FAS, imports customs value",
    ),
    Layout(
        "USA Trade Online",
        columns={"partner": ("country", "countries"), "product": ("commodity", "commodities"), "year": ("time",)},
        values={
            "value ($us)": EXPORT,
            "total exports value ($us)": EXPORT,
            "fas value ($us)": EXPORT,
            "customs value (gen) ($us)": IMPORT,
            "total value ($us)": None,
        },
        unit="USD",
        marks=("time",),
        constants={REPORTER: "USA"},
        decimal=".",
        valuation="exports FAS, imports customs value",
    ),
    Layout(
        "OECD, bilateral trade",
        columns={
            "reporter": ("cou", "reporter", "reporting country", "declaring country"),
            "partner": ("par", "partner", "partner country"),
            "product": ("ind",),
            "flow": ("flow",),
            "year": ("time",),
        },
        values={"value": None},
        unit="USD",
        marks=("cou", "par", "time", "powercode"),
        labels={"WLD": "World", "WORLD": "World", "DXD": "World"},
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "OECD, balanced trade",
        columns={
            "reporter": ("ref_area",),
            "partner": ("counterpart_area",),
            "product": ("product_code", "product", "commodity"),
            "flow": ("trade_flow", "flow", "measure"),
            "year": ("time_period",),
        },
        values={"obs_value": None},
        unit="USD",
        marks=("ref_area", "unit_mult"),
        labels={"W": "World", "WXD": "World", "W00": "World"},
        valuation="FOB, balanced",
    ),
    # As the portal's pages write it: in the scale that stands beside the values, as the answers of the service are not.
    Layout(
        "IMF, trade in goods, portal",
        columns={
            "reporter": ("country.id", "country"),
            "partner": ("counterpart_country.id", "counterpart_country"),
            "flow": ("indicator.id", "indicator"),
            "year": ("time_period", "year"),
            "period": ("period",),
        },
        values={"obs_value": None, SIDE_BY_SIDE: None},
        unit="USD",
        marks=("series_code", "indicator"),
        flows=_IMF_FLOWS,
        rows={"indicator": tuple(_IMF_FLOWS)},
        codes="imf",
        groups=_IMF_GROUPS,
        annual=_IMF_YEARS,
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "IMF, trade in goods",
        columns={
            "reporter": ("country",),
            "partner": ("counterpart_country",),
            "flow": ("indicator",),
            "year": ("time_period",),
        },
        values={"obs_value": None},
        unit="USD",
        marks=("indicator",),
        flows=_IMF_FLOWS,
        rows={"indicator": tuple(_IMF_FLOWS)},
        codes="imf",
        groups=_IMF_GROUPS,
        scaled=False,
        annual=_IMF_YEARS,
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "UNCTADstat, trade matrix",
        columns={
            "reporter": ("economy label", "economy"),
            "partner": ("partner label", "partner"),
            "product": ("product", "product label"),
            "flow": ("flow label", "flow"),
            "year": ("year",),
        },
        values={"us$ at current prices in thousands": None},
        unit="kUSD",
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "UNCTADstat, trade matrix",
        columns={
            "reporter": ("economy label", "economy"),
            "partner": ("partner label", "partner"),
            "product": ("product", "product label"),
            "flow": ("flow label", "flow"),
            "year": ("year",),
        },
        values={"us$ at current prices in millions": None},
        unit="mUSD",
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "WTO, timeseries",
        columns={
            "reporter": ("reporting economy iso3a code", "reporting economy"),
            "partner": ("partner economy iso3a code", "partner economy"),
            "product": ("product/sector code", "product/sector"),
            "year": ("year",),
        },
        values={"value": None, SIDE_BY_SIDE: None},
        unit=None,
        marks=("reporting economy", "partner economy"),
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "WITS, SDMX",
        columns={
            "reporter": ("reporter",),
            "partner": ("partner",),
            "product": ("productcode",),
            "flow": ("indicator",),
            "year": ("time_period",),
        },
        values={"obs_value": None},
        unit="kUSD",
        marks=("productcode", "indicator"),
        flows={"XPRT-TRD-VL": EXPORT, "MPRT-TRD-VL": IMPORT},
        rows={"indicator": ("XPRT-TRD-VL", "MPRT-TRD-VL")},
        valuation="imports CIF, exports FOB",
    ),
    Layout(
        "OEC",
        columns={
            "reporter": ("exporter country", "exporter country id"),
            "partner": ("importer country", "importer country id"),
            "product": ("hs6 id", "hs4 id", "hs2 id", "section id", "hs6", "hs4", "hs2", "section"),
            "year": ("year", "time"),
        },
        values={"trade value": EXPORT},
        unit="USD",
        last_digits={"hs6 id": 6, "hs4 id": 4, "hs2 id": 2},
        marks=("exporter country", "importer country"),
        valuation="FOB",
    ),
    Layout(
        "canonical",
        columns={column: (column, *NAME_OF.get(column, ())) for column in COLUMNS if column != VALUE}
        | {PERIOD: (PERIOD, "month")},
        values={VALUE: None},
        unit="USD",
        decimal=None,
    ),
)


@lru_cache(maxsize=1 << 16)
def is_known(text: str) -> bool:
    """Whether a heading is one of ours, of a source's, or of the words that people use."""
    if not any(map(str.isalpha, text)):
        return False  # a number, as most cells of a file are
    return heading(text) in _HEADINGS or role(text) is not None or bool(begun(text))


def is_partner(text: str) -> bool:
    """Whether a heading says that partners stand below it."""
    return heading(text) in _PARTNERS or role(text) in (PARTNER, ECONOMY, EXPORTER, IMPORTER)


_PARTNERS = {name for layout in LAYOUTS for name in layout.columns[PARTNER]}
_HEADINGS = {name for layout in LAYOUTS for options in layout.columns.values() for name in options}
_HEADINGS |= {name for layout in LAYOUTS for name in (*layout.values, *layout.dimensions)}


def constants(layout: Layout, source: str) -> dict[str, str]:
    """What all rows of a file of this layout are, where no column says it: by the source, or by the file's name."""
    begun_by = (flow for start, flow in layout.flow_in_name.items() if source.lower().startswith(start))
    flow = next(begun_by, None)
    return {**layout.constants, **({} if flow is None else {FLOW: flow})}
