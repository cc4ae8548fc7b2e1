"""
Lorenz curve
============

How unequal the partners are among themselves.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
values = ta.basket(world, reporter="VNM", flow="export")
source = "CEPII BACI (HS22, release 202501)"
curve, gini = ta.lorenz(values), ta.gini(values)
ax = ta.figures.lorenz(curve, gini=gini, reporter="VNM", flow="export", year=2023, source=source)
