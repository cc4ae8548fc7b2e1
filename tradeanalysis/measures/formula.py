"""A measure: a formula with the sums that it needs as parameters."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import DECLARED, Array, Sum, count, of_values, universe
from tradeanalysis.texts import Text

# Values by partner, of which a measure is one number; an array may be a vector or a matrix.
Vector = Sequence[float] | Mapping[Any, float] | pd.Series

# Below it lie the numbers with fewer digits than float64 has.
TINY = 2.0**-960


class Measure:
    """An index: a scale-free formula over sums, for a vector, a matrix or a table on any engine.

    The formula's parameters name declared sums (``total``, ``count``, ``squares``, ``xlogx``, ``logs``, ``largest``,
    ``ranked``) or sums bound by keyword, ``p=power(3)``. A parameter ``n`` is the ``n=`` of the call, else the partners
    present. The formula uses ``+ - * / **``, ``np.log``, ``np.exp`` and ``np.sqrt`` only, which work on arrays and
    on engines' expressions.

    Parameters
    ----------
    formula
        The function of sums.
    name
        The column's name in tables; the formula's own by default. No dots.
    if_zero
        The value where n counts partners without trade and the formula cannot see them.
    lowest
        What the index never falls below: a result that rounding takes below it is this number.
    **sums
        Sums for parameters that are not declared ones.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> @ta.Measure
    ... def simpson(total, squares):
    ...     return 1 - squares / total**2
    >>> simpson([50, 50])
    0.5
    """

    def __init__(
        self,
        formula: Callable[..., Any],
        name: str | None = None,
        *,
        if_zero: float | None = None,
        lowest: float | None = None,
        **sums: Sum,
    ) -> None:
        functools.update_wrapper(self, formula)
        # What a reader passes is a distribution, not the formula's sums.
        call = inspect.signature(type(self).__call__)
        self.__signature__ = call.replace(parameters=list(call.parameters.values())[1:])
        self.name = name or formula.__name__
        if not self.name.isidentifier():
            raise TypeError(f"{self.name!r} cannot name a column on every engine: pass name= of letters, digits and _")
        self.formula = formula
        self.if_zero = if_zero
        self.lowest = lowest
        parameters = list(inspect.signature(formula).parameters)
        unknown = [p for p in parameters if p != "n" and p not in sums and p not in DECLARED]
        if unknown:
            raise TypeError(
                f"{self.name} needs {unknown}, which are not declared sums: choose from {', '.join(DECLARED)}"
            )
        self.takes_n = "n" in parameters
        self.sums: dict[str, Sum] = {p: sums.get(p) or DECLARED[p] for p in parameters if p != "n"}

    def __reduce__(self) -> str:
        """A measure goes to another process by the name under which its module has it, as functions do."""
        return str(self.formula.__qualname__)

    def __repr__(self) -> str:
        return f"<measure {self.name}({', '.join(inspect.signature(self.formula).parameters)})>"

    @overload
    def __call__(self, x: Vector, *, n: int | None = None) -> float: ...

    @overload
    def __call__(self, x: Sequence[Sequence[float]], *, n: int | None = None) -> Array: ...

    @overload
    def __call__(self, x: Any, *, n: int | None = None) -> float | Array: ...

    def __call__(self, x: Any, *, n: int | None = None) -> float | Array:
        """The index of a vector of values by partner, as a float; of a matrix, one number for each row."""
        if universe(n) is not None and not self.takes_n:
            raise TypeError(f"{self.name} does not depend on n")
        sums = of_values(x, {count, *self.sums.values()})
        # A vector is a matrix of one row: the same arithmetic, to the last bit.
        result = self.on_arrays({one: np.atleast_1d(column) for one, column in sums.items()}, n)
        if sums[count].ndim:
            return result
        if not sums[count] > 0:
            raise TradeDataError(Text("no_trade_here"))
        return float(result[0])

    def on_arrays(self, sums: dict[Sum, Array], n: int | None) -> Array:
        """The formula on sums, missing where there is no trade or where the formula is not defined."""
        present = sums[count]
        if n is not None and present.max(initial=0) > n:
            raise TradeDataError(Text("n_too_small", n=n, present=int(present.max())))
        for one in self.sums.values():
            if not (in_range(one, sums[one]) | (present == 0)).all():
                raise TradeDataError(Text("power_too_large", measure=self.name))
        with np.errstate(all="ignore"):
            result = np.asarray(self._of(sums, present if n is None else np.float64(n)), dtype=np.float64)
            if self.lowest is not None:
                result = np.where(self._just_below(result), self.lowest, result)
            if n is not None and self.if_zero is not None:
                result = np.where(present < n, self.if_zero, result)
        return np.where((present > 0) & np.isfinite(result), result, np.nan)

    def on_engine(self, sums: dict[Sum, nw.Expr], n: int | None) -> nw.Expr:
        """The formula on sums as an engine's expressions; where a sum is missing, so is the result."""
        present = sums[count]
        result: nw.Expr = self._of(sums, present if n is None else float(n))
        if self.lowest is not None:
            result = nw.when(self._just_below(result)).then(nw.lit(self.lowest)).otherwise(result)
        if n is None:
            return result
        if self.if_zero is not None:
            other = nw.lit(self.if_zero if math.isfinite(self.if_zero) else None, nw.Float64)
            result = nw.when((present < n) & ~result.is_null()).then(other).otherwise(result)
        return nw.when(present <= n).then(result)

    def _just_below(self, result: Any) -> Any:
        """Where rounding took a result below the lowest: what is not defined, such as -1/0, stays so."""
        return (result < self.lowest) & (result > -math.inf)

    def _of(self, sums: dict[Sum, Any], n: Any) -> Any:
        arguments: dict[str, Any] = {p: sums[one] for p, one in self.sums.items()}
        return self.formula(**arguments, **({"n": n} if self.takes_n else {}))


def in_range(one: Sum, column: Any) -> Any:
    """Whether a sum is within float64 with all its digits, on arrays and as an expression."""
    return finite(column, above=TINY if one.positive else -math.inf)


def finite(column: Any, above: float = -math.inf) -> Any:
    """Whether numbers are finite, on arrays and as an expression: on engines NaN stands above infinity."""
    return (column > above) & (column < math.inf)


def refuse_values(measure: str, parameter: str, given: Any) -> None:
    """Raise where a function that makes a measure is given the values to be measured in place of its parameter."""
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes)):
        need_numbers(**{parameter.split()[-1]: given})
        return
    if hasattr(type(given), "columns"):
        example = f"ta.measure(table, ta.{measure}(1), by=[...])"
    else:
        shown = repr(given)
        example = f"ta.{measure}(1)({shown if isinstance(given, (list, tuple, dict)) and len(shown) <= 60 else 'x'})"
    raise TypeError(f"ta.{measure} takes {parameter} and gives a measure: write {example}")


def apart_from_1(q: float, limit: str) -> None:
    """Refuse an order so near 1 that 1/(1 - q) makes the rounding of the sum larger than the answer."""
    if 0 < abs(q - 1) < 1e-6:
        raise TradeDataError(Text("order_near_1", q=q, limit=limit))


def spell(parameter: float) -> str:
    """A parameter as part of a column's name: 0.5 is ``0_5``, -1 is ``minus_1``."""
    return f"{parameter:.15g}".replace("-", "minus_").replace(".", "_").replace("+", "")
