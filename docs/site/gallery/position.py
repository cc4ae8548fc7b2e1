"""
Where an economy stands
=======================

Every economy is a dot on the scale of the index.
"""

import tradeanalysis as ta

economies = ta.measure(ta.example("world_2023"), ta.hhi, by="reporter")
ax = ta.figures.position(economies, reporter="VNM", caption={"year": 2023})
