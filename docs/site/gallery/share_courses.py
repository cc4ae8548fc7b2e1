"""
Shares by month
===============

The share of each of the largest markets in the twelve months that end with each month. The figures are made up.
"""

import numpy as np
import pandas as pd

import tradeanalysis as ta

months = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:29]
levels = {"USA": 0.38, "CHN": 0.19, "JPN": 0.12, "KOR": 0.09, "DEU": 0.06, "NLD": 0.03}
rows = [
    (
        month,
        partner,
        level * (1 + 0.2 * np.sin(i / 9 + 30 * level)) + (0.004 * max(0, i - 18) if partner == "USA" else 0),
    )
    for partner, level in levels.items()
    for i, month in enumerate(months)
]
table = pd.DataFrame(rows, columns=["period", "partner", "share"])
table["alert"] = (table["partner"] == "USA") & (table["period"] == months[-1])
table["break"] = (table["partner"] == "USA") & (table["period"] == months[19])
ax = ta.figures.share_courses(table, caption={"flow": "export", "note": "The figures are made up."})
