"""Sentences as data: a key and its values, said in either language, for Python or for a command."""

from __future__ import annotations

import ast
import os
import re
import shlex
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tradeanalysis.names import country_name
from tradeanalysis.schema import CountryError, Sentence
from tradeanalysis.texts.catalogues import catalogue, in_language, layout_name, money, number, unit_name

Form = Literal["python", "command", "page"]
# An argument of a function inside a text: [[level=2]], [[decimal=","]], [[columns=]].
_ARGUMENT = re.compile(r"\[\[(\w+)=(.*?)\]\](?!\])", re.DOTALL)
# Arguments of functions that a command takes by another option.
_ELSEWHERE = {"value": "--columns value=...", "years": "--year"}
# How a number is written, of the formats of Python: {n:,}, {share:.1%}, {times:,.3g}.
_NUMERIC = re.compile(r"[+,.\d]*[%gf]?")
# What Python calls one thing and a command another: [[ta.measure|tradeanalysis measure]].
_BY_FORM = re.compile(r"\[\[([^\[\]=]*?)\|([^\[\]]*?)\]\]")
# A period as the heading of a column, and the words behind it.
_PERIOD = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:C(?P<so_far>\d\d)|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2]))(?: (?P<rest>.+))?"
)
# A word that no shell of Windows takes apart.
_BARE = re.compile(r"[\w.:/\\+-]+")
# So many items of a list are written, unless the text says how many.
MOST = 5


class Amount(NamedTuple):
    """An amount of money, written as ``{value:money}``."""

    value: float
    currency: str | None = "USD"


class EconomyName(NamedTuple):
    """An economy, remainder or bloc by its code, written with its name in the language; a province stays as it is."""

    code: str


class LayoutName(NamedTuple):
    """The name of a layout, written as the language does where it is one of words."""

    name: str


class HeadingName(NamedTuple):
    """The heading of a column; on a page in words where it stands for a period: 10 tháng đầu năm 2024."""

    name: str


class InUnit(NamedTuple):
    """A unit of money by its code, such as ``bnVND``, written as the language does: tỷ đồng."""

    code: str


class Shares(NamedTuple):
    """Shares, as Python takes them, or as a person types them on a command line: 22%,24%."""

    values: Sequence[float]

    def written(self, lang: str, form: Form) -> str:
        """The shares in a language and a form."""
        if form == "python":
            return repr([float(one) for one in self.values])
        typed = [f"{100 * one:.10g}%" for one in self.values]
        # With a decimal comma a semicolon stands between them.
        comma = lang == "vi" and any("." in one for one in typed)
        return ";".join(typed).replace(".", ",") if comma else ",".join(typed)


class Few(NamedTuple):
    """The first few of so many items, where not all are at hand."""

    items: Sequence[Any]
    of: int


class Text(str):
    """A text of the catalogues with its values: English as a ``str``, in either language by ``say``.

    Lists are written to their fifth item (``{labels:8}`` to their eighth), numbers as the language writes them
    (``{n:,}``, ``{share:.1%}``, ``{value:money}``), counts with their noun (``{n:row|rows}``).

    Examples
    --------
    >>> text = Text("rows_with", count=2, what="dots")
    >>> text, text.say("vi")
    ('2 rows with dots', '2 dòng có dots')
    """

    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, **values: Any) -> Text:
        """The text of a key with its values."""
        text = super().__new__(cls, _said(key, values, "en", "python"))
        text.key, text.values = key, values
        return text

    def say(self, lang: str, form: Form = "python") -> str:
        """The text in a language, its arguments as a function or a command takes them."""
        return _said(self.key, self.values, lang, form)

    def having(self, **values: Any) -> Text:
        """The same text with other values."""
        return Text(self.key, **{**self.values, **values})

    def __deepcopy__(self, memo: dict[int, Any]) -> Text:
        """Itself, which nothing changes: pandas copies the notes of a table with every step that is taken with it."""
        return self

    def __reduce__(self) -> tuple[Callable[..., Text], tuple[str, dict[str, Any]]]:
        return _text, (self.key, dict(self.values))


def _text(key: str, values: dict[str, Any]) -> Text:
    return Text(key, **values)


def said(text: str, lang: str, form: Form = "python") -> str:
    """A text in a language, where it can be said in several; any other as it stands."""
    return text.say(lang, form) if isinstance(text, (Text, Sentence)) else text


def heading_in_words(name: str, lang: str) -> str:
    """A heading in words where it stands for a period, months so far as 2024C10; any other as it is.

    Examples
    --------
    >>> [heading_in_words(name, "vi") for name in ("2024C10", "202409", "2023Q1", "202212 Trị giá", "Trị giá")]
    ['10 tháng đầu năm 2024', 'tháng 9 năm 2024', 'quý 1 năm 2023', 'Trị giá, tháng 12 năm 2022', 'Trị giá']
    """
    if not (found := _PERIOD.fullmatch(name)):
        return name
    if found["so_far"]:
        words = Text("period_months_first", count=int(found["so_far"]), year=found["year"])
    else:
        kind = "months" if found["month"] else "quarters"
        words = Text(f"period_{kind}_one", first=int(found["month"] or found["quarter"]), year=found["year"])
    return f"{found['rest']}, {words.say(lang)}" if found["rest"] else words.say(lang)


