"""How far markets move together: the risk of demand, and a covariance of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.results import annotated
from tradeanalysis.schema import FLOW, IMPORT, PARTNER, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import covariances, known_markets, sales
from tradeanalysis.tables.panel import open_panel, summed
from tradeanalysis.texts import catalogues as texts


@dataclass(frozen=True)
class DemandRisk:
    """How risky the demand of one's markets is together.

    ``table`` holds ``partner, share, volatility, risk_share, next_dollar``; ``volatility`` is the standard deviation
    of growth of all sales; ``effective_markets`` the number of independent ones; ``hhi`` the concentration of shares.
    """

    table: pd.DataFrame
    effective_markets: float
    volatility: float
    hhi: float

    @property
    def risk_shares(self) -> pd.Series[float]:
        """The share of every market in the variance, which add up to 1."""
        return self.table.set_index(PARTNER)["risk_share"]

    @property
    def next_dollar(self) -> pd.Series[float]:
        """What more sales in each market do to the volatility, the most lowering first."""
        return self.table.set_index(PARTNER)["next_dollar"].sort_values(kind="stable")

    def sentence(self, lang: str = "en", least: float = 0.01) -> str:
        """The number of independent markets, who carries most of the risk, and where the next dollar lowers it most.

        That is looked for among markets with at least the share ``least``: a tiny one takes few dollars.
        """
        risks, share = self.risk_shares, self.table.set_index(PARTNER)["share"]
        most = _named(risks.idxmax(), lang)
        if len(risks) == 1:
            return texts.say("demand_risk_one", lang, partner=most)
        candidates = self.next_dollar[share >= min(least, share.max())]
        lowers = candidates.iloc[0] < -1e-12 * self.volatility  # what is nearer to zero is rounding
        told = texts.say(
            "demand_risk",
            lang,
            n=texts.number(len(risks), lang),
            effective=texts.number(self.effective_markets, lang, 1),
            partner=most,
            share=texts.percent(float(risks.max()), lang),
        )
        key = "demand_risk_next" if lowers else "demand_risk_nowhere"
        where = {"least": texts.percent(least, lang, 0), "next": _named(candidates.index[0], lang)}
        return f"{told} {texts.say(key, lang, **where)}"

    def summary(self) -> str:
        """The sentence, the indices, and the markets that carry most of the risk."""
        most = self.table.nlargest(5, "risk_share").to_string(index=False, float_format="{:.4g}".format)
        figures = f"volatility {self.volatility:.4f}; HHI {self.hhi:.4f}, 1/HHI {1 / self.hhi:.2f}"
        return f"{self.sentence()}\n{figures}\n{most}"

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>{self.table._repr_html_()}"  # type: ignore[operator]


def _named(partner: Any, lang: str) -> str:
    return texts.label(partner, lang, sentence=True) if isinstance(partner, str) else f"#{partner}"


def demand_risk(shares: Any, covariance: Any) -> DemandRisk:
    r"""Demand risk: the effective number of independent markets, and the part of each market in the risk.

    .. math:: N_\sigma = \frac{(\sum_j s_j \sigma_j)^2}{s' \Sigma s}, \quad
              \frac{s_j (\Sigma s)_j}{s' \Sigma s}, \quad
              X \frac{\partial \sigma}{\partial x_j} = \frac{(\Sigma s)_j}{\sigma} - \sigma

    Parameters
    ----------
    shares
        Shares or values by market: a Series, as ``ta.basket`` gives it, a dict, or a list.
    covariance
        The covariance of growth of the markets' demand, such as ``ta.demand_covariance`` gives it: a dataframe with the
        markets as rows and columns, or an array in the order of ``shares``.

    Returns
    -------
    A ``DemandRisk``. ``effective_markets`` is 1 where all markets move as one, :math:`1/H` where shocks are independent
    and of one size, and has no upper end where some make up for others. ``risk_shares`` (Euler) add up to 1; a market
    that makes up for others has less than 0. ``next_dollar`` is the last of the formulas, what more sales there do to
    the volatility of all, below 0 where they lower the risk: 1% of all sales more there changes it by a hundredth of
    this. Weighted by the shares it adds up to 0. A market with a share of zero takes part.

    Raises
    ------
    TradeDataError
        The covariance has another shape, misses values, is not symmetric or has a negative variance in some direction;
        no market is in it; or these shares have no risk at all.

    Notes
    -----
    Markets that the covariance does not know are left out of the shares and named in the notes. With equal
    volatilities this is ``ta.similarity_hill`` of order 2 with the correlations as similarities. Demand is not all the
    risk: a border that closes is no shock of demand, and the past need not repeat.

    References
    ----------
    Choueifaty, Y., Coignard, Y. (2008). Toward maximum diversification. The Journal of Portfolio Management 35(1),
    40-51. https://doi.org/10.3905/JPM.2008.35.1.40

    Examples
    --------
    >>> import numpy as np, tradeanalysis as ta
    >>> found = ta.demand_risk([0.6, 0.2, 0.1, 0.1], np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    >>> round(found.effective_markets, 12)
    1.408450704225
    >>> print(found.sentence())
    Demand in 4 markets moves as if they were 1.4 independent ones; #0 carries 67.6% of the risk. Among markets that
    take 1% or more, the next dollar lowers it most in #2.
    """
    x = sales(shares)
    x, matrix, left = _matching(x, covariance)
    s = x.to_numpy() / x.sum()
    sigma = np.sqrt(np.diag(matrix))
    moved = matrix @ s
    variance = float(s @ moved)
    # What is left of a hedge of everything is rounding.
    if not variance > 1e-14 * float(s @ sigma) ** 2:
        raise TradeDataError("by this covariance these sales have no risk at all: no number of markets exists")
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
    notes = {
        "n": f"{len(s)} markets; {effective:.2f} independent ones, 1/HHI {1 / index:.2f}",
        "volatility": f"{volatility:.4f}",
        "covariance": "; ".join(f"{key}: {known[key]}" for key in ("years", "shrinkage") if key in known) or "as given",
        "left out": left,
    }
    return DemandRisk(annotated(table, x.attrs, **notes), effective, volatility, index)


def _matching(x: pd.Series[float], covariance: Any) -> tuple[pd.Series[float], Array, str]:
    """The markets that have both a value and a covariance, the covariance in their order, and who is left out."""
    left = ""
    if isinstance(covariance, pd.DataFrame):
        known = x.index.isin(known_markets(covariance))
        if not x[known].sum() > 0:
            raise TradeDataError(f"the covariance knows none of the markets, which are {listing(x.index)}")
        if lost := float(x[~known].sum()):
            left = f"{listing(x.index[~known & (x > 0).to_numpy()])}, {lost / x.sum():.2%} of value"
        attrs, x = x.attrs, x[known]
        x.attrs = attrs
        covariance = covariance.loc[x.index, x.index]
    return x, covariances(covariance, len(x)), left


def demand_covariance(table: Any, *, value: str = VALUE) -> pd.DataFrame:
    r"""Covariance of demand between markets: of the log growth of each market's imports, shrunk as few years ask for.

    .. math:: \Sigma = \delta \frac{\operatorname{tr} S}{n} I + (1 - \delta) S

    with S the covariance of the sample and :math:`\delta` as Ledoit and Wolf choose it.

    Parameters
    ----------
    table
        A trade table with years, of pandas, Polars, PyArrow, DuckDB or PySpark. Reporters are the markets where it
        holds imports, partners where it holds exports alone or does not say.
    value
        The column of values.

    Returns
    -------
    A dataframe with the markets as rows and as columns. The notes hold the shrinkage, from 0 (the sample's) to 1
    (markets independent and of one volatility), and who was left out.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        There are fewer than three years, a year is missing between them, or no market has trade in all of them.

    Notes
    -----
    Markets without imports in some year are left out. Shrinkage pulls the effective number of markets towards
    1/HHI. Growth is of values: what moves all prices or the dollar moves all markets together. To leave out one's own
    part of a market's imports, drop these rows first.

    References
    ----------
    Ledoit, O., Wolf, M. (2004). A well-conditioned estimator for large-dimensional covariance matrices. Journal of
    Multivariate Analysis 88(2), 365-411. https://doi.org/10.1016/S0047-259X(03)00096-4

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> covariance = ta.demand_covariance(imports)
    >>> covariance.shape
    (81, 81)
    >>> covariance.attrs["notes"]["left out"]
    'ESP, MWI, OMN, SWE, VCT, without imports in some year'
    """
    whole = open_panel(table, [REPORTER, PARTNER], value=value)
    if YEAR not in whole.marks:
        raise SchemaError(f"growth needs years, and the table has no column {YEAR!r}")
    cells = whole.allocated(whole.cells, REPORTER, PARTNER)
    market = PARTNER
    if IMPORT in whole.flows:
        market, cells = REPORTER, cells.filter(nw.col(FLOW) == IMPORT)
    demand = summed(cells, [YEAR, market]).pivot(index=YEAR, columns=market, values=VALUE).sort_index()
    years = demand.index.to_numpy()
    if len(years) < 3 or (np.diff(years) != 1).any():
        raise TradeDataError(f"growth needs three years or more without a gap, and the table holds {listing(years)}")
    steady = demand.dropna(axis="columns")
    if steady.empty:
        raise TradeDataError("no market has imports in all years: take fewer years")
    growth = np.diff(np.log(steady.to_numpy()), axis=0)
    matrix, shrinkage = shrunk(growth)
    markets = pd.Index(steady.columns.tolist(), name=PARTNER)
    absent = demand.columns.difference(steady.columns)
    notes = {
        "years": f"growth of {years[0]}-{years[-1]}",
        "shrinkage": f"{shrinkage:.3f}",
        "n": f"{len(markets)} markets",
        "left out": f"{listing(absent)}, without imports in some year" if len(absent) else "",
    }
    return annotated(pd.DataFrame(matrix, index=markets, columns=markets.rename(None)), whole.attrs, **notes)


def shrunk(growth: Array) -> tuple[Array, float]:
    """Ledoit and Wolf's covariance of a sample, years by markets, and the shrinkage that they choose."""
    t, n = growth.shape
    z = growth - growth.mean(axis=0)
    sample = z.T @ z / t
    target = np.trace(sample) / n * np.eye(n)
    # The squared distance of the sample from the target, and how much of it is the error of the sample.
    distance = ((sample - target) ** 2).sum()
    error = (((z**2).T @ (z**2)).sum() / t - (sample**2).sum()) / t
    shrinkage = float(min(error / distance, 1.0)) if distance > 0 else 0.0
    return shrinkage * target + (1 - shrinkage) * sample, shrinkage
