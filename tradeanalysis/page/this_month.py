"""What the last month says, where the file has months: the monthly page, without its targets and its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeanalysis.brief.contents import Block, Contents, Figure, Points, Sentences, Terms, Tiles
from tradeanalysis.page.about_flow import below
from tradeanalysis.page.drawn import drawn
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.schema import PERIOD
from tradeanalysis.texts import capital, say

# Months that a monthly page takes at least: one, and the twelve before.
LEAST = 13
# What keeps a history of monthly pages.
COMMAND = "tradeanalysis watch"
# A month as it is labelled, beside quarters and sums so far.
MONTH = r"\d{4}-\d{2}"


def has_months(file: OpenedFile) -> bool:
    """Whether the file has as many months as a monthly page takes."""
    table = file.table_by_month
    if table is None or PERIOD not in table:
        return False
    labels = table[PERIOD].dropna().astype(str)
    return bool(labels[labels.str.fullmatch(MONTH)].nunique() >= LEAST)


def month_facts_of(file: OpenedFile) -> Any:
    """The facts of the last month of the flow that is shown, as they were kept or anew."""
    from tradeanalysis.brief.monthly.monthly_report import facts_of_month

    key = ("month", file.flow)
    if key not in file.made:
        table = file.table_by_month
        assert table is not None
        file.made[key] = facts_of_month(table, file.reporter, file.flow)
    return file.made[key]


def month_contents_of(file: OpenedFile, lang: str) -> Contents:
    """All that the monthly page says, its figure not drawn yet."""
    from tradeanalysis.brief.monthly.monthly_report import contents_alone

    return contents_alone(month_facts_of(file), lang)


def month_shown(file: OpenedFile, width: str, lang: str) -> dict[str, Any]:
    """The monthly page as the template takes it."""
    said = month_contents_of(file, lang)
    box = next(one for one in said.blocks if isinstance(one, Tiles))
    picture = next(one for one in said.blocks if isinstance(one, Figure)).picture
    head, notes = say("monthly_alerts_head", lang), say("monthly_notes_head", lang)
    alerts = below(said.blocks, head)
    return {
        "title": said.title,
        "box": box,
        "tiles": [{"name": name, "value": value, "why": capital(why)} for name, value, why in box.items],
        "cautions": [one.text for one in said.blocks if isinstance(one, Sentences) and one.loud],
        "alerts": {
            "head": head,
            "records": [pair for one in alerts if isinstance(one, Terms) for pair in one.meanings],
            "more": _texts(alerts),
        },
        "picture": drawn(picture, width, file.made, lang),
        "command": COMMAND,
        "notes": {"head": notes, "points": _points(below(said.blocks, notes))},
    }


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [one.text for one in blocks if isinstance(one, Sentences)]


def _points(blocks: Sequence[Block]) -> list[str]:
    return [text for one in blocks if isinstance(one, Points) for text in one.texts]
