"""Every public function that computes from values, each as a call of one argument, and those that do not, with why.

A vector goes to ``OF_VECTORS``, a trade table to ``OF_TABLES``, one number to ``OF_NUMBERS``, a finished table with one
hostile column to ``OF_FIGURES`` and a table of any kind with the path of a new file to ``WRITERS``.
"""

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.measures.indices import examples

MARKETS = ["USA", "CHN", "JPN", "DEU", "KOR"]
VECTOR = pd.Series([40.0, 25.0, 20.0, 10.0, 5.0], MARKETS)
LIKE = pd.DataFrame(0.25, MARKETS, MARKETS) + 0.75 * pd.DataFrame(
    [[float(a == b) for a in MARKETS] for b in MARKETS], MARKETS, MARKETS
)
MONTHS = range(1, 13)
COUNTRIES = ("VNM", "THA", "USA", "DEU")
VNM = {"reporter": "VNM", "flow": "export"}


def trade():
    """Two flows of four economies in three years, in whole numbers."""
    rows = [
        (r, p, flow, k, year, float(1 + (7 * i + 3 * j + 5 * m + (i * j * (year - 2010)) % 11) % 37))
        for i, r in enumerate(COUNTRIES)
        for j, p in enumerate((*COUNTRIES, "CHN"))
        if p != r
        for flow in ("export", "import")
        for m, k in enumerate(("010121", "850440"))
        for year in (2017, 2018, 2019)
    ]
    return pd.DataFrame(rows, columns=["reporter", "partner", "flow", "product", "year", "value"])


def months():
    """One series by month."""
    return pd.Series([2.1, 1.9] * 12 + [3.2, 2.8] * 12, pd.period_range("2018-01", periods=48, freq="M"))


def other(x):
    """The same values of the markets in the opposite order."""
    return pd.Series(x.to_numpy()[::-1], x.index)


def in_2019(t):
    """The rows of the last year."""
    return t[t["year"].isin(sorted(set(t["year"]), key=str)[-1:]).to_numpy()]


def exports(t):
    """The exports of the last year."""
    return in_2019(t)[in_2019(t)["flow"] == "export"]


def by_month(t):
    """The rows of each year in every month of it, with another value in each."""
    years = [str(year).removesuffix(".0") for year in t["year"]]
    months = [t.assign(period=[f"{year}-{m:02}" for year in years], value=t["value"] * (m + 12)) for m in MONTHS]
    return pd.concat(months, ignore_index=True)


def monthly(t):
    """The three years as three months."""
    return t.assign(period=[f"2019-0{1 + row % 3}" for row in range(len(t))])


def exports_of_all_years(t):
    """One economy's exports in all years."""
    return t[(t["reporter"] == "VNM") & (t["flow"] == "export")]


ACTS = pd.DataFrame(
    {
        "importer": ["USA", "DEU", "USA"],
        "origin": ["VNM", "World", "World"],
        "product": ["", "8504", "0101"],
        "rate_share": [0.25, 0.125, 0.5],
        "form": "additional",
        "from": "2018-01-01",
        "act": ["A", "B", "C"],
    }
)
DAY = {"on": "2019-06-01"}


def lines(t):
    """Trade as the value that could have entered under a preference, half of which did."""
    return t.assign(eligible=t["value"], used=t["value"] / 2, mfn=0.25, preference=0.125)


def drawn(x):
    """A few draws of a vector."""
    return ta.uncertainty.draws(x, 0.1, size=100)


def io_of(x):
    """An input-output table of an industry in each market, which sells to all alike."""
    rows = pd.MultiIndex.from_product([MARKETS, ["goods"]])
    of = np.resize(x.to_numpy(), len(rows)) if len(x) else np.full(len(rows), np.nan)
    with np.errstate(all="ignore"):
        sold = of[:, None] * [of / max(of.max(), 1e-300) / 50]
    return ta.io_table(pd.DataFrame(sold, rows, rows), pd.DataFrame(np.diag(of), rows, MARKETS))


