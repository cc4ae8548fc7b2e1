"""Whole tables of trade, on every engine, against print and sums made by hand."""

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.dependency import (
    complementarity_indices,
    diversification_indices,
    finger_kreinin_indices,
)

FLOWS = pd.DataFrame(
    [
        ("A", "J", "k1", 54.0),
        ("A", "K", "k1", 36.0),
        ("A", "J", "k2", 6.0),
        ("A", "K", "k2", 4.0),
        ("B", "J", "k2", 1940.0),
        ("B", "A", "k1", 60.0),
    ],
    columns=["reporter", "partner", "product", "value"],
)


def both_flows(exports: pd.DataFrame) -> pd.DataFrame:
    """The exports, and what every partner reports as its imports: the same values."""
    imports = exports.rename(columns={"reporter": "partner", "partner": "reporter"})
    return pd.concat([exports.assign(flow="export"), imports.assign(flow="import")], ignore_index=True)


def column(engine, answer, name: str, *keys: str) -> dict:
    """A column of an answer by its keys, whatever the order of an engine's rows."""
    frame = engine.frame(answer)
    keyed = frame[keys[0]] if len(keys) == 1 else zip(*(frame[key] for key in keys), strict=True)
    return dict(zip(keyed, frame[name], strict=True))


def approximately(expected: dict):
    return pytest.approx(expected, rel=1e-12)


def test_asymmetry_of_every_pair(engine):
    """60 of 100 to a partner that imports 2,000 in all: .57 (Hirschman 1945)."""
    pairs = ta.dependency.asymmetry(engine.table(FLOWS))
    found = column(engine, pairs, "asymmetry", "reporter", "partner")
    assert found == approximately(
        {("A", "J"): 0.57, ("A", "K"): 0.4 - 1, ("B", "J"): 1940 / 2000 - 1940 / 2000, ("B", "A"): 60 / 2000 - 1}
    )


def test_asymmetry_takes_what_the_partner_itself_reports(engine):
    """J reports 2,000 of imports, of which 50 come from A, which reports 60."""
    table = pd.DataFrame(
        [
            ("A", "J", "export", 60.0),
            ("A", "K", "export", 40.0),
            ("J", "A", "import", 50.0),
            ("J", "B", "import", 1950),
        ],
        columns=["reporter", "partner", "flow", "value"],
    )
    found = column(engine, ta.dependency.asymmetry(engine.table(table)), "asymmetry", "flow", "reporter", "partner")
    assert found["export", "A", "J"] == pytest.approx(0.6 - 60 / 2000)
    assert found["import", "J", "A"] == pytest.approx(50 / 2000 - 50 / 100)
    assert pd.isna(found["export", "A", "K"])  # K reports nothing: its imports are not known


def test_intensity_with_and_without_the_reporter(engine):
    """X = 100, x = 60, M_j = 200, M_w = 1000, M_i = 100: 3.0, and 2.7 where the world is without the reporter."""
    table = pd.DataFrame(
        [("A", "B", 60.0), ("A", "C", 40.0), ("D", "B", 140.0), ("D", "A", 100.0), ("D", "C", 660.0)],
        columns=["reporter", "partner", "value"],
    )
    for world, printed in (("all", 3.0), ("others", 2.7)):
        found = column(
            engine, ta.dependency.intensity(engine.table(table), world=world), "intensity", "reporter", "partner"
        )
        assert found["A", "B"] == pytest.approx(printed)


def test_intensity_adds_up_to_one():
    """Weighted with the markets' shares of the world, an exporter's intensities add up to 1."""
    exports = ta.example("world_2023").query("flow == 'export'")
    found = ta.dependency.intensity(exports)
    market = found.groupby("partner")["value"].sum() / found["value"].sum()
    weighted = (found["intensity"] * found["partner"].map(market)).groupby(found["reporter"]).sum()
    assert weighted.to_numpy() == pytest.approx(1.0)


