"""The layouts of the sources, as data: how each is recognised, its columns, its unit.

To add a source, add one entry to ``LAYOUTS`` and one test; nothing else changes.

1. Open a file of the source and write its headings as ``heading`` gives them: lower case, single blanks.
2. Add a ``Layout`` before the last entry: ``columns`` names the headings of each of our columns (the best first: codes
   before names), ``values`` the headings of values with the flow of each (None where a column states the flow), and
   ``unit`` what the source publishes in. Where it applies: ``dimensions`` that split a cell, with the code of their
   total; ``rows`` to keep; ``digits`` of product codes that lost their zeros.
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

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache

from tradeanalysis import names
from tradeanalysis.gate.findings import Fix, fault, listing
from tradeanalysis.schema import (
    COLUMNS,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PARTNER_NAME,
    PERIOD,
    PRODUCT,
    REPORTER,
    REPORTER_NAME,
    VALUE,
    YEAR,
    SchemaError,
)
from tradeanalysis.sources.columns.agreed_unit import agreed_unit, given_unit
from tradeanalysis.sources.columns.units import units_in
from tradeanalysis.texts import InUnit, Text

# The heading of values that stood side by side, a column for each year or month.
SIDE_BY_SIDE = "value by year or month"

# What tables made by people call our columns, by the keys of the words; and the flow that a word for values implies.
WORDS = {
    **dict.fromkeys(("partner", "country", "countryname", "partnercountry", "partnername", "market"), PARTNER),
    **dict.fromkeys(("destination", "exportmarket", "tradingpartner", "country/territory", "dataseries"), PARTNER),
    **dict.fromkeys(("nuoc", "tennuoc", "quocgia", "thitruong", "tenthitruong", "doitac", "nuocdoitac"), PARTNER),
    **dict.fromkeys(("nuoc/vunglanhtho", "tennuoc/vunglanhtho", "thitruongxuatkhau", "thitruongnhapkhau"), PARTNER),
    **dict.fromkeys(("product", "commodity", "commoditycode", "productcode", "hscode", "hs"), PRODUCT),
    **dict.fromkeys(("mathang", "nhomhang", "nhommathang", "mahs", "mahang"), PRODUCT),
    **dict.fromkeys(("reporter", "reportername", "nuocbaocao"), REPORTER),
    **dict.fromkeys(("flow", "tradeflow", "xuatnhapkhau"), FLOW),
    **dict.fromkeys(("year", "nam"), YEAR),
    **dict.fromkeys(("period", "ky", "month", "thang"), PERIOD),
}
VALUES = {
    **dict.fromkeys(("value", "tradevalue", "trigia", "kimngach", "giatri", "tonggiatri", "tongtrigia", "valor"), None),
    **dict.fromkeys(
        ("exports", "exportvalue", "exportsvalue", "exportedvalue", "kimngachxuatkhau", "trigiaxuatkhau"), EXPORT
    ),
    **dict.fromkeys(("giatrixuatkhau", "xuatkhau"), EXPORT),
    **dict.fromkeys(
        ("imports", "importvalue", "importsvalue", "importedvalue", "kimngachnhapkhau", "trigianhapkhau"), IMPORT
    ),
    **dict.fromkeys(("giatrinhapkhau", "nhapkhau"), IMPORT),
    names.key(SIDE_BY_SIDE): None,
}
# Beside a value of the month these are the value of the months so far.
CUMULATIVE = ("luyke", "congdon", "cumulative", "yeartodate")
# What else a heading may say of exports: quantities, prices, shares, changes.
_NO_VALUE = re.compile(
    r"%|\+/-|^re-?(ex|im)ports?"
    r"|\b(lượng|luong(?! thuc)|tấn|đơn giá|tỷ trọng|ty trong|tỷ lệ|ty le|tăng|tang|giảm|giam|so với|so voi)\b"
    r"|\b(quantity|volume|weight|tons?|tonnes?|kg|share|growth|change|index|per|unit value)\b"
)


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

    def fits(self, headings: Collection[str]) -> bool:
        """Whether a file with these headings has this layout."""
        needed = [self.columns[PARTNER], self.columns.get(REPORTER, ()), tuple(self.rows)]
        return any(value in headings for value in self.values) and all(
            not options or any(option in headings for option in options) for options in needed
        )


# The column that names the economy of a row once more, in words.
NAME_OF = {REPORTER: (REPORTER_NAME,), PARTNER: (PARTNER_NAME,)}

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
        columns={column: (column, *NAME_OF.get(column, ())) for column in COLUMNS if column != VALUE}
        | {PERIOD: (PERIOD, "month")},
        values={VALUE: None},
        unit="USD",
        decimal=None,
    ),
)


def heading(text: object) -> str:
    """A heading in lower case, composed, with single blanks: as headings are compared."""
    return " ".join(unicodedata.normalize("NFC", str(text)).lower().split())


@lru_cache(maxsize=1 << 16)
def is_known(text: str) -> bool:
    """Whether a heading is one of ours, of a source's, or of the words that people use."""
    if not re.search(r"[^\W\d_]", text):
        return False  # a number, as most cells of a file are
    return heading(text) in _HEADINGS or _key(text) in WORDS or bool(_begun(text))


