"""Which economy a code or a name means: ISO 3166, UN M49, the codes of Comtrade, BACI and WITS, English, Vietnamese.

Tables in data/ say it all: countries.csv (a row per economy, remainder or aggregate), country_aliases.csv (more
spellings; a row with several codes is a name that several bear), blocs.csv (members with their years),
region_members.csv, and country_names.csv.gz (short names in ten further languages).

A label can be read in three ways, each of them an exact match of the whole label:

1. as a *code*, letter by letter: "VN", "VNM", "842", "004", "S19", "W00";
2. as a *name*, accents and all: "Áo", "Hàn Quốc", "Korea, Rep.";
3. as a *name without its accents*: "Han Quoc". Of less than four letters too little is left ("Ao", "My", "Y"): such
   a reading is *weak*, a candidate only, and needs the company of other Vietnamese names.

A label that none of these knows is looked up in the further languages, then by its words in any order, abbreviations in
full ("Congo, The Democratic Republic Of"), then without its form of state ("Kingdom of Belgium").

Where the readings differ, the print decides: capitals are a code ("NGA" is Nigeria, "MY" Malaysia), a capitalised name
is a name ("Nga" is Russia), and anything else ("nga", "My") is ambiguous: an error, with the candidates. `resolve` sees
a whole column and reads these few labels like the rest of it: among Vietnamese names "NGA" is Russia, among codes
Nigeria. A name with several bearers ("Korea", "Congo") is the usual one's, listed first in the table, only where the
column names the others in full.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from numbers import Real
from typing import TYPE_CHECKING, NamedTuple

from tradeanalysis.schema import DATA, CountryError

__all__ = ["Country", "bloc", "blocs", "countries", "country", "country_name"]

if TYPE_CHECKING:
    from pandas import DataFrame

# Quotes typed as accents or letters, and Eth for the Vietnamese d with a stroke, as old code pages have it.
_SPELLING = str.maketrans(dict.fromkeys("´`ʼʻ", "'") | dict.fromkeys("ÐðƉɖ", "đ") | {"&": "and"})
_NUMBER = re.compile(r"0*([1-9]\d*|0)(?:\.0*)?", re.ASCII)
# Words of names that are shortened, that only join others, and that name a form of state.
_IN_FULL = {
    **dict.fromkeys(("rep", "republica", "republique", "republik"), "republic"),
    **dict.fromkeys(("dem", "democratica", "democratique", "demo"), "democratic"),
    **dict.fromkeys(("fed", "federated"), "federal"),
    **dict.fromkeys(("peoples", "popular", "populaire", "peo"), "people"),
    **dict.fromkeys(("is", "isl", "isds", "island", "isle", "isles"), "islands"),
    **{"dpr": "democratic people republic", "pdr": "people democratic republic", "drc": "democratic republic"},
    **{"st": "saint", "oth": "other", "sth": "south", "nth": "north", "n": "north", "s": "south", "brit": "british"},
    **{"terr": "territory", "ter": "territory", "prov": "province", "utd": "united", "arab": "arab"},
}
_JOINING = frozenset(
    ["the", "of", "and", "de", "la", "el", "le", "les", "los", "las", "del", "des", "du", "da", "do", "dos", "l", "a"]
)
_FORMS = frozenset(
    [
        "republic",
        "kingdom",
        "state",
        "union",
        "sultanate",
        "principality",
        "commonwealth",
        "duchy",
        "grand",
        "federal",
        "islamic",
        "arab",
        "people",
        "socialist",
        "plurinational",
        "bolivarian",
        "federative",
        "cooperative",
        "operative",
        "co",
        "hashemite",
        "oriental",
        "independent",
        "democratic",
        "united",
        "country",
        "nation",
        "territory",
        "emirate",
        "estado",
        "etat",
        "plurinacional",
        "republica",
        "islamica",
    ]
)
# Names whose bearers only the form of state tells apart, or of which it says more.
_FORM_MATTERS = frozenset(
    [
        "congo",
        "korea",
        "china",
        "vietnam",
        "viet",
        "nam",
        "yemen",
        "germany",
        "virgin",
        "samoa",
        "america",
        "arab",
        "emirates",
        "ireland",
        "macedonia",
        "guinea",
        "sudan",
        "african",
        "dominican",
        "kingdom",
        "states",
        "sahrawi",
    ]
)
_WEAK = 4  # letters that a name needs to be recognised without its accents
_LIKE = 0.8  # how alike a label and a name are, of 1, for the name to be suggested
_SLIP = 0.87  # and for the label to be a slip of it
_SUGGESTED = 20  # unknown labels of a column for which near names are looked up
_ARTICLE = re.compile(r"(?<!\s)\s*\((?:l['’]|le|la|les|los|las|el|the)\)$", re.IGNORECASE)  # as ISO 3166 prints it
_MISSING = ("nan", "None", "<NA>", "NaT")
_OPEN = 9999  # the last year of a membership that lasts
WORLD = "WLD"  # the sum of all economies
# What stands before or after the name of a province, as `key` writes it.
_KIND_OF_PROVINCE = re.compile(r"^(tinh|thanhpho|tp)|(province|city)$")
_BLOC = re.compile(r"(.+) \(bloc\)", re.IGNORECASE)  # a bloc that is one market among others


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


@dataclass(frozen=True)
class Match:
    """What one label of a column means: its kind, its code, and the candidates where no code can be given."""

    kind: str
    code: str = ""
    candidates: tuple[str, ...] = ()


class _Reading(NamedTuple):
    """The codes that a label stands for as a code and as a name, and the languages of the name."""

    text: str
    code: tuple[str, ...]
    name: tuple[str, ...]
    languages: frozenset[str]
    weak: bool


class _Index(NamedTuple):
    codes: dict[str, tuple[str, ...]]
    names: dict[str, tuple[str, ...]]  # by key with accents
    plain: dict[str, tuple[str, ...]]  # by key without
    languages: dict[str, frozenset[str]]  # by either key


class _Term(NamedTuple):
    iso3: str
    start: int
    end: int


def key(text: object, *, accents: bool = False) -> str:
    """What two spellings of one name have in common: case, accents, spaces, hyphens, dots and hidden characters go.

    Accepts any text, composed or decomposed; `accents=True` keeps the accents. Signs that join two names ("/", "+")
    stay, so that "Hong Kong + China" is not "Hong Kong, China". Spelling mistakes are not corrected.

    References
    ----------
    Unicode Standard Annex 15, normalisation forms.

    Examples
    --------
    >>> key("CÔTE D’IVOIRE") == key("Cote d'Ivoire")
    True
    >>> key("Đài Loan"), key("In-đô-nê-xi-a")
    ('dailoan', 'indonexia')
    """
    folded = unicodedata.normalize("NFKC", str(text).translate(_SPELLING)).casefold()
    if not accents:
        folded = unicodedata.normalize("NFKD", folded.replace("đ", "d"))
        folded = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] in "MS" or char in "/%#@")


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
        raise CountryError(
            f"{name!r} is not a country but a group ({entry.kind}: {entry.name_en})."
            " Name one country; the members of a bloc are in bloc()."
        )
    return entry


def bloc_of_its_own(code: str) -> Match:
    """What a bloc is where it stands among partners as one market, without its members.

    Examples
    --------
    >>> bloc_of_its_own("EU"), country_name("EU (bloc)"), resolve(["EU"])["EU"].kind
    (Match(kind='bloc', code='EU (bloc)', candidates=()), 'European Union (bloc)', 'aggregate')
    """
    return Match("bloc", f"{code} (bloc)")


def kind_of(code: str) -> str:
    """What kind of entry a code of the tables is: country, historical, unallocated or aggregate."""
    return _entries()[code].kind


@lru_cache(maxsize=4096)
def economy(label: str | int) -> str | None:
    """The ISO3 code of the one economy that a label means, as `country` reads it; None for any other label.

    Examples
    --------
    >>> economy("Hoa Kỳ"), economy("usa"), economy("Long An"), economy("World")
    ('USA', 'USA', None, None)
    """
    codes = _choose(_read(label))
    known = len(codes) == 1 and _entries()[codes[0]].kind in ("country", "historical")
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
        raise CountryError(f"lang={lang!r}: choose from 'en', 'vi'")
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
    codes = _choose(_read(name))
    if len(codes) != 1 or codes[0] not in _members():
        raise CountryError(f"{name!r} is not a known bloc. Choose from {', '.join(sorted(_members()))}.")
    terms = _members()[codes[0]]
    when = max(term.end for term in terms) if year is None else year
    if not isinstance(when, Real):
        raise CountryError(f"year={when!r}: members of a bloc are those of a year, a number such as 2019")
    members = tuple(sorted(term.iso3 for term in terms if term.start <= when <= term.end))
    if not members:
        first, last = min(term.start for term in terms), max(term.end for term in terms)
        until = f" until {last}" if last < _OPEN else ""
        raise CountryError(f"{name!r} had no members in {year}: it exists since {first}{until}. Give such a year.")
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
        (code, country_name(code), country_name(code, "vi"), iso3, start or None, end if end < _OPEN else None)
        for code, terms in _members().items()
        for iso3, start, end in terms
    ]
    table = pd.DataFrame(rows, columns=["bloc", "name_en", "name_vi", "iso3", "from", "to"])
    return table.astype({"from": "Int64", "to": "Int64"})


def kept_rows(table: str) -> list[dict[str, str]]:
    """The rows of a small table of facts in data/, such as that of agreements."""
    return list(_rows(table))


def economy_of_province(name: str) -> str | None:
    """The economy of a province by any of its names, with or without "tỉnh", "TP." or "province"; None of others."""
    known = _provinces()
    written = key(name)
    return known.get(written) or known.get(_KIND_OF_PROVINCE.sub("", written))


@cache
def _provinces() -> dict[str, str]:
    """The economy of every province, by its name without accents."""
    return {key(name): row["economy"] for row in _rows("provinces") for name in row["names"].split("|")}


def tiles() -> dict[str, tuple[int, int]]:
    """The column and the row of every economy on a map of tiles of one size, counted from the upper left."""
    return {code: (int(row["column"]), int(row["row"])) for code, row in _places().items()}


def region(iso3: str) -> str | None:
    """The region of an economy in UN M49: AFRICA, AMERICAS, ASIA, EUROPE or OCEANIA; None for any other code."""
    return _places()[iso3]["region"] if iso3 in _places() else None


def members_of(code: str, year: int | None = None) -> frozenset[str] | None:
    """The members of a bloc or region by its code, in a year or ever; None where the tables do not hold them."""
    if code in _members():
        terms = [term for term in _members()[code] if year is None or term.start <= year <= term.end]
        return frozenset(term.iso3 for term in terms or _members()[code])
    return _regions().get(code)


@cache
def _regions() -> dict[str, frozenset[str]]:
    return {row["region"]: frozenset(row["members"].split()) for row in _rows("region_members")}


@cache
def _places() -> dict[str, dict[str, str]]:
    """Where every economy stands: its tile and its region."""
    import gzip

    with gzip.open(DATA / "tiles.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["iso3"]: row for row in csv.DictReader(file)}


def resolve(labels: Iterable[object], *, near: bool = True) -> dict[object, Match]:
    """What each label of one column means, read in the context of the others.

    Accepts names, codes, integers and floats such as 704.0. Never raises: what cannot be resolved is of kind
    "unknown" (the first of them with near names, which take long to find: ``near``) or "ambiguous" (with candidates).

    Notes
    -----
    A column that mixes codes and Vietnamese names in equal parts gives no context; its labels are read one by one.

    Examples
    --------
    >>> resolve(["NGA"])["NGA"].code, resolve(["NGA", "MỸ", "ĐỨC"])["NGA"].code
    ('NGA', 'RUS')
    """
    readings = {label: _read(label) for label in labels}
    coded = sum(bool(r.code) and not r.name for r in readings.values())
    sure = [r.languages for r in readings.values() if r.name and not r.weak and r.code in ((), r.name)]
    vietnamese, english = sure.count(frozenset({"vi"})), sure.count(frozenset({"en"}))
    column = "codes" if coded > vietnamese + english else "vi" if vietnamese > max(coded, english) else ""
    chosen = {label: _choose(reading, column) for label, reading in readings.items()}
    certain = {codes[0] for codes in chosen.values() if len(codes) == 1}
    matches, unknown = {}, 0
    for label, codes in chosen.items():
        if len(codes) > 1 and certain.issuperset(codes[1:]):
            codes = codes[:1]  # the other bearers of the name are there in full
        unknown += not codes
        whole = _whole_of(label)
        matches[label] = (
            bloc_of_its_own(whole.iso3)
            if whole
            else _match(readings[label], codes, suggest=near and unknown <= _SUGGESTED)
        )
    return matches


@cache
def labels_of(kind: str) -> frozenset[str]:
    """Spellings, in lower case, of what is beyond doubt an "aggregate" of countries, or "unallocated" to any.

    They are what an engine can compare without knowing this table: composed, decomposed and without accents; no
    numbers.

    Examples
    --------
    >>> {"world", "w00", "asean", "tổng số"} <= labels_of("aggregate")
    True
    >>> {"others", "areas, nes", "khác"} <= labels_of("unallocated")
    True
    """
    labels = set()
    for codes, _, spelling in _spellings():
        if _entries()[codes[0]].kind == kind and _choose(_read(spelling)) == codes[:1]:
            lower = unicodedata.normalize("NFC", spelling.lower())
            composed = unicodedata.normalize("NFD", lower)
            plain = "".join(char for char in composed.replace("đ", "d") if unicodedata.category(char) != "Mn")
            labels |= {lower, composed, plain}
    # Two letters may be a label of any kind, numbers anything.
    return frozenset(label for label in labels if not label.isdecimal() and (len(label) > 2 or label == "eu"))


def _entry(name: object) -> Country:
    """The one entry that a label alone stands for, or the error that helps to fix it."""
    if whole := _whole_of(name):
        code, english, vietnamese = f"{whole.iso3} (bloc)", f"{whole.name_en} (bloc)", f"{whole.name_vi} (khối)"
        return replace(whole, iso3=code, kind="bloc", name_en=english, name_vi=vietnamese)
    reading = _read(name)
    codes = _choose(reading)
    if len(codes) == 1:
        return _entries()[codes[0]]
    if codes:
        words = f"{name!r} may be {_listed(codes)}. Write the ISO3 code or the full name."
        raise CountryError(words, label=name, candidates=codes, ambiguous=True)
    near = reading.name or _near(reading.text)
    raise CountryError(
        f"{name!r} is not a known country, code or name."
        + (f" Did you mean {_listed(near)}?" if near else "")
        + " Write an ISO3 code or a full name; a spelling that is missing is added in data/country_aliases.csv.",
        label=name,
        candidates=near,
    )


def _whole_of(label: object) -> Country | None:
    """The bloc of a label such as "EU (bloc)"."""
    found = _BLOC.fullmatch(label.strip()) if isinstance(label, str) else None
    entry = _entries().get(found[1].upper()) if found else None
    return entry if entry and entry.kind == "aggregate" and entry.iso3 != WORLD else None


def _text(label: object) -> str:
    """The label without hidden characters; a number without leading zeros and ".0"; nothing for what is missing."""
    if isinstance(label, Real) and not isinstance(label, bool) and float(label).is_integer():
        return str(int(float(label)))
    if str(label) in _MISSING:
        return ""
    text = "".join(c for c in unicodedata.normalize("NFKC", str(label)) if unicodedata.category(c) not in ("Cf", "Cc"))
    number = _NUMBER.fullmatch(text.strip())
    return number[1] if number else text.strip()


@lru_cache(maxsize=1 << 14, typed=True)
def _read(label: object) -> _Reading:
    """All that a label may mean, without a choice."""
    index, text = _index(), _text(label)
    spelled, plain = key(text, accents=True), key(text)
    exact = index.names.get(spelled, ())
    name = exact or index.plain.get(plain, ())
    code = index.codes.get(text.upper(), ()) if text.isascii() else ()
    languages = index.languages.get(spelled if exact else plain, frozenset())
    if not name and not code and not text.isdecimal():
        # In another language, or in other words of English; neither may take a name from the tables above.
        bare = _ARTICLE.sub("", text)
        spelled, plain = key(bare, accents=True), key(bare)
        name = _further().get(spelled, ()) or (_further().get(plain, ()) if len(plain) >= _WEAK else ())
        name = exact = name or _by_words().get(_words(text), ()) or _without_form(text)
    return _Reading(text, code, name, languages, weak=not exact and len(plain) < _WEAK)


@cache
def _further() -> dict[str, tuple[str, ...]]:
    """Names in languages beside English and Vietnamese, with and without accents; read when a label is not known."""
    import gzip

    found: dict[str, tuple[str, ...]] = {}
    with gzip.open(DATA / "country_names.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for form in {key(row["name"], accents=True), key(row["name"])}:
                found[form] = _union(found.get(form, ()), (row["code"],))
    return found


@cache
def _by_words() -> dict[tuple[str, ...], tuple[str, ...]]:
    """English names by their words in any order: "Congo, The Democratic Republic Of" is "Congo, Dem. Rep."."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for codes, language, spelling in _spellings():
        if language == "en" and len(words := _words(spelling)) > 1:
            found[words] = _union(found.get(words, ()), codes)
    return found


