"""What speaks for an opportunity, as sentences: the market, its other suppliers, our sales there, the chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradeanalysis import names
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.texts import Amount, EconomyName, Text
from tradeanalysis.texts import catalogues as texts


def _named(label: Any) -> EconomyName | str:
    """An economy, written by its name in either language; any other label, such as a province, as it stands."""
    code = names.economy(label) if isinstance(label, str) else None
    return EconomyName(code) if code else str(label)


def why_of(row: Mapping[Any, Any], reporter: Any, currency: str, years: int) -> tuple[Text, ...]:
    """What speaks for an opportunity, as sentences in either language."""
    known = {name: one for name, one in row.items() if one == one}  # without what is missing
    about = {"market": _named(row[PARTNER]), "product": row[PRODUCT], "size": Amount(row["size"], currency)}
    growth = known.get("growth")
    if growth is not None:
        about["growth"] = Text("why_growth_up" if growth >= 0 else "why_growth_down", rate=abs(growth))
    said = [Text("why_market" if growth is None else "why_market_growth", **about)]
    if "rivals_hhi" in known:
        said.append(Text("why_rivals", number=1 / row["rivals_hhi"]))
    ours: dict[str, Any] = {"reporter": _named(reporter)}
    if row["now"] > 0:
        suggested = known.get("gravity", row["epi"])
        ours |= {"now": Amount(row["now"], currency), "suggested": Amount(suggested, currency)}
        share = Text("why_share" if row["share"] >= texts.LEAST else "why_small_share", share=row["share"])
        said.append(Text("why_more" if row["room"] > 0 else "why_no_more", **ours, share=share))
    elif row["now"] == 0:
        said.append(Text("why_new", **ours))
    if "chance" in known:
        said.append(Text("why_chance", chance=row["chance"], years=years))
    if "hhi_next" in known:
        said.append(Text("why_index_down" if row["hhi_next"] < 0 else "why_index_up"))
    return tuple(said)
