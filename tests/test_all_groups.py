"""All groups at once: every answer equals that of a loop over the groups, and by hand where the table is small."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import cases
from hypothesis import given, settings
from hypothesis import strategies as st

import tradeanalysis as ta

CLOSE = {"rtol": 1e-12, "atol": 1e-12}
ECONOMIES = ["CHN", "DEU", "JPN", "THA", "USA", "VNM"]
# Ties, zeros, values of very different sizes, and no NaN.
VALUES = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 7.5, 1e-3, 1e6])


@st.composite
def tables(draw, years=(2022,), flows=("export",), products=("coffee", "rice")):
    """A table of some economies in which a pair may stand in several rows, and some trade nothing."""
    row = st.tuples(
        st.sampled_from(ECONOMIES[:4]),
        st.sampled_from([*ECONOMIES, "Others"]),
        st.sampled_from(flows),
        st.sampled_from(products),
        st.sampled_from(years),
        VALUES,
    )
    rows = [one for one in draw(st.lists(row, max_size=40)) if one[0] != one[1]]
    # One economy trades with all, so that every label is in the table.
    rows += [("KOR", one, flow, products[0], year, 1.0) for one in ECONOMIES for flow in flows for year in years]
    return pd.DataFrame(rows, columns=["reporter", "partner", "flow", "product", "year", "value"])


def loop(table, by, one):
    """A function of the basket of every group, by the key of the group."""
    found = {}
    for key, rows in table.groupby(by, sort=True):
        x = rows.groupby("partner")["value"].sum()
        x = x[x.index != "Others"].sort_values(ascending=False, kind="stable")
        if x.sum() > 0:
            found[key] = one(x)
    return found


def quiet(run, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return run(*args, **kwargs)


def fits(found, expected):
    """Whether two numbers are the same, both missing among them."""
    if expected is None or expected != expected:
        return found is None or found != found
    return bool(np.isclose(found, expected, **CLOSE))


@pytest.fixture(scope="module")
def world():
    return ta.example("world_2023")


# ---- plans --------------------------------------------------------------------------------------------------------


def planned(x, growth, cap, upper=None):
    try:
        return ta.plan(x, growth, cap, upper=upper)
    except ta.InfeasiblePlan as error:
        return error


def same_plan(row, one, growth, cap):
    assert row.feasible == isinstance(one, ta.planner.Plan)
    if not row.feasible:
        assert np.isnan(row.largest_share_after)
        assert fits(row.nearest_growth, one.nearest_growth)
        assert fits(row.nearest_cap, one.nearest_cap)
        assert row.market == one.market or (pd.isna(row.market) and one.market is None)
        return
    assert fits(row.largest_share_after, one.table["share_after"].max())
    assert fits(row.largest_share_before, one.table["share_before"].max())
    assert fits(row.hhi_before, one.hhi_before)
    assert fits(row.hhi_after, one.hhi_after)
    assert (row.nearest_growth, row.nearest_cap) == (growth, cap or 1.0)
    dear = one.binding[one.binding["saves"] * one.total > 1e-9]
    if len(dear) and (len(dear) == 1 or dear["saves"].iloc[0] > dear["saves"].iloc[1] * (1 + 1e-9)):
        assert (row.binds, row.market) == (dear["kind"].iloc[0], dear["market"].iloc[0])


@settings(max_examples=cases(100))
@given(tables(), st.sampled_from([-0.3, 0.0, 0.1, 1.0]), st.sampled_from([None, 0.2, 0.25, 0.4, 0.5, 1.0]))
def test_the_plan_of_every_group_is_that_of_its_basket(table, growth, cap):
    found = quiet(ta.plans, table, growth, cap, by=["reporter", "product"])
    expected = loop(table, ["reporter", "product"], lambda x: planned(x, growth, cap))
    assert list(zip(found["reporter"], found["product"], strict=True)) == sorted(
        set(zip(table["reporter"], table["product"], strict=True))
    )
    for row in found.itertuples():
        if (one := expected.get((row.reporter, row.product))) is None:
            assert (row.feasible, row.binds) == (False, "no trade")
        else:
            same_plan(row, one, growth, cap)


@settings(max_examples=cases(100))
@given(tables(), st.sampled_from([0.0, 0.1, 1.0]), st.sampled_from([None, 0.25, 0.5]), st.integers(0, 9))
def test_the_ceilings_of_every_group_are_those_of_its_basket(table, growth, cap, seed):
    cells = table[table["partner"] != "Others"].groupby(["reporter", "partner"], as_index=False)["value"].sum()
    draw = np.random.default_rng(seed)
    upper = cells.assign(limit=cells["value"] * draw.choice([0.9, 1.0, 1.2, 3.0], len(cells)) + draw.choice([0, 1]))
    upper = upper.drop(columns="value").sample(frac=0.7, random_state=seed)
    found = quiet(ta.plans, table, growth, cap, by="reporter", upper=upper).set_index("reporter", drop=False)
    for reporter, x in loop(table, "reporter", lambda x: x).items():
        ceilings = upper[upper["reporter"] == reporter].set_index("partner")["limit"]
        same_plan(found.loc[reporter], planned(x, growth, cap, ceilings), growth, cap)


SMALL = pd.DataFrame(
    [("A", "USA", 6.0), ("A", "CHN", 3.0), ("A", "JPN", 1.0), ("B", "USA", 4.0), ("B", "CHN", 4.0)],
    columns=["reporter", "partner", "value"],
)


def under(*rows):
    return pd.DataFrame(rows, columns=["reporter", "partner", "limit"])


def test_a_ceiling_opens_a_market_by_hand():
    """A: 15, of which USA keeps 6 and 9 go to three: 3 each. B: 12, USA and CHN keep 4 each, the new one takes 1 only:
    5.5 each, which is below a half of 12."""
    found = ta.plans(SMALL, 0.5, 0.5, by="reporter", upper=under(("A", "Korea", 7), ("B", "KOR", 1)))
    a, b = found.to_dict("records")
    assert (a["n"], b["n"]) == (4, 3)
    assert a["hhi_after"] == pytest.approx(float(Fraction(36 + 3 * 9, 225)), rel=1e-15)
    assert b["hhi_after"] == pytest.approx(float((2 * Fraction(11, 2) ** 2 + 1) / 144), rel=1e-15)
    assert (b["binds"], b["market"]) == ("upper", "KOR")


@settings(max_examples=cases(60))
@given(tables(), st.sampled_from([0.1, 1.0]), st.sampled_from([None, 0.3]), st.integers(0, 9))
def test_new_markets_of_every_group_are_those_of_its_plan(table, growth, cap, seed):
    draw = np.random.default_rng(seed)
    traded = loop(table, "reporter", lambda x: x)
    rows = [(one, partner, draw.choice([0.5, 2.0, 9.0])) for one in traded for partner in [*ECONOMIES, "FRA", "ITA"]]
    upper = under(*rows).sample(frac=0.6, random_state=seed)
    found = quiet(ta.plans, table, growth, cap, by="reporter", upper=upper).set_index("reporter", drop=False)
    for reporter, x in traded.items():
        ceilings = upper[upper["reporter"] == reporter].set_index("partner")["limit"]
        one = planned(x, growth, cap, ceilings)
        same_plan(found.loc[reporter], one, growth, cap)
        assert found.loc[reporter, "n"] == len(set(x.index) | set(ceilings.index))


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ([("A", "USA", 7), ("A", "USA", 8)], "two ceilings for A USA", "có hai mức tối đa cho A USA"),
        ([("A", "USA", 7), ("A", "Hoa Kỳ", 8)], "two ceilings for A USA", "có hai mức tối đa cho A USA"),
        ([("A", "USA", 7), ("C", "USA", 8)], "ceilings of C, for which the table has no group", "có mức tối đa của C"),
        ([("A", "USA", np.nan)], "negative or missing in 1 row", "âm hoặc bị thiếu ở 1 dòng"),
        ([("A", "USA", -1)], "negative or missing in 1 row", "âm hoặc bị thiếu ở 1 dòng"),
        ([("A", "Others", 8)], "Others among the markets", "có Others trong các thị trường"),
        ([("A", "World", 8)], "World among the markets", "có World trong các thị trường"),
    ],
)
def test_a_ceiling_that_no_plan_would_take_is_refused(rows, words, said):
    with pytest.raises(ta.TradeDataError, match=words) as refused:
        ta.plans(SMALL, by="reporter", upper=under(*rows))
    assert said in refused.value.args[0].say("vi")


def test_a_ceiling_that_is_infinite_or_by_name_is_one():
    none = ta.plans(SMALL, 0.5, 0.5, by="reporter")
    pd.testing.assert_frame_equal(ta.plans(SMALL, 0.5, 0.5, by="reporter", upper=under(("A", "USA", np.inf))), none)
    of_code = ta.plans(SMALL, 0.5, 0.5, by="reporter", upper=under(("A", "JPN", 2)))
    pd.testing.assert_frame_equal(ta.plans(SMALL, 0.5, 0.5, by="reporter", upper=under(("A", "Nhật Bản", 2))), of_code)


def test_plans_by_hand_in_fractions():
    """[6, 3, 1] at growth 1/2 and cap 1/2: 15, of which the largest keeps 6 and the others share 9: 4.5 each."""
    rows = [("A", p, v) for p, v in (("x", 6), ("y", 3), ("z", 1))] + [("B", "x", 4), ("C", "x", 9), ("C", "y", 1)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"])
    found = ta.plans(table, 0.5, 0.5, by="reporter").set_index("reporter")
    a = found.loc["A"]
    assert a["largest_share_after"] == float(Fraction(6, 15))
    assert a["hhi_after"] == pytest.approx(float(Fraction(36 + 2 * Fraction(81, 4), 225)), rel=1e-15)
    assert (a["binds"], a["market"]) == ("lower", "x")
    # One market has all of the total; nothing can help but another cap.
    assert found.loc["B", ["feasible", "nearest_cap", "binds"]].tolist() == [False, 1.0, "single"]
    assert np.isnan(found.loc["B", "nearest_growth"])
    # 9 of 15 is above 1/2: at a growth of 18/10 - 1, or under a cap of 9/15.
    assert found.loc["C", "nearest_growth"] == pytest.approx(0.8, rel=1e-15)
    assert found.loc["C", "nearest_cap"] == pytest.approx(0.6, rel=1e-15)
    assert found.loc["C", "binds"] == "cap"


def test_plans_of_the_world_have_a_row_for_every_economy(world):
    found = ta.plans(world, by="reporter").set_index("reporter", drop=False)
    assert (len(found), int((~found["feasible"]).sum())) == (194, 102)
    assert found.index.is_monotonic_increasing
    for reporter in [*found.index[::9], "VNM", "MEX"]:
        x = ta.basket(world, reporter=reporter)
        same_plan(found.loc[reporter], planned(x, 0.10, 0.25), 0.10, 0.25)


# ---- closed markets -----------------------------------------------------------------------------------------------


LOSSES = ["gross_loss", "replaced", "net_loss", "gross_share", "replaced_share", "net_share", "hhi_after"]
SCENARIOS = [
    None,
    "pairs",
    {"US and Germany": ["USA", "DEU"], "tariff": {"USA": 0.3, "CHN": 1.0}, "down": 0.1, "all": 1.0},
]


def same_rows(found, by, expected, labels, columns, **close):
    """The rows of every group are those of the loop, in its order where no two rows of the loop are alike."""
    there = {key if isinstance(key, tuple) else (key,): rows for key, rows in found.groupby(by, sort=False)}
    for key, one in expected.items():
        rows = there.pop(key if isinstance(key, tuple) else (key,))
        assert len(rows) == len(one), key
        mine = rows.set_index(labels).loc[one[labels].tolist(), columns]
        np.testing.assert_allclose(
            mine.to_numpy(float), one[columns].to_numpy(float), err_msg=str(key), **(close or CLOSE)
        )
    assert not there


def names_in(x, scenario):
    """The scenario without markets that the basket does not have, of which a loop is refused."""
    if not isinstance(scenario, dict):
        return scenario
    return {
        name: loss
        if isinstance(loss, float)
        else {j: 1.0 if isinstance(loss, list) else loss[j] for j in loss if j in x}
        for name, loss in scenario.items()
    }


@settings(max_examples=cases(100))
@given(tables(), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from(SCENARIOS), st.booleans(), st.integers(0, 9))
def test_the_contingency_of_every_group_is_that_of_its_basket(table, redirect, scenarios, limited, seed):
    table["room"] = np.random.default_rng(seed).choice([0.0, 1.0, 2.0, 100.0], len(table))
    room = table.groupby(["reporter", "partner"])["room"].sum()
    expected = {}
    for key, x in loop(table, "reporter", lambda x: x).items():
        space = room[key].drop("Others", errors="ignore") if limited else None
        if scenarios == "pairs" and (x > 0).sum() < 2:
            continue
        expected[key] = ta.contingency(x, redirect, space, scenarios=names_in(x, scenarios))
    if scenarios == "pairs" and not expected:
        return
    column = "room" if limited else None
    found = quiet(ta.contingency, table, redirect, column, scenarios=scenarios, by="reporter")
    same_rows(found, ["reporter"], expected, "partner" if scenarios is None else "scenario", LOSSES)
    assert found.groupby("reporter")["net_loss"].apply(lambda one: one.is_monotonic_decreasing).all()
    assert found["reporter"].is_monotonic_increasing


@settings(max_examples=cases(100))
@given(tables(), st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 4), st.booleans(), st.integers(0, 9))
def test_the_worst_markets_of_every_group_are_those_of_its_basket(table, redirect, k, limited, seed):
    table["room"] = np.random.default_rng(seed).choice([0.0, 1.0, 2.0, 100.0], len(table))
    room = table.groupby(["reporter", "partner"])["room"].sum()
    found = quiet(ta.worst, table, k, redirect, "room" if limited else None, by="reporter")
    for key, x in loop(table, "reporter", lambda x: x).items():
        space = room[key].drop("Others", errors="ignore") if limited else None
        one = ta.worst(x, min(k, int((x > 0).sum())), redirect, space)
        rows = found[found["reporter"] == key]
        assert rows["k"].tolist() == one["k"].tolist()
        np.testing.assert_allclose(rows["net_loss"], one["net_loss"], **CLOSE)
        if not limited:
            assert rows["markets"].tolist() == one["markets"].tolist()
            np.testing.assert_allclose(rows[LOSSES].to_numpy(float), one[LOSSES].to_numpy(float), **CLOSE)


def test_one_market_of_nearly_all_loses_no_digit():
    """What is left without a market that has all but 1e-12 of the value is computed, not a difference."""
    rows = [("A", "x", 1e12), ("A", "y", 0.75), ("A", "z", 0.25)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"])
    found = ta.contingency(table, 0.0, by="reporter").set_index("partner")
    assert found.loc["x", "hhi_after"] == float(Fraction(3, 4) ** 2 + Fraction(1, 4) ** 2)
    pairs = ta.contingency(table, 0.0, scenarios="pairs", by="reporter").set_index("scenario")
    assert pairs.loc["x, y", "hhi_after"] == 1.0
    assert ta.worst(table, 3, 0.0, by="reporter")["hhi_after"].isna().tolist() == [False, False, True]


def test_contingencies_of_the_world(world):
    found = ta.contingency(world, by="reporter")
    pairs = ta.contingency(world, scenarios="pairs", by="reporter")
    three = ta.worst(world, 3, by="reporter").set_index("reporter")
    for reporter in ["VNM", "MEX", "ABW", "CHN"]:
        x = ta.basket(world, reporter=reporter)
        same_rows(found[found["reporter"] == reporter], ["reporter"], {reporter: ta.contingency(x)}, "partner", LOSSES)
        both = ta.contingency(x, scenarios="pairs")
        same_rows(pairs[pairs["reporter"] == reporter], ["reporter"], {reporter: both}, "scenario", LOSSES)
        one = ta.worst(x, 3)
        assert three.loc[reporter, "markets"].tolist() == one["markets"].tolist()
        np.testing.assert_allclose(three.loc[reporter, LOSSES].to_numpy(float), one[LOSSES].to_numpy(float), **CLOSE)


# ---- partners, exposure, blocs ------------------------------------------------------------------------------------


def same_as_loop(verb, table, by, **options):
    """The rows of every group are, in their order, those of the verb for that group alone, where it has any."""
    found = quiet(verb, table, by=by, **options)
    keys = found[by].drop_duplicates()
    for key in keys.itertuples(index=False):
        rows, chosen = table, dict(zip(by, key, strict=True))
        mine = found[(found[by] == pd.Series(chosen)).all(axis=1)].drop(columns=by)
        if product := {one: chosen.pop(one) for one in ("product",) if one in chosen}:
            rows = table[table["product"] == product["product"]]
        one = pd.DataFrame(quiet(verb, rows, **{**options, **chosen}))
        assert mine.columns.tolist() == one.columns.tolist()
        one = one.astype({name: object for name in ("partner", "bloc") if name in one})
        pd.testing.assert_frame_equal(
            pd.DataFrame(mine).reset_index(drop=True), one, check_dtype=False, check_names=False, **CLOSE
        )
    return found


@settings(max_examples=cases(40))
@given(
    tables(flows=("export", "import")), st.sampled_from([["reporter"], ["reporter", "product"], ["flow", "reporter"]])
)
def test_the_partners_of_every_group_are_those_of_its_economy(table, by):
    found = same_as_loop(ta.partners, table, by, **({} if "flow" in by else {"flow": "export"}))
    traded = table[(table["value"] > 0) & (table["partner"] != "Others")]
    traded = traded if "flow" in by else traded[traded["flow"] == "export"]
    assert len(found) == len(traded[[*by, "partner"]].drop_duplicates())


@settings(max_examples=cases(40))
@given(tables(), st.sampled_from(["export", "import"]))
def test_the_partners_of_every_group_are_read_from_the_other_side_too(table, flow):
    same_as_loop(ta.partners, table, ["reporter"], flow=flow)


@settings(max_examples=cases(40))
@given(tables(years=(2021, 2022)), st.sampled_from([["reporter"], ["year", "reporter"]]))
def test_the_partners_of_every_group_and_year_are_those_of_its_economy(table, by):
    if "year" in by:
        same_as_loop(ta.partners, table, by)
        return
    there = table[table["value"] > 0].groupby("reporter")["year"].nunique()
    table = table[table["reporter"].isin(there[there == 2].index)]
    same_as_loop(ta.partners, table, by, year=2022, before=2021)


@settings(max_examples=cases(40))
@given(tables(flows=("export", "import")), st.booleans())
def test_the_exposure_of_every_group_is_that_of_its_economy(table, one_flow):
    table = table[table["flow"] == "export"] if one_flow else table
    table = table[table["value"] > 0]
    found = same_as_loop(ta.dependency.exposure, table, ["reporter"])
    assert "KOR" in set(found["reporter"]) or one_flow


@settings(max_examples=8)
@given(tables(flows=("export", "import"), years=(2021, 2022)), st.sampled_from([None, ["ASEAN", "EU27"]]))
def test_the_bloc_shares_of_every_group_are_those_of_its_economy(table, blocs):
    same_as_loop(ta.dependency.bloc_shares, table[table["value"] > 0], ["year", "reporter", "flow"], blocs=blocs)


def test_partners_by_hand_in_fractions():
    """A sells 6 to x and 2 to y, B sells 2 to x: A has 6/8 of its sales in x, and x has 6/8 of its purchases from A."""
    rows = [("A", "x", 6), ("A", "y", 2), ("B", "x", 2), ("B", "Others", 2)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"])
    found = ta.partners(table, by="reporter")
    assert found["share"].tolist() == [0.75, 0.25, 0.5]
    assert found["rank"].tolist() == [1, 2, 1]
    # Of all sales a sixth is allocated to no partner: no partner's purchases can be added up.
    assert found["reverse_share"].isna().all()
    known = ta.partners(table[table["partner"] != "Others"], by="reporter")
    assert known["reverse_share"].tolist() == [0.75, 1.0, 0.25]
    assert known["asymmetry"].tolist() == [0.0, -0.75, 0.75]
    some = ta.partners(table, reporter=["B"])
    assert some[["reporter", "partner", "share"]].values.tolist() == [["B", "x", 0.5]]


def test_partners_of_the_world(world):
    reports = ta.example("world_2010_2020")
    of_2020 = reports[(reports["year"] == 2020)]
    few = ["VNM", "MEX", "CHN", "TON"]
    for table in (world, of_2020):
        there = [one for one in few if one in set(table["reporter"])]
        for verb in (ta.partners, ta.dependency.bloc_shares, ta.dependency.exposure):
            options = {} if verb is ta.dependency.exposure else {"flow": "export"}
            found = quiet(verb, table, by="reporter", **options)
            listed = quiet(verb, table, reporter=there, **options)
            pd.testing.assert_frame_equal(
                found[found["reporter"].isin(there)].reset_index(drop=True), listed, check_exact=True
            )
            for reporter in there:
                mine = listed[listed["reporter"] == reporter].drop(columns="reporter").reset_index(drop=True)
                one = pd.DataFrame(quiet(verb, table, reporter=reporter, **options))
                pd.testing.assert_frame_equal(pd.DataFrame(mine), one, check_dtype=False, check_names=False, **CLOSE)


# ---- excess dependence --------------------------------------------------------------------------------------------


def with_thailand(table):
    """The rows with trade, and a second economy that certainly reports."""
    second = table[table["reporter"] == "KOR"].assign(reporter="THA", partner="USA", value=1.0)
    return pd.concat([table[table["value"] > 0], second], ignore_index=True)


def same_excess(table, benchmark, reporters=None, **options):
    """The totals and the rows of every economy are those of ``ta.excess``; where that is refused, they are missing."""
    found = quiet(ta.dependency.excesses, table, benchmark, **options)
    rows = quiet(ta.dependency.excesses, table, benchmark, partners=True, **options)
    for row in found.itertuples():
        if reporters is not None and row.reporter not in reporters:
            continue
        try:
            one = quiet(ta.excess, table, benchmark, reporter=row.reporter, **options)
        except ta.TradeDataError:
            assert np.isnan(row.excess)
            continue
        np.testing.assert_allclose(
            [row.excess, row.hhi, row.benchmark_hhi], [one.total, one.hhi, one.benchmark_hhi], **CLOSE
        )
        mine = pd.DataFrame(rows[rows["reporter"] == row.reporter]).drop(columns="reporter").reset_index(drop=True)
        mine, one = (pd.DataFrame(each).astype({"partner": object}) for each in (mine, one.table))
        assert mine["share"].tolist() == sorted(mine["share"], reverse=True)
        mine, one = (each.sort_values("partner", ignore_index=True) for each in (mine, one))
        pd.testing.assert_frame_equal(mine, one, check_dtype=False, check_names=False, **CLOSE)
    return found


@pytest.mark.parametrize("odd", [[], ["OTH"]], ids=["economies", "a remainder among them"])
def test_one_flow_of_all_economies_is_its_own_world(odd):
    """Their baskets are all that is needed; with a column of one product, all cells are summed anew."""
    draw = np.random.default_rng(5)
    rows = itertools.product(["VNM", "THA", "USA", *odd], ["VNM", "THA", "USA", "CHN", "OTH", "LAO"], (2020, 2021))
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year"]).query("reporter != partner")
    table = table.assign(flow="export", value=draw.lognormal(0, 2, len(table)) * (table["partner"] != "LAO"))
    table = pd.concat([table, table.head(5)]).sample(frac=1, random_state=0)
    for options in ({"by": ["reporter", "year"]}, {"year": 2021}, {"year": 2021, "silent": ["USA", "CHN", "VNM"]}):
        for partners in (False, True):
            found = quiet(ta.dependency.excesses, table, partners=partners, **options)
            other = quiet(ta.dependency.excesses, table.assign(product="a"), partners=partners, **options)
            # What is allocated to no economy has no mix of products that a world could have.
            both = [one[one["reporter"] != "OTH"].reset_index(drop=True) for one in (found, other)]
            pd.testing.assert_frame_equal(*both, rtol=1e-12, atol=1e-15)
    # Of Viet Nam by hand: what the others sell to its markets, without itself and what is not allocated.
    some = table[(table["year"] == 2021) & (table["partner"] != "OTH") & (table["reporter"] != "OTH")]
    wide = some.pivot_table(index="reporter", columns="partner", values="value", aggfunc="sum", fill_value=0.0)
    wide = wide.drop(columns=["VNM", "LAO"])
    s, m = wide.loc["VNM"] / wide.loc["VNM"].sum(), wide.drop(index="VNM").sum()
    m = m / m.sum()
    found = quiet(ta.dependency.excesses, table, year=2021).set_index("reporter").loc["VNM"]
    assert found["excess"] == pytest.approx(float((s * np.log(s / m)).sum()), rel=1e-12)
    assert found["benchmark_hhi"] == pytest.approx(float((m**2).sum()), rel=1e-12)


@settings(max_examples=8, deadline=None)
@given(tables(flows=("export", "import"), products=("coffee", "rice", "999999")), st.booleans(), st.booleans())
def test_the_excess_of_every_economy_over_the_world_is_its_own(table, products, one_flow):
    table = with_thailand(table)
    table = table[table["flow"] == "export"] if one_flow else table
    same_excess(table if products else table.drop(columns="product"), "world", flow="export")


@settings(max_examples=8, deadline=None)
@given(tables(), st.sampled_from([["KOR", "THA"], ["KOR"]]), st.sampled_from([(), ("CHN", "USA", "KOR")]))
def test_the_excess_of_every_economy_over_its_peers_is_its_own(table, peers, silent):
    same_excess(with_thailand(table).drop(columns="product"), "peers", peers=peers, silent=silent)


def test_excesses_of_the_world(world):
    few = {"VNM", "MEX", "CHN", "ABW", "LAO"}
    same_excess(world, "world", few)
    same_excess(world, "world", few, flow="import")
    same_excess(world, "peers", few, peers="ASEAN")
    fit = ta.dependency.gravity(world)
    same_excess(world, fit, few)
    fitted = ta.dependency.excesses(world, "gravity", reporter=["VNM"])
    assert fits(fitted["excess"][0], ta.excess(world, fit, reporter="VNM").total)


def test_similar_peers_and_years_of_every_economy():
    draw = np.random.default_rng(3)
    rows = [
        (i, j, p, y, draw.lognormal(0, 2))
        for y in (2021, 2022)
        for i in ECONOMIES
        for j in ECONOMIES
        for p in ("010121", "020110", "030211")
        if i != j and draw.random() < 0.7
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"]).assign(flow="export")
    same_excess(table[table["year"] == 2022], "peers", peers=2)
    several = ta.dependency.excesses(table, by=["year", "reporter"])
    for year in (2021, 2022):
        alone = ta.dependency.excesses(table, year=year)
        mine = several[several["year"] == year].drop(columns="year").reset_index(drop=True)
        pd.testing.assert_frame_equal(pd.DataFrame(mine), pd.DataFrame(alone), check_exact=True)


def test_excess_by_hand():
    """A sells x and y 1 each; the others sell x 3 and y 1: A's excess is ln(1/2 : 3/4)/2 + ln(1/2 : 1/4)/2."""
    rows = [("A", "x", 1), ("A", "y", 1), ("B", "x", 3), ("B", "y", 1)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"])
    found = ta.dependency.excesses(table)
    assert found["excess"][0] == pytest.approx((np.log(2 / 3) + np.log(2)) / 2, rel=1e-14)
    assert (found["partner"][0], found["hhi"][0], found["benchmark_hhi"][0]) == ("y", 0.5, 0.625)


# ---- draws --------------------------------------------------------------------------------------------------------


def mean_square(x):
    """An index that is a plain function of a matrix."""
    return (x**2).sum(axis=-1) / x.sum(axis=-1) ** 2


@settings(max_examples=cases(30))
@given(
    tables(), st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([ta.hhi, ta.gini, ta.entropy, ta.hill(3), mean_square])
)
def test_the_confidence_of_every_group_is_that_of_its_basket(table, error, measure):
    name = getattr(measure, "name", "mean_square")
    options = {"by": "reporter", "error": error, "size": 100, "seed": 5}
    found = quiet(ta.uncertainty.confidences, table, measure, confidence=0.9, **options).set_index("reporter")
    chances = quiet(ta.uncertainty.probabilities, table, measure, above=0.4, **options).set_index("reporter")
    expected = loop(table, "reporter", lambda x: ta.uncertainty.draws(x, error, size=100, seed=5))
    for reporter, draws in expected.items():
        one = ta.confidence(draws, measure, 0.9)
        mine = found.loc[reporter, [name, *(f"{name}_{end}" for end in ("low", "high", "sd", "bias"))]]
        np.testing.assert_allclose(
            mine.to_numpy(float), [one.estimate, one.low, one.high, one.sd, one.bias], rtol=1e-12, atol=1e-12
        )
        if error:  # else every draw is the index itself, and rounding says on which side of a level it is
            assert chances.loc[reporter, "probability"] == float(ta.probability(draws, measure, above=0.4))
    assert found[name].isna().tolist() == [reporter not in expected for reporter in found.index]


def test_mirror_reports_have_their_own_errors():
    reports = ta.example("world_2010_2020").query("year == 2020 and reporter in ('VNM', 'THA', 'CHN', 'USA')")
    both = ta.mirror(reports)
    found = ta.uncertainty.confidences(both, ta.hhi, by=["flow", "reporter"], size=200) if "flow" in both else None
    found = ta.uncertainty.confidences(both, ta.hhi, by="reporter", size=200) if found is None else found
    for row in found.itertuples():
        rows = both[both["reporter"] == row.reporter]
        rows = rows[rows["flow"] == row.flow] if "flow" in both else rows
        one = ta.confidence(ta.uncertainty.draws(rows, size=200), ta.hhi)
        np.testing.assert_allclose([row.hhi, row.hhi_low, row.hhi_high], [one.estimate, one.low, one.high], **CLOSE)


# ---- ceilings -----------------------------------------------------------------------------------------------------


@settings(max_examples=cases(30))
@given(tables(years=(2020, 2021, 2022)), st.sampled_from(["own", "market"]), st.sampled_from([1, 2]))
def test_the_ceilings_of_every_group_are_those_of_its_economy(table, growth, years):
    found = quiet(ta.limits, table, by=["reporter", "product"], growth=growth, years=years)
    there = dict(iter(found.groupby(["reporter", "product"])))
    for (reporter, product), rows in table[table["year"] == 2022].groupby(["reporter", "product"]):
        if not (rows["value"][rows["partner"] != "Others"] > 0).any():
            assert (reporter, product) not in there
            continue
        try:
            one = quiet(
                ta.limits, table[table["product"] == product], reporter=reporter, growth=growth, years=years, year=2022
            )
        except ta.TradeDataError:  # its own history is too short
            continue
        mine = there[reporter, product]
        assert mine["partner"].tolist() == one.index.tolist()
        np.testing.assert_allclose(mine["limit"], one, **CLOSE)
        unseen = one.attrs["notes"].get("no growth seen", "")
        assert mine["partner"][~mine["growth_seen"]].tolist() == [label for label in one.index if label in unseen]


def test_ceilings_lead_to_plans():
    imports = ta.example("imports_1995_2019")
    few = sorted(imports["reporter"].unique())[::9]
    upper = ta.limits(imports, reporter=few, flow="import", growth="market")
    now = imports[imports["reporter"].isin(few)]
    found = quiet(ta.plans, now, 0.1, 0.4, by="reporter", upper=upper, flow="import", year=2019).set_index("reporter")
    for reporter in few:
        x = quiet(ta.basket, imports, reporter=reporter, flow="import", year=2019)
        ceilings = quiet(ta.limits, imports, reporter=reporter, flow="import", growth="market")
        mine = upper[upper["reporter"] == reporter].set_index("partner")["limit"]
        np.testing.assert_allclose(mine.loc[ceilings.index], ceilings, **CLOSE)
        same_plan(found.loc[reporter], planned(x, 0.1, 0.4, ceilings), 0.1, 0.4)


# ---- pairs, and similar partners ----------------------------------------------------------------------------------


@settings(max_examples=5)
@given(tables(flows=("export", "import")))
def test_the_asymmetry_of_every_product_is_that_of_its_rows(table):
    table = with_thailand(table)
    table = table[table["reporter"].isin(["KOR", "THA"]) | (table["product"] == "coffee")]
    found = ta.dependency.asymmetry(table, by="product")
    coffee = ta.dependency.asymmetry(table[table["product"] == "coffee"])
    mine = found[found["product"] == "coffee"].drop(columns="product").reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(mine), pd.DataFrame(coffee), **CLOSE)
    some = ta.dependency.asymmetry(table, by="product", reporter=["THA"])
    pd.testing.assert_frame_equal(
        pd.DataFrame(some), pd.DataFrame(found[found["reporter"] == "THA"]).reset_index(drop=True), check_exact=True
    )


