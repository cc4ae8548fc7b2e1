"""Risk scores as weights: the mean score of an economy's partners, with bounds for partners that have none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.dependency.partner_scores import SCORE, names_of, risks_of, scores_of
from tradeanalysis.dependency.sides import WORLD_SIZE, is_world
from tradeanalysis.gate.findings import listing, warn_if_listed_in_part
from tradeanalysis.gate.frames import labels_in, refuse_float_ends
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.baskets import Choice, choose, mirrored, values_of
from tradeanalysis.tables.markets import (
    VECTORS,
    by_market,
    market_labels,
    refuse_repeated,
    refuse_totals,
    shares,
)
from tradeanalysis.tables.panel import open_panel, summed
from tradeanalysis.texts import Text, capital, label, number, outwards, percent, say, series
from tradeanalysis.texts.catalogues import in_sentence

UNKNOWN = ("bounds", "refuse")
# So many partners without a score are named in a sentence.
NAMED = 3


@dataclass(frozen=True, repr=False)
class RiskExposure(Result):
    """The mean score of an economy's partners, weighted by value.

    ``table`` has ``partner, share, score, contribution, low, high``, the largest share first: the contributions add
    up to ``mean``, ``low`` and ``high`` to the bounds of the same names. ``mean``, ``squared`` and ``risk_share`` are
    over the partners that have a score, which hold ``covered`` of the value; ``low`` and ``high`` are over all.
    ``benchmark`` is the mean with the shares of the world's demand, missing where no world is given. ``scale`` is what
    bounds a missing score, ``about`` names the economy, flow and year.
    """

    table: pd.DataFrame
    mean: float
    low: float
    high: float
    covered: float
    squared: float
    risk_share: float
    benchmark: float
    scale: tuple[float, float]
    is_distance: bool
    about: dict[str, Any]

    @property
    def unscored(self) -> list[Any]:
        """The partners without a score, the largest first."""
        found: list[Any] = self.table.loc[self.table[SCORE].isna(), PARTNER].tolist()
        return found

    def sentence(self, lang: str = "en") -> str:
        """The mean, its bounds where a partner has no score, the largest part of it, and the world's."""
        flow, reporter = self.about.get(FLOW), self.about.get(REPORTER)
        kind = flow if flow and reporter is not None else "plain"
        largest = max(abs(one) for one in (*self.scale, self.mean))
        digits = 3 if largest == 0 else int(np.clip(3 - math.floor(math.log10(largest)), 0, 9))
        words = {
            REPORTER: in_sentence(str(reporter), lang),
            "measure": say("risk_exposure_distance" if self.is_distance else "risk_exposure_score", lang),
            "mean": number(self.mean, lang, digits),
        }
        if missing := self.unscored:
            low, high = outwards(self.low, self.high, lang, digits)
            named = [_name(one, lang) for one in missing[:NAMED]]
            if len(missing) > NAMED:
                named.append(say("risk_exposure_others", lang, rest=str(len(missing) - NAMED)))
            words |= {"covered": percent(self.covered, lang), "unscored": series(named, lang)}
            said = [say(f"risk_exposure_part_{kind}", lang, low=low, high=high, **words)]
        else:
            said = [say(f"risk_exposure_all_{kind}", lang, **words)]
        if self.risk_share == self.risk_share:
            top = self.table[PARTNER].iloc[int(np.nanargmax(self.table["contribution"]))]
            said.append(say("risk_exposure_top", lang, partner=_name(top, lang), share=percent(self.risk_share, lang)))
        if self.benchmark == self.benchmark:
            key = f"risk_exposure_benchmark_{self.about['benchmark']}"
            said.append(say(key, lang, benchmark=number(self.benchmark, lang, digits)))
        said.append(say("risk_exposure_judgement", lang))
        return " ".join(map(capital, said))


