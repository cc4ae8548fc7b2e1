"""One decision a screen: a finding, its ways out with what each does, and what to change in Excel instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import Finding, Fix
from tradeanalysis.page.answers import as_answer
from tradeanalysis.page.grids import grid_of, likely_columns, said_headings
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.inspection import findings_of
from tradeanalysis.texts import Text, capital, catalogue, said, say

# Findings of columns that are not known.
COLUMNS_ASKED = ("layout_unknown", "columns_lacking")
# Values of a text that hold a library's own words, which are English.
FOREIGN = ("reason", "why")
# What ends a sentence that a text has already ended.
ENDS = (".", "!", "?", "…")


def next_finding(errors: list[Finding]) -> Finding:
    """The finding to settle first: one that a click settles, else the first."""
    return next((one for one in errors if one.fixes or one.what_key in COLUMNS_ASKED), errors[0])


def decision(opened: OpenedFile, lang: str) -> dict[str, Any]:
    """What the screen of a decision says."""
    errors = opened.errors
    one = next_finding(errors)
    grid = None if opened.seen is None else grid_of(opened.seen, opened.above, lang)
    headings = list(one.labels) if one.what_key in COLUMNS_ASKED else []
    return {
        "left": len(errors),
        "head": _asked(one, lang),
        "what": said_finding(one, lang),
        "fixes": clicks(one, lang),
        "headings": said_headings(headings, lang),
        "guessed": likely_columns(opened.seen, headings),
        "grid": grid,
        "change": changed_in_excel(one, lang),
        "advice": "" if one.fixes or headings else _in_words(one.fix, lang),
    }


def _asked(one: Finding, lang: str) -> str:
    """The question of a finding, where it is one; else what its rule looks for."""
    key = f"page_question_{one.what_key}"
    return say(key, lang) if key in catalogue(lang) else capital(RULES[one.id].in_words(lang))


def said_finding(one: Finding, lang: str) -> str:
    """What was found, as a sentence without words of a program."""
    if isinstance(one.what, Text) and (foreign := [name for name in FOREIGN if one.what.values.get(name)]):
        plain = one.what.having(**{name: Text("page_not_opened") for name in foreign})
        one = replace(one, what=plain)
    said_so = one.what_and_share(lang, "page")
    named = isinstance(one.what, Text) and any(said_so.startswith(str(x)) for x in one.what.values.values())
    return f"{said_so if named else capital(said_so)}{'' if said_so.endswith(ENDS) else '.'}"


def said_error(error: TradeDataError, lang: str) -> str:
    """An error in a language."""
    words = getattr(error, "words", {}).get(lang)
    return words or " ".join(said_finding(one, lang) for one in findings_of(error))


def clicks(one: Finding, lang: str) -> list[dict[str, Any]]:
    """The ways out as buttons, the safe ones first; one is stressed where it is the only one, or the only safe one."""
    fixes = sorted(one.fixes, key=lambda fix: not fix.safe)
    alone = len(fixes) == 1 or sum(fix.safe for fix in fixes) == 1
    return [{**_click(fix, lang), "stressed": alone and fix is fixes[0]} for fix in fixes]


def _click(fix: Fix, lang: str) -> dict[str, Any]:
    """A button: what it says, and the answer that it gives or takes back."""
    answer, text = as_answer(fix.value), capital(_in_words(fix.effect, lang))
    # Columns that were chosen one by one would stand before those of the fix.
    earlier = ("columns.partner", "columns.value") if fix.argument == "columns" else ()
    given = {fix.argument: answer, **dict.fromkeys(earlier, "")} if answer else None
    return {"text": text, "set": given, "unset": " ".join((fix.argument, *earlier))}


def _in_words(text: str, lang: str) -> str:
    """A text for a page: one of its own where the usual text is of commands and arguments."""
    key = f"page_way_{text.key}" if isinstance(text, Text) else ""
    return say(key, lang) if key in catalogue(lang) else said(text, lang, "page")


def changed_in_excel(one: Finding, lang: str) -> str:
    """What to change in the file."""
    inner = one.what.values.get("what") if isinstance(one.what, Text) else None  # of so many rows with it
    whats = (one.what_key, getattr(inner, "key", ""), one.id.replace("-", "_"), "any")
    keys = [f"page_change_{each}" for each in whats]
    return say(next(key for key in keys if key in catalogue(lang)), lang)


def notes_of(opened: OpenedFile, lang: str) -> list[str]:
    """What is known of the file beside its errors: warnings, and what was done on the way."""
    found = [one for one in opened.findings if one.severity != "error"]
    return [said_finding(one, lang) for one in found]