def as_argument(name: str, value: object, form: Form) -> str:
    """An argument with its value as Python writes it (``level=2``), or as an option of a command (``--level 2``)."""
    return f"{name}={literal(value)}" if form == "python" else typed(as_options(name, value))


def typed(words: Sequence[str], *, windows: bool = os.name == "nt") -> str:
    """The words of a command as they are typed: in single quotes, or in double ones where only these quote.

    Examples
    --------
    >>> words = ["brief", "Đồng Nai.xlsx", "--level", "2"]
    >>> typed(words, windows=False), typed(words, windows=True)
    ("brief 'Đồng Nai.xlsx' --level 2", 'brief "Đồng Nai.xlsx" --level 2')
    """
    if not windows:
        return shlex.join(words)
    return " ".join(word if _BARE.fullmatch(word) else '"' + word.replace('"', '\\"') + '"' for word in words)


def as_options(name: str, value: object) -> list[str]:
    """The words of a command for an argument: an option with its value, repeated for each pair of a mapping.

    Examples
    --------
    >>> as_options("level", 2), as_options("drop_aggregates", True), as_options("names", {"Khác": "other", "EU": None})
    (['--level', '2'], ['--drop-aggregates'], ['--names', 'Khác=other', '--names', 'EU=drop'])
    """
    option = option_named(name)
    if value is True:
        return [option]
    if value is None or value is False:
        return []
    if isinstance(value, Mapping):
        return [word for label, one in value.items() for word in (option, f"{label}={_plain(one)}")]
    return [option, _plain(value)]


def option_named(name: str) -> str:
    """The option of a command for an argument."""
    return "--" + name.replace("_", "-")


def _plain(value: object) -> str:
    """A value as it is typed on a command line."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(map(str, value))
    return "drop" if value is None else "..." if value is ... else str(value)


def literal(value: object) -> str:
    """A value as Python writes it, with double quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    if value is ...:
        return "..."
    return f'"{value}"' if isinstance(value, str) and '"' not in value else repr(value)


def _said(key: str, values: Mapping[str, Any], lang: str, form: Form) -> str:
    filled = _Writer(lang, form).vformat(catalogue(lang)[key], (), values)
    filled = _BY_FORM.sub(lambda found: found[1 if form == "python" else 2], filled)
    end = filled.rfind("]]") + 2  # beyond it no argument ends
    end += len(filled) - end - len(filled[end:].lstrip("]"))
    return _ARGUMENT.sub(lambda found: _mentioned(found[1], found[2], form, lang), filled[:end]) + filled[end:]


def _mentioned(name: str, value: str, form: Form, lang: str) -> str:
    """An argument that a text mentions, with a value or without; a page has words for it."""
    if form == "page":
        words = catalogue(lang).get(f"page_name_{name}", name)
        return words if not value or "..." in value else f"{words} ({value.strip(chr(34))})"
    if not value:
        return f"{name}=" if form == "python" else _ELSEWHERE.get(name, option_named(name))
    try:
        return as_argument(name, ast.literal_eval(value), form)
    except (ValueError, SyntaxError):
        return as_argument(name, value, form) if form == "command" else f"{name}={value}"


def _economy(code: str, lang: str) -> str:
    """The name of an economy, and what is none, such as a province, as it stands."""
    try:
        return country_name(code, lang=lang)
    except CountryError:
        return str(code)


class _Writer(string.Formatter):
    """How the values of a text are written in a language."""

    def __init__(self, lang: str, form: Form) -> None:
        self.lang, self.form = lang, form

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, (Text, Sentence)):
            return value.say(self.lang, self.form)
        if hasattr(value, "line"):  # a finding
            return str(value.line(self.lang, self.form))
        if isinstance(value, Amount):
            return money(value.value, self.lang, value.currency)
        if isinstance(value, EconomyName):
            return _economy(value.code, self.lang)
        if isinstance(value, LayoutName):
            return layout_name(value.name, self.lang)
        if isinstance(value, HeadingName):
            return heading_in_words(value.name, self.lang) if self.form == "page" else value.name
        if isinstance(value, InUnit):
            return unit_name(value.code, self.lang)
        if isinstance(value, Shares):
            return value.written(self.lang, self.form)
        if isinstance(value, Few):
            return self._list(value.items, len(value.items), value.of)
        if isinstance(value, (list, tuple)):
            return self._list(value, int(format_spec or MOST), len(value))
        if isinstance(value, str) or not format_spec:
            return str(value)
        if format_spec == "money":
            return money(float(value), self.lang)
        if not _NUMERIC.fullmatch(format_spec):
            one, _, several = format_spec.partition("|")
            return f"{number(value, self.lang)} {one if value == 1 or not several else several}"
        text = format(float(value), format_spec if format_spec.endswith(("%", "g", "f")) else f"{format_spec}.0f")
        return in_language(text, self.lang)

    def _list(self, items: Sequence[Any], most: int, of: int) -> str:
        words = ", ".join(self.format_field(item, "") for item in items[:most])
        rest = of - most
        return words if rest <= 0 else _said("and_more", {"first": words, "rest": rest}, self.lang, self.form)
