"""What every public function gives, as flat lists of numbers and texts that JSON carries: here, and in a browser."""

import json
import warnings

import every_function
import narwhals as nw
import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.sums import cells_of

NUMBERS = (int, float, bool, np.number, np.bool_)


def flat(one, depth=0):
    """Numbers as floats, all else as texts, in order."""
    if isinstance(one, NUMBERS):
        return [float(one)]
    if isinstance(one, pd.DataFrame):
        return [*map(str, one.columns), *flat(one.reset_index().to_numpy(dtype=object).ravel().tolist(), depth + 1)]
    if isinstance(one, pd.Series):
        return [*map(str, one.index), *flat(one.tolist(), depth + 1)]
    if isinstance(one, np.ndarray):
        return flat(one.ravel().tolist(), depth + 1)
    if isinstance(one, dict):
        return flat([*one.items()], depth + 1)
    if isinstance(one, (list, tuple)):
        return [each for part in one for each in flat(part, depth + 1)]
    if hasattr(one, "tradeanalysis_data"):
        return flat(one.tradeanalysis_data, depth + 1)
    if hasattr(one, "__dict__") and not isinstance(one, type) and depth < 4:
        return flat({name: value for name, value in vars(one).items() if not name.startswith("_")}, depth + 1)
    if isinstance(one, (frozenset, set)):
        return sorted(map(str, one))
    return [str(one) if one is None or isinstance(one, str) else type(one).__name__]


def drawn(ax):
    """The table behind a figure and its description, once it was drawn in both ways."""
    assert figure_bytes(ax, "png").startswith(b"\x89PNG")
    assert figure_bytes(ax, "svg").rstrip().endswith(b"</svg>")
    return [ax, ax.figure.figure.tradeanalysis_alt]


def many_rows():
    """Rows enough for each way of summing: dense, in order, in pieces of blocks, and labels with gaps."""
    n = 600_000
    i = np.arange(n, dtype=np.int64)
    table = pd.DataFrame(
        {
            "reporter": 4 + i * 7919 % 890,
            "partner": 4 + i * 104729 % 883,
            "product": 10101 + i * 15485863 % 960_000,
            "year": 2000 + i % 19,
            "value": (1 + i * 31 % 997).astype(float),
        }
    )
    return table.assign(flow="export")


SUMMED = {
    "by few": lambda t: ta.measure(t, ta.hhi, ta.effective_partners, by=["year", "reporter"]).iloc[::997],
    "by many": lambda t: ta.measure(t, ta.hhi, by=["year", "reporter", "product"]).iloc[::9973],
    "as texts": lambda t: ta.measure(
        t.assign(reporter=t["reporter"].astype(str).radd("R"), partner=t["partner"].astype(str).radd("P")),
        *(ta.hhi, ta.effective_partners),
        by="reporter",
    ).iloc[::97],
    "cells": lambda t: (
        cells_of(nw.from_native(t, eager_only=True), ["year", "reporter", "partner", "product"], "value")
        .to_native()
        .iloc[::9973]
    ),
    "few cells": lambda t: cells_of(nw.from_native(t, eager_only=True), ["year", "reporter"], "value").to_native(),
}


def results():
    """Every call of ``every_function`` by its name, and sums over many rows; what it raises is its result."""
    calls = [(name, call, every_function.VECTOR) for name, call in every_function.OF_VECTORS.items()]
    trade = every_function.trade()
    calls += [(name, call, trade) for name, call in every_function.OF_TABLES.items()]
    calls += [(name, call, 0.3) for name, call in every_function.OF_NUMBERS.items()]
    tables = every_function.finished()
    figures = ((name, call, name.removeprefix("figures.")) for name, call in every_function.OF_FIGURES.items())
    calls += [(name, lambda t, call=call: drawn(call(t)), tables[table]) for name, call, table in figures]
    rows = many_rows()
    calls += [(f"sums {name}", call, rows) for name, call in SUMMED.items()]
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, call, of in calls:
            try:
                found[name] = flat(call(of))
            except Exception as error:  # compared like any other result
                found[name] = [f"{type(error).__name__}: {error}"]
    return found


def as_json():
    """The results as JSON, which knows no infinity and no NaN."""
    written = {
        name: [one if isinstance(one, str) else repr(one) for one in values] for name, values in results().items()
    }
    return json.dumps(written)
