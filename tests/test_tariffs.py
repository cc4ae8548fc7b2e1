"""Tariffs with their dates: what a table of them may say, what of a basket it touches on a day, what preferences leave.

Expected values are those of the texts of the acts and arithmetic by hand, in fractions where shares are not exact.
"""

import datetime
import io
import itertools
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main

BASKET = {"USA": 50.0, "CHN": 30.0, "DEU": 20.0}
COLUMNS = ["importer", "origin", "product", "rate_share", "form", "from", "to", "act"]


def acts(*rows):
    """A table of tariffs; each row is ``importer, origin, product, rate, form, from, to, act`` from its left."""
    usual = ("USA", "VNM", "", 0.2, "additional", "2025-01-01", "", "Act")
    return pd.DataFrame([(*row, *usual[len(row) :]) for row in rows], columns=COLUMNS)


def goods(*rows, flow="export"):
    """Vietnam's trade by partner and product."""
    return pd.DataFrame(rows, columns=["partner", "product", "value"]).assign(reporter="VNM", flow=flow)


def exposure(table, tariffs, **given):
    return ta.tariff_exposure(table, tariffs, **{"on": "2025-09-01", "reporter": "VNM"} | given)


def refused(tariffs, **given):
    """What is said of a table of tariffs that is refused."""
    with pytest.raises(ta.TradeDataError) as error:
        ta.tariffs.schedule(tariffs, **given)
    return str(error.value)


# ---- the table of acts of the United States, 2025-26 --------------------------------------------------------------


@pytest.fixture(scope="module")
def dated(shared_data):
    path = shared_data / "us_tariffs_dated" / "us_additional_tariffs_dated.csv"
    return path, {"columns": {"origin": "partner_as_printed"}, "importer": "USA"}


@pytest.fixture(scope="module")
def us(dated):
    path, given = dated
    return ta.tariffs.schedule(path, **given, undated="signed")


def test_all_rows_of_the_acts_are_read_and_the_union_is_its_members(us):
    assert us.attrs["tariffs"]["rows"] == 186
    europe = us[us["act"].str.startswith("EO of") & (us["form"] == "total")]
    assert sorted(europe["origin"]) == sorted(ta.bloc("EU", 2025))
    assert len(us) == 186 + 3 * 26
    assert us["rate"].max() == 0.5  # Lesotho, as announced


def test_acts_without_a_first_day_are_refused_until_it_is_said_how_they_count(dated, us):
    path, given = dated
    said = refused(path, **given)
    assert "undated" in said
    assert "55 more" in said  # of 60 economies
    later = us[us["start_assumed"]]
    assert set(later["from"]) == {pd.Timestamp(2026, 7, 24)}
    assert set(later["act"]) == {"Section 301, forced labour, memorandum"}


@pytest.mark.parametrize(
    ("day", "rate", "act"),
    [
        ("2025-04-05", 0.10, "EO 14257 baseline"),
        ("2025-08-06", 0.10, "EO 14257 baseline"),
        ("2025-08-07", 0.20, "EO of 2025-07-31, Annex I"),
        ("2026-02-24", 0.10, "Section 122 proclamation"),
        ("2026-07-24", 0.125, "Section 301, forced labour, memorandum"),
    ],
)
def test_the_rate_of_viet_nam_is_that_of_the_act_in_force_on_the_day(us, day, rate, act):
    found = exposure(BASKET, us, on=day)
    assert found.rates["USA"] == rate
    assert found.acts == (act,)
    assert act in found.sentence()
    assert act in found.sentence("vi")


def test_the_mean_rate_on_the_exports_of_viet_nam_is_that_of_its_share_there(us):
    world = ta.example("world_2023")
    august, july = (exposure(world, us, on=day) for day in ("2025-08-07", "2026-07-24"))
    assert august.exposed_share == pytest.approx(0.288687410469, abs=1e-12)
    assert august.mean_rate == pytest.approx(0.057737482094, abs=1e-12)
    assert july.mean_rate == pytest.approx(0.036085926309, abs=1e-12)
    assert "7 August 2025: 28.9% of the exports of Vietnam in 2023" in august.sentence()
    assert "07/08/2025: 28,9% xuất khẩu của Việt Nam năm 2023" in august.sentence("vi")


def test_the_steps_over_time_are_those_of_the_acts(us):
    steps = ta.tariffs.over_time({"USA": 100.0}, us, reporter="VNM")
    assert steps["mean_rate"].tolist() == [0.10, 0.46, 0.10, 0.20, 0.10, 0.125]
    first = ["2025-04-05", "2025-04-09", "2025-04-10", "2025-08-07", "2026-02-24", "2026-07-24"]
    assert steps["from"].dt.strftime("%Y-%m-%d").tolist() == first
    assert (steps["to"].iloc[:-1] + pd.Timedelta(days=1) == steps["from"].iloc[1:].array).all()
    assert pd.isna(steps["to"].iloc[-1])


