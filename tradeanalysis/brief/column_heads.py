"""Heads of columns, and the unit that a column of amounts is written in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.texts import catalogues as texts


def heading(key: str, reporter: str, lang: str, **more: str) -> str:
    """The head of a column."""
    return texts.capital(texts.say(key, lang, **texts.party("reporter", reporter, lang), **more))


def columns_unit(dollars: pd.Series[Any]) -> tuple[str, float]:
    """One unit for a column of amounts, in which four fifths of them are one or more."""
    return texts.unit_of(float(dollars.quantile(0.2)))
