"""Plans against linear and quadratic programs written apart from them, print, and the properties of the best plan."""

import itertools
import math
import pickle

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import cases, sample
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, minimize

import tradeanalysis as ta
from tradeanalysis.texts import catalogues as texts

PROBLEMS = cases(1500)
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@pytest.fixture(scope="module")
def vietnam():
    return ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")


# ---- problems and their oracles -----------------------------------------------------------------------------------


def problem(seed):
    """A random question: round and uneven values, zeros, floors, ceilings, caps and nested or separate blocs."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 11))
    x = rng.lognormal(3, 1.2, n) if rng.random() < 0.6 else rng.integers(0, 12, n).astype(float)
    x[0] += 1.0
    lower = x if (kind := rng.random()) < 0.5 else x * rng.uniform(0, 1.05, n) if kind < 0.9 else np.zeros(n)
    upper = np.full(n, np.inf) if (kind := rng.random()) < 0.3 else x * rng.uniform(1, 3, n) + rng.uniform(0, 5, n)
    if kind > 0.8:
        upper[rng.integers(n)] = np.inf
    blocs = {}
    if n >= 4 and rng.random() < 0.4:
        places = rng.permutation(n)
        half = int(rng.integers(2, n - 1))
        blocs = {"outer": places[:half], "other": places[half:]}
        if half > 2 and rng.random() < 0.5:
            blocs["inner"] = places[:2]
    cost = rng.integers(0, 6, n).astype(float) if rng.random() < 0.5 else rng.uniform(0, 2, n)
    return {
        "x": x,
        "growth": float(rng.uniform(-0.1, 0.8)),
        "cap": float(rng.uniform(0.15, 1.0)),
        "lower": lower,
        "upper": upper,
        "blocs": {name: [int(one) for one in members] for name, members in blocs.items()} or None,
        "bloc_cap": {name: float(rng.uniform(0.3, 1.0)) for name in blocs} or None,
    }, cost


def program(p, objective, extra=0.0, at=None, whole=1.0):
    """min objective'y over the plans that a question allows, written out anew; one bound may give way by ``extra``."""
    total, n = whole * p["x"].sum() * (1 + p["growth"]), len(p["x"])
    lower, upper = p["lower"].copy(), np.minimum(p["upper"], p["cap"] * total)
    most = {name: share * total for name, share in (p["bloc_cap"] or {}).items()}
    if at is not None:
        name, kind = at
        if kind == "bloc":
            most[name] += extra
        elif kind == "lower":
            lower[name] -= extra
        else:
            upper[name] += extra
    rows = np.array([np.isin(np.arange(n), p["blocs"][name]) for name in most], dtype=float).reshape(len(most), n)
    if (lower > upper).any():
        return None
    wide = len(objective) // n
    padded = np.hstack([rows, np.zeros((len(most), n * (wide - 1)))])
    above = np.hstack([np.eye(n), -np.eye(n)]) if wide == 2 else np.zeros((0, n))
    done = linprog(
        objective,
        A_ub=np.vstack([padded, above]),
        b_ub=np.r_[list(most.values()), p["x"][: len(above)]],
        A_eq=np.hstack([np.ones((1, n)), np.zeros((1, n * (wide - 1)))]),
        b_eq=[total],
        bounds=[*zip(lower, upper, strict=True), *[(0, None)] * (n * (wide - 1))],
        method="highs",
        options=TIGHT,
    )
    assert done.status in (0, 2), done.message
    return done if done.status == 0 else None


def least_cost(p, cost, **change):
    """The least cost by a program with what is added as variables of their own: a >= y - x, a >= 0."""
    done = program(p, np.r_[np.zeros(len(cost)), cost], **change)
    return done and done.fun


@pytest.fixture(scope="module")
def solved():
    """As many questions as there are to be that have a plan, each with its costs and the plan."""
    found, seeds = [], itertools.count()
    while len(found) < PROBLEMS:
        p, cost = problem(next(seeds))
        done = answered(p)
        if isinstance(done, ta.planner.Plan):
            found.append((p, cost, done))
    return found


def answered(p):
    """The plan, or why there is none."""
    try:
        return ta.plan(**p)
    except ta.InfeasiblePlan as error:
        return error


def kept(p, y):
    """By how much a plan breaks its limits, as a fraction of the total."""
    total = p["x"].sum() * (1 + p["growth"])
    misses = [abs(y.sum() - total), (p["lower"] - y).max(), (y - p["upper"]).max(), y.max() - p["cap"] * total]
    misses += [y[members].sum() - p["bloc_cap"][name] * total for name, members in (p["blocs"] or {}).items()]
    return max(misses) / total


# ---- check values -------------------------------------------------------------------------------------------------


def test_the_plan_of_the_check_values():
    done = ta.plan([60, 15, 10, 8, 4, 3], growth=0.20, cap=None, upper=[66, 30, 25, 18, 12, 10])
    assert done.hhi_after == pytest.approx(0.300926, abs=5e-7)
    assert done.table["target"].tolist() == pytest.approx([60, 15, 35 / 3, 35 / 3, 35 / 3, 10])
    assert done.hhi_after == pytest.approx((60**2 + 15**2 + 3 * (35 / 3) ** 2 + 100) / 120**2, rel=1e-14)
    assert done.total == 120
    assert done.cost is None


def test_vietnam_cannot_grow_by_a_tenth_with_no_market_above_a_quarter(vietnam):
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan(vietnam, growth=0.10, cap=0.25)
    error = caught.value
    share = vietnam["USA"] / vietnam.sum()
    assert error.market == "USA"
    assert error.nearest_growth == pytest.approx(share / 0.25 - 1, rel=1e-12)
    assert error.nearest_cap == pytest.approx(share / 1.1, rel=1e-12)
    assert (round(error.nearest_growth, 4), round(error.nearest_cap, 4)) == (0.1547, 0.2624)
    for lang, words in {"en": ("the United States", "15.47%", "26.24%"), "vi": ("Hoa Kỳ", "15,47%", "26,24%")}.items():
        assert all(word in error.sentence(lang) for word in words)
    assert str(error) == error.sentence()
    assert isinstance(error, ta.TradeDataError)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.market, again.nearest_cap) == (str(error), "USA", error.nearest_cap)
    with pytest.raises(ta.TradeDataError, match="languages"):
        error.sentence("fr")
    assert ta.plan(vietnam, growth=error.nearest_growth).table["share_after"].max() == pytest.approx(0.25)
    assert ta.plan(vietnam, cap=error.nearest_cap).hhi_after < ta.hhi(vietnam)


