"""What the worker of the folder asks Python: one question of the page at a time, with the bytes of its file."""

from __future__ import annotations

import json
from typing import Any

from tradeanalysis import page
from tradeanalysis.page.decisions import said_error
from tradeanalysis.page.flow import language, refusal
from tradeanalysis.page.templates import rendered
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text


def answer(want: str, which: str, name: str, data: Any, answers: str, lang: str) -> str | tuple[str, bytes]:
    """A screen or a part as HTML, or a file by its name and bytes; ``data`` is a buffer of the browser.

    Where memory lacks, also without what is kept of other files, that is said as the server says it.
    """
    content = None if data is None else data.to_bytes()
    given = json.loads(answers)
    try:
        if want == "screen":
            return page.screen(name, content, given, lang)
        if want == "part":
            return page.part(which, name, content, given, lang)
        return page.download(which, name, content, given, lang)
    except MemoryError:
        lacking, lang = TradeDataError(Text("serving_memory")), language(lang)
    if want == "part":
        return rendered("trouble.html", lang, what=said_error(lacking, lang))
    said = refusal(lacking, name, given, lang)
    return said if want == "screen" else ("", said.encode())
