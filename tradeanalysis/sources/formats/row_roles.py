"""The role of every row of a table that people made, from its layout and above all from its sums.

A subtotal is one because its members add up to it, to the rounding shown; sub-rows that add up to the row above are its
parts; the last row that equals all markets is the total. Names help where sums allow two readings: a country is never
the sum of other countries, and a bloc none of whose members is listed is a market of its own.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tradeanalysis import names
from tradeanalysis.gate.product_codes import is_other, level_of

Numbers = npt.NDArray[np.float64]

# Roles. What is counted in other rows:
TOTAL, SUBTOTAL, PART, OF_WHICH = "total", "subtotal", "part", "of which"
# and what is counted for itself.
MARKET, BLOC, REST = "market", "bloc", "remainder"
COUNTED_TWICE = (TOTAL, SUBTOTAL, PART, OF_WHICH)

WORLD = "WLD"
MOST_ROWS = 5_000
# So many members a sum is looked for in, and so many rows of doubt are tried against the total.
MOST_MEMBERS, MOST_DOUBTS = 400, 10
# So many sub-rows a row has, and so many members most sums have.
MOST_PARTS, FEW = 12, 24
# A sum that could be a coincidence has fewer significant digits than this in all columns together.
DIGITS = 3.0
# A row that is the sum of all others, of so many at least, needs one digit less.
ALL_OF = 4
# How much rarer a coincidence must be than the sets of rows that were tried against a total.
RARE = 200

# How a row begins that is part of another, by its key, in several languages.
_OF_WHICH = re.compile(
    r"(trongdo|baogom|ofwhich|including|davon|darunter|dontles?|dont(?=[a-z])|deloscuales|dosquais|其中)"
)
# Owners and modes: they split a market and are none, by their key.
MOST_LOOKED_AT = 300  # letters of a label, which is no longer
_OWNER = re.compile(
    r"(doanhnghiep|dn)?(co)?(von)?(dautu)?(fdi|nuocngoai|trongnuoc)$|.*(doanhnghiep|khuvuc|thanhphan).*(fdi|nuocngoai|trongnuoc"
    r"|nhanuoc|tunhan|kinhte).*|(kinhte)?(nhanuoc|tunhan|tapthe)$|.*(foreigninvested|domesticenterprise|privatesector"
    r"|statesector|foreignsector|domesticsector).*|.*duong(bien|bo|sat|hangkhong).*|by(sea|air|road|rail)$"
)
_MARK = re.compile(r"^\s*[-–—+•*]+\s*")
# A number, roman or not, or a letter before a label.
_NUMBERED = re.compile(r"^\s*(?P<no>[IVX]{1,5}|\d{1,3}(?:\.\d{1,2}){0,3}|[A-Za-z])(?P<mark>[.)/])\s*(?=[^\W\d_])")


@dataclass(frozen=True)
class Role:
    """What a row is; of which row it is a part; and which rows it is the sum of."""

    name: str
    parent: int | None = None
    members: tuple[int, ...] = ()


@dataclass
class _Rows:
    """The rows of numbers of one table."""

    labels: list[str]
    x: Numbers  # rows by columns, NaN where there is none
    depths: list[float]  # how deep a row stands; NaN where nothing shows it
    kinds: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    places: Numbers = field(default_factory=lambda: np.zeros(0))
    part_of: dict[int, int] = field(default_factory=dict)
    of_which: set[int] = field(default_factory=set)
    members: dict[int, tuple[int, ...]] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)
    # The significant digits that the sum of a row without a known name needs.
    needed: float = DIGITS

    def unknown(self, i: int) -> bool:
        return self.kinds[i] in ("unknown", "ambiguous")

    def marked(self, i: int) -> bool:
        """Whether a row says of itself that it is part of another."""
        return bool(_MARK.match(self.labels[i])) or self.owner(i) or self.says_of_which(i)

    def owner(self, i: int) -> bool:
        return self.unknown(i) and says_owner(self.labels[i])

    def says_of_which(self, i: int) -> bool:
        return says_of_which(self.labels[i])

    def deeper(self, i: int, than: int) -> bool:
        return self.depths[i] > self.depths[than]

    def adds_up(self, whole: int, members: Sequence[int]) -> bool:
        """Whether rows add up to another in every column, to the rounding shown."""
        return adds_up(self.x[whole], self.x[list(members)], self.places)

    def digits(self, i: int) -> float:
        """The significant digits of a row, in all columns together."""
        steps = np.abs(self.x[i]) * 10**self.places
        return float(sum(math.log10(one) for one in steps if np.isfinite(one) and one >= 1))


def adds_up(whole: Numbers, members: Numbers, places: Numbers) -> bool:
    """Whether members add up to a whole in every column that has one, to the rounding shown.

    >>> adds_up(np.array([10.1]), np.array([[5.0], [5.0]]), np.array([1.0]))    # three roundings of 0.05
    True
    >>> adds_up(np.array([10.2]), np.array([[5.0], [5.0]]), np.array([1.0]))
    False
    """
    there = np.isfinite(whole)
    if not there.any() or not np.any(whole[there]):
        return False
    summed = np.nansum(members, axis=0)
    slack = 0.5 * (len(members) + 1) * 10.0**-places + 1e-9 * np.abs(whole)
    return bool((np.abs(summed - whole) <= slack)[there].all())


def roles_of(
    labels: Sequence[str],
    x: Numbers,
    places: Numbers,
    depths: Sequence[float] | None = None,
    *,
    products: bool = False,
) -> list[Role]:
    """The role of each row of numbers, from its label, how deep it stands, and sums.

    ``x`` has a column for each column of values, ``places`` the decimals that each shows. Of ``products`` any may be
    the sum of others, and none is a country or a bloc, whatever it is called.

    Examples
    --------
    >>> rows = ["Tổng số", "Châu Á", "Nhật Bản", "Hàn Quốc", "EU", "Khác"]
    >>> x = np.array([[1403.5], [1250.0], [900.0], [350.0], [98.0], [55.5]])
    >>> [role.name for role in roles_of(rows, x, np.array([1.0]))]
    ['total', 'subtotal', 'market', 'market', 'bloc', 'remainder']
    """
    rows = _Rows([*labels], x, [*(depths if depths is not None else [math.nan] * len(labels))], places=places)
    bares = [bare(label) for label in labels]
    matches = names.resolve(bares, near=False)
    rows.kinds = [matches[label].kind for label in bares]
    rows.codes = [matches[label].code for label in bares]
    if products:
        rows.codes = [
            WORLD if code == WORLD or level_of(label) == 0 else ""
            for label, code in zip(bares, rows.codes, strict=True)
        ]
        rows.kinds = [_kind_of_product(label, code) for label, code in zip(bares, rows.codes, strict=True)]
    if set(rows.kinds) <= {"country", "historical"} or not len(labels):
        return [Role(MARKET)] * len(labels)
    _find_totals(rows)
    _find_parts(rows)
    _find_subtotals(rows)
    _name_total(rows)
    _find_named_members(rows)
    _hold_against_total(rows)
    return [_role(rows, i) for i in range(len(labels))]


def _kind_of_product(label: str, code: str) -> str:
    if code == WORLD:
        return "aggregate"
    return "unknown" if says_owner(label) else "unallocated" if is_other(label) else "product"


def bare(label: str) -> str:
    """A label without the number or mark before it.

    >>> bare("1. Nhật Bản"), bare("II. Châu Âu"), bare("- Doanh nghiệp FDI"), bare("U.S.A."), bare("a) Đức")
    ('Nhật Bản', 'Châu Âu', 'Doanh nghiệp FDI', 'U.S.A.', 'Đức')
    """
    text = _MARK.sub("", label)
    if (match := _NUMBERED.match(text)) and not re.match(r"[A-Za-z]\.\s*[A-Za-z]\b", text):
        text = text[match.end() :]
    return _MARK.sub("", text).strip()


def says_of_which(label: str) -> bool:
    """Whether a label says that its row, or those below it, are part of what stands above.

    >>> says_of_which("Trong đó: ASEAN"), says_of_which("of which:"), says_of_which("Trung Quốc")
    (True, True, False)
    """
    return bool(_OF_WHICH.match(names.key(_MARK.sub("", label))))


def says_dash(label: str) -> bool:
    """Whether a label begins with a dash or another mark, as a part of the row above does.

    >>> says_dash("- Điện thoại"), says_dash("Điện thoại")
    (True, False)
    """
    return _MARK.match(label) is not None


def says_owner(label: str) -> bool:
    """Whether a label is an owner or a mode, which split a market and are none.

    >>> says_owner("- Doanh nghiệp FDI"), says_owner("Đường biển"), says_owner("Nhật Bản")
    (True, True, False)
    """
    return bool(_OWNER.match(names.key(bare(label))[:MOST_LOOKED_AT]))


def depth_of(order: str, label: str) -> float:
    """How deep the numbering before a row says that it stands: I, A; then 1; 1.1; a; - and +. NaN without any.

    >>> [depth_of(*row) for row in (("I", "Châu Á"), ("1", "Nhật Bản"), ("1.1", "x"), ("", "- y"), ("", "Khác"))]
    [0.0, 1.0, 2.0, 4.0, nan]
    """
    match = _NUMBERED.match(label)
    text = order.strip(" .)(") or (match["no"] if match else "")
    if re.fullmatch(r"[IVX]+|[A-Z]", text):
        return 0.0
    if re.fullmatch(r"\d+(\.\d+)*", text):
        return 1.0 + text.count(".")
    if re.fullmatch(r"[a-z]", text):
        return 3.0
    mark = _MARK.match(label)
    return math.nan if not mark else 5.0 if "+" in mark[0] else 4.0


def _find_totals(rows: _Rows) -> None:
    """Rows that are the total by name: of several the largest, above and below."""
    named = [i for i, code in enumerate(rows.codes) if code == WORLD and not rows.says_of_which(i)]
    if named:
        size = {i: float(np.nansum(np.abs(rows.x[i]))) for i in named}
        largest = max(size.values())
        rows.totals = [i for i in named if size[i] >= largest * (1 - 1e-9)]


def _find_parts(rows: _Rows) -> None:
    """Sub-rows of a row above, such as owners: unknown labels that add up to it, or that say so themselves."""
    i, count = 0, len(rows.labels)
    proven: set[str] = set()
    while i < count:
        run = [*itertools.takewhile(rows.unknown, range(i + 1, min(i + 1 + MOST_PARTS, count)))]
        marked = [*itertools.takewhile(rows.marked, run)]
        if not rows.unknown(i) or (marked and not rows.marked(i)):
            for k in range(2, len(run) + 1):
                shown = k <= len(marked) or (rows.kinds[i] == "country") or all(rows.deeper(j, i) for j in run[:k])
                others = count - k - len(rows.totals) - (i not in rows.totals)
                if shown and (i not in rows.totals or others > 0) and rows.adds_up(i, run[:k]):
                    rows.part_of |= dict.fromkeys(run[:k], i)
                    proven |= {names.key(bare(rows.labels[j])) for j in run[:k]}
                    i += k
                    break
        i += 1
    above = 0
    for i in range(count):
        if i in rows.part_of:
            continue
        if i and (rows.owner(i) or (rows.unknown(i) and names.key(bare(rows.labels[i])) in proven)):
            rows.part_of[i] = above
        elif rows.says_of_which(i):
            rows.of_which.add(i)
        else:
            above = i


def _nodes(rows: _Rows) -> list[int]:
    """The rows that are in no other so far."""
    inside = {j for members in rows.members.values() for j in members} | {*rows.part_of, *rows.of_which, *rows.totals}
    return [i for i in range(len(rows.labels)) if i not in inside]


def _may_be_sum(rows: _Rows, i: int) -> bool:
    return rows.kinds[i] not in ("country", "historical") and i not in rows.members


def _find_subtotals(rows: _Rows) -> None:
    """Subtotals; those that small numbers could make by coincidence, where the file's own total bears them out."""
    rows.needed = 1.0
    _find_following(rows)
    _find_preceding(rows)
    if not (rows.totals and rows.adds_up(rows.totals[0], _leaves(rows))):
        rows.needed = DIGITS
        rows.members.clear()
        _find_following(rows)
        _find_preceding(rows)