OF_VECTORS = {
    "chains.absorbed": lambda x: ta.absorbed(io_of(x), reporter="CHN"),
    "chains.export_content": lambda x: ta.chains.export_content(io_of(x)),
    "chains.inputs": lambda x: ta.inputs(io_of(x), buyer="CHN"),
    "chains.io_table": lambda x: io_of(x).table,
    "chains.lookthrough": lambda x: ta.lookthrough(
        x.drop("CHN", errors="ignore").rename_axis("partner").reset_index(name="value").assign(industry="goods"),
        io_of(VECTOR),
        reporter="CHN",
    ),
    "chains.reexports": lambda x: ta.reexports(x, {"USA": 0.4}, {"USA": {"CHN": 1, "JPN": 3}}),
    **{f"measures.{one.name}": one for one in examples()},
    "changes.change": lambda x: ta.change(x, other(x)),
    "changes.account": lambda x: ta.account(pd.DataFrame([x, other(x)], ["a", "b"])),
    "changes.constant_market_share": lambda x: ta.changes.constant_market_share(x, other(x), 9 * other(x), 9 * x),
    "changes.decompose": lambda x: ta.changes.decompose(x, ["EU27", "ASEAN"]),
    "changes.margins": lambda x: ta.changes.margins(x, other(x)),
    "dependency.complementarity": lambda x: ta.dependency.complementarity(x, other(x)),
    "dependency.diversification": lambda x: ta.dependency.diversification(x, other(x)),
    "dependency.finger_kreinin": lambda x: ta.dependency.finger_kreinin(x, other(x)),
    "dependency.excess": lambda x: ta.excess(x, other(x)),
    "dependency.risk_exposure": lambda x: ta.risk_exposure(x, {"USA": 0.5, "CHN": 1}, scale=(0, 1)),
    "dependency.symmetric_rca": ta.dependency.symmetric_rca,
    "measures.lorenz": ta.lorenz,
    "measures.similarity_hill": lambda x: ta.measures.similarity_hill(x, 1, LIKE.loc[x.index, x.index]),
    "measures.theil_margins": lambda x: ta.measures.theil_margins(x, n=9),
    "planner.frontier": ta.frontier,
    "planner.plan": lambda x: ta.plan(x, 0.2, 0.35),
    "planner.plan, even growth": lambda x: ta.plan(x, 0.2, 0.35, aim="even growth"),
    "planner.plan, of costs": lambda x: ta.plan(x, 0.2, 0.35, cost=dict(zip(x.index, range(9), strict=False))),
    "planner.plan, of risk": lambda x: ta.plan(x, 0.2, 0.35, covariance=LIKE.loc[x.index, x.index]),
    "planner.plan, limited": lambda x: ta.plan(x, 0.2, 0.35, upper=2 * x, lower=x / 2),
    "planner.plan, with a rest": lambda x: ta.plan(x, 0.2, 0.35, rest=float(x.iloc[0]) if len(x) else 0.0),
    "planner.plan_path": lambda x: ta.planner.plan_path(x, 2, 0.2, 0.35),
    "planner.promote": lambda x: ta.planner.promote(x, 10.0),
    "stress.contingency": ta.contingency,
    "stress.contingency, with room": lambda x: ta.contingency(x, 0.5, other(x)),
    "stress.demand_risk": lambda x: ta.stress.demand_risk(x, LIKE.loc[x.index, x.index]),
    "stress.diversity_profile": ta.stress.diversity_profile,
    "stress.divert": lambda x: ta.stress.divert(x, {"USA": 0.1}, 2.0),
    "stress.worst": ta.worst,
    "tariffs.tariff_exposure": lambda x: ta.tariff_exposure(x, ACTS, **DAY, reporter="VNM"),
    "tariffs.over_time": lambda x: ta.tariffs.over_time(x, ACTS, reporter="VNM"),
    "uncertainty.confidence": lambda x: ta.confidence(drawn(x), ta.hhi),
    "uncertainty.draws": lambda x: drawn(x).values,
    "uncertainty.interval": lambda x: ta.interval(x, ta.hhi, 2 * x),
    "uncertainty.interval, of a rest": lambda x: ta.interval(x, ta.hhi, remainder=x.min(), top_listed=True),
    "uncertainty.moving_blocks": lambda x: (
        ta.uncertainty.moving_blocks(pd.DataFrame([x, other(x), x, other(x)]), 2, size=100).values
    ),
    "uncertainty.probability": lambda x: ta.probability(drawn(x), ta.hhi, above=0.2),
    "uncertainty.ranks": lambda x: ta.uncertainty.ranks({"a": drawn(x), "b": drawn(other(x))}, ta.hhi),
}

