"""Which calls of UN Comtrade answer a query, and how a call whose answer was cut is divided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tradeanalysis.schema import EXPORT, IMPORT, DownloadError, TradeDataError
from tradeanalysis.sources.services.calls import Ask, Call, Query
from tradeanalysis.sources.services.comtrade_answers import BASE, NAME, Dataset, datasets, named_partners
from tradeanalysis.sources.services.comtrade_codes import (
    LEVELS,
    TOTAL,
    WORLD,
    classification_of,
    code_of_year,
    partner_codes,
    pattern,
    reporter_codes,
)
from tradeanalysis.sources.services.comtrade_division import (
    CAP_KEYLESS,
    PARTNERS,
    RECORDS,
    call_for,
    fitting,
    short,
)
from tradeanalysis.texts import EconomyName, Text

FLOWS = {EXPORT: "X", IMPORT: "M"}
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
    return DownloadError(Text("comtrade_needs_key", level=level or 6), service=NAME, status=401, url=BASE)


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
            status=200,
            url=BASE + availability(codes, classification).address,
        )
    return wanted


def _latest(years: Mapping[str, Mapping[int, Dataset]]) -> int:
    """The newest year that all reporters have."""
    common = set.intersection(*(set(of) for of in years.values()))
    if not common:
        newest = [f"{iso3} {max(of)}" for iso3, of in years.items()]
        raise DownloadError(Text("comtrade_no_common_year", newest=newest), service=NAME, status=200)
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
                    yield from short(call_for(classification, reporter, [year], [flow], group, partners, of, False))
        return
    yield from fitting(call_for(classification, reporter, list(of), flows, list(codes), partners, of, True))