def _find_following(rows: _Rows) -> None:
    """Subtotals whose members stand below them, from the last row upwards: so that members may be subtotals."""
    after: list[int] = []
    for i in reversed(_nodes(rows)):
        if _may_be_sum(rows, i):
            block = [*itertools.takewhile(lambda j: rows.deeper(j, i), after)]  # noqa: B023
            found = block if block and rows.adds_up(i, block) else _first_of(rows, i, after)
            if found:
                rows.members[i] = tuple(found)
                after = after[len(found) :]
        after.insert(0, i)


def _find_preceding(rows: _Rows) -> None:
    """Subtotals whose members stand above them."""
    before: list[int] = []
    for i in _nodes(rows):
        if _may_be_sum(rows, i) and (found := _first_of(rows, i, before[: -MOST_MEMBERS - 1 : -1])):
            rows.members[i] = tuple(found)
            before = before[: len(before) - len(found)]
        before.append(i)


def _first_of(rows: _Rows, i: int, nodes: Sequence[int]) -> list[int]:
    """The fewest of the next rows that add up to a row and may be its members: many only where few are not enough."""
    reached, found = _prefix(rows, i, nodes[:FEW])
    return found if reached or found else _prefix(rows, i, nodes[:MOST_MEMBERS])[1]


def _prefix(rows: _Rows, i: int, nodes: Sequence[int]) -> tuple[bool, list[int]]:
    """Whether the sums of some rows go beyond a row, and the fewest of them that add up to it."""
    whole = rows.x[i]
    there = np.isfinite(whole)
    next_ones = [*itertools.takewhile(lambda j: rows.codes[j] != WORLD or j in rows.members, nodes)]
    if not next_ones or not np.any(whole[there]):
        return True, []
    # The sums of the first one, two, three ... of them, in every column.
    sums = np.cumsum(np.nan_to_num(rows.x[next_ones]), axis=0)
    limit = np.where(there, whole, np.inf) * (1 + 1e-6) + 10.0**-rows.places * MOST_MEMBERS
    beyond = (sums > limit).any(axis=1)
    most = int(beyond.argmax()) if beyond.any() else len(next_ones)
    count = np.arange(1, most + 1)[:, np.newaxis]
    slack = 0.5 * (count + 1) * 10.0**-rows.places + 1e-9 * np.abs(whole)
    equal = (np.abs(sums[:most] - whole) <= slack)[:, there].all(axis=1)
    for k in np.flatnonzero(equal) + 1:
        members = next_ones[:k]
        if (k > 1 or rows.kinds[i] == "aggregate") and _plausible(rows, i, members):
            return True, members
    return bool(beyond.any()) or len(next_ones) < len(nodes), []


