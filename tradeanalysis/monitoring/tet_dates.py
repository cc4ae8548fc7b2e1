"""The day of Tết by the Vietnamese calendar: new moons and the sun's longitude at the time of UTC+7."""

from __future__ import annotations

import functools
import math
from datetime import date, timedelta

# Hours that Vietnam is ahead of universal time.
AHEAD = 7
# Mean length of a lunar month in days, and the Julian day of the new moon of January 1900.
LUNATION, FIRST_MOON = 29.530588853, 2415021.076998695
# The Julian day number less the ordinal that Python counts days by.
ORDINAL = 1721425
DEGREES = math.pi / 180


@functools.cache
def tet(year: int) -> date:
    """The first day of the first lunar month of a year, as the Vietnamese calendar has it.

    The eleventh month has the winter solstice; where thirteen months begin from one eleventh month to the next, the
    first month without a twelfth of the sun's way is a leap month. At UTC+7 it is at times not the day of China, as in
    1985 (by a month), 2007 and 2030 (by a day). Ho Ngoc Duc, Computing the Vietnamese lunar calendar, with the formulas
    of Meeus (1982) Astronomical Formulae for Calculators.

    Examples
    --------
    >>> tet(1985).isoformat(), tet(2007).isoformat(), tet(2030).isoformat(), tet(2034).isoformat()
    ('1985-01-21', '2007-02-17', '2030-02-02', '2034-02-19')
    """
    start, end = _eleventh(year - 1), _eleventh(year)
    k = round((start - FIRST_MOON) / LUNATION)
    after = 2
    if end - start > 365:
        leap = next(i for i in range(1, 14) if _twelfth(_moon(k + i)) == _twelfth(_moon(k + i + 1)))
        after += leap <= 2
    return date.fromordinal(_moon(k + after) - ORDINAL)


def tet_share(month: date, before: int, after: int) -> float:
    """Which part of the days from so many before Tết to so many after it is in a month."""
    days = [tet(month.year) + timedelta(one) for one in range(-before, after + 1)]
    return sum((one.year, one.month) == (month.year, month.month) for one in days) / len(days)


def _eleventh(year: int) -> int:
    """The first day of the lunar month that has the winter solstice of a year."""
    k = math.floor((date(year, 12, 31).toordinal() + ORDINAL - FIRST_MOON) / LUNATION)
    moon = _moon(k + 1) if _moon(k + 1) <= date(year, 12, 31).toordinal() + ORDINAL else _moon(k)
    while _twelfth(moon) >= 9:  # the solstice was before this day
        k, moon = k - 1, _moon(round((moon - FIRST_MOON) / LUNATION) - 1)
    return moon


def _moon(k: int) -> int:
    """The day, in Vietnam, of the k-th new moon after that of January 1900."""
    t = k / 1236.85
    sun = DEGREES * (359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = DEGREES * (306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = DEGREES * (21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3)
    sin = math.sin
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * sin(DEGREES * (166.56 + 132.87 * t - 0.009173 * t**2))
    true = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    true += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    true += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    true += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun)
    true += -0.0006 * sin(2 * node + moon) + 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    clock = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return math.floor(mean + true - clock + 0.5 + AHEAD / 24)


def _twelfth(day: int) -> int:
    """In which twelfth of its way, 0 to 11 from the spring equinox, the sun is as a day begins in Vietnam."""
    t = (day - 0.5 - AHEAD / 24 - 2451545.0) / 36525
    anomaly = DEGREES * (357.5291 + 35999.0503 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    centre = (1.9146 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
    centre += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.00029 * math.sin(3 * anomaly)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2 + centre
    return math.floor(longitude % 360 / 30)
