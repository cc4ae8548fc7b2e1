"""What stands in a brief, in its order: headings, sentences, tables and figures, whatever file they are written to."""

from __future__ import annotations

from dataclasses import dataclass, field

from tradeanalysis.brief.drawings import Picture


@dataclass(frozen=True)
class Heading:
    """A heading of the first or the second level below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Sentences:
    """A paragraph; a quiet one is a note on what stands above it, a loud one a caution."""

    text: str
    quiet: bool = False
    loud: bool = False


@dataclass(frozen=True)
class Points:
    """Sentences one below the other: the headline, whose points are numbered, or notes."""

    texts: tuple[str, ...]
    numbered: bool = False
    label: str = ""


@dataclass(frozen=True)
class Terms:
    """Terms, each with what it means."""

    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownTable:
    """A table as it is read: the first cell of a row is its name, the others are numbers written out.

    The first row may be stressed, and the last be the sum of all. ``key`` names the table among those of the brief, in
    any language, as ``table_key`` does: by it a sheet of the workbook says that it has the table in full.
    """

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    stressed: bool = False
    summed: bool = False
    key: str = field(kw_only=True)


@dataclass(frozen=True)
class Figure:
    """A figure of one flow, by its name."""

    flow: str
    name: str
    picture: Picture


@dataclass(frozen=True)
class Tiles:
    """The sentence that matters most, and below it figures, each with its name and what stands beside it."""

    lead: str
    items: tuple[tuple[str, str, str], ...]
    label: str


Block = Heading | Sentences | Points | Terms | ShownTable | Figure | Tiles


@dataclass(frozen=True)
class Contents:
    """All that a brief says, in one language; a compact one is to stand on one sheet of paper."""

    lang: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    sources: tuple[str, ...]
    compact: bool = False

    def figures(self) -> list[Figure]:
        """The figures in their order."""
        return [one for one in self.blocks if isinstance(one, Figure)]
