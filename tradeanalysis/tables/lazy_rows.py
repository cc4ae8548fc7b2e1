"""The one place where a lazy table becomes rows in memory: what a query needs, as Arrow, its texts in dictionaries.

An engine gives its rows once, in their order, and the kernel takes them as those of any table in memory. What does not
fit, and labels of kinds that do not come back from Arrow as they were, are left to the engine's own plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import narwhals as nw
import numpy as np

from tradeanalysis.schema import FLOW, TradeDataError
from tradeanalysis.sums import BLOCK, Codes, on_threads, row_blocks
from tradeanalysis.tables.first_keys import batches, counted, of_labels
from tradeanalysis.tables.query import FAULTS, Query, in_full, on_engine
from tradeanalysis.texts import Text

# What a row takes at most while groups are computed.
BYTES = 130
# Every part reads the table once more: with more of them the engine's plan, which reads it once, is faster.
SCANS = 20
UNITS: Mapping[str, int] = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def bytes_of(memory: str) -> int:
    """A size such as 2GB, in bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([MGT]B)", str(memory))
    if not found or float(found[1]) == 0:
        raise TradeDataError(Text("memory_not_size", memory=str(memory)))
    return int(float(found[1]) * UNITS[found[2]])


def of_lazy(frame: nw.LazyFrame[Any], query: Query, memory: int) -> nw.LazyFrame[Any]:
    """The result of a lazy table, in its library: from rows in memory, all or in parts, else as the engine's plan."""
    if _has_rows(frame, query):
        fits = int(frame.select(nw.len()).collect().item()) * BYTES <= memory
        answer = of_rows(frame, query) if fits else _of_parts(frame, query, memory)
        if answer is not None:
            return _back(answer, frame, query)
    return on_engine(frame, query)


def of_rows(frame: nw.LazyFrame[Any], query: Query) -> nw.DataFrame[Any] | None:
    """The result from the rows in memory, with the columns of a plan; None where rows have faults, which a plan counts.

    It is that of the same rows in memory to the last bit.
    """
    try:
        answer = in_full(_fetched(frame, query), query)
    except TradeDataError:
        return None
    schema = frame.collect_schema()
    texts = [nw.col(key).cast(nw.String) for key in query.by if isinstance(schema[key], nw.String)]
    faults = nw.new_series(FAULTS, np.zeros(len(answer), dtype=np.int64), backend=answer.implementation)
    return answer.with_columns(*texts, faults)


