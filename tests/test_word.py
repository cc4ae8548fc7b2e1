"""The brief as a Word document: its parts as Word reads them, and the same facts as on the page."""

import html.parser
import io
import re
import sys
import zipfile

import docx
import pandas as pd
import pytest
from conftest import POINT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNED
from docx.oxml.ns import qn
from docx.shared import Mm

import tradeanalysis as ta
from tradeanalysis.brief.contents import Contents, Figure, Heading, Points, Sentences, ShownTable, Terms
from tradeanalysis.brief.word import word_document
from tradeanalysis.output.office_files import with_fixed_dates


class Drawing:
    png, alt = POINT, "Thị trường lớn nhất: Hoa Kỳ, 47,2%."


ROWS = (("Hoa Kỳ", "10,5", "47,2%"), ("Nhật Bản", "2,1", "9,4%"), ("Tổng cộng", "22,2", "100,0%"))
CONTENTS = Contents(
    "vi",
    "Mức độ phụ thuộc thị trường xuất khẩu",
    "Thương mại hàng hóa theo đối tác",
    (
        Points(("Hoa Kỳ chiếm 47,2%.", "Ba thị trường chiếm 66,0%."), numbered=True, label="Ba câu"),
        Sentences("Thiếu một số liệu.", loud=True),
        Heading("Xuất khẩu"),
        Figure("export", "ranking", Drawing()),
        Heading("Thị trường", 2),
        ShownTable("Thị trường", ("Thị trường", "Tỷ USD", "Tỷ trọng"), ROWS, stressed=True, summed=True, key="a"),
        Sentences("Tỷ trọng trong tổng kim ngạch.", quiet=True),
        Points(("Cách đọc.",)),
        Terms((("HHI", "tổng bình phương các tỷ trọng"),)),
    ),
    ("Nguồn: tệp của tỉnh.",),
)


@pytest.fixture(scope="module")
def document():
    return docx.Document(io.BytesIO(word_document(CONTENTS)))


def styled(document, style):
    return [one.text for one in document.paragraphs if one.style.name == style]


def test_every_sentence_stands_in_a_style_that_word_knows(document):
    assert styled(document, "Title") == [CONTENTS.title]
    assert styled(document, "Subtitle") == [CONTENTS.subtitle]
    assert styled(document, "Heading 1") == ["Xuất khẩu"]
    assert styled(document, "Heading 2") == ["Thị trường"]
    assert styled(document, "List Number") == ["Hoa Kỳ chiếm 47,2%.", "Ba thị trường chiếm 66,0%."]
    assert styled(document, "List Bullet") == ["Cách đọc."]
    assert styled(document, "Intense Quote") == ["Thiếu một số liệu."]
    assert styled(document, "Caption") == ["Tỷ trọng trong tổng kim ngạch.", "Nguồn: tệp của tỉnh."]
    assert styled(document, "Normal") == ["HHI: tổng bình phương các tỷ trọng"]


def test_the_page_is_that_of_an_official_document(document):
    """Annex I of Decree 30/2020/ND-CP: A4, margins of 20-25, 20-25, 30-35 and 15-20 mm, type of 13-14 points."""
    (section,) = document.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= round(section.top_margin.mm) <= 25
    assert 20 <= round(section.bottom_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "List Number", "Caption", "No Spacing", "Header"):
        style = document.styles[name]
        fonts = style.element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs")} == {"Times New Roman"}
        assert not [name for name in fonts.attrib if name.endswith("Theme")], name
        assert str(style.font.color.rgb) == "000000"
    assert document.styles["Normal"].font.size.pt == document.styles["Header"].font.size.pt == 13
    assert 13 <= document.styles["Heading 1"].font.size.pt <= 14


def test_pages_are_numbered_above_from_the_second_on(document):
    (section,) = document.sections
    assert section.different_first_page_header_footer
    assert not section.first_page_header.paragraphs[0].text
    number = section.header.paragraphs[0]
    assert number.alignment == ALIGNED.CENTER
    assert [one.get(qn("w:instr")) for one in number._p.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_a_table_repeats_its_heads_and_has_its_numbers_to_the_right(document):
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Thị trường", "Tỷ USD", "Tỷ trọng"]] + [
        list(row) for row in ROWS
    ]
    repeated = [bool(row._tr.trPr.findall(qn("w:tblHeader"))) for row in table.rows]
    assert repeated == [True, False, False, False]
    assert all(row._tr.trPr.findall(qn("w:cantSplit")) for row in table.rows)
    for row in table.rows:
        sides = [cell.paragraphs[0].alignment for cell in row.cells]
        assert sides == [ALIGNED.LEFT, ALIGNED.RIGHT, ALIGNED.RIGHT]
    bold = [row.cells[0].paragraphs[0].runs[0].bold for row in table.rows]
    assert bold == [True, True, False, True]  # the heads, the largest and the sum
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept == [True, True, True, True]  # a short table stays on one page, with the note on it
    assert abs(sum(column.width for column in table.columns) - Mm(160)) < Mm(1)
    assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val")) == "Thị trường"


