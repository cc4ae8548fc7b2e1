"""What if: losses against print and brute force, diversion by hand, risk by its identities, and what is refused."""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import told
from hypothesis import given, settings
from hypothesis import strategies as st

import tradeanalysis as ta

X = [60, 20, 10, 10]
ROOM = [20, 6, 4, 3]
FOUR = ["USA", "CHN", "JPN", "KOR"]
values = st.lists(st.integers(1, 1000), min_size=1, max_size=7)


def loop(x, room, rho, lost):
    """One scenario, market by market, in exact numbers: gross loss, what is re-placed, and what every market takes."""
    x, lost = [Fraction(one) for one in x], [Fraction(one) for one in lost]
    gross = sum(part * one for part, one in zip(lost, x, strict=True))
    weights = x if room is None else [Fraction(one) for one in room]
    open_to = [weight if part == 0 else Fraction(0) for part, weight in zip(lost, weights, strict=True)]
    most = sum(open_to)
    replaced = Fraction(rho) * gross
    if room is not None or most == 0:
        replaced = min(replaced, most)
    kept = [(1 - part) * one for part, one in zip(lost, x, strict=True)]
    after = [one + (replaced * weight / most if most else 0) for one, weight in zip(kept, open_to, strict=True)]
    return gross, replaced, after


# ---- contingency --------------------------------------------------------------------------------------------------


def test_net_losses_in_print():
    """x = (60, 20, 10, 10), room (20, 6, 4, 3), a redirect rate of one half: 47, 10, 5 and 5 per cent."""
    table = ta.contingency(X, redirect=0.5, room=ROOM)
    assert table["net_share"].tolist() == pytest.approx([0.47, 0.10, 0.05, 0.05], rel=1e-12)
    assert table["partner"].tolist() == [0, 1, 2, 3]
    assert table["replaced"].tolist() == pytest.approx([13, 10, 5, 5], rel=1e-12)
    ten = ta.contingency(np.array(X) * 10, room=np.array(ROOM) * 10)
    assert ten["net_loss"].tolist() == pytest.approx([470, 100, 50, 50], rel=1e-12)
    assert ten["net_share"].tolist() == pytest.approx(table["net_share"].tolist(), rel=1e-12)


def test_hhi_without_a_market_is_that_of_the_rest():
    """(H - s^2) / (1 - s)^2: .375 without the first of (.6, .2, .1, .1)."""
    table = ta.contingency([0.6, 0.2, 0.1, 0.1], redirect=0)
    assert table["hhi_after"][0] == pytest.approx(0.375, rel=1e-12)
    # In proportion to what they take already, the shares of the rest stay as they are.
    every = ta.contingency([0.6, 0.2, 0.1, 0.1], redirect=1)
    assert every["hhi_after"].tolist() == pytest.approx(table["hhi_after"].tolist(), rel=1e-12)
    assert every["net_loss"].tolist() == pytest.approx([0] * 4, abs=1e-15)


@pytest.mark.parametrize("room", [None, [50], pd.Series({"USA": 50.0})])
def test_of_a_sole_partner_all_is_lost(room):
    x = pd.Series({"USA": 100.0}) if isinstance(room, pd.Series) else [100]
    row = ta.contingency(x, redirect=0.5, room=room).iloc[0]
    assert row[["gross_loss", "replaced", "net_loss", "net_share"]].tolist() == [100, 0, 100, 1]
    assert np.isnan(row["hhi_after"])


@given(values, st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.data())
@settings(deadline=None)
def test_every_scenario_is_that_of_the_loop(x, rho, data):
    n = len(x)
    parts = st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0])
    room = data.draw(st.none() | st.lists(st.integers(0, 300), min_size=n, max_size=n))
    lost = np.array(data.draw(st.lists(st.lists(parts, min_size=n, max_size=n), min_size=1, max_size=4)))
    frame = pd.DataFrame(lost, index=[f"s{i}" for i in range(len(lost))])
    table = ta.contingency(x, rho, room, scenarios=frame).set_index("scenario")
    for name, row in frame.iterrows():
        gross, replaced, after = loop(x, room, rho, row)
        found = table.loc[name, ["gross_loss", "replaced", "net_loss"]].tolist()
        assert found == pytest.approx([float(gross), float(replaced), float(gross - replaced)], rel=1e-12, abs=1e-12)
        left = sum(after)
        if left:
            assert table.loc[name, "hhi_after"] == pytest.approx(float(sum(one**2 for one in after) / left**2))
        else:
            assert np.isnan(table.loc[name, "hhi_after"])
        # What is lost and what is left make up the whole, and no market takes more than its room.
        assert gross - replaced + left == sum(x)
        if room is not None:
            assert all(one <= before + most for one, before, most in zip(after, x, room, strict=True))
    assert table["net_loss"].is_monotonic_decreasing


def test_labels_keep_their_places_and_room_may_open_new_markets():
    x = pd.Series(dict(zip(FOUR, X, strict=True)), dtype=float)
    shuffled = pd.Series(dict(zip(FOUR, ROOM, strict=True)), dtype=float)[["KOR", "USA", "JPN", "CHN"]]
    table = ta.contingency(x, 0.5, shuffled).set_index("partner")
    assert table["net_loss"].to_dict() == pytest.approx({"USA": 47, "CHN": 10, "JPN": 5, "KOR": 5})
    wide = ta.contingency(x, 0.5, pd.concat([shuffled, pd.Series({"IND": 5.0})])).set_index("partner")
    assert wide["net_loss"]["USA"] == pytest.approx(42)
    assert wide.index.tolist() == FOUR  # nothing is sold in India: it cannot be lost
    # (20 - 6), (10 + 4), (10 + 3) and 5 where there was nothing.
    rest = np.array([26, 14, 13, 5])
    assert wide["hhi_after"]["USA"] == pytest.approx((rest**2).sum() / rest.sum() ** 2)
    none = ta.contingency(x, 0.5, shuffled.drop("CHN")).set_index("partner")
    assert none["replaced"]["USA"] == pytest.approx(7)


