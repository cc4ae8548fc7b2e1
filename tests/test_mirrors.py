"""Mirror reports, against print, arithmetic by hand, brute force, and made data whose errors are known."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import tradeanalysis as ta

COLUMNS = ["reporter", "partner", "flow", "value"]
BOTH = pd.DataFrame(
    [
        ("VNM", "THA", "export", 236.0),
        ("THA", "VNM", "import", 557.0),
        ("VNM", "USA", "export", 100.0),
        ("USA", "VNM", "import", 106.0),
        ("VNM", "LAO", "export", 7.0),  # Laos reports nothing at all
        ("VNM", "JPN", "export", 5.0),  # Japan reports imports, and none from Vietnam
        ("JPN", "THA", "import", 53.0),
        ("KHM", "USA", "export", 3.0),  # so does the United States
        ("THA", "JPN", "export", 40.0),
    ],
    columns=COLUMNS,
)


def frame_of(engine, answer) -> pd.DataFrame:
    """The rows, from whichever library the engine's answers come in."""
    return answer.to_pandas() if engine.name in ("duckdb", "pyspark") else engine.frame(answer)


def of(mirrored, reporter, partner):
    rows = mirrored[(mirrored["reporter"] == reporter) & (mirrored["partner"] == partner)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_discrepancy_in_print(engine):
    """236 against 557: |x - m|/(x + m) = .4047919, whatever the margin."""
    for cif in (0, 0.1):
        found = of(frame_of(engine, ta.mirror(engine.table(BOTH), cif=cif)), "VNM", "THA")
        assert found["discrepancy"] == pytest.approx(0.4047919, abs=5e-8)
        assert [found["export_report"], found["import_report"], found["cif"]] == [236, 557, cif]
        assert [found["low"], found["high"]] == pytest.approx([236, 557 / (1 + cif)], rel=1e-12)


def test_the_margin_is_a_number_a_series_by_pair_or_the_one_of_the_imf():
    found = of(ta.mirror(BOTH), "VNM", "USA")
    assert [found["low"], found["high"], found["value"]] == pytest.approx([100, 100, 100], rel=1e-12)
    assert ta.mirror(BOTH).attrs["notes"]["cif"].startswith("6.0% above free on board: IMF")
    pairs = [("VNM", "THA"), ("VNM", "USA"), ("THA", "JPN")]
    margins = pd.Series([0.2, 0.06, 0.5], index=pd.MultiIndex.from_tuples(pairs))
    found = ta.mirror(BOTH, cif=margins)
    assert of(found, "VNM", "THA")["high"] == pytest.approx(557 / 1.2)
    assert of(found, "THA", "JPN")["low"] == pytest.approx(53 / 1.5)
    assert np.isnan(of(found, "VNM", "LAO")["cif"])
    assert found.attrs["notes"]["cif"] == "by pair, 6.0% to 50.0%: as given"
    with pytest.raises(ta.TradeDataError, match="no margin for THA-JPN"):
        ta.mirror(BOTH, cif=margins.iloc[:2])
    for wrong in (-0.1, np.inf, np.nan):
        with pytest.raises(ta.TradeDataError, match="cif="):
            ta.mirror(BOTH, cif=wrong)


def test_one_report_is_a_range_to_zero_only_where_the_other_side_speaks(engine):
    found = frame_of(engine, ta.mirror(engine.table(BOTH), cif=0))
    for partner, low in (("LAO", 7.0), ("JPN", 0.0)):
        row = of(found, "VNM", partner)
        assert row["missing"] == "import"
        assert [row["low"], row["high"], row["value"]] == [
            low,
            pytest.approx(row["export_report"]),
            pytest.approx(row["high"]),
        ]
        assert pd.isna(row["import_report"])
        assert pd.isna(row["discrepancy"])
    assert of(found, "KHM", "USA")["low"] == 0
    told = found[found["missing"].isna()]
    assert set(zip(told["reporter"], told["partner"], strict=True)) == {("VNM", "THA"), ("VNM", "USA"), ("THA", "JPN")}


def test_who_speaks_is_asked_year_by_year():
    silent = BOTH[BOTH["reporter"] != "JPN"].assign(year=2020)
    found = ta.mirror(pd.concat([BOTH.assign(year=2019), silent], ignore_index=True), cif=0)
    rows = found[(found["reporter"] == "VNM") & (found["partner"] == "JPN")].set_index("year")
    assert rows["low"].to_dict() == {2019: 0.0, 2020: 5.0}


def test_the_importers_side_is_the_same_told_the_other_way():
    own, other = ta.mirror(BOTH), ta.mirror(BOTH, flow="import")
    swapped = other.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="export")
    keys = ["reporter", "partner"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(own).sort_values(keys, ignore_index=True),
        pd.DataFrame(swapped)[own.columns].sort_values(keys, ignore_index=True),
    )
    pd.testing.assert_frame_equal(ta.uncertainty.reliability(own), ta.uncertainty.reliability(other))


