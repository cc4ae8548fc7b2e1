"""UN Comtrade: what each economy reports of its trade in goods, by partner and product."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.sources.services.calls import Answer, Ask, Call, Query, Service
from tradeanalysis.sources.services.comtrade_answers import (
    BASE,
    NAME,
    by_products,
    cells,
    check,
    datasets,
    quoted,
    together,
)
from tradeanalysis.sources.services.comtrade_codes import TOTAL, WORLD, classification_of
from tradeanalysis.sources.services.comtrade_division import divide, listed, released
from tradeanalysis.sources.services.comtrade_plan import availability, plan
from tradeanalysis.texts import Text


def reading(query: Query) -> Mapping[str, Any]:
    """How the cells are read: World rows are the control, and one level of products is kept."""
    options: dict[str, Any] = {"drop_aggregates": True}
    if query.years is not None:
        options["year"] = list(query.years)
    if query.level:
        options["level"] = query.level
    return options


def still(answer: Answer, ask: Ask) -> bool | None:
    """Whether the service has not released its data anew since an answer was given."""
    now = released(answer.call)
    if now is not None:
        return answer.meta.get("release") == now
    # Without a date and a checksum an answer is believed until the service is queried for its years again.
    reporter = int(dict(answer.call.params)["reportercode"])
    years = ask(availability([reporter], answer.call.path.rpartition("/")[2]))
    return str(years.meta.get("fetched_at", "")) <= str(answer.meta.get("fetched_at", ""))


def release(call: Call, content: bytes) -> str | None:
    """The state of the data that an answer gives."""
    if call.kind != "data" or not call.about:
        return None
    return released(call)


def confirms_empty(call: Call, ask: Ask) -> bool:
    """Whether an answer without rows is one: a part of a division may be empty, the total of a year may not."""
    partners = listed(call, "partnerCode")
    if TOTAL not in listed(call, "cmdCode") or (partners and WORLD not in partners):
        return True
    reporter = int(dict(call.params)["reportercode"])
    there = datasets(ask(availability([reporter], call.path.rpartition("/")[2])))
    return not any(int(year) in there for year in listed(call, "period"))


def explain(status: int, content: bytes, headers: Mapping[str, str]) -> str | None:
    """What a refusal of the service means, and what to do."""
    said = content[:2_000].decode("utf-8", "replace")
    if status == 401:
        return Text("comtrade_key_missing" if "missing" in said else "comtrade_key_refused")
    if status == 403 and "quota" in said.lower():
        return _quota(said)
    if status == 403:
        return Text("comtrade_not_allowed", said=quoted(_message(said)))
    if status == 400 and "periods" in said:
        return Text("comtrade_periods", said=quoted(_message(said)))
    keys = {400: "comtrade_bad_request", 404: "comtrade_no_path", 414: "comtrade_long", 429: "comtrade_too_fast"}
    return Text(keys[status], said=quoted(_message(said))) if status in keys else None


def _quota(said: str) -> Text:
    """The quota is used up; ``retry_after`` are the seconds until it is back."""
    time = re.search(r"(?:(\d{1,9})\.)?(\d\d):(\d\d):(\d\d)", said)
    if not time:
        return Text("comtrade_quota_unknown")
    days, hours, minutes, seconds = (int(one or 0) for one in time.groups())
    wait = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return Text("comtrade_quota", back=f"{days * 24 + hours:02d}:{minutes:02d}", retry_after=wait)


def _message(said: str) -> str:
    """The sentence of a refusal, which stands in a field or is the whole body."""
    found = re.search(r'"(?:message|error)"\s*:\s*"([^"]*)"', said)
    return found[1] if found else said


def totals(answer: Answer) -> Mapping[int, float]:
    """The value of each year of an answer: its World rows of all products, or all of its rows where it has none."""
    table = together([answer]) if answer.call.kind == "data" else pd.DataFrame()
    if table.empty:
        return {}
    whole = table[(table["partnerCode"] == int(WORLD)) & (table["cmdCode"] == TOTAL)]
    value = (table if whole.empty else whole).groupby("refYear")["primaryValue"].sum()
    return dict(zip(map(int, value.index), map(float, value), strict=True))


def notes(query: Query, answers: Sequence[Answer]) -> list[str]:
    """What should be known of the answers: classifications, what is published without rows, what no product holds."""
    found: dict[tuple[int, int], Any] = {}
    expected: set[tuple[int, int, str]] = set()
    for answer in answers:
        reporter = int(dict(answer.call.params)["reportercode"])
        for year in map(int, listed(answer.call, "period")):
            found[reporter, year] = answer.call.about["datasets"][year]
            expected |= {(reporter, year, flow) for flow in listed(answer.call, "flowCode")}
    said: list[str] = []
    classifications = {one.classification for one in found.values()}
    if len(classifications) > 1 and classification_of(query.classification) in ("HS", "SS"):
        said.append(
            Text("comtrade_classified", years=[f"{r} {y}: {one.classification}" for (r, y), one in found.items()])
        )
    table = together(answers)
    there = {tuple(one) for one in table[["reporterCode", "refYear", "flowCode"]].drop_duplicates().to_numpy().tolist()}
    if absent := sorted(expected - there):
        said.append(Text("comtrade_no_rows_of", places=[f"{r} {y} {flow}" for r, y, flow in absent]))
    said += _secret(by_products(query, table))
    return said


def _secret(sides: pd.DataFrame) -> list[Text]:
    """The share of the total that no product of the level holds, and the partner with most of it."""
    of_world = sides["partnerCode"] == int(WORLD)
    whole, parts = (float(sides[one][of_world].sum()) for one in ("total", "parts"))
    gaps = (sides["total"] - sides["parts"])[~of_world].groupby(sides["partnerCode"]).sum()
    if whole <= 0 or parts >= whole * (1 - 1e-6):
        return []
    said = {"share": 1 - parts / whole}
    if gaps.empty or gaps.max() <= 0:
        return [Text("comtrade_secret", **said)]
    largest = names.resolve([str(gaps.idxmax())])[str(gaps.idxmax())].code or str(gaps.idxmax())
    held = float(gaps.max() / sides["total"][sides["partnerCode"] == gaps.idxmax()].sum())
    return [Text("comtrade_secret_most", **said, partner=largest, held=held)]


COMTRADE = Service(
    name=NAME,
    title="UN Comtrade",
    base=BASE,
    hosts=(),
    pace=2.0,
    fresh_days={"data": 90, "availability": 1, "list": 30},
    licence="UN Comtrade: free with attribution; fewer than 100,000 records may be passed on",
    facts={"valuation": "imports CIF, exports FOB; some reporters state imports FOB"},
    citation="United Nations, UN Comtrade database, https://comtradeplus.un.org",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=reading,
    still=still,
    release=release,
    confirms_empty=confirms_empty,
    explain=explain,
    notes=notes,
    totals=totals,
    key_variables=("COMTRADE_API_KEY", "COMTRADE_PRIMARY"),
    key_header="Ocp-Apim-Subscription-Key",
    daily=500,
)
