"""Excess dependence: an economy's shares by partner beside those of a benchmark."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.dependency.gravity_model import Gravity, gravity
from tradeanalysis.dependency.sides import chosen_labels
from tradeanalysis.dependency.structure import finger_kreinin_indices
from tradeanalysis.extras import need
from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import labels_in, refuse_float_ends
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.parameters import need_counts, need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError, TradeDataWarning
from tradeanalysis.tables.baskets import Choice, choose, mirrored, values_of
from tradeanalysis.tables.markets import VECTORS, aligned_series, shares
from tradeanalysis.tables.panel import Panel, as_pandas, open_panel, summed
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# The texts of what a basket is held against.
BENCHMARKS = {
    "world": "against_world",
    "peers": "against_peers",
    "gravity": "against_gravity",
    "given": "note_as_given",
}
PEERS = 10


@dataclass(frozen=True, repr=False)
class Excess(Result):
    """An economy's shares by partner beside those of a benchmark.

    ``table`` holds ``partner, share, benchmark_share, intensity, contribution``; ``total`` is the sum of the
    contributions; ``hhi`` and ``benchmark_hhi`` are the concentration of the two; ``about`` names the economy, flow,
    year and benchmark.
    """

    table: pd.DataFrame
    total: float
    hhi: float
    benchmark_hhi: float
    about: dict[str, Any]

    @property
    def contribution(self) -> pd.Series[float]:
        """The contributions of the partners, which add up to ``total``."""
        return self.table.set_index(PARTNER)["contribution"]

    def sentence(self, lang: str = "en", partner: Any = None) -> str:
        """The largest partner (or another) in one sentence: its share, and its share in the benchmark."""
        rows = self.table.set_index(PARTNER)
        one = rows.index[0] if partner is None else partner
        if one not in rows.index:
            raise TradeDataError(Text("excess_no_partner", partner=repr(one), partners=list(rows.index)))
        flow, reporter = self.about.get(FLOW), self.about.get(REPORTER)
        key = f"excess_{flow}" if flow and reporter else "excess_plain"
        said = texts.say(
            key,
            lang,
            **texts.party("reporter", str(reporter), lang),
            partner=texts.label(one, lang, sentence=True) if isinstance(one, str) else f"#{one}",
            share=texts.percent(float(rows["share"][one]), lang),
            benchmark=texts.say(f"benchmark_{self.about['benchmark']}", lang),
            expected=texts.percent(float(rows["benchmark_share"][one]), lang),
        )
        return texts.capital(said)

    def summary(self) -> str:
        """The sentence, the two indices, the total, and the partners that contribute most."""
        largest = self.table.nlargest(5, "contribution").to_string(index=False, float_format="{:.4f}".format)
        figures = f"HHI {self.hhi:.4f}, of the benchmark {self.benchmark_hhi:.4f}; excess {self.total:.4f}"
        return f"{self.sentence()}\n{figures}\n{largest}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.table._repr_html_()}"  # type: ignore[operator]


def excess(
    x: Any,
    benchmark: Any = "world",
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    peers: int | str | Iterable[str] = PEERS,
    silent: Iterable[str] | None = None,
) -> Excess:
    r"""Excess dependence: how far an economy's shares are from a benchmark's, and which partners make it so.

    .. math:: KL(s \| m) = \sum_j s_j \ln \frac{s_j}{m_j}

    Parameters
    ----------
    x
        A trade table of all reporters, of pandas, Polars, PyArrow, DuckDB or PySpark; or one vector of values or
        shares by partner (a Series, a dict, a list, an array), with a vector as ``benchmark``.
    benchmark
        ``"world"``: what each partner trades with all others, product by product in the economy's own mix where the
        table has products. ``"peers"``: the mean shares of economies with a similar structure. ``"gravity"``: the
        expected trade of ``ta.dependency.gravity``, which may be given itself. Or a vector of values by partner: a
        Series or a dict by label, for a vector also an array in its order.
    reporter, flow, year, value
        As for ``basket``.
    peers
        How many peers, by Finger-Kreinin similarity of products; or their names, or a trade bloc.
    silent
        As for ``gravity``: trade between two of these is unknown, and partners about which nothing can be known are
        left out of both. With ``[]`` none is.

    Returns
    -------
    An ``Excess``: ``table`` by partner, the largest share first, with both shares, ``intensity`` :math:`s_j/m_j` and
    ``contribution`` :math:`s_j \ln(s_j/m_j)`; ``total``, ``hhi``, ``benchmark_hhi`` and ``sentence(lang)``. The total
    is 0 where the two are the same and is unbounded above; it is the mean log intensity, weighted by the shares.

    Raises
    ------
    TradeDataError
        The choice is not in the table, the table cannot give the benchmark, or a value is faulty.

    Warns
    -----
    TradeDataWarning
        A partner has a share, and none in the benchmark: its contribution and the total are infinite.

    Notes
    -----
    Partners that the benchmark does not cover (gravity without distances, the world's shape where a partner reports
    nothing in a table of both flows) are left out of both and named in the notes.
    A benchmark shows what is usual and not what is right: the world's shape ignores distance, gravity ignores prices,
    and peers may be as dependent.

    References
    ----------
    Kullback, S., Leibler, R. A. (1951). On information and sufficiency. The Annals of Mathematical Statistics 22,
    79-86. https://doi.org/10.1214/aoms/1177729694

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> print(ta.excess(ta.example("world_2023"), reporter="VNM").sentence())
    The United States takes 28.9% of Vietnam’s exports; the world’s shape would give it 14.4%.
    >>> round(ta.excess([0.5, 0.3, 0.2], [0.3, 0.3, 0.4]).total, 6)
    0.116783
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    if isinstance(x, VECTORS):
        if not isinstance(benchmark, VECTORS):
            raise TradeDataError(Text("excess_of_vector"))
        return _against(*aligned_series(x, benchmark), {"benchmark": "given"}, {})
    if isinstance(benchmark, str) and benchmark == "gravity":
        need(Text("needs_of_gravity"), "pyfixest")
    choice = choose(x, reporter=reporter, flow=flow, year=year, value=value)
    own = values_of(choice)
    notes = _unallocated(own)
    if not isinstance(benchmark, (str, Gravity)):
        return _against(*aligned_series(own, benchmark), choice.about | {"benchmark": "given"} | notes, choice.attrs)
    if REPORTER not in choice.about:
        raise TradeDataError(Text("excess_no_reporters"))
    if benchmark == "world":
        return excess_of_world(choice, _panel(choice), own, silent)
    unreported = _silent(choice, silent)
    if benchmark == "peers":
        return _beyond(choice, own, "peers", _peers_shape(choice, peers, unreported, notes), unreported, notes)
    if benchmark == "gravity" or isinstance(benchmark, Gravity):
        shape = _gravity_shape(choice, benchmark, unreported)
        absent = set(own.index) - set(shape.index)
        return _beyond(choice, own, "gravity", shape, unreported, notes, absent)
    raise TradeDataError(Text("excess_benchmark", benchmark=repr(benchmark)))


