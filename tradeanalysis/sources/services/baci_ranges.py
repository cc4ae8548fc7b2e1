"""CEPII BACI, one year of a release: the directory of its zip and the pieces of one member, never the whole."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import DownloadError, TradeDataError
from tradeanalysis.sources.baci.release_files import baci_blocks, baci_years
from tradeanalysis.sources.raw import MAX_BYTES, MAX_RATIO
from tradeanalysis.sources.services.baci_rows import DIGITS, ROWS, rows_wanted
from tradeanalysis.sources.services.calls import ALL, Answer, Ask, Call, Query, Service, Spoiled
from tradeanalysis.sources.services.ranged_zip import BLOCK, NO_DIRECTORY, SIGNATURE, Member, MemberText, members_over
from tradeanalysis.texts import EconomyName, Text

NAME, TITLE = "baci", "CEPII BACI"
# The newest release that is known here; "HS12 V202501" names another.
RELEASE = "V202601"
# The first year of each nomenclature: figures of earlier years do not exist in it.
FIRST_YEARS = {"HS92": 1995, "HS96": 1996, "HS02": 2002, "HS07": 2007, "HS12": 2012, "HS17": 2017, "HS22": 2022}
# Where none is given: HS12 has the last decade, HS92 all years.
USUAL, LONGEST = "HS12", "HS92"
CLASSIFICATION = re.compile(r"(?:BACI[_ ])?(HS\d\d)(?:[_ ](V\d{6}[A-Z]?))?", re.IGNORECASE)
# The first call, by which the size of the file and its ETag are known.
START = (0, 1023)
FILE = "/DATA_DOWNLOAD/baci/data/BACI_{}_{}.zip"
# More packed bytes than these are a release, which is downloaded whole.
MOST = 2 << 30


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """The pieces of the members of the years; without ``ask`` only the call with which their planning begins."""
    _refuse_other(query)
    first = Call(NAME, FILE.format(*_release_of(query)), kind="availability", accept="*/*", range=START)
    if ask is None:
        return [first.with_(about={"begins": True})]
    answers: list[Answer] = []

    def known(call: Call) -> Answer:
        answers.append(ask(call))
        _refuse_replaced(answers)
        return answers[-1]

    start = known(first)
    there = _years(start, known)
    found = _chosen(query, there)
    if (packed := sum(one.packed for one in found.values())) > MOST:
        raise _error("baci_too_much", years=list(found), mb=round(packed / 1e6))
    return [
        first.with_(
            kind="data",
            range=piece,
            etag=start.meta.get("etag"),
            about={"year": year, "member": one, "newest": year == max(there), "by": [one.call for one in answers]},
        )
        for year, one in found.items()
        for piece in one.pieces()
    ]


def _refuse_other(query: Query) -> None:
    """Refuse products and levels that BACI does not have."""
    named = [code for code in (*query.reporters, *(query.partners or ())) if code != ALL]
    if groups := [code for code in named if names.kind_of(code) == "aggregate"]:
        raise _error("baci_groups", given=[EconomyName(code) for code in groups])
    codes = query.products or ()
    if wrong := [code for code in codes if not (code.isdecimal() and len(code) in (2, 4, 6))]:
        raise _error("baci_products", given=list(map(repr, wrong)))
    if query.level not in (None, 0, 2, 4, DIGITS):
        raise _error("baci_level", level=query.level)
    if query.level and (finer := [code for code in codes if len(code) > (query.level or 0)]):
        raise _error("baci_finer", level=query.level, given=list(map(repr, finer)))


def _release_of(query: Query) -> tuple[str, str]:
    """Nomenclature and release, such as HS12 and V202601."""
    given = query.classification
    if given is None or given.upper() == "HS":
        years = query.years or (FIRST_YEARS[USUAL],)
        return (USUAL if min(years) >= FIRST_YEARS[USUAL] else LONGEST), RELEASE
    found = CLASSIFICATION.fullmatch(given.strip())
    if not found or found[1].upper() not in FIRST_YEARS:
        raise _error("baci_classification", given=repr(given), there=[*FIRST_YEARS], release=RELEASE)
    return found[1].upper(), "V" + found[2][1:].lower() if found[2] else RELEASE


def _years(start: Answer, ask: Ask) -> dict[int, Member]:
    """The years of the release, by the directory of its zip."""
    size, etag = start.meta.get("size"), start.meta.get("etag")
    if not size:
        raise _error("baci_no_ranges", url=start.call.path)

    def fetch(first: int, last: int) -> bytes:
        return ask(start.call.with_(range=(first, last), etag=etag)).content

    try:
        members = members_over(size, fetch)
    except NO_DIRECTORY as error:
        raise _error("baci_no_zip", url=start.call.path, reason=str(error)[:200]) from None
    return baci_years(members, lambda one: PurePosixPath(one.name).name, start.call.path)


def _chosen(query: Query, there: Mapping[int, Member]) -> dict[int, Member]:
    """The members of the years that are wanted."""
    wanted = query.years or sorted(there)[-1:]
    found = {year: one for year, one in there.items() if year in wanted}
    if not found:
        raise _error("baci_no_years", years=list(wanted), release=" ".join(_release_of(query)), there=sorted(there))
    for one in found.values():
        if one.size > MAX_BYTES or one.size > 1e6 + MAX_RATIO * one.packed:
            raise _error("baci_no_zip", url=one.name, reason=Text("baci_unpacks", mb=round(one.size / 1e6)))
    return found


def check(call: Call, content: bytes) -> int:
    """Refuse what are not the bytes that were requested; their number otherwise."""
    assert call.range is not None
    first, last = call.range
    if first == 0 and not content.startswith(SIGNATURE):
        raise _error("baci_no_zip", url=call.path, reason=repr(content[:40]))
    # The first call may find a file that is smaller than what it takes.
    if len(content) != last - first + 1 and call.range != START:
        raise _error("baci_other_bytes", bytes=last - first + 1, came=len(content))
    return len(content)


def divide(call: Call) -> Sequence[Call]:
    """Nothing: no answer is cut, since its bytes are counted."""
    return []


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """The rows of the reporters, of all years; see ``rows_wanted``."""
    _refuse_replaced(answers)
    years: dict[int, list[Answer]] = {}
    for one in answers:
        years.setdefault(one.call.about["year"], []).append(one)
    rows = pd.concat([_rows(query, pieces) for pieces in years.values()], ignore_index=True)
    if rows.empty:
        raise _error("baci_no_rows", reporters=list(query.reporters), years=sorted(years))
    return rows


def _rows(query: Query, pieces: Sequence[Answer]) -> pd.DataFrame:
    """The rows of one year, once its text is what the directory of the zip says."""
    text = MemberText(pieces[0].call.about["member"], (one.content for one in pieces))
    try:
        blocks = baci_blocks(io.BufferedReader(text, BLOCK), ROWS)
        rows = rows_wanted(query, _of_year(blocks, pieces[0].call.about["year"], text.member.name))
    except TradeDataError:
        if text.sound():
            raise
    if not text.sound():
        calls = [*pieces[0].call.about["by"], *(one.call for one in pieces)]
        raise Spoiled(calls, Text("baci_spoiled", name=text.member.name))
    return rows


def _of_year(blocks: Iterable[pd.DataFrame], year: int, name: str) -> Iterator[pd.DataFrame]:
    """The blocks of a year, without rows of others and products that are no codes."""
    for block in blocks:
        if other := sorted(set(block["t"].unique()) - {year}):
            raise fault("TA-131", "rows_of_other_years", name=name, years=list(map(int, other)))
        if not block["k"].between(0, 10**DIGITS - 1).all():
            raise fault("TA-110", "baci_products_no_codes", name=name, digits=DIGITS)
        yield block


def _refuse_replaced(answers: Sequence[Answer]) -> None:
    """Refuse pieces of two files."""
    if len({(one.meta.get("etag"), one.meta.get("size")) for one in answers}) > 1:
        raise _error("baci_replaced")


def still(kept: Answer, ask: Ask) -> bool | None:
    """A stored piece holds as long as it is of the file that is there."""
    return kept.meta.get("etag") == kept.call.etag


def reading(query: Query) -> dict[str, Any]:
    """The years, so that those which the release does not have are named."""
    return {"year": query.years} if query.years else {}


def release(call: Call, content: bytes) -> str:
    """The nomenclature and version of the release, such as ``HS12 V202601``."""
    return " ".join(PurePosixPath(call.path).stem.split("_")[1:])


def explain(status: int, content: bytes, headers: Mapping[str, str]) -> str | None:
    """What a status means for a file of which a part was requested."""
    if status == 404:
        return Text("baci_absent", release=RELEASE)
    return Text("baci_replaced") if status in (412, 416) else None


def notes(query: Query, answers: Sequence[Answer]) -> list[str]:
    """What should be known of the figures."""
    newest = sorted({one.call.about["year"] for one in answers if one.call.about["newest"]})
    return [Text("baci_reconciled"), *(Text("baci_provisional", year=year) for year in newest)]


def _error(key: str, **values: Any) -> DownloadError:
    return DownloadError(Text("download_failed", service=TITLE, reason=Text(key, **values)), service=NAME)


BACI = Service(
    name=NAME,
    title=TITLE,
    base="https://www.cepii.fr",
    hosts=(),
    pace=0.2,
    # A release never changes; what is stored is compared by its ETag.
    fresh_days={"data": None, "availability": None, "list": None},
    licence="Etalab Open Licence 2.0",
    citation="Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level, CEPII "
    "working paper 2010-23",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=reading,
    still=still,
    release=release,
    explain=explain,
    notes=notes,
    facts={"valuation": "FOB, reconciled"},
)
