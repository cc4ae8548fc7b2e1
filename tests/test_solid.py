"""Hostile edges: what declares more than it holds, hangs, names a device, leaves float64 or writes over its input.

Each is refused in words or read as it is, within a bound of time and memory. Longer runs stand in ``mutated_files.py``
and ``killed_writers.py``, which these tests run for a moment.
"""

import gzip
import io
import os
import random
import re
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from killed_writers import killed
from mutated_files import one_file
from pattern_steps import Steps, growth, patterns
from structured_damage import made_files, open_document, restructured

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.output.safe_texts import is_device
from tradeanalysis.output.whole_files import keeping, replacing, sweep
from tradeanalysis.sources.formats.binary_workbooks import check_binary_sheets, check_old_workbook
from tradeanalysis.sources.formats.cell_positions import check_repeats
from tradeanalysis.sources.raw import foreign_errors

SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>partner</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>value</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>USA</t></is></c><c r="B2"><v>1</v></c></row>'
)


def book(path, rows, texts="", more=""):
    """A workbook of one sheet, written by hand."""
    types = f'<Types xmlns="{PACKAGE}content-types"><Default Extension="rels" ContentType="application/'
    types += 'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    types += '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    types += 'spreadsheetml.sheet.main+xml"/></Types>'
    links = f'<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" Type="{OFFICE}'
    members = {
        "[Content_Types].xml": types,
        "_rels/.rels": f'{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {SHEET} xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {SHEET}><sheetData>{rows}</sheetData>{more}</worksheet>",
    }
    if texts:
        members["xl/sharedStrings.xml"] = texts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, '<?xml version="1.0"?>' + text)
    return path


def refusal(source, **options):
    """The keys of the texts by which a file is refused."""
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(source, **options)
    return [one.what_key for one in caught.value.findings]


# ---- positions and declared sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c s=">" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
        '<row r="9"><c r="ZZZZZZZ99999999999999999999"><v>1</v></c></row>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 300 + "</row>",
    ],
)
def test_a_cell_far_from_the_table_is_refused_before_a_reader_makes_room(far, tmp_path):
    assert refusal(book(tmp_path / "far.xlsx", ROWS + far)) == ["cells_far_apart"]


def test_styles_far_away_and_a_cell_a_little_apart_are_read(tmp_path):
    styled = book(tmp_path / "styled.xlsx", ROWS + '<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    declared = '<dimension ref="A1:XFD1048576"/>'
    assert ta.read(styled).shape == ta.read(book(tmp_path / "b.xlsx", ROWS, more=declared)).shape == (1, 2)


def test_a_text_that_is_named_by_many_cells_is_refused_by_its_size(tmp_path):
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(3, 9_000))
    texts = f"<sst {SHEET}><si><t>{'A' * 32_000}</t></si></sst>"  # 8,997 x 32 kB
    assert refusal(book(tmp_path / "texts.xlsx", ROWS + cells, texts)) == ["texts_repeated"]


def test_repeats_of_open_document_are_counted_before_they_unfold(tmp_path):
    rows = [["partner", "value"], ["USA", "3"]]
    path = tmp_path / "a.ods"
    path.write_bytes(open_document(rows))
    assert ta.read(path).shape == (1, 2)  # the empty end that offices write is none
    many = 'office:value="3" table:number-columns-repeated="9999999"'
    path.write_bytes(changed(open_document(rows), "content.xml", 'office:value="3"', many))
    assert refusal(path) == ["cells_far_apart"]
    path.write_bytes(changed(open_document(rows), "content.xml", ">USA<", '>A<text:s text:c="2000000000"/><'))
    assert refusal(path) == ["texts_repeated"]
    row = "<table:table-row "
    path.write_bytes(
        changed(open_document(rows), "content.xml", row[:-1] + ">", f'{row}table:number-rows-repeated="9999999">')
    )
    assert refusal(path) == ["cells_far_apart"]


def changed(content, name, old, new):
    """A zip in one of whose members a text stands for another."""
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(into := io.BytesIO(), "w") as packed:
        for one in given.namelist():
            part = given.read(one)
            packed.writestr(one, part.replace(old.encode(), new.encode()) if one == name else part)
    return into.getvalue()


