"""Write the page on how often scores were right: ``make backtest``.

The page and the curve of the gallery hold figures only, derived from the file of imports of fish that
``TRADEANALYSIS_SHARED_DATA`` names (half of the HS6 codes of UN Comtrade, 2010-2021), which is not passed on.
"""

import math
import os
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.prospects import Backtest
from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.earlier_years import estimates_of
from tradeanalysis.prospects.logit import features_of
from tradeanalysis.prospects.scoring import BUILT_IN, gravity
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import Cells, candidates, known_flows, outcome_of

HERE = Path(__file__).parent
PAGE = HERE / "site" / "concepts" / "backtests.md"
CURVE = HERE / "site" / "gallery" / "hit_rate.csv"
ORIGINS = (((2014, 2016), (2019, 2021)), ((2013, 2015), (2018, 2020)))
# How scores are called on the page.
NAMES = {
    "market_size": "market size",
    "size_product": "product of sizes",
    "epi": "EPI, static (ITC)",
    "gravity": "gravity by product",
    "product_relatedness": "relatedness of products",
    "importer_relatedness": "relatedness of importers",
    "exporter_relatedness": "relatedness of exporters",
    "density": "density (Atlas)",
    "default": "**default** (logit)",
}


def fish() -> pd.DataFrame:
    """Importers' reports of fish by HS6, from the shared folder."""
    path = Path(os.environ["TRADEANALYSIS_SHARED_DATA"]) / "comtrade_fish_imports_half"
    table = pd.read_parquet(path / "fish_imports_2010_2021_half.parquet")
    table = table.set_axis(["year", "reporter", "partner", "product", "value"], axis=1)
    return table.assign(flow="import", partner=table["partner"].str.strip())


