"""JSON: records of a service, lines of records, columns with rows, and the answers of SDMX services."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.formats.sdmx import is_sdmx, observations

# Under which names services put their records, the outermost first.
LISTS = ("data", "dataset", "records", "results", "list", "rows", "value")
# So many rows Comtrade gives at once, without a word about the others; and how its rows are known.
CAPS = (500, 100_000, 250_000)
OF_COMTRADE = frozenset(("reporterCode", "cmdCode", "primaryValue"))


def records(text: str, name: str) -> pd.DataFrame:
    """The records of a JSON text, under their numbers."""
    answer = _parsed(text.lstrip("\ufeff \t\r\n"), name)
    if is_sdmx(answer):
        return _cells(observations(answer, name))
    rows = _rows(answer)
    if not rows:
        message = (answer.get("error") or answer.get("message") or "") if isinstance(answer, dict) else ""
        raise fault("TA-131", "no_record", name=name, message=f": {message}" if message else "")
    if isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        rows = _below(rows, answer, name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise fault("TA-110", "no_list_of_records", name=name)
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, (int, float)) and count > len(rows):
        raise fault("TA-131", "records_cut", name=name, there=len(rows), count=int(count))
    if len(rows) in CAPS and rows[0].keys() >= OF_COMTRADE:
        raise fault("TA-131", "records_at_cap", name=name, there=len(rows))
    return _cells(rows)


def _cells(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    cells = pd.DataFrame([{key: _scalar(value) for key, value in row.items()} for row in rows], dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _rows(answer: Any) -> Any:
    """The list of records in an answer, which may stand one or two levels down."""
    if not isinstance(answer, dict):
        return answer
    for key in LISTS:
        if key in answer:
            inner = answer[key]
            return _rows(inner) if isinstance(inner, dict) else inner
    return None


def _below(rows: list[list[Any]], answer: Any, name: str) -> list[dict[str, Any]]:
    """Rows without names: their headings are the first row, or stand under "columns"."""
    columns = answer.get("columns") if isinstance(answer, dict) else None
    headings, body = (rows[0], rows[1:]) if columns is None else (columns, rows)
    if not all(isinstance(one, str) for one in headings) or any(len(row) != len(headings) for row in body):
        raise fault("TA-110", "rows_without_headings", name=name, row=list(map(str, rows[0])))
    return [dict(zip(headings, row, strict=True)) for row in body]


def _parsed(text: str, name: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise fault("TA-131", "no_json_number", name=name, constant=constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = sorted({repr(key) for key in keys if keys.count(key) > 1})
            raise fault("TA-131", "record_twice", name=name, keys=twice)
        return dict(pairs)

    decoder = json.JSONDecoder(parse_constant=refuse, object_pairs_hook=once)
    try:
        answer, end = decoder.raw_decode(text)
        if not text[end:].strip():
            return answer
        if isinstance(answer, dict):  # a record a line
            return [answer, *_lines(decoder, text[end:], text.count("\n", 0, end) + 1)]
        decoder.decode(text)
    except json.JSONDecodeError as error:
        raise fault("TA-131", "json_cut", name=name, line=error.lineno) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, TradeDataError):
            raise
        raise fault("TA-131", "no_answer", name=name, reason=f"{type(error).__name__}, {error}") from None
    raise AssertionError


def _lines(decoder: json.JSONDecoder, text: str, first: int) -> Iterator[Any]:
    """A record of each line that is not empty; ``first`` is the number of the first line in the file."""
    for number, line in enumerate(text.split("\n"), first):
        try:
            if line.strip():
                yield decoder.decode(line.strip())
        except json.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, "\n" * (number - 1), number - 1) from None


def _scalar(value: object) -> object:
    """A cell; what is a list or an object in the answer, and a number of more digits than pandas counts, as text."""
    long = isinstance(value, int) and abs(value) >= 2**63
    return json.dumps(value) if long or isinstance(value, (list, dict)) else value
