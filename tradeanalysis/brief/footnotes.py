"""What is said once on a page, below the first place that needs it."""

from __future__ import annotations

from collections.abc import Sequence

from tradeanalysis.brief.contents import Block, Points, Sentences, ShownTable
from tradeanalysis.texts import figures_of, say


def with_footnote(blocks: Sequence[Block], lang: str) -> tuple[Block, ...]:
    """The blocks, with a note below the first that has the ends of an interval: they are rounded outwards."""
    for place, block in enumerate(blocks, start=1):
        if any(figure.outwards for text in texts_of(block) for figure in figures_of(text)):
            return (*blocks[:place], Sentences(say("brief_outwards", lang), quiet=True), *blocks[place:])
    return tuple(blocks)


def texts_of(block: Block) -> tuple[str, ...]:
    """The sentences and the cells of a block."""
    if isinstance(block, Points):
        return block.texts
    if isinstance(block, ShownTable):
        return tuple(cell for row in block.rows for cell in row)
    return (block.text,) if isinstance(block, Sentences) else ()