def is_partner(text: str) -> bool:
    """Whether a heading says that partners stand below it."""
    return heading(text) in _PARTNERS or WORDS.get(_key(text)) == PARTNER


def meaning(text: str) -> str | None:
    """Which of our columns the words of a heading say that it is, other than values."""
    return WORDS.get(_key(text))


def flow_of_value(text: str) -> tuple[bool, str | None]:
    """Whether the words of a heading say that values stand below it, and of which flow."""
    word = _value(text)
    return word is not None, VALUES[word] if word else None


def is_no_value(text: str) -> bool:
    """Whether a heading says that quantities, prices, shares or changes stand below it."""
    return bool(_NO_VALUE.search(heading(text).replace("_", " ")))


def heading_key(text: str) -> str:
    """The key of a heading's words, as those of ``WORDS`` are written."""
    return _key(text)


@lru_cache(maxsize=1 << 14)
def _key(text: str) -> str:
    """A heading's words by their key, without what stands in brackets and without a unit."""
    bare = names.key(re.sub(r"[(\[].*?[)\]]", "", text))
    return re.sub(r"(1000|nghin|ngan|trieu|ty)?(usd|us)$", "", bare) or bare


def _begun(text: str) -> list[str]:
    """The words for values that a heading is or begins with."""
    key = "" if is_no_value(text) else _key(text)
    return [word for word in VALUES if key.startswith(word)]


@lru_cache(maxsize=1 << 14)
def _value(text: str) -> str | None:
    """The word for values that a heading is or begins with, or a word for any value that it ends with."""
    key = "" if is_no_value(text) else _key(text)
    ended = [word for word, flow in VALUES.items() if flow is None and key.endswith(word)]
    return max(_begun(text) or ended, key=len, default=None)


def recognise(
    headings: Collection[str],
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    stated: frozenset[str] = frozenset(),
) -> Layout:
    """The layout of a file with these headings.

    ``columns`` names some of them by hand, ``stated`` are the units that titles and notes state.
    """
    unit = given_unit(unit)
    headings = [name for name in headings if name]
    if twice := sorted({name for name in headings if headings.count(name) > 1}):
        raise SchemaError(
            f"TA-110 [error] there are columns of one name: {listing(map(repr, twice))}. Rename them; or, where the "
            "headings take several rows, say which with header_rows=[...]"
        )
    if columns:
        return _by_hand(headings, columns, unit, stated)
    if PARTNER in headings and VALUE in headings:
        return _agreed(LAYOUTS[-1], unit, stated)
    for layout in LAYOUTS[:-1]:
        if layout.fits(headings):
            if unit not in (None, layout.unit):
                ways = [Fix("unit", layout.unit, Text("reads_in_unit", unit=InUnit(str(layout.unit))), safe=True)]
                raise fault(
                    "TA-109", "unit_against_layout", given=unit, layout=layout.name, unit=layout.unit, fixes=ways
                )
            return layout
    if in_words := _in_words(headings, unit, stated):
        return in_words
    raise SchemaError(
        f"TA-110 [error] the layout is not known: the columns are {listing(map(repr, headings), 30)}.{_near(headings)} "
        'Say which are which with columns={"partner": ..., "value": ...} and the unit with unit="USD"; or, where these '
        f"are not the headings, which rows are with header_rows=[...].{_no_partner(headings)}"
    )


