"""Ceilings with a stated coverage: quantiles by exact arithmetic, by hand, and on flows that were not looked at."""

import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.planner.earlier_flows import earlier_flows, gaps, panel_cells
from tradeanalysis.prospects.seen_growth import needed, quantile, seen_growth
from tradeanalysis.tables.group_baskets import baskets_of, chosen_rows

SIDE = 15


def panel(growth, sizes=None, years=(2020, 2021), flow="export"):
    """Flows of economies with one another, no gap between them where all sizes are equal, and what they grew to."""
    pairs = list(itertools.product([f"A{i:02}" for i in range(SIDE)], [f"B{i:02}" for i in range(SIDE)]))[: len(growth)]
    sizes = np.full(len(growth), 64.0) if sizes is None else sizes
    rows = [(*pair, years[0], size) for pair, size in zip(pairs, sizes, strict=True)]
    rows += [(*pair, years[1], size * g) for pair, size, g in zip(pairs, sizes, growth, strict=True) if g > 0]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"])
    return table.assign(flow=flow) if flow else table


# ---- the quantile -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "coverage"), [(99, 0.9), (50, 0.9), (120, 0.75), (99, 0.99), (60, 0.5), (57, 0.95)])
def test_each_left_out_in_turn_exactly_so_many_stay_below_the_quantile_of_the_others(count, coverage):
    # The r-th smallest of n of n + 1 distinct numbers is at least the one left out for r of the n + 1, by counting.
    x = np.random.default_rng(count).permutation(count + 1).astype(float)
    held = sum(x[i] <= quantile(np.delete(x, i), coverage) for i in range(count + 1))
    assert held == math.ceil(round((count + 1) * coverage, 9))
    assert held / (count + 1) >= coverage - 1e-12


def test_a_coverage_needs_so_many_flows():
    assert [needed(c) for c in (0.5, 0.9, 0.98, 0.99, 0.999)] == [50, 50, 50, 99, 999]


def test_the_ceiling_is_the_value_times_the_180th_smallest_of_199_growths():
    # Growth in 64ths, so that every product is exact: rank ceil(200 x .9) = 180 of 1/64 ... 199/64.
    growth = np.random.default_rng(1).permutation(np.arange(1, 200)) / 64
    table = panel(growth)
    upper = ta.limits(table, reporter="A03", growth="seen")
    now = ta.basket(table, reporter="A03", year=2021)
    assert (upper == now * (180 / 64)).all()
    most = ta.limits(table, reporter="A03", growth="seen", coverage=0.98)
    assert (most == now * (196 / 64)).all()
    # The 20th smallest is below 1: no limit is below the present value.
    assert (ta.limits(table, reporter="A03", growth="seen", coverage=0.1) == now).all()
    assert "199 flows up to 2021" in upper.attrs["notes"]["growth"]
    assert "by size alone" in upper.attrs["notes"]["gap"]


def test_flows_of_two_sizes_have_the_quantiles_of_their_own_size():
    rng = np.random.default_rng(2)
    small, large = rng.permutation(np.arange(1, 201)) / 8, rng.permutation(np.arange(1, 211)) / 64
    size = np.r_[rng.permutation(np.arange(1.0, 201)), 1000 + rng.permutation(np.arange(1.0, 211))]
    found = seen_growth(size, np.zeros(len(size)), np.r_[small, large], 0.9)
    assert found.sizes.tolist() == [1001.0]
    assert (found.flows, found.by_size_alone) == (410, True)
    # Ranks ceil(201 x .9) = 181 of 200, and ceil(211 x .9) = 190 of 210.
    multiples = found.multiple(np.array([0.1, 200, 1000, 1001, 1e9]), np.zeros(5))
    assert multiples.tolist() == [181 / 8, 181 / 8, 181 / 8, 190 / 64, 190 / 64]


def test_equal_sizes_are_one_class_and_the_gap_makes_the_next():
    rng = np.random.default_rng(3)
    near, far = rng.permutation(np.arange(1, 201)) / 8, rng.permutation(np.arange(1, 201)) / 64
    found = seen_growth(np.ones(400), np.r_[np.full(200, 2.0), np.full(200, -1.0)], np.r_[near, far], 0.9)
    assert found.sizes.tolist() == []
    assert found.gaps[0].tolist() == [2.0]
    # Rank ceil(201 x .9) = 181 of 200.
    assert found.multiple(np.ones(3), np.array([-5.0, 1.9, 2.0])).tolist() == [181 / 64, 181 / 64, 181 / 8]


