"""
Lorenz curve
============

How unequal the partners are among themselves.
"""

import tradeanalysis as ta

exports = ta.basket(ta.example("world_2020"), reporter="VNM", flow="export")
caption = {"reporter": "VNM", "flow": "export", "year": 2020, "source": "International Monetary Fund, Direction of Trade Statistics"}
ax = ta.figures.lorenz(ta.lorenz(exports), gini=ta.gini(exports), caption=caption)
