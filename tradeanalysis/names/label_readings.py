"""What a label may mean: as a code, as a name, without its accents, in other words; and the names near it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from tradeanalysis.names.name_tables import (
    WORLD,
    Country,
    all_spellings,
    codes_by_words,
    entries_by_code,
    further_names,
    label_index,
)
from tradeanalysis.names.spellings_alike import FORM_MATTERS, FORMS, key, text_of, words_of

WEAK = 4  # letters that a name needs to be recognised without its accents
_LIKE = 0.8  # how alike a label and a name are, of 1, for the name to be suggested
_SLIP = 0.87  # and for the label to be a slip of it
_SUGGESTED = 20  # unknown labels of a column for which near names are looked up
_ARTICLE = re.compile(r"(?<!\s)\s*\((?:l['’]|le|la|les|los|las|el|the)\)$", re.IGNORECASE)  # as ISO 3166 prints it
_BLOC = re.compile(r"(.+) \(bloc\)", re.IGNORECASE)  # a bloc that is one market among others


@dataclass(frozen=True)
class Match:
    """What one label of a column means: its kind, its code, and the candidates where no code can be given."""

    kind: str
    code: str = ""
    candidates: tuple[str, ...] = ()


class Labelled(NamedTuple):
    """The codes that a label stands for as a code and as a name, and the languages of the name."""

    text: str
    code: tuple[str, ...]
    name: tuple[str, ...]
    languages: frozenset[str]
    weak: bool


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
    readings = {label: read_label(label) for label in labels}
    coded = sum(bool(r.code) and not r.name for r in readings.values())
    sure = [r.languages for r in readings.values() if r.name and not r.weak and r.code in ((), r.name)]
    vietnamese, english = sure.count(frozenset({"vi"})), sure.count(frozenset({"en"}))
    column = "codes" if coded > vietnamese + english else "vi" if vietnamese > max(coded, english) else ""
    chosen = {label: choose_codes(reading, column) for label, reading in readings.items()}
    certain = {codes[0] for codes in chosen.values() if len(codes) == 1}
    matches, unknown = {}, 0
    for label, codes in chosen.items():
        if len(codes) > 1 and certain.issuperset(codes[1:]):
            codes = codes[:1]  # the other bearers of the name are there in full
        unknown += not codes
        whole = whole_bloc(label)
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
    for codes, _, spelling in all_spellings():
        if entries_by_code()[codes[0]].kind == kind and choose_codes(read_label(spelling)) == codes[:1]:
            lower = unicodedata.normalize("NFC", spelling.lower())
            composed = unicodedata.normalize("NFD", lower)
            plain = "".join(char for char in composed.replace("đ", "d") if unicodedata.category(char) != "Mn")
            labels |= {lower, composed, plain}
    # Two letters may be a label of any kind, numbers anything.
    # No label but Comtrade's for what is not specified is written "_X".
    return frozenset(label for label in labels if not label.isdecimal() and (len(label) > 2 or label in ("eu", "_x")))


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

    reading = read_label(label)
    short = key(label)[:60]
    if reading.name or reading.code or len(short) <= WEAK:
        return None
    # Names that are much longer or shorter are not near.
    least, most = len(short) * _SLIP / (2 - _SLIP), len(short) * (2 - _SLIP) / _SLIP
    alike = [name for size, names in _by_length().items() if least <= size <= most for name in names]
    near = [label_index().plain[one] for one in get_close_matches(short, alike, n=3, cutoff=_SLIP)]
    codes = {code for found in near for code in found}
    known = len(codes) == 1 and entries_by_code()[min(codes)].kind == "country"
    return codes.pop() if known else None


def bloc_of_its_own(code: str) -> Match:
    """What a bloc is where it stands among partners as one market, without its members.

    Examples
    --------
    >>> bloc_of_its_own("EU"), resolve(["EU"])["EU"].kind
    (Match(kind='bloc', code='EU (bloc)', candidates=()), 'aggregate')
    """
    return Match("bloc", f"{code} (bloc)")


def whole_bloc(label: object) -> Country | None:
    """The bloc of a label such as "EU (bloc)"."""
    found = _BLOC.fullmatch(label.strip()) if isinstance(label, str) else None
    entry = entries_by_code().get(found[1].upper()) if found else None
    return entry if entry and entry.kind == "aggregate" and entry.iso3 != WORLD else None


@lru_cache(maxsize=1 << 14, typed=True)
def read_label(label: object) -> Labelled:
    """All that a label may mean, without a choice."""
    index, text = label_index(), text_of(label)
    spelled, plain = key(text, accents=True), key(text)
    exact = index.names.get(spelled, ())
    name = exact or index.plain.get(plain, ())
    code = index.codes.get(text.upper(), ()) if text.isascii() else ()
    languages = index.languages.get(spelled if exact else plain, frozenset())
    if not name and not code and not text.isdecimal():
        # In another language, or in other words of English; neither may take a name from the tables above.
        bare = _ARTICLE.sub("", text)
        spelled, plain = key(bare, accents=True), key(bare)
        name = further_names().get(spelled, ()) or (further_names().get(plain, ()) if len(plain) >= WEAK else ())
        name = exact = name or codes_by_words().get(words_of(text), ()) or _without_form(text)
    return Labelled(text, code, name, languages, weak=not exact and len(plain) < WEAK)


def choose_codes(reading: Labelled, column: str = "") -> tuple[str, ...]:
    """The codes that a label stands for: one if it is clear, several if it is ambiguous, empty if it is unknown."""
    text, code, name, _, weak = reading
    if column == "vi" and name:
        return name
    if code in ((), name):
        return () if weak else name
    if not name or column == "codes" or text.isupper():
        return code
    return name if text.istitle() and not weak else (*name, *code)


def _match(reading: Labelled, codes: tuple[str, ...], suggest: bool) -> Match:
    if len(codes) == 1:
        return Match(entries_by_code()[codes[0]].kind, codes[0])
    if codes:
        return Match("ambiguous", candidates=codes)
    return Match("unknown", candidates=reading.name or (near_names(reading.text) if suggest else ()))


def _without_form(text: str) -> tuple[str, ...]:
    """The country of a name that says its form of state as well: "Kingdom of Belgium"."""
    words = [word for word in words_of(text) if word not in FORMS]
    if not words or len(words) == len(words_of(text)) or FORM_MATTERS & set(words):
        return ()
    plain = "".join(words)
    codes = label_index().plain.get(plain, ()) or codes_by_words().get(tuple(words), ())
    known = len(codes) == 1 and len(plain) >= WEAK and entries_by_code()[codes[0]].kind == "country"
    return codes if known else ()


def near_names(text: str) -> tuple[str, ...]:
    """Codes of the names that a label holds as a whole word, or that are nearest in spelling: for "did you mean"."""
    plain, words = label_index().plain, re.findall(r"[^\W\d_]{4,}", text)
    if not set(words_of(text)) - FORMS:
        return ()
    held = [codes for word in words if len(codes := plain.get(key(word), ())) == 1] if len(words) < 8 else []
    if held:
        return tuple(dict.fromkeys(code for codes in held for code in codes))[:3]
    from difflib import get_close_matches

    short = key(text)[:60]
    near = [name for name in get_close_matches(short, plain, n=3, cutoff=_LIKE) if name[0] == short[0]]
    return tuple(dict.fromkeys(code for name in near for code in plain[name]))


@cache
def _by_length() -> dict[int, list[str]]:
    """The names without accents by their length, in the order of the index."""
    lengths: dict[int, list[str]] = {}
    for name in label_index().plain:
        lengths.setdefault(len(name), []).append(name)
    return lengths
