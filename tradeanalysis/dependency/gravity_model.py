"""The gravity model: the trade of every pair of economies that size, distance and ties would suggest."""

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
from tradeanalysis.extras import need
from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import open_table, refuse_float_ends
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, CountryError, SchemaError, TradeDataError
from tradeanalysis.sums import Array, among, remainders
from tradeanalysis.tables.baskets import only_one
from tradeanalysis.tables.panel import as_pandas, open_panel
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# Blocs whose members trade freely with one another; the others in names.blocs() are not trade agreements.
TRADE_BLOCS = (
    *("EU", "EFTA", "EVFTA", "USMCA", "NAFTA", "ASEAN", "RCEP", "CPTPP", "MERCOSUR", "ANDEAN", "PACIFIC_ALLIANCE"),
    *("EAEU", "GCC", "SACU", "EAC", "ECOWAS"),
)
TERMS = ("log_distance", "contiguous", "common_language", "same_bloc")
# Expected values add up to the trade of every economy to within this share, after at most so many steps.
ADDS_UP, STEPS = 1e-9, 100_000


@dataclass(frozen=True, repr=False)
class Gravity(Result):
    """A fitted gravity model.

    ``table`` holds ``reporter, partner, value, expected`` for every pair that the model was fitted on, in the unit of
    the trade table; ``coefficients`` holds ``term, coefficient, std_error``.
    """

    table: pd.DataFrame
    coefficients: pd.DataFrame

    def sentence(self, lang: str = "en") -> str:
        """How many pairs the model was fitted on, and how trade falls with distance."""
        slopes = self.coefficients.set_index("term")["coefficient"]
        distance = ""
        if "log_distance" in slopes:
            change = 2.0 ** float(slopes["log_distance"]) - 1
            key = "gravity_distance_less" if change < 0 else "gravity_distance_more"
            distance = texts.say(key, lang, share=texts.percent(abs(change), lang, 0))
        pairs, traded = (texts.number(n, lang) for n in (len(self.table), int((self.table[VALUE] > 0).sum())))
        return texts.say("gravity_said", lang, pairs=pairs, traded=traded, distance=distance)

    def summary(self) -> str:
        """The sentence, the coefficients, and notes on what the model was fitted on."""
        notes = "\n".join(f"{key}: {note}" for key, note in self.table.attrs["notes"].items())
        coefficients = self.coefficients.to_string(index=False, float_format="{:.4f}".format)
        return f"{self.sentence()}\n{coefficients}\n{notes}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.coefficients._repr_html_()}"  # type: ignore[operator]