def _agreed(layout: Layout, unit: str | None, stated: frozenset[str]) -> Layout:
    """The layout with the unit that is given, stated or known, which must not differ."""
    return replace(layout, unit=agreed_unit(unit, layout.unit, stated, list(layout.values)))


def _in_words(headings: Collection[str], unit: str | None, stated: frozenset[str]) -> Layout | None:
    """The layout of a table whose headings are words that people use."""
    columns: dict[str, tuple[str, ...]] = {}
    for name in headings:
        if ours := WORDS.get(_key(name)):
            columns[ours] = (*columns.get(ours, ()), name)
    values = [name for name in headings if _value(name)]
    if PARTNER not in columns or not values:
        return None
    exact = {name: VALUES[_key(name)] for name in values if _key(name) in VALUES}
    chosen = exact or {name: VALUES[str(_value(name))] for name in values}
    both = len(chosen) == 2 and set(chosen.values()) == {EXPORT, IMPORT}
    cumulative = [name for name in headings if any(word in _key(name) for word in CUMULATIVE)]
    if cumulative or (len(chosen) > 1 and not both):
        several = listing(map(repr, dict.fromkeys([*values, *cumulative])), 10)
        raise SchemaError(
            f"TA-110 [error] several columns may hold the value: {several}. Say which with "
            f'columns={{"partner": "{columns[PARTNER][0]}", "value": "{values[0]}"}}'
        )
    layout = Layout("headings in words", columns, chosen, unit=None, decimal=None)
    return _agreed(layout, unit, stated | units_in(chosen))


def _by_hand(headings: Collection[str], columns: Mapping[str, str], unit: str | None, stated: frozenset[str]) -> Layout:
    named = {ours: heading(theirs) for ours, theirs in columns.items()}
    wrong = [ours for ours in named if ours not in COLUMNS]
    if wrong:
        raise SchemaError(f"TA-110 [error] columns= names {listing(wrong)}; ours are {', '.join(COLUMNS)}")
    missing = [columns[ours] for ours, theirs in named.items() if theirs not in headings]
    if missing:
        raise SchemaError(
            f"TA-110 [error] columns= names {listing(map(repr, missing))}, and the file has "
            f"{listing(map(repr, headings), 30)}. If these are not its headings, say which rows are, header_rows=[...]"
        )
    words = {WORDS[_key(name)]: name for name in reversed(list(headings)) if _key(name) in WORDS}
    full = {ours: named.get(ours) or (ours if ours in headings else words.get(ours, ours)) for ours in COLUMNS}
    if full[VALUE] not in headings and SIDE_BY_SIDE in headings:
        full[VALUE] = SIDE_BY_SIDE
    lacking = [ours for ours in (PARTNER, VALUE) if full[ours] not in headings]
    if lacking:
        raise SchemaError(f"TA-110 [error] say which column is {' and which is '.join(lacking)} in columns=")
    layout = Layout(
        "columns named by hand",
        columns={**{ours: (full[ours],) for ours in COLUMNS if ours != VALUE}, PERIOD: (words.get(PERIOD, PERIOD),)},
        values={full[VALUE]: None},
        unit="USD" if full[VALUE] == VALUE and VALUE not in named else None,
        decimal=None,
    )
    return _agreed(layout, unit, stated | units_in([full[VALUE]]))


def _no_partner(headings: Collection[str]) -> str:
    """What to do where no column looks like partners."""
    partners = [name for name in headings if WORDS.get(_key(name)) == PARTNER]
    return "" if partners else " If there is no column of partners in it, download the table by partner."


def _near(headings: Collection[str]) -> str:
    near = {
        ours: match[0]
        for ours in (REPORTER, PARTNER, VALUE)
        if (match := get_close_matches(ours, list(headings), 1, 0.6))
    }
    return " Near ours are " + ", ".join(f"{theirs!r} ({ours}?)" for ours, theirs in near.items()) + "." if near else ""


_PARTNERS = {name for layout in LAYOUTS for name in layout.columns[PARTNER]}
_HEADINGS = {name for layout in LAYOUTS for options in layout.columns.values() for name in options}
_HEADINGS |= {name for layout in LAYOUTS for name in (*layout.values, *layout.dimensions)}
