"""The concentration of markets taken apart by product and by pairs of products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.changes.two_periods import refuse_flows
from tradeanalysis.gate.findings import fault
from tradeanalysis.gate.frames import open_table, refuse_float_ends
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, Table, annotated
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import Array, Codes, checked, in_use, joined, keyed
from tradeanalysis.tables.baskets import Choice, choose
from tradeanalysis.tables.panel import Panel, as_pandas, open_panel, panel_of, span
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

PARTS = ("weight", "hhi", "own", "overlap", "shapley", "shapley_share", "without")
# Products that are compared together: the matrix of their inner products with all others fits in memory.
BLOCK = 256


@dataclass(frozen=True, eq=False, repr=False)
class Account(Result):
    """The concentration of markets, taken apart by product.

    ``table`` holds ``product, weight, hhi, own, overlap, shapley, shapley_share, without``, the largest Shapley value
    first; ``own`` and ``overlap`` add up to ``total``, the HHI of markets; ``about`` names the economy, flow and year.
    """

    table: pd.DataFrame
    own: float
    overlap: float
    total: float
    about: dict[str, Any]
    # The shares of all trade, products x markets, in the order of their labels.
    shares: Any
    labels: pd.Index

    @property
    def products(self) -> pd.DataFrame:
        """The table, which has a row for each product."""
        return self.table

    def pair(self, a: Any, b: Any) -> float:
        r"""The part of two products in the overlap, :math:`2 w_a w_b \langle s_a, s_b \rangle`."""
        if absent := [one for one in (a, b) if one not in self.labels]:
            raise TradeDataError(Text("account_no_product", absent=absent, products=list(self.labels)))
        if a == b:
            raise TradeDataError(Text("account_no_pair", product=a))
        x, y = (self.shares[[self.labels.get_loc(one)]] for one in (a, b))
        return float(2 * (x * y).sum())

    def pairs(self, top: int = 10) -> pd.DataFrame:
        r"""The pairs of products with the largest parts in the overlap, and whether they meet in one market.

        No pair has more than the product of its norms (Cauchy and Schwarz): with products in the order of their norms,
        blocks of pairs are searched until no pair left can reach the largest found. ``cosine`` is 1 where the
        two go to the same markets in the same proportions, and 0 where they have no market in common.
        """
        if top < 1:
            raise TradeDataError(Text("account_top", top=top))
        first, second, part, norms = _largest_pairs(self.shares, top)
        columns = {
            "product_a": self.labels[first],
            "product_b": self.labels[second],
            "part": 2 * part,
            "share_of_overlap": 2 * part / self.overlap if self.overlap else np.zeros(len(part)),
            "cosine": part / (norms[first] * norms[second]),
        }
        return annotated(pd.DataFrame(columns), {}, **self.about)

    def sentence(self, lang: str = "en") -> str:
        """The product with the largest part of the concentration, in one sentence."""
        one = self.table.iloc[0]
        without, flow, reporter = float(one["without"]), self.about.get(FLOW), self.about.get(REPORTER)
        rest = "only" if np.isnan(without) else "lower" if without < self.total else "higher"
        indices = {"total": texts.number(self.total, lang, 3), "without": texts.number(without, lang, 3)}
        said = texts.say(
            f"account_{flow}" if flow and reporter else "account_plain",
            lang,
            **texts.party("reporter", str(reporter), lang),
            product=self.table[PRODUCT].iloc[0],  # a row would make a whole number a float
            share=texts.percent(float(one["shapley_share"]), lang),
            rest=texts.say(f"account_{rest}", lang, **indices),
        )
        return texts.capital(said)

    def summary(self) -> str:
        """The sentence, the two terms, and the products with the largest parts."""
        largest = self.table.head(5).to_string(index=False, float_format="{:.4f}".format)
        terms = f"HHI {self.total:.4f} = {self.own:.4f} own + {self.overlap:.4f} overlap"
        return f"{self.sentence()}\n{terms}\n{largest}"


def account(
    x: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Account:
    r"""Account of the concentration of markets by product, and by pairs of products.

    .. math:: H = \sum_k w_k^2 H_k + \sum_{k \ne l} w_k w_l \langle s_k, s_l \rangle

    The first term is the concentration of each product on its own markets (``own``), the second that products go to
    the same markets (``overlap``). :math:`w_k` is the share of product k in all trade, :math:`s_k` its shares by
    market, :math:`H_k` its own HHI. ``accounts`` does the same for every group of a table.

    Parameters
    ----------
    x
        Values of products (rows) x markets (columns): a DataFrame, an array, a scipy sparse matrix, any unit; or a
        trade table of pandas, Polars, PyArrow, DuckDB or PySpark with ``product`` and ``partner``.
    reporter, flow, year, value
        For a table, as for ``basket``.

    Returns
    -------
    An ``Account``: ``own``, ``overlap`` and their sum ``total``, the HHI of markets; ``table`` with the parts of
    each product, its Shapley value (``shapley``, which add up to ``total``; ``shapley_share`` to 1) and ``without``,
    the HHI of the rest if the product were not exported, missing where there is no rest. ``pair``, ``pairs``,
    ``sentence``.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        Values are negative, missing or infinite, there is no trade, or a choice is not in the table.

    Notes
    -----
    With :math:`x_k` the values of product k by market, X their sum and V the total, :math:`H = |X|^2 / V^2`. As
    :math:`|X|^2 = \sum_k |x_k|^2 + \sum_{k \ne l} \langle x_k, x_l \rangle`, product k has :math:`|x_k|^2 / V^2` for
    its own and :math:`\langle x_k, X - x_k \rangle / V^2` of the overlap: no pair has to be formed.

    The Shapley value is the mean of what a product adds to :math:`v(S) = |\sum_{k \in S} x_k|^2 / V^2` over all orders
    in which the products may come. The game is a sum of games: one for each product, :math:`|x_k|^2 / V^2` once k is
    there, and one for each pair, :math:`2 \langle x_k, x_l \rangle / V^2` once both are. By symmetry each of a pair
    gets half of the latter, and values of sums of games add: k has
    :math:`(|x_k|^2 + \sum_{l \ne k} \langle x_k, x_l \rangle) / V^2 = \langle x_k, X \rangle / V^2`, its own part and
    its overlap together, never below 0.

    ``without`` may lie above the total: a product can spread trade over markets. In a table, remainders ("Others") are
    not markets; those among products (999999) are a product like others, since their markets are known. How fine the
    products are moves parts between own and overlap, never the total.

    References
    ----------
    Shapley, L. S. (1953). A Value for n-Person Games. Contributions to the Theory of Games II, 307-317. Princeton
    University Press. https://doi.org/10.1515/9781400881970-018

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> found = ta.account(pd.DataFrame([[80, 10, 10], [5, 60, 35]], ["coffee", "shoes"], ["USA", "CHN", "JPN"]))
    >>> round(found.own, 5), round(found.overlap, 5), round(found.total, 5)
    (0.28625, 0.0675, 0.35375)
    >>> farms = ta.example("vn_agri_2019")
    >>> ta.account(farms, year=2019).table.head(3)[["product", "weight", "hhi", "shapley_share", "without"]].round(3)
                product  weight    hhi  shapley_share  without
    0  Gỗ & sản phẩm gỗ   0.396  0.318          0.453    0.181
    1      Hàng rau quả   0.147  0.553          0.195    0.159
    2          Hạt điều   0.115  0.208          0.113    0.172
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    if _is_sparse(x) or isinstance(x, (list, np.ndarray)):
        matrix, labels = _of_matrix(x)
    elif isinstance(x, pd.DataFrame) and not {PARTNER, PRODUCT, value} & set(map(str, x.columns)):
        matrix, labels = _of_matrix(x.to_numpy())[0], x.index
        if labels.has_duplicates:
            raise TradeDataError(Text("account_twice", products=list(labels[labels.duplicated()].unique())))
    else:
        choice = choose(x, reporter=reporter, flow=flow, year=year, value=value)
        if PRODUCT not in choice.rows.collect_schema().names():
            raise fault("TA-110", "account_without_products")
        panel = open_panel(choice.rows.to_native(), [choice.side, PRODUCT])
        return account_of(choice, panel, as_pandas(panel.cells))
    if (reporter, flow, year) != (None, None, None):
        raise TradeDataError(Text("account_of_matrix"))
    return _account(matrix, labels, {}, {})


