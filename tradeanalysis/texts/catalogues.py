"""What is said to readers, in English and Vietnamese: one catalogue a language, and how numbers are written."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tradeanalysis import names
from tradeanalysis.currencies import DOLLAR, SCALES, unit_named
from tradeanalysis.schema import CountryError, TradeDataError
from tradeanalysis.texts.written import Written, figure, figures_of, filled, joined, rewritten

LANGUAGES = ("en", "vi")

# Digits of a code of the Harmonized System, of which other nomenclatures have fewer.
HS6 = 6

# The least share that is written as a number.
LEAST = 0.001

# English names that take an article inside a sentence.
_THE = frozenset(
    {"ARE", "BHS", "CAF", "COD", "COG", "COM", "DOM", "FLK", "FRO", "GBR", "GMB", "MDV", "MHL", "NLD", "PHL", "SLB"}
    | {"SYC", "TCA", "USA", "VAT", "VGB", "VIR", "AMERICAS"}
)


@functools.cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language by key."""
    if lang not in LANGUAGES:
        from tradeanalysis.texts.sentences import Text

        raise TradeDataError(Text("lang_not_known", lang=repr(lang), known=", ".join(LANGUAGES)))
    import tomllib

    texts: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob(f"*{lang}.toml")):
        with path.open("rb") as file:
            texts |= {key: text.strip() for key, text in tomllib.load(file).items()}
    return texts


def say(key: str, lang: str, **values: Any) -> str:
    """A text with its values filled in; without its ", {year}" where the year is not known."""
    text = catalogue(lang)[key]
    if values.get("year", "") is None:
        text = re.sub(r", (năm )?\{year\}", "", text)
    return filled(text, values)


def number(x: float, lang: str, digits: int = 0) -> str:
    """A number as the language writes it: 1,234.5 or 1.234,5; a dash where it is missing."""
    if x != x:
        return "–"
    text = in_language(f"{x:z,.{digits}f}".replace("-", "−"), lang)  # no minus before a zero
    return figure(text, x, _form(digits))


def _form(digits: int, unit: str = "") -> str:
    """How a workbook shows a number with so many decimals, and with its unit."""
    form = "#,##0" + ("." + "0" * digits if digits else "")
    return f'{form}"{unit}"' if unit else form


def in_language(text: str, lang: str) -> str:
    """A number that Python has written, with the marks of the language."""
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent(share: float, lang: str, digits: int = 1) -> str:
    """A share in [0, 1] as per cent."""
    if share != share:
        return "–"
    return figure(number(100 * share, lang, digits) + "%", share, _form(digits) + "%")


def part(share: float, lang: str) -> str:
    """A share of a whole as per cent, "<0.1%" where there is something and it would be written as nothing."""
    text = percent(share, lang)
    return rewritten(text, f"<{percent(LEAST, lang)}") if share > 0 and text == percent(0.0, lang) else text


def day(when: date, lang: str) -> str:
    """A day as it is written: 14 January 2019, 14/01/2019."""
    months = catalogue(lang)["months"].split()
    shown = f"{when.day:02d}" if lang == "vi" else str(when.day)
    return say("day", lang, day=shown, month=months[when.month - 1], year=when.year)


def month_name(month: str, lang: str) -> str:
    """A month by its label, as it is written.

    Examples
    --------
    >>> month_name("2026-05", "en"), month_name("2026-05", "vi")
    ('May 2026', 'tháng 5/2026')
    """
    year, _, number = month.partition("-")
    return say("month_of_year", lang, month=catalogue(lang)["month_names"].split()[int(number) - 1], year=year)


def unit_of(value: float, currency: str | None = DOLLAR) -> tuple[str, float]:
    """The unit in which an amount is written, such as ``bnVND``, and how much of the currency it is."""
    unit, size = next(((unit, size) for unit, size in (("bn", 1e9), ("m", 1e6)) if abs(value) >= size), ("", 1.0))
    return f"{unit}{currency or ''}", size


