"""Words that a label of a total, of a part, or of a remainder begins or ends with, in the languages of statistics."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Role = Literal["total", "part", "rest"]

_TOTALS = (
    "total|totals|totale|totaal|grand total|sub total|subtotal|world|worldwide|overall|sum of|sum|all countries"
    "|all partners|all markets|tong|tong so|tong cong|toan the gioi|the gioi|tat ca|ca nuoc|gesamt|insgesamt|summe|welt"
    "|monde|ensemble|mundo|mundial|todos|todas|itogo|vsego"
)
_PARTS = (
    "trong do|of which|o w|thereof|including|incl|bao gom|dont|de los cuales|de las cuales|de los que|del cual|davon"
    "|darunter|dos quais|das quais|do qual"
)
_RESTS = (
    "rest|resto|reste|restant|restantes|rest of|remaining|remainder|residual|other|others|autre|autres|otro|otros|otra"
    "|otras|outro|outros|outra|outras|demais|khac|con lai|phan con lai|nuoc khac|cac nuoc khac|cac nuoc con lai"
    "|thi truong khac|cac thi truong khac|cac thi truong con lai|ubrige|sonstige|andere|unspecified|not specified"
    "|unallocated|unidentified|undeclared|unknown|not stated|not known|no declarado|nao declarado|no especificado"
    "|confidential|chua phan bo|khong phan bo|khong xac dinh"
)
_ENDS = "khac|con lai|nes|n e s|nie|not elsewhere specified|not specified|unspecified|not allocated|otros|autres"
_STARTS: dict[Role, re.Pattern[str]] = {
    "part": re.compile(rf"^({_PARTS})\b"),
    "rest": re.compile(rf"^({_RESTS})\b|\b({_ENDS})$"),
    "total": re.compile(rf"^({_TOTALS})\b"),
}
# Scripts that do not part words by blanks.
_SIGNS: dict[Role, tuple[str, ...]] = {
    "part": ("其中", "うち"),
    "rest": ("其他", "其它", "其餘", "其余", "その他", "기타", "อื่น", "прочие", "другие", "остальные"),
    "total": (
        "合计",
        "总计",
        "總計",
        "合計",
        "总额",
        "総額",
        "总值",
        "世界",
        "全世界",
        "합계",
        "총계",
        "รวม",
        "всего",
        "итого",
        "мир",
    ),
}


def role_of(label: object) -> Role | None:
    """What a label begins like: a total, a part of the row above ("of which"), or a remainder; None for none of them.

    Examples
    --------
    >>> role_of("Total Estimates"), role_of("Resto Mundo"), role_of("Trong đó: ASEAN"), role_of("Cộng hòa Séc")
    ('total', 'rest', 'part', None)
    >>> role_of("Châu Á khác"), role_of("Otherland"), role_of("其他国家")
    ('rest', None, 'rest')
    """
    text = plain(label)
    for role, start in _STARTS.items():
        if start.search(text) or str(label).strip().casefold().startswith(_SIGNS[role]):
            return role
    return None


def plain(label: object) -> str:
    """The words of a label in small letters, without accents and signs, with single blanks."""
    folded = unicodedata.normalize("NFKD", str(label).casefold().replace("đ", "d"))
    letters = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    return " ".join(re.sub(r"[^\w]+|_", " ", letters).split())
