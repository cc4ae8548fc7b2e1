"""What follows a slider or a form: what is lost if a market closes, and a plan with targets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from tradeanalysis.brief.outlook import PlanRequest
from tradeanalysis.brief.wording import columns_unit
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.names import bloc, blocs
from tradeanalysis.page.about_flow import AboutFlow
from tradeanalysis.page.answers import AIMS, Chosen
from tradeanalysis.page.decisions import said_error
from tradeanalysis.page.templates import rendered
from tradeanalysis.planner.one_plan import Plan, plan
from tradeanalysis.schema import InfeasiblePlan, TradeDataError
from tradeanalysis.stress.contingencies import contingency
from tradeanalysis.texts import amount, capital, label, money, number, part, party, percent, say, unit_name

# Rows of the table of a plan; what is beyond is one row.
ROWS = 15
# Members of a bloc that must be in the table for it to be offered.
MEMBERS = 2


@dataclass(frozen=True)
class ClosureRequest:
    """Which market or bloc closes, how much of it is lost, and how much of that is sold elsewhere."""

    market: str
    members: tuple[str, ...]
    loss: float
    redirect: float


def blocs_there(about: AboutFlow) -> list[str]:
    """The blocs of which the table has members."""
    markets = set(map(str, about.markets.index))
    names = dict.fromkeys(str(one) for one in blocs()["bloc"])
    found = [one for one in names if len(markets & set(bloc(one))) >= MEMBERS]
    return found


def closure_request(about: AboutFlow, chosen: Chosen) -> ClosureRequest:
    """What was answered; by default the largest market, all of it, and nothing of it sold elsewhere."""
    markets = [str(one) for one in about.markets.index]
    market = str(chosen.page.get("market", markets[0]))
    loss, redirect = chosen.page.get("loss", 1.0), _redirect(chosen)
    if market in markets:
        return ClosureRequest(market, (market,), loss, redirect)
    if market in blocs_there(about):
        return ClosureRequest(market, tuple(one for one in bloc(market) if one in markets), loss, redirect)
    return ClosureRequest(markets[0], (markets[0],), loss, redirect)


def _redirect(chosen: Chosen) -> float:
    """How much of a loss is sold elsewhere: nothing, unless answered."""
    return min(float(chosen.page.get("redirect", 0.0)), 1.0)


def closure_part(about: AboutFlow, chosen: Chosen, lang: str) -> str:
    """What is lost, as a sentence, a bar and a table."""
    one, request = about.facts, closure_request(about, chosen)
    x = about.markets
    scenario = {request.market: dict.fromkeys(request.members, min(request.loss, 1.0))}
    row = contingency(x, redirect=min(request.redirect, 1.0), scenarios=scenario).iloc[0]
    of_all = 1 - one.unallocated
    shares = {name: float(row[f"{name}_share"]) * of_all for name in ("gross", "replaced", "net")}
    values = {name: float(row[key]) for name, key in LOSSES.items()}
    gross, replaced = (float(row[LOSSES[name]]) for name in ("gross", "replaced"))
    found_elsewhere = replaced / gross if gross > 0 else request.redirect
    words = {
        **party("partner", request.market, lang),
        "loss": percent(request.loss, lang, 0),
        "redirect": percent(found_elsewhere, lang, 0),
        "before": number(hhi(x), lang, 3),
        "after": number(float(row["hhi_after"]), lang, 3),
    }
    words |= {name: money(value, lang, one.currency) for name, value in values.items()}
    words |= {f"{name}_share": percent(share, lang) for name, share in shares.items()}
    key = "page_closure_sentence" if request.redirect > 0 else "page_closure_loss"
    sentence = say(f"{key}_{one.flow}", lang, **words)
    if gross > 0 and request.redirect > 0 and not replaced > 0:
        sentence += " " + say(f"page_closure_no_other_{one.flow}", lang)
    after = row["hhi_after"]
    if after == after:
        sentence += " " + say("page_closure_index", lang, **words)
    heads = (say("page_head_what", lang), say("page_head_amount", lang), say(f"page_head_share_{one.flow}", lang))
    rows = [
        (say(f"page_row_{name}_{one.flow}", lang), money(values[name], lang, one.currency), part(shares[name], lang))
        for name in ("gross", "replaced", "net")
    ]
    label_of_bar = say("page_bar", lang, net=words["net_share"], replaced=words["replaced_share"])
    bar = {"gross": f"{100 * shares['gross']:.2f}", "net": f"{100 * shares['net']:.2f}", "label": label_of_bar}
    table = {"label": say(f"page_closure_{one.flow}", lang), "heads": heads, "rows": rows, "summed": True, "kind": ""}
    assumption = say("page_closure_assumption", lang)
    return rendered(
        "closure_part.html",
        lang,
        refused="",
        flow=one.flow,
        sentence=capital(sentence),
        bar=bar,
        table=table,
        assumption=assumption,
    )


LOSSES = {"gross": "gross_loss", "replaced": "replaced", "net": "net_loss"}


# ---- a plan ------------------------------------------------------------------------------------------------------


class Planned(NamedTuple):
    """The growth, cap and aim of the plan that the page shows."""

    growth: float
    cap: float
    aim: str


def plan_request(chosen: Chosen) -> Planned:
    """What was answered of the plan; the rest as the form first shows it."""
    page = chosen.page
    return Planned(page.get("growth", 0.10), page.get("cap", 0.25), page.get("aim", AIMS[0]))


def chosen_plan(chosen: Chosen) -> Planned | None:
    """The plan of which anything was chosen; None where the form stands as it was first shown, or was not looked at."""
    return plan_request(chosen) if any(name in chosen.page for name in Planned._fields) else None


def brief_request(chosen: Chosen, *, shown: bool = True) -> PlanRequest:
    """What the brief shows of a flow beside its year: the losses as on the page, and the plan that was looked at.

    Nothing was assumed of a flow that is not ``shown``.
    """
    if not shown:
        return PlanRequest(redirect=0.0)
    redirect = _redirect(chosen)
    if not any(name in chosen.page for name in ("growth", "cap", "aim", "planned")):
        return PlanRequest(redirect=redirect)
    growth, cap, aim = plan_request(chosen)
    return PlanRequest(growth, cap, redirect, aim=aim)


def plan_part(about: AboutFlow, chosen: Chosen, lang: str) -> str:
    """The targets by market; or why there are none, and the two nearest plans as buttons."""
    growth, cap, aim = plan_request(chosen)
    try:
        found = plan(about.markets, growth, cap, rest=about.rest, aim=aim)
    except InfeasiblePlan as error:
        nearest = _nearest(about, error, growth, cap, aim, lang)
        return rendered("plan_part.html", lang, refused=error.sentence(lang), nearest=nearest)
    except TradeDataError as error:
        return rendered("plan_part.html", lang, refused=said_error(error, lang), nearest=[])
    return rendered(
        "plan_part.html",
        lang,
        refused="",
        sentence=found.sentence(lang),
        table=_targets(found, about, lang),
        assumption=say("page_plan_assumption", lang),
    )


def _nearest(
    about: AboutFlow, error: InfeasiblePlan, growth: float, cap: float, aim: str, lang: str
) -> list[dict[str, Any]]:
    """The nearest cap and the nearest growth as buttons, each rounded up so far that the click succeeds."""
    found = []
    for name, near in (("cap", error.nearest_cap), ("growth", error.nearest_growth)):
        share = None if near is None else _that_succeeds(about, {"growth": growth, "cap": cap}, name, near, aim)
        if share is not None:
            text = say(f"page_take_{name}", lang, share=percent(share, lang))
            found.append({"text": text, "set": {name: f"{100 * share:.1f}"}})
    return found


def _that_succeeds(about: AboutFlow, given: dict[str, float], name: str, near: float, aim: str) -> float | None:
    """The share, in tenths of a per cent from the nearest up, with which there is a plan; None where there is none."""
    tenths = math.ceil(near * 1000 - 1e-9)
    for more in range(3):
        share = (tenths + more) / 1000
        tried = {**given, name: share}
        try:
            plan(about.markets, tried["growth"], tried["cap"], rest=about.rest, aim=aim)
        except InfeasiblePlan:
            continue
        return share
    return None


def _targets(found: Plan, about: AboutFlow, lang: str) -> dict[str, Any]:
    """The targets, the largest first, what is beyond as one row, and all."""
    table = found.table.sort_values("target", ascending=False, kind="stable")
    unit, size = columns_unit(table["target"].head(ROWS), about.facts.currency)

    def row(name: str, now: float, target: float, before: float, after: float) -> tuple[str, ...]:
        growth = percent(target / now - 1, lang) if now > 0 else "–"
        return (
            name,
            amount(now, size, lang),
            amount(target, size, lang),
            growth,
            part(before, lang),
            part(after, lang),
        )

    shown, beyond = table.head(ROWS), table.iloc[ROWS:]
    columns = ("now", "target", "share_before", "share_after")
    rows = [row(label(str(market), lang), *map(float, each[list(columns)])) for market, each in shown.iterrows()]
    if len(beyond):
        other = say("page_other_markets", lang, count=len(beyond))
        rows.append(row(other, *(float(beyond[one].sum()) for one in columns)))
    if found.rest:
        grown, whole = found.rest * (1 + found.growth), float(table["now"].sum()) + found.rest
        rows.append(
            row(capital(say("ranking_unallocated", lang)), found.rest, grown, found.rest / whole, grown / found.total)
        )
    now = float(table["now"].sum()) + found.rest
    rows.append(row(say("page_all", lang), now, found.total, 1.0, 1.0))
    named = unit_name(unit, lang)
    heads = [
        say(f"page_head_{one}", lang, unit=named) for one in ("market", "now", "target", "growth", "before", "after")
    ]
    return {"label": say("page_plan", lang), "heads": heads, "rows": rows, "summed": True, "kind": "six"}


def typed_percent(share: float, lang: str) -> str:
    """A share as a person types it: 12.5, 12,5."""
    return f"{100 * share:.10g}".replace(".", "," if lang == "vi" else ".")
