"""Where an exporter could sell more, where the table has the trade of others with products."""

from __future__ import annotations

from typing import Any

from tradeanalysis.page.answers import economy_code
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.prospects.rankings import opportunities
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER
from tradeanalysis.texts import label, money, percent, say

# Opportunities that are shown, and exporters of which a table needs so many to say anything.
ROWS, EXPORTERS = 10, 3


def has_opportunities(file: OpenedFile) -> bool:
    """Whether the table has products, exports, and exporters beside the one that the page is about."""
    if PRODUCT not in file.table.columns or file.flow != EXPORT:
        return False
    if not {PRODUCT, REPORTER, PARTNER, FLOW} <= set(
        file.table_of_all.columns
    ):  # a reporter that is typed is no column
        return False
    exporters = set(file.table_of_all[REPORTER])
    return len(exporters) >= EXPORTERS and _code(file) in exporters


def _code(file: OpenedFile) -> str:
    return economy_code(str(file.reporter)) or str(file.reporter)


def opportunity_list(file: OpenedFile, currency: str, lang: str) -> dict[str, Any]:
    """The sentence, a table of the first opportunities, and why for each."""
    key = ("opportunities", file.flow, file.reporter)
    if key not in file.made:
        file.made[key] = opportunities(file.table_of_all, reporter=_code(file), flow=file.flow, top=ROWS)
    found = file.made[key]
    rows = [
        (
            say("page_pair", lang, one=str(row[PRODUCT]), other=label(str(row[PARTNER]), lang)),
            money(row["now"], lang, currency) if row["now"] == row["now"] else "–",
            money(row["size"], lang, currency),
            percent(row["growth"], lang),
            percent(row["share"], lang),
        )
        for row in found.table.to_dict("records")
    ]
    heads = [say(f"page_head_{one}", lang) for one in ("opportunity", "sold", "size", "grows", "ours")]
    table = {"label": say("page_view_opportunities", lang), "heads": heads, "rows": rows, "summed": False, "kind": ""}
    whys = [{"name": row[0], "why": why} for row, why in zip(rows, found.why(lang), strict=True)]
    return {"sentence": found.sentence(lang), "table": table, "whys": whys}