def _words(text: str) -> tuple[str, ...]:
    """The words of a name in alphabetical order, abbreviations in full, without those that only join."""
    folded = unicodedata.normalize("NFKD", text.translate(_SPELLING).casefold())
    plain = "".join(char for char in folded if unicodedata.category(char) != "Mn" and char not in "'\u2019")
    words = (_IN_FULL.get(word, word) for word in re.findall(r"[^\W_]+|[/%#@+]", plain))
    return tuple(sorted(word for full in words for word in full.split() if word not in _JOINING))


def _without_form(text: str) -> tuple[str, ...]:
    """The country of a name that says its form of state as well: "Kingdom of Belgium"."""
    words = [word for word in _words(text) if word not in _FORMS]
    if not words or len(words) == len(_words(text)) or _FORM_MATTERS & set(words):
        return ()
    plain = "".join(words)
    codes = _index().plain.get(plain, ()) or _by_words().get(tuple(words), ())
    known = len(codes) == 1 and len(plain) >= _WEAK and _entries()[codes[0]].kind == "country"
    return codes if known else ()


def _choose(reading: _Reading, column: str = "") -> tuple[str, ...]:
    """The codes that a label stands for: one if it is clear, several if it is ambiguous, empty if it is unknown."""
    text, code, name, _, weak = reading
    if column == "vi" and name:
        return name
    if code in ((), name):
        return () if weak else name
    if not name or column == "codes" or text.isupper():
        return code
    return name if text.istitle() and not weak else (*name, *code)


