"""
Treemap
=======

Areas equal values.
"""

import tradeanalysis as ta

exports = ta.partners(ta.example("world_2020"), reporter="VNM", flow="export")
ax = ta.figures.treemap(exports)
