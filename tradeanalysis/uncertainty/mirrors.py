"""Two reports of one trade, the exporter's and the importer's, side by side, and how reliable they are."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import collected, open_table, refuse_float_ends
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.results import Table, annotated
from tradeanalysis.schema import (
    ESTIMATED,
    EXPORT,
    FLOW,
    FLOWS,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    TradeDataError,
)
from tradeanalysis.sums import Array
from tradeanalysis.tables.panel import as_pandas, open_panel
from tradeanalysis.texts import Text
from tradeanalysis.uncertainty.two_reports import CIF, discrepancy, ends

Codes = npt.NDArray[np.intp]

CIF_SOURCE = "IMF, Direction of Trade Statistics"
STEPS = 10_000
OUTLYING = 3.0  # standard deviations
ENOUGH = 30  # rows for the slope of the variance on size
EXPORT_REPORT, IMPORT_REPORT = "export_report", "import_report"


def mirror(table: Table, *, cif: float | pd.Series[float] = CIF, flow: str = EXPORT, value: str = VALUE) -> Table:
    r"""The exporter's and the importer's reports of the same trade side by side, and one value from the two.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    Parameters
    ----------
    table
        A trade table of both flows, of pandas, Polars, PyArrow, DuckDB or PySpark. Where it has products, every product
        has its own rows; drop the column to compare totals. Rows that a column ``estimated`` marks are no reports and
        are left out: a source estimates them from the partner's report, with which they then agree.
    cif
        The margin by which imports (cost, insurance, freight) stand above exports (free on board), which divides them
        by ``1 + cif``: one number, or a Series by exporter and importer (a MultiIndex). The default, 0.06, is that of
        the IMF's Direction of Trade Statistics for all trade; until then it took 0.10. 0 where the table is free on
        board on both sides. What is used stands in the column ``cif`` and in the notes.
    flow
        ``"export"``: the exporter is the reporter; ``"import"``: the importer is.
    value
        The column of values.

    Returns
    -------
    A row for every year, flow, reporter, partner (and product) that either side reports; values in the unit of the
    table.

    - ``export_report, import_report``: as reported; ``missing`` names the one that is absent.
    - ``discrepancy`` :math:`|x - m|/(x + m)` of the reports as they stand, from 0 (they agree) to 1.
    - ``cif``: the margin.
    - ``value``: one value, free on board: the mean of the logarithms of the two reports, in which each has the weight
      :math:`1/v` of the economy that made it (see Notes); the one report where there is one.
    - ``low, high``: the smaller and the larger report, free on board. Where one side is missing: if it reports no trade
      at all in that year, both are the other's report, since nothing else is known; if it reports other trade, it has
      reported none with this partner, and ``low`` is 0.
    - ``log_sd``: the standard deviation of the logarithm of ``value``, for ``ta.uncertainty.draws``.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table is empty or without a flow, no trade is reported by both sides, a margin is missing, negative, or 1 or
        more, or values are faulty.

    Notes
    -----
    Weights are the idea of BACI (Gaulier and Zignago 2010), whose reporters' qualities come from an analysis of
    variance of the distances between mirror reports, in a shorter form: the logarithms of the two reports err
    independently with variances :math:`v_i` and :math:`v_j` of the two economies, whether they export or import, so
    that :math:`\ln m - \ln x` has mean 0 and variance :math:`v_i + v_j`. These are fitted by maximum likelihood (EM) to
    all rows that both report, with one report of average quality added to each economy, so that a few reports that
    agree by chance do not make it certain. A constant bias counts as an error. Small trade errs more: with 30 rows
    or more the variances fall as a power of the row's size, which is fitted first, by least squares of
    :math:`\ln (\ln m - \ln x)^2` on the mean logarithm, and the :math:`v_i` are those at the average size.
    ``ta.uncertainty.reliability`` shows them. The variance of ``log_sd`` is the usual one of the two at this size,
    :math:`v_i v_j/(v_i + v_j)`, or that of this row, :math:`(\ln m - \ln x)^2/4`, whichever is larger: two reports
    that agree by chance are not surer than others. With one report it is that economy's :math:`v`.
    Two reports that agree may both be wrong: trade through a hub is reported by both under another partner.
    Remainders ("Areas nes") have no mirror and are left out, as is trade of an economy with itself.

    References
    ----------
    Gaulier, G., Zignago, S. (2010). BACI: International trade database at the product-level. CEPII Working Paper
    2010-23. IMF (2017). Direction of Trade Statistics Yearbook (the factor of 1.06). Dempster, A. P., Laird, N. M.,
    Rubin, D. B. (1977). Maximum likelihood from incomplete data via the EM algorithm. Journal of the Royal Statistical
    Society B 39, 1-22. https://doi.org/10.1111/j.2517-6161.1977.tb01600.x

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> both = pd.DataFrame([("VNM", "THA", "export", 236.0), ("THA", "VNM", "import", 557.0)],
    ...                     columns=["reporter", "partner", "flow", "value"])
    >>> ta.mirror(both, cif=0.1)[["export_report", "import_report", "discrepancy", "low", "high"]].round(3)
       export_report  import_report  discrepancy    low     high
    0          236.0          557.0        0.405  236.0  506.364
    """
    need_labels(flow=flow)
    if flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    columns = open_table(table, [REPORTER, PARTNER, FLOW], value).collect_schema().names()
    axes = [REPORTER, PARTNER, *([PRODUCT] if PRODUCT in columns else [])]
    reported, estimated = _without_estimates(table, [*([YEAR] if YEAR in columns else []), FLOW, *axes])
    whole = open_panel(reported, axes, value=value, several="a mirror")
    if absent := [one for one in FLOWS if one not in whole.flows]:
        raise TradeDataError(Text("mirror_one_side", flow=Text(absent[0])))
    reports = as_pandas(whole.cells).astype(dict.fromkeys(axes, object))
    named = as_pandas(whole.allocated(nw.from_native(reports), *axes))
    named = named[named[REPORTER] != named[PARTNER]]
    when = [YEAR] if YEAR in whole.marks else []
    keys = [*when, *axes]
    # By exporter and importer, whichever of them reports.
    swapped = {REPORTER: PARTNER, PARTNER: REPORTER}
    sold = named[named[FLOW] == EXPORT].set_index(keys)[VALUE].rename(EXPORT_REPORT)
    bought = named[named[FLOW] == IMPORT].rename(columns=swapped).set_index(keys)[VALUE].rename(IMPORT_REPORT)
    pairs = pd.concat([sold, bought], axis=1).reset_index()
    if pairs.empty:
        raise TradeDataError(Text("mirror_of_nothing"))
    pairs["cif"] = _margins(cif, pairs)
    log_x, log_m = _logs(pairs)
    both = ~np.isnan(log_m - log_x)
    if not both.any():
        raise TradeDataError(Text("mirror_of_nothing"))
    codes, economies = _economies(pairs)
    scale = _by_size(log_x, log_m)
    v = _variances((log_m - log_x) / np.sqrt(scale), codes, len(economies))
    v_x, v_m = v[codes] * scale
    both_variances = v_x + v_m
    weight = np.where(
        both, np.divide(v_m, both_variances, out=np.full(len(pairs), 0.5), where=both_variances > 0), ~np.isnan(log_x)
    )
    x, m = pairs[EXPORT_REPORT].to_numpy(), (pairs[IMPORT_REPORT] / (1 + pairs["cif"])).to_numpy()
    least, most = np.fmin(x, m), np.fmax(x, m)
    # A side that reports other trade in the year reports none here; one that reports nothing is silent.
    reporting = np.ones(len(pairs), dtype=bool)
    for side, one in ((REPORTER, EXPORT), (PARTNER, IMPORT)):
        reporters = reports.loc[reports[FLOW] == one, [REPORTER, *when]].drop_duplicates()
        reporting &= pd.MultiIndex.from_frame(pairs[[side, *when]]).isin(pd.MultiIndex.from_frame(reporters))
        # Nor has one whose report would be an estimate said that there is no trade.
        other = PARTNER if side == REPORTER else REPORTER
        own_keys = pairs[[*when, *axes]].rename(columns={side: REPORTER, other: PARTNER})
        of_flow = estimated[estimated[FLOW] == one][[*when, *axes]]
        reporting &= ~pd.MultiIndex.from_frame(own_keys[[*when, *axes]]).isin(pd.MultiIndex.from_frame(of_flow))
    own, usual = (log_m - log_x) ** 2 / 4, weight * v_x
    low, high = ends(x, m, reporting)
    missing = pd.Series(np.where(np.isnan(log_x), EXPORT, IMPORT), index=pairs.index, dtype=object)
    pairs = pairs.assign(
        discrepancy=discrepancy(pairs[EXPORT_REPORT], pairs[IMPORT_REPORT]),
        missing=missing.where(~both, None),
        # The mean of two reports lies between them, to the last bit.
        value=np.where(both, np.clip(np.exp(weight * log_x + (1 - weight) * log_m), least, most), most),
        low=low,
        high=high,
        log_sd=np.sqrt(np.where(both, np.fmax(own, usual), np.where(np.isnan(log_x), v_m, v_x))),
        **{FLOW: flow},
    )
    numbers = [EXPORT_REPORT, IMPORT_REPORT, "discrepancy", "missing", "cif", VALUE, "low", "high", "log_sd"]
    pairs = pairs[[*when, FLOW, *axes, *numbers]]
    if flow == IMPORT:
        pairs = pairs.rename(columns=swapped)[pairs.columns]
    refuse_float_ends(pairs[VALUE].to_numpy(dtype=np.float64), "sum")
    one_sided = pairs.loc[~both, VALUE].sum() / pairs[VALUE].sum()
    result: Table = whole.finish_pandas(
        pairs,
        keys,
        cif=_cif_in_words(cif),
        value=Text("note_reconciled"),
        one_sided=Text("note_one_sided", share=one_sided) if one_sided else "",
        estimates=Text("note_estimates", count=len(estimated)) if len(estimated) else "",
    )
    return result


def _without_estimates(table: Table, keys: list[str]) -> tuple[Table, pd.DataFrame]:
    """The rows that are reports, and the keys of those that the source has estimated."""
    frame: Any = nw.from_native(table)
    if ESTIMATED not in frame.collect_schema().names():
        return table, pd.DataFrame(columns=keys)
    flagged = as_pandas(collected(frame.filter(nw.col(ESTIMATED)).select(keys))).astype(
        {key: object for key in keys if key != YEAR}
    )
    return frame.filter(~nw.col(ESTIMATED)).to_native(), flagged.drop_duplicates()


def reliability(table: Any) -> pd.DataFrame:
    """How well each economy's reports agree with its partners', from a table of ``ta.mirror``.

    A pandas table, whatever the library of ``table``.

    Parameters
    ----------
    table
        The result of ``ta.mirror``, or some of its rows.

    Returns
    -------
    A row for each economy, the most reliable first: ``reporter``; ``reports``, how many of its rows the partner reports
    too; ``discrepancy``, their median, from 0 to 1; ``log_ratio``, the mean logarithm of its report over the partner's,
    both free on board (above 0 it reports more than its partners); ``log_sd``, the standard deviation of the error of
    its own reports, in logarithms (see ``ta.mirror``). Economies without such rows are left out.

    Raises
    ------
    SchemaError
        It is not a table of ``ta.mirror``.

    Notes
    -----
    ``log_sd`` is that of a row of average size, the geometric mean of these rows; larger trade errs less (see
    ``ta.mirror``). Rows count alike, whatever their value.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> both = pd.DataFrame([("VNM", "THA", "export", 100.0), ("THA", "VNM", "import", 106.0),
    ...                      ("LAO", "THA", "export", 50.0), ("THA", "LAO", "import", 106.0)],
    ...                     columns=["reporter", "partner", "flow", "value"])
    >>> ta.uncertainty.reliability(ta.mirror(both)).round(3)
      reporter  reports  discrepancy  log_ratio  log_sd
    0      VNM        1        0.029      0.000   0.285
    1      THA        2        0.194      0.347   0.299
    2      LAO        1        0.359     -0.693   0.457
    """
    wanted = [FLOW, REPORTER, PARTNER, EXPORT_REPORT, IMPORT_REPORT, "discrepancy", "cif"]
    frame = open_table(table, wanted, VALUE)
    pairs = collected(frame.select(*wanted)).to_pandas().dropna(subset=["discrepancy"]).reset_index(drop=True)
    of_importer = (pairs[FLOW] == IMPORT).to_numpy()
    pairs[[REPORTER, PARTNER]] = np.where(
        of_importer[:, None], pairs[[PARTNER, REPORTER]].astype(object), pairs[[REPORTER, PARTNER]].astype(object)
    )
    log_x, log_m = _logs(pairs)
    codes, economies = _economies(pairs)
    scale = _by_size(log_x, log_m)
    both_sides = pd.DataFrame(
        {
            "economy": codes.ravel(),
            "discrepancy": np.tile(pairs["discrepancy"].to_numpy(np.float64), 2),
            "log_ratio": np.concatenate([log_x - log_m, log_m - log_x]),
        }
    ).groupby("economy")
    found = pd.DataFrame(
        {
            REPORTER: economies,
            "reports": both_sides.size(),
            "discrepancy": both_sides["discrepancy"].median(),
            "log_ratio": both_sides["log_ratio"].mean(),
            "log_sd": np.sqrt(_variances((log_m - log_x) / np.sqrt(scale), codes, len(economies))),
        }
    ).sort_values("log_sd", kind="stable", ignore_index=True)
    return annotated(found, dict(getattr(table, "attrs", {})), n=Text("note_both_report", count=len(pairs)))


def _margins(cif: float | pd.Series[float], pairs: pd.DataFrame) -> Array:
    """The margin of every pair."""
    if isinstance(cif, pd.Series):
        if cif.index.nlevels != 2 or not cif.index.is_unique:
            raise TradeDataError(Text("cif_form"))
        pair = pd.MultiIndex.from_frame(pairs[[REPORTER, PARTNER]])
        margin = cif.reindex(pair).to_numpy(np.float64)
        if (without := np.isnan(margin) & pairs[IMPORT_REPORT].notna().to_numpy()).any():
            names = listing(f"{one}-{other}" for one, other in pair[without].unique())
            raise TradeDataError(Text("cif_absent", pairs=names))
    else:
        need_numbers(cif=cif)
        margin = np.full(len(pairs), float(cif), dtype=np.float64)
    if (margin < 0).any() or (margin >= 1).any() or np.isnan(margin).all():
        raise TradeDataError(Text("cif_range"))
    return np.asarray(margin)


def _cif_in_words(cif: float | pd.Series[float]) -> Text:
    if isinstance(cif, pd.Series):
        return Text("note_cif_by_pair", least=cif.min(), most=cif.max())
    return Text("note_cif", cif=cif, source=CIF_SOURCE if cif == CIF else Text("note_as_given"))


def _logs(pairs: pd.DataFrame) -> tuple[Array, Array]:
    """The logarithms of both reports, free on board."""
    x, m, margin = (pairs[one].to_numpy(np.float64) for one in (EXPORT_REPORT, IMPORT_REPORT, "cif"))
    return np.asarray(np.log(x)), np.asarray(np.log(m) - np.log1p(margin))


def _economies(pairs: pd.DataFrame) -> tuple[Codes, pd.Index[Any]]:
    """The numbers of exporters and importers, in two rows, and the economies."""
    codes, labels = pd.factorize(pd.concat([pairs[REPORTER], pairs[PARTNER]]))
    return codes.reshape(2, -1), pd.Index(labels)


def _by_size(log_x: Array, log_m: Array) -> Array:
    """The variance over that of trade of average size: a power of the size, and 1 where there are few rows."""
    size = np.where(np.isnan(log_x), log_m, np.where(np.isnan(log_m), log_x, (log_x + log_m) / 2))
    d = log_m - log_x
    seen = ~np.isnan(d) & (d != 0)
    if seen.sum() < ENOUGH or np.ptp(size[seen]) == 0:
        return np.ones(len(size))
    slope, _ = np.polyfit(size[seen], np.log(d[seen] ** 2), 1)
    return np.asarray(np.exp(min(float(slope), 0.0) * (size - size[seen].mean())))


def _variances(d: Array, codes: Codes, economies: int) -> Array:
    """The variance of every economy's log errors: d has mean 0 and variance v_i + v_j.

    The EM step is the expected square of each side's error, given their difference.
    """
    codes, d = codes[:, ~np.isnan(d)], d[~np.isnan(d)]
    average = float(np.mean(d**2)) / 2
    v: Array = np.full(economies, average)
    if not average > 0:
        return v
    reports = np.bincount(codes.ravel(), minlength=economies)
    # Rows of one pair of economies have one variance, and a step needs the sum of their squares only.
    pair = codes[0] * economies + codes[1]
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.diff(pair[order], prepend=-1))
    count, squares, (first, second) = np.diff(starts, append=len(d)), d[order] ** 2, codes[:, order[starts]]
    for _ in range(STEPS):
        i, j = v[first], v[second]
        both = i + j
        z = np.add.reduceat(np.minimum(squares, np.repeat(OUTLYING**2 * both, count)), starts) / both
        shared = count * i * j / both
        sums = [np.bincount(at, shared + one**2 * z / both, economies) for at, one in ((first, i), (second, j))]
        before, v = v, (sums[0] + sums[1] + average) / (reports + 1)
        if np.abs(v / before - 1).max() < 1e-9:
            break
    return v
