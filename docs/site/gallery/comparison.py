"""
Comparison
==========

The index of several economies over the years, each with the interval that errors of 10% in every value leave. Lines
differ by dash and mark as well as by colour, and can be printed in grey.
"""

import tradeanalysis as ta

world = ta.example("world_2010_2020")
found = ta.compare(world, ["VNM", "THA", "PHL"], flow="export", error=0.1, size=1000)
ax = ta.figures.comparison(found.table)

# %%
# One column of a journal, without words around it: these are in ``ax.figure.tradeanalysis_caption``.

narrow = ta.figures.comparison(found.table, ax=ta.figures.paper(3.5, words=False))
