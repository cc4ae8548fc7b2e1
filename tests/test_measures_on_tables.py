"""One test body for every engine: tables give what vectors give, in the library of the question."""

import contextlib
import math
import random

import numpy as np
import pandas as pd
import pytest
from conftest import MEASURES, Engine

import tradeanalysis as ta
from tradeanalysis.tables import lazy_rows

NAMES = [measure.name for measure in MEASURES]
no_trade = pytest.mark.filterwarnings("ignore:.*hold no trade:tradeanalysis.TradeDataWarning")


KINDS = ["pandas", "polars", "polars-lazy", "pyarrow", "duckdb", "polars-lazy, plan", "duckdb, plan", "pyspark"]


@pytest.fixture(params=KINDS)
def engine(request, monkeypatch):
    """Every library; the lazy ones with rows in memory, and with a plan of their own as for more than fits."""
    name, _, plan = request.param.partition(", ")
    if plan:
        monkeypatch.setattr(lazy_rows, "BYTES", 10**12)
    engine = Engine(name, request.getfixturevalue("spark") if name == "pyspark" else None)
    engine.plan = bool(plan) or name == "pyspark"
    return engine


def trade(seed=0):
    """Several reporters and years; partners in several rows; groups of one partner, of none, of equal ones."""
    draw = random.Random(seed)
    rows = []
    for reporter, partners, size in (("VNM", 40, 1e9), ("THA", 7, 1e3), ("LAO", 3, 1e12), ("KHM", 90, 1.0)):
        for year in (2020, 2021):
            for partner in range(partners):
                rows += [
                    (reporter, f"P{partner}", product, year, size * draw.lognormvariate(0, 2))
                    for product in draw.sample(["01", "02", "03"], draw.randint(1, 3))
                ]
    rows += [("BTN", "IND", "01", 2020, 5.0), ("BTN", "USA", "01", 2020, 0.0)]
    rows += [("TUV", "FJI", "01", 2020, 0.0), ("TUV", "FJI", "01", 2021, 0.0)]
    rows += [("NRU", f"P{i}", "01", 2020, 0.1) for i in range(7)]
    draw.shuffle(rows)
    return pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"])


def by_vectors(table, keys, over="partner", n=None):
    """The same answer, group by group, from the vector form."""
    rows = []
    for key, group in table.groupby(keys):
        x = group.groupby(over)["value"].sum()
        present = int((x > 0).sum())
        values = [math.nan] * len(MEASURES)
        if present:
            values = [m(x, n=n) if n and m.takes_n else m(x) for m in MEASURES]
        rows.append([*(key if isinstance(key, tuple) else (key,)), present, *values])
    return pd.DataFrame(rows, columns=[*keys, "n", *NAMES])


def agree(answer, expected, keys):
    text = dict.fromkeys(keys, str)
    a = answer.astype(text).sort_values(keys).reset_index(drop=True)
    b = expected.astype(text).sort_values(keys).reset_index(drop=True)
    assert a[keys].equals(b[keys])
    assert a["n"].tolist() == b["n"].tolist()
    for name in NAMES:
        x, y = a[name].to_numpy(dtype=float, na_value=np.nan), b[name].to_numpy(dtype=float)
        assert (np.isnan(x) == np.isnan(y)).all(), name
        off = np.abs(x - y) > np.maximum(1e-12 * np.abs(y), 1e-13)
        assert not off.any(), (name, x[off], y[off])


@no_trade
def test_all_measures_by_group(engine):
    table = trade()
    answer = engine.frame(ta.measure(engine.table(table), *MEASURES, by=["reporter", "year"]))
    further = ["unallocated", "faults"] if engine.lazy else []
    assert list(answer.columns) == ["reporter", "year", "n", *NAMES, *further]
    if engine.lazy:
        assert (answer["faults"] == 0).all()
    else:
        assert answer[["reporter", "year"]].equals(answer[["reporter", "year"]].sort_values(["reporter", "year"]))
    agree(answer, by_vectors(table, ["reporter", "year"]), ["reporter", "year"])


@no_trade
def test_a_universe_of_partners(engine):
    table = trade(1)
    answer = engine.frame(ta.measure(engine.table(table), *MEASURES, by="reporter", n=200))
    agree(answer, by_vectors(table, ["reporter"], n=200), ["reporter"])


