"""Which labels among the partners are markets, and which are sums of others: sums say it first, then members."""

from __future__ import annotations

import itertools
from collections.abc import Collection

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import YEAR
from tradeanalysis.sources.columns.label_sums import LabelSums
from tradeanalysis.sources.columns.label_words import plain, role_of
from tradeanalysis.sources.columns.meanings import OTHER, Labels
from tradeanalysis.sources.columns.reading import Array
from tradeanalysis.sources.formats.row_roles import says_owner
from tradeanalysis.texts import Text

# What a label is called that is a country without some of its parts, beside the country with them.
PART_OF_COUNTRY = ("mainland", "metropolitan", "continental", "excluding", "excl", "without")
# What became of economies of the past: where all of it is in a table, the whole is its sum.
SUCCESSORS = {
    "SCG": ("SRB", "MNE"),
    "BLX": ("BEL", "LUX"),
    "CSK": ("CZE", "SVK"),
    "ANT": ("CUW", "SXM", "BES"),
    "ZA1": ("ZAF", "BWA", "LSO", "NAM", "SWZ"),
}
# The share of a bloc that its members in the table must hold for it to be their sum, small members left out.
NEARLY_ALL = 0.95
HALF = 0.5


def sums_of(table: pd.DataFrame, labels: Labels, at: Array) -> LabelSums:
    """The sums of a table by label."""
    return LabelSums(table, at, len(labels.labels))


def single(labels: Labels) -> set[int]:
    """The labels that are no sums of others."""
    return {i for i, kind in enumerate(labels.kinds) if kind not in ("aggregate", "blank", "dropped")}


def settle_wholes(labels: Labels, sums: LabelSums) -> None:
    """Mark a country that holds a part beside it ("China", "China, mainland"), and one that is its successors."""
    by_code: dict[str, list[int]] = {}
    for i in single(labels):
        by_code.setdefault(str(labels.codes[i]), []).append(i)
    for several in (one for one in by_code.values() if len(one) > 1):
        parts = [i for i in several if _is_part(labels, i)]
        for whole in (i for i in several if i not in parts):
            beside = sums.there[:, whole] & sums.there[:, parts].any(axis=1)
            if parts and beside.any() and labels.said[whole] is ...:
                labels.kinds[whole] = "aggregate"
                labels.why[whole] = Text("why_whole", part=repr(str(labels.labels[parts[0]])))
    for code, after in SUCCESSORS.items():
        members = [i for one in after for i in by_code.get(one, ())]
        for whole in by_code.get(code, ()):
            if labels.said[whole] is ... and len(members) > 1 and sums.is_sum(whole, members):
                labels.kinds[whole] = "aggregate"
                labels.why[whole] = Text("why_successors")


def _is_part(labels: Labels, i: int) -> bool:
    words = plain(labels.labels[i]).split()
    fao_mainland = labels.system == "fao" and str(labels.labels[i]).strip().removesuffix(".0").lstrip("0") == "41"
    return fao_mainland or any(word in words for word in PART_OF_COUNTRY)


def blocs_without_members(labels: Labels, sums: LabelSums, table: pd.DataFrame) -> dict[int, list[int]]:
    """The blocs that are markets, not sums of others, and those of their members that the table has all the same.

    The file's own total says it, where it holds the bloc beside the countries or does not; else the members do.
    """
    totals = [i for i in _aggregates(labels) if labels.codes[i] == names.WORLD]
    blocs = [i for i in _aggregates(labels) if labels.codes[i] != names.WORLD and i not in labels.why]
    countries = {i for i in single(labels) if labels.kinds[i] != "unallocated"}
    if not blocs or not (countries or totals):
        return {}  # blocs are all there is: the axis, or a file without a split by partner
    for total in totals:
        held = sums.in_total(total, single(labels), blocs)
        if held is not None:
            return {i: [] for i in sorted(held)}
    year = int(table[YEAR].max()) if YEAR in table and len(table) else None
    members_of = {i: names.members_of(str(labels.codes[i]), year) for i in blocs}
    listed = {i: _beside(labels, sums, countries, i, members) for i, members in members_of.items()}
    some = {i: beside for i, beside in listed.items() if beside and members_of[i] is not None}
    for total in totals:
        held = sums.in_total(total, single(labels), blocs, some) if some else None
        if held:
            for i in held & set(some):
                labels.why[i] = Text("why_partly", members=[repr(labels.texts[j]) for j in some[i]])
            return {i: some.get(i, []) for i in sorted(held)}
    found = {}
    for i in blocs:
        members, beside, groups = members_of[i], listed[i], sums.there[:, i]
        rest = [j for j in _rests(labels) if beside]
        # Of a long series the bloc is the sum of those who were its members at the time.
        ever = _beside(labels, sums, countries, i, _ever_members(str(labels.codes[i]), table)) if beside else beside
        held_there = sums.of([*{*beside, *ever}, *rest])[groups].sum()
        enough = held_there >= NEARLY_ALL * sums.by_label[groups, i].sum()
        if not enough and not sums.is_run(i):
            found[i] = [] if members is None else beside
            if found[i]:
                labels.why[i] = Text("why_partly", members=[repr(labels.texts[j]) for j in beside])
    return found


