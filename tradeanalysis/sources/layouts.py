"""The layouts of the sources, as data: how each is recognised, its columns, its unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import (
    COLUMNS,
    EXPORT,
    IMPORT,
    PARTNER,
    PARTNER_NAME,
    REPORTER,
    REPORTER_NAME,
    VALUE,
    SchemaError,
    UnitError,
)

UNITS = {"USD": 1.0, "kUSD": 1e3, "mUSD": 1e6, "bnUSD": 1e9}


@dataclass(frozen=True)
class Layout:
    """One way to write trade down. Headings are compared as ``heading`` writes them."""

    name: str
    # A column of ours, and where it stands: the first of these headings that the file has, blanks from the next.
    columns: Mapping[str, tuple[str, ...]]
    # The headings of values, and the flow that each holds; none where the file tells it row by row.
    values: Mapping[str, str | None]
    unit: str | None
    # Columns that split a cell further, and the code that stands for all of each.
    dimensions: Mapping[str, str] = field(default_factory=dict)
    # Product codes that lost their leading zeros get them back.
    digits: int | None = None
    # Programs write a point; what people write has to make itself plain.
    decimal: str | None = "."

    def fits(self, headings: Collection[str]) -> bool:
        """Whether a file with these headings is written so."""
        needed = [self.columns[PARTNER], self.columns.get(REPORTER, ())]
        return any(value in headings for value in self.values) and all(
            not options or any(option in headings for option in options) for options in needed
        )


# The column that says once more, in words, which economy a row is of.
NAME_OF = {REPORTER: (REPORTER_NAME,), PARTNER: (PARTNER_NAME,)}

LAYOUTS = (
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
        dimensions={"motcode": "0", "customscode": "C00", "partner2code": "0"},
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
        "BACI",
        columns={"reporter": ("i",), "partner": ("j",), "product": ("k",), "year": ("t",)},
        values={"v": EXPORT},
        unit="kUSD",
        digits=6,
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
        "canonical",
        columns={column: (column, *NAME_OF.get(column, ())) for column in COLUMNS if column != VALUE},
        values={VALUE: None},
        unit="USD",
        decimal=None,
    ),
)


def heading(text: object) -> str:
    """A heading in lower case, composed, with single blanks: as headings are compared."""
    return " ".join(unicodedata.normalize("NFC", str(text)).lower().split())


def recognise(headings: Collection[str], columns: Mapping[str, str] | None, unit: str | None) -> Layout:
    """The layout of a file with these headings; ``columns`` names some of them by hand."""
    if unit is not None and unit not in UNITS:
        raise UnitError(f"TA-109 [error] unit={unit!r} is not known. The units are {', '.join(UNITS)}")
    headings = [name for name in headings if name]
    if twice := sorted({name for name in headings if headings.count(name) > 1}):
        raise SchemaError(f"TA-110 [error] there are columns of one name: {listing(map(repr, twice))}. Rename them")
    if columns:
        return _by_hand(headings, columns, unit)
    if PARTNER in headings and VALUE in headings:
        return LAYOUTS[-1]
    for layout in LAYOUTS[:-1]:
        if layout.fits(headings):
            if unit not in (None, layout.unit):
                raise UnitError(
                    f"TA-109 [error] unit={unit!r}, and files of {layout.name} are in {layout.unit}. Leave unit= out, "
                    "or name the columns with columns= if this file is another"
                )
            return layout
    raise SchemaError(
        f"TA-110 [error] the layout is not known: the columns are {listing(map(repr, headings), 30)}.{_near(headings)} "
        'Say which are which with columns={"partner": ..., "value": ...} and the unit with unit="USD"'
    )


def _by_hand(headings: Collection[str], columns: Mapping[str, str], unit: str | None) -> Layout:
    named = {ours: heading(theirs) for ours, theirs in columns.items()}
    wrong = [ours for ours in named if ours not in COLUMNS]
    if wrong:
        raise SchemaError(f"TA-110 [error] columns= names {listing(wrong)}; ours are {', '.join(COLUMNS)}")
    missing = [columns[ours] for ours, theirs in named.items() if theirs not in headings]
    if missing:
        raise SchemaError(
            f"TA-110 [error] columns= names {listing(map(repr, missing))}, and the file has "
            f"{listing(map(repr, headings), 30)}"
        )
    full = {ours: named.get(ours, ours) for ours in COLUMNS}
    lacking = [ours for ours in (PARTNER, VALUE) if full[ours] not in headings]
    if lacking:
        raise SchemaError(f"TA-110 [error] say which column is {' and which is '.join(lacking)} in columns=")
    if full[VALUE] != VALUE and unit is None:
        raise UnitError(
            f"TA-109 [error] the unit of {columns[VALUE]!r} is not known. Pass unit=: one of {', '.join(UNITS)}"
        )
    return Layout(
        "columns named by hand",
        columns={ours: (full[ours],) for ours in COLUMNS if ours != VALUE},
        values={full[VALUE]: None},
        unit=unit or "USD",
        decimal=None,
    )


def _near(headings: Collection[str]) -> str:
    near = {
        ours: match[0]
        for ours in (REPORTER, PARTNER, VALUE)
        if (match := get_close_matches(ours, list(headings), 1, 0.6))
    }
    return " Near ours are " + ", ".join(f"{theirs!r} ({ours}?)" for ours, theirs in near.items()) + "." if near else ""
