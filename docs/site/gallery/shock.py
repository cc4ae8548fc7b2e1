"""
Losses
======

What is lost if one market closes, and half of it finds another.
"""

import tradeanalysis as ta

exports = ta.basket(ta.example("world_2020"), reporter="VNM", flow="export")
caption = {"reporter": "VNM", "flow": "export", "year": 2020}
ax = ta.figures.shock(ta.contingency(exports, redirect=0.5), caption=caption)