def _ever_members(code: str, table: pd.DataFrame) -> set[str]:
    """The members of a bloc in any year of the table."""
    years = [int(one) for one in table[YEAR].unique()] if YEAR in table else []
    return {member for year in years for member in names.members_of(code, year) or ()}


def _beside(labels: Labels, sums: LabelSums, some: set[int], bloc: int, members: Collection[str] | None) -> list[int]:
    """The countries that are members of a bloc, or may be, and stand beside it."""
    inside = sorted(j for j in some if members is None or labels.codes[j] in members)
    return [j for j in inside if (sums.there[:, j] & sums.there[:, bloc]).any()]


def _aggregates(labels: Labels) -> list[int]:
    return [i for i, kind in enumerate(labels.kinds) if kind == "aggregate"]


def _rests(labels: Labels) -> list[int]:
    return [i for i, kind in enumerate(labels.kinds) if kind == "unallocated"]


def overlapping(labels: Labels, some: dict[int, list[int]]) -> tuple[int, int] | None:
    """Two blocs that share members, the smaller first: kept beside each other they would count twice."""
    members = {i: names.members_of(str(labels.codes[i])) or frozenset() for i in some}
    for i, j in itertools.combinations(some, 2):
        if members[i] & members[j]:
            return (i, j) if len(members[i]) <= len(members[j]) else (j, i)
    return None


def disguised(labels: Labels, sums: LabelSums) -> dict[int, str]:
    """Unknown labels that are likely no partners, and how they look: a total, "world" where it holds all, a "part", a
    "rest", a "sum" of others, or "half" of the value.
    """
    unknown = [i for i, kind in enumerate(labels.kinds) if kind == "unknown" and labels.texts[i]]
    if not unknown:
        return {}
    partners = single(labels)
    known = partners - set(_rests(labels))
    all_ = sums.of(partners).sum()
    found: dict[int, str] = {}
    of_partners, of_known = (sums.may_be_sums(some) for some in (partners, known))
    for i in unknown:
        looks: str | None = role_of(labels.labels[i]) or ("part" if says_owner(str(labels.labels[i])) else None)
        if looks == "total" and sums.holds_all(i, partners):
            looks = "world"
        is_sum = (of_partners[i] and sums.is_sum(i, partners)) or (of_known[i] and sums.is_sum(i, known))
        if looks is None and (is_sum or sums.is_run(i)):
            looks = "sum"
        if looks is None and all_ and sums.by_label[:, i].sum() > HALF * all_:
            looks = "half"
        if looks is not None:
            found[i] = looks
    return found


def make_markets(labels: Labels, some: dict[int, list[int]], how: str) -> None:
    """Make blocs without members markets of their own ("keep"), or not allocated ("other")."""
    for i in some:
        match = names.bloc_of_its_own(str(labels.codes[i])) if how == "keep" else names.Match("unallocated", OTHER)
        labels.kinds[i], labels.codes[i] = match.kind, match.code


def beyond_members(
    table: pd.DataFrame, value: str, at: Array, sums: LabelSums, some: dict[int, list[int]]
) -> pd.DataFrame:
    """The table with blocs of which some members are there reduced to what these do not hold.

    A negative value of a member is none that it holds: it is refused, or left out.
    """
    read = table[value].to_numpy(dtype=float)
    x, positive = read.copy(), np.maximum(np.nan_to_num(read), 0.0)
    for i, members in some.items():
        if members:
            mine = at == i
            held = np.bincount(sums.every, weights=np.where(np.isin(at, members), positive, 0.0))
            x[mine] = np.maximum(read[mine] - held[sums.every[mine]], 0.0)
    return table.assign(**{value: x})
