"""Faults, put one by one into a clean table; each has the rule that must report it, and how severe it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

PARTNERS = ("USA", "CHN", "JPN", "KOR", "DEU", "THA", "NAM", "AUS")
PRODUCTS = ("010121", "850440", "851712", "610910")


def clean() -> pd.DataFrame:
    """Viet Nam's exports of four products to eight partners in four years, in dollars and cents."""
    value = np.random.default_rng(4).lognormal(16, 1, (len(PARTNERS), len(PRODUCTS)))
    rows = [
        ("VNM", partner, "export", product, year, round(value[i, j] * (1 + 0.07 * (year - 2019)), 2))
        for year in (2019, 2020, 2021, 2022)
        for i, partner in enumerate(PARTNERS)
        for j, product in enumerate(PRODUCTS)
    ]
    return pd.DataFrame(rows, columns=["reporter", "partner", "flow", "product", "year", "value"])


@dataclass(frozen=True)
class Injector:
    """A fault of the catalogue: its number there, the rule that tells it, and how to put it into a table."""

    name: str
    fault: int
    rule: str
    severity: str
    into: Callable[[pd.DataFrame], pd.DataFrame]
    # Arguments of ta.audit that the table needs.
    over: str = "partner"
    # Whether the result of the faulty table equals that of the clean one, once the fault is reported or corrected.
    harmless: bool = False
    # The rule by which ta.read tells it, where that mends what ta.audit refuses.
    read: str = ""


INJECTORS: list[Injector] = []


def fault(
    number: int, rule: str, severity: str = "error", *, over: str = "partner", harmless: bool = False, read: str = ""
):
    def added(into):
        INJECTORS.append(Injector(into.__name__, number, rule, severity, into, over, harmless, read or rule))
        return into

    return added


def put(table: pd.DataFrame, row: int, **cells: object) -> pd.DataFrame:
    """The table with some cells of one row replaced."""
    changed = table.astype({column: object for column, cell in cells.items() if isinstance(cell, str)})
    for column, cell in cells.items():
        changed.loc[row, column] = cell
    return changed


def more(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, rows], ignore_index=True)


def summed(table: pd.DataFrame, without: str, label: object) -> pd.DataFrame:
    """The sums over one column, under a label."""
    keys = [column for column in table if column not in (without, "value")]
    return table.groupby(keys, as_index=False)["value"].sum().assign(**{without: label})[list(table)]


# ---- values -----------------------------------------------------------------------------------------------------


@fault(1, "TA-101")
def negative(table):
    return put(table, 5, value=-50.0)


@fault(2, "TA-102")
def missing(table):
    return put(table, 5, value=np.nan)


@fault(3, "TA-103", read="TA-112")
def infinite(table):
    return put(table, 5, value=np.inf)


@fault(4, "TA-122", "warning", harmless=True)
def reporter_without_trade(table):
    return more(table, table[table["year"] == 2019].assign(reporter="LAO", value=0.0))


@fault(13, "TA-123", "warning", harmless=True)
def shares_in_percent(table):
    whole = table.groupby("year")["value"].transform("sum")
    return table.assign(value=100 * table["value"] / whole)


@fault(14, "TA-117", "warning")
def a_thousandfold_year(table):
    return table.assign(value=table["value"].where(table["year"] != 2021, table["value"] * 1000))


@fault(14, "TA-117", "warning")
def a_thousandfold_partner(table):
    slipped = (table["year"] == 2021) & (table["partner"] == "USA")
    return table.assign(value=table["value"].where(~slipped, table["value"] * 1000))


@fault(14, "TA-117", "warning")
def a_thousandfold_mirror(table):
    mirror = table.assign(reporter=table["partner"], partner="VNM", flow="import")
    slipped = mirror["reporter"] == "USA"
    return more(table, mirror.assign(value=mirror["value"].where(~slipped, mirror["value"] / 1000)))


@fault(15, "TA-142", "info")
def rounded_to_thousands(table):
    return table.assign(value=(table["value"] / 1000).round() * 1000)


# ---- partners ---------------------------------------------------------------------------------------------------


@fault(16, "TA-104")
def world_row(table):
    return more(table, summed(table, "partner", "World"))


@fault(16, "TA-104")
def vietnamese_total(table):
    return more(table, summed(table, "partner", "Tổng số"))


@fault(17, "TA-104")
def bloc_row(table):
    return more(table, summed(table[table["partner"].isin(["THA"])], "partner", "ASEAN"))


@fault(17, "TA-113", over="market")
def overlapping_blocs(table):
    market = table["partner"].map({"USA": "APEC", "THA": "ASEAN"}).fillna(table["partner"])
    return table.assign(market=market)


@fault(18, "TA-119", "warning")
def areas_nes(table):
    return put(table, 0, partner="Areas, nes", value=1e9)


@fault(18, "TA-119", "info")
def few_others(table):
    return put(table, 0, partner="Các nước khác", value=1.0)


@fault(19, "TA-106")
def code_of_nobody(table):
    return put(table, 0, partner="999")


@fault(20, "TA-106")
def ambiguous_name(table):
    return put(table, 0, partner="Korea")


@fault(21, "TA-106")
def a_name_within_a_name(table):
    return put(table, 0, partner="Perugia")


@fault(22, "TA-133", harmless=True)
def decomposed_name(table):
    composed = table.assign(partner=table["partner"].replace({"DEU": "Đức"}))
    return put(composed, 16, partner=unicodedata.normalize("NFD", "Đức"))


@fault(23, "TA-133", harmless=True)
def eth_for_d_with_stroke(table):
    return put(table.assign(partner=table["partner"].replace({"DEU": "Đức"})), 16, partner="Ðức")