def test_pairs_are_all_pairs():
    x = pd.Series(dict(zip([*FOUR, "LAO"], [*X, 0], strict=True)), dtype=float)
    table = ta.contingency(x, 0.5, scenarios="pairs").set_index("scenario")
    assert len(table) == 6
    for one, other in itertools.combinations(FOUR, 2):
        assert table.loc[f"{one}, {other}", "gross_loss"] == x[one] + x[other]
    with pytest.raises(ta.TradeDataError, match="pairs need two"):
        ta.contingency([5.0], scenarios="pairs")


def test_scenarios_by_name():
    x = pd.Series(dict(zip(FOUR, X, strict=True)), dtype=float)
    what = {
        "tariff": {"USA": 0.25},
        "route": ["JPN", "KOR", "TWN"],
        "prices": 0.1,
        "one": "CHN",
        "series": pd.Series({"JPN": 0.5, "KOR": 1.0}),
    }
    table = ta.contingency(x, 0.5, scenarios=what).set_index("scenario")
    assert table["gross_loss"].to_dict() == pytest.approx(
        {"tariff": 15, "route": 20, "prices": 10, "one": 20, "series": 15}
    )
    assert table.loc["prices", "replaced"] == 0  # no market is left alone
    assert table.loc["route", "replaced"] == 10
    assert table.loc["tariff", "hhi_after"] == pytest.approx(
        (45**2 + 23.75**2 + 2 * 11.875**2) / (45 + 23.75 + 23.75) ** 2
    )


def test_blocs_close_as_one():
    x = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    table = ta.contingency(x, 0.5, scenarios=["ASEAN", "EU27"]).set_index("scenario")
    for bloc in ("ASEAN", "EU27"):
        members = [one for one in ta.bloc(bloc) if one in x.index]
        assert table.loc[bloc, "gross_share"] == pytest.approx(x[members].sum() / x.sum())
    assert ta.contingency(x, scenarios="ASEAN")["net_loss"][0] == table.loc["ASEAN", "net_loss"]
    shares = ta.dependency.bloc_shares(ta.example("world_2023"), reporter="VNM", flow="export", blocs=["ASEAN"])
    assert table.loc["ASEAN", "gross_share"] == pytest.approx(shares["share"][0])


def test_the_answer_says_what_was_assumed():
    x = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    notes = ta.contingency(x, 0.4, 0.1 * x).attrs["notes"]
    assert notes["redirect"] == "0.40"
    assert notes["room"] == "10.00% of value, in 118 markets"
    assert notes["hhi_before"] == f"{ta.hhi(x):.4f}"
    assert notes["source"].startswith("CEPII")
    rest = pd.DataFrame({"partner": ["USA", "CHN", "Các nước khác"], "value": [5.0, 3.0, 2.0]})
    with told("TA-119"):
        allocated = ta.basket(rest)
    for found in (ta.contingency(allocated), ta.worst(allocated, k=1)):
        assert found["gross_share"][0] == 0.625
        assert found.attrs["notes"]["unallocated"] == "20.00% of all value, in no market"
        assert found.attrs["notes"]["shares"] == "of the 80.00% that is allocated to markets"