def test_rules_of_thumb():
    assert ta.planner.growth_of_others(0.60, 0.40) == pytest.approx(1.25)
    # 60 stays, the others go from 40 to 90: 60 of 150 is 40%, and the total has grown by a half.
    assert 60 / (60 + 40 * (1 + ta.planner.growth_of_others(0.60, 0.40))) == pytest.approx(0.40)
    years = ta.planner.years_to_cap(0.60, 0.40, growth_top=0.03, growth_others=0.10)
    assert (round(years, 1), math.ceil(years)) == (12.3, 13)
    top, others = 0.6 * 1.03**years, 0.4 * 1.10**years
    assert top / (top + others) == pytest.approx(0.40)
    assert ta.planner.years_to_cap(0.3, 0.4, 0.0, 0.0) == 0
    assert ta.planner.years_to_cap(0.6, 0.4, 0.05, 0.05) == math.inf
    for call in (lambda: ta.planner.growth_of_others(60, 0.4), lambda: ta.planner.years_to_cap(0.6, 0.4, -1, 0.1)):
        with pytest.raises(ta.TradeDataError, match="such as"):
            call()


# ---- the best plan ------------------------------------------------------------------------------------------------


def test_plans_are_feasible_and_no_plan_is_less_concentrated(solved):
    """HiGHS looks for a better plan along the slope of the sum of squares, which is convex: it finds none."""
    for p, _, done in solved:
        y = done.table["target"].to_numpy()
        assert kept(p, y) <= 1e-9
        total = y.sum()
        best = program(p, 2 * y / total).x
        # f(y) - f(z) <= f'(y) (y - z) for every z, so that this bounds what any plan could gain.
        assert (2 * y / total) @ (y - best) / total <= 1e-9, p


def test_plans_equal_those_of_a_quadratic_program(solved):
    for p, _, done in solved[:150]:
        y, total = done.table["target"].to_numpy(), done.total
        rows = [np.isin(np.arange(len(y)), members) for members in (p["blocs"] or {}).values()]
        limits = [LinearConstraint(np.ones(len(y)), 1, 1)]
        limits += [
            LinearConstraint(row, -np.inf, p["bloc_cap"][name])
            for row, name in zip(rows, p["blocs"] or {}, strict=True)
        ]
        bounds = [
            (a / total, max(a, min(b, p["cap"] * total)) / total) for a, b in zip(p["lower"], p["upper"], strict=True)
        ]
        start = program(p, np.random.default_rng(1).normal(size=len(y))).x / total
        found = minimize(
            lambda s: s @ s,
            start,
            jac=lambda s: 2 * s,
            bounds=bounds,
            constraints=limits,
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 1000},
        )
        assert done.hhi_after == pytest.approx(found.fun, abs=1e-8)
        assert y / total == pytest.approx(found.x, abs=2e-4)


def test_the_top_share_is_the_lowest_cap_that_can_be_met(solved):
    for p, _, done in solved[:200]:
        top = done.table["share_after"].max()
        lowest = program(p | {"cap": top * (1 - 1e-6)}, np.ones(len(p["x"])))
        assert lowest is None


def test_the_plan_is_never_worse_than_the_start_where_the_start_can_grow_as_it_is(solved):
    seen = 0
    for p, _, done in solved:
        if kept(p, p["x"] * (1 + p["growth"])) <= 0:
            assert done.hhi_after <= done.hhi_before + 1e-12
            seen += 1
    assert seen > PROBLEMS / 15


def test_the_least_movement_is_least_by_squares_and_by_absolute_changes(solved):
    for p, _, _ in solved[:200]:
        done = ta.plan(**p, aim="least movement")
        y = done.table["target"].to_numpy()
        moved = y - p["x"]
        assert kept(p, y) <= 1e-9
        best = program(p, 2 * moved / done.total).x
        assert 2 * moved @ (y - best) / done.total**2 <= 1e-9
        # |y - x| = 2 (y - x)+ - (y - x), and the sum of the last is given.
        least = 2 * least_cost(p, np.ones(len(y))) - (done.total - p["x"].sum())
        assert np.abs(moved).sum() == pytest.approx(least, abs=1e-8 * done.total)


def test_the_even_plan_asks_no_market_for_faster_growth_than_some_market_must_have(solved):
    seen = 0
    for p, _, _ in solved[:200]:
        if (p["x"] == 0).any():
            continue
        done = ta.plan(**p, aim="even growth")
        y = done.table["target"].to_numpy()
        assert kept(p, y) <= 1e-9
        steep = 2 * (y / p["x"] - 1)
        best = program(p, steep).x
        assert steep @ (y - best) / done.total <= 1e-9
        fastest = y / p["x"]
        if (y > p["lower"] * (1 + 1e-9)).any() and not p["blocs"]:
            rate = fastest[y > p["lower"] * (1 + 1e-9)].max()
            slower = np.maximum(np.minimum(p["upper"], p["x"] * rate * (1 - 1e-6)), p["lower"])
            assert program(p | {"upper": slower}, np.ones(len(y))) is None
            seen += 1
    assert seen > 20


def test_the_even_plan_grows_all_at_one_rate_that_no_limit_holds():
    done = ta.plan({"USA": 50, "JPN": 30, "IND": 20}, growth=0.2, cap=None, aim="even growth")
    assert done.table["growth"].tolist() == pytest.approx([0.2] * 3)
    done = ta.plan({"USA": 50, "JPN": 30, "IND": 20}, growth=0.2, cap=0.45, aim="even growth")
    assert done.table["target"].tolist() == pytest.approx([54, 39.6, 26.4])  # 45% of 120, the rest by 32%
    with pytest.raises(ta.TradeDataError, match="IND have no sales"):
        ta.plan({"USA": 50, "IND": 0}, growth=0.2, cap=None, aim="even growth")


def test_the_cheapest_plan_costs_what_a_linear_program_says(solved):
    for p, cost, _ in solved:
        done = ta.plan(**p, cost=cost)
        y = done.table["target"].to_numpy()
        assert done.aim == "cheapest"
        assert kept(p, y) <= 1e-9
        assert done.cost == pytest.approx(cost @ np.maximum(y - p["x"], 0))
        assert done.cost == pytest.approx(least_cost(p, cost), abs=1e-8 * done.total * max(cost.max(), 1))


def test_costs_from_chances_open_the_likeliest_market_first_and_cost_what_the_attempts_cost():
    x = pd.Series({"USA": 60.0, "JPN": 40.0})
    chance = pd.Series({"KOR": 0.25, "USA": 1.0, "IND": 0.1, "JPN": 1.0, "FRA": 0.2})
    upper = {"USA": 60, "JPN": 44, "IND": 10, "KOR": 3, "FRA": 2}
    done = ta.plan(x, growth=0.10, cap=None, upper=upper, cost=1 / chance)
    # Ten more: 4 where there is trade, then 3, 2 and 1 by falling chance, at 1, 4, 5 and 10 attempts a success.
    assert done.table["target"].to_dict() == pytest.approx({"USA": 60, "JPN": 44, "KOR": 3, "FRA": 2, "IND": 1})
    assert done.cost == pytest.approx(4 * 1 + 3 * 4 + 2 * 5 + 1 * 10)
    # Halving all chances doubles the cost and moves no target.
    twice = ta.plan(x, growth=0.10, cap=None, upper=upper, cost=2 / chance)
    assert twice.cost == pytest.approx(2 * done.cost)
    assert twice.table["target"].tolist() == pytest.approx(done.table["target"].tolist())
    with pytest.raises(ta.TradeDataError, match="infinite"):
        ta.plan(x, growth=0.10, cap=None, upper=upper, cost=1 / chance.replace(0.1, 0.0))
    with pytest.raises(ta.TradeDataError, match=r"no value for .*FRA"):
        ta.plan(x, growth=0.10, cap=None, upper=upper, cost=1 / chance.drop("FRA"))
    assert ta.frontier(x, upper=upper, cost=1 / chance)["cheapest"].iloc[-1] == pytest.approx(4 + 12 + 10 + 100)


