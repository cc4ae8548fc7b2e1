"""The brief as a Word document: its parts as Word reads them, and the same facts as on the page."""

import io
import sys
import zipfile

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNED
from docx.oxml.ns import qn
from docx.shared import Mm

import tradeanalysis as ta
from tradeanalysis.brief.contents import Contents, Figure, Heading, Points, Sentences, ShownTable, Terms
from tradeanalysis.brief.word import word_document
from tradeanalysis.output.office_files import with_fixed_dates

# A picture of one white point.
POINT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f80f00010101001b"
    "b6ee560000000049454e44ae426082"
)


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
        ShownTable("Thị trường", ("Thị trường", "Tỷ USD", "Tỷ trọng"), ROWS, stressed=True, summed=True),
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
    assert kept == [True, True, True, False]  # a short table stays on one page
    assert abs(sum(column.width for column in table.columns) - Mm(160)) < Mm(1)
    assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val")) == "Thị trường"


def test_a_long_table_breaks_between_rows_but_leaves_no_head_and_no_sum_alone():
    rows = tuple((f"{place}", "1") for place in range(60))
    contents = Contents("en", "", "", (ShownTable("", ("a", "b"), rows, summed=True),), ())
    (table,) = docx.Document(io.BytesIO(word_document(contents))).tables
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert [place for place, one in enumerate(kept) if one] == [0, 1, 59]


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
