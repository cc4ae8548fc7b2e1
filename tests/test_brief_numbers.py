"""Every number of a brief: recomputed from the trade table with plain pandas, and found again in the workbook.

The page is read as its reader has it. A number of the page is what stands in its sentences, heads, rows and cells,
without: years and days (four digits from 1900 to 2100 without a mark, and dates), the words of a sentence that hold a
numeral whatever the data are (those of its template in the catalogue, as in "the 3 largest"), and what names a file or
a rule (a checksum, TA-119).
"""

import contextlib
import html.parser
import re
import tomllib
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import brief_by_hand as by_hand
import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.sources.embedded import embedded_for

TEXTS = Path(ta.__file__).parent / "texts"
LANGS = ("en", "vi")
ECONOMIES = ("VNM", "THA", "MEX", "BTN")
PROVINCES = ("years", "products", "others", "plan")
# Rows of a table of contributions, before that of the others.
SHOWN = range(1, 12)


# ---- the page and the workbook, as they are read ------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """Texts and tables of a page in their order; letters of pictures and rules of style are left out."""

    TEXT = frozenset({"h1", "h2", "h3", "p", "li", "dt", "dd"})

    def __init__(self, path):
        super().__init__()
        self.texts, self.tables, self._open, self._parts, self._aside = [], {}, "", [], 0
        self._label, self._row, self._foot = "", None, False
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "svg", "title", "footer"):
            self._aside += 1
        if tag == "div" and (label := dict(attrs).get("aria-label")):
            self._label = label
            self.tables[label] = []
        if tag == "tr":
            self._row = []
        if tag in self.TEXT or tag in ("th", "td"):
            self._open, self._parts = tag, []

    def handle_endtag(self, tag):
        if tag in ("style", "svg", "title", "footer"):
            self._aside -= 1
        if tag == "tr":
            self.tables[self._label].append(self._row)
        if tag == self._open:
            text, self._open = "".join(self._parts).strip(), ""
            if tag in ("th", "td"):
                self._row.append(text)
            elif not self._aside:
                self.texts.append(text)

    def handle_data(self, data):
        if self._open and not self._aside:
            self._parts.append(data)

    def everything(self):
        """Each text and each cell."""
        return [*self.texts, *(cell for rows in self.tables.values() for row in rows for cell in row)]


@cache
def catalogue(lang):
    found = {}
    for path in sorted(TEXTS.glob(f"*{lang}.toml")):
        found |= {key: text.strip() for key, text in tomllib.loads(path.read_text("utf-8")).items()}
    return found


@cache
def numerals_of_words(lang):
    """The templates that hold a numeral in their own words: as patterns, whose groups are the words."""
    patterns = []
    for template in catalogue(lang).values():
        words = re.split(r"\{[^{}]*\}", template)
        if re.search(r"\d", "".join(words)) and len(re.findall(r"[^\W\d]", "".join(words))) > 2:
            start, end = (
                r"(?<![\w.,])" if words[0][:1].isalnum() else "",
                r"(?!\w)" if words[-1][-1:].isalnum() else "",
            )
            patterns.append(re.compile(start + ".+?".join(f"({re.escape(one)})" for one in words) + end))
    return sorted(patterns, key=lambda one: -len(one.pattern))


NAMES = r"TA-\d+|CC BY \d\.\d|Rev\.\d|SHA-256|\b(?=[0-9a-f]*\d)[0-9a-f]{16}\b"
DATES = r"\b\d{1,2} [A-Z][a-z]+ \d{4}|\b\d{2}/\d{2}/\d{4}|\b\d{4}-\d{2}-\d{2}|(?<![\d.,])(?:19|20)\d\d(?![\d%]|[.,]\d)"


def numbers(text, lang):
    """The numbers of a text as they are written: with sign and per cent."""
    text = text[:1].lower() + text[1:]
    for pattern in numerals_of_words(lang):
        pieces = list(pattern.finditer(text)) or list(pattern.finditer(text[:1].upper() + text[1:]))
        for found in pieces:
            spans = [found.span(i) for i in range(1, pattern.groups + 1)]
            text = "".join("#" if any(a <= i < b for a, b in spans) and c.isdigit() else c for i, c in enumerate(text))
    text = re.sub(f"{NAMES}|{DATES}", "#", text)
    return re.findall(r"(?:[+−]|(?<!\w)-)?\d+(?:[.,]\d+)*%?", text)


