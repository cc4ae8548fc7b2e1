"""
Ranked bars
===========

The largest partners, and one grey bar for all others.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
exports = ta.partners(world, reporter="VNM", flow="export")
source = "CEPII BACI (HS22, release 202501)"
ax = ta.figures.ranking(exports, reporter="VNM", flow="export", year=2023, source=source)
