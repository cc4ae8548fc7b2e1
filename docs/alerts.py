"""Write the page on how often alerts were right: ``make alerts``.

The page holds figures only, derived from two files of the folder that ``TRADEANALYSIS_SHARED_DATA`` names, which are
not passed on: trade of the United States by partner and month (Census Bureau), and Vietnam's exports of fish by HS6,
partner and month (UN Comtrade).
"""

import itertools
import os
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.monitoring import Watch
from tradeanalysis.monitoring.alert_kinds import APPLY
from tradeanalysis.monitoring.alert_rules import checked_rules
from tradeanalysis.monitoring.monthly_trade import totals
from tradeanalysis.monitoring.rolling_sums import earlier
from tradeanalysis.tables.months import open_months

HERE = Path(__file__).parent
PAGE = HERE / "site" / "concepts" / "alerts.md"
IMPORTS, EXPORTS, FISH = "US imports", "US exports", "Vietnam's fish"
# The caps that the page tries: a plan of its own has another.
CAPS = {IMPORTS: 0.2, EXPORTS: 0.2, FISH: 0.2}

HEAD = """`ta.watch` applies rules to one economy's months, and says beside each alert how often such alerts were right
in the economy's own past. This page has these records on three series. It is written by `make alerts`."""
COUNTED = """*How it is counted.* Each month of the past is judged by what was known then: an alert uses no later month,
and its outcome counts once the months ahead, twelve, are over. A test changes later months and holds that no earlier
alert
moves. Windows of neighbouring months overlap, so an alert stands for twelve months: a rise of two years is two alerts,
not twenty-four. *Precision* is the share of alerts that the rule's event followed, and *chance* the share of all months
and partners that it followed: an alert whose precision is not above it says nothing. *Recall* is the share of events in
whose first month the alert stood already; *delay* the mean months from there to the alert. *False alarms* are those of
the economy in a year. Rates of fewer than ten alerts are not stated."""
RULES = """`share up`: the 12-month share of a partner with 1% or more is half a point above that of a year before, and
warns of half a point more within a year. `market lost`: of partners that had 1%, value fell by half, or is nil for six
months that had some a year before; a year later it is still half below. `volume up`: quantity up by 20% and unit value
down by 5%, by product; unit value falls by 5% more. `cap`: the share is above 20%, or less than two points below; it is
above 20% a year later. *Market at risk* is a row that was added: a fall by 30% of partners with .2% and more."""
KNOWN = """Each month by itself is a case here, as in most studies. The first two columns are the rule on all years; the
next two on the ends of quarters and on 1988-2022 only. *AUC* is the chance that a case with the event stands above one
without, by the level of the share, and by its rise over a year and over a quarter, on the ends of quarters."""
LEVEL = """The level alone tells more of events than the rise over a year does: large shares move by more points. So
`ta.watch` states precision by the size of the share, and beside it the chance of any market of that size. Where a class
had few alerts its precision is shrunk: ten alerts are added that were right as often as the chance of the class and one
odds ratio for all classes of the rule say."""
LIMITS = [
    """Most alerts of `share up` are wrong, and late: a rise that began without its alert is found after a year, since
    alert and event are of the same twelve months. What alerts add to the chance is the figure to look at: on exports
    of fish, where shares move much, it is little or nothing.""",
    """`import share`, above 3% of the quantity that the market imports with volume up and unit value down, has no
    record here: neither file has the markets' imports of these products from the world. The 3% are those of article
    5.8 of the
    WTO Anti-Dumping Agreement, below which imports of one origin count as negligible, unless several such origins have
    more than 7% together.""",
    """The trade of the United States has no quantities, so `volume up` is of fish alone: two products, eight years.""",
    """Windows are whole years or the year so far from February on, since Tết moves between January and February. A
    window that ends in January may still hold no Tết, or two.""",
    """A half-reported last month is left out (`ta.monitoring.half_reported`). The loss of a market of a tenth or more
    looks like one for three months; `keep_last=True` judges it.""",
    """Rules, thresholds and classes were set beforehand, from practice, and not fitted to these series; the record of
    each economy is its own, so that no figure here is one of another economy.""",
]


def shared(*names: str) -> Path:
    """A file of the folder of data."""
    return Path(os.environ["TRADEANALYSIS_SHARED_DATA"]).joinpath(*names)


def united_states() -> dict[str, pd.DataFrame]:
    """Trade by partner and month to December 2022; codes below 1000 are totals and regions."""
    table = pd.read_csv(shared("us_census_monthly", "us_trade_by_country_monthly_1985_2023.csv.gz"))
    table = table[(table["cty_code"] >= 1000) & (table["period"] <= 202212)].rename(columns={"cty_name": "partner"})
    named = {(IMPORTS, "import"), (EXPORTS, "export")}
    return {name: table[table["flow"] == flow].assign(reporter="USA") for name, flow in sorted(named, reverse=True)}


def fish() -> pd.DataFrame:
    """Vietnam's own reports of exports, by product."""
    table = pd.read_parquet(shared("comtrade_fish_monthly_vnm", "fish_monthly_vnm_2012_2024.parquet"))
    table = table[table["flow"] == "X"].rename(columns={"hs6": "product", "value_usd": "value"})
    return table.assign(flow="export", currency="USD")


