"""What the tables of names in data/ hold: economies, blocs with their members, provinces, and every spelling."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tradeanalysis.names.spellings_alike import key, words_of
from tradeanalysis.schema import DATA

OPEN = 9999  # the last year of a membership that lasts
WORLD = "WLD"  # the sum of all economies
# What stands before or after the name of a province, as `key` writes it.
_KIND_OF_PROVINCE = re.compile(r"^(tinh|thanhpho|tp)|(province|city)$")


@dataclass(frozen=True)
class Country:
    """An economy of the country table; `valid_from` and `valid_to` are its first and last year in trade statistics."""

    iso3: str
    iso2: str
    m49: int | None
    name_en: str
    name_vi: str
    kind: str
    valid_from: int | None = None
    valid_to: int | None = None
    successor: str = ""


class Term(NamedTuple):
    """A membership: an economy, and its first and last year in the bloc."""

    iso3: str
    start: int
    end: int


class Index(NamedTuple):
    """The codes that every code and name stands for, and the languages of the names."""

    codes: dict[str, tuple[str, ...]]
    names: dict[str, tuple[str, ...]]  # by key with accents
    plain: dict[str, tuple[str, ...]]  # by key without
    languages: dict[str, frozenset[str]]  # by either key


def kept_rows(table: str) -> list[dict[str, str]]:
    """The rows of a small table in data/, read again at every call."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def entries_by_code() -> dict[str, Country]:
    """The country table and the blocs, by code."""
    entries = {}
    for row in kept_rows("countries"):
        m49, start, end = (int(row[column]) if row[column] else None for column in ("m49", "valid_from", "valid_to"))
        names = row["name_en"], row["name_vi"], row["kind"]
        entries[row["iso3"]] = Country(row["iso3"], row["iso2"], m49, *names, start, end, row["successor"])
    for row in kept_rows("blocs"):
        entries[row["bloc"]] = Country(row["bloc"], "", None, row["name_en"], row["name_vi"], "aggregate")
    return entries


@cache
def members_by_bloc() -> dict[str, list[Term]]:
    """The members of each bloc; a membership is written ISO3, ISO3:first or ISO3:first-last."""
    blocs = {}
    for row in kept_rows("blocs"):
        terms = [(iso3, *years.partition("-")) for iso3, _, years in (m.partition(":") for m in row["members"].split())]
        blocs[row["bloc"]] = [Term(iso3, int(start or 0), int(end or OPEN)) for iso3, start, _, end in terms]
    return blocs


@cache
def all_spellings() -> list[tuple[tuple[str, ...], str, str]]:
    """Every spelling in the tables: the codes it stands for, its language ("" for a code); ambiguous ones first."""
    aliases = [(tuple(row["code"].split()), row["lang"], row["alias"]) for row in kept_rows("country_aliases")]
    spellings = sorted(aliases, key=lambda alias: -len(alias[0]))
    for row in kept_rows("countries") + kept_rows("blocs"):
        code = row.get("iso3") or row["bloc"]
        printed = [code, row.get("iso2", ""), row.get("m49", ""), *row["codes"].split()]
        spellings += [((code,), "", text) for text in printed if text]
        spellings += [((code,), "en", row["name_en"]), ((code,), "vi", row["name_vi"])]
    return spellings


@cache
def label_index() -> Index:
    """Every spelling of the tables, in the forms in which a label is looked up."""
    index = Index({}, {}, {}, {})
    for codes, language, spelling in all_spellings():
        if not language:
            index.codes[spelling] = both_of(index.codes.get(spelling, ()), codes)
            continue
        spelled = key(spelling, accents=True)
        plain = spelled if spelled.isascii() else key(spelling)
        index.names[spelled] = both_of(index.names.get(spelled, ()), codes)
        index.plain[plain] = both_of(index.plain.get(plain, ()), codes)
        for form in (spelled, plain):
            index.languages[form] = index.languages.get(form, frozenset()) | {language}
    return index


@cache
def further_names() -> dict[str, tuple[str, ...]]:
    """Names in languages beside English and Vietnamese, with and without accents; read when a label is not known."""
    import gzip

    found: dict[str, tuple[str, ...]] = {}
    with gzip.open(DATA / "country_names.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for form in {key(row["name"], accents=True), key(row["name"])}:
                found[form] = both_of(found.get(form, ()), (row["code"],))
    return found


@cache
def codes_by_words() -> dict[tuple[str, ...], tuple[str, ...]]:
    """English names by their words in any order: "Congo, The Democratic Republic Of" is "Congo, Dem. Rep."."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for codes, language, spelling in all_spellings():
        if language == "en" and len(words := words_of(spelling)) > 1:
            found[words] = both_of(found.get(words, ()), codes)
    return found


def both_of(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of both, each once, in their order."""
    return tuple(dict.fromkeys(first + second))


def economy_of_province(name: str) -> str | None:
    """The economy of a province by any of its names, with or without "tỉnh", "TP." or "province"; None of others."""
    known = _provinces()
    written = key(name)
    return known.get(written) or known.get(_KIND_OF_PROVINCE.sub("", written))


@cache
def _provinces() -> dict[str, str]:
    """The economy of every province, by its name without accents."""
    return {key(name): row["economy"] for row in kept_rows("provinces") for name in row["names"].split("|")}


def tiles() -> dict[str, tuple[int, int]]:
    """The column and the row of every economy on a map of tiles of one size, counted from the upper left."""
    return {code: (int(row["column"]), int(row["row"])) for code, row in _places().items()}


def region(iso3: str) -> str | None:
    """The region of an economy in UN M49: AFRICA, AMERICAS, ASIA, EUROPE or OCEANIA; None for any other code."""
    return _places()[iso3]["region"] if iso3 in _places() else None


def members_of(code: str, year: int | None = None) -> frozenset[str] | None:
    """The members of a bloc or region by its code, in a year or ever; None where the tables do not hold them."""
    if code in members_by_bloc():
        terms = [term for term in members_by_bloc()[code] if year is None or term.start <= year <= term.end]
        return frozenset(term.iso3 for term in terms or members_by_bloc()[code])
    return _regions().get(code)


@cache
def _regions() -> dict[str, frozenset[str]]:
    return {row["region"]: frozenset(row["members"].split()) for row in kept_rows("region_members")}


@cache
def _places() -> dict[str, dict[str, str]]:
    """Where every economy stands: its tile and its region."""
    import gzip

    with gzip.open(DATA / "tiles.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["iso3"]: row for row in csv.DictReader(file)}