@no_trade
def test_over_products(engine):
    table = trade(2)
    answer = engine.frame(ta.measure(engine.table(table), *MEASURES, by=["reporter"], over="product"))
    agree(answer, by_vectors(table, ["reporter"], over="product"), ["reporter"])


def test_the_whole_table_is_one_group(engine):
    table = trade(3)
    answer = engine.frame(ta.measure(engine.table(table), *MEASURES))
    assert list(answer.columns)[: len(NAMES) + 1] == ["n", *NAMES]
    assert len(answer) == 1
    expected = by_vectors(table.assign(all=1), ["all"])
    agree(answer.assign(all=1), expected, ["all"])


def test_a_measure_of_ones_own_in_three_lines(engine):
    @ta.Measure
    def simpson(total, squares):
        return 1 - squares / total**2

    table = pd.DataFrame({"reporter": list("aab"), "partner": list("xyx"), "value": [1.0, 3.0, 5.0]})
    answer = engine.frame(ta.measure(engine.table(table), simpson, by="reporter")).sort_values("reporter")
    assert answer["simpson"].tolist() == [0.375, 0.0]


def test_faults_raise_in_memory_and_are_counted_on_engines(engine):
    rows = [
        ("good", "x", 1.0),
        ("good", "y", 3.0),
        ("negative", "x", 1.0),
        ("negative", "y", -1.0),
        ("infinite", "x", math.inf),
        ("infinite", "y", 1.0),
        ("missing", "x", None),
        ("missing", "y", 1.0),
        ("nameless", None, 1.0),
        ("nameless", "y", 1.0),
        ("total", " World ", 4.0),
        ("total", "y", 4.0),
        ("bloc", "ASEAN", 2.0),
        ("bloc", "asean", 2.0),
        (None, "x", 1.0),
    ]
    table = engine.table(pd.DataFrame(rows, columns=["reporter", "partner", "value"]))
    if not engine.lazy:
        with pytest.raises(ta.TradeDataError) as caught:
            ta.measure(table, ta.hhi, by="reporter")
        message = str(caught.value)
        for words in (
            "TA-101 [error] 1 row with a negative 'value' (row 3)",
            "TA-102 [error] 1 row with a missing 'value' (row 6)",
            "TA-103 [error] 1 row with an infinite 'value' (row 4)",
            "TA-105 [error] 1 row with no 'partner' (row 8); 4.3% of value",
            "TA-105 [error] 1 row with no 'reporter' (row 14)",
            "TA-104 [error] 3 rows with an aggregate in 'partner'",
            "(rows 10, 12, 13); 34.8% of value",
        ):
            assert words in message
        return
    answer = engine.frame(ta.measure(table, ta.hhi, ta.top_share(2), by="reporter")).set_index("reporter")
    assert answer.loc["good", "hhi"] == 0.625
    assert answer.loc["good", "faults"] == 0
    faults = {"negative": 1, "infinite": 1, "missing": 1, "nameless": 1, "total": 1, "bloc": 2}
    for group, count in faults.items():
        assert answer.loc[group, "faults"] == count, group
        assert pd.isna(answer.loc[group, "hhi"]), group
        assert pd.isna(answer.loc[group, "top_share_2"]), group
    assert answer.loc[answer.index.isna(), "faults"].tolist() == [1]
    assert answer.loc[answer.index.isna(), "hhi"].isna().all()


def test_blocs_may_be_the_axis_under_another_name(engine):
    table = pd.DataFrame({"bloc": ["ASEAN", "EU27"], "value": [1.0, 1.0]})
    assert engine.frame(ta.measure(engine.table(table), ta.hhi, over="bloc"))["hhi"].tolist() == [0.5]


def test_a_total_is_no_product(engine):
    table = engine.table(pd.DataFrame({"product": ["TOTAL", "01"], "value": [1.0, 1.0]}))
    if engine.lazy:
        assert engine.frame(ta.measure(table, ta.hhi, over="product"))["faults"].tolist() == [1]
    else:
        with pytest.raises(ta.AggregateRowError, match="'TOTAL'"):
            ta.measure(table, ta.hhi, over="product")