def parsed(written, lang):
    """Value, decimals, and whether it is per cent."""
    plain = written.rstrip("%").replace("−", "-")
    whole, mark = (plain.replace(",", ""), ".") if lang == "en" else (plain.replace(".", "").replace(",", "."), ".")
    digits = len(whole.partition(mark)[2])
    return float(whole), digits, written.endswith("%")


def rounds(exact, written, lang, outwards=False):
    """Whether a number is written so at its digits: per cent of a share; ends of intervals are rounded outwards."""
    value, digits, percent = parsed(written.removeprefix("<"), lang)
    if written.startswith("<"):  # something, which would be written as nothing
        return 0 < exact < 0.5 * value / 100
    gap = abs((100 * exact if percent else exact) - value)
    return gap <= (1.0 if outwards else 0.5) * 10**-digits * (1 + 1e-6)


@contextlib.contextmanager
def without_pictures():
    """For pages that are read for their sentences and tables."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tradeanalysis.brief.documents.pictures_of", lambda *_, **__: {})
        yield


class Brief:
    """A brief that was written: its page, its workbook, and the table of which it is."""

    def __init__(self, folder, lang, table, reporter, economy, year, flows, plan, dropped):
        (page,), (book,) = folder.glob(f"*_{lang}.html"), folder.glob(f"*_{lang}.xlsx")
        self.lang, self.page, self.book = lang, Page(page), openpyxl.load_workbook(book)
        self.table, self.reporter, self.economy, self.year, self.flows = table, reporter, economy, year, flows
        self.plan, self.dropped = plan, dropped

    def say(self, key, **words):
        return catalogue(self.lang)[key].format(**words)

    def rows(self, *keys, **words):
        """The rows of the table with this label, without its heads."""
        return self.page.tables[": ".join(self.say(key, **words) for key in keys)][1:]

    def written(self):
        """Row by row what the list of figures says: the text, the number as written, the exact one."""
        sheet, text = self.book[self.say("book_figures")], ""
        found = []
        for _, said, column, number, exact in sheet.iter_rows(min_row=2, values_only=True):
            text = said or text
            found.append((text, column, number, exact))
        return found

    def cells(self):
        """The numbers of all sheets."""
        return [cell for one in self.book for row in one.values for cell in row if isinstance(cell, (int, float))]


def workbook(path, rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    book.save(path)
    return path


def province(kind, folder):
    """A workbook as a province makes it, read; the year, the plan, and the rows read and the sum of the totals."""
    path = folder / "tinh.xlsx"
    if kind == "years":  # two years with estimates, a remainder, months so far
        rows = [
            ["SỞ CÔNG THƯƠNG TỈNH LONG AN"],
            ["Thị trường", "Trị giá xuất khẩu (1000 USD)", None, "Năm 2023/2022 (%)"],
            [None, "Năm 2022", "Năm 2023 (ước)", None],
            ["Nhật Bản", 2000, 2500, 125],
            ["Thái Lan", 1000, 1500, 150],
            ["Hoa Kỳ", 4000, 5210, 130],
            ["Đức", 310, 290, 94],
            ["Các nước khác", 700, 815, 116],
            ["TỔNG", 8010, 10315, 129],
        ]
        workbook(path, rows, merged=["A2:A3", "B2:C2", "D2:D3"])
        return ta.read(path, drop_aggregates=True, flow="export"), 2023, {}, (12, 18_325e3)
    if kind == "others":  # products by markets, a part of which is not detailed
        rows = [("rice", "PHL", 3e8), ("rice", "CHN", 2e8), ("rice", "OTH", 5e8), ("tea", "CHN", 8e7)]
        rows += [("tea", "USA", 2e7), ("fish", "USA", 7e7), ("fish", "OTH", 3e7)]
        table = pd.DataFrame(rows, columns=["product", "partner", "value"])
        both = [table[table["product"] != "fish"].assign(year=2022), table.assign(year=2023)]
        return pd.concat(both, ignore_index=True), 2023, {}, None
    if kind == "products":  # products by markets
        rows = [
            ["Mặt hàng", "Thị trường", "Trị giá (1000 USD)"],
            ["Gạo", "Philippines", 300],
            [None, "Trung Quốc", 200],
            [None, "Malaysia", 57],
            [None, "Cộng", 557],
            ["Cà phê", "Đức", 250],
            [None, "Trung Quốc", 150],
            [None, "Cộng", 400],
            ["Tôm", "Hoa Kỳ", 700],
            [None, "Nhật Bản", 45],
            [None, "Cộng", 745],
            ["Tổng cộng", None, 1702],
        ]
        workbook(path, rows, merged=["A2:A5", "A6:A8", "A9:A11", "A12:B12"])
        return ta.read(path, drop_aggregates=True, flow="export", year=2023), 2023, {}, (11, 3_404e3)
    rows = [
        ["SỞ CÔNG THƯƠNG TỈNH LONG AN"],
        ["XUẤT KHẨU HÀNG HÓA THEO THỊ TRƯỜNG NĂM 2023"],
        [None, None, "ĐVT: tỷ đồng"],
        ["TT", "Thị trường", "Kim ngạch"],
        [1, "Nhật Bản", 1000],
        [2, "Đài Loan (TQ)", 750],
        [3, "Hoa Kỳ", 450],
        [4, "Hàn Quốc", 380],
        [5, "Lào", 120],
        [6, "Nước khác", 130],
        [None, "Tổng cộng", 2830],
    ]
    workbook(path, rows)
    return ta.read(path, drop_aggregates=True), 2023, {"growth": 0.2, "cap": 0.35}, (7, 2_830e9)


@pytest.fixture(scope="module")
def brief_of(tmp_path_factory):
    """The brief on an economy, or of a province's workbook: each is written once, in both languages."""

    @cache
    def folder(name):
        made, given, dropped = tmp_path_factory.mktemp(name), {}, None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            if name in PROVINCES:
                table, year, given, dropped = province(name, tmp_path_factory.mktemp("tinh"))
                flows, reporter, economy = ["export"], "Long An", "VNM"
            else:
                (table, year), reporter, economy, flows = embedded_for(name), name, name, ["export", "import"]
            with without_pictures():
                of_flow = {"flow": flows[0]} if len(flows) == 1 else {}
                ta.write_brief(table, reporter, year=year, out=made, format=["html", "xlsx"], **of_flow, **given)
        full = table.assign(
            **{key: value for key, value in (("reporter", reporter), ("flow", flows[0])) if key not in table}
        )
        full = full if "year" in full else full.assign(year=year)
        return made, pd.DataFrame(full), reporter, economy, year, flows, given, dropped

    return cache(lambda name, lang: Brief(folder(name)[0], lang, *folder(name)[1:]))


