"""The parts of years that titles and headings name in words."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tradeanalysis.sources.columns import units
from tradeanalysis.sources.columns.headings import (
    flow_of_value,
    is_cumulative,
    is_no_value,
    is_of_year_before,
)
from tradeanalysis.sources.columns.periods import period, place_in_year
from tradeanalysis.sources.columns.sheet_words import without_days

# How many months or quarters a whole year has.
WHOLE = {"months": 12, "quarters": 4}
# A year, the kind of its parts, and their numbers: all of them are the whole year, none is a part that is left open.
Part = tuple[int, str, tuple[int, ...]]
OPEN: tuple[int, ...] = ()

_Y = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_OF = r" ?(?:[-/.,]|năm|of)? ?"
_TO = r"(?:đến|tới|until|through|to|[-–—÷→~])(?: hết)?"
_COUNTS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một")
_COUNT = rf"(?P<count>(?<!\d)\d{{1,2}}|(?<!\w)(?:{'|'.join(reversed(_COUNTS))}))"
_MONTH = r"(?:tháng|(?<!\w)t)"
_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# A day, and days from one to another: what they hold is whole months where the last day is the last of its month.
_DAY = r"(?:ngày ?)?(?P<day>\d{1,2})(?P<between>[/.-]| tháng )(?P<month>\d{1,2})(?:(?P=between)| năm )" + _Y
_SINCE = r"(?:ngày ?)?(?P<first>\d{1,2}[/.-]\d{1,2})(?:[/.-](?P<since>(?:19|20)\d\d))?"
_DAYS = re.compile(rf"(?:(?:từ|from)? ?(?:{_SINCE}) ?)?(?<!\d)(?P<to>{_TO}) ?{_DAY}", re.IGNORECASE)
# Half of a month, as customs report it.
_HALF_MONTH = re.compile(rf"kỳ ?(?:[12]|i{{1,2}}) ?,? ?{_MONTH} ?\d{{1,2}}{_OF}{_Y}", re.IGNORECASE)
_HALVES = (
    (re.compile(rf"(?:nửa đầu|(?:the )?first half|(?<!\w)(?:h1|1h)){_OF}{_Y}", re.IGNORECASE), range(1, 7)),
    (re.compile(rf"(?:nửa cuối|(?:the )?second half|(?<!\w)(?:h2|2h)){_OF}{_Y}", re.IGNORECASE), range(7, 13)),
    (re.compile(rf"(?:đến|tới|to) (?:hết|cuối|the end){_OF}{_Y}", re.IGNORECASE), range(1, 13)),
)
# Parts from the first one of a year, or to its last one.
_SO_FAR = {
    "months": re.compile(
        rf"{_COUNT} ?(?:tháng|months|[tm](?=[ /.-]?(?:19|20)\d\d))(?: ?(?:đầu|(?P<last>cuối)))?{_OF}{_Y}", re.IGNORECASE
    ),
    "quarters": re.compile(
        rf"(?<!\d)(?P<count>[1-4]) ?(?:quý|quarters)(?: ?(?:đầu|(?P<last>cuối)))?{_OF}{_Y}", re.IGNORECASE
    ),
}
# Parts from one to another, which may be of the year before: both with their year, or the last one alone.
_PARTS = (
    ("months", _MONTH, r"\d{1,2}"),
    ("months", r"(?<!\w)", _NAME),
    ("quarters", r"(?:quý|quarters?|(?<!\w)q)", r"(?:iv|i{1,3}|[1-4])"),
)
_SPANS = [
    (
        kind,
        re.compile(
            rf"{word} ?(?P<first>{nth})(?:{_OF}(?P<since>(?:19|20)\d\d))? ?{_TO}(?: ?{word})?"
            rf" ?(?P<last>{nth}){_OF}{_Y}",
            re.IGNORECASE,
        ),
    )
    for kind, word, nth in _PARTS
]
# Parts one by one: the word once, and the year behind the last.
_LISTS = [
    (
        kind,
        re.compile(rf"{word} ?(?P<all>{nth}(?:(?: ?, ?| và | and |, and | ?& ?){nth})+){_OF}{_Y}", re.IGNORECASE),
        re.compile(nth, re.IGNORECASE),
    )
    for kind, word, nth in _PARTS
]
# A month beside the months until it, as monthly reports are headed: which of the two a table has is unclear.
_MONTH_BESIDE = re.compile(
    rf"tháng ?(?P<month>\d{{1,2}})(?= ?(?:và|,) ?(?:lũy kế )?\d{{1,2}} tháng(?: đầu)?{_OF}{_Y})", re.IGNORECASE
)
_UNTIL = re.compile(rf"(?:đến|hết) {_MONTH} ?(?P<count>\d{{1,2}}){_OF}{_Y}", re.IGNORECASE)
_ONE = re.compile(rf"(?:(?:tháng|quý) ?(?:iv|i{{1,3}}|\d{{1,2}})|(?<!\w)q[1-4]){_OF}{_Y}", re.IGNORECASE)
_SINGLE = re.compile(
    rf"(?:(?:(?:tháng|quý|(?<!\w)t) ?(?:iv|i{{1,3}}|\d{{1,2}})|(?<!\w)q[1-4]){_OF}|(?<!\w){_NAME}[ ,./-]*"
    rf"|(?<![\d/.-])\d{{1,2}}[/.-]){_Y}"
    r"|(?<![\d.,])(?:19|20)\d\d(?:c\d\d|q[1-4]|0[1-9]|1[0-2])(?![\d.,])",
    re.IGNORECASE,
)
_DAY_ALONE = re.compile(rf"(?<![\d/.-]){_DAY}", re.IGNORECASE)
# A year before the part of it: "2024 (Jan-May)".
_YEAR_FIRST = re.compile(rf"^(?:năm )?{_Y} ?\((?P<part>[^)]*)\)", re.IGNORECASE)
# Words without their accents, as tables of old programs write them.
_ACCENTS = [
    (re.compile(rf"(?<!\w){plain}(?!\w)", re.IGNORECASE), word)
    for plain, word in (("thang", "tháng"), ("quy", "quý"), ("dau nam", "đầu năm"), ("cuoi nam", "cuối năm"))
]
# What beside a part says that it is from or to another time, or a part of it.
_TIME = re.compile(
    r"(?<!\w)(?:từ|from|since|trước|before|sau|after|nửa|half|kỳ|tuần|week|ngày|day|quý|tháng|month|gần nhất)(?!\w)"
    r"|\+|(?:19|20)\d\d|(?<![\w.,])\d{1,2} ?[-–/.](?!\d{3})",
    re.IGNORECASE,
)
_UNTIL_NOW = re.compile(r"(?:đến|tới) nay|to date", re.IGNORECASE)
_SURE = re.compile(
    r"(?<!\w)(?:ước tính|ước đạt|ước|thực hiện|chính thức|sơ bộ|số liệu|số|th|cả|năm)(?!\w)", re.IGNORECASE
)
# Titles of sums so far.
_SUMS = re.compile(r"lũy kế|luỹ kế|cộng dồn|cumulative|year[- ]to[- ]date|(?<!\w)ytd(?!\w)|từ đầu năm", re.IGNORECASE)
# Words beside a part that add nothing to it.
SO_FAR_WORDS = re.compile(
    r"(?<!\w)(?:lũy kế|luỹ kế|lk|cộng dồn|cumulative|year[- ]to[- ]date|ytd|từ đầu năm|đầu năm|năm nay|trong kỳ"
    r"|kể từ|tính|(?:đến|tới)(?: hết| nay)?|through|until|to)(?!\w)",
    re.IGNORECASE,
)
_YEAR = re.compile(rf"(?<![\d.,/-]){_Y}(?![.,]\d)")


def parts_in(titles: Iterable[str]) -> list[dict[str, Any]]:
    """The years of which titles say that the table has a part; which is unclear where they name several of one year.

    Examples
    --------
    >>> parts_in(["XUẤT KHẨU 9 THÁNG ĐẦU NĂM 2024 SO VỚI NĂM 2023"])
    [{'year': 2024, 'kind': 'months', 'count': 9, 'of': 12, 'numbers': [1, 2, 3, 4, 5, 6, 7, 8, 9]}]
    >>> parts_in(["Quý III/2024", "Ngày 5 tháng 10 năm 2024", "12 tháng năm 2023"])
    [{'year': 2024, 'kind': 'quarters', 'count': 1, 'of': 4, 'numbers': [3]}]
    >>> parts_in(["Xuất khẩu tháng 9/2024 và 9 tháng năm 2024"])
    [{'year': 2024, 'kind': 'unclear'}]
    """
    texts = [" ".join(unicodedata.normalize("NFC", title).split()) for title in titles]
    return year_by_year(part for text in texts for part in _of_title(text))


def part_in_heading(text: str) -> tuple[str, str] | None:
    """The part of a year that a heading names among other words, as a period, and these words.

    What is so far goes from January to the part that is named; C00 is a part of which the end is left open.

    Examples
    --------
    >>> [part_in_heading(text) for text in ("XK 5T/2024", "Lũy kế T5/2024 (USD)", "YTD May 2024", "Năm 2024")]
    [('2024C05', 'XK'), ('2024C05', 'Lũy kế (USD)'), ('2024C05', 'YTD'), None]
    >>> [part_in_heading(text)[0] for text in ("Cộng dồn năm 2024", "Đến 15/5/2024", "Từ 1/1 đến 31/5/2024")]
    ['2024C00', '2024C00', '2024C05']
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for plain, word in _ACCENTS:
        text = plain.sub(word, text)
    if not is_cumulative(text):
        text = _YEAR_FIRST.sub(r"\g<part> \g<year>", text)
    found, rest = _of_days(text)
    days = [_to_day(match) for match in _DAY_ALONE.finditer(rest)]
    rest = _DAY_ALONE.sub(" ", rest)
    if days and not rest.strip():
        return None  # a day is no part of a year: a column may be headed by one
    # A day of another year than the figures' is the day on which they were taken.
    taken = {*re.findall(r"(?:19|20)\d\d", rest)} - {str(year) for year, *_ in found + days}
    more, rest = _named(rest)
    found, so_far = ([] if taken else found + days) + more, is_cumulative(text)
    if not found and (single := _SINGLE.search(rest)) and (part := of_period(period(single[0].strip()) or "")):
        found, rest = [part], _SINGLE.sub(" ", rest, count=1)
    elif not found and so_far and len(years := _years(rest)) == 1:
        found, rest = [(years.pop(), "months", OPEN)], _YEAR.sub(" ", rest)
    if len(found) != 1:
        return None
    ((year, kind, numbers),) = found
    if _TIME.search(SO_FAR_WORDS.sub(" ", rest)) or (not so_far and _UNTIL_NOW.search(rest)):
        numbers = OPEN  # from or to another time, or a part of the month
    if so_far and numbers:
        kind, numbers = "months", tuple(range(1, numbers[-1] * (12 // WHOLE[kind]) + 1))
    return _label(year, kind, numbers), " ".join(rest.split()).strip(" -_/,:")


def _to_day(match: re.Match[str]) -> Part:
    """What a day alone says: its year to its end, or a part that is left open."""
    last = (match["day"], match["month"]) == ("31", "12")
    return int(match["year"]), "months", tuple(range(1, 13)) if last else OPEN


def of_values(words: str) -> bool:
    """Whether the words beside a period speak of values, or of nothing else."""
    if is_no_value(words) or is_of_year_before(words):
        return False
    words = _plain(words)
    return not words or flow_of_value(words)[0] or bool(units.unit_in(words))


def flow_in(words: str) -> str | None:
    """The flow that the words beside a period name."""
    return flow_of_value(_plain(words))[1]


def _plain(words: str) -> str:
    """Words without those for sums so far and for how sure they are."""
    return " ".join(_SURE.sub(" ", SO_FAR_WORDS.sub(" ", words)).split())


def period_of(cell: object) -> str | None:
    """The period of a cell or of the name of a sheet, which may say that it is of the year so far.

    Examples
    --------
    >>> [period_of(cell) for cell in ("Tháng 5/2024", "LK T5/2024", "5T/2024", "Tháng 5/2024 (lũy kế)", "Nước")]
    ['202405', '2024C05', '2024C05', '2024C05', None]
    """
    text = cell if isinstance(cell, str) else ""
    if not is_cumulative(text) and (plain := period(cell)):
        return plain
    part = part_in_heading(text)
    return part[0] if part and not SO_FAR_WORDS.sub(" ", part[1]).strip(" ()") else None


def period_in(heading: str) -> str | None:
    """The period that a heading is, or that it names among other words."""
    part = part_in_heading(heading)
    return part[0] if part else period(heading)


def _label(year: int, kind: str, numbers: tuple[int, ...]) -> str:
    """A part of a year as headings' periods are written; the whole year is the year."""
    if numbers == tuple(range(1, WHOLE[kind] + 1)):
        return str(year)
    found = label_of_part(part_of_year(year, kind, numbers)) or f"{year}-C00"
    return found.replace("-", "")


def year_by_year(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """One part of each year that is not whole, unclear where several are named."""
    found: dict[int, set[tuple[str, tuple[int, ...]]]] = {}
    for year, kind, numbers in parts:
        found.setdefault(year, set()).add((kind, numbers))
    entries = []
    for year, named in found.items():
        kind, numbers = next(iter(named))
        if len(named) > 1 or not numbers:
            entries.append({"year": year, "kind": "unclear"})
        elif len(numbers) < WHOLE[kind]:
            entries.append(part_of_year(year, kind, numbers))
    return entries


def _of_title(text: str) -> list[Part]:
    """The parts of years that a title names; of sums so far, a part of its year that is left open."""
    days, without = _of_days(text)
    # A day of another year than the figures' is the day on which they were taken.
    ours = _years(without_days(without)) <= {year for year, *_ in days}
    found, rest = _named(without_days(without if ours else text))
    found += days if ours else []
    found += [part for match in _ONE.finditer(rest) if (part := of_period(period(match[0]) or ""))]
    if not found and _SUMS.search(text) and len(years := _years(rest)) == 1:
        return [(years.pop(), "months", OPEN)]
    return found


def _years(text: str) -> set[int]:
    return {int(match["year"]) for match in _YEAR.finditer(text)}


def _of_days(text: str) -> tuple[list[Part], str]:
    """The parts of years that last to a day, and the other words: whole months to the last day of one, else open."""
    found: list[Part] = []
    for match in _DAYS.finditer(text):
        year, month, day = (int(match[one]) for one in ("year", "month", "day"))
        first = re.split(r"[/.-]", match["first"] or "1/1")
        begins = [int(one) for one in first] == [1, 1] and int(match["since"] or year) == year
        ends = 1 <= month <= 12 and day == monthrange(year, month)[1]
        found.append((year, "months", tuple(range(1, month + 1)) if begins and ends else OPEN))
    return found, _DAYS.sub(" ", text)


def _named(text: str) -> tuple[list[Part], str]:
    """The parts of years that words name, and the other words."""
    beside: list[Part] = [
        (int(match["year"]), "months", (int(match["month"]),)) for match in _MONTH_BESIDE.finditer(text)
    ]
    found = [one for one in beside if 1 <= one[2][0] <= WHOLE["months"]]
    found += [(int(match["year"]), "months", OPEN) for match in _HALF_MONTH.finditer(text)]
    text = _HALF_MONTH.sub(" ", text)
    for pattern, half in _HALVES:
        found += [(int(match["year"]), "months", tuple(half)) for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    for kind, pattern in _SPANS:
        found += [part for match in pattern.finditer(text) for part in _of_span(match, kind)]
        text = pattern.sub(" ", text)
    for kind, pattern, nth in _LISTS:
        for match in pattern.finditer(text):
            numbers = sorted({place_in_year(one.rstrip(".")) for one in nth.findall(match["all"])})
            if numbers[0] >= 1 and numbers[-1] <= WHOLE[kind]:
                found.append((int(match["year"]), kind, tuple(numbers)))
        text = pattern.sub(" ", text)
    for kind, pattern in (("months", _UNTIL), *_SO_FAR.items()):
        for match in pattern.finditer(text):
            count, whole = _number(match["count"]), WHOLE[kind]
            first = whole + 1 - count if match.groupdict().get("last") else 1
            if 1 <= count <= whole:
                found.append((int(match["year"]), kind, tuple(range(first, first + count))))
        text = pattern.sub(" ", text)
    return found, text


def _number(count: str) -> int:
    return int(count) if count.isdecimal() else _COUNTS.index(count.lower()) + 1


def _of_span(match: re.Match[str], kind: str) -> list[Part]:
    """The months or quarters from one to another, which may be of the year before."""
    first, last = (place_in_year(match[one].rstrip(".")) for one in ("first", "last"))
    year, whole = int(match["year"]), WHOLE[kind]
    since = int(match["since"] or year)
    if not (1 <= first <= whole and 1 <= last <= whole) or (since, first) > (year, last):
        return []
    if since == year:
        return [(year, kind, tuple(range(first, last + 1)))]
    return [(since, kind, tuple(range(first, whole + 1))), (year, kind, tuple(range(1, last + 1)))]


def of_period(when: str) -> Part | None:
    """The part of a year that a period is: 2024-09, 2024-Q3 or the first months, 2024-C09; none of a whole year."""
    if not (match := re.fullmatch(r"(\d{4})-?(Q|C?)(\d{1,2})", when)):
        return None
    kind, number = "quarters" if match[2] == "Q" else "months", int(match[3])
    return int(match[1]), kind, tuple(range(1, number + 1)) if match[2] == "C" else (number,)


def part_of_year(year: int, kind: str, numbers: Sequence[int]) -> dict[str, Any]:
    """A part of a year, as certificates have it."""
    return {"year": year, "kind": kind, "count": len(numbers), "of": WHOLE[kind], "numbers": [*map(int, numbers)]}


def label_of_part(part: Mapping[str, Any]) -> str | None:
    """A month, a quarter or the first months of a year as a period; None where it is none of them.

    Examples
    --------
    >>> [label_of_part(part_of_year(2024, "months", numbers)) for numbers in ([5], [1, 2, 3], [4, 5])]
    ['2024-05', '2024-C03', None]
    """
    numbers, year = part.get("numbers", []), part["year"]
    if len(numbers) == 1:
        return f"{year}-Q{numbers[0]}" if part["kind"] == "quarters" else f"{year}-{numbers[0]:02d}"
    if part.get("kind") == "months" and numbers == [*range(1, len(numbers) + 1)] and numbers:
        return f"{year}-C{len(numbers):02d}"
    return None