def test_of_plans_that_cost_the_same_the_least_concentrated_is_taken(solved):
    done = ta.plan([10, 5, 5, 1], growth=1.0, cap=None, cost=[1, 1, 1, 2])
    assert done.table["target"].tolist() == pytest.approx([41 / 3] * 3 + [1])
    for p, cost, _ in solved[:100]:
        y = ta.plan(**p, cost=cost).table["target"].to_numpy()
        # Among the cheapest, by a program with the cost as one more limit.
        gain, n = 2 * y / y.sum() ** 2, len(y)
        rows = np.array([np.isin(np.arange(n), one) for one in (p["blocs"] or {}).values()], dtype=float).reshape(-1, n)
        most = [p["bloc_cap"][name] * y.sum() for name in (p["blocs"] or {})]
        high = np.maximum(np.minimum(p["upper"], p["cap"] * y.sum()), p["lower"])
        best = linprog(
            np.r_[gain, np.zeros(n)],
            A_ub=np.vstack([np.hstack([rows, 0 * rows]), np.hstack([np.eye(n), -np.eye(n)]), np.r_[np.zeros(n), cost]]),
            b_ub=np.r_[most, p["x"], least_cost(p, cost) + 1e-9 * y.sum()],
            A_eq=np.r_[np.ones(n), np.zeros(n)][None, :],
            b_eq=[y.sum()],
            bounds=[*zip(p["lower"], high, strict=True), *[(0, None)] * n],
            options=TIGHT,
        )
        assert gain @ y - best.fun <= 1e-6


def test_shadow_prices_are_what_one_unit_more_saves(solved):
    """Each against the same program with this one limit moved a little."""
    kinds = set()
    for p, cost, _ in solved[:60]:
        done = ta.plan(**p, cost=cost)
        step = 1e-6 * done.total
        prices = dict(done.shadow)
        n, least = len(p["x"]), least_cost(p, cost)
        places = [(j, kind) for j in range(n) for kind in ("lower", "upper")] + [
            (name, "bloc") for name in p["blocs"] or {}
        ]
        for name, kind in places:
            moved = least_cost(p, cost, extra=step, at=(name, kind))
            expected = (least - moved) / step
            found = prices.get((name, kind), prices.get((name, "cap"), 0.0) if kind == "upper" else 0.0)
            assert found == pytest.approx(expected, abs=2e-3), (p, cost, name, kind)
            if expected > 0.01:
                kinds.add(kind)
    assert kinds == {"lower", "upper", "bloc"}


# ---- no plan ------------------------------------------------------------------------------------------------------


def reachable(p):
    """The least and the largest total at which the caps can be kept, by programs with the total as a variable."""
    n = len(p["x"])
    if (p["lower"] > p["upper"]).any():
        return None
    caps = [np.r_[np.eye(n)[j], -p["cap"]] for j in range(n)]
    caps += [np.r_[np.isin(np.arange(n), one), -p["bloc_cap"][name]] for name, one in (p["blocs"] or {}).items()]
    ends, far = [], 1e6 * p["x"].sum()  # a bound, since HiGHS may call infeasible what has no end
    for sign in (1, -1):
        done = linprog(
            np.r_[np.zeros(n), sign],
            A_ub=np.array(caps),
            b_ub=np.zeros(len(caps)),
            A_eq=np.r_[np.ones(n), -1][None, :],
            b_eq=[0],
            bounds=[*zip(p["lower"], p["upper"], strict=True), (0, far)],
            options=TIGHT,
        )
        if done.status == 2:
            return None
        assert done.status == 0, done.message
        ends.append(done.x[-1])
    return ends if ends[1] > 1e-9 else None


def test_what_is_infeasible_is_so_for_highs_and_the_nearest_is_the_nearest():
    seen = {"infeasible": 0, "growth": 0, "cap": 0, "none": 0}
    for seed in range(PROBLEMS):
        p, _ = problem(seed)
        present = p["x"].sum()
        verdict = program(p, np.zeros(len(p["x"])))
        error = answered(p)
        assert isinstance(error, ta.InfeasiblePlan) == (verdict is None), p
        if verdict is not None:
            continue
        seen["infeasible"] += 1
        ends = reachable(p)
        assert (error.nearest_growth is None) == (ends is None), p
        if ends:
            near = min(ends, key=lambda end: abs(end - present * (1 + p["growth"])))
            assert error.nearest_growth == pytest.approx(near / present - 1, abs=1e-7)
            ta.plan(**p | {"growth": error.nearest_growth})
            nearer = error.nearest_growth + 1e-6 * math.copysign(1, p["growth"] - error.nearest_growth)
            assert program(p | {"growth": nearer}, np.zeros(len(p["x"]))) is None
            seen["growth"] += 1
        uncapped = program(p | {"cap": 1.0}, np.zeros(len(p["x"])))
        assert (error.nearest_cap is None) == (uncapped is None), p
        if error.nearest_cap is not None:
            ta.plan(**p | {"cap": error.nearest_cap})
            assert program(p | {"cap": error.nearest_cap * (1 - 1e-6)}, np.zeros(len(p["x"]))) is None
            seen["cap"] += 1
        seen["none"] += error.nearest_cap is None and error.nearest_growth is None
    assert min(seen.values()) > PROBLEMS / 30, seen


@pytest.mark.parametrize(
    ("changed", "market", "words", "vietnamese"),
    [
        ({"cap": 0.3}, "A", "A would have 54.55%", "riêng A vẫn chiếm 54,55%"),
        ({"lower": [40, 0, 0, 0], "cap": 0.3}, "A", "the least that is to be sold to A is 36.36%", "phải giữ ở A"),
        ({"cap": 0.7, "upper": [65, 20, 15, 5]}, None, "room for 95.45% of that total", "chỉ hấp thụ được 95,45%"),
        ({"cap": None, "growth": -0.1}, None, "come to 111.11%", "đã bằng 111,11%"),
        ({"upper": {"B": 10}}, "B", "B can take only 50.00%", "B chỉ có thể hấp thụ 50,00%"),
        (
            {"cap": 0.7, "blocs": {"Asia": ["A", "B"]}, "bloc_cap": 0.7},
            "Asia",
            "kept in Asia is 72.73% of the total, and the cap of this bloc is 70.00%",
            "trần của khối này là 70,00%",
        ),
    ],
)
def test_what_stands_in_the_way_is_named_in_both_languages(changed, market, words, vietnamese):
    x = pd.Series([60.0, 20.0, 15.0, 5.0], index=list("ABCD"))
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan(x, **{"growth": 0.1, "cap": 0.6} | changed)
    assert caught.value.market == market
    assert words in str(caught.value)
    assert vietnamese in caught.value.sentence("vi")


