"""Tables for LaTeX, with notes and source below them: every text escaped, no package needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.output.excel_sheets import is_missing
from tradeanalysis.output.safe_texts import plain_text
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.output.writers import pandas_frame
from tradeanalysis.parameters import need_whole
from tradeanalysis.results import Result
from tradeanalysis.texts import Text, capital, catalogue, measure_name, named, number, percent, said, say

MINUS = "\N{MINUS SIGN}"
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{special: f"\\{special}" for special in "&%$#_{}"},
        # Signs that fonts of letters lack.
        **{MINUS: "$-$", "\N{INFINITY}": r"$\infty$"},
    }
)
# What comes below the number that a column holds: the two ends of its interval.
ENDS = ("low", "high")


def write_latex(
    table: Any,
    path: str | Path,
    *,
    digits: int | None = None,
    note: str = "",
    notes: bool = True,
    lang: str = "en",
    overwrite: bool = False,
) -> Path:
    r"""Write a table as a ``tabular`` of LaTeX, to be read by ``\input``: no text in it is run as a command.

    Below a table that knows them stand its notes (index, n, unit, what is not allocated, what an interval means) and
    its source, in a ``minipage`` as wide as the text. XeLaTeX and LuaLaTeX need no package; pdfLaTeX needs
    ``\usepackage[T5]{fontenc}`` for Vietnamese letters, which a comment at the top of a Vietnamese table says.

    Parameters
    ----------
    table
        A table of pandas, Polars, PyArrow, DuckDB or PySpark, or a result with a ``table``, such as that of
        ``ta.compare`` or ``ta.plan``. An index of names or texts becomes columns.
    path
        The file, ``.tex``, UTF-8.
    digits
        The decimals of numbers that are not whole; all that they have where it is not given.
    note
        A sentence of your own, the first of the notes.
    notes
        Whether notes and source are written.
    lang
        The language of headings, notes and numbers, ``"en"`` or ``"vi"``. Headings that the library does not know, and
        codes of economies, stay as they are; notes that the table has in English alone are left out of Vietnamese.
    overwrite
        Whether a file that is there is replaced.

    Raises
    ------
    TradeDataError
        The file is there and ``overwrite`` is not set, or it cannot be written; then what was there is untouched.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export").head(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = ta.write_latex(exports[["partner", "share"]], f"{folder}/table.tex", digits=3)
    ...     lines = file.read_text("utf-8").splitlines()
    >>> lines[4:6]
    ['USA & 0.289 \\\\', 'CHN & 0.210 \\\\']
    >>> lines[-2]
    'Source: CEPII BACI (HS22, release 202501).\\par'
    """
    need_whole("digits", digits=digits)
    table = table.table if isinstance(table, Result) else table
    below = [note] if note else []
    if notes:
        below = [*_notes(table, note, lang), *_source(table, lang)]
    foot = [r"\par\smallskip", r"\begin{minipage}{\linewidth}\footnotesize"]
    foot += [rf"{escape_latex(one)}\par" for one in below]
    above = [] if lang == "en" else [f"% {say('latex_letters', lang)}"]
    lines = [*above, to_latex(table, digits=digits, lang=lang), *([*foot, r"\end{minipage}"] if below else [])]
    return write_file(path, "\n".join(lines) + "\n", overwrite=overwrite)


def _notes(table: Any, note: str, lang: str) -> list[str]:
    """The notes of a table as one paragraph: a sentence of one's own, then each by its name."""
    attrs = getattr(table, "attrs", {})
    known = {key: one for key, one in attrs.get("notes", {}).items() if key not in ("source", "currency")}
    unit = (attrs.get("certificate") or {}).get("unit")
    if unit and any(str(name) in AMOUNTS for name in getattr(table, "columns", ())):
        known["unit"] = unit
    share = attrs.get("unallocated")
    if isinstance(share, float) and 0 < share < 1:
        known["unallocated"] = percent(share, lang)
    parts = [f"{_label(key, lang)}: {words}" for key, one in known.items() if (words := _in_words(key, one, lang))]
    each = [one if one.startswith("n:") else capital(one) for one in (note, "; ".join(parts)) if one]
    whole = ". ".join(one.rstrip(".") for one in each)
    return [say("latex_notes", lang, notes=whole)] if whole else []


def _label(key: str, lang: str) -> str:
    """The name of a note, where the language has one."""
    return catalogue(lang).get(f"latex_note_{key.replace(' ', '_')}", key.replace("_", " "))


def _in_words(key: str, note: Any, lang: str) -> str:
    """A note in the language; empty where the table has it in English alone."""
    if isinstance(note, Mapping):
        note = "; ".join(f"{name}: {one}" for name, one in note.items())
    if key == "measure" and f"latex_measure_{note}" not in catalogue(lang):
        return measure_name(str(note), lang)
    if key in ("flow", "unit", "measure"):
        return catalogue(lang).get(f"latex_{key}_{str(note).replace(' ', '_')}", str(note))
    if isinstance(note, (list, tuple)):
        return ", ".join(said(one, lang) if isinstance(one, str) else str(one) for one in note)
    words = said(note, lang) if isinstance(note, str) else str(note)
    return "" if lang != "en" and words == str(note) and " " in words and not isinstance(note, Text) else words


