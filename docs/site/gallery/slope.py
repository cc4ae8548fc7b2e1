"""
Slope
=====

Shares in two years; movers are coloured.
"""

import tradeanalysis as ta

published = ta.example("wits_top5").query("reporter == 'VNM' and flow == 'export'")
shares = published.pivot(index="partner", columns="year", values="share")[[2009, 2019]].dropna()
two = shares.set_axis(["share_before", "share"], axis=1).reset_index()
note = "Only partners that are among the published five in both years."
caption = {"reporter": "VNM", "flow": "export", "source": "World Bank WITS", "note": note}
ax = ta.figures.slope(two, before=2009, after=2019, caption=caption)