def account_of(choice: Choice, panel: Panel, cells: pd.DataFrame) -> Account:
    """The account of a choice; ``cells`` are those of its rows by market and product, all or some of a panel's."""
    from scipy.sparse import csr_array

    kept, rest = _allocated(panel, cells, choice.side)
    about = {key: choice.about[key] for key in (REPORTER, FLOW, YEAR) if key in choice.about} | rest
    product, labels = pd.factorize(kept[PRODUCT], sort=True)
    market, markets = pd.factorize(kept[choice.side])
    x = csr_array((kept[VALUE].to_numpy(), (product, market)), shape=(len(labels), len(markets)))
    return _account(x, pd.Index(labels), about, choice.attrs)


def accounts(table: Table, *, by: str | Iterable[str], value: str = VALUE) -> Table:
    """The account of the concentration of markets by product, for every group of a table, all at once.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark with ``product`` and ``partner``.
    by
        The columns that make groups, such as ``["reporter", "year"]``.
    value
        The column of values.

    Returns
    -------
    A table of the columns ``by``, then those of ``Account.table``, the largest Shapley value first in each group.

    Raises
    ------
    SchemaError
        A column is missing, or two columns of the result would bear one name.
    TradeDataError
        Values are negative, missing or infinite, exports and imports are in one group, or there is no trade.

    Notes
    -----
    As for ``account``.

    References
    ----------
    As for ``account``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> from tradeanalysis.changes.products_by_markets import accounts
    >>> farms = ta.example("vn_agri_2019")
    >>> accounts(farms, by="year").groupby("year").head(1)[["year", "product", "shapley_share"]].round(3)
       year           product  shapley_share
    0  2018  Gỗ & sản phẩm gỗ          0.344
    9  2019  Gỗ & sản phẩm gỗ          0.453
    """
    if not hasattr(type(table), "columns"):
        raise TypeError("accounts() is for a trade table; for one matrix write ta.account(matrix)")
    keys = [by] if isinstance(by, str) else list(by)
    if bad := [key for key in keys if key in (PRODUCT, PARTNER)]:
        raise SchemaError(Text("account_by", columns=list(map(repr, bad))))
    if twice := [key for key in keys if key in PARTS]:
        raise SchemaError(Text("groups_column_twice", columns=list(map(repr, twice))))
    frame = open_table(table, [*keys, PRODUCT, PARTNER], value)
    axes = [*(key for key in keys if key not in (FLOW, YEAR)), PARTNER]
    attrs = dict(getattr(table, "attrs", {}))
    result: Table
    if isinstance(frame, nw.LazyFrame) or FLOW in keys:
        panel = panel_of(frame, [*axes, PRODUCT], attrs, value=value)
        result = accounts_of(panel, keys, panel.cells)
    else:  # a matrix adds up its rows by itself: only what is checked needs cells, and these without products
        panel = panel_of(frame, axes, attrs, value=value)
        rows = frame.select(*keys, PRODUCT, PARTNER, nw.col(value).cast(nw.Float64).alias(VALUE))
        result = accounts_of(panel, keys, rows)
    return result


