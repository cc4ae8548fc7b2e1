"""
Marimekko
=========

How much goes where, and what it consists of.
"""

import tradeanalysis as ta

farms = ta.example("vn_agri_2019").query("year == 2019")
ax = ta.figures.marimekko(farms)
