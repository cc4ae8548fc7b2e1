"""How the texts of options are read: shares, numbers, pairs, measures."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

import tradeanalysis as ta
from tradeanalysis.texts import Text

# What --measures may name: measures as they are, and those that take a parameter as name:parameter.
_REGISTRY = ta.measures.registry().set_index("name")["parameter"]
PLAIN = _REGISTRY.index[_REGISTRY == ""].tolist()
WITH_PARAMETER = _REGISTRY.index[_REGISTRY != ""].tolist()

# What parts shares that all end with a per cent sign.
_AFTER_SHARE = re.compile(r"(?<=%)(?: ?, ?| )")


def joined(arguments: Sequence[str]) -> list[str]:
    """The words of a command, an option and its negative share as one word: argparse takes -5% for an option."""
    words: list[str] = []
    for word in arguments:
        if words and words[-1].startswith("--") and "=" not in words[-1] and re.fullmatch(r"-[\d.,]+%?", word):
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def share(text: str) -> float:
    """A share, as 25% or 0.25; a plain 25 is refused: it may be a mistake or a percentage."""
    number = text.strip().removesuffix("%").replace(",", ".")
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(Text("option_no_share", given=repr(text))) from None
    if 1 <= share <= 1000 and not text.strip().endswith("%"):
        raise argparse.ArgumentTypeError(Text("option_which_share", given=repr(text), number=number))
    if not -1 < share < 10:
        raise argparse.ArgumentTypeError(Text("option_share_range", given=repr(text)))
    return share


def quarters(text: str | None) -> str | list[float] | None:
    """The weights of the quarters: a word, or four shares: 22%,24%,26%,28%, or 22,5%;25%;26%;26,5%.

    A comma that stands behind each per cent sign parts the shares; any other may be a decimal comma.

    >>> quarters("22,5%,25%,26%,26,5%")
    [0.225, 0.25, 0.26, 0.265]
    """
    if text is None or not re.search(r"\d", text):
        return text and text.strip()
    words = text.strip()
    if ";" in words:
        parts = words.split(";")
    elif words.endswith("%") and all(one.count("%") == 1 for one in re.split(_AFTER_SHARE, words)):
        parts = re.split(_AFTER_SHARE, words)
    else:
        parts = words.split(",")
    if len(parts) != 4:
        reason = Text("quarters_count", count=len(parts))
        raise ta.TradeDataError(Text("quarters_unread", given=text, reason=reason))
    try:
        return [share(one) for one in parts]
    except argparse.ArgumentTypeError as error:
        raise ta.TradeDataError(Text("quarters_unread", given=text, reason=error.args[0])) from None


def numbers(text: str | None, option: str, example: str) -> list[int] | None:
    """Numbers of lines or years, separated by commas; 2015-2024 are all from the first to the last."""
    if text is None:
        return None
    found: list[int] = []
    for one in text.split(","):
        first, dash, last = (part.strip() for part in one.partition("-"))
        if not first.isdecimal() or (dash and not (last.isdecimal() and int(first) <= int(last) < int(first) + 1000)):
            raise ta.TradeDataError(Text("numbers_unread", option=option, given=text, example=example))
        found += range(int(first), int(last if dash else first) + 1)
    return found


def window(text: str | None, option: str) -> tuple[int, int] | None:
    """A year, or the first and the last of several that follow one another: 2019-2021.

    >>> window("2019-2021", "--year"), window("2024", "--year")
    ((2019, 2021), (2024, 2024))
    """
    years = numbers(text, option, "2019-2021")
    if years is None:
        return None
    if years != list(range(years[0], years[-1] + 1)):
        raise ta.TradeDataError(Text("numbers_unread", option=option, given=text, example="2019-2021"))
    return years[0], years[-1]


def listed(text: str | None) -> list[str] | None:
    """The words that commas part.

    >>> listed("0303, 0304")
    ['0303', '0304']
    """
    return None if text is None else [one.strip() for one in text.split(",") if one.strip()]


def pairs(given: Sequence[str] | None, option: str, example: str) -> dict[str, str] | None:
    """Pairs of a repeated option, label=meaning: the last equals sign parts them."""
    if given is None:
        return None
    found = [pair.rpartition("=") for pair in given]
    if not all(equals and label.strip() for label, equals, _ in found):
        raise ta.TradeDataError(Text("option_no_pairs", option=option, given=" ".join(given), example=example))
    return {label.strip(): meaning.strip() for label, _, meaning in found}


def columns(given: Sequence[str] | None) -> dict[str, str] | None:
    """The columns by our names: ours=theirs, in one option each or separated by commas."""
    if given is None:
        return None
    # A comma before our name and an equals sign parts two columns; any other stands in a heading.
    parts = [part for one in given for part in re.split(r",\s*(?=[a-z_]+=)", one)]
    found = [part.partition("=") for part in parts]
    if not all(equals for _, equals, _ in found):
        raise ta.TradeDataError(Text("option_no_columns", given=",".join(given)))
    return {ours.strip(): theirs.strip() for ours, _, theirs in found}


def rate(given: Sequence[str] | None) -> float | dict[int, float] | None:
    """Units of the currency per dollar: one number, or one by year, 2023=23787."""
    if given is None:
        return None
    try:
        if len(given) == 1 and "=" not in given[0]:
            return float(given[0])
        found = [pair.partition("=") for one in given for pair in one.split(",")]
        return {int(year): float(number) for year, _, number in found}
    except ValueError:
        raise ta.TradeDataError(Text("option_no_rate", given=" ".join(given))) from None


def measure(word: str) -> ta.Measure:
    """The measure that a word names, with its parameter behind a colon."""
    name, _, parameter = word.strip().partition(":")
    if name in PLAIN and not parameter:
        chosen: ta.Measure = getattr(ta.measures, name)
        return chosen
    if name in WITH_PARAMETER and parameter:
        try:
            number = float(parameter)
        except ValueError:
            raise ta.TradeDataError(Text("option_no_parameter", given=word, parameter=repr(parameter))) from None
        chosen = getattr(ta.measures, name)(int(number) if number.is_integer() else number)
        return chosen
    parametrised = [f"{name}:1" for name in WITH_PARAMETER]
    raise ta.TradeDataError(Text("option_no_measure", given=word, plain=PLAIN, parametrised=parametrised))
