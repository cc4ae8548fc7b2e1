"""Checks of reporters and partners: missing, unknown and double-counted labels, and sums against the World row."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.context import LONG_NAME, Context, blank, listed, of_labels
from tradeanalysis.gate.findings import Finding, Fix, finding
from tradeanalysis.schema import (
    FLOW,
    PARTNER,
    PARTNER_NAME,
    PERIOD,
    PRODUCT,
    REPORTER,
    REPORTER_NAME,
    UNIT,
    YEAR,
)
from tradeanalysis.texts import EconomyName, Few, Text

WORLD = names.WORLD
# Labels that name no one economy.
NOT_SURE = ("unknown", "ambiguous", "blank")
# So many partners of one value are no coincidence.
MANY = 10
# A gap this large between two totals is one of units.
FAR = 100.0


def keys_missing(at: Context) -> Iterator[Finding]:
    """Rows that do not say what they are."""
    for column in at.profile.keys(REPORTER, PARTNER, FLOW, YEAR, at.over):
        empty = at.each(column, blank)
        if empty.any():
            yield at.profile.finding("TA-105", "key_missing", cells=empty, column=column)
    products = at.profile.products
    if products is not None:
        empty = of_labels(products[PRODUCT], blank) & (products["rows"].to_numpy() > 0)
        if empty.any() and not empty[products["rows"] > 0].all():
            yield at.profile.finding("TA-105", "no_product", products=empty)


def countries(at: Context) -> Iterator[Finding]:
    """Labels of unknown countries, and countries whose code and name differ."""
    for column in at.profile.keys(REPORTER, PARTNER):
        found = at.matches[column]
        doubtful = ("ambiguous", "unknown") if at.unknown == "raise" else ("ambiguous",)
        strange = at.is_kind(column, *doubtful)
        if column == REPORTER and strange.any():  # no country is a name; what is nearly a country's is a slip
            slips = {one for one, match in found.items() if match.kind == "unknown" and names.slip(str(one))}
            strange &= at.is_kind(column, "ambiguous") | at.each(column, slips.__contains__)
        if strange.any():
            seen = list(pd.unique(at.cells[column].to_numpy(dtype=object)[strange]))
            words = [candidates(one, found[one]) for one in seen]
            key = f"label_unknown_{column}_in_table"
            yield at.profile.finding("TA-106", key, cells=strange, labels=seen, found=words)
    for column, name in ((REPORTER, REPORTER_NAME), (PARTNER, PARTNER_NAME)):
        if column in at.cells and name in at.cells:
            sure = ~(at.is_kind(column, *NOT_SURE) | at.is_kind(name, *NOT_SURE))
            differ = sure & (at.code[column] != at.code[name])
            if differ.any():
                seen = at.cells.loc[differ, [column, name]].drop_duplicates()
                few = [Text("beside", one=repr(a), other=repr(b)) for a, b in seen.head().itertuples(index=False)]
                key = f"code_and_name_{column}"
                yield at.profile.finding("TA-121", key, cells=differ, pairs=Few(few, len(seen)))


def candidates(label: object, match: names.Match) -> Text:
    """A label, and what may have been meant."""
    near = [Text("economy_of", code=code, economy=EconomyName(code)) for code in match.candidates]
    text = str(label) if len(str(label)) <= 60 else f"{str(label)[:60]}..."
    return Text("near_label", label=repr(text), near=near) if near else Text("place", place=repr(text))


def aggregates(at: Context) -> Iterator[Finding]:
    """Totals and blocs among the partners, and blocs on an axis of blocs that share members."""
    for column in at.profile.keys(REPORTER, PARTNER):
        marked = at.is_kind(column, "aggregate")
        if marked.any():
            key, seen = f"aggregate_as_{column}_in_table", at.labels(column, marked)
            rows = int(at.cells["rows"].to_numpy()[marked].sum())
            held = float(at.cells["value"].to_numpy()[marked].sum())
            effect = Text("leaves_out_rows_of_table", rows=rows, labels=seen, value=held)
            ways = [Fix("drop_aggregates", True, effect, safe=True)]
            yield at.profile.finding("TA-104", key, cells=marked, labels=seen, named=seen, fixes=ways)


def blocs(at: Context) -> Iterator[Finding]:
    """On an axis of blocs: the total, and blocs that share members."""
    if at.over in (REPORTER, PARTNER, PRODUCT):
        return
    axis = at.cells[at.over]
    found = names.resolve(label for label in axis.unique() if not blank(label))
    known = set(names.blocs()["bloc"])
    members = {label: set(names.bloc(one.code)) for label, one in found.items() if one.code in known}
    members |= {label: {one.code} for label, one in found.items() if one.kind == "country"}
    total = at.each(at.over, lambda label: not blank(label) and found[label].code == WORLD)
    if total.any():
        named = at.labels(at.over, total)
        yield at.profile.finding("TA-104", "total_in_axis", cells=total, axis=repr(at.over), named=named)
    shared = {(a, b): members[a] & members[b] for a, b in itertools.combinations(members, 2) if members[a] & members[b]}
    if shared:
        pairs = [
            Text("blocs_and_members", one=repr(a), other=repr(b), members=sorted(both))
            for (a, b), both in shared.items()
        ]
        touched = at.each(at.over, lambda label: any(label in pair for pair in shared))
        yield at.profile.finding("TA-113", "blocs_of_axis_share", cells=touched, pairs=pairs)


def unallocated(at: Context) -> Iterator[Finding]:
    """Value that is not allocated to a partner."""
    if PARTNER not in at.cells:
        return
    rest = at.is_kind(PARTNER, "unallocated")
    if rest.any():
        size = at.cells["size"].to_numpy()
        severity: Severity = (
            "warning" if size[rest].sum() > 0.01 * size[~at.is_kind(PARTNER, "aggregate")].sum() else "info"
        )
        named = at.labels(PARTNER, rest)
        yield at.profile.finding("TA-119", "no_single_partner", cells=rest, override=severity, named=named)


def own_trade(at: Context) -> Iterator[Finding]:
    """Trade of a reporter with itself."""
    if REPORTER in at.cells and PARTNER in at.cells:
        own = (at.code[REPORTER] == at.code[PARTNER]) & ~at.is_kind(PARTNER, "blank")
        if own.any():
            codes = sorted(set(at.code[REPORTER][own]))
            yield at.profile.finding("TA-118", "own_trade_in_table", cells=own, codes=codes)


def synonyms(at: Context) -> Iterator[Finding]:
    """Labels that differ and mean one country."""
    for column in at.profile.keys(REPORTER, PARTNER):
        known = at.is_kind(column, "country", "historical")
        of = at.profile.coded[column]
        if len(np.unique(at.code[column][known])) == len(np.unique(of.number[known])):
            continue
        seen = pd.DataFrame({"code": at.code[column], "label": at.cells[column]})[known].drop_duplicates()
        several = {str(code): of["label"] for code, of in seen[seen.duplicated("code", keep=False)].groupby("code")}
        if several:
            pairs = [
                Text("of_one_country", named=[repr(str(one)) for one in labels], code=code)
                for code, labels in several.items()
            ]
            marked = np.isin(at.code[column], list(several)) & known
            key = f"synonyms_{column}_in_table"
            yield at.profile.finding("TA-133", key, cells=marked, override="error", pairs=pairs)


def identical(at: Context) -> Iterator[Finding]:
    """One value for every partner of a group, as a join without the partner leaves behind."""
    if PARTNER not in at.cells:
        return
    keys = at.profile.keys(REPORTER, FLOW, YEAR, PERIOD, UNIT)
    groups, value = at.groups(keys), at.cells["value"].to_numpy()
    least, most = np.full(len(groups.first), np.inf), np.full(len(groups.first), -np.inf)
    number, x = groups.number[at.single], value[at.single]
    np.minimum.at(least, number, x)
    np.maximum.at(most, number, x)
    same = (least == most) & (groups.count(at.single) >= MANY) & (most > 0)
    marked = same[groups.number] & at.single & at.present(keys)
    if marked.any():
        yield at.profile.finding("TA-107", "identical_values", cells=marked, override="warning")


def past(at: Context) -> Iterator[Finding]:
    """Economies of the past; a warning where the year is later than they are."""
    for column in at.profile.keys(REPORTER, PARTNER):
        gone = at.is_kind(column, "historical")
        if not gone.any():
            continue
        entries = [names.country(code) for code in sorted(set(at.code[column][gone]))]
        late = np.zeros(len(gone), dtype=bool)
        if YEAR in at.cells:
            year = pd.to_numeric(at.cells[YEAR], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
            for entry in entries:
                late |= (at.code[column] == entry.iso3) & (year > (entry.valid_to or np.inf))
        ended = [
            Text("economy_until", economy=EconomyName(one.iso3), code=one.iso3, year=str(one.valid_to))
            for one in entries
        ]
        severity: Severity = "warning" if late.any() else "info"
        key = f"{column}_of_the_past{'_late' if late.any() else ''}"
        yield at.profile.finding("TA-134", key, cells=gone, override=severity, ended=ended)


def spelling(at: Context) -> Iterator[Finding]:
    """Names with invisible characters, and texts too long for a name."""
    for column in at.profile.keys(REPORTER, PARTNER):
        long = at.each(column, lambda label: len(str(label)) > LONG_NAME)
        hidden = at.each(column, _hides)
        if long.any():
            key = f"{column}_too_long"
            yield at.profile.finding("TA-132", key, cells=long, override="error", most=LONG_NAME)
        if hidden.any():
            shown = sorted({ascii(str(label)[:40]) for label in at.cells[column][hidden]})
            yield at.profile.finding("TA-132", f"hidden_{column}_in_table", cells=hidden, shown=shown)


def _hides(label: object) -> bool:
    """Whether a label holds characters that are not seen."""
    text = str(label)
    return not text.isprintable() and any(unicodedata.category(c) in ("Cc", "Cf") for c in text)


def against_world(at: Context) -> Iterator[Finding]:
    """Partners against the World row."""
    if PARTNER not in at.cells:
        return
    world, part = at.code[PARTNER] == WORLD, ~at.is_kind(PARTNER, "aggregate", "blank")
    if not world.any():
        return
    keys = at.profile.keys(REPORTER, FLOW, YEAR, PERIOD, UNIT)
    there, value = at.present(keys), at.cells["value"].to_numpy()
    groups = at.groups(keys)
    both = (groups.count(world & there) > 0) & (groups.count(part & there) > 0)
    cells = at.cells[keys].iloc[groups.first[both]].reset_index(drop=True)
    sums = {name: groups.sums(value, of & there)[both] for name, of in (("world", world), ("parts", part))}
    yield from gaps_to_world(cells.assign(**sums), keys, at.tolerance, at.limit)


# The gap of the partners to a World row above which it is reported, and above which it is refused, by default.
TOLERANCE, LIMIT = 0.005, 0.05


def gaps_to_world(groups: pd.DataFrame, keys: list[str], tolerance: float, limit: float) -> Iterator[Finding]:
    """Sums of partners and World rows by group: those that differ; an error where the gap exceeds the limit."""
    groups = groups[(groups["world"] > 0) & groups["parts"].notna()]
    gap = groups["parts"] / groups["world"] - 1
    off = groups.assign(gap=gap)[gap.abs() > tolerance].sort_values("gap", key=np.abs, ascending=False)
    if off.empty:
        return
    ratio = off["parts"].iloc[0] / off["world"].iloc[0]
    severity: Severity = "error" if off["gap"].abs().max() > limit else "warning"
    yield finding(
        "TA-114",
        "off_world" if 1 / FAR < ratio < FAR else "off_world_by_unit",
        share=float(off["world"].sum() / groups["world"].sum()),
        override=severity,
        off=len(off),
        groups=len(groups),
        places=listed(off, keys, "place_gap"),
    )
