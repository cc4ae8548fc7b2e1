"""An index of every group of a table from draws: its interval, and the probability that it is above a level."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.results import Table
from tradeanalysis.schema import VALUE, TradeDataError
from tradeanalysis.sums import Array, by_size, count, on_threads
from tradeanalysis.tables.group_baskets import Baskets, open_baskets
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.inference import Index, name_of, refuse_level, tail_of
from tradeanalysis.uncertainty.sampling import in_languages, refuse_counts, spread_and_mean

LOG_SD = "log_sd"


@dataclass(frozen=True)
class Errors:
    """The baskets of all groups, and for every cell the logarithm observed and the standard deviation of its error."""

    baskets: Baskets
    logs: Array
    sigma: Array
    size: int
    seed: int


def confidences(
    table: Table,
    measure: Index,
    *,
    by: str | Iterable[str] | None = None,
    error: float | None = None,
    confidence: float = 0.95,
    size: int = 10_000,
    seed: int = 0,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    """The interval of an index of every group of a table, from draws of the values by partner: a row each.

    Each row is ``ta.confidence(ta.uncertainty.draws(basket, error), measure)`` of the group's basket. A table of DuckDB
    or PySpark is summed there, and the result is the table that it collects to.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark; or the table of ``ta.mirror``, whose ``log_sd`` are
        the errors where none is given.
    measure
        Such as ``ta.hhi``, or a function that takes a matrix and gives a number for each row.
    by, flow, year, value
        As for ``ta.plans``.
    error
        The coefficient of variation of the errors of all values, as for ``ta.uncertainty.draws``.
    confidence
        The probability with which each interval is to contain the index, between 0 and 1.
    size, seed
        As for ``ta.uncertainty.draws``: a partner has the same errors in all groups.

    Returns
    -------
    A row for each group, in the order of its labels and in the library of the table: ``n`` (partners with trade), the
    index as observed under its name, and ``_low, _high, _sd, _bias`` of it as in ``ta.confidence``. Missing where a
    group has no trade or the index is not defined for some of the draws.

    Raises
    ------
    TradeDataError
        No error is given and the table has none; ``confidence`` is not between 0 and 1; a mirror table has a partner
        several times in a group; or a value is faulty.

    Notes
    -----
    As for ``ta.confidence`` and ``ta.uncertainty.draws``. The intervals are each of one group: that all of them contain
    their index is less probable.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023").query("reporter in ('VNM', 'MEX', 'THA')")
    >>> ta.uncertainty.confidences(world, ta.hhi, by="reporter", error=0.15, size=1000).iloc[:, :5].round(3)
      reporter    n    hhi  hhi_low  hhi_high
    0      MEX  140  0.599    0.505     0.672
    1      THA  193  0.069    0.058     0.085
    2      VNM  118  0.140    0.114     0.170
    """
    need_labels(year=year, flow=flow)
    need_numbers("error", error=error, confidence=confidence)
    tail = tail_of(confidence)
    errors = _open(table, by, error, size, seed, flow, year, value)
    name = name_of(measure)
    columns = {one: np.full(len(errors.baskets.sizes), np.nan) for one in ("", "_low", "_high", "_sd", "_bias")}
    columns[""] = _observed(errors.baskets, measure)

    def of_sample(group: int, sample: Array) -> None:
        columns["_low"][group], columns["_high"][group] = np.quantile(sample, [tail, 1 - tail])
        columns["_sd"][group] = sample.std(ddof=1)
        columns["_bias"][group] = columns[""][group] - sample.mean()

    _each(errors, measure, of_sample)
    answer = {f"{name}{one}": column for one, column in columns.items()}
    return cast(Table, errors.baskets.of_groups({"n": _present(errors.baskets), **answer}, **_notes(errors, error)))


def probabilities(
    table: Table,
    measure: Index,
    *,
    above: float,
    by: str | Iterable[str] | None = None,
    error: float | None = None,
    size: int = 10_000,
    seed: int = 0,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    """The probability that an index is above a level, for every group of a table: a row each.

    Each row is ``ta.probability(ta.uncertainty.draws(basket, error), measure, above=above)`` of the group's basket. A
    table of DuckDB or PySpark is summed there, and the result is the table that it collects to.

    Parameters
    ----------
    table, measure, by, error, size, seed, flow, year, value
        As for ``ta.uncertainty.confidences``.
    above
        The level, such as a screen's 0.4.

    Returns
    -------
    A row for each group: ``n``, the index as observed under its name, and ``probability``, the share of draws above the
    level, in [0, 1]; missing as in ``ta.uncertainty.confidences``.

    Raises
    ------
    TradeDataError
        As for ``ta.uncertainty.confidences``; or the HHI cannot have this level.

    Notes
    -----
    As for ``ta.probability``: near 0 or 1 it is only as fine as the number of draws allows.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023").query("reporter in ('VNM', 'MEX', 'THA')")
    >>> found = ta.uncertainty.probabilities(world, ta.hhi, above=0.14, by="reporter", error=0.15)
    >>> found["probability"].round(1).tolist()
    [1.0, 0.0, 0.5]
    """
    need_labels(year=year, flow=flow)
    need_numbers("error", above=above, error=error)
    refuse_level(measure, above)
    errors = _open(table, by, error, size, seed, flow, year, value)
    observed, share = _observed(errors.baskets, measure), np.full(len(errors.baskets.sizes), np.nan)

    def of_sample(group: int, sample: Array) -> None:
        share[group] = (sample > above).mean()

    _each(errors, measure, of_sample)
    columns = {"n": _present(errors.baskets), name_of(measure): observed, "probability": share}
    return cast(Table, errors.baskets.of_groups(columns, above=f"{above:g}", **_notes(errors, error)))


def _open(
    table: Any, by: Any, error: float | None, size: int, seed: int, flow: str | None, year: int | None, value: str
) -> Errors:
    """The baskets with their errors: of one size, or those of mirror reports."""
    refuse_counts(size, seed)
    if error is None:
        if LOG_SD not in nw.from_native(table).collect_schema().names():
            raise TradeDataError(Text("groups_error"))
        baskets = open_baskets(table, by, flow=flow, year=year, value=value, more=[LOG_SD])
        if baskets.rows != len(baskets.x):
            raise TradeDataError(Text("groups_mirror_twice"))
        sigma, shift = baskets.more[LOG_SD], 0.0
    else:
        if not (isinstance(error, (int, float, np.number)) and 0 <= error < np.inf):
            raise TradeDataError(Text("groups_error_number", error=repr(error)))
        baskets = open_baskets(table, by, flow=flow, year=year, value=value)
        sigma = np.full(len(baskets.x), np.sqrt(np.log1p(float(error) ** 2)))
        shift = float(np.log1p(float(error) ** 2)) / 2
    with np.errstate(divide="ignore"):
        return Errors(baskets, np.log(baskets.x) + shift, sigma, int(size), int(seed))


def _notes(errors: Errors, error: float | None) -> dict[str, Any]:
    def assumed(lang: str) -> str:
        drawn = {"draws": texts.number(errors.size, lang), "seed": errors.seed}
        if error is None:
            return texts.say("errors_mirror", lang, **drawn)
        return texts.say("errors_given", lang, cv=texts.percent(error, lang), **drawn)

    return {"assumption": in_languages({lang: assumed(lang) for lang in texts.LANGUAGES})}


def _present(baskets: Baskets) -> npt.NDArray[np.int64]:
    return baskets.sum((baskets.x > 0).astype(np.float64)).astype(np.int64)


def _observed(baskets: Baskets, measure: Index) -> Array:
    """The index of every group as observed."""
    found = np.full(len(baskets.sizes), np.nan)
    for every, (dense,) in by_size([baskets.x], baskets.starts, baskets.sizes):
        traded = dense.any(axis=1)
        if traded.any():
            found[every[traded]] = measure(dense[traded])
    return found


def _each(errors: Errors, measure: Index, then: Any) -> None:
    """Give the index of every draw of each group to ``then``; a partner's errors are drawn once for all groups."""
    baskets = errors.baskets
    cells = baskets.keeping(baskets.x > 0)
    kept = baskets.x > 0
    logs, sigma = errors.logs[kept], errors.sigma[kept]
    used = np.unique(cells.partner)
    noise = np.empty((len(used), errors.size))
    for row, label in zip(noise, cells.names[used], strict=True):
        seeds = [errors.seed, zlib.crc32(str(label).encode())]
        row[:] = np.random.default_rng(seeds).standard_normal(errors.size)
    place = np.searchsorted(used, cells.partner)

    def work(group: int) -> None:
        part = slice(cells.starts[group], cells.starts[group] + cells.sizes[group])
        values = _values(logs[part], sigma[part], noise[place[part]], errors.seed)
        sample = _index(measure, values)
        if np.isfinite(sample).all():
            then(group, sample)

    on_threads(work, np.flatnonzero(cells.sizes > 0).tolist())


