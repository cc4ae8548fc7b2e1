"""Headings as they are compared, and the words that people and programs use for our columns."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tradeanalysis import names
from tradeanalysis.schema import EXPORT, FLOW, IMPORT, PARTNER, PERIOD, PRODUCT, REPORTER, YEAR
from tradeanalysis.texts import HeadingName, Text

# The heading of values that stood side by side, a column for each year or month; or for each partner.
SIDE_BY_SIDE = "value by year or month"
ACROSS = "value by partner"
# Headings of ours, and the keys of their words.
OURS = {SIDE_BY_SIDE: "heading_by_period", ACROSS: "heading_by_partner"}
# A column of economies that reports or is a partner, which the columns beside it decide; who sells and who buys.
ECONOMY, EXPORTER, IMPORTER = "economy", "exporter", "importer"

# Columns of the last month of what has come so far, and of the first.
LAST_MONTHS, FIRST_MONTHS = ("denthang", "tomonth"), ("tuthang", "frommonth")
# What tables call our columns, by the keys of the words; and the flow that a word for values implies.
WORDS = {
    **dict.fromkeys(("partner", "partners", "partnercountry", "partnercountries", "partnereconomy", "market"), PARTNER),
    **dict.fromkeys(
        ("destination", "destinationcountry", "countryofdestination", "tradingpartner", "markets"), PARTNER
    ),
    **dict.fromkeys(("exportmarket", "importmarket", "counterpart", "counterpartcountry", "counterpartarea"), PARTNER),
    **dict.fromkeys(("thitruong", "tenthitruong", "doitac", "nuocdoitac", "doitacthuongmai", "dataseries"), PARTNER),
    **dict.fromkeys(("thitruongxuatkhau", "thitruongnhapkhau", "counterparteconomy", "partnerarea"), PARTNER),
    **dict.fromkeys(("reporter", "reporters", "reportername", "reportingcountry", "reportingeconomy"), REPORTER),
    **dict.fromkeys(("reportercountry", "reportercountries", "declarant", "nuocbaocao", "referencearea"), REPORTER),
    **dict.fromkeys(("refarea", "reportereconomy", "declaringcountry", "homecountry"), REPORTER),
    **dict.fromkeys(("country", "countries", "countryname", "country/territory", "economy", "nation", "cty"), ECONOMY),
    **dict.fromkeys(("nuoc", "tennuoc", "quocgia", "nuoc/vunglanhtho", "tennuoc/vunglanhtho"), ECONOMY),
    **dict.fromkeys(("chauluc/nuoc", "chauluc/quocgia", "khuvuc/nuoc", "khoi/nuoc", "nuoc/chauluc"), ECONOMY),
    **dict.fromkeys(("thitruong/nuoc", "chauluc/thitruong", "khuvuc/thitruong", "khoi/thitruong"), PARTNER),
    # Spanish, Portuguese, French and German.
    **dict.fromkeys(("pais", "paises", "pays", "land", "lander", "laender", "nombredelpais", "nomdupays"), ECONOMY),
    **dict.fromkeys(("paisdedestino", "paisdestino", "paisdedestinacao", "paysdedestination"), PARTNER),
    **dict.fromkeys(("bestimmungsland", "partnerland", "handelspartner", "socio", "paissocio", "parceiro"), PARTNER),
    **dict.fromkeys(("partenaire", "payspartenaire", "sociocomercial", "paisparceiro", "destino"), PARTNER),
    **dict.fromkeys(("paisdeorigen", "paisorigen", "paisdeorigem", "paysdorigine", "ursprungsland"), EXPORTER),
    **dict.fromkeys(("producto", "produto", "produit", "ware", "warengruppe", "partida"), PRODUCT),
    **dict.fromkeys(("ano", "anno", "annee", "jahr"), YEAR),
    **dict.fromkeys(("exporter", "exporters", "exportercountry", "exportingcountry", "supplier"), EXPORTER),
    **dict.fromkeys(("origin", "origincountry", "countryoforigin", "nuocxuatkhau", "suppliercountry"), EXPORTER),
    **dict.fromkeys(
        ("importer", "importers", "importercountry", "importingcountry", "buyer", "nuocnhapkhau"), IMPORTER
    ),
    **dict.fromkeys(
        ("product", "commodity", "productgroup", "hs", "hscode", "hsproduct", "hs2", "hs4", "hs6"), PRODUCT
    ),
    **dict.fromkeys(("hs8", "hs10", "hschapter", "hs2digit", "hs4digit", "cmd", "sitc", "ncm"), PRODUCT),
    **dict.fromkeys(("hs6digit", "hsproduct", "producths"), PRODUCT),
    **dict.fromkeys(
        ("mathang", "nhomhang", "nhommathang", "mahs", "mahang", "masohs", "producths", "tariffline"), PRODUCT
    ),
    **dict.fromkeys(("flow", "tradeflow", "flowtype", "typeoftrade", "direction", "xuatnhapkhau"), FLOW),
    **dict.fromkeys(("year", "nam", "refyear", "years"), YEAR),
    **dict.fromkeys(("period", "ky", "month", "thang", "timeperiod", "yearmonth", "mes"), PERIOD),
    **dict.fromkeys(LAST_MONTHS, PERIOD),
}
VALUES = {
    **dict.fromkeys(("value", "tradevalue", "trigia", "kimngach", "giatri", "tonggiatri", "tongtrigia"), None),
    **dict.fromkeys(("primaryvalue", "obsvalue", "amount", "valor", "metricfob"), None),
    **dict.fromkeys(("valeur", "wert", "montant", "valorfob", "valorcif"), None),
    **dict.fromkeys(("exportaciones", "exportacoes", "exportations", "ausfuhr", "exporte"), EXPORT),
    **dict.fromkeys(("importaciones", "importacoes", "importations", "einfuhr", "importe"), IMPORT),
    **dict.fromkeys(("exports", "exportvalue", "exportsvalue", "kimngachxuatkhau", "trigiaxuatkhau"), EXPORT),
    **dict.fromkeys(("giatrixuatkhau", "xuatkhau", "valueexported", "exportedvalue", "valueofexports"), EXPORT),
    **dict.fromkeys(("exportfob", "exportsfob"), EXPORT),
    **dict.fromkeys(("imports", "importvalue", "importsvalue", "kimngachnhapkhau", "trigianhapkhau"), IMPORT),
    **dict.fromkeys(("giatrinhapkhau", "nhapkhau", "valueimported", "importedvalue", "valueofimports"), IMPORT),
    **dict.fromkeys(("importcif", "importscif"), IMPORT),
    **dict.fromkeys(("knxk", "kimngachxk", "trigiaxk", "giatrixk"), EXPORT),
    **dict.fromkeys(("knnk", "kimngachnk", "trigiank", "giatrink"), IMPORT),
    names.key(SIDE_BY_SIDE): None,
    names.key(ACROSS): None,
}
# Words for values where they are the whole heading: other headings begin with them.
ALONE = {"export": EXPORT, "import": IMPORT, "xk": EXPORT, "nk": IMPORT}
# Columns that say what a row measures: an element, an indicator, a unit.
UNITS_OF_MEASURE = frozenset(
    ("unit", "units", "unitcode", "unitofmeasure", "unitmeasure", "uom", "donvi", "donvitinh", "dvt")
).union(("currency", "currencycode", "currencyunit", "loaitien", "tiente", "dongtien"))
MEASURES = UNITS_OF_MEASURE.union(
    ("element", "indicator", "indicators", "indicatorname", "indicatorcode", "elementcode", "measure", "measures"),
    ("variable", "variablename", "series", "seriesname", "seriescode", "statistic", "statistics", "concept", "metric"),
    ("measuretype", "valuetype", "typeofvalue", "datatype", "chitieu", "obsmeasure"),
)
# Beside a value of the month these are the value of the months so far.
CUMULATIVE = (
    *("luyke", "congdon", "cumulative", "yeartodate", "todate"),
    *("tudaunam", "tinhden", "denthang", "denhet", "hetthang"),
)
_CUMULATIVE_AT_FIRST = re.compile(r"(?:lk|đến|den|tới|until|up to)(?: hết| het)? ?(?:t ?)?(?:\d|đến |hết )")
_YTD = re.compile(r"(?<!\w)ytd(?!\w)|(?<!\w)lk(?= ?(?:\d|t ?\d|tháng|thang|đến|den|năm|xk|nk|từ|$))|\d.*\(lk\)")
# Of the year before, beside the sum of this one.
_YEAR_BEFORE = ("cungky", "namtruoc", "sameperiod", "previousyear", "lastyear", "yearbefore")
# What else a heading may say of exports: quantities, prices, shares, changes.
_NO_VALUE = re.compile(
    r"%|\+/-|^re-?(ex|im)ports?"
    r"|\b(lượng|luong(?! thuc)|tấn|đơn giá|tỷ trọng|ty trong|tỷ lệ|ty le|tăng|tang|giảm|giam|so với|so voi)\b"
    r"|\b(quantity|volume|weight|tons?|tonnes?|kg|share|growth|change|index|per|unit value|balance)\b"
    r"|\b(flag|footnote|missing)\b"
)
# What follows the word for an economy, or for a product, where a column holds its codes; or its names.
_CODES = re.compile(r"(iso3?|iso3a|isoa?3|iso2|iso3?code|iso3acode|m49|code|codes|codem49|num|id|nr|no)$")
_NAMES = re.compile(r"(name|names|desc|description|label|text)$")


@lru_cache(maxsize=1 << 16)
def heading(text: object) -> str:
    """A heading in lower case, composed, with single blanks: as headings are compared."""
    return written(text).lower()


def written(text: object) -> str:
    """A heading as it is written, composed, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split())


