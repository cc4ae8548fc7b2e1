"""
Trend
=====

An index over the years, with a threshold that is named. A flow is reported twice, by the exporter and by the importer;
the ribbon is what the index can be if either is right, or anything between them.
"""

import tradeanalysis as ta

world = ta.example("world_2010_2020").query("(reporter == 'VNM' or partner == 'VNM') and not estimated")
reports = ta.mirror(world.drop(columns="estimated"))
years = ta.uncertainty.intervals(reports[reports["reporter"] == "VNM"], ta.hhi, by="year")
bands = ta.dependency.regimes().query("regime == 'doj2023'")
note = "The line is of one value made from both reports."
source = "International Monetary Fund, Direction of Trade Statistics"
caption = {"reporter": "VNM", "flow": "export", "note": note, "source": source}
ax = ta.figures.trend(years, bands=bands, caption=caption)
