"""World Bank, World Development Indicators: GDP and other figures of economies by year, a finished table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import finding, warn
from tradeanalysis.schema import REPORTER, YEAR, DownloadError
from tradeanalysis.sources.options import absent_years
from tradeanalysis.sources.services.calls import ALL, Answer, Ask, Call, Query, Service, Spoiled
from tradeanalysis.texts import EconomyName, Text

NAME, TITLE = "wdi", "World Bank, World Development Indicators"
# Gross domestic product in current US dollars, and the column that it has.
GDP, GDP_COLUMN = "NY.GDP.MKTP.CD", "gdp"
INDICATOR = re.compile(r"[A-Z0-9]{2,}(\.[A-Z0-9_]+)+", re.IGNORECASE)
# More rows than all economies have in all years, so that one page is usual.
PER_PAGE = 20_000
# Economies of ISO 3166 for which the World Bank has no figures. One such code, and it refuses all of a request.
ABSENT = (
    "AIA ALA ATA ATF BES BLM BVT CCK COK CXR ESH FLK GGY GLP GUF HMD IOT JEY MSR MTQ MYT NFK NIU PCN REU SGS SHN SJM "
    "SPM TKL TWN UMI VAT WLF"
)
BOM = b"\xef\xbb\xbf"


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """A call for each indicator, and for each page of its answer; without ``ask`` only the first pages."""
    _refuse_other(query)
    calls = [_call(query, indicator) for indicator in query.products or (GDP,)]
    if ask is None:
        return calls
    return [page for first in calls for page in _pages(first, ask)]


def _refuse_other(query: Query) -> None:
    """Refuse what indicators do not have, and economies of which none is there."""
    given = {"partner": query.partners, "level": query.level, "classification": query.classification}
    if several := [f"{name}=" for name, one in given.items() if one is not None]:
        raise _error("wdi_no_flows", arguments=several)
    if wrong := [one for one in query.products or () if not INDICATOR.fullmatch(one)]:
        raise _error("wdi_indicator", given=list(map(repr, wrong)))
    if groups := [one for one in query.reporters if one != ALL and names.kind_of(one) == "aggregate"]:
        raise _error("wdi_groups", economies=_named(groups))
    if not _all(query) and not _there(query):
        raise _error("wdi_all_absent", economies=_named(query.reporters))


def _all(query: Query) -> bool:
    return ALL in query.reporters


def _there(query: Query) -> list[str]:
    """The economies of the query for which the World Bank has figures."""
    return [one for one in query.reporters if one not in ABSENT.split() and names.kind_of(one) == "country"]


def _named(codes: Sequence[str]) -> list[EconomyName]:
    return [EconomyName(code) for code in codes]


def _call(query: Query, indicator: str) -> Call:
    """The first page of an indicator; the newest figure of each economy where no year is named."""
    economies = "all" if _all(query) else ";".join(sorted(_there(query)))
    years = query.years
    when = {"date": f"{min(years)}:{max(years)}"} if years else {"mrnev": "1"}
    return Call(
        NAME,
        f"/country/{economies}/indicator/{indicator.upper()}",
        tuple({"format": "json", **when, "per_page": str(PER_PAGE), "source": "2"}.items()),
        about={"indicator": indicator.upper()},
    )


def _pages(first: Call, ask: Ask) -> list[Call]:
    """All pages of an answer, where it has more than one."""
    if not (content := ask(first).content):  # there is nothing
        return [first]
    head, _ = _parsed(content)
    return [first, *(first.with_(params={"page": str(page)}) for page in range(2, _whole(head, "pages") + 1))]


def check(call: Call, content: bytes) -> int:
    """Refuse what is not the page of figures that was requested; its number of rows otherwise."""
    head, rows = _parsed(content)
    page = int(dict(call.params).get("page", "1"))
    if rows and _whole(head, "page") != page:
        raise _error("wdi_not_json", reason=f"page {head['page']} != {page}")
    _refuse_others(call, rows)
    return len(rows)


def _refuse_others(call: Call, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse figures of another indicator, or of economies and years that the call does not name."""
    _, _, economies, _, indicator = call.path.split("/")
    first, _, last = dict(call.params).get("date", "0:9999").partition(":")
    for row in rows:
        named = str(row["countryiso3code"]).strip()
        if (
            str(row["indicator"]["id"]).upper() != indicator
            or (economies != "all" and named not in economies.split(";"))
            or not int(first) <= int(row["date"]) <= int(last)
        ):
            raise _error("wdi_other_rows", row=f"{row['indicator']['id']} {named} {row['date']}")


