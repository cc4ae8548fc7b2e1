"""The flows of a file: words and codes become exports and imports, and parts of a flow are not added to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import FLOW, FLOW_PARTS, FLOW_WORDS, TradeDataError
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions


def read_flows(reading: Reading, options: ReadOptions) -> None:
    """Words for a flow become ours; where ``flow=`` names one, the other is left out."""
    table, flow = reading.table, options.flow
    if FLOW not in table:
        if flow is not None:
            reading.table = table.assign(**{FLOW: flow})
        return
    numbers, distinct = pd.factorize(table[FLOW])
    words = [*map(_text, distinct), ""]  # a missing word has the number -1
    meant = np.array([_meant(word, reading) for word in words], dtype=object)[numbers]
    part = np.array([names.key(word) in FLOW_PARTS for word in words])[numbers]
    written = np.array(words, dtype=object)[numbers]
    strange = (meant == "") & ~part
    if flow is not None and strange.all() and len(set(written)) == 1 and written[0] != "":
        # One word that is not known, and the caller says what it is.
        reading.notes.append(f"the flow {written[0]!r} is {flow}, as flow= says")
        meant, strange = np.full(len(table), flow, dtype=object), np.zeros(len(table), dtype=bool)
    # What is not understood keeps its word: two parts of a flow are not one cell that stands twice.
    reading.table = table.assign(**{FLOW: np.where(meant == "", written, meant)})
    if strange.any():
        _fault_strange(reading, written, strange, options)
    if flow is not None:
        if not (meant == flow).any() and not strange.any():
            raise TradeDataError(f"flow={flow!r} is not in the file, which holds {listing(sorted(set(written)))}")
        reading.drop((meant != flow) & ~strange, f"not of the chosen flow, {flow}")
    elif part.any():
        _fault_parts(reading, written, part, options)


def _text(label: object) -> str:
    return "" if label is None or label != label else str(label).strip().removesuffix(".0")


def _meant(word: str, reading: Reading) -> str:
    """The flow that a word or a source's own code means."""
    return reading.layout.flows.get(word) or FLOW_WORDS.get(names.key(word), "")


def _column(reading: Reading) -> str:
    """The heading of the flows, as the file writes it."""
    there = [one for one in reading.layout.columns.get(FLOW, ()) if one in reading.raw.cells]
    return reading.raw.written.get(there[0], there[0]) if there else FLOW


def _fault_strange(reading: Reading, written: Array, strange: Array, options: ReadOptions) -> None:
    found = sorted(set(written[strange]))
    what = f"a flow that is not a word for exports or imports, {listing(map(repr, found))},"
    numbered = all(word.isdecimal() for word in found if word)
    how = " Sources number their flows differently." if numbered and any(found) else ""
    heading = next((one for one in reading.layout.columns.get(FLOW, ()) if one in reading.raw.cells), FLOW)
    one = len(found) == 1 and strange.all()
    ways = (
        ['flow="export"', 'flow="import"']
        if one
        else [f"rows={ {**(options.rows or {}), heading: word}!r}" for word in found]
    )
    then = "" if one else ", and say with flow= what they are"
    fix = f'Write "export" or "import".{how} {"Say" if one else "Keep one with"} {" or ".join(ways[:4])}{then}.'
    reading.fault("TA-111", what, strange, fix)


def _fault_parts(reading: Reading, written: Array, part: Array, options: ReadOptions) -> None:
    what = f"a flow that is a part of another, {listing(map(repr, sorted(set(written[part]))))},"
    whole = sorted(set(written[~part]) - {""})
    both = f", or both with rows={ {**(options.rows or {}), _column(reading): whole}!r}" if len(whole) > 1 else ""
    fix = (
        "Re-exports and domestic exports are part of exports and are not added to them. "
        f'Keep one flow with flow="export" or flow="import"{both}.'
    )
    reading.fault("TA-111", what, part, fix)
