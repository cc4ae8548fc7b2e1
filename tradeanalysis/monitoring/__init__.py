"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``Breaks``  the result of ``breaks``
``breaks``  when the mean of a monthly series changed
"""

from tradeanalysis.monitoring.break_dates import Breaks, breaks

__all__ = ["Breaks", "breaks"]
