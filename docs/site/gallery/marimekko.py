"""
Marimekko
=========

How much goes where, and what it consists of.
"""

import tradeanalysis as ta

farms = ta.example("vn_agri_2019").query("year == 2019")
source = "Vietnam, Ministry of Agriculture and Rural Development"
ax = ta.figures.marimekko(farms, reporter="VNM", flow="export", year=2019, source=source)
