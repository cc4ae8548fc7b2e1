"""
Treemap
=======

Areas equal values.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
exports = ta.partners(world, reporter="VNM", flow="export")
source = "CEPII BACI (HS22, release 202501)"
ax = ta.figures.treemap(exports, reporter="VNM", flow="export", year=2023, source=source)
