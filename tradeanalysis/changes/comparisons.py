"""Two or more economies beside each other: the course of an index, their differences, and who makes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.changes.compared_cells import Compared, compared_cells
from tradeanalysis.changes.contributions import part_of, parts_of
from tradeanalysis.changes.ranges import Errors, Ranges, ranges_of
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_counts, need_labels, need_numbers, need_whole
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.tables.group_measures import measure as measure_table
from tradeanalysis.tables.panel import span
from tradeanalysis.texts import EconomyName, Text
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.inference import chance_in_words

FIRST, SECOND, DIFFERENCE = "first", "second", "difference"
PAIR = [YEAR, FIRST, SECOND]
# Pairs of economies x partners that are worked on together.
BLOCK = 1 << 20


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Result):
    """Economies beside each other, year by year.

    ``table`` is the course: a row for each year and a column for each economy, with ``{economy}_low`` and
    ``{economy}_high`` where the index has an interval. ``differences`` has a row for each year and pair, ``first`` less
    ``second``, with ``low``, ``high`` and ``probability`` (that the first is above the second) where errors are given;
    ``contributions`` the partners' parts of each difference, the largest first. ``assumptions`` holds what the
    intervals assume, a sentence by language. ``partners`` is n, the number of partners, in the rows and columns of the
    course; where the index depends on it and it differs, the sentence says so.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    contributions: pd.DataFrame
    measure: str
    reporters: tuple[Any, ...]
    flow: str | None
    over: str
    confidence: float
    assumptions: dict[str, str]
    partners: pd.DataFrame
    depends_on_n: bool = False

    def sentence(self, lang: str = "en") -> str:
        """The course of every economy, and the first against each other in the last year that both have."""
        courses = "; ".join(filter(None, (self._course(one, lang) for one in self.reporters)))
        flow = texts.say(f"compare_of_{self.flow or 'trade'}", lang)
        words = {"measure": texts.capital(texts.measure_name(self.measure, lang)), "flow": flow, "courses": courses}
        said = texts.say("compare_said_share" if texts.is_share(self.measure) else "compare_said", lang, **words)
        caveat = _counted(self.partners, "compare_n_said") if self.depends_on_n else None
        return " ".join([said, *self._against(lang), *([caveat.say(lang)] if caveat else [])])

    def details(self) -> list[str]:
        """What the intervals assume."""
        return [texts.say("compare_assumed", "en", assumption=self.assumptions["en"])] if self.assumptions else []

    def _course(self, reporter: Any, lang: str) -> str:
        known = self.table[[YEAR, str(reporter)]].dropna()
        if known.empty:
            return ""
        ends = [known.iloc[0], known.iloc[-1]]
        words = {"name": texts.label(str(reporter), lang), "start": int(ends[0][YEAR]), "end": int(ends[1][YEAR])}
        words |= {
            key: texts.index_value(one.iloc[1], self.measure, lang)
            for key, one in zip(("low", "high"), ends, strict=True)
        }
        return texts.say("compare_course" if len(known) > 1 else "compare_once", lang, **words)

    def _against(self, lang: str) -> list[str]:
        said = []
        for second in self.reporters[1:]:
            pair = self.differences[self.differences[SECOND].eq(second) & self.differences[FIRST].eq(self.reporters[0])]
            if len(pair):
                said.append(self._difference(pair.iloc[-1], lang))
        return said

    def _difference(self, row: pd.Series[Any], lang: str) -> str:
        """One difference in words, with its probability or limits, and the partner that makes the most of it."""
        first, second = (texts.in_sentence(row[one], lang) for one in (FIRST, SECOND))
        words = {FIRST: texts.capital(first), SECOND: second, "end": row[YEAR]}
        words[DIFFERENCE] = texts.index_gap(abs(row[DIFFERENCE]), self.measure, lang)
        alike = words[DIFFERENCE] == texts.index_gap(0.0, self.measure, lang)
        way = "even" if alike else "above" if row[DIFFERENCE] > 0 else "below"
        more = self._chance(row, lang) + self._largest(row, lang)
        return texts.say(f"compare_{way}", lang, **words, more=more)

    def _chance(self, row: pd.Series[Any], lang: str) -> str:
        if "probability" in row and row["probability"] == row["probability"]:
            higher, p = (FIRST, row["probability"]) if row[DIFFERENCE] > 0 else (SECOND, 1 - row["probability"])
            name = texts.in_sentence(row[higher], lang)
            return texts.say("compare_chance", lang, name=name, probability=chance_in_words(p, lang))
        if "low" in row and row["low"] == row["low"]:
            ends = {end: texts.index_gap(row[end], self.measure, lang) for end in ("low", "high")}
            return texts.say("compare_bounds", lang, **ends)
        return ""

    def _largest(self, row: pd.Series[Any], lang: str) -> str:
        if self.contributions.empty:
            return ""
        same = np.logical_and.reduce([self.contributions[key] == row[key] for key in PAIR])
        own = self.contributions[same & (self.contributions["contribution"] * row[DIFFERENCE] > 0)]
        if own.empty:
            return ""
        part = texts.index_gap(own["contribution"].iloc[0], self.measure, lang)
        partner = texts.in_sentence(own[self.over].iloc[0], lang)
        return texts.say("compare_largest", lang, partner=partner, part=part)


