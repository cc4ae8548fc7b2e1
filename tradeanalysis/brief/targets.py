"""A plan for people who read: the verdict, and the targets by market as workbook and figure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from tradeanalysis import figures
from tradeanalysis.brief.opened_table import name_of, opened
from tradeanalysis.brief.outlook import UNALLOCATED_FOR_PLAN, PlanRequest, nearest, nearest_within
from tradeanalysis.brief.plan_ceilings import plan_ceilings, said_ceilings
from tradeanalysis.brief.planned import said_hidden
from tradeanalysis.extras import need
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.planner.frontiers import frontier
from tradeanalysis.schema import EXPORT, FLOW, FLOWS, TradeDataError
from tradeanalysis.tables.baskets import choose_from, values_of
from tradeanalysis.texts import EconomyName, Text
from tradeanalysis.texts import catalogues as texts


def write_plan(
    table: pd.DataFrame,
    reporter: str | int,
    *,
    flow: str | None = None,
    year: int | None = None,
    growth: float = 0.10,
    cap: float = 0.25,
    max_growth: float | None = None,
    aim: str = "even growth",
    quarters: str | Iterable[float] | None = None,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    name: str | None = None,
    progress: Progress = None,
) -> list[Path]:
    """Write the targets by market for a growth of the total with no market above a cap; or those nearest to it.

    Parameters
    ----------
    table, reporter, flow, year
        As for ``write_brief``. Where the table has both flows and none is named, exports.
    growth, cap
        The growth of the total, and the largest share of any market after it: of all trade, of which what is not
        detailed by market grows as the total does.
    max_growth
        The highest growth of any market, as a share of its present value. By default the growth that nine in ten flows
        of like size stayed below within a year (``ta.limits(growth="seen")``), where the table shows it and a plan
        within it exists; no limit otherwise. Progress and workbooks say which.
    aim
        As for ``plan``.
    quarters
        As for ``write_brief``: the targets by quarter are a sheet of the workbooks.
    out
        The folder to write to.
    langs
        The languages of the verdict, the workbooks and the figures.
    name
        As for ``write_brief``.
    progress
        What the reader must know of the year and the cap and the verdict, in each language, and the path of each file
        when it is written: None is silent, True writes to stderr, or a function such as ``print``.

    Returns
    -------
    The paths of the workbooks, and of a figure of what can be reached (PNG), by language. No market is sold less than
    now. Where no plan meets both, one workbook keeps the cap and one the growth, where such plans exist; where growth
    beyond what was usual would meet both, a third has that plan. Of a part of
    a year, or where a market above the cap may be hidden in what is not detailed, progress and workbooks say so.

    Raises
    ------
    TradeDataError
        The economy is not in the table; the year or the flow is not stated; a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_plan(ta.example("world_2020"), "VNM", out=folder, langs=["en"])
    >>> [path.name for path in written]
    ['plan_VNM_export_at_the_cap_en.xlsx', 'plan_VNM_export_at_the_growth_en.xlsx', 'plan_VNM_export_en.png']
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    need_numbers("max_growth", growth=growth, cap=cap, max_growth=max_growth)
    need(Text("files_of", format="Excel"), "openpyxl")
    langs, report = list(langs), line_writer(progress)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language raises before anything is written
    if flow is None and FLOW in table and set(FLOWS) <= set(table[FLOW]):
        flow = EXPORT
    trade = opened(table, reporter, flow, year)
    flow, code = flow or str(trade.rows[FLOW][0]), trade.reporter
    x = values_of(choose_from(trade.rows, trade.attrs, reporter=code, flow=flow, year=trade.year))
    x = x[x > 0]
    x.attrs.setdefault("currency", trade.currency)
    if x.empty:
        raise TradeDataError(Text(f"plan_no_{flow}s", name=EconomyName(code), year=trade.year))
    unallocated = float(x.attrs.get("unallocated", 0.0))
    named = x.sum() / (x.sum() + unallocated)
    split = trade.quarters(quarters, flow)
    if named < 1 - UNALLOCATED_FOR_PLAN:
        raise TradeDataError(Text("plan_of_little", share=1 - named))
    seen = plan_ceilings(trade, flow) if max_growth is None else None
    if max_growth is None:
        plans, refused, within, beyond = nearest_within(x, PlanRequest(growth, cap), seen, rest=unallocated, aim=aim)
        upper = seen if within else None
    else:
        upper, within, beyond = x * (1 + max_growth), False, None
        plans, refused = nearest(x, PlanRequest(growth, cap), rest=unallocated, upper=upper, aim=aim)
    shown = [one for one in plans if one is not None]
    kinds = ["at_the_cap", "at_the_growth"] if refused else [""]
    kinds, plans = (kinds, plans) if beyond is None else ([*kinds, "beyond_seen_growth"], [*plans, beyond])
    name = f"plan_{name_of(code, year, name)}_{flow}"
    written = []
    for lang in langs:
        remarks = [one for one in (trade.said_part(flow, lang), said_hidden(flow, 1 - named, cap, lang)) if one]
        for remark in remarks:
            report(remark)
        if named < 1:
            report(texts.say("plan_of_all", lang, share=texts.percent(1 - named, lang)))
        if verdict := refused or plans[0]:
            report(verdict.sentence(lang))
        above = beyond if within else next(iter(shown), None)
        files = ["_".join(filter(None, (name, kind, lang))) + ".xlsx" for kind in kinds]
        if seen is not None and shown and (ceilings := said_ceilings(seen, within, above, lang, files[-1])):
            remarks.append(ceilings)
            report(ceilings)
        for file, done in zip(files, plans, strict=True):
            if done is not None:
                written.append(
                    done.to_excel(Path(out) / file, lang=lang, overwrite=True, quarters=split, remarks=remarks)
                )
                report(str(written[-1]))
        if flow == EXPORT and shown:
            reach = frontier(x, upper=upper)
            ax = figures.frontier(reach, plan=shown[0], lang=lang, caption={"reporter": code})
            written.append(write_file(Path(out) / f"{name}_{lang}.png", figure_bytes(ax, "png")))
            report(str(written[-1]))
    return written
