"""Economies that are known to sell on much of what they buy, and the rates at which that was tried on fish.

Hong Kong's own statistics divide exports into domestic ones and re-exports (Feenstra & Hanson 2004,
Journal of Economics & Management Strategy 13(1)); of Dutch exports of goods 54% were re-exports in 2015 (Lankhuizen &
Thissen 2019, Spatial Economic Analysis 14(4)); the GTAP data base corrects for the two and for Singapore
(Gehlhar, chapter 9.B of its documentation); Antwerp stands beside Rotterdam in comparisons of both sides' statistics in
the European Union (HM Revenue & Customs 2005, EDICOM report 200453202017); the Emirates report most of their exports of
fish as re-exports to UN Comtrade. The list is ours and not complete.
"""

from __future__ import annotations

KNOWN_HUBS = ("HKG", "NLD", "BEL", "SGP", "ARE")
# With so small a share of exports in all hubs together, no rate moves a share that a reader would see.
LEAST_HELD = 0.03
# What each hub is taken to send on of what it buys: nearly all that is possible, as Hong Kong's own exports are a few
# hundredths of what it sells and for others little is known.
ASSUMED = (0.1, 0.9)
# The rates that brought exporters' reports of fish nearer to importers' in most cases (docs/site/concepts/chains.md,
# by `make reexports`): in how many of how many cases, by how many points of how many; and the rate that did harm.
RATES = (0.1, 0.3)
CASES, NEARER, POINTS, APART = 51, (37, 42), (0.2, 0.3), 21
HARM = 0.5