def risk_exposure(
    table: Any,
    scores: Any,
    *,
    unknown: str = "bounds",
    own: str | float | None = None,
    scale: tuple[float, float] | None = None,
    benchmark: Any = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> RiskExposure:
    r"""The mean risk score of an economy's partners, weighted by value, with bounds for partners without a score.

    .. math:: \bar\rho = \sum_j s_j \rho_j \qquad
        \sum_j s_j \rho_j + u \, \rho_{\min} \le \bar\rho \le \sum_j s_j \rho_j + u \, \rho_{\max}

    with :math:`u` the share of the partners without a score. It is a value judgement shown, not a forecast: on 57,205
    flows of 86 importers, 2001 to 2016, the distance between votes in the United Nations told markets that were lost
    within three years from others with an AUC of .54 (.50 is chance), the past volatility of the flow with .80.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark; or values by market: a Series, a dict, a list.
    scores
        The score of each partner: a Series or a dict by name or code, a table ``partner, score`` of one year, or for
        a list of values a list. A score is from 0 on. A partner that is not named has none, which is not 0:
        the ideal points of the United Nations have Serbia under ``YUG``, a label to rename.
    unknown
        ``"bounds"``: partners without a score give the mean its bounds. ``"refuse"``: they are an error.
    own
        The economy's own position, where ``scores`` are positions such as ideal points: a number, or the label in
        ``scores`` at which it stands. Each partner's score is then :math:`|\rho_j - \rho_{own}|`.
    scale
        The ends between which every score (or position) lies, ``(0, 1)``: a score beyond is refused, and a missing
        one lies somewhere between. By default it is taken to lie between the least and the largest score (or distance)
        of the partners that have one, which is an assumption.
    benchmark
        ``"world"``: the same mean with the shares of what all others trade with each partner. None: that, where the
        table has at least 20 economies that report. Or a vector of values by partner.
    reporter, flow, year, value
        As for ``ta.basket``.

    Returns
    -------
    A ``RiskExposure``: ``mean``, ``low``, ``high``, ``covered``, ``squared`` (:math:`\sum s_j^2 \rho_j`),
    ``risk_share`` (the part of the largest contribution in the mean), ``benchmark``, ``table``, ``sentence(lang)``.
    The mean is in the unit of the scores, 0 where no partner has a risk. Where all partners have a score, ``low``,
    ``mean`` and ``high`` are one.

    Raises
    ------
    SchemaError
        A table of scores lacks a column.
    TradeDataError
        A score is no finite number, is negative without ``own=``, is outside ``scale``, or is given twice for one
        partner; scores of several years or of another year; no partner has a score; all scores are alike, so that
        they bound nothing, and there is no ``scale``; or a choice is not in the table.

    Notes
    -----
    Hong Kong, Macao and Taiwan have no seat in the United Nations and so no position of their own: they are partners
    without a score, and not China's. Goods that come back to the economy itself are left out and noted. The n of the
    benchmark is the partners of the world that have a score. A score says nothing of how easily a partner can be
    replaced. How concentrated trade is among partners that resemble each other ("friend-shoring") is
    ``ta.measures.similarity_hill``.

    References
    ----------
    Bailey, M. A., Strezhnev, A., Voeten, E. (2017). Estimating Dynamic State Preferences from United Nations Voting
    Data. Journal of Conflict Resolution 61(2), 430-456. https://doi.org/10.1177/0022002715595700

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.risk_exposure({"USA": 0.3, "DEU": 0.2, "HKG": 0.5}, {"USA": 0.1, "DEU": 0.5}, scale=(0, 1))
    >>> round(found.low, 3), round(found.high, 3), round(found.covered, 3)
    (0.13, 0.63, 0.5)
    >>> ta.risk_exposure({"USA": 1, "BRA": 1}, {"USA": 0, "BRA": 5, "IRN": 10}, own="IRN").mean
    7.5
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    if unknown not in UNKNOWN:
        raise TradeDataError(Text("risk_exposure_unknown", given=repr(unknown), known=list(map(repr, UNKNOWN))))
    values, choice = _values(table, reporter, flow, year, value)
    about = {} if choice is None else dict(choice.about)
    values, notes = _abroad(values, about.get(REPORTER))
    demand, about["benchmark"] = _demand(benchmark, choice, values)
    positions = scores_of(scores, about.get(YEAR))
    markets = values.index.union(demand.index, sort=False)
    positions = positions.set_axis(pd.Index(market_labels(positions.index, markets)))
    if (twice := positions.index.duplicated()).any():
        raise TradeDataError(Text("risk_exposure_twice", partners=names_of(positions.index[twice].unique())))
    risks, ends = risks_of(positions, own, scale)
    if unknown == "refuse" and (lacking := values.index.difference(risks.index, sort=False)).size:
        raise TradeDataError(Text("risk_exposure_refused", partners=names_of(lacking)))
    is_distance, other = own is not None, _mean_of(demand, risks)
    return _exposure(values, risks, ends, notes, benchmark=other, is_distance=is_distance, about=about)


def _exposure(
    values: pd.Series[float],
    risks: pd.Series[float],
    ends: tuple[float, float] | None,
    notes: dict[str, Any],
    *,
    benchmark: float,
    is_distance: bool,
    about: dict[str, Any],
) -> RiskExposure:
    """The mean risk of the partners that have one, and its bounds over all."""
    table = pd.DataFrame(
        {PARTNER: values.index, "share": shares(values), SCORE: risks.reindex(values.index).to_numpy()}
    )
    has = table[SCORE].notna().to_numpy()
    if not has.any():
        raise TradeDataError(
            Text("risk_exposure_no_score", partners=names_of(values.index), scored=names_of(risks.index))
        )
    risk, weight = table[SCORE][has].to_numpy(), shares(values[has])
    least, most = ends or (float(risk.min()), float(risk.max()))
    if not has.all():
        lacking = values.index[~has]
        if least == most:
            raise TradeDataError(Text("risk_exposure_alike", partners=names_of(lacking)))
        notes["without a score"] = Text("note_without_score", labels=listing(lacking), least=least, most=most)
        notes["scale"] = Text("note_as_given" if ends else "note_scale_assumed")
    table.loc[has, "contribution"] = weight * risk
    table["low"] = table["share"] * table[SCORE].fillna(least)
    table["high"] = table["share"] * table[SCORE].fillna(most)
    mean, covered = math.fsum(weight * risk), math.fsum(table["share"][has])
    low, high = (mean, mean) if has.all() else (math.fsum(table["low"]), math.fsum(table["high"]))
    squared, largest = math.fsum(weight**2 * risk), float((weight * risk).max())
    table = table.sort_values("share", ascending=False, kind="stable", ignore_index=True)
    noted = annotated(table, values.attrs, **about, **notes, covered=Text("note_covered", share=covered))
    return RiskExposure(
        noted,
        mean=mean,
        low=low,
        high=high,
        covered=covered,
        squared=squared,
        risk_share=largest / mean if mean > 0 else math.nan,
        benchmark=benchmark,
        scale=(least, most),
        is_distance=is_distance,
        about=about,
    )


# ---- what is given ------------------------------------------------------------------------------------------------


def _values(
    table: Any, reporter: Any, flow: str | None, year: int | None, value: str
) -> tuple[pd.Series[float], Choice | None]:
    """The values by partner, and the choice where they are from a table."""
    if isinstance(table, VECTORS) or (hasattr(type(table), "basket") and not hasattr(type(table), "columns")):
        values, choice = by_market(table), None
        rest = among(values.index, remainders(PARTNER))
        refuse_totals(values.index[~rest])
        values = values[~rest]
    else:
        warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=3)
        choice = choose(table, reporter=reporter, flow=flow, year=year, value=value)
        values = values_of(choice)
    values = values[values > 0]
    refuse_float_ends(values.to_numpy(), "sum", "apart")
    if values.empty:
        raise TradeDataError(Text("markets_nothing"))
    return values, choice


def _abroad(values: pd.Series[float], us: Any) -> tuple[pd.Series[float], dict[str, Any]]:
    """The values without what comes back to the economy itself, and notes of what is in no share."""
    notes: dict[str, Any] = {}
    if rest := values.attrs.get("unallocated"):
        notes["unallocated"] = Text("note_in_no_share", share=rest / (rest + values.sum()))
    home = values.index == us if us is not None else np.zeros(len(values), dtype=bool)
    if not home.any():
        return values, notes
    notes["left out"] = Text("note_itself", name=str(us), share=values[home].sum() / values.sum())
    if home.all():
        raise TradeDataError(Text("markets_nothing"))
    return values[~home], notes


# ---- the world ----------------------------------------------------------------------------------------------------


def _demand(benchmark: Any, choice: Choice | None, values: pd.Series[float]) -> tuple[pd.Series[float], str | None]:
    """The values of the benchmark by partner, none of them where there is no benchmark, and its kind."""
    none = values.iloc[:0]
    if benchmark is not None and not isinstance(benchmark, str):
        if not isinstance(benchmark, VECTORS) and not hasattr(type(benchmark), "basket"):
            raise TradeDataError(Text("risk_exposure_benchmark", benchmark=repr(benchmark)[:60]))
        given = by_market(benchmark, "benchmark")
        given = given.set_axis(pd.Index(market_labels(given.index, values.index)))
        refuse_repeated(given.index, "benchmark")
        rest = among(given.index, remainders(PARTNER))
        refuse_totals(given.index[~rest])
        given = given[~rest & (given > 0).to_numpy()]
        refuse_float_ends(given.to_numpy(), "sum", "apart")
        if given.empty:
            raise TradeDataError(Text("markets_nothing"))
        return given, "given"
    if benchmark not in (None, "world"):
        raise TradeDataError(Text("risk_exposure_benchmark", benchmark=repr(benchmark)))
    if choice is None or REPORTER not in choice.among.collect_schema().names():
        if benchmark:
            raise TradeDataError(Text("risk_exposure_no_world"))
        return none, None
    us, ours = choice.about[REPORTER], REPORTER if choice.side == PARTNER else PARTNER
    rows = choice.among
    if FLOW in choice.about and FLOW in rows.collect_schema().names():
        flow = choice.about[FLOW] if choice.side == PARTNER else mirrored(choice.about[FLOW])
        rows = rows.filter(nw.col(FLOW) == flow)
    panel = open_panel(rows.to_native(), [REPORTER, PARTNER])
    cells = panel.allocated(panel.cells, REPORTER, PARTNER)
    # As texts: two columns of categories have a list of their own each.
    own = nw.col(REPORTER).cast(nw.String) == nw.col(PARTNER).cast(nw.String)
    others = cells.filter((nw.col(ours) != us) & (nw.col(choice.side) != us) & ~own)
    enough = is_world(cells) and len(labels_in(cells, ours)) >= WORLD_SIZE
    if not enough and not (benchmark and len(labels_in(others, ours))):
        if benchmark:
            raise TradeDataError(Text("risk_exposure_no_world"))
        return none, None
    return summed(others, [choice.side]).set_index(choice.side)[VALUE], "world"


def _mean_of(demand: pd.Series[float], risks: pd.Series[float]) -> float:
    """The mean risk with the shares of a benchmark, over its partners that have a score."""
    known = demand[demand.index.isin(risks.index)]
    if known.empty:
        return math.nan
    return math.fsum(shares(known) * risks.reindex(known.index).to_numpy())


# ---- in words -----------------------------------------------------------------------------------------------------


def _name(one: Any, lang: str) -> str:
    return label(one, lang, sentence=True) if isinstance(one, str) else f"#{one}"
