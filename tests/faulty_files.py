"""Tables with a known truth, made at random from a seed: how they are written, and all right readings of each.

A file is a list of rows and of columns of values. Each row says what it may mean: partners (a set of codes, one of
which is right), or nothing where it is not to be counted. What an end of the offered fixes reads is right where it is
one of the readings that these allow, for the flow, year and level of products that were taken on the way.
"""

from __future__ import annotations

import io
import itertools
import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import openpyxl

# Their numbers, of the United Nations and of the International Monetary Fund.
UN = {
    **{"USA": "842", "CHN": "156", "JPN": "392", "KOR": "410", "THA": "764", "SGP": "702", "MYS": "458", "IDN": "360"},
    **{"DEU": "276", "FRA": "251", "NLD": "528", "ITA": "380", "BRA": "076", "AUS": "036", "ZAF": "710", "MEX": "484"},
}
IMF = {
    **{"USA": "111", "CHN": "924", "JPN": "158", "KOR": "542", "THA": "578", "SGP": "576", "MYS": "548", "IDN": "536"},
    **{"DEU": "134", "FRA": "132", "NLD": "138", "ITA": "136", "BRA": "223", "AUS": "193", "ZAF": "199", "MEX": "273"},
}
# Code, English, Vietnamese, continent in both.
COUNTRIES = [
    ("USA", "United States", "Hoa Kỳ", "America"),
    ("CHN", "China", "Trung Quốc", "Asia"),
    ("JPN", "Japan", "Nhật Bản", "Asia"),
    ("KOR", "Korea, Rep.", "Hàn Quốc", "Asia"),
    ("THA", "Thailand", "Thái Lan", "Asia"),
    ("SGP", "Singapore", "Singapore", "Asia"),
    ("MYS", "Malaysia", "Malaysia", "Asia"),
    ("IDN", "Indonesia", "Indonesia", "Asia"),
    ("DEU", "Germany", "Đức", "Europe"),
    ("FRA", "France", "Pháp", "Europe"),
    ("NLD", "Netherlands", "Hà Lan", "Europe"),
    ("ITA", "Italy", "Italy", "Europe"),
    ("NER", "Niger", "Niger", "Africa"),
    ("NGA", "Nigeria", "Nigeria", "Africa"),
    ("NAM", "Namibia", "Namibia", "Africa"),
    ("ZAF", "South Africa", "Nam Phi", "Africa"),
    ("BRA", "Brazil", "Brazil", "America"),
    ("MEX", "Mexico", "Mexico", "America"),
    ("AUS", "Australia", "Australia", "Oceania"),
    ("NZL", "New Zealand", "New Zealand", "Oceania"),
]
BLOCS = {"ASEAN": {"THA", "SGP", "MYS", "IDN"}, "EU": {"DEU", "FRA", "NLD", "ITA"}}
CONTINENTS = {
    "Asia": "Châu Á",
    "Europe": "Châu Âu",
    "Africa": "Châu Phi",
    "America": "Châu Mỹ",
    "Oceania": "Châu Đại Dương",
}
OUT: tuple[str | None, ...] = (None,)


@dataclass
class Row:
    """A row: its label, numbers (or words in their place), what it may mean, and its keys."""

    label: str
    values: list[float | str]
    means: tuple[str | None, ...]
    product: str = ""
    year: int = 0
    flow: str = ""
    # Whether it is a row of the world as the file sees it: part of its total.
    counts: bool = True
    # Further cells, by heading.
    more: dict[str, str] = field(default_factory=dict)
    is_total: bool = False

    def held(self, i: int) -> float:
        value = self.values[i]
        return value if isinstance(value, float) else 0.0


