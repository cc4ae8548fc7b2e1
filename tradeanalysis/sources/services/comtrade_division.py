"""Calls of UN Comtrade that fit under its caps: how many rows one has at most, and which smaller ones make it up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services.calls import Call
from tradeanalysis.sources.services.comtrade_answers import BASE, NAME, Dataset
from tradeanalysis.sources.services.comtrade_codes import (
    CODES_OF_LEVEL,
    TOTAL,
    all_partners,
    level_of,
    parts_of,
    subheadings,
)
from tradeanalysis.texts import Text

# Rows of an answer: with a key and without; no more periods than these in one call.
CAP, CAP_KEYLESS = 100_000, 500
PERIODS = 12
# A call is made for so much of the cap, as its rows are an estimate.
FULL = 0.8
# About how many partners a reporter has, and how many rows a year of it, where the service was not asked.
PARTNERS, RECORDS = 240, 400_000
# One of the two flows has at most about so much of the rows of a year: imports have more than exports.
ONE_FLOW = 0.7
# Of all rows of a year, those of a level, in about: chapters and headings are rows as well.
OF_LEVEL = {2: 0.15, 4: 0.35, 6: 0.7}
# Longer addresses are refused with 414 at about 2,048 characters.
LONGEST = 1_900
# Of every way to break a flow down, its total only.
TOTALS = (("partner2Code", "0"), ("customsCode", "C00"), ("motCode", "0"), ("breakdownMode", "classic"))


def call_for(
    classification: str,
    reporter: int,
    years: Sequence[int],
    flows: Sequence[str],
    codes: Sequence[str],
    partners: Sequence[str] | None,
    of: Mapping[int, Dataset],
    keyed: bool,
) -> Call:
    """The call for one reporter's years, flows, products and partners; all partners and World where these are None."""
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


def fitting(call: Call) -> Iterator[Call]:
    """Calls that make up one, each with fewer rows than the cap by what is known, and with few enough periods."""
    if _fits(call):
        yield call
        return
    for name in ("period", "flowCode", "cmdCode"):
        values = listed(call, name)
        if name == "cmdCode" and not any(_fits(with_values(call, name, [one])) for one in values[-1:]):
            values = [*values[:-1], *(parts_of(values[-1], _classification(call)) or values[-1:])]
        groups = _together(call, name, values)
        if len(groups) > 1:
            for group in groups:
                yield from fitting(with_values(call, name, group))
            return
    for part in _parts(call):
        yield from fitting(part)


def _fits(call: Call) -> bool:
    few = len(listed(call, "period")) <= PERIODS
    return few and estimate(call) <= FULL * (call.cap or CAP) and _fits_address(call)


def _together(call: Call, name: str, values: Sequence[str]) -> list[list[str]]:
    """The values of a parameter in their order, as many in one group as fit."""
    groups: list[list[str]] = []
    for value in values:
        if groups and _fits(with_values(call, name, [*groups[-1], value])):
            groups[-1].append(value)
        else:
            groups.append([value])
    return groups


def _classification(call: Call) -> str:
    return call.path.rpartition("/")[2]


def short(call: Call) -> Iterator[Call]:
    """Calls with addresses that are short enough."""
    if _fits_address(call):
        yield call
        return
    for part in _parts(call):
        yield from short(part)


def _fits_address(call: Call) -> bool:
    return len(BASE + call.address) <= LONGEST


def estimate(call: Call) -> float:
    """About how many rows an answer has, at most: by what the service says that a year holds, and by its cells."""
    codes = listed(call, "cmdCode")
    partners = len(listed(call, "partnerCode")) or PARTNERS
    products = sum(map(subheadings, codes))
    cells = partners * len(listed(call, "flowCode")) * products
    level = max((level_of(one) for one in codes), default=0)
    share = OF_LEVEL.get(level, 1.0) * min(1.0, products / CODES_OF_LEVEL.get(level, 1))
    share *= ONE_FLOW if len(listed(call, "flowCode")) == 1 else 1.0
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
        return [with_values(call, "period", years[:half]), with_values(call, "period", years[half:])]
    parts = _parts(call)
    if not parts:
        raise DownloadError(
            Text("comtrade_indivisible", cap=call.cap), service=NAME, status=200, url=BASE + call.address
        )
    return parts


def _parts(call: Call) -> list[Call]:
    """The halves of a call for one year: by flow, by product, by partner."""
    flows, codes = listed(call, "flowCode"), listed(call, "cmdCode")
    if len(flows) > 1:
        return [with_values(call, "flowCode", [flow]) for flow in flows]
    if len(codes) == 1 or (len(codes) == 2 and codes[0] == TOTAL):
        smaller = parts_of(codes[-1], _classification(call))
        codes = [*codes[:-1], *smaller] if smaller else codes
    if len(codes) > 1:
        weights = [subheadings(one) for one in codes]
        half = _middle(weights)
        return [with_values(call, "cmdCode", codes[:half]), with_values(call, "cmdCode", codes[half:])]
    partners = listed(call, "partnerCode") or list(all_partners())
    if len(partners) > 1:
        half = (len(partners) + 1) // 2
        return [with_values(call, "partnerCode", partners[:half]), with_values(call, "partnerCode", partners[half:])]
    return []


def _middle(weights: Sequence[float]) -> int:
    """Where a list is cut, so that both sides weigh about the same; neither is empty."""
    total, held = sum(weights), 0.0
    for i, weight in enumerate(weights):
        held += weight
        if held >= total / 2:
            return min(max(1, i + 1), len(weights) - 1)
    return len(weights) // 2


def with_values(call: Call, name: str, values: Sequence[str]) -> Call:
    """The call with other values of a parameter."""
    return call.with_(params={name: ",".join(values)})


def released(call: Call) -> str | None:
    """The state of the data in which a call is answered: when it was last released, and a hash of its checksums."""
    of: Sequence[Any] = [call.about["datasets"][int(year)] for year in listed(call, "period")]
    if not all(one.released or one.checksum for one in of):
        return None
    states = "|".join(f"{one.year}:{one.released}:{one.checksum}" for one in of)
    return f"{max(one.day for one in of)}/{hashlib.sha256(states.encode()).hexdigest()[:8]}"
