"""A file with its answers, looked at once: what it holds, its table, what is drawn of it; eight at most are kept."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from tradeanalysis.gate.findings import Finding
from tradeanalysis.names import country
from tradeanalysis.page.answers import Chosen, as_answer, economy_code
from tradeanalysis.schema import FLOW, PERIOD, REPORTER, VALUE, YEAR, TradeDataError, TradeDataWarning
from tradeanalysis.sources import Inspection, embedded_for, inspect
from tradeanalysis.sources.inspection import findings_of

# So many files, each with its answers, are kept for the next question about them, while they weigh no more than this:
# bytes of theirs, and of memory for each row, which is about what a table takes as it was read and as it is measured.
KEPT, MOST_BYTES, ROW_BYTES = 8, 300_000_000, 1_000
# The rule of periods whose year stands nowhere.
NO_YEAR = "TA-115"
# The note that names the sheets that were read.
SEVERAL = "sheets_read"
Made = TypeVar("Made")


@dataclass
class OpenedFile:
    """A file, or an economy of ours, with the answers that reading takes; each part is made when it is first needed."""

    name: str
    data: bytes | None
    options: Mapping[str, Any]
    economy: str | None = None
    # What other rooms of the page make of it, by what it is.
    made: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def seen(self) -> Inspection | None:
        """What ``ta.inspect`` saw; None where the answers themselves cannot be used."""
        return self._looked[0]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found, the most severe first."""
        return self._looked[1]

    @cached_property
    def _looked(self) -> tuple[Inspection | None, tuple[Finding, ...]]:
        try:
            seen = self._inspected(self.options)
        except TradeDataError as error:
            _refuse_lack(error)
            return None, findings_of(error)
        return seen, seen.findings

    def _inspected(self, options: Mapping[str, Any]) -> Inspection:
        """All years are read, for the trend; the year is given only to months that lack one."""
        seen = inspect(self.data, name=self.name, **{name: one for name, one in options.items() if name != "year"})
        if "year" in options and NO_YEAR in {one.id for one in seen.findings}:
            seen = inspect(self.data, name=self.name, **options)
        return seen

    @cached_property
    def above(self) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
        """The rows above the headings; of several sheets, in which the same rows have them, those of the first."""
        if self.seen is None or self.seen.above is not None:
            return None if self.seen is None else self.seen.above
        sheets = [one for note in self.seen.notes if getattr(note, "key", "") == SEVERAL for one in _sheets(note)]
        return self._inspected({**self.options, "sheet": sheets[0]}).above if sheets else None

    @property
    def weight(self) -> int:
        """About how many bytes of memory it holds."""
        seen = self.__dict__["_looked"][0] if "_looked" in self.__dict__ else None
        return len(self.data or b"") + ROW_BYTES * (seen.total_rows if seen is not None else 0)

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the file from being read."""
        return [one for one in self.findings if one.severity == "error"]

    @cached_property
    def _embedded(self) -> tuple[pd.DataFrame, int]:
        """The table of ours that has the economy, and its year."""
        assert self.economy is not None
        return embedded_for(country(self.economy).iso3, self.options.get("year"))

    @cached_property
    def table(self) -> pd.DataFrame:
        """The trade table."""
        if self.economy:
            return self._embedded[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TradeDataWarning)  # the page shows them as findings
            assert self.seen is not None
            return _in_memory(self.seen)

    @cached_property
    def table_of_all(self) -> pd.DataFrame:
        """The table with the trade of others, too, where the choice of one has left them out."""
        if self.economy or "reporter" not in self.options:
            return self.table
        options = {name: value for name, value in self.options.items() if name not in ("reporter", "year")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TradeDataWarning)
            seen = inspect(self.data, name=self.name, **options)
            return _in_memory(seen) if seen.ready else self.table

    @cached_property
    def table_by_month(self) -> pd.DataFrame | None:
        """The table with the months of the file as its rows; None where the file has none, or not such ones."""
        if self.seen is None or PERIOD not in self.seen.columns:
            return None
        with warnings.catch_warnings(), contextlib.suppress(TradeDataError):
            warnings.simplefilter("ignore", TradeDataWarning)
            return _in_memory(replace(self.seen, options={**self.seen.options, "periods": "months"}))
        return None

    @property
    def reporters(self) -> list[str]:
        """Whose trade the table is; one without any is none of them."""
        traded = self.table[self.table[VALUE] > 0]
        return _distinct(traded if len(traded) else self.table, REPORTER)

    @property
    def flows(self) -> list[str]:
        """The flows that the table states."""
        return _distinct(self.table, FLOW)

    @property
    def years(self) -> list[int]:
        """The years of the table."""
        return _distinct(self.table, YEAR)

    @property
    def reporter(self) -> str | None:
        """Whose trade the page is about, where that is settled."""
        if self.economy:
            return self.economy
        given, own = self.options.get("reporter"), self.reporters
        if given and (not own or economy_code(given) or given in own):
            return str(given)
        return own[0] if len(own) == 1 else None

    @property
    def flow(self) -> str | None:
        """The flow that the page is about, where that is settled; exports where the table has both."""
        there = self.flows
        given: str | None = self.options.get("flow")
        if given:
            return given
        return "export" if "export" in there else there[0] if there else None

    @property
    def year(self) -> int | None:
        """The year that the page is about: the one that is given, else the last of the table."""
        given: int | None = self.options.get("year")
        if self.economy:
            return self._embedded[1]
        return given if given is not None else max(self.years, default=None)


def _sheets(note: Any) -> list[str]:
    """The names of sheets that a note has, which stand in it in quotes."""
    return [ast.literal_eval(one) for one in note.values["sheets"]]


def _in_memory(seen: Inspection) -> pd.DataFrame:
    try:
        table = seen.read()
    except TradeDataError as error:
        _refuse_lack(error)
        raise
    assert isinstance(table, pd.DataFrame)
    return table


def _refuse_lack(error: TradeDataError) -> None:
    """Raise where an error says that memory lacks: other files that are kept may be what takes it."""
    if any(one.what_key == "more_than_memory" for one in findings_of(error)):
        raise MemoryError from error


def _distinct(table: pd.DataFrame, column: str) -> list[Any]:
    return sorted(table[column].dropna().unique().tolist()) if column in table else []


_files: OrderedDict[tuple[str, ...], OpenedFile] = OrderedDict()
_lock = threading.Lock()


def opened_file(name: str, data: bytes | None, chosen: Chosen) -> OpenedFile:
    """The file with its answers, as it was kept or anew."""
    economy = None if data is not None else chosen.page.get("economy")
    digest = "" if data is None else hashlib.sha256(data).hexdigest()
    words = (f"{one}={as_answer(value)}" for one, value in sorted(chosen.reading.items()))
    key = (name, digest, economy or "", *words)
    with _lock:
        if key in _files:
            _files.move_to_end(key)
            return _files[key]
    found = OpenedFile(name, data, dict(chosen.reading), economy)
    with _lock:
        _files[key] = found
        while len(_files) > 1 and (len(_files) > KEPT or sum(one.weight for one in _files.values()) > MOST_BYTES):
            _files.popitem(last=False)
    return found


def with_memory(answer: Callable[[], Made]) -> Made:
    """An answer; where there is too little memory for it, once more without what is kept of other files."""
    with contextlib.suppress(MemoryError):
        return answer()
    with _lock:
        _files.clear()
    return answer()
