"""
Tile map
========

Every economy a tile of one size; no borders are drawn.
"""

import tradeanalysis as ta

exports = ta.partners(ta.example("world_2020"), reporter="VNM", flow="export")
ax = ta.figures.tilemap(exports)