def test_exempt_prefixes_of_mixed_length_leave_an_interval_where_they_are_finer_than_the_data(us, shared_data):
    path = shared_data / "us_tariffs_dated" / "exempt_semiconductors_2025-04-11.csv"
    exempt = pd.read_csv(path, dtype=str)
    rows = [("USA", "847130", 30.0), ("USA", "851713", 20.0), ("USA", "640399", 40.0), ("CHN", "640399", 10.0)]
    found = exposure(goods(*rows), us, exempt=exempt)
    # 8471 is exempt; of 851713 the line 85171300 is; shoes are not.
    by = found.table.set_index(["partner", "product"])
    assert by.loc[("USA", "847130"), ["rate", "status"]].tolist() == [0.0, "exempt"]
    assert by.loc[("USA", "851713"), ["low", "high", "status"]].tolist() == [0.0, 0.2, "partly exempt"]
    assert by.loc[("USA", "640399"), "rate"] == 0.2
    assert (found.low, found.high) == (pytest.approx(0.08), pytest.approx(0.12))
    assert np.isnan(found.mean_rate)
    assert (found.exposed_low, found.exposed_high) == (pytest.approx(0.4), pytest.approx(0.6))
    assert found.exempt == pytest.approx(0.3)
    assert "between 8.0 and 12.0%" in found.sentence()
    assert "từ 8,0 đến 12,0%" in found.sentence("vi")


# ---- shares and means -----------------------------------------------------------------------------------------------


def test_the_exposed_share_and_the_means_are_the_sums_by_hand():
    found = exposure(BASKET, acts(("USA",), ("DEU", "VNM", "", 0.1)))
    assert found.exposed_share == pytest.approx(0.7, abs=1e-15)
    assert found.mean_rate == pytest.approx(0.12, abs=1e-15)
    assert found.conditional_rate == pytest.approx(0.171428571429, abs=1e-12)
    assert found.unlisted == pytest.approx(0.3)


def test_where_the_table_says_nothing_is_said_and_counted_as_the_argument_says():
    tariffs = acts(("USA",))
    free, unknown = (exposure(BASKET, tariffs, unlisted=one) for one in ("none", "unknown"))
    assert (free.mean_rate, free.low, free.high) == (0.1, 0.1, 0.1)
    assert np.isnan(unknown.mean_rate)
    assert np.isnan(unknown.high)
    assert unknown.low == 0.1
    assert "Of 50.0% of the value the table says nothing" in free.sentence()
    assert "at least 10.0%" in unknown.sentence()
    assert np.isnan(unknown.rates["CHN"])


def test_of_ordinary_rates_what_is_unlisted_is_unknown_by_default():
    found = exposure(BASKET, acts(("USA", "World", "", 0.03, "mfn")))
    assert found.duty == "applied"
    assert np.isnan(found.mean_rate)
    assert found.low == pytest.approx(0.015)


def test_a_market_on_which_no_duty_is_laid_is_said_to_have_none():
    found = exposure(BASKET, acts(("USA", "THA")))
    assert (found.exposed_share, found.mean_rate) == (0.0, 0.0)
    assert np.isnan(found.conditional_rate)
    assert "no act of this table adds a duty" in found.sentence()


def test_imports_are_touched_by_the_tariffs_of_the_reporter():
    found = ta.tariff_exposure(BASKET, acts(("VNM", "USA")), on="2025-09-01", reporter="VNM", flow="import")
    assert found.rates.tolist() == [0.2, 0.0, 0.0]


def test_a_province_ships_goods_of_its_economy():
    assert exposure(BASKET, acts(("USA",)), reporter="Đồng Nai").mean_rate == 0.1
    with pytest.raises(ta.TradeDataError, match="no economy and no province"):
        exposure(BASKET, acts(("USA",)), reporter="Atlantis")


def test_every_library_gives_the_same():
    import duckdb
    import polars as pl

    table = goods(("USA", "010121", 30.0), ("USA", "850440", 20.0), ("CHN", "850440", 50.0))
    tariffs = acts(("USA", "VNM", "8504", 0.25))
    expected = exposure(table, tariffs).table
    for other in (pl.from_pandas(table), pl.from_pandas(table).to_arrow(), duckdb.from_df(table)):
        pd.testing.assert_frame_equal(exposure(other, tariffs).table, expected)


def test_tariffs_and_exemptions_are_tables_of_any_library():
    import duckdb
    import polars as pl

    table = goods(("USA", "010121", 30.0), ("USA", "850440", 20.0), ("CHN", "850440", 50.0))
    tariffs, free = acts(("USA", "VNM", "", 0.25)), pd.DataFrame({"product": ["85"]})
    expected = exposure(table, tariffs, exempt=["85"])
    assert expected.exempt == 0.7
    kinds = (pl.from_pandas, pa.Table.from_pandas, duckdb.from_df, lambda one: pl.from_pandas(one).lazy())
    for kind in kinds:
        found = exposure(table, kind(tariffs), exempt=kind(free))
        pd.testing.assert_frame_equal(found.table, expected.table)
    with pytest.raises(ta.TradeDataError, match="in a list or one column, and not a, b"):
        exposure(table, tariffs, exempt=pl.DataFrame({"a": ["85"], "b": ["64"]}))


