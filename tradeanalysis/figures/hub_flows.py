"""From the origin through hubs to where goods end: bands as high as the shares that they carry."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep, taller
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import frame, length, spread, tall, wide, wrapped
from tradeanalysis.figures.style import FAINT, INK, PALETTE, REST, write
from tradeanalysis.parameters import need_counts
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, label, part, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MADE_BY = "ta.reexports(...).flows"
# The hubs that are drawn by themselves, and inches between them, where their names stand, and between ends.
HUBS, BETWEEN_HUBS, BETWEEN_ENDS, LINE = 4, 0.29, 0.05, 0.17
# Where the origin and the ends stand, and how wide they are; so many inches are a telephone's.
ORIGIN, END, WIDE, NARROW = 0.0, 1.0, 0.02, 5.0


@figure
def end_markets(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 7, caption: Captioned = None
) -> Axes:
    """What goes through hubs, from the origin to the hub and on to where it ends, in bands as high as their shares.

    Parameters
    ----------
    table
        Columns ``hub, partner, share`` (of all trade), as ``ta.reexports(...).flows`` gives them.
    top
        How many ends are drawn by themselves; the rest are drawn together, and so are the hubs beyond the fourth.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.reexports({"HKG": 50, "USA": 30, "CHN": 20}, {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3}})
    >>> ta.figures.end_markets(found.flows).figure.tradeanalysis_alt[:80]
    'Flow diagram. 20.0% of trade goes on through hubs, the largest part to China. Ho'
    """
    need_counts(top=top)
    rows = finished(table, "hub", "partner", "share", made_by=MADE_BY)
    if rows["share"].isna().any():
        raise TradeDataError(Text("shares_missing", column="'share'"))
    refuse_zeros(rows, "share")
    about = caption_of(table, caption)
    bands = _bands(rows, top, about, lang)
    text = _words(rows, about, dict(table.attrs.get("notes", {})), lang)
    ax = axes(ax, height=4.2)
    _draw(ax, bands, about, lang)
    frame(ax, text)
    each = "; ".join(
        f"{hub}: {', '.join(f'{end} {part(x, lang)}' for end, x in row[row > 0].items())}"
        for hub, row in bands.iterrows()
    )
    tidy = bands.reset_index().melt("hub", var_name="partner", value_name="share")
    return keep(ax, table=tidy[tidy["share"] > 0], alt=say("end_markets_alt", lang, finding=text.title, list=each))


def _bands(rows: pd.DataFrame, top: int, caption: Caption, lang: str) -> pd.DataFrame:
    """Shares, hubs by ends under the names that are written, the largest first and the rest of both last."""
    matrix = rows.pivot_table(index="hub", columns="partner", values="share", aggfunc="sum").fillna(0.0)
    hubs, ends = (matrix.sum(axis=axis).sort_values(ascending=False, kind="stable").index for axis in (1, 0))
    matrix = matrix.loc[hubs, ends]
    kept = list(ends[: top if len(ends) > top + 1 else None])
    shown = matrix[kept].set_axis([label(str(one), lang) for one in kept], axis=1)
    if len(kept) < len(ends):
        other = say("ranking_other", lang, count=len(ends) - len(kept), **caption.partners(lang))
        shown[other] = matrix[ends[len(kept) :]].sum(axis=1)
    first = shown.iloc[: HUBS if len(hubs) > HUBS + 1 else None]
    made = first.set_axis([label(str(one), lang) for one in first.index])
    if len(first) < len(hubs):
        made.loc[say("end_markets_other_hubs", lang, count=len(hubs) - len(first))] = shown.iloc[len(first) :].sum()
    return made.rename_axis(index="hub", columns=None)


def _words(rows: pd.DataFrame, caption: Caption, notes: dict[str, Any], lang: str) -> Words:
    on = rows[rows["hub"].astype(str) != rows["partner"].astype(str)]
    kind = caption.flow if caption.whole else "plain"
    through = max(float(notes.get("through", 0.0)), float(on["share"].sum()))  # with what comes home
    known: dict[str, Any] = {"through": percent(through, lang)}
    if len(on) and on["share"].sum() > 0:
        known |= party("partner", str(on.groupby("partner")["share"].sum().idxmax()), lang)
    said = f"end_markets_finding_{kind}" if "partner" in known else f"end_markets_nothing_{kind}"
    title = say(said, lang, **known, **caption.named(lang))
    about = say(f"end_markets_about_{kind}", lang, **caption.dated(lang))
    share = percent(max(1 - float(rows["share"].sum()), 0.0), lang)
    rest = say("end_markets_rest_home" if notes.get("home") else "end_markets_rest", lang, share=share)
    return words(title, about, rest, assumed(notes, lang), *caption.foot(lang))


def assumed(notes: dict[str, Any], lang: str) -> str:
    """The rates of hubs, which are assumptions."""
    rates = notes.get("rates")
    if not isinstance(rates, dict):
        return ""
    each = [
        f"{label(str(hub), lang)} {'–'.join(percent(float(end), lang, 0) for end in str(one).split('-'))}"
        for hub, one in rates.items()
    ]
    return say("end_markets_rates", lang, list=", ".join(each))


def _draw(ax: Axes, bands: pd.DataFrame, caption: Caption, lang: str) -> None:
    """Bands in inches from the top: origin to hub, and hub to end."""
    shares = bands.to_numpy()
    hubs, ends = shares.sum(axis=1), shares.sum(axis=0)
    narrow = wide(ax) < NARROW
    of_ends = _labels(bands.columns, ends, 0.36 * wide(ax), lang)
    across = wide(ax) - max(map(length, of_ends)) - 0.5
    hub_at = 0.22 if narrow else 0.34
    of_hubs = _labels(bands.index, hubs, max((0.96 - hub_at) * across, 0.9), lang)
    lines = [one.count("\n") + 1 for one in of_hubs]
    between = LINE * np.array(lines) + 0.12
    taller(ax, float(between.sum() - BETWEEN_HUBS * len(hubs)))
    room = max(tall(ax), 1.0)
    size = max(room - between.sum(), 0.4 * room) / shares.sum()
    at_hub = np.cumsum(between) + np.concatenate([[0.0], np.cumsum(size * hubs)[:-1]])
    high = float(at_hub[-1] + size * hubs[-1])
    apart = BETWEEN_ENDS if len(ends) > 1 else 0.0
    first = max((high + between[0] - size * ends.sum() - apart * (len(ends) - 1)) / 2, 0.0)
    at_end = first + np.concatenate([[0.0], np.cumsum(size * ends + apart)])[:-1]
    top = between[0] + (high - between[0] - size * hubs.sum()) / 2
    colours = [*PALETTE[:HUBS], REST]
    _bar(ax, ORIGIN, top, size * hubs.sum(), INK)
    if not narrow:
        name = label(str(caption.reporter), lang) if caption.reporter else say("end_markets_origin", lang)
        write(ax, ORIGIN, top - 0.06, name, ha="left", va="bottom", size=9)
    into, leaves = at_end.copy(), top
    for i, high_here in enumerate(size * hubs):
        colour = colours[min(i, HUBS)]
        _band(ax, (ORIGIN + WIDE, hub_at), (leaves, at_hub[i]), high_here, colour)
        leaves += high_here
        _bar(ax, hub_at, at_hub[i], high_here, colour)
        write(ax, hub_at, at_hub[i] - 0.05, of_hubs[i], ha="left", va="bottom", size=9)
        out = at_hub[i]
        for j, one in enumerate(size * shares[i]):
            if one > 0:
                _band(ax, (hub_at + WIDE, END), (out, into[j]), one, colour)
                out, into[j] = out + one, into[j] + one
    middles = at_end + size * ends / 2
    deep = [LINE * (one.count("\n") + 1) for one in of_ends]
    places = spread(list(middles), [(one + other) / 2 for one, other in itertools.pairwise(deep)])
    for j, (middle, place) in enumerate(zip(middles, places, strict=True)):
        _bar(ax, END, at_end[j], size * ends[j], INK)
        ax.plot([END + WIDE + 0.005, END + WIDE + 0.03], [middle, place], color=FAINT, linewidth=0.8, clip_on=False)
        write(ax, END + WIDE + 0.04, place, of_ends[j], va="center", size=9)
    lowest, highest = max(high, places[-1] + deep[-1] / 2), min(0.0, places[0] - deep[0] / 2)
    taller(ax, lowest - highest - room)
    ax.set(xlim=(0, END + WIDE), ylim=(lowest, highest))
    ax.set_axis_off()


def _labels(names: pd.Index[Any], shares: npt.NDArray[np.float64], inches: float, lang: str) -> list[str]:
    """Names with their shares, in lines of so many inches."""
    each = [f"{name} {part(x, lang)}" for name, x in zip(names, shares, strict=True)]
    return [wrapped(one, inches) or one for one in each]


def _bar(ax: Axes, left: float, top: float, height: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((left, top), WIDE, height, facecolor=colour, linewidth=0))


def _band(ax: Axes, x: tuple[float, float], y: tuple[float, float], height: float, colour: str) -> None:
    """A band of one height that swings from one place to the other."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (left, right), (start, end), middle = x, y, sum(x) / 2
    curve = [Path.CURVE4] * 3
    path = Path(
        [
            *((left, start), (middle, start), (middle, end), (right, end), (right, end + height)),
            *((middle, end + height), (middle, start + height), (left, start + height), (left, start)),
        ],
        [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY],
    )
    ax.add_patch(PathPatch(path, facecolor=colour, alpha=0.32, linewidth=0))
