"""The tables of what economies report themselves, IMF 2010-2020 and OECD 2021-2024; ``derive.py`` writes them."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import names

YEARS = range(2010, 2021)
FLOWS = {"exports": "exports_est", "imports": "imports_est"}
# The IMF's "not specified" of Asia, and of the Middle East and Central Asia, are remainders: the first is not the
# row of Taiwan, which stands beside it (number 490, "Other Asia", is Taiwan in UN Comtrade, not here).
REMAINDERS = {"OTHER_ASIA_NES": "UNS", "OTHER_MECA_NES": "UNS"}
# "Other countries not included elsewhere" is the sum of two that have their own rows: counted twice, it is left out.
COUNTED_TWICE, PARTS = "OTH", ["CUB", "PRK"]
# Some rows are rounded to two decimals of a million, their sums to three.
ROUNDING = 0.0051
# Years for which the OECD estimates an exporter's partners, from an old structure and the total.
OF_OECD = {"RUS": range(2022, 2026)}
LAST_OF_OECD = 2024
# The same of exports by product: an older structure times a total.
BY_PRODUCT_OF_OECD = {
    **dict.fromkeys(("BLR", "LBY", "RUS"), (2022, 2023)),
    **dict.fromkeys(("BGD", "DZA", "SDN"), (2022,)),
    **dict.fromkeys(("CUB", "MMR", "NPL"), (2023,)),
}
# Divisions of CPA 2.1, the groups of products whose rows add up; the other codes are sums or parts of these.
DIVISIONS = {
    "A01": "crops and livestock", "A02": "wood and other products of forests", "A03": "fish",
    "B05": "coal", "B06": "oil and gas", "B07": "metal ores", "B08": "other minerals",
    "C10": "food", "C11": "beverages", "C12": "tobacco", "C13": "textiles", "C14": "clothing",
    "C15": "leather and shoes", "C16": "products of wood", "C17": "paper", "C18": "printing",
    "C19": "refined petroleum", "C20": "chemicals", "C21": "medicines", "C22": "rubber and plastics",
    "C23": "glass, ceramics, cement", "C24": "basic metals", "C25": "products of metal", "C26": "electronics",
    "C27": "electrical equipment", "C28": "machinery", "C29": "motor vehicles", "C30": "ships, trains, aircraft",
    "C31": "furniture", "C32": "toys, jewellery, other manufactures",
}  # fmt: skip
# From what distance between two sources the economy's own share is worth a note.
NOTED = 0.02
# An economy whose trade with one of this share of all trade is not recorded has a gap.
LARGE = 0.002


def world_of_imf(shared: Path, year: int) -> pd.DataFrame:
    """Exports and imports of one year as each economy reports them, in whole thousand US dollars."""
    flows = _dots(shared)
    flows = flows[flows["year"] == year].drop(columns="year")
    rest = flows["partner"] == COUNTED_TWICE
    _check_counted_twice(flows, rest)
    flows = flows[~rest].replace({"partner": REMAINDERS})
    thousands = {flow: (1000 * flows[flow]).round() for flow in FLOWS}
    flows = flows.assign(**{flow: one.where(one > 0) for flow, one in thousands.items()})
    # Several remainders of one reporter are added; an estimate among them makes the sum one.
    for flow, estimated in FLOWS.items():
        flows[estimated] = flows[estimated].where(flows[flow].notna(), 0)
    how: dict[str, Any] = dict.fromkeys(FLOWS, _sum) | dict.fromkeys(FLOWS.values(), "max")
    once = flows[~flows.duplicated(["reporter", "partner"], keep=False)]
    added = flows.drop(once.index).groupby(["reporter", "partner"], as_index=False).agg(how)
    flows = pd.concat([once, added]).dropna(subset=list(FLOWS), how="all")
    flows = flows.astype(dict.fromkeys(FLOWS, "Int64")).rename(columns={flow: f"{flow}_kusd" for flow in FLOWS})
    return flows.sort_values(["reporter", "partner"])


def _check_counted_twice(flows: pd.DataFrame, rest: pd.Series) -> None:
    """Raise where the group that is left out is not the sum of its parts."""
    of = flows[rest].set_index("reporter")
    parts = flows[flows["partner"].isin(PARTS)].groupby("reporter")
    for flow in FLOWS:
        difference = of[flow].fillna(0) - parts[flow].sum().reindex(of.index, fill_value=0)
        if (difference.abs() > ROUNDING).any():
            raise ValueError(f"{COUNTED_TWICE} is not the sum of {' and '.join(PARTS)}: it cannot be left out")


def _sum(values: pd.Series) -> float:
    """The sum, missing where all are."""
    return values.sum(min_count=1)


@cache
def _dots(shared: Path) -> pd.DataFrame:
    return _read(shared / "imf_dots_2010_2020" / "world_dots_2010_2020.csv.gz")


def exports_2021_2024(shared: Path) -> pd.DataFrame:
    """Exports to the largest partners in whole US dollars; OTH is the reporter's total less those listed."""
    folder = shared / "oecd_btige_2021_2025"
    flows, totals = _read(folder / "pairs.csv.gz"), _read(folder / "totals.csv")
    keys = ["reporter", "year"]
    flows = flows.merge(totals[keys], on=keys).rename(columns={"exports_kusd": "value"})
    rest = totals.set_index(keys)["exports_kusd"] - flows.groupby(keys)["value"].sum()
    if (rest < 0).any():
        raise ValueError("the partners of a reporter add up to more than its total")
    # A reporter with a total and no partners has nothing to show.
    others = rest.dropna().rename("value").reset_index().assign(partner="OTH")
    flows = pd.concat([flows, others], ignore_index=True)
    estimated = flows["year"] > LAST_OF_OECD
    for economy, years in OF_OECD.items():
        estimated |= (flows["reporter"] == economy) & flows["year"].isin(years)
    flows["value"] = (1000 * flows["value"]).round().astype("int64")
    flows = flows[~estimated & (flows["value"] > 0)]
    return flows[["reporter", "partner", "year", "value"]].sort_values(["year", "reporter", "partner"])


