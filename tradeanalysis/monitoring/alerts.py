"""The watch: which rules the latest month sets off, and how often such alerts were right before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tradeanalysis.currencies import currency_of
from tradeanalysis.gate.findings import UNALLOCATED_NOTED
from tradeanalysis.monitoring.alert_kinds import APPLY, BY_PRODUCT, MonthlyTrade
from tradeanalysis.monitoring.alert_records import Record, past_alerts, record_of, size_class
from tradeanalysis.monitoring.alert_rules import Rule, checked_rules
from tradeanalysis.monitoring.alert_sentences import month_of, named_partner, of_alert
from tradeanalysis.monitoring.half_months import judged, reason_of
from tradeanalysis.monitoring.monthly_trade import goods, market_imports, totals, until
from tradeanalysis.monitoring.rolling_windows import YEAR_LONG
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import PARTNER, PRODUCT, VALUE, TradeDataError
from tradeanalysis.tables.months import Months, open_months
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

COLUMNS = (
    *("rule", PARTNER, PRODUCT, "month", "since", "now", "was", "size"),
    *("precision", "chance", "recall", "delay", "false_alarms", "cases", "sentence"),
)


class HasCap(Protocol):
    """A plan: what has a cap on the share of a market."""

    @property
    def cap(self) -> float | None:
        """The largest share that a market may have."""


def watch(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    rules: pd.DataFrame | None = None,
    market: Any = None,
    plan: float | HasCap | None = None,
    quantity: str | None = None,
    value: str = VALUE,
    keep_last: bool = False,
    lang: str = "en",
) -> Watch:
    r"""The alerts of the latest month of one economy's trade, each with the record of its rule in the months before.

    With :math:`v_{jt}` the value of partner j over the twelve months up to t and :math:`s_{jt}` its share, the first
    rule alerts where :math:`s_{jt} - s_{j,t-12} \ge .005` and :math:`s_{jt} \ge .01`, and warns of
    :math:`s_{j,t+12} - s_{jt} \ge .005`; ``ta.monitoring.watch_rules()`` has all. Its precision is the share of past
    alerts that their event followed.

    Parameters
    ----------
    table
        A trade table with ``period`` (2024-05), ``partner`` and values, of any library.
    reporter, flow, value
        May be left out where the table has one; the column of values. Products are added, except in rules on
        quantities. A share is of all trade, what is not allocated to a partner too.
    rules
        A table of rules, as ``ta.monitoring.watch_rules()`` gives them, which are applied where it is left out.
    market
        What the markets import from the world: a table with ``reporter`` (the market), ``period``, the column of
        quantities, and ``product`` where the table has it. Its rows are a total or origins, not both.
    plan
        A cap on the share of each market, in (0, 1], or a plan of ``ta.plan`` that has one.
    quantity
        The column of quantities, in one unit for each product, in the table and in that of the market.
    keep_last
        Whether the last months are judged though they seem to be reported in part (``ta.monitoring.half_reported``).
        They are left out else, ``.about["left_out"]`` says why, and the latest month is the one before them. The loss
        of a market of a tenth or more looks like that for its first three months.
    lang
        The language of the sentences in the table, "en" or "vi".

    Returns
    -------
    A ``Watch``. ``.table`` has a row for each alert of the latest month: ``rule, partner, product`` (missing where
    products are added), ``month``, ``since`` (the first month of the alert without a break), ``now, was, size``
    (shares and their rise; for a lost market values and the relative fall; for ``volume_up`` unit values and their
    relative change; for ``import_share`` shares of imports and what is above the threshold; for ``cap`` shares and
    what is above the cap), ``precision`` and ``chance`` (how often the event followed such alerts, and any month of a
    market of such a share), ``recall, delay`` (months), ``false_alarms`` (a year), ``cases`` (past alerts whose
    outcome is known) and ``sentence``. ``.records`` has a row for each rule, ``.by_size`` its precision by the size of
    the share, ``.past`` every alert since the first month, with what became of it. ``.about["not_run"]`` says which
    rules need what was not given.

    Raises
    ------
    TradeDataError
        The table is not one of one economy's months; a rule has an unknown kind or a bad threshold; ``plan`` has no
        cap in (0, 1]; the market's table has no row of these markets.

    Notes
    -----
    *Record.* Each month of the past is judged by what was known then: an alert uses no later month, and is counted
    only once its event could have come, ``ahead`` months later. An alert stands for these months: the first month
    after them can begin another one, so a rise of two years counts as two alerts. Recall is the share of events in
    whose first month the alert stood already; delay the mean months from there to the alert, by which for ``share_up``
    it comes after a year at the latest, as both are of the same year. Records of ``.precision_by_month`` count every
    month. With fewer than 10 past alerts whose outcome is known, rates are missing, and the sentence says so.

    *Size.* The level of a share alone says much about whether it rises by half a point, as large shares move more. So
    precision is that of past alerts in the same class of share (up to 2%, 5%, 10%, and above), and ``chance`` beside
    it that of the class without any alert. Where a class had few alerts its precision is shrunk, as if 10 more of them
    had been right as often as its chance and the odds ratio of the rule, one for all classes, say.

    *Tết.* Windows are whole years, or the year so far from February on: no month stands against the one before. A
    window that ends in January may hold no Tết, or two; it moves all markets that pay by it.

    A month that the table lacks makes all windows over it missing, and alerts of them too. What it misses: causes;
    firms and products behind a partner; and events that are rarer than the past is long.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = pd.period_range("2022-01", "2023-12", freq="M").astype(str)
    >>> rows = [(m, p, v + (p == "USA") * 2 * (m > "2023")) for m in months for p, v in {"USA": 2, "JPN": 8}.items()]
    >>> found = ta.watch(pd.DataFrame(rows, columns=["period", "partner", "value"]))
    >>> found.table[["rule", "partner", "since", "was", "now"]].round(3).values.tolist()
    [['share_up', 'USA', '2023-12', 0.2, 0.333]]
    >>> print(found.sentence())
    2023-12: 1 alert, on United States.
    """
    need_labels(reporter=reporter, flow=flow)
    applied, cap = checked_rules(rules), _cap(plan)
    texts.catalogue(lang)
    opened = open_months(table, reporter=reporter, flow=flow, value=value)
    left_out = [] if keep_last else _half_reported(opened)
    months = until(opened, len(opened.months) - len(left_out))
    of_all, by_goods = totals(months, cap), None
    if quantity is not None:
        by_goods = goods(table, of_all, months.about, value, quantity)
        if market is not None:
            by_goods = by_goods.with_imports(market_imports(market, by_goods, quantity))
    found = _Found(currency_of(months.attrs), lang)
    not_run: dict[str, Text] = {}
    for rule in applied:
        trade = by_goods if rule.kind in BY_PRODUCT else of_all
        if lacking := _lacking(rule, trade):
            not_run[rule.rule] = lacking
        elif trade is not None:
            found.add(rule, trade)
    month = str(months.months[-1])
    unallocated = months.unallocated_share(months.months[-1] - (YEAR_LONG - 1), YEAR_LONG)
    about = {**months.about, "month": month, "not_run": not_run, "left_out": left_out, "unallocated": unallocated}
    notes = {"n": Text("watch_n", alerts=len(found.alerts), rules=len(found.records)), "not run": [*not_run.values()]}
    alerts = pd.DataFrame(found.alerts, columns=list(COLUMNS))
    return Watch(
        annotated(alerts, months.attrs, **notes),
        pd.DataFrame(found.records, columns=list(Record._fields)),
        found.joined(found.sizes),
        found.joined(found.past),
        tuple(found.sentences),
        about,
    )


class _Found:
    """What the rules found, collected rule by rule."""

    def __init__(self, currency: str | None, lang: str) -> None:
        self.currency, self.lang = currency, lang
        self.alerts: list[dict[str, Any]] = []
        self.sentences: list[Text] = []
        self.records: list[Record] = []
        self.sizes: list[pd.DataFrame] = []
        self.past: list[pd.DataFrame] = []

    def add(self, rule: Rule, trade: MonthlyTrade) -> None:
        """The alerts of one rule in the latest month, the largest first, and its record."""
        signals = APPLY[rule.kind](trade, rule)
        record, by_size, began = record_of(rule, signals)
        self.records.append(record)
        self.sizes.append(by_size)
        self.past.append(past_alerts(rule, signals, began, trade.months, trade.partners, trade.products))
        now = np.flatnonzero(signals.alert[-1])
        for j in now[np.argsort(-np.abs(signals.size[-1, now]), kind="stable")]:
            of_size = by_size.iloc[int(size_class(signals.share[-1, j]))]
            quiet = np.flatnonzero(~signals.alert[:, j])
            alert = {
                "rule": rule.rule,
                PARTNER: trade.partners[j],
                PRODUCT: pd.NA if trade.products is None else trade.products[j],
                "month": str(trade.months[-1]),
                "since": str(trade.months[quiet[-1] + 1 if len(quiet) else 0]),
                "now": float(signals.now[-1, j]),
                "was": float(signals.was[-1, j]),
                "size": float(signals.size[-1, j]),
                **{name: float(of_size[name]) for name in ("precision", "chance")},
                **{name: getattr(record, name) for name in ("recall", "delay", "false_alarms")},
                "cases": record.alerts,
            }
            also = {name: float(x[-1, j]) for name, x in signals.also.items()}
            sentence = of_alert(rule, alert, also, self.currency)
            self.sentences.append(sentence)
            self.alerts.append({**alert, "sentence": sentence.say(self.lang)})

    @staticmethod
    def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
        """The tables of all rules below each other."""
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _cap(plan: Any) -> float | None:
    """The cap of a plan, or the one that is given."""
    if plan is None:
        return None
    cap = plan.cap if hasattr(plan, "cap") else plan
    if cap is None:
        raise TradeDataError(Text("watch_plan_without_cap"))
    need_numbers(plan=cap)
    if not 0 < cap <= 1:
        raise TradeDataError(Text("watch_plan_cap", cap=repr(cap)))
    return float(cap)


def _half_reported(opened: Months) -> list[Text]:
    """Why the last months seem to be reported in part, a text each; a month before whole ones stays."""
    found = judged(opened)
    low = found[["low_value", "low_n", "low_covered"]].any(axis=1).to_numpy()
    whole = np.flatnonzero(~low)
    last = found.iloc[whole[-1] + 1 :] if len(whole) else found.iloc[:0]
    return [reason_of(row) for row in last.to_dict("records")]


def _lacking(rule: Rule, trade: MonthlyTrade | None) -> Text | None:
    """What a rule needs that was not given."""
    if rule.kind == "cap":
        return Text("watch_needs_plan", rule=rule.rule) if trade is None or trade.cap is None else None
    if trade is None:
        return Text("watch_needs_quantity", rule=rule.rule)
    if rule.kind == "import_share" and trade.imports is None:
        return Text("watch_needs_market", rule=rule.rule)
    return None


@dataclass(frozen=True, repr=False)
class Watch(Result):
    """The alerts of the latest month, with the records of their rules.

    ``table``, ``records``, ``by_size`` and ``past`` are tables as ``watch`` describes them; ``sentences`` are those of
    the alerts, which ``.say(lang)`` says in either language; ``about`` holds whose trade it is, the ``month``, the
    rules that were ``not_run``, the months that were ``left_out``, with why, and the share of the last twelve months
    that is ``unallocated``.
    """

    table: pd.DataFrame
    records: pd.DataFrame
    by_size: pd.DataFrame
    past: pd.DataFrame
    sentences: tuple[Text, ...]
    about: dict[str, Any]

    def sentence(self, lang: str = "en") -> str:
        """How many alerts there are, and on whom; and which months were left out."""
        values, left_out = month_of(self.about["month"]), self.about["left_out"]
        if len(self.table):
            partners = [named_partner(one) for one in self.table[PARTNER].unique()]
            text = Text("watch_said", **values, n=len(self.table), partners=partners)
        else:
            text = Text("watch_quiet", **values)
        return Text("watch_but", text=text, why=left_out).say(lang) if left_out else text.say(lang)

    def details(self) -> list[str]:
        """Each alert in a sentence, the rules that were not applied, and what is not allocated."""
        said = [*self.sentences, *self.about["not_run"].values()]
        if (unallocated := self.about["unallocated"]) > UNALLOCATED_NOTED:
            said.append(Text("watch_unallocated", of=unallocated))
        return [*map(str, said)]