def _plausible(rows: _Rows, i: int, members: Sequence[int]) -> bool:
    """Whether a sum is no coincidence: members belong to the bloc; without a name, the digits or the depth say so."""
    if rows.kinds[i] == "aggregate":
        inside = _members_by_name(rows.codes[i])
        known = [j for j in members if rows.kinds[j] == "country"]
        return not inside or not known or 2 * sum(rows.codes[j] in inside for j in known) >= len(known)
    if rows.kinds[i] == "unallocated":
        return all(rows.deeper(j, i) for j in members)
    resolved = sum(not rows.unknown(j) or j in rows.members for j in members)
    deeper = all(rows.deeper(j, i) for j in members)
    every = len(members) >= ALL_OF and len(members) == len(_nodes(rows)) - 1
    enough = rows.digits(i) >= (DIGITS - 1 if every else rows.needed)
    return deeper or (enough and 2 * resolved >= len(members) and len(members) > 1)


def _members_by_name(code: str) -> frozenset[str]:
    """The economies of a region or bloc; none where its members are not known."""
    if code in ("ASIA", "EUROPE", "AFRICA", "AMERICAS", "OCEANIA"):
        return frozenset(one for one in names.tiles() if names.region(one) == code)
    return frozenset(names.bloc(code)) if code in _blocs() else frozenset()