def rows(head: list[str], cells: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def scores(found: Backtest) -> str:
    """A row for each score, with intervals."""
    of_pair = found.by_pair.set_index(["score", "pair_trades"])["auc"]
    cells = [
        [
            NAMES[one.score],
            f"{one.auc:.3f} ({one.auc_low:.3f}-{one.auc_high:.3f})",
            f"{one.average_precision:.4f} ({one.average_precision_low:.4f}-{one.average_precision_high:.4f})",
            f"{one.precision_at_1000:.3f} ({one.precision_at_1000_low:.3f}-{one.precision_at_1000_high:.3f})",
            f"{one.lift:.1f}",
            f"{one.value_recall:.2f}",
            f"{one.precision_at_20:.3f}",
            f"{of_pair[one.score, True]:.3f}",
            f"{of_pair[one.score, False]:.3f}",
        ]
        for one in found.table.itertuples()
    ]
    head = ["score", "AUC", "average precision", "precision in first 1,000", "lift", "value in first 1%", "lists of 20"]
    return rows([*head, "AUC, pair trades", "AUC, pair trades nothing"], cells)


def differences(found: Backtest) -> str:
    """The default less the three scores that are known best."""
    of = found.differences.set_index("less").loc[["market_size", "epi", "gravity"]]
    columns = ["auc", "average_precision", "precision_at_1000"]
    cells = [
        [
            NAMES[name],
            *(f"{row[one]:+.4f} ({row[f'{one}_low']:+.4f} to {row[f'{one}_high']:+.4f})" for one in columns),
        ]
        for name, row in of.iterrows()
    ]
    return rows(["the default less", "AUC", "average precision", "precision in first 1,000"], cells)


def deciles(found: Backtest) -> str:
    """The chance that was stated and the share that came true."""
    cells = [
        [
            f"{row.decile:.0f}",
            f"{row.candidates:,.0f}",
            f"{row.chance:.3%}",
            f"{row.came_true:.3%} ({row.came_true_low:.3%}-{row.came_true_high:.3%})",
        ]
        for row in found.calibration.itertuples()
    ]
    return rows(["decile", "candidates", "chance stated", "came true"], cells)


def years(window: tuple[int, int]) -> str:
    """A window in words."""
    return f"{window[0]}-{window[1]}" if window[0] < window[1] else str(window[0])


def filled(text: str, first: str = "", others: str = "") -> str:
    """A paragraph in lines."""
    return textwrap.fill(" ".join(text.split()), 125, initial_indent=first, subsequent_indent=others)


def section(found: Backtest) -> str:
    """All tables of one origin."""
    about, rows_of = found.about, found.table.set_index("score")
    (trained, until), spells = about["trained_on"], found.chances.spells
    default = found.by_exporter[found.by_exporter["score"] == "default"].set_index("exporter")
    vietnam, codes = default.loc["VNM"], about["codes_left_out"]
    stated = found.calibration["chance"].iloc[-1] / found.calibration["came_true"].iloc[-1]
    share = about["came_true"] / about["candidates"]
    without, far = (rows_of.loc[one, "missing"] for one in ("default", "gravity"))
    near = ", or a product is near none that is traded" if without > far else ""
    counts = f"""{about["candidates"]:,} candidates, of which {about["came_true"]:,} came true ({share:.2%}).
        {found.sentence()}"""
    shorter = f"""Its odds are {math.exp(-about["offset"]):.2f} times those that it learned, for flows that were nil
        for {spells.wanted} years and not for {spells.trained}."""
    left_out = f"""The default learned from {years(trained)} what came in {years(until)}.
        {shorter if about["offset"] else about["no_offset"]} Left out: {len(codes)} codes
        that begin or end, with {sum(codes.values()):.1%} of value; {len(about["unknown"])} importers that did not
        report in every year of the outcome. {without:.1%} of the candidates have no
        chance by the default, since an economy has no known distances{near}; they stand last."""
    with_many = default[default["came_true"] >= 20]
    lists = f"""Intervals hold {about["confidence"]:.0%} of {about["draws"]} draws of exporters; the fitted logit
        stays that of all. *Lists of 20* are of all {(default["candidates"] >= 20).sum()} exporters with 20 candidates
        or more, for most of which fewer than 20 flows came true. Where at least 20 did, which is known only
        afterwards, {with_many["found_in_20"].mean() / 20:.1%} of the lists of the default came true
        ({len(with_many)} exporters). For Vietnam {vietnam["found_in_20"]:.0f} of 20 came true, of
        {vietnam["came_true"]:.0f} that came among {vietnam["candidates"]:,.0f} candidates."""
    calibrated = f"""Calibration, by deciles of the candidates: in the highest decile the chance stated is {stated:.2f}
        times the share that came true."""
    title = f"## From {years(about['base'])} to {years(about['outcome'])}"
    said = [filled(counts), filled(left_out), scores(found), filled(lists), differences(found), filled(calibrated)]
    return "\n\n".join([title, *said, deciles(found)])


def stayed_below(table: pd.DataFrame, half: int) -> list[list[str]]:
    """A row for each origin: how many flows of half of the codes stayed at or below ceilings learnt of the others."""
    codes = sorted(table["product"].unique())
    ours, others = (yearly_flows(table[table["product"].isin(codes[at::2])]) for at in (1 - half, half))
    lines = []
    for base, outcome in ORIGINS:
        flows, estimates = known_flows(ours, base), estimates_of(others, base)
        there = Cells(flows, flows.k.astype(np.intp), flows.i.astype(np.intp), flows.j.astype(np.intp))
        nil = candidates(flows)
        line = [years(base), ("odd", "even")[half], f"{estimates.years}"]
        for cells, now in ((there, flows.v), (nil, np.zeros(len(nil.k)))):
            ceiling = estimates.ceilings(cells, now, features_of(cells, {"gravity": gravity})["gravity"])
            came = outcome_of(ours, base, outcome, cells, LEAST)
            held = np.isfinite(ceiling) & (came.known if cells is there else came.true)
            line += [f"{held.sum():,}", f"{(came.value[held] <= ceiling[held]).mean():.3f}"]
        lines.append(line)
    return lines


def ceilings(table: pd.DataFrame) -> str:
    """The coverage of ceilings on codes and years of which they were not learnt."""
    head = ["from", "learnt of codes", "years ahead", "flows", "stayed below", "new flows that came", "stayed below"]
    lines = sorted(line for half in (0, 1) for line in stayed_below(table, half))
    return "\n\n".join(["## Ceilings", filled(CEILINGS), rows(head, lines)])


def gains(table: pd.DataFrame) -> str:
    """Which part of what present flows gained the first tenth of each score had."""
    yearly, lines = yearly_flows(table), []
    for base, outcome in ORIGINS:
        flows = known_flows(yearly, base)
        there = Cells(flows, flows.k.astype(np.intp), flows.i.astype(np.intp), flows.j.astype(np.intp))
        came = outcome_of(yearly, base, outcome, there, LEAST)
        found = features_of(there, {name: BUILT_IN[name] for name in ("gravity", "epi", "market_size")})
        found |= {"now": flows.v, "room": np.maximum(found["gravity"] - flows.v, 0.0)}
        gained = np.maximum(came.value - flows.v, 0.0)[came.known]
        parts = [_in_first_tenth(found[name][came.known], gained) for name in KINDS]
        lines.append([years(base), f"{len(gained):,}", f"{gained.sum() / 1e6:,.0f}", *(f"{one:.3f}" for one in parts)])
    head = ["from", "flows", "gained, million USD", *KINDS.values()]
    return "\n\n".join(["## Flows that are there", filled(GAINS), rows(head, lines)])


def _in_first_tenth(score: np.ndarray, gained: np.ndarray) -> float:
    """The part of what was gained that is in the first tenth by a score; missing scores stand last."""
    order = np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable")
    return gained[order[: len(order) // 10]].sum() / gained.sum()


KINDS = {
    "now": "present value",
    "epi": "EPI, static (ITC)",
    "gravity": "gravity by product",
    "market_size": "market size",
    "room": "room",
}
GAINS = """Which part of what present flows gained, from the mean of the base to that of the outcome years, the first
tenth of them by each score had. Losses count as 0. Large flows gain most, whatever the score; room, what gravity leaves
to a flow, finds least. So `ta.opportunities` ranks present flows by EPI, which needs no distances, with chances or
without, and ranks neither by room nor by expected value, which is room times one number where there is trade."""
CEILINGS = """`ceiling` of `ta.opportunities` is what nine in ten earlier flows like this one stayed at or below. Here
it is learnt of every other code up to the base window, and held against the mean of the outcome years in the other
codes: other products, later years, and further ahead than it was learnt. It holds for flows that were there; of new
ones that came somewhat fewer than nine in ten stayed below."""
HEAD = """`ta.backtest` ranks flows that were nil in one window of years, and counts which of them came in a later
one. A *candidate* is an exporter, a product that it sells somewhere and a market that buys it, without trade
between them in any base year; it *came true* where the flow reached 10,000 US dollars in at least two of three
outcome years. No score uses anything after the last base year: a test changes the outcome years and holds that no
prediction moves. This page is written by `make backtest`."""
DATA = "The trade is that of fish by HS6, as importers reported it (UN Comtrade, half of the codes, 2010-2021)."
LIMITS = [
    "Most proposals did not come true: that is so of every score here.",
    """The features of the default were chosen by cross-validation over exporters within the windows of training, not
    by the tables above. Other sets that were tried differ little there, but they were seen too: another sector or
    period is a better test.""",
    """A chance is as good as the years it learned from. Flows that were nil for fewer years begin more often, since
    many only paused; where the window of training is the shorter one, chances are therefore less by an offset,
    counted in the last base year, which moves no order. That the window of training is also nearer to its outcome
    than the base is to its own is not corrected.""",
    """Static potential (EPI) is at chance, .500, where the pair trades nothing: its ease of trade is then 0 for
    every product.""",
    """One sector, with two revisions of the nomenclature in it; 2020 and 2021 are among the outcome years; whether
    an exporter could supply more is not observed; promotion may have caused some hits.""",
    """`exclude=` leaves markets out after all scores are computed, and so changes no order of the others. Trade that is
    left out of the table does: EPI sets a flow against all trade of its exporter, product and market.""",
    """Where scores are equal, every order counts as likely: AUC counts half, average precision and the first 1,000
    are expected values.""",
]


def page(found: list[Backtest], table: pd.DataFrame) -> str:
    """The page on all origins."""
    limits = "\n".join(filled(one, "- ", "  ") for one in LIMITS)
    parts = [
        "# How often scores were right",
        filled(HEAD),
        filled(DATA),
        *(section(one) for one in found),
        gains(table),
        ceilings(table),
    ]
    return "\n\n".join([*parts, "## What this does and does not say", limits]) + "\n"


def main() -> None:
    """The page, and the curve of the first origin."""
    table = fish()
    found = [ta.backtest(None, table, base, outcome) for base, outcome in ORIGINS]
    PAGE.write_text(page(found, table), encoding="utf-8")
    first = found[0].table.set_index("score")["precision_at_1000"]
    best = first.drop(["default", "market_size"]).idxmax()
    shown = found[0].curve[found[0].curve["score"].isin(["default", best, "market_size"])]
    shown = shown.loc[shown["proposals"] <= 1000, ["score", "proposals", "hits", "candidates", "came_true"]]
    shown.round({"hits": 3}).to_csv(CURVE, index=False)


if __name__ == "__main__":
    main()