def compound(stream, **header):
    """A compound file with one stream, "Workbook", of whole sectors: header, FAT, directory, stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    end = 0xFFFFFFFE
    fat = [0xFFFFFFFD, end, *(i + 3 for i in range(count - 1)), end]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    if header.get("circle"):
        fat[count + 1] = 2

    def entry(name, kind, start, size):
        text = name.encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1) + b"\xff" * 12 + bytes(36)
        return head + struct.pack("<IQ", start, size)

    size = header.get("size", len(stream))
    directory = entry("Root Entry", 5, end, 0) + entry("Workbook", 2, 2, size) + bytes(256)
    first = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    first += struct.pack("<IIIIIIIIII", 0, header.get("fats", 1), 1, 0, 4096, end, 0, end, 0, 0)[:36]
    first = first.ljust(76, b"\0") + struct.pack("<I", 0) + b"\xff" * 432
    return first + struct.pack("<128I", *fat) + directory + stream


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def old_stream(*records, texts=b""):
    """A stream of Excel 97: a book that names a sheet, and the sheet."""
    begin = record(0x0809, struct.pack("<HH", 0x0600, 5) + bytes(12))
    name = record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"a")
    at = len(begin) + len(name) + len(texts) + 4
    name = record(0x0085, struct.pack("<IBBBB", at, 0, 0, 1, 0) + b"a")
    return begin + name + texts + record(0x000A) + begin + b"".join(records) + record(0x000A)


NUMBER = record(0x0203, struct.pack("<HHHd", 1, 1, 0, 5.0))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (compound(old_stream(NUMBER, record(0x0203, struct.pack("<HHHd", 65535, 65535, 0, 1.0)))), "cells_far_apart"),
        (compound(old_stream(record(0x0200, struct.pack("<IIHHH", 0, 4294967295, 0, 65535, 0)))), "cells_far_apart"),
        (compound(old_stream(record(0x0200, struct.pack("<IIHHH", 9, 2, 0, 1, 0)))), "sizes_false"),
        (compound(old_stream(record(0x00BD, struct.pack("<HHHIH", 1, 5, 0, 0, 2)))), "sizes_false"),
        (compound(old_stream(texts=record(0x00FC, struct.pack("<ii", 1, -1)) + record(0x0042))), "sizes_false"),
        (compound(old_stream(texts=record(0x00FC, struct.pack("<ii", 1, 2**30)) + record(0x0042))), "sizes_false"),
        (compound(old_stream(NUMBER), circle=True), "sizes_false"),
        (compound(old_stream(NUMBER), fats=2**31), "sizes_false"),
        (compound(old_stream(NUMBER), size=2**31), "sizes_false"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "sizes_false"),
    ],
)
def test_old_workbooks_are_no_larger_than_they_are(content, key, tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    assert refusal(path) == [key]


def test_an_old_workbook_that_is_sound_passes(tmp_path):
    path = tmp_path / "a.xls"
    text = record(0x00FC, struct.pack("<ii", 1, 1) + struct.pack("<HB", 3, 0) + b"USA") + record(0x0042)
    named = record(0x00FD, struct.pack("<HHHI", 1, 0, 0, 0))
    path.write_bytes(
        compound(old_stream(record(0x0200, struct.pack("<IIHHH", 1, 2, 0, 2, 0)), NUMBER, named, texts=text))
    )
    check_old_workbook(path)


def test_binary_sheets_are_no_larger_than_they_are(tmp_path):
    def sheet(row, column):
        cell = bytes([5, 16]) + struct.pack("<IId", column, 0, 1.0)
        return bytes([0, 4]) + struct.pack("<I", row) + cell

    for far, sound in ((sheet(1, 1), True), (sheet(1_048_575, 16_383), False)):
        path = tmp_path / "a.xlsb"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.bin", b"")
            archive.writestr("xl/worksheets/sheet1.bin", sheet(0, 0) + far)
        with zipfile.ZipFile(path) as archive:
            if sound:
                check_binary_sheets(path, archive)
            else:
                with pytest.raises(ta.TradeDataError, match="1,048,576 rows and 16,384 columns"):
                    check_binary_sheets(path, archive)


def test_rows_that_a_few_bytes_of_parquet_declare_are_refused(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    same = pa.DictionaryArray.from_arrays(pa.array([0] * 16_000_000, pa.int8()), ["USA"])
    table = pa.table({f"column{i}": same for i in range(5)})
    parquet.write_table(table, tmp_path / "a.parquet")  # 80 million cells in some kB
    assert refusal(tmp_path / "a.parquet") == ["rows_declared"]


def test_a_gzip_bomb_is_refused_by_its_ratio_while_it_unpacks(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", 6) as file:
        for _ in range(300):
            file.write(bytes(1_000_000))
    assert refusal(path) == ["zip_unpacks"]
    with pytest.raises(ta.TradeDataError, match=r"unpacks to \d\d? MB"):  # of 300
        ta.read(path)
    path.write_bytes(gzip.compress(b"partner,value\n" + b"USA,1\nCHN,2\n" * 20))
    assert ta.inspect(path).rows > 0


# ---- engines' own errors ---------------------------------------------------------------------------------------------


class PanicException(BaseException):
    """As pyo3 names the panics of Rust."""


@pytest.mark.parametrize("error", [PanicException("index"), LookupError("x"), OverflowError("y"), AssertionError()])
def test_whatever_a_reader_raises_becomes_ours(error):
    with (
        pytest.raises(ta.TradeDataError, match="is a damaged Parquet file"),
        foreign_errors("a.parquet", "kind_parquet"),
    ):
        raise error


def test_what_stops_a_program_stays_what_it_is():
    for error in (KeyboardInterrupt, SystemExit):
        with pytest.raises(error), foreign_errors("a.xlsx", "workbook_damaged"):
            raise error
    with pytest.raises(ta.TradeDataError, match="more memory than there is"), foreign_errors("a.xlsx", "kind_zip"):
        raise MemoryError


def test_damaged_texts_of_arrow_are_refused_before_they_are_read():
    table = pd.DataFrame({"partner": ["USA", "CHN"], "value": [1.0, 2.0]})
    for kind, options in (("feather", {"compression": "uncompressed"}), ("parquet", {"compression": None})):
        getattr(table, f"to_{kind}")(into := io.BytesIO(), **options)
        content = into.getvalue().replace(b"USA", b"U\xff\xfe")
        assert content != into.getvalue()
        assert [one.what_key for one in ta.inspect(content, name=f"a.{kind}").findings] == ["file_damaged"]


@pytest.mark.parametrize("name", ["made.feather", "made.parquet", "made.dta", "made.xlsx", "made.ods", "made.csv.gz"])
def test_damage_of_structure_ends_in_our_error_or_a_table(name):
    content = made_files()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(25):
            found = one_file(restructured(content, random.Random(seed)), name, seed)
            assert not found["defect"] or "MB of memory" in found["defect"], (name, seed, found)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_folder_whose_name_is_no_column_is_refused_in_words(engine, tmp_path):
    folder = tmp_path / "year=2019; x=1"
    folder.mkdir()
    pd.DataFrame({"partner": ["USA"], "value": [1.0]}).to_parquet(folder / "a.parquet")
    assert refusal(tmp_path, engine=engine) == ["folder_name_unclear"]


def test_links_out_of_a_folder_are_said(tmp_path):
    rows = pd.DataFrame(
        {"reporter": "VNM", "partner": ["USA", "CHN"], "flow": "export", "year": 2019, "value": [1.0, 2]}
    )
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir(), outside.mkdir()
    rows.to_parquet(inside / "a.parquet")
    rows.assign(year=2020).to_parquet(outside / "b.parquet")
    (inside / "b.parquet").symlink_to(outside / "b.parquet")
    (inside / "more").symlink_to(outside)
    with pytest.warns(ta.TradeDataWarning) as caught:
        ta.read(inside)
    keys = [one.what_key for each in caught for one in each.message.findings]
    assert {"links_out", "links_not_followed"} <= set(keys)


def test_ten_threads_read_a_folder_of_duckdb(tmp_path):
    world = ta.example("world_2023")
    world.to_parquet(tmp_path / "a.parquet")
    expected, answers, errors = ta.measure(world, ta.hhi, by="reporter")["hhi"].sum(), [], []

    def go():
        try:
            answers.extend(ta.measure(ta.read(tmp_path), ta.hhi, by="reporter").df()["hhi"].sum() for _ in range(3))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(10)]
    [one.start() for one in threads], [one.join() for one in threads]
    assert errors == []
    assert answers == pytest.approx([expected] * 30, rel=1e-12)


# ---- regular expressions ---------------------------------------------------------------------------------------------

# Patterns that take more than twice the steps on twice the text, and why no text of that length comes to them.
BOUNDED = {
    "inline.py": "a drawing that matplotlib wrote",
    "reference_list.py": "the library's own references",
    "headings.py": "the text ends at the last bracket that closes",
    "sentences.py": "the text ends at the last bracket that closes",
    "workbook_parts.py": "the sheet ends at the last cell that closes",
    "row_roles.py": "at most MOST_LOOKED_AT letters",
    "periods.py": "at most 40 characters",
    "catalogues.py": "the name of an index",
}


def test_the_count_of_steps_tells_linear_from_more():
    counts = {text: Steps(re.compile(text)) for text in (r"a+b", r"[^x]*y", r"(a|aa)+b")}
    assert [counts[r"a+b"].of("a" * n, "match") for n in (10, 20)] == [
        21,
        41,
    ]  # 2 n + 1
    once, twice = (counts[r"[^x]*y"].of("a" * n, "search") for n in (50, 100))
    assert 3.5 < twice / once < 4  # every start goes to the end
    assert growth(re.compile(r"(a|aa)+b"), "search")[0] == float("inf")
    assert growth(re.compile(r"(?<!a)a+b"), "search")[0] < 2.2


def test_every_pattern_takes_twice_the_steps_on_twice_the_text():
    found = list(patterns(Path(ta.__file__).parent, "tradeanalysis"))
    assert len(found) > 150
    over = [(where, growth(one, use)) for where, one, use in found]
    wrong = [(where, ratio) for where, ratio in over if ratio[0] > 2.5 and where.split(":")[0] not in BOUNDED]
    assert wrong == []


def test_a_long_word_beside_a_letter_beyond_ascii_takes_no_longer():
    took = []
    for n in (20_000, 40_000):
        text = "partner,value\nViệt Nam,1\nUSA,2\n" + "A" * n + ",1\n"
        start = time.process_time()
        refusal(text.encode(), unit="USD")
        took.append(time.process_time() - start)
    assert took[1] < 5  # it was 64 s


# ---- labels ----------------------------------------------------------------------------------------------------------


def trade(**columns):
    """Two flows of three economies in three years."""
    rows = [
        (r, p, flow, k, year, 1.0 + len(r + p + k) + year % 7)
        for r in ("VNM", "THA", "USA")
        for p in ("USA", "CHN", "JPN", "VNM")
        if p != r
        for flow in ("export", "import")
        for k in ("010121", "850440")
        for year in (2017, 2018, 2019)
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "product", "year", "value"])
    return table.assign(**{name: change(table) for name, change in columns.items()})


def objects(column, change):
    return pd.Series([change(one) for one in column], dtype=object)


KINDS = {
    "lists": trade(partner=lambda t: objects(t.partner, lambda one: [one])),
    "dicts": trade(partner=lambda t: objects(t.partner, lambda one: {"a": one})),
    "tuples": trade(partner=lambda t: objects(t.partner, lambda one: (one,))),
    "arrays": trade(partner=lambda t: objects(t.partner, lambda one: np.array([1, 2]))),
    "halves": trade(partner=lambda t: objects(t.partner, lambda one: "\ud800" if one == "CHN" else one)),
    "mixed": trade(partner=lambda t: objects(t.partner, lambda one: 156 if one == "CHN" else one)),
    "bytes": trade(partner=lambda t: objects(t.partner, str.encode)),
    "truths": trade(partner=lambda t: t.partner == "USA"),
    "text years": trade(year=lambda t: t.year.astype(str)),
    "float years": trade(year=lambda t: t.year.astype(float)),
    "dates": trade(year=lambda t: pd.to_datetime(t.year.astype(str))),
    "periods": trade(year=lambda t: pd.PeriodIndex(t.year.astype(str), freq="Y")),
    "categories": trade().astype(dict.fromkeys(["reporter", "partner", "flow", "product", "year"], "category")),
    "nullable": trade().convert_dtypes(),
    "decimals": trade(value=lambda t: objects(t.value, Decimal)),
}
VERBS = {
    "measure": lambda t: ta.measure(t, ta.hhi, by=["reporter", "year", "flow"]),
    "audit": ta.audit,
    "read": ta.read,
    "partners": lambda t: ta.partners(t, reporter="VNM", flow="export", year=2019),
    "basket": lambda t: ta.basket(t, reporter="VNM", flow="export", year=2019),
    "change": lambda t: ta.change(t, before=2018, after=2019, by=["reporter", "flow"]),
    "account": lambda t: ta.account(t, reporter="VNM", flow="export", year=2019),
    "limits": lambda t: ta.limits(t, reporter="VNM", flow="export", year=2019),
    "mirror": ta.mirror,
    "geodep": ta.geodep,
    "collapses": ta.stress.collapses,
    "demand_covariance": lambda t: ta.stress.demand_covariance(t, flow="export"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_any_kind_give_an_answer_or_words(kind):
    for verb, call in VERBS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                call(KINDS[kind].copy())
            except ta.TradeDataError:
                continue
            except Exception as error:
                raise AssertionError(f"{verb} of {kind}") from error


@pytest.mark.parametrize(
    ("kind", "key"), [("lists", "cells_of_no_table"), ("halves", "labels_of_no_text"), ("mixed", "labels_of_kinds")]
)
def test_labels_that_cannot_be_compared_are_refused_by_their_column(kind, key):
    with pytest.raises(ta.TradeDataError, match="partner") as caught:
        ta.measure(KINDS[kind], ta.hhi, by=["reporter", "flow"])
    assert [one.what_key for one in caught.value.findings] == [key]


def test_parquet_of_lists_is_refused(tmp_path):
    KINDS["lists"].to_parquet(tmp_path / "lists.parquet")
    assert refusal(tmp_path / "lists.parquet") == ["cells_of_no_table"]


def test_a_label_of_20000_letters_does_not_widen_every_other():
    codes = [one for one in sorted(set(ta.example("world_2023")["partner"])) if len(one) == 3 and one != "OTH"][:25]
    rows = "".join(f"{year},{code},1\n" for year in range(1900, 2020) for code in codes)
    start = "import sys, tradeanalysis as ta; seen = ta.inspect(sys.stdin.buffer.read(), name='a.csv', "
    code = start + "names={'A' * 20000: 'keep'}, unit='USD')\n"
    # Not ru_maxrss, which begins with that of the process that started this one.
    code += "peak = open('/proc/self/status').read().split('VmHWM:')[1].split()[0]\n"
    code += "print(int(peak) >> 10, *(one.id for one in seen.findings))"
    text = f"year,partner,value\n{rows}1999,{'A' * 20_000},1\n".encode()
    ran = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, check=True)
    peak, *ids = ran.stdout.decode().split()
    assert int(peak) < 400  # 3,001 labels of four bytes a letter are 240 MB, several times over
    assert "TA-132" in ids


def test_vectors_with_labels_of_no_text_or_none():
    x = pd.Series([40.0, 30, 20, 10], pd.Index(["\ud800", "CHN", "JPN", "KOR"], dtype=object))
    with pytest.raises(ta.TradeDataError, match="half of a character"):
        ta.plan(x, growth=0.5, cap=0.5)
    with pytest.raises(ta.TradeDataError, match="1 partner without a label"):
        ta.changes.decompose(x.set_axis(pd.Index([np.nan, "CHN", "JPN", "KOR"], dtype=object)), ["ASEAN", "G7"])


# ---- numbers at the ends of float64 ----------------------------------------------------------------------------------

OF_VECTORS = {
    "plan": lambda x: ta.plan(x, growth=0.5, cap=0.5),
    "plan_path": lambda x: ta.planner.plan_path(x, 2, growth=0.5, cap=0.5),
    "frontier": ta.frontier,
    "contingency": lambda x: ta.contingency(x),
    "worst": ta.worst,
    "decompose": lambda x: ta.changes.decompose(x, ["ASEAN", "G7"]),
    "interval": lambda x: ta.interval(x, ta.hhi, x),
    **{name: getattr(ta, name) for name in ("hhi", "gini", "theil", "entropy", "hhi_normalised")},
}
OF_TABLES = {
    **{name: call for name, call in VERBS.items() if name not in ("read", "audit")},
    "bloc_shares": lambda t: ta.dependency.bloc_shares(t, reporter="VNM", flow="export", year=2019),
    "intensity": ta.dependency.intensity,
    "asymmetry": ta.dependency.asymmetry,
    "rca": ta.rca,
    "complementarity_indices": ta.dependency.complementarity_indices,
}


def numbers(answer):
    """The numbers of an answer, of its table where it has one."""
    answer = getattr(answer, "table", answer)
    if isinstance(answer, pd.DataFrame):
        return (
            answer.drop(columns="limit", errors="ignore")
            .select_dtypes("number")
            .to_numpy(dtype=float, na_value=0)
            .ravel()
        )
    return np.atleast_1d(np.asarray(answer, dtype=float))


@pytest.mark.parametrize("value", [1e308, 1e200, 1e-200, 5e-324, 0.0])
@pytest.mark.parametrize("name", [*OF_VECTORS, *OF_TABLES])
def test_the_ends_of_float64_give_numbers_or_words(name, value):
    given = pd.Series([value] * 4, ["USA", "CHN", "JPN", "KOR"]) if name in OF_VECTORS else trade().assign(value=value)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        with suppress(ta.TradeDataError):
            assert not np.isinf(numbers({**OF_TABLES, **OF_VECTORS}[name](given))).any()


def test_a_share_of_very_large_values_is_right():
    # 1e308 four times: 0.25 of the sum each, by hand
    assert ta.hhi(pd.Series([1e308] * 4, list("abcd"))) == 0.25
    account = ta.account(
        trade().query("product == '010121'").assign(value=5e-324), reporter="VNM", flow="export", year=2019
    )
    assert account.table["weight"].tolist() == [1.0]


# ---- writers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark", [*"\u00ad\u034f\u061c\u115f\u180e\u200b\u200f\u2060\u2800\u3164\ufe0f\ufeff\U000e0020\u00a0", "\x00"]
)
def test_no_mark_that_shows_nothing_hides_a_formula(mark, tmp_path):
    path = ta.write_csv(pd.DataFrame({"p": [f"{mark}=1+1", f"{mark}word"]}), tmp_path / "f.csv")
    first, second = path.read_text("utf-8-sig").splitlines()[1:]
    assert first.startswith("'")
    assert not second.startswith("'")


@pytest.mark.parametrize("cell", [10**400, Decimal("sNaN"), Decimal("NaN"), Decimal(1) / 3, np.float64("nan"), True])
def test_numbers_of_any_size_are_written(cell, tmp_path):
    table = pd.DataFrame({"a": pd.Series([cell, 1], dtype=object)})
    assert ta.write_excel(table, tmp_path / "a.xlsx").stat().st_size > 1000
    assert ta.write_csv(table, tmp_path / "a.csv").read_text("utf-8-sig").endswith("1\n")


def test_a_workbook_is_the_same_bytes_whatever_the_clock_says(tmp_path):
    table = ta.example("world_2023").head()
    first = ta.write_excel(table, tmp_path / "1.xlsx").read_bytes()
    time.sleep(2.1)  # the clock of a zip counts in twos, that of the properties in ones
    assert ta.write_excel(table, tmp_path / "2.xlsx").read_bytes() == first


def test_a_workbook_of_ours_is_read_as_it_was(tmp_path):
    table = ta.example("world_2023").head(50)
    path = ta.write_excel(table, tmp_path / "own.xlsx")  # with its certificate on a second sheet
    pd.testing.assert_frame_equal(ta.read(path), table, check_like=True)


def test_devices_of_windows_are_names_of_no_part():
    assert [is_device(one) for one in ("CON", "nul.txt", "aux.2019.csv", "COM1", "lpt9 ", "CONIN$")] == [True] * 6
    assert [is_device(one) for one in ("CONGO", "COM10", "console", "null")] == [False] * 4
    assert [parts.part(one) for one in ("CON", "aux", "COM1.txt", "VNM", "a.")] == [
        *("%43ON.parquet", "%61ux.parquet", "%43OM1.txt.parquet", "VNM.parquet", "a%2E.parquet")
    ]


def test_an_answer_does_not_take_the_place_of_its_input(tmp_path, capsys):
    path = tmp_path / "a.csv"
    text = "reporter,partner,flow,year,value\nVNM,USA,export,2019,10\nVNM,CHN,export,2019,5\n"
    path.write_text(text)
    linked = tmp_path / "b.csv"
    linked.symlink_to(path)
    for out in (path, linked, tmp_path / "." / "a.csv"):
        assert main(["measure", str(path), "--unit", "USD", "--by", "reporter", "--out", str(out)]) == 2
        assert "would take its place" in capsys.readouterr().err
    assert path.read_text() == text
    other = tmp_path / "c.csv"
    assert main(["measure", str(path), "--unit", "USD", "--by", "reporter", "--out", str(other)]) == 0
    assert "0.55" in other.read_text("utf-8-sig")  # (100 + 25) / 225
    with keeping(path), pytest.raises(ta.TradeDataError):
        ta.output.write_file(path, "x")
    ta.output.write_file(path, "x")


def test_two_writers_in_one_folder_leave_each_other_alone(tmp_path):
    path = tmp_path / "answer.csv"
    with replacing(path, overwrite=True) as temporary:
        temporary.write_text("half")
        os.utime(temporary, (0, time.time() - 60))
        parts.finish(tmp_path)  # what another run does at its end
    assert path.read_text() == "half"


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    code = (
        "import os, pathlib, sys; from tradeanalysis.output.whole_files import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1]), True) as temporary: temporary.write_text('half'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.csv")], check=False, env=os.environ)
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, time.time() - 60))
    sweep(tmp_path)
    assert left.exists()  # younger than a day, for anyone else's sake
    parts.finish(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one():
    table = ta.example("world_2023")
    ends = killed(lambda out: ta.write_csv(table, out / "a.csv", overwrite=True), 8, random.Random(1), before=True)
    assert ends["half"] == 0
    assert sum(ends.values()) == 8


def test_ctrl_c_while_importing_is_no_traceback():
    code = (
        "import sys, builtins; from tradeanalysis.cli import main; real = builtins.__import__\n"
        "def stop(name, *more):\n"
        "    if name == 'pandas': raise KeyboardInterrupt\n"
        "    return real(name, *more)\n"
        "builtins.__import__ = stop; sys.exit(main(['audit', 'a.csv']))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (130, "")


def difat(sectors, place):
    """A compound file whose header goes on in so many sectors that each name a place 127 times."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 0, 0, 4096, end, 0, 0, sectors)
    head = head.ljust(76, b"\0") + struct.pack("<109I", *[free] * 109)
    chain = [struct.pack("<128I", *[place] * 127, i + 1 if i + 1 < sectors else end) for i in range(sectors)]
    return head + b"".join(chain)


