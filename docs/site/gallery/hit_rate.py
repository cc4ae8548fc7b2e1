"""
Hit rate
========

How many of the first proposals of three scores came true: fish, 2014-2016 to 2019-2021, as ``make backtest`` writes it.
"""

from pathlib import Path

import pandas as pd

import tradeanalysis as ta

here = Path(globals().get("__file__", "hit_rate.py"))
table = pd.read_csv(here.with_suffix(".csv"))
ax = ta.figures.hit_rate(table, caption={"source": "UN Comtrade; importers’ reports of fish by HS6"})