def _parsed(content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head of an answer and its rows."""
    text = content.removeprefix(BOM).strip()
    if text[:1] == b"<":
        raise _error("wdi_html")
    try:
        answer = json.loads(text)
        head, rows = answer[0], answer[1] if len(answer) > 1 else []
        if "message" in head:
            words = "; ".join(f"{one.get('id', '')} {one.get('value', '')}".strip() for one in head["message"])
            raise _error("wdi_refused", message=words)
        for row in rows or []:
            _ = row["countryiso3code"], row["indicator"]["id"], int(row["date"]), float(row["value"] or 0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        if isinstance(error, DownloadError):
            raise
        raise _error("wdi_not_json", reason=repr(error)[:200]) from None
    return head, rows or []


def _whole(head: Mapping[str, Any], name: str) -> int:
    """A number of the head of an answer, which some answers have as text."""
    try:
        return int(head[name])
    except (KeyError, TypeError, ValueError) as error:
        raise _error("wdi_not_json", reason=repr(error)[:200]) from None


def divide(call: Call) -> Sequence[Call]:
    """Nothing: no answer is cut, since its head says how many pages there are."""
    return []


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """``reporter, year, gdp``; of indicators that are named ``reporter, year, indicator, value``."""
    _refuse_other_pages(answers)
    rows = [row for one in answers for row in _parsed(one.content)[1]]
    table = pd.DataFrame(
        {
            REPORTER: [str(row["countryiso3code"]).strip() for row in rows],
            YEAR: [int(row["date"]) for row in rows],
            "indicator": [str(row["indicator"]["id"]) for row in rows],
            "value": pd.array([row["value"] for row in rows], dtype="Float64").to_numpy(
                "float64", na_value=float("nan")
            ),
        }
    )
    found = names.resolve(table[REPORTER].unique(), near=False)
    # What is no economy is a region or a group of incomes, which "all" mixes in.
    table = table[table[REPORTER].map(lambda label: found[label].kind == "country")]
    table[REPORTER] = table[REPORTER].map(lambda label: found[label].code)
    if query.years:
        table = table[table[YEAR].isin(query.years)]
    if table["value"].isna().all():
        raise _error("wdi_no_rows", economies=_named(query.reporters))
    table = table.sort_values(["indicator", REPORTER, YEAR], ignore_index=True)
    _warn_of_missing(query, table)
    if query.products:
        return table
    return table.drop(columns="indicator").rename(columns={"value": GDP_COLUMN})


def _refuse_other_pages(answers: Sequence[Answer]) -> None:
    """Refuse pages of one indicator that are not all, or of two states of the database: none of them stays stored."""
    of: dict[str, list[Answer]] = {}
    for one in answers:
        of.setdefault(one.call.about["indicator"], []).append(one)
    for several in of.values():
        pages = [_parsed(one.content) for one in several]
        came, total = sum(len(rows) for _, rows in pages), _whole(pages[0][0], "total")
        if came != total or len({(head.get("lastupdated"), _whole(head, "total")) for head, _ in pages}) > 1:
            raise Spoiled([one.call for one in several], Text("wdi_other_pages", came=came, total=total))


def _warn_of_missing(query: Query, table: pd.DataFrame) -> None:
    """Name the economies that are not there, and the figures that are missing."""
    found = absent_years(query.years, set(table[YEAR]))
    if absent := _absent(query):
        found.append(finding("TA-102", "wdi_absent", economies=_named(absent), override="warning", labels=absent))
    missing = table[table["value"].isna()]
    if len(missing):
        where = [f"{code} {year}" for code, year in zip(missing[REPORTER], missing[YEAR], strict=True)]
        found.append(finding("TA-102", "wdi_blank", count=len(missing), where=where, override="warning"))
    warn(found, stacklevel=6)


def _absent(query: Query) -> list[str]:
    return [] if _all(query) else [one for one in query.reporters if one not in _there(query)]


def release(call: Call, content: bytes) -> str | None:
    """The day on which the database was last changed."""
    found: str | None = _parsed(content)[0].get("lastupdated")
    return found


def notes(query: Query, answers: Sequence[Answer]) -> list[str]:
    """Which economies are not there."""
    absent = _absent(query)
    return [Text("wdi_absent", economies=_named(absent))] if absent else []


def explain(status: int, content: bytes, headers: Mapping[str, str]) -> str | None:
    """What a page in place of an answer means."""
    return Text("wdi_html") if content.lstrip()[:1] == b"<" else None


def totals(answer: Answer) -> dict[int, float]:
    """The total of all economies by year, by which a revision is measured."""
    sums: dict[int, float] = {}
    for row in _parsed(answer.content)[1]:
        if row["value"] is not None:
            sums[int(row["date"])] = sums.get(int(row["date"]), 0.0) + float(row["value"])
    return sums


def _error(key: str, **values: Any) -> DownloadError:
    return DownloadError(Text("download_failed", service=TITLE, reason=Text(key, **values)), service=NAME)


WDI = Service(
    name=NAME,
    title=TITLE,
    base="https://api.worldbank.org/v2",
    hosts=(),
    pace=0.3,
    # Figures are revised in place.
    fresh_days={"data": 7, "availability": 7, "list": 30},
    licence="CC BY 4.0",
    citation="World Bank, World Development Indicators",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=None,
    release=release,
    explain=explain,
    notes=notes,
    facts={"unit": "US dollars"},
    totals=totals,
)
