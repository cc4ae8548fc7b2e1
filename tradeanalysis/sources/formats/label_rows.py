"""The cells of a table with the role of each row beside them, and the products that stand in rows of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import row_said
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.sources.columns.headings import flow_of_value, heading, is_no_value, meaning
from tradeanalysis.sources.columns.layouts import is_partner
from tradeanalysis.sources.columns.numbers import parse
from tradeanalysis.sources.columns.periods import cell_text, month_alone, period
from tradeanalysis.sources.formats.heading_rows import is_number, is_order
from tradeanalysis.sources.formats.row_roles import (
    MARKET,
    MOST_ROWS,
    SUBTOTAL,
    TOTAL,
    Role,
    bare,
    depth_of,
    roles_of,
    says_of_which,
)
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import Text

# Sums are looked for in so many columns of values, spread over all; and a table of so many groups has none.
MOST_COLUMNS, MOST_GROUPS = 6, 500
# How a row begins that says by what the rows below it split the total, by its key.
_SPLIT = re.compile(r"(phan|chia)theo|bymarket|bycountry|bypartner")


@dataclass(frozen=True)
class Look:
    """How a cell looks: the steps of its indent, and whether it is bold."""

    indent: int = 0
    bold: bool = False


def with_roles(
    body: pd.DataFrame, looks: Mapping[tuple[int, int], Look], where: str, named: Collection[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """The rows with numbers and their roles in a column of its own, where a table is one of labels; and notes."""
    if not 1 < len(body) <= MOST_ROWS:
        return body, []
    at = _label_column(body)
    every = _value_columns(body, at, {heading(one) for one in named})
    if at is None or not every:
        return body, []
    values = _spread(every)
    body, labels = _labelled(body, at)
    body, labels, sections, kept, notes = _without_sections(body, labels, every, where)
    if not len(body) or all(kind in ("country", "historical") for kind in _kinds(labels)):
        return _with_products(body, at, sections, [Role(MARKET)] * len(body)), notes
    x, places = _numbers(body, values)
    depths = _depths(
        body,
        at,
        labels,
        {(new, col): looks[row, col] for new, row in enumerate(kept) for col in range(at + 1) if (row, col) in looks},
    )
    roles = _grouped(body, labels, x, places, depths)
    if roles is None:
        return body, notes
    cells = body.assign(**{ROLE: [role.name for role in roles]})
    cells, more = _bare_labels(cells, at, where)
    return _with_products(cells, at, sections, roles), notes + more


def _kinds(labels: Sequence[str]) -> list[str]:
    found = names.resolve(labels, near=False)
    return [found[label].kind for label in labels]


def _label_column(body: pd.DataFrame) -> int | None:
    """The column of partners, or of the first texts."""
    heads = [str(head) for head in body.columns]
    named = [i for i, head in enumerate(heads) if head == PARTNER or is_partner(head)]
    for i in named or range(len(heads)):
        texts = [text for text in map(cell_text, body.iloc[:, i]) if text]
        words = sum(not is_number(text) for text in texts)
        if not is_order(heads[i]) and 2 * words > len(texts) and period(heads[i]) is None:
            return i
    return None


def _value_columns(body: pd.DataFrame, label: int | None, wanted: Collection[str]) -> list[int]:
    """Columns of values by their headings, else those of numbers; not those of codes, shares, changes, quantities."""
    heads = [str(head) for head in body.columns]
    may = [i for i, head in enumerate(heads) if i != label and not is_order(head) and not is_no_value(head)]
    if by_hand := [i for i in may if heading(heads[i]) in wanted and _is_numeric(body.iloc[:, i])]:
        return by_hand
    named = [i for i in may if flow_of_value(heads[i])[0] or period(heads[i]) or month_alone(heads[i])]
    return named or [i for i in may if meaning(heads[i]) is None and _is_numeric(body.iloc[:, i])]


def _spread(columns: Sequence[int]) -> list[int]:
    """So many columns that sums are looked for in, spread over all."""
    if len(columns) <= MOST_COLUMNS:
        return [*columns]
    return [columns[round(k * (len(columns) - 1) / (MOST_COLUMNS - 1))] for k in range(MOST_COLUMNS)]


def _is_numeric(column: pd.Series[Any]) -> bool:
    texts = [text for text in map(cell_text, column.head(50)) if text]
    return bool(texts) and 2 * sum(map(is_number, texts)) > len(texts)


def _labelled(body: pd.DataFrame, at: int) -> tuple[pd.DataFrame, list[str]]:
    """The label of each row; where its cell is empty, the text of a merged cell to its left, such as a total's."""
    cells = body.to_numpy(dtype=object).copy()
    labels = [cell_text(cell) for cell in cells[:, at]]
    changed: dict[int, str] = {}
    for i in (i for i, label in enumerate(labels) if not label):
        left = {text: j for j, text in enumerate(map(cell_text, cells[i, :at])) if len(text) > 1}
        said = [text for text in left if names.resolve([text], near=False)[text].kind == "aggregate"]
        if said:
            changed[i] = said[0]
            cells[i, left[said[0]]] = ""
            cells[i, at] = said[0]
    if not changed:
        return body, labels
    full = [changed.get(i, label) for i, label in enumerate(labels)]
    body = body.copy()
    for j in range(at + 1):
        body.isetitem(j, cells[:, j])
    return body, full