def excess_of_world(choice: Choice, panel: Panel, own: pd.Series[float], silent: Iterable[str] | None = None) -> Excess:
    """The excess over the world's shape of a choice, whose values by partner are ``own``.

    ``panel`` has the cells of the year by reporter, partner and, where the table has it, product.
    """
    notes, unreported = _unallocated(own), _silent(choice, silent)
    return _beyond(choice, own, "world", _world_shape(choice, panel, notes), unreported, notes, stacklevel=5)


def _unallocated(own: pd.Series[float]) -> dict[str, Any]:
    """A note of what is not allocated to a partner."""
    rest = own.attrs["unallocated"]
    return {"unallocated": Text("note_in_no_share", share=rest / (rest + own.sum()))} if rest else {}


def _silent(choice: Choice, silent: Iterable[str] | None) -> set[str]:
    """The economies that did not report: those named, or those of the certificate."""
    return set(choice.attrs.get("certificate", {}).get("silent", ()) if silent is None else silent)


def _beyond(
    choice: Choice,
    own: pd.Series[float],
    kind: str,
    shape: pd.Series[float],
    silent: set[str],
    notes: dict[str, Any],
    absent: Iterable[str] = (),
    stacklevel: int = 4,
) -> Excess:
    """The excess over a shape, without the partners that the shape does not cover."""
    us = choice.about[REPORTER]
    unknown = {us, *absent} | (silent if us in silent else set())
    unknown |= set(shape.index[shape.isna()])
    # A partner that is not in a shape, but could be, has no share there.
    every = own.index.union(shape.index).difference(list(unknown))
    own, left = own.reindex(every, fill_value=0.0), own[own.index.isin(unknown) & (own > 0)]
    if len(left):
        share = left.sum() / (left.sum() + own.sum())
        notes["left out"] = Text("note_of_value", labels=listing(left.index), share=share)
    if us in silent:
        notes["unknown"] = Text("note_others_silent", count=len(silent) - 1)
    about = choice.about | {"benchmark": kind} | notes
    return _against(own, shape.reindex(every, fill_value=0.0), about, choice.attrs, stacklevel)