ALL = pytest.mark.parametrize(("name", "lang"), [(name, lang) for name in (*ECONOMIES, *PROVINCES) for lang in LANGS])


# ---- no number on a page that the workbook lacks --------------------------------------------------------------------


@ALL
def test_every_number_of_the_page_stands_in_the_workbook_with_every_digit(name, lang, brief_of):
    brief = brief_of(name, lang)
    listed, on_page = Counter(), Counter()
    for _, _, written, exact in brief.written():
        (number,) = numbers(written, lang)
        assert rounds(exact, number, lang, outwards=True), (written, exact)
        listed[number] += 1
    for text in brief.page.everything():
        on_page.update(numbers(text, lang))
    assert on_page - listed == Counter()
    assert listed - on_page == Counter()


@ALL
def test_the_numbers_of_a_sentence_are_those_that_the_workbook_gives_for_it(name, lang, brief_of):
    brief = brief_of(name, lang)
    listed = {}
    for text, column, written, _ in brief.written():
        if not column:
            listed.setdefault(text, []).append(numbers(written, lang)[0])
    for text in brief.page.texts:
        if numbers(text, lang):
            assert sorted(numbers(text, lang)) == sorted(listed.get(text, [])), text


# ---- every figure recomputed ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recomputed(brief_of):
    """All that a brief may say in either language: every number from the trade table."""
    return cache(lambda name: _recomputed(brief_of(name, LANGS[0])))


def _recomputed(brief):
    found = set[float]()
    for flow in brief.flows:
        found |= _of_flow(brief, flow)
    return sorted(found)


def _in_units(values):
    return {value / size for value in values for size in (1.0, 1e6, 1e9)}