BY = ["reporter", "flow", "year"]
OF_TABLES = {
    "chains.reexports": lambda t: ta.reexports(t, {"THA": 0.4}, reporter="VNM", year=2019),
    "changes.account": lambda t: ta.account(t, **VNM, year=2019),
    "changes.accounts": lambda t: ta.changes.accounts(t, by=BY),
    "changes.change": lambda t: ta.change(t, before=2018, after=2019, by=["reporter", "flow"]),
    "changes.change, every year": lambda t: ta.change(t, before=2017, after=2019, **VNM, every_year=True),
    "changes.compare": lambda t: ta.compare(t, ["VNM", "THA"], flow="export", error=0.1, size=100),
    "changes.constant_market_share": lambda t: ta.changes.constant_market_share(t, before=2018, after=2019, **VNM),
    "changes.margins": lambda t: ta.changes.margins(t, before=2018, after=2019, by=["reporter", "flow"]),
    "dependency.asymmetry": lambda t: ta.dependency.asymmetry(in_2019(t)),
    "dependency.bloc_shares": lambda t: ta.dependency.bloc_shares(t, **VNM, year=2019),
    "dependency.bloc_shares, by": lambda t: ta.dependency.bloc_shares(t, by=BY),
    "dependency.complementarity_indices": lambda t: ta.dependency.complementarity_indices(in_2019(t)),
    "dependency.diversification_indices": lambda t: ta.dependency.diversification_indices(exports(t)),
    "dependency.finger_kreinin_indices": lambda t: ta.dependency.finger_kreinin_indices(exports(t)),
    "dependency.eu_cdi": ta.eu_cdi,
    "dependency.excess": lambda t: ta.excess(t, **VNM, year=2019),
    "dependency.excess, of peers": lambda t: ta.excess(t, "peers", peers=3, **VNM, year=2019),
    "dependency.excesses": lambda t: ta.dependency.excesses(t, flow="export", year=2019),
    "dependency.excesses, of peers": lambda t: ta.dependency.excesses(t, "peers", peers=3, flow="export", year=2019),
    "dependency.export_dependency": lambda t: ta.export_dependency(exports(t)),
    "dependency.exposure": lambda t: ta.dependency.exposure(t, reporter="VNM", year=2019),
    "dependency.exposure, by": lambda t: ta.dependency.exposure(t, by=["reporter", "year"]),
    "dependency.geodep": lambda t: ta.geodep(in_2019(t)),
    "dependency.gravity": lambda t: ta.dependency.gravity(t, flow="export", year=2019, blocs=()),
    "dependency.intensity": lambda t: ta.dependency.intensity(exports(t)),
    "dependency.partners": lambda t: ta.partners(t, **VNM, year=2019, before=2018),
    "dependency.partners, by": lambda t: ta.partners(t, by=BY),
    "dependency.penetration": lambda t: ta.dependency.penetration(exports(t)),
    "dependency.rca": lambda t: ta.rca(exports(t)),
    "dependency.risk_exposure": lambda t: ta.risk_exposure(t, {"USA": 0.5, "CHN": 1}, scale=(0, 1), **VNM, year=2019),
    "monitoring.half_reported": lambda t: ta.monitoring.half_reported(monthly(t), **VNM),
    "monitoring.months_of_tables": lambda t: ta.monitoring.months_of_tables([monthly(t)]),
    "monitoring.revisions": lambda t: ta.monitoring.revisions(monthly(t), monthly(t), **VNM),
    "monitoring.rolling": lambda t: ta.monitoring.rolling(monthly(t), ta.hhi, months=2, **VNM),
    "monitoring.year_to_date": lambda t: ta.monitoring.year_to_date(monthly(t), ta.hhi, **VNM),
    "monitoring.nowcast": lambda t: ta.nowcast(by_month(t), ta.hhi, **VNM, months=5),
    "monitoring.nowcast, of all": lambda t: ta.nowcast(by_month(t), "total", **VNM, months=11),
    "monitoring.nowcast, of a share": lambda t: ta.nowcast(by_month(t), "share", partner="USA", **VNM, months=2),
    "monitoring.nowcasts": lambda t: ta.monitoring.nowcasts(by_month(t), ta.hhi, **VNM),
    "planner.limits": lambda t: ta.limits(t, **VNM, year=2019),
    "planner.limits, by": lambda t: ta.limits(t, by=["reporter", "flow"], year=2019),
    "planner.plans": lambda t: ta.plans(t, 0.2, 0.35, by=BY),
    "prospects.potential": lambda t: ta.potential(exports(t), reporter="VNM"),
    "prospects.opportunities": lambda t: ta.opportunities(t[t["flow"] == "export"], reporter="VNM", years=2019),
    "sources.audit": ta.audit,
    "sources.inspect": ta.inspect,
    "sources.read": ta.read,
    "stress.collapses": lambda t: ta.stress.collapses(t, flow="export", fall=0.01),
    "stress.contingency": lambda t: ta.contingency(t, by=BY),
    "stress.demand_covariance": lambda t: ta.stress.demand_covariance(t, flow="export"),
    "stress.similarity_hills": lambda t: ta.stress.similarity_hills(
        t, 1, pd.DataFrame(1.0, sorted(set(t["partner"])), sorted(set(t["partner"]))), by=BY
    ),
    "stress.worst": lambda t: ta.worst(t, by=BY),
    "tables.basket": lambda t: ta.basket(t, **VNM, year=2019),
    "tables.measure": lambda t: ta.measure(t, *examples(), by=BY),
    "tables.measure, over products": lambda t: ta.measure(t, ta.hhi, by=BY, over="product"),
    "tariffs.over_time": lambda t: ta.tariffs.over_time(t, ACTS, **VNM, year=2019),
    "tariffs.preference": lambda t: ta.preference(lines(t), by=["partner", "year"], rate_unit="share"),
    "tariffs.relative_access": lambda t: ta.tariffs.relative_access(
        t, ACTS, **DAY, reporter="VNM", market="USA", year=2019
    ),
    "tariffs.tariff_exposure": lambda t: ta.tariff_exposure(t, ACTS, **DAY, **VNM, year=2019),
    "uncertainty.confidences": lambda t: ta.uncertainty.confidences(t, ta.hhi, by=BY, error=0.1, size=100),
    "uncertainty.intervals": lambda t: ta.uncertainty.intervals(
        t.assign(low=t["value"], high=2 * t["value"]), ta.hhi, by=BY
    ),
    "monitoring.watch": lambda t: ta.watch(by_month(t), **VNM, plan=0.3),
    "monitoring.watch, of quantities": lambda t: ta.watch(by_month(t).assign(kg=2.0), **VNM, quantity="kg"),
    "uncertainty.mirror": lambda t: ta.mirror(in_2019(t)),
    "uncertainty.probabilities": lambda t: ta.uncertainty.probabilities(
        t, ta.hhi, above=0.2, by=BY, error=0.1, size=100
    ),
    "uncertainty.reliability": lambda t: ta.uncertainty.reliability(ta.mirror(in_2019(t))),
}