def steps_of(run):
    """How many lines of Python run, and how large what they hold becomes at most."""
    count = 0

    def step(frame, event, _):
        nonlocal count
        count += event == "line"
        return step

    with suppress(ta.TradeDataError):
        run()  # what is read once, such as the texts of errors, is not counted
    tracemalloc.start()
    sys.settrace(step)
    try:
        with suppress(ta.TradeDataError):
            run()
    finally:
        sys.settrace(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return count, peak


def sheets_in_sheets(count):
    """A book whose sheets each begin a record later in one sheet."""
    cells = [record(0x0203, struct.pack("<HHHd", i, 1, 0, 1.0)) for i in range(count)]
    names = count * len(record(0x0085, bytes(9)))
    begin = record(0x0809, struct.pack("<HH", 0x0600, 5) + bytes(12))
    first = len(begin) + names + 4
    of = [record(0x0085, struct.pack("<IBBBB", first + i * len(cells[0]), 0, 0, 1, 0) + b"a") for i in range(count)]
    return begin + b"".join(of) + record(0x000A) + b"".join(cells) + record(0x000A)


def many_streams(count):
    """A compound file in whose directory so many entries name the same stream."""
    whole = compound(old_stream(NUMBER))
    directory = 2 * 512
    entry = whole[directory + 128 : directory + 256]
    grown = bytearray(compound(old_stream(*[NUMBER] * (count * 10))))
    grown += bytes(-len(grown) % 512)
    end = len(grown) // 512 - 1
    struct.pack_into("<I", grown, 512 + 4, end)  # the directory goes on in a sector at the end
    for i in range(count // 4):
        struct.pack_into("<I", grown, 512 + 4 * (end + i), end + i + 1 if i + 1 < count // 4 else 0xFFFFFFFE)
    return bytes(grown) + entry * (count // 4 * 4)


@pytest.mark.parametrize(
    "made",
    [
        lambda n: difat(n, 0),
        lambda n: difat(n, 7),
        lambda n: compound_of_any_size(sheets_in_sheets(2 * n)),
        many_streams,
    ],
    ids=["one place again", "another", "sheets", "streams"],
)
def test_old_workbooks_of_twice_the_bytes_take_twice_the_steps(made, tmp_path):
    """Places of sectors, sheets and streams that repeat each other were unfolded: 4 MB took minutes and gigabytes."""
    for n in (40, 80, 160):
        path = tmp_path / f"{n}.xls"
        path.write_bytes(made(n))
        steps, peak = steps_of(lambda path=path: check_old_workbook(path))
        assert steps <= path.stat().st_size + 500
        assert peak <= 60 * path.stat().st_size


def compound_of_any_size(stream):
    """A compound file of one stream, with as many sectors of its table as it takes."""
    count = -(-max(len(stream), 4096) // 512)
    tables = -(-(count + 1 + 1) // 127) + 1
    end = 0xFFFFFFFE
    fat = [0xFFFFFFFD] * tables + [end] + [tables + 2 + i for i in range(count - 1)] + [end]
    fat += [0xFFFFFFFF] * (128 * tables - len(fat))
    whole = bytearray(compound(stream.ljust(count * 512, b"\0")[:4096]))
    struct.pack_into("<III", whole, 40, 0, tables, tables)
    struct.pack_into(f"<{tables}I", whole, 76, *range(tables))
    directory = bytearray(whole[1024:1536])
    struct.pack_into("<IQ", directory, 128 + 116, tables + 1, count * 512)
    return bytes(whole[:512]) + struct.pack(f"<{len(fat)}I", *fat) + bytes(directory) + stream.ljust(count * 512, b"\0")


def test_a_workbook_of_many_sectors_and_sheets_is_read_through(tmp_path):
    """What the bounds above leave alone: a book of two sheets in 60 sectors."""
    cells = [record(0x0203, struct.pack("<HHHd", i, 1, 0, 1.0)) for i in range(900)]
    begin = record(0x0809, struct.pack("<HH", 0x0600, 5) + bytes(12))
    sheet = begin + b"".join(cells) + record(0x000A)
    first = len(begin) + 2 * len(record(0x0085, bytes(9))) + 4
    of = [record(0x0085, struct.pack("<IBBBB", at, 0, 0, 1, 0) + b"a") for at in (first, first + len(sheet))]
    path = tmp_path / "a.xls"
    path.write_bytes(compound_of_any_size(begin + b"".join(of) + record(0x000A) + sheet + sheet))
    check_old_workbook(path)
    far = begin + record(0x0203, struct.pack("<HHHd", 65535, 65535, 0, 1.0)) + record(0x000A)
    path.write_bytes(compound_of_any_size(begin + b"".join(of) + record(0x000A) + sheet + far))
    with pytest.raises(ta.TradeDataError, match="TA-130"):  # the second sheet is looked through too
        check_old_workbook(path)


def test_repeats_are_counted_for_each_sheet_anew(tmp_path):
    """A sheet of many cells is no licence for the next one; a table within a cell is part of its sheet."""
    content = open_document([["partner", "value"], *[["USA", "3"]] * 40])
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        text = given.read("content.xml").decode()
    table = re.search(r"<table:table .*</table:table>", text)[0]
    cell = '<table:table-cell office:value-type="float" office:value="1" {}/>'
    wide = f'<table:table table:name="b"><table:table-row>{cell.format("")}' + (
        f'<table:table-cell table:number-columns-repeated="1999990"/>{cell.format("")}</table:table-row></table:table>'
    )
    path = tmp_path / "a.ods"

    def check(tables):
        path.write_bytes(changed(content, "content.xml", table, tables))
        with zipfile.ZipFile(path) as archive:
            check_repeats(path, archive)

    check(table + wide)
    with pytest.raises(ta.TradeDataError, match="TA-130"):  # 22 cells too many, for which 82 of the first made up
        check(table + wide.replace("1999990", "2000020"))
    inner = '<table:table table:name="c"><table:table-row/></table:table>'
    many = cell.format('table:number-columns-repeated="9999999"')
    row = f"<table:table-row>{many}<table:table-cell>{inner}</table:table-cell>{cell.format('')}</table:table-row>"
    with pytest.raises(ta.TradeDataError, match="TA-130"):
        check(f'{table}<table:table table:name="b">{cell.format("")}{row * 3}</table:table>')


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_names_of_folders_above_the_one_that_is_named_are_no_columns(engine, tmp_path):
    above = tmp_path / "year=2020" / "a=b=c" / "trade"
    table = pd.DataFrame({"reporter": "VNM", "partner": ["USA", "CHN"], "flow": "export", "value": [3.0, 1.0]})
    for year in (2022, 2023):
        part = above / f"year={year}" / "part-0.parquet"
        part.parent.mkdir(parents=True)
        table.assign(value=table["value"] + year - 2022).to_parquet(part, index=False)
    rows = ta.read(above, engine=engine)
    measured = ta.measure(rows, ta.hhi, by="year")
    found = (measured.df() if engine == "duckdb" else measured.collect().to_pandas()).sort_values("year")
    assert found["year"].tolist() == [2022, 2023]
    assert found["hhi"].tolist() == pytest.approx([10 / 16, 20 / 36])
    one = ta.read(above / "year=2022", engine=engine)  # it is the folder that is named
    assert "year" not in (one.columns if engine == "duckdb" else one.collect_schema().names())
    pattern = ta.read(str(above / "year=*" / "*.parquet"), engine=engine)
    assert "year" in (pattern.columns if engine == "duckdb" else pattern.collect_schema().names())


# ---- equal names -----------------------------------------------------------------------------------------------------

MARKETS = [["Thị trường", "Giá trị"], ["Hoa Kỳ", 5], ["Nhật Bản", 3]]


def book_of_sheets(path, sheets):
    """A workbook in which sheets may have one name, as no office program writes them."""
    with pd.ExcelWriter(path) as book:
        for at, rows in enumerate(sheets.values()):
            pd.DataFrame(rows).to_excel(book, sheet_name=f"sheet{at}", header=False, index=False)
    content = path.read_bytes()
    for at, name in enumerate(sheets):
        content = changed(content, "xl/workbook.xml", f'name="sheet{at}"', f'name="{name.rstrip("*")}"')
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "names", [["a", "a*"], ["Số liệu", "So\u0302\u0301 lie\u0323\u0302u"], ["2022", "2022 "], ["a", "A"]]
)
@pytest.mark.parametrize("sheet", [None, "first", "*"])
def test_sheets_whose_names_look_alike_are_refused(names, sheet, tmp_path):
    other = [MARKETS[0], ["Hoa Kỳ", 50], ["Nhật Bản", 30]]
    path = book_of_sheets(tmp_path / "a.xlsx", dict(zip(names, (MARKETS, other), strict=True)))
    assert refusal(path, unit="USD", sheet=names[0] if sheet == "first" else sheet) == ["sheets_of_one_name"]


@pytest.mark.parametrize("name", ["Năm 2022", "2022 (2)"])
def test_sheets_of_one_year_are_not_added(name, tmp_path):
    path = book_of_sheets(tmp_path / "a.xlsx", {"2022": MARKETS, "2023": MARKETS, name: MARKETS})
    assert refusal(path, unit="USD", sheet="*") == ["sheets_of_one_period"]
    years = book_of_sheets(tmp_path / "b.xlsx", {"2022": MARKETS, "2023": MARKETS})
    assert ta.read(years, unit="USD", sheet="*").groupby("year")["value"].sum().to_dict() == {2022: 8, 2023: 8}


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (["Mặt hàng", "Hoa Kỳ", "Nhật Bản", "Hoa Kỳ"], ["Gạo", 5, 50, 1]),
        (["Mặt hàng", "Hoa Kỳ", "Nhật Bản", "hoa  kỳ"], ["Gạo", 5, 50, 1]),
        (["Thị trường", "Giá trị", "Giá trị"], ["Hoa Kỳ", 5, 50]),
        (["Area", "Partner", "Y2019", "Y2019F", "Y2019"], ["VNM", "USA", 5, "A", 50]),
    ],
)
def test_columns_of_one_name_are_refused_by_it(heads, row, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(";".join(map(str, one)) for one in (heads, row, row)), "utf-8")
    assert refusal(path, unit="USD") == ["headings_twice"]
