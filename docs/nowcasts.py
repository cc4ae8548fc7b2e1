"""Write the page on how far nowcasts were off: ``make nowcasts``.

The page holds figures only, derived from the trade of the United States by month (Census, 1985-2023) and Vietnam's
exports of fish by month (UN Comtrade) in the folder that ``TRADEANALYSIS_SHARED_DATA`` names, which is not passed on.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from backtests import filled, rows

import tradeanalysis as ta
from tradeanalysis.monitoring.past_errors import RECENT

PAGE = Path(__file__).parent / "site" / "concepts" / "nowcasts.md"
DATA = Path(os.environ.get("TRADEANALYSIS_SHARED_DATA", "."))
YEARS = range(1995, 2023)
MONTHS = range(1, 12)
METHODS = {
    "last_year": "last year's index",
    "year_to_date": "year to date",
    "rolling": "rolling twelve months",
    "seasonal": "seasonal",
}
RULES = METHODS | {"best": "the one of the four with the least past error", "estimate": "**combined**"}
MEASURES: dict[str, Any] = {
    "HHI": (ta.hhi, None),
    "Shannon entropy": (ta.entropy, None),
    "share of the 3 largest": (ta.top_share(3), None),
    "value of all trade": ("total", None),
}
OF_FISH: dict[str, Any] = {"HHI": (ta.hhi, None), "value": ("total", None), "share of USA": ("share", "USA")}


def census() -> pd.DataFrame:
    """United States trade by month and partner, without the aggregates, whose codes are below 1000."""
    table = pd.read_csv(DATA / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz")
    table = table[table["cty_code"] >= 1000].rename(columns={"cty_name": "partner"})
    return table[["flow", "partner", "period", "value"]]


def fish() -> dict[str, pd.DataFrame]:
    """Vietnam's exports of fish by month, as it reports them and as its markets do, both products together and each."""
    path = DATA / "comtrade_fish_monthly_vnm" / "fish_monthly_vnm_2012_2024.parquet"
    table = pd.read_parquet(path).rename(columns={"value_usd": "value"})
    own = table[table["flow"] == "X"][["period", "partner", "hs6", "value"]]
    markets = table[(table["flow"] == "M") & (table["partner"] == "VNM")]
    markets = markets[["period", "reporter", "hs6", "value"]].rename(columns={"reporter": "partner"})
    found = {}
    for name, one in {"Vietnam's report": own, "its markets' reports": markets}.items():
        found[f"both products, {name}"] = one.groupby(["period", "partner"], as_index=False)["value"].sum()
        found |= {f"{code}, {name}": of.drop(columns="hs6") for code, of in one.groupby("hs6")}
    return found


def course(table: pd.DataFrame, measure: Any, partner: str | None = None) -> pd.DataFrame:
    """The nowcasts of a table with the errors of each rule, in logarithms, and whether the band held."""
    found = pd.DataFrame(ta.monitoring.nowcasts(table, measure, partner=partner))
    with np.errstate(divide="ignore"):
        errors = np.log(found[[*METHODS]].div(found["actual"], axis=0))
    past = errors.pow(2).groupby(found["months"]).transform(lambda one: one.shift().rolling(RECENT, 1).mean())
    known = past.notna().all(axis=1)
    best = past[known].idxmin(axis=1).reindex(found.index)
    for name in METHODS:
        found.loc[best == name, "best"] = found[name]
    found["covered"] = found["actual"].between(found["low"], found["high"]).where(found["low"].notna())
    found["reach"] = np.log(found["high"] / found["estimate"])
    return found[found["actual"].notna()]


def off(found: pd.DataFrame, columns: Any = RULES) -> pd.DataFrame:
    """Root mean squares of estimate over actual, less 1, in per cent, by months known."""
    ratio = found[[*columns]].div(found["actual"], axis=0) - 1
    return 100 * ratio.pow(2).groupby(found["months"]).mean() ** 0.5


