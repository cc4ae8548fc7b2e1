"""What a figure says of its table: reporter, flow, year and source, and the words around the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from tradeanalysis.figures.drawable import refuse_labels, refuse_numbers
from tradeanalysis.schema import FLOW, FLOWS, REPORTER, YEAR, SchemaError, TradeDataError
from tradeanalysis.texts import Text, capital, label, named, party, percent, say

# Columns of parts of a whole.
SHARES = ("share", "share_before", "loss")


@dataclass(frozen=True)
class Caption:
    """What title and notes of a figure say in place of what its table says of itself.

    ``None`` leaves a field to the table, an empty text leaves it out.

    Parameters
    ----------
    reporter
        The economy, by code or name.
    flow
        ``"export"`` or ``"import"``.
    year
        The year, or two such as ``"2009-2019"``.
    source
        Where the values come from.
    note
        A sentence of your own at the foot.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ax = ta.figures.ranking(exports, caption=ta.figures.Caption(source="CEPII BACI", note="Goods only."))
    >>> ax.figure.texts[-1].get_text().splitlines()
    ['Goods only.', 'Source: CEPII BACI']
    """

    reporter: str | int | None = None
    flow: str | None = None
    year: int | str | None = None
    source: str | None = None
    note: str | None = None

    @property
    def whole(self) -> bool:
        """Whether economy and flow are known, so that the title can name them."""
        return bool(self.flow and self.reporter)

    @property
    def years(self) -> tuple[Any, Any]:
        """The two years of ``"2009-2019"``; none of one year."""
        first, _, last = str(self.year or "").partition("-")
        return (first, last) if first.isdigit() and last.isdigit() else (None, None)

    def dated(self, lang: str, **more: Any) -> dict[str, Any]:
        """The words for economy, flow and year, as sentences of what is shown take them."""
        words: dict[str, Any] = {"year": self.year or None, **more}
        if self.reporter:
            words[REPORTER] = label(str(self.reporter), lang)
        if self.flow:
            words[FLOW] = say(self.flow, lang)
        return words

    def partners(self, lang: str) -> dict[str, str]:
        """The words for one partner and for several: of exports markets, of imports suppliers."""
        kind = self.flow or "plain"
        return {"market": say(f"market_{kind}", lang), "markets": say(f"markets_{kind}", lang)}

    def named(self, lang: str) -> dict[str, str]:
        """The words for the economy within a sentence."""
        return party(REPORTER, str(self.reporter), lang)

    def foot(self, lang: str) -> list[str]:
        """The note that is given, and the source."""
        source = say("source", lang, source=named("source_", self.source, lang)) if self.source else ""
        return [self.note or "", source]


# A caption, or a mapping of its fields.
Captioned = Caption | Mapping[str, Any] | None


def caption_of(table: pd.DataFrame, given: Captioned) -> Caption:
    """What is given, and else what the table says: in its notes, in columns of one value, in its certificate."""
    names = [field.name for field in fields(Caption)]
    if isinstance(given, Mapping):
        if strange := [key for key in given if key not in names]:
            raise TradeDataError(
                Text("caption_no_field", given=repr(dict(given)), field=repr(strange[0]), fields=names)
            )
        given = Caption(**given)
    given = given or Caption()
    known = _columns(table) | dict(table.attrs.get("notes", {}))
    if known.get(FLOW) not in FLOWS:
        known.pop(FLOW, None)  # a list of both
    known.setdefault("source", table.attrs.get("certificate", {}).get("source"))
    own = {name: getattr(given, name) for name in names}
    if own[FLOW] not in (None, "", *FLOWS):
        raise TradeDataError(Text("caption_no_flow", given=repr(own[FLOW])))
    return Caption(
        **{name: known.get(name) if one is None else one for name, one in own.items()} | {"note": own["note"]}
    )


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    """Reporter, flow and year where a column names one."""
    refuse_labels(table)
    there = {column: table[column].dropna().unique() for column in (REPORTER, FLOW, YEAR) if column in table}
    return {column: labels[0] for column, labels in there.items() if len(labels) == 1}


@dataclass(frozen=True)
class Words:
    """What stands around a picture: the finding as title, what is shown beneath it, the notes at the foot."""

    title: str
    about: str
    notes: list[str]


def words(title: str, about: str, *notes: str) -> Words:
    """The words around a picture, without the notes that are empty."""
    return Words(capital(title), about, [note for note in notes if note])


def finished(table: pd.DataFrame, *columns: str, made_by: str) -> pd.DataFrame:
    """The table, once it is known to be the finished one that a figure takes."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise SchemaError(Text("figure_lacks", columns=list(columns), missing=missing, made_by=made_by))
    if table.empty:
        raise TradeDataError(Text("nothing_to_draw"))
    refuse_labels(table)
    refuse_numbers(table, columns)
    for column in {*SHARES}.intersection(columns):
        if not table[column].dropna().between(0, 1 + 1e-9).all():
            low, high = table[column].min(), table[column].max()
            raise TradeDataError(Text("no_shares", column=repr(column), low=float(low), high=float(high)))
    return table


def hidden_note(shares: pd.Series[float], caption: Caption, lang: str) -> str:
    """How many partners are not drawn, and what they have together."""
    if shares.empty:
        return ""
    key = "hidden_one" if len(shares) == 1 else "hidden"
    return say(key, lang, count=len(shares), share=percent(float(shares.sum()), lang), **caption.partners(lang))


def unallocated_of(table: pd.DataFrame) -> float:
    """The share that is allocated to no partner, as ``ta.partners`` writes it."""
    return float(table.attrs.get("unallocated", 0.0))
