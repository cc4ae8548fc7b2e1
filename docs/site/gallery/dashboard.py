"""
Dashboard
=========

Four figures on one page.
"""

from functools import partial

import tradeanalysis as ta

world = ta.example("world_2010_2020")
exports, imports = (ta.partners(world, reporter="VNM", flow=flow, year=2020) for flow in ("export", "import"))
years = ta.measure(world.query("reporter == 'VNM' and flow == 'export'"), ta.hhi, by="year")
drawn = [partial(ta.figures.ranking, table, top=7) for table in (exports, imports)]
about = {"reporter": "VNM", "flow": "export"}
drawn += [partial(ta.figures.treemap, exports), partial(ta.figures.trend, years, caption=about)]
ax = ta.figures.dashboard(drawn, title="Viet Nam 2020")