def gravity(
    table: Any,
    *,
    flow: str | None = None,
    year: int | None = None,
    distances: pd.DataFrame | None = None,
    blocs: str | Iterable[str] = TRADE_BLOCS,
    silent: Iterable[str] | None = None,
    value: str = VALUE,
) -> Gravity:
    r"""Fit the gravity model of trade by PPML: the trade of every pair by size, distance and ties alone.

    .. math:: E[x_{ij}] = \exp(a_i + b_j + c_1 \ln d_{ij} + c_2 \text{contiguous}_{ij} + c_3 \text{language}_{ij} +
              c_4 \text{bloc}_{ij})

    Parameters
    ----------
    table
        A trade table of all reporters, of pandas, Polars, PyArrow, DuckDB or PySpark; products are summed.
    flow, year
        May be left out where the table has one.
    distances
        ``origin, destination, distance, contiguous, common_language``; ``ta.example("distances")`` if not given.
    blocs
        Trade blocs; two members of one of them have a tie.
    silent
        Economies that did not report: trade between two of these is unknown, not zero, and is left out. If not given,
        those that the table's certificate names.
    value
        The column of values.

    Returns
    -------
    A ``Gravity`` with ``table``, a row for every pair of economies (zeros among them), and ``coefficients``, whose
    standard errors are clustered by both economies. The expected values add up to the trade of every reporter and of
    every partner.

    Raises
    ------
    TradeDataError
        The table has one reporter, faulty values or aggregates; fewer than three economies have distances; the fit
        does not add up; or pyfixest is not installed (``pip install "tradeanalysis[models]"``).
    SchemaError
        A column is missing.

    Notes
    -----
    Economies without distances are left out and named in the notes. The effects of the economies absorb their size,
    prices and openness, so the model shows where trade would go and not how much there would be. The common border and
    language are ties, not causes.

    References
    ----------
    Santos Silva, J. M. C., Tenreyro, S. (2006). The log of gravity. The Review of Economics and Statistics 88, 641-658.
    https://doi.org/10.1162/rest.88.4.641. Fally, T. (2015). Structural gravity and fixed effects. Journal of
    International Economics 97, 76-85. https://doi.org/10.1016/j.jinteco.2015.05.005

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> fit = ta.dependency.gravity(ta.example("world_2023"))
    >>> fit.coefficients[["term", "coefficient"]].round(2).values.tolist()[:2]
    [['log_distance', -0.55], ['contiguous', 0.53]]
    >>> sums = fit.table.groupby("reporter")[["value", "expected"]].sum()
    >>> bool(((sums["expected"] / sums["value"] - 1).abs() < 1e-6).all())
    True
    """
    need_labels(year=year, flow=flow)
    need(Text("needs_of_gravity"), "pyfixest")
    rows = open_table(table, [REPORTER, PARTNER], value)
    attrs = dict(getattr(table, "attrs", {}))
    about = {}
    for column, wanted in ((YEAR, year), (FLOW, flow)):
        if column in rows.collect_schema().names():
            about[column] = only_one(rows, column, wanted)
            rows = rows.filter(nw.col(column) == about[column])
        elif wanted is not None:
            raise SchemaError(Text("given_without_column", column=column, wanted=repr(wanted)))
    whole = open_panel(rows.to_native(), [REPORTER, PARTNER], value=value, several="gravity")
    trade = as_pandas(whole.cells).set_index([REPORTER, PARTNER])[VALUE]
    refuse_float_ends(trade.to_numpy(), "rounded")
    trade = trade[~among(trade.index.get_level_values(PARTNER), remainders(PARTNER))]
    silent = attrs.get("certificate", {}).get("silent", ()) if silent is None else silent
    pairs, without = _pairs(trade, _embedded() if distances is None else distances, set(silent))
    pairs["same_bloc"] = _same_bloc(pairs, [blocs] if isinstance(blocs, str) else blocs, about.get(YEAR))
    coefficients, ease = _fitted(pairs)
    pairs["expected"] = _added_up(pairs, ease)
    left = 1 - pairs[VALUE].sum() / trade.sum()
    notes = {
        **about,
        "n": Text("note_pairs", pairs=len(pairs), traded=int((pairs[VALUE] > 0).sum())),
        "convention": Text("note_ppml"),
        "no effect": [term for term in TERMS if term not in set(coefficients["term"])],
        "left out": Text("note_without_distances", labels=listing(without), share=left) if without else "",
        "unknown": Text("note_silent_among", count=len(set(silent))) if len(set(silent)) > 1 else "",
    }
    fitted = pairs[[REPORTER, PARTNER, VALUE, "expected"]]
    return Gravity(annotated(fitted, attrs, **notes), annotated(coefficients, attrs, **notes))


def _embedded() -> pd.DataFrame:
    from tradeanalysis.sources.embedded import example

    return example("distances")


def _pairs(trade: pd.Series[float], distances: pd.DataFrame, silent: set[str]) -> tuple[pd.DataFrame, list[str]]:
    """Every two economies that can trade, with value, distance and ties; and the economies without distances."""
    needed = ["origin", "destination", "distance", "contiguous", "common_language"]
    if absent := [column for column in needed if column not in distances]:
        raise SchemaError(Text("gravity_columns", columns=list(map(repr, absent))))
    sides = [sorted(set(trade.index.get_level_values(side))) for side in (REPORTER, PARTNER)]
    located = set(distances["origin"]) & set(distances["destination"])
    known = [[one for one in side if one in located] for side in sides]
    every = pd.MultiIndex.from_product(known, names=[REPORTER, PARTNER])
    pairs = trade.reindex(every, fill_value=0.0).reset_index()
    unknown = pairs[REPORTER].isin(silent) & pairs[PARTNER].isin(silent) & ~(pairs[VALUE] > 0)
    pairs = pairs[(pairs[REPORTER] != pairs[PARTNER]) & ~unknown]
    between = distances[needed].rename(columns={"origin": REPORTER, "destination": PARTNER})
    pairs = pairs.merge(between, on=[REPORTER, PARTNER], how="left", validate="one_to_one")
    if (gaps := ~(pairs["distance"] > 0)).any():
        first = pairs.loc[gaps, [REPORTER, PARTNER]].iloc[0].tolist()
        raise TradeDataError(Text("gravity_no_distance", count=int(gaps.sum()), first="-".join(first)))
    # An economy without trade with any of the remaining ones has no effect to fit.
    for side in (REPORTER, PARTNER):
        pairs = pairs[pairs.groupby(side)[VALUE].transform("sum") > 0]
    if min(pairs[REPORTER].nunique(), pairs[PARTNER].nunique()) < 3:
        raise TradeDataError(Text("gravity_too_few"))
    return pairs.reset_index(drop=True), sorted({*sides[0], *sides[1]} - located)


