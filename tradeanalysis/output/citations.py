"""The references of answers: of the measures and methods that made them, and of their data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from tradeanalysis.output.reference_list import Reference, reference, references
from tradeanalysis.results import Result
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, say

# Results whose method has references, by the name of the class.
RESULTS = {
    **{"Account": "account", "Decomposition": "decompose", "ConstantMarketShare": "constant_market_share"},
    **{"Interval": "interval", "Draws": "draws", "Confidence": "draws", "Chance": "draws", "Plan": "plan"},
    **{"DemandRisk": "demand_risk", "Excess": "excess", "Gravity": "gravity", "TheilMargins": "theil_margins"},
    **{"Breaks": "breaks", "Nowcast": "nowcast", "Seasonal": "seasonal", "Opportunities": "opportunities"},
    **{"Preference": "preference", "TariffExposure": "tariff_exposure"},
    **{"IOTable": "io_table", "LookThrough": "lookthrough", "Reexports": "reexports"},
}
# What stands after the name of a measure in the name of a column.
ENDS = re.compile(r"_(low|high|gap|before|after)$")


@dataclass(frozen=True, repr=False)
class References(Result):
    """References as a table (``key``, ``kind``, ``reference``), as ``text``, a line for each, and as ``bibtex``."""

    table: pd.DataFrame
    text: str
    bibtex: str

    def sentence(self, lang: str = "en") -> str:
        """How many there are, of methods and of data."""
        kinds = self.table["kind"].value_counts()
        said = {kind: Text(f"cite_{kind}", count=int(kinds.get(kind, 0))).say(lang) for kind in ("method", "data")}
        return say("cite_said", lang, **said)

    def details(self) -> list[str]:
        """The references as text."""
        return self.text.splitlines()

    def head(self) -> pd.DataFrame:
        """The keys, since the references stand above the table."""
        return self.table[["key", "kind"]]


def cite(*answers: Any) -> References:
    """The references of answers: of the measures and methods that they use, and of the data they are made from.

    Measures are known by the columns that bear their names, by the notes and by the kind of result; data by the
    certificate, with its release, and the day of access of what was fetched; of a table that comes with the library
    its name, the day on which it was derived, and the licence.

    Parameters
    ----------
    *answers
        Tables, results, or measures such as ``ta.hhi``: one or several, each reference once.

    Returns
    -------
    A ``References`` with ``table``, ``text`` (a line for each), ``bibtex`` (entries with keys such as
    ``hirschman1964``, in UTF-8) and ``sentence(lang)``. Data that are not in the list, such as a file of an office,
    are cited by the name of their source.

    Raises
    ------
    TradeDataError
        Nothing was given, or nothing in it names a measure or a source: tables of other libraries than pandas
        carry no certificate.

    Notes
    -----
    It names the works that define a measure or method, and the databases; it does not see what was computed from a
    table outside the library.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> found = ta.cite(ta.measure(world, ta.hhi, by="reporter"))
    >>> print(found.text.splitlines()[0])
    Hirschman, A. O. (1964). The Paternity of an Index. American Economic Review 54(5), 761-762.
    >>> found.table["key"].tolist()
    ['hirschman1964', 'gaulier2010']
    >>> print(found.bibtex.splitlines()[0])
    @article{hirschman1964,
    """
    found = {one.key: one for answer in answers for one in [*_of_methods(answer), *_of_data(answer)]}
    if not found:
        raise TradeDataError(Text("cite_nothing"))
    ordered = sorted(found.values(), key=lambda one: one.kind == "data")
    rows = [(one.key, one.kind, one.text) for one in ordered]
    return References(
        pd.DataFrame(rows, columns=["key", "kind", "reference"]),
        "\n".join(one.text for one in ordered),
        "\n\n".join(one.bibtex for one in ordered) + "\n",
    )


# ---- methods --------------------------------------------------------------------------------------------------------


def _of_methods(answer: Any) -> Iterator[Reference]:
    """The references of the measures and methods that an answer names."""
    used, columns = {*_names(answer)}, {ENDS.sub("", str(one)) for table in _tables(answer) for one in table}
    for one in references().values():
        named = any(_is_named(measure, used | columns) for measure in one.measures)
        if named or used.intersection(one.used_by) or columns.intersection(one.columns):
            yield replace(one, kind="method")


def _is_named(measure: str, names: set[str]) -> bool:
    """Whether a name is that of the measure, with a parameter or without: ``hill_0_5``."""
    spelled = re.compile(rf"{measure}(_inf|(_minus)?_\d[\d_]*(e\d+)?)?")
    return any(spelled.fullmatch(name) for name in names)


def _names(answer: Any) -> Iterator[str]:
    """What an answer says of its measure and method: its attribute, notes and class."""
    kind = type(answer).__name__
    if kind == "Measure":
        yield str(answer.name)
    if kind in RESULTS:
        yield RESULTS[kind]
    if getattr(answer, "assumptions", None) and kind == "Comparison":
        yield "draws"
    if isinstance(named := getattr(answer, "measure", None), str):
        yield named
    for table in _tables(answer):
        notes = table.attrs.get("notes", {})
        yield from (str(notes[kind]) for kind in ("measure", "method") if notes.get(kind))


def _tables(answer: Any) -> list[pd.DataFrame]:
    """The pandas tables of an answer: itself, or that of a result."""
    table = getattr(answer, "table", answer)
    return [table] if isinstance(table, pd.DataFrame) else []


# ---- data -----------------------------------------------------------------------------------------------------------


def _of_data(answer: Any) -> Iterator[Reference]:
    """The references of the data that the certificate of an answer names."""
    attrs = getattr(getattr(answer, "table", answer), "attrs", None) or {}
    certificate = attrs.get("certificate") or {}
    if not certificate.get("source"):
        return
    sources = _several(certificate["source"])
    named = [*sources, *(str(certificate.get(key) or "") for key in ("service", "layout"))]
    note = {"note": said} if (said := _note(certificate, sources)) else {}
    for one in references().values():
        if one.source and any(re.search(one.source, name) for name in named):
            yield replace(one, fields={**one.fields, **note}, kind="data")
            return
    title = ", ".join(sources)
    key = "data_" + (re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "source")
    author = certificate.get("citation") or title
    about = {"type": "misc", "author": f"{{{author}}}", "title": str(certificate.get("what") or title), "source": title}
    yield reference(key, {**about, **note})


def _several(source: Any) -> list[str]:
    """The sources of a certificate, each once: one, or by year."""
    given = source.values() if isinstance(source, Mapping) else [source]
    return list(dict.fromkeys(map(str, given)))


def _note(certificate: Mapping[str, Any], sources: Iterable[str]) -> str:
    """The release, and the day on which the data were accessed or the table of the library was made of them."""
    release = [str(one["release"]) for one in certificate.get("fetched") or [] if one.get("release")]
    release += [found[1] for one in sources if (found := re.search(r"(?:release |_V)(\d{6}\w?)", one))]
    named = f"Release {', '.join(dict.fromkeys(release))}" if release else ""
    return ". ".join(filter(None, [named, _accessed(certificate) or _derived(certificate)]))


def _accessed(certificate: Mapping[str, Any]) -> str:
    """The last day on which the data were fetched from their source."""
    days = [str(one["fetched_at"])[:10] for one in certificate.get("fetched") or [] if one.get("fetched_at")]
    return f"Accessed {max(days)}" if days else ""


def _derived(certificate: Mapping[str, Any]) -> str:
    """The table of the library that was made of the data: its name, day and licence."""
    name, day, licence = (str(certificate.get(key) or "") for key in ("name", "date", "licence"))
    if not (name and day):
        return ""
    # The terms behind a colon are as long as a paragraph; they stand in data/README.md.
    return f"Table {name} of tradeanalysis, derived {day}" + (f" ({licence.split(':')[0]})" if licence else "")