def exports_by_product(shared: Path) -> pd.DataFrame:
    """Exports of all economies to nine markets by group of products, in thousand US dollars, a column for each year."""
    flows = _read(shared / "oecd_btige_2021_2025" / "products_9markets.csv.gz")
    flows = flows.assign(product=flows["product"].str.removeprefix("CPA_2_1_"))
    estimated = pd.Series(False, index=flows.index)
    for economy, years in BY_PRODUCT_OF_OECD.items():
        estimated |= (flows["reporter"] == economy) & flows["year"].isin(years)
    flows = flows[~estimated & (flows["exports_kusd"] > 0) & flows["product"].isin(DIVISIONS)]
    flows["product"] += " " + flows["product"].map(DIVISIONS)
    keys = ["reporter", "partner", "product"]
    return flows.pivot(index=keys, columns="year", values="exports_kusd").astype("Int64").reset_index()


def silent(shared: Path) -> pd.DataFrame:
    """Economies that report nothing in a table of their partners' reports, by table and year.

    Of the IMF they are partners that are no reporters. In BACI the reports are not marked, but no two that were silent
    trade with each other: beginning with the largest that has no trade with another large one, the next largest is
    added that trades with none of them.
    """
    found = [("world_2023", 2023, economy) for economy in _silent_of_baci(_baci(shared))]
    for year in YEARS:
        flows = world_of_imf(shared, year)
        partners = pd.Series(sorted(set(flows["partner"]) - set(flows["reporter"])))
        kinds = names.resolve(partners)
        found += [("world_2010_2020", year, one) for one in partners if kinds[one].kind == "country"]
    return pd.DataFrame(found, columns=["table", "year", "economy"])


def _silent_of_baci(flows: pd.DataFrame) -> list[str]:
    back = {"reporter": "partner", "partner": "reporter"}
    both = pd.concat([flows, flows.rename(columns=back)])
    size = both.groupby("reporter")["value"].sum().sort_values(ascending=False)
    size /= size.sum()
    large = set(size.index[size >= LARGE])
    met = both.groupby("reporter")["partner"].agg(set).to_dict()
    first = next(one for one in size.index if large - met[one] - {one})
    found = [first]
    for one in size.index:
        if one != first and met[one].isdisjoint(found):
            found.append(one)
    return sorted(found)


def national_shares(shared: Path) -> pd.DataFrame:
    """Shares of partners in an economy's own report (OECD) that are far from BACI's, where BACI lacks its report."""
    world = _baci(shared)
    unreported = _silent_of_baci(world)
    own = exports_2021_2024(shared).query("year == 2023")
    own = own[own["reporter"].isin(unreported)]
    own = _with_shares(own).query("partner != 'OTH'").set_index(["reporter", "partner"])["share"]
    there = _with_shares(world).set_index(["reporter", "partner"])["share"].reindex(own.index)
    own = own[(own - there).abs() >= NOTED].round(4)
    return own.reset_index().assign(table="world_2023", year=2023, flow="export")[
        ["table", "year", "reporter", "flow", "partner", "share"]
    ]


def _with_shares(flows: pd.DataFrame) -> pd.DataFrame:
    return flows.assign(share=flows["value"] / flows.groupby("reporter")["value"].transform("sum"))


def _baci(shared: Path) -> pd.DataFrame:
    flows = _read(shared / "baci2023_totals_194" / "baci2023_long.csv")
    return flows.rename(columns={"exporter": "reporter", "importer": "partner", "value_kusd": "value"})


def _read(path: Path) -> pd.DataFrame:
    # "NA" is Namibia: only an empty cell is missing.
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


TABLES = {f"world_{year}": partial(world_of_imf, year=year) for year in YEARS}
TABLES |= {table.__name__: table for table in (exports_2021_2024, exports_by_product, silent, national_shares)}