def accounts_of(panel: Panel, by: list[str], given: Any) -> Any:
    """The accounts of all groups of rows, or cells, of which the panel was opened by these columns and partner."""
    from scipy.sparse import coo_array, csr_array

    if len(panel.flows) > 1:
        refuse_flows(as_pandas(panel.cells), by)
    cells = as_pandas(given)
    traded = cells[VALUE].to_numpy() > 0
    kept, about = _allocated(panel, cells if traded.all() else cells[traded].reset_index(drop=True), PARTNER)
    notes = {key: span(panel.labels[key]) for key in (YEAR, FLOW) if key in panel.marks} | about
    if kept.empty:
        raise TradeDataError(Text("no_trade_here"))
    columns = (*by, PRODUCT, PARTNER)
    numbered = in_use([keyed(nw.from_native(kept[key], series_only=True)) for key in columns], len(kept))
    keys = dict(zip(columns, numbered, strict=True))
    group, groups, _ = joined([keys[key] for key in by], len(kept))
    row, rows, apart = joined([keys[key] for key in (*by, PRODUCT)], len(kept))
    market, markets, _ = joined([keys[key] for key in (*by, PARTNER)], len(kept))
    share = kept[VALUE].to_numpy(np.float64) / np.bincount(group, kept[VALUE], groups)[group]
    x = coo_array((share, (row, market)), shape=(rows, markets)).tocsr()
    of_row = np.zeros(rows, dtype=np.intp)
    of_row[row] = group
    present = np.flatnonzero(np.diff(x.indptr))
    of_row = np.cumsum(np.diff(of_row[present], prepend=of_row[present[0]]) > 0)
    ends = np.append(x.indptr[present], x.nnz)  # absent rows hold nothing
    parts = _parts(csr_array((x.data, x.indices, ends), shape=(len(present), markets)), of_row)
    order = np.lexsort((-parts["shapley"], of_row))
    codes = zip((*by, PRODUCT), apart(present[order]), strict=True)
    labels = {key: keys[key].labels.to_native().take(code).array for key, code in codes}
    found = pd.DataFrame(labels | {name: part[order] for name, part in parts.items()})
    n = Text("note_products_of_groups", products=len(found), groups=int(of_row[-1]) + 1)
    return annotated(panel.from_pandas(found).to_native(), panel.attrs, **notes, n=n)