def _blocs() -> frozenset[str]:
    return frozenset(names.members_by_bloc())


def _name_total(rows: _Rows) -> None:
    """Where no name says so, the first or last row that is the sum of all others is the total."""
    top = _nodes(rows)
    if not rows.totals and len(top) == 1 and top[0] in rows.members:
        rows.totals = [top[0]]
        del rows.members[top[0]]
    if rows.totals and rows.totals[0] in rows.members:
        del rows.members[rows.totals[0]]


def _leaves(rows: _Rows) -> list[int]:
    beside = {*rows.part_of, *rows.of_which, *rows.totals, *rows.members}
    return [i for i in range(len(rows.labels)) if i not in beside]


def _find_named_members(rows: _Rows) -> None:
    """Blocs whose members, by name, stand anywhere in the table and add up to them."""
    for i in _leaves(rows):
        if rows.kinds[i] == "aggregate":
            inside = _members_by_name(rows.codes[i])
            listed = [j for j in _leaves(rows) if rows.codes[j] in inside and rows.kinds[j] == "country"]
            if listed and rows.adds_up(i, listed):
                rows.members[i] = tuple(listed)


def _hold_against_total(rows: _Rows) -> None:
    """Rows of doubt against the total: it says whether a bloc stands beside its members or is the rest of it."""
    leaves = _leaves(rows)
    doubts = [i for i in leaves if rows.kinds[i] == "aggregate" or rows.unknown(i)]
    total = rows.totals[0] if rows.totals else None
    if total is not None and rows.adds_up(total, leaves):
        return
    if total is not None and len(doubts) <= MOST_DOUBTS:
        fits = [left_out for left_out in _subsets(doubts) if rows.adds_up(total, [*_without(leaves, left_out)])]
        sure = 10 ** rows.digits(total) >= RARE * 2 ** len(doubts)
        if len(fits) == 1 and (sure or all(rows.kinds[i] == "aggregate" for i in fits[0])):
            rows.of_which |= {*fits[0]}
            return


def _subsets(doubts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(doubts, k) for k in range(1, len(doubts) + 1))


def _without(rows: Sequence[int], left_out: Sequence[int]) -> Iterator[int]:
    return (i for i in rows if i not in left_out)


def _role(rows: _Rows, i: int) -> Role:
    if i in rows.totals:
        return Role(TOTAL)
    if i in rows.part_of:
        return Role(PART, rows.part_of[i])
    if i in rows.of_which:
        return Role(OF_WHICH)
    if i in rows.members:
        return Role(SUBTOTAL, members=rows.members[i])
    parent = next((whole for whole, members in rows.members.items() if i in members), None)
    name = {"aggregate": BLOC, "unallocated": REST}.get(rows.kinds[i], MARKET)
    return Role(name, parent)
