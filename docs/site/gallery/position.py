"""
Where an economy stands
=======================

Every economy is a dot on the scale of the index.
"""

import tradeanalysis as ta

world = ta.example("world_2023")
economies = ta.measure(world, ta.hhi, by="reporter")
source = "CEPII BACI (HS22, release 202501)"
ax = ta.figures.position(economies, reporter="VNM", year=2023, source=source)
