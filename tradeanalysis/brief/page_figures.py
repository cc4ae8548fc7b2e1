"""Every figure that the brief writes, in its order, beside the number that it rounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tradeanalysis.brief.contents import Contents, Heading, Points, Sentences, ShownTable
from tradeanalysis.brief.sheets_of_workbook import Column, Sheet, sheet
from tradeanalysis.texts import Exact, figures_of, say


class Place(NamedTuple):
    """Where a figure stands: the heading above it, the sentence or the row, the column, and its place in the text."""

    section: str
    text: str
    column: str
    figure: Exact
    place: int = 0


def page_figures(contents: Contents) -> list[Place]:
    """Each figure of sentences and tables."""
    found, section = list(_of_text(contents.title, contents.subtitle)), contents.title
    for block in contents.blocks:
        if isinstance(block, Heading):
            section = block.text
        elif isinstance(block, Points) and block.label:
            section = block.label
        for text in _texts(block):
            found += _of_text(section, text)
        if isinstance(block, ShownTable):
            found += _of_table(section, block)
    return found


def figures_sheet(contents: Contents) -> Sheet:
    """The figures as a sheet."""
    places, lang = page_figures(contents), contents.lang
    # A sentence stands beside the first of its figures, each time that it stands in the brief.
    texts = [one.text if one.column or one.place == 0 else None for one in places]
    columns = [
        Column(say("book_section", lang), [one.section for one in places]),
        Column(say("book_text", lang), texts),
        Column(say("book_column", lang), [one.column or None for one in places]),
        Column(say("book_written", lang), [one.figure.text for one in places]),
        Column(say("book_exact", lang), [one.figure.value for one in places], [_form(one.figure) for one in places]),
    ]
    return sheet(say("book_figures", lang), say("book_about_figures", lang), columns)


def _form(figure: Exact) -> str:
    """How the exact number is shown: a share as per cent, and an amount with its unit."""
    _, unit, name = figure.form.partition('"')
    return "0.0000%" if "%" in figure.form else "#,##0.0000" + unit + name if unit else ""


def _texts(block: object) -> tuple[str, ...]:
    if isinstance(block, Points):
        return block.texts
    return (block.text,) if isinstance(block, (Sentences, Heading)) else ()


def _of_text(section: str, text: str) -> Iterator[Place]:
    for place, one in enumerate(figures_of(text)):
        yield Place(section, text, "", one, place)


def _of_table(section: str, table: ShownTable) -> Iterator[Place]:
    for head in table.heads:
        yield from _of_text(section, head)
    for row in table.rows:
        for head, cell in zip(table.heads, row, strict=True):
            for place, one in enumerate(figures_of(cell)):
                yield Place(section, row[0], head, one, place)
