"""
Dashboard
=========

Four figures on one page.
"""

from functools import partial

import tradeanalysis as ta

world = ta.example("world_2023")
exports = ta.partners(world, reporter="VNM", flow="export")
about = {"reporter": "VNM", "flow": "export", "year": 2023}
drawn = [ta.figures.ranking, ta.figures.treemap, ta.figures.tilemap, partial(ta.figures.ranking, most=5)]
panels = [partial(draw, exports, **about) for draw in drawn]
ax = ta.figures.dashboard(panels, title="Viet Nam 2023")
