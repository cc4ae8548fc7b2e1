"""How far the demand of markets moves together: its covariance, and the risk of one's own basket of markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import refuse_years
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import IMPORT, PARTNER, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.stress.exporters import exporters_in
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import only_one
from tradeanalysis.tables.markets import covariances, known_markets, sales
from tradeanalysis.tables.panel import open_panel, summed
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts


@dataclass(frozen=True, repr=False)
class DemandRisk(Result):
    """How risky the demand of several markets is together.

    Attributes
    ----------
    table
        A row per market, the largest share of the risk first: ``partner``, ``share`` in [0, 1], ``volatility`` (the
        standard deviation of growth of its demand), ``risk_share`` (the shares add up to 1) and ``next_dollar``.
    effective_markets
        The number of independent markets that would be equally risky.
    volatility
        The standard deviation of the growth of all sales, as a fraction.
    hhi
        The concentration of the shares, in (0, 1].
    """

    table: pd.DataFrame
    effective_markets: float
    volatility: float
    hhi: float

    @property
    def risk_shares(self) -> pd.Series[float]:
        """The share of every market in the variance; they add up to 1."""
        return self.table.set_index(PARTNER)["risk_share"]

    @property
    def next_dollar(self) -> pd.Series[float]:
        """The effect of more sales in each market on the volatility, the largest reduction first."""
        return self.table.set_index(PARTNER)["next_dollar"].sort_values(kind="stable")

    def sentence(self, lang: str = "en", least: float = 0.01) -> str:
        """The number of independent markets, the largest share of the risk, and where more sales reduce it most.

        The last is chosen among markets with a share of at least ``least``, since a tiny market can take little more.
        """
        risks, share = self.risk_shares, self.table.set_index(PARTNER)["share"]
        riskiest = texts.in_sentence(risks.idxmax(), lang)
        if len(risks) == 1:
            return texts.say("demand_risk_one", lang, partner=riskiest)
        candidates = self.next_dollar[share >= min(least, share.max())]
        lowers = candidates.iloc[0] < -1e-12 * self.volatility  # values nearer to zero are rounding
        first = texts.say(
            "demand_risk",
            lang,
            n=texts.number(len(risks), lang),
            effective=texts.number(self.effective_markets, lang, 1),
            partner=riskiest,
            share=texts.percent(float(risks.max()), lang),
        )
        key = "demand_risk_next" if lowers else "demand_risk_nowhere"
        where = {"least": texts.percent(least, lang, 0), "next": texts.in_sentence(candidates.index[0], lang)}
        return f"{first} {texts.say(key, lang, **where)}"

    def details(self) -> list[str]:
        """The volatility and the concentration."""
        return [f"volatility {self.volatility:.4f}; HHI {self.hhi:.4f}, 1/HHI {1 / self.hhi:.2f}"]


def demand_risk(x: Any, covariance: Any) -> DemandRisk:
    r"""Demand risk: the effective number of independent markets, and the share of each market in the risk.

    .. math:: N_\sigma = \frac{(\sum_j s_j \sigma_j)^2}{s' \Sigma s}, \quad
              \frac{s_j (\Sigma s)_j}{s' \Sigma s}, \quad
              X \frac{\partial \sigma}{\partial x_j} = \frac{(\Sigma s)_j}{\sigma} - \sigma

    Parameters
    ----------
    x
        Shares s or values by market: a Series, as ``ta.basket`` gives it, a dict, a list or an array.
    covariance
        The covariance of growth of the markets' demand, n by n, as ``ta.stress.demand_covariance`` gives it: a
        dataframe with the markets as rows and columns, or an array in the order of ``x``.

    Returns
    -------
    A ``DemandRisk``. ``effective_markets`` (first formula) is 1 where all markets move as one, :math:`1/H` where shocks
    are independent and of one size, and unbounded above where some markets offset others. ``risk_shares`` (second,
    Euler) add up to 1; a market that offsets others has a negative one. ``next_dollar`` (third) is the effect of more
    sales in a market on the volatility of all sales, below 0 where they reduce it: if sales to the market rise by 1% of
    all sales, the volatility changes by a hundredth of this. Weighted by the shares it adds up to 0.

    Raises
    ------
    TradeDataError
        The covariance has another shape, misses values, is not symmetric or has a negative variance in some direction;
        it has none of the markets; or these shares have no risk at all.

    Notes
    -----
    n is the number of markets in x and in the covariance, those with a share of zero included. Markets that the
    covariance does not have are left out of the shares and named in the notes. With equal volatilities this is
    ``ta.measures.similarity_hill`` of order 2 with the correlations as similarities. Demand is not the only risk: a
    border that closes is not a shock to demand, and the past need not repeat.

    References
    ----------
    Choueifaty, Y., Coignard, Y. (2008). Toward maximum diversification. The Journal of Portfolio Management 35(1),
    40-51. https://doi.org/10.3905/JPM.2008.35.1.40

    Examples
    --------
    >>> import numpy as np, tradeanalysis as ta
    >>> found = ta.stress.demand_risk([0.6, 0.2, 0.1, 0.1], np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    >>> round(found.effective_markets, 12)
    1.408450704225
    >>> print(found.sentence())
    Demand in 4 markets moves as if they were 1.4 independent ones; #0 carries 67.6% of the risk. Among markets that
    take 1% or more, additional sales lower it most in #2.
    """
    x, matrix, left_out = _matching(sales(x), covariance)
    s = x.to_numpy() / x.sum()
    sigma = np.sqrt(np.diag(matrix))
    moved = matrix @ s
    variance = float(s @ moved)
    # The variance of a perfect hedge is a rounding error.
    if not variance > 1e-14 * float(s @ sigma) ** 2:
        raise TradeDataError(Text("risk_none"))
    volatility = variance**0.5
    table = pd.DataFrame(
        {
            PARTNER: x.index,
            "share": s,
            "volatility": sigma,
            "risk_share": s * moved / variance,
            "next_dollar": moved / volatility - volatility,
        }
    ).sort_values("risk_share", ascending=False, kind="stable", ignore_index=True)
    effective, index = float(s @ sigma) ** 2 / variance, float(hhi(s))
    known = getattr(covariance, "attrs", {}).get("notes", {})
    shrunken = {key: known[key] for key in ("years", "shrinkage") if key in known}
    notes = {
        "n": Text("note_markets_independent", count=len(s), effective=effective, inverse=1 / index),
        "volatility": f"{volatility:.4f}",
        "covariance": Text("note_covariance", **shrunken) if len(shrunken) == 2 else Text("note_as_given"),
        "left out": left_out,
    }
    return DemandRisk(annotated(table, x.attrs, **notes), effective, volatility, index)


def _matching(x: pd.Series[float], covariance: Any) -> tuple[pd.Series[float], Array, str]:
    """The markets with both a value and a covariance, the covariance in their order, and the markets left out."""
    left_out: str = ""
    if isinstance(covariance, pd.DataFrame):
        known = x.index.isin(known_markets(covariance))
        if not x[known].sum() > 0:
            raise TradeDataError(Text("risk_no_market", markets=list(x.index)))
        if missing := float(x[~known].sum()):
            labels = listing(x.index[~known & (x > 0).to_numpy()])
            left_out = Text("note_of_value", labels=labels, share=missing / x.sum())
        attrs, x = x.attrs, x[known]
        x.attrs = attrs
        covariance = covariance.loc[x.index, x.index]
    return x, covariances(covariance, len(x)), left_out


def demand_covariance(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> pd.DataFrame:
    r"""Covariance of demand between markets: of the log growth of each market's imports, with shrinkage.

    .. math:: \Sigma = \delta \frac{\operatorname{tr} S}{n} I + (1 - \delta) S

    with S the sample covariance and :math:`\delta` the shrinkage of Ledoit and Wolf: the fewer the years, the larger.

    Parameters
    ----------
    table
        A trade table with years, of pandas, Polars, PyArrow, DuckDB or PySpark. Reporters are the markets in rows of
        imports; partners are the markets in rows of exports, or where there is no flow.
    reporter
        The exporter whose own sales are used, by default all exporters in the table.
    flow
        The flow whose rows are read, by default imports where the table has them.
    year
        The last year, by default that of the table. Later years are not used.
    value
        The column of values.

    Returns
    -------
    A pandas dataframe, n by n, with the markets as rows and as columns; variances are of yearly log growth. The notes
    state the shrinkage, from 0 (the sample covariance) to 1 (independent markets of one volatility), and the markets
    left out.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        There are fewer than three years, a year between them is missing, no market has trade in all of them, or the
        exporter, flow or year is not in the table.

    Notes
    -----
    n is the number of markets with imports in every year; the others are left out. Shrinkage pulls the effective number
    of markets towards 1/HHI. Growth is of values: a change of all prices or of the dollar moves all markets together.
    To exclude an exporter's own part of a market's imports, drop its rows first.

    References
    ----------
    Ledoit, O., Wolf, M. (2004). A well-conditioned estimator for large-dimensional covariance matrices. Journal of
    Multivariate Analysis 88(2), 365-411. https://doi.org/10.1016/S0047-259X(03)00096-4

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> covariance = ta.stress.demand_covariance(imports)
    >>> covariance.shape
    (81, 81)
    >>> covariance.attrs["notes"]["left out"]
    'ESP, MWI, OMN, SWE, VCT, without imports in some year'
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    panel = open_panel(table, [REPORTER, PARTNER], value=value)
    if YEAR not in panel.marks:
        raise SchemaError(Text("risk_no_years", column=repr(YEAR)))
    default = IMPORT if IMPORT in panel.flows else next(iter(panel.flows), None)
    cells, exporter, market = exporters_in(panel, flow or default)
    if reporter is not None:
        cells = cells.filter(nw.col(exporter) == only_one(cells, exporter, reporter))
    if year is not None:
        cells = cells.filter(nw.col(YEAR) <= only_one(cells, YEAR, year))
    demand = summed(cells, [YEAR, market]).pivot(index=YEAR, columns=market, values=VALUE).sort_index()
    years = demand.index.to_numpy()
    refuse_years(years)
    if len(years) < 3 or (np.diff(years) != 1).any():
        raise TradeDataError(Text("risk_few_years", years=list(years)))
    complete = demand.dropna(axis="columns")
    if complete.empty:
        raise TradeDataError(Text("risk_no_complete_market"))
    matrix, shrinkage = shrunk(np.diff(np.log(complete.to_numpy()), axis=0))
    markets = pd.Index(complete.columns.tolist(), name=PARTNER)
    absent = demand.columns.difference(complete.columns)
    notes = {
        "years": Text("note_growth_of", first=str(years[0]), last=str(years[-1])),
        "shrinkage": f"{shrinkage:.3f}",
        "n": Text("note_markets", count=len(markets)),
        "left out": Text("note_no_imports_some_year", labels=listing(absent)) if len(absent) else "",
    }
    return annotated(pd.DataFrame(matrix, index=markets, columns=markets.rename(None)), panel.attrs, **notes)


def shrunk(growth: Array) -> tuple[Array, float]:
    """The covariance of a sample (years by markets) by Ledoit and Wolf, and its shrinkage."""
    t, n = growth.shape
    z = growth - growth.mean(axis=0)
    sample = z.T @ z / t
    target = np.trace(sample) / n * np.eye(n)
    # The squared distance of the sample covariance from the target, and the part of it that is sampling error.
    distance = ((sample - target) ** 2).sum()
    error = (((z**2).T @ (z**2)).sum() / t - (sample**2).sum()) / t
    shrinkage = float(min(error / distance, 1.0)) if distance > 0 else 0.0
    return shrinkage * target + (1 - shrinkage) * sample, shrinkage
