"""The flows of a file: words and codes become exports and imports, and parts of a flow are not added to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import FLOW, FLOW_PARTS, FLOW_WORDS, PERIOD, REPORTER, YEAR, TradeDataError
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
    whole_of = np.array([FLOW_PARTS.get(names.key(word), "") for word in words], dtype=object)[numbers]
    part = whole_of != ""
    written = np.array(words, dtype=object)[numbers]
    strange = (meant == "") & ~part
    if flow is not None and strange.all() and len(set(written)) == 1 and written[0] != "":
        # One word that is not known, and the caller says what it is.
        reading.notes.append(f"the flow {written[0]!r} is {flow}, as flow= says")
        meant, strange = np.full(len(table), flow, dtype=object), np.zeros(len(table), dtype=bool)
    reading.table = table.assign(**{FLOW: meant})
    if strange.any():
        _fault_strange(reading, written, strange, options)
    if flow is not None:
        if not (meant == flow).any() and not strange.any():
            raise TradeDataError(f"flow={flow!r} is not in the file, which holds {listing(sorted(set(written)))}")
        reading.drop((meant != flow) & ~strange, f"not of the chosen flow, {flow}")
    elif part.any():
        _leave_parts(reading, written, whole_of, strange)


def _text(label: object) -> str:
    return "" if label is None or label != label else str(label).strip().removesuffix(".0")


def _meant(word: str, reading: Reading) -> str:
    """The flow that a word or a source's own code means."""
    return reading.layout.flows.get(word) or FLOW_WORDS.get(names.key(word), "")


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


def _leave_parts(reading: Reading, written: Array, whole_of: Array, strange: Array) -> None:
    """Leave out re-exports and domestic exports beside the flow that they are part of; refuse them alone."""
    table = reading.table
    part = whole_of != ""
    keys = [column for column in (REPORTER, YEAR, PERIOD) if column in table]
    groups = table[keys].astype(str).assign(flow=np.where(part, whole_of, table[FLOW]))
    group = groups.groupby(list(groups), sort=False).ngroup().to_numpy()
    whole: npt.NDArray[np.bool_] = np.zeros(group.max() + 1 if len(group) else 0, dtype=bool)
    whole[group[~part & ~strange]] = True
    alone = part & ~whole[group]
    if alone.any():
        what = f"a flow that is a part of another, {listing(map(repr, sorted(set(written[alone]))))},"
        fix = (
            "Re-exports and domestic exports are part of exports and are not added to them. "
            'Keep one flow with flow="export" or flow="import".'
        )
        reading.fault("TA-111", what, alone, fix)
    left = part & ~alone
    reading.drop(left, f"parts of exports or imports beside these: {listing(sorted(set(written[left])))}")
