"""Partners side by side: a matrix of reporters and partners, or years or products down and partners across."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import PARTNER, REPORTER
from tradeanalysis.sources.columns.chosen_rows import refuse_twice
from tradeanalysis.sources.columns.headings import ACROSS, ECONOMY, EXPORTER, IMPORTER, role, value_word
from tradeanalysis.sources.columns.periods import cell_text
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import Text

COUNTRIES = ("country", "historical")
SUMS = ("aggregate", "unallocated")


def set_partners_below(reading: Reading, options: ReadOptions) -> None:
    """Set partners that stand side by side below each other, where every other heading is one of ours."""
    cells = reading.table
    block = _block([str(name) for name in cells.columns], options)
    if not block:
        return
    refuse_twice(reading, block)
    kept = [name for name in cells.columns if name not in block]
    down = {name: role(str(name)) for name in kept}
    # The economies that stand down the rows: they are on the other side of those across.
    of_rows = next(
        (name for name, ours in down.items() if ours in (REPORTER, PARTNER, ECONOMY, EXPORTER, IMPORTER)), None
    )
    ours = None if of_rows is None else down[of_rows]
    across = {EXPORTER: IMPORTER, IMPORTER: EXPORTER, PARTNER: REPORTER}.get(str(ours), PARTNER)
    known = reading.raw.written
    sides = [_side(cells, kept, name, {across: known.get(name, name)}) for name in block]
    table = pd.concat(sides) if len(sides) > 1 else sides[0]
    if ours == ECONOMY:
        table = table.rename(columns={of_rows: REPORTER})
    full = table[ACROSS].map(cell_text) != ""
    written = [known.get(name, name) for name in block]
    empty = int((~full).sum())
    reading.note("economies_below", columns=len(block), names=written, across=Text(f"column_{across}"), empty=empty)
    # A matrix has a diagonal, which is no trade where it is zero.
    own = pd.Series(False, index=table.index)
    if of_rows is not None:
        one_side = names.resolve([*{str(one) for one in cells[of_rows].dropna()}, *written], near=False)
        code = {label: match.code for label, match in one_side.items() if match.code}
        rows_of = table[REPORTER if ours == ECONOMY else of_rows].astype(str).map(code)
        zero = table[ACROSS].map(cell_text).isin(["0", "0.0", "0,0", "-", "0.00"])
        own = (rows_of == table[across].astype(str).map(code)) & zero
    reading.table = table[(full & ~own).to_numpy()]


def _side(cells: pd.DataFrame, kept: list[Any], name: str, partner: dict[str, str]) -> pd.DataFrame:
    """The rows of one economy across."""
    return cells[kept].assign(**partner).assign(**{ACROSS: cells[name]})


def _block(headings: list[str], options: ReadOptions) -> list[str]:
    """The headings that are economies, where all others are columns of ours; none in tables of another form."""
    if options.columns and {"partner", "value"} & set(options.columns):
        return []
    if any(value_word(name) for name in headings):
        return []
    rest = [name for name in headings if name and role(name) is None and name not in (ROLE, "row number")]
    if len(rest) < 2 or len(set(rest)) < len(rest):
        return []
    kinds = {name: match.kind for name, match in names.resolve(rest, near=False).items()}
    countries = sum(one in COUNTRIES for one in kinds.values())
    every = all(one in (*COUNTRIES, *SUMS) for one in kinds.values())
    return rest if every and countries >= 2 else []
