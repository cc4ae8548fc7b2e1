"""
Shares by first and by end market
=================================

Vietnam's markets as they are recorded, and once what five hubs send on is counted where it ends: the rates are ranges.
"""

import tradeanalysis as ta

world = ta.example("world_2020")
world = world[~world["partner"].str.contains("NES|SPE|UNS")]  # without what is allocated to no partner
rates = {"HKG": (0.6, 0.95), "NLD": (0.3, 0.6), "BEL": (0.2, 0.5), "SGP": (0.3, 0.6), "ARE": (0.3, 0.6)}
found = ta.reexports(world, rates, reporter="VNM")
ax = ta.figures.gross_and_final(found.table)
