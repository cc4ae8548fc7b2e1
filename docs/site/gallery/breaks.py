"""
Breaks
======

When the mean of a monthly share changed, and which months may hold each change: China's share of US imports.
"""

from pathlib import Path

import pandas as pd

import tradeanalysis as ta

here = Path(globals().get("__file__", "breaks.py"))
share = pd.read_csv(here.with_suffix(".csv"), index_col="period")["share"]
caption = {"source": "U.S. Census Bureau, Foreign Trade"}
ax = ta.figures.breaks(ta.breaks(share).course, share=True, caption=caption)
