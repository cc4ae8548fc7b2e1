"""What speaks for an opportunity, as sentences: the market, its other suppliers, our sales there, the chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradeanalysis import names
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.texts import Amount, EconomyName, Text
from tradeanalysis.texts import catalogues as texts


def why_of(row: Mapping[Any, Any], about: About) -> tuple[Text, ...]:
    """What speaks for an opportunity, as sentences in either language."""
    known = {name: one for name, one in row.items() if one == one}  # without what is missing
    said = [_market(known, about)]
    if "rivals_hhi" in known:
        said.append(Text("why_rivals", number=1 / row["rivals_hhi"]))
    said += _ours(known, about)
    if "chance" in known:
        least = Amount(about.least, about.currency)
        said.append(Text("why_chance", least=least, years=about.years, chance=_chance(row["chance"])))
    if known.get("hhi_next_exact", 0.0) != 0:
        said.append(Text("why_index_down" if row["hhi_next_exact"] < 0 else "why_index_up"))
    return tuple(said)


def _market(known: Mapping[Any, Any], about: About) -> Text:
    """What the market buys of the product, and how that has grown."""
    size = Amount(known["size"], about.currency)
    market: dict[str, Any] = {
        "market": _named(known[PARTNER]),
        "product": _product(known[PRODUCT], about),
        "size": size,
    }
    if "growth" not in known or about.before is None:
        return Text("why_market", **market)
    first, last = about.before
    period = Text("why_period", first=str(first), last=str(last)) if first < last else Text("why_year", year=str(first))
    if texts.percent(abs(known["growth"]), "en") == texts.percent(0.0, "en"):
        return Text("why_market_growth", **market, growth=Text("why_growth_flat", period=period))
    key = "why_growth_up" if known["growth"] > 0 else "why_growth_down"
    return Text("why_market_growth", **market, growth=Text(key, rate=abs(known["growth"]), period=period))


def _ours(known: Mapping[Any, Any], about: About) -> list[Text]:
    """What is sold now, and whether more, no more, or as much is suggested, in the figures that are written."""
    ours: dict[str, Any] = {"reporter": _named(about.reporter)}
    basis, suggested = ("why_by_gravity", known["gravity"]) if "gravity" in known else ("why_by_epi", known["epi"])
    ours |= {"basis": Text(basis), "suggested": Amount(suggested, about.currency)}
    if "now" not in known:
        return [Text("why_could", **ours)] if suggested > 0 else []
    now = known["now"]
    if now == 0:
        return [Text("why_new", reporter=ours["reporter"])]
    share = Text("why_share" if known["share"] >= texts.LEAST else "why_small_share", share=known["share"])
    ours |= {"now": Amount(now, about.currency), "share": share}
    if suggested == 0:
        return [Text("why_sells", **ours)]
    if texts.money(now, "en", about.currency) == texts.money(suggested, "en", about.currency):
        return [Text("why_as_much", **ours)]
    return [Text("why_more" if suggested > now else "why_no_more", **ours)]


def _chance(chance: float) -> Text:
    """A chance in whole per cent, as no estimate is more exact."""
    if chance < SMALL:
        return Text("why_small_chance", limit=SMALL)
    return Text("why_percent", share=chance) if chance <= 1 - SMALL else Text("why_large_chance", limit=1 - SMALL)


# Chances below this are written as less than it, and those above its complement as more than that.
SMALL = 0.01


def _named(label: Any) -> EconomyName | str:
    """An economy, written by its name in either language; any other label, such as a province, as it stands."""
    code = names.economy(label) if isinstance(label, str) else None
    return EconomyName(code) if code else str(label)


def _product(code: Any, about: About) -> str:
    """A product by its code, with its name where that is known."""
    name = about.names.get(str(code))
    return f"{code} ({name})" if name else str(code)


@dataclass(frozen=True)
class About:
    """What the reasons of all rows have in common.

    Whose opportunities they are, the currency (empty where it is not known), what a new flow must reach within how many
    years, the window since which markets grew, and names of products by code, as far as they are known.
    """

    reporter: Any
    currency: str
    least: float
    years: int
    before: tuple[int, int] | None
    names: Mapping[str, str] = field(default_factory=dict)
