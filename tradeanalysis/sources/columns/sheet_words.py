"""What the words around a table say of its figures: which years are estimates, and who issues them.

Nothing is added to what the sheet says: an issuer is a department named at its head, or on a line "Nguồn:".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from tradeanalysis import names
from tradeanalysis.sources.columns.headings import is_no_value

ESTIMATE, PRELIMINARY = "estimate", "preliminary"
_YEAR = re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?![\d.,]\d|\d)")
_DAY = re.compile(r"ngày\s*[\d.…]{0,9}\s*tháng.*?năm\s*(?:19|20)\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", re.IGNORECASE)
_MONTH = r"tháng\s*\d{1,2}\s*(?:[-/.,]|năm)?\s*(?:19|20)\d\d"
# "Cập nhật đến tháng 10" says how far the figures go, "cập nhật tháng 10" when they were written.
_UPDATED = re.compile(rf"\bcập nhật(?:\s|lần cuối|mới nhất|vào|trong|:|-)*{_MONTH}", re.IGNORECASE)
_PLACE_AND_MONTH = re.compile(rf"\W*(?P<place>[^,\d]{{2,40}}),\s*{_MONTH}\W*", re.IGNORECASE)
# A treaty ("hiệp ước", "công ước") is no estimate.
_WORDS = {
    ESTIMATE: re.compile(r"(?<!hiệp )(?<!công )(?<!quy )(?<!ngang )\bước(?! lượng\b)\b", re.IGNORECASE),
    PRELIMINARY: re.compile(r"\bsơ bộ\b", re.IGNORECASE),
}
# English words are names of columns as well ("estimated"): in a heading they count beside a year only.
_ENGLISH = {
    ESTIMATE: re.compile(r"\bestimate[sd]?\b", re.IGNORECASE),
    PRELIMINARY: re.compile(r"\b(?:preliminary|provisional)\b", re.IGNORECASE),
}
_BODY = (
    r"(?:tổng cục|chi cục|cục|sở|bộ|ủy ban nhân dân|uỷ ban nhân dân|ubnd|ban quản lý|ban quản lí|viện|phòng kinh tế"
    r"|trung tâm xúc tiến)"
)
_ISSUER = re.compile(rf"{_BODY}\s+\S", re.IGNORECASE)
# A cell may hold two bodies, the higher one first.
_NEXT = re.compile(rf"(?<!\s)\s+(?={_BODY}\s)", re.IGNORECASE)
_SOURCE = re.compile(r"^\W*(?:nguồn(?: số liệu)?|source)\s*:\s*(?P<name>\S.{2,98}?)\W*$", re.IGNORECASE)
_PLACE = re.compile(r"\b(tỉnh|thành phố|tp\.?|huyện|thị xã|quận)\s+", re.IGNORECASE)
_KEPT = {"ubnd": "UBND", "tp.": "TP.", "tp": "TP", "công thương": "Công Thương"}


def estimates_in(
    titles: Sequence[str], headings: Sequence[str] = (), notes: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The years whose figures are estimates or preliminary, as titles, headings and notes say; None is the last year.

    Examples
    --------
    >>> estimates_in(["XUẤT KHẨU NĂM 2023 VÀ ƯỚC THỰC HIỆN NĂM 2024"])
    [{'year': 2024, 'kind': 'estimate'}]
    >>> estimates_in([], ["Nước", "TH 2023", "Ước TH 2024", "Sơ bộ 2022"])
    [{'year': 2024, 'kind': 'estimate'}, {'year': 2022, 'kind': 'preliminary'}]
    >>> estimates_in(["Thương mại theo các hiệp ước năm 2024", "Exports (preliminary)"])
    [{'year': None, 'kind': 'preliminary'}]
    """
    found = [pair for title in titles for pair in _of_text(title, english=True)]
    for one in headings:
        found += [pair for pair in _of_text(one, english=bool(_YEAR.search(one))) if pair[0] or not is_no_value(one)]
    # A note may be on one row of the table.
    found += [pair for note in notes for pair in _of_text(note, english=True) if pair[0]]
    dated = {kind for year, kind in found if year is not None}
    kept = [(year, kind) for year, kind in dict.fromkeys(found) if year is not None or kind not in dated]
    return [{"year": year, "kind": kind} for year, kind in kept]


