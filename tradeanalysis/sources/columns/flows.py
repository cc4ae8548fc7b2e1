"""The flows of a file: words and codes become exports and imports, and parts of a flow are not added to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.schema import FLOW, FLOW_PARTS, FLOW_WORDS, FLOWS
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.texts import Text


def read_flows(reading: Reading, options: ReadOptions) -> None:
    """Words for a flow become ours; where ``flow=`` names one, the other is left out."""
    table, flow = reading.table, options.flow
    if FLOW not in table:
        if flow is not None:
            reading.write(FLOW, [flow], np.zeros(len(table), dtype=np.intp))
        return
    numbers, distinct = pd.factorize(table[FLOW])
    words = [*map(_text, distinct), ""]  # a missing word has the number -1
    meanings = np.array([_meant(word, reading) for word in words], dtype=object)
    parts = np.array([names.key(word) in FLOW_PARTS for word in words])
    unknown = (meanings == "") & ~parts
    there = {words[number] for number in np.unique(numbers)}
    if flow is not None and len(there) == 1 and unknown[numbers].all() and there != {""}:
        # One word that is not known, and the caller says what it is.
        reading.note("flow_as_given", word=repr(*there), flow=Text(f"flow_{flow}"))
        meanings[:], unknown[:] = flow, False
    # What is not understood keeps its word: two parts of a flow are not one cell that stands twice.
    reading.write(FLOW, np.where(meanings == "", np.array(words, dtype=object), meanings), numbers)
    strange, part = unknown[numbers], parts[numbers]
    if strange.any():
        _fault_strange(reading, np.array(words, dtype=object)[numbers], strange, options)
    if flow is not None:
        ours = (meanings == flow)[numbers]
        if not ours.any() and not strange.any():
            words = sorted(there)
            raise fault("TA-111", "flow_absent", labels=words, flow=flow, there=list(map(repr, words)))
        reading.drop(~ours & ~strange, "out_other_flow", flow=Text(f"flow_{flow}"))
    elif part.any():
        _fault_parts(reading, np.array(words, dtype=object)[numbers], part, meanings[numbers], options)


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
    words = list(map(repr, found))
    numbered = Text("flows_are_numbered") if any(found) and all(word.isdecimal() for word in found if word) else ""
    if len(found) == 1 and found[0] and strange.all():  # flow= says what it is
        fixes = [Fix("flow", flow, Text("says_flow", word=words[0])) for flow in FLOWS]
    else:  # beside flows that are understood, a word that is not is a slip, and its rows are not a table
        fixes = [_keeps(reading, written, [word], options) for word in found[:4] if word and strange.all()]
    reading.fault("TA-111", "flow_strange", strange, fixes=fixes, labels=found, flows=words, numbered=numbered)


def _keeps(reading: Reading, written: Array, words: list[str], options: ReadOptions) -> Fix:
    """The way out that keeps the rows of some flows."""
    rows = int(np.isin(written, words).sum())
    value = {**(options.rows or {}), _column(reading): words if len(words) > 1 else words[0]}
    return Fix("rows", value, Text("keeps_rows_of", rows=rows, label=list(map(repr, words))))


def _fault_parts(reading: Reading, written: Array, part: Array, meant: Array, options: ReadOptions) -> None:
    parts = sorted(set(written[part]))
    there = [flow for flow in FLOWS if (meant == flow).any()]
    fixes = [
        Fix("flow", flow, Text("keeps_rows_of", rows=int((meant == flow).sum()), label=repr(flow))) for flow in there
    ]
    if len(there) > 1:
        fixes.append(_keeps(reading, written, sorted(set(written[meant != ""])), options))
    reading.fault("TA-111", "flow_parts", part, fixes=fixes, labels=parts, flows=list(map(repr, parts)))
