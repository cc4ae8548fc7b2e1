"""
Opportunities
=============

Where imports grow and we are small. The growth is made up.
"""

import numpy as np

import tradeanalysis as ta

world = ta.example("world_2023")
imports = world.groupby("partner")["value"].sum()
ours = world.query("reporter == 'VNM'").set_index("partner")["value"]
markets = (ours / imports).fillna(0.0).rename("share").to_frame().assign(imports=imports)
markets = markets.drop(index="VNM").nlargest(40, "imports").reset_index()
markets["growth"] = np.random.default_rng(0).normal(0.05, 0.03, len(markets))
caption = {"reporter": "VNM", "note": "The growth is made up."}
ax = ta.figures.opportunity(markets, world_growth=0.05, average_share=0.02, caption=caption)
