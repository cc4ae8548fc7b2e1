"""
Trend
=====

An index over the years, with a threshold that is named. The source publishes five shares; the ribbon is what the
partners that it does not publish allow the index to be.
"""

import tradeanalysis as ta

published = ta.example("wits_top5").query("reporter == 'VNM' and flow == 'export'").rename(columns={"share": "value"})
rest = 1 - published.groupby("year")["value"].transform("sum")
years = ta.uncertainty.intervals(published.assign(remainder=rest), ta.hhi, by="year", top_listed=True)
bands = ta.dependency.regimes().query("regime == 'doj2023'")
note = "At the lower end, what is not published is spread over very many partners."
ax = ta.figures.trend(years, bands=bands, caption={"reporter": "VNM", "flow": "export", "note": note})
