"""The extra of ``setup.cfg`` that installs a library, and the line that names it before work begins."""

from __future__ import annotations

import importlib.util
import sys

from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# A library that not every installation has, by the name of its import; a test compares this with setup.cfg.
EXTRAS = {
    "jinja2": "report",
    "docx": "report",
    "openpyxl": "excel",
    "defusedxml": "excel",
    "python_calamine": "excel",
    "starlette": "page",
    "uvicorn": "page",
    "python_multipart": "page",
    "duckdb": "engine",
    "pyarrow": "engine",
    "polars": "engine",
    "pyspark": "spark",
    "requests": "download",
    "urllib3": "download",
    "platformdirs": "download",
    "pyfixest": "models",
    "statsmodels": "monthly",
}


def need(what: str, *libraries: str) -> None:
    """Raise where one of the libraries is missing, with the extras that install them; ``what`` needs them.

    Functions call it first of all, so that the way to a library is not found after minutes of work.

    Examples
    --------
    >>> need(Text("files_of", format="Excel"))
    """
    absent = missing(*libraries)
    if absent and sys.platform == "emscripten":  # where nothing can be installed
        raise TradeDataError(Text("not_in_browser", what=what))
    if absent:
        extras = ",".join(dict.fromkeys(EXTRAS[library] for library in absent))
        raise TradeDataError(Text("needs_packages", what=what, extras=extras))


def missing(*libraries: str) -> list[str]:
    """Those of the libraries that are not installed.

    Examples
    --------
    >>> missing("pandas", "no_such_library")
    ['no_such_library']
    """
    return [library for library in libraries if not importlib.util.find_spec(library)]
