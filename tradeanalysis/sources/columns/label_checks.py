"""Checks of the labels of economies: unknown ones, several for one country, codes that their names contradict."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import Fix, share_of
from tradeanalysis.schema import PARTNER, VALUE
from tradeanalysis.sources.columns import code_systems
from tradeanalysis.sources.columns.meanings import COUNTRIES, KEPT, OTHER, Labels, names_beside
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.texts import EconomyName, Text

# What ``names=`` may say first of a label that looks like no partner.
FIRST = {"world": "World", "total": "drop", "part": "drop", "sum": "drop", "rest": "other"}
# Letters that an encoding lost: what stood there is not known.
_DAMAGED = re.compile(r"\ufffd|\w\?\w|\?\w|\?\?")
# Continents, as the tables of economies call them.
REGIONS = frozenset({"AFRICA", "AMERICAS", "ASIA", "EUROPE", "OCEANIA"})
# Labels that one fix names.
MOST_NAMED = 50
# So many labels are compared with the names of economies, which takes a hundredth of a second each.
MOST_COMPARED = 200


def check_labels(reading: Reading, labels: Labels, at: Array) -> None:
    """Labels that mean one country, and labels whose code and name are two."""
    _check_synonyms(reading, labels, at)
    _check_other_labels(reading, labels, at)
    _check_system(reading, labels, at)


def check_unknown(
    reading: Reading, labels: Labels, at: Array, strange: Array, looks: Mapping[int, str], options: ReadOptions
) -> None:
    """Labels that are blank, unknown or ambiguous, and hidden characters in them."""
    column = labels.column
    if (blank := (labels.kinds == "blank")[at]).any():
        reading.fault("TA-105", f"no_{column}", blank)
    if strange[at].any():
        seen = [int(i) for i in pd.unique(at[strange[at]])]
        numbers = [i for i in seen if code_systems.number(labels.labels[i])]
        systems = code_systems.holding(labels.labels, labels.system) if len(numbers) == len(seen) else []
        found = [_in_doubt(labels, i, looks) for i in seen]
        words: dict[str, Any] = {"found": found, "labels": [labels.texts[i] for i in seen]}
        if systems and not options.codes:
            effects = [Fix("codes", one, Text("reads_codes", system=one)) for one in systems]
            fixes = effects if len(effects) == 1 else []
            reading.fault("TA-106", f"numbers_unknown_{column}", strange[at], systems=systems, fixes=fixes, **words)
        else:
            if column == PARTNER and _none_is_an_economy(labels, at, strange):
                reading.fault("TA-106", "no_label_is_partner", strange[at], **words)
            else:
                fixes = _ways_out(reading, labels, at, seen, looks, options)
                reading.fault("TA-106", f"label_unknown_{column}", strange[at], fixes=fixes, **words)
    texts = [str(label) for label in labels.labels]
    hidden = np.array([any(unicodedata.category(c) in ("Cc", "Cf") for c in text) for text in texts])[at]
    if hidden.any():
        shown = sorted({ascii(texts[i][:40]) for i in pd.unique(at[hidden])})
        reading.fault("TA-132", f"hidden_{column}", hidden, shown=shown)


def _none_is_an_economy(labels: Labels, at: Array, strange: Array) -> bool:
    """Whether several labels are unknown, none is an economy, and few are near one: they may be products."""
    there = [int(i) for i in pd.unique(at)]
    unknown = [i for i in there if strange[i] and labels.kinds[i] == "unknown"]
    others = [labels.matches[labels.labels[i]].code for i in there if i not in unknown]
    looked = unknown[:MOST_NAMED]
    near = sum(bool(labels.matches[labels.labels[i]].candidates or names.slip(labels.texts[i])) for i in looked)
    return len(unknown) > 1 and 2 * near < len(looked) and all(code in ("", names.WORLD, OTHER) for code in others)


def _in_doubt(labels: Labels, i: int, looks: Mapping[int, str]) -> Text:
    """A label that is not known, and what it looks like, or what may have been meant."""
    text = str(labels.labels[i])
    label = repr(text) if len(text) <= 60 else f"{text[:60]!r}..."
    near = [
        Text("economy_of", code=code, economy=EconomyName(code)) for code in labels.matches[labels.labels[i]].candidates
    ]
    if i in looks:
        return Text(f"looks_{'total' if looks[i] == 'world' else looks[i]}", label=label)
    return Text("near_label", label=label, near=near) if near else Text("place", place=label)


def _ways_out(
    reading: Reading, labels: Labels, at: Array, seen: list[int], looks: Mapping[int, str], options: ReadOptions
) -> list[Fix]:
    """What ``names=`` may say of unknown labels, one fix for each meaning.

    None for a label that holds more than half of the value, nor for one that is a slip of nothing and near several.
    """
    meanings: dict[str, list[int]] = {}
    for i in seen[:MOST_COMPARED]:
        if (meaning := _first_meaning(reading, labels, i, looks)) is not None:
            meanings.setdefault(meaning, []).append(i)
            if meaning == "keep" and len(near := labels.matches[labels.labels[i]].candidates) == 1:
                meanings.setdefault(near[0], []).append(i)
    x = reading.table[VALUE].to_numpy()
    fixes = []
    for meaning, some in meanings.items():
        said = {labels.texts[i]: meaning for i in some[:MOST_NAMED]}
        value = {**(options.names or {}), **said}
        marked = np.isin(at, some[:MOST_NAMED])
        texts = list(map(repr, said))
        if meaning == "drop":
            fixes += reading.leave_out("names", value, marked, texts)
            continue
        key = {"keep": "keeps_labels", "other": "others_labels"}.get(meaning, "means_label")
        economy = {} if key != "means_label" else {"economy": EconomyName(names.resolve([meaning])[meaning].code)}
        effect = Text(key, labels=texts, share=share_of(marked, x) or 0.0, **economy)
        fixes.append(Fix("names", value, effect))
    return fixes


def _first_meaning(reading: Reading, labels: Labels, i: int, looks: Mapping[int, str]) -> str | None:
    """What ``names=`` may say of an unknown label; None where no answer is sure to be right."""
    if i in looks:
        return FIRST.get(looks[i]) or names.slip(labels.texts[i])
    if labels.kinds[i] == "ambiguous":
        return _region_among_regions(reading, labels, i)
    if code_systems.number(labels.labels[i]) or _DAMAGED.search(labels.texts[i]):
        return None
    return names.slip(labels.texts[i]) or ("keep" if labels.column == PARTNER else None)


def _region_among_regions(reading: Reading, labels: Labels, i: int) -> str | None:
    """The region that an ambiguous label means beside other regions, such as "America" beside "Asia" and "Europe"."""
    regions = [one for one in labels.matches[labels.labels[i]].candidates if one in REGIONS]
    if len(regions) != 1:
        return None
    # Of the file: rows that are sums of others are left out by now.
    headings = [one for one in reading.layout.columns.get(labels.column, ()) if one in reading.raw.cells]
    there = {label for one in headings for label in reading.raw.cells[one].dropna().unique()}
    return regions[0] if REGIONS & {match.code for match in names.resolve(there).values()} else None


def note_labels(reading: Reading, labels: Labels, at: Array) -> None:
    """Say what was kept as it is, and what is not allocated, with its share."""
    kind = labels.kinds
    if not set(kind) & {"unknown", KEPT, "unallocated"}:
        return
    # Of what is counted once: a total is left out.
    x = np.where((kind == "aggregate")[at], 0.0, reading.table[VALUE].to_numpy())
    for key, marked in (
        ("labels_kept_as_they_are", np.isin(kind, ("unknown", KEPT))[at]),
        ("labels_not_allocated", (kind == "unallocated")[at]),
    ):
        if marked.any():
            kept_texts = key == "labels_kept_as_they_are"
            found = (
                sorted(set(reading.table[labels.column].to_numpy()[marked])) if kept_texts else labels.named(at[marked])
            )
            share = float(share_of(marked, x) or 0)
            reading.note(key, column=Text(f"column_{labels.column}"), found=found, share=share)
    refused = any(one.id == "TA-106" and one.severity == "error" for one in reading.findings)
    if (kept := (kind == "unknown")[at]).any() and not refused:
        reading.fault("TA-106", "labels_kept", kept, named=labels.named(at[kept]), labels=labels.seen(at[kept]))
        reading.findings[-1] = replace(reading.findings[-1], override="warning")


def _check_synonyms(reading: Reading, labels: Labels, at: Array) -> None:
    """Labels that differ and mean one country: rows under them belong together."""
    there = np.zeros(len(labels.texts), dtype=bool)
    there[at] = True
    some = [i for i in np.flatnonzero(there) if labels.kinds[i] in COUNTRIES]
    seen = pd.Series({labels.texts[i]: labels.codes[i] for i in some})
    several = seen[seen.duplicated(keep=False)]
    if len(several):
        pairs = [
            Text("of_one_country", named=list(map(repr, one.index)), code=str(code))
            for code, one in several.groupby(several)
        ]
        marked = np.isin(labels.codes[at], several.unique())
        reading.fault("TA-133", f"synonyms_{labels.column}", marked, pairs=pairs)


def _check_other_labels(reading: Reading, labels: Labels, at: Array) -> None:
    """Rows whose code and name are two countries, as a merge that shifted them leaves behind."""
    for other in reading.other_labels.pop(labels.column, []):
        codes = labels.codes[at]
        number, distinct = pd.factorize(other)
        matches = [names.Match("blank"), *names.resolve(distinct).values()]
        single = np.array([one.kind in COUNTRIES for one in matches])[number + 1] & np.isin(labels.kinds, COUNTRIES)[at]
        differ = single & (np.array([one.code for one in matches], dtype=object)[number + 1] != codes)
        differ &= ~labels.said_of(at)
        if differ.any():
            seen = pd.unique(pd.Series(zip(codes[differ], distinct[number[differ]], strict=True)))
            pairs = [Text("beside", one=code, other=repr(str(label))) for code, label in seen]
            reading.fault("TA-121", f"code_and_name_{labels.column}", differ, pairs=pairs)


def _check_system(reading: Reading, labels: Labels, at: Array) -> None:
    """Numbers that mean other economies than the names beside them: those of another system."""
    beside = names_beside(reading, labels.column, labels, at)
    if beside is None:
        return
    codes = np.array([labels.matches[label].code for label in labels.labels], dtype=object)[at]
    codes = np.where((labels.kinds == "unallocated")[at], OTHER, codes)
    differ = (beside != "") & (codes != beside) & ~labels.said_of(at)
    differ &= (labels.kinds != "unallocated")[at]
    if not differ.any():
        return
    pairs = {(labels.labels[i], name) for i, name in zip(at, beside, strict=True) if name}
    better = code_systems.fitting(pairs, labels.system)
    if better is None and not codes[differ].any():
        return  # unknown numbers are refused as such
    seen = dict.fromkeys(zip(at[differ].tolist(), beside[differ].tolist(), strict=True))
    found = [Text("beside", one=labels.name_of(i), other=Text("quoted", name=EconomyName(name))) for i, name in seen]
    fixes = [Fix("codes", better, Text("reads_codes", system=better), safe=True)] if better else []
    key = f"codes_of_another_{labels.column}" if better else f"code_and_name_{labels.column}"
    reading.fault("TA-121", key, differ, pairs=found, fixes=fixes)
