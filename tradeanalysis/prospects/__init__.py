"""Where to go instead: scores of markets where trade could grow or begin, and how often such scores were right.

``Score``  a score of one's own
"""

from tradeanalysis.prospects.scoring import Score

__all__ = ["Score"]