def explodes(table: pd.DataFrame) -> dict[str, list[float]]:
    """The errors of two rules that are not among the methods: growth so far, and the own season without a guard."""
    cells = table[table["period"] < 202301].pivot_table(
        index="period", columns="partner", values="value", aggfunc="sum"
    )
    values = cells.fillna(0.0).to_numpy().reshape(-1, 12, cells.shape[1])
    so_far, year = values.cumsum(axis=1), values.sum(axis=1)
    actual, found = ta.hhi(year), {"growth so far times last year's value": [], "the own season, unguarded": []}
    for months in MONTHS:
        known = so_far[:, months - 1]
        sums = known.cumsum(axis=0)[:-1], year.cumsum(axis=0)[:-1]
        for name, (part, whole) in zip(found, ((known[:-1], year[:-1]), sums), strict=True):
            made = np.where(part > 0, known[1:] * whole / np.where(part > 0, part, 1.0), known[1:])
            ratio = (ta.hhi(made) / actual[1:])[-len(YEARS) :] - 1
            found[name].append(100 * float(np.sqrt(np.mean(ratio**2))))
    return found


def number(x: float) -> str:
    """An error in per cent: three digits are enough."""
    return f"{x:.0f}" if x >= 100 else f"{x:.2f}"


def by_months(table: pd.DataFrame, flow: str) -> str:
    """The errors of all rules, coverage and width of the band, by months known."""
    found = course(table, ta.hhi)
    found = found[found["year"].isin(YEARS)]
    errors = off(found)
    lines = [[name, *(number(errors.loc[h, rule]) for h in MONTHS)] for rule, name in RULES.items()]
    lines[-1] = [f"**{one.strip('*')}**" for one in lines[-1]]
    lines += [[f"not used: {name}", *map(number, one)] for name, one in explodes(table).items()]
    of = found.groupby("months")
    for rule, name in {"estimate": "bias, combined", "year_to_date": "bias, year to date"}.items():
        bias = (found[rule] / found["actual"] - 1).groupby(found["months"]).mean()
        lines.append([name, *(f"{100 * one:+.2f}" for one in bias)])
    lines.append(["in the 90% band", *(f"{one:.0%}" for one in of["covered"].mean())])
    lines.append(["its reach, median", *(f"{100 * one:.1f}" for one in of["reach"].median())])
    ratio = errors["estimate"] / errors["last_year"]
    text = f"""Root mean square error in % of the index, 28 years. Of all {len(found)} cases
        {found["covered"].mean():.1%} lie in the 90% band. The error is {ratio[1]:.2f} times that of last year's
        index with one month known, {ratio[3]:.2f} times with three, and at most {ratio[4:].max():.2f} times from
        four months on."""
    return "\n\n".join([f"### {flow.capitalize()}s", filled(text), rows(["months known", *map(str, MONTHS)], lines)])


def line(name: str, found: pd.DataFrame) -> list[str]:
    """A row on one series: errors of last year's index, the year to date and the nowcast, and coverage."""
    errors = off(found)
    several = ("last_year", "year_to_date", "estimate")
    cells = [" / ".join(number(errors.loc[h, rule]) for rule in several) for h in (3, 6, 9)]
    return [name, str(found["year"].nunique()), *cells, f"{found['covered'].mean():.0%}"]


LINE = ["", "years", "3 months", "6 months", "9 months", "in the 90% band"]


def other_indices(table: pd.DataFrame) -> str:
    """Other indices, totals and the shares of the largest partners."""
    lines = []
    for flow in ("import", "export"):
        one = table[table["flow"] == flow]
        wanted = MEASURES | {f"share of {name}": ("share", name) for name in largest(one)[:4]}
        for name, (measure, partner) in wanted.items():
            found = course(one, measure, partner)
            lines.append(line(f"{flow}s: {name}", found[found["year"].isin(YEARS)]))
    return rows(LINE, lines)


def largest(table: pd.DataFrame) -> list[str]:
    """Partners by their trade in the last five years, the largest first."""
    return list(table[table["period"] >= 201801].groupby("partner")["value"].sum().sort_values(ascending=False).index)


def not_looked_at(table: pd.DataFrame) -> str:
    """Coverage and errors for the shares of partners by which nothing here was chosen."""
    covered, ratios = [], []
    for flow in ("import", "export"):
        one = table[table["flow"] == flow]
        for name in largest(one)[8:28]:
            found = course(one, "share", name)
            found = found[found["year"].isin(YEARS)]
            errors = off(found, ["last_year", "estimate"]).loc[4:]
            covered.append(found["covered"].mean())
            ratios.append((errors["estimate"] / errors["last_year"]).mean())
    return f"""The shares of the ninth to the 28th largest partner, in both flows, took no part in any choice: of these
        40 series {np.mean(covered):.1%} of the years lie in the band ({np.min(covered):.0%} to {np.max(covered):.0%} by
        series), and from four months on the error is on average {np.mean(ratios):.2f} times that of last year's share
        (at worst {np.max(ratios):.2f} times)."""