# ---- from any order, in any dress ---------------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), shuffle=st.randoms(use_true_random=False))
def test_the_plan_is_the_same_from_any_order(seed, shuffle):
    p, cost = problem(seed)
    order = list(range(len(p["x"])))
    shuffle.shuffle(order)
    mixed = p | {key: p[key][order] for key in ("x", "lower", "upper")}
    if p["blocs"]:
        mixed["blocs"] = {name: [order.index(one) for one in p["blocs"][name]] for name in reversed(p["blocs"])}
    first = answered(p)
    if isinstance(first, ta.InfeasiblePlan):
        other = answered(mixed)
        for name in ("nearest_cap", "nearest_growth"):
            one, two = getattr(first, name), getattr(other, name)
            assert (one is None and two is None) or two == pytest.approx(one, rel=1e-12, abs=1e-12)
        return
    plans = [first, ta.plan(**p, aim="least movement")]
    for done in plans:
        again = ta.plan(**mixed, aim=done.aim)
        assert again.table["target"].to_numpy() == pytest.approx(done.table["target"].to_numpy()[order], rel=1e-13)
    first, other = ta.plan(**p, cost=cost), ta.plan(**mixed, cost=cost[order])
    assert other.table["target"].to_numpy() == pytest.approx(
        first.table["target"].to_numpy()[order], abs=1e-9 * first.total
    )


@given(st.lists(st.integers(1, 50), min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_without_blocs_not_a_bit_depends_on_the_order(x, shuffle):
    series = pd.Series(x, dtype=float, index=[f"m{i}" for i in range(len(x))]) * 1.1
    mixed = series.sample(frac=1, random_state=shuffle.randrange(2**32))
    for aim in ("least concentrated", "even growth", "least movement"):
        one, other = (ta.plan(s, growth=0.3, cap=None, upper=2.7 * s, aim=aim).table["target"] for s in (series, mixed))
        assert (one == other[one.index]).all()


def test_series_align_by_label_and_what_is_not_named_keeps_its_default():
    x = pd.Series({"USA": 60.0, "JPN": 25.0, "IND": 15.0})
    upper = pd.Series({"IND": 20.0, "JPN": np.inf})
    done = ta.plan(x, growth=0.2, cap=0.5, upper=upper, lower={"USA": 50.0})
    assert done.table["target"].to_dict() == pytest.approx({"USA": 50, "JPN": 50, "IND": 20})
    assert done.table["limit"].to_dict() == pytest.approx({"USA": 60, "JPN": 60, "IND": 20})
    opened = ta.plan(x, growth=0.2, cap=0.5, upper={"BRA": 4.0})
    assert opened.table.loc["BRA", ["now", "target"]].tolist() == [0, 4]
    assert np.isnan(opened.table.loc["BRA", "growth"])
    assert list(opened.table) == ["now", "target", "change", "growth", "share_before", "share_after", "limit"]
    assert ta.plan(x.to_dict(), 0.2, 0.5).table["target"].to_dict() == ta.plan(x, 0.2, 0.5).table["target"].to_dict()
    numbers = pd.Series([60.0, 25.0, 15.0], index=[840, 392, 356])
    assert ta.plan(numbers, 0.2, 0.5).table.index.tolist() == [840, 392, 356]


@pytest.mark.parametrize("label", ["Hoa Kỳ", "usa", "United States"])
def test_codes_and_names_of_one_economy_are_one_market(label):
    x = pd.Series({"USA": 60.0, "Nhật Bản": 25.0, "Long An": 15.0})
    done = ta.plan(x, 0.2, 0.6, upper={label: 70.0, "JPN": 30.0}, lower={label: 65.0})
    pd.testing.assert_frame_equal(
        done.table, ta.plan(x, 0.2, 0.6, upper={"USA": 70.0, "Nhật Bản": 30.0}, lower={"USA": 65.0}).table
    )
    assert "markets to open" not in done.table.attrs["notes"]
    assert ta.plan(x, 0.2, 0.6, cost={label: 3.0, "JPN": 1.0, "Long An": 2.0}).table["target"].tolist() == [60, 45, 15]
    capped = ta.plan(x, 0.2, 0.8, lower=0.0, blocs={"A": [label, "JPN"]}, bloc_cap=0.5)
    assert capped.table["target"].tolist() == pytest.approx([30, 30, 60])
    with pytest.raises(ta.TradeDataError, match="upper names USA more than once"):
        ta.plan(x, 0.2, 0.6, upper={"USA": 70.0, label: 80.0})
    with pytest.raises(ta.TradeDataError, match="are one economy"):
        ta.plan({"USA": 60.0, label: 25.0}, 0.2, 0.6)
    with pytest.raises(ta.TradeDataError, match="are one economy"):
        ta.plan(x, 0.2, 0.6, upper={"BRA": 4.0, "Brazil": 5.0})
    assert ta.plan([60.0, 25, 15, 5, 4], 0.2, 0.6, upper={"AFG": 3.0}).table.index.tolist() == [0, 1, 2, 3, 4, "AFG"]


def test_the_notes_name_the_markets_that_are_opened():
    done = ta.plan({"USA": 60.0, "JPN": 40.0}, 0.2, 0.6, upper={"BRA": 4.0}, lower={"Brazil": 2.0, "Tây Ninh": 1.0})
    assert done.table.index.tolist() == ["USA", "JPN", "Brazil", "Tây Ninh"]
    assert done.table.attrs["notes"]["markets to open"] == "Brazil, Tây Ninh"
    assert done.table.loc["Brazil", "limit"] == 4
    further = ta.plan(done.table["target"], 0.1, 0.6).table
    assert further.attrs["new_markets"] == []
    assert "markets to open" not in further.attrs["notes"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"growth": -2}, "growth=-2: mức tăng là tỷ lệ so với tổng kim ngạch hiện nay"),
        ({"cap": 25}, "cap=25: mức trần là tỷ trọng trong tổng kim ngạch, lớn hơn 0 và không quá 1"),
        ({"upper": {"JPN": 3}, "blocs": {"A": ["USA"]}}, "hãy nêu cả hai"),
        ({"upper": [1, 2, 3]}, "upper có 3 giá trị cho 2 thị trường"),
        ({"cost": {"USA": 1.0}}, "cost không có giá trị cho DEU: mọi thị trường đều cần"),
        ({"lower": {"Deutschland!": 1, "EU": 2}}, "có EU trong các thị trường: không lập phương án cho dòng tổng"),
    ],
)
def test_what_cannot_be_planned_says_so_in_vietnamese(options, said):
    with pytest.raises(ta.TradeDataError) as refused:
        ta.plan({"DEU": 60.0, "USA": 40.0}, **options)
    assert said in refused.value.args[0].say("vi")


