"""
Frontier
========

How far concentration can fall at each growth. The plans are made up.
"""

import pandas as pd

import tradeanalysis as ta

rows = [(0.0, 0.1397, "current"), (0.1, 0.118, "chosen")]
rows += [(x / 100, 0.115 + 4e-5 * (x - 2) ** 2, "frontier") for x in range(21)]
plans = pd.DataFrame(rows, columns=["growth", "hhi", "kind"])
ax = ta.figures.frontier(plans, reporter="VNM")
