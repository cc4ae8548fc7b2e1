"""References as data: what each is, as a line of text, and as an entry of BibTeX."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradeanalysis.output.latex import escape_latex

# The fields of an entry, in the order in which BibTeX gets them; the last two are taken as they are by its styles.
FIELDS: tuple[str, ...] = (
    *("author", "title", "journal", "booktitle", "edition", "institution", "number", "volume", "pages"),
    *("publisher", "year", "note", "doi", "url"),
)
VERBATIM = {"doi", "url"}
# Between authors; an "and" within the braces of an institution is part of its name.
_AND = re.compile(r" and (?![^{]*\})")


@dataclass(frozen=True)
class Reference:
    """A work or a database: its key, the type of its entry, and its fields; and what names it."""

    key: str
    type: str
    fields: dict[str, str]
    measures: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    source: str = ""
    kind: str = field(default="method")

    @property
    def text(self) -> str:
        """The reference as a line of text."""
        of, year = self.fields, self.fields.get("year")
        parts = [f"{self.authors}{f' ({year})' if year else ''}.", f"{of['title'].rstrip('.')}."]
        parts[1] = parts[1].replace("?.", "?")
        where = of.get("journal") or of.get("booktitle", "")
        if where:
            volume = of.get("volume", "") + (f"({of['number']})" if "number" in of else "")
            where = f"{where} {volume}".rstrip() + (f", {of['pages']}" if "pages" in of else "")
        elif "institution" in of:
            where = f"{of['institution']} {of.get('number', '')}".rstrip()
        if "edition" in of:
            where = f"{where}, {of['edition']} ed.".lstrip(", ")
        parts += [f"{one}." for one in (where, of.get("publisher", ""), of.get("note", "").rstrip(".")) if one]
        link = f"https://doi.org/{of['doi']}" if "doi" in of else of.get("url", "")
        return " ".join(filter(None, [*parts, link]))

    @property
    def authors(self) -> str:
        """The authors as a text has them: A, B & C."""
        names = [one.strip("{}") for one in _AND.split(self.fields["author"])]
        return " & ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    @property
    def bibtex(self) -> str:
        """The reference as an entry of BibTeX: special characters as commands of LaTeX, letters in UTF-8."""
        lines = [f"  {name} = {{{_value(name, self.fields[name])}}}" for name in FIELDS if name in self.fields]
        return f"@{self.type}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def _value(name: str, text: str) -> str:
    if name in VERBATIM:
        return re.sub(r"[{}\\\s]", "", text)
    if name == "author":  # an institution in braces is one name
        return " and ".join(_author(one) for one in _AND.split(text))
    if name == "pages":
        return escape_latex(text).replace("-", "--")
    escaped = escape_latex(text)
    return f"{{{escaped}}}" if name == "title" else escaped  # capitals stay as they are


def _author(name: str) -> str:
    whole = name.startswith("{") and name.endswith("}")
    return f"{{{escape_latex(name[1:-1])}}}" if whole else escape_latex(name)


@functools.cache
def references() -> dict[str, Reference]:
    """Every reference by its key, those of methods first."""
    with (Path(__file__).parent / "references.toml").open("rb") as file:
        return {key: reference(key, one) for key, one in tomllib.load(file).items()}


def reference(key: str, about: Mapping[str, Any]) -> Reference:
    """The reference of an entry of the list, or of one made like these."""
    of_data = "data" if "source" in about else "method"
    fields = {name: str(about[name]) for name in FIELDS if name in about}
    tags = {name: tuple(about.get(name, ())) for name in ("measures", "used_by", "columns")}
    return Reference(key, about["type"], fields, source=about.get("source", ""), kind=of_data, **tags)
