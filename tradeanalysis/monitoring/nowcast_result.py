"""The result of a nowcast: the estimate with its band in words, and the record of earlier years behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.monitoring.past_errors import Combined
from tradeanalysis.monitoring.year_forecasts import PART, Years
from tradeanalysis.monitoring.year_indices import SHARE, TOTAL
from tradeanalysis.results import Result
from tradeanalysis.schema import FLOW, REPORTER
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

COMBINED, KNOWN = "combined", "known"
# With fewer past errors than these it is said how few they are.
FEW = 5
# Past errors that are not smaller by a tenth are no smaller to speak of.
SMALLER = 0.9
COLUMNS = ["months", "method", "bias", "rmse", "years", "weight"]


@dataclass(frozen=True, repr=False)
class Nowcast(Result):
    """The index of a year from the months known of it, as ``ta.nowcast`` describes it.

    ``estimate``, ``low`` and ``high`` are missing only where ``remarks`` say why; ``past`` is the number of earlier
    years whose errors made the band. ``about`` holds reporter, flow and product; ``remarks`` are sentences in either
    language (``.say(lang)``) on what was left out and how far the past errors were.
    """

    estimate: float
    low: float
    high: float
    method: str
    months: int
    year: int
    last: float
    table: pd.DataFrame
    measure: str
    partner: Any
    confidence: float
    past: int
    about: dict[str, Any]
    remarks: tuple[Text, ...]
    unallocated: float = 0.0

    HEAD = 5 * len(PART)  # the whole record

    def sentence(self, lang: str = "en") -> str:
        """The estimate with its band, or why there is none, and the year before."""
        words: dict[str, Any] = {"what": texts.capital(self._what(lang)), "year": self.year, "months": self.months}
        words |= {one: self._written(getattr(self, one), lang) for one in ("estimate", "low", "high", "last")}
        words |= {"level": texts.percent(self.confidence, lang, 0), "before": self.year - 1}
        banded = "known" if self.method == KNOWN else "said" if math.isfinite(self.low) else "unbanded"
        said = texts.say(f"nowcast_{banded}", lang, **words)
        if math.isnan(self.last):
            return said
        return f"{said} {texts.say('nowcast_last', lang, **words)}"

    def details(self) -> list[str]:
        """What was left out, and how large the errors of earlier years were."""
        return [str(one) for one in self.remarks]

    def _what(self, lang: str) -> str:
        flow = texts.say(f"compare_of_{self.about.get(FLOW) or 'trade'}", lang)
        trade = flow
        if reporter := self.about.get(REPORTER):
            trade = texts.say("nowcast_trade", lang, flow=flow, reporter=texts.in_sentence(reporter, lang))
        if self.measure == SHARE:
            return texts.say("nowcast_share", lang, partner=texts.in_sentence(self.partner, lang), trade=trade)
        if self.measure == TOTAL:
            return texts.say("nowcast_total", lang, trade=trade)
        return texts.say("nowcast_index", lang, measure=texts.measure_name(self.measure, lang), trade=trade)

    def _written(self, x: float, lang: str) -> str:
        if self.measure == SHARE:
            return texts.percent(x, lang)
        if self.measure == TOTAL:
            return texts.money(x, lang, self.table.attrs.get("notes", {}).get("currency"))
        return texts.index_value(x, self.measure, lang)


def record(found: Combined, names: list[str]) -> pd.DataFrame:
    """The errors in the years that count for the last one, by months known and method."""
    rows = []
    for h, months in enumerate(PART):
        counted = found.errors[:, found.past[-1], h]
        weights = [*found.weights[:, -1, h], math.nan]
        for name, one, weight in zip([*names, COMBINED], counted, weights, strict=True):
            mean, root = (one.mean(), math.sqrt((one**2).mean())) if len(one) else (math.nan, math.nan)
            rows.append([int(months), name, mean, root, len(one), weight])
    return pd.DataFrame(rows, columns=COLUMNS)


def remarks(years: Years, found: Combined, table: pd.DataFrame, months: int) -> list[Text]:
    """What was left out, what the band rests on, and how large past errors were beside those of last year's index."""
    said, past, year = [], len(found.past[-1]), int(years.years[-1])
    if parted := years.years[:-1][~years.whole[:-1]].tolist():
        said.append(Text("nowcast_left_out", years=parted))
    rmse = table[table["months"] == months].set_index("method")["rmse"]
    if "last_year" not in rmse:
        said.append(Text("nowcast_alone", before=year - 1))
    if past == 0:
        return [*said, Text("nowcast_no_errors", year=year, whole=int(years.whole[:-1].sum()))]
    if math.isnan(found.low[-1, months - 1]):
        return [*said, Text("nowcast_past_nothing", year=year)]
    if past < FEW:
        said.append(Text("nowcast_few", past=past))
    if "last_year" in rmse:
        near = "no_better" if rmse[COMBINED] > SMALLER * rmse["last_year"] else "better"
        said.append(Text(f"nowcast_{near}", rmse=float(rmse[COMBINED]), last=float(rmse["last_year"])))
    return said
