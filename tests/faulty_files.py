"""Files with a known truth and a few faults, made at random from a seed, and all the right readings of each.

A file is a list of rows and of columns of values. Each row says what it may mean: partners (a set of codes, one of
which is right), or nothing where it is not to be counted. What an end of the offered fixes reads is right where it is
one of the readings that these allow, for the flow, year and level of products that were taken on the way.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

# Their numbers, of the United Nations and of the International Monetary Fund.
UN = dict(zip(("USA", "CHN", "JPN", "KOR", "THA", "SGP", "MYS", "IDN"), "842 156 392 410 764 702 458 360".split(), strict=True))
IMF = dict(zip(("USA", "CHN", "JPN", "KOR", "THA", "SGP", "MYS", "IDN"), "111 924 158 542 578 576 548 536".split(), strict=True))
UN |= dict(zip(("DEU", "FRA", "NLD", "ITA", "BRA", "AUS", "ZAF", "MEX"), "276 251 528 380 076 036 710 484".split(), strict=True))
IMF |= dict(zip(("DEU", "FRA", "NLD", "ITA", "BRA", "AUS", "ZAF", "MEX"), "134 132 138 136 223 193 199 273".split(), strict=True))
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
TOTALS = ["World", "Tổng cộng", "Tổng số", "Gesamt", "Total Estimates", "Всего", "合计", "Összesen", "Toplam", "Yhteensä"]
RESTS = ["Others", "Khác", "Các nước khác", "Resto Mundo", "Rest of World", "Andere", "Areas nes", "其他", "Прочие"]
OWN = ["Khu chế xuất", "Perugia", "Zona Franca Manaus", "Kho ngoại quan Bình Dương"]
SYNONYMS = {"USA": ["Mỹ", "USA"], "KOR": ["South Korea", "CH Hàn Quốc"], "DEU": ["Germany", "CHLB Đức"]}
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
    # The number that stands in the file, where it is not what is right; or further cells.
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

    def number(self, digits: int | None = None) -> float:
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

FAULTS: dict[str, Callable[[File], None]] = {}


def fault(made: Callable[[File], None]) -> Callable[[File], None]:
    FAULTS[made.__name__] = made
    return made


def put(file: File, group: list[Row], row: Row, place: str) -> None:
    """Put a row at the top, in the middle or at the end of a group."""
    at = {"top": 0, "middle": len(group) // 2, "end": len(group)}[place]
    before = file.rows.index(group[at]) if at < len(group) else file.rows.index(group[-1]) + 1
    file.rows.insert(before, row)


def sums(file: File, rows: list[Row]) -> list[float | str]:
    return [round(sum(row.held(i) for row in rows), file.decimals) for i in range(len(file.columns))]


def like(group: list[Row], label: str, values: list[float | str], means: tuple[str | None, ...], **more: object) -> Row:
    first = group[0]
    cells = {**first.more, **more.pop("more", {})}  # type: ignore[dict-item]
    return Row(label, values, means, first.product, first.year, first.flow, more=cells, **more)


# ---- faults ----------------------------------------------------------------------------------------------------------


@fault
def total(file: File) -> None:
    label, place = file.random.choice(TOTALS), file.random.choice(["top", "middle", "end", "end"])
    file.faults[-1] += f" {label} {place}"

    def later(file: File) -> None:
        for group in file.groups():
            counted = [row for row in group if row.counts]
            put(file, group, like(group, label, sums(file, counted), OUT, counts=False, is_total=True), place)

    file.later.append(later)


@fault
def bloc_with_members(file: File) -> None:
    bloc = file.random.choice([*BLOCS])

    def later(file: File) -> None:
        for group in file.groups():
            inside = [row for row in group if row.means[0] in BLOCS[bloc] and row.counts]
            if len(inside) > 1:
                at = file.rows.index(inside[0])
                file.rows.insert(at, like(group, bloc, sums(file, inside), OUT, counts=False))

    file.later.append(later)


@fault
def bloc_without_members(file: File) -> None:
    bloc = file.random.choice([*BLOCS])
    file.rows = [row for row in file.rows if row.means[0] not in BLOCS[bloc]] or file.rows
    for group in file.groups():
        values: list[float | str] = [file.number() for _ in file.columns]
        put(file, group, like(group, bloc, values, (f"{bloc} (bloc)", "OTH")), file.random.choice(["top", "end"]))


@fault
def continents(file: File) -> None:
    where = {one[0]: one[3] for one in COUNTRIES}
    rows = []
    for group in file.groups():
        known = [row for row in group if row.means[0] in where and row.counts]
        for continent in dict.fromkeys(where[row.means[0] or ""] for row in known):
            inside = [row for row in known if where[row.means[0] or ""] == continent]
            label = CONTINENTS[continent] if file.vietnamese else continent
            rows += [like(group, label, sums(file, inside), OUT, counts=False), *inside]
        rows += [row for row in group if row not in known]
    file.rows = rows


@fault
def remainder(file: File) -> None:
    label, place = file.random.choice(RESTS), file.random.choice(["middle", "end", "end"])
    file.faults[-1] += f" {label}"
    for group in file.groups():
        values: list[float | str] = [file.number() for _ in file.columns]
        put(file, group, like(group, label, values, ("OTH",)), place)


@fault
def of_which(file: File) -> None:
    words = file.random.choice(["Trong đó: ", "of which: ", "- Trong đó "])
    for group in file.groups():
        row = file.random.choice(group)
        values: list[float | str] = [round(row.held(i) / 2, file.decimals) for i in range(len(file.columns))]
        at = file.rows.index(row) + 1
        file.rows.insert(at, like(group, words + file.random.choice(["FDI", "ASEAN", "gạo"]), values, OUT, counts=False))


@fault
def owners(file: File) -> None:
    def later(file: File) -> None:
        rows = []
        for row in file.rows:
            rows.append(row)
            if row.counts and row.means != OUT and not row.more.get("hidden"):
                part = [round(row.held(i) * 0.6, file.decimals) for i in range(len(file.columns))]
                rest = [round(row.held(i) - part[i], file.decimals) for i in range(len(file.columns))]
                rows.append(replace(row, label="- Doanh nghiệp FDI", values=part, means=OUT, counts=False))
                rows.append(replace(row, label="- Doanh nghiệp trong nước", values=rest, means=OUT, counts=False))
        file.rows = rows

    file.later.append(later)


@fault
def label_of_ones_own(file: File) -> None:
    label = file.random.choice(OWN)
    for group in file.groups():
        values: list[float | str] = [file.number() / 10 // 1 + 1.0 for _ in file.columns]
        put(file, group, like(group, label, values, (label,)), "end")


@fault
def misspelt(file: File) -> None:
    label = file.random.choice([row.label for row in file.rows if len(row.label) > 5 and row.means != OUT] or [""])
    if label:
        i = file.random.randrange(1, len(label) - 1)
        wrong = file.random.choice([label[:i] + label[i + 1 :], label[: i - 1] + label[i] + label[i - 1] + label[i + 1 :]])
        file.faults[-1] += f" {wrong}"
        for row in file.rows:
            if row.label == label:
                row.label, row.means = wrong, (*row.means, wrong)


@fault
def synonyms(file: File) -> None:
    for group in file.groups():
        row = file.random.choice(group)
        if row.means[0] in SYNONYMS and row.label not in SYNONYMS[row.means[0]]:
            other = file.random.choice(SYNONYMS[row.means[0]])
            values: list[float | str] = [file.number() for _ in file.columns]
            put(file, group, replace(row, label=other, values=values), "end")


@fault
def negative(file: File) -> None:
    row = file.random.choice(file.rows)
    row.values[file.random.randrange(len(row.values))] = -float(file.random.randint(1, 900))


@fault
def missing(file: File) -> None:
    row = file.random.choice(file.rows)
    row.values[file.random.randrange(len(row.values))] = file.random.choice(["", "..", "n/a", "-"])


@fault
def secret(file: File) -> None:
    row = file.random.choice(file.rows)
    row.values[file.random.randrange(len(row.values))] = file.random.choice(["c", "x", "*"])


@fault
def repeated(file: File) -> None:
    def later(file: File) -> None:
        rows = [row for row in file.rows if row.counts and row.means != OUT]
        row = file.random.choice(rows)
        again = replace(row, means=OUT, counts=False)
        file.rows.insert(file.rows.index(row) + 1 if file.random.random() < 0.5 else len(file.rows), again)

    file.later.append(later)


@fault
def parts_of_a_cell(file: File) -> None:
    row = file.random.choice(file.rows)
    file.rows.insert(file.rows.index(row) + 1, replace(row, values=[file.number() for _ in file.columns]))


@fault
def quantities(file: File) -> None:
    file.extra.append("Element")

    def later(file: File) -> None:
        rows = []
        for row in file.rows:
            row.more["Element"] = "Export Value"
            numbers: list[float | str] = [float(file.random.randint(1, 99999)) for _ in file.columns]
            more = {**row.more, "Element": "Export Quantity"}
            rows += [row, replace(row, values=numbers, means=OUT, more=more, counts=False)]
        file.rows = rows

    file.later.append(later)


@fault
def reexports(file: File) -> None:
    if file.columns != [(0, "")] or any(row.flow for row in file.rows):
        return
    rows = []
    for row in file.rows:
        row.flow = "X"
        rows.append(replace(row, flow="RX", values=[round(v / 9, file.decimals) if isinstance(v, float) else v for v in row.values], means=OUT))
    file.rows += rows


@fault
def levels(file: File) -> None:
    if not any(row.product for row in file.rows):
        return
    rows = []
    for row in file.rows:
        one = round(row.held(0) / 3, file.decimals)
        for i, value in enumerate([one, round(row.held(0) - one, file.decimals)], 1):
            rows.append(replace(row, product=f"{row.product}{i}0", values=[value]))
    file.rows += rows


@fault
def lost_zeros(file: File) -> None:
    def later(file: File) -> None:
        for row in file.rows:
            row.product = row.product.lstrip("0")

    file.later.append(later)


@fault
def mainland(file: File) -> None:
    for group in file.groups():
        row = next((one for one in group if one.means[0] == "CHN"), None)
        if row is not None:
            whole: list[float | str] = [round(row.held(i) * 1.4, file.decimals) for i in range(len(file.columns))]
            at = file.rows.index(row)
            file.rows.insert(at, replace(row, values=whole, means=OUT, counts=False))
            row.label = "China, mainland"


@fault
def own_trade(file: File) -> None:
    file.reporter = "VNM"
    for group in file.groups():
        values: list[float | str] = [file.number() for _ in file.columns]
        put(file, group, like(group, "Việt Nam" if file.vietnamese else "Viet Nam", values, OUT, counts=False), "middle")


@fault
def rounded(file: File) -> None:
    """Sums that do not quite add up: every value was rounded after the sums were made."""

    def later(file: File) -> None:
        for row in file.rows:
            row.values = [float(round(v)) if isinstance(v, float) else v for v in row.values]

    file.later.append(later)


@fault
def total_column(file: File) -> None:
    if len(file.columns) > 1 and file.columns[0][0]:
        file.extra.append(file.random.choice(["Tổng", "Total", "Cộng", "Sum of years"]))

        def later(file: File) -> None:
            for row in file.rows:
                row.more[file.extra[-1]] = file.written(round(sum(row.held(i) for i in range(len(row.values))), 2))

        file.later.append(later)


@fault
def growth_column(file: File) -> None:
    name = file.random.choice(["Tăng/giảm (%)", "% change", "Tỷ trọng (%)"])
    file.extra.append(name)

    def later(file: File) -> None:
        for row in file.rows:
            row.more[name] = f"{file.random.uniform(-30, 90):.1f}".replace(".", file.mark)

    file.later.append(later)


@fault
def two_currencies(file: File) -> None:
    file.extra.append("Currency")

    def later(file: File) -> None:
        for i, row in enumerate(file.rows):
            row.more["Currency"] = "USD" if i % 2 else "VND"

    file.later.append(later)


@fault
def total_beyond_its_parts(file: File) -> None:
    """The largest partners are listed, with the total of all."""
    label = file.random.choice(TOTALS)
    share = file.random.choice([0.1, 0.4, 1.5])
    file.faults[-1] += f" {label} {share}"

    def later(file: File) -> None:
        for group in file.groups():
            counted = [row for row in group if row.counts]
            parts = [float(one) for one in sums(file, counted)]
            rest: list[float | str] = [round(one * share, file.decimals) for one in parts]
            whole: list[float | str] = [round(one * (1 + share), file.decimals) for one in parts]
            put(file, group, like(group, label, whole, OUT, counts=False, is_total=True), "end")
            put(file, group, like(group, "", rest, ("OTH", None), counts=False, more={"hidden": "yes"}), "end")

    file.later.append(later)


@fault
def remainder_unknown(file: File) -> None:
    label = file.random.choice(["Muut maat", "Egyéb", "Diğer", "Pozostałe"])
    file.faults[-1] += f" {label}"
    for group in file.groups():
        values: list[float | str] = [file.number() / 10 // 1 + 1.0 for _ in file.columns]
        put(file, group, like(group, label, values, ("OTH", label)), "end")


@fault
def blocs_that_overlap(file: File) -> None:
    taken = BLOCS["ASEAN"] | {"CHN", "JPN", "KOR", "AUS", "NZL"}
    file.rows = [row for row in file.rows if row.means[0] not in taken] or file.rows
    for group in file.groups():
        for bloc in ("ASEAN", "RCEP"):
            values: list[float | str] = [file.number() for _ in file.columns]
            means = (f"{bloc} (bloc)", "OTH", None)
            put(file, group, like(group, bloc, values, means, counts=bloc == "RCEP"), "end")


@fault
def bloc_beyond_members(file: File) -> None:
    """A bloc with members of which some are not listed."""
    bloc = file.random.choice([*BLOCS])

    def later(file: File) -> None:
        for group in file.groups():
            inside = [row for row in group if row.means[0] in BLOCS[bloc] and row.counts]
            if inside:
                parts = [float(one) for one in sums(file, inside)]
                rest: list[float | str] = [round(one * 0.7, file.decimals) for one in parts]
                whole: list[float | str] = [round(one + round(one * 0.7, file.decimals), file.decimals) for one in parts]
                put(file, group, like(group, bloc, whole, OUT, counts=False), "top")
                hidden = like(group, "", rest, (f"{bloc} (bloc)", "OTH", None), more={"hidden": "yes"})
                put(file, group, hidden, "end")

    file.later.append(later)


@fault
def quantity_column(file: File) -> None:
    name = file.random.choice(["Lượng (tấn)", "Quantity (tonnes)", "Net weight (kg)", "Đơn giá"])
    file.extra.append(name)

    def later(file: File) -> None:
        for row in file.rows:
            row.more[name] = str(file.random.randint(1, 9999))

    file.later.append(later)


@fault
def months(file: File) -> None:
    """Months side by side, with the months so far."""
    if file.columns == [(0, "")] and not any(row.year for row in file.rows):
        file.months = 2
        for row in file.rows:
            row.values = [file.number(), file.number()]
        file.columns = [(0, "")] * 2
        name = "Lũy kế 2 tháng" if file.vietnamese else "Jan-Feb 2023"
        file.extra.append(name)

        def later(file: File) -> None:
            for row in file.rows:
                row.more[name] = file.written(round(sum(row.held(i) for i in range(2)), 2))

        file.later.append(later)


@fault
def year_beside_months(file: File) -> None:
    """Rows of months and of the whole year below each other."""
    if any(row.year for row in file.rows) and len(file.columns) == 1:
        file.extra.append("period")
        rows = []
        for row in file.rows:
            whole = row.held(0)
            first = round(whole / 3, file.decimals)
            for i, value in enumerate([first, round(whole - first, file.decimals)]):
                rows.append(replace(row, values=[value], more={"period": f"{row.year}{i + 1:02d}"}, counts=False))
            row.more["period"] = str(row.year)
        file.rows += rows


@fault
def numbers_of_partners(file: File) -> None:
    """Codes of the United Nations, or of the IMF, with the names beside them."""
    system = file.random.choice([UN, IMF])
    known = {file.name(code): number for code, number in system.items()}
    file.extra.append("partner name")

    def later(file: File) -> None:
        for row in file.rows:
            row.more["partner name"] = row.label
            row.label = known.get(row.label, "" if row.label in known else row.label)

    if all(row.label in known for row in file.rows):
        file.later.append(later)
    else:
        file.extra.pop()


@fault
def total_in_one_group(file: File) -> None:
    """A total of one product and year only, or one of several that lacks its number."""
    label = file.random.choice(TOTALS)

    def later(file: File) -> None:
        groups = file.groups()
        group = file.random.choice(groups)
        values = sums(file, [row for row in group if row.counts])
        if len(groups) == 1 and len(values) > 1:
            values[0] = ""
        put(file, group, like(group, label, values, OUT, counts=False), "end")

    file.later.append(later)


@fault
def order_column(file: File) -> None:
    """Numbers of rows before the labels."""
    file.order = file.random.choice(["STT", "No.", "", "TT"])
    file.numbered = True


@fault
def marks(file: File) -> None:
    file.mark, file.thousands = file.random.choice([(",", "."), (".", ","), (",", ""), (".", " ")])
    if file.mark == "," == file.delimiter or file.thousands == file.delimiter:
        file.delimiter = ";"


@fault
def title(file: File) -> None:
    unit = f"Đơn vị: {file.unit[0]}" if file.unit[0] else ""
    words = ["KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG", unit] if file.vietnamese else ["Exports by partner", unit]
    file.head = [one for one in words if one]


@fault
def signature(file: File) -> None:
    file.foot = file.random.choice(
        [["", "Nguồn: Cục Thống kê"], ["Source: customs", "Note: 2023 preliminary"], ["", "Nơi nhận:", "- Lưu VT", "GIÁM ĐỐC"]]
    )


@fault
def blank_rows(file: File) -> None:
    def later(file: File) -> None:
        at = file.random.randrange(len(file.rows))
        file.rows.insert(at, Row("", ["" for _ in file.columns], OUT, counts=False, more={"blank": "yes"}))

    file.later.append(later)


@fault
def written_otherwise(file: File) -> None:
    if file.vietnamese:
        file.encoding = file.random.choice(["utf-8-sig", "utf-16", "cp1258"])
    else:
        file.encoding = file.random.choice(["utf-8-sig", "utf-16", "latin-1"])


@fault
def workbook(file: File) -> None:
    file.workbook = True


# ---- writing ---------------------------------------------------------------------------------------------------------


def _written(file: File, value: float | str) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:,.{file.decimals}f}"
    return text.replace(",", "\0").replace(".", file.mark).replace("\0", file.thousands)


File.written = _written  # type: ignore[attr-defined]


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
            found.append(({"export": "Xuất khẩu", "import": "Nhập khẩu"} if vi else {"export": "Exports", "import": "Imports"})[flow] + said)
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
    quoted = [
        [f'"{one}"' if file.delimiter in one or '"' in one else one for one in line] for line in lines(file)
    ]
    text = "\r\n".join(file.delimiter.join(line) for line in quoted) + "\r\n"
    if file.encoding == "cp1258":
        return _in_1258(text), "table.csv"
    return text.encode(file.encoding, errors="replace"), "table.csv"


def _in_1258(text: str) -> bytes:
    import unicodedata

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
    import openpyxl

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


def made(seed: int, faults: int | None = None) -> File:
    """A file with one to three faults."""
    file = clean(seed)
    chance = file.random
    names = chance.sample([*FAULTS], faults or chance.randint(1, 3))
    # A total of amounts in two currencies is none.
    for name in names if "two_currencies" not in names else [one for one in names if not one.startswith("total")]:
        file.faults.append(name)
        FAULTS[name](file)
    for row in file.rows:
        row.more, row.values = dict(row.more), [*row.values]
    for later in sorted(file.later, key=lambda one: ORDER.get(one.__qualname__.split(".")[0], 5)):
        later(file)
    return file


# Sums first, then what changes how numbers and rows are written.
ORDER = {"bloc_with_members": -1, "bloc_beyond_members": -1, "total": 0, "total_beyond_its_parts": 0, "total_in_one_group": 0, "repeated": 1, "owners": 1.5, "quantities": 2, "lost_zeros": 3, "two_currencies": 3, "rounded": 3, "blank_rows": 9}


# ---- the truth -------------------------------------------------------------------------------------------------------


def _several(kept: str | list[str]) -> list[str]:
    return [kept] if isinstance(kept, str) else kept


def readings(file: File, options: Mapping[str, object]) -> Iterator[dict[tuple[str, ...], float]]:
    """All right readings under the options taken: value by partner, product, year and flow, in the file's unit."""
    rows: Mapping[str, str] = options.get("rows") or {}  # type: ignore[assignment]
    if "two_currencies" in file.faults and "Currency" not in rows:
        return
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
                year, flow = year or row.year, flow or {"X": "export", "RX": "re-export"}.get(row.flow, row.flow)
                value = row.values[i]
                if not isinstance(value, float) or value < 0:
                    continue
                if year and options.get("year") not in (None, year) or flow and options.get("flow") not in (None, flow):
                    continue
                key = (partner, product.zfill(digits), str(year or ""), flow or str(options.get("flow") or ""))
                cells[key] = cells.get(key, 0.0) + value
        yield cells
