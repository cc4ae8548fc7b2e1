"""
Treemap
=======

Areas equal values.
"""

import tradeanalysis as ta

exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
ax = ta.figures.treemap(exports)