# ---- functions of one number, of finished tables and of files --------------------------------------------------------

OF_NUMBERS = {
    "chains.reexport_rates": lambda v: ta.reexport_rates(
        pd.DataFrame({"reporter": ["HKG"], "exports": [5.0], "reexports": [4.0], "imports": [8.0]}), markup=v
    )["rate"],
    "dependency.classify": lambda v: ta.classify(v, regime="doj2023"),
    "dependency.symmetric_rca": lambda v: ta.dependency.symmetric_rca([v, 2.0]),
    "measures.convert": lambda v: ta.convert(v, to="points"),
    "measures.convert, normalised": lambda v: ta.convert(v, to="normalised", n=9),
    "planner.growth_of_others": lambda v: ta.planner.growth_of_others(v, 0.25),
    "planner.years_to_cap": lambda v: ta.planner.years_to_cap(v, 0.25, 0.01, 0.05),
    "planner.years_to_cap, of growth": lambda v: ta.planner.years_to_cap(0.3, 0.25, v, 0.05),
    "planner.promote, of a budget": lambda v: ta.planner.promote(VECTOR, v),
    "planner.plan, of a rest": lambda v: ta.plan(VECTOR, 0.2, 0.35, rest=v),
    "stress.price_under_tariff": lambda v: ta.stress.price_under_tariff(v, 0.5),
    "stress.divert, of a price": lambda v: ta.stress.divert(VECTOR, {"USA": v}, 2.0),
}


