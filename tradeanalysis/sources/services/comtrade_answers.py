"""What UN Comtrade answered: whether it is an answer to its call, what there is of a reporter, and rows as cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query
from tradeanalysis.sources.services.comtrade_codes import GROUPS, TOTAL, WORLD, matches
from tradeanalysis.texts import Text

NAME, BASE = "comtrade", "https://comtradeapi.un.org"
# Every row has these; texts such as names may be empty.
FIELDS = frozenset(
    (
        *("reporterCode", "period", "flowCode", "partnerCode", "partner2Code", "classificationCode", "cmdCode"),
        *("customsCode", "motCode", "mosCode", "primaryValue"),
    )
)
FIELDS_OF_YEARS = frozenset(("reporterCode", "period", "classificationCode"))
KEPT = ("reporterCode", "refYear", "flowCode", "partnerCode", "classificationCode", "cmdCode", "primaryValue")
KEYS = ["reporterCode", "refYear", "flowCode", "partnerCode", "cmdCode"]
# How far products may exceed the total of all, and how little of it they may hold: trade by secret products is in the
# total only.
MORE, LEAST = 0.005, 0.5


@dataclass(frozen=True)
class Dataset:
    """What the service has of a reporter in a year; ``released`` is when it was last changed, as the service says."""

    year: int
    reporter: int
    classification: str
    records: int
    released: str = ""
    checksum: str = ""

    @property
    def day(self) -> str:
        """The day of the release; empty where the service does not say it."""
        return self.released[:10]


def no_answer(call: Call, key: str, **values: Any) -> DownloadError:
    """The error of an answer that is none."""
    reason = Text(key, **values)
    return DownloadError(
        Text("download_failed", service="UN Comtrade", reason=reason),
        service=NAME,
        status=200,
        url=BASE + call.address,
    )


def quoted(text: object) -> str:
    """What the service said, in one short line; a long run of letters and digits may be a key and is left out."""
    line = " ".join(re.sub(r"<[^<>]*>", " ", str(text)).split())[:160]
    return repr(re.sub(r"[0-9A-Za-z-]{18,}", "...", line))


def rows_of(call: Call, content: bytes) -> list[dict[str, Any]]:
    """The rows of an answer in the service's envelope.

    Raises
    ------
    DownloadError
        It is a page, is not whole, or says that it failed.
    """
    if not content:
        return []
    text = content.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        raise no_answer(call, "comtrade_page", start=quoted(text[:160]))

    def refuse(constant: str) -> NoReturn:
        raise no_answer(call, "comtrade_no_number", constant=constant)

    try:
        answer = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, DownloadError):
            raise
        raise no_answer(call, "comtrade_not_whole") from None
    count, rows = answer.get("count"), answer.get("data")
    said = answer.get("error") or answer.get("message")
    if said or (isinstance(count, (int, float)) and count < 0):
        raise no_answer(call, "comtrade_said", said=quoted(said or ""))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise no_answer(call, "comtrade_no_rows")
    if call.cap is not None and len(rows) >= call.cap:
        raise Cut
    if isinstance(count, (int, float)) and count > len(rows):
        raise no_answer(call, "comtrade_fewer_rows", there=len(rows), count=int(count))
    return rows


def check(call: Call, content: bytes) -> int:
    """The number of rows of an answer, all of them what the call is for.

    Raises
    ------
    Cut
        It has as many rows as the service gives at once.
    DownloadError
        It is no answer, or one to another call.
    """
    rows = rows_of(call, content)
    needed = FIELDS if call.kind == "data" else FIELDS_OF_YEARS
    for row in rows:
        if missing := needed - row.keys():
            raise no_answer(call, "comtrade_field_missing", fields=sorted(missing))
    if call.kind == "data":
        _refuse_others(call, rows)
    else:
        wanted = dict(call.params)["reporterCode"].split(",")
        if other := {str(row["reporterCode"]) for row in rows} - set(wanted):
            raise no_answer(call, "comtrade_other_rows", field="reporterCode", other=sorted(other))
    return len(rows)


def _refuse_others(call: Call, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse rows that the call is not for."""
    params = dict(call.params)
    for field, name in (
        ("reporterCode", "reportercode"),
        ("period", "period"),
        ("flowCode", "flowCode"),
        ("partnerCode", "partnerCode"),
    ):
        if name in params and (other := {str(row[field]) for row in rows} - set(params[name].split(","))):
            raise no_answer(call, "comtrade_other_rows", field=field, other=sorted(other))
    codes = params["cmdCode"].split(",")
    found = {str(row["cmdCode"]) for row in rows}
    if other := {code for code in found if not matches(code, codes)}:
        raise no_answer(call, "comtrade_other_rows", field="cmdCode", other=sorted(other))
    classification = call.path.rpartition("/")[2]
    begins = classification[0] if classification in ("HS", "SS") else classification
    if other := {one for row in rows if not (one := str(row["classificationCode"])).startswith(begins)}:
        raise no_answer(call, "comtrade_other_rows", field="classificationCode", other=sorted(other))