def _without_sections(
    body: pd.DataFrame, labels: list[str], values: Sequence[int], where: str
) -> tuple[pd.DataFrame, list[str], list[str], list[int], list[str]]:
    """The rows without those that only head others, such as "Trong đó:"; the product that heads each row, if any."""
    cells = body.to_numpy(dtype=object)
    empty = [not any(cell_text(row[j]) for j in values) for row in cells]
    if not any(empty):
        return body, labels, [], [*range(len(cells))], []
    texts = [
        [text for text in map(cell_text, row) if text] if lone else [] for row, lone in zip(cells, empty, strict=True)
    ]
    lone = [i for i in range(len(cells)) if empty[i] and not any(map(_holds_value, texts[i])) and texts[i]]
    kinds = dict(zip(lone, _kinds([bare(_said(labels[i], texts[i])) for i in lone]), strict=True))
    followed = [i for i in lone if i + 1 < len(cells) and not empty[i + 1]]
    heads = {i for i in lone if says_of_which(said := _said(labels[i], texts[i])) or _SPLIT.match(names.key(said))}
    heads |= {i for i in followed if kinds[i] == "aggregate"}
    unknown = [i for i in followed if kinds[i] in ("unknown", "ambiguous") and i not in heads]
    sections = [""] * len(cells)
    if unknown and _are_products(labels, unknown):
        heads |= {*unknown}
        name = ""
        for i in range(len(cells)):
            name = bare(_said(labels[i], texts[i])) if i in unknown else name
            sections[i] = name
    elif unknown:
        # A heading in the table: other rows are numbered or indented below it.
        heads |= {i for i in unknown if depth_of(_first(cells[i]), labels[i]) == 0.0}
    kept = [i for i in range(len(cells)) if i not in heads]
    if len(kept) == len(cells):
        return body, labels, [], kept, []
    out = [row_said(where, int(body.index[i]), " ".join(texts[i])[:40]) for i in sorted(heads)]
    notes: list[str] = [Text("heads_out", rows=out)]
    products = [sections[i] for i in kept]
    return body.iloc[kept], [labels[i] for i in kept], products if any(products) else [], kept, notes


def _said(label: str, texts: Sequence[str]) -> str:
    return label or (texts[-1] if texts else "")


def _first(row: Sequence[object]) -> str:
    return cell_text(row[0]) if len(row) else ""


def _holds_value(text: str) -> bool:
    return is_number(text) and len(text) > 3


def _are_products(labels: Sequence[str], heads: Sequence[int]) -> bool:
    """Whether the same markets stand again below several rows that head others: these are products, not regions."""
    if len(heads) < 2:
        return False
    ends = [*heads[1:], len(labels)]
    below = [{bare(label) for label in labels[a + 1 : b] if label} for a, b in zip(heads, ends, strict=True)]
    return any(below[i] & below[j] for i in range(len(below)) for j in range(i))


