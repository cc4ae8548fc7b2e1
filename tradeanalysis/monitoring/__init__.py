"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``Breaks``             the result of ``breaks``
``breaks``             when the mean of a monthly series changed
``half_reported``      the months that seem to be reported in part
``rolling``            measures over each window of so many months
``Seasonal``           the result of ``seasonal``
``seasonal``           a monthly series without its season, and without Tết where it falls
``year_to_date``       each month's year to date beside the same months of the year before
"""

from tradeanalysis.monitoring.break_dates import Breaks, breaks
from tradeanalysis.monitoring.half_months import half_reported
from tradeanalysis.monitoring.rolling_windows import rolling, year_to_date
from tradeanalysis.monitoring.seasonal_adjustment import Seasonal, seasonal

__all__ = ["Breaks", "Seasonal", "breaks", "half_reported", "rolling", "seasonal", "year_to_date"]
