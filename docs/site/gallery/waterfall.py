"""
Waterfall
=========

What moved the index; the steps add up.
"""

import tradeanalysis as ta

exports = ta.example("world_2010_2020").query("reporter == 'VNM' and flow == 'export'")
steps = ta.change(exports, before=2010, after=2020, by="reporter")
start, end = (steps["share_before"] ** 2).sum(), (steps["share_after"] ** 2).sum()
ax = ta.figures.waterfall(steps, start=start, end=end)