def rules() -> pd.DataFrame:
    """The default rules and one more row."""
    found = ta.monitoring.watch_rules()
    more = found[found["rule"] == "market_lost"].assign(rule="market_at_risk", threshold=0.3, least=0.002, event=0.3)
    return pd.concat([found.iloc[:2], more, found.iloc[2:]], ignore_index=True)


def rows(head: list[str], lines: list[list[str]]) -> str:
    """A table of Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *lines])


def filled(text: str, first: str = "", others: str = "") -> str:
    """A paragraph in lines."""
    return textwrap.fill(" ".join(text.split()), 125, initial_indent=first, subsequent_indent=others)


def shown(x: float, form: str = ".2f") -> str:
    """A figure, or a dash where there is none."""
    return "–" if np.isnan(x) else format(x, form)


def records(found: dict[str, Watch]) -> str:
    """A row for each series and rule."""
    head = ["series", "rule", "years", "alerts", "right", "precision", "chance", "recall", "delay, months"]
    head += ["false alarms a year", "events"]
    lines = []
    for name, one in found.items():
        for row in one.records.to_dict("records"):
            rates = [shown(row[key], form) for key, form in FORMS.items()]
            counts = [f"{row['years']:.0f}", str(row["alerts"]), str(row["right"])]
            lines.append([name, row["rule"].replace("_", " "), *counts, *rates, str(row["events"])])
    return rows(head, lines)


FORMS = {"precision": ".2f", "chance": ".3f", "recall": ".2f", "delay": ".1f", "false_alarms": ".1f"}


def auc(x: np.ndarray, event: np.ndarray) -> float:
    """The chance that a case with the event stands above one without; equal ones count half."""
    ranks = pd.Series(x).rank().to_numpy()
    n = int(event.sum())
    return (ranks[event].sum() - n * (n + 1) / 2) / (n * (len(event) - n))


def known(tables: dict[str, pd.DataFrame], found: dict[str, Watch]) -> str:
    """The rule on shares with every month as a case, and on the ends of quarters from 1988."""
    (rule,) = [one for one in checked_rules(None) if one.kind == "share_up"]
    lines = []
    for name in (IMPORTS, EXPORTS):
        record = found[name].records.set_index("rule").loc["share_up"]
        later = tables[name][tables[name]["period"] >= 198801]
        trade = totals(open_months(later), None)
        signals, quarters = APPLY["share_up"](trade, rule), slice(23, None, 3)
        cases = (signals.case & signals.known)[quarters]
        alert, event = signals.alert[quarters][cases], signals.event[quarters][cases]
        quarter = signals.share - earlier(signals.share, 3)
        both = (alert & event).sum()
        figures = [record["precision_by_month"], record["recall_by_month"], both / alert.sum(), both / event.sum()]
        figures += [auc(x[quarters][cases], event) for x in (signals.share, signals.size, quarter)]
        lines.append([name, *(shown(one) for one in figures), f"{event.mean():.1%}"])
    head = ["series", "precision", "recall", "precision, quarters", "recall, quarters"]
    return rows([*head, "AUC of level", "of rise, year", "of rise, quarter", "events"], lines)


def sizes(found: dict[str, Watch]) -> str:
    """The record of shares that rise by the size of the share."""
    lines = []
    for name, one in found.items():
        table = one.by_size[one.by_size["rule"] == "share_up"]
        bounds = [f"{at:.0%}" for at in table["share_from"]]
        classes = [f"below {bounds[1]}", *(f"{a} to {b}" for a, b in itertools.pairwise(bounds[1:]))]
        for size, row in zip([*classes, f"{bounds[-1]} and more"], table.to_dict("records"), strict=True):
            figures = [str(row["alerts"]), str(row["right"]), shown(row["precision"]), shown(row["chance"])]
            lines.append([name, size, *figures])
    return rows(["series", "share", "alerts", "right", "precision, shrunk", "chance"], lines)


def sentences(found: dict[str, Watch]) -> str:
    """The alerts of the latest month of fish in both languages."""
    one = found[FISH]
    lines = [filled(text.say(lang), "- ", "  ") for lang in ("vi", "en") for text in one.sentences[:3]]
    return "\n".join(lines)


def main() -> None:
    """The page."""
    tables: dict[str, pd.DataFrame] = {**united_states(), FISH: fish()}
    found = {
        name: ta.watch(table, rules=rules(), plan=CAPS[name], quantity="net_weight_kg" if name == FISH else None)
        for name, table in tables.items()
    }
    latest = found[FISH].about["month"]
    parts = [
        "# How often alerts were right",
        *map(filled, (HEAD, COUNTED, RULES)),
        records(found),
        "## Every month as a case",
        filled(KNOWN),
        known(tables, found),
        "## By the size of the share",
        filled(LEVEL),
        sizes(found),
        "## What is read",
        filled(f"The first alerts on Vietnam's exports of fish in {latest}, as they are said:"),
        sentences(found),
        "## What this does and does not say",
        "\n".join(filled(one, "- ", "  ") for one in LIMITS),
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
