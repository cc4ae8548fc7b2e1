"""Questions to a trade table: measures by group, and the basket of one economy.

``basket``   an economy's values by partner
``measure``  indices for every group of a table
"""

from tradeanalysis.tables.baskets import basket
from tradeanalysis.tables.group_measures import measure

__all__ = ["basket", "measure"]
