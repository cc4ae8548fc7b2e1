"""Figures: a finished table in, axes out. Nothing is computed here but positions on paper."""

from tradeanalysis.figures.areas import marimekko, treemap
from tradeanalysis.figures.bars import ranking, shock
from tradeanalysis.figures.bubbles import frontier, opportunity
from tradeanalysis.figures.canvas import colours, save
from tradeanalysis.figures.curves import lorenz
from tradeanalysis.figures.dashboards import dashboard
from tradeanalysis.figures.grids import heatmap, tilemap
from tradeanalysis.figures.positions import position
from tradeanalysis.figures.trends import slope, trend
from tradeanalysis.figures.waterfalls import waterfall

__all__ = [
    "colours",
    "dashboard",
    "frontier",
    "heatmap",
    "lorenz",
    "marimekko",
    "opportunity",
    "position",
    "ranking",
    "save",
    "shock",
    "slope",
    "tilemap",
    "treemap",
    "trend",
    "waterfall",
]
