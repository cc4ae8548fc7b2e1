"""What the last month says, where the file has months: the monthly page with the plan that was chosen, no history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeanalysis.brief.contents import Block, Contents, Figure, Points, Sentences, ShownTable, Terms, Tiles
from tradeanalysis.page.about_flow import below
from tradeanalysis.page.answers import Chosen
from tradeanalysis.page.decisions import said_error
from tradeanalysis.page.drawn import drawn
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.page.templates import shown_table
from tradeanalysis.page.what_if import chosen_plan
from tradeanalysis.schema import PARTNER, PERIOD, InfeasiblePlan, TradeDataError
from tradeanalysis.texts import capital, label, month_name, percent, say

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


def month_facts_of(file: OpenedFile, chosen: Chosen) -> Any:
    """The facts of the last month of the flow that is shown, as they were kept or anew."""
    from tradeanalysis.brief.monthly.monthly_report import facts_of_month

    cap = _watched(chosen)
    key = ("month", file.flow, cap)
    if key not in file.made:
        table = file.table_by_month
        assert table is not None
        file.made[key] = facts_of_month(table, file.reporter, file.flow, cap)
    return file.made[key]


def _watched(chosen: Chosen) -> float | None:
    """The cap that was chosen, of which the alerts warn; None where there is none, or it is no share."""
    planned = chosen_plan(chosen)
    return planned.cap if planned is not None and 0 < planned.cap <= 1 else None


def month_contents_of(file: OpenedFile, chosen: Chosen, lang: str) -> tuple[Contents, str]:
    """All that the monthly page says, its figure not drawn yet; and why a plan that was chosen sets no targets."""
    from tradeanalysis.brief.monthly.monthly_report import contents_alone
    from tradeanalysis.brief.monthly.target_progress import progress_of

    facts, planned, progress, why = month_facts_of(file, chosen), chosen_plan(chosen), None, ""
    if planned is not None:
        try:
            progress = progress_of(facts, None, *planned)
        except InfeasiblePlan as error:
            why = error.sentence(lang)
        except TradeDataError as error:  # such as a year before that is not whole
            why = said_error(error, lang)
    return contents_alone(facts, progress, lang), why


def month_shown(file: OpenedFile, chosen: Chosen, lang: str) -> dict[str, Any]:
    """The monthly page as the template takes it."""
    said, no_targets = month_contents_of(file, chosen, lang)
    facts = month_facts_of(file, chosen)
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
        "picture": drawn(picture, chosen.page.get("width", "broad"), file.made, lang),
        "behind": _behind(facts, lang),
        "targets": _targets(facts, said, chosen, no_targets, lang),
        "command": COMMAND,
        "notes": {"head": notes, "points": _points(below(said.blocks, notes))},
    }


def _behind(facts: Any, lang: str) -> dict[str, Any]:
    """The shares of the figure, a row for each month, the last first."""
    from tradeanalysis.brief.monthly.month_page import courses_of

    shares = courses_of(facts).pivot(index=PERIOD, columns=PARTNER, values="share")
    shares = shares.sort_index(ascending=False).sort_values(shares.index.max(), axis=1, ascending=False)
    heads = [say("page_head_month", lang), *(label(str(one), lang) for one in shares)]
    rows = [(month_name(str(one), lang), *(percent(x, lang) for x in row)) for one, *row in shares.itertuples()]
    title = say("page_month_behind", lang)
    return shown_table(title, heads, rows)


def _targets(facts: Any, said: Contents, chosen: Chosen, why: str, lang: str) -> dict[str, Any] | None:
    """Progress towards the targets of the plan that was chosen; None where none was."""
    planned = chosen_plan(chosen)
    if planned is None:
        return None
    head = say("monthly_progress_head", lang, year=facts.year)
    blocks = below(said.blocks, head)
    table = next((one for one in blocks if isinstance(one, ShownTable)), None)
    words = {"growth": percent(planned.growth, lang), "cap": percent(planned.cap, lang)}
    return {
        "head": head,
        "plan": say("page_month_plan", lang, year=facts.year, before=facts.year - 1, **words),
        "watched": say("page_month_watched", lang) if _watched(chosen) else "",
        "why": why,
        "texts": _texts(blocks),
        "table": table and shown_table(table.label, table.heads, table.rows, summed=table.summed, kind="six"),
    }


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [one.text for one in blocks if isinstance(one, Sentences)]


def _points(blocks: Sequence[Block]) -> list[str]:
    return [text for one in blocks if isinstance(one, Points) for text in one.texts]
