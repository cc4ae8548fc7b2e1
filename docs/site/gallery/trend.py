"""
Trend
=====

An index over the years, with a threshold that is named.
"""

import tradeanalysis as ta

published = ta.example("wits_top5").query("reporter == 'VNM' and flow == 'export'")
years = published.assign(hhi=published["share"] ** 2).groupby("year", as_index=False)["hhi"].sum()
bands = ta.regimes().query("regime == 'doj2023'")
note = "Only the part of the five largest partners."
ax = ta.figures.trend(years, bands=bands, reporter="VNM", flow="export", source="World Bank WITS", note=note)
