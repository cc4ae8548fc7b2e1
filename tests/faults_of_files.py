"""Faults of files as people bring them, put into a table with a known truth: see ``faulty_files.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from faulty_files import BLOCS, CONTINENTS, COUNTRIES, IMF, OUT, UN, File, Row, clean

TOTALS = [
    "World",
    "Tổng cộng",
    "Tổng số",
    "Gesamt",
    "Total Estimates",
    "Всего",
    "合计",
    "Összesen",
    "Toplam",
    "Yhteensä",
]
RESTS = ["Others", "Khác", "Các nước khác", "Resto Mundo", "Rest of World", "Andere", "Areas nes", "其他", "Прочие"]
OWN = ["Khu chế xuất", "Perugia", "Zona Franca Manaus", "Kho ngoại quan Bình Dương"]
SYNONYMS = {"USA": ["Mỹ", "USA"], "KOR": ["South Korea", "CH Hàn Quốc"], "DEU": ["Germany", "CHLB Đức"]}

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
    def later(file: File) -> None:
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

    file.later.append(later)


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
        file.rows.insert(
            at, like(group, words + file.random.choice(["FDI", "ASEAN", "gạo"]), values, OUT, counts=False)
        )


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
        wrong = file.random.choice(
            [label[:i] + label[i + 1 :], label[: i - 1] + label[i] + label[i - 1] + label[i + 1 :]]
        )
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
        rows.append(
            replace(
                row,
                flow="RX",
                values=[round(v / 9, file.decimals) if isinstance(v, float) else v for v in row.values],
                means=OUT,
            )
        )
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
        put(
            file, group, like(group, "Việt Nam" if file.vietnamese else "Viet Nam", values, OUT, counts=False), "middle"
        )


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
                whole: list[float | str] = [
                    round(one + round(one * 0.7, file.decimals), file.decimals) for one in parts
                ]
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
        file.columns = [(2023, "")] * 2
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
        [
            ["", "Nguồn: Cục Thống kê"],
            ["Source: customs", "Note: 2023 preliminary"],
            ["", "Nơi nhận:", "- Lưu VT", "GIÁM ĐỐC"],
        ]
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
ORDER = {
    "continents": -0.5,
    "bloc_with_members": -1,
    "bloc_beyond_members": -1,
    "total": 0,
    "total_beyond_its_parts": 0,
    "total_in_one_group": 0,
    "repeated": 1,
    "owners": 1.5,
    "quantities": 2,
    "lost_zeros": 3,
    "two_currencies": 3,
    "rounded": 3,
    "blank_rows": 9,
}
