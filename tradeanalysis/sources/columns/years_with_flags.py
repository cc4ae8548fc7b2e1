"""Years side by side with their flags, as FAO and the World Bank write them: Y2019, Y2019F; 2019 [YR2019]."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from tradeanalysis.schema import YEAR
from tradeanalysis.sources.columns.chosen_rows import refuse_twice
from tradeanalysis.sources.columns.headings import SIDE_BY_SIDE
from tradeanalysis.sources.columns.periods import cell_text
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions

_VALUES = re.compile(r"y((?:19|20)\d\d)|((?:19|20)\d\d) \[yr\2\]")
_FLAGS = re.compile(r"y(?:19|20)\d\d[fn]")


def set_years_below(reading: Reading, options: ReadOptions) -> None:
    """Set such years below each other; their flags and empty cells are left out."""
    cells = reading.table
    years = {name: match[1] or match[2] for name in cells.columns if (match := _VALUES.fullmatch(str(name)))}
    if not years or YEAR in cells:
        return
    refuse_twice(reading, [str(name) for name in years])
    kept = [name for name in cells.columns if name not in years and not _FLAGS.fullmatch(str(name))]
    sides = [cells[kept].assign(**{SIDE_BY_SIDE: cells[name], YEAR: year}) for name, year in years.items()]
    table = pd.concat(sides)
    full: pd.Series[bool] = table[SIDE_BY_SIDE].map(cell_text) != ""
    reading.note("columns_below", columns=len(years), names=list(years), empty=int((~full).sum()))
    reading.table = table[np.asarray(full)]
