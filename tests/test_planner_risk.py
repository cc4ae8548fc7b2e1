"""The plan of least risk against all active sets, the conditions of the best, and water filling."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import cases, sampled

import tradeanalysis as ta
from tradeanalysis.planner.critical_line import risk_path

PROBLEMS = cases(500)


def problem(seed):
    """Limits and a covariance, often singular or full of ties: of few factors, whole numbers, or riskless markets."""
    rng = np.random.default_rng(seed)
    n, kind = int(rng.integers(2, 5)), rng.random()
    factors = int(rng.integers(1, n + 1)) if kind < 0.4 else 2 * n
    loads = rng.normal(size=(n, factors)) if rng.random() < 0.5 else rng.integers(-2, 3, (n, factors)).astype(float)
    s = np.diag(rng.integers(0, 3, n).astype(float)) if kind < 0.1 else loads @ loads.T
    x = rng.lognormal(0, 1.5, n) if rng.random() < 0.5 else rng.integers(0, 5, n).astype(float)
    x[0] += 1
    lower = x * rng.choice([0, 0.5, 1])
    upper = lower + rng.integers(0, 4, n) if (kind := rng.random()) < 0.4 else np.maximum(x, lower) * 2
    upper[0] += 1
    if kind > 0.6:
        upper[rng.integers(n)] = np.inf
    if kind > 0.8:
        upper[:] = np.inf
    return x, lower, upper, s


def least_variances(s, lower, upper, totals):
    """The least y'Sy over all choices of who is at a floor, at a ceiling and free: the best of those that are plans."""
    n, totals = len(lower), np.asarray(totals)
    sides = np.array(list(itertools.product((-1, 0, 1), repeat=n)))
    sides = sides[~((sides > 0) & np.isinf(upper)).any(axis=1)]
    free = sides == 0
    # One row for each market, free ones at one marginal risk and the others at their limit, and one for the total.
    systems, given = np.zeros((len(sides), n + 1, n + 1)), np.zeros((len(sides), n + 1, 2))
    systems[:, :n, :n] = np.where(free[:, :, None], s, np.eye(n))
    systems[:, :n, n], systems[:, n, :n], given[:, n, 1] = free, 1, 1
    given[:, :n, 0] = np.where(free, 0, np.where(sides < 0, lower, np.where(np.isinf(upper), 0, upper)))
    alone = ~free.any(axis=1)  # with none free the total is what it is
    systems[alone, n] = np.eye(n + 1)[n]
    good = np.linalg.cond(systems) < 1e10  # where a system is singular, fewer free markets do as well
    fixed, moving = np.moveaxis(np.linalg.solve(systems[good], given[good])[:, :n], 2, 0)
    y = fixed + totals[:, None, None] * moving * ~alone[good][:, None]
    slack = 1e-9 * totals[:, None]
    keeps = (np.abs(y.sum(axis=2) - totals[:, None]) < slack) & (y >= lower - slack[..., None]).all(axis=2)
    keeps &= (y <= upper + slack[..., None]).all(axis=2)
    return np.where(keeps, (y @ s * y).sum(axis=2), np.inf).min(axis=1)


def test_no_other_plan_has_less_risk_and_nothing_turns_between_rows():
    for seed in range(PROBLEMS):
        x, lower, upper, s = problem(seed)
        table = ta.frontier(x, upper=upper, lower=lower, covariance=s)
        size, totals = np.diag(s).max(), table["total"].to_numpy()
        want = least_variances(s, lower, upper, totals)
        assert (table["risk"] * totals).to_numpy() ** 2 == pytest.approx(want, abs=1e-9 * size * totals[-1] ** 2)
        assert (np.diff(totals) > 0).all()
        # A quadratic has no third difference: it would have one if the plan turned in between.
        for one, two in itertools.pairwise(totals):
            along = least_variances(s, lower, upper, np.linspace(one, two, 5))
            assert np.diff(along, 3) == pytest.approx(0, abs=1e-8 * size * two**2)


def test_the_path_moves_on_as_long_as_the_total_can_grow():
    for seed in range(PROBLEMS):
        _, lower, upper, s = problem(seed)
        path = risk_path(s, lower, upper)
        beyond = 2 * path.totals[-1] + 1
        last = path.at(np.array([beyond]))[0]
        if np.isinf(upper).any():
            assert last.sum() == pytest.approx(beyond, rel=1e-12)
            want = least_variances(s, lower, upper, [beyond])[0]
            assert last @ s @ last == pytest.approx(want, abs=1e-9 * np.diag(s).max() * beyond**2)
        else:
            assert last == pytest.approx(upper, rel=1e-12)


