"""A small file of facts in JSON that a program keeps for itself, beside the files of its user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from tradeanalysis.output.whole_files import write_file
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# No file that is written here is near so large.
LARGEST = 8_000_000


def write_json(path: str | Path, facts: dict[str, Any]) -> Path:
    """Write facts as a file that a person can read, whole or not at all."""
    return write_file(path, json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def read_json(path: str | Path) -> dict[str, Any] | None:
    """The facts of a file; None where there is no file, and an error where it holds anything but facts in JSON."""
    path = Path(path)
    try:
        if not path.exists():
            return None
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise TradeDataError(Text("json_not_facts", path=str(path)))
        facts = json.loads(path.read_text("utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise TradeDataError(Text("json_not_read", path=str(path), why=str(error.strerror or error))) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # no JSON, no UTF-8, a number of too many digits, brackets in brackets
        raise TradeDataError(Text("json_not_facts", path=str(path))) from error
    if not isinstance(facts, dict):
        raise TradeDataError(Text("json_not_facts", path=str(path)))
    return facts


def _refuse(word: str) -> NoReturn:
    """Refuse what Python reads as a number and JSON has not: NaN, Infinity."""
    raise ValueError(word)
