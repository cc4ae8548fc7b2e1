"""Write the page on breaks, with how often they are found and dated: ``python docs/breaks.py``, some minutes.

Shares of US imports are those of the monthly file that ``TRADEANALYSIS_SHARED_DATA`` names, which is not passed on.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import lfilter

import tradeanalysis as ta

HERE = Path(__file__).parent
PAGE = HERE / "site" / "concepts" / "breaks.md"
TEXT = HERE / "breaks.md.in"
CENSUS = (
    Path(os.environ["TRADEANALYSIS_SHARED_DATA"]) / "us_census_monthly/us_trade_by_country_monthly_1985_2023.csv.gz"
)
SERIES = 300
LENGTHS = (60, 156, 300)


def lasting(rng: np.random.Generator, n: int, left: float) -> np.ndarray:
    """Autoregressions of order 1 with variance 1, a row each."""
    shocks = rng.standard_normal((SERIES, n)) * np.sqrt(1 - left**2)
    shocks[:, 0] /= np.sqrt(1 - left**2)
    return lfilter([1.0], [1.0, -left], shocks)


def noises(n: int) -> dict[str, np.ndarray]:
    """Noise of every kind that is tried, always the same."""
    rng = np.random.default_rng(2027)
    kinds = {"none of it": lasting(rng, n, 0.0)}
    kinds |= {f"{left:.0%} to the next month": lasting(rng, n, left) for left in (0.3, 0.6, 0.8, 0.9)}
    kinds["half of it, 80% to the next"] = (lasting(rng, n, 0.8) + lasting(rng, n, 0.0)) / np.sqrt(2)
    kinds["half of it, 90% to the next"] = (lasting(rng, n, 0.9) + lasting(rng, n, 0.0)) / np.sqrt(2)
    return kinds


def series(x: np.ndarray) -> pd.Series:
    """A row as a series by month."""
    return pd.Series(x, pd.period_range("1995-01", periods=len(x), freq="M"))


def shares() -> pd.DataFrame:
    """Monthly shares of US imports in per cent from 2010 to 2022, of partners with 1% or more."""
    rows = pd.read_csv(CENSUS)
    rows = rows[(rows["flow"] == "import") & (rows["cty_code"] >= 1000) & rows["period"].between(201001, 202212)]
    table = rows.pivot_table(index="period", columns="cty_name", values="value", aggfunc="sum").fillna(0)
    found = table.div(table.sum(axis=1), axis=0) * 100
    return found.loc[:, found.mean() >= 1]


def numbers() -> list[str]:
    """How often breaks are found where there are none and where one is, by length and noise."""
    lines = []
    for n in LENGTHS:
        for kind, x in noises(n).items():
            none = np.array([len(ta.breaks(series(one)).dates) for one in x])
            found = []
            for size in (1, 2):
                stepped = x + size * (np.arange(n) >= n // 2)
                count = np.array([len(ta.breaks(series(one)).dates) for one in stepped])
                found += [f"{(count > 0).mean():.0%}", f"{(count == 1).mean():.0%}"]
            a_year = none.sum() / (SERIES * n / 12)
            lines.append(f"| {n} | {kind} | {(none > 0).mean():.0%} | {a_year:.3f} | {' | '.join(found)} |")
    return lines


def covered() -> list[str]:
    """How often the set of a known step holds its month, and how many months it has, by length, noise and step."""
    lines = []
    for n in LENGTHS:
        kinds = noises(n)
        kinds["none of it, 3 times as much after"] = kinds["none of it"] * np.where(np.arange(n) < n // 2, 1, 3)
        for kind, x in kinds.items():
            cells = []
            for size in (0.5, 1, 2):
                holds, months = [], []
                for one in x + size * (np.arange(n) >= n // 2):
                    found = ta.breaks(series(one), 1)
                    row, true = found.table.iloc[0], found.course["period"].iloc[n // 2]
                    holds.append(row["low"] <= true <= row["high"])
                    months.append(len(pd.period_range(row["low"], row["high"], freq="M")))
                cells += [f"{np.mean(holds):.0%}", f"{np.median(months):.0f}"]
            lines.append(f"| {n} | {kind} | {' | '.join(cells)} |")
    return lines


def shuffled() -> str:
    """How often the months of real series in another order show a break."""
    table, rng = shares(), np.random.default_rng(5)
    found = [
        len(ta.breaks(series(rng.permutation(table[partner].to_numpy()))).dates) for partner in table for _ in range(20)
    ]
    share, a_year = np.mean([one > 0 for one in found]), sum(found) / (len(found) * len(table) / 12)
    return (
        f"Of {len(found)} series made by shuffling the months of {table.shape[1]} partners' shares of US imports, "
        f"{share:.1%} show a break: {a_year:.3f} a year."
    )


def partners() -> list[str]:
    """The breaks of the shares of the largest partners."""
    table = shares()
    largest = table.mean().sort_values(ascending=False).index[:5]
    lines = []
    for partner in [*largest, "Vietnam"]:
        found = ta.breaks(table[partner])
        each = [f"{one.date} ({one.low} to {one.high})" for one in found.table.itertuples()]
        lines.append(f"| {partner} | {len(each)} | {', '.join(each) or 'none'} |")
    return lines


if __name__ == "__main__":
    page = TEXT.read_text("utf-8")
    parts = {"NUMBERS": numbers(), "COVERED": covered(), "SHUFFLED": [shuffled()], "PARTNERS": partners()}
    for name, lines in parts.items():
        page = page.replace(f"{{{name}}}", "\n".join(lines))
    PAGE.write_text(page, "utf-8")
    (shares()["China"] / 100).round(6).rename("share").to_csv(HERE / "site" / "gallery" / "breaks.csv")