@settings(max_examples=cases(40))
@given(tables(), st.sampled_from([0, 0.5, 1, 2, np.inf]), st.integers(0, 9))
def test_the_similarity_hill_of_every_group_is_that_of_its_basket(table, q, seed):
    z = np.random.default_rng(seed).random((len(ECONOMIES), len(ECONOMIES)))
    np.fill_diagonal(z, 1.0)
    similar = pd.DataFrame(z, index=ECONOMIES, columns=ECONOMIES)
    found = quiet(ta.stress.similarity_hills, table, q, similar, by="reporter").set_index("reporter")
    expected = loop(table, "reporter", lambda x: ta.measures.similarity_hill(x, q, similar))
    column = found.columns[1]
    assert column == f"similarity_hill_{str(q).replace('.', '_')}"
    for reporter, one in expected.items():
        assert fits(found.loc[reporter, column], one)
    assert found[column].isna().tolist() == [reporter not in expected for reporter in found.index]


# ---- libraries ----------------------------------------------------------------------------------------------------


VERBS = {
    "plans": lambda table: ta.plans(table, by="reporter"),
    "contingency": lambda table: ta.contingency(table, by="reporter"),
    "scenarios": lambda table: ta.contingency(
        table, scenarios={"ASEAN": ta.bloc("ASEAN"), "tariff": 0.1}, by="reporter"
    ),
    "partners": lambda table: ta.partners(table, by="reporter"),
    "bloc_shares": lambda table: ta.dependency.bloc_shares(table, by="reporter", blocs=["ASEAN", "EU27"]),
    "exposure": lambda table: quiet(ta.dependency.exposure, table, by="reporter"),
    "excesses": lambda table: ta.dependency.excesses(table, silent=[]),
    "excesses of partners": lambda table: ta.dependency.excesses(table, partners=True, silent=[]),
    "confidences": lambda table: ta.uncertainty.confidences(table, ta.hhi, by="reporter", error=0.1, size=100),
    "worst": lambda table: ta.worst(table, 2, by=["reporter"]),
}


