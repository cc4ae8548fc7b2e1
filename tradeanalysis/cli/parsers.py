"""A parser of options that speaks the reader's language: help, usage and errors come from the catalogue."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tradeanalysis.texts import Text, catalogue


class Parser(argparse.ArgumentParser):
    """A parser whose options have the help and the placeholder that the catalogue has for them.

    An option's help is ``help_{command}_{option}``, or ``help_{option}`` where it is the same in all commands; what
    stands for its value is ``value_{option}``.
    """

    def __init__(self, *, lang: str = "en", of: str = "", **settings: Any) -> None:
        self.lang, self.of = lang, of
        super().__init__(**settings)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
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
                raise argparse.ArgumentTypeError(said) from None

        return reading


@contextlib.contextmanager
def argparse_in(lang: str) -> Iterator[None]:
    """Let ``argparse`` take its own words from the catalogue: it asks ``gettext`` for each, by the English text."""
    place, own = vars(argparse), catalogue(lang)
    were = {name: place[name] for name in ("_", "ngettext")}

    def translated(text: str) -> str:
        said = own.get(argparse_key(text))
        return text if said is None else said + text[len(text.rstrip()) :]

    place["_"] = translated
    place["ngettext"] = lambda one, several, n: translated(one if n == 1 else several)
    try:
        yield
    finally:
        place.update(were)


def argparse_key(text: str) -> str:
    """The key of a text of ``argparse``, which has no other name than its English words.

    Examples
    --------
    >>> argparse_key("the following arguments are required: %s")
    'argparse_the_following_arguments_are_required_s'
    """
    return "argparse_" + re.sub(r"\W+", "_", text).strip("_")


def language_of(words: Sequence[str]) -> str | None:
    """The language that the words of a command name, before they are parsed; none where they name none."""
    for i, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option == "--lang":
            given = value if equals else next(iter(words[i + 1 : i + 2]), "")
            first = given.split(",")[0].strip()
            return first if first in ("en", "vi") else None
    return None