def _of_flow(brief, flow):
    table, year = brief.table, brief.year
    years = by_hand.years_of(table, brief.reporter, flow)
    now, then = years[year], years.get(year - 1)
    found, money = {1.0, 1 - now.unallocated, now.unallocated, 1.06, 0.5, 0.4}, {now.total, now.rest}
    for one in years.values():
        found |= {one.unallocated, 1 - one.unallocated, float(len(one.partners))}
        found |= {hhi for name, hhi in one.indices().items() if name != "total"}
        money.add(one.total)
    found |= {float(len(now.partners) - 10)}
    found |= set(now.partners / now.total) | set((now.partners / now.total).cumsum())
    found.add(float(now.partners.iloc[10:].sum() / now.total))
    money |= set(now.partners) | {float(now.partners.iloc[10:].sum())}
    if then is not None:
        earlier = then.partners.reindex(now.partners.index).fillna(0.0 if not then.rest else float("nan"))
        others = then.detailed - float(earlier.head(10).sum())
        money |= {*earlier, others, then.rest}
        found |= set(earlier / then.total) | {others / then.total}
        found |= set(now.partners / earlier - 1)
        found |= {float(now.partners.iloc[10:].sum()) / others - 1} if others else set()
        found |= {abs(now.total / then.total - 1), now.total / then.total - 1}
        found |= {now.rest / then.rest - 1} if then.rest else set()
    met, anyone = by_hand.agreements(now, brief.economy, year)
    for values in [*met.values(), anyone]:
        found |= {float(len(values)), float(values.sum() / now.total)}
        money.add(float(values.sum()))
    found |= _over_years(years, year)
    if flow == "export":
        world = ta.example(f"world_{min(max(year, 2010), 2020)}")
        found |= by_hand.through_hubs(now, brief.economy, world)
    lost = by_hand.closures(now)
    found |= set(lost["gross"]) | set(lost["net"]) | set(lost["after"])
    money |= set(lost["loss"]) | set(lost["loss"] * lost["net"] / lost["gross"])
    if now.rest:
        found |= set(by_hand.ends_with_rest(now))
    if brief.economy == brief.reporter:
        more, amounts = _among_others(brief, flow, now)
        found, money = found | more, money | amounts
    if "product" in table:
        more, amounts = _products(table[table["year"] == year])
        found, money = found | more, money | amounts
    if brief.economy != brief.reporter:
        more, amounts = _country(brief, flow, now)
        found, money = found | more, money | amounts
    if brief.plan:
        more, amounts = _planned(now, **brief.plan)
        found, money = found | more, money | amounts
    if brief.dropped is not None:
        rows, value = brief.dropped
        found, money = found | {float(rows)}, money | {value}
    return {one for one in found | _in_units(money) if one == one}


def _country(brief, flow, now):
    """A province's largest partners in the trade of the country, of which it may be a part."""
    country = by_hand.flow_of(ta.example("exports_2021_2024"), brief.economy, flow, brief.year)
    indices = country.indices()
    found = {indices[one] for one in ("hhi", "effective", "n", "top1", "top3")} | {1 - country.unallocated}
    found |= set(country.partners / country.total) | {now.total / country.total}
    return found, {country.total}


def _planned(now, growth, cap):
    """The targets, what is not detailed growing as the total does, and the growth of each."""
    targets = by_hand.plan(now, growth, cap)
    assert targets.sum() == pytest.approx(now.detailed * (1 + growth), rel=1e-9)
    largest = float(targets.iloc[0]) / (now.total * (1 + growth))
    assert largest <= cap * (1 + 1e-9)
    found = {growth, cap, largest, *(targets / now.partners - 1)}
    return found, {*targets, now.rest * (1 + growth), now.total * (1 + growth)}


def _over_years(years, year):
    if len(years) < 2:
        return set()
    first = min(years)
    table = by_hand.moved(years[year], years[first])
    squares = [float(((one.partners / one.total) ** 2).sum()) for one in (years[first], years[year])]
    change = squares[1] - squares[0]
    assert table["part"].sum() == pytest.approx(change, rel=1e-9)
    found = {float(table["part"].iloc[0] / change)}
    for shown in SHOWN:
        rest = table.iloc[shown:]
        found |= {float(len(rest)), *(float(rest[column].sum()) for column in ("before", "after", "part"))}
    for column in ("before", "after", "part"):
        found |= set(table[column].head(max(SHOWN)))
    return found


