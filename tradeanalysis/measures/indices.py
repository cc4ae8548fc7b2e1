"""Every index with its chapter, range and direction: the one list that commands, pages and tests are made from."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from tradeanalysis.measures.formula import Measure

Index = TypeVar("Index")


@dataclass(frozen=True)
class Entry:
    """An index of the registry: the measure, or the function of a parameter that makes one."""

    name: str
    chapter: str
    parameter: str
    range: str
    rises_with_concentration: bool | None
    summary: str
    index: Any
    parameters: tuple[float, ...]

    @property
    def examples(self) -> list[Measure]:
        """The measure itself, or those of some parameters."""
        return [self.index(one) for one in self.parameters] if self.parameter else [self.index]


ENTRIES: dict[str, Entry] = {}


def indexed(range: str, *, rises: bool | None, parameters: tuple[float, ...] = ()) -> Callable[[Index], Index]:
    """Enter an index into the registry.

    ``range`` is the lowest and the highest value in words, ``rises`` whether it never falls where a transfer to a
    larger partner concentrates a vector (None: neither always), ``parameters`` some for a function that makes measures.
    """

    def entered(index: Index) -> Index:
        made: Any = index
        name = made.name if isinstance(made, Measure) else made.__name__
        parameter = "" if isinstance(made, Measure) else next(iter(inspect.signature(made).parameters))
        module = made.formula.__module__ if isinstance(made, Measure) else made.__module__
        if isinstance(made, Measure) and range.startswith("0 "):
            made.lowest = 0.0
        summary = (inspect.getdoc(made) or "").split("\n")[0].rstrip(".")
        ENTRIES[name] = Entry(name, module.rsplit(".", 1)[1], parameter, range, rises, summary, made, parameters)
        return index

    return entered


def registry() -> pd.DataFrame:
    """List every index: its name, chapter, parameter, range, and whether it rises with concentration.

    ``chapter`` is the module of ``ta.measures``. ``parameter`` is empty where the index takes none: ``ta.hhi(x)``,
    and ``ta.hill(q)(x)`` where it takes one. ``range`` gives the lowest and highest value, n being the partners present
    or ``n=``. ``rises_with_concentration`` is missing where the index rises with some concentration and not with all.

    Returns
    -------
    A row for every index, in the order of chapters and of the module.

    Notes
    -----
    Indices of a user's own are not in it. What is not one formula of sums (``lorenz``, ``theil_margins``,
    ``similarity_hill``) is not an index in this sense.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.measures.registry().set_index("name").loc[["hhi", "hill"], ["parameter", "range"]]
         parameter                range
    name
    hhi             1/n to 1
    hill         q    1 to n
    """
    columns = ["name", "chapter", "parameter", "range", "rises_with_concentration", "summary"]
    rows = [[getattr(one, column) for column in columns] for one in ENTRIES.values()]
    return pd.DataFrame(rows, columns=columns).astype({"rises_with_concentration": "boolean"})


def examples() -> list[Measure]:
    """Every index, and those with a parameter at some of its values."""
    return [measure for one in ENTRIES.values() for measure in one.examples]
