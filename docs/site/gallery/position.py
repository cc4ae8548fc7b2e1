"""
Where an economy stands
=======================

Every economy is a dot on the scale of the index.
"""

import warnings

import tradeanalysis as ta

world = ta.example("world_2020")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ta.TradeDataWarning)  # some economies give part of their exports to no partner
    economies = ta.measure(world[world["flow"] == "export"], ta.hhi, by="reporter")
ax = ta.figures.position(economies, reporter="VNM", caption={"year": 2020})