SENT_ON = ta.reexports({"HKG": 50.0, "USA": 30.0, "CHN": 20.0}, {"HKG": 0.4}, {"HKG": {"USA": 1.0, "CHN": 3.0}})


def finished():
    """A table for every figure, as the functions before it give them."""
    t = trade()
    two = ta.partners(t, **VNM, year=2019, before=2018)
    opportunities = pd.DataFrame({"partner": MARKETS, "share": VECTOR.array / 400, "imports": VECTOR.array * 1e6})
    return {
        "breaks": ta.breaks(months(), 1).course,
        "comparison": ta.compare(t, ["VNM", "THA"], flow="export", error=0.1, size=100).table,
        "end_markets": SENT_ON.flows,
        "frontier": ta.frontier(VECTOR),
        "gross_and_final": SENT_ON.table,
        "heatmap": exports(t).query("reporter == 'VNM'").assign(share=0.25, hhi=0.4),
        "hit_rate": pd.DataFrame(
            {"score": ["a", "a", "b", "b"], "proposals": [1, 9, 1, 9], "hits": [1.0, 4.0, 0.0, 2.0]}
        ).assign(candidates=90, came_true=5),
        "ladder": pd.DataFrame({"product": MARKETS, "partner": MARKETS, "now": VECTOR.array, "gravity": VECTOR.array}),
        "lorenz": ta.lorenz(VECTOR),
        "marimekko": exports(t).query("reporter == 'VNM'"),
        "nowcast": ta.monitoring.nowcasts(by_month(t), ta.hhi, **VNM),
        "opportunity": opportunities.assign(growth=[0.02, 0.04, 0.05, 0.08, 0.01]),
        "position": ta.measure(exports(t), ta.hhi, by="reporter"),
        "ranking": two,
        "shock": ta.contingency(VECTOR),
        "share_courses": two.assign(period="2019-05"),
        "slope": two,
        "tariff_shares": ta.tariff_exposure(t, ACTS, **DAY, **VNM, year=2019).table,
        "tariff_steps": ta.tariffs.over_time(t, ACTS, **VNM, year=2019),
        "tilemap": two,
        "treemap": two,
        "trend": ta.measure(exports_of_all_years(t), ta.hhi, by="year").assign(hhi_low=0.1, hhi_high=0.9),
        "waterfall": ta.change(VECTOR, other(VECTOR)),
    }