def in_pandas(answer):
    if isinstance(answer, pl.LazyFrame):
        answer = answer.collect()
    return answer.to_pandas() if not isinstance(answer, pd.DataFrame) else answer


@pytest.mark.parametrize("verb", VERBS)
def test_the_answer_is_in_the_library_of_the_question(world, verb):
    import duckdb

    few = world[world["reporter"].isin(["VNM", "MEX", "CHN"])]
    expected = VERBS[verb](few)
    duck = duckdb.connect()
    duck.register("few", few)
    given = {
        pl.DataFrame: pl.from_pandas(few),
        pl.LazyFrame: pl.from_pandas(few).lazy(),
        pa.Table: pa.Table.from_pandas(few),
        duckdb.DuckDBPyRelation: duck.table("few"),
    }
    for kind, table in given.items():
        answer = VERBS[verb](table)
        assert isinstance(answer, pa.Table if kind is duckdb.DuckDBPyRelation else kind)
        pd.testing.assert_frame_equal(
            in_pandas(answer), pd.DataFrame(expected), check_dtype=False, check_index_type=False, **CLOSE
        )


@pytest.mark.parametrize("verb", VERBS)
def test_shuffled_rows_and_categories_give_the_same_bits(world, verb):
    expected = pd.DataFrame(VERBS[verb](world))
    shuffled = world.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(pd.DataFrame(VERBS[verb](shuffled)), expected, check_exact=True)
    coded = world.astype({"reporter": "category", "partner": "category"})
    answer = pd.DataFrame(VERBS[verb](coded)).astype({"reporter": str}).astype(expected.dtypes.to_dict())
    pd.testing.assert_frame_equal(answer, expected, check_exact=True)
