"""Periods of which one holds another are never added up: months, sums so far and years in one column."""

import duckdb
import pandas as pd
import polars as pl
import pytest

import tradeanalysis as ta

MIXED = {
    "months and their year": (["2024-01", "2024-02", "2024"], "months (2024-01), years (2024)"),
    "months and a sum so far": (["2024-01", "2024-C02"], "months (2024-01), sums so far (2024-C02)"),
    "numbers of both lengths": ([202401, 2024], "months (202401), years (2024)"),
    "a year's row without a period": (["2024-01", None], "months (2024-01), rows without one"),
    "quarters and half-years": (["2024-Q1", "2024-H1"], "half-years (2024-H1), quarters (2024-Q1)"),
    "two sums so far of a year": (["2024-C04", "2024-C05"], "2024-C04, 2024-C05"),
}
OF_A_TABLE = {
    "basket": ta.basket,
    "hhi": lambda t: ta.measure(t, ta.hhi),
    "measures": lambda t: ta.measure(t, ta.hhi, ta.entropy, by="year"),
    "partners": ta.partners,
    "change": lambda t: ta.change(t, before=2023, after=2024),
    "interval": lambda t: ta.uncertainty.intervals(t, ta.hhi, by="year"),
}


def table_of(periods, **more):
    """Trade with two partners, 3 and 1 in each period; the year is 2024."""
    rows = [(one, partner, x) for one in periods for partner, x in (("USA", 3.0), ("JPN", 1.0))]
    table = pd.DataFrame(rows, columns=["period", "partner", "value"])
    return table.assign(reporter="VNM", flow="export", year=2024, **more)


@pytest.mark.parametrize("case", MIXED)
def test_periods_that_hold_one_another_are_refused_with_the_way_out(case):
    periods, said = MIXED[case]
    with pytest.raises(ta.TradeDataError) as failed:
        ta.basket(table_of(periods))
    assert said in str(failed.value)
    assert "twice" in str(failed.value)
    assert "Keep the rows of one" in str(failed.value)
    (found,) = failed.value.findings
    assert found.id == "TA-115"
    assert found.labels


@pytest.mark.parametrize("verb", OF_A_TABLE)
def test_every_function_of_a_table_refuses_them(verb):
    before = table_of(["2023-01"]).assign(year=2023)
    table = pd.concat([before, table_of(["2024-01", "2024"])], ignore_index=True)
    with pytest.raises(ta.TradeDataError, match="several kinds of periods"):
        OF_A_TABLE[verb](table)


@pytest.mark.parametrize("library", [pl.from_pandas, lambda t: pl.from_pandas(t).lazy(), duckdb.from_df])
def test_lazy_tables_refuse_them_too(library):
    with pytest.raises(ta.TradeDataError, match="several kinds of periods"):
        ta.measure(library(table_of(["2024-01", "2024-C02"])), ta.hhi)
    assert ta.basket(library(table_of(["2024-01", "2024-02"]))).to_dict() == {"USA": 6.0, "JPN": 2.0}


def test_the_brief_and_comparisons_refuse_them(tmp_path):
    table = table_of(["2024-C04", "2024-C05"])
    with pytest.raises(ta.TradeDataError, match="several sums so far of one year"):
        ta.write_brief(table, "VNM", out=tmp_path)
    with pytest.raises(ta.TradeDataError, match="several sums so far of one year"):
        ta.compare(pd.concat([table, table.assign(reporter="THA")]), ["VNM", "THA"])


def test_what_is_offered_ends_in_the_right_number():
    table = table_of(["2024-01", "2024-C02"])
    assert ta.basket(table[table["period"] == "2024-C02"])["USA"] == 3
    so_far = table_of(["2024-C01", "2024-C02"])
    so_far.loc[so_far["period"] == "2024-C02", "value"] *= 2
    months = ta.monitoring.months_of_tables(so_far)
    assert ta.basket(months).to_dict() == {"USA": 6.0, "JPN": 2.0}


@pytest.mark.parametrize(
    "periods", [["2024-01", "2024-02"], ["2024-Q1", "2024-Q2"], ["2023-C05", "2024-C05"], ["2022/23", "2023/24"]]
)
def test_periods_of_one_kind_are_added(periods):
    assert ta.basket(table_of(periods)).to_dict() == {"USA": 6.0, "JPN": 2.0}


def test_each_period_by_itself_is_computed_whatever_its_kind():
    found = ta.measure(table_of(["2024-01", "2024-C02", "2024"]), ta.hhi, by="period")
    assert found["hhi"].tolist() == [0.625] * 3


def test_reporters_may_have_periods_of_their_own_kind():
    table = pd.concat([table_of(["2024-C05"]), table_of(["2024-C09"]).assign(reporter="THA")])
    assert ta.basket(table, reporter="THA").sum() == 4


def test_an_audit_reports_them_and_raises_nothing():
    found = ta.audit(table_of(["2024-01", "2024"]))
    assert "TA-115" in {one.id for one in found.findings}
