"""What stands in a column of a table that a command has read."""

from __future__ import annotations

from typing import Any

import pandas as pd


def distinct(table: pd.DataFrame, column: str) -> list[Any]:
    """What stands in a column of a table, once each and in order; nothing where there is no such column."""
    return sorted(table[column].unique().tolist()) if column in table else []