def amount(value: float, size: float, lang: str, digits: int = 1) -> str:
    """An amount in a unit of so much, without its name: 3,343.6; single dollars without decimals."""
    return number(value / size, lang, digits if size > 1 else 0)


def money(value: float, lang: str, currency: str | None = DOLLAR, digits: int = 1) -> str:
    """An amount in billions or millions of its currency: 3,343.6 bn USD; of none where that is not known.

    Examples
    --------
    >>> money(3343.6e9, "en"), money(12345.6e9, "vi", "VND"), money(2.5e6, "vi", "GBP")
    ('3,343.6 bn USD', '12.345,6 tỷ đồng', '2,5 triệu GBP')
    """
    unit, size = unit_of(value, currency)
    shown, name = amount(value, size, lang, digits), unit_name(unit, lang)
    return rewritten(shown, f"{shown} {name}".strip(), _form(digits if size > 1 else 0, f" {name}" if name else ""))


def label(partner: str, lang: str, *, sentence: bool = False) -> str:
    """The name of a country or a group in the language; one's own market or province stays as it is, as numbers do."""
    if str(partner).isdecimal():
        return str(partner)
    try:
        name = names.country_name(partner, lang)
    except CountryError:
        return str(partner)
    definite = sentence and lang == "en" and name in _definite()
    if sentence and lang == "vi" and name.startswith("Châu "):
        return name[0].lower() + name[1:]
    return f"the {name}" if definite else name


def in_sentence(partner: Any, lang: str) -> str:
    """A market inside a sentence: by its name, or by its position (#3) where it has none."""
    return label(partner, lang, sentence=True) if isinstance(partner, str) else f"#{partner}"


@functools.cache
def _definite() -> frozenset[str]:
    return frozenset(map(names.country_name, _THE))


def class_name(name: str, lang: str) -> str:
    """A class of a threshold in the language; one's own stays as it is."""
    return catalogue(lang).get("class_" + name.replace(" ", "_"), name)


def layout_name(name: str, lang: str) -> str:
    """The name of a layout in the language, where it is one of words: that of an office stays as it is.

    Examples
    --------
    >>> layout_name("headings in words", "vi"), layout_name("BACI", "vi")
    ('tiêu đề bằng chữ', 'BACI')
    """
    return named("layout_", name, lang)


def named(prefix: str, name: str, lang: str) -> str:
    """A name whose key begins so (of a layout, a source, a period, a licence) in the language, where it has one.

    Examples
    --------
    >>> named("licence_", "official statistics", "vi"), named("licence_", "CC BY 4.0", "vi")
    ('số liệu chính thức', 'CC BY 4.0')
    """
    return catalogue(lang).get(prefix + re.sub(r"\W+", "_", name.lower()).strip("_"), name)


def measure_name(measure: str, lang: str) -> str:
    """The name of an index in a sentence, by the name of its column; of a function of one's own its name.

    Examples
    --------
    >>> measure_name("gini", "vi"), measure_name("hill_0_5", "vi"), measure_name("top_share_3", "en")
    ('hệ số Gini', 'số Hill bậc 0,5', 'share of the 3 largest partners')
    """
    if known := catalogue(lang).get(f"measure_{measure}"):
        return known
    found = re.fullmatch(r"(.+?)_(inf|[\d_]+)", measure)
    if found is None or (text := catalogue(lang).get(f"measure_{found[1]}")) is None:
        return measure
    return text.format(parameter=in_language(found[2].replace("_", "."), lang).replace("inf", "∞"))


def way_of(before: str, after: str, change: float) -> str:
    """Whether a number goes ``up`` or ``down``, or is ``even`` because both are written alike.

    Examples
    --------
    >>> way_of("0.131", "0.131", -0.0001), way_of("0.131", "0.130", -0.0006)
    ('even', 'down')
    """
    return "even" if before == after else "up" if change > 0 else "down"


