"""Write the table of what monthly series without a break show: ``python docs/break_table.py``, some minutes.

For each length and each dependence 2,000 autoregressions of order 1 are cut as ``ta.breaks`` cuts a series. The lengths
are the ends of the ranges in which as many breaks are looked for.
"""

import textwrap
from pathlib import Path

import tradeanalysis
from tradeanalysis.monitoring.break_chances import most_breaks, simulated

LENGTHS = (24, 35, 36, 71, 72, 107, 108, 143, 144, 179, 180, 240, 360)
LEAST, CONFIDENCE, DRAWS = 12, 0.9, 2000
MODULE = Path(tradeanalysis.__file__).parent / "monitoring" / "break_table.py"
HEAD = '''"""What monthly series without a break show, by their length: written by ``docs/break_table.py``, not by hand.

For each number of months two rows over how much of the noise lasts (0 to 0.95): how much seems to, and the 90% quantile
of the largest gain of a break in units of the long-run variance.
"""

from __future__ import annotations

TABLE_LEAST, TABLE_CONFIDENCE = {least}, {confidence}
# fmt: off
SIMULATED: dict[int, tuple[tuple[float, ...], tuple[float, ...]]] = {{
'''


def row(n: int) -> str:
    """The two rows of a length."""
    seen, quantile = simulated(n, LEAST, most_breaks(n, LEAST), CONFIDENCE, DRAWS)
    parts = [", ".join(f"{one:.{digits}f}" for one in part) for part, digits in ((seen, 4), (quantile, 3))]
    return textwrap.indent(f"{n}: (({parts[0]}),\n    ({parts[1]})),\n", "    ")


if __name__ == "__main__":
    head = HEAD.format(least=LEAST, confidence=CONFIDENCE)
    MODULE.write_text(head + "".join(map(row, LENGTHS)) + "}\n# fmt: on\n", "utf-8")
