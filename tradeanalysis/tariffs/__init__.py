"""Tariffs with their dates: what of a basket is exposed on a day, by which act, and which preferences were used.

``over_time``        the mean rate over time, a row per period with its acts
``Preference``       the result of ``preference``
``preference``       how far preferences are used, and what is left on the table
``relative_access``  access to a market beside that of the rivals there
``schedule``         a table of tariffs with dates, read and checked
``tariff_exposure``  what of an economy's trade the tariffs of a day touch
``TariffExposure``   the result of ``tariff_exposure``
"""

from tradeanalysis.tariffs.dated_rows import schedule
from tradeanalysis.tariffs.exposures import TariffExposure, tariff_exposure
from tradeanalysis.tariffs.preference_use import Preference, preference
from tradeanalysis.tariffs.rate_steps import over_time
from tradeanalysis.tariffs.rival_access import relative_access

__all__ = [
    "Preference",
    "TariffExposure",
    "over_time",
    "preference",
    "relative_access",
    "schedule",
    "tariff_exposure",
]
