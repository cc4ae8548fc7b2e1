"""The page: a file, its answers and a language in; HTML or a file out. It knows neither a server nor a browser.

``shell`` is the whole document, ``screen`` what stands inside ``<main>``, ``part`` what follows a slider or a form,
``download`` a file to take away. The browser holds the file and the answers, and sends both each time; nothing
of a person is kept here but the files looked at last, eight at most, in memory.
"""

from __future__ import annotations

from tradeanalysis.page.about_flow import about_flow
from tradeanalysis.page.answers import Answers, understood
from tradeanalysis.page.decisions import said_error
from tradeanalysis.page.files_to_take import answers_file, file_to_take, sample_file
from tradeanalysis.page.flow import LIMIT, language, opened_for, refusal, screen_of, start
from tradeanalysis.page.opened_file import with_memory
from tradeanalysis.page.templates import document, rendered
from tradeanalysis.page.what_if import closure_part, plan_part
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

__all__ = ["LIMIT", "download", "part", "screen", "shell"]


def shell(lang: str = "vi", carrier: str = "server") -> str:
    """The whole document with its first screen.

    Parameters
    ----------
    lang
        ``"vi"`` or ``"en"``.
    carrier
        ``"server"`` or ``"folder"``: what is promised about the file, what the browser may do, and which scripts run.
    """
    lang = language(lang)
    return document(start({}, lang, carrier), lang, carrier)


def screen(name: str, data: bytes | None, answers: Answers, lang: str = "vi") -> str:
    """What stands inside ``<main>``: the next question, or the answer; every expected failure is a screen in words.

    Parameters
    ----------
    name
        The name of the file, empty where there is none.
    data
        Its bytes; None at the start, or where ``answers`` names an economy of the embedded tables.
    answers
        What was answered so far, of a closed list; what is not on it is refused, in words.
    lang
        ``"vi"`` or ``"en"``.

    Examples
    --------
    >>> table = b"partner,value\\nUSA,30\\nChina,20\\nWorld,50\\n"
    >>> "drop_aggregates" in screen("trade.csv", table, {"seen": "yes", "unit": "mUSD"}, "en")
    True
    """
    return with_memory(lambda: screen_of(name, data, answers, lang))


def part(which: str, name: str, data: bytes | None, answers: Answers, lang: str = "vi") -> str:
    """A fragment that follows a slider or a form: ``"closure"`` or ``"plan"``; other arguments as for ``screen``."""
    lang = language(lang)
    made = {"closure": closure_part, "plan": plan_part}
    try:
        if which not in made:
            raise TradeDataError(Text("page_no_such", which=which[:40]))
        chosen = understood(answers)
        return with_memory(lambda: made[which](about_flow(opened_for(name, data, chosen)), chosen, lang))
    except TradeDataError as error:
        return rendered("trouble.html", lang, what=said_error(error, lang))


def download(which: str, name: str, data: bytes | None, answers: Answers, lang: str = "vi") -> tuple[str, bytes]:
    """A file to take away, by its name and bytes; other arguments as for ``screen``.

    Parameters
    ----------
    which
        ``"brief"``, ``"workbook"``, ``"month"`` where the file has months, ``"answers"``, ``"sample"``, or a figure:
        ``"png:ranking"``, ``"svg:lorenz"``.

    Returns
    -------
    The name and the bytes. Where the file cannot be made, the name is empty, and the bytes are a screen that says why.
    """
    lang = language(lang)
    try:
        if which == "sample":
            return sample_file(lang)
        chosen = understood(answers)
        if which == "answers":
            return answers_file(answers)
        return with_memory(lambda: file_to_take(which, opened_for(name, data, chosen), chosen, lang))
    except TradeDataError as error:
        return "", refusal(error, name, answers, lang).encode()
