"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``half_reported``      the months that seem to be reported in part
``rolling``            measures over each window of so many months
``year_to_date``       each month's year to date beside the same months of the year before
"""

from tradeanalysis.monitoring.half_months import half_reported
from tradeanalysis.monitoring.rolling_windows import rolling, year_to_date

__all__ = ["half_reported", "rolling", "year_to_date"]
