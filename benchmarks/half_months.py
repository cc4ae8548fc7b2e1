"""How often ``ta.monitoring.half_reported`` names whole months, and finds months reported in part.

    python benchmarks/half_months.py [FOLDER]

FOLDER holds ``us_census_monthly`` and ``comtrade_fish_monthly_vnm``. Each month from the 25th on is taken as the last
of its table: as it is; with each partner there by a chance of one half; with half of every partner's value; and
without its largest partners, which had at least a quarter of the value. What is named is counted.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tradeanalysis.monitoring.half_months import judged
from tradeanalysis.tables.months import Months, open_months

WAYS = ("as it is", "half of the partners", "half of the value", "without the largest")


def named(opened: Months, last: int, way: str, rng: np.random.Generator) -> bool:
    """Whether the last month is named, when it is reported in this way."""
    first = max(0, last - 95)
    values = opened.values[first : last + 1].copy()
    month = values[-1]
    if way == "half of the partners":
        month *= rng.random(len(month)) < 0.5
    elif way == "half of the value":
        month *= 0.5
    elif way == "without the largest":
        order = np.argsort(-month)
        month[order[: 1 + int(np.searchsorted(np.cumsum(month[order]), month.sum() / 4))]] = 0
    rest = opened.unallocated[first : last + 1]
    months = judged(replace(opened, months=opened.months[first : last + 1], values=values, unallocated=rest))
    return bool(months.filter(like="low_").iloc[-1].any())


def series(folder: Path) -> dict[str, Months]:
    """The monthly tables by name."""
    us = pd.read_csv(folder / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz")
    us = us[us["cty_code"] >= 1000].rename(columns={"cty_name": "partner"})
    fish = pd.read_parquet(folder / "comtrade_fish_monthly_vnm" / "fish_monthly_vnm_2012_2024.parquet")
    fish = fish[(fish["reporter"] == "VNM") & (fish["flow"] == "X") & (fish["partner"] != "W00")]
    fish = fish.rename(columns={"value_usd": "value", "hs6": "product"})[["partner", "period", "product", "value"]]
    found = {f"US {flow}s": open_months(us, flow=flow) for flow in ("import", "export")}
    found["Vietnam's fish"] = open_months(fish)
    return found | {f"Vietnam's fish, HS {one}": open_months(fish, product=one) for one in sorted(set(fish["product"]))}


def main() -> None:
    """Print how many of 100 months are named, by table and way."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["TRADEANALYSIS_SHARED_DATA"])
    print(f"{'named of 100 months':32}{'months':>8}" + "".join(f"{way:>24}" for way in WAYS))
    for name, opened in series(folder).items():
        rng = np.random.default_rng(1)
        there = [one for one in range(24, len(opened.months)) if opened.present[one]]
        rates = [np.mean([named(opened, last, way, rng) for last in there]) for way in WAYS]
        print(f"{name:32}{len(there):8}" + "".join(f"{100 * rate:24.1f}" for rate in rates))


if __name__ == "__main__":
    main()