def compare(
    table: Any,
    reporters: Iterable[str | int],
    *,
    measure: Measure = hhi,
    flow: str | None = None,
    years: tuple[int, int] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    n: int | None = None,
    error: float | pd.Series[float] | None = None,
    shared_errors: bool = False,
    confidence: float = 0.95,
    size: int = 10_000,
    seed: int = 0,
) -> Comparison:
    r"""Compare an index of two or more economies: its course, the differences, and the partners that make them.

    The answer is of pandas, whatever the library of the table is.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark, with reporters and years.
    reporters
        Names or codes of two or more economies. Differences are those of every two of them, the one that is named
        earlier less the other.
    measure
        The index.
    flow
        ``"export"`` or ``"import"``; may be left out where the table holds one. Where it holds only the other, the
        partners' rows are read from the other side.
    years
        The first and the last year; all years where not given.
    over, value, n
        As for ``ta.measure``. Measures that depend on n are comparable only under one ``n=``.
    error
        The coefficient of variation of the errors of the values, as for ``ta.uncertainty.draws``: one number, or a
        Series by partner. A table of ``ta.mirror`` says it by itself, in ``log_sd``.
    shared_errors, confidence
        As for ``ta.probability``.
    size, seed
        How many draws, and from where they begin.

    Returns
    -------
    A ``Comparison``: ``table`` (a row for each year, a column for each economy; missing where it has no trade),
    ``differences``, ``contributions`` and ``sentence(lang)``. With ``error`` or ``log_sd`` the intervals are quantiles
    over draws, and ``probability`` stands beside each difference. With columns ``low`` and ``high`` alone they are the
    limits that these ends allow, the widest for a difference, and there is no probability.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        An economy, flow or year is not in the table; fewer than two economies are named, or one twice; no two have
        a year in common; values are faulty.

    Warns
    -----
    TradeDataWarning
        More than a hundredth of an economy's trade is not allocated, or the other side's rows stand in.

    Notes
    -----
    For an index that is a sum over partners, :math:`I = c + \sum_j \varphi(s_j)` (see ``ta.change``), the contribution
    of partner j to the difference of a and b in a year is :math:`\varphi(s_{aj}) - \varphi(s_{bj})`, for the HHI
    :math:`s_{aj}^2 - s_{bj}^2`; they add up to the difference. Other indices have no contributions: the table is empty,
    and its notes say so. An economy that is compared can be a partner of the other and never of itself, which is part
    of the difference. Contributions show in which partners two economies differ, not why.

    Intervals cover the errors that are stated and no others, see ``ta.uncertainty.draws``. The number of pairs grows
    with the square of the economies.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> found = ta.compare(imports, ["Thailand", "MYS"], years=(2017, 2019), error=0.1)
    >>> found.table.round(2)[["year", "THA", "THA_low", "THA_high", "MYS"]]
       year   THA  THA_low  THA_high   MYS
    0  2017  0.13     0.11      0.14  0.11
    1  2018  0.13     0.11      0.15  0.11
    2  2019  0.13     0.12      0.15  0.11
    >>> last = found.contributions[found.contributions["year"] == 2019]
    >>> last.head(2).round(3).drop(columns=["year", "first", "second"])
        partner  share_first  share_second  contribution
    172     JPN        0.183         0.092         0.025
    173     SGP        0.041         0.129        -0.015
    """
    need_labels(flow=flow)
    need_numbers(confidence=confidence)
    need_counts(size=size)
    need_whole(seed=seed)
    found = compared_cells(table, reporters, flow=flow, years=years, over=over, value=value)
    cells = found.cells[[YEAR, REPORTER, over, VALUE]]
    cells.attrs.update(found.attrs)
    long = measure_table(cells, measure, by=[YEAR, REPORTER], over=over, n=n)
    ranges = ranges_of(found, measure, n, Errors(error, shared_errors, confidence, size, seed))
    differences = _differences(long, measure.name, found.reporters, ranges)
    contributions, without = _contributions(found, measure, differences)
    notes: dict[str, Any] = {"measure": measure.name, "reporters": [*map(str, found.reporters)], FLOW: found.flow}
    notes |= {YEAR: span(sorted(long[YEAR].unique().tolist())), "unallocated": _unallocated(long)}
    if ranges.kind:
        notes["interval"] = Text(f"compare_{ranges.kind}_noted", level=f"{confidence:.0%}")
    partners = long.pivot(index=YEAR, columns=REPORTER, values="n").reindex(columns=found.reporters).reset_index()
    depends = measure.takes_n and n is None
    if depends and (counts := _counted(partners, "compare_n_noted")):
        notes["n"] = counts
    return Comparison(
        annotated(_course(long, measure.name, found.reporters, ranges), found.attrs, **notes),
        annotated(differences, found.attrs, **notes),
        annotated(contributions, found.attrs, **notes, contributions=without),
        measure.name,
        tuple(found.reporters),
        found.flow,
        over,
        confidence,
        ranges.assumptions,
        partners,
        depends,
    )


