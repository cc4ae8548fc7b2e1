"""Texts made safe for where they go: cells that no spreadsheet runs, names of files and sheets, HTML."""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable

# Characters of the name of a sheet, at most.
EXCEL_NAME = 31
# What XML, HTML and TeX refuse: control characters other than tab and line ends, halves of characters, non-characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SIGN = "[-=+@＝＋－＠﹦﹢﹣﹫]"
# What shows nothing: soft hyphens, marks of direction and joining, fillers, selectors, tags, an empty cell of braille.
_UNSEEN = (
    '"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f'
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# A spreadsheet runs a cell that begins with a sign, even behind blanks. Where the comma is the decimal mark, as in
# Vietnam, Excel splits a line at semicolons and misreads our quotes: there a cell may begin within a text.
FORMULA = re.compile(rf"\A(?=[\s{_UNSEEN}]*{_SIGN}|[\t\r\n])|(?<=[;\t\r\n])(?=(?:[^\S\t\r\n]|[{_UNSEEN}])*{_SIGN})")
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:[.:].*)?", re.DOTALL)


def is_text(text: str) -> bool:
    """Whether a text can be written: half of a character cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain_text(text: object) -> str:
    """A text without control characters."""
    return _CONTROL.sub("", str(text))


def escape_html(text: object) -> str:
    """A text as HTML shows it, between tags and in a quoted attribute; control characters go.

    Examples
    --------
    >>> escape_html("<b title='R&D'>")
    '&lt;b title=&#x27;R&amp;D&#x27;&gt;'
    """
    return html.escape(plain_text(text))


def slug(name: object) -> str:
    """A safe part of a file name from any text: letters and digits of ASCII, ``_`` and ``-``, at most 80 of them.

    Different names may become one: those in Chinese all do.

    Examples
    --------
    >>> slug("Đắk Lắk: cà phê (2023)"), slug("../../etc/passwd"), slug("CON"), slug("越南")
    ('Dak_Lak_ca_phe_2023', 'etc_passwd', 'CON_', '_')
    """
    plain = unicodedata.normalize("NFKD", str(name).translate(str.maketrans("Đđ", "Dd")))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")[:80].strip("_-")
    return f"{safe}_" if not safe or is_device(safe) else safe


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device, whatever ending it has: NUL, aux.csv, COM1.

    Examples
    --------
    >>> [is_device(name) for name in ("NUL", "aux.2019.csv", "COM\u00b9", "con artists", "COM10")]
    [True, True, True, False, False]
    """
    return _DEVICE.fullmatch(name) is not None


def sheet_names(names: Iterable[object]) -> list[str]:
    """The names of the sheets of a workbook as Excel takes them, each once, whatever its capitals.

    Examples
    --------
    >>> sheet_names(["Exports: by market", "exports/by market", "Kim ngạch xuất khẩu theo thị trường", "data", "DATA"])
    ['Exports by market', 'exports by market (2)', 'Kim ngạch xuất khẩu theo thị tr', 'data', 'DATA (2)']
    """
    taken, found = set[str](), list[str]()
    for name in names:
        title = first = _sheet_name(name)
        for number in itertools.count(2):
            if title.casefold() not in taken:
                break
            mark = f" ({number})"
            title = f"{_cut(first, EXCEL_NAME - len(mark)).rstrip()}{mark}"
        taken.add(title.casefold())
        found.append(title)
    return found


def _sheet_name(name: object) -> str:
    """A name as Excel takes it."""
    text = _cut(re.sub(r"[\[\]:*?/\\\s]+", " ", plain_text(name)), EXCEL_NAME).strip("' ") or "data"
    return f"{text}_" if text.lower() == "history" else text


def _cut(text: str, length: int) -> str:
    """So many characters of a text at most, as Excel counts them: in halves of four bytes."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
