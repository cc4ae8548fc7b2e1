"""What moved an index, and the trade behind it.

``Account``                the result of ``account``
``account``                which products make the dependence on markets
``accounts``               the account of every group of a table
``change``                 each partner's part in the change of an index
``compare``                an index of several economies, their differences and who makes them
``Comparison``             the result of ``compare``
``constant_market_share``  growth of exports: the world's, the markets', and one's own
``ConstantMarketShare``    the result of ``constant_market_share``
``decompose``              an index within blocs of partners and between them
``Decomposition``          the result of ``decompose``
``margins``                growth by markets entered, left and kept
"""

from tradeanalysis.changes.by_bloc import Decomposition, decompose
from tradeanalysis.changes.comparisons import Comparison, compare
from tradeanalysis.changes.contributions import change
from tradeanalysis.changes.growth import ConstantMarketShare, constant_market_share, margins
from tradeanalysis.changes.products_by_markets import Account, account, accounts

__all__ = [
    "Account",
    "Comparison",
    "ConstantMarketShare",
    "Decomposition",
    "account",
    "accounts",
    "change",
    "compare",
    "constant_market_share",
    "decompose",
    "margins",
]