@pytest.mark.parametrize(
    ("about", "error", "words"),
    [
        ({"by": "country"}, ta.SchemaError, "no column 'country' among 'reporter'"),
        ({"value": "v"}, ta.SchemaError, "no column 'v'"),
        ({"value": "partner"}, ta.SchemaError, "not numbers"),
        ({"by": "partner"}, ta.SchemaError, "both a group"),
        ({"by": "n"}, ta.SchemaError, "two columns"),
    ],
)
def test_columns_that_do_not_fit_are_told(engine, about, error, words):
    table = pd.DataFrame({"reporter": ["a"], "partner": ["x"], "n": [1], "value": [1.0]})
    with pytest.raises(error, match=words):
        ta.measure(engine.table(table), ta.hhi, **about)


@no_trade
def test_a_measure_cannot_be_asked_for_twice_and_one_must_be():
    table = pd.DataFrame({"partner": ["x"], "value": [1.0]})
    with pytest.raises(ta.SchemaError, match="hhi"):
        ta.measure(table, ta.hhi, ta.hhi)
    with pytest.raises(TypeError, match="at least one"):
        ta.measure(table)
    for no_measure in (ta.hill, "hhi"):
        with pytest.raises(TypeError, match="is not a measure"):
            ta.measure(table, no_measure)
    assert ta.measure(table, ta.hhi, by=None, n=1)["hhi"].tolist() == [1.0]
    with pytest.raises(ta.TradeDataError, match="is not a table"):
        ta.measure([1, 2], ta.hhi)
    with pytest.raises(ta.TradeDataError, match="n=1 is fewer"):
        ta.measure(trade(), ta.gini, by="reporter", n=1)


@pytest.mark.parametrize("size", [1e-100, 1e-9, 1e9, 1e150])
def test_very_small_and_very_large_values(engine, size):
    if engine.name == "pyspark" and size in (1e-9, 1e9):
        size *= 1e3  # one job fewer would test the same
    table = pd.DataFrame({"partner": list("abc"), "value": [size, size, 2 * size]})
    answer = engine.frame(ta.measure(engine.table(table), ta.hhi))
    assert answer["hhi"].tolist() == pytest.approx([0.375], rel=1e-12)


def test_nothing_is_collected_on_spark_and_the_answer_is_of_the_library_of_the_question(engine, monkeypatch):
    table = engine.table(trade().query("value > 0"))

    def refuse(*args, **kwargs):
        raise AssertionError("the answer was computed before it was needed")

    if engine.name == "pyspark":
        for name in ("collect", "toPandas", "toArrow", "count", "take", "head", "first"):
            monkeypatch.setattr(type(table), name, refuse)
    answer = ta.measure(table, *MEASURES, by=["reporter", "year"])
    assert type(answer) is type(table)


# ---- pandas -----------------------------------------------------------------------------------------------------


@no_trade
def test_the_order_of_rows_and_the_index_do_not_matter():
    table = trade()
    answer = ta.measure(table, *MEASURES, by=["reporter", "year"])
    shuffled = table.sample(frac=1, random_state=1).set_axis(["same"] * len(table))
    agree(ta.measure(shuffled, *MEASURES, by=["reporter", "year"]), answer, ["reporter", "year"])


@no_trade
def test_keys_of_any_type():
    table = trade()
    expected = ta.measure(table, *MEASURES, by=["reporter", "year"])
    coded = table.assign(
        reporter=pd.Categorical(table["reporter"], categories=["none", *table["reporter"].unique()]),
        partner=pd.factorize(table["partner"])[0],
    )
    answer = ta.measure(coded, *MEASURES, by=["reporter", "year"])
    assert isinstance(answer["reporter"].dtype, pd.CategoricalDtype)
    agree(answer, expected, ["reporter", "year"])
    for dtype in ("Int64", "float32", "int64[pyarrow]"):
        small = pd.DataFrame({"partner": list("xyz"), "value": pd.array([1, 2, 3], dtype="Int64").astype(dtype)})
        assert ta.measure(small, ta.hhi)["hhi"].tolist() == pytest.approx([14 / 36])


