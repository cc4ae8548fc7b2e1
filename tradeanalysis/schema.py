"""The words of the field: column names, flows, and the errors that say what is wrong with a table."""

from __future__ import annotations

from collections.abc import Mapping
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

# Columns that a table may have beside these, and by which its rows must not differ where they are added.
PERIOD, UNIT, SOURCE, VALUATION, NOMENCLATURE = "period", "unit", "source", "valuation", "nomenclature"
REPORTER_NAME, PARTNER_NAME = "reporter_name", "partner_name"
MARKS = (PERIOD, UNIT, SOURCE, VALUATION, NOMENCLATURE, REPORTER_NAME, PARTNER_NAME)

EXPORT, IMPORT = "export", "import"
FLOWS = (EXPORT, IMPORT)
# Words for a flow, by their keys: "Xuất khẩu" is xuatkhau. Numbers are not among them: sources number differently.
FLOW_WORDS = {
    **dict.fromkeys(("x", "export", "exports", "exportsfob", "xuatkhau", "xuat", "xk"), EXPORT),
    **dict.fromkeys(("m", "import", "imports", "importscif", "nhapkhau", "nhap", "nk"), IMPORT),
}
# Re-exports are a part of exports, domestic exports too: they are never added.
FLOW_PARTS = frozenset(
    ("rx", "rm", "dx", "fm", "mip", "xip", "mop", "xop", "reexport", "reexports", "reimport", "reimports")
)

# The embedded tables: package data in a wheel, the top-level folder in a checkout.
_PACKAGED = Path(__file__).parent / "data"
DATA = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "data"


class TradeDataError(ValueError):
    """A table or an argument from which no right number can come; the message says what, where and how to fix it."""


class SchemaError(TradeDataError):
    """A column is missing, or the layout of a file is not known."""


class AggregateRowError(TradeDataError):
    """Totals or blocs stand among the partners, so that value would count twice."""


class UnitError(TradeDataError):
    """The unit of the values is not known, or two units are mixed."""


class CountryError(TradeDataError):
    """A country's name or code is unknown or ambiguous."""


class InfeasiblePlan(TradeDataError):
    """No plan keeps what was asked for; which market or bloc stands in the way, and what could be asked for instead.

    ``market`` is None where no single one does. ``nearest_cap`` can be kept at the growth asked for, ``nearest_growth``
    goes with the cap asked for; each is None where changing it alone cannot help. ``str`` tells it in English,
    ``sentence(lang)`` in either language.
    """

    def __init__(
        self,
        words: Mapping[str, str],
        market: object = None,
        nearest_cap: float | None = None,
        nearest_growth: float | None = None,
    ) -> None:
        super().__init__(words, market, nearest_cap, nearest_growth)
        self.words, self.market = words, market
        self.nearest_cap, self.nearest_growth = nearest_cap, nearest_growth

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, lang: str = "en") -> str:
        """Why there is no such plan, and what there is."""
        if lang not in self.words:
            raise TradeDataError(f"lang={lang!r}: the languages are {', '.join(self.words)}")
        return self.words[lang]


class TradeDataWarning(UserWarning):
    """A table is usable, but something about it should be known."""