def _against(
    x: pd.Series[float], benchmark: pd.Series[float], about: dict[str, Any], attrs: Any, stacklevel: int = 3
) -> Excess:
    """The shares of one against those of the other."""
    s, m = shares(x), shares(benchmark)
    with np.errstate(divide="ignore", invalid="ignore"):
        intensity = s / m
        contribution = np.where(s > 0, s * np.log(intensity), 0.0)
    if len(alone := x.index[(s > 0) & (m == 0)]):
        warnings.warn(
            Text("excess_infinite", partners=list(alone), share=float(s[(s > 0) & (m == 0)].sum())),
            TradeDataWarning,
            stacklevel=stacklevel,
        )
    columns = {PARTNER: x.index, "share": s, "benchmark_share": m, "intensity": intensity, "contribution": contribution}
    table = pd.DataFrame(columns)[(s > 0) | (m > 0)]
    table = table.sort_values(["share", "benchmark_share"], ascending=False, kind="stable", ignore_index=True)
    total, indices = float(contribution.sum()), (float(hhi(s)), float(hhi(m)))
    notes = about | {
        "benchmark": Text(BENCHMARKS[about["benchmark"]]),
        "n": Text("note_partners", count=int((s > 0).sum())),
        "excess": Text("note_excess", total=total, hhi=indices[0], benchmark=indices[1]),
    }
    return Excess(annotated(table, attrs, **notes), total, *indices, about)


# ---- benchmarks ---------------------------------------------------------------------------------------------------


def _panel(choice: Choice) -> Panel:
    """The cells of the year by reporter, partner and, where the table has it, product."""
    panel = open_panel(choice.among.to_native(), [REPORTER, PARTNER, *_product(choice)], several="this benchmark")
    if isinstance(panel.cells, nw.DataFrame):
        refuse_float_ends(panel.cells[VALUE].to_numpy(), "rounded")
    return panel


def _product(choice: Choice) -> list[str]:
    return [PRODUCT] if PRODUCT in choice.among.collect_schema().names() else []


def _cells(choice: Choice, whole: Panel) -> tuple[Any, Any, list[str]]:
    """All trade of the year as reported by the economy's side, as reported by the markets, and the column of products.

    In both, the economy's side is the reporter and the market the partner. The markets' own reports are there where the
    table has both flows.
    """
    product = _product(choice)
    cells = whole.allocated(whole.cells, REPORTER, PARTNER, *product)
    swapped = {REPORTER: PARTNER, PARTNER: REPORTER}
    if len(whole.flows) > 1:
        of_ours = nw.col(FLOW) == choice.about[FLOW]
        return cells.filter(of_ours), cells.filter(~of_ours).rename(swapped), product
    rows = cells if choice.side == PARTNER else cells.rename(swapped)
    return rows, rows, product