def test_attributes_travel_and_the_input_stays_as_it_is():
    table = pd.DataFrame({"partner": ["x", "y"], "value": [1, 3]})
    table.attrs["certificate"] = {"source": "here"}
    before = table.copy()
    assert ta.measure(table, ta.hhi).attrs == {"certificate": {"source": "here"}}
    pd.testing.assert_frame_equal(table, before)


def test_groups_without_trade_stay_and_are_told():
    table = pd.DataFrame({"reporter": ["a", "b"], "partner": ["x", "x"], "value": [0.0, 1.0]})
    with pytest.warns(ta.TradeDataWarning, match="1 of 2 groups hold no trade"):
        answer = ta.measure(table, ta.hhi, by="reporter")
    assert answer["n"].tolist() == [0, 1]
    assert math.isnan(answer["hhi"][0])


def test_an_empty_table_has_no_groups():
    table = trade().iloc[:0]
    with pytest.warns(ta.TradeDataWarning, match="TA-122"):
        assert len(ta.measure(table, ta.hhi, ta.gini, by="reporter")) == 0
    with pytest.warns(ta.TradeDataWarning):
        assert ta.measure(table, ta.hhi)["n"].tolist() == [0]


# ---- beyond the ordinary ----------------------------------------------------------------------------------------


def test_whole_numbers_beyond_2_to_the_53(engine):
    table = pd.DataFrame({"partner": list("abc"), "value": [2**62, 2**62, 2**53 + 1]})
    assert engine.frame(ta.measure(engine.table(table), ta.hhi))["hhi"].tolist() == pytest.approx([0.5], rel=2e-3)


def test_a_total_hides_behind_no_space(engine):
    table = engine.table(pd.DataFrame({"partner": ["\u00a0World", "World\u2003", "x"], "value": [2.0, 2.0, 2.0]}))
    if engine.lazy:
        assert engine.frame(ta.measure(table, ta.hhi))["faults"].tolist() == [2]
    else:
        with pytest.raises(ta.AggregateRowError, match="2 rows"):
            ta.measure(table, ta.hhi)


def test_a_total_is_no_reporter():
    table = pd.DataFrame({"partner": ["x"] * 3, "reporter": ["World", "a", "b"], "value": [3.0, 2.0, 1.0]})
    with pytest.raises(ta.AggregateRowError, match="'World'"):
        ta.measure(table, ta.hhi, by="partner", over="reporter")


@pytest.mark.parametrize("names", [{"reporter": "_x", "partner": "_0"}, {"reporter": "_all", "partner": "_usable"}])
def test_columns_may_bear_any_name(engine, names):
    table = pd.DataFrame({"reporter": list("aab"), "partner": list("xyx"), "value": [1.0, 3.0, 5.0]})
    about = {"by": names["reporter"], "over": names["partner"]}
    answer = engine.frame(ta.measure(engine.table(table.rename(columns=names)), ta.hhi, **about))
    assert sorted(zip(answer[names["reporter"]], answer["hhi"], strict=True)) == [("a", 0.625), ("b", 1.0)]


@no_trade
def test_a_table_without_rows_is_one_group_without_trade(engine):
    answer = engine.frame(ta.measure(engine.table(trade().iloc[:0]), ta.hhi))
    assert answer["n"].tolist() == [0]
    assert answer["hhi"].isna().all()


def test_a_universe_smaller_than_what_trades(engine):
    table = pd.DataFrame({"reporter": list("aab"), "partner": list("xyx"), "value": [1.0, 3.0, 5.0]})
    if not engine.lazy:
        with pytest.raises(ta.TradeDataError, match="n=1 is fewer than the 2 partners present"):
            ta.measure(engine.table(table), ta.gini, by="reporter", n=1)
        return
    answer = engine.frame(ta.measure(engine.table(table), ta.gini, by="reporter", n=1)).set_index("reporter")
    assert pd.isna(answer.loc["a", "gini"])
    assert answer["n"].to_dict() == {"a": 2, "b": 1}
    assert answer.loc["b", "gini"] == 0.0


def test_what_leaves_float64_is_never_a_number(engine):
    table = engine.table(pd.DataFrame({"partner": ["x", "y"], "value": [1e200, 1e200]}))
    if engine.plan:
        assert engine.frame(ta.measure(table, ta.hhi))["hhi"].isna().all()
    else:
        assert engine.frame(ta.measure(table, ta.hhi))["hhi"].to_list() == [0.5]


