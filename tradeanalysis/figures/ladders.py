"""A ladder of opportunities: what is sold now in each market, and what is suggested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import frame, reach, rows_of_names
from tradeanalysis.figures.style import ACCENT, FAINT, INK, mark, write_beside
from tradeanalysis.texts import amount, goods, label, money, number, party, percent, rewritten, say, unit_name, unit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# No ladder is in single dollars whose amounts can be read in millions.
MILLION = 1e6
# A ceiling further out than so many times the longest bar is drawn as an arrow.
FAR = 2.0
# Chances below this are written as less than it.
SMALL = 0.01


@figure
def ladder(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 10, caption: Captioned = None
) -> Axes:
    """Opportunities in their order: a bar of what is suggested in each market, and a dot at what is sold now.

    Bars of new flows, of which nothing is sold yet, are hollow. Where the table has chances and ceilings, the chance
    stands beside the bar, and a line runs to the ceiling of a flow that is there.

    Parameters
    ----------
    table
        Columns ``product, partner, now, gravity`` (or ``epi``, where no row has gravity), and ``chance`` and
        ``ceiling`` where they are known, as ``ta.opportunities(...).table`` has them.
    top
        How many of the first rows get a bar.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("rice", "SAU", 30e6, 190e6), ("coffee", "BEL", 60e6, 200e6), ("steel", "BRA", 0.0, 50e6)]
    >>> table = pd.DataFrame(rows, columns=["product", "partner", "now", "gravity"])
    >>> ta.figures.ladder(table).figure.tradeanalysis_alt[:64]
    'Bar chart of 3 opportunities. Saudi Arabia: rice, now 30.0 mn US'
    """
    rows = _ladder_rows(table, top, lang)
    unit, size = _unit(table, rows)
    text = _ladder_words(rows, unit, suggested_by(table), caption_of(table, caption), lang)
    ax = axes(ax, min(5.2, 1.65 + 0.30 * len(rows)))
    _draw_ladder(ax, rows, size, lang)
    frame(ax, text)
    return keep(ax, table=rows.drop(columns="name"), alt=_ladder_alt(rows, unit, text, lang))


def suggested_by(table: pd.DataFrame) -> str:
    """The column of what is suggested: gravity, or EPI where no row has gravity."""
    return "gravity" if "gravity" in table and table["gravity"].notna().any() else "epi"


def _ladder_rows(table: pd.DataFrame, top: int, lang: str) -> pd.DataFrame:
    """The first rows, with what is suggested and the name of each."""
    aim = suggested_by(table)
    needed = aim if aim in table else "gravity"
    known = finished(table, "product", "partner", "now", needed, made_by="ta.opportunities(...).table").head(top)
    known = known.dropna(subset=[needed]).reset_index(drop=True)
    refuse_zeros(known, needed)
    rows = pd.DataFrame({"product": known["product"], "partner": known["partner"], "now": known["now"]})
    rows["suggested"] = known[needed]
    rows["ceiling"] = present_ceilings(known)
    rows["chance"] = known["chance"] if "chance" in known else float("nan")
    return rows.assign(name=[row_name(one, lang) for one in rows.to_dict("records")])


def present_ceilings(table: pd.DataFrame) -> pd.Series[float]:
    """The ceilings of flows that are there: of new ones fewer than nine in ten stayed at or below theirs."""
    if "ceiling" not in table:
        return pd.Series(float("nan"), index=table.index)
    return table["ceiling"].where(table["now"] > 0).astype(float)


def row_name(row: Mapping[Any, Any], lang: str) -> str:
    """A market and a product."""
    return say("ladder_row", lang, market=label(str(row["partner"]), lang), product=goods(str(row["product"]), lang))


def _unit(table: pd.DataFrame, rows: pd.DataFrame) -> tuple[str, float]:
    """The unit in which four fifths of the bars are one or more, and its size."""
    certificate = table.attrs.get("certificate") or {}
    currency = certificate.get("currency") or ("" if certificate else table.attrs.get("currency", "USD"))
    few = float(rows["suggested"].quantile(0.2))
    return unit_of(max(few, MILLION) if few >= MILLION / 5 else few, currency)


def _ladder_words(rows: pd.DataFrame, unit: str, aim: str, caption: Caption, lang: str) -> Words:
    first, plain = rows.iloc[0], "" if caption.reporter else "_plain"
    own = party("reporter", str(caption.reporter), lang) if caption.reporter else {}
    new = first["now"] == 0
    key = f"ladder_finding{'_new' if new else ''}{plain}" if first["now"] == first["now"] else "ladder_finding_unknown"
    what = {"product": goods(str(first["product"]), lang), **party("market", str(first["partner"]), lang)}
    title = say(key, lang, **own, **_amounts(first, unit, lang), **what)
    dated = {"year": caption.year or None, "unit": unit_name(unit, lang)}
    about = say("ladder_about" if aim == "gravity" else "ladder_about_epi", lang, **dated)
    notes = [say("ladder_hollow", lang)] if (rows["now"] == 0).any() else []
    notes += [say("ladder_ceiling", lang)] if rows["ceiling"].notna().any() else []
    notes += [say("ladder_chance", lang)] if rows["chance"].notna().any() else []
    return words(title, about, " ".join(notes), *caption.foot(lang))


def _amounts(row: Mapping[Any, Any] | pd.Series[Any], unit: str, lang: str) -> dict[str, str]:
    """What is sold now and what is suggested, with the currency of the unit."""
    currency = unit[-3:] if len(unit) >= 3 else ""
    return {"now": money(row["now"], lang, currency), "suggested": money(row["suggested"], lang, currency)}


def _draw_ladder(ax: Axes, rows: pd.DataFrame, size: float, lang: str) -> None:
    aims, now = rows["suggested"].to_numpy() / size, rows["now"].to_numpy() / size
    longest = max(float(aims.max()), float(rows["now"].max() / size) if rows["now"].notna().any() else 0.0)
    ends = (rows["ceiling"].to_numpy() / size).clip(max=FAR * longest)
    for at, (aim, sold, end) in enumerate(zip(aims, now, ends, strict=True)):
        new = sold == 0
        ax.barh(
            at, aim, height=0.66, color="white" if new else FAINT, edgecolor=ACCENT if new else FAINT, linewidth=1.2
        )
        if end == end:
            beyond = end == FAR * longest
            ax.plot([aim, end], [at, at], color=INK, linewidth=0.9, marker=">" if beyond else "|", markevery=[1])
        if sold > 0:
            ax.plot([sold], [at], marker="o", markersize=6, color=ACCENT, linestyle="none", clip_on=False)
    far = [max(one for one in (aim, sold, end) if one == one) for aim, sold, end in zip(aims, now, ends, strict=True)]
    numbers = [_number(row, size, lang) for row in rows.to_dict("records")]
    for at, (end, text) in enumerate(zip(far, numbers, strict=True)):
        write_beside(ax, (end, at), text, (6, 0), va="center", weight="bold" if at == 0 else "normal")
    broken = rows_of_names(ax, rows["name"].to_list())
    mark(ax.yaxis, range(len(rows)), broken)
    ax.set_xlim(0, reach(ax, far, numbers, broken) or 1.0)
    ax.invert_yaxis()
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)


def _number(row: Mapping[Any, Any], size: float, lang: str) -> str:
    """What is suggested, with the chance where it is known."""
    written = amount(row["suggested"], size, lang)
    if row["chance"] != row["chance"]:
        return written
    return say("ladder_number", lang, suggested=written, chance=chance_written(row["chance"], lang))


def chance_written(chance: float, lang: str) -> str:
    """A chance in whole per cent, as no estimate is more exact; a small one as less than one."""
    text = percent(chance, lang, 0)
    return text if chance >= SMALL else rewritten(text, f"<{percent(SMALL, lang, 0)}")


def _ladder_alt(rows: pd.DataFrame, unit: str, text: Words, lang: str) -> str:
    each = [say("ladder_each", lang, name=row["name"], **_amounts(row, unit, lang)) for row in rows.to_dict("records")]
    return say("ladder_alt", lang, count=number(len(rows), lang), list="; ".join(each), finding=text.title)