def test_a_day_is_a_date_of_any_kind_or_year_month_and_day():
    days = [datetime.date(2025, 8, 7), datetime.datetime(2025, 8, 7), pd.Timestamp("2025-08-07"), "2025-08-07"]
    days += [np.datetime64("2025-08-07"), pd.Timestamp("2025-08-07", tz="Asia/Ho_Chi_Minh")]
    for day in days:
        read = ta.tariffs.schedule(acts(("USA",)).assign(**{"from": [day]}))
        assert read["from"].tolist() == [pd.Timestamp("2025-08-07")]
    column = acts(("USA",), ("CHN",)).assign(**{"from": pd.to_datetime(["2025-08-07", "2025-04-05"])})
    assert ta.tariffs.schedule(column)["from"].dt.day.tolist() == [7, 5]
    for day in ("07/08/2025", "07-08-2025", "2025/08/07", 2025):
        said = refused(acts(("USA",)).assign(**{"from": [day]}))
        assert f"from is no day in rows 0: {day!r}. Write year, month and day: 2025-08-07" in said
    with pytest.raises(ta.TradeDataError, match="give a day as year, month and day: 2025-08-07"):
        exposure(BASKET, acts(("USA",)), on="01/09/2025")


# ---- which row decides ----------------------------------------------------------------------------------------------


def test_the_longest_prefix_decides_and_then_the_origin_that_is_named():
    tariffs = acts(
        ("USA", "World", "", 0.1),
        ("USA", "VNM", "", 0.2),
        ("USA", "World", "7208", 0.5),
        ("USA", "World", "0303", 0.3),
        ("USA", "VNM", "0303", 0.05),
    )
    found = exposure(goods(("USA", "720810", 1.0), ("USA", "030311", 1.0), ("USA", "640399", 1.0)), tariffs)
    by = found.table.set_index("product")
    assert by["rate"].to_dict() == {"720810": 0.5, "030311": 0.05, "640399": 0.2}
    assert by["prefix"].to_dict() == {"720810": "7208", "030311": "0303", "640399": ""}


def test_a_table_without_products_is_between_the_ends_of_the_prefixes():
    tariffs = acts(("USA", "VNM", "", 0.2), ("USA", "VNM", "7208", 0.5), ("USA", "VNM", "8542", 0.0))
    found = exposure(BASKET, tariffs)
    assert found.table.loc[0, ["low", "high", "status"]].tolist() == [0.0, 0.5, "between"]
    assert (found.low, found.high) == (0.0, 0.25)
    assert np.isnan(found.rates["USA"])


def test_every_cell_is_that_of_a_loop_over_the_rows():
    """Longest prefix, named origin and finer prefixes, against a loop that tries every row on every cell."""
    rng = np.random.default_rng(5)
    codes = [f"{a:02d}{b:02d}{c:02d}" for a, b, c in itertools.product((1, 8), (1, 2, 3), (10, 20))]
    prefixes = sorted({code[:n] for code in codes for n in (0, 2, 4, 6)} | {code + "10" for code in codes})
    keys = [(m, o, p) for m in ("USA", "DEU") for o in ("VNM", "World") for p in prefixes if rng.random() < 0.3]
    tariffs = acts(*((m, o, p, round(float(rng.random()), 3)) for m, o, p in keys))
    table = goods(*((m, code, float(rng.integers(1, 9))) for m in ("USA", "DEU", "CHN") for code in codes))
    found = exposure(table, tariffs).table.set_index(["partner", "product"])
    rate = {(m, o, p): r for m, o, p, r in tariffs[COLUMNS[:4]].itertuples(index=False)}
    for market, code in found.index:
        named = {p: rate.get((market, "VNM", p), rate.get((market, "World", p))) for p in prefixes}
        there = {p: r for p, r in named.items() if r is not None}
        whole = [r for p, r in sorted(there.items(), key=lambda one: len(one[0])) if code.startswith(p)]
        ends = [whole[-1] if whole else 0.0, *(r for p, r in there.items() if p != code and p.startswith(code))]
        assert found.loc[(market, code), ["low", "high"]].tolist() == [min(ends), max(ends)], (market, code)


def test_products_that_are_no_codes_may_be_any():
    rows = [("USA", "rice", 1.0), ("USA", "999999", 1.0), ("USA", "850440", 2.0)]
    found = exposure(goods(*rows), acts(("USA", "VNM", "8504", 0.2)))
    by = found.table.set_index("product")
    assert by["high"].to_dict() == {"rice": 0.2, "999999": 0.2, "850440": 0.2}
    assert by["low"].to_dict() == {"rice": 0.0, "999999": 0.0, "850440": 0.2}


def test_products_that_are_numbers_or_of_several_levels_are_refused():
    tariffs = acts(("USA", "VNM", "0101", 0.2))
    with pytest.raises(ta.TradeDataError, match="first zero"):
        exposure(goods(("USA", 10121, 1.0)), tariffs)
    with pytest.raises(ta.TradeDataError, match="several levels"):
        exposure(goods(("USA", "0101", 1.0), ("USA", "010121", 1.0)), tariffs)


# ---- forms ----------------------------------------------------------------------------------------------------------


