"""The words of the field: column names, flows, and the errors that say what is wrong with a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPORTER, PARTNER, FLOW, PRODUCT, YEAR, VALUE = (
    "reporter",
    "partner",
    "flow",
    "product",
    "year",
    "value",
)
COLUMNS = (REPORTER, PARTNER, FLOW, PRODUCT, YEAR, VALUE)
# A constant column beside the keys of a table: what is grouped by no key is one group by this one.
ALL = "all"

# A column that marks figures which the source has estimated, often from the partner's report.
ESTIMATED = "estimated"
# Columns that a table may have beside these, and by which its rows must not differ where they are added.
PERIOD, UNIT, SOURCE, VALUATION, NOMENCLATURE = "period", "unit", "source", "valuation", "nomenclature"
REPORTER_NAME, PARTNER_NAME = "reporter_name", "partner_name"
MARKS = (PERIOD, UNIT, SOURCE, VALUATION, NOMENCLATURE, REPORTER_NAME, PARTNER_NAME)

EXPORT, IMPORT = "export", "import"
FLOWS = (EXPORT, IMPORT)
# Words for a flow, by their keys: "Xuất khẩu" is xuatkhau. Numbers are not among them: sources number differently.
FLOW_WORDS = {
    **dict.fromkeys(("x", "export", "exports", "exportsfob", "xuatkhau", "xuat", "xk"), EXPORT),
    **dict.fromkeys(("exp", "expo", "exportvalue", "exportsvalue", "exportacao", "exportaciones"), EXPORT),
    **dict.fromkeys(("m", "import", "imports", "importscif", "nhapkhau", "nhap", "nk"), IMPORT),
    **dict.fromkeys(("imp", "impo", "importvalue", "importsvalue", "importacao", "importaciones"), IMPORT),
}
# Re-exports are a part of exports, domestic exports too: they are never added.
FLOW_PARTS = frozenset(
    ("rx", "rm", "dx", "fm", "mip", "xip", "mop", "xop", "reexport", "reexports", "reimport", "reimports")
).union(("domesticexport", "domesticexports", "foreignimport", "foreignimports"))

# The embedded tables: package data in a wheel, the top-level folder in a checkout.
_PACKAGED = Path(__file__).parent / "data"
DATA = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "data"


class Sentence(str):
    """A sentence in English as a ``str``, in either language by ``say``: of a room that the catalogues stand on.

    ``words`` are the sentence by language and form, ``"python"`` or ``"command"``.
    """

    words: Mapping[tuple[str, str], str]

    def __new__(cls, words: Mapping[tuple[str, str], str]) -> Sentence:
        """The sentence in these words."""
        sentence = super().__new__(cls, words["en", "python"])
        sentence.words = dict(words)
        return sentence

    def say(self, lang: str, form: str = "python") -> str:
        """The sentence in a language, as Python says it, or as any other form does, such as a command."""
        return self.words[lang, "python" if form == "python" else "command"]

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (self.words,)


class TradeDataError(ValueError):
    """A table or an argument from which no right number can come; the message says what, where and how to fix it.

    ``findings`` are the faults as data, where rules of the gate found them: ``id, what, fix, share, rows, count`` of
    each. For other errors, such as one of an argument, it is empty.
    """

    findings: tuple[Any, ...] = ()


class SchemaError(TradeDataError):
    """A column is missing, or the layout of a file is not known."""


class AggregateRowError(TradeDataError):
    """Totals or blocs stand among the partners, so that value would count twice."""


class UnitError(TradeDataError):
    """The unit of the values is not known, or two units are mixed."""


class CountryError(TradeDataError):
    """A country's name or code is unknown or ambiguous.

    ``label`` is what was given, ``candidates`` are the codes that it may mean, ``ambiguous`` whether it means several;
    ``label`` is None where the message is of something else.
    """

    def __init__(
        self, message: str, *, label: object = None, candidates: tuple[str, ...] = (), ambiguous: bool = False
    ) -> None:
        super().__init__(message)
        self.label, self.candidates, self.ambiguous = label, candidates, ambiguous


class DownloadError(TradeDataError):
    """A service did not give what was requested; the message says what happened, what is stored, and what to do.

    ``service`` is its name, ``status`` the number of its answer (None where there was none), ``url`` the address
    without the key, ``retry_after`` the seconds after which it may be called again, ``stored`` how many answers of the
    request are in the cache, from where the same line goes on.
    """

    def __init__(
        self,
        message: str,
        *,
        service: str = "",
        status: int | None = None,
        url: str = "",
        retry_after: float | None = None,
        stored: int = 0,
    ) -> None:
        super().__init__(message)
        self.service, self.status, self.url = service, status, url
        self.retry_after, self.stored = retry_after, stored

    def __reduce__(self) -> tuple[Any, ...]:
        return _download_error, (self.args[0], {name: one for name, one in vars(self).items() if name != "findings"})


def _download_error(message: str, fields: dict[str, Any]) -> DownloadError:
    return DownloadError(message, **fields)


class InfeasiblePlan(TradeDataError):
    """No plan meets the targets; which market or bloc prevents it, and which targets can be met instead.

    ``market`` is None where no single one does. ``nearest_cap`` is the nearest cap at the same growth,
    ``nearest_growth`` the nearest growth under the same cap; each is None where changing it alone cannot help. ``str``
    is the sentence in English, ``sentence(lang)`` in either language.
    """

    def __init__(
        self,
        words: Mapping[str, str],
        market: object = None,
        nearest_cap: float | None = None,
        nearest_growth: float | None = None,
    ) -> None:
        super().__init__(words, market, nearest_cap, nearest_growth)
        self.words, self.market = words, market
        self.nearest_cap, self.nearest_growth = nearest_cap, nearest_growth

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, lang: str = "en") -> str:
        """Why there is no such plan, and which plans there are."""
        if lang not in self.words:
            raise TradeDataError(f"lang={lang!r}: the languages are {', '.join(self.words)}")
        return self.words[lang]


class TradeDataWarning(UserWarning):
    """A table is usable, but something about it should be known; ``findings`` as for ``TradeDataError``."""

    findings: tuple[Any, ...] = ()
