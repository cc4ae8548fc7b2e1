"""The brief as a Word document that its reader can change: real headings, tables, and figures with descriptions.

The page is that of Vietnamese official documents (Decree 30/2020/ND-CP, annex I): A4, Times New Roman in black, margins
of 20 to 25 mm above and below, 30 to 35 mm to the left and 15 to 20 mm to the right, text of 13 or 14 points, and the
number of the page in the middle of the upper margin from the second page on.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tradeanalysis.brief.contents import Block, Contents, Figure, Heading, Points, Sentences, ShownTable, Terms, Tiles
from tradeanalysis.extras import need
from tradeanalysis.output.office_files import with_fixed_dates
from tradeanalysis.output.safe_texts import plain_text
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TYPEFACE = "Times New Roman"
# Millimetres: of the sheet, of its margins, and the most that a figure takes.
SHEET, MARGINS, HIGHEST = (210, 297), {"top": 20, "bottom": 20, "left": 30, "right": 20}, 190
WIDTH = SHEET[0] - MARGINS["left"] - MARGINS["right"]
# Points of type: text, title, headings of both levels, the cells of tables and the notes.
TEXT, TITLE, LEVELS, SMALL = 13, 16, (14, 13), 11
# A table of at most so many rows stays on one page.
UNCUT = 20
# Characters that a row of a table holds, that the borders of a cell take, and that its columns wish to have: between
# so many for the names of the rows, so many at most for the others.
CHARACTERS, PADDING, NAMES, NUMBERS = 84, 3, (16, 36), 18
LOCALES = {"en": "en-GB", "vi": "vi-VN"}
# A document says nothing of when it was made, so that the same brief is the same file.
MADE = datetime(2000, 1, 1, tzinfo=UTC)


def word_document(contents: Contents) -> bytes:
    """The brief as the bytes of a .docx file, the same on every run.

    Raises
    ------
    TradeDataError
        The library for Word documents is missing.
    """
    need(Text("files_of", format="Word"), "docx")
    from docx import Document

    document = Document()
    _set_properties(document, contents)
    _set_page(document)
    _set_styles(document, contents.lang)
    _say(document, contents.title, "Title")
    _say(document, contents.subtitle, "Subtitle")
    for block, following in pairwise([*contents.blocks, None]):
        _add(document, block, attached=_belongs(following))
    for line in contents.sources:
        _say(document, line, "Caption")
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_dates(buffer.getvalue())


def _belongs(block: Block | None) -> bool:
    """Whether a block stands on the page of what comes before it: a figure, a table, a note."""
    return isinstance(block, (Figure, ShownTable)) or (isinstance(block, Sentences) and block.quiet)


def _add(document: Document, block: Block | None, *, attached: bool) -> None:
    """Add one block at the end, on the page of what follows where it is attached to that."""
    match block:
        case Heading(text, level):
            _say(document, text, f"Heading {level}")
        case Sentences(text, quiet, loud):
            line = _say(document, text, "Caption" if quiet else "Intense Quote" if loud else "Normal")
            line.paragraph_format.keep_with_next = attached and not quiet
        case Points(texts, numbered):
            for text in texts:
                _say(document, text, "List Number" if numbered else "List Bullet")
        case Terms(meanings):
            for term, meaning in meanings:
                line = _say(document, "", "Normal")
                line.add_run(f"{plain_text(term)}: ").bold = True
                line.add_run(plain_text(meaning))
        case ShownTable():
            _add_table(document, block, attached=attached)
        case Figure():
            _add_figure(document, block)
        case Tiles(lead, items):
            _say(document, lead, "Intense Quote")
            for name, value, beside in items:
                _say(document, f"{name}: {value} ({beside})", "List Bullet")


def _say(document: Document, text: str, style: str) -> Paragraph:
    """A paragraph in one of the styles that every Word knows by its own name for it."""
    return document.add_paragraph(plain_text(text), style=style)


def _add_figure(document: Document, figure: Figure) -> None:
    """The figure across the page, described for those who do not see it."""
    from docx.shared import Mm

    line = _say(document, "", "No Spacing")
    line.paragraph_format.space_after = Mm(3)
    shape: Any = line.add_run().add_picture(io.BytesIO(figure.picture.png), width=Mm(WIDTH))
    if shape.height > Mm(HIGHEST):
        shape.width, shape.height = int(shape.width * Mm(HIGHEST) / shape.height), Mm(HIGHEST)
    properties = shape._inline.docPr
    properties.set("descr", plain_text(figure.picture.alt))
    properties.set("name", f"{figure.flow}_{figure.name}")


def _add_table(document: Document, shown: ShownTable, *, attached: bool) -> None:
    """A table whose heads stand on each of its pages, its numbers to the right."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    table = document.add_table(rows=0, cols=len(shown.heads), style="Table Grid")
    # What a screen reader says of the table.
    described = _child(table._tbl.tblPr, "w:tblDescription")
    described.set(qn("w:val"), plain_text(shown.label))
    last = len(shown.rows) - 1
    _add_row(table, shown.heads, bold=True, attached=True)
    _child(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for place, cells in enumerate(shown.rows):
        bold = (shown.stressed and place == 0) or (shown.summed and place == last)
        # The sum does not stand alone on a page, nor the heads.
        kept = last < UNCUT or place in (0, last - 1)
        _add_row(table, cells, bold=bold, attached=kept if place < last else attached)
    _set_widths(table, shown)
    # Without a paragraph between them two tables are one.
    between = document.add_paragraph(style="No Spacing").paragraph_format
    between.line_spacing, between.keep_with_next = Pt(4), attached


def _add_row(table: Any, texts: tuple[str, ...], *, bold: bool, attached: bool) -> None:
    """A row on one page, and on that of the next row where it is attached to it."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as STANDS
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNED

    row = table.add_row()
    _child(row._tr.get_or_add_trPr(), "w:cantSplit")
    # By its name the style would be searched for again in each cell.
    style = table.part.styles["No Spacing"].style_id
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.vertical_alignment = STANDS.BOTTOM
        line = cell.paragraphs[0]
        line._p.style = style
        line.alignment = ALIGNED.RIGHT if place else ALIGNED.LEFT
        line.paragraph_format.keep_with_next = attached
        line.add_run(plain_text(text)).bold = bold


def _set_widths(table: Any, shown: ShownTable) -> None:
    """Share out the width of the page, each column as broad as its longest word at least."""
    from docx.shared import Mm

    columns = list(zip(shown.heads, *shown.rows, strict=True))
    least = [max(len(word) for cell in column for word in f"{cell} -".split()) + PADDING for column in columns]
    wanted = [max(few, _wish(column, place)) for place, (column, few) in enumerate(zip(columns, least, strict=True))]
    spare = sum(wanted) - sum(least)
    part = min(1.0, max(0.0, (CHARACTERS - sum(least)) / spare)) if spare else 1.0
    shares = [few + part * (many - few) for few, many in zip(least, wanted, strict=True)]
    widths = [Mm(WIDTH * share / sum(shares)) for share in shares]
    table.autofit = False
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _wish(column: tuple[str, ...], place: int) -> int:
    """The characters that a column would have: its longest cell in one line, its head in two."""
    head, *cells = column
    longest = max([len(head) // 2, *map(len, cells)])
    return PADDING + (min(max(longest, NAMES[0]), NAMES[1]) if place == 0 else min(longest, NUMBERS))


def _set_properties(document: Document, contents: Contents) -> None:
    """Title and language; nothing of who made the file, on which machine or when."""
    about = document.core_properties
    about.title, about.subject = plain_text(contents.title), plain_text(contents.subtitle)
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.language, about.revision = LOCALES[contents.lang], 1
    about.created = about.modified = MADE
    parts = document.part.package.rels
    for name in [name for name, one in parts.items() if one.reltype.endswith("/thumbnail")]:
        del parts[name]  # the picture of an empty page, of the template


def _set_page(document: Document) -> None:
    """A4 upright, with the margins of an official document, and the number of the page in the upper one."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNED
    from docx.oxml.ns import qn
    from docx.shared import Mm

    (section,) = document.sections
    section.page_width, section.page_height = map(Mm, SHEET)
    for side, size in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(size))
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    line.alignment = ALIGNED.CENTER
    number = _child(line._p, "w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    _child(_child(number, "w:r"), "w:t").text = "2"


def _set_styles(document: Document, lang: str) -> None:
    """The typeface, sizes and spaces of each style that the brief uses."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNED
    from docx.oxml.ns import qn
    from docx.shared import Mm

    normal = _style(document, "Normal", TEXT, after=6, aligned=ALIGNED.JUSTIFY)
    normal.paragraph_format.line_spacing = 1.15
    _child(normal.element.get_or_add_rPr(), "w:lang").set(qn("w:val"), LOCALES[lang])
    _style(document, "Title", TITLE, bold=True, after=6, aligned=ALIGNED.CENTER)
    _style(document, "Subtitle", TEXT, after=12, aligned=ALIGNED.CENTER)
    for level, size in enumerate(LEVELS, 1):
        heading = _style(document, f"Heading {level}", size, bold=True, before=18 - 6 * (level - 1), after=6)
        heading.paragraph_format.alignment = ALIGNED.LEFT
    for name in ("List Number", "List Bullet"):
        _style(document, name, TEXT, after=6, aligned=ALIGNED.JUSTIFY)
    caution = _style(document, "Intense Quote", TEXT, bold=True, before=6, after=6, aligned=ALIGNED.JUSTIFY)
    caution.paragraph_format.left_indent = caution.paragraph_format.right_indent = Mm(5)
    _style(document, "Caption", SMALL, italic=True, after=6, aligned=ALIGNED.JUSTIFY)
    _style(document, "No Spacing", SMALL, before=1, after=1, aligned=ALIGNED.LEFT)
    _style(document, "Header", TEXT)


def _style(
    document: Document,
    name: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    after: float = 0,
    aligned: Any = None,
) -> Any:
    """A style of the template in the typeface of the brief, black; what the template adorns it with goes."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style: Any = document.styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    for part, tag in ((style.element.rPr, "w:spacing"), (style.element.pPr, "w:pBdr")):
        for ornament in [] if part is None else part.findall(qn(tag)):
            part.remove(ornament)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{script}Theme"), None)
        fonts.set(qn(f"w:{script}"), TYPEFACE)
    spaces = style.paragraph_format
    spaces.space_before, spaces.space_after = Pt(before), Pt(after)
    if aligned is not None:
        spaces.alignment = aligned
    return style


def _child(parent: Any, tag: str) -> Any:
    """A new last element of an element of the document."""
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    parent.append(element)
    return element