def test_a_total_with_the_mfn_rate_adds_what_lacks_to_it():
    tariffs = acts(("USA", "VNM", "", 0.15, "total"))
    table = goods(("USA", "010121", 1.0), ("USA", "640399", 1.0), ("USA", "850440", 2.0))
    mfn = {"": 0.025, "64": 0.2}
    added = exposure(table, tariffs, mfn=mfn)
    assert added.table.set_index("product")["rate"].to_dict() == {"010121": 0.125, "640399": 0.0, "850440": 0.125}
    assert added.mean_rate == pytest.approx(0.09375)
    applied = exposure(table, tariffs, mfn=mfn, duty="applied")
    assert applied.table.set_index("product")["rate"].to_dict() == {"010121": 0.15, "640399": 0.2, "850440": 0.15}
    unknown = exposure(table, tariffs)
    assert (unknown.low, unknown.high, unknown.undetermined) == (0.0, 0.15, 1.0)


def test_rates_of_several_acts_add_up_only_where_they_say_so():
    stacked = ("USA", "VNM", "7208", 0.25, "stacked", "2025-01-01", "", "Steel")
    fentanyl = ("USA", "VNM", "", 0.2, "stacked", "2025-01-01", "", "Fentanyl")
    found = exposure(goods(("USA", "720810", 1.0), ("USA", "640399", 1.0)), acts(("USA",), stacked, fentanyl))
    by = found.table.set_index("product")
    assert by.loc["720810", "rate"] == pytest.approx(0.65)
    assert by.loc["640399", "rate"] == pytest.approx(0.4)
    assert set(by.loc["720810", "act"].split("; ")) == {"Act", "Steel", "Fentanyl"}


def test_the_lowest_preference_is_applied_and_acts_are_added_to_it():
    tariffs = acts(
        ("DEU", "World", "", 0.12, "mfn"),
        ("DEU", "VNM", "", 0.05, "preference", "2020-08-01", "", "EVFTA"),
        ("DEU", "VNM", "", 0.08, "preference", "2014-01-01", "", "GSP"),
        ("DEU", "VNM", "64", 0.1, "additional"),
    )
    table = goods(("DEU", "640399", 1.0), ("DEU", "850440", 1.0))
    with pytest.raises(ta.TradeDataError, match="duty"):
        exposure(table, tariffs)
    applied = exposure(table, tariffs, duty="applied").table.set_index("product")["rate"]
    assert applied.round(12).to_dict() == {"640399": 0.15, "850440": 0.05}
    added = exposure(table, tariffs, duty="additional").table.set_index("product")["rate"]
    assert added.to_dict() == {"640399": 0.1, "850440": 0.0}
    before = exposure(table, tariffs, duty="applied", on="2019-01-01").table.set_index("product")["rate"]
    assert before.to_dict() == {"640399": 0.08, "850440": 0.08}


def test_a_duty_on_an_amount_is_missing_with_its_share_and_never_nothing():
    tariffs = acts(("USA", "VNM", "", 0.2), ("USA", "VNM", "0303", "5 cents/kg"))
    found = exposure(goods(("USA", "030311", 30.0), ("USA", "640399", 70.0)), tariffs)
    assert found.table.set_index("product")["status"].to_dict() == {"030311": "missing", "640399": "rate"}
    assert found.undetermined == pytest.approx(0.3)
    assert found.low == pytest.approx(0.14)
    assert np.isnan(found.mean_rate)
    assert np.isnan(found.high)
    assert "Of 30.0% of the value the rate is not known" in found.sentence()


def test_an_ordinary_duty_on_an_amount_may_be_lower_than_a_preference():
    tariffs = acts(("DEU", "VNM", "", "5 EUR/t", "mfn"), ("DEU", "VNM", "", 0.05, "preference"))
    found = exposure({"DEU": 1.0}, tariffs)
    assert (found.low, found.high) == (0.0, 0.05)
    alone = exposure({"DEU": 1.0}, tariffs[1:])
    assert alone.mean_rate == 0.05


# ---- blocs and dates ------------------------------------------------------------------------------------------------


def test_a_bloc_is_its_members_as_long_as_they_are():
    tariffs = acts(("EU", "VNM", "", 0.1, "additional", "2015-01-01", "2022-12-31"))
    rates = {day: exposure({"GBR": 1.0, "DEU": 1.0}, tariffs, on=day).rates for day in ("2019-06-01", "2021-06-01")}
    assert rates["2019-06-01"].to_dict() == {"GBR": 0.1, "DEU": 0.1}
    assert rates["2021-06-01"].to_dict() == {"GBR": 0.0, "DEU": 0.1}


def test_a_bloc_among_the_partners_is_between_its_members():
    tariffs = acts(("DEU", "VNM", "", 0.1), ("FRA", "VNM", "", 0.3))
    table = pd.DataFrame({"reporter": "VNM", "partner": ["EU (bloc)", "USA"], "value": [50.0, 50.0]})
    found = exposure(table, tariffs)
    assert found.table.loc[0, ["low", "high"]].tolist() == [0.0, 0.3]
    even = exposure(table, acts(("EU", "VNM", "", 0.1)))
    assert even.rates.to_dict() == {"EU (bloc)": 0.1, "USA": 0.0}