def _numbers(body: pd.DataFrame, values: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the columns of values, and how many decimals each shows."""
    columns = [body.iloc[:, i] for i in values]
    x = np.column_stack([parse(column)[0] for column in columns])
    return x, np.array([_places(column) for column in columns], dtype=float)


def _places(column: pd.Series[Any]) -> int:
    shown = []
    for text in map(cell_text, column):
        match = re.search(r"(?<=\d)[.,](\d+)$", text)
        shown.append(len(match[1].rstrip("0")) if match and not text.startswith("0.000") else 0)
    plain = [one for one in shown if one <= 6]
    return max(plain, default=0) if 2 * len(plain) > len(shown) else 6


def _depths(body: pd.DataFrame, at: int, labels: Sequence[str], looks: Mapping[tuple[int, int], Look]) -> list[float]:
    """How deep each row stands: by indent, else by numbering, else by weight; NaN where nothing shows it."""
    raw = [cell if isinstance(cell, str) else "" for cell in body.iloc[:, at]]
    nothing = Look()
    indents = [looks.get((i, at), nothing).indent * 3.0 + len(text) - len(text.lstrip()) for i, text in enumerate(raw)]
    if len(set(indents)) > 1:
        return indents
    orders = [_first(list(row)) for row in body.to_numpy(dtype=object)] if at else [""] * len(raw)
    numbered = [depth_of(order, label) for order, label in zip(orders, labels, strict=True)]
    if len({one for one in numbered if not math.isnan(one)}) > 1:
        return numbered
    bold = [looks.get((i, at), nothing).bold for i in range(len(raw))]
    return [0.0 if one else 1.0 for one in bold] if len(set(bold)) > 1 else [math.nan] * len(raw)


def _grouped(
    body: pd.DataFrame, labels: list[str], x: np.ndarray, places: np.ndarray, depths: list[float]
) -> list[Role] | None:
    """The roles within each year, flow and product that columns name; None where most labels stand several times."""
    meanings = [meaning(str(name)) for name in body.columns]
    products = PRODUCT in meanings and PARTNER not in meanings
    named = [i for i, ours in enumerate(meanings) if ours not in (None, PARTNER, *((PRODUCT,) if products else ()))]
    texts = pd.DataFrame({i: [cell_text(cell) for cell in body.iloc[:, i]] for i in named})
    keys = [i for i in named if texts[i].nunique() > 1 and (texts[i] != "").all()]
    if not keys:
        again = len(labels) - len(set(labels))
        return roles_of(labels, x, places, depths, products=products) if again <= 0.8 * len(labels) else None
    groups = texts.groupby(keys, sort=False).ngroup().to_numpy()
    if groups.max() >= MOST_GROUPS:
        return None
    roles = [Role(MARKET)] * len(labels)
    for group in range(groups.max() + 1):
        rows = np.flatnonzero(groups == group)
        found = roles_of([labels[i] for i in rows], x[rows], places, [depths[i] for i in rows], products=products)
        for i, role in zip(rows, found, strict=True):
            parent = None if role.parent is None else int(rows[role.parent])
            roles[i] = Role(role.name, parent, tuple(int(rows[j]) for j in role.members))
    return roles


def _bare_labels(cells: pd.DataFrame, at: int, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Labels without the numbers before them, where it is only without these that they name an economy."""
    labels = [cell_text(cell) for cell in cells.iloc[:, at]]
    numbered = [label for label in labels if bare(label) != label]
    if not numbered:
        return cells, []
    whole, without = names.resolve(labels, near=False), names.resolve([bare(label) for label in labels], near=False)
    better = {
        label
        for label in numbered
        if whole[label].kind == "unknown" and without[bare(label)].kind not in ("unknown", "ambiguous")
    }
    if not better:
        return cells, []
    changed = cells.copy()
    changed.isetitem(
        at, [bare(text) if text in better else cell for text, cell in zip(labels, cells.iloc[:, at], strict=True)]
    )
    return changed, [Text("numbers_out", labels=list(map(repr, sorted(better))))]


def _with_products(cells: pd.DataFrame, at: int, sections: Sequence[str], roles: Sequence[Role]) -> pd.DataFrame:
    """A column of products, where these stand as rows that head or sum the markets below them."""
    if any(meaning(str(name)) == PRODUCT or name == PRODUCT for name in cells.columns):
        return cells
    if any(sections):
        return cells.assign(**{PRODUCT: list(sections)})
    labels = [cell_text(cell) for cell in cells.iloc[:, at]]
    kinds = _kinds(labels)
    sums = [i for i, role in enumerate(roles) if role.name == SUBTOTAL and kinds[i] in ("unknown", "ambiguous")]
    below = [{labels[j] for j in roles[i].members} for i in sums]
    if len(sums) < 2 or not any(below[i] & below[j] for i in range(len(sums)) for j in range(i)):
        return cells
    inside = {j: labels[i] for i in sums for j in roles[i].members}
    alone = [i for i, role in enumerate(roles) if i not in inside and i not in sums and role.name != TOTAL]
    if any(roles[i].parent not in inside for i in alone):
        return cells
    products = [inside.get(i, labels[i] if i in sums else "") for i in range(len(labels))]
    return cells.assign(**{PRODUCT: [bare(one) for one in products]})
