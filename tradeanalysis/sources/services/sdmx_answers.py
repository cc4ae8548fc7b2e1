"""Answers of SDMX services as cells: CSV of version 1 or 2, XML, JSON; what is none of these is refused in words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from tradeanalysis.schema import DownloadError, TradeDataError
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.formats.records import records
from tradeanalysis.sources.formats.sdmx_xml import is_sdmx_xml, xml_observations
from tradeanalysis.sources.services.bodies import text_of
from tradeanalysis.sources.services.calls import Call
from tradeanalysis.texts import Text

VALUE = "obs_value"
# What a service writes where there is no value.
BLANK = ("", "NaN", "nan", "null")
_TAG = re.compile(r"<[^<>]*>")
# So much of what is no answer is shown.
SHOWN = 200


def refused(call: Call, reason: str) -> DownloadError:
    """The error of an answer that is not taken."""
    return DownloadError(Text("download_failed", service=call.service, reason=reason), service=call.service)


def observations(call: Call, content: bytes) -> pd.DataFrame:
    """The observations that have a value, under the headings as ``heading`` writes them.

    Raises
    ------
    DownloadError
        What came is a page for browsers, cut, or of no form that is known.
    """
    text = text_of(call, content)
    try:
        if text.startswith("{"):
            cells = records(text, call.service)
        elif is_sdmx_xml(text):
            cells = xml_observations(text, call.service)
        elif text.startswith("<"):
            raise refused(call, Text("sdmx_answer_says", words=words_of(text)))
        else:
            cells = _csv(call, text, ended=content.endswith((b"\n", b"\r")))
    except TradeDataError as error:
        if not error.findings:
            raise
        if error.findings[0].what_key == "no_record":
            return pd.DataFrame()
        raise refused(call, error.findings[0].what) from None
    cells.columns = pd.Index([heading(_without_unit(str(one))) for one in cells.columns])
    if VALUE not in cells:
        raise refused(call, Text("sdmx_answer_lacks", columns=[VALUE.upper()]))
    full = ~cells[VALUE].astype(str).str.strip().isin(BLANK)
    return cells[full.to_numpy()]


def words_of(text: str) -> str:
    """The words of a message in XML, without its tags."""
    return " ".join(_TAG.sub(" ", text).split())[:SHOWN]


def check_labels(call: Call, cells: pd.DataFrame, wanted: Mapping[str, Collection[str] | None]) -> None:
    """Refuse observations without a column, or of other labels than the call has; None is any label.

    Raises
    ------
    DownloadError
        A column is absent, or the service answered another question.
    """
    if lacking := [one.upper() for one in wanted if one not in cells]:
        raise refused(call, Text("sdmx_answer_lacks", columns=lacking))
    for column, labels in wanted.items():
        there = set(map(str, cells[column].unique()))
        if labels is not None and (other := sorted(there - set(labels))):
            raise refused(call, Text("sdmx_answer_of_other", column=column.upper(), labels=other))


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The cells of several answers below each other, numbered from 1."""
    cells = pd.concat([*parts], ignore_index=True).fillna("").astype(object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells


def sums_by_year(cells: pd.DataFrame) -> dict[int, float]:
    """The sum of the values of each year."""
    if cells.empty:
        return {}
    sums = cells[VALUE].astype(float).groupby(cells["time_period"].astype(int)).sum()
    return {int(str(year)): float(value) for year, value in sums.items()}


def _csv(call: Call, text: str, *, ended: bool) -> pd.DataFrame:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise refused(call, Text("sdmx_answer_cut", line=text.count("\n"))) from None
    if not rows:
        return pd.DataFrame({VALUE: []}, dtype=object)
    short = next((i for i, row in enumerate(rows, 1) if len(row) != len(rows[0])), None)
    # Where values come last, a line without its end may have lost digits of one.
    if not ended and heading(rows[0][-1]) == VALUE:
        short = len(rows)
    if short is not None:
        raise refused(call, Text("sdmx_answer_cut", line=short))
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=object)


def _without_unit(column: str) -> str:
    """The name of a column without what stands in square brackets at its end."""
    return column.partition("[")[0] if column.endswith("]") else column