def test_the_first_and_the_last_day_are_in_force():
    tariffs = acts(("USA", "VNM", "", 0.2, "additional", "2025-08-07", "2025-08-09"))
    rates = [exposure(BASKET, tariffs, on=f"2025-08-{day:02d}").rates["USA"] for day in range(6, 11)]
    assert rates == [0.0, 0.2, 0.2, 0.2, 0.0]


def test_an_end_at_the_end_of_the_calendar_is_open():
    tariffs = acts(("USA", "VNM", "", 0.2, "additional", "2025-08-07", "9999-12-31"))
    assert exposure(BASKET, tariffs).rates["USA"] == 0.2
    assert pd.isna(ta.tariffs.over_time(BASKET, tariffs, reporter="VNM")["to"].iloc[-1])


def test_a_column_of_values_may_have_another_name():
    table = goods(("USA", "010121", 30.0), ("CHN", "010121", 70.0)).rename(columns={"value": "usd"})
    assert exposure(table, acts(("USA",)), value="usd").mean_rate == pytest.approx(0.06)


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_rows_that_overlap_are_refused_and_both_are_named():
    one = ("USA", "VNM", "8504", 0.1, "additional", "2025-01-01", "2025-06-30", "Act one")
    other = ("USA", "Viet Nam", "8504", 0.2, "total", "2025-06-30", "", "Act two")
    said = refused(acts(one, other))
    assert "row 0 (Act one, 2025-01-01 to 2025-06-30) and row 1 (Act two, 2025-06-30 to open)" in said
    assert "8504" in said
    after = (*other[:5], "2025-07-01", "", "Act two")
    assert len(ta.tariffs.schedule(acts(one, after))) == 2


def test_a_member_beside_its_bloc_is_an_overlap():
    said = refused(acts(("USA", "EU", "", 0.15), ("USA", "DEU", "", 0.2)))
    assert "DEU" in said
    assert "row 0" in said
    assert "row 1" in said


def test_a_rate_is_a_share_and_46_is_never_one():
    plain = acts(("USA",)).rename(columns={"rate_share": "rate"})
    for rate in (46, 1.2, "46"):
        assert "or call the column rate_percent if 46 is 46%" in refused(plain.assign(rate=rate))
    for rate in (0.46, "0,46"):
        assert ta.tariffs.schedule(plain.assign(rate=rate))["rate"].tolist() == [0.46]
    assert ta.tariffs.schedule(plain.assign(rate=46), rate_unit="percent")["rate"].tolist() == [0.46]
    assert ta.tariffs.schedule(plain.assign(rate=0.46), rate_unit="share")["rate"].tolist() == [0.46]
    assert ta.tariffs.schedule(plain.assign(rate="12.5%"))["rate"].tolist() == [0.125]
    assert ta.tariffs.schedule(plain.assign(rate="Free"))["rate"].tolist() == [0.0]
    assert "0 to 1000%" in refused(plain.assign(rate=46), rate_unit="share")
    percent = plain.rename(columns={"rate": "rate_percent"}).assign(rate_percent="12,5")
    assert ta.tariffs.schedule(percent)["rate"].tolist() == [0.125]
    assert "another unit" in refused(percent, rate_unit="share")


def test_all_faults_of_a_table_are_said_at_once():
    table = acts(
        ("USA", "VNM", "", -0.1),
        ("USA", "VNM", "", 0.1, "additional", "2025-02-30"),
        ("USA", "VNM", "101", 0.1),
        ("USA", "VNM", "", 0.1, "bonus"),
    )
    said = refused(table)
    for words in ("rate_share", "-0.1", "2025-02-30", "'101'", "bonus", "4 faults"):
        assert words in said.replace("rate is no rate", "rate_share is no rate"), words
    assert "'Nowhere'" in refused(acts(("USA", "Nowhere")))
    assert "last day is before the first" in refused(
        acts(("USA", "VNM", "", 0.1, "additional", "2025-02-01", "2025-01-01"))
    )
    assert "no act" in refused(acts(("USA",)).assign(act=""))


@pytest.mark.parametrize("rate", [np.inf, -1, 1e308, 11, True, "abc", "-5", [1], b"1"])
def test_no_hostile_rate_passes(rate):
    table = acts(("USA",)).astype({"rate_share": object})
    table.at[0, "rate_share"] = rate
    assert "is no rate" in refused(table)


@pytest.mark.parametrize("day", ["2025", "07/08/2025", 20250807, None, float("nan"), "", [1], "2025-13-01"])
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(ta.TradeDataError, match="2025-08-07"):
        exposure(BASKET, acts(("USA",)), on=day)


def test_tables_that_are_none_are_refused_in_our_words():
    for table in (acts(), acts(("USA",)).drop(columns="from"), pd.DataFrame(), pd.DataFrame({"a": [1]}), 3, None):
        with pytest.raises(ta.TradeDataError):
            ta.tariffs.schedule(table)
    for given in ({"rate_unit": "points"}, {"undated": "open"}, {"columns": {"rates": "x"}}, {"columns": ["origin"]}):
        with pytest.raises(ta.TradeDataError):
            ta.tariffs.schedule(acts(("USA",)), **given)


