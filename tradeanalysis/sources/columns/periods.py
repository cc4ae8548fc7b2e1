"""Years, quarters and months as headings and cells write them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# What a period is written as: a year YYYY, a month YYYYMM, a quarter YYYYQn, the first n months of a year YYYYCnn, a
# fiscal year YYYY/YY, by the year in which it begins.
_Y = r"(?P<year>(?:1[89]|20)\d\d)"
_SURE_WORDS = r"ước tính|ước đạt|ước|thực hiện|chính thức|sơ bộ|số|th|cả"
_SURE = rf"(?:(?:{_SURE_WORDS})\s*)*"
# What in brackets behind a year is a part of it, or a change.
_PARTS = (
    r"tháng|thang|month|quý|quarter|%|\b\d{1,2} ?[tm]\b|\b[tmqh]\d|ytd|lũy kế|luỹ kế|cộng dồn|từ (?=\d|đầu)|đến|tới"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b"
)
_YEAR = re.compile(
    rf"{_SURE}(?:năm|year|cy)?\s*{_Y}(?:\.0+)?\s*(?:\*+|\((?![^)]*(?:{_PARTS}))[^)]{{1,20}}\)|p|e"
    r"|ước|sơ bộ|chính thức)?",
    re.IGNORECASE,
)
# What a heading says of its unit.
_UNIT = re.compile(r"(?<!\s)\s*\((?![^)]{0,20}(?:tháng|month|quý|quarter|%))[^)]{3,20}\)$", re.IGNORECASE)
_MONTHS = {
    name: i
    for i, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_LONG_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december", "sept"),
)
_SEP = r"\s*(?:[-/.,]|năm|of)?\s*"
_ONE_OF_12 = r"(?P<month>\d{1,2})"
_MONTH = (
    re.compile(rf"{_SURE}(?:tháng\s*|t)?{_ONE_OF_12}\s*(?:[-/.]|năm)\s*{_Y}", re.IGNORECASE),
    re.compile(rf"{_SURE}(?:tháng|month)\s*{_ONE_OF_12}{_SEP}{_Y}", re.IGNORECASE),
    re.compile(rf"{_Y}{_SEP}(?:m|t|tháng|month)?\s*{_ONE_OF_12}", re.IGNORECASE),
)
_NAMED = re.compile(rf"(?:(?P<a>[a-z]{{3,9}})[ ,./-]*{_Y}|(?P<year2>(?:19|20)\d\d)[ ,.-]*(?P<b>[a-z]{{3,9}}))", re.I)
_ISO = re.compile(rf"{_Y}-(?P<month>\d\d)-(?P<day>\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_NTH = r"(?P<quarter>iv|i{1,3}|[1-4])"
_QUARTER = (
    re.compile(rf"{_SURE}(?:quý|quarter|qtr|q)\s*{_NTH}{_SEP}{_Y}", re.IGNORECASE),
    re.compile(rf"{_Y}{_SEP}(?:quý|quarter|qtr|q)\s*{_NTH}", re.IGNORECASE),
    re.compile(rf"(?P<quarter>[1-4])\s*q{_SEP}{_Y}", re.IGNORECASE),
)
_SO_FAR = (
    re.compile(rf"(?:(?:{_SURE_WORDS}|lũy kế)\s*)*(?P<months>\d{{1,2}})\s*tháng(?:\s*đầu)?{_SEP}{_Y}", re.IGNORECASE),
    re.compile(rf"{_Y}-?C(?P<months>\d\d)", re.IGNORECASE),
    re.compile(rf"C(?P<months>\d\d)/{_Y}", re.IGNORECASE),
    re.compile(rf"{_SURE}(?:năm\s*)?{_Y}\s*\(\s*(?P<months>\d{{1,2}})\s*(?:tháng|months)\s*\)", re.IGNORECASE),
)
_FISCAL = re.compile(rf"(?:fy\s*)?{_Y}\s*[-/–]\s*(?P<next>\d{{2,4}})", re.IGNORECASE)
_ALONE = re.compile(
    rf"{_SURE}(?:(?:tháng|month|t|m)\s*(?P<month>\d{{1,2}})|(?:quý|quarter|q)\s*(?P<quarter>iv|i{{1,3}}|[1-4]))",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# A calendar of Nepal, whose fiscal years begin 57 years later than they say.
_NEPAL = range(2070, 2100)


def cell_text(cell: object) -> str:
    """The text of a cell with single spaces; empty where there is none."""
    return "" if cell is None or cell != cell else " ".join(str(cell).split())


def period(cell: object) -> str | None:
    """A year as YYYY, a month as YYYYMM, a quarter as YYYYQn, months so far as YYYYCnn, where a heading is one.

    Examples
    --------
    >>> [period(cell) for cell in ("2019", "Năm 2020", "2015*", "2025 Feb ", "Tháng 1/2021", "2021M12", 2019.0, "Nước")]
    ['2019', '2020', '2015', '202502', '202101', '202112', '2019', None]
    >>> [period(cell) for cell in ("2023Q1", "Quý I/2023", "January , 2018", "2000-02-01", "6 tháng đầu năm 2023")]
    ['2023Q1', '2023Q1', '201801', '200002', '2023C06']
    """
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return f"{cell.year}{cell.month:02d}"
    return _period(cell_text(cell))


def written(found: str) -> str:
    """A period as tables have it, in the order of the calendar: 2023-05, 2023-Q2, 2023-C05; years as they are.

    Examples
    --------
    >>> [written(one) for one in ("202305", "2023Q2", "2023C05", "2023", "2023/24")]
    ['2023-05', '2023-Q2', '2023-C05', '2023', '2023/24']
    """
    return found if len(found) == 4 or is_fiscal(found) or not found[:4].isdigit() else f"{found[:4]}-{found[4:]}"


@lru_cache(maxsize=1 << 16)
def _period(text: str) -> str | None:
    if len(text) > 40 or not re.search(r"(?:1[89]|20)\d\d", text):
        return None
    text = unicodedata.normalize("NFC", text)
    if match := _YEAR.fullmatch(text):
        return match["year"]
    text = _UNIT.sub("", text)
    if match := _ISO.fullmatch(text):
        return _dated(match["year"], int(match["month"]))
    if match := next((found for one in _QUARTER if (found := one.fullmatch(text))), None):
        return f"{match['year']}Q{place_in_year(match['quarter'])}"
    if match := next((found for one in _SO_FAR if (found := one.fullmatch(text))), None):
        months = int(match["months"])
        return match["year"] if months == 12 else f"{match['year']}C{months:02d}" if 1 <= months < 12 else None
    if match := next((found for one in _MONTH if (found := one.fullmatch(text))), None):
        return _dated(match["year"], int(match["month"]))
    if match := _NAMED.fullmatch(text):
        return _dated(match["year"] or match["year2"], place_in_year(match["a"] or match["b"]))
    return None


def _dated(year: str, month: int) -> str | None:
    return f"{year}{month:02d}" if 1 <= month <= 12 else None


def place_in_year(text: str) -> int:
    """The number of a month or quarter that is written as a number, a Roman one or the name of a month; 0 of others.

    Examples
    --------
    >>> [place_in_year(text) for text in ("09", "IV", "Sept", "Mali")]
    [9, 4, 9, 0]
    """
    if text.isdecimal():
        return int(text)
    word = text.lower()
    return _ROMAN.get(word, 0) or (_MONTHS.get(word[:3], 0) if len(word) == 3 or word in _LONG_MONTHS else 0)


def month_alone(cell: object) -> str | None:
    """A month or quarter whose year stands elsewhere, as a number or Qn.

    Examples
    --------
    >>> [month_alone(cell) for cell in ("Tháng 1", "T12", "March", "Quý II", "Q4", "Tháng 13", "Mali")]
    ['1', '12', '3', 'Q2', 'Q4', None, None]
    """
    text = unicodedata.normalize("NFC", cell_text(cell)).lower().rstrip(".")
    if match := _ALONE.fullmatch(text):
        if match["quarter"]:
            return f"Q{place_in_year(match['quarter'])}"
        return str(int(match["month"])) if 1 <= int(match["month"]) <= 12 else None
    return str(_MONTHS[text[:3]]) if text in _LONG_MONTHS or text in _MONTHS else None


def periods(cells: Iterable[object]) -> dict[object, str | None]:
    """The period of each of several headings or cells, which show together what one alone may not.

    ``2010-11`` is a month among months and a fiscal year, written ``2010/11``, where all go on to the next year; the
    first days of several years are years.

    Examples
    --------
    >>> list(periods(["2010-11", "2010-12"]).values()), list(periods(["2010-11", "2011-12"]).values())
    (['201011', '201012'], ['2010/11', '2011/12'])
    >>> list(periods(["2081/082", "2080/081"]).values())    # of Nepal: 57 years behind
    ['2024/25', '2023/24']
    """
    texts = {cell: cell_text(cell) for cell in cells}
    fiscal = {cell: _fiscal(text) for cell, text in texts.items() if _FISCAL.fullmatch(text)}
    plain = {cell: period(cell) for cell in texts}
    sure = len(set(fiscal.values())) > 1 or not any(plain[cell] for cell in fiscal)
    alone = not any(found for cell, found in plain.items() if cell not in fiscal)
    if fiscal and all(fiscal.values()) and sure and alone:
        return {cell: fiscal.get(cell) for cell in texts}
    days = {cell: _day(cell) for cell in texts if plain[cell]}
    years = {day[:4] for day in days.values() if day}
    if len(years) == len(days) > 1 and {day[4:] for day in days.values() if day} in ({"0101"}, {"1231"}):
        return {cell: found and found[:4] for cell, found in plain.items()}
    return plain


def _fiscal(text: str) -> str | None:
    """A fiscal year that goes on into the next, as ``2022/23``."""
    if not (match := _FISCAL.fullmatch(text)):
        return None
    year, after = int(match["year"]), match["next"]
    if int(after) % 100 != (year + 1) % 100 or (len(after) == 4 and int(after) != year + 1):
        return None
    year -= 57 if year in _NEPAL else 0
    return f"{year}/{(year + 1) % 100:02d}"


def _day(cell: object) -> str:
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return f"{cell:%Y%m%d}"
    match = _ISO.fullmatch(cell_text(cell))
    return f"{match['year']}{match['month']}{match['day']}" if match else ""


def is_fiscal(found: str | None) -> bool:
    """Whether a period is a fiscal year."""
    return found is not None and "/" in found