def test_rca_by_hand(engine):
    """A sells 90 of its 100 in k1, of which the world's 2,100 hold 150."""
    found = column(engine, ta.rca(engine.table(FLOWS)), "rca", "reporter", "product")
    assert found == approximately(
        {
            ("A", "k1"): (90 / 100) / (150 / 2100),
            ("A", "k2"): (10 / 100) / (1950 / 2100),
            ("B", "k1"): (60 / 2000) / (150 / 2100),
            ("B", "k2"): (1940 / 2000) / (1950 / 2100),
        }
    )
    symmetric = column(engine, ta.rca(engine.table(FLOWS)), "symmetric_rca", "reporter", "product")
    assert symmetric == approximately({key: (x - 1) / (x + 1) for key, x in found.items()})


def test_symmetric_rca_keeps_labels_and_refuses_a_table():
    x = pd.Series({"rice": 0.0, "cars": 1.0, "oil": 3.0}, name="rca")
    assert ta.dependency.symmetric_rca(x).to_dict() == {"rice": -1.0, "cars": 0.0, "oil": 0.5}
    assert ta.dependency.symmetric_rca(x).name == "rca"
    assert ta.dependency.symmetric_rca(x.to_dict()).to_dict() == ta.dependency.symmetric_rca(x).to_dict()
    assert ta.dependency.symmetric_rca(x.tolist()).tolist() == [-1.0, 0.0, 0.5]
    with pytest.raises(TypeError, match="of a trade table write rca"):
        ta.dependency.symmetric_rca(FLOWS)


def test_rca_tells_years_and_flows_apart(engine):
    years = pd.concat([both_flows(FLOWS).assign(year=year) for year in (2020, 2021)])
    found = column(engine, ta.rca(engine.table(years)), "rca", "year", "flow", "reporter", "product")
    once = column(engine, ta.rca(engine.table(FLOWS)), "rca", "reporter", "product")
    for (reporter, product), expected in once.items():
        for year in (2020, 2021):
            assert found[year, "export", reporter, product] == pytest.approx(expected)
    assert found[2020, "import", "J", "k2"] == pytest.approx((1946 / 2000) / (1950 / 2100))


def test_rca_weighted_by_the_world_is_one():
    found = ta.rca(random_world())
    world = found.groupby("product")["value"].sum() / found["value"].sum()
    weighted = (found["rca"] * found["product"].map(world)).groupby(found["reporter"]).sum()
    assert weighted.to_numpy() == pytest.approx(1.0)


def test_complementarity_of_two_vectors():
    assert ta.dependency.complementarity([0.9, 0.1], [0.5, 0.5]) == 0.6
    assert ta.dependency.complementarity([9, 1], [70, 70]) == pytest.approx(0.6)
    supply = pd.Series({"rice": 1.0, "cars": 3.0})
    assert ta.dependency.complementarity(supply, pd.Series({"cars": 1.0, "oil": 1.0})) == 0.5


@pytest.mark.parametrize("flows", ["one", "both"])
def test_complementarity_of_all_pairs(engine, flows):
    table = both_flows(FLOWS) if flows == "both" else FLOWS
    found = engine_of_pairs(engine, complementarity_indices(engine.table(table)), "complementarity", "partner")
    assert found == approximately(
        {
            ("A", "J"): min(0.9, 54 / 2000) + min(0.1, 1946 / 2000),
            ("A", "K"): 1.0,
            ("B", "J"): min(0.03, 54 / 2000) + min(0.97, 1946 / 2000),
            ("B", "K"): 0.03 + 0.1,
            ("B", "A"): 0.03,
        }
    )


def engine_of_pairs(engine, answer, name, other):
    """Pairs of a lazy SQL engine come back as PyArrow, as the docstring says."""
    if engine.name in ("duckdb", "pyspark"):
        assert type(answer).__module__.startswith("pyarrow")
        frame = answer.to_pandas()
    else:
        frame = engine.frame(answer)
    return {tuple(row[:2]): row[2] for row in frame[["reporter", other, name]].itertuples(index=False)}


