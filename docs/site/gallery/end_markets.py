"""
Through hubs to where goods end
===============================

What Vietnam sells to five hubs first, and where it ends if they send on the shares that are assumed here.
"""

import tradeanalysis as ta

world = ta.example("world_2020")
world = world[~world["partner"].str.contains("NES|SPE|UNS")]  # without what is allocated to no partner
rates = {"HKG": 0.8, "NLD": 0.45, "BEL": 0.35, "SGP": 0.45, "ARE": 0.45}
found = ta.reexports(world, rates, reporter="VNM")
ax = ta.figures.end_markets(found.flows)
