"""Columns that say by how much the values beside them are to be multiplied: PowerCode, UNIT_MULT, SCALE."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import DOLLAR, Unit, unit_named
from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.schema import UNIT
from tradeanalysis.sources.columns.headings import MEASURES, heading_key
from tradeanalysis.sources.columns.layouts import Layout
from tradeanalysis.sources.columns.units import unit_in, units_in
from tradeanalysis.texts import InUnit, Text

# Words before codes: a table may have both.
HEADINGS = (
    *("powercode", "unitmultiplier", "scalarfactor", "multiplier", "scale", "scaling", "hesonhan"),
    *("unitmult", "powercodecode", "unitmultipliercode", "scalarfactorcode"),
)
POWERS = {
    **dict.fromkeys(("", "unit", "units", "one", "ones", "none", "donvi"), 0),
    **dict.fromkeys(("hundred", "hundreds"), 2),
    **dict.fromkeys(("thousand", "thousands", "1000", "000", "000s", "nghin", "ngan"), 3),
    **dict.fromkeys(("million", "millions", "1000000", "mn", "trieu"), 6),
    **dict.fromkeys(("billion", "billions", "1000000000", "bn", "ty"), 9),
    **dict.fromkeys(("trillion", "trillions"), 12),
}
_OTHER = re.compile(
    r"quantit|qty|weight|volume|net ?mass|kilogram|tonne|\btons?\b|\bkgs?\b|\bt\b|\bm3\b|\bheads?\b|litre|number of"
    r"|unit value|price|index|share|growth|per ?cent|%|balance|supplementary|tbg[ _]"
    r"|lượng|\btấn\b|đơn giá|tỷ trọng|tăng|cán cân"
)
_MONEY = re.compile(r"value|usd|us\$|dollar|eur|amount|fob|cif|trị giá|giá trị|kim ngạch|valor")
# How many labels are looked at.
MOST = 50
WORDS = {0: "", 3: "thousand", 6: "million", 9: "billion"}


def scale_column(cells: pd.DataFrame) -> str | None:
    """The heading of a column of scale."""
    keys = {heading_key(str(name)): str(name) for name in reversed(list(cells.columns))}
    return next((keys[key] for key in HEADINGS if key in keys), None)


def powers(cells: pd.DataFrame) -> npt.NDArray[np.intp] | None:
    """The power of ten of each row, where a column says it."""
    if (name := scale_column(cells)) is None:
        return None
    numbers, distinct = pd.factorize(cells[name])
    found = {one: _power(one) for one in distinct}
    if strange := [str(one) for one, power in found.items() if power is None]:
        raise fault("TA-109", "scale_unknown", labels=strange, column=repr(name), words=list(map(repr, strange)))
    return np.array([*(found[one] for one in distinct), 0], dtype=np.intp)[numbers]


def _power(label: object) -> int | None:
    """The power of ten that a label says: 6, "Millions", "6: Millions", "10^6"."""
    text = str(label).strip().removesuffix(".0")
    if match := re.fullmatch(r"(?:10\^)?(\d{1,2})(?:\s*[:\-].*)?", text):
        return int(match[1])
    return POWERS.get(names.key(text))


def kind(label: object) -> str | None:
    """Whether a label is of "money", or of something "other": a quantity, a price, a share; None where it is neither.

    Examples
    --------
    >>> [kind(label) for label in ("Export Value", "VALUE_IN_EUROS", "QUANTITY_IN_100KG", "Unit value", "Rice")]
    ['money', 'money', 'other', 'other', None]
    """
    text = str(label).replace("_", " ").lower()
    if _OTHER.search(text):
        return "other"
    return "money" if _MONEY.search(text) or unit_in(text) else None


def stated_units(cells: pd.DataFrame, around: frozenset[str]) -> frozenset[str]:
    """The units that the texts around a table and its columns of measures state, in the scale of a column of scale."""
    columns = [name for name in cells.columns if name == UNIT or heading_key(str(name)) in MEASURES]
    labels = (str(one) for name in columns for one in cells[name].dropna().unique()[:MOST])
    texts = [label for label in labels if kind(label) == "money"]
    if (scale := powers(cells)) is not None and len(found := set(scale.tolist())) == 1:
        word = WORDS.get(found.pop(), "")
        texts = [f"{word} {text}" if _is_unscaled(text) else text for text in texts]
    return around | units_in(texts)


def _is_unscaled(text: str) -> bool:
    """Whether a text states a unit of money without a scale."""
    unit = unit_named(unit_in(text))
    return unit is not None and unit.size == 1.0


def scales(cells: pd.DataFrame, layout: Layout, given: str | None) -> Any:
    """What each row's value is multiplied by, beside its unit.

    Raises
    ------
    UnitError
        The unit that is given or stated and the column of scale differ.
    """
    if not layout.scaled or (power := powers(cells)) is None or not len(power):
        return 1.0
    unit = unit_named(layout.unit)
    size = unit.size if unit else 1.0
    if (10.0**power == size).all():
        return 1.0
    if size != 1.0 or given is not None:
        words = sorted(set(map(str, cells[scale_column(cells)])))
        sizes = {float(one) for one in 10.0**power}
        right = [str(Unit(one, unit.currency if unit else DOLLAR)) for one in sizes if len(sizes) == 1]
        fixes = [Fix("unit", one, Text("reads_in_unit", unit=InUnit(one))) for one in right if unit_named(one)]
        raise fault(
            "TA-109",
            "scale_against_unit",
            labels=words,
            unit=layout.unit,
            column=repr(scale_column(cells)),
            words=list(map(repr, words)),
            fixes=fixes,
        )
    return 10.0**power