def _counted(partners: pd.DataFrame, key: str) -> Text | None:
    """The number of partners of each economy in the last year that all have, where they differ."""
    known = partners.dropna()
    if known.empty or known.iloc[-1, 1:].nunique() == 1:
        return None
    last = known.iloc[-1]
    each = [Text("compare_n", name=EconomyName(str(one)), n=int(last[one])) for one in partners.columns[1:]]
    return Text(key, end=int(last[YEAR]), counts=each)


def _course(long: pd.DataFrame, name: str, reporters: list[Any], ranges: Ranges) -> pd.DataFrame:
    """A row for each year: a column for each economy, with its ends where there are any."""
    wide = long.pivot(index=YEAR, columns=REPORTER, values=name).sort_index()
    columns: dict[str, Any] = {YEAR: wide.index}
    for one in reporters:
        columns[str(one)] = wide[one].to_numpy() if one in wide else np.nan
        if ranges.kind:
            ends = [ranges.ends.get((year, one), (np.nan, np.nan)) for year in wide.index]
            columns |= {f"{one}_low": [low for low, _ in ends], f"{one}_high": [high for _, high in ends]}
    return pd.DataFrame(columns)


def _differences(long: pd.DataFrame, name: str, reporters: list[Any], ranges: Ranges) -> pd.DataFrame:
    """A row for each year and pair that both trade in it."""
    index = {(year, one): x for year, one, x in zip(long[YEAR], long[REPORTER], long[name], strict=True) if x == x}
    rows = []
    for year in sorted(long[YEAR].unique().tolist()):
        for first, second in itertools.combinations([one for one in reporters if (year, one) in index], 2):
            ends = ranges.chances.get((year, first, second), (np.nan,) * 3)
            rows.append((year, first, second, index[year, first] - index[year, second], *ends))
    if not rows:
        raise TradeDataError(Text("compare_apart", reporters=[*map(str, reporters)]))
    table = pd.DataFrame(rows, columns=[*PAIR, DIFFERENCE, "low", "high", "probability"])
    unused = {"confidence": [], "bounds": ["probability"], "": ["low", "high", "probability"]}[ranges.kind]
    return table.drop(columns=unused)


def _contributions(found: Compared, measure: Measure, differences: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """The partners' parts of every difference; why there are none, of an index that is not a sum over partners."""
    columns = [*PAIR, found.over, "share_first", "share_second", "contribution"]
    try:
        parts = parts_of(measure)
    except TradeDataError:
        return pd.DataFrame(columns=columns), Text("compare_no_parts", measure=measure.name)
    cells = found.allocated(found.cells)
    moments: Any
    moment, moments = pd.MultiIndex.from_frame(cells[[YEAR, REPORTER]]).factorize()
    label, labels = pd.factorize(cells[found.over])
    in_order = np.argsort(np.array([*map(str, labels)], dtype=object), kind="stable")
    labels, place = labels[in_order], np.argsort(in_order)
    share = np.zeros((len(moments), len(labels)))
    share[moment, place[label]] = cells[VALUE] / cells.groupby([YEAR, REPORTER])[VALUE].transform("sum")
    part, pairs = part_of(share, parts), differences[PAIR]
    first, second = (moments.get_indexer(pd.MultiIndex.from_frame(pairs[[YEAR, side]])) for side in (FIRST, SECOND))
    blocks = []
    step = max(BLOCK // max(len(labels), 1), 1)
    for start in range(0, len(pairs), step):
        i, j = first[start : start + step], second[start : start + step]
        difference = part[i] - part[j]
        there = (share[i] > 0) | (share[j] > 0)
        ranked = np.argsort(np.where(there, -np.abs(difference), np.inf), axis=1, kind="stable")
        pair, column = np.nonzero(np.arange(len(labels)) < there.sum(axis=1)[:, None])
        column = ranked[pair, column]
        shares = share[i[pair], column], share[j[pair], column]
        blocks.append((pair + start, column, *shares, difference[pair, column]))
    pair, column, *numbers = (np.concatenate(one) for one in zip(*blocks, strict=True))
    of_pairs = pairs.iloc[pair].reset_index(drop=True)
    made: dict[str, Any] = dict(zip(columns[len(PAIR) :], (labels[column], *numbers), strict=True))
    return of_pairs.assign(**made), None


def _unallocated(long: pd.DataFrame) -> str | None:
    """The largest share that is not allocated, in words."""
    most = float(long["unallocated"].max()) if "unallocated" in long else 0.0
    return Text("compare_unallocated", most=most) if most > 0 else None
