"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``Nowcast``   the result of ``nowcast``
``nowcast``   the index of a year from the months known, with a band
``nowcasts``  what it would have given in every year and month
"""

from tradeanalysis.monitoring.nowcasting import Nowcast, nowcast, nowcasts

__all__ = ["Nowcast", "nowcast", "nowcasts"]