def test_a_long_table_breaks_between_rows_but_leaves_no_head_and_no_sum_alone():
    rows = tuple((f"{place}", "1") for place in range(60))
    contents = Contents("en", "", "", (ShownTable("", ("a", "b"), rows, summed=True, key="a"),), ())
    (table,) = docx.Document(io.BytesIO(word_document(contents))).tables
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert [place for place, one in enumerate(kept) if one] == [0, 1, 59]


def test_no_number_breaks_where_a_table_has_many_columns():
    """At 11 points a figure of Times New Roman is 11 / 2 points broad, a cell of Word has 2 * 1.9 mm of borders."""
    heads = ("Mặt hàng", "Kim ngạch, triệu USD", "Đối tác lớn nhất", "Chỉ số", "Tập trung cao", "Kim ngạch cần chuyển")
    row = (
        "Sản phẩm từ gỗ và các loại tương tự",
        "12.970,7",
        "Trung Quốc 73,9%",
        "0,55",
        "có, 2 năm liên tiếp",
        "288,6",
    )
    contents = Contents("vi", "", "", (ShownTable("", heads, (row,), key="a"),), ())
    (table,) = docx.Document(io.BytesIO(word_document(contents))).tables
    for cell in table.rows[1].cells:
        longest = max(len(word) for word in cell.text.split())
        assert cell.width.mm >= longest * 11 / 2 * 25.4 / 72 + 3.8, cell.text


def test_a_sentence_stands_on_the_page_of_the_figure_or_table_that_it_speaks_of():
    table = ShownTable("", ("a", "b"), (("c", "1"),), key="a")
    blocks = (Sentences("first"), Sentences("second"), table, Sentences("note", quiet=True), table, Sentences("third"))
    document = docx.Document(io.BytesIO(word_document(Contents("en", "", "", blocks, ()))))
    kept = {one.text: one.paragraph_format.keep_with_next for one in document.paragraphs if one.text}
    assert kept == {"first": False, "second": True, "note": False, "third": False}
    ends = [one.rows[-1].cells[0].paragraphs[0].paragraph_format.keep_with_next for one in document.tables]
    assert ends == [True, False]  # the first has a note


def test_a_figure_is_described_and_as_wide_as_the_text(document):
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == Drawing.alt
    assert abs(shape.width - Mm(160)) < Mm(1)


def test_a_tall_figure_fits_on_the_page():
    class Tall:
        alt = ""
        png = POINT[:16] + (1).to_bytes(4, "big") + (3).to_bytes(4, "big") + POINT[24:]

    contents = Contents("en", "", "", (Figure("export", "heatmap", Tall()),), ())
    (shape,) = docx.Document(io.BytesIO(word_document(contents))).inline_shapes
    assert abs(shape.height - Mm(190)) < Mm(1)
    assert abs(shape.width * 3 - shape.height) < Mm(1)


def test_the_file_says_neither_when_nor_by_whom_it_was_made(document):
    first, second = word_document(CONTENTS), word_document(CONTENTS)
    assert first == second
    assert {one.date_time for one in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    about = document.core_properties
    assert (about.title, about.language, about.author, about.comments) == (CONTENTS.title, "vi-VN", "", "")
    assert not [name for name in zipfile.ZipFile(io.BytesIO(first)).namelist() if "thumbnail" in name]
    assert with_fixed_dates(first) == first


def test_the_spelling_is_checked_in_the_language_of_the_document(document):
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"


def test_control_characters_of_a_name_do_not_break_the_file():
    contents = Contents("en", "a\x00b", "\x0b", (Heading("<w:p/> & \ud800"), Terms((("t\x01", "m"),))), ())
    read = docx.Document(io.BytesIO(word_document(contents)))
    assert [one.text for one in read.paragraphs] == ["ab", "", "<w:p/> & ", "t: m"]


def test_without_its_library_the_way_to_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ta.TradeDataError, match=r'pip install "tradeanalysis\[report\]"'):
        word_document(CONTENTS)