@pytest.mark.parametrize(
    ("measure", "x"), [(ta.hill(35), [0.7, 0.3]), (ta.atkinson(40), [1.0, 1e4])], ids=["hill_35", "atkinson_40"]
)
def test_powers_beyond_float64_are_right_or_missing_or_refused(engine, measure, x):
    try:
        answer = engine.frame(ta.measure(engine.table(pd.DataFrame({"partner": ["a", "b"], "value": x})), measure))
    except ta.TradeDataError:
        return
    got = answer[measure.name][0]
    assert pd.isna(got) or got == pytest.approx(measure(x), rel=1e-9)


def test_a_year_that_is_no_number_is_a_fault_on_engines_too():
    import polars as pl

    table = pl.DataFrame({"year": [2020.0, math.nan], "partner": ["x", "y"], "value": [1.0, 3.0]})
    with pytest.raises(ta.TradeDataError, match="no 'year'"):
        ta.measure(table, ta.hhi, by="year")
    answer = ta.measure(table.lazy(), ta.hhi, by="year").collect().sort("year")
    assert answer["faults"].to_list() == [0, 1]


@pytest.mark.parametrize("key", ["N", "HHI", "Faults"])
def test_a_key_named_like_an_answer_but_for_its_case_is_refused(engine, key):
    """DuckDB and Spark take N and n for one name: the partners present would be the key."""
    table = pd.DataFrame({key: ["a", "a"], "partner": ["x", "y"], "value": [1.0, 3.0]})
    with pytest.raises(ta.SchemaError, match="two columns"):
        ta.measure(engine.table(table), ta.hhi, by=key)


def test_values_that_vanish_beside_others_are_still_there():
    table = pd.DataFrame({"partner": list("xyz"), "value": [1e-200, 1.0, 1e200]})
    answer = ta.measure(table, ta.theil, ta.entropy, ta.hill(0))
    assert answer.iloc[0, 1:].tolist() == [m(table["value"]) for m in (ta.theil, ta.entropy, ta.hill(0))]


def test_groups_may_be_named_in_any_way():
    table = trade().query("value > 0")
    expected = ta.measure(table, ta.hhi, by=["reporter"])
    for by in ("reporter", ("reporter",), (key for key in ["reporter"])):
        pd.testing.assert_frame_equal(ta.measure(table, ta.hhi, by=by), expected)
    assert expected["n"].dtype == "int64"
    assert expected.index.tolist() == list(range(len(expected)))


def test_spark_runs_no_job_before_the_answer_is_asked_for(spark):
    table = spark.createDataFrame([("a", "x", 1.0), ("a", "y", 3.0)], "reporter string, partner string, value double")
    jobs = spark.sparkContext.statusTracker().getJobIdsForGroup
    spark.sparkContext.setJobGroup("measure", "jobs that the call starts")
    try:
        answer = ta.measure(table, *MEASURES, by="reporter")
        assert list(jobs("measure")) == []
        assert answer.select("hhi").collect()[0][0] == 0.625
        assert len(jobs("measure")) > 0
    finally:
        spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)


# ---- what is no partner, and what is not added ------------------------------------------------------------------


@no_trade
@pytest.mark.parametrize("label", ["Others", "Areas, nes", "Các nước khác", "  khác "])
def test_a_remainder_is_no_partner_and_its_share_is_told(engine, label):
    table = pd.DataFrame(
        {
            "reporter": ["A", "A", "A", "B", "B", "C"],
            "partner": ["USA", "CHN", label, "USA", label, label],
            "value": [30.0, 30.0, 40.0, 99.5, 0.5, 7.0],
        }
    )
    warned = (
        contextlib.nullcontext() if engine.lazy else pytest.warns(ta.TradeDataWarning, match=r"TA-119.*2 of 3.*100")
    )
    with warned:
        answer = ta.measure(engine.table(table), ta.hhi, ta.top_share(1), by="reporter")
    answer = engine.frame(answer).sort_values("reporter")
    assert answer["n"].tolist() == [2, 1, 0]
    assert answer["hhi"].tolist()[:2] == [0.5, 1.0]
    assert answer["top_share_1"].tolist()[:2] == [0.5, 1.0]
    assert pd.isna(answer["hhi"].iloc[2])
    assert answer["unallocated"].tolist() == pytest.approx([0.4, 0.005, 1.0], abs=1e-15)


