"""Whose numbers a column of economies has: the codes of systems beside that of the United Nations.

The numbers of SECEX, the IMF, FAO, the US Census and Japan's customs look like those of UN M49 and mean others: 158 is
Chile to SECEX, Japan to the IMF, and Taiwan in ISO 3166. So a number is read by the system that the headings of its
file belong to, and compared with the names that stand beside it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from tradeanalysis import names
from tradeanalysis.schema import DATA

# The systems that ``codes=`` may name; "un" (M49 with the numbers of Comtrade) is that of ``names`` itself.
UN, ISO = "un", "iso"
TABLED = ("imf", "fao", "secex", "census", "japan")
CODE_SYSTEMS = (UN, ISO, *TABLED)
# Headings, as ``layouts.heading`` writes them, under which the numbers of one system stand.
OF_COLUMN = {
    **dict.fromkeys(("co_pais", "código país", "codigo pais", "código do país", "codigo do pais"), "secex"),
    **dict.fromkeys(("counterpart country code", "counterpart area code", "counterpart code"), "imf"),
    **dict.fromkeys(("cty_code", "cty code", "ctycode", "cty"), "census"),
    **dict.fromkeys(("partner country code (m49)", "reporter country code (m49)", "area code (m49)", "m49"), UN),
    **dict.fromkeys(("co_pais_ison3", "iso numeric", "iso_numeric", "ison3", "iso 3166-1 numeric"), ISO),
}
# Headings that only files of one system have: its numbers are then under the others too.
OF_FILE = {
    "secex": ("co_pais", "co_ncm", "vl_fob", "co_unid", "co_urf", "sg_uf_ncm", "kg_liquido"),
    "imf": ("counterpart country code", "counterpart country name", "counterpart area code", "counterpart area"),
    "fao": ("partner countries", "reporter countries", "item code (fao)", "item code (cpc)", "partner country code"),
    "census": ("cty_code", "cty_name", "ctyname", "e_commodity", "i_commodity", "all_val_mo", "gen_val_mo"),
    "japan": ("exp or imp", "quantity1-year", "quantity2-year", "value-year", "value-jan"),
}
_NUMBER = re.compile(r"0*([1-9]\d*|0)(?:\.0*)?", re.ASCII)
# Comtrade has numbers of its own for these, which ISO 3166 does not give or gives to another.
_NOT_ISO = {"490", "842", "841", "251", "579", "757", "699", "381", "97", "975", "0", "1", "58", "899"}


def number(label: object) -> str:
    """The digits of a label that is a whole number, without leading zeros; nothing for any other label."""
    found = _NUMBER.fullmatch(str(label).strip())
    return found[1] if found else ""


@cache
def table(system: str) -> Mapping[str, str]:
    """The number of each economy in a system, and our code for it; of the IMF its further codes too.

    Examples
    --------
    >>> table("secex")["158"], table("imf")["158"], table("fao")["231"], table("census")["5520"], table("japan")["304"]
    ('CHL', 'JPN', 'USA', 'VNM', 'USA')
    >>> table("imf")["KOS"], table("imf")["TX598"]
    ('XKX', 'UNS')
    >>> table("secex")["97"]
    'BOL'
    """
    with (DATA / "economy_codes.csv").open(encoding="utf-8", newline="") as file:
        return {code: row["code"] for row in csv.DictReader(file) for code in row[system].split()}


def meant(label: object, system: str) -> names.Match | None:
    """What a number means in a system, or a code that it alone has; None for any other label, which has no system.

    Examples
    --------
    >>> [match and match.code for match in (meant("967", "imf"), meant("TX898", "imf"), meant("VNM", "imf"))]
    ['XKX', 'UNS', None]
    """
    if not (digits := number(label)):
        code = table(system).get(str(label).strip()) if system in TABLED else None
        return names.Match(names.kind_of(code), code) if code else None
    if system in (UN, ISO):
        unknown = system == ISO and digits in _NOT_ISO
        return names.Match("unknown") if unknown else names.resolve([digits])[digits]
    code = table(system).get(digits)
    return names.Match(names.kind_of(code), code) if code else names.Match("unknown")


def system_from(heading: str, others: Collection[str]) -> str | None:
    """The system that a heading, or else the other headings of its file, say; None where they say none."""
    if heading in OF_COLUMN:
        return OF_COLUMN[heading]
    if "iso" in re.split(r"[^a-z0-9]+", heading) or "m49" in heading:
        return UN
    found = [
        system
        for system, marks in OF_FILE.items()
        if sum(mark in others for mark in marks) >= 2 or any(mark in others for mark in marks if mark in OF_COLUMN)
    ]
    return found[0] if len(found) == 1 else None


def agreement(pairs: Iterable[tuple[object, str]], system: str) -> tuple[int, int]:
    """How many numbers mean what the code beside them says in a system, and how many do not."""
    found = [(match.code, code) for label, code in pairs if (match := meant(label, system))]
    same = sum(one == other for one, other in found)
    return same, len(found) - same


def fitting(pairs: Collection[tuple[object, str]], but: str) -> str | None:
    """The system other than ``but`` in which most numbers mean what stands beside them; None where none agrees well."""
    score = {system: agreement(pairs, system) for system in CODE_SYSTEMS if system != but}
    best = max(score, key=lambda system: score[system][0])
    same, other = score[best]
    return best if same > 2 * other else None


def holding(labels: Collection[object], but: str) -> list[str]:
    """The systems other than ``but`` that know every number among the labels."""
    digits = {number(label) for label in labels} - {""}
    return [one for one in TABLED if one != but and digits and digits <= set(table(one))]
