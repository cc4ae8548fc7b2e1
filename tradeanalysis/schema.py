"""The words of the field: column names, flows, and the errors that say what is wrong with a table."""

from __future__ import annotations

from pathlib import Path

REPORTER, PARTNER, FLOW, PRODUCT, YEAR, VALUE = (
    "reporter",
    "partner",
    "flow",
    "product",
    "year",
    "value",
)
COLUMNS = (REPORTER, PARTNER, FLOW, PRODUCT, YEAR, VALUE)

EXPORT, IMPORT = "export", "import"
FLOWS = (EXPORT, IMPORT)

# The embedded tables: package data in a wheel, the top-level folder in a checkout.
_PACKAGED = Path(__file__).parent / "data"
DATA = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "data"


class TradeDataError(ValueError):
    """A table or an argument from which no right number can come; the message says what, where and the mend."""


class SchemaError(TradeDataError):
    """A column is missing, or the layout of a file is not known."""


class AggregateRowError(TradeDataError):
    """Totals or blocs stand among the partners, so that value would count twice."""


class UnitError(TradeDataError):
    """The unit of the values is not known, or two units are mixed."""


class CountryError(TradeDataError):
    """A country's name or code is unknown or ambiguous."""


class TradeDataWarning(UserWarning):
    """A table is usable, but something about it should be known."""
