"""
Ranked bars
===========

The largest partners, and one grey bar for all others.
"""

import tradeanalysis as ta

exports = ta.partners(ta.example("world_2020"), reporter="VNM", flow="export")
ax = ta.figures.ranking(exports)
