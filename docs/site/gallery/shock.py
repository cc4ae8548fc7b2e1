"""
Losses
======

What is lost if one market closes. The ranges are made up.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
exports = ta.partners(world, reporter="VNM", flow="export")
share = exports["share"]
losses = exports.assign(loss=share, low=0.7 * share, high=1.1 * share)
ax = ta.figures.shock(losses, reporter="VNM", flow="export", year=2023)