def _among_others(brief, flow, now):
    table, reporter, year = brief.table, brief.reporter, brief.year
    place, among = by_hand.rank(table, reporter, flow, year)
    of_year = table[(table["year"] == year) & (table["flow"] == by_hand.MIRRORED[flow])]
    totals = of_year.groupby("reporter")["value"].sum()
    found = {float(place), float(among), by_hand.benchmark(table, reporter, flow, year)}
    found |= set((now.partners / totals.reindex(now.partners.index)).dropna())
    both = by_hand.reports(table, reporter, flow, year)
    found |= set((both["theirs"] / both["own"] - 1).dropna())
    found |= set(by_hand.ends_of_hhi(both["low"], both["high"]))
    own = table[(table["reporter"] == reporter) & (table["flow"] == flow) & (table["year"] == year)]
    found.add(float(own.loc[own["estimated"], "value"].sum() / own["value"].sum()))
    return found, set(both["own"].dropna()) | set(both["theirs"].dropna())


def _products(rows):
    table, (parts, without) = by_hand.products(rows), by_hand.parts_of_products(rows)
    found = {
        float(len(table)),
        float((table["low"] > by_hand.CONCENTRATED).sum()),
        float(((table["low"] <= by_hand.CONCENTRATED) & (table["high"] > by_hand.CONCENTRATED)).sum()),
        by_hand.hhi(by_hand.Flow(rows).partners),
    }
    of_product = [by_hand.Flow(one) for _, one in rows.groupby("product")]
    moves = {by_hand.to_move(one.partners, one.rest) for one in of_product}
    shown = {*table["share"], *table["low"], *table["high"], *table["detailed"], *parts, *without}
    return found | shown, set(table["value"]) | moves


@ALL
def test_every_figure_is_one_that_plain_pandas_computes(name, lang, brief_of, recomputed):
    brief = brief_of(name, lang)
    expected = pd.Series(recomputed(name))
    unknown = [
        (text[:90], column, written, exact)
        for text, column, written, exact in brief.written()
        if not ((expected - exact).abs() <= 1e-9 * max(abs(exact), 1e-6)).any()
    ]
    assert unknown == []


# ---- where each figure stands ---------------------------------------------------------------------------------------


SIZES = {"bn": 1e9, "tỷ": 1e9, "mn": 1e6, "triệu": 1e6}


def size_of(head):
    """The unit that the head of a column of amounts names."""
    return SIZES.get(head.partition(", ")[2].split()[0], 1.0)


def agrees(cells, expected, lang):
    """Each cell writes the number in its place; a missing one is a dash, and None is not compared."""
    for cell, exact in zip(cells, expected, strict=True):
        if exact is not None and exact != exact:
            assert cell == "–", (cells, expected)
        elif exact is not None:
            assert rounds(exact, cell, lang), (cells, expected)


def named(agreement, row):
    """Whether a row names an agreement: in full, or by its code after another."""
    code = re.search(r"\(([^)]+)\)$", agreement)
    return row.startswith(agreement) or (code is not None and code[1] in row.split(", ")[1:])


def flows_of(brief):
    for flow in brief.flows:
        years = by_hand.years_of(brief.table, brief.reporter, flow)
        yield flow, years, years[brief.year], years.get(brief.year - 1)


@ALL
def test_one_base_rows_sum_to_the_total_and_shares_to_one(name, lang, brief_of):
    brief = brief_of(name, lang)
    for flow, _, now, then in flows_of(brief):
        kind = "" if len(now.partners) > 10 else "all_"
        rows = brief.rows(f"brief_table_{kind}{flow}")
        for column in (1, 2, *[3] * (then is not None)):
            cells = [parsed(row[column], lang) if row[column] != "–" else (0.0, 1, False) for row in rows]
            rounding = 0.5 * 10 ** -cells[-1][1] * len(cells)
            if column < 3 or "–" not in [row[column] for row in rows]:
                assert sum(one[0] for one in cells[:-1]) == pytest.approx(cells[-1][0], abs=rounding)
        assert parsed(rows[-1][2], lang)[0] == 100
        # The largest partner has one share on the page: in the table, in the indices and in the scenario.
        share = rows[0][2]
        top1 = (
            f"brief_top1_{flow}" if f"brief_top1_{flow}" in catalogue(lang) and len(brief.flows) == 1 else "brief_top1"
        )
        indices = {row[0]: row[1:] for row in brief.rows("brief_indices")}
        if len(now.partners) > 1:
            place = brief.flows.index(flow) * (1 + any(one for *_, one in flows_of(brief)))
            assert indices[brief.say(top1)][place] == share
        closed = brief.rows(f"{flow}_head", f"brief_closed_head_{flow}")
        assert closed[0][:2] == [rows[0][0], share]


