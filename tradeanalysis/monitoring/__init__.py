"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``Breaks``            the result of ``breaks``
``breaks``            when the mean of a monthly series changed
``half_reported``     the months that seem to be reported in part
``months_of_tables``  one monthly table of several reports, of months or of sums so far
``Nowcast``           the result of ``nowcast``
``nowcast``           the index of a year from the months known, with a band
``nowcasts``          what it would have given in every year and month
``revisions``         what a newer table says otherwise of the months that both have
``rolling``           measures over each window of so many months
``Seasonal``          the result of ``seasonal``
``seasonal``          a monthly series without its season, and without Tết where it falls
``Watch``             the result of ``watch``
``watch``             the alerts of the latest month, each with the record of its rule
``watch_rules``       the rules that it applies, a row each
``year_to_date``      each month's year to date beside the same months of the year before
"""

from tradeanalysis.monitoring.alert_rules import watch_rules
from tradeanalysis.monitoring.alerts import Watch, watch
from tradeanalysis.monitoring.break_dates import Breaks, breaks
from tradeanalysis.monitoring.half_months import half_reported
from tradeanalysis.monitoring.month_revisions import revisions
from tradeanalysis.monitoring.months_of_sums import months_of_tables
from tradeanalysis.monitoring.nowcast_result import Nowcast
from tradeanalysis.monitoring.nowcasting import nowcast, nowcasts
from tradeanalysis.monitoring.rolling_windows import rolling, year_to_date
from tradeanalysis.monitoring.seasonal_adjustment import Seasonal, seasonal

__all__ = [
    "Breaks",
    "Nowcast",
    "Seasonal",
    "Watch",
    "breaks",
    "half_reported",
    "months_of_tables",
    "nowcast",
    "nowcasts",
    "revisions",
    "rolling",
    "seasonal",
    "watch",
    "watch_rules",
    "year_to_date",
]
