"""The economy or bloc of a name: its codes, its names to print, its members by year."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING

from tradeanalysis.names.label_readings import choose_codes, near_names, read_label, whole_bloc
from tradeanalysis.names.name_tables import OPEN, Country, entries_by_code, members_by_bloc
from tradeanalysis.names.refusals import refusal
from tradeanalysis.schema import DATA, CountryError

if TYPE_CHECKING:
    from pandas import DataFrame


def country(name: str | int) -> Country:
    """The country of a name in English or Vietnamese, an ISO 3166 code, or a number of M49 or Comtrade.

    Accepts historical entities as well ("USSR"), and codes written as 4, "004" or 4.0. A name must be whole: nothing
    is found by its beginning or by likeness.

    Raises
    ------
    CountryError
        The name is unknown (with near ones), ambiguous (with the candidates), or that of a group.

    Notes
    -----
    Years are not looked at: "Serbia" is Serbia in a table of 1995 too.

    References
    ----------
    ISO 3166-1 and 3166-3, UN M49, Unicode CLDR (names).

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.country("Hoa Kỳ").iso3, ta.country(842).iso3, ta.country("NA").name_en
    ('USA', 'USA', 'Namibia')
    >>> ta.country("Korea")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    tradeanalysis.schema.CountryError: 'Korea' may be South Korea (KOR), North Korea (PRK). ...
    """
    entry = _entry(name)
    if entry.kind not in ("country", "historical"):
        raise CountryError(refusal(f"country_is_{entry.kind}", label=repr(name), group=entry))
    return entry


def kind_of(code: str) -> str:
    """What kind of entry a code of the tables is: country, historical, unallocated or aggregate."""
    return entries_by_code()[code].kind


@lru_cache(maxsize=4096)
def economy(label: str | int) -> str | None:
    """The ISO3 code of the one economy that a label means, as `country` reads it; None for any other label.

    Examples
    --------
    >>> economy("Hoa Kỳ"), economy("usa"), economy("Long An"), economy("World")
    ('USA', 'USA', None, None)
    """
    codes = choose_codes(read_label(label))
    known = len(codes) == 1 and entries_by_code()[codes[0]].kind in ("country", "historical")
    return codes[0] if known else None


def country_name(code: str | int, lang: str = "en") -> str:
    """The name to print for a country, in English ("en") or Vietnamese ("vi").

    Accepts what `country` accepts, and the codes and names of groups.

    Raises
    ------
    CountryError
        The code is unknown or ambiguous, or the language is.

    Notes
    -----
    These are short names as statistics print them, not official ones.

    References
    ----------
    Unicode CLDR, with the changes listed in data/derive_names.py.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.names.country_name("DEU"), ta.names.country_name("DEU", lang="vi")
    ('Germany', 'Đức')
    """
    if lang not in ("en", "vi"):
        raise CountryError(refusal("country_lang", lang=repr(lang)))
    entry = _entry(code)
    return entry.name_vi if lang == "vi" else entry.name_en


def bloc(name: str, year: int | None = None) -> tuple[str, ...]:
    """The members of a trade bloc, as ISO3 codes in alphabetical order.

    Accepts a code or a name in either language; `year` gives the members at the end of that year, without it those of
    today, or the last ones. Negotiating blocs and agreements count alike: EVFTA is the 27 of the EU and Viet Nam.

    Raises
    ------
    CountryError
        The bloc is unknown (with the ones known), or had no members in that year.

    Notes
    -----
    Associated states, suspended rights and provisional application are not distinguished.

    References
    ----------
    The blocs' own lists of members; the years are in data/blocs.csv.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.bloc("USMCA")
    ('CAN', 'MEX', 'USA')
    >>> len(ta.bloc("EU", year=2019)), len(ta.bloc("EU"))
    (28, 27)
    """
    codes = choose_codes(read_label(name))
    if len(codes) != 1 or codes[0] not in members_by_bloc():
        raise CountryError(refusal("bloc_not_known", label=repr(name), known=", ".join(sorted(members_by_bloc()))))
    terms = members_by_bloc()[codes[0]]
    when = max(term.end for term in terms) if year is None else year
    if not isinstance(when, Real) or isinstance(when, bool):
        raise CountryError(refusal("bloc_year", year=repr(when)))
    members = tuple(sorted(term.iso3 for term in terms if term.start <= when <= term.end))
    if not members:
        first, last = min(term.start for term in terms), max(term.end for term in terms)
        key = "bloc_not_in_year" if last < OPEN else "bloc_not_yet"
        raise CountryError(refusal(key, label=repr(name), year=year, first=first, last=last))
    return members


def countries() -> DataFrame:
    """The table of countries, historical entities, remainders and aggregates, as it is embedded.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.countries().query("iso3 == 'VNM'")[["iso2", "m49", "name_vi"]].values.tolist()
    [['VN', 704, 'Việt Nam']]
    """
    import pandas as pd

    numbers = ["m49", "valid_from", "valid_to"]
    # "NA" is Namibia: only the numbers can be missing.
    table = pd.read_csv(DATA / "countries.csv", dtype=str, keep_default_na=False, na_values=dict.fromkeys(numbers, ""))
    return table.astype(dict.fromkeys(numbers, "Int64"))


def blocs() -> DataFrame:
    """The table of blocs, a row per member with the first and last year of its membership.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.blocs().query("bloc == 'ASEAN' and iso3 == 'VNM'")[["from", "to"]].values.tolist()
    [[1995, <NA>]]
    """
    import pandas as pd

    rows = [
        (code, country_name(code), country_name(code, "vi"), iso3, start or None, end if end < OPEN else None)
        for code, terms in members_by_bloc().items()
        for iso3, start, end in terms
    ]
    table = pd.DataFrame(rows, columns=["bloc", "name_en", "name_vi", "iso3", "from", "to"])
    return table.astype({"from": "Int64", "to": "Int64"})


def _entry(name: object) -> Country:
    """The one entry that a label alone stands for, or the error that helps to fix it."""
    if whole := whole_bloc(name):
        code, english, vietnamese = f"{whole.iso3} (bloc)", f"{whole.name_en} (bloc)", f"{whole.name_vi} (khối)"
        return replace(whole, iso3=code, kind="bloc", name_en=english, name_vi=vietnamese)
    reading = read_label(name)
    codes = choose_codes(reading)
    if len(codes) == 1:
        return entries_by_code()[codes[0]]
    if codes:
        words = refusal("country_ambiguous", label=repr(name), may=codes)
        raise CountryError(words, label=name, candidates=codes, ambiguous=True)
    near = reading.name or near_names(reading.text)
    words = refusal("country_near" if near else "country_not_known", label=repr(name), may=near)
    raise CountryError(words, label=name, candidates=near)
