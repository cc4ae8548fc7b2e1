"""
Lorenz curve
============

How unequal the partners are among themselves.
"""

import tradeanalysis as ta

exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
caption = {"reporter": "VNM", "flow": "export", "year": 2023, "source": "CEPII BACI (HS22, release 202501)"}
ax = ta.figures.lorenz(ta.lorenz(exports), gini=ta.gini(exports), caption=caption)
