"""What two spellings of one name have in common: letters without case and signs, and words in any order."""

from __future__ import annotations

import re
import unicodedata
from numbers import Real

# Quotes typed as accents or letters, and Eth for the Vietnamese d with a stroke, as old code pages have it.
SPELLING = str.maketrans(dict.fromkeys("´`ʼʻ", "'") | dict.fromkeys("ÐðƉɖ", "đ") | {"&": "and"})
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
FORMS = frozenset(
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
FORM_MATTERS = frozenset(
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
_MISSING = ("nan", "None", "<NA>", "NaT")


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
    folded = unicodedata.normalize("NFKC", str(text).translate(SPELLING)).casefold()
    if not accents:
        folded = unicodedata.normalize("NFKD", folded.replace("đ", "d"))
        folded = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] in "MS" or char in "/%#@")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name in alphabetical order, abbreviations in full, without those that only join."""
    folded = unicodedata.normalize("NFKD", text.translate(SPELLING).casefold())
    plain = "".join(char for char in folded if unicodedata.category(char) != "Mn" and char not in "'\u2019")
    words = (_IN_FULL.get(word, word) for word in re.findall(r"[^\W_]+|[/%#@+]", plain))
    return tuple(sorted(word for full in words for word in full.split() if word not in _JOINING))


def text_of(label: object) -> str:
    """The label without hidden characters; a number without leading zeros and ".0"; nothing for what is missing."""
    if isinstance(label, Real) and not isinstance(label, bool) and -1e15 < label < 1e15 and label % 1 == 0:
        return str(int(label))
    if str(label) in _MISSING:
        return ""
    text = "".join(c for c in unicodedata.normalize("NFKC", str(label)) if unicodedata.category(c) not in ("Cf", "Cc"))
    number = _NUMBER.fullmatch(text.strip())
    return number[1] if number else text.strip()