def _same_bloc(pairs: pd.DataFrame, blocs: Iterable[str], year: int | None) -> pd.Series[bool]:
    """Whether the two are members of one bloc in the year."""
    tied = pd.Series(False, index=pairs.index)
    for bloc in blocs:
        try:
            members = names.bloc(bloc, year)
        except CountryError:
            if bloc not in TRADE_BLOCS:
                raise
            continue  # it does not exist in that year
        tied |= pairs[REPORTER].isin(members) & pairs[PARTNER].isin(members)
    return tied


def _fitted(pairs: pd.DataFrame) -> tuple[pd.DataFrame, Array]:
    """The coefficients, and the ease of trade of every pair that follows from them."""
    from pyfixest import MapDemeaner, fepois

    scale = pairs[VALUE].mean()
    frame = pairs[[REPORTER, PARTNER]].assign(y=pairs[VALUE] / scale, log_distance=np.log(pairs["distance"]))
    frame[list(TERMS[1:])] = pairs[list(TERMS[1:])].astype(np.float64)
    terms = [term for term in TERMS if frame[term].nunique() > 1]  # a term that is the same for all pairs has no effect
    with warnings.catch_warnings():
        # Dropped terms are in the notes; with few clusters a variance may be negative, and the error is then missing.
        warnings.filterwarnings("ignore", r"\s.*variables dropped due to multicollinearity")
        warnings.filterwarnings("ignore", "invalid value encountered in (sqrt|divide)")
        try:
            model: Any = fepois(
                f"y ~ {' + '.join(terms)} | {REPORTER} + {PARTNER}",
                frame,
                vcov={"CRV1": f"{REPORTER}+{PARTNER}"},
                fixef_rm="none",
                demeaner=MapDemeaner(fixef_tol=1e-9),
                iwls_tol=1e-12,
                iwls_maxiter=100,
            )
        except ValueError as error:
            raise TradeDataError(Text("gravity_no_fit", why=str(error))) from error
        slopes, errors = model.coef(), model.se().to_numpy()
    ease = np.exp(frame[list(slopes.index)].to_numpy() @ slopes.to_numpy())
    fit = pd.DataFrame({"term": slopes.index, "coefficient": slopes.to_numpy(), "std_error": errors})
    return fit, ease


def _added_up(pairs: pd.DataFrame, ease: Array) -> pd.Series[float]:
    """Expected values: the ease of trade times effects of both economies that make the sums right (Fally 2015)."""
    reporters, exporter = np.unique(pairs[REPORTER], return_inverse=True)
    partners, importer = np.unique(pairs[PARTNER], return_inverse=True)
    value = pairs[VALUE].to_numpy(np.float64)
    sold, bought = (np.bincount(side, weights=value) for side in (exporter, importer))
    matrix = np.zeros((len(reporters), len(partners)))
    matrix[exporter, importer] = ease
    of_partner = bought / bought.sum()
    for _ in range(STEPS):
        of_reporter = sold / (matrix @ of_partner)
        taken = matrix.T @ of_reporter
        if (np.abs(of_partner * taken / bought - 1) < ADDS_UP).all():
            return pd.Series(of_reporter[exporter] * ease * of_partner[importer], index=pairs.index)
        of_partner = bought / taken
    raise TradeDataError(Text("gravity_not_added_up"))
