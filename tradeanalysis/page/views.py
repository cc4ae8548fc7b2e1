"""What is shown of a file that is read: the answer, what if a market closes, a plan, and the files to take away."""

from __future__ import annotations

from typing import Any

from tradeanalysis.brief.contents import Points, Sentences, ShownTable
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.currencies import DOLLAR
from tradeanalysis.measures.inequality import lorenz
from tradeanalysis.page.about_flow import AboutFlow, about_flow, below, contents, pictures
from tradeanalysis.page.answers import AIMS, OF_THE_FLOW, PLAIN, Chosen
from tradeanalysis.page.decisions import notes_of, said_error
from tradeanalysis.page.drawn import drawn
from tradeanalysis.page.files_to_take import files_of
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.page.opportunity_list import has_opportunities, opportunity_list
from tradeanalysis.page.templates import markup, rendered, shown_table
from tradeanalysis.page.this_month import has_months, month_shown
from tradeanalysis.page.what_if import (
    blocs_there,
    closure_part,
    closure_request,
    plan_part,
    plan_request,
    typed_percent,
)
from tradeanalysis.schema import YEAR, TradeDataError
from tradeanalysis.texts import capital, label, number, party, percent, said, say, unit_name

# The figures of the answer, and the text that names each.
SHOWN = ("ranking", "trend", "lorenz")