@pytest.mark.parametrize("given", [{"exempt": ["101"]}, {"exempt": "8504"}, {"mfn": 3.5e9}, {"mfn": "a"}, {"mfn": -1}])
def test_exemptions_and_ordinary_rates_that_are_none_are_refused(given):
    with pytest.raises(ta.TradeDataError):
        exposure(BASKET, acts(("USA",)), **given)


def test_a_file_and_a_workbook_are_read_as_a_frame_is(tmp_path):
    table = acts(("USA", "VNM", "0303", 0.25), ("USA", "EU", "", 0.125))
    expected = ta.tariffs.schedule(table)
    table.to_csv(tmp_path / "acts.csv", index=False)
    table.assign(**{"from": pd.to_datetime(table["from"])}).to_excel(tmp_path / "acts.xlsx", index=False)
    for name in ("acts.csv", "acts.xlsx"):
        pd.testing.assert_frame_equal(ta.tariffs.schedule(tmp_path / name), expected)
    pd.testing.assert_frame_equal(ta.tariffs.schedule(expected), expected)  # what was read can be read again
    stream = io.BytesIO((tmp_path / "acts.csv").read_bytes())
    pd.testing.assert_frame_equal(ta.tariffs.schedule(stream), expected)


# ---- beside rivals, and what an exposure feeds ----------------------------------------------------------------------


def test_relative_access_is_the_ratio_to_the_rivals_by_hand():
    imports = pd.DataFrame({"reporter": "USA", "flow": "import", "partner": ["VNM", "CHN", "THA", "DEU"]})
    imports["value"] = [100.0, 50.0, 30.0, 20.0]
    tariffs = acts(("USA", "VNM"), ("USA", "CHN"), ("USA", "DEU", "", 0.1))
    found = ta.tariffs.relative_access(imports, tariffs, on="2025-09-01", reporter="VNM", market="USA").iloc[0]
    assert found["rivals_rate"] == pytest.approx(0.12, abs=1e-15)
    assert found["relative_access"] == pytest.approx(1.071428571429, abs=1e-12)
    assert found["low"] == found["high"] == found["relative_access"]
    assert found["share"] == 0.5


def test_relative_access_by_product_compares_like_with_like():
    rows = [("VNM", "640399", 1.0), ("CHN", "640399", 3.0), ("VNM", "850440", 1.0), ("CHN", "100630", 1.0)]
    imports = pd.DataFrame(rows, columns=["partner", "product", "value"]).assign(reporter="USA", flow="import")
    tariffs = acts(("USA", "VNM", "", 0.2), ("USA", "CHN", "", 0.3))
    found = ta.tariffs.relative_access(imports, tariffs, on="2025-09-01", reporter="VNM", market="USA", by="product")
    assert found["product"].tolist() == ["640399"]
    assert found["relative_access"].tolist() == [pytest.approx(1.2 / 1.3)]


def test_the_rates_of_an_exposure_are_prices_of_a_diversion():
    rates = exposure(BASKET, acts(("USA",))).rates
    prices = ta.stress.price_under_tariff(rates, pass_through=0)
    table = ta.stress.divert(BASKET, prices, elasticity=0)
    # At elasticity 0 quantities stay, and the seller's price in the United States is 1 / 1.2.
    assert table["value_after"].tolist() == pytest.approx([50 / 1.2, 30, 20])


def test_the_rates_of_an_exposure_are_losses_of_a_contingency():
    rates = exposure(BASKET, acts(("USA",))).rates
    table = ta.contingency(BASKET, 0.5, scenarios={"tariff": 1 - (1 + rates) ** -2.0})
    # 50 (1 - 1 / 1.44), half of which is sold elsewhere.
    assert table.loc[0, "net_loss"] == pytest.approx(25 * (1 - 1 / 1.44))


def test_the_rates_of_an_exposure_are_costs_of_a_plan():
    rates = exposure(BASKET, acts(("USA",), ("CHN", "VNM", "", 0.1))).rates
    plan = ta.plan(BASKET, growth=0.1, cap=None, cost=rates)
    # Ten more are cheapest where nothing is charged.
    assert plan.table["target"].to_dict() == pytest.approx({"USA": 50, "CHN": 30, "DEU": 30})
    assert plan.cost == 0


# ---- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path):
    file, table = tmp_path / "exports.csv", tmp_path / "acts.csv"
    file.write_text("partner,value\nUSA,50\nCHN,30\nDEU,20\n", "utf-8")
    tariffs = acts(("USA",), ("DEU", "VNM", "", 0.1)).rename(columns={"rate_share": "rate", "origin": "of"})
    tariffs.to_csv(table, index=False)
    words = ["tariffs", str(file), "--unit", "USD", "--reporter", "Đồng Nai", "--flow", "export", "--year", "2025"]
    return [*words, "--no-input", "--tariffs", str(table), "--headings", "origin=of"]