MORE = {
    "frontier": {"plan": ta.plan(VECTOR, 0.2, 0.4)},
    "lorenz": {"gini": 0.4},
    "opportunity": {"world_growth": 0.05, "average_share": 0.02},
    "position": {"reporter": "VNM"},
    "waterfall": {"start": 0.275, "end": 0.275},
}
OF_FIGURES = {
    f"figures.{one}": lambda t, one=one: getattr(ta.figures, one)(t, **MORE.get(one, {})) for one in finished()
}
WRITERS = {
    "output.write_csv": lambda t, path: ta.write_csv(t, path.with_suffix(".csv"), overwrite=True),
    "output.write_excel": lambda t, path: ta.write_excel(t, path.with_suffix(".xlsx"), overwrite=True),
    "output.write_latex": lambda t, path: ta.write_latex(t, path.with_suffix(".tex"), overwrite=True),
    "tables.measure_to_folder": lambda t, path: ta.tables.measure_to_folder(
        t, ta.hhi, by=["year", "reporter", "flow"], out=path.with_suffix(".parts"), overwrite=True
    ),
}

# A call of every function with numbers or labels as parameters that is called nowhere above.
OF_SCALARS = {
    "brief.tables_beside": lambda: ta.brief.tables_beside([], year=2019),
    "brief.write_brief": lambda: ta.write_brief(trade(), "VNM", flow="export", year=2019),
    "brief.write_monthly_report": lambda: ta.brief.write_monthly_report(trade(), "VNM", flow="export", growth=0.1),
    "brief.write_plan": lambda: ta.brief.write_plan(trade(), "VNM", flow="export", year=2019),
    "figures.paper": lambda: ta.figures.paper(7.2),
    "measures.atkinson": lambda: ta.atkinson(0.5),
    "measures.generalised_entropy": lambda: ta.measures.generalised_entropy(2),
    "measures.hannah_kay": lambda: ta.measures.hannah_kay(2),
    "measures.hill": lambda: ta.hill(2),
    "measures.top_share": lambda: ta.top_share(3),
    "monitoring.breaks": lambda: ta.breaks(months(), 1),
    "names.bloc": lambda: ta.bloc("EU", 2019),
    "output.write_latex": lambda: ta.write_latex(trade(), "table.tex", digits=2),
    "prospects.backtest": lambda: ta.prospects.backtest(None, trade(), least=1.0),
    "sources.embedded_for": lambda: ta.sources.embedded_for("VNM", 2019),
    "sources.fetch": lambda: ta.fetch("comtrade", "VNM", year=2023, dry_run=True),
    "tables.measure_to_folder": lambda: ta.tables.measure_to_folder(trade(), ta.hhi, by="year", out="parts"),
    "stress.similarity": lambda: ta.stress.similarity(MARKETS, by="EU", within=0.8, year=2019),
}

# No table and no values by market go in; or a file, a service or a document does, which have sweeps of their own.
WITHOUT_VALUES = {
    **dict.fromkeys(
        ("measures.registry", "dependency.regimes", "rules", "sources.example", "sources.examples"), "list"
    ),
    **dict.fromkeys(("names.bloc", "names.blocs", "names.countries", "names.country", "names.country_name"), "names"),
    **dict.fromkeys(("sources.cache_clear", "sources.cache_info", "sources.fetch", "sources.embedded_for"), "services"),
    **dict.fromkeys(("sources.certificate", "sources.service_and_reporter", "sources.ingest"), "files: test_solid.py"),
    **dict.fromkeys(
        ("brief.write_brief", "brief.write_plan", "brief.tables_beside", "brief.write_monthly_report"),
        "documents of these functions",
    ),
    **dict.fromkeys(("figures.colours", "figures.paper", "figures.save", "figures.dashboard"), "finished figures"),
    **dict.fromkeys(("output.cite", "output.write_file"), "references, bytes"),
    "monitoring.breaks": "months: test_breaks.py",
    "monitoring.seasonal": "months: test_seasonal.py",
    "stress.similarity": "labels only",
    "chains.read_icio": "files: test_chains.py",
    "tariffs.schedule": "tables of tariffs: test_tariffs.py",
    "prospects.scores": "list",
    "monitoring.watch_rules": "list",
    **dict.fromkeys(("prospects.Score", "prospects.backtest"), "flows that were nil: test_backtests.py"),
}