@lru_cache(maxsize=1 << 16)
def heading_key(text: str) -> str:
    """A heading's words by their key, without what stands in brackets and without a unit."""
    end = max(text.rfind(")"), text.rfind("]")) + 1  # beyond it no bracket ends
    bare = names.key(re.sub(r"[(\[][^)\]]*[)\]]", "", text[:end]) + text[end:])
    return re.sub(r"(1000|nghin|ngan|trieu|ty)?(usd|us)$", "", bare) or bare


@lru_cache(maxsize=1 << 16)
def role(text: str) -> str | None:
    """Which of our columns a heading names in words, or that it names an economy, an exporter or an importer.

    Examples
    --------
    >>> [role(text) for text in ("Thị trường", "Exporter", "partner_iso3", "HS_Code", "Country", "Ghi chú")]
    ['partner', 'exporter', 'partner', 'product', 'economy', None]
    """
    key = heading_key(text)
    for bare in (key, _CODES.sub("", key), _NAMES.sub("", key), _CODES.sub("", _NAMES.sub("", key))):
        if bare in WORDS:
            return WORDS[bare]
    return None


def of_names(text: str) -> bool:
    """Whether a heading says that names stand below it, not codes."""
    return _NAMES.search(heading_key(text)) is not None


def of_codes(text: str) -> bool:
    """Whether a heading says that codes stand below it."""
    return not of_names(text) and _CODES.search(heading_key(text)) is not None


