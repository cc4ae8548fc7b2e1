"""One decision a screen: a finding, its ways out with what each does, and what to change in Excel instead."""

from __future__ import annotations

from typing import Any

from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import Finding
from tradeanalysis.page.answers import as_answer
from tradeanalysis.page.grids import grid_of, likely_columns
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.texts import capital, catalogue, said, say, unit_name

# Units among which a person chooses where nothing states one.
UNITS = ("USD", "kUSD", "mUSD", "bnUSD", "VND", "mVND", "bnVND", "EUR", "mEUR")
# Findings of columns that are not known.
COLUMNS_ASKED = ("layout_unknown", "columns_lacking")
UNIT_ASKED = ("unit_unknown", "unit_not_stated")


def next_finding(errors: list[Finding]) -> Finding:
    """The finding to settle first: one that a click settles, else the first."""
    return next((one for one in errors if one.fixes or one.what_key in COLUMNS_ASKED), errors[0])


def decision(opened: OpenedFile, lang: str) -> dict[str, Any]:
    """What the screen of a decision says."""
    errors = opened.errors
    one = next_finding(errors)
    grid = None if opened.seen is None else grid_of(opened.seen, lang)
    headings = list(one.labels) if one.what_key in COLUMNS_ASKED else []
    return {
        "left": len(errors),
        "head": capital(RULES[one.id].in_words(lang)),
        "what": capital(one.what_and_share(lang, "page")) + ".",
        "fixes": [_click(fix, lang) for fix in sorted(one.fixes, key=lambda fix: not fix.safe)],
        "headings": headings,
        "guessed": likely_columns(opened.seen, headings),
        "units": [(code, unit_name(code, lang)) for code in UNITS] if one.what_key in UNIT_ASKED else [],
        "grid": grid,
        "mend": mended_in_excel(one, lang),
        "advice": "" if one.fixes or headings else said(one.fix, lang, "page"),
    }


def _click(fix: Any, lang: str) -> dict[str, Any]:
    """A button: what it says, and the answer that it gives or takes back."""
    answer = as_answer(fix.value)
    text = capital(said(fix.effect, lang, "page"))
    return {"text": text, "set": {fix.argument: answer} if answer else None, "unset": fix.argument}


def mended_in_excel(one: Finding, lang: str) -> str:
    """What to change in the file."""
    key = f"page_mend_{one.id.replace('-', '_')}"
    return say(key if key in catalogue(lang) else "page_mend_any", lang)


def notes_of(opened: OpenedFile, lang: str) -> list[str]:
    """What is known of the file beside its errors: warnings, and what was done on the way."""
    found = [one for one in opened.findings if one.severity != "error"]
    return [capital(one.what_and_share(lang, "page")) + "." for one in found]
