"""A parser of options that speaks the reader's language: help, usage and errors come from the catalogue."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import re
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, cast

from tradeanalysis.texts import Text, catalogue

# The language in which this thread, or task, reads a command.
_language: ContextVar[str] = ContextVar("language of the command", default="en")


@contextlib.contextmanager
def _words_of(lang: str) -> Iterator[None]:
    """Let the words of ``own`` be those of a language."""
    before = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(before)


def _own_argparse() -> ModuleType:
    """Another instance of ``argparse``, which asks us for its words; that of other programs keeps its own."""
    found = importlib.util.find_spec("argparse")
    assert found is not None
    assert found.loader is not None
    made: Any = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    # It asks these for each of its texts, by the English one.
    made._ = _translated
    made.ngettext = lambda one, several, n: _translated(one if n == 1 else several)
    return cast(ModuleType, made)


def argparse_key(text: str) -> str:
    """The key of a text of ``argparse``, which has no other name than its English words.

    Examples
    --------
    >>> argparse_key("the following arguments are required: %s")
    'argparse_the_following_arguments_are_required_s'
    """
    return "argparse_" + re.sub(r"\W+", "_", text).strip("_")


def _translated(text: str) -> str:
    said = catalogue(_language.get()).get(argparse_key(text))
    return text if said is None else said + text[len(text.rstrip()) :]


if TYPE_CHECKING:
    own = argparse
else:
    own = _own_argparse()


class Parser(own.ArgumentParser):
    """A parser whose options have the help and the placeholder that the catalogue has for them.

    An option's help is ``help_{command}_{option}``, or ``help_{option}`` where it is the same in all commands; what
    stands for its value is ``value_{option}``.
    """

    def __init__(self, *, lang: str = "en", of: str = "", **settings: Any) -> None:
        self.lang, self.of = lang, of
        with _words_of(lang):
            super().__init__(**settings)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read the words of a command, and refuse what is no option of it."""
        with _words_of(self.lang):
            return super().parse_args(args, namespace)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read the words of a command; errors are in the language."""
        with _words_of(self.lang):
            return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print how the command is written and what is wrong with it, and end."""
        with _words_of(self.lang):
            super().error(message)

    def format_help(self) -> str:
        """The help, in the language."""
        with _words_of(self.lang):
            return super().format_help()

    def format_usage(self) -> str:
        """How the command is written, in the language."""
        with _words_of(self.lang):
            return super().format_usage()

    def add_argument(self, *names: Any, **settings: Any) -> own.Action:
        """Add an option, with its help and the name of its value in the language."""
        option = str(names[-1]).lstrip("-").replace("-", "_")
        words = catalogue(self.lang)
        for key in (f"help_{self.of}_{option}", f"help_{option}"):
            if key in words:
                settings.setdefault("help", words[key])
        # An option that takes no value has none to name; choices are written as they are typed.
        if "choices" not in settings and settings.get("action", "append") == "append":
            for key in (f"value_{self.of}_{option}", f"value_{option}"):
                if key in words:
                    settings.setdefault("metavar", words[key])
        return super().add_argument(*names, **settings)

    def command(self, commands: Any, name: str) -> Parser:
        """A command of this parser, with its summary and its description."""
        words = catalogue(self.lang)
        about = {"help": words[f"help_{name}"], "description": words[f"about_{name}"]}
        made: Parser = commands.add_parser(name, lang=self.lang, of=name, **about)
        return made

    def a_type(self, read: Callable[[str], Any]) -> Callable[[str], Any]:
        """How the text of an option is read; what is refused is refused in the language."""

        def reading(text: str) -> Any:
            try:
                return read(text)
            except argparse.ArgumentTypeError as error:
                (words,) = error.args
                said = words.say(self.lang, "command") if isinstance(words, Text) else words
                raise own.ArgumentTypeError(said) from None

        return reading


def language_of(words: Sequence[str]) -> str | None:
    """The language that the words of a command name, before they are parsed; none where they name none."""
    for i, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option == "--lang":
            given = value if equals else next(iter(words[i + 1 : i + 2]), "")
            first = given.split(",")[0].strip()
            return first if first in ("en", "vi") else None
    return None
