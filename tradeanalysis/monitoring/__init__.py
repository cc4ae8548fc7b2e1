"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``half_reported``  the months that seem to be reported in part
``rolling``        measures over each window of so many months
``Watch``          the result of ``watch``
``watch``          the alerts of the latest month, each with the record of its rule
``watch_rules``    the rules that it applies, a row each
``year_to_date``   each month's year to date beside the same months of the year before
"""

from tradeanalysis.monitoring.alert_rules import watch_rules
from tradeanalysis.monitoring.alerts import Watch, watch
from tradeanalysis.monitoring.half_months import half_reported
from tradeanalysis.monitoring.rolling_windows import rolling, year_to_date

__all__ = ["Watch", "half_reported", "rolling", "watch", "watch_rules", "year_to_date"]
