"""Tables for LaTeX: every text escaped, no package needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.output.writers import is_missing, pandas_frame, plain_text, write_file

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{special: f"\\{special}" for special in "&%$#_{}"},
    }
)


def write_latex(table: Any, path: str | Path, *, overwrite: bool = False) -> Path:
    r"""Write a table as a ``tabular`` of LaTeX, to be read by ``\input``: no text in it is run as a command.

    Parameters
    ----------
    table
        A table of pandas, Polars, PyArrow, DuckDB or PySpark. An index of names or texts becomes columns.
    path
        The file, ``.tex``, UTF-8.
    overwrite
        Whether a file that is there is replaced.

    Raises
    ------
    TradeDataError
        The file is there and ``overwrite`` is not set, or it cannot be written; then what was there is untouched.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> table = pd.DataFrame({"partner": ["R&D"], "share": [0.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_latex(table, f"{folder}/table.tex").read_text("utf-8").splitlines()[4])
    R\&D & 0.5 \\
    """
    return write_file(path, to_latex(table) + "\n", overwrite=overwrite)


def escape_latex(text: object) -> str:
    r"""A text as LaTeX prints it: its ten special characters as commands; control characters go.

    Examples
    --------
    >>> print(escape_latex(r"50% & _x_ \input{a}"))
    50\% \& \_x\_ \textbackslash{}input\{a\}
    """
    # In one pass, so that the braces of \textbackslash{} are not escaped in their turn.
    return plain_text(text).translate(_LATEX)


def to_latex(table: Any) -> str:
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
    names = _with_currency([*map(str, frame.columns)], getattr(table, "attrs", {}))
    sides = "".join("r" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
    heading, *body = (_latex_row(row) for row in [tuple(names), *frame.itertuples(index=False, name=None)])
    return "\n".join(
        [f"\\begin{{tabular}}{{{sides}}}", r"\hline", heading, r"\hline", *body, r"\hline", r"\end{tabular}"]
    )


# Columns of amounts in the tables that functions give; a plan's are amounts where it has targets.
AMOUNTS = {"value", "gross_loss", "replaced", "net_loss", "to_unflag", "now", "target"}
OF_PLANS = {"change", "limit"}


def _with_currency(columns: list[str], attrs: Mapping[Any, Any]) -> list[str]:
    """The headings, those of amounts with the currency that the table's certificate names."""
    currency = (attrs.get("certificate") or {}).get("currency")
    amounts = AMOUNTS | (OF_PLANS if "target" in columns else set())
    return [f"{name} ({currency})" if currency and name in amounts else name for name in columns]


def _latex_row(row: tuple[Any, ...]) -> str:
    cells = ["" if is_missing(cell) else " ".join(escape_latex(cell).split()) for cell in row]
    # The \\ of the row before would take such a cell for an argument of its own.
    return ("{}" if cells and cells[0].startswith(("[", "*")) else "") + " & ".join(cells) + r" \\"