def of_fish(tables: dict[str, pd.DataFrame]) -> str:
    """Vietnam's fish: index, value and the share of the United States."""
    lines, every = [], []
    for name, table in tables.items():
        for title, (measure, partner) in OF_FISH.items():
            found = course(table, measure, partner)
            every.append(found.assign(markets="markets" in name))
            if name.startswith("both"):
                lines.append(line(f"{title}, {name}", found[found["past"] > 0]))
    whole = pd.concat(every)
    whole = whole[whole["past"] > 0]
    said = [f"{one['covered'].mean():.1%} of {one['covered'].count()}" for _, one in whole.groupby("markets")]
    text = f"""Of both products together and of each, HHI, value and share of the United States, {said[0]} cases of
        Vietnam's own reports (2015-2022) and {said[1]} of its markets' (2012-2024) lie in the band."""
    return "\n\n".join([rows(LINE, lines), filled(text)])


def short_histories(table: pd.DataFrame, whole_years: int) -> Iterator[pd.DataFrame]:
    """The last year of every table that holds only so many whole years before it."""
    for flow in ("import", "export"):
        one = table[table["flow"] == flow]
        year = one["period"] // 100
        partner = largest(one)[0]
        for last in range(1985 + whole_years, 2023):
            part = one[year.between(last - whole_years, last)]
            for measure, name in ((ta.hhi, None), ("total", None), ("share", partner)):
                found = course(part, measure, name)
                yield found[found["year"] == last].assign(series=f"{flow} {measure}")


def provinces(table: pd.DataFrame) -> str:
    """What a province with few years gets: errors, coverage and width, by the number of whole years before."""
    lines = []
    for count in (1, 2, 3, 4, 5, 8):
        found = pd.concat(short_histories(table, count))
        errors = np.log(found[["estimate", "last_year", "seasonal"]].div(found["actual"], axis=0)).pow(2)
        roots = errors.groupby([found["series"], found["months"]]).mean() ** 0.5
        late = roots[roots.index.get_level_values("months") >= 4]
        ratios = [np.exp(np.log(late["estimate"] / late[other]).mean()) for other in ("last_year", "seasonal")]
        banded = found["covered"].notna().any()
        reach = [f"{100 * found[found['months'] == h]['reach'].median():.0f}" if banded else "-" for h in (3, 6, 9)]
        covered = f"{found['covered'].mean():.1%}" if banded else "no band"
        lines.append(
            [str(count), str(count - 1), f"{len(found):,}", covered, *reach, *(f"{one:.2f}" for one in ratios)]
        )
    head = ["whole years before", "past errors", "cases", "in the 90% band"]
    head += [f"its reach in %, {h} months" for h in (3, 6, 9)]
    return rows([*head, "error against last year's", "against seasonal alone"], lines)


def choices(courses: dict[str, list[pd.DataFrame]]) -> str:
    """The rules against the seasonal forecast alone, on short and long series."""
    lines = []
    for name, several in courses.items():
        ratios = []
        for found in several:
            errors = np.log(found[[*RULES]].div(found["actual"], axis=0)).pow(2)
            roots = errors.groupby(found["months"]).mean() ** 0.5
            ratios.append(np.log(roots.div(roots["seasonal"], axis=0)).loc[4:].mean())
        means = np.exp(pd.concat(ratios, axis=1).mean(axis=1))
        lines.append([name, str(len(several)), *(f"{means[rule]:.2f}" for rule in RULES)])
    return rows(["", "series", *(one.strip("*") for one in RULES.values())], lines)


