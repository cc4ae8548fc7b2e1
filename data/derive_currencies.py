"""Write currencies.csv: the currencies that were legal tender at any time since 1999, by their codes of ISO 4217.

Run once, with Babel installed:

    python data/derive_currencies.py

Codes, the years in which each was tender, and names in English and Vietnamese are those of Unicode CLDR.
"""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

from babel import Locale
from babel.core import get_global

SINCE = datetime.date(1999, 1, 1)
HERE = Path(__file__).parent


def codes() -> list[str]:
    """The codes of currencies that a territory has used as tender since then."""
    used = set()
    for periods in get_global("territory_currencies").values():
        for code, _, end, tender in periods:
            if tender and (end is None or datetime.date(*end) >= SINCE):
                used.add(code)
    return sorted(used)


def main() -> None:
    """Write the table."""
    names = Locale("en").currencies, Locale("vi").currencies
    with (HERE / "currencies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "name_en", "name_vi"])
        writer.writerows([code, *(name[code] for name in names)] for code in codes())


if __name__ == "__main__":
    main()