def marked(cell: object) -> str:
    """What a cell of years says of its year: an estimate, preliminary, or nothing.

    >>> marked("Ước TH 2024"), marked("2023 (sơ bộ)"), marked("2022")
    ('estimate', 'preliminary', '')
    """
    return next((kind for _, kind in _of_text(str(cell), english=True)), "")


def without_days(text: str) -> str:
    """A text without the days that it names, or the month in which it was written: these are not of the figures.

    >>> without_days("Xuất khẩu năm 2023, ngày 5 tháng 1 năm 2024")
    'Xuất khẩu năm 2023, '
    >>> without_days("Xuất khẩu năm 2023 (cập nhật tháng 1 năm 2024)"), without_days("Đồng Nai, tháng 1 năm 2024")
    ('Xuất khẩu năm 2023 ()', '')
    """
    if (match := _PLACE_AND_MONTH.fullmatch(text)) and names.economy_of_province(match["place"]):
        return ""
    return _UPDATED.sub("", _DAY.sub("", text))


def issuer_in(titles: Sequence[str], notes: Sequence[str] = ()) -> str:
    """Who issues the figures: the department at the head of a sheet, or what a line "Nguồn:" names; empty if none.

    Examples
    --------
    >>> issuer_in(["SỞ CÔNG THƯƠNG TỈNH LONG AN", "XUẤT KHẨU THEO THỊ TRƯỜNG"])
    'Sở Công Thương tỉnh Long An'
    >>> issuer_in(["UBND TỈNH BÌNH DƯƠNG", "SỞ CÔNG THƯƠNG", "BÁO CÁO"])
    'Sở Công Thương, UBND tỉnh Bình Dương'
    >>> issuer_in(["XUẤT KHẨU NĂM 2024"], ["Nguồn: Cục Hải quan tỉnh Long An."])
    'Cục Hải quan tỉnh Long An'
    """
    bodies: list[str] = []
    for title in titles:
        text = _plain(title)
        if not _ISSUER.match(text):
            if bodies:
                break  # the head of a sheet ends where another title begins
            continue
        bodies += [body for part in _NEXT.split(text) if (body := _name(part))]
    if bodies:
        own = bodies[-1]
        higher = bodies[-2:-1] if not _PLACE.search(own) else []
        return ", ".join([own, *higher])
    for line in (*titles, *notes):
        if (match := _SOURCE.match(_plain(line))) and not re.search(r"https?:|\d{3}", match["name"]):
            return match["name"]
    return ""


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _of_text(text: str, *, english: bool) -> list[tuple[int | None, str]]:
    """The years that a text calls estimates: for each word the year that follows it, else the one before it."""
    text = _plain(text)
    found: list[tuple[int | None, str]] = []
    years = [(match.start(), int(match[1])) for match in _YEAR.finditer(text)]
    for words in (_WORDS, _ENGLISH) if english else (_WORDS,):
        for kind, word in words.items():
            for match in word.finditer(text):
                next_one = bisect_left(years, (match.end(), 0))
                near = years[next_one : next_one + 1] or years[-1:]
                found.append((near[0][1] if near else None, kind))
    return list(dict.fromkeys(found))


def _name(text: str) -> str:
    """The name of a body, as it is written in a sentence where the sheet writes it in capitals; empty if a sentence."""
    text = re.split(r"(?<!\s)\s+(?:số|no\.?)\s*:", text, flags=re.IGNORECASE)[0].strip(" .,:;-–*")
    if not _ISSUER.match(text) or re.search(r"\d", text) or len(text) > 100:
        return ""
    if text != text.upper():
        return text
    head, *place = _PLACE.split(text.lower(), maxsplit=1)
    words = re.match(rf"({_BODY})\s*(.*)", head, re.IGNORECASE)
    assert words is not None
    body, field = words[1], words[2].strip()
    field = " và ".join(one[:1].upper() + one[1:] for one in field.split(" và ") if one)
    parts = [_KEPT.get(body, body[:1].upper() + body[1:]), _KEPT.get(field.lower(), field)]
    if place:
        parts += [_KEPT.get(place[0], place[0]), " ".join(one.capitalize() for one in place[1].split())]
    return " ".join(filter(None, parts))
