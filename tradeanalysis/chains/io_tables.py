"""Inter-country input-output tables, checked first: most of their faults give numbers that look right."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.chains.absorbing_chains import Chain, closed_loop
from tradeanalysis.gate.frames import refuse_float_ends
from tradeanalysis.results import Result
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.icio_files import icio_frames
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import market_name
from tradeanalysis.texts import Text

# The parts in which the OECD's tables split China and Mexico (export processing and the rest), by their country.
SPLIT = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
# The columns of a long table.
LONG = ("country", "industry", "buyer", "use", "value")
# A table balances where nothing is off by more than this share of output.
TOLERANCE = 1e-4


@dataclass(frozen=True, repr=False)
class IOTable(Result):
    """An inter-country input-output table that balances.

    ``flows`` is intermediate use (n x n), ``final`` final use by country (n x countries), ``output`` and
    ``value_added`` are of each industry (n), in one currency. ``labels`` are the pairs (country, industry) of the rows;
    ``country`` numbers the country of each row in ``countries``, and ``buyers`` are the countries of final use.
    """

    flows: Array
    final: Array
    labels: pd.MultiIndex
    countries: pd.Index[Any]
    country: npt.NDArray[np.intp]
    buyers: pd.Index[Any]
    notes: tuple[Text, ...] = ()

    @functools.cached_property
    def output(self) -> Array:
        """What each industry sells, :math:`x = Z 1 + F 1`."""
        return np.asarray(self.flows.sum(axis=1) + self.final.sum(axis=1))

    @functools.cached_property
    def value_added(self) -> Array:
        """What each industry adds to its inputs, :math:`x - Z' 1`."""
        return np.asarray(self.output - self.flows.sum(axis=0))

    @functools.cached_property
    def chain(self) -> Chain:
        r"""The chain in which output goes on to the industries that use it, :math:`\hat x^{-1} Z`."""
        return Chain(self.flows * self.per_output[:, None])

    @functools.cached_property
    def buyers_of_a_unit(self) -> Array:
        r"""In whose final use output ends, :math:`h = (I - \hat x^{-1} Z)^{-1} \hat x^{-1} F`."""
        return self.chain.ends(self.final * self.per_output[:, None])

    def final_of(self, start: Array) -> Array:
        """In whose final use the values of each industry end, for values that go on from there."""
        return np.asarray(self.chain.arrivals(start) @ (self.final * self.per_output[:, None]))

    @functools.cached_property
    def per_output(self) -> Array:
        """One over the output of each industry; 0 where it has none."""
        return np.divide(1.0, self.output, out=np.zeros_like(self.output), where=self.output > 0)

    def by_country(self, rows: Array) -> Array:
        """Rows of industries summed by country."""
        sums = np.zeros((len(self.countries), *rows.shape[1:]))
        np.add.at(sums, self.country, rows)
        return sums

    @property
    def table(self) -> pd.DataFrame:
        """Output and value added of each industry."""
        index = self.labels.to_frame(index=False)
        return index.assign(output=self.output, value_added=self.value_added)

    def sentence(self, lang: str = "en") -> str:
        """How many countries and industries there are, and what was found."""
        words = {"countries": len(self.countries), "rows": len(self.labels), "buyers": len(self.buyers)}
        return " ".join(one.say(lang) for one in (Text("io_sentence", **words), *self.notes))


def io_table(
    Z: Any,
    F: Any = None,
    value_added: Any = None,
    *,
    output: Any = None,
) -> IOTable:
    r"""An inter-country input-output table of intermediate and final use, once it is known to balance.

    Output is :math:`x = Z 1 + F 1` and value added :math:`x - Z' 1`; where either is given, it must be the same.

    Parameters
    ----------
    Z
        Intermediate use: a dataframe with rows and columns by country and industry, as pairs. Or a long table with the
        columns ``country, industry, buyer, use, value``, in which ``use`` is an industry or a kind of final use. Or an
        object of pymrio, of which ``Z``, ``Y``, ``x`` and the row of value added are taken.
    F
        Final use: the rows of ``Z`` by buying country, or by country and kind of use, the country first.
    value_added, output
        Of each row of ``Z``, where the source prints them; a Series, or a dataframe with a column for each row.

    Returns
    -------
    An ``IOTable``. The parts into which the OECD's table splits China and Mexico (CN1, CN2, MX1, MX2) count as these
    countries and stay industries of their own.

    Raises
    ------
    TradeDataError
        Rows and columns differ, or stand twice; a value is missing, infinite or, of intermediate use, negative; value
        added or output that is given is not that of the table (by which factor); an industry without output buys
        inputs; a country has no final use; some industries sell to each other only, or the series of their inputs does
        not end.

    Notes
    -----
    Negative final use (stocks that fall) is kept and noted: shares of final buyers may then leave [0, 1].

    References
    ----------
    Miller, R. E. & Blair, P. D. (2022). Input-Output Analysis: Foundations and Extensions. 3rd ed. Cambridge University
    Press. https://doi.org/10.1017/9781108676212

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = pd.MultiIndex.from_product([["VNM", "USA"], ["goods"]])
    >>> Z = pd.DataFrame([[20, 10], [5, 40]], rows, rows)
    >>> F = pd.DataFrame([[50, 20], [5, 50]], rows, ["VNM", "USA"])
    >>> ta.io_table(Z, F).value_added.tolist()
    [75.0, 50.0]
    """
    if F is None:
        Z, F, value_added, output = _taken_apart(Z, value_added, output)
    if not isinstance(Z, pd.DataFrame) or not isinstance(F, pd.DataFrame):
        raise TradeDataError(Text("io_dataframes"))
    labels = _pairs(Z.index, "Z")
    flows = _numbers(_in_order(Z, labels, "columns"), "Z")
    final_rows = _in_order(F, labels, "index")
    of = final_rows.columns.get_level_values(0).map(lambda one: SPLIT.get(one, one))
    final = _numbers(final_rows, "F")
    buyers = pd.Index(of.unique())
    by_buyer = np.zeros((len(labels), len(buyers)))
    np.add.at(by_buyer.T, buyers.get_indexer(of), final.T)
    owners = labels.get_level_values(0).map(lambda one: SPLIT.get(one, one))
    countries = pd.Index(owners.unique())
    made = IOTable(flows, by_buyer, labels, countries, countries.get_indexer(owners), buyers)
    with np.errstate(over="ignore", invalid="ignore"):
        refuse_float_ends(flows.sum(axis=1) + np.abs(final).sum(axis=1), "sum")
    refuse_float_ends(made.output[:, None], "rounded")
    _check(made, final)
    for name, given, implied in (("value_added", value_added, made.value_added), ("output", output, made.output)):
        if given is not None:
            _compare(name, given, implied, labels)
    return replace(made, notes=tuple(_notes(made, final)))


def read_icio(path: str | os.PathLike[str]) -> IOTable:
    """The inter-country input-output table of a CSV file of the OECD (ICIO), or of a zip of one, checked.

    Parameters
    ----------
    path
        A file as <https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html> gives for each year,
        with or without the split of China and Mexico. In it labels are ``VNM_A01_02``, and ``VNM_HFCE`` of final use.

    Returns
    -------
    An ``IOTable`` in the unit of the file, millions of US dollars. Value added has the taxes less subsidies on inputs
    in it, a row of their own in the file.

    Raises
    ------
    TradeDataError
        The file cannot be read, has another layout, or does not balance.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import tradeanalysis as ta
    >>> rows = ["V1,VNM_D,USA_D,VNM_HFCE,USA_HFCE,OUT", "VNM_D,20,10,50,20,100", "USA_D,5,40,5,50,100"]
    >>> rows += ["TLS,1,2,0,0,0", "VA,74,48,0,0,0", "OUT,100,100,0,0,0"]
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "2020.csv"
    ...     _ = path.write_text("\\n".join(rows))
    ...     io = ta.chains.read_icio(path)
    >>> io.value_added.tolist()
    [75.0, 50.0]
    """
    found = icio_frames(path)
    return io_table(found.flows, found.final, found.value_added, output=found.output)


def need_io(io: Any) -> None:
    """Raise for what is no input-output table."""
    if not isinstance(io, IOTable):
        raise TradeDataError(Text("io_needed", kind=type(io).__name__))


# ---- what is given ------------------------------------------------------------------------------------------------


def _taken_apart(given: Any, value_added: Any, output: Any) -> tuple[Any, Any, Any, Any]:
    """Intermediate use, final use, value added and output, of a long table or of an object of pymrio."""
    if isinstance(given, pd.DataFrame) and {*LONG} <= {*given.columns}:
        if given.duplicated(list(LONG[:-1])).any():
            raise TradeDataError(Text("io_long_twice"))
        made = given.set_index(list(LONG[:-1]))["value"]
        is_final = ~made.index.get_level_values("use").isin(made.index.get_level_values("industry").unique())
        uses, finals = (
            made[rows].unstack(["buyer", "use"], fill_value=0)  # what no row names is nothing
            for rows in (~is_final, is_final)
        )
        rows = uses.index.union(finals.index, sort=False)
        return (
            uses.reindex(index=rows, columns=rows.set_names(["buyer", "use"]), fill_value=0.0),
            finals.reindex(rows, fill_value=0.0),
            value_added,
            output,
        )
    if not (
        isinstance(getattr(given, "Z", None), pd.DataFrame) and isinstance(getattr(given, "Y", None), pd.DataFrame)
    ):
        raise TradeDataError(Text("io_given", kind=type(given).__name__))
    if output is None and isinstance(getattr(given, "x", None), pd.DataFrame):
        output = given.x.iloc[:, 0]
    if value_added is None:
        found = [
            part.F.loc[[row]]
            for part in given.get_extensions(data=True)
            for row in part.F.index
            if "value added" in str(row).casefold()
        ]
        value_added = found[0].iloc[0] if len(found) == 1 else None
    return given.Z, given.Y, value_added, output


def _pairs(index: pd.Index[Any], name: str) -> pd.MultiIndex:
    """The labels of rows, which are pairs of a country and an industry and stand once."""
    if not isinstance(index, pd.MultiIndex) or index.nlevels != 2 or not len(index):
        raise TradeDataError(Text("io_pairs", name=name))
    if index.has_duplicates:
        raise TradeDataError(Text("io_twice", labels=[str(one) for one in index[index.duplicated()].unique()]))
    return index.set_names(["country", "industry"])


def _in_order(table: pd.DataFrame, labels: pd.MultiIndex, axis: str) -> pd.DataFrame:
    """The table with its rows, or its columns, in the order of the rows of Z."""
    there = getattr(table, axis)
    name = f"{'Z' if axis == 'columns' else 'F'}.{axis}"
    given = _pairs(there, name).set_names(labels.names)
    if apart := [str(one) for one in given.symmetric_difference(labels)]:
        raise TradeDataError(Text("io_labels_apart", name=name, labels=apart))
    place = given.get_indexer(labels)
    return table.iloc[:, place] if axis == "columns" else table.iloc[place]


def _numbers(table: pd.DataFrame, name: str) -> Array:
    """The cells as float64; what is no number or not finite raises."""
    try:
        cells = table.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise TradeDataError(Text("io_no_numbers", name=name)) from None
    if not np.isfinite(cells).all():
        raise TradeDataError(Text("io_not_finite", name=name, count=int((~np.isfinite(cells)).sum())))
    return cells


# ---- checks -------------------------------------------------------------------------------------------------------


def _check(io: IOTable, final: Array) -> None:
    """Raise for a table of which the chain does not end, or that cannot be one."""
    if (io.flows < 0).any():
        cells = np.argwhere(io.flows < 0)
        raise TradeDataError(Text("io_negative_use", count=len(cells), first=_named(io, cells[:, 0])))
    if (io.output < 0).any():
        raise TradeDataError(Text("io_negative_output", labels=_named(io, np.flatnonzero(io.output < 0))))
    if not io.output.sum() > 0:
        raise TradeDataError(Text("io_nothing"))
    idle = (io.output == 0) & (io.flows.sum(axis=0) > 0)
    if idle.any():
        raise TradeDataError(Text("io_inputs_without_output", labels=_named(io, np.flatnonzero(idle))))
    if lacking := io.countries.difference(io.buyers, sort=False).tolist():
        raise TradeDataError(Text("io_no_final_use", countries=[market_name(one) for one in lacking]))
    used = io.final.sum(axis=1)
    kept = np.where(io.output > 0, np.abs(final).sum(axis=1) * io.per_output, 1.0)
    if len(stays := closed_loop(io.flows, leaves=kept)):
        raise TradeDataError(Text("io_closed_loop", labels=_named(io, stays)))
    # Without negative final use no row of shares exceeds 1, and the series ends since no loop is closed.
    if (used < -TOLERANCE * io.output).any():
        radius = _spectral_radius(io.flows * io.per_output[:, None])
        if radius >= 1:
            raise TradeDataError(Text("io_spectral_radius", radius=radius))


def _spectral_radius(shares: Array) -> float:
    """The largest eigenvalue of a matrix without negative elements, by powers."""
    x, radius = np.ones(len(shares)), 0.0
    for _ in range(1000):
        y = shares @ x + 1e-300
        before, radius = radius, float(np.exp(np.log(y / x).mean()))
        x = y / y.sum() * len(x)
        if abs(radius - before) < 1e-10:
            break
    return radius


def _named(io: IOTable, rows: npt.NDArray[np.intp]) -> list[str]:
    return [" ".join(map(str, io.labels[i])) for i in dict.fromkeys(rows.tolist())]


def _compare(name: str, given: Any, implied: Array, labels: pd.MultiIndex) -> None:
    """Raise where what is given is not what the table implies, with the factor."""
    series = given.iloc[0] if isinstance(given, pd.DataFrame) and len(given) == 1 else given
    if not isinstance(series, pd.Series):
        if isinstance(series, (list, tuple)):
            series = np.array(series, dtype=object)
        if not isinstance(series, np.ndarray) or series.ndim == 0 or series.size != len(labels):
            raise TradeDataError(Text("io_one_a_row", name=name, count=len(labels)))
        series = pd.Series(series.ravel(), labels)
    index = _pairs(series.index, name).set_names(labels.names)
    if apart := [" ".join(map(str, one)) for one in {*index} ^ {*labels}]:
        raise TradeDataError(Text("io_labels_apart", name=name, labels=sorted(apart)))
    series = series.set_axis(index)
    found = _numbers(series.reindex(labels).to_frame(), name)[:, 0]
    scale = np.abs(implied).sum() / len(implied)
    off = np.abs(found - implied)
    if (off > TOLERANCE * np.maximum(np.abs(implied), scale)).any():
        worst = " ".join(map(str, labels[int(off.argmax())]))
        raise TradeDataError(Text(f"io_{name}_apart", factor=found.sum() / implied.sum(), worst=worst))


def _notes(io: IOTable, final: Array) -> Iterator[Text]:
    """What is unusual and allowed."""
    total = io.output.sum()
    if (fallen := -final[final < 0].sum()) > 0:
        yield Text("io_negative_final", share=fallen / total)
    if (io.value_added < 0).any():
        yield Text("io_negative_value_added", labels=_named(io, np.flatnonzero(io.value_added < 0)))
    if idle := int((io.output == 0).sum()):
        yield Text("io_no_output", count=idle)