def meaning(text: str) -> str | None:
    """Which of our columns the words of a heading say that it is, other than values."""
    ours = role(text)
    return PARTNER if ours in (ECONOMY, EXPORTER, IMPORTER) else ours


def flow_of_value(text: str) -> tuple[bool, str | None]:
    """Whether the words of a heading say that values stand below it, and of which flow."""
    return value_word(text) is not None, flow_of(text)


def is_no_value(text: str) -> bool:
    """Whether a heading says that quantities, prices, shares or changes stand below it."""
    return _NO_VALUE.search(heading(text).replace("_", " ")) is not None


@lru_cache(maxsize=1 << 16)
def begun(text: str) -> tuple[str, ...]:
    """The words for values that a heading is or begins with."""
    if is_no_value(text):
        return ()
    key = heading_key(text)
    return (key,) if key in ALONE else tuple(word for word in VALUES if key.startswith(word) and not role(text))


@lru_cache(maxsize=1 << 16)
def value_word(text: str) -> str | None:
    """The word for values that a heading is or begins with, or a word for any value that it ends with."""
    if found := begun(text):
        return max(found, key=len)
    if role(text) or is_no_value(text):
        return None
    ended = [word for word, flow in VALUES.items() if flow is None and heading_key(text).endswith(word)]
    return max(ended, key=len, default=None)


def flow_of(text: str) -> str | None:
    """The flow that a heading of values implies."""
    word = value_word(text)
    return None if word is None else ALONE.get(word, VALUES.get(word))


def is_cumulative(text: str) -> bool:
    """Whether a heading is of the months so far."""
    key = names.key(str(text))  # with what stands in brackets
    if key in LAST_MONTHS:
        return False  # months stand below it
    written_so = heading(text)
    return any(word in key for word in CUMULATIVE) or bool(
        _CUMULATIVE_AT_FIRST.match(written_so) or _YTD.search(written_so)
    )


def is_of_year_before(text: str) -> bool:
    """Whether a heading speaks of the same months of the year before."""
    return any(word in heading_key(text) for word in _YEAR_BEFORE)


def in_quotes(name: str) -> str:
    """A heading in quotation marks; one of ours in the language of the reader."""
    return Text("quoted", name=Text(OURS[name]) if name in OURS else HeadingName(repr(name)[1:-1]))
