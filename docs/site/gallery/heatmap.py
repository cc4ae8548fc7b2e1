"""
Heatmap
=======

Products by partners; halves are framed.
"""

import tradeanalysis as ta

farms = ta.example("vn_agri_2019").query("year == 2019")
shares = farms.assign(share=farms["value"] / farms.groupby("product")["value"].transform("sum"))
shares = shares.merge(ta.measure(farms, ta.hhi, by="product")[["product", "hhi"]], on="product")
ax = ta.figures.heatmap(shares)