# ---- beside the page ----------------------------------------------------------------------------------------------


PARTS = {"h1", "h2", "h3", "p", "li", "dt", "dd", "th", "td"}


class Blocks(html.parser.HTMLParser):
    """The texts of a page by paragraph, point, term, heading and cell, and the descriptions of its broad figures."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.alts, self.inside = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in PARTS:
            self.inside = attrs.get("class") != "links"
            self.texts += [""] * self.inside
        if tag == "svg" and self.alts[-1:] != [attrs["aria-label"]]:  # the narrow form has the same
            self.alts.append(attrs["aria-label"])

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in PARTS

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data


def texts_of_word(path):
    """The texts of a document in its order, cells as they stand in their rows, and the descriptions of its figures."""
    document, texts = docx.Document(path), []
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            texts += [cell.text for row in block.rows for cell in row.cells]
        else:
            texts += block.text.split(": ", 1) if block.runs and block.runs[0].bold and block.text else [block.text]
    return texts, [shape._inline.docPr.get("descr") for shape in document.inline_shapes]


def own_trade():
    """A province with two years, products, both flows and a remainder, of made-up values."""
    rows = [
        (flow, year, product, partner, value * (growth if partner == "USA" else 1.0))
        for flow in ("export", "import")
        for year, growth in ((2022, 1.0), (2023, 1.25))
        for product, values in (("may mặc", (40e6, 9e6, 1e6)), ("gỗ", (10e6, 20e6, 20e6)))
        for partner, value in zip(("USA", "CHN", "OTH"), values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["flow", "year", "product", "partner", "value"])


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """Pages and documents of a province and of an economy among all."""
    folder = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tradeanalysis.brief.drawings.figure_bytes", lambda ax, format: POINT)
        ta.write_brief(own_trade(), "Long An", year=2023, out=folder, format=["docx", "html"])
        ta.write_brief(ta.example("world_2023"), "VNM", flow="export", out=folder, format=["docx", "html"])
    return folder


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("name", ["Long_An_2023", "VNM"])
def test_the_document_says_what_the_page_says_and_nothing_else(beside, name, lang):
    page = Blocks((beside / f"brief_{name}_{lang}.html").read_text("utf-8"))
    texts, alts = texts_of_word(beside / f"brief_{name}_{lang}.docx")
    assert [one for one in texts if one] == [one for one in page.texts if one]
    assert alts == page.alts
    assert len(alts) >= 4
    numbers = [set(re.findall(r"\d[\d.,]*", " ".join(said))) for said in (texts, page.texts)]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 50


def test_the_page_links_to_the_files_that_were_written_and_to_no_other(beside, tmp_path):
    links = set(re.findall(r'href="(brief_[^"]+)"', (beside / "brief_VNM_en.html").read_text("utf-8")))
    assert links == {"brief_VNM_vi.html", "brief_VNM_en.docx"}
    (page,) = ta.write_brief(own_trade(), "Long An", year=2023, out=tmp_path, langs=["vi"], format="html")
    assert "<a href=" not in page.read_text("utf-8").split("<footer>")[1]
    assert [path.name for path in tmp_path.iterdir()] == ["brief_Long_An_2023_vi.html"]


def test_only_what_is_wanted_is_drawn(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a figure is laid out")

    monkeypatch.setattr("tradeanalysis.brief.drawings.figures.ranking", refuse)
    written = ta.write_brief(own_trade(), "Long An", year=2023, out=tmp_path, langs=["vi"], format="xlsx")
    assert [path.name for path in written] == ["brief_Long_An_2023_vi.xlsx"]
    with pytest.raises(AssertionError, match="laid out"):
        ta.write_brief(own_trade(), "Long An", year=2023, out=tmp_path, langs=["vi"], format="docx")


@pytest.mark.parametrize(("format", "said"), [("pdf", "no format pdf"), (["html", "odt"], "odt"), ([], "takes html")])
def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path, format, said):
    with pytest.raises(ta.TradeDataError, match=said):
        ta.write_brief(own_trade(), "Long An", year=2023, out=tmp_path / "out", format=format)
    assert not (tmp_path / "out").exists()