def test_the_command_says_the_exposure_in_either_language(command, tmp_path, capsys):
    unit = ["--rate-unit", "share"]
    assert main([*command, *unit, "--on", "2025-09-01", "--lang", "vi"]) == 0
    said = capsys.readouterr().out
    assert "01/09/2025: 70,0% xuất khẩu của Đồng Nai năm 2025 chịu thuế bổ sung, theo Act" in said
    assert "Hoa Kỳ" in said
    exempt = tmp_path / "exempt.csv"
    exempt.write_text("hts_prefix\n8542\n", "utf-8")
    out = tmp_path / "found.csv"
    assert (
        main([*command, *unit, "--on", "2025-09-01", "--lang", "en", "--exempt", str(exempt), "--out", str(out)]) == 0
    )
    assert "between 0.0 and 12.0%" in capsys.readouterr().out
    assert pd.read_csv(out)["high"].tolist() == [0.2, 0.0, 0.1]


def test_the_command_refuses_in_its_own_words(command, capsys):
    assert main([*command, "--lang", "en"]) == 2
    assert "--on 2025-08-07" in capsys.readouterr().err
    assert main([*command, "--rate-unit", "share", "--on", "1/9/2025", "--lang", "vi"]) == 2
    assert "--on" in capsys.readouterr().err
    assert main([*command[:-1], "origin=nothing", "--on", "2025-09-01", "--lang", "en"]) == 2
    assert "no heading nothing" in capsys.readouterr().err


VIETNAMESE = {"importer": "Nước nhập khẩu", "origin": "Nước xuất khẩu", "rate": "Thuế suất", "act": "Văn bản"}


def test_headings_are_named_as_the_file_writes_them(command, tmp_path, capsys):
    """The advice of each message, done to the letter, ends in a result."""
    table = tmp_path / "acts.csv"
    read = pd.read_csv(table, dtype=str).rename(columns={"of": "origin"}).assign(rate="20")
    read.rename(columns=VIETNAMESE).to_csv(table, index=False)
    words = [*command[:-2], "--on", "2025-09-01", "--lang", "en"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "no column importer, origin, rate, act; it has Nước nhập khẩu, Nước xuất khẩu" in said
    assert '--headings "importer=HEADING"' in said
    given = ",".join(f"{ours}={theirs}" for ours, theirs in VIETNAMESE.items())
    assert main([*words, "--headings", given]) == 2
    assert "--rate-unit percent" in capsys.readouterr().err
    assert main([*words, "--headings", given, "--rate-unit", "percent"]) == 0
    said = capsys.readouterr().out
    for other in (given.replace("rate=", "rate_percent="), given.lower().replace("rate=", "rate_percent=")):
        assert main([*words, "--headings", other]) == 0
        assert capsys.readouterr().out == said
    assert "mean rate on all exports is 14.0%" in said
    assert main([*words, "--headings", given.replace("rate=", "thue=")]) == 2
    assert "thue is no name of a column" in capsys.readouterr().err


def test_a_heading_and_its_name_say_one_unit_of_rates():
    table = acts(("USA",))
    assert ta.tariffs.schedule(table, columns={"rate": "rate_share"})["rate"].equals(ta.tariffs.schedule(table)["rate"])
    assert "different units" in refused(table, columns={"rate_percent": "rate_share"})
    assert "keep one" in refused(table, columns={"rate_percent": "rate_share", "rate": "rate_share"})
    assert "stand twice" in refused(pd.concat([table, table["act"]], axis=1))
    assert "several that differ" in refused(table.assign(A=1, a=1), columns={"product": " a "})


# ---- preferences ----------------------------------------------------------------------------------------------------


def lines(**given):
    return pd.DataFrame(
        {"partner": ["DEU"], "eligible": [100.0], "used": [60.0], "mfn": [0.12], "preference": [0.0]} | given
    )


def test_the_use_of_a_preference_is_the_arithmetic_by_hand():
    found = ta.preference(lines(), rate_unit="share")
    assert found.utilisation == 0.6
    assert found.adjusted_rate == pytest.approx(0.048, abs=1e-15)
    assert found.left == pytest.approx(4.8, abs=1e-14)
    percent = ta.preference(lines(mfn=[12.0]), rate_unit="percent")
    assert percent.left == pytest.approx(4.8, abs=1e-14)
    assert "60.0%" in found.sentence()
    assert "60,0%" in found.sentence("vi")


def test_lines_without_an_mfn_rate_are_no_part_of_what_is_eligible():
    two = pd.concat([lines(), lines(mfn=[0.0], eligible=[900.0], used=[0.0])])
    found = ta.preference(two, rate_unit="share")
    assert (found.utilisation, found.eligible, found.without_margin) == (0.6, 100.0, 900.0)
    assert "is left out" in found.sentence()


def test_preferences_are_grouped_by_partner_agreement_or_product():
    table = pd.concat([lines(agreement=["EVFTA"]), lines(agreement=["EVFTA"], partner=["FRA"], used=[100.0])])
    by = ta.preference(table, rate_unit="share").table.set_index(["partner", "agreement"])
    assert by["utilisation"].to_dict() == {("DEU", "EVFTA"): 0.6, ("FRA", "EVFTA"): 1.0}
    assert ta.preference(table, by="agreement", rate_unit="share").table["utilisation"].tolist() == [0.8]


def test_without_rates_only_the_utilisation_is_known():
    found = ta.preference(lines().drop(columns=["mfn", "preference"]))
    assert found.utilisation == 0.6
    assert np.isnan(found.left)
    assert found.unrated == 1.0


@pytest.mark.parametrize(
    "given",
    [
        {"used": [101.0]},
        {"used": [-1.0]},
        {"eligible": [np.nan]},
        {"eligible": [np.inf]},
        {"mfn": ["a"]},
        {"mfn": [-0.1]},
        {"mfn": [12.0]},
        {"mfn": [np.inf]},
    ],
)
def test_preferences_that_cannot_be_are_refused(given):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ta.TradeDataError):
            ta.preference(lines(**given), rate_unit="share")


