"""Figures: a finished table in, axes out. Nothing is computed here but positions on paper."""

from tradeanalysis.figures.bars import ranking
from tradeanalysis.figures.canvas import save
from tradeanalysis.figures.curves import lorenz
from tradeanalysis.figures.standing import position

__all__ = ["lorenz", "position", "ranking", "save"]