def _account(x: Any, labels: pd.Index, about: dict[str, Any], attrs: Any) -> Account:
    """The account of a sparse matrix of values, products x markets."""
    if not x.nnz:
        raise TradeDataError(Text("no_trade_here"))
    refuse_float_ends(x.data, "apart")
    power = -int(np.frexp(x.max())[1])  # of two, so that no sum overflows and no digit changes
    x = x.copy()
    x.data = np.ldexp(x.data, power)
    x = x / x.sum()
    traded = x.sum(axis=1) > 0
    x, labels = x[traded], labels[traded]
    columns = {PRODUCT: labels, **_parts(x, np.zeros(len(labels), dtype=np.intp))}
    table = pd.DataFrame(columns).sort_values("shapley", ascending=False, kind="stable", ignore_index=True)
    whole, own = x.sum(axis=0), float(table["own"].sum())
    total = float(whole @ whole)
    notes = about | {"n": Text("note_products_and_markets", products=len(labels), markets=int((whole > 0).sum()))}
    notes["HHI"] = f"{total:.4f}"
    return Account(annotated(table, attrs, **notes), own, total - own, total, about, x, labels)


def _parts(x: Any, group: Codes) -> dict[str, Array]:
    """The parts of every row of a sparse matrix of shares, products x markets; no two groups share a row or column.

    The squares without a product are |X - x_k|^2 = |X|^2 - 2 <x_k, X> + |x_k|^2. Where a product is nearly everything,
    this difference would lose its digits: for the one with the largest norm the rest is summed market by market. For
    any other k it is at least a quarter of |X|^2, since |X - x_k| is neither below the largest norm nor, by the
    triangle inequality, below |X| less that norm.
    """
    row, market, share = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr)), x.indices, x.data
    groups = int(group[-1]) + 1
    whole = x.sum(axis=0)
    weight, own, shapley = x.sum(axis=1), np.bincount(row, share * share, x.shape[0]), x @ whole
    of_market = np.zeros(x.shape[1], dtype=np.intp)
    of_market[market] = group[row]
    index = np.bincount(of_market, whole * whole, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (index[group] - 2 * shapley + own) / (1 - weight) ** 2
    starts = np.searchsorted(group, np.arange(groups))
    most = np.flatnonzero(own == np.maximum.reduceat(own, starts)[group])
    largest = most[np.searchsorted(group[most], np.arange(groups))]
    others = row != largest[group[row]]
    rest = np.bincount(market[others], share[others], x.shape[1])
    squares, total = (np.bincount(of_market, one, groups) for one in (rest * rest, rest))
    without[largest] = np.divide(squares, total**2, out=np.full(groups, np.nan), where=total > 0)
    return {
        "weight": weight,
        "hhi": own / weight**2,
        "own": own,
        "overlap": shapley - own,
        "shapley": shapley,
        "shapley_share": shapley / index[group],
        "without": without,
    }


def _largest_pairs(x: Any, top: int) -> tuple[Any, Any, Array, Array]:
    """The pairs of products with the largest inner products, these inner products, and the norms of all products."""
    norms = np.sqrt((x * x).sum(axis=1))
    order = np.argsort(-norms, kind="stable")
    x, long = x[order], norms[order]
    a, b, part = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    for start in range(0, len(long), BLOCK):
        # A product with a norm below this cannot reach the pairs found, together with any product of this block.
        enough = part[-1] / long[start] * (1 - 1e-12) if len(part) == top else 0.0
        end = int(np.searchsorted(-long, -enough, side="right"))
        if end <= start + 1:
            break
        inner = np.triu((x[start:end] @ x[start : start + BLOCK].T.toarray()).T, 1)
        first, second = np.nonzero(inner > (part[-1] if len(part) == top else 0.0))
        a, b = np.append(a, first + start), np.append(b, second + start)
        part = np.append(part, inner[first, second])
        best = np.argpartition(-part, top - 1)[:top] if len(part) > top else np.arange(len(part))
        best = best[np.argsort(-part[best], kind="stable")]
        a, b, part = a[best], b[best], part[best]
    return order[a], order[b], part, norms


def _is_sparse(matrix: Any) -> bool:
    """Whether it is a sparse matrix of scipy."""
    from scipy.sparse import issparse

    return bool(issparse(matrix))


def _of_matrix(matrix: Any) -> tuple[Any, pd.Index]:
    """Checked values as a sparse array, with the numbers of rows as labels."""
    from scipy.sparse import csr_array

    if _is_sparse(matrix):
        x: Any = csr_array(matrix, copy=True)
        x.sum_duplicates()
        x = csr_array((checked(x.data), x.indices, x.indptr), shape=x.shape)
    else:
        a = checked(matrix)
        if a.ndim != 2:
            raise TradeDataError(Text("account_of_vector"))
        x = csr_array(a)
    x.eliminate_zeros()
    return x, pd.RangeIndex(x.shape[0])


def _allocated(panel: Panel, cells: pd.DataFrame, axis: str) -> tuple[pd.DataFrame, dict[str, Text]]:
    """The cells that are not in a remainder, and a note of what is left out."""
    kept = as_pandas(panel.allocated(nw.from_native(cells), axis))
    if len(kept) == len(cells):
        return kept, {}
    return kept, {"unallocated": Text("note_in_no_part", share=1 - kept[VALUE].sum() / cells[VALUE].sum())}
