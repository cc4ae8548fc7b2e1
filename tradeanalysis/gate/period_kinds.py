"""What kind a period is (month, quarter, sum so far, year), and that none is added to one that it holds."""

from __future__ import annotations

import re
from typing import Any

import narwhals as nw

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import FLOW, PERIOD, REPORTER
from tradeanalysis.texts import Text

MONTH, SO_FAR = "month", "so_far"
# A kind of periods, and how tables write it; a date is that of its month. What is none of these is another kind.
_KINDS = {
    "year": r"\d{4}|\d{4}/\d\d(?:\d\d)?",
    MONTH: r"\d{4}[-M]?(?:0[1-9]|1[0-2])|\d{4}-\d\d-\d\d(?:[ T].*)?",
    "quarter": r"\d{4}-?Q[1-4]",
    "half": r"\d{4}-?[HS][12]",
    SO_FAR: r"\d{4}-?C(?:0[1-9]|1[0-2])",
    "none": r"|None|nan|NaN|NaT|<NA>",
}
_SPAN = re.compile(r"(?P<year>\d{4})/(?P<next>\d\d)")
_KIND = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.IGNORECASE)


def period_kind(label: object) -> str:
    """The kind of a period: "month", "quarter", "half", "so_far", "year", "none" where it is missing, else "other".

    Examples
    --------
    >>> [period_kind(one) for one in ("2024-05", 202405, "2024-Q2", "2024-C05", 2024.0, "2023/24", None, "May")]
    ['month', 'month', 'quarter', 'so_far', 'year', 'year', 'none', 'other']
    """
    text = str(label).strip().removesuffix(".0")
    if (span := _SPAN.fullmatch(text)) and int(span["next"]) != (int(span["year"]) + 1) % 100:
        return MONTH if 1 <= int(span["next"]) <= 12 else "other"  # 2024/05 is no fiscal year
    match = _KIND.fullmatch(text)
    return str(match.lastgroup) if match else "other"


def refuse_overlapping_periods(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> None:
    """Refuse several kinds of periods of one reporter and flow, and several sums so far of one year.

    A year holds its months, and its first nine months the first six: added up they would count twice.
    """
    labels = _unique(frame, [PERIOD])
    if not _overlapping([one for (one,) in labels]):
        return
    there = frame.collect_schema().names()
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for *group, label in _unique(frame, [*(one for one in (REPORTER, FLOW) if one in there), PERIOD]):
        groups.setdefault(tuple(map(str, group)), []).append(label)
    for _, of_one in sorted(groups.items()):
        if key := _overlapping(of_one):
            kinds = {period_kind(one): one for one in sorted(of_one, key=str, reverse=True)}
            labels_said = sorted(map(str, kinds.values() if key == "periods_of_kinds" else _sums_so_far(of_one)))
            named = [Text(f"period_kind_{kind}", example=str(one)) for kind, one in sorted(kinds.items())]
            raise fault("TA-115", key, kinds=named, periods=labels_said, labels=labels_said)


def _unique(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], columns: list[str]) -> list[tuple[Any, ...]]:
    found: Any = frame.select(*columns).unique()
    return list((found.collect() if isinstance(found, nw.LazyFrame) else found).iter_rows())


def _overlapping(labels: list[Any]) -> str:
    """The words for what overlaps; none where nothing does."""
    if len({period_kind(one) for one in labels}) > 1:
        return "periods_of_kinds"
    return "periods_so_far_twice" if _sums_so_far(labels) else ""


def _sums_so_far(labels: list[Any]) -> list[str]:
    """The sums so far of years that have several."""
    sums = sorted({str(one).strip() for one in labels if period_kind(one) == SO_FAR})
    years = [one[:4] for one in sums]
    return [one for one in sums if years.count(one[:4]) > 1]