def test_structures_against_the_world(engine):
    same = column(engine, finger_kreinin_indices(engine.table(FLOWS)), "finger_kreinin", "reporter")
    world = (150 / 2100, 1950 / 2100)
    assert same == approximately({"A": world[0] + 0.1, "B": 0.03 + world[1]})
    apart = column(engine, diversification_indices(engine.table(FLOWS)), "diversification", "reporter")
    assert apart == approximately({key: 1 - x for key, x in same.items()})


def test_structures_of_every_two(engine):
    found = engine_of_pairs(
        engine, finger_kreinin_indices(engine.table(FLOWS), against="reporters"), "finger_kreinin", "other"
    )
    assert found == approximately({("A", "B"): 0.03 + 0.1, ("B", "A"): 0.03 + 0.1})
    over = diversification_indices(engine.table(FLOWS), against="reporters", over="partner")
    assert engine_of_pairs(engine, over, "diversification", "other")["A", "B"] == pytest.approx(0.4)


def test_diversification_in_print():
    assert ta.dependency.diversification([0.6, 0.3, 0.1, 0], [0.25] * 4) == 0.4
    assert ta.dependency.finger_kreinin([0.6, 0.3, 0.1, 0], [0.25] * 4) == 0.6


def random_world(economies: int = 12, products: int = 30, seed: int = 5) -> pd.DataFrame:
    """Heavy-tailed trade of every economy with every other, two thirds of the cells empty."""
    rng = np.random.default_rng(seed)
    cube = rng.lognormal(3, 2, (economies, economies, products)) * (rng.random((economies, economies, products)) > 0.66)
    i, j, k = np.nonzero(cube)
    names = np.array([f"E{number:02}" for number in range(max(economies, products))])
    table = pd.DataFrame({"reporter": names[i], "partner": names[j], "product": names[k], "value": cube[i, j, k]})
    return table[i != j]


@pytest.mark.parametrize("against", ["world", "reporters"])
def test_finger_kreinin_and_diversification_add_up_to_one(against):
    table = random_world()
    same, apart = finger_kreinin_indices(table, against=against), diversification_indices(table, against=against)
    assert (same["finger_kreinin"] + apart["diversification"]).to_numpy() == pytest.approx(1.0, abs=1e-12)


def test_all_pairs_equal_pairs_one_by_one():
    table = random_world()
    found = complementarity_indices(table).set_index(["reporter", "partner"])["complementarity"]
    sold = table.pivot_table(index="product", columns="reporter", values="value", aggfunc="sum", fill_value=0.0)
    bought = table.pivot_table(index="product", columns="partner", values="value", aggfunc="sum", fill_value=0.0)
    for i, j in [("E00", "E01"), ("E11", "E03"), ("E07", "E00")]:
        assert found[i, j] == pytest.approx(ta.dependency.complementarity(sold[i], bought[j]))
    assert len(found) == 12 * 11


def test_penetration_by_hand(engine):
    found = column(engine, ta.dependency.penetration(engine.table(FLOWS)), "penetration", "reporter", "product")
    # k1 is imported by J, K and A; k2 by J and K.
    expected = {("A", "k1"): 2 / 3, ("A", "k2"): 1.0, ("B", "k1"): 1 / 3, ("B", "k2"): 0.5}
    assert found == approximately(expected)
    assert column(
        engine, ta.dependency.penetration(engine.table(both_flows(FLOWS))), "penetration", "reporter", "product"
    ) == (approximately(expected))


def test_penetration_without_products_is_of_all_trade():
    found = ta.dependency.penetration(FLOWS.drop(columns="product")).set_index("reporter")["penetration"]
    assert found.to_dict() == approximately({"A": 2 / 3, "B": 2 / 3})