def test_products_have_rows_of_their_own():
    fish, rice = BOTH.assign(product="03"), BOTH.assign(product="1006", value=2 * BOTH["value"])
    found = ta.mirror(pd.concat([fish, rice], ignore_index=True), cif=0)
    rows = found[(found["reporter"] == "VNM") & (found["partner"] == "THA")].set_index("product")
    assert rows["export_report"].to_dict() == {"03": 236.0, "1006": 472.0}


def test_remainders_own_trade_and_aggregates():
    more = [("VNM", "Areas, nes", "export", 50.0), ("VNM", "VNM", "import", 9.0)]
    found = ta.mirror(pd.concat([BOTH, pd.DataFrame(more, columns=COLUMNS)], ignore_index=True))
    pd.testing.assert_frame_equal(found, ta.mirror(BOTH))
    world = pd.DataFrame([("VNM", "World", "export", 500.0)], columns=COLUMNS)
    with pytest.raises(ta.TradeDataError, match="aggregate"):
        ta.mirror(pd.concat([BOTH, world], ignore_index=True))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (BOTH[BOTH["flow"] == "export"], "no imports"),
        (BOTH.iloc[[0, 3]], "by both sides"),
        (BOTH.drop(columns="flow"), "flow"),
        (BOTH.iloc[:0], "the table has no rows"),
        (BOTH.assign(value=-BOTH["value"]), "negative"),
    ],
)
def test_what_has_no_mirror_is_refused(table, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.mirror(table)
    with pytest.raises(ta.TradeDataError, match="flows are"):
        ta.mirror(BOTH, flow="exports")


def made(errors, n=40, seed=0):
    """Trade of all with all whose reports err by as much as each economy does."""
    rng = np.random.default_rng(seed)
    names = [f"E{i:02}" for i in range(n)]
    pairs = pd.DataFrame(itertools.permutations(names, 2), columns=["reporter", "partner"])
    true = rng.lognormal(10, 2, len(pairs))
    s = pd.Series(errors, index=names)
    sold = pairs.assign(
        flow="export", value=true * np.exp(s[pairs["reporter"]].to_numpy() * rng.normal(size=len(pairs)))
    )
    bought = pairs.assign(
        flow="import", value=true * np.exp(s[pairs["partner"]].to_numpy() * rng.normal(size=len(pairs)))
    )
    bought = bought.rename(columns={"reporter": "partner", "partner": "reporter"})
    return pd.concat([sold, bought], ignore_index=True), pairs.assign(true=true), s


def test_the_errors_of_made_data_are_found_and_the_value_is_nearer_than_either_report():
    table, truth, s = made([0.05] * 20 + [0.5] * 20)
    found = ta.mirror(table, cif=0).merge(truth, on=["reporter", "partner"])
    told = ta.uncertainty.reliability(found).set_index("reporter")["log_sd"]
    assert told[s == 0.5].median() == pytest.approx(0.5, rel=0.1)
    # The report of average quality that is added tells most for those who err least.
    assert 0.05 < told[s == 0.05].median() < told[s == 0.05].max() < 0.15 < 0.35 < told[s == 0.5].min()
    off = {
        one: np.sqrt(np.mean(np.log(found[one] / found["true"]) ** 2))
        for one in ("value", "export_report", "import_report")
    }
    plain = np.sqrt(np.mean(np.log(np.sqrt(found["export_report"] * found["import_report"]) / found["true"]) ** 2))
    assert off["value"] < 0.85 * plain < plain < min(off["export_report"], off["import_report"])
    assert ((found["low"] <= found["value"]) & (found["value"] <= found["high"])).all()


def test_the_variances_are_those_of_maximum_likelihood():
    """Few economies, so that a general optimiser can be asked; the added report is a square of half the mean."""
    table, _, _ = made([0.1, 0.2, 0.4, 0.4, 0.3], n=5, seed=3)
    found = ta.mirror(table, cif=0)
    d = np.log(found["import_report"] / found["export_report"]).to_numpy()
    labels = sorted(set(found["reporter"]))
    i, j = (found[side].map(labels.index).to_numpy() for side in ("reporter", "partner"))
    prior = np.mean(d**2) / 2

    def loss(log_v):
        v = np.exp(log_v)
        pairs = v[i] + v[j]
        return (np.log(pairs) + d**2 / pairs).sum() + (log_v + prior / v).sum()

    best = minimize(loss, np.full(5, np.log(prior)), method="BFGS", options={"gtol": 1e-9})
    told = ta.uncertainty.reliability(found).set_index("reporter")["log_sd"]
    assert (np.abs(d) < 3 * np.sqrt(np.exp(best.x)[i] + np.exp(best.x)[j])).all()  # nothing is cut
    assert told[labels].to_numpy() == pytest.approx(np.exp(best.x / 2), rel=1e-4)


def test_many_rows_of_a_pair_are_fitted_as_if_each_stood_alone():
    """The EM steps row by row, with nothing summed before; few enough rows that size says nothing, some far off."""
    draw = np.random.default_rng(2)
    rows = [(i, j, f"0{k}") for i, j in (("VNM", "THA"), ("THA", "VNM"), ("USA", "VNM")) for k in range(1, 10)]
    x = draw.lognormal(3, 1, len(rows))
    m = x * np.exp(draw.normal(0, 0.3, len(rows)) * draw.choice([1, 12], len(rows), p=[0.9, 0.1]))
    sold = pd.DataFrame(rows, columns=["reporter", "partner", "product"]).assign(flow="export", value=x)
    bought = sold.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import", value=m)
    found = ta.uncertainty.reliability(ta.mirror(pd.concat([sold, bought]), cif=0)).set_index("reporter")["log_sd"]
    labels = ["THA", "USA", "VNM"]
    d, (i, j) = np.log(m / x), ([labels.index(row[side]) for row in rows] for side in (0, 1))
    prior = float(np.mean(d**2) / 2)
    v = [prior] * 3
    for _ in range(10_000):
        sums, before = [prior] * 3, list(v)
        for a, b, error in zip(i, j, d, strict=True):
            both = before[a] + before[b]
            z = max(-3.0, min(3.0, error / both**0.5))
            for at in (a, b):
                sums[at] += before[a] * before[b] / both + (before[at] * z) ** 2 / both
        v = [one / (1 + i.count(k) + j.count(k)) for k, one in enumerate(sums)]
        if max(abs(one / old - 1) for one, old in zip(v, before, strict=True)) < 1e-9:
            break
    assert (np.abs(d) > 3 * np.sqrt(np.array(v)[i] + np.array(v)[j])).any()  # something is cut
    assert found[labels].to_numpy() == pytest.approx(np.sqrt(v), rel=1e-12)


def test_one_report_that_is_wrong_altogether_does_not_make_its_economy_so():
    table, _, _ = made([0.1] * 40)
    wrong = table.copy()
    wrong.loc[0, "value"] *= 1000
    before, after = (
        ta.uncertainty.reliability(ta.mirror(one, cif=0)).set_index("reporter")["log_sd"]["E00"]
        for one in (table, wrong)
    )
    assert before < after < 1.2 * before


def test_small_trade_errs_more():
    rng = np.random.default_rng(1)
    table, truth, _ = made([0.0] * 40)
    size = truth["true"].to_numpy()
    sd = 0.3 * (size / np.exp(10)) ** -0.2  # so that the variance falls with the power .4
    table["value"] *= np.exp(np.tile(sd, 2) * rng.normal(size=len(table)))
    found = ta.mirror(table, cif=0)
    two = found[found["value"] > 0].merge(truth, on=["reporter", "partner"])
    # The value is the mean of two reports with these errors.
    # Of what is usual and what a row shows the larger counts, which for a normal z is E max(1, z^2) = 1.484.
    expected = np.sqrt(1.484) * 0.3 * (two["true"] / np.exp(10)) ** -0.2 / np.sqrt(2)
    for part in (two["true"] < np.exp(8), two["true"] > np.exp(12)):
        assert np.sqrt((two["log_sd"][part] ** 2).mean()) == pytest.approx(
            np.sqrt((expected[part] ** 2).mean()), rel=0.15
        )


def test_reports_that_agree_leave_no_doubt():
    table = BOTH.iloc[:4].copy()
    table["value"] = [50.0, 50.0, 100.0, 100.0]
    found = ta.mirror(table, cif=0)
    assert found["log_sd"].tolist() == [0, 0]
    assert found["value"].tolist() == pytest.approx([50, 100], rel=1e-12)
    assert ta.uncertainty.draws(found).values == pytest.approx(np.tile([50, 100], (10_000, 1)), rel=1e-12)


def test_a_table_that_is_no_mirror_has_no_reliability():
    with pytest.raises(ta.SchemaError, match="export_report"):
        ta.uncertainty.reliability(BOTH)


def test_an_estimate_of_the_source_is_no_report():
    """What the IMF fills in from the partner agrees with it by its making, and says nothing of the economy."""
    rows = [
        ("VNM", "THA", "export", 100.0, False),
        ("THA", "VNM", "import", 212.0, False),
        ("VNM", "LAO", "export", 50.0, False),
        ("LAO", "VNM", "import", 53.0, True),  # 50 times 1.06
        ("LAO", "THA", "import", 10.0, False),
        ("THA", "LAO", "export", 10.0, False),
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "value", "estimated"])
    found = ta.mirror(table).set_index(["reporter", "partner"])
    one = found.loc[("VNM", "LAO")]
    assert one["missing"] == "import"
    # No report says that there is no trade: both ends are the one report.
    assert (one["low"], one["high"]) == (50.0, 50.0)
    without = ta.mirror(table[~table["estimated"]].drop(columns="estimated")).set_index(["reporter", "partner"])
    assert without.loc[("VNM", "LAO"), "low"] == 0.0  # as if Laos had reported none
    assert found.loc[("VNM", "THA"), "high"] == pytest.approx(200.0)
    assert set(ta.uncertainty.reliability(ta.mirror(table))["reporter"]) == {"VNM", "THA", "LAO"}
