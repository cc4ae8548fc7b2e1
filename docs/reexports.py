"""Write what the correction for re-exports does to fish, into the page on chains: ``make reexports``.

Exporters name the last destination that they know, importers the origin. Here the exports of five economies are held
against what their partners say that they bought of them, before and after ``ta.reexports``. The page holds figures
only, derived from the two files of UN Comtrade that ``TRADEANALYSIS_SHARED_DATA`` names, which are not passed on.
"""

import os
import re
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd

import tradeanalysis as ta

PAGE = Path(__file__).parent / "site" / "concepts" / "chains.md"
EXPORTERS = ("VNM", "THA", "IND", "ECU", "NOR")
HUBS = ("BEL", "NLD", "HKG", "SGP", "ARE", "KHM")
RATES = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
# The one rate at which single markets are compared.
ONE_RATE = 0.3
# The rates that are tried where they are fitted.
GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
# So many of the largest importers stand in for hubs that are none.
LARGEST = 20
UNALLOCATED = ("X2", "_X")


def shared(folder: str, name: str) -> pd.DataFrame:
    """A file of the shared folder, with the names of ours."""
    table = pd.read_parquet(Path(os.environ["TRADEANALYSIS_SHARED_DATA"]) / folder / name)
    names = {"reporter_iso": "reporter", "partner_iso": "partner", "primary_value_usd": "value", "flow_code": "flow"}
    table = table.rename(columns=names)
    return table.assign(reporter=table["reporter"].str.strip(), partner=table["partner"].str.strip())


class Fish:
    """Exports by partner and imports by origin, of years in which all months were reported."""

    def __init__(self) -> None:
        table = shared("comtrade_fish_subset", "fish_subset_2010_2023.parquet")
        imports = shared("comtrade_fish_imports_half", "fish_imports_2010_2021_half.parquet")
        months = table.groupby(["flow", "year", "reporter"])["n_month_records"].max()
        whole = months[months == 12].index
        self.again = table[table["flow"] == "RX"]
        self.imports = imports
        self.onward = imports.groupby(["year", "partner", "reporter"])["value"].sum()
        rows = table[~table["partner"].isin(UNALLOCATED)]
        self.sold = rows[rows["flow"] == "X"].groupby(["reporter", "year", "partner"])["value"].sum()
        self.bought = rows[rows["flow"] == "M"].groupby(["partner", "year", "reporter"])["value"].sum()
        self.importers = {year: [who for _, at, who in whole if (_, at) == ("M", year)] for year in range(2010, 2022)}
        self.cases = [(who, year) for who in EXPORTERS for year in range(2010, 2022) if ("X", year, who) in whole]

    def distance(self, basket: pd.Series, who: str, year: int) -> float:
        """Half the sum of absolute differences of shares, over the importers that reported the whole year."""
        both = [one for one in self.importers[year] if one != who]
        ours, theirs = (one.reindex(both).fillna(0.0) for one in (basket, self.bought[who, year]))
        return float((ours / ours.sum() - theirs / theirs.sum()).abs().sum() / 2)

    def hub(self, who: str, year: int, hub: str) -> dict[str, float] | None:
        """To whom a hub sells on by the importers' reports; none where the exporter sells it nothing."""
        if hub not in self.sold[who, year] or (year, hub) not in self.onward.index.droplevel(2):
            return None
        sent = self.onward[year, hub].drop([who, hub], errors="ignore")
        return sent.to_dict() if sent.sum() > 0 else None

    def after(self, who: str, year: int, rates: dict[str, float]) -> float:
        """The distance once hubs have sent on what they do not keep."""
        sold = self.sold[who, year].drop(who, errors="ignore")
        onward = {one: sent for one in rates if one != who and (sent := self.hub(who, year, one))}
        if not onward:
            return self.distance(sold, who, year)
        found = ta.reexports(sold.to_dict(), {one: rates[one] for one in onward}, onward, origin=who)
        return self.distance(found.basket, who, year)

    def before(self, who: str, year: int) -> float:
        """The distance as reported."""
        return self.distance(self.sold[who, year], who, year)

    def changes(self, rates: dict[str, float]) -> np.ndarray:
        """How much the distance rises in each case, in points; 0 where no hub takes anything."""
        return np.array([100 * (self.after(*one, rates) - self.before(*one)) for one in self.cases])