def _of_parts(frame: nw.LazyFrame[Any], query: Query, memory: int) -> nw.DataFrame[Any] | None:
    """The result from the rows of some labels of the first key at a time: a group is whole in one of these parts.

    None where there is no key, where a label has too many rows or is missing, where there would be more than ``SCANS``
    parts, where rows have faults, and where the result would not fit either.
    """
    if not query.by:
        return None
    first = query.by[0]
    schema = frame.collect_schema()
    # Of two parts dictionaries would differ.
    apart = {key for key in query.by if isinstance(schema[key], nw.Categorical | nw.Enum)}
    columns = _columns(frame, query)
    frame = frame.select(nw.col(key).cast(nw.String) if key in apart else nw.col(key) for key in columns)
    found = counted(frame, first, query.value)
    if any(one.label is None or one.rows * BYTES > memory for one in found):
        return None
    found.sort(key=lambda one: one.label)
    done, held, answers = 0, 0, []
    parts = list(batches([one.rows for one in found], memory // BYTES))
    if len(parts) > SCANS:
        return None
    for batch in parts:
        part = of_rows(of_labels(frame, first, [found[i].label for i in batch]), query)
        done += sum(found[i].rows for i in batch)
        if part is None:
            return None
        answers.append(part)
        held += part.to_arrow().nbytes
        if held / done * sum(one.rows for one in found) > memory:
            return None
    return nw.concat(answers)


def _has_rows(frame: nw.LazyFrame[Any], query: Query) -> bool:
    """Whether the engine gives rows to this process, with keys whose kinds it takes back as they were."""
    schema = frame.collect_schema()
    of_keys = [schema[key] for key in query.columns(schema.names()) if key != query.value]
    texts = (nw.String, nw.Categorical, nw.Enum, nw.Boolean, nw.Date)
    known = all(isinstance(kind, texts) or (kind.is_integer() and "128" not in str(kind)) for kind in of_keys)
    return known and (frame.implementation.is_duckdb() or frame.implementation.is_polars())


def _fetched(frame: nw.LazyFrame[Any], query: Query) -> nw.DataFrame[Any]:
    """The columns that the query needs, rows in their order; texts as dictionaries in the order of labels."""
    schema = frame.collect_schema()
    keys = [key for key in _columns(frame, query) if key != query.value]
    rows = frame.select(*keys, nw.col(query.value).cast(nw.Float64))
    texts: dict[str, dict[str, int]] = {key: {} for key in keys if isinstance(schema[key], nw.String)}
    columns: dict[str, list[Any]] = {name: [] for name in (*keys, query.value)}
    for batch in _batches(rows):
        for name, part in zip(columns, batch.columns, strict=True):
            columns[name].append(_numbered(part, texts[name]) if name in texts else part)
    if not columns[query.value]:
        return rows.collect("pyarrow")
    arrow = nw.dependencies.get_pyarrow()
    whole = {key: _dictionary(columns.pop(key), labels, arrow) for key, labels in texts.items()}
    whole |= {name: arrow.chunked_array(parts) for name, parts in columns.items()}
    table: nw.DataFrame[Any] = nw.from_native(arrow.table(whole))
    return table


def _columns(frame: nw.LazyFrame[Any], query: Query) -> list[str]:
    """The columns that the query needs; that of flows, which it would only check, where there are several."""
    columns = query.columns(frame.collect_schema().names())
    if FLOW not in columns or FLOW in (*query.by, query.over):
        return columns
    flow = nw.col(FLOW).cast(nw.String)
    [(first, last)] = frame.select(flow.min().alias("first"), flow.max().alias("last")).collect("pyarrow").rows()
    return columns if first != last else [column for column in columns if column != FLOW]


def _batches(rows: nw.LazyFrame[Any]) -> Iterator[Any]:
    """The rows as batches of Arrow, in their order; those of DuckDB one after the other, never all at once."""
    native: Any = rows.to_native()
    if rows.implementation.is_duckdb():
        yield from native.to_arrow_reader(BLOCK)
    elif rows.implementation.is_polars():
        newest = nw.dependencies.get_polars().CompatLevel.newest()  # else every text is copied
        yield from native.collect().to_arrow(compat_level=newest).to_batches(BLOCK)
    else:
        yield from rows.collect("pyarrow").to_native().to_batches(BLOCK)


def _numbered(part: Any, labels: dict[str, int]) -> Codes:
    """A number for each text, -1 for none; labels that are new get the next ones."""
    of = part.dictionary_encode()
    number = np.array([*(labels.setdefault(one, len(labels)) for one in of.dictionary.to_pylist()), -1], dtype=np.int32)
    at = of.indices.fill_null(len(number) - 1) if of.null_count else of.indices
    codes: Codes = number[at.to_numpy()]
    return codes


def _dictionary(parts: list[Codes], labels: dict[str, int], arrow: Any) -> Any:
    """The numbers of labels as a dictionary of Arrow, in the order of the labels."""
    texts = sorted(labels)
    place = np.full(len(texts) + 1, -1, dtype=np.int32)  # the last place is for missing ones
    place[[labels[text] for text in texts]] = np.arange(len(texts))
    codes = np.concatenate(parts)
    on_threads(lambda rows: codes.__setitem__(rows, place[codes[rows]]), row_blocks(len(codes)))
    numbers = arrow.array(codes, mask=codes < 0 if codes.min() < 0 else None)
    return arrow.DictionaryArray.from_arrays(numbers, arrow.array(texts, arrow.string()), safe=False)


def _back(answer: nw.DataFrame[Any], frame: nw.LazyFrame[Any], query: Query) -> nw.LazyFrame[Any]:
    """The result where the table came from, its keys of the kinds that they had."""
    native: Any = frame.to_native()
    arrow = answer.to_arrow()
    lazy: nw.LazyFrame[Any]
    if frame.implementation.is_polars():
        kinds = dict(native.select(query.by).collect_schema())
        lazy = nw.from_native(nw.dependencies.get_polars().from_arrow(arrow).lazy().cast(kinds))
        return lazy
    schema = frame.collect_schema()
    lazy = nw.from_native(on_its_connection(native, "FROM found_by_tradeanalysis", arrow))
    columns = (nw.col(name).cast(schema[name]) if name in query.by else nw.col(name) for name in answer.columns)
    return lazy.select(*columns)


def on_its_connection(relation: Any, statement: str, found_by_tradeanalysis: Any = None) -> Any:
    """What a statement gives on the connection of a relation of DuckDB, of which nothing is left there.

    DuckDB finds an Arrow table by the name of the argument, and the relation by a name that is nobody's.
    """
    return relation.query(f"tradeanalysis_{uuid4().hex}", statement)