def is_share(measure: str) -> bool:
    """Whether an index is a share of all trade, which is written as per cent."""
    return measure.startswith("top_share_")


def index_value(x: float, measure: str, lang: str) -> str:
    """The value of an index as it is written: shares as per cent, numbers of partners with one decimal.

    Examples
    --------
    >>> index_value(0.525, "top_share_3", "vi"), index_value(8.03, "effective_partners", "en")
    ('52,5%', '8.0')
    >>> index_value(0.125, "hhi", "en")
    '0.125'
    """
    return percent(x, lang) if is_share(measure) else number(x, lang, _digits(measure))


def index_gap(x: float, measure: str, lang: str) -> str:
    """The difference of two values of an index as it is written: of shares in percentage points.

    Examples
    --------
    >>> index_gap(0.147, "top_share_3", "en"), index_gap(0.059, "hhi", "vi")
    ('14.7 percentage points', '0,059')
    """
    if is_share(measure):
        return say("index_points", lang, points=number(100 * x, lang, 1))
    return number(x, lang, _digits(measure))


def _digits(measure: str) -> int:
    """The decimals of an index: fewer where it counts partners, or is in per cent already."""
    return 1 if re.match("effective_partners$|stenbacka$|hill_|hannah_kay_", measure) else 3


def unit_name(unit: str, lang: str) -> str:
    """A unit in the language, ``bnVND`` as tỷ đồng or bn VND; one's own stays as it is.

    Examples
    --------
    >>> [unit_name(unit, "vi") for unit in ("bnVND", "mUSD", "GBP", "10mINR", "US dollars", "kilometres")]
    ['tỷ đồng', 'triệu USD', 'GBP', '10 triệu INR', 'đô la Mỹ', 'kilometres']
    """
    if known := catalogue(lang).get("unit_" + unit.replace(" ", "_")):
        return known
    if unit in SCALES:
        return catalogue(lang)[f"scale_{unit}"] if unit else ""
    if unit_named(unit) is None:
        return unit
    scaled, currency = unit[:-3], unit[-3:]
    scale = scaled.lstrip("0123456789")
    times = scaled.removesuffix(scale)
    words = [times, unit_name(scale, lang), catalogue(lang).get(f"currency_{currency}", currency)]
    return " ".join(filter(None, words))


def party(role: str, partner: Any, lang: str) -> dict[str, str]:
    """A market inside a sentence, as ``role`` and, possessive, as ``role_s``."""
    name = in_sentence(partner, lang)
    return {role: name, f"{role}_s": name + ("’" if name.endswith("s") else "’s")}


def goods(product: str, lang: str) -> str:
    """A product in words: a code of the Harmonized System (six digits or more) with what its heading or chapter is of.

    Examples
    --------
    >>> goods("100630", "en"), goods("950691", "vi"), goods("1006", "en"), goods("tea", "en")
    ('rice (100630)', 'dụng cụ thể thao (950691)', 'product 1006', 'tea')
    """
    if not product.isdecimal():
        return label(product, lang)
    name = goods_name(product, lang)
    return say("goods_named", lang, name=name, code=product) if name else say("goods_plain", lang, code=product)


def goods_name(product: str, lang: str) -> str | None:
    """What the heading or chapter of a code of the Harmonized System (six digits or more) is of; None of others."""
    known = catalogue(lang)
    if len(product) < HS6 or not product.isdecimal():
        return None
    return known.get(f"hs_{product[:4]}") or known.get(f"hs_{product[:2]}")


def series(words: Sequence[str], lang: str) -> str:
    """Words as a series: a, b and c."""
    return say("series", lang, first=joined(words[:-1], ", "), last=words[-1]) if len(words) > 1 else joined(words, "")


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return Written(text[:1].upper() + text[1:], figures_of(text))
