"""Questions to a trade table: measures by group, and the basket of one economy.

``basket``             an economy's values by partner
``measure``            indices for every group of a table
``measure_to_folder``  the same written as Parquet, for what is larger than memory
"""

from tradeanalysis.tables.baskets import basket
from tradeanalysis.tables.group_measures import measure
from tradeanalysis.tables.out_of_core import measure_to_folder

__all__ = ["basket", "measure", "measure_to_folder"]
