"""
Through hubs to where goods end
===============================

What Vietnam sells to five hubs first, and where it ends if they send on the shares that are assumed here.
"""

import tradeanalysis as ta

rates = {"HKG": 0.8, "NLD": 0.45, "BEL": 0.35, "SGP": 0.45, "ARE": 0.45}
found = ta.reexports(ta.example("world_2023"), rates, reporter="VNM")
ax = ta.figures.end_markets(found.flows)