def compared(table: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> str:
    """Choosing one method, or weighting all, on series of 28 years and of few."""
    long, short = [], []
    for flow in ("import", "export"):
        one = table[table["flow"] == flow]
        for measure, partner in [*MEASURES.values(), *(("share", name) for name in largest(one)[8:28])]:
            found = course(one, measure, partner)
            long.append(found[found["year"].isin(YEARS)])
    for part in tables.values():
        for measure, partner in OF_FISH.values():
            found = course(part, measure, partner)
            short.append(found[found["past"] > 0])
    return choices({"United States, 28 years": long, "Vietnam's fish, 6 to 11 years": short})


HEAD = """`ta.nowcast` gives the index of a year from the months known of it. The year is forecast partner by
partner in four ways; the index of each is weighted by the inverse of its squared errors in this economy's last
ten years, with as many months known (Bates and Granger 1969, https://doi.org/10.1057/jors.1969.103); and the
band comes from the errors which that weighted mean made in these years. Nothing that is used for a year was
known later than that month: a test changes all later months and holds that no number moves. This page is written
by `make nowcasts`."""
METHOD = [
    "**last year's index**: as though nothing had changed.",
    """**year to date**: the months known, times 12 over their number. It leans on the months at hand: where markets
    have seasons it is biased.""",
    "**rolling twelve months**: the months known and the same other months of last year.",
    """**seasonal**: each partner by the part of a year that these months usually have for it, $x + (1 - \\sigma) (x
    + \\kappa a) / (\\sigma + \\kappa)$, with $x$ its value in the months known, $a$ that of last year, $\\sigma$ the
    usual part (that of all trade counts as one year more) and $\\kappa = 0.1$: last year counts as a tenth of a year
    more that is known. Without these guards $x / \\sigma$ is unbounded where the months usually hold next to
    nothing.""",
]
TEXTBOOK = """The textbook rule, growth so far times last year's value by partner, is not among them: where last
year's months were near nothing it explodes, as does the season of each partner without a guard. Both stand below
for comparison."""
BAND = """The band is the estimate times $e^{\\pm r}$: r is the larger of Student's quantile times the root mean
square of the n past errors, with n degrees of freedom, and the past error that has nine tenths of n + 1 at or
below it, which needs no distribution. More months known never widen it."""
READ = """*Its reach* is r in per cent. With one month known a nowcast of an index is little better than last
year's."""
OTHERS = """Errors in per cent of last year's index, of the year to date, and of the nowcast, with 3, 6 and 9
months known. A total grows, so last year's is low by the growth; a share that rises from near nothing, as
Vietnam's after 1994, is hard."""
FEW = """A province often has few years. Here every table of United States trade is cut to so many whole years
before the year that is estimated (HHI, value, share of the largest partner; both flows). With one whole year
there is no past error and no band, and the estimate is the mean of the three methods that look at the months
known. With two there is one error: the band covers, because it is so wide that it says little. *Error against*
is the ratio of root mean squares from four months on."""
WHICH = """Ratios of the root mean square error to that of *seasonal* alone, from four months on, geometric means
over series. On long series one method could have been used alone, and weighting costs little; on short ones the
method that was best so far is often not the best next year, and weighting is better. An equal mean of the
methods would be far worse late in the year."""
LIMITS = [
    """The form of the weights and of the band, ten years, and the guards of *seasonal* were chosen with the first
    tables of this page at hand, and with the fish; within wide ranges they change little (a guard of .05 to .2, 8 to
    15 years).""",
    """Errors are not alike in all decades: with nine months and more known, the bands of imports held fewer cases
    than they say, as the first table shows.""",
    "Cases of one year are not independent: with five and with six months known they err together.",
    """Revisions are not in the data: earlier years are as they are known now. A first report that is revised makes
    the estimate worse than the table says.""",
    """A last month that `ta.monitoring.half_reported` finds reported in part is left out, and told; `months=`
    decides otherwise.""",
    """Where Tết falls in January or in February moves trade between the two. With one month known that is an error
    like others; with two it has no effect, for all four methods then take both months together.""",
    "A market that closes tomorrow is in no month that is known.",
]


def listed(several: list[str]) -> str:
    """Paragraphs as a list."""
    return "\n".join(filled(one, "- ", "  ") for one in several)


def page(table: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> str:
    """The page on all tables."""
    parts = [
        "# How far nowcasts were off", filled(HEAD), listed(METHOD), filled(TEXTBOOK), filled(BAND),
        "## United States, 1995-2022", filled(READ),
        *(by_months(table[table["flow"] == flow], flow) for flow in ("import", "export")),
        "## Shares, totals and other indices", filled(OTHERS), other_indices(table), filled(not_looked_at(table)),
        "## Vietnam's fish", of_fish(tables),
        "## A province with few years", filled(FEW), provinces(table),
        "## One method, or all weighted", filled(WHICH), compared(table, tables),
        "## What this does and does not say", listed(LIMITS),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(census(), fish()), encoding="utf-8")
