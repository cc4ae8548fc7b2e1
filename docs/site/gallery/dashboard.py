"""
Dashboard
=========

Four figures on one page.
"""

from functools import partial

import tradeanalysis as ta

exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
drawn = [ta.figures.ranking, ta.figures.treemap, ta.figures.tilemap, partial(ta.figures.ranking, top=5)]
ax = ta.figures.dashboard([partial(draw, exports) for draw in drawn], title="Viet Nam 2023")
