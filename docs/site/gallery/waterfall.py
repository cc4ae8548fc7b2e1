"""
Waterfall
=========

What moved the index; the steps add up.
"""

import tradeanalysis as ta

imports = ta.example("imports_1995_2019").query("reporter == 'AUS'")
steps = ta.change(imports, before=1995, after=2019, by="reporter")
start, end = (steps["share_before"] ** 2).sum(), (steps["share_after"] ** 2).sum()
ax = ta.figures.waterfall(steps, start=start, end=end)