def datasets(answer: Answer) -> dict[int, Dataset]:
    """What there is of a reporter, by year: of several for one year, the one as reported, then the newest."""
    found: dict[int, tuple[tuple[bool, str], Dataset]] = {}
    for row in rows_of(answer.call, answer.content):
        if not re.fullmatch(r"(19|20)\d\d", str(row["period"])):
            continue
        one = Dataset(
            int(row["period"]),
            int(row["reporterCode"]),
            str(row["classificationCode"]),
            int(row.get("totalRecords") or 0),
            str(row.get("lastReleased") or ""),
            "" if row.get("datasetChecksum") is None else str(row["datasetChecksum"]),
        )
        rank = bool(row.get("isOriginalClassification")), one.released
        if one.year not in found or rank > found[one.year][0]:
            found[one.year] = rank, one
    return {year: one for year, (_, one) in sorted(found.items())}


def is_total(row: Mapping[str, Any]) -> bool:
    """Whether a row is of all second partners, procedures, modes of transport and modes of supply."""
    return (
        str(row["partner2Code"]) == "0"
        and row["customsCode"] == "C00"
        and str(row["motCode"]) == "0"
        and str(row["mosCode"]) == "0"
    )


def named_partners(query: Query) -> tuple[str, ...]:
    """The partners that are named; none where all are requested."""
    return () if query.partners in (None, ("all",)) else query.partners or ()


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """All answers as one table under the headings of the service, without what only served as a control.

    Raises
    ------
    DownloadError
        Nothing was found, or products do not fit the total of all.
    """
    everything = together(answers)
    if everything.empty:
        raise DownloadError(Text("comtrade_no_trade", service="UN Comtrade"), service=NAME, status=200)
    _refuse_far_from_total(by_products(query, everything))
    kept = everything
    if named_partners(query):
        kept = kept[kept["partnerCode"] != int(WORLD)]
    if query.products is not None:
        kept = kept[kept["cmdCode"] != TOTAL]
    elif not query.level:
        kept = kept.drop(columns="cmdCode")
    if kept.empty:
        raise DownloadError(Text("comtrade_no_trade", service="UN Comtrade"), service=NAME, status=200)
    return kept.reset_index(drop=True)


def together(answers: Iterable[Answer]) -> pd.DataFrame:
    """The totals of all answers, each cell once."""
    parts = []
    for answer in answers:
        rows = [row for row in rows_of(answer.call.with_(cap=None), answer.content) if is_total(row)]
        rows = [row for row in rows if int(row["partnerCode"]) not in GROUPS]
        columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in KEPT}
        columns["refYear"] = [int(row["period"]) for row in rows]
        for name in ("reporterCode", "partnerCode"):
            columns[name] = [int(code) for code in columns[name]]
        columns["cmdCode"] = [str(code) for code in columns["cmdCode"]]
        parts.append(pd.DataFrame(columns))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(KEPT))
    table = table.drop_duplicates([*KEYS, "primaryValue"])
    return table


def by_products(query: Query, table: pd.DataFrame) -> pd.DataFrame:
    """The total of all products beside the sum of those of the level, by reporter, year, flow and partner."""
    keys = [one for one in KEYS if one != "cmdCode"]
    if query.products is not None or not query.level or table.empty:
        return pd.DataFrame(columns=[*keys, "total", "parts"])
    total = (table["cmdCode"] == TOTAL).to_numpy()
    value = pd.to_numeric(table["primaryValue"])
    whole = value[total].groupby([table[one][total] for one in keys]).sum()
    parts = value[~total].groupby([table[one][~total] for one in keys]).sum()
    sides = pd.DataFrame({"total": whole, "parts": parts.reindex(whole.index, fill_value=0.0)})
    return sides.reset_index()


def _refuse_far_from_total(sides: pd.DataFrame) -> None:
    """Refuse products that are more than the total, for any partner; or much less than that of the World."""
    whole = sides["total"].astype(float)
    share = sides["parts"].astype(float) / whole.where(whole > 0)
    over = sides[(share > 1 + MORE) & (sides["parts"] - whole > 1)]
    lacking = sides[(share < LEAST) & (sides["partnerCode"] == int(WORLD))]
    for found, key in ((over, "comtrade_products_over"), (lacking, "comtrade_products_lacking")):
        if len(found):
            first = found.iloc[0]
            raise DownloadError(
                Text(
                    key,
                    partner=int(first["partnerCode"]),
                    year=str(first["refYear"]),
                    flow=str(first["flowCode"]),
                    share=float(first["parts"]) / float(first["total"]),
                ),
                service=NAME,
                status=200,
            )