# ---- the figure -----------------------------------------------------------------------------------------------------


def test_the_steps_are_drawn_as_they_are_and_the_notes_name_the_acts():
    first = ("USA", "VNM", "", 0.1, "additional", "2025-04-05", "2025-08-06", "Act A")
    steps = ta.tariffs.over_time(
        {"USA": 1.0}, acts(first, ("USA", "VNM", "", 0.2, *first[4:5], "2025-08-07")), reporter="VNM"
    )
    ax = ta.figures.tariff_steps(steps, lang="vi")
    levels = [list(line.get_ydata()) for line in ax.lines]
    assert levels == [[0.1, 0.1], [0.2, 0.2], [0.1, 0.2]]
    days = [list(line.get_xdata()) for line in ax.lines]
    assert days[0] == [0, 124]  # from 5 April to 7 August
    assert days[2] == [124, 124]
    words = "\n".join(text.get_text() for text in ax.figure.texts)
    assert "(1) 05/04/2025: 10,0%, Act A" in words
    assert "(2) 07/08/2025: 20,0%, Act" in words
    assert "20,0% từ 07/08/2025" in words


def test_the_bars_are_the_shares_by_partner_and_kind():
    rows = [("USA", "640399", 40.0), ("USA", "847130", 10.0), ("USA", "851713", 10.0), ("CHN", "640399", 40.0)]
    found = exposure(goods(*rows), acts(("USA",)), exempt=["8471", "85171300"])
    drawn = ta.figures.tariff_shares(found.table, lang="vi").tradeanalysis_data.set_index("partner")
    assert drawn.loc["USA"].round(12).to_dict() == {"exposed": 0.4, "unsure": 0.1, "exempt": 0.1, "free": 0.0}
    assert drawn.loc["CHN", "free"] == 0.4


def test_a_mean_that_is_not_known_is_shaded_between_its_ends():
    steps = ta.tariffs.over_time({"USA": 1.0}, acts(("USA", "VNM", "", 0.15, "total")), reporter="VNM")
    ax = ta.figures.tariff_steps(steps)
    assert "between 0.0 and 15.0%" in ax.figure.tradeanalysis_alt
    assert ax.collections[0].get_paths()[0].get_extents().ymax == 0.15


@pytest.mark.parametrize("given", [{"from": "2025"}, {"to": 3}, {"mean_rate": -0.1, "low": -0.1}, {"mean_rate": "a"}])
def test_steps_that_are_none_are_refused(given):
    steps = ta.tariffs.over_time({"USA": 1.0}, acts(("USA",)), reporter="VNM")
    with pytest.raises(ta.TradeDataError):
        ta.figures.tariff_steps(steps.assign(**given))


def test_no_rate_comes_with_the_library():
    package = Path(ta.__file__).parent
    assert not [path for path in package.rglob("*.csv") if "tariff" in path.name.lower()]
    with pytest.raises(TypeError):
        ta.tariff_exposure(BASKET, on="2025-09-01", reporter="VNM")  # no table is a default


def test_a_prefix_finer_than_the_data_is_listed_and_names_its_act():
    sold = [("USA", "030617", 50.0), ("DEU", "030617", 20.0), ("CHN", "640399", 30.0)]
    table = pd.DataFrame(sold, columns=["partner", "product", "value"]).assign(reporter="VNM", flow="export")
    found = ta.tariff_exposure(table, acts(("USA", "VNM", "03061711", 0.2)), on="2025-08-07")
    assert (found.exposed_low, found.exposed_high, found.low, found.high) == (0.0, 0.5, 0.0, 0.1)
    assert found.unlisted == pytest.approx(0.5)
    assert len(found.acts) == 1
    assert found.acts[0] in found.sentence()


def test_a_share_needs_no_unit_in_preferences_and_12_does():
    assert ta.preference(lines()).adjusted_rate == pytest.approx(0.048, abs=1e-15)
    with pytest.raises(ta.TradeDataError, match="mfn_percent if 12 is 12%"):
        ta.preference(lines(mfn=[12.0]))


def test_an_mfn_rate_of_3_is_no_share():
    table = pd.DataFrame({"reporter": "VNM", "flow": "export", "partner": ["USA"], "value": [1.0]})
    with pytest.raises(ta.TradeDataError, match="mfn"):
        ta.tariff_exposure(table, acts(("USA", "VNM", "", 0.2)), on="2025-08-07", mfn=3)
