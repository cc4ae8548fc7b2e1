"""The rules of the gate, as data: what each catches, how grave it is, an example, and the mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tradeanalysis.schema import (
    AggregateRowError,
    CountryError,
    SchemaError,
    TradeDataError,
    UnitError,
)

if TYPE_CHECKING:
    from pandas import DataFrame

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """What a check catches, how grave it is unless the finding says otherwise, and the error that it ends in."""

    id: str
    severity: Severity
    catches: str
    example: str
    error: type[TradeDataError] = TradeDataError


RULES = {
    rule.id: rule
    for rule in (
        # values
        Rule("TA-101", "error", "a negative value", "returns booked as -50"),
        Rule("TA-102", "error", "a missing value", "an empty cell, '..', 'n/a'"),
        Rule("TA-103", "error", "an infinite value", "1e999, a division by zero"),
        Rule(
            "TA-112", "error", "a number or year not readable with certainty", "1.234 (a thousand, or one and a bit?)"
        ),
        Rule("TA-135", "warning", "values that the source keeps secret", "'c', 'x' or '*' in place of a number"),
        Rule("TA-124", "warning", "values of seven digits only", "a column of float32"),
        Rule("TA-123", "warning", "values that look like shares", "the partners of a year add up to 100"),
        Rule("TA-142", "info", "values rounded to thousands or more", "every value a whole million, small partners 0"),
        Rule("TA-122", "warning", "a group without trade", "all values of a reporter are 0"),
        # partners and reporters
        Rule("TA-104", "error", "a total or a bloc among the partners", "World, Tổng cộng, ASEAN", AggregateRowError),
        Rule("TA-113", "error", "blocs that share members", "ASEAN beside RCEP", AggregateRowError),
        Rule("TA-105", "error", "a row without a partner, reporter or other key", "an empty cell below a country"),
        Rule("TA-106", "error", "a country that is unknown or ambiguous", "'Korea', 'Perugia'", CountryError),
        Rule("TA-121", "error", "a country's code and name that differ", "842 beside 'Canada'", CountryError),
        Rule("TA-119", "warning", "value that is allocated to no partner", "Others, Areas nes, Các nước khác"),
        Rule("TA-118", "warning", "trade of a reporter with itself", "China's imports from China"),
        Rule("TA-133", "info", "several labels of one country", "840 and 842, Mỹ and Hoa Kỳ"),
        Rule("TA-134", "info", "an economy that no longer is one", "USSR, Czechoslovakia"),
        Rule("TA-132", "warning", "hidden characters in a name", "a zero-width space, a right-to-left mark"),
        # cells
        Rule("TA-107", "error", "several rows for one cell", "a row per transport mode, a month pasted twice"),
        Rule("TA-108", "error", "product codes of several levels", "chapter 01 beside heading 0101"),
        Rule("TA-120", "warning", "parts that do not add up to their whole", "chapter 85 is 100, its headings 80"),
        Rule("TA-125", "error", "several product nomenclatures", "HS beside SITC"),
        Rule("TA-126", "warning", "a nomenclature that changes between years", "HS 2012 until 2016, then HS 2017"),
        Rule("TA-138", "warning", "value of products that are not told", "codes 99, 9999 and 999999"),
        Rule("TA-139", "warning", "product codes that had lost a leading zero", "10121 for 010121"),
        Rule("TA-111", "error", "a flow that is part of another, or several flows added", "re-exports beside exports"),
        Rule("TA-137", "error", "reports and mirror data, or FOB and CIF, mixed", "a partner's imports among exports"),
        # time
        Rule("TA-115", "error", "periods of several lengths", "2023 beside 202301"),
        Rule("TA-116", "warning", "a last year that is not whole", "five months of 2023"),
        Rule("TA-136", "info", "a year missing inside a series", "2018, 2019, 2021"),
        Rule("TA-117", "warning", "a value far from its series or mirror", "thousands of dollars in one year"),
        # the whole
        Rule("TA-109", "error", "values whose unit is not known, or several units", "USD beside VND", UnitError),
        Rule("TA-114", "warning", "partners that do not add up to the World row", "World 100, the partners 80"),
        Rule(
            "TA-110", "error", "a column that is missing, or a layout not known", "no column of partners", SchemaError
        ),
        # files
        Rule("TA-127", "warning", "an encoding that was guessed", "a Vietnamese file in windows-1258"),
        Rule("TA-143", "error", "text in an encoding that cannot be read", "'ViÖt Nam' in TCVN3, 'Viá»‡t Nam'"),
        Rule("TA-128", "warning", "hidden rows, columns or sheets", "rows that a filter of Excel hides"),
        Rule("TA-129", "error", "a cell that holds a formula or error in place of a value", "=SUM(B2:B9), #REF!"),
        Rule("TA-130", "error", "a file larger than a data file would be", "a zip bomb, a line of 100 MB"),
        Rule("TA-131", "error", "a file that is damaged, locked or not what its name says", "a web page named .xls"),
        Rule("TA-141", "warning", "bytes that are no text", "NULs between the cells"),
    )
}


def rules() -> DataFrame:
    """The rules that tables and files are held to, a row for each.

    Returns
    -------
    ``id``, ``severity`` (``error``: no right number can come, it is refused; ``warning``: usable, but read what is
    said; ``info``: what was found or mended), ``catches`` and ``example``. A finding may be graver or lighter than its
    rule says, by its size.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.rules().query("id == 'TA-104'").iloc[0].tolist()
    ['TA-104', 'error', 'a total or a bloc among the partners', 'World, Tổng cộng, ASEAN']
    """
    import pandas as pd

    columns = ["id", "severity", "catches", "example"]
    return pd.DataFrame(
        [[getattr(rule, name) for name in columns] for _, rule in sorted(RULES.items())], columns=columns
    )
