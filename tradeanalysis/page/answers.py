"""What a person may answer: a closed list, how each answer is worded, and how it goes to ``ta.read``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tradeanalysis.currencies import unit_named
from tradeanalysis.names import country, key
from tradeanalysis.page.grids import said_heading
from tradeanalysis.schema import FLOWS, CountryError, TradeDataError
from tradeanalysis.texts import Text, catalogue, label, number, say, series, unit_name

Answers = Mapping[str, str | list[str]]
# An answer that says yes.
YES = "yes"
# The rate of a year: "rate.2023".
RATE_OF_YEAR = re.compile(r"rate\.(\d{4})", re.ASCII)
# Digits with a decimal mark that no mark of thousands is mistaken for; a browser takes it as a pattern, too.
PLAIN = r"0[.,]\d{1,9}|\d{1,9}([.,](\d{1,2}|\d{4,9}))?"
_PLAIN_NUMBER = re.compile(PLAIN, re.ASCII)
# Letters of one answer, answers to one file, and bytes of all of them as they are sent, at most.
LONGEST, MOST, SENT = 20_000, 40, 131_072
# Letters of an answer in words.
WIDEST = 120
VIEWS = ("answer", "closure", "plan", "opportunities", "downloads")
AIMS = ("even growth", "least concentrated", "least movement")


def _flag(text: str) -> bool:
    if text != YES:
        raise ValueError
    return True


def _whole(text: str) -> int:
    return int(text)


def _year(text: str) -> int:
    year = int(text)
    if not 1900 < year < 2200:
        raise ValueError
    return year


def _rate(text: str) -> float:
    """A rate of exchange without marks of thousands: 24.000 is 24 to some, and 24 thousand to others."""
    if not _PLAIN_NUMBER.fullmatch(text.strip()) or not _number(text) > 0:
        raise ValueError
    return _number(text)


def _lines(text: str) -> list[int]:
    """The numbers of a few rows, ``[4, 5]``."""
    found = json.loads(text)
    if not isinstance(found, list) or not 0 < len(found) <= 9 or not all(type(one) is int and one > 0 for one in found):
        raise ValueError
    return found


def _pairs(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict) or not all(_plain(one) for one in found.values()):
        raise ValueError
    return found


def _plain(value: object) -> bool:
    """Whether a value of a mapping is a text, a number, nothing, or a list of these."""
    if isinstance(value, list):
        return all(isinstance(one, (str, int, float)) for one in value)
    return value is None or isinstance(value, (str, int, float))


def _number(text: str) -> float:
    """A number as a person types it, with a decimal point or comma."""
    return float(text.strip().rstrip("%").replace(",", "."))


def _percent(text: str) -> float:
    share = round(_number(text) / 100, 6)
    if not 0 <= share <= 10:
        raise ValueError
    return share


def _one_of(*words: str) -> Callable[[str], str]:
    def chosen(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return chosen


# The arguments of ``ta.read`` that may be answered, and what their texts mean.
READING: dict[str, Callable[[str], Any]] = {
    "sheet": str,
    "delimiter": str,
    "columns": _pairs,
    "rows": _pairs,
    "header_rows": _lines,
    "unit": str,
    "rate": _rate,
    "decimal": _one_of(".", ","),
    "drop_aggregates": _flag,
    "blocs": _one_of("drop", "keep", "other"),
    "names": _pairs,
    "codes": str,
    "remainder": _flag,
    "periods": _one_of("months", "year_to_date"),
    "duplicates": _one_of("total", "sum", "first"),
    "level": _whole,
    "missing": _one_of("drop"),
    "negative": _one_of("drop"),
    "own_trade": _flag,
    "reporter": str,
    "flow": _one_of(*FLOWS),
    "year": _year,
}
# What is answered to the page alone: what is shown, and what is assumed.
PAGE: dict[str, Callable[[str], Any]] = {
    "economy": str,
    "seen": _flag,
    "view": _one_of(*VIEWS),
    "width": _one_of("broad", "slim"),
    "columns.partner": str,
    "columns.value": str,
    "market": str,
    "loss": _percent,
    "redirect": _percent,
    "growth": _percent,
    "cap": _percent,
    "aim": _one_of(*AIMS),
    "planned": _flag,
}
# Answers that are the file's own, and not those of next year's: rows and a sheet may be those of a period.
OF_THIS_FILE = frozenset(
    {"year", "rows", "header_rows", "sheet", "rate", "seen", "view", "width", "economy", "planned"}
)

# What is assumed of the flow that is shown: another flow has assumptions of its own.
OF_THE_FLOW = ("market", "loss", "redirect", "growth", "cap", "aim", "planned")


@dataclass(frozen=True)
class Chosen:
    """The answers with their meanings: those that reading takes, and those of the page."""

    reading: Mapping[str, Any]
    page: Mapping[str, Any]

    def of(self, name: str, otherwise: Any = None) -> Any:
        """What was answered; ``otherwise`` where nothing was."""
        return self.page.get(name, self.reading.get(name, otherwise))


def understood(answers: Answers) -> Chosen:
    """The meanings of answers; one that is not of the closed list, or has no meaning, is refused."""
    if not isinstance(answers, Mapping) or len(answers) > MOST:
        raise TradeDataError(Text("page_answers_unknown", names=["?"]))
    if unknown := [str(name)[:60] for name in answers if not _is_on_the_list(name)]:
        raise TradeDataError(Text("page_answers_unknown", names=unknown))
    reading = {name: _meaning(name, answers[name], READING[name]) for name in READING if _given(answers, name)}
    page = {name: _meaning(name, answers[name], PAGE[name]) for name in PAGE if _given(answers, name)}
    ours = {ours: page.pop(f"columns.{ours}") for ours in ("partner", "value") if f"columns.{ours}" in page}
    if ours:
        reading["columns"] = {**reading.get("columns", {}), **ours}
    by_year = {int(str(name)[-4:]): _meaning("rate", answers[name], _rate) for name in _rates_of_years(answers)}
    if by_year:
        reading["rate"] = by_year
    return Chosen(reading, page)


def _is_on_the_list(name: object) -> bool:
    return name in READING or name in PAGE or bool(RATE_OF_YEAR.fullmatch(str(name)))


def _rates_of_years(answers: Answers) -> list[str]:
    return [str(name) for name in answers if RATE_OF_YEAR.fullmatch(str(name)) and _given(answers, name)]


def _given(answers: Answers, name: str) -> bool:
    return answers.get(name) not in (None, "", [])


def _meaning(name: str, given: object, meaning: Callable[[str], Any]) -> Any:
    text = given[0] if isinstance(given, list) and len(given) == 1 else given
    try:
        if not isinstance(text, str) or len(text) > LONGEST:
            raise ValueError
        return meaning(text)
    except (ValueError, TypeError, RecursionError):
        shown = str(given)[:60]
        raise TradeDataError(Text("page_answer_wrong", answer=Text(f"page_name_{_key(name)}"), given=shown)) from None


def _key(name: str) -> str:
    return name.replace(".", "_")


def as_answer(value: object) -> str:
    """An argument of ``ta.read`` as the text of an answer; empty where it is to be taken back."""
    if value is True:
        return YES
    if value is None or value is False:
        return ""
    return json.dumps(value, ensure_ascii=False, default=_of_numpy) if isinstance(value, Mapping) else str(value)


def _of_numpy(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else list(value)


# ---- in words ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chip:
    """An answer in words, and the key by which a click takes it back."""

    key: str
    text: str


def chips(answers: Answers, chosen: Chosen, lang: str) -> list[Chip]:
    """The answers that shape the numbers, in words."""
    found = [Chip("economy", label(str(chosen.page["economy"]), lang))] if "economy" in chosen.page else []
    for name, value in chosen.reading.items():
        with_it: Iterable[str] = OF_THE_FLOW if name == "flow" else (f"{name}.partner", f"{name}.value")
        with_it = _rates_of_years(answers) if name == "rate" else with_it
        keys = [one for one in (name, *with_it) if one in answers]
        text = worded(name, value, lang)
        found.append(Chip(" ".join(keys), text if len(text) <= WIDEST else f"{text[:WIDEST]}…"))
    return found


def worded(name: str, value: object, lang: str) -> str:
    """An answer in words: "leave out the totals"."""
    if isinstance(value, Mapping):
        pairs = [_pair(name, one, meaning, lang) for one, meaning in value.items()]
        pairs = [one for one in pairs if len(set(one.casefold().split(": "))) > 1] or pairs  # Thị trường: Thị trường
        return say(f"page_chip_{name}", lang, value=series(pairs, lang))
    if (name, value) == ("sheet", "*"):
        return say("page_chip_all_sheets", lang)
    if f"page_chip_{name}_{value}" in catalogue(lang):
        return say(f"page_chip_{name}_{value}", lang)
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if name == "unit" and unit_named(shown) is not None:
        shown = unit_name(shown, lang)
    elif name == "reporter":
        shown = label(economy_code(shown) or shown, lang)
    elif name == "rate":
        shown = _rate_in_words(float(shown), lang)
    return say(f"page_chip_{name}", lang, value=shown)


def _rate_in_words(rate: float, lang: str) -> str:
    return number(rate, lang, len(f"{rate:.10g}".partition(".")[2]))


def _pair(name: str, one: str, meaning: object, lang: str) -> str:
    """A column, rows of a column, or a label, with what it is taken for."""
    if name == "columns":
        texts = catalogue(lang)
        ours = texts.get(f"page_column_{one}") or texts.get(f"column_{one}", one)
        return say("page_pair", lang, one=ours, other=said_heading(str(meaning), lang))
    if name == "rate":
        return say("page_pair", lang, one=one, other=_rate_in_words(float(str(meaning)), lang))
    if name == "rows":
        kept = ", ".join(map(str, meaning)) if isinstance(meaning, list) else str(meaning)
        return say("page_pair", lang, one=one, other=kept)
    word = "drop" if meaning is None else str(meaning)
    key = f"page_label_{word}"
    shown = say(key, lang) if key in catalogue(lang) else label(word, lang)
    return say("page_pair", lang, one=one, other=shown)


def economy_code(name: str) -> str | None:
    """The code of an economy that a person names; none of a province."""
    try:
        return country(name).iso3
    except CountryError:
        return None


def sorted_by_name(codes: Iterable[str], lang: str) -> list[tuple[str, str]]:
    """Codes with their names, in the order of the names."""
    return sorted(((code, label(code, lang)) for code in codes), key=lambda one: key(one[1]))


# ---- saved and loaded --------------------------------------------------------------------------------------------


def saved(answers: Answers) -> bytes:
    """The answers as a file, for next year's: without those that are this file's alone."""
    kept = {name: value for name, value in answers.items() if name.split(".")[0] not in OF_THIS_FILE}
    return json.dumps({"answers": kept}, ensure_ascii=False, indent=1, sort_keys=True).encode()
