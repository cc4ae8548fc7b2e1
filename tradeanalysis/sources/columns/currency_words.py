"""The names and marks of currencies in texts: which code each means, and which may mean several."""

from __future__ import annotations

import functools
import re
import unicodedata

from tradeanalysis.currencies import currencies

# Marks and words that several currencies share, the usual one first: a question, never a guess.
AMBIGUOUS = {
    **dict.fromkeys(("$", "dollar", "dollars"), ("USD", "AUD", "CAD", "SGD", "HKD", "TWD", "NZD", "MXN")),
    **dict.fromkeys(("rs", "rupee", "rupees", "₨"), ("INR", "PKR", "NPR", "LKR", "MUR")),
    **dict.fromkeys(("kr", "krone", "kroner", "krona", "kronor"), ("SEK", "NOK", "DKK", "ISK")),
    **dict.fromkeys(("peso", "pesos"), ("MXN", "PHP", "ARS", "CLP", "COP", "UYU", "DOP")),
    **dict.fromkeys(("franc", "francs"), ("CHF", "XOF", "XAF")),
    **dict.fromkeys(("dinar", "dinars"), ("KWD", "BHD", "JOD", "IQD", "RSD", "TND", "DZD")),
    **dict.fromkeys(("rial", "rials", "riyal", "riyals"), ("SAR", "QAR", "OMR", "IRR", "YER")),
    **dict.fromkeys(("shilling", "shillings"), ("KES", "TZS", "UGX")),
    **dict.fromkeys(("dirham", "dirhams"), ("AED", "MAD")),
    "¥": ("JPY", "CNY"),
}
_MARKS = {"£": "GBP", "€": "EUR", "₫": "VND", "₹": "INR", "₩": "KRW", "฿": "THB", "₱": "PHP", "₽": "RUB", "₺": "TRY"}
_MARKS |= {"₴": "UAH", "₦": "NGN", "₪": "ILS", "₭": "LAK", "₮": "MNT", "₸": "KZT", "₾": "GEL", "r$": "BRL", "zł": "PLN"}
_MARKS |= {"s$": "SGD", "s $": "SGD", "a$": "AUD", "au$": "AUD", "a $": "AUD", "c$": "CAD", "ca$": "CAD"}
_MARKS |= {"can$": "CAD"}
_MARKS |= {"hk$": "HKD", "hk $": "HKD", "nt$": "TWD", "nt $": "TWD", "nz$": "NZD", "nz $": "NZD", "mx$": "MXN"}
_WORDS = {
    "us dollar": "USD",
    "us$": "USD",
    "do la": "USD",
    "do la my": "USD",
    "american dollar": "USD",
    "dolares": "USD",
}
_WORDS |= {"usd": "USD", "долл": "USD", "долларов": "USD", "viet nam dong": "VND", "vietnam dong": "VND"}
_WORDS |= {"dong viet nam": "VND", "euro": "EUR", "pounds sterling": "GBP", "pound sterling": "GBP", "sterling": "GBP"}
_WORDS |= {"bang anh": "GBP", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "rmb": "CNY", "nhan dan te": "CNY"}
_WORDS |= {"baht": "THB", "bath": "THB", "ringgit": "MYR", "rupiah": "IDR", "taka": "BDT", "tk": "BDT", "zloty": "PLN"}
_WORDS |= {
    "forint": "HUF",
    "kyat": "MMK",
    "tenge": "KZT",
    "hryvnia": "UAH",
    "rand": "ZAR",
    "naira": "NGN",
    "korean won": "KRW",
}
_WORDS |= {"singapore dollar": "SGD", "australian dollar": "AUD", "australia dollar": "AUD", "do la uc": "AUD"}
_WORDS |= {"hong kong dollar": "HKD", "hongkong dollar": "HKD", "taiwan dollar": "TWD", "nt dollar": "TWD"}
_WORDS |= {"nz dollar": "NZD", "nepali rupee": "NPR", "nepalese rupee": "NPR", "russian rouble": "RUB", "rouble": "RUB"}
_WORDS |= {"ruble": "RUB", "reais": "BRL", "руб": "RUB", "рублей": "RUB", "rm": "MYR", "swiss franc": "CHF"}
# Codes that columns of quantities use: kilograms, megalitres.
_QUANTITIES = frozenset(("KGS", "MTL"))
# In Chinese and Japanese, where no blank stands between words.
_IN_CJK = {
    **dict.fromkeys(("美元", "美金", "米ドル", "ドル"), ("USD",)),
    **dict.fromkeys(("人民币", "人民幣"), ("CNY",)),
    **dict.fromkeys(("欧元", "歐元", "ユーロ"), ("EUR",)),
    **dict.fromkeys(("日元", "日圆", "日圓", "円"), ("JPY",)),
    **dict.fromkeys(("港元", "港币", "港幣"), ("HKD",)),
    **dict.fromkeys(("新台币", "新台幣", "新臺幣"), ("TWD",)),
    "英镑": ("GBP",),
    "越南盾": ("VND",),
    "元": ("CNY", "TWD"),
}


@functools.cache
def meanings() -> dict[str, str]:
    """What each name means: codes, full names in English and Vietnamese with their plurals, marks and short words."""
    found = {}
    for code, names in currencies().items():
        for name in names:
            if " " in (plain := unaccented(name.lower())) and "(" not in plain:
                found[plain] = found[f"{plain}s"] = code
    for word, code in _WORDS.items():
        found[word] = found[f"{word}s"] = code
    return {**found, **_MARKS, **{code.lower(): code for code in currencies() if code not in _QUANTITIES}}


def unaccented(text: str) -> str:
    """A text without accents, with single blanks."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d"))
    return re.sub(r"\s+", " ", "".join(char for char in plain if not unicodedata.combining(char)))


IN_CJK = {unaccented(name): meant for name, meant in _IN_CJK.items()}
