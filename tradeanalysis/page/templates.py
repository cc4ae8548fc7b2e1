"""The templates of the page: every value is escaped, and every word comes from the catalogues."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from tradeanalysis.extras import need
from tradeanalysis.texts import LANGUAGES, Text, say

# What a file chooser offers, beside all files; the folder holds no readers of older and binary workbooks or Parquet.
IN_A_BROWSER = ".xlsx,.xlsm,.csv,.tsv,.txt,.html,.htm,.json,.zip,.gz,.dta"
ACCEPTED = {"server": IN_A_BROWSER + ",.xls,.xlsb,.ods,.parquet", "folder": IN_A_BROWSER}
# What the browser may do with the page: run and show what came with it, and ask nobody else.
POLICY = {
    "server": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'",
    "folder": "default-src 'none'; script-src file: 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; "
    "style-src file: 'self'; img-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'",
}
# The scripts of each carrier; the folder's first starts the worker that answers.
SCRIPTS = {"server": ["page.js"], "folder": ["loader.js", "page.js"]}


def carrier_here() -> str:
    """What runs this: a browser with the folder, or a server."""
    return "folder" if sys.platform == "emscripten" else "server"


@functools.cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("tradeanalysis.page", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def rendered(template: str, lang: str, **values: Any) -> str:
    """A template with its values, in a language; ``t`` says a text of the catalogues."""

    def t(key: str, **more: Any) -> str:
        return Text(key, **more).say(lang, "page")

    need(Text("serving_page"), "jinja2")
    values = {"accepted": ACCEPTED[carrier_here()], **values}
    text: str = _environment().get_template(template).render(t=t, lang=lang, **values)
    return text


def markup(html: str) -> Any:
    """HTML that a template has written, for another to hold."""
    from markupsafe import Markup

    return Markup(html)


def shown_table(label: str, heads: Any, rows: Any, *, summed: bool = False, kind: str = "") -> dict[str, Any]:
    """A table as the templates take it."""
    return {"label": label, "heads": list(heads), "rows": list(rows), "summed": summed, "kind": kind}


def both_languages() -> Callable[[str], Any]:
    """A text in each language, of which the page shows one."""
    from markupsafe import Markup, escape

    def both(key: str) -> Any:
        spans = (f'<span lang="{one}" data-only="{one}">{escape(say(key, one))}</span>' for one in LANGUAGES)
        return Markup("".join(spans))

    return both


def document(first: str, lang: str, carrier: str) -> str:
    """The whole document around its first screen."""
    return rendered(
        "frame.html",
        lang,
        first=markup(first),
        carrier=carrier,
        policy=POLICY[carrier],
        scripts=SCRIPTS[carrier],
        both=both_languages(),
    )