@ALL
def test_each_row_of_partners_has_its_own_figures(name, lang, brief_of):
    brief = brief_of(name, lang)
    for flow, _, now, then in flows_of(brief):
        kind = "" if len(now.partners) > 10 else "all_"
        label = brief.say(f"brief_table_{kind}{flow}")
        heads, *rows = brief.page.tables[label]
        of_year = brief.table[(brief.table["year"] == brief.year) & (brief.table["flow"] == by_hand.MIRRORED[flow])]
        totals = of_year.groupby("reporter")["value"].sum()
        running = (now.partners / now.total).cumsum()
        for row, (partner, value) in zip(rows, now.partners.head(10).items(), strict=False):
            expected = [value / size_of(heads[1]), value / now.total]
            if then is None:
                expected.append(running[partner])
            else:
                absent = float("nan") if then.rest else 0.0
                earlier = then.partners.get(partner, absent)
                expected += [earlier / then.total, value / earlier - 1 if earlier > 0 else float("nan")]
            if len(heads) > len(expected) + 1:
                expected.append(value / totals.get(partner, float("nan")))
            agrees(row[1:], expected, lang)
        expected = [now.total / size_of(heads[1]), 1.0]
        expected += [] if then is None else [1.0, now.total / then.total - 1]
        agrees(rows[-1][1 : 1 + len(expected)], expected, lang)
        if now.unallocated >= 0.0005:
            agrees(rows[-2][1:3], [now.rest / size_of(heads[1]), now.unallocated], lang)


@ALL
def test_each_index_stands_in_its_column(name, lang, brief_of):
    brief = brief_of(name, lang)
    both = any(then is not None for *_, then in flows_of(brief))
    columns = [one for _, _, now, then in flows_of(brief) for one in [now, *[then] * both]]
    _, *rows = brief.page.tables[brief.say("brief_indices")]
    names = ["total", "n", "hhi", "points", "effective", "rank", "top1", "top3", "top5", "gini"]
    if brief.economy != brief.reporter:
        names.remove("rank")
    largest = max(len(now.partners) for _, _, now, _ in flows_of(brief))
    names = [one for one in names if not (one[:3] == "top" and int(one[3:]) >= largest)]
    assert len(rows) == len(names)
    for row, key in zip(rows, names, strict=True):
        for cell, flow in zip(row[1:], columns, strict=True):
            if key == "total" and flow is not None:
                number, *unit = cell.split()
                assert rounds(flow.total / SIZES.get(unit[0], 1.0), number, lang)
            elif key != "rank":
                agrees([cell], [float("nan") if flow is None else flow.indices()[key]], lang)
    if "rank" in names:
        places = [by_hand.rank(brief.table, brief.reporter, flow, brief.year) for flow in brief.flows]
        cells = rows[names.index("rank")][1:]
        for place, cell in zip(places, cells[:: 1 + both], strict=True):
            assert int(re.findall(r"\d+", cell)[0]) == place[0]