def _world_shape(choice: Choice, panel: Panel, notes: dict[str, Any]) -> pd.Series[float]:
    """The trade of each market with all others, product by product, weighted as in the economy's basket."""
    ours, theirs, product = _cells(choice, panel)
    us = choice.about[REPORTER]
    demand = summed(theirs.filter(nw.col(REPORTER) != us), [PARTNER, *product])
    # A market that reports nothing of its own has no known trade, where the others' is their own report.
    unknown = set(labels_in(ours, PARTNER)) - set(labels_in(theirs, PARTNER))
    if product:
        own = summed(ours.filter(nw.col(REPORTER) == us), [PRODUCT])
        mix, market = own.set_index(PRODUCT)[VALUE], demand[demand[PARTNER] != us]
        weight = mix / market.groupby(PRODUCT, observed=True)[VALUE].sum()
        if alone := mix[weight.reindex(mix.index).isna()].sum():
            notes["not compared"] = Text("note_not_compared", share=alone / mix.sum())
        demand[VALUE] *= demand[PRODUCT].map(weight).astype(np.float64).fillna(0.0)
    shape = demand.groupby(PARTNER, observed=True)[VALUE].sum()
    return shape.reindex(shape.index.union(sorted(unknown))) if unknown else shape


def _peers_shape(
    choice: Choice, peers: int | str | Iterable[str], silent: set[str], notes: dict[str, Any]
) -> pd.Series[float]:
    """The mean shares of the peers, where each is known: not with itself, and not between two that did not report."""
    rows, _, product = _cells(choice, _panel(choice))
    us = choice.about[REPORTER]
    if isinstance(peers, (int, float)):
        need_counts(peers=peers)
        if not product:
            raise TradeDataError(Text("excess_peers_by_product"))
        similar = as_pandas(finger_kreinin_indices(rows.to_native(), against="reporters"))
        similar = similar[similar[REPORTER] == us].nlargest(peers, "finger_kreinin")
        chosen = similar["other"].tolist()
    else:
        named = names.bloc(peers, choice.about.get(YEAR)) if isinstance(peers, str) else peers
        chosen = [one for one in chosen_labels(labels_in(rows, REPORTER), named, "peers_absent") if one != us]
    if not chosen:
        raise TradeDataError(Text("excess_no_peers", peers=repr(peers)))
    values = summed(rows.filter(nw.col(REPORTER).is_in(chosen)), [REPORTER, PARTNER])
    matrix = values[values[PARTNER] != us].pivot(index=REPORTER, columns=PARTNER, values=VALUE).fillna(0.0)
    matrix = matrix.div(matrix.sum(axis=1), axis=0)
    matrix = matrix.reindex(columns=matrix.columns.union(list(set(chosen) | silent)).difference([us]), fill_value=0.0)
    for peer in matrix.index:
        matrix.loc[peer, matrix.columns.isin({peer} | (silent if peer in silent else set()))] = np.nan
    notes["peers"] = ", ".join(chosen)
    mean: pd.Series[float] = matrix.mean()  # missing where no peer is known
    return mean


def _gravity_shape(choice: Choice, model: Any, silent: set[str]) -> pd.Series[float]:
    """The expected trade of the economy with every partner in the model."""
    flow, year, own = choice.about.get(FLOW), choice.about.get(YEAR), REPORTER
    if choice.side == REPORTER:  # the other side's rows are read
        flow, own = mirrored(choice.about[FLOW]), PARTNER
    if not isinstance(model, Gravity):
        model = gravity(choice.among.to_native(), flow=flow, year=year, silent=silent)
    fitted = model.table
    of_model = [fitted.attrs["notes"].get(key) for key in (FLOW, YEAR)]
    if of_model != [flow, year]:
        raise TradeDataError(Text("excess_other_gravity", model=of_model, rows=[flow, year]))
    expected: pd.Series[float] = fitted[fitted[own] == choice.about[REPORTER]].set_index(choice.side)["expected"]
    if expected.empty:
        raise TradeDataError(Text("excess_no_distances", reporter=choice.about[REPORTER]))
    return expected