@dataclass
class File:
    """A table of rows with a known truth; what was done to it; and how it is written."""

    random: random.Random
    rows: list[Row]
    # The year and flow of each column of values.
    columns: list[tuple[int, str]]
    vietnamese: bool
    decimals: int
    faults: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)
    unit: tuple[str, float | None] = ("", None)
    mark: str = "."
    thousands: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    workbook: bool = False
    # Made on all rows at the end, such as totals, in their order.
    later: list[Callable[[File], None]] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    reporter: str = ""
    months: int = 0
    order: str = ""
    numbered: bool = False

    def groups(self) -> list[list[Row]]:
        """The rows of each product, year and flow."""
        found: dict[tuple[str, int, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.product, row.year, row.flow), []).append(row)
        return [*found.values()]

    def written(self, value: float | str) -> str:
        """A value as the file writes it."""
        if isinstance(value, str):
            return value
        text = f"{value:,.{self.decimals}f}"
        return text.replace(",", "\0").replace(".", self.mark).replace("\0", self.thousands)

    def number(self) -> float:
        """A value of trade."""
        size = self.random.lognormvariate(9, 1.3)
        return max(round(size, self.decimals), 1.0) + 0.0

    def name(self, code: str) -> str:
        """A country as the file writes it."""
        _, english, vietnamese, _ = next(one for one in COUNTRIES if one[0] == code)
        return vietnamese if self.vietnamese else english


def clean(seed: int) -> File:
    """A table of 4 to 12 countries without faults."""
    chance = random.Random(seed)
    file = File(chance, [], [(0, "")], chance.random() < 0.5, chance.choice([0, 0, 1, 2]))
    codes = chance.sample([one[0] for one in COUNTRIES], chance.randint(4, 12))
    shape = chance.choice(["plain", "plain", "years", "products", "wide", "flows", "years and products"])
    years = [2022, 2023] if "years" in shape else [0]
    products = chance.sample(["0101", "0306", "8504", "6109", "9403"], 3) if "products" in shape else [""]
    if shape == "wide":
        file.columns = [(2021, ""), (2022, ""), (2023, "")][: chance.randint(2, 3)]
    if shape == "flows":
        file.columns = [(0, "export"), (0, "import")]
    for year, product, code in itertools.product(years, products, codes):
        values: list[float | str] = [file.number() for _ in file.columns]
        file.rows.append(Row(file.name(code), values, (code,), product, year))
    file.delimiter = chance.choice([",", ",", ";", "\t"])
    file.unit = chance.choice(UNITS if file.vietnamese else UNITS_EN)
    return file


UNITS = [("1000 USD", 1e3), ("triệu USD", 1e6), ("USD", 1.0), ("nghìn USD", 1e3), ("tỷ đồng", 1e9)]
UNITS_EN = [("USD thousand", 1e3), ("US$ million", 1e6), ("USD", 1.0), ("", None), ("thousand dollars", 1e3)]

# ---- writing ---------------------------------------------------------------------------------------------------------


FLOWS = ({"export": "Exports", "import": "Imports"}, {"export": "Xuất khẩu", "import": "Nhập khẩu"})


def heads(file: File) -> list[str]:
    vi, unit = file.vietnamese, file.unit[0] if not file.head else ""
    found = ["Thị trường" if vi else "partner"]
    if file.numbered:
        found.insert(0, file.order)
    if file.reporter:
        found.insert(int(file.numbered), "Nước báo cáo" if vi else "reporter")
    if any(row.product for row in file.rows):
        found.append("Mã HS" if vi else "product")
    if any(row.year for row in file.rows):
        found.append("Năm" if vi else "year")
    if any(row.flow for row in file.rows):
        found.append("flow")
    said = f" ({unit})" if unit else ""
    for i, (year, flow) in enumerate(file.columns):
        if file.months:
            found.append(f"Tháng {i + 1}/2023{said}" if vi else f"{('Jan', 'Feb')[i]} 2023{said}")
        elif year:
            found.append(f"{'Năm ' if vi else ''}{year}{said}")
        elif flow:
            found.append(
                ({"export": "Xuất khẩu", "import": "Nhập khẩu"} if vi else {"export": "Exports", "import": "Imports"})[
                    flow
                ]
                + said
            )
        else:
            found.append(("Trị giá" if vi else "value") + said)
    return [*found, *file.extra]


