"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``half_reported``      the months that seem to be reported in part
``months_of_tables``   one monthly table of several reports, of months or of sums so far
``revisions``          what a newer table says otherwise of the months that both have
``rolling``            measures over each window of so many months
``year_to_date``       each month's year to date beside the same months of the year before
"""

from tradeanalysis.monitoring.half_months import half_reported
from tradeanalysis.monitoring.month_revisions import revisions
from tradeanalysis.monitoring.months_of_sums import months_of_tables
from tradeanalysis.monitoring.rolling_windows import rolling, year_to_date

__all__ = ["half_reported", "months_of_tables", "revisions", "rolling", "year_to_date"]
