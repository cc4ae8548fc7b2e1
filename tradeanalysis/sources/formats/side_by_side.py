"""Years, quarters and months that stand side by side, for one flow or both: set below each other."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, VALUE, YEAR
from tradeanalysis.sources.columns import units
from tradeanalysis.sources.columns.headings import (
    SIDE_BY_SIDE,
    flow_of_value,
    heading,
    is_cumulative,
    is_no_value,
    is_of_year_before,
    meaning,
)
from tradeanalysis.sources.columns.numbers import parse
from tradeanalysis.sources.columns.parts_in_words import flow_in, of_values, part_in_heading
from tradeanalysis.sources.columns.periods import cell_text, is_fiscal, month_alone, period, periods
from tradeanalysis.sources.columns.sheet_words import without_days
from tradeanalysis.texts import Text

# A period somewhere in a heading, the longest way to write one first.
_INSIDE = re.compile(
    r"(?:\d{1,2} tháng (?:đầu )?|tháng \d{1,2}|quý (?:iv|i{1,3}|\d)|q\d|t\d{1,2})\s*(?:[-/.,]|năm)?"
    r"\s*(?:19|20)\d\d(?!\d)"
    r"|(?<![\d.,])(?:19|20)\d\d(?:c\d\d|0[1-9]|1[0-2])(?![\d.,])"
    r"|(?<![\d.,])(?:19|20)\d\d[-/ ]?(?:q|m|quý |tháng )(?:iv|i{1,3}|\d{1,2})(?!\w)"
    r"|(?<![\d.,])(?:19|20)\d\d\s*[-/]\s*\d{2,4}(?!\d)|(?:năm |in |of )?(?<![\d.,])(?:19|20)\d\d(?![\d.,])"
    r"|(?<!\w)(?:tháng \d{1,2}|quý (?:iv|i{1,3}|\d))(?!\w)",
    re.IGNORECASE,
)


_DIGIT = re.compile(r"\d")
# What in brackets makes a month a part of one.
_OF_TIME = re.compile(r"\([^()]*(?<!\w)(?:đến|tới|kỳ|ngày|tuần|nửa|từ)(?!\w)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass
class Long:
    """Cells of one kind of row, and what was done; the units that headings of periods name."""

    cells: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    units: frozenset[str] = frozenset()


def long(cells: pd.DataFrame, named: Collection[str] = (), wanted: str | None = None) -> Long:
    """Values by period set below each other, their empty cells left out.

    ``named`` are the headings that were named by hand: a value among them is read as it stands. Where months stand
    beside sums of months that do not hold them alone, those ``wanted`` are taken: ``"months"``, or ``"year_to_date"``.
    """
    heads = [str(head) for head in cells.columns]
    sides = _of_one_month(heads, _sides(heads)) if wanted else _sides(heads)
    alone = {at: side for at, side in sides.items() if side[0]}
    others = [at for at in range(len(heads)) if at not in sides]
    by_hand = {heading(one) for one in named}
    # A sum so far, or a part of a year, is a value as well.
    of_sums = {
        heading(heads[at])
        for at in others
        if meaning(heads[at]) is None and (is_cumulative(heads[at]) or part_in_heading(heads[at]))
    }
    if not alone or by_hand & ({heading(heads[at]) for at in alone} | of_sums):
        return Long(cells)
    if VALUE in {heading(heads[at]) for at in others}:
        return Long(cells)
    if not _is_wide(heads, sides, others):
        return Long(cells)
    notes: list[str] = []
    sums = _sums_of_others(cells, heads, sides, notes)
    if wanted and _has_both(sides):
        sums = _not_wanted(heads, sides, wanted, notes)
    if sums is None:
        return Long(cells)
    sides = {at: side for at, side in sides.items() if at not in sums}
    others = [at for at in others if at not in sums]
    count = Counter(sides.values())
    if twice := [heads[at] for at, side in sides.items() if count[side] > 1]:
        when = sorted({str(side[0]) for side in sides.values() if count[side] > 1})
        raise fault("TA-110", "periods_twice", labels=twice, periods=when, headings=[*map(repr, twice)])
    return _below_each_other(cells, heads, sides, others, notes)


def _sides(heads: list[str]) -> dict[int, tuple[str, str | None, str]]:
    """The period, the flow and the other words of each heading that is one of values by period."""
    found: dict[int, tuple[str, str | None, str]] = {}
    bare = periods(heads)
    inside = {at: match for at, head in enumerate(heads) if bare[head] is None and (match := _inside(head))}
    within = periods([match[0] for match in inside.values()])
    for at, head in enumerate(heads):
        if (when := bare[head]) and not is_cumulative(head) and not _OF_TIME.search(head):
            found[at] = (when, None, "")
            continue
        if part := part_in_heading(head):
            when, rest = part
        elif at in inside:
            when, rest = within[inside[at][0]] or month_alone(inside[at][0]), inside[at][1]
            if _YEAR.search(without_days(rest)):
                continue  # two years are those from one to another
        else:
            continue
        if when and of_values(rest):
            found[at] = (when, flow_in(rest), "")
    if not found:
        months = {at: when for at, head in enumerate(heads) if (when := month_alone(head))}
        found = {at: (when, None, "") for at, when in months.items()} if len(months) > 1 else {}
    return found


def _inside(head: str) -> tuple[str, str] | None:
    """A period in a heading and the words around it, where these speak of values."""
    if not (match := _INSIDE.search(head)):
        return None
    when = re.sub(r"^(?:in|of)\s+", "", match[0].strip(), flags=re.IGNORECASE)
    rest = " ".join(f"{head[: match.start()]} {head[match.end() :]}".strip(" -_/,:").split())
    return (when, re.sub(r"(?<!\s)\s+(?:in|of|năm)$", "", rest, flags=re.IGNORECASE)) if rest else None


def _kind(when: str) -> str:
    if is_fiscal(when):
        return "fiscal"
    if when.isdigit():
        return str(len(when)) if len(when) >= 4 else "month"  # the tenth month is as long as the first
    return re.sub(r"\d+", "", when)[:2]


def _is_wide(heads: list[str], sides: dict[int, tuple[str, str | None, str]], others: list[int]) -> bool:
    """Whether headings of periods are columns of values, rather than one column that happens to be called so."""
    if len(sides) > 1:
        others_too = {head for head in heads if not is_no_value(head)}
        return len(sides) >= len(others_too) / 3 or any(flow for _, flow, _ in sides.values())
    (at,) = sides
    values = any(flow_of_value(heads[one])[0] for one in others)
    return not values and at > 0 and any(meaning(heads[one]) == PARTNER for one in others)


def _is_cumulative(head: str, when: str | None) -> bool:
    return "C" in (when or "") or is_cumulative(head)


def _of_one_month(
    heads: list[str], sides: dict[int, tuple[str, str | None, str]]
) -> dict[int, tuple[str, str | None, str]]:
    """With the sum so far that names no period, beside one month: it goes to that month."""
    alone = {at: (when, None, "") for at, head in enumerate(heads) if (when := month_alone(head)) and when.isdigit()}
    beside = sides or alone
    months = {side[0] for side in beside.values() if side[0].isdigit() and len(side[0]) != 4}
    bare = [
        at
        for at, head in enumerate(heads)
        if at not in beside and _is_cumulative(head, None) and not is_no_value(head) and not is_of_year_before(head)
    ]
    if len(months) != 1:
        return sides
    (month,) = months
    # A sum of the same year that names no day or month is of the months to this one.
    year = month[:4]
    left_open = [
        at for at, one in beside.items() if one[0] == f"{year}C00" and not _DIGIT.search(heads[at].replace(year, ""))
    ]
    if not bare and not left_open:
        return sides
    so_far = f"{month[:4]}C{month[4:]}" if len(month) > 4 else f"C{int(month):02d}"
    flows = {side[1] for side in beside.values() if side[1]}
    alone_flow = next(iter(flows)) if len(flows) == 1 else None
    named = {at: (so_far, flow_in(heads[at]) or alone_flow, "") for at in bare}
    named |= {at: (so_far, beside[at][1], "") for at in left_open}
    return dict(sorted({**beside, **named}.items()))


def _has_both(sides: dict[int, tuple[str, str | None, str]]) -> bool:
    """Whether months stand beside sums of months, and nothing else does."""
    months = [side[0].isdigit() and len(side[0]) != 4 for side in sides.values()]
    so_far = ["C" in side[0] for side in sides.values()]
    return any(months) and any(so_far) and all(map(operator.or_, months, so_far))


def _not_wanted(
    heads: list[str], sides: dict[int, tuple[str, str | None, str]], wanted: str, notes: list[str]
) -> set[int]:
    """The columns of the other kind: sums of months where months are wanted, else months."""
    left = {at for at, side in sides.items() if ("C" in side[0]) == (wanted == "months")}
    notes.append(Text("months_beside_columns_of_other_periods", columns=[repr(heads[at]) for at in sorted(left)]))
    return left


def _sums_of_others(
    cells: pd.DataFrame, heads: list[str], sides: dict[int, tuple[str, str | None, str]], notes: list[str]
) -> set[int] | None:
    """Columns that are the sum of others, months so far or the whole year, which are not added to them.

    None where values of several kinds stand side by side and sums do not say that one holds the others.
    """
    cumulative = {at for at, head in enumerate(heads) if _is_cumulative(head, sides[at][0] if at in sides else None)}
    kinds = Counter(_kind(side[0]) for at, side in sides.items() if at not in cumulative)
    main = kinds.most_common(1)[0][0] if kinds else ""
    whole = cumulative | {at for at, side in sides.items() if at not in cumulative and _kind(side[0]) != main}
    if not whole or not kinds:
        return set()
    parts = [at for at in sides if at not in whole]
    mine = {at: [one for one in parts if _belongs(sides[one], sides.get(at))] for at in whole}
    # A mark that may be decimal or group thousands is read as the sums say.
    if not any(all(_adds_up(cells, at, mine[at], mark) for at in whole) for mark in (None, ".", ",")):
        # Headings that are periods and no more are no words for values: their lengths are compared later.
        return None if cumulative or not all(period(heads[one]) for one in sides) else set()
    notes.append(Text("sum_of_periods", columns=[repr(heads[at]) for at in sorted(whole)]))
    return whole


def _adds_up(cells: pd.DataFrame, whole: int, parts: list[int], decimal: str | None) -> bool:
    """Whether a column is the sum of others, at least two, in every row that it fills."""
    parsed = [parse(cells.iloc[:, at], decimal=decimal) for at in (whole, *parts)]
    x, *others = (numbers for numbers, _, _ in parsed)
    there = np.isfinite(x)
    # What cannot be read by a mark is 0 of it, and no sum says so.
    unread = decimal is not None and any(findings for *_, findings in parsed)
    if unread or len(others) < 2 or not there.any():
        return False
    slack = 1e-9 * np.abs(x) + 0.5 * (len(others) + 1) * 10.0 ** -_places(cells.iloc[:, [whole, *parts]])
    return bool((np.abs(np.nansum(others, axis=0) - x) <= slack)[there].all())


def _belongs(part: tuple[str, str | None, str], whole: tuple[str, str | None, str] | None) -> bool:
    if whole is None:
        return True
    if part[1] != whole[1] or (len(part[0]) >= 4 and part[0][:4] != whole[0][:4]):
        return False
    quarter, month = re.search(r"Q(\d)$", whole[0]), re.fullmatch(r"(?:\d{4})?(\d{1,2})", part[0])
    return not (quarter and month) or (int(month[1]) + 2) // 3 == int(quarter[1])


def _places(columns: pd.DataFrame) -> int:
    """How many decimals the numbers of some columns show, at most."""
    texts = (cell_text(cell) for cell in columns.to_numpy().ravel())
    return max((len(match[1]) for text in texts if (match := re.search(r"[.,](\d+)$", text))), default=0)


def _below_each_other(
    cells: pd.DataFrame,
    heads: list[str],
    sides: dict[int, tuple[str, str | None, str]],
    others: list[int],
    notes: list[str],
) -> Long:
    when = [side[0] for side in sides.values()]
    values = cells.iloc[:, [*sides]].to_numpy(dtype=object).ravel(order="F")
    again = np.tile(np.arange(len(cells)), len(sides))
    table = cells.iloc[:, others].take(again)
    numbers, distinct = pd.factorize(values)
    full = np.array([*(str(cell).strip() != "" for cell in distinct), False], dtype=bool)[numbers]
    added: dict[str, list[str | None]] = {}
    if not any(month_alone(one) or len(one) < 4 for one in when):
        added[YEAR] = [f"FY{one}" if is_fiscal(one) else one[:4] for one in when]
    if YEAR not in added or any(len(one) > 4 and not is_fiscal(one) for one in when):
        added[PERIOD] = [*when]
    if all(side[1] for side in sides.values()) and not any(meaning(str(head)) == FLOW for head in table.columns):
        added[FLOW] = [side[1] for side in sides.values()]
    table = table.assign(
        **{SIDE_BY_SIDE: pd.Series(values, table.index, dtype=object)},
        **{name: pd.Series(x).array.repeat(len(cells)) for name, x in added.items()},
    )
    headings = [heads[at] for at in sides]
    notes.insert(0, Text("columns_below", columns=len(sides), names=headings, empty=int((~full).sum())))
    if beside := [heads[at] for at in others if is_no_value(heads[at]) and meaning(heads[at]) is None]:
        notes.append(Text("columns_no_values", columns=len(beside), names=beside))
    if any(map(is_fiscal, when)):
        pairs = [Text("year_as", heading=repr(head), year=one[:4]) for head, one in zip(headings, when, strict=True)]
        notes.append(Text("fiscal_years", pairs=pairs))
    table = table if full.all() else table[full]
    return Long(table, notes, units.units_in(headings))