def test_the_gap_is_that_to_the_product_of_sizes():
    # Rows add up to 8 and 4, columns to 7 and 5, all to 12; the second product stands alone.
    value = np.array([6.0, 2, 1, 3, 9])
    year, kind = np.zeros(5, int), np.array([0, 0, 0, 0, 1])
    found = gaps(year, kind, np.array([0, 0, 1, 1, 0]), np.array([0, 1, 0, 1, 1]), value)
    assert np.exp(found) * value == pytest.approx([8 * 7 / 12, 8 * 5 / 12, 4 * 7 / 12, 4 * 5 / 12, 9], rel=1e-14)


@pytest.mark.parametrize("sigma", [0.2, 1.0])
def test_of_simulated_panels_the_ceiling_is_near_the_known_quantile_and_covers_what_comes(sigma):
    rng = np.random.default_rng(4)
    held = []
    for _ in range(12):
        growth = np.exp(sigma * rng.standard_normal(SIDE * SIDE))
        upper = ta.limits(panel(growth), by="reporter", growth="seen")
        multiple = (upper["limit"] / upper["value"]).iloc[0]
        held.append((np.exp(sigma * rng.standard_normal(1000)) <= multiple).mean())
        assert abs(math.log(multiple) / sigma - 1.2816) < 0.6
    # 226 x .9 rounded up is 204: the expected coverage is 204 / 226 = .9027, and the mean of 12 varies by .006.
    assert np.mean(held) == pytest.approx(204 / 226, abs=0.025)


# ---- what an earlier flow is --------------------------------------------------------------------------------------


def pairs_of(table, years=1, swapped=False, by=("reporter",)):
    baskets = baskets_of(chosen_rows(table, ["year", *by]))
    return earlier_flows(*(lambda cells, kinds: (cells, years, kinds))(*panel_cells(baskets, swapped=swapped)))