def view(file: OpenedFile, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    """The view that is chosen."""
    about = about_flow(file)
    wanted = chosen.page.get("view", "answer")
    there = views_of(file)
    made = {"answer": _answer, "closure": _closure, "plan": _plan, "downloads": _downloads}
    made |= {"opportunities": _opportunities, "month": _month}
    wanted = wanted if wanted in there else "answer"
    return made[wanted](file, about, chosen, lang, {**common, "views": there, "flow": about.facts.flow})


def views_of(file: OpenedFile) -> list[str]:
    """The views that the table allows."""
    months = ["month"] if has_months(file) else []
    more = ["opportunities"] if has_opportunities(file) else []
    return ["answer", *months, "closure", "plan", *more, "downloads"]


# ---- the answer --------------------------------------------------------------------------------------------------


def _answer(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    one = about.facts
    said = contents(file, [about], lang)
    headline = next(block for block in said.blocks if isinstance(block, Points) and block.numbered)
    cautions = [block.text for block in said.blocks if isinstance(block, Sentences) and block.loud]
    sure = [block.text for block in below(said.blocks, say("brief_sure_head", lang)) if isinstance(block, Sentences)]
    flows = file.flows if not file.options.get("flow") or file.economy else []
    years = sorted(set(one.history[YEAR].astype(int)) | set(file.years), reverse=True)
    return rendered(
        "answer.html",
        lang,
        **common,
        title=said.title,
        flows=flows if len(flows) > 1 else [],
        of_the_flow=OF_THE_FLOW,
        rates=_rates(file, about, lang),
        years=years if len(years) > 1 else [],
        year=one.year,
        sentences=headline.texts,
        cautions=cautions,
        numbers=_numbers(about, lang),
        sure={"head": say("brief_sure_head", lang), "sentences": sure} if sure else None,
        figures=_figures(file, about, said.blocks, chosen, lang),
        findings=[] if file.seen is None else notes_of(file, lang),
    )


def _rates(file: OpenedFile, about: AboutFlow, lang: str) -> dict[str, Any] | None:
    """The rates that would turn the file into dollars, one for each of its years; None where it is in dollars."""
    if about.facts.currency == DOLLAR:
        return None
    years = file.years if YEAR in file.table else []
    fields = [(f"rate.{year}", str(year)) for year in years] if len(years) > 1 else [("rate", "")]
    return {"currency": unit_name(about.facts.currency, lang), "fields": fields, "pattern": PLAIN}


def _numbers(about: AboutFlow, lang: str) -> list[dict[str, str]]:
    """Four numbers, each with what it means."""
    one = about.facts
    largest = party("partner", str(one.partners.iloc[0]["partner"]), lang)["partner"]
    effective = number(one.own["effective_partners"], lang, 1)
    part = "_part" if one.partly else ""
    listed = percent(1 - one.unallocated, lang)
    shown = [
        ("hhi", number(one.own["hhi"], lang, 3), f"page_why_hhi{part}"),
        ("effective", effective, f"page_why_effective_{one.flow}"),
        ("top1", percent(one.of_all("top_share_1"), lang), f"page_why_top1_{one.flow}"),
    ]
    if one.own["n"] > 3:
        shown.append(("top3", percent(one.of_all("top_share_3"), lang), f"page_why_top3_{one.flow}"))
    else:
        shown.append(("n", number(one.own["n"], lang), f"page_why_n_{one.flow}"))
    words = {"effective": effective, "largest": largest, "listed": listed}
    return [
        {"name": say(f"page_number_{name}", lang), "value": value, "why": say(why, lang, **words)}
        for name, value, why in shown
    ]


def _figures(file: OpenedFile, about: AboutFlow, blocks: Any, chosen: Chosen, lang: str) -> list[dict[str, Any]]:
    """The figures of the answer, each with the table behind it."""
    one, there = about.facts, pictures(file, about, lang)
    partners = next(
        (each for each in blocks if isinstance(each, ShownTable) and each.key == table_key(one.flow, "partners")), None
    )
    tables = {"ranking": _shown(partners), "trend": _trend(about, lang), "lorenz": _lorenz(about, lang)}
    width = chosen.page.get("width", "broad")
    return [
        {
            "head": say(f"page_figure_{name}", lang),
            "picture": drawn(there[name], width, file.made, lang),
            "table": tables[name],
        }
        for name in SHOWN
        if name in there
    ]


def _shown(table: ShownTable | None) -> dict[str, Any] | None:
    """A table of the brief as one of the page."""
    if table is None:
        return None
    return shown_table(table.label, table.heads, table.rows, summed=table.summed)


def _trend(about: AboutFlow, lang: str) -> dict[str, Any]:
    history = about.facts.history.dropna(subset=["hhi"]).sort_values(YEAR)
    rows = [(str(int(year)), number(x, lang, 3)) for year, x in zip(history[YEAR], history["hhi"], strict=True)]
    heads = (say("page_head_year", lang), say("page_number_hhi", lang))
    return shown_table(say("page_figure_trend", lang), heads, rows)


def _lorenz(about: AboutFlow, lang: str) -> dict[str, Any]:
    curve = lorenz(about.markets)
    step = max(1, len(curve) // 12)
    some = curve.iloc[[*range(0, len(curve) - 1, step), len(curve) - 1]]
    columns = list(some.columns[:2])
    rows = [tuple(percent(float(x), lang) for x in row) for row in some[columns].to_numpy(dtype=float)]
    heads = (say("page_head_markets", lang), say("page_head_value", lang))
    return shown_table(say("page_figure_lorenz", lang), heads, rows)


# ---- what if, plan, files -----------------------------------------------------------------------------------------


def _closure(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    request = closure_request(about, chosen)
    return rendered(
        "closure.html",
        lang,
        **common,
        markets=[(str(code), label(str(code), lang)) for code in about.markets.index],
        blocs=[(code, label(code, lang)) for code in blocs_there(about)],
        market=request.market,
        loss=round(100 * request.loss),
        redirect=round(100 * request.redirect),
        fragment=markup(closure_part(about, chosen, lang)),
    )


def _plan(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    request = plan_request(chosen)
    return rendered(
        "plan.html",
        lang,
        **common,
        growth=typed_percent(request.growth, lang),
        cap=typed_percent(request.cap, lang),
        aims=[(aim, capital(say(f"page_aim_{aim.replace(' ', '_')}", lang))) for aim in AIMS],
        aim=request.aim,
        fragment=markup(plan_part(about, chosen, lang)),
    )


def _opportunities(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    try:
        found = opportunity_list(file, about.facts.currency, lang)
    except TradeDataError as error:  # such as amounts of which no chance can be learnt
        found = {"sentence": str(said(error.args[0], lang, "page")), "table": None, "whys": []}
    return rendered("opportunities.html", lang, **common, **found)


def _month(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    try:
        month, refused = month_shown(file, chosen, lang), ""
    except TradeDataError as error:  # such as months that are reported in part
        month, refused = None, said_error(error, lang)
    return rendered("month.html", lang, **common, month=month, refused=refused)


def _downloads(file: OpenedFile, about: AboutFlow, chosen: Chosen, lang: str, common: dict[str, Any]) -> str:
    there = pictures(file, about, lang)
    figures = [{"name": name, "head": say(f"page_figure_{name}", lang)} for name in SHOWN if name in there]
    return rendered("downloads.html", lang, **common, files=files_of(file), figures=figures)