@fault(25, "TA-105")
def no_partner(table):
    return put(table, 0, partner=None)


@fault(26, "TA-134", "warning")
def soviet_union_today(table):
    return put(table, 0, partner="SUN")


@fault(26, "TA-134", "info")
def soviet_union_then(table):
    return table.assign(partner=table["partner"].replace({"DEU": "SUN"}), year=table["year"] - 40)


@fault(27, "TA-118", "warning")
def own_partner(table):
    return put(table, 0, partner="VNM")


@fault(28, "TA-133", harmless=True)
def two_codes_of_one_country(table):
    numbered = table.assign(partner=table["partner"].replace({"USA": "842"}))
    return put(numbered, 0, partner="840")


@fault(32, "TA-132", "warning")
def right_to_left_mark(table):
    return put(table, 0, partner="U\u202eSA")


@fault(32, "TA-132", read="TA-106")
def endless_name(table):
    return put(table, 0, partner="USA" * 4000)


# ---- products ---------------------------------------------------------------------------------------------------


@fault(33, "TA-108")
def chapters_beside_headings(table):
    chapters = table.assign(product=table["product"].str[:2])
    return more(table, chapters.groupby([c for c in chapters if c != "value"], as_index=False)["value"].sum())


@fault(33, "TA-108")
def total_of_products(table):
    return more(table, summed(table, "product", "TOTAL"))


@fault(34, "TA-108", harmless=True, read="TA-139")
def leading_zero_lost(table):
    return table.assign(product=table["product"].str.lstrip("0"))


@fault(37, "TA-108")
def national_codes(table):
    return put(table, 1, product="85044090")


@fault(38, "TA-138", "warning")
def products_not_told(table):
    return put(table, 0, product="999999", value=1e9)


@fault(39, "TA-120", "warning", read="TA-108")
def a_part_is_missing(table):
    whole = chapters_beside_headings(table)
    return whole[~((whole["product"] == "850440") & (whole["year"] == 2020))].reset_index(drop=True)


@fault(40, "TA-126", "warning")
def nomenclature_changes(table):
    return table.assign(nomenclature=np.where(table["year"] < 2022, "H5", "H6"))


@fault(41, "TA-125")
def two_nomenclatures(table):
    return table.assign(nomenclature=np.where(table["product"] == "010121", "S3", "H6"))


# ---- keys -------------------------------------------------------------------------------------------------------


@fault(44, "TA-107")
def rows_twice(table):
    return more(table, table.iloc[[3, 8]])


@fault(45, "TA-107")
def rows_per_transport_mode(table):
    split = table.assign(mode="0")
    return more(split, split.iloc[:8].assign(mode="1000", value=table["value"] / 2))


@fault(46, "TA-111")
def re_exports(table):
    return more(table, table.iloc[:4].assign(flow="re-export", value=1.0))


@fault(46, "TA-111")
def no_flow_at_all(table):
    return put(table, 0, flow="shipment")


@fault(47, "TA-111", "info")
def both_flows(table):
    return more(table, table.assign(flow="import"))


@fault(48, "TA-109")
def two_units(table):
    return table.assign(unit=np.where(table["partner"] == "USA", "VND", "USD"))


@fault(49, "TA-115")
def months_among_years(table):
    return more(table, table[table["year"] == 2022].assign(year=202201))


@fault(49, "TA-115")
def months_and_years_as_periods(table):
    years = table.assign(period=table["year"].astype(str))
    return more(years, years.iloc[-4:].assign(period="202201"))


@fault(50, "TA-116", "warning")
def five_months_of_the_last_year(table):
    monthly = pd.concat([table.assign(period=table["year"] * 100 + m) for m in range(1, 13)], ignore_index=True)
    return monthly[monthly["period"] <= 202205].reset_index(drop=True)


@fault(50, "TA-116", "warning")
def half_a_last_year(table):
    return table.assign(value=table["value"].where(table["year"] < 2022, table["value"] * 0.4))


@fault(50, "TA-116", "warning")
def partners_missing_in_the_last_year(table):
    return table[(table["year"] < 2022) | ~table["partner"].isin(["USA", "CHN"])].reset_index(drop=True)


@fault(51, "TA-136", "info")
def a_gap_in_years(table):
    return table[table["year"] != 2020].reset_index(drop=True)


@fault(52, "TA-112")
def a_year_to_come(table):
    return put(table, 0, year=2099)


@fault(53, "TA-137")
def mirror_data_among_reports(table):
    return table.assign(source=np.where(table["partner"] == "USA", "mirror", "report"))


@fault(53, "TA-137")
def cif_among_fob(table):
    return table.assign(valuation=np.where(table["partner"] == "USA", "CIF", "FOB"))


@fault(54, "TA-114", "warning", read="TA-104")
def world_off_by_one_percent(table):
    return more(table, summed(table, "partner", "World").assign(value=lambda rows: rows["value"] * 1.01))


@fault(54, "TA-114", read="TA-104")
def world_off_by_ten_percent(table):
    return more(table, summed(table, "partner", "World").assign(value=lambda rows: rows["value"] * 1.1))


@fault(54, "TA-114", read="TA-104")
def world_in_thousands(table):
    return more(table, summed(table, "partner", "World").assign(value=lambda rows: rows["value"] / 1000))


@fault(29, "TA-121")
def codes_beside_other_names(table):
    names = {"USA": "United States", "CHN": "China", "JPN": "Japan", "KOR": "South Korea", "DEU": "Germany"}
    table = table[table["partner"].isin(list(names))].reset_index(drop=True)
    return table.assign(partner_name=table["partner"].map(names | {"USA": "Canada"}))
