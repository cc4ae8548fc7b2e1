"""What the labels of one column of economies mean: as ``names=`` says, by ``codes=``, or as ``names`` knows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.sources.columns import code_systems
from tradeanalysis.sources.columns.reading import Array, Reading, places_of
from tradeanalysis.sources.options import MEANINGS, ReadOptions
from tradeanalysis.texts import EconomyName, Text

COUNTRIES = ("country", "historical")
# Kinds that ``names=`` gives beside those of the tables: a label of one's own, and one whose rows are left out.
KEPT, DROPPED = "kept", "dropped"
OTHER = "OTH"
# What a group of economies is that has no name here.
GROUP = names.Match("aggregate", "ECONOMY_GROUP")


class Labels:
    """The distinct labels of a column of economies: their texts, their codes and the kind of each.

    ``system`` is whose numbers they are, ``groups`` a pattern of codes that are sums of others. The arrays may be
    changed while the roles of the labels are settled.
    """

    def __init__(
        self, column: str, distinct: Any, given: Mapping[str, str | None], system: str, groups: str = ""
    ) -> None:
        self.column, self.system = column, system
        self.labels = [*distinct, ""]  # a missing label has the number -1
        said = {names.key(label): meaning for label, meaning in given.items()}
        self.said = [said.get(names.key(label), ...) if str(label).strip() else ... for label in self.labels]
        self.matches = names.resolve(distinct)
        self.matches.setdefault("", names.Match("unknown"))
        if system != code_systems.UN:
            known = {label: code_systems.meant(label, system) for label in self.labels}
            self.matches |= {label: match for label, match in known.items() if match}
        unknown = [label for label, match in self.matches.items() if match.kind == "unknown"] if groups else []
        self.matches |= {label: GROUP for label in unknown if re.fullmatch(groups, str(label).strip())}
        self.matches |= {
            label: _as_said(meaning, self.matches[label])
            for label, meaning in zip(self.labels, self.said, strict=True)
            if meaning is not ...
        }
        self.texts = [str(label).strip() for label in self.labels]
        pairs = [(self.matches[label], text) for label, text in zip(self.labels, self.texts, strict=True)]
        self.kinds = np.array([match.kind if text else "blank" for match, text in pairs], dtype=object)
        self.codes = np.array([match.code or text for match, text in pairs], dtype=object)
        # Why a label is what it is, where neither its name nor its code says so.
        self.why: dict[int, Text] = {}

    def named(self, at: Array) -> list[str]:
        """Some labels as the file has them; a code with its name, and what is special about it."""
        return [self.name_of(i) for i in pd.unique(at)]

    def name_of(self, i: int) -> str:
        """A label as the file has it; a code with its name, and why it is what it is."""
        label, code = self.labels[i], self.matches[self.labels[i]].code
        text: str = repr(str(label))
        if not str(label).isalpha() and code:
            text = Text("label_of", label=text, economy=EconomyName(code))
        return Text("label_because", label=text, why=self.why[i]) if i in self.why else text

    def seen(self, at: Array) -> list[str]:
        """The labels of some rows, as texts."""
        return [self.texts[i] for i in pd.unique(at)]

    def said_of(self, at: Array) -> Array:
        """The rows of labels of which ``names=`` says something."""
        return np.array([meaning is not ... for meaning in self.said])[at]


def _as_said(meaning: str | None, known: names.Match) -> names.Match:
    """What ``names=`` says of a label: a code, left out, not allocated, or kept as it is."""
    if meaning is None or meaning == "drop":
        return names.Match(DROPPED)
    if meaning == "other":
        return names.Match("unallocated", OTHER)
    if meaning == "keep":
        kept_bloc = known.kind == "aggregate" and known.code != names.WORLD
        return names.bloc_of_its_own(known.code) if kept_bloc else known if known.code else names.Match(KEPT)
    return names.resolve([meaning])[meaning]


def coded(reading: Reading, column: str, options: ReadOptions) -> tuple[Labels, Array]:
    """The labels of a column of economies, and the number of each row's label."""
    numbers, distinct = pd.factorize(reading.table[column])
    system = system_of(reading, column, options)
    labels = Labels(column, distinct, options.names or {}, system, reading.layout.groups)
    # Two labels of one country are two parts of it; one label that comes twice is a row too many.
    reading.labels[column] = places_of(labels.texts, numbers)[0]
    if system != code_systems.UN and any(map(code_systems.number, labels.labels)):
        key = "codes_as_given" if options.codes else "codes_by_headings"
        reading.note(key, column=Text(f"column_{column}"), system=repr(system))
    return labels, numbers


def system_of(reading: Reading, column: str, options: ReadOptions) -> str:
    """Whose numbers a column has: as ``codes=`` says, else as the headings do, else the United Nations'."""
    if options.codes:
        return options.codes
    if reading.layout.codes:
        return reading.layout.codes
    cells = reading.raw.cells
    there = [heading for heading in reading.layout.columns.get(column, ()) if heading in cells]
    if not there or reading.layout.name not in ASK_HEADINGS:
        return code_systems.UN
    return code_systems.system_from(str(there[0]), [str(heading) for heading in cells]) or code_systems.UN


# Layouts that do not say themselves whose numbers they have.
ASK_HEADINGS = ("canonical", "columns named by hand", "headings in words")


def names_beside(reading: Reading, column: str, labels: Labels, at: Array) -> Array | None:
    """The code that a name in another column gives to each row; None where numbers have no names beside them.

    Names stand in a column whose labels are mostly economies, one for each number.
    """
    there = reading.layout.columns.get(column, ())
    known_source = reading.layout.name not in ASK_HEADINGS
    if known_source or not any(map(code_systems.number, labels.labels)):
        return None
    for heading in reading.unused:
        if heading in there or heading not in reading.raw.cells:
            continue
        beside = reading.raw.cells[heading]
        if isinstance(beside, pd.DataFrame):  # a heading that stands twice
            continue
        beside = beside[~beside.index.duplicated()]  # years side by side have the same names in each
        few = beside.head(200).dropna().astype(str)
        if few.empty or few.str.fullmatch(r"[\s\d.,]*").any():
            continue
        number, distinct = pd.factorize(beside.loc[reading.table.index])
        found = [names.Match("blank"), *names.resolve(distinct).values()]
        known = sum(one.kind not in ("unknown", "ambiguous", "blank") for one in found)
        pairs = pd.DataFrame({"at": at, "name": number}).drop_duplicates()
        one_to_one = not pairs["at"].duplicated().any() and (len(pairs) > 1 or _related(heading, there))
        if known >= max(1, 0.6 * (len(found) - 1)) and one_to_one:
            return np.array([one.code for one in found], dtype=object)[number + 1]
    return None


def _related(heading: str, others: Collection[str]) -> bool:
    """Whether a heading has a word, or its beginning, in common with one of others: "CTYNAME" and "CTY_CODE"."""
    return any(heading[:3] == other[:3] or set(heading.split()) & set(other.split()) for other in others)


def wrong_meaning(given: Mapping[str, str | None], label: object) -> str | None:
    """What ``names=`` gives for a label of an economy, if it is neither a word of it nor one known economy."""
    said = {names.key(one): meaning for one, meaning in given.items()}
    meaning = said.get(names.key(label))
    if meaning is None or meaning in MEANINGS or names.resolve([meaning])[meaning].code:
        return None
    return meaning
