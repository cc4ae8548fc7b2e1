"""
Slope
=====

Shares in two years; movers are coloured.
"""

import tradeanalysis as ta

world = ta.example("world_2010_2020")
two = ta.partners(world, reporter="VNM", flow="export", year=2020, before=2010).head(8)
ax = ta.figures.slope(two, before=2010, after=2020, caption={"note": "The eight largest markets of 2020."})