def test_a_bloc_of_economies_without_trade_here_holds_the_others():
    x = {"DEU": 60.0, "USA": 40.0}
    done = ta.plan(x, 0.2, 0.6, blocs={"mine": ta.bloc("EU")}, bloc_cap=0.55)
    assert done.table["target"].to_dict() == pytest.approx({"DEU": 60, "USA": 60})
    for members, strange in ((["XXX"], "XXX"), (["DEU", "XXX"], "XXX"), (["FRA"], "FRA"), ([], "no market")):
        with pytest.raises(ta.TradeDataError, match=f"bloc A names {strange}"):
            ta.plan(x, 0.2, 0.6, blocs={"A": members}, bloc_cap=0.9)


@pytest.mark.parametrize(("n", "cap"), [(10, 0.05), (3, 0.33), (1, 0.99)])
def test_too_few_markets_for_a_cap_are_named_as_the_reason(n, cap):
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan(list(range(1, n + 1)), 0.1, cap)
    assert caught.value.market is None
    assert caught.value.nearest_growth is None
    # All of the growth goes below the largest, or what is kept of it is the largest still.
    total = 1.1 * n * (n + 1) / 2
    assert caught.value.nearest_cap == pytest.approx(max(n, total / n) / total)
    words = {
        10: (
            "with 10 markets one of them always has 10.00% of the total or more",
            "luôn có một thị trường chiếm từ 10,00%",
        ),
        3: ("with 3 markets one of them always has 33.33% of the total or more", "chiếm từ 33,33%"),
        1: ("a single market always has all of the total", "luôn chiếm toàn bộ kim ngạch"),
    }[n]
    assert words[0] in str(caught.value)
    assert words[1] in caught.value.sentence("vi")
    assert "without a reduction" not in str(caught.value)


def test_without_a_cap_nothing_is_said_of_caps():
    for question in ({"growth": -0.1}, {"growth": 0.5, "upper": [70, 40]}, {"growth": 0.1, "upper": [50, 90]}):
        with pytest.raises(ta.InfeasiblePlan) as caught:
            ta.plan([60, 40], cap=None, **question)
        assert caught.value.nearest_cap is None
        assert "cap" not in str(caught.value)
        assert "trần" not in caught.value.sentence("vi").lower()
        assert "growth" in str(caught.value)


