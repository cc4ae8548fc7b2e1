"""What the titles of a table say of it: its year, unit, flow and reporter. Proposals: none is taken silently."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tradeanalysis import names
from tradeanalysis.currencies import unit_named
from tradeanalysis.schema import EXPORT, IMPORT
from tradeanalysis.sources.columns import units
from tradeanalysis.sources.columns.sheet_words import without_days

_YEAR = re.compile(r"(?<![\d./-])((?:19|20)\d\d)(?![\d/-])")
_EXPORT = re.compile(r"\bxuất khẩu\b|\bexport(?:s|ed)?\b", re.IGNORECASE)
_IMPORT = re.compile(r"\bnhập khẩu\b|\bimport(?:s|ed)?\b", re.IGNORECASE)
_BOTH = re.compile(r"\bxuất\s*(?:[,/–-]|và)?\s*(?:khẩu\s*(?:[,/–-]|và)\s*)?nhập khẩu\b", re.IGNORECASE)
_OFFICE = re.compile(r"\b(?:tỉnh|thành phố|tp\.?)\s+(?P<name>[^\W\d_][^,;:()\d-]{1,40})", re.IGNORECASE)
_NAME_ENDS = re.compile(r"(?<!\s)\s+(?:năm|tháng|quý|theo|giai đoạn)\b", re.IGNORECASE)
_LARGEST = re.compile(
    r"\btop[ -]?(?:\d+|five|ten|twenty)\b|\b\d+ (?:largest|leading|main|major|principal|biggest)\b"
    r"|\b(?:largest|leading|main|major|principal) (?:\w+ )?(?:partners|markets"
    r"|countries|destinations|importers|exporters|buyers|suppliers|sources)\b"
    r"|\b(?:thị trường|nước|đối tác|bạn hàng|nguồn cung)\b.*\b(?:lớn nhất|chủ yếu|chính|hàng đầu|chủ lực)\b",
    re.IGNORECASE,
)


def stated_in(titles: Sequence[str], headings: Sequence[str] = ()) -> dict[str, object]:
    """What titles and headings state of a table, as options of the reader.

    Examples
    --------
    >>> stated_in(["UBND TỈNH LONG AN", "XUẤT KHẨU THEO THỊ TRƯỜNG NĂM 2023", "Đơn vị tính: 1000 USD"])
    {'year': 2023, 'flow': 'export', 'unit': 'kUSD', 'reporter': 'Long An'}
    """
    stated: dict[str, object] = {}
    undated = [without_days(title) for title in titles]
    years = {int(year) for title in undated for year in _YEAR.findall(title)}
    if len(years) == 1:
        stated["year"] = years.pop()
    text = " ".join([*titles, *headings])
    flows = {flow for flow, word in ((EXPORT, _EXPORT), (IMPORT, _IMPORT)) if word.search(text)}
    if len(flows) == 1 and not _BOTH.search(text):
        stated["flow"] = flows.pop()
    found = units.units_in(headings, titles)
    if len(found) == 1 and all(map(unit_named, found)):
        stated["unit"] = next(iter(found))
    if reporter := _reporter(titles):
        stated["reporter"] = reporter
    return stated


def says_largest(title: str) -> bool:
    """Whether a title says that the partners are the largest only.

    >>> says_largest("Top 10 export markets"), says_largest("10 thị trường xuất khẩu lớn nhất"), says_largest("Exports")
    (True, True, False)
    """
    return _LARGEST.search(title) is not None


def _reporter(titles: Sequence[str]) -> str | None:
    for title in titles:
        if match := _OFFICE.search(title):
            words = _NAME_ENDS.split(match["name"])[0].split()
            return " ".join(word.capitalize() if word.isupper() else word for word in words[:4])
    for title in titles:
        match = re.search(r"\b(?:exported by|imported by|of|by|của)\s+([^\W\d_][\w .']{2,40})$", title.strip())
        if match and (code := names.resolve([match[1]], near=False)[match[1]].code):
            return code
    return None
