"""
Frontier
========

How far concentration can fall at each growth, and a plan. Each market is taken to be able to grow by six tenths.
"""

import tradeanalysis as ta

exports = ta.basket(ta.example("world_2020"), reporter="Viet Nam", flow="export")
room = 1.6 * exports
chosen = ta.plan(exports, growth=0.16, cap=0.25, upper=room)
ax = ta.figures.frontier(ta.frontier(exports, upper=room), plan=chosen, caption={"reporter": "VNM"})
