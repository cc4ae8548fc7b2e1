"""Years and months as headings and cells write them."""

from __future__ import annotations

import datetime
import re
import unicodedata

_YEAR = re.compile(r"(?:năm\s*)?((?:1[89]|20)\d\d)(?:\.0+)?\s*(?:\*+|\([^)]{1,20}\)|p|e)?", re.IGNORECASE)


_MONTHS = {
    name: i
    for i, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}


_MONTH_FIRST = re.compile(r"(?:tháng\s*|t)?(\d{1,2})\s*[-/.]\s*((?:19|20)\d\d)", re.IGNORECASE)


_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)\s*[-/ ]?\s*m?(\d{1,2})", re.IGNORECASE)


_NAMED = re.compile(r"(?:([a-z]{3,9})[ ./-]*((?:19|20)\d\d)|((?:19|20)\d\d)[ .-]*([a-z]{3,9}))", re.IGNORECASE)


def cell_text(cell: object) -> str:
    """The text of a cell with single spaces; empty where there is none."""
    return "" if cell is None or cell != cell else " ".join(str(cell).split())


def period(cell: object) -> str | None:
    """A year as YYYY or a month as YYYYMM, where a heading is one.

    Examples
    --------
    >>> [period(cell) for cell in ("2019", "Năm 2020", "2015*", "2025 Feb ", "Tháng 1/2021", "2021M12", 2019.0, "Nước")]
    ['2019', '2020', '2015', '202502', '202101', '202112', '2019', None]
    """
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return f"{cell.year}{cell.month:02d}"
    text = unicodedata.normalize("NFC", cell_text(cell))
    if match := _YEAR.fullmatch(text):
        return match[1]
    if match := _MONTH_FIRST.fullmatch(text):
        month, year = int(match[1]), match[2]
    elif match := _YEAR_FIRST.fullmatch(text):
        month, year = int(match[2]), match[1]
    elif match := _NAMED.fullmatch(text):
        month = _MONTHS.get((match[1] or match[4])[:3].lower(), 0)
        year = match[2] or match[3]
    else:
        return None
    return f"{year}{month:02d}" if 1 <= month <= 12 else None
