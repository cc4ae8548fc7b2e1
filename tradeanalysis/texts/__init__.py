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
from tradeanalysis.texts.sentences import MOST, Amount, Few, Form, Text, as_argument, literal, said

__all__ = [
    "LANGUAGES",
    "MOST",
    "Amount",
    "Few",
    "Form",
    "Text",
    "amount",
    "as_argument",
    "capital",
    "catalogue",
    "class_name",
    "label",
    "literal",
    "money",
    "number",
    "party",
    "percent",
    "said",
    "say",
    "series",
    "unit_name",
    "unit_of",
]
