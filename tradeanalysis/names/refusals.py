"""What a name is refused with, in both languages: the sentences stand in ``texts/economies.*.toml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tradeanalysis.names.name_tables import Country, entries_by_code
from tradeanalysis.schema import Sentence

LANGUAGES, FORMS = ("en", "vi"), ("python", "command")
# By its path, as the room of the catalogues knows the names and not the other way round.
_TEXTS = Path(__file__).parents[1] / "texts"
# What Python says and a command does not, or in other words: [[; it stands in bloc()|]].
_BY_FORM = re.compile(r"\[\[([^\[|\]]*)\|([^\[\]]*)\]\]")


def refusal(key: str, **values: object) -> Sentence:
    """The sentence of a key; an economy is written by its name, codes in a tuple by names and codes.

    Examples
    --------
    >>> refusal("country_ambiguous", label="'Korea'", may=("KOR", "PRK")).say("vi")
    "'Korea' có thể là Hàn Quốc (KOR), Triều Tiên (PRK). Hãy ghi mã ISO3 hoặc tên đầy đủ."
    """
    words = {}
    for lang in LANGUAGES:
        shown = {name: _written(value, lang) for name, value in values.items()}
        for at, form in enumerate(FORMS):
            words[lang, form] = _BY_FORM.sub(rf"\{at + 1}", _templates(lang)[key]).format(**shown)
    return Sentence(words)


@cache
def _templates(lang: str) -> dict[str, str]:
    import tomllib

    with (_TEXTS / f"economies.{lang}.toml").open("rb") as file:
        return tomllib.load(file)


def _written(value: object, lang: str) -> str:
    if isinstance(value, Country):
        return value.name_vi if lang == "vi" else value.name_en
    if isinstance(value, tuple):
        return ", ".join(f"{_written(entries_by_code()[code], lang)} ({code})" for code in value)
    return str(value)