def lines(file: File) -> list[list[str]]:
    head = heads(file)
    found = [[one] for one in file.head] + [head]
    for number, row in enumerate(file.rows, 1):
        if row.more.get("hidden"):
            continue
        if row.more.get("blank"):
            found.append(["" for _ in head])
            continue
        cells = [str(number)] * file.numbered + [file.reporter] * bool(file.reporter) + [row.label]
        cells += [row.product] * any(one.product for one in file.rows)
        cells += [str(row.year)] * any(one.year for one in file.rows)
        cells += [row.flow] * any(one.flow for one in file.rows)
        cells += [file.written(one) for one in row.values]
        found.append(cells + [row.more.get(one, "") for one in file.extra])
    return found + [[one] for one in file.foot]


def content(file: File) -> tuple[bytes, str]:
    """The bytes of the file, and its name."""
    if file.workbook:
        return _workbook(file), "table.xlsx"
    quoted = [[f'"{one}"' if file.delimiter in one or '"' in one else one for one in line] for line in lines(file)]
    text = "\r\n".join(file.delimiter.join(line) for line in quoted) + "\r\n"
    if file.encoding == "cp1258":
        return _in_1258(text), "table.csv"
    return text.encode(file.encoding, errors="replace"), "table.csv"


def _in_1258(text: str) -> bytes:
    """Letters of Vietnamese as Windows writes them: with their tones behind them."""
    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
            base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tone))
            out += (base + "".join(tone)).encode("cp1258", errors="replace")
    return out


def _workbook(file: File) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    numbers = {file.written(v): v for row in file.rows for v in row.values if isinstance(v, float)}
    for line in lines(file):
        sheet.append([numbers.get(cell, cell) if cell else None for cell in line])
    if file.head:
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=2)
    if file.random.random() < 0.3:
        sheet.row_dimensions[len(file.head) + 3].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- the truth -------------------------------------------------------------------------------------------------------


def _several(kept: str | list[str]) -> list[str]:
    return [kept] if isinstance(kept, str) else kept


def readings(file: File, options: Mapping[str, object]) -> Iterator[dict[tuple[str, ...], float]]:
    """All right readings under the options taken: value by partner, product, year and flow, in the file's unit."""
    rows: Mapping[str, str] = options.get("rows") or {}  # type: ignore[assignment]
    if "two_currencies" in file.faults and "Currency" not in rows:
        return
    columns: Mapping[str, str] = options.get("columns") or {}  # type: ignore[assignment]
    only = columns.get("value") if columns.get("value") not in file.extra else None
    doubtful = list(dict.fromkeys(row.means for row in file.rows if len(row.means) > 1))
    for choice in itertools.product(*doubtful):
        chosen = dict(zip(doubtful, choice, strict=True))
        cells: dict[tuple[str, ...], float] = {}
        for row in file.rows:
            partner = chosen.get(row.means, row.means[0])
            if partner is None:
                continue
            product = row.product
            digits = len(product) + len(product) % 2
            level = options.get("level")
            if level is not None and digits != level:
                continue
            if any(row.more.get(column, "") not in (*_several(kept), "") for column, kept in rows.items()):
                continue
            for i, (year, flow) in enumerate(file.columns):
                if only is not None and heads(file)[i - len(file.extra) - len(file.columns)] != only:
                    continue
                year, flow = year or row.year, flow or {"X": "export", "RX": "re-export"}.get(row.flow, row.flow)
                value = row.values[i]
                if not isinstance(value, float) or value < 0:
                    continue
                asked = options.get("year") in (None, year) or not year
                if not asked or (flow and options.get("flow") not in (None, flow)):
                    continue
                key = (partner, product.zfill(digits), str(year or ""), flow or str(options.get("flow") or ""))
                cells[key] = cells.get(key, 0.0) + value
        yield cells
