"""The rules of the watch: a table with a row for each, and what makes a row one that can be applied."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from tradeanalysis.monitoring.rolling_windows import YEAR_LONG
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# What a rule of each kind needs beside its name, its windows and its event.
NEEDS = {
    "share_up": ("threshold",),
    "market_lost": ("threshold", "silent"),
    "volume_up": ("volume", "unit_value"),
    "import_share": ("threshold", "volume", "unit_value"),
    "cap": ("threshold",),
}
ALWAYS = ("months", "least", "event", "ahead")
# Months, and the least and most of each: windows are whole years, so that Tết stands in the one and in the other.
WHOLE = {"silent": (2, 12), "ahead": (1, 60)}


class Rule(NamedTuple):
    """A row of the table of rules; what its kind does not need is missing."""

    rule: str
    kind: str
    months: int
    threshold: float
    volume: float
    unit_value: float
    silent: float
    least: float
    event: float
    ahead: int


def watch_rules() -> pd.DataFrame:
    r"""The rules that ``ta.watch`` applies where none are given, a row each: change a row, or add one.

    Returns
    -------
    A table of these columns; shares and rates are in [0, 1], and what a kind does not need is missing.

    ``rule``
        A name, of one rule only.
    ``kind``
        ``share_up``: the share of :math:`s` of a partner in all trade over ``months`` is at least ``threshold`` higher
        than in the months before; event: it rises by at least ``event`` more ``ahead`` months later.
        ``market_lost``: value fell by at least ``threshold``, or is nil for ``silent`` months that had some a year
        before; event: ``ahead`` months later it is still at least ``event`` below what it was.
        ``volume_up``: quantity rose by at least ``volume`` and unit value fell by at least ``unit_value``, by product
        where there are any; event: unit value falls by at least ``event`` more.
        ``import_share``: the same where the reporter also has at least ``threshold`` of the quantity that the market
        imports; event: as of ``volume_up``, with a share that is still as high. Below 3% imports count as negligible
        in an anti-dumping case, unless several such sources have more than 7% together (WTO Anti-Dumping Agreement,
        article 5.8).
        ``cap``: the share over ``months``, or over the year so far from February on, is above the plan's cap or less
        than ``threshold`` below it; event: ``ahead`` months later it is at least ``event`` above the cap.
    ``months``
        The window, compared with the window before: whole years, 12 or 24 and so on. Shorter ones are refused, since
        Tết moves between January and February.
    ``threshold, volume, unit_value, silent``
        What the kind needs.
    ``least``
        Partners with less than this share are not watched (for ``market_lost`` the share that they had).
    ``event, ahead``
        The event of which the rule warns, and in how many months it must come: what its record is counted of.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> rules = ta.monitoring.watch_rules()
    >>> rules.loc[rules["kind"] == "share_up", ["rule", "threshold", "least"]].values.tolist()
    [['share_up', 0.005, 0.01]]
    >>> rules.loc[rules["rule"] == "share_up", "threshold"] = 0.02
    """
    none = math.nan
    rows = [
        Rule("share_up", "share_up", 12, 0.005, none, none, none, 0.01, 0.005, 12),
        Rule("market_lost", "market_lost", 12, 0.5, none, none, 6, 0.01, 0.5, 12),
        Rule("volume_up", "volume_up", 12, none, 0.2, 0.05, none, 0.01, 0.05, 12),
        Rule("import_share", "import_share", 12, 0.03, 0.2, 0.05, none, 0.0, 0.05, 12),
        Rule("cap", "cap", 12, 0.02, none, none, none, 0.01, 0.0, 12),
    ]
    return pd.DataFrame(rows, columns=list(Rule._fields))


def checked_rules(given: Any) -> list[Rule]:
    """The rules of a table; all that cannot be applied are refused at once, by name."""
    if given is None:
        given = watch_rules()
    if not isinstance(given, pd.DataFrame) or not len(given) or not given.columns.is_unique:
        raise TradeDataError(Text("watch_no_rules", kind=type(given).__name__))
    if missing := [one for one in ("rule", "kind", *ALWAYS) if one not in given.columns]:
        raise TradeDataError(Text("watch_rules_columns", columns=missing, known=list(Rule._fields)))
    wrong: list[Text] = []
    names = given["rule"].tolist()
    for name in names:
        if not isinstance(name, str) or not name.strip():
            wrong.append(Text("watch_rule_unnamed", name=repr(name)))
        elif names.count(name) > 1 and (twice := Text("watch_rule_twice", rule=name)) not in wrong:
            wrong.append(twice)
    rules = []
    for row in given.to_dict("records"):
        name, kind = row["rule"], row["kind"]
        if not isinstance(kind, str) or kind not in NEEDS:
            wrong.append(Text("watch_rule_kind", rule=str(name), kind=repr(kind), known=list(NEEDS)))
            continue
        needed = (*ALWAYS, *NEEDS[kind])
        faults = [one for column in needed if (one := _fault(str(name), column, row.get(column)))]
        wrong += faults
        if not faults:
            rules.append(Rule(name, kind, **{one: _cell(row, one, needed) for one in Rule._fields[2:]}))
    if wrong:
        raise TradeDataError(Text("watch_rules_wrong", faults=wrong))
    return rules


def _cell(row: Mapping[Hashable, Any], column: str, needed: tuple[str, ...]) -> Any:
    if column not in needed:
        return math.nan
    return int(row[column]) if column in ("months", *WHOLE) else float(row[column])


def _fault(rule: str, column: str, given: Any) -> Text | None:
    """What is wrong with a cell: months are whole, all else is a share or a rate."""
    try:
        number = float("nan") if isinstance(given, (str, bool)) else float(given)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    shown = {"rule": rule, "column": column, "given": _shown(given)}
    if column == "months":
        good = number in range(YEAR_LONG, 10 * YEAR_LONG + 1, YEAR_LONG)
        return None if good else Text("watch_rule_months", **shown)
    if column in WHOLE:
        least, largest = WHOLE[column]
        good = number in range(least, largest + 1)
        return None if good else Text("watch_rule_whole", **shown, least=least, largest=largest)
    positive = column in ("threshold", "volume", "unit_value")
    good = (number > 0 if positive else number >= 0) and number <= (10 if column == "volume" else 1)
    return None if good else Text("watch_rule_share" if column != "volume" else "watch_rule_volume", **shown)


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 40 else f"{text[:37]}..."
