"""Gravity and excess dependence, against print, data made to a known model, and the properties of both."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import tradeanalysis as ta

ECONOMIES = ["VNM", "CHN", "USA", "DEU", "AUT", "THA", "JPN", "BRA", "ARG", "GBR", "MEX", "CAN"]


@pytest.fixture(scope="module")
def world():
    return ta.example("world_2023")


@pytest.fixture(scope="module")
def fit(world):
    return ta.dependency.gravity(world)


@pytest.fixture(scope="module")
def made():
    """Trade that follows a model whose coefficients are known, without noise."""
    far = ta.example("distances").set_index(["origin", "destination"])
    rng = np.random.default_rng(0)
    out, into = (dict(zip(ECONOMIES, rng.lognormal(size=len(ECONOMIES)), strict=True)) for _ in range(2))
    rows = []
    for i, j in itertools.permutations(ECONOMIES, 2):
        tie = far.loc[(i, j)]
        ease = tie["distance"] ** -0.8 * np.exp(0.5 * tie["contiguous"] + 0.3 * tie["common_language"])
        rows.append((i, j, 1e9 * out[i] * into[j] * ease))
    return pd.DataFrame(rows, columns=["reporter", "partner", "value"])


def test_gravity_finds_the_model_that_the_data_were_made_to(made):
    found = ta.dependency.gravity(made, blocs=[])
    assert found.coefficients["term"].tolist() == ["log_distance", "contiguous", "common_language"]
    assert found.coefficients["coefficient"].tolist() == pytest.approx([-0.8, 0.5, 0.3], abs=1e-6)
    assert found.table["expected"].tolist() == pytest.approx(found.table["value"].tolist(), rel=1e-6)
    assert found.table.attrs["notes"]["no effect"] == ["same_bloc"]
    assert "log_distance" in found.summary()
    assert "log_distance" in found._repr_html_()
    assert "a pair at twice the distance trades 43% less." in repr(found)
    assert "khoảng cách tăng gấp đôi thì thương mại giảm 43%" in found.sentence("vi")


def test_gravity_gives_what_a_glm_with_dummies_gives(world):
    """statsmodels' Poisson GLM with a dummy for every economy, on the trade of twenty."""
    large = world.groupby("reporter")["value"].sum().nlargest(24).index.difference(["KOR", "VNM", "POL", "RUS"])
    some = world[world["reporter"].isin(large) & world["partner"].isin(large)]
    fit = ta.dependency.gravity(some, blocs=["EU"])
    far = ta.example("distances").rename(columns={"origin": "reporter", "destination": "partner"})
    frame = fit.table.merge(far, on=["reporter", "partner"])
    eu = ta.bloc("EU", 2023)
    x = pd.DataFrame(
        {
            "log_distance": np.log(frame["distance"]),
            "contiguous": frame["contiguous"],
            "common_language": frame["common_language"],
            "same_bloc": frame["reporter"].isin(eu) & frame["partner"].isin(eu),
        }
    )
    dummies = [pd.get_dummies(frame[side], prefix=side) for side in ("reporter", "partner")]
    x = pd.concat([x, dummies[0], dummies[1].iloc[:, 1:]], axis=1).astype(float)
    scale = frame["value"].mean()
    peer = sm.GLM(frame["value"] / scale, x, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    assert fit.coefficients["coefficient"].tolist() == pytest.approx(peer.params.iloc[:4].tolist(), abs=1e-6)
    assert frame["expected"].tolist() == pytest.approx((peer.fittedvalues * scale).tolist(), rel=1e-5)


def test_gravity_adds_up_for_every_reporter_and_partner(fit):
    for side in ("reporter", "partner"):
        sums = fit.table.groupby(side)[["value", "expected"]].sum()
        assert (sums["expected"] / sums["value"] - 1).abs().max() < 1e-6
    assert len(fit.table) > 30_000


def test_gravity_meets_the_other_conditions_of_its_fit(fit):
    """Of PPML, what is left over is orthogonal to distance and to every tie."""
    far = ta.example("distances").rename(columns={"origin": "reporter", "destination": "partner"})
    table = fit.table.merge(far, on=["reporter", "partner"])
    left = (table["value"] - table["expected"]) / table["value"].sum()
    for term in (np.log(table["distance"]), table["contiguous"], table["common_language"]):
        assert abs((left * term).sum()) < 1e-6


def test_what_nobody_reported_is_no_zero_of_gravity(world, fit):
    silent = ta.certificate(world)["silent"]
    table = fit.table
    assert not (table["reporter"].isin(silent) & table["partner"].isin(silent)).any()
    assert ((table["value"] == 0) & table["reporter"].isin(silent)).any()
    every = ta.dependency.gravity(world, silent=[]).table
    told = set(ta.example("distances")["origin"])
    known = [one for one in silent if one in told]
    assert len(known) == 73
    assert (every["reporter"].isin(silent) & every["partner"].isin(silent)).sum() == 73 * 72
    assert "MNE" in fit.table.attrs["notes"]["left out"]


def test_gravity_on_every_engine(engine, made):
    found = ta.dependency.gravity(engine.table(made), blocs=[])
    assert found.coefficients["coefficient"].tolist() == pytest.approx([-0.8, 0.5, 0.3], abs=1e-6)


def test_gravity_of_both_flows_and_several_years_asks_which(made):
    twice = pd.concat([made.assign(year=year, flow="export") for year in (2019, 2020)])
    with pytest.raises(ta.TradeDataError, match="choose one with year="):
        ta.dependency.gravity(twice)
    assert ta.dependency.gravity(twice, year=2020, blocs=[]).table.attrs["notes"]["year"] == 2020
    with pytest.raises(ta.SchemaError, match="no column 'year'"):
        ta.dependency.gravity(made, year=2020)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"reporter": ["VNM", "VNM"], "partner": ["USA", "CHN"], "value": [1.0, 2.0]}, "one reporter"),
        ({"reporter": ["VNM", "USA"], "partner": ["USA", "VNM"], "value": [1.0, 2.0]}, "at least three"),
        ({"reporter": ["VNM", "USA"], "partner": ["USA", "WLD"], "value": [1.0, 2.0]}, "aggregate"),
        ({"reporter": ["VNM", "USA"], "partner": ["USA", "VNM"], "value": [1.0, -2.0]}, "negative"),
    ],
)
def test_gravity_refuses_what_it_cannot_be_fitted_to(table, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.dependency.gravity(pd.DataFrame(table))


def test_gravity_says_what_its_distances_lack(made):
    far = ta.example("distances")
    with pytest.raises(ta.SchemaError, match="contiguous"):
        ta.dependency.gravity(made, distances=far[["origin", "destination", "distance", "common_language"]])
    with pytest.raises(ta.TradeDataError, match="VNM-CHN"):
        ta.dependency.gravity(made, distances=far[(far["origin"] != "VNM") | (far["destination"] != "CHN")])


# ---- excess -------------------------------------------------------------------------------------------------------


def test_excess_in_print():
    """s = (.5, .3, .2) against m = (.3, .3, .4): .116783376; HHI .38 and .34."""
    found = ta.excess([0.5, 0.3, 0.2], [0.3, 0.3, 0.4])
    assert found.total == pytest.approx(0.116783376, abs=5e-10)
    assert [found.hhi, found.benchmark_hhi] == pytest.approx([0.38, 0.34], rel=1e-12)
    assert found.contribution.sum() == pytest.approx(found.total, rel=1e-12)
    assert found.sentence() == "#0 has 50.0%; the benchmark would give it 30.0%."


def test_excess_is_the_mean_log_intensity():
    rng = np.random.default_rng(0)
    for _ in range(20):
        s, m = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
        found = ta.excess(s, m)
        table = found.table
        assert found.total == pytest.approx((table["share"] * np.log(table["intensity"])).sum(), rel=1e-12)
        assert found.total >= 0
        assert ta.excess(1000 * s, 7 * m).total == pytest.approx(found.total, rel=1e-12)
        assert ta.excess(s, s).total == pytest.approx(0, abs=1e-15)


def test_shares_by_label_meet_their_benchmark_by_label():
    s, m = pd.Series({"USA": 3.0, "CHN": 1.0}), pd.Series({"CHN": 1.0, "USA": 1.0, "JPN": 2.0})
    for benchmark in (m, m.to_dict()):
        found = ta.excess(s, benchmark)
        assert found.total == pytest.approx(0.75 * np.log(3))
        assert found.table["partner"].tolist()[2] == "JPN"
        assert found.contribution["JPN"] == 0
    assert found.sentence("vi") == "Hoa Kỳ chiếm 75,0%; nếu theo mức đối chiếu thì tỷ trọng là 25,0%."


def test_a_share_without_a_benchmark_is_infinite_and_told():
    with pytest.warns(ta.TradeDataWarning, match=r"LAO have 10\.00% of value"):
        found = ta.excess(pd.Series({"USA": 9.0, "LAO": 1.0}), pd.Series({"USA": 5.0, "CHN": 5.0}))
    assert found.total == found.contribution["LAO"] == np.inf


FLOWS = pd.DataFrame(
    [
        ("VNM", "USA", "fish", 60.0),
        ("VNM", "USA", "shoes", 20.0),
        ("VNM", "JPN", "shoes", 20.0),
        ("THA", "USA", "fish", 10.0),
        ("THA", "JPN", "fish", 30.0),
        ("THA", "VNM", "fish", 99.0),
        ("IDN", "USA", "shoes", 10.0),
        ("IDN", "JPN", "shoes", 10.0),
        ("IDN", "USA", "oil", 500.0),
        ("USA", "VNM", "oil", 50.0),
    ],
    columns=["reporter", "partner", "product", "value"],
).assign(flow="export", year=2020)


def test_the_worlds_shape_by_hand(engine):
    """Others' fish is 1/4 American and 3/4 Japanese, shoes half and half; our mix is .6 and .4."""
    found = ta.excess(engine.table(FLOWS), reporter="VNM")
    table = found.table.set_index("partner")
    assert table["share"].to_dict() == pytest.approx({"USA": 0.8, "JPN": 0.2})
    assert table["benchmark_share"].to_dict() == pytest.approx({"USA": 0.35, "JPN": 0.65})
    assert (
        found.sentence() == "The United States takes 80.0% of Vietnam’s exports; the world’s shape would give it 35.0%."
    )
    assert found.about["benchmark"] == "world"


def test_the_worlds_shape_without_products_is_what_the_others_sell(engine):
    found = ta.excess(engine.table(FLOWS.drop(columns="product")), reporter="VNM")
    assert found.table.set_index("partner")["benchmark_share"].to_dict() == pytest.approx(
        {"USA": 52 / 56, "JPN": 4 / 56}
    )


def test_the_worlds_shape_of_imports_is_what_the_partners_sell_to_others():
    reconciled = FLOWS.copy()
    reconciled.attrs["certificate"] = {"reconciled": True}
    found = ta.excess(reconciled, reporter="USA", flow="import")
    table = found.table.set_index("partner")
    # To others than the United States: fish THA 30 + 99, shoes VNM 20 and IDN 10; oil has no other seller there.
    fish, shoes = 70 / 100, 30 / 100
    assert table["benchmark_share"].to_dict() == pytest.approx({"THA": fish, "VNM": shoes * 2 / 3, "IDN": shoes / 3})
    assert found.table.attrs["notes"]["not compared"] == "products that no other economy trades, 83.33% of value"
    assert found.sentence().startswith("Indonesia supplies 85.0% of the United States’ imports")


def test_where_both_flows_stand_markets_tell_their_own_imports():
    bought = [("USA", "THA", "fish", 30.0), ("USA", "VNM", "fish", 70.0), ("JPN", "THA", "fish", 10.0)]
    imports = pd.DataFrame(bought, columns=["reporter", "partner", "product", "value"]).assign(flow="import", year=2020)
    sold = pd.concat([FLOWS[FLOWS["product"] == "fish"], imports])
    found = ta.excess(sold, reporter="VNM", flow="export")
    assert found.table.set_index("partner")["benchmark_share"].to_dict() == pytest.approx({"USA": 0.75, "JPN": 0.25})


def test_what_is_allocated_to_nobody_is_in_no_share_and_told():
    rest = pd.DataFrame([("VNM", "Areas, nes", "fish", 100.0, "export", 2020)], columns=FLOWS.columns)
    found = ta.excess(pd.concat([FLOWS, rest], ignore_index=True), reporter="VNM")
    assert found.about["unallocated"] == "50.00% of value, in no share"
    assert found.table.set_index("partner")["share"].to_dict() == pytest.approx({"USA": 0.8, "JPN": 0.2})


def test_peers_by_name_and_by_what_they_trade(engine):
    """The shape of two peers: Thailand 1/4 and 3/4 beside its trade with us, Indonesia 51/52 and 1/52."""
    expected = {"USA": (1 / 4 + 51 / 52) / 2, "JPN": (3 / 4 + 1 / 52) / 2}
    for peers in (["THA", "IDN"], 2):
        found = ta.excess(engine.table(FLOWS), "peers", reporter="VNM", peers=peers)
        table = found.table.set_index("partner")
        if peers == 2:  # the most similar baskets are those of fish (.6) and of shoes; the United States sell oil
            assert found.about["peers"] == "THA, IDN"
        assert table["benchmark_share"].to_dict() == pytest.approx(expected)


def test_peers_without_products_are_to_be_named(world):
    with pytest.raises(ta.TradeDataError, match="name them, peers="):
        ta.excess(world, "peers", reporter="VNM")
    found = ta.excess(world, "peers", reporter="VNM", peers="ASEAN")
    assert found.about["peers"] == "BRN, IDN, KHM, LAO, MMR, MYS, PHL, SGP, THA"
    # No peer is its own market, and none has a say where nobody reports.
    rows = world[world["reporter"].isin(["IDN", "THA"]) & (world["partner"] != "VNM")]
    silent = set(ta.certificate(world)["silent"])
    two = ta.excess(world, "peers", reporter="VNM", peers=["Indonesia", "THA"]).table.set_index("partner")
    row = rows.pivot(index="reporter", columns="partner", values="value").fillna(0.0)
    row = row.div(row.sum(axis=1), axis=0)
    row.loc["IDN", "IDN"] = row.loc["THA", "THA"] = np.nan
    shape = row.mean()
    shape = shape[~shape.index.isin(silent)] / shape[~shape.index.isin(silent)].sum()
    assert two["benchmark_share"].to_dict() == pytest.approx({one: x for one, x in shape.items() if one in two.index})
    with pytest.raises(ta.TradeDataError, match=r"^MCO report no such trade in the table, in which \d+ economies do"):
        ta.excess(world, "peers", reporter="VNM", peers=["MCO"])


def test_a_single_peer_has_no_say_on_itself_and_is_left_out(world):
    found = ta.excess(world, "peers", reporter="VNM", flow="export", peers=["Thailand"])
    assert "THA" not in set(found.table["partner"])
    assert found.about["left out"] == "THA, 1.90% of value"
    assert np.isfinite(found.total)
    with pytest.raises(ta.TradeDataError, match="names no economy"):
        ta.excess(world, "peers", reporter="VNM", flow="export", peers=[])


def test_one_bloc_is_a_bloc(made):
    one, listed = (ta.dependency.gravity(made, blocs=blocs).coefficients for blocs in ("EU", ["EU"]))
    assert one.equals(listed)


def test_what_nobody_reported_is_in_neither_shape(world):
    found = ta.excess(world, reporter="VNM")
    silent = set(ta.certificate(world)["silent"])
    assert not silent & set(found.table["partner"])
    assert found.about["unknown"] == "trade with the 75 other economies that did not report"
    # Counted by hand over all others, and over those that reported.
    rest = world[(world["reporter"] != "VNM") & (world["partner"] != "VNM")].groupby("partner")["value"].sum()
    every = ta.excess(world, reporter="VNM", silent=[])
    assert every.table.set_index("partner").loc["USA", "benchmark_share"] == pytest.approx(rest["USA"] / rest.sum())
    assert round(rest["USA"] / rest.sum(), 3) == 0.132
    known = rest[~rest.index.isin(silent)]
    assert found.table.set_index("partner").loc["USA", "benchmark_share"] == pytest.approx(known["USA"] / known.sum())
    assert ta.excess(world, reporter="THA").about.get("unknown") is None


def test_gravity_as_a_benchmark(world, fit):
    of_model = fit.table[fit.table["reporter"] == "VNM"].set_index("partner")
    shares = of_model["expected"] / of_model["expected"].sum()
    for benchmark in ("gravity", fit):
        found = ta.excess(world, benchmark, reporter="VNM", flow="export")
        assert found.table.set_index("partner")["benchmark_share"].to_dict() == pytest.approx(shares.to_dict())
        assert found.about["left out"] == "MNE, 0.01% of value"
        assert "a gravity model (size, distance and ties) would give it" in found.sentence()
    bought = fit.table[fit.table["partner"] == "VNM"].set_index("reporter")["expected"]
    imports = ta.excess(world, fit, reporter="VNM", flow="import").table.set_index("partner")
    assert imports["benchmark_share"].to_dict() == pytest.approx((bought / bought.sum()).to_dict())


def test_a_model_of_another_year_is_refused(world, fit):
    with pytest.raises(ta.TradeDataError, match=r"of export, 2023 and the rows are of export, 2022"):
        ta.excess(world.assign(year=2022), fit, reporter="VNM", flow="export")
    with pytest.raises(ta.TradeDataError, match="MNE is not in the gravity model"):
        ta.excess(world, fit, reporter="MNE", flow="export")


def test_a_benchmark_of_ones_own_meets_a_table(world):
    basket = ta.basket(world, reporter="VNM", flow="export")
    assert ta.excess(world, basket, reporter="VNM", flow="export").total == pytest.approx(0, abs=1e-12)


def test_excess_reads_as_a_sentence_and_a_table(world):
    found = ta.excess(world, reporter="VNM")
    shown = found._repr_html_()
    assert "The United States takes 28.9%" in shown
    assert "CEPII BACI" in shown
    assert found.sentence(partner="JPN").startswith("Japan takes 6.2%")
    assert "HHI 0.1397" in found.summary()
    with pytest.raises(ta.TradeDataError, match="'XYZ' is not among the partners"):
        found.sentence(partner="XYZ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5, 0.5], "world"), "values alone need a vector"),
        (([0.5, 0.5], None), "values alone need a vector"),
        (([0.5, 0.5], [1.0]), "2 and 1 values"),
        (([0.0, 0.0], [0.5, 0.5]), "some trade"),
        (([0.5, -0.5], [0.5, 0.5]), "negative"),
        ((FLOWS, "wrold"), "choose from"),
        ((FLOWS.drop(columns="reporter"), "world"), "all reporters"),
        ((FLOWS[FLOWS["reporter"] == "VNM"], "world"), "one reporter"),
    ],
)
def test_excess_says_what_is_wrong(arguments, words):
    about = {"reporter": "VNM"} if "reporter" in getattr(arguments[0], "columns", ()) else {}
    with pytest.raises(ta.TradeDataError, match=words):
        ta.excess(*arguments, **about)
