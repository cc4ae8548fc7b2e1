"""Texts that know the figures which they write, so that a workbook has them as numbers, with every digit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from numbers import Integral
from string import Formatter
from typing import Any, NamedTuple

# Values of a sentence that name a year, and are no figures.
YEARS = frozenset({"year", "before", "after", "start", "end", "since"})


class Exact(NamedTuple):
    """A figure: as it is written, as it is, and how a workbook shows it so.

    The value is in the unit in which the figure is written: billions in "77.2 bn USD". Of per cent it is the share.
    ``outwards`` says that it is the end of an interval, which is rounded away from the interval.
    """

    text: str
    value: float
    form: str
    outwards: bool = False


class Written(str):
    """A text with the figures that it writes, in their order."""

    figures: tuple[Exact, ...]

    def __new__(cls, text: str, figures: Iterable[Exact] = ()) -> Written:
        """The text with these figures."""
        made = super().__new__(cls, text)
        made.figures = tuple(figures)
        return made


def figures_of(text: object) -> tuple[Exact, ...]:
    """The figures that a text writes; none of a text that does not know them."""
    return text.figures if isinstance(text, Written) else ()


def figure(text: str, value: float, form: str) -> Written:
    """A text that is one figure."""
    return Written(text, [Exact(text, float(value), form)])


def rewritten(text: str, as_written: str, form: str | None = None) -> Written:
    """The one figure of a text, written in another way: with a sign, or a unit."""
    return Written(as_written, [one._replace(text=as_written, form=form or one.form) for one in figures_of(text)])


def joined(texts: Iterable[str], between: str = " ") -> Written:
    """Texts one after the other, with the figures of all."""
    texts = list(texts)
    return Written(between.join(texts), [one for text in texts for one in figures_of(text)])


def filled(template: str, values: dict[str, Any]) -> Written:
    """A template with its values; its figures are those of the values, and the counts among these."""
    figures = [one for name in _fields(template) for one in _figures_in(name, values[name])]
    return Written(template.format(**values), figures)


def _figures_in(name: str, value: object) -> tuple[Exact, ...]:
    """The figures of a value: of a text those that it writes, and a whole number that is no year."""
    if isinstance(value, Integral) and not isinstance(value, bool) and name not in YEARS:
        return (Exact(str(value), float(value), "0"),)
    return figures_of(value)


@cache
def _fields(template: str) -> tuple[str, ...]:
    """The names of the values of a template, in the order in which they stand in it."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)
