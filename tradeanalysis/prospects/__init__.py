"""Where to go instead: scores of markets where trade could grow or begin, and how often such scores were right.

``Backtest``  the result of ``backtest``
``backtest``  how often a score was right
``Score``     a score of one's own
"""

from tradeanalysis.prospects.backtests import Backtest, backtest
from tradeanalysis.prospects.scoring import Score

__all__ = ["Backtest", "Score", "backtest"]
