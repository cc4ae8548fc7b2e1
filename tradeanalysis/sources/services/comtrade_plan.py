"""Which calls of UN Comtrade answer a query, and how a call whose answer was cut is divided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradeanalysis.schema import EXPORT, IMPORT, DownloadError, TradeDataError
from tradeanalysis.sources.services.calls import Ask, Call, Query
from tradeanalysis.sources.services.comtrade_answers import Dataset, datasets, named_partners
from tradeanalysis.sources.services.comtrade_codes import (
    LEVELS,
    TOTAL,
    WORLD,
    all_partners,
    classification_of,
    code_of_year,
    partner_codes,
    parts_of,
    pattern,
    reporter_codes,
    subheadings,
)
from tradeanalysis.texts import EconomyName, Text

NAME = "comtrade"
FLOWS = {EXPORT: "X", IMPORT: "M"}
# Rows of an answer: with a key and without; no more periods than these in one call.
CAP, CAP_KEYLESS = 100_000, 500
PERIODS = 12
# A call is made for so much of the cap, as its rows are an estimate.
FULL = 0.8
# About how many partners a reporter has, and how many rows a year of it, where the service was not asked.
PARTNERS, RECORDS = 240, 400_000
# One of the two flows has at most about so much of the rows of a year: imports have more than exports.
ONE_FLOW = 0.7
# Longer addresses are refused with 414 at about 2,048 characters.
LONGEST = 1_900
BASE = "https://comtradeapi.un.org"
# Of every way to break a flow down, its total only.
TOTALS = (("partner2Code", "0"), ("customsCode", "C00"), ("motCode", "0"), ("breakdownMode", "classic"))
# Chapters of the HS that hold trade: 77 is kept free, 98 is for national use.
CHAPTERS = tuple(f"{n:02d}" for n in (*range(1, 77), *range(78, 98), 99))


def availability(reporters: Sequence[int], classification: str) -> Call:
    """The call for all years that the service has of a reporter."""
    return Call(
        NAME,
        f"/public/v1/getDA/C/A/{classification}",
        (("reporterCode", ",".join(map(str, reporters))),),
        kind="availability",
    )


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """The calls that answer a query: the years that the service has, each in as few calls as its cap allows."""
    classification = classification_of(query.classification)
    codes = requested(query, classification)
    years = {iso3: _years_of(query, iso3, classification, ask) for iso3 in query.reporters}
    if query.years is None and ask is not None:
        latest = _latest(years)
        years = {iso3: {latest: of[latest]} for iso3, of in years.items()}
    calls = [availability(reporter_codes(iso3), classification) for iso3 in query.reporters] if ask is None else []
    for of in years.values():
        if query.classification is None:
            _refuse_several_classifications(of)
        for reporter in dict.fromkeys(one.reporter for one in of.values()):
            mine = {year: one for year, one in of.items() if one.reporter == reporter}
            calls += _calls(query, classification, codes, mine)
    return calls


def requested(query: Query, classification: str) -> list[str]:
    """The codes of products as the service takes them, the total that they are held against first."""
    products, level = query.products, query.level or None
    if products is None:
        return [TOTAL] if level is None else [TOTAL, *_whole_level(level, classification, query.keyed)]
    digits = {len(one) for one in products}
    if level is None and len(digits) > 1:
        raise TradeDataError(Text("comtrade_products_mixed", products=list(products)))
    if level is not None and max(digits) > level:
        raise TradeDataError(Text("comtrade_product_below", product=max(products, key=len), level=level))
    if level is not None and level not in LEVELS[classification[0]]:
        raise TradeDataError(Text("comtrade_level", level=level, levels=list(LEVELS[classification[0]])))
    wanted = [pattern(one, level or len(one)) for one in products]
    if not query.keyed and any("?" in one for one in wanted):
        raise needs_key(level)
    above = [one for one in products if level is not None and len(one) < level]
    return list(dict.fromkeys([TOTAL, *above, *wanted]))


def _whole_level(level: int, classification: str, keyed: bool) -> list[str]:
    if level not in LEVELS[classification[0]]:
        raise TradeDataError(Text("comtrade_level", level=level, levels=list(LEVELS[classification[0]])))
    if keyed:
        return [f"AG{level}"]
    if level == 2 and classification.startswith("H"):
        return list(CHAPTERS)
    raise needs_key(level)


def needs_key(level: int | None) -> DownloadError:
    """What can be had with a key only."""
    return DownloadError(Text("comtrade_needs_key", level=level or 6), service=NAME, url=BASE)


def _years_of(query: Query, iso3: str, classification: str, ask: Ask | None) -> dict[int, Dataset]:
    """What the service has of a reporter, by year: of the years that are requested."""
    codes = reporter_codes(iso3)
    if ask is None:
        return {
            year: Dataset(year, code_of_year(iso3, year), classification, RECORDS) for year in sorted(query.years or ())
        }
    there = datasets(ask(availability(codes, classification)))
    wanted = there if query.years is None else {year: there[year] for year in sorted(query.years) if year in there}
    if not wanted:
        newest = max(there, default=None)
        key = "comtrade_nothing" if newest is None else "comtrade_no_year"
        raise DownloadError(
            Text(
                key,
                economy=EconomyName(iso3),
                classification=classification,
                years=list(query.years or ()),
                newest=str(newest),
                released=there[newest].day if newest is not None else "",
            ),
            service=NAME,
            url=BASE + availability(codes, classification).address,
        )
    return wanted


def _latest(years: Mapping[str, Mapping[int, Dataset]]) -> int:
    """The newest year that all reporters have."""
    common = set.intersection(*(set(of) for of in years.values()))
    if not common:
        newest = [f"{iso3} {max(of)}" for iso3, of in years.items()]
        raise DownloadError(Text("comtrade_no_common_year", newest=newest), service=NAME)
    return max(common)


def _refuse_several_classifications(of: Mapping[int, Dataset]) -> None:
    if len({one.classification for one in of.values()}) > 1:
        named = [f"{year} {one.classification}" for year, one in of.items()]
        raise TradeDataError(Text("comtrade_classifications_differ", years=named))


def _calls(query: Query, classification: str, codes: Sequence[str], of: Mapping[int, Dataset]) -> Iterator[Call]:
    """The calls for the years of one number of a reporter."""
    numbers = [code for iso3 in named_partners(query) for code in partner_codes(iso3)]
    partners = [WORLD, *sorted(set(numbers), key=int)] if numbers else None
    flows = [FLOWS[flow] for flow in query.flows]
    reporter = next(iter(of.values())).reporter
    if not query.keyed:
        most = max(1, (CAP_KEYLESS - 1) // (len(partners) if partners else PARTNERS))
        groups = [list(codes[i : i + most]) for i in range(0, len(codes), most)]
        for year in of:
            for flow in flows:
                for group in groups:
                    yield from _short(_call(classification, reporter, [year], [flow], group, partners, of, False))
        return
    yield from _fitting(_call(classification, reporter, list(of), flows, list(codes), partners, of, True))


def _call(
    classification: str,
    reporter: int,
    years: Sequence[int],
    flows: Sequence[str],
    codes: Sequence[str],
    partners: Sequence[str] | None,
    of: Mapping[int, Dataset],
    keyed: bool,
) -> Call:
    path = f"/data/v1/get/C/A/{classification}" if keyed else f"/public/v1/preview/C/A/{classification}"
    params = {
        "reportercode": str(reporter),
        "period": ",".join(map(str, years)),
        "flowCode": ",".join(flows),
        "cmdCode": ",".join(codes),
        **({} if partners is None else {"partnerCode": ",".join(partners)}),
        **dict(TOTALS),
        "maxRecords": str(CAP if keyed else CAP_KEYLESS),
    }
    return Call(
        NAME,
        path,
        tuple(params.items()),
        cap=CAP if keyed else CAP_KEYLESS,
        about={"datasets": {year: of[year] for year in years}},
    )


def _fitting(call: Call) -> Iterator[Call]:
    """Calls that make up one, each with fewer rows than the cap by what is known, and with few enough periods."""
    if _fits(call):
        yield call
        return
    for name in ("period", "flowCode", "cmdCode"):
        values = listed(call, name)
        if name == "cmdCode" and not any(_fits(_with(call, name, [one])) for one in values[-1:]):
            values = [*values[:-1], *(parts_of(values[-1], _classification(call)) or values[-1:])]
        groups = _together(call, name, values)
        if len(groups) > 1:
            for group in groups:
                yield from _fitting(_with(call, name, group))
            return
    for part in _parts(call):
        yield from _fitting(part)


def _fits(call: Call) -> bool:
    few = len(listed(call, "period")) <= PERIODS
    return few and estimate(call) <= FULL * (call.cap or CAP) and _fits_address(call)


def _together(call: Call, name: str, values: Sequence[str]) -> list[list[str]]:
    """The values of a parameter in their order, as many in one group as fit."""
    groups: list[list[str]] = []
    for value in values:
        if groups and _fits(_with(call, name, [*groups[-1], value])):
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def _classification(call: Call) -> str:
    return call.path.rpartition("/")[2]


def _short(call: Call) -> Iterator[Call]:
    """Calls with addresses that are short enough."""
    if _fits_address(call):
        yield call
        return
    for part in _parts(call):
        yield from _short(part)


def _fits_address(call: Call) -> bool:
    return len(BASE + call.address) <= LONGEST


def estimate(call: Call) -> float:
    """About how many rows an answer has, at most: by what the service says that a year holds, and by its cells."""
    codes = listed(call, "cmdCode")
    partners = len(listed(call, "partnerCode")) or PARTNERS
    products = sum(map(subheadings, codes))
    cells = partners * len(listed(call, "flowCode")) * products
    whole = subheadings("AG6")
    share = min(1.0, products / whole) if any("?" in one for one in codes) else 1.0
    share *= min(1.0, partners / PARTNERS) * (ONE_FLOW if len(listed(call, "flowCode")) == 1 else 1.0)
    of = call.about["datasets"]
    records = [float(of[int(year)].records) for year in listed(call, "period")]
    return sum(min(share * one, cells) for one in records)


def listed(call: Call, name: str) -> list[str]:
    """The values of a parameter; none where it is left out."""
    value = dict(call.params).get(name, "")
    return value.split(",") if value else []


def divide(call: Call) -> list[Call]:
    """The two or more calls that make up one whose answer was cut.

    Raises
    ------
    DownloadError
        It is for one year, flow, product and partner, and cannot be divided.
    """
    years = listed(call, "period")
    if len(years) > 1:
        half = (len(years) + 1) // 2
        return [_with(call, "period", years[:half]), _with(call, "period", years[half:])]
    parts = _parts(call)
    if not parts:
        raise DownloadError(Text("comtrade_indivisible", cap=call.cap), service=NAME, url=BASE + call.address)
    return parts


def _parts(call: Call) -> list[Call]:
    """The halves of a call for one year: by flow, by product, by partner."""
    flows, codes = listed(call, "flowCode"), listed(call, "cmdCode")
    if len(flows) > 1:
        return [_with(call, "flowCode", [flow]) for flow in flows]
    if len(codes) == 1 or (len(codes) == 2 and codes[0] == TOTAL):
        smaller = parts_of(codes[-1], _classification(call))
        codes = [*codes[:-1], *smaller] if smaller else codes
    if len(codes) > 1:
        weights = [subheadings(one) for one in codes]
        half = _middle(weights)
        return [_with(call, "cmdCode", codes[:half]), _with(call, "cmdCode", codes[half:])]
    partners = listed(call, "partnerCode") or list(all_partners())
    if len(partners) > 1:
        half = (len(partners) + 1) // 2
        return [_with(call, "partnerCode", partners[:half]), _with(call, "partnerCode", partners[half:])]
    return []


def _middle(weights: Sequence[float]) -> int:
    """Where a list is cut, so that both sides weigh about the same; neither is empty."""
    total, held = sum(weights), 0.0
    for i, weight in enumerate(weights):
        held += weight
        if held >= total / 2:
            return min(max(1, i + 1), len(weights) - 1)
    return len(weights) // 2


def _with(call: Call, name: str, values: Sequence[str]) -> Call:
    return call.with_(params={name: ",".join(values)})


def released(call: Call) -> str | None:
    """The state of the data in which a call is answered: when it was last released, and a hash of its checksums."""
    of: Sequence[Any] = [call.about["datasets"][int(year)] for year in listed(call, "period")]
    if not all(one.released or one.checksum for one in of):
        return None
    states = "|".join(f"{one.year}:{one.released}:{one.checksum}" for one in of)
    return f"{max(one.day for one in of)}/{hashlib.sha256(states.encode()).hexdigest()[:8]}"
