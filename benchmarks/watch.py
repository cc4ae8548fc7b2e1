"""What the rules of the watch cost, on made trade of 200 partners and 300 months, beside loops over numpy by hand.

``python benchmarks/watch.py [PARTNERS] [MONTHS]`` applies all five rules with their records (quantities, imports of the
markets and a cap are given), from arrays and from a table of pandas. By hand are the alerts alone: month by month, of
slices (``by month``), and month by month and partner by partner (``by cell``), without records, for three of the five
rules. Each is run in turn, the least processor time counts; read the ratios.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.monitoring.alert_kinds import APPLY, MonthlyTrade
from tradeanalysis.monitoring.alert_records import record_of
from tradeanalysis.monitoring.alert_rules import checked_rules

RUNS = 5


def made(partners: int, months: int) -> MonthlyTrade:
    """Trade that walks at random, with quantities, imports of the markets and a cap."""
    rng = np.random.default_rng(1)
    value = np.exp(rng.normal(0, 2, partners) + np.cumsum(rng.normal(0, 0.05, (months, partners)), axis=0))
    quantity = value / np.exp(np.cumsum(rng.normal(0, 0.02, (months, partners)), axis=0))
    first = np.datetime64("1998-01")
    when = np.arange(first, first + months)
    names = pd.Index([f"P{at:03}" for at in range(partners)])
    return MonthlyTrade(when, names, None, value, value.sum(axis=1), quantity, value, 20 * quantity, 0.05)


def all_rules(trade: MonthlyTrade) -> int:
    """Every alert of every rule, with the records."""
    found = 0
    for rule in checked_rules(None):
        signals = APPLY[rule.kind](trade, rule)
        record_of(rule, signals)
        found += int(signals.alert.sum())
    return found


def by_month(trade: MonthlyTrade) -> int:
    """The alerts of a share that rises, of a market lost and of volume up, by slices of each month."""
    x, whole, q = trade.value, trade.whole, trade.quantity
    assert q is not None
    found = 0
    for t in range(23, len(x)):
        now, was = x[t - 11 : t + 1].sum(axis=0), x[t - 23 : t - 11].sum(axis=0)
        share, before = now / whole[t - 11 : t + 1].sum(), was / whole[t - 23 : t - 11].sum()
        found += int(((share >= 0.01) & (share - before >= 0.005)).sum())
        found += int(((before >= 0.01) & (now <= 0.5 * was)).sum())
        more, less = q[t - 11 : t + 1].sum(axis=0), q[t - 23 : t - 11].sum(axis=0)
        found += int(((share >= 0.01) & (more >= 1.2 * less) & (now / more <= 0.95 * was / less)).sum())
    return found


def by_cell(trade: MonthlyTrade) -> int:
    """The same month by month and partner by partner."""
    x, whole, q = trade.value, trade.whole, trade.quantity
    assert q is not None
    found = 0
    for t in range(23, len(x)):
        of_now, of_was = whole[t - 11 : t + 1].sum(), whole[t - 23 : t - 11].sum()
        for j in range(x.shape[1]):
            now, was = x[t - 11 : t + 1, j].sum(), x[t - 23 : t - 11, j].sum()
            share, before = now / of_now, was / of_was
            found += share >= 0.01 and share - before >= 0.005
            found += before >= 0.01 and now <= 0.5 * was
            more, less = q[t - 11 : t + 1, j].sum(), q[t - 23 : t - 11, j].sum()
            found += share >= 0.01 and more >= 1.2 * less and now / more <= 0.95 * was / less
    return int(found)


def least(call: Callable[[], object], runs: int = RUNS) -> float:
    """The least processor time of a few runs, in milliseconds."""
    times = []
    for _ in range(runs):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return 1000 * min(times)


def main() -> None:
    """The times side by side."""
    partners, months = (int(one) for one in (sys.argv[1:] + ["200", "300"][len(sys.argv) - 1 :])[:2])
    trade = made(partners, months)
    assert trade.quantity is not None
    labels = np.repeat(trade.months.astype(str), partners), np.tile(trade.partners.to_numpy(), months)
    table = pd.DataFrame({"period": labels[0], "partner": labels[1], "value": trade.value.ravel()})
    table["kg"] = trade.quantity.ravel()
    market = pd.DataFrame({"period": labels[0], "reporter": labels[1], "kg": 20 * trade.quantity.ravel()})
    three = [APPLY[one.kind](trade, one).alert.sum() for one in checked_rules(None)[:3]]
    assert sum(three) == by_month(trade), "ours and by hand differ"
    of_table = {"quantity": "kg", "market": market, "plan": 0.05}
    calls: dict[str, tuple[Callable[[], object], int]] = {
        "all five rules with records, from arrays": (lambda: all_rules(trade), RUNS),
        "ta.watch of a table, values only": (lambda: ta.watch(table), RUNS),
        "ta.watch of a table, all five rules": (lambda: ta.watch(table, **of_table), RUNS),
        "by hand, by month: three rules, no records": (lambda: by_month(trade), RUNS),
        "by hand, by cell: three rules, no records": (lambda: by_cell(trade), 1),
    }
    found = {name: least(call, runs) for name, (call, runs) in calls.items()}
    ours = next(iter(found.values()))
    print(f"{partners} partners, {months} months")
    for name, taken in found.items():
        print(f"{name:45} {taken:9.1f} ms {taken / ours:8.2f}")


if __name__ == "__main__":
    main()
