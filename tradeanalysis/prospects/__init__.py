"""Where to go instead: scores of markets where trade could grow or begin, and how often such scores were right.

``Backtest``       the result of ``backtest``
``backtest``       how often a score was right
``Opportunities``  the result of ``opportunities``
``opportunities``  products and markets in their order, with what speaks for each
``potential``      what an exporter could sell, by product and market
``Score``          a score of one's own
``scores``         the scores that are built in
"""

from tradeanalysis.prospects.backtests import Backtest, backtest
from tradeanalysis.prospects.potentials import potential
from tradeanalysis.prospects.rankings import Opportunities, opportunities
from tradeanalysis.prospects.scoring import Score, scores

__all__ = ["Backtest", "Opportunities", "Score", "backtest", "opportunities", "potential", "scores"]