@ALL
def test_agreements_contributions_reports_and_closures_row_by_row(name, lang, brief_of):
    brief = brief_of(name, lang)
    for flow, years, now, _ in flows_of(brief):
        met, anyone = by_hand.agreements(now, brief.economy, brief.year)
        if met:
            heads, *rows = brief.page.tables[brief.say(f"brief_agreements_{flow}")]
            of_name = {names[LANGS.index(lang)]: values for names, values in met.items()}
            anyone_of = {brief.say("brief_any_agreement"): anyone} if len(rows) > 1 else {}
            stated = set()
            for row in rows:
                values = (of_name | anyone_of)[next(one for one in of_name | anyone_of if row[0].startswith(one))]
                alike = [one for one in of_name if named(one, row[0])]  # agreements with the same partners share a row
                assert all(set(of_name[one].index) == set(values.index) for one in alike)
                stated |= set(alike)
                agrees(row[2:], [len(values), values.sum() / size_of(heads[3]), values.sum() / now.total], lang)
            assert stated == set(of_name)
        if len(years) > 1:
            table = by_hand.moved(now, years[min(years)])
            title = brief.say("brief_moved", before=min(years), after=brief.year)
            _, *rows = brief.page.tables[f"{brief.say(f'{flow}_head')}: {title}"]
            shown = len(rows) - (len(rows) < len(table))
            for row, expected in zip(rows, table.head(shown).to_numpy().tolist(), strict=False):
                agrees(row[1:], expected, lang)
            if len(rows) > shown:
                agrees(rows[-1][1:], table.iloc[shown:].sum().tolist(), lang)
        for row, expected in zip(
            brief.rows(f"{flow}_head", f"brief_closed_head_{flow}"),
            by_hand.closures(now)[["gross", "net", "after"]].head(5).to_numpy().tolist(),
            strict=True,
        ):
            agrees(row[1:], expected, lang)
        if brief.economy == brief.reporter and name != "BTN":
            both = by_hand.reports(brief.table, brief.reporter, flow, brief.year)
            both = both.sort_values("own", ascending=False, kind="stable").head(5)
            heads, *rows = brief.page.tables[f"{brief.say(f'{flow}_head')}: {brief.say('brief_both_head')}"]
            size = size_of(heads[1])
            for row, (own, theirs) in zip(rows, both[["own", "theirs"]].to_numpy().tolist(), strict=True):
                agrees(row[1:], [own / size, theirs / size, theirs / own - 1], lang)


@ALL
def test_the_workbook_is_in_the_language_and_says_what_each_sheet_holds(name, lang, brief_of):
    brief = brief_of(name, lang)
    first = brief.book.worksheets[0]
    described = [row[0] for row in first.iter_rows(min_row=2, values_only=True)]
    assert described[1:-1] == brief.book.sheetnames[1:]
    for sheet in brief.book:
        assert len(sheet.title) <= 31
        assert sheet.freeze_panes == "A2"
        heads = [cell.value for cell in sheet[1]]
        assert len(set(heads)) == len(heads)
        for place, head in enumerate(heads):
            for row in sheet.iter_rows(min_row=2):
                cell = row[place]
                named = f"{head} {row[0].value} {cell.number_format}"  # of a list of entries each row has its unit
                large = isinstance(cell.value, float) and abs(cell.value) >= 1000 and "%" not in cell.number_format
                if large and sheet.title != brief.say("book_figures") and "× 1" not in str(row[0].value):
                    assert re.search("USD|VND|đồng", named), (sheet.title, named)


# ---- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_numbers_at_the_marks_of_pictures_are_in_the_workbook(lang, brief_of, tmp_path):
    """Labels of values, titles and notes; the scales of axes are no figures."""
    drawn = []

    def keep(ax, name, _):
        drawn.append((name, ax))
        return "<svg></svg>"

    table, year = embedded_for("VNM")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tradeanalysis.brief.drawings.inline_svg", keep)
        ta.write_brief(table, "VNM", year=year, flow="export", out=tmp_path, langs=[lang], format="html")
    cells = pd.Series(brief_of("VNM", lang).cells()).dropna()
    scaled = {"%": 100 * cells, "": pd.concat([cells, cells / 1e3])}  # millions as billions
    missing = []
    for name, ax in drawn:
        for text in [*ax.texts, *ax.figure.figure.texts]:
            shown = " ".join(text.get_text().split())
            shown = re.sub(r"(?<=\d)(?= →|–)", "%", shown) if "export-hubs" in name else shown  # 27.8 → 27.8–28.1%
            for number in numbers(shown, lang):
                value, digits, percent = parsed(number, lang)
                gap = (scaled["%" if percent else ""] - value).abs().min()
                most = 1.0 if "export-hubs" in name else 0.5  # ends are rounded outwards
                if gap > most * 10**-digits * (1 + 1e-6):
                    missing.append((name, text.get_text(), number))
    assert drawn
    assert missing == []