@pytest.mark.parametrize(
    ("x", "more", "words"),
    [
        ([0, 0], {}, "no trade"),
        ([1, -1], {}, "negative"),
        ([1, np.nan], {}, "missing"),
        ([[1, 2]], {}, "not a matrix"),
        (pd.Series([1.0, 2.0], index=["USA", "USA"]), {}, "x names USA more than once"),
        (X, {"redirect": 1.5}, "from 0 to 1"),
        (X, {"redirect": float("nan")}, "redirect= takes one number"),
        (X, {"room": [1, 2]}, "room has 2 values for 4 markets"),
        (X, {"room": [1, 2, 3, -4]}, "negative"),
        (X, {"scenarios": {"too much": 1.5}}, "'too much' takes 1.5"),
        (X, {"scenarios": {"gain": {0: -0.5}}}, "takes -0.5"),
        (X, {"scenarios": {"where": {"USA": 0.5}}}, "names USA: not among the markets"),
        (X, {"scenarios": {"where": ["USA"]}}, "closes none"),
        (X, {"scenarios": pd.DataFrame({9: [0.5]})}, "names 9: not among"),
        (X, {"scenarios": pd.DataFrame({0: [np.nan]})}, "takes nan"),
        (X, {"scenarios": pd.DataFrame([[0.5, 0.5]], columns=[0, 0])}, "the table of scenarios names 0 more than once"),
        (X, {"scenarios": {}}, "no scenario"),
        (X, {"scenarios": 5}, "scenarios=5"),
        (X, {"scenarios": "the moon"}, "not a known bloc"),
        (
            {"USA": 2, "CHN": 1},
            {"scenarios": {"a": {"USA": 0.5, "Hoa Kỳ": 0.2}}},
            "'a' names USA more than once",
        ),
        ({"USA": 2, "CHN": 1}, {"room": {"USA": 0.5, "Hoa Kỳ": 0.2}}, "room names USA more than once"),
        ({"USA": 2, "CHN": 1}, {"room": {"World": 5}}, "World among the markets"),
    ],
)
def test_contingency_says_what_is_wrong(x, more, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.contingency(x, **more)


def test_a_country_is_known_by_its_other_names():
    x = pd.Series({"USA": 60.0, "CHN": 40.0})
    table = ta.contingency(x, scenarios={"a": ["Hoa Kỳ"], "b": {"Trung Quốc": 0.5}, "c": "United States"})
    assert table.set_index("scenario")["gross_loss"].to_dict() == {"a": 60, "b": 20, "c": 60}
    table = ta.contingency({"Hoa Kỳ": 3, "Thái Lan": 2}, scenarios="ASEAN", room={"USA": 1})
    assert table[["gross_loss", "replaced"]].values.tolist() == [[2, 1]]
    moved = ta.stress.divert(x, {"Mỹ": -0.2}, 2)
    assert moved["price_change"].tolist() == [-0.2, 0]
    # Two markets of one country: which of them is meant is not known.
    both = pd.Series({"USA": 60.0, "Hoa Kỳ": 40.0})
    with pytest.raises(ta.TradeDataError, match="'a' closes none"):
        ta.contingency(both, scenarios={"a": ["United States"]})
    # Places are no codes: 4 is Afghanistan in M49.
    with pytest.raises(ta.TradeDataError, match="'a' closes none"):
        ta.contingency([1, 1, 1, 1, 1], scenarios={"a": ["AFG"]})


@pytest.mark.parametrize("label", ["Tổng cộng", "World", "EU", "Areas nes", "Các nước khác"])
def test_totals_and_remainders_are_no_market(label):
    x = pd.Series({"USA": 1.0, "CHN": 2.0, label: 3.0})
    for ask in (
        lambda: ta.contingency(x),
        lambda: ta.worst(x, k=1),
        lambda: ta.stress.divert(x, {"USA": -0.2}, 2),
        lambda: ta.stress.demand_risk(x, np.eye(3)),
        lambda: ta.plan(x, growth=0.1, cap=0.5),
    ):
        with pytest.raises(ta.AggregateRowError, match=f"{label} among the markets.*as ta.basket does"):
            ask()


def test_a_dict_is_a_series():
    x, room = {"USA": 60, "CHN": 20, "JPN": 20}, {"JPN": 4, "USA": 20, "LAO": 5}
    s, space = pd.Series(x), pd.Series(room)
    pd.testing.assert_frame_equal(ta.contingency(x, room=room), ta.contingency(s, room=space))
    pd.testing.assert_frame_equal(ta.worst(x, 2, room=room), ta.worst(s, 2, room=space))
    pd.testing.assert_frame_equal(ta.stress.divert(x, {"USA": -0.1}, 2), ta.stress.divert(s, {"USA": -0.1}, 2))
    pd.testing.assert_frame_equal(ta.stress.demand_risk(x, np.eye(3)).table, ta.stress.demand_risk(s, np.eye(3)).table)
    pd.testing.assert_frame_equal(ta.stress.diversity_profile(x), ta.stress.diversity_profile(s))
    assert ta.contingency(x)["partner"].tolist() == ["USA", "CHN", "JPN"]
    with pytest.raises(ta.TradeDataError, match="negative"):
        ta.contingency({"USA": -1, "CHN": 2})


# ---- worst --------------------------------------------------------------------------------------------------------


@given(values, st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.data())
@settings(deadline=None)
def test_the_worst_k_are_those_of_all_sets(x, rho, data):
    n = len(x)
    room = data.draw(st.none() | st.lists(st.integers(0, 300), min_size=n, max_size=n))
    table = ta.worst(x, n, rho, room)
    assert table["k"].tolist() == list(range(1, n + 1))
    for k, markets, net in table[["k", "markets", "net_loss"]].itertuples(index=False):
        sets = itertools.combinations(range(n), k)
        losses = {one: loop(x, room, rho, [float(i in one) for i in range(n)])[:2] for one in sets}
        worst = max(gross - replaced for gross, replaced in losses.values())
        gross, replaced = losses[tuple(int(one) for one in markets.split(", "))]
        assert gross - replaced == worst
        assert net == pytest.approx(float(worst), rel=1e-12, abs=1e-12)


def test_the_worst_two_need_not_hold_the_worst_one():
    """At room (0, 0, 0, 40): the first alone loses 30; with it the fourth takes all the room, 70."""
    table = ta.worst(X, 2, 0.5, [0, 0, 0, 40])
    assert table["markets"].tolist() == ["0", "0, 3"]
    assert table["net_loss"].tolist() == [30, 70]
    apart = ta.worst([10, 9, 8], 2, 1.0, [0, 9, 10])
    assert apart["markets"][1] == "1, 2"
    assert apart["net_loss"].tolist() == [0, 17]


@pytest.mark.parametrize("k", [0, 5, 1.5, True])
def test_no_more_markets_close_than_there_are(k):
    with pytest.raises(ta.TradeDataError, match="from 1 to 4"):
        ta.worst(X, k)


# ---- diversion ----------------------------------------------------------------------------------------------------


def test_diversion_in_print():
    """Shares .5, .3, .2, elasticity 2, -20% in the first: -22.88% there, +20.50% elsewhere, revenue -8.90%."""
    table = ta.stress.divert([0.5, 0.3, 0.2], price_change=[-0.2, 0, 0], elasticity=2)
    assert table["quantity_change"].round(4).tolist() == [-0.2288, 0.2050, 0.2050]
    assert round(table["value_after"].sum() - 1, 4) == -0.0890
    # P^3 = .5 * .8^3 + .5 = .756
    assert table["value_after"].sum() == pytest.approx(0.756 ** (1 / 3), rel=1e-14)
    assert "-8.90%" in table.attrs["notes"]["revenue"]


@given(values, st.sampled_from([0, 0.5, 1, 2, 10]), st.data())
@settings(deadline=None)
def test_diversion_stays_on_the_frontier_and_is_worth_most_there(x, eta, data):
    prices = np.array(data.draw(st.lists(st.floats(0.5, 2), min_size=len(x), max_size=len(x))))
    table = ta.stress.divert(x, prices - 1, eta)
    theta, q = np.array(x) / sum(x), 1 + table["quantity_change"].to_numpy()
    assert table["value_after"].tolist() == pytest.approx((np.array(x) * prices * q).tolist(), rel=1e-9)
    assert table["share_after"].sum() == pytest.approx(1)
    if eta > 0:
        frontier = 1 + 1 / eta
        assert theta @ q**frontier == pytest.approx(1, rel=1e-6)
        # Any other point of the frontier earns no more.
        for step in np.random.default_rng(0).uniform(0.5, 1.5, (5, len(x))):
            other = q * step
            other = other / (theta @ other**frontier) ** (1 / frontier)
            assert theta @ (prices * other) <= theta @ (prices * q) * (1 + 1e-9)
    else:
        assert q.tolist() == pytest.approx([1] * len(x))
    assert ta.stress.divert(x, (prices * 1.5 - 1), eta)["quantity_change"].tolist() == pytest.approx(
        table["quantity_change"].tolist(), abs=1e-9
    )


def test_diversion_of_many_scenarios_is_that_of_each():
    x = pd.Series(dict(zip(FOUR, X, strict=True)), dtype=float)
    changes = pd.DataFrame({"CHN": [0.0, -1.0], "USA": [-0.2, 0.1]}, index=["a", "b"])
    both = ta.stress.divert(x, changes, 3)
    for name, row in changes.iterrows():
        alone = ta.stress.divert(x, row, 3)
        one = pd.DataFrame(both[both["scenario"] == name]).drop(columns="scenario").reset_index(drop=True)
        pd.testing.assert_frame_equal(one, pd.DataFrame(alone), rtol=1e-12)
        assert ta.stress.divert(x, row.to_dict(), 3).equals(alone)
    closed = both[(both["scenario"] == "b") & (both["partner"] == "CHN")].iloc[0]
    assert closed["value_after"] == 0
    assert closed["quantity_change"] == -1


def test_a_market_without_trade_has_no_change_and_no_say():
    table = ta.stress.divert([50, 50, 0], [0, -0.5, 5.0], 1e4)
    assert np.isnan(table["quantity_change"][2])
    assert np.isnan(table["value_change"][2])
    assert table["value_after"].tolist() == pytest.approx([100, 0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "eta", "words"),
    [
        ([-1.5, 0, 0, 0], 2, "-1 or more"),
        ([-1, -1, -1, -1], 2, "nothing can be sold"),
        ([0, 0], 2, "4 markets and 2 changes"),
        ({"USA": -0.1}, 2, "not among"),
        ([np.nan, 0, 0, 0], 2, "-1 or more"),
        ([0, 0, 0, 0], -1, "0 or more"),
        ([0, 0, 0, 0], np.inf, "0 or more"),
    ],
)
def test_divert_says_what_is_wrong(change, eta, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.stress.divert(X, change, eta)


def test_a_tariff_is_shared_by_buyer_and_seller():
    """The buyer's price is the seller's times 1 + t, and rises by (1 + t)^pass_through."""
    for tariff, through in itertools.product((0.0, 0.2, 1.0), (0.0, 0.3, 1.0)):
        seller = 1 + ta.stress.price_under_tariff(tariff, through)
        assert seller * (1 + tariff) == pytest.approx((1 + tariff) ** through, rel=1e-12)
    assert ta.stress.price_under_tariff({"USA": 0.25, "CHN": 0.0}, 0).to_dict() == pytest.approx(
        {"USA": -0.2, "CHN": 0}
    )
    assert ta.stress.price_under_tariff([0.25, 0.0], 0).tolist() == pytest.approx([-0.2, 0])
    frame = ta.stress.price_under_tariff(pd.DataFrame({"USA": [0.25]}, index=["a"]), 0)
    assert frame.loc["a", "USA"] == pytest.approx(-0.2)
    for tariff, through in ((-0.1, 0.5), (0.1, 1.5), ([0.1, np.nan], 0.5), (25, 0.5)):
        with pytest.raises(ta.TradeDataError):
            ta.stress.price_under_tariff(tariff, through)


# ---- demand risk --------------------------------------------------------------------------------------------------

S = np.array([0.6, 0.2, 0.1, 0.1])
H = 0.42


def covariances(n, seed=0):
    a = np.random.default_rng(seed).normal(size=(n, n + 2))
    return a @ a.T


def test_demand_risk_in_print():
    """Equal correlations of one half: 1 / (rho + (1 - rho) H) = 1 / .71 = 1.408450704225."""
    found = ta.stress.demand_risk(S, 0.04 * (np.full((4, 4), 0.5) + 0.5 * np.eye(4)))
    assert found.effective_markets == pytest.approx(1.408450704225, abs=5e-13)
    assert found.volatility == pytest.approx((0.04 * 0.71) ** 0.5)


def test_independent_shocks_of_one_size_give_the_hhi():
    found = ta.stress.demand_risk(S, 0.09 * np.eye(4))
    assert found.volatility**2 / 0.09 == pytest.approx(H, rel=1e-12)
    assert found.effective_markets == pytest.approx(1 / H, rel=1e-12)
    assert found.hhi == pytest.approx(H, rel=1e-12)


def test_equal_volatilities_give_the_diversity_of_order_two():
    for seed in range(20):
        c = np.abs(covariances(4, seed))
        c = (c + c.T) / 2 + 10 * np.eye(4)
        sigma = np.sqrt(np.diag(c))
        z = c / sigma / sigma[:, None]
        np.fill_diagonal(z, 1.0)
        assert ta.stress.demand_risk(S, 0.01 * z).effective_markets == pytest.approx(
            ta.measures.similarity_hill(S, 2, z), rel=1e-12
        )


def test_the_parts_of_the_risk_and_the_next_dollar():
    x = pd.Series(dict(zip(FOUR, X, strict=True)), dtype=float) * 1e9
    c = pd.DataFrame(covariances(4), FOUR, FOUR)
    found = ta.stress.demand_risk(x, c)
    assert found.risk_shares.sum() == pytest.approx(1, rel=1e-12)

    def volatility(values):
        s = values / values.sum()
        return float(s @ c @ s) ** 0.5

    assert found.volatility == pytest.approx(volatility(x), rel=1e-12)
    step = 1e5
    for one in FOUR:
        up, down = (x + sign * step * (x.index == one) for sign in (1, -1))
        slope = (volatility(up) - volatility(down)) / (2 * step)
        assert found.next_dollar[one] == pytest.approx(slope * x.sum(), rel=1e-5)
    assert (found.next_dollar * x / x.sum()).sum() == pytest.approx(0, abs=1e-12)
    assert found.next_dollar.is_monotonic_increasing
    best = min(FOUR, key=lambda one: volatility(x + step * (x.index == one)))
    assert found.next_dollar.index[0] == best
    assert ta.names.country_name(best) in found.sentence()
    assert ta.names.country_name(best, "vi") in found.sentence("vi")


def test_a_market_without_sales_may_be_where_the_next_dollar_goes():
    found = ta.stress.demand_risk(pd.Series({"USA": 1.0, "CHN": 1.0, "IND": 0.0}), np.diag([1.0, 1.0, 0.5]))
    assert found.next_dollar.index[0] == "IND"
    assert "India" in found.sentence(least=0)
    assert "India" not in found.sentence()
    assert found.risk_shares["IND"] == 0
    assert found.effective_markets == pytest.approx(2)


def test_markets_that_the_covariance_does_not_know_are_left_out_and_named():
    c = pd.DataFrame(np.eye(3), ["CHN", "USA", "DEU"], ["CHN", "USA", "DEU"])
    found = ta.stress.demand_risk(pd.Series({"USA": 60.0, "LAO": 25.0, "CHN": 15.0, "KHM": 0.0}), c)
    assert found.table["share"].tolist() == pytest.approx([0.8, 0.2])
    assert found.table.attrs["notes"]["left out"] == "LAO, 25.00% of value"
    assert "LAO" in found._repr_html_()
    assert "1/HHI 1.47" in found.summary()
    lines = str(found).splitlines()
    assert lines[:2] == [found.sentence(), "volatility 0.8246; HHI 0.6800, 1/HHI 1.47"]
    assert lines[3].split() == list(found.table)


@pytest.mark.parametrize(
    ("x", "c", "words"),
    [
        (S, np.eye(3), r"shape \(3, 3\)"),
        (S, np.full((4, 4), np.nan), "missing"),
        (S, np.eye(4) + np.eye(4, k=1), "symmetric"),
        (S, np.full((4, 4), 1.0) - 2 * np.eye(4), "negative"),
        (S, np.zeros((4, 4)), "no risk"),
        ([0.5, 0.5], [[1, -1], [-1, 1]], "no risk"),
        (pd.Series({"USA": 1.0}), pd.DataFrame([[1.0]], ["CHN"], ["CHN"]), "has none"),
        (pd.Series({"USA": 1.0}), pd.DataFrame([[1.0]], ["USA"], ["CHN"]), "the same"),
    ],
)
def test_demand_risk_says_what_is_wrong(x, c, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.stress.demand_risk(x, c)


def test_the_risk_in_words():
    one = ta.stress.demand_risk({"USA": 1}, [[1]])
    assert one.sentence() == "All demand is that of one market, the United States, which carries all of the risk."
    assert one.sentence("vi").startswith("Toàn bộ nhu cầu đến từ một thị trường là Hoa Kỳ")
    # Two markets that move as one: by hand, more sales in either change nothing.
    alike = ta.stress.demand_risk([1, 2], np.ones((2, 2))).sentence()
    assert alike.endswith("additional sales lower it in none.")
    # Each makes up for half of the other: (1 + 1)^2 / (1 + 1 - 1) = 4 markets, more than there are.
    more = ta.stress.demand_risk([1, 1, 0], [[1, -0.5, 0], [-0.5, 1, 0], [0, 0, 1]])
    assert more.effective_markets == pytest.approx(4)
    assert "chỉ" not in more.sentence("vi")
    assert "only" not in more.sentence()


def growing(growth, flow="import"):
    """A panel whose markets grow as given, each supplied by two others."""
    markets = [f"M{i:02}" for i in range(growth.shape[1])]
    level = 1e9 * np.exp(np.vstack([np.zeros(growth.shape[1]), growth]).cumsum(axis=0))
    rows = [
        (market, other, 2000 + t, level[t, j] / 2)
        for t in range(len(level))
        for j, market in enumerate(markets)
        for other in (markets[j - 1], markets[j - 2])
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"]).assign(flow=flow)
    return table if flow == "import" else table.rename(columns={"reporter": "partner", "partner": "reporter"})


@pytest.mark.parametrize("shape", [(24, 6), (5, 12), (3, 3)])
def test_the_covariance_of_demand_is_that_of_ledoit_and_wolf(shape):
    covariance = pytest.importorskip("sklearn.covariance")
    mixed = np.random.default_rng(1).normal(size=shape) @ covariances(shape[1]) / 50
    peer, shrinkage = covariance.ledoit_wolf(mixed)
    found = ta.stress.demand_covariance(growing(mixed))
    assert found.to_numpy() == pytest.approx(peer, rel=1e-6)
    assert float(found.attrs["notes"]["shrinkage"]) == pytest.approx(shrinkage, abs=6e-4)


def test_demand_is_read_from_either_side_on_every_engine(engine):
    growth = np.random.default_rng(2).normal(0, 0.1, (6, 4))
    want = ta.stress.demand_covariance(growing(growth))
    for flow in ("import", "export"):
        found = ta.stress.demand_covariance(engine.table(growing(growth, flow)))
        assert found.loc[want.index, want.columns].to_numpy() == pytest.approx(want.to_numpy(), rel=1e-9)
    both = pd.concat([growing(growth), growing(2 * growth, "export")], ignore_index=True)
    assert ta.stress.demand_covariance(engine.table(both)).to_numpy() == pytest.approx(want.to_numpy(), rel=1e-9)


@pytest.mark.parametrize("flow", ["import", "export"])
def test_the_covariance_of_one_exporter_flow_or_window(flow):
    growth = np.random.default_rng(4).normal(0, 0.1, (6, 4))
    table = growing(growth, flow)
    want = ta.stress.demand_covariance(table)
    other = growing(3 * growth, "import" if flow == "export" else "export")
    both = pd.concat([table, other], ignore_index=True)
    assert ta.stress.demand_covariance(both, flow=flow).to_numpy() == pytest.approx(want.to_numpy(), rel=1e-12)
    early = table[table["year"] <= 2004]
    assert ta.stress.demand_covariance(table, year=2004).equals(ta.stress.demand_covariance(early))
    # M00 supplies M01 and M02, whose imports from each supplier grow as one.
    exporter = "partner" if flow == "import" else "reporter"
    own = ta.stress.demand_covariance(table, reporter="M00")
    assert own.index.tolist() == ["M01", "M02"]
    assert own.equals(ta.stress.demand_covariance(table[table[exporter] == "M00"]))
    for wrong, words in (({"reporter": "Z"}, '="Z" is not in'), ({"year": 1990}, "1990 is not in the table")):
        with pytest.raises(ta.TradeDataError, match=words):
            ta.stress.demand_covariance(table, **wrong)


def test_a_covariance_needs_years_without_gaps():
    table = growing(np.random.default_rng(3).normal(0, 0.1, (6, 4)))
    with pytest.raises(ta.SchemaError, match="year"):
        ta.stress.demand_covariance(table.drop(columns="year"))
    with pytest.raises(ta.TradeDataError, match="without a gap"):
        ta.stress.demand_covariance(table[table["year"] != 2003])
    late = table[(table["reporter"] != "M02") | (table["year"] > 2001)]
    found = ta.stress.demand_covariance(late)
    assert found.columns.tolist() == ["M00", "M01", "M03"]
    assert found.attrs["notes"]["left out"] == "M02, without imports in some year"


def test_demand_risk_of_a_real_economy():
    imports = ta.example("imports_1995_2019")
    sold = imports[(imports["partner"] == "THA") & (imports["year"] == 2019)].set_index("reporter")["value"]
    found = ta.stress.demand_risk(sold, ta.stress.demand_covariance(imports))
    # Demand moves together: far fewer independent markets than by concentration alone.
    assert 1 < found.effective_markets < 0.5 / found.hhi
    assert found.table.attrs["notes"]["covariance"].startswith("years: growth of 1995-2019; shrinkage: 0.")


# ---- likeness -----------------------------------------------------------------------------------------------------


def test_likeness_by_bloc():
    z = ta.stress.similarity(["DEU", "FRA", "THA", "VNM"], by=["EU", "ASEAN"], within=0.8)
    assert z.to_numpy().tolist() == np.kron(np.eye(2), [[1, 0.8], [0.8, 1]]).tolist()
    assert ta.measures.similarity_hill([25] * 4, 2, z) == pytest.approx(1 / 0.45)
    own = ta.stress.similarity(["a", "b", "c"], by={"one": ["a", "b"], "two": ["b", "c"]}, within=0.5)
    assert own.loc["b"].tolist() == [0.5, 1, 0.5]
    assert own.loc["a", "c"] == 0
    assert ta.stress.similarity(["GBR", "FRA"], by="EU", within=0.8, year=2019).iloc[0, 1] == 0.8
    assert ta.stress.similarity(["GBR", "FRA"], by="EU", within=0.8).iloc[0, 1] == 0


def test_likeness_is_of_countries_whatever_their_name():
    z = ta.stress.similarity(["Đức", "Pháp", "Japan"], by="EU", within=0.5)
    assert z.loc["Đức"].tolist() == [1, 0.5, 0]
    assert z.columns.tolist() == ["Đức", "Pháp", "Japan"]
    codes = ["DEU", "FRA", "JPN"]
    far = [ta.stress.similarity(one, by="distance", scale=2000).to_numpy() for one in (z.index, codes)]
    assert far[0].tolist() == far[1].tolist()
    points = pd.Series({"Germany": 1.0, "FRA": 1.5, "JPN": 3.0})
    assert ta.stress.similarity(codes, by=points, scale=2).loc["DEU", "FRA"] == pytest.approx(np.exp(-0.25))
    own = ta.stress.similarity(["Đức", "Nhật Bản"], by={"axis": ["DEU", "JPN"]}, within=0.3)
    assert own.iloc[0, 1] == 0.3
    with pytest.raises(ta.TradeDataError, match="'DEU' is a text"):
        ta.stress.similarity("DEU", by="EU", within=0.5)
    with pytest.raises(ta.TradeDataError, match="partners names DEU more than once"):
        ta.stress.similarity(["DEU", "Đức"], by="EU", within=0.5)


def test_likeness_by_distance_and_position():
    far = ta.example("distances").set_index(["origin", "destination"])["distance"]
    z = ta.stress.similarity(["DEU", "JPN", "FRA"], by="distance", scale=3000)
    assert np.diag(z).tolist() == [1, 1, 1]
    assert z.loc["JPN", "FRA"] == z.loc["FRA", "JPN"] == pytest.approx(np.exp(-far["JPN", "FRA"] / 3000))
    points = pd.Series({"VNM": -0.6, "USA": 2.4, "CHN": -0.9})
    z = ta.stress.similarity(["USA", "VNM"], by=points, scale=1.5)
    assert z.loc["USA", "VNM"] == pytest.approx(np.exp(-2))


def test_likeness_by_votes_in_the_united_nations(shared_data):
    points = pd.read_csv(shared_data / "un_ideal_points/IdealpointestimatesAll_Jun2024.csv", low_memory=False)
    now = points[points["session"] == 78].set_index("iso3c")["IdealPointAll"]
    assert now["VNM"] == pytest.approx(-0.623, abs=5e-4)
    z = ta.stress.similarity(["VNM", "LAO", "USA"], by=now, scale=1)
    assert z.loc["VNM", "LAO"] > 0.5 > z.loc["VNM", "USA"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"by": "distance"}, "scale=None"),
        ({"by": "distance", "scale": 0}, "scale=0"),
        ({"by": "EU"}, "within=None"),
        ({"by": "EU", "within": 1.5}, "within=1.5"),
        ({"by": "nowhere", "within": 0.5}, "not a known bloc"),
        ({"by": pd.Series({"DEU": 1.0}), "scale": 1}, "XYZ have no position"),
        ({"by": pd.Series([1.0, 2.0], index=["DEU", "DEU"]), "scale": 1}, "several positions"),
        ({"by": "distance", "scale": 1}, "XYZ have no distances"),
    ],
)
def test_likeness_says_what_is_wrong(arguments, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.stress.similarity(["DEU", "XYZ"], **arguments)


def test_a_similarity_meets_its_values_by_label():
    x = pd.Series({"JPN": 1.0, "DEU": 3.0, "FRA": 4.0})
    z = ta.stress.similarity(["DEU", "FRA", "JPN", "ITA"], by="EU", within=0.8)
    by_hand = 1 / (np.array([1, 3, 4]) / 8 @ np.array([[1, 0, 0], [0, 1, 0.8], [0, 0.8, 1]]) @ np.array([1, 3, 4]) / 8)
    assert ta.measures.similarity_hill(x, 2, z) == pytest.approx(by_hand, rel=1e-12)
    assert ta.measures.similarity_hill(x[["FRA", "JPN", "DEU"]], 2, z) == pytest.approx(by_hand, rel=1e-12)
    with pytest.raises(ta.TradeDataError, match="does not know USA"):
        ta.measures.similarity_hill(pd.Series({"USA": 1.0, "DEU": 1.0}), 2, z)


def test_one_order_is_a_profile_of_one():
    assert ta.stress.diversity_profile([1, 1, 2], q=2).values.tolist() == [[2, pytest.approx(16 / 6)]]


def test_the_profile_falls_with_q_and_with_likeness():
    x = ta.basket(ta.example("world_2023"), reporter="THA", flow="export").drop(
        ["SSD", "CUW", "SXM", "MNE"], errors="ignore"
    )
    orders = [0, 0.5, 1, 2, 5, np.inf]
    profile = ta.stress.diversity_profile(x, ta.stress.similarity(x.index, by="distance", scale=1000), q=orders)
    assert profile["hill"].is_monotonic_decreasing
    assert profile["similarity_hill"].is_monotonic_decreasing
    assert (profile["similarity_hill"] <= profile["hill"]).all()
    assert profile["hill"].tolist()[:1] == [(x > 0).sum()]
    assert profile["hill"].tolist()[-1] == pytest.approx(x.sum() / x.max())
    alone = ta.stress.diversity_profile(x, np.eye(len(x)))
    assert alone["similarity_hill"].tolist() == pytest.approx(alone["hill"].tolist())
    assert list(ta.stress.diversity_profile(x).columns) == ["q", "hill"]


# ---- collapses ----------------------------------------------------------------------------------------------------

HISTORY = pd.DataFrame(
    [
        # A loses half and more of its largest market in 2001 and sells 30 more elsewhere by 2002.
        ("A", "USA", (100, 40, 90)),
        ("A", "CHN", (50, 60, 80)),
        ("A", "JPN", (50, 50, 60)),
        ("A", "LAO", (20, 1, 1)),
        # B grows by a tenth over the two years, and loses no large market.
        ("B", "USA", (500, 500, 550)),
        ("B", "CHN", (500, 500, 550)),
        # C loses a market that vanishes from the records.
        ("C", "USA", (10, 10, 11)),
        ("C", "CHN", (10, 0, 11)),
    ],
    columns=["exporter", "market", "values"],
)


def history(flow):
    sides = {"exporter": "reporter", "market": "partner"} if flow == "export" else {"exporter": "partner"}
    table = HISTORY.rename(columns={"market": "reporter"} | sides if flow == "import" else sides).explode("values")
    table = table.assign(year=table.groupby(level=0).cumcount() + 2000, value=table["values"].astype(float), flow=flow)
    return table.drop(columns="values").reset_index(drop=True)


@pytest.mark.parametrize("flow", ["export", "import"])
def test_collapses_by_hand(engine, flow):
    table = ta.stress.collapses(engine.table(history(flow)))
    assert table[["exporter", "market", "year"]].values.tolist() == [["A", "USA", 2001]]
    row = table.iloc[0]
    assert row[["before", "after", "total_before"]].tolist() == [100, 40, 220]
    assert row[["elsewhere_before", "elsewhere_later"]].tolist() == [120, 141]
    growth = (1100 + 22) / (1000 + 20) - 1
    assert row["others_growth"] == pytest.approx(growth, rel=1e-12)
    assert row["loss_share"] == pytest.approx(60 / 220, rel=1e-12)
    assert row["gained_share"] == pytest.approx((141 - (1 + growth) * 120) / 220, rel=1e-12)


def test_more_markets_and_smaller_falls_are_more_episodes():
    table = history("export")
    assert set(ta.stress.collapses(table, top=4)["market"]) == {"USA", "LAO"}
    assert len(ta.stress.collapses(table, fall=0.7)) == 0
    # Of markets with no records in the last year nothing is known, before neither.
    gone = table[(table["partner"] != "JPN") | (table["year"] != 2002)]
    assert ta.stress.collapses(gone)[["elsewhere_before", "elsewhere_later"]].values.tolist() == [[70, 81]]


@pytest.mark.parametrize("flow", ["export", "import"])
def test_collapses_of_one_exporter_flow_or_year(flow):
    table = history(flow)
    both = pd.concat([table, history("import" if flow == "export" else "export").assign(value=1.0)], ignore_index=True)
    every = ta.stress.collapses(table, top=4)
    assert ta.stress.collapses(both, flow=flow, top=4).equals(every)
    assert ta.stress.collapses(table, reporter="A", top=4).equals(every)
    assert len(ta.stress.collapses(table, reporter="B", top=4)) == 0
    assert ta.stress.collapses(table, year=2001, top=4).equals(every)
    longer = pd.concat([table, table.assign(year=table["year"] + 10)], ignore_index=True)
    assert ta.stress.collapses(longer, year=2011, top=4)["year"].tolist() == [2011, 2011]
    other = "import" if flow == "export" else "export"
    for wrong, words in (
        ({"reporter": "Z"}, '="Z" is not in the table'),
        ({"year": 2002}, "year=2002: a collapse needs the year before and the year after"),
        ({"flow": other}, f"flow='{other}' is not in the table, which has '{flow}'"),
    ):
        with pytest.raises(ta.TradeDataError, match=words):
            ta.stress.collapses(table, **wrong)
    with pytest.raises(ta.SchemaError, match="no column 'flow'"):
        ta.stress.collapses(table.drop(columns="flow"), flow=flow)


def test_collapses_say_what_is_wrong():
    table = history("export")
    for more in ({"top": 0}, {"fall": 0}, {"fall": 1}):
        with pytest.raises(ta.TradeDataError, match="at least one market"):
            ta.stress.collapses(table, **more)
    with pytest.raises(ta.SchemaError, match="year"):
        ta.stress.collapses(table.drop(columns="year"))
    with pytest.raises(ta.TradeDataError, match="one reporter"):
        ta.stress.collapses(table[table["reporter"] == "A"])
    gap = table.assign(year=table["year"].replace(2002, 2003))
    for years in ([2000, 2001], [2000, 2001, 2003]):
        with pytest.raises(ta.TradeDataError, match="three consecutive years"):
            ta.stress.collapses(gap[gap["year"].isin(years)])
    with pytest.raises(ta.TradeDataError, match="both flows"):
        ta.stress.collapses(pd.concat([table, history("import")], ignore_index=True))


def rate(episodes):
    """The redirect rate that misses least, in absolute terms: the median of the rates, weighted by the losses."""
    rates = (episodes["gained_share"] / episodes["loss_share"]).sort_values()
    weight = episodes["loss_share"][rates.index].cumsum()
    return float(rates[weight >= weight.iloc[-1] / 2].iloc[0])


def test_the_past_tells_no_redirect_rate(shared_data):
    """On the WITS panel a rate fitted to the first half of the episodes predicts the second no better than none."""
    wits = pd.read_parquet(
        shared_data / "wits_bilateral_1962_2016/wits_bilateral_long.parquet",
        columns=["year", "reporter", "partner", "export_kusd"],
    ).rename(columns={"export_kusd": "value"})
    wits = wits[(wits["value"] > 0) & (wits["reporter"] != "EUN") & (wits["partner"] != "EUN")]
    episodes = ta.stress.collapses(wits)
    assert len(episodes) > 1000
    known = episodes[episodes["total_before"] >= 1e5]  # a hundred million dollars
    first, second = known[known["year"] <= known["year"].median()], known[known["year"] > known["year"].median()]
    fitted = rate(first)
    errors = {rho: (second["gained_share"] - rho * second["loss_share"]).abs().median() for rho in (fitted, 0, 1)}
    assert -1 < fitted < 1
    assert errors[0] < errors[1]
    assert errors[fitted] > 0.9 * errors[0]


# ---- the figure ---------------------------------------------------------------------------------------------------


def test_the_figure_shows_what_the_table_says():
    table = ta.contingency(pd.Series(dict(zip(FOUR, X, strict=True)), dtype=float), 0.5)
    ax = ta.figures.shock(table)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == pytest.approx([60, 20, 10, 10, 30, 10, 5, 5])  # gross behind net
    title = ax.figure.texts[0].get_text().replace("\n", " ")
    assert title == "If trade with the United States stops, 60.0% is lost at first, 30.0% once a part is replaced"
    whole = ta.figures.shock(ta.contingency(X, redirect=0))
    assert [bar.get_width() for bar in whole.patches] == pytest.approx([60, 20, 10, 10])
    assert whole.figure.texts[0].get_text() == "If trade with 0 stops, 60.0% is lost"
    named = ta.figures.shock(ta.contingency(X, scenarios={"a tariff": {0: 0.4}, "a route": [1, 2]}), lang="vi")
    assert named.figure.texts[0].get_text() == "A route: kim ngạch giảm 15,0%"
    with pytest.raises(ta.SchemaError, match=r"ta\.contingency gives one"):
        ta.figures.shock(table.drop(columns="net_share"))