MANY = 200
COVARIANCES = {
    "many years": lambda rng: np.cov(rng.normal(size=(MANY, 500))) + 0.3,
    "few years": lambda rng: np.cov(rng.normal(size=(MANY, 24))),
    "uneven": lambda rng: np.cov(rng.normal(size=(MANY, 500)) * rng.lognormal(0, 1.5, (MANY, 1))),
    "twins": lambda rng: np.kron(np.cov(rng.normal(size=(MANY // 4, 30))), np.ones((4, 4))),
    "one factor": lambda rng: np.outer(load := rng.uniform(0.5, 1.5, MANY), load),
}


@sampled("kind", COVARIANCES)
@pytest.mark.parametrize("limits", ["floors and ceilings", "ceilings", "floors"])
def test_two_hundred_markets_meet_the_conditions_of_the_best(kind, limits):
    rng = np.random.default_rng(len(kind) + len(limits))
    s, x = COVARIANCES[kind](rng), rng.lognormal(0, 2, MANY)
    lower = 0 * x if limits == "ceilings" else x
    upper = np.full(MANY, np.inf) if limits == "floors" else x * rng.uniform(1.2, 3, MANY)
    path = risk_path(s, lower, upper)
    totals = np.r_[path.totals, (path.totals[1:] + path.totals[:-1]) / 2, path.totals[-1] * (1 + (limits == "floors"))]
    totals = totals[totals > 0]
    assert len(totals) > 1
    for total, y in zip(totals, path.at(totals), strict=True):
        assert y.sum() == pytest.approx(total, rel=1e-12)
        slack = 1e-11 * total
        assert (y >= lower - slack).all()
        assert (y <= upper + slack).all()
        # No market that could give has a higher marginal risk than one that could take.
        marginal = s @ y / (np.abs(s).max() * y.max())
        dearest, cheapest = marginal[y > lower + slack], marginal[y < upper - slack]
        assert dearest.max(initial=-np.inf) <= cheapest.min(initial=np.inf) + 1e-9


@pytest.mark.parametrize("upper", [None, [66, 30, 25, 18, 12, 10]])
def test_with_independent_shocks_of_one_size_it_is_water_filling(upper):
    x, sigma = [60, 15, 10, 8, 4, 3], 0.3
    table = ta.frontier(x, upper=upper, covariance=sigma**2 * np.eye(6))
    assert table["risk"].to_numpy() == pytest.approx(sigma * np.sqrt(table["hhi"]).to_numpy(), rel=1e-12)
    assert table.drop(columns="risk").equals(ta.frontier(x, upper=upper))
    for growth in (0.1, 0.3, 0.55):
        least, filled = (
            ta.plan(x, growth, 0.6, upper=upper, covariance=sigma**2 * np.eye(6), aim=aim)
            for aim in ("least risk", "least concentrated")
        )
        assert least.table["target"].to_numpy() == pytest.approx(filled.table["target"].to_numpy(), rel=1e-12)


def test_the_frontier_goes_on_to_where_risk_turns_last():
    # The safe market rises until it sells four times as much as the one of twice its volatility, then both do.
    table = ta.frontier([60, 40], covariance=np.diag([0.01, 0.04]))
    assert table["total"].tolist() == pytest.approx([100, 120, 200])
    assert table["risk"].tolist() == pytest.approx([10 / 100, 128**0.5 / 120, 320**0.5 / 200])
    done = ta.plan([60, 40], 2.0, None, covariance=np.diag([0.01, 0.04]), aim="least risk")
    assert done.table["target"].tolist() == pytest.approx([240, 60])
    assert done.hhi_after > ta.plan([60, 40], 2.0, None).hhi_after
    assert done.table.attrs["notes"]["risk"] == "0.1000 before, 0.0894 after"


def test_markets_that_move_as_one_share_and_a_hedge_has_no_risk():
    together = np.array([[4.0, 4, 0], [4, 4, 0], [0, 0, 4]])
    done = ta.plan([1, 1, 1], 2.0, None, covariance=together, aim="least risk")
    assert done.table["target"].tolist() == pytest.approx([2.25, 2.25, 4.5], rel=1e-8)
    hedge = ta.frontier([3, 1], covariance=[[1, -1], [-1, 1]])
    assert hedge["total"].tolist() == pytest.approx([4, 6])
    assert hedge["risk"].tolist() == pytest.approx([0.5, 0], abs=1e-9)
    assert ta.frontier([3, 1], covariance=np.zeros((2, 2)))["risk"].tolist() == [0, 0]
    assert ta.frontier([3, 1], upper=[3, 1], covariance=np.eye(2))["risk"].tolist() == pytest.approx([10**0.5 / 4])


def test_labels_units_and_the_order_of_markets_make_no_difference():
    rng = np.random.default_rng(3)
    markets = [f"M{i:02}" for i in range(30)]
    loads = rng.normal(size=(30, 12))
    s = pd.DataFrame(loads @ loads.T, markets, markets)
    x = pd.Series(rng.lognormal(0, 1.5, 24), markets[:24])
    upper = 2.5 * x
    upper["M27"] = 3.0  # a market to open
    table = ta.frontier(x, upper=upper, covariance=s)
    done = ta.plan(x, 0.6, 0.3, upper=upper, covariance=s, aim="least risk")
    mixed = rng.permutation(30)
    other = s.iloc[mixed, mixed]
    again = ta.frontier(1000 * x.sample(frac=1, random_state=1), upper=1000 * upper[::-1], covariance=7 * other)
    assert np.interp(table["growth"], again["growth"], again["risk"]) == pytest.approx(
        7**0.5 * table["risk"].to_numpy(), rel=1e-9
    )
    moved = ta.plan(x[::-1], 0.6, 0.3, upper=upper[::-1], covariance=other, aim="least risk").table["target"]
    pd.testing.assert_series_equal(moved[done.table.index], done.table["target"], rtol=1e-7)


def test_each_row_is_a_plan_and_prices_are_what_a_limit_saves():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        loads, x = rng.normal(size=(8, 12)), rng.lognormal(0, 1, 8)
        s, upper = loads @ loads.T / 12, x * rng.uniform(1.2, 3, 8)

        def variance(lower, upper, growth=0.4, x=x, s=s):
            done = ta.plan(x, growth, None, lower=lower, upper=upper, covariance=s, aim="least risk")
            share = done.table["share_after"].to_numpy()
            return share @ s @ share, done

        for growth, risk in ta.frontier(x, upper=upper, covariance=s)[["growth", "risk"]].to_numpy()[:-1:3]:
            assert variance(x, upper, growth)[0] == pytest.approx(risk**2, rel=1e-9)
        least, done = variance(x, upper)
        assert len(done.binding)
        for market, kind, _, saves in done.binding.itertuples(index=False):
            room = np.zeros(8)
            room[market] = 1e-6
            eased = (x - room, upper) if kind == "lower" else (x, upper + room)
            assert (least - variance(*eased)[0]) / 1e-6 == pytest.approx(saves, rel=1e-3, abs=1e-7)


def test_the_covariance_of_demand_makes_a_plan():
    table = ta.example("imports_1995_2019")
    covariance = ta.stress.demand_covariance(table)
    with pytest.warns(ta.TradeDataWarning, match="no exports"):
        x = ta.basket(table, reporter="AUS", year=2019, flow="export")
    with pytest.raises(ta.TradeDataError, match="has no row for"):
        ta.frontier(x, covariance=covariance)
    x = x[x.index.isin(covariance.index)]
    frontier = ta.frontier(x, upper=2 * x, covariance=covariance)
    now = ta.stress.demand_risk(x, covariance).volatility
    assert frontier["risk"].iloc[0] == pytest.approx(now, rel=1e-9)
    done = ta.plan(x, 0.3, None, upper=2 * x, covariance=covariance, aim="least risk")
    least = ta.stress.demand_risk(done.table["target"], covariance).volatility
    assert (
        least < ta.stress.demand_risk(ta.plan(x, 0.3, None, upper=2 * x).table["target"], covariance).volatility < now
    )
    assert "growth of 30%" in done.sentence().lower()


@pytest.mark.parametrize(
    ("covariance", "words"),
    [
        (np.eye(2), r"shape \(2, 2\)"),
        (np.full((3, 3), np.nan), "missing"),
        (np.eye(3) + np.eye(3, k=1), "symmetric"),
        (1 - 2 * np.eye(3), "negative"),
        (pd.DataFrame(np.eye(2), ["USA", "CHN"], ["USA", "CHN"]), "has no row for JPN"),
        (pd.DataFrame(np.eye(3), ["USA", "CHN", "JPN"], ["USA", "JPN", "CHN"]), "the same as rows"),
        (pd.DataFrame(np.eye(3), ["USA", "USA", "JPN"], ["USA", "USA", "JPN"]), "once"),
    ],
)
def test_what_is_no_covariance_of_these_markets_is_refused(covariance, words):
    x = {"USA": 5, "CHN": 3, "JPN": 2}
    with pytest.raises(ta.TradeDataError, match=words):
        ta.frontier(x, covariance=covariance)
    with pytest.raises(ta.TradeDataError, match=words):
        ta.plan(x, covariance=covariance, aim="least risk")


def test_the_aim_needs_a_covariance_and_takes_no_blocs():
    x = {"USA": 5, "CHN": 3, "JPN": 2}
    for more in ({}, {"covariance": np.eye(3), "blocs": {"A": ["USA"]}, "bloc_cap": 0.9}):
        with pytest.raises(ta.TradeDataError, match="needs covariance="):
            ta.plan(x, aim="least risk", **more)
