"""Questions on a terminal: one for each decision that a file needs, and the command that does without them."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import tradeanalysis as ta
from tradeanalysis.texts import Text, as_argument, as_options, say, typed

T = TypeVar("T")
# After so many questions on one file a person is better served by its findings.
MOST = 12


class Stopped(Exception):
    """The person does not want to go on."""


def can_ask(no_input: bool) -> bool:
    """Whether somebody sits at a terminal who can answer."""
    return not no_input and sys.stdin.isatty() and sys.stdout.isatty()


def language(given: str | None) -> str:
    """The language of messages: the first of ``--lang``, else that of the machine."""
    if given:
        return given.split(",")[0].strip()
    words = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((word for word in words if word), None) or locale.getlocale()[0] or ""
    return "vi" if chosen.lower().startswith("vi") else "en"


def languages_of_files(given: str | None) -> list[str]:
    """The languages of the files of a brief or a plan: those of ``--lang``, else both, whatever the machine's."""
    return (given or "en,vi").split(",")


def settled(source: str, given: Mapping[str, Any], lang: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with which a file can be read, after the questions that it needs; ``usual`` are always given."""
    options, proposed = dict(given), False
    for _ in range(MOST):
        seen = ta.inspect(source, **{**usual, **options})
        fresh = {name: value for name, value in seen.proposed.items() if name not in options}
        if fresh and not proposed:
            proposed = True
            if _agreed(fresh, lang):
                options |= fresh
                continue
        errors = [one for one in seen.findings if one.severity == "error"]
        if not errors:
            return options
        open_ones = [one for one in errors if one.fixes]
        if open_ones:
            options |= _chosen(open_ones[0], lang)
        elif errors[0].what_key == "layout_unknown" and "columns" not in options:
            options["columns"] = _columns(errors[0], lang)
        else:
            break
    seen.raise_if_bad()
    return options


def _agreed(proposed: Mapping[str, Any], lang: str) -> bool:
    words = ", ".join(as_argument(name, value, "command") for name, value in proposed.items())
    answer = _ask(say("ask_proposals", lang, proposals=words), say("ask_yes", lang), lang)
    return answer.lower() not in ("n", "no", "k", "không", "khong")


def _chosen(finding: ta.gate.Finding, lang: str) -> dict[str, Any]:
    """The fix that is chosen of those that a finding has; the safe ones stand first."""
    print(f"\n{finding.id} {finding.what_and_share(lang, 'command')}.")
    fixes = sorted(finding.fixes, key=lambda fix: not fix.safe)
    for number, fix in enumerate(fixes, 1):
        print(f"  {number}  {fix.sentence(lang, 'command')}")

    def number_of(answer: str) -> int | None:
        return int(answer) - 1 if answer.isdecimal() and 0 < int(answer) <= len(fixes) else None

    fix = fixes[_until(number_of, say("ask_way", lang, last=len(fixes)), "1", lang)]
    return {fix.argument: fix.value}


def _columns(finding: ta.gate.Finding, lang: str) -> dict[str, str]:
    """Which columns of the file, by their numbers, hold the markets and the value."""
    print(f"\n{finding.id} {finding.what_and_share(lang, 'command')}.")
    heads = finding.labels
    for number, head in enumerate(heads, 1):
        print(f"  {number}  {head}")

    def head_of(answer: str) -> str | None:
        return heads[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(heads) else None

    return {ours: _until(head_of, say(f"ask_column_{ours}", lang), "", lang) for ours in ("partner", "value")}


def which_reporter(lang: str) -> str:
    """Whose trade it is."""
    return _until(lambda answer: answer or None, say("ask_reporter", lang), "", lang)


def which_flow(lang: str) -> str:
    """Which flow it is."""
    words = {"1": "export", "2": "import", "export": "export", "import": "import"}
    return _until(words.get, say("ask_flow", lang), "1", lang)


def which_year(lang: str, years: list[int], otherwise: str = "") -> int:
    """Which year it is; the last of those in the file where it has several, ``otherwise`` where it has none."""

    def year_of(answer: str) -> int | None:
        year = int(answer) if answer.isdecimal() else 0
        return year if (year in years if years else 1900 < year < 2200) else None

    question = Text("ask_year", years=years).say(lang) if years else say("ask_year_of_file", lang)
    return _until(year_of, question, str(years[-1]) if years else otherwise, lang)


def _until(meaning: Callable[[str], T | None], question: str, default: str, lang: str) -> T:
    while True:
        found = meaning(_ask(question, default, lang))
        if found is not None:
            return found
        print(say("ask_not_understood", lang))


def _ask(question: str, default: str, lang: str) -> str:
    try:
        shown = say("ask_default", lang, question=question, default=default) if default else f"{question}: "
        answer = input(shown).strip()
    except EOFError:
        raise Stopped from None
    if answer.lower() in ("q", "quit"):
        raise Stopped
    return answer or default


def command(words: list[str], options: Mapping[str, Any]) -> str:
    """The command that does the same without questions."""
    more = [word for name, value in options.items() for word in as_options(name, value)]
    return typed(["tradeanalysis", *words, *more])
