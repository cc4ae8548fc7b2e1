"""JSON: the records of an answer of Comtrade's service."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import SchemaError, TradeDataError


def records(text: str, name: str) -> pd.DataFrame:
    """The records of an answer of Comtrade's service, under their numbers."""

    def refuse(constant: str) -> NoReturn:
        raise TradeDataError(
            f"TA-131 [error] {name} holds {constant}, which is not a JSON number: the answer is damaged"
        )

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = listing(sorted({repr(key) for key in keys if keys.count(key) > 1}))
            raise TradeDataError(f"TA-131 [error] {name} holds a record with {twice} twice: the answer is damaged")
        return dict(pairs)

    try:
        answer = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise TradeDataError(
            f"TA-131 [error] {name} is not a whole JSON file (line {error.lineno}): download it again"
        ) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, TradeDataError):
            raise
        raise TradeDataError(
            f"TA-131 [error] {name} is not an answer of Comtrade: {type(error).__name__}, {error}"
        ) from None
    rows = answer.get("data", answer.get("dataset")) if isinstance(answer, dict) else answer
    if not rows:
        message = (answer.get("error") or answer.get("message") or "") if isinstance(answer, dict) else ""
        message = f": {message}" if message else ""
        raise TradeDataError(f"TA-131 [error] {name} holds no record{message}. Request other years, codes or flows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SchemaError(f"TA-110 [error] {name} holds no list of records under 'data'")
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, (int, float)) and count > len(rows):
        raise TradeDataError(
            f"TA-131 [error] {name} holds {len(rows):,} of {count:,} records: the answer was cut. Request fewer at once"
        )
    plain = [{key: _scalar(value) for key, value in row.items()} for row in rows]
    cells = pd.DataFrame(plain, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _scalar(value: object) -> object:
    """A cell; what is a list or an object in the answer, as text."""
    return json.dumps(value) if isinstance(value, (list, dict)) else value