def test_products_that_are_not_told_are_no_product(engine):
    table = pd.DataFrame({"product": ["0101", "8504", "9999"], "value": [50.0, 50.0, 1.0]})
    answer = engine.frame(ta.measure(engine.table(table), ta.hhi, over="product"))
    assert answer["hhi"].tolist() == [0.5]
    assert answer["unallocated"].tolist() == pytest.approx([1 / 101])


def test_other_axes_hold_what_they_hold(engine):
    table = pd.DataFrame({"market": ["Others", "", "9999"], "value": [1.0, 1.0, 2.0]})
    answer = engine.frame(ta.measure(engine.table(table), ta.hhi, over="market"))
    assert answer["hhi"].tolist() == [0.375]
    assert answer["n"].tolist() == [3]
    assert "unallocated" not in answer


def test_exports_and_imports_are_never_added(engine):
    table = pd.DataFrame(
        {
            "reporter": ["A", "A", "A", "B"],
            "partner": ["USA", "CHN", "CHN", "USA"],
            "flow": ["export", "export", "import", "export"],
            "value": [1.0, 1.0, 9.0, 5.0],
        }
    )
    if engine.lazy:
        answer = engine.frame(ta.measure(engine.table(table), ta.hhi, by="reporter")).sort_values("reporter")
        assert answer["faults"].tolist() == [3, 0]
        assert pd.isna(answer["hhi"].iloc[0])
        assert answer["hhi"].iloc[1] == 1.0
    else:
        with pytest.raises(ta.TradeDataError, match=r"TA-111.*'export', 'import'.*rows 0, 1, 2.*name \"flow\" in by="):
            ta.measure(engine.table(table), ta.hhi, by="reporter")
    answer = engine.frame(ta.measure(engine.table(table), ta.hhi, by=["reporter", "flow"]))
    assert sorted(answer["hhi"].tolist()) == [0.5, 1.0, 1.0]
    assert engine.frame(ta.measure(engine.table(table[table["flow"] == "export"]), ta.hhi))["n"].tolist() == [2]


# ---- the real panel ---------------------------------------------------------------------------------------------


@no_trade
def test_the_panel_of_all_countries_is_the_same_on_four_engines(shared_data, spark):
    import duckdb
    import polars as pl

    path = shared_data / "wits_bilateral_1962_2016" / "wits_bilateral_long.parquet"
    measures = [ta.hhi, ta.hhi_normalised, ta.hill(1), ta.top_share(1), ta.top_share(3), ta.gini]
    about = {"by": ["reporter", "year"], "value": "export_kusd"}
    panel = pd.read_parquet(path)
    assert len(panel) == 958_379
    with pytest.warns(ta.TradeDataWarning, match=r"TA-119.* of 7,046 groups"):
        expected = ta.measure(panel[panel["export_kusd"].notna()], *measures, **about)
    condition = "export_kusd IS NOT NULL"
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        polars = ta.measure(pl.read_parquet(path).filter(pl.col("export_kusd").is_not_null()), *measures, **about)
    answers = {
        "polars": polars,
        "duckdb": ta.measure(duckdb.read_parquet(str(path)).filter(condition), *measures, **about).pl(),
        "pyspark": pl.from_arrow(
            ta.measure(spark.read.parquet(str(path)).where(condition), *measures, **about).toArrow()
        ),
    }
    for name, answer in answers.items():
        table = answer.to_pandas().sort_values(["reporter", "year"]).reset_index(drop=True)
        assert table[["reporter", "year", "n"]].astype(str).equals(expected[["reporter", "year", "n"]].astype(str)), (
            name
        )
        for column in ("unallocated", *(measure.name for measure in measures)):
            x, y = table[column].to_numpy(float), expected[column].to_numpy(float)
            assert (np.isnan(x) == np.isnan(y)).all(), name
            assert np.nanmax(np.abs(x - y) - np.maximum(1e-12 * np.abs(y), 1e-13)) <= 0, (name, column)
