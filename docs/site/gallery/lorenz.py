"""
Lorenz curve
============

How unequal the partners are among themselves.
"""

import tradeanalysis as ta

world = ta.example("world_2020")
exports = ta.basket(world, reporter="VNM", flow="export")
caption = {"reporter": "VNM", "flow": "export", "year": 2020, "source": ta.certificate(world)["source"]}
ax = ta.figures.lorenz(ta.lorenz(exports), gini=ta.gini(exports), caption=caption)
