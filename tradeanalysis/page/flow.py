"""Which screen is next: file, what was read, a decision each, whose trade, and then the answer and what follows it."""

from __future__ import annotations

from typing import Any

from tradeanalysis.gate.findings import error_of
from tradeanalysis.names import key
from tradeanalysis.page import views
from tradeanalysis.page.answers import Answers, Chosen, chips, economy_code, sorted_by_name, understood
from tradeanalysis.page.decisions import decision, notes_of, said_error
from tradeanalysis.page.economies_of_ours import reporters_of_ours
from tradeanalysis.page.grids import grid_of, titles_of
from tradeanalysis.page.opened_file import OpenedFile, opened_file
from tradeanalysis.page.templates import ACCEPTED, carrier_here, rendered
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, YEAR, TradeDataError
from tradeanalysis.texts import LANGUAGES, Text, label, said

# Twenty megabytes: larger files are for the command line.
LIMIT = 20 * 2**20


def language(lang: str) -> str:
    """The language of the page: Vietnamese, unless another that we have is named."""
    return lang if lang in LANGUAGES else "vi"


def screen_of(name: str, data: bytes | None, answers: Answers, lang: str) -> str:
    """What stands inside ``<main>``; whatever is wrong is said there."""
    lang = language(lang)
    try:
        _refuse_size(data)
        chosen = understood(answers)
        return _screen(name, data, answers, chosen, lang)
    except TradeDataError as error:
        return refusal(error, name, answers, lang)


def _refuse_size(data: bytes | None) -> None:
    if data is not None and len(data) > LIMIT:
        raise TradeDataError(Text("page_file_too_large", size=len(data) / 2**20, most=LIMIT // 2**20))


def opened_for(name: str, data: bytes | None, chosen: Chosen) -> OpenedFile:
    """The file, which must be one that can be read with its answers."""
    _refuse_size(data)
    opened = opened_file(name, data, chosen)
    if data is None and opened.economy is None:
        raise TradeDataError(Text("page_no_file"))
    if data is not None and (refused := error_of(opened.errors)):
        raise refused
    if opened.reporter is None or opened.flow is None or opened.year is None:
        raise TradeDataError(Text("page_open_questions"))
    return opened


def _screen(name: str, data: bytes | None, answers: Answers, chosen: Chosen, lang: str) -> str:
    if data is None and "economy" not in chosen.page:
        return start(answers, lang)
    opened = opened_file(name, data, chosen)
    looked = data is not None and "seen" in chosen.page
    common = {"chips": chips(answers, chosen, lang), "name": name if data is not None else "", "looked": looked}
    if data is None:
        return views.view(opened, chosen, lang, common)
    known = opened.seen is not None and opened.seen.layout is not None
    if opened.errors and not known:
        return rendered("decision.html", lang, **common, **decision(opened, lang))
    if "seen" not in chosen.page and opened.seen is not None:
        return _seen(opened, chosen, lang, common)
    if opened.errors:
        return rendered("decision.html", lang, **common, **decision(opened, lang))
    if PARTNER not in opened.table and PRODUCT in opened.table:
        raise TradeDataError(Text("page_of_products"))
    fields = _fields(opened, lang)
    if any(fields[one] is not None for one in ("reporter", "flow", "year")):
        return rendered("about.html", lang, **common, fields=fields)
    return views.view(opened, chosen, lang, common)


def start(answers: Answers, lang: str, carrier: str | None = None) -> str:
    """The first screen, of the carrier that runs this unless another is named."""
    carrier = carrier or carrier_here()
    economies = sorted_by_name(reporters_of_ours(), lang)
    held = any(name not in ("width", "view") for name in answers)
    more = {"carrier": carrier, "accepted": ACCEPTED[carrier], "limit": LIMIT // 2**20}
    return rendered("start.html", lang, economies=economies, held=held, **more)


def refusal(error: TradeDataError, name: str, answers: Answers, lang: str) -> str:
    """An error as a screen: what it is, and the answers that may have caused it, each to be taken back alone."""
    wrong = [str(one) for one in answers if not _is_understood({one: answers[one]})]
    there = chips(answers, understood(answers), lang) if _is_understood(answers) else []
    undo = [] if there else wrong or [str(one) for one in answers if one not in ("width", "seen", "view")]
    said_so = said_error(error, lang)
    return rendered("refused.html", lang, chips=there, name=name, looked=False, what=said_so, undo=" ".join(undo))


def _is_understood(answers: Answers) -> bool:
    try:
        understood(answers)
    except TradeDataError:
        return False
    return True


def _seen(opened: OpenedFile, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    """What was read, with whose trade it is, which flow and year where the file leaves them open."""
    seen = opened.seen
    assert seen is not None
    grid = grid_of(seen, opened.above, lang)
    marked = grid is None or any(head.role for head in grid.heads)  # markets may stand side by side
    about = Text("page_seen_about" if marked else "page_seen_about_side", rows=seen.total_rows)
    return rendered(
        "seen.html",
        lang,
        **common,
        about=about.say(lang, "page"),
        grid=grid,
        titles=titles_of(seen),
        notes=[said(one, lang, "page") for one in seen.notes if getattr(one, "key", "") != "titles_above"]
        + notes_of(opened, lang),
        fields=_fields(opened, lang, again=True),
    )


def _fields(opened: OpenedFile, lang: str, *, again: bool = False) -> dict[str, Any]:
    """Whose trade, which flow, which year: what is open, with what the titles propose; None where it is settled.

    An answer that was given to another file is open again where the title of this one says otherwise.
    """
    seen = opened.seen
    assert seen is not None
    stated = {name: value for name, value in seen.proposed.items() if name in (REPORTER, FLOW, YEAR)}
    other = [name for name in (REPORTER, FLOW) if again and _says_otherwise(opened, name)]
    stated |= {name: seen.stated[name] for name in other}
    readable = not opened.errors
    there = set(opened.table.columns) if readable else set(seen.known)
    fields: dict[str, Any] = {"stated": {name: name in stated for name in (REPORTER, FLOW, YEAR)}, "reporters": []}
    for name in (REPORTER, FLOW, YEAR):
        settled = name not in other and (name in opened.options or name in there)
        if name == REPORTER and readable and opened.reporter is None:
            settled = False
            fields["reporters"] = [(one, label(one, lang)) for one in opened.reporters]
        proposal = stated.get(name, "")
        fields[name] = None if settled else str(proposal)
    return fields


def _says_otherwise(opened: OpenedFile, name: str) -> bool:
    """Whether the title of the file states another reporter or flow than was answered, and no column states one."""
    seen, given = opened.seen, opened.options.get(name)
    if seen is None or given is None or seen.stated.get(name) is None or name in seen.columns:
        return False
    one, other = (key(economy_code(str(x)) or str(x)) for x in (seen.stated[name], given))
    return one != other