def _source(table: Any, lang: str) -> list[str]:
    attrs = getattr(table, "attrs", {})
    source = attrs.get("notes", {}).get("source") or (attrs.get("certificate") or {}).get("source")
    if isinstance(source, Mapping):
        source = ", ".join(dict.fromkeys(map(str, source.values())))
    return [say("latex_source", lang, source=named("source_", str(source), lang).rstrip("."))] if source else []


def escape_latex(text: object) -> str:
    r"""A text as LaTeX prints it: its ten special characters as commands; control characters go.

    Examples
    --------
    >>> print(escape_latex(r"50% & _x_ \input{a}"))
    50\% \& \_x\_ \textbackslash{}input\{a\}
    """
    # In one pass, so that the braces of \textbackslash{} are not escaped in their turn.
    return plain_text(text).translate(_LATEX)


def to_latex(table: Any, *, digits: int | None = None, lang: str = "en") -> str:
    r"""A table as a ``tabular`` that needs no package; every heading and cell is escaped, what is missing is empty.

    The heading of an amount names the currency, where the table carries a certificate.

    Examples
    --------
    >>> import pandas as pd
    >>> print(to_latex(pd.DataFrame({"partner": ["R&D", "Lào"], "share_1": [0.5, 0.25]})))
    \begin{tabular}{lr}
    \hline
    partner & share\_1 \\
    \hline
    R\&D & 0.5 \\
    Lào & 0.25 \\
    \hline
    \end{tabular}
    """
    frame = pandas_frame(table)
    names = _headings([*map(str, frame.columns)], getattr(table, "attrs", {}), lang)
    sides = "".join("r" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
    if digits is not None:
        frame = frame.apply(_rounded, digits=digits, lang=lang)
    rows = frame.itertuples(index=False, name=None)
    heading, *body = (_latex_row(row) for row in [tuple(names), *rows])
    return "\n".join(
        [f"\\begin{{tabular}}{{{sides}}}", r"\hline", heading, r"\hline", *body, r"\hline", r"\end{tabular}"]
    )


# Columns of amounts in the tables that functions give; a plan's are amounts where it has targets.
AMOUNTS = {"value", "gross_loss", "replaced", "net_loss", "to_unflag", "now", "target"}
OF_PLANS = {"change", "limit"}


def _headings(columns: list[str], attrs: Mapping[Any, Any], lang: str) -> list[str]:
    """The headings in words, those of amounts with the currency that the table's certificate names."""
    currency = (attrs.get("certificate") or {}).get("currency")
    amounts = AMOUNTS | (OF_PLANS if "target" in columns else set())
    ends = {f"{name}_{end}": (name, end) for name in columns for end in ENDS}

    def heading(column: str) -> str:
        name, end = ends.get(column, (column, ""))
        words = catalogue(lang).get(f"latex_column_{name}") or measure_name(name, lang)
        words = f"{words} ({currency})" if currency and name in amounts else words
        return say(f"latex_{end}_of", lang, name=words) if end else words

    return [heading(column) for column in columns]


def _rounded(column: pd.Series[Any], digits: int, lang: str) -> pd.Series[Any]:
    """The numbers of a column with so many decimals, whole amounts with none; any other column as it is."""
    if not pd.api.types.is_float_dtype(column):
        return column
    x = column.to_numpy(dtype=float, na_value=np.nan)
    amounts = np.abs(x[np.isfinite(x)])
    whole = bool((amounts == np.round(amounts)).all() and (amounts >= 1000).any())
    words = [None if one != one else _written(one, lang, 0 if whole else digits) for one in x]
    return pd.Series(words, index=column.index, dtype=object)


def _written(x: float, lang: str, digits: int) -> str:
    """A number, or the sign of what has no limit."""
    return number(x, lang, digits) if np.isfinite(x) else f"{'' if x > 0 else MINUS}\N{INFINITY}"


def _plain(cell: Any) -> str:
    """A cell as a text; a number that no ``digits`` rounded as Python writes it, with a minus and no hyphen."""
    if isinstance(cell, float) and not np.isfinite(cell):
        return _written(cell, "en", 0)
    number_below_zero = isinstance(cell, (int, float, np.number)) and str(cell).startswith("-")
    return MINUS + str(cell)[1:] if number_below_zero else str(cell)


def _latex_row(row: tuple[Any, ...]) -> str:
    cells = ["" if is_missing(cell) else " ".join(escape_latex(_plain(cell)).split()) for cell in row]
    # The \\ of the row before would take such a cell for an argument of its own.
    return ("{}" if cells and cells[0].startswith(("[", "*")) else "") + " & ".join(cells) + r" \\"