def _match(reading: _Reading, codes: tuple[str, ...], suggest: bool) -> Match:
    if len(codes) == 1:
        return Match(_entries()[codes[0]].kind, codes[0])
    if codes:
        return Match("ambiguous", candidates=codes)
    return Match("unknown", candidates=reading.name or (_near(reading.text) if suggest else ()))


def _near(text: str) -> tuple[str, ...]:
    """Codes of the names that a label holds as a whole word, or that are nearest in spelling: for "did you mean"."""
    plain, words = _index().plain, re.findall(r"[^\W\d_]{4,}", text)
    if not set(_words(text)) - _FORMS:
        return ()
    held = [codes for word in words if len(codes := plain.get(key(word), ())) == 1] if len(words) < 8 else []
    if held:
        return tuple(dict.fromkeys(code for codes in held for code in codes))[:3]
    from difflib import get_close_matches

    short = key(text)[:60]
    near = [name for name in get_close_matches(short, plain, n=3, cutoff=_LIKE) if name[0] == short[0]]
    return tuple(dict.fromkeys(code for name in near for code in plain[name]))


@lru_cache(maxsize=4096)
def slip(label: str) -> str | None:
    """The country that a label is a slip of the pen of, such as "Vietnm"; None where none is near enough.

    Nearer than what "did you mean" suggests: a province or a market of one's own is no slip.

    Examples
    --------
    >>> slip("Indonesai"), slip("Bắc Kạn"), slip("Long An"), slip("Vietnam")
    ('IDN', None, None, None)
    """
    from difflib import get_close_matches

    reading = _read(label)
    short = key(label)[:60]
    if reading.name or reading.code or len(short) <= _WEAK:
        return None
    # Names that are much longer or shorter are not near.
    least, most = len(short) * _SLIP / (2 - _SLIP), len(short) * (2 - _SLIP) / _SLIP
    alike = [name for size, names in _by_length().items() if least <= size <= most for name in names]
    near = [_index().plain[one] for one in get_close_matches(short, alike, n=3, cutoff=_SLIP)]
    codes = {code for found in near for code in found}
    known = len(codes) == 1 and _entries()[min(codes)].kind == "country"
    return codes.pop() if known else None