def test_a_flow_that_is_gone_grew_to_nothing_and_one_of_a_silent_economy_is_unknown():
    rows = [("A", "X", 2020, 4), ("A", "Y", 2020, 2), ("B", "X", 2020, 5), ("A", "X", 2021, 6), ("C", "Y", 2021, 1)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"])
    found = pairs_of(table)
    assert sorted(zip(found.size, found.growth, strict=True)) == [(2.0, 0.0), (4.0, 1.5)]
    # Where the partner reported, Y and X did in both years, and A did not have to.
    found = pairs_of(table, swapped=True)
    assert sorted(zip(found.size, found.growth, strict=True)) == [(2.0, 0.0), (4.0, 1.5), (5.0, 0.0)]


def test_all_windows_count_and_each_flow_once_in_each():
    table = pd.DataFrame(
        [("A", "X", 2000 + t, 2.0**t) for t in (0, 1, 2, 5)], columns=["reporter", "partner", "year", "value"]
    )
    assert pairs_of(table).growth.tolist() == [2.0, 2.0]
    assert pairs_of(table, 3).growth.tolist() == [8.0]
    assert pairs_of(table, 4).growth.tolist() == [16.0]
    assert pairs_of(table, 9).growth.tolist() == []


def test_a_product_code_that_begins_or_ends_is_left_out_and_named():
    economies = "ABCDEF"
    rows = [(one, "X", "old", 2020, 3.0) for one in economies] + [("A", "X", "old", 2021, 3.0)]
    rows += [(one, "X", "new", 2021, 3.0) for one in economies] + [("A", "X", "new", 2020, 1.0)]
    rows += [(one, "X", "same", year, 6.0) for one in economies for year in (2020, 2021)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"])
    found = pairs_of(table, by=("reporter", "product"))
    assert found.growth.tolist() == [1.0] * 6
    assert found.revised == ("new", "old")
    assert found.left_out == pytest.approx((6 * 3 + 1) / (6 * 3 + 1 + 6 * 6))


def test_a_product_of_few_economies_that_gains_some_has_grown_and_its_flows_count():
    """Of 20 economies one sold it and then nine did: the flow of the one, which tripled, is an earlier flow."""
    economies = [f"Q{at:02}" for at in range(20)]
    rows = [(one, "X", "same", year, 6.0) for one in economies for year in (2020, 2021)]
    rows += [("Q00", "X", "grows", 2020, 1.0), *((one, "X", "grows", 2021, 3.0) for one in economies[:9])]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"])
    found = pairs_of(table, by=("reporter", "product"))
    assert (found.revised, found.left_out) == ((), 0)
    assert sorted(found.growth) == [1.0] * 20 + [3.0]
    begun = pd.concat([table, pd.DataFrame([("Q19", "X", "grows", 2021, 3.0)], columns=table.columns)])
    assert pairs_of(begun, by=("reporter", "product")).revised == ("grows",)


# ---- limits -------------------------------------------------------------------------------------------------------


def noisy(seed=5, years=range(2015, 2023), flow="import"):
    """Economies that trade with one another and with what is in no market, and one's own row."""
    rng = np.random.default_rng(seed)
    names = ["VNM", "THA", "USA", "CHN", "JPN", "KOR", "DEU", "FRA"]
    rows = [
        (i, j, k, year, math.exp(3 * rng.standard_normal()))
        for i, j, k, year in itertools.product(names, [*names, "Others"], ["coffee", "rice"], years)
        if i != j and rng.random() < 0.9
    ]
    return pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"]).assign(flow=flow)


def test_later_years_are_not_looked_at():
    table = noisy()
    early = ta.limits(table, reporter="VNM", growth="seen", year=2020, years=2)
    changed = table.assign(value=table["value"].where(table["year"] <= 2020, 1e6 * table["value"]))
    pd.testing.assert_series_equal(ta.limits(changed, reporter="VNM", growth="seen", year=2020, years=2), early)
    past = table[table["year"] <= 2020]
    pd.testing.assert_series_equal(ta.limits(past, reporter="VNM", growth="seen", years=2), early)


def test_the_unit_of_the_values_scales_the_ceilings_and_nothing_else():
    table = noisy()
    once = ta.limits(table, reporter="VNM", growth="seen")
    scaled = ta.limits(table.assign(value=table["value"] * 1024), reporter="VNM", growth="seen")
    assert (scaled == once * 1024).all()


def test_the_order_of_rows_has_no_effect():
    table = noisy()
    mixed = table.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(
        ta.limits(mixed, reporter="VNM", growth="seen"), ta.limits(table, reporter="VNM", growth="seen")
    )


def test_groups_are_the_economies_one_by_one_with_products_and_without():
    table = noisy()
    found = ta.limits(table, reporter=["VNM", "THA"], growth="seen")
    for reporter, rows in found.groupby("reporter"):
        one = ta.limits(table, reporter=reporter, growth="seen")
        assert rows["partner"].tolist() == one.index.tolist()
        assert rows["limit"].tolist() == one.tolist()
    assert "Others" not in set(found["partner"])
    by_product = ta.limits(table, by=["product", "reporter"], growth="seen")
    one = ta.limits(table[table["product"] == "rice"], reporter="VNM", growth="seen")
    mine = by_product[(by_product["reporter"] == "VNM") & (by_product["product"] == "rice")]
    assert mine["partner"].tolist() == one.index.tolist()  # learnt from all products, so that the limits differ
    assert (by_product["limit"] >= by_product["value"]).all()


def test_exports_are_read_from_the_importers_reports_and_known_by_them():
    table = noisy()
    with pytest.warns(ta.TradeDataWarning, match="read from the partners"):
        seen = ta.limits(table, reporter="VNM", flow="export", growth="seen")
    with pytest.warns(ta.TradeDataWarning):
        now = ta.basket(table, reporter="VNM", flow="export", year=2022)
    assert set(seen.index) == set(now.index)
    assert (seen >= now[seen.index] * (1 - 1e-15)).all()


def test_every_library_has_the_same_ceilings(engine):
    table = noisy(years=range(2018, 2023))
    expected = ta.limits(table, reporter="VNM", growth="seen")
    found = ta.limits(engine.table(table), reporter="VNM", growth="seen")
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-12)


def test_a_reporters_own_row_is_no_flow():
    table = noisy()
    own = pd.DataFrame({"reporter": "VNM", "partner": "VNM", "product": "rice", "year": [2021, 2022], "value": 1e9})
    expected = ta.limits(table, reporter="VNM", growth="seen")
    found = ta.limits(pd.concat([table, own.assign(flow="import")]), reporter="VNM", growth="seen")
    assert found.to_dict() == expected.to_dict()


def test_a_table_of_one_economy_learns_from_its_own_flows_by_size():
    table = noisy(years=range(2005, 2023))
    mine = table[table["reporter"] == "VNM"].drop(columns="reporter")
    upper = ta.limits(mine, growth="seen")
    assert "by size alone" in upper.attrs["notes"]["gap"]
    pd.testing.assert_series_equal(upper, ta.limits(table[table["reporter"] == "VNM"], growth="seen"))


def thin(rows):
    return pd.DataFrame(rows, columns=["partner", "year", "value"]).assign(reporter="VNM", flow="export")


@pytest.mark.parametrize(
    ("table", "arguments", "words"),
    [
        (thin([("USA", 2020, 1.0), ("USA", 2021, 2.0)]), {}, "1 flow of the table .* learnt from 50 at least"),
        (thin([("USA", year, 1.0) for year in range(1990, 2030)]), {}, "39 flows"),
        (thin([(f"M{i}", y, 0.0) for i in range(60) for y in (2020, 2021)]), {}, "0 flows"),
        (thin([(f"M{i}", 2020, 1.0) for i in range(60)]), {}, "no two years up to 2020"),
        (thin([(f"M{i}", y, 1.0) for i in range(60) for y in (2020, 2021)]), {"years": 2}, "no two years"),
        (thin([(f"M{i}", y, 1.0) for i in range(60) for y in (2020, 2021)]), {"coverage": 0.99}, "from 99 at least"),
        (noisy(), {"coverage": 1.0}, "above 0 and below 1"),
        (noisy(), {"coverage": "90%"}, "above 0 and below 1"),
        (noisy(), {"coverage": True}, "above 0 and below 1"),
        (noisy(), {"coverage": 0.9, "growth": "own"}, 'belongs to growth="seen"'),
        (noisy(), {"year": 1999}, "not in the table"),
        (noisy(), {"by": ["year"]}, "leave the year out"),
        (noisy().assign(value=-1.0), {}, "negative"),
        (noisy().assign(partner="World"), {}, "World"),
        (noisy().drop(columns="year"), {}, "year"),
        (noisy().assign(year=lambda t: t["year"].astype(str)), {}, "year"),
    ],
)
def test_what_ceilings_cannot_be_learnt_from_is_refused_with_what_is_needed(table, arguments, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.limits(table, **{"reporter": "VNM", "growth": "seen"} | arguments)


def test_flows_that_all_end_leave_the_present_value():
    table = thin([(f"M{i}", 2020, 1.0) for i in range(60)] + [(f"N{i}", 2021, 2.0) for i in range(3)])
    assert ta.limits(table, growth="seen").to_dict() == {"N0": 2.0, "N1": 2.0, "N2": 2.0}


# ---- on trade -----------------------------------------------------------------------------------------------------


def test_on_products_left_out_of_the_fit_nine_in_ten_flows_stay_below(shared_data):
    file = shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet"
    columns = ["year", "reporter", "partner", "product", "value"]
    fish = pd.read_parquet(file).set_axis(columns, axis=1).assign(flow="import")
    cells, products = panel_cells(baskets_of(chosen_rows(fish, ["year", "reporter", "product"])), swapped=False)
    for seed in range(6):
        fitted = np.random.default_rng(seed).permutation(len(products)) < len(products) // 2
        learnt = earlier_flows(cells.of((cells.year <= 2017) & fitted[cells.kind]), 1, products)
        later = earlier_flows(cells.of(np.isin(cells.year, [2017, 2018]) & ~fitted[cells.kind]), 1, products)
        seen = seen_growth(learnt.size, learnt.gap, learnt.growth, 0.9)
        held = later.growth <= np.maximum(seen.multiple(later.size, later.gap), 1)
        assert len(held) > 5000
        assert 0.87 <= held.mean() <= 0.93


def test_of_the_embedded_exports_nine_in_ten_flows_stay_below_and_fewer_below_the_best_growth_seen():
    world = ta.example("world_2010_2020")
    world = world[(world["flow"] == "export") & world["year"].between(2010, 2018)]
    after = world[world["year"] == 2018].groupby(["reporter", "partner"])["value"].sum()
    held = {}
    for growth in ("own", "market", "seen"):
        upper = ta.limits(world, by="reporter", growth=growth, year=2017)
        upper = upper[upper["reporter"].isin(after.index.get_level_values(0))].set_index(["reporter", "partner"])
        held[growth] = (after.reindex(upper.index, fill_value=0.0) <= upper["limit"] * (1 + 1e-12)).mean()
    assert 0.88 <= held["seen"] <= 0.93
    assert max(held["own"], held["market"]) < held["seen"]


def test_a_plan_keeps_the_ceilings():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        imports = ta.example("imports_1995_2019")
        upper = ta.limits(imports, reporter="THA", flow="import", growth="seen")
        now = ta.basket(imports, reporter="THA", flow="import", year=2019)
    done = ta.plan(now, 0.10, 0.30, upper=upper)
    assert (done.table["target"] <= upper[done.table.index] * (1 + 1e-12)).all()
    assert done.table["growth"].max() < ta.plan(now, 0.10, 0.30).table["growth"].max()
