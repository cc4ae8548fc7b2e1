"""What Tết leaves of January and February in Vietnam's exports of fish: ``python docs/seasons.py``.

Three ways side by side, in per cent of a month: nothing done; the days of Tết as a regressor, its effect learnt of all
other years; January and February added up and split. The file is that of ``TRADEANALYSIS_SHARED_DATA``.
"""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tradeanalysis.monitoring.seasonal_adjustment import CYCLE, _effect, _parts
from tradeanalysis.monitoring.tet_dates import tet_share

FISH = Path(os.environ["TRADEANALYSIS_SHARED_DATA"]) / "comtrade_fish_monthly_vnm/fish_monthly_vnm_2012_2024.parquet"
WINDOWS = ((0, 6), (3, 7), (7, 7), (0, 14), (7, 14), (14, 7))


def rest(x: np.ndarray) -> np.ndarray:
    """What STL leaves."""
    return x - sum(_parts(x))


def holiday(months: list[date], before: int, after: int) -> np.ndarray:
    """Which part of the days around Tết falls into each month, less the mean of the calendar month."""
    usual = {m: np.mean([tet_share(date(y, m, 1), before, after) for y in CYCLE]) for m in range(1, 13)}
    return np.array([tet_share(one, before, after) - usual[one.month] for one in months])


def spread(x: np.ndarray) -> str:
    """The root of the mean square in per cent."""
    return f"{100 * np.sqrt(np.square(x).mean()):.1f}"


def line(name: str, values: pd.Series) -> str:
    """A row: months other than the first three, then January and February by each way."""
    months = [date(int(one[:4]), int(one[4:]), 1) for one in values.index]
    month, year = (np.array([getattr(one, part) for one in months]) for part in ("month", "year"))
    early, other = month <= 2, month > 3
    x = np.log(values.to_numpy())
    plain = rest(x)
    cells = [spread(plain[other]), spread(plain[early])]
    for before, after in WINDOWS:
        moved, left = rest(holiday(months, before, after)), plain.copy()
        for one in set(year):
            effect, _ = _effect(plain[year != one], moved[year != one])
            left[year == one] -= effect * moved[year == one]
        cells.append(spread(left[early]))
    split = values.to_numpy().copy()
    for one in set(year):
        split[early & (year == one)] = split[early & (year == one)].mean()
    cells.append(spread(rest(np.log(split))[early]))
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    rows = pd.read_parquet(FISH)
    rows = rows[(rows["flow"] == "X") & (rows["reporter"] == "VNM")]
    names = [f"{a} before to {b} after" for a, b in WINDOWS]
    heads = ["market", "other months", "nothing done", *names, "added up and split"]
    print(f"| {' | '.join(heads)} |\n| --- |" + " ---: |" * (len(heads) - 1))
    print(line("all", rows.groupby("period")["value_usd"].sum()))
    for partner in rows.groupby("partner")["value_usd"].sum().nlargest(6).index:
        print(line(partner, rows[rows["partner"] == partner].groupby("period")["value_usd"].sum()))
