"""All text for readers, in English and Vietnamese: one catalogue a language, and how numbers are written."""

from tradeanalysis.texts.catalogues import (
    LANGUAGES,
    amount,
    capital,
    catalogue,
    class_name,
    label,
    money,
    number,
    party,
    percent,
    say,
    series,
    unit_name,
    unit_of,
)

__all__ = [
    "LANGUAGES",
    "amount",
    "capital",
    "catalogue",
    "class_name",
    "label",
    "money",
    "number",
    "party",
    "percent",
    "say",
    "series",
    "unit_name",
    "unit_of",
]
