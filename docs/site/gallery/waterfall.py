"""
Waterfall
=========

What moved the index; the steps add up.
"""

import tradeanalysis as ta

published = ta.example("wits_top5").query("reporter == 'VNM' and flow == 'export'")
shares = published.pivot(index="partner", columns="year", values="share")[[2009, 2019]].dropna()
two = shares.set_axis(["share_before", "share"], axis=1).reset_index()
note = "Only partners that are among the published five in both years."
steps = two.assign(contribution=two["share"] ** 2 - two["share_before"] ** 2)
start, end = (two["share_before"] ** 2).sum(), (two["share"] ** 2).sum()
about = {"before": 2009, "after": 2019, "reporter": "VNM", "source": "World Bank WITS", "note": note}
ax = ta.figures.waterfall(steps, start=start, end=end, **about)