VERBS = [
    ta.dependency.asymmetry,
    ta.dependency.intensity,
    ta.rca,
    complementarity_indices,
    finger_kreinin_indices,
    ta.dependency.penetration,
]


@pytest.mark.parametrize("verb", [*VERBS, diversification_indices], ids=lambda verb: verb.__name__)
def test_one_reporter_is_no_world(verb):
    with pytest.raises(ta.TradeDataError, match="needs the trade of the world, and the table holds one reporter, A"):
        verb(FLOWS[FLOWS["reporter"] == "A"])


FAULTS = [
    ("value", -5.0, "TA-101"),
    ("value", None, "TA-102"),
    ("value", float("inf"), "TA-103"),
    ("partner", "World", "TA-104"),
    ("product", "TOTAL", "TA-104"),
    ("reporter", None, "TA-105"),
]


@pytest.mark.parametrize(("where", "what", "rule"), FAULTS, ids=[f"{where} {what}" for where, what, _ in FAULTS])
@pytest.mark.parametrize("verb", [ta.rca, ta.dependency.asymmetry], ids=lambda verb: verb.__name__)
def test_faults_raise_on_every_engine(engine, verb, where, what, rule):
    bad = FLOWS.copy()
    bad.loc[1, where] = what
    with pytest.raises(ta.TradeDataError, match=rule):
        verb(engine.table(bad))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ta.rca(FLOWS.assign(flow="exports")), "'exports'"),
        (lambda: ta.rca(FLOWS.drop(columns="product")), "product"),
        (lambda: ta.dependency.intensity(FLOWS, world="none"), "world='none'"),
        (lambda: finger_kreinin_indices(FLOWS, against="peers"), "against='peers'"),
        (lambda: ta.dependency.penetration(FLOWS.assign(flow="import")), "imports only"),
        (lambda: ta.dependency.complementarity([1, 2], [1, 2, 3]), "2 and 3 values"),
        (lambda: ta.dependency.diversification([0, 0], [1, 2]), "some trade"),
        (lambda: ta.dependency.symmetric_rca([-1, 2]), "negative"),
    ],
)
def test_what_cannot_be_asked_says_so(call, words):
    with pytest.raises(ta.TradeDataError, match=words):
        call()


def test_remainders_count_in_totals_and_are_nobody():
    table = pd.concat(
        [FLOWS, pd.DataFrame([("A", "Areas, nes", "999999", 100.0)], columns=FLOWS.columns)], ignore_index=True
    )
    found = ta.rca(table).set_index(["reporter", "product"])["rca"]
    assert found["A", "k1"] == pytest.approx((90 / 200) / (150 / 2200))
    assert "999999" not in found.index.get_level_values("product")
    assert set(ta.dependency.asymmetry(table)["partner"]) == {"A", "J", "K"}
    # Of the baskets themselves, what is untold is no part.
    assert complementarity_indices(table).set_index(["reporter", "partner"])["complementarity"]["A", "K"] == 1.0


def test_the_answer_says_whose_and_which():
    world = ta.example("world_2023")
    notes = ta.dependency.asymmetry(world).attrs["notes"]
    assert notes["year"] == "2023"
    assert notes["n"].endswith("reporters")
    assert "Hirschman" in notes["convention"]
    assert notes["source"] == world.attrs["certificate"]["source"]
    shown = ta.partners(world, reporter="VNM", flow="export")._repr_html_()
    for word in (
        "reporter: VNM",
        "year: 2023",
        "flow: export",
        "n: ",
        "largest: USA 28.9%",
        "source: ",
        "convention: ",
    ):
        assert word in shown
    assert (
        "<script>"
        not in ta.partners(FLOWS.drop(columns="product").replace("A", "<script>"), reporter="<script>")._repr_html_()
    )


def test_an_answer_shows_a_tiny_difference_as_nothing_and_not_as_less():
    shown = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")._repr_html_()
    assert "117,675,985,329" in shown
    assert "0.2887" in shown
    assert "-0.0000" not in shown
