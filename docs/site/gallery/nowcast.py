"""
Nowcast
=======

The index of a year as it is estimated with each number of months known, and its band. The figures are made up.
"""

import numpy as np
import pandas as pd

import tradeanalysis as ta

months = [str(month) for month in pd.period_range("2016-01", "2025-12", freq="M")]
levels = {"USA": 38.0, "CHN": 19.0, "JPN": 12.0, "KOR": 9.0, "DEU": 6.0, "NLD": 3.0}
noise = np.random.default_rng(2).normal(0, 0.12, (len(levels), len(months)))
rows = [
    (month, partner, level * np.exp(noise[j, i] + 0.3 * np.sin(i * np.pi / 6 + j) + 0.002 * i * (partner == "USA")))
    for j, (partner, level) in enumerate(levels.items())
    for i, month in enumerate(months)
]
table = pd.DataFrame(rows, columns=["period", "partner", "value"]).assign(reporter="VNM", flow="export")
ax = ta.figures.nowcast(ta.monitoring.nowcasts(table, ta.hhi), caption={"note": "The figures are made up."})
