"""
Losses
======

What is lost if one market closes, and half of it finds another.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
exports = ta.basket(world, reporter="VNM", flow="export")
ax = ta.figures.shock(ta.contingency(exports, redirect=0.5), reporter="VNM", flow="export", year=2023)
