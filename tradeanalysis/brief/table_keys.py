"""The keys of the tables of a brief, by which a sheet of the workbook says that it has one of the page in full."""

from __future__ import annotations

from typing import Literal

# What a table of one flow is of.
Kind = Literal[
    "partners",
    "agreements",
    "beside",
    "products",
    "at largest",
    "moved",
    "reports",
    "closures",
    "elsewhere",
    "plan",
    "quarters",
]
# The key of the table of indices, which is of all flows.
INDICES = "indices"


def table_key(flow: str, kind: Kind) -> str:
    """The key of a table of one flow, which the page and the workbook share."""
    return f"{flow} {kind}"