def _values(logs: Array, sigma: Array, noise: Array, seed: int) -> Array:
    """Draws of the true values, a partner in each row: ``sampling`` says from which model."""
    if len(logs) < 2:
        return np.exp(sigma[:, None] * noise)
    mean, spread = spread_and_mean(logs, noise.shape[1], np.random.default_rng(seed))
    between = np.maximum(spread - np.mean(sigma**2), 0.0)
    drawn = noise
    if (sigma == sigma[0]).all():  # one shrinkage, and the mean is one factor of all, which no index sees
        whole = between + sigma[0] ** 2
        keep = np.divide(between, whole, out=np.ones_like(whole), where=sigma[0] > 0)
        drawn *= np.sqrt(keep) * sigma[0]
        drawn += keep * (logs - logs.mean())[:, None]
    else:
        whole = between + sigma[:, None] ** 2
        keep = np.divide(between, whole, out=np.ones_like(whole), where=sigma[:, None] > 0)
        drawn *= np.sqrt(keep) * sigma[:, None]
        drawn += mean + keep * (logs[:, None] - mean)
    drawn -= drawn.max(axis=0)  # by its largest value: a power of it then stays within float64
    return np.exp(drawn, out=drawn)


def _index(measure: Index, values: Array) -> Array:
    """The index of every draw: of sums over partners where it needs no order among them."""
    if not isinstance(measure, Measure) or any(one.ordered for one in measure.sums.values()):
        return np.asarray(measure(np.ascontiguousarray(values.T)), dtype=np.float64)
    np.maximum(values, np.nextafter(0.0, 1.0), out=values)
    sums = {count: np.full(values.shape[1], float(len(values)))}
    for one in measure.sums.values():
        if one not in sums:
            terms = one.term(values)
            sums[one] = terms.max(axis=0) if one.merge == "max" else terms.sum(axis=0)
    return measure.on_arrays(sums, None)