def test_a_bloc_is_known_by_its_name(vietnam):
    done = ta.plan(vietnam, growth=0.2, blocs=["ASEAN", "EU"], bloc_cap={"ASEAN": 0.058, "EU": 0.2})
    asean = done.table.index.isin(ta.bloc("ASEAN"))
    assert done.table["share_after"][asean].sum() <= 0.058 + 1e-12
    free = ta.plan(vietnam, growth=0.2)
    assert free.table["share_after"][asean].sum() > 0.058
    assert ("ASEAN", "bloc") in done.shadow.index


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cap": 25}, "such as 0.25"),
        ({"growth": float("nan")}, "growth= takes one number"),
        ({"x": [0, 0, 0]}, "all values are zero"),
        ({"x": [1, -2, 3]}, "negative"),
        ({"x": [[1, 2], [3, 4]]}, "not a matrix"),
        ({"upper": [1, 2]}, "2 values for 3 markets"),
        ({"upper": [1, 2, float("nan")]}, "missing"),
        ({"lower": [np.inf, 1, 1]}, "infinite"),
        ({"x": pd.Series([1.0, 2.0], index=["A", "A"])}, "x names A more than once"),
        ({"x": pd.Series([1.0, 2.0], index=["USA", "World"])}, "World among the markets"),
        ({"x": pd.Series([1.0, 2.0], index=["USA", "Khác"])}, "Khác among the markets"),
        ({"cost": {0: 1.0, 1: 1.0}}, "cost has no value for 2"),
        ({"cost": {0: 1.0, 1: 1.0, 2: 1.0, 9: 1.0}}, "cost names 9: not among the markets"),
        ({"blocs": {"a": [0, 1]}}, "give both"),
        ({"blocs": {"a": [0, 1], "b": [1, 2]}, "bloc_cap": 0.9}, "share 1 of their markets"),
        ({"blocs": {"a": [0, 1]}, "bloc_cap": {"b": 0.9}}, "name the same"),
        ({"aim": "cheapest"}, "needs cost="),
        ({"aim": "best"}, "choose from"),
    ],
)
def test_bad_questions_are_refused(changed, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.plan(**{"x": [5, 3, 2], "growth": 0.5, "cap": 0.5} | changed)


# ---- what is said and written -------------------------------------------------------------------------------------


def test_the_verdict_and_the_prices_in_both_languages():
    x = pd.Series({"USA": 60.0, "JPN": 25.0, "IND": 15.0})
    done = ta.plan(x, growth=0.3, cap=0.5, upper={"JPN": 35.0}, cost={"USA": 1.0, "JPN": 1.0, "IND": 1.35})
    # 65 to the USA (the cap) and 35 to Japan (its limit); the rest is dear.
    assert done.table["target"].to_dict() == {"USA": 65, "JPN": 35, "IND": 30}
    assert done.shadow.to_dict() == pytest.approx({("USA", "cap"): 0.35, ("JPN", "upper"): 0.35})
    assert done.prices()[1] == "Japan’s limit binds: one more million there saves 0.350 million."
    assert "Nhật Bản" in done.prices("vi")[1]
    assert "0,350 triệu" in done.prices("vi")[1]
    assert done.sentence("vi").startswith(
        "Mục tiêu tăng 30% mà không thị trường nào vượt quá 50% là khả thi: tỷ trọng của Hoa Kỳ"
    )
    assert done.prices()[0] in done.summary()
    assert done.sentence() in done._repr_html_()
    assert "<table" in done._repr_html_()
    assert done.prices()[0] in done._repr_html_()
    lines = str(done).splitlines()
    assert lines[:3] == [done.sentence(), *done.prices()]
    assert lines[4].split() == list(done.table)
    assert lines[5].split() == ["IND", "15.0000", "30.0000", "15.0000", "1.0000", "0.1500", "0.2308", "65.0000"]
    assert repr(done) == str(done)


def test_a_dict_is_a_series():
    x, more = {"USA": 60, "JPN": 25, "IND": 15}, {"JPN": 40.0, "BRA": 6.0}
    s, upper = pd.Series(x), pd.Series(more)
    pd.testing.assert_frame_equal(ta.frontier(x, upper=more), ta.frontier(s, upper=upper))
    pd.testing.assert_frame_equal(ta.plan(x, 0.2, 0.6, upper=more).table, ta.plan(s, 0.2, 0.6, upper=upper).table)
    pd.testing.assert_frame_equal(ta.planner.promote(x, 9), ta.planner.promote(s, 9))
    rates = {"USA": 0.1, "JPN": 0.5}
    paths = [ta.planner.plan_path(one, 2, 0.1, 0.6, max_growth=m) for one, m in ((x, rates), (s, pd.Series(rates)))]
    pd.testing.assert_frame_equal(*paths)


def test_a_plan_is_a_workbook(tmp_path, vietnam):
    done = ta.plan(vietnam, growth=0.2, upper=2 * vietnam)
    book = openpyxl.load_workbook(done.to_excel(tmp_path / "plan.xlsx", lang="vi"))
    assert book.sheetnames[:2] == ["Phương án", "Ràng buộc có hiệu lực"]
    sheet = book["Phương án"]
    assert [cell.value for cell in sheet[1]][:4] == ["Thị trường", "Hiện nay, USD", "Chỉ tiêu, USD", "Tăng, giảm, USD"]
    assert sheet["A2"].value == "Hoa Kỳ"
    assert sheet["C2"].value == done.table["target"].iloc[0]
    assert (sheet["C2"].number_format, sheet["G2"].number_format) == ("#,##0", "0.0%")
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert sheet.max_row == len(vietnam) + 2
    assert last[:4] == pytest.approx(["Tổng cộng", vietnam.sum(), 1.2 * vietnam.sum(), 0.2 * vietnam.sum()])
    assert last[4:] == pytest.approx([0.2, 1, 1, None])
    assert sheet.cell(sheet.max_row, 2).number_format == "#,##0"
    assert "Nới một đơn vị thì giảm được" not in [cell.value for cell in book["Ràng buộc có hiệu lực"][1]]
    about = dict(book["Về phương án"].iter_rows(min_row=2, values_only=True))
    assert about["Kết luận"] == done.sentence("vi")
    assert (about["Tốc độ tăng"], about["Mức trần tỷ trọng của mỗi thị trường"]) == ("20%", "25%")
    assert about["Tổng kim ngạch hiện nay"] == f"{vietnam.sum() / 1e9:.1f} tỷ USD".replace(".", ",")
    assert about["Chỉ số Herfindahl-Hirschman hiện nay"] == f"{ta.hhi(vietnam):.4f}".replace(".", ",")
    assert about["Nguồn"] == vietnam.attrs["certificate"]["source"]
    with pytest.raises(ta.TradeDataError, match="exists"):
        done.to_excel(tmp_path / "plan.xlsx")


def test_the_workbook_of_a_plan_says_what_it_is_not_made_of_and_prices_only_costs(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    x = pd.Series({"USA": 60.0, "JPN": 25.0, "IND": 15.0})
    x.attrs["unallocated"] = 5.0
    costs = {"USA": 1.0, "JPN": 2.0, "IND": 3.0, "BRA": 0.5}
    done = ta.plan(x, 0.2, 0.65, cost=costs, upper={"BRA": 4.0})
    book = openpyxl.load_workbook(done.to_excel(tmp_path / "plan.xlsx"))
    assert "One unit more saves" in [cell.value for cell in book["Limits that bind"][1]]
    about = dict(book["About the plan"].iter_rows(min_row=2, values_only=True))
    assert about["Not allocated to any market, not in any target"] == "5.00"
    assert about["New markets"] == "Brazil"
    assert about["Aim"] == "cheapest"
    assert about["Cost of new sales"] == "18.00"  # 4 in Brazil at a half, 16 in the USA at one: 76 is below 78
    free = ta.plan([3.0, 2, 1], 0.1, None, aim="least movement")
    about = dict(openpyxl.load_workbook(free.to_excel(tmp_path / "free.xlsx"))["About the plan"].values)
    assert about["Largest share of any market"] == "no cap"
    assert about["Limits"].startswith("none were given")


@pytest.mark.parametrize(
    ("aim", "gain"),
    [
        ("least concentrated", lambda x, y: ((y / y.sum()) ** 2).sum()),
        ("even growth", lambda x, y: ((y - x) ** 2 / x).sum()),
        ("least movement", lambda x, y: ((y - x) ** 2).sum()),
    ],
)
def test_what_a_limit_saves_is_the_derivative_of_the_aim(aim, gain):
    x, upper, step = np.array([60.0, 25, 10, 5]), np.array([61.0, 26, 40, 40]), 1e-4
    done = ta.plan(x, 0.2, None, upper=upper, aim=aim)
    (market, kind), price = next(iter(done.shadow.items()))
    assert kind in ("upper", "lower")
    room = {"upper": upper + step * (np.arange(4) == market) * (kind == "upper")}
    room["lower"] = x - step * (np.arange(4) == market) * (kind == "lower")
    other = ta.plan(x, 0.2, None, aim=aim, **room)
    targets = [one.table["target"].to_numpy() for one in (done, other)]
    assert (gain(x, targets[0]) - gain(x, targets[1])) / step == pytest.approx(price, rel=1e-3)


def test_every_text_of_a_plan_is_there_for_every_kind():
    for lang in texts.LANGUAGES:
        known = texts.catalogue(lang)
        for kind in ("cap", "upper", "lower", "bloc"):
            assert {f"plan_kind_{kind}", f"plan_price_{kind}"} <= set(known)


# ---- frontier -----------------------------------------------------------------------------------------------------


def test_every_row_of_the_frontier_is_a_plan_and_nothing_turns_in_between(solved):
    for p, cost, _ in sample(solved[:40]):
        lower, upper = p["lower"], np.maximum(p["upper"], p["lower"])
        table = ta.frontier(p["x"], upper=upper, lower=lower, cost=cost)
        assert (np.diff(table["total"]) > 0).all()
        rows = table.to_dict("records")
        for row in rows:
            done = ta.plan(p["x"], row["growth"], None, lower=lower, upper=upper)
            assert done.hhi_after == pytest.approx(row["hhi"], rel=1e-9)
            assert done.table["share_after"].max() == pytest.approx(row["cap"], rel=1e-9)
            dear = ta.plan(p["x"], row["growth"], None, lower=lower, upper=upper, cost=cost)
            assert dear.cost == pytest.approx(row["cheapest"], abs=1e-7 * done.total)
        for one, two in itertools.pairwise(rows):
            part = one["total"] + 0.37 * (two["total"] - one["total"])
            growth, d = part / p["x"].sum() - 1, (part - one["total"]) / one["rising"]
            done = ta.plan(p["x"], growth, None, lower=lower, upper=upper)
            squares = one["hhi"] * one["total"] ** 2 + one["rising"] * d * (2 * one["level"] + d)
            assert done.hhi_after == pytest.approx(squares / part**2, rel=1e-9)
            dear = ta.plan(p["x"], growth, None, lower=lower, upper=upper, cost=cost)
            paid = one["cost"] + 0.37 * (two["cost"] - one["cost"])
            filled = ta.plan(p["x"], growth, None, lower=lower, upper=upper, cost=cost, aim="least concentrated")
            assert filled.cost == pytest.approx(paid, abs=1e-9 * done.total)
            between = one["cheapest"] + 0.37 * (two["cheapest"] - one["cheapest"])
            assert dear.cost == pytest.approx(between, abs=1e-7 * done.total)


def test_the_frontier_ends_where_all_are_equal_or_full():
    table = ta.frontier([6, 3, 1])
    assert table["growth"].tolist() == pytest.approx([0, 0.2, 0.8])
    assert table["hhi"].iloc[-1] == pytest.approx(1 / 3)
    free = ta.frontier([6, 3, 1], lower=0)
    assert free[["growth", "cap", "hhi"]].to_numpy().tolist() == [pytest.approx([0, 1 / 3, 1 / 3])]
    with pytest.raises(ta.TradeDataError, match="below its floor"):
        ta.frontier([6, 3, 1], upper=[5, 5, 5])


def test_the_figure_takes_a_frontier_and_a_plan_and_draws_what_plans_are():
    x, upper = [60, 15, 10, 8, 4, 3], [66, 30, 25, 18, 12, 10]
    done = ta.plan(x, growth=0.20, cap=0.50, upper=upper)
    for lang, words in {"en": "from 0.401 to 0.301", "vi": "giảm từ 0,401 xuống 0,301"}.items():
        ax = ta.figures.frontier(ta.frontier(x, upper=upper), plan=done, lang=lang)
        assert words in ax.figure.tradeanalysis_alt
    drawn = ax.tradeanalysis_data
    line = drawn[drawn["kind"] == "frontier"]
    assert line["growth"].max() <= 0.5
    assert len(line) > 30
    for growth, index in zip(line["growth"], line["hhi"], strict=True):
        assert ta.plan(x, growth=growth, cap=None, upper=upper).hhi_after == pytest.approx(index, rel=1e-9)


@pytest.mark.parametrize("aim", ["least concentrated", "even growth", "cheapest", "least movement", "least risk"])
def test_every_aim_has_a_name_in_the_workbook(aim, tmp_path):
    given = {"cost": [1, 2, 3], "covariance": np.diag([0.04, 0.09, 0.01])}
    done = ta.plan([60, 25, 15], 0.3, 0.5, aim=aim, **given)
    for lang, entry in {"en": "Aim", "vi": "Tiêu chí"}.items():
        book = openpyxl.load_workbook(done.to_excel(tmp_path / f"{lang}.xlsx", lang=lang))
        named = dict(book["About the plan" if lang == "en" else "Về phương án"].values)[entry]
        assert named.startswith(aim) == (lang == "en")


@pytest.mark.parametrize(
    ("x", "options", "english", "vietnamese"),
    [
        # 100 are kept of 90; of 100 there is room for 100; one market has all.
        ([60, 40], {"growth": -0.1, "cap": None}, "A fall of 10% cannot be met", "Mục tiêu giảm 10% không khả thi"),
        ([60, 40], {"upper": [60, 40], "cap": None}, "with no growth of the total.", "nếu giữ nguyên tổng kim ngạch."),
        ([60], {"cap": 0.5}, "It can be met without a cap;", "Có thể đạt được nếu bỏ mức trần;"),
        ([60, 40], {"cap": 0.5}, "with growth of about 20%, or under a cap of about 54.55%.", "tăng khoảng 20%, hoặc"),
    ],
)
def test_what_is_not_feasible_is_said_as_people_say_it(x, options, english, vietnamese):
    with pytest.raises(ta.InfeasiblePlan) as refused:
        ta.plan(x, **options)
    assert english in refused.value.sentence()
    assert vietnamese in refused.value.sentence("vi")


def test_what_does_not_change_visibly_is_said_to_stay():
    """.6^2 + .4^2 = .52; with .01 in a new market the index falls by less than a thousandth; 140 of 140 is 1."""
    done = ta.plan({"USA": 60.0, "CHN": 40.0}, growth=0.0, cap=None)
    assert done.sentence() == (
        "Growth of 0% can be met: the United States’ share stays at 60.0%, and the index of concentration stays at "
        "0.520."
    )
    assert done.sentence("vi") == (
        "Mục tiêu tăng 0% là khả thi: tỷ trọng của Hoa Kỳ giữ ở mức 60,0%, chỉ số tập trung không đổi, ở mức 0,520."
    )
    little = ta.plan({"USA": 60.0, "CHN": 40.0}, 0.0001, None, upper={"USA": 60, "CHN": 40, "JPN": 0.01})
    title = "A plan that raises exports by 0.0% leaves concentration at 0.520"
    assert title in ta.figures.frontier(ta.frontier([60, 40]), plan=little).figure.tradeanalysis_alt
    grown = ta.plan({"USA": 40.0, "CHN": 60.0}, 0.4, None, lower={"USA": 0, "CHN": 140.0})
    assert grown.sentence().startswith(
        "Growth of 40% can be met: China’s share rises from 60.0% to 100.0%, and the index of concentration rises from "
        "0.520 to 1.000; "
    )


# ---- several years ------------------------------------------------------------------------------------------------


def lowest_end(x, years, growth, rates):
    """The lowest largest value in the last year that any path reaches, by a dense program; None where there is none."""
    n = len(x)
    size = n * years
    rows, most = [], []
    for t in range(years):
        for j in range(n):
            here, before = np.zeros(size + 1), np.zeros(size + 1)
            here[t * n + j] = 1
            if t:
                before[(t - 1) * n + j] = 1
            start = 0.0 if t else x[j]
            rows += [before - here, here - (1 + rates[t][j]) * before]
            most += [-start, (1 + rates[t][j]) * start]
            if t == years - 1:
                here = here.copy()
                here[-1] = -1
                rows.append(here)
                most.append(0.0)
    sums = np.zeros((years, size + 1))
    for t in range(years):
        sums[t, t * n : (t + 1) * n] = 1
    totals = x.sum() * (1 + growth) ** np.arange(1, years + 1)
    done = linprog(np.r_[np.zeros(size), 1], A_ub=rows, b_ub=most, A_eq=sums, b_eq=totals, options=TIGHT)
    return (done.fun, totals[-1]) if done.status == 0 else None


@pytest.mark.parametrize("alike", [True, False])
def test_a_path_reaches_the_lowest_cap_that_any_path_can(alike):
    seen = {"met": 0, "missed": 0, "programmed": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n, years, growth = int(rng.integers(2, 7)), int(rng.integers(1, 5)), float(rng.uniform(0, 0.25))
        x = rng.lognormal(0, 1, n)
        rates = np.full((years, n), rng.uniform(growth, 0.6)) if alike else np.tile(rng.uniform(0, 0.8, n), (years, 1))
        limit = rates[0, 0] if alike else rates[0]
        best = lowest_end(x, years, growth, rates)
        if best is None:
            with pytest.raises(ta.InfeasiblePlan, match="cannot grow so fast"):
                ta.planner.plan_path(x, years, growth, 1.0, max_growth=limit)
            continue
        lowest = best[0] / best[1]
        with pytest.raises(ta.InfeasiblePlan) as caught:
            ta.planner.plan_path(x, years, growth, lowest * (1 - 1e-5), max_growth=limit)
        assert caught.value.nearest_cap == pytest.approx(lowest, rel=1e-7)
        seen["missed"] += 1
        path = ta.planner.plan_path(x, years, growth, min(lowest * (1 + 1e-7), 1.0), max_growth=limit)
        y = path.pivot(index="year", columns="market", values="target").to_numpy()
        assert y[-1].max() / y[-1].sum() <= lowest * (1 + 1e-6)
        assert y.sum(axis=1) == pytest.approx(x.sum() * (1 + growth) ** np.arange(years + 1), rel=1e-9)
        assert (y[1:] >= y[:-1] - 1e-9 * y.sum()).all()
        assert (y[1:] <= (1 + rates) * y[:-1] + 1e-9 * y.sum()).all()
        seen["met"] += 1
        seen["programmed"] += "HiGHS" in path.attrs["notes"]["path"]
    assert seen["met"] == seen["missed"] > 30
    # With one limit for all, filling is the best; with several it is not always.
    assert (seen["programmed"] == 0) == alike


def test_a_path_is_the_same_from_any_order_and_says_when_the_cap_can_be_kept():
    x = pd.Series({"USA": 60.0, "JPN": 10.0, "IND": 10.0, "DEU": 20.0})
    rates = pd.Series({"USA": 0.1, "JPN": 0.5, "IND": 0.5, "DEU": 0.05})
    one = ta.planner.plan_path(x, 3, 0.1, 0.46, max_growth=rates)
    other = ta.planner.plan_path(x[::-1], 3, 0.1, 0.46, max_growth=rates)
    keys = ["year", "market"]
    assert one.set_index(keys)["target"].to_dict() == pytest.approx(other.set_index(keys)["target"].to_dict())
    by_year = pd.DataFrame(dict.fromkeys((1, 2, 3), rates))
    assert ta.planner.plan_path(x, 3, 0.1, 0.46, max_growth=by_year)["target"].tolist() == one["target"].tolist()
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.planner.plan_path(x, 2, growth=0.10, cap=0.40, max_growth=0.5)
    # 60 of 100 * 1.1^t is at most 40% from 1.1^t = 1.5 on, in year 5.
    assert "in year 5" in str(caught.value)
    assert "năm thứ 5" in caught.value.sentence("vi")
    assert ta.planner.plan_path(x, 5, growth=0.10, cap=0.40, max_growth=0.5).query("year == 5")["share"].max() <= 0.4
    for wrong, words in (({"years": 0}, "whole number"), ({"years": 2, "growth": -0.1}, "cannot fall")):
        with pytest.raises(ta.TradeDataError, match=words):
            ta.planner.plan_path(x, **wrong)


# ---- promotion ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("response", ["root", "log"])
def test_a_budget_is_shared_as_a_general_solver_shares_it(response):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 9))
        a, k, budget = rng.uniform(0.1, 5, n), rng.uniform(0.2, 3, n), float(rng.uniform(0.5, 10))
        table = ta.planner.promote(a, budget, response=response, scale=k if response == "log" else None)
        gain = (lambda b: a @ np.sqrt(np.maximum(b, 0))) if response == "root" else (lambda b: a @ np.log1p(b / k))  # noqa: B023
        found = minimize(
            lambda b: -gain(b),  # noqa: B023
            np.full(n, budget / n),
            bounds=[(1e-12, None)] * n,
            constraints={"type": "eq", "fun": lambda b: b.sum() - budget},  # noqa: B023
            method="SLSQP",
            options={"ftol": 1e-13, "maxiter": 1000},
        )
        assert table["spend"].sum() == pytest.approx(budget, rel=1e-12)
        assert (table["spend"] >= 0).all()
        assert table["gain"].sum() == pytest.approx(gain(table["spend"].to_numpy()))
        assert table["gain"].sum() >= -found.fun - 1e-7
        assert table["gain"].sum() == pytest.approx(-found.fun, rel=1e-4)
        spent = table["spend"] > 0
        # Karush, Kuhn and Tucker: one marginal gain where something is spent, no larger one where nothing is.
        level = table["marginal"][spent].iloc[0]
        assert table["marginal"][spent].tolist() == pytest.approx([level] * int(spent.sum()))
        assert (table["marginal"][~spent] <= level * (1 + 1e-12)).all()


def test_a_budget_needs_effects_and_a_scale():
    assert ta.planner.promote({"A": 1.0, "B": 0.0}, 5)["spend"].to_dict() == {"A": 5.0, "B": 0.0}
    for wrong, words in (
        ({"x": [0, 0]}, "no market has an effect"),
        ({"budget": 0}, "above zero"),
        ({"response": "log"}, "scale= is needed"),
        ({"response": "log", "scale": 0.0}, "above zero in every market"),
        ({"scale": 1.0}, "only"),
        ({"response": "line"}, "choose from"),
    ):
        with pytest.raises(ta.TradeDataError, match=words):
            ta.planner.promote(**{"x": [1, 2], "budget": 3} | wrong)


# ---- limits from data ---------------------------------------------------------------------------------------------


def test_limits_are_the_best_growth_seen():
    rows = [("A", "X", y, v) for y, v in ((2000, 10), (2001, 15), (2002, 12))]
    rows += [("A", "Y", y, v) for y, v in ((2000, 8), (2001, 4), (2002, 2))]
    rows += [("A", "Z", 2002, 5), ("A", "Khác", 2002, 50)]
    rows += [("B", "X", y, v) for y, v in ((2000, 10), (2001, 25), (2002, 100))]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"]).assign(flow="export")
    own = ta.limits(table, reporter="A")
    assert own.to_dict() == pytest.approx({"X": 12 * 1.5, "Y": 2, "Z": 5})
    assert own.attrs["notes"]["no growth seen"] == "Z"
    assert ta.limits(table, reporter="A", years=2)["X"] == pytest.approx(12 * 1.2)
    assert ta.limits(table, reporter="A", growth="market")["X"] == pytest.approx(12 * 112 / 40)
    assert ta.limits(table, reporter="A", year=2001).to_dict() == pytest.approx({"X": 22.5, "Y": 4})
    renamed = table.rename(columns={"value": "fob"}).assign(value=1.0)
    assert ta.limits(renamed, reporter="A", value="fob").to_dict() == own.to_dict()
    assert ta.limits(renamed.drop(columns="value"), reporter="A", value="fob").to_dict() == own.to_dict()
    with pytest.raises(ta.SchemaError, match="'cif'"):
        ta.limits(table, reporter="A", value="cif")
    for wrong, words in (
        ({"years": 3}, "that far apart"),
        ({"years": 0}, "whole number"),
        ({"growth": "any"}, "choose from"),
        ({"year": 1999}, "not in the table"),
    ):
        with pytest.raises(ta.TradeDataError, match=words):
            ta.limits(table, reporter="A", **wrong)


def test_limits_of_a_real_panel_against_a_plain_loop():
    panel = ta.example("imports_1995_2019")
    with pytest.warns(ta.TradeDataWarning, match="read from the partners"):
        ceilings = ta.limits(panel, reporter="THA", flow="export", years=3)
    sold = panel[panel.partner == "THA"].pivot(index="year", columns="reporter", values="value")
    for market in ("USA", "JPN", "IND"):
        v = sold[market].to_dict()
        best = max(v[y + 3] / v[y] for y in v if y + 3 in v and v[y] > 0)
        assert ceilings[market] == pytest.approx(v[2019] * max(best, 1.0))
    with pytest.warns(ta.TradeDataWarning):
        exports = ta.basket(panel, reporter="THA", flow="export", year=2019)
    done = ta.plan(exports, growth=0.10, cap=0.25, upper=ceilings)
    assert (done.table["target"] <= ceilings[done.table.index] * (1 + 1e-12)).all()
    assert done.hhi_after < done.hhi_before
