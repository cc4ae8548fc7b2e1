"""What each month's figures say: the year's index before its end, alerts with their record, breaks, seasons.

``Watch``        the result of ``watch``
``watch``        the alerts of the latest month, each with the record of its rule
``watch_rules``  the rules that it applies, a row each
"""

from tradeanalysis.monitoring.alert_rules import watch_rules
from tradeanalysis.monitoring.alerts import Watch, watch

__all__ = ["Watch", "watch", "watch_rules"]