@cache
def _by_length() -> dict[int, list[str]]:
    """The names without accents by their length, in the order of the index."""
    lengths: dict[int, list[str]] = {}
    for name in _index().plain:
        lengths.setdefault(len(name), []).append(name)
    return lengths


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{_entries()[code].name_en} ({code})" for code in codes)


def _rows(table: str) -> list[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _entries() -> dict[str, Country]:
    """The country table and the blocs, by code."""
    entries = {}
    for row in _rows("countries"):
        m49, start, end = (int(row[column]) if row[column] else None for column in ("m49", "valid_from", "valid_to"))
        names = row["name_en"], row["name_vi"], row["kind"]
        entries[row["iso3"]] = Country(row["iso3"], row["iso2"], m49, *names, start, end, row["successor"])
    for row in _rows("blocs"):
        entries[row["bloc"]] = Country(row["bloc"], "", None, row["name_en"], row["name_vi"], "aggregate")
    return entries


@cache
def _members() -> dict[str, list[_Term]]:
    """The members of each bloc; a membership is written ISO3, ISO3:first or ISO3:first-last."""
    blocs = {}
    for row in _rows("blocs"):
        terms = [(iso3, *years.partition("-")) for iso3, _, years in (m.partition(":") for m in row["members"].split())]
        blocs[row["bloc"]] = [_Term(iso3, int(start or 0), int(end or _OPEN)) for iso3, start, _, end in terms]
    return blocs


@cache
def _spellings() -> list[tuple[tuple[str, ...], str, str]]:
    """Every spelling in the tables: the codes it stands for, its language ("" for a code); ambiguous ones first."""
    aliases = [(tuple(row["code"].split()), row["lang"], row["alias"]) for row in _rows("country_aliases")]
    spellings = sorted(aliases, key=lambda alias: -len(alias[0]))
    for row in _rows("countries") + _rows("blocs"):
        code = row.get("iso3") or row["bloc"]
        printed = [code, row.get("iso2", ""), row.get("m49", ""), *row["codes"].split()]
        spellings += [((code,), "", text) for text in printed if text]
        spellings += [((code,), "en", row["name_en"]), ((code,), "vi", row["name_vi"])]
    return spellings


@cache
def _index() -> _Index:
    index = _Index({}, {}, {}, {})
    for codes, language, spelling in _spellings():
        if not language:
            index.codes[spelling] = _union(index.codes.get(spelling, ()), codes)
            continue
        spelled = key(spelling, accents=True)
        plain = spelled if spelled.isascii() else key(spelling)
        index.names[spelled] = _union(index.names.get(spelled, ()), codes)
        index.plain[plain] = _union(index.plain.get(plain, ()), codes)
        for form in (spelled, plain):
            index.languages[form] = index.languages.get(form, frozenset()) | {language}
    return index


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))
