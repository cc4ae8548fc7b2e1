"""The economies of the tables that come with the library, and the file with which the page can be tried."""

from __future__ import annotations

import functools

from tradeanalysis.schema import EXPORT, FLOW, REPORTER
from tradeanalysis.sources import example
from tradeanalysis.tables.baskets import basket
from tradeanalysis.texts import label, number, say

# Markets of the file to try.
MARKETS = 10


@functools.cache
def reporters_of_ours() -> tuple[str, ...]:
    """The economies of which a brief can be made without a file."""
    found = set(example("world_2020")[REPORTER]) | set(example("exports_2021_2024")[REPORTER])
    return tuple(sorted(found))


@functools.cache
def sample(lang: str) -> tuple[str, bytes]:
    """A file as an office makes it: Viet Nam's exports of 2020 by market, with others and a total."""
    table = example("world_2020")
    exports = basket(table[table[FLOW] == EXPORT], reporter="VNM").sort_values(ascending=False) / 1e6
    rows = [(label(str(code), lang), value) for code, value in exports.head(MARKETS).items()]
    rows += [
        (say("page_sample_others", lang), exports.iloc[MARKETS:].sum()),
        (say("page_sample_total", lang), exports.sum()),
    ]
    written = [f'"{name}";{number(value, lang, 1)}' for name, value in rows]
    lines = [say("page_sample_title", lang), say("page_sample_heads", lang), *written, say("page_sample_source", lang)]
    return say("page_sample_file", lang), ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
