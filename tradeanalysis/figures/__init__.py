"""Figures: a finished table in, axes out. Nothing is computed here but positions on paper."""

from tradeanalysis.figures.bars import ranking as ranking
from tradeanalysis.figures.bars import shock as shock
from tradeanalysis.figures.break_steps import breaks as breaks
from tradeanalysis.figures.canvas import paper as paper
from tradeanalysis.figures.canvas import save as save
from tradeanalysis.figures.captions import Caption as Caption
from tradeanalysis.figures.courses import comparison as comparison
from tradeanalysis.figures.curves import lorenz as lorenz
from tradeanalysis.figures.dashboards import dashboard as dashboard
from tradeanalysis.figures.docstrings import FIGURES as FIGURES
from tradeanalysis.figures.dumbbells import gross_and_final as gross_and_final
from tradeanalysis.figures.exposure_bars import tariff_shares as tariff_shares
from tradeanalysis.figures.growth_and_share import opportunity as opportunity
from tradeanalysis.figures.heatmaps import heatmap as heatmap
from tradeanalysis.figures.hit_curves import hit_rate as hit_rate
from tradeanalysis.figures.hub_flows import end_markets as end_markets
from tradeanalysis.figures.ladders import ladder as ladder
from tradeanalysis.figures.marimekkos import marimekko as marimekko
from tradeanalysis.figures.nowcast_bands import nowcast as nowcast
from tradeanalysis.figures.plan_curves import frontier as frontier
from tradeanalysis.figures.positions import position as position
from tradeanalysis.figures.rate_stairs import tariff_steps as tariff_steps
from tradeanalysis.figures.slopes import slope as slope
from tradeanalysis.figures.small_multiples import share_courses as share_courses
from tradeanalysis.figures.style import colours as colours
from tradeanalysis.figures.tilemaps import tilemap as tilemap
from tradeanalysis.figures.treemaps import treemap as treemap
from tradeanalysis.figures.trends import trend as trend
from tradeanalysis.figures.waterfalls import waterfall as waterfall

# The figures enter their list by themselves; the rest of the chapter is named here.
__all__ = sorted([*FIGURES, "Caption", "colours", "paper", "save"])