def rows(head: list[str], cells: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def filled(text: str) -> str:
    """A paragraph in lines."""
    return textwrap.fill(" ".join(text.split()), 125, break_on_hyphens=False)


def counted(changes: np.ndarray) -> list[str]:
    """In how many cases the two come nearer and in how many they do not, of those that move at all."""
    moved = np.abs(changes) > 1e-9
    return [f"{(changes[moved] < 0).sum()} of {moved.sum()}", f"{changes.mean():+.2f}"]


def by_rate(fish: Fish) -> str:
    """One rate for all hubs: the mean distance of each exporter."""
    of = [who for who, _ in fish.cases]
    before = pd.Series([100 * fish.before(*one) for one in fish.cases], of)
    lines = [["as reported", *(f"{before[one].mean():.2f}" for one in EXPORTERS), f"{before.mean():.2f}", "", ""]]
    for rate in RATES:
        changes = fish.changes(dict.fromkeys(HUBS, rate))
        after = before + changes
        means = [f"{after[one].mean():.2f}" for one in EXPORTERS]
        lines.append([f"{rate:g}", *means, f"{after.mean():.2f}", *counted(changes)])
    names = [ta.names.country_name(one) for one in EXPORTERS]
    return rows(["rate of all six", *names, "all", "nearer in", "change"], lines)


def by_hub(fish: Fish) -> str:
    """Each hub alone."""
    lines = []
    for hub in HUBS:
        share = np.mean([fish.sold[one].get(hub, 0.0) / fish.sold[one].sum() for one in fish.cases])
        means = {rate: fish.changes({hub: rate}) for rate in RATES}
        best = min(means, key=lambda rate: means[rate].mean())
        best_said = f"{best:g}" if means[best].mean() < 0 else "0"
        lines.append([ta.names.country_name(hub), f"{share:.1%}", *counted(means[ONE_RATE]), best_said])
    return rows(["hub alone", "of exports", f"nearer at {ONE_RATE:g} in", "change", "best rate tried"], lines)


def stand_ins(fish: Fish) -> str:
    """What the same correction does at large importers that are no hubs."""
    largest = fish.imports.groupby("reporter")["value"].sum().sort_values(ascending=False).index
    others = [one for one in largest if one not in (*HUBS, *EXPORTERS)][:LARGEST]
    changes = np.array([fish.changes({one: ONE_RATE}) for one in others])
    moved = np.abs(changes) > 1e-9
    nearer = (changes[moved] < 0).mean()
    better = [ta.names.country_name(one) for one, row in zip(others, changes, strict=True) if row.mean() < 0]
    names = " and ".join(better) if better else "none"
    return filled(f"""That a number comes nearer proves little if any market would do. The same rate of {ONE_RATE:g} at
    the {LARGEST} largest importers that are none of the six, one at a time, brings the two nearer in {nearer:.0%} of
    {moved.sum():,} cases; on average over all exporters and years it does so at: {names}.""")


def fitted(fish: Fish) -> str:
    """Rates that are fitted on four exporters and held against the fifth."""
    lines = []
    for left_out in EXPORTERS:
        others = [one for one in fish.cases if one[0] != left_out]
        rates = dict.fromkeys(HUBS, 0.0)
        for _ in range(2):
            for hub in HUBS:
                means = {rate: np.mean([fish.after(*one, rates | {hub: rate}) for one in others]) for rate in GRID}
                rates[hub] = min(means, key=lambda rate: means[rate])
        own = [one for one in fish.cases if one[0] == left_out]
        before = np.array([100 * fish.before(*one) for one in own])
        after = np.array([100 * fish.after(*one, rates) for one in own])
        name = ta.names.country_name(left_out)
        said = ", ".join(f"{hub} {rate:g}" for hub, rate in rates.items() if rate > 0)
        lines.append([name, said, f"{before.mean():.2f}", f"{after.mean():.2f}", *counted(after - before)])
    return rows(["left out", "rates fitted on the others", "before", "after", "nearer in", "change"], lines)


def known_rates(fish: Fish) -> str:
    """What the file itself says of rates: re-exports to the five economies only, so that they are lower bounds."""
    codes = fish.imports["hs6"].unique()
    again = fish.again[fish.again["hs6"].isin(codes)].groupby(["reporter", "year"])["value"].sum()
    imports = fish.imports.groupby(["reporter", "year"])["value"].sum()
    said = []
    for hub in HUBS:
        bounds = (again[hub] / imports[hub]).dropna() if hub in again.index.get_level_values(0) else pd.Series()
        bounds = bounds[[year for year in bounds.index if hub in fish.importers[year]]]
        if len(bounds):
            said.append(f"{ta.names.country_name(hub)} {bounds.min():.1%} to {bounds.max():.1%} ({len(bounds)} years)")
    return filled(f"""Rates from the file itself: re-exports are in it only where they went to one of the five, so that
    re-exports over imports is a lower bound, and a low one: {"; ".join(said)}. The other hubs report none.""")


def years(fish: Fish) -> str:
    """Vietnam by year."""
    lines = [
        [f"{year}", f"{100 * fish.before(who, year):.2f}"]
        + [f"{100 * fish.after(who, year, dict.fromkeys(HUBS, rate)):.2f}" for rate in (0.3, 0.5)]
        for who, year in fish.cases
        if who == "VNM"
    ]
    return rows(["Vietnam", "as reported", "rate 0.3", "rate 0.5"], lines)


def sweden(fish: Fish) -> str:
    """Where it is the importers who stop at the hub."""
    own = [one for one in fish.cases if one[0] == "NOR"]
    ours, theirs = (
        np.mean([one[case].get("SWE", 0.0) / one[case].sum() for case in own]) for one in (fish.sold, fish.bought)
    )
    return filled(f"""Norway is the lesson that the method has a side: Sweden has {ours:.1%} of the exports that Norway
    reports and {theirs:.1%} of what importers say that they bought of Norway. Norway names the end, and it is Sweden
    that enters as an import what only crosses it on the way into the European Union; those who buy it there report
    Sweden. No rate on Norway's exports mends that: it is the importers' side that has to be sent on.""")


def section(fish: Fish) -> str:
    """All tables."""
    about = filled(f"""{len(fish.cases)} cases: {len(EXPORTERS)} exporters of fish in the years from 2010 to 2021 of
    which they reported all months, against the importers that did. The distance is half the sum of the absolute
    differences of shares, in points: what part of the exports would have to be moved to other markets for the two
    reports to agree. What a hub sends to whom is what importers say that they bought of it in that year.""")
    parts = [about, by_rate(fish), by_hub(fish), stand_ins(fish), fitted(fish), known_rates(fish)]
    return "\n\n".join([*parts, years(fish), sweden(fish)])


def main() -> None:
    """Put the tables between their marks."""
    made = f"<!-- reexports -->\n\n{section(Fish())}\n\n<!-- /reexports -->"
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        re.sub(r"<!-- reexports -->.*<!-- /reexports -->", lambda _: made, text, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
