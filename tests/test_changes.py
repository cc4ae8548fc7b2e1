"""What moved the index: contributions that add up, against print, exact fractions and brute force; blocs."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import cases, told
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tradeanalysis as ta
from tradeanalysis.sums import power

BEFORE, AFTER = {"a": 0.6, "b": 0.3, "c": 0.1}, {"a": 0.5, "b": 0.3, "d": 0.2}
simpson = ta.Measure(lambda total, squares: 1 - squares / total**2, name="simpson")
cubes = ta.Measure(lambda total, p: p / total**3, name="cubes", p=power(3))
ADDITIVE = [ta.hhi, ta.entropy, ta.hill(0), simpson, cubes]

amount = st.one_of(st.just(0.0), st.floats(min_value=1e-3, max_value=1e12))
pairs = st.lists(st.tuples(amount, amount), min_size=1, max_size=40)


def flows(rows):
    return pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"])


TABLE = flows(
    [
        *(("VNM", partner, 2004, 100 * share) for partner, share in BEFORE.items()),
        *(("VNM", partner, 2014, 30 * share) for partner, share in AFTER.items()),
        *(("THA", "a", 2004, 1.0), ("THA", "b", 2004, 3.0), ("THA", "a", 2014, 7.0)),
        *(("THA", "b", 2009, 5.0), ("VNM", "a", 2009, 50.0), ("VNM", "c", 2009, 50.0)),
    ]
)


# ---- contributions ------------------------------------------------------------------------------------------------


def test_the_change_by_hand():
    """measures.md: -.08 = -.11 of incumbents, -.01 of exits, +.04 of entries."""
    moved = ta.change(BEFORE, AFTER)
    assert moved.columns.tolist() == ["partner", "share_before", "share_after", "contribution", "kind"]
    assert moved["partner"].tolist() == ["a", "d", "c", "b"]
    by_kind = moved.groupby("kind")["contribution"].sum()
    assert by_kind.to_dict() == pytest.approx({"incumbent": -0.11, "entry": 0.04, "exit": -0.01}, abs=1e-15)
    assert moved["contribution"].sum() == pytest.approx(-0.08, abs=1e-15)
    assert moved.attrs["notes"]["n"] == "2 incumbent, 1 entry, 1 exit"


@pytest.mark.parametrize("measure", ADDITIVE, ids=lambda one: one.name)
@settings(max_examples=cases(200))
@given(data=pairs)
def test_contributions_add_up_to_the_change_of_the_measure(measure, data):
    before, after = (list(one) for one in zip(*data, strict=True))
    assume(any(before) and any(after))
    moved = ta.change(before, after, measure=measure)
    assert abs(moved["contribution"].sum() - (measure(after) - measure(before))) <= 1e-12
    assert moved["contribution"].abs().is_monotonic_decreasing
    kinds = {"incumbent": lambda s, t: s and t, "entry": lambda s, t: t and not s, "exit": lambda s, t: s and not t}
    for kind, belongs in kinds.items():
        assert (moved["kind"] == kind).sum() == sum(bool(belongs(s, t)) for s, t in data)


@settings(max_examples=cases(100))
@given(data=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=12))
def test_each_contribution_is_that_of_exact_fractions(data):
    before, after = (list(one) for one in zip(*data, strict=True))
    assume(any(before) and any(after))
    moved = ta.change(before, after).set_index("partner")["contribution"]
    for j, (s, t) in enumerate(data):
        exact = Fraction(t, sum(after)) ** 2 - Fraction(s, sum(before)) ** 2
        assert moved.get(j, 0.0) == pytest.approx(float(exact), abs=1e-15)


def test_entropy_by_partner_is_minus_s_ln_s():
    moved = ta.change(BEFORE, AFTER, measure=ta.entropy).set_index("partner")["contribution"]
    assert moved["d"] == pytest.approx(-0.2 * math.log(0.2), abs=1e-15)
    assert moved["c"] == pytest.approx(0.1 * math.log(0.1), abs=1e-15)
    assert moved["b"] == 0


def test_one_economy_of_a_table_is_chosen_by_name():
    table = pd.concat([TABLE.assign(flow="export"), TABLE.assign(flow="import", value=1.0)], ignore_index=True)
    table.attrs["certificate"] = {"source": "made by hand"}
    code = TABLE["reporter"].iloc[0]
    alone = TABLE[TABLE["reporter"] == code]
    expected = ta.change(alone, before=2004, after=2014)
    found = ta.change(table, before=2004, after=2014, reporter=code, flow="export")
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))
    assert found.attrs["notes"]["source"] == "made by hand"
    margins = ta.changes.margins(table, before=2004, after=2014, reporter=code, flow="export")
    assert margins.equals(ta.changes.margins(alone, before=2004, after=2014))
    with pytest.raises(ta.TradeDataError, match='reporter="XKX" is not in the table'):
        ta.change(table, before=2004, after=2014, reporter="XKX")
    with pytest.raises(ta.SchemaError, match="flow"):
        ta.change(TABLE, before=2004, after=2014, flow="export")


NOT_SUMS = [
    *(ta.hill(1), ta.hill(2), ta.hill(0.5), ta.hill(math.inf), ta.gini, ta.top_share(1), ta.top_share(3), ta.theil),
    *(
        ta.hhi_normalised,
        ta.measures.dual,
        ta.measures.dominance,
        ta.measures.stenbacka,
        ta.effective_partners,
        ta.atkinson(0.5),
        ta.measures.evenness,
    ),
    *(ta.measures.generalised_entropy(2), ta.measures.hannah_kay(3), ta.measures.pielou, ta.measures.gini_corrected),
    ta.Measure(lambda total, squares: np.sqrt(squares) / total, name="hirschman"),
    ta.Measure(lambda total, squares: np.log(squares) - 2 * np.log(total), name="log_hhi"),
]


@pytest.mark.parametrize("measure", NOT_SUMS, ids=lambda one: one.name)
def test_what_is_no_sum_over_partners_is_refused(measure):
    with pytest.raises(
        ta.TradeDataError, match=rf"{measure.name} is not a sum over partners.*Such sums are hhi, entropy"
    ):
        ta.change(BEFORE, AFTER, measure=measure)


def test_vectors_are_matched_by_label_or_by_place():
    by_label = ta.change(pd.Series(BEFORE), pd.Series(AFTER))
    by_place = ta.change([0.6, 0.3, 0.1, 0], np.array([0.5, 0.3, 0, 0.2]))
    assert by_label["contribution"].tolist() == by_place["contribution"].tolist()
    assert by_place["partner"].tolist() == [0, 3, 2, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ta.change([1, 2]), "a change is between two periods"),
        (lambda: ta.change([1, 2], [1]), "vectors of 2 and 1 values"),
        (lambda: ta.change([1, 2], [0, 0]), "some trade in it"),
        (lambda: ta.change([1, -2], [1, 2]), "TA-101.*negative"),
        (lambda: ta.change(pd.Series({"a": math.nan}), pd.Series({"b": 1.0})), "TA-102.*missing"),
        (
            lambda: ta.change(pd.Series([1.0, 2.0], ["a", "a"]), pd.Series({"a": 1.0})),
            "a vector names a more than once",
        ),
        (lambda: ta.change([1, 2], [2, 1], by="reporter"), "are for a table"),
        (lambda: ta.change([1, 2], [2, 1], measure=hash), "is not a measure"),
        (lambda: ta.change(TABLE, TABLE), "one with a column 'year'"),
        (lambda: ta.change(TABLE), "pass before= and after=, two of the years 2004-2014"),
        (
            lambda: ta.change(TABLE, before=2004, after=2013),
            "2013 is not among the years of the table, 2004, 2009, 2014",
        ),
        (lambda: ta.change(TABLE.astype({"year": str}), before=2004, after=2014), r"are text, '2004', .*astype\(int\)"),
        (
            lambda: ta.change(TABLE, before="2004", after="2014"),
            "'2004', '2014' is text and the years of the table are num",
        ),
        (lambda: ta.change(TABLE, before=2014, after=2004), "before=2014 is not earlier than after=2004"),
        (lambda: ta.change(TABLE, before=2004, after=2014, by="year"), r"'year' cannot be a group"),
        (lambda: ta.change(TABLE, before=2004, after=2014, by="partner"), r"'partner' cannot be a group"),
        (lambda: ta.change(TABLE.drop(columns="year"), before=2004, after=2014), "no column 'year'"),
        (
            lambda: ta.change(TABLE.rename(columns={"reporter": "kind"}), before=2004, after=2014, by="kind"),
            "two columns 'kind'",
        ),
    ],
)
def test_what_cannot_be_asked_says_so(call, words):
    with pytest.raises(ta.TradeDataError, match=words):
        call()


def collected(answer):
    answer = answer.collect() if hasattr(answer, "collect") else answer
    return answer.to_pandas() if hasattr(answer, "to_pandas") else answer


def test_the_change_of_a_table_on_every_engine(engine):
    moved = collected(ta.change(engine.table(TABLE), before=2004, after=2014, by="reporter"))
    assert moved.columns.tolist()[:2] == ["reporter", "partner"]
    vietnam = moved[moved["reporter"] == "VNM"]
    assert vietnam["partner"].tolist() == ["a", "d", "c", "b"]
    assert vietnam["contribution"].tolist() == pytest.approx([-0.11, 0.04, -0.01, 0], abs=1e-15)
    assert vietnam["kind"].tolist() == ["incumbent", "entry", "exit", "incumbent"]
    thailand = moved[moved["reporter"] == "THA"]
    assert thailand.set_index("partner")["contribution"].to_dict() == {"a": 1 - 0.25**2, "b": -(0.75**2)}


def test_steps_of_a_path_add_up_to_the_whole(engine):
    steps = collected(ta.change(engine.table(TABLE), before=2004, after=2014, by="reporter", every_year=True))
    assert steps.columns.tolist()[:4] == ["reporter", "from", "to", "partner"]
    assert set(zip(steps["from"], steps["to"], strict=True)) == {(2004, 2009), (2009, 2014)}
    whole = ta.change(TABLE, before=2004, after=2014, by="reporter")
    sums = steps.groupby("reporter")["contribution"].sum()
    assert sums.to_dict() == pytest.approx(whole.groupby("reporter")["contribution"].sum().to_dict(), abs=1e-14)
    first = steps[(steps["reporter"] == "VNM") & (steps["from"] == 2004)].set_index("partner")["contribution"]
    assert first.to_dict() == pytest.approx({"a": -0.11, "b": -0.09, "c": 0.24}, abs=1e-15)


def test_all_reporters_at_once_are_each_alone_and_the_difference_of_the_measure():
    imports = ta.example("imports_1995_2019")
    moved = ta.change(imports, before=1995, after=2019, by="reporter", measure=ta.entropy)
    ends = imports[imports["year"].isin([1995, 2019])]
    index = ta.measure(ends, ta.entropy, by=["reporter", "year"]).pivot(index="reporter", columns="year")["entropy"]
    sums = moved.groupby("reporter")["contribution"].sum()
    assert len(sums) == 86
    assert (sums - (index[2019] - index[1995])).abs().max() < 1e-12
    thailand = ends[ends["reporter"] == "THA"].pivot(index="partner", columns="year", values="value").fillna(0.0)
    alone = ta.change(thailand[1995], thailand[2019], measure=ta.entropy).set_index("partner")["contribution"]
    beside = moved[moved["reporter"] == "THA"].set_index("partner")["contribution"]
    assert beside.to_dict() == pytest.approx(alone.to_dict(), abs=1e-15)
    steps = ta.change(imports, before=1995, after=2019, by="reporter", measure=ta.entropy, every_year=True)
    assert (steps.groupby("reporter")["contribution"].sum() - sums).abs().max() < 1e-12
    assert steps["from"].nunique() == 24


def test_products_and_other_axes_and_columns():
    farms = ta.example("vn_agri_2019").rename(columns={"value": "usd"})
    moved = ta.change(farms, before=2018, after=2019, over="product", value="usd")
    index = ta.measure(farms, ta.hhi, by="year", over="product", value="usd").set_index("year")["hhi"]
    assert moved["contribution"].sum() == pytest.approx(index[2019] - index[2018], abs=1e-15)
    assert len(moved) == 9
    assert moved.attrs["notes"]["year"] == "2018-2019"


def test_exports_and_imports_are_not_mixed():
    mixed = TABLE.assign(flow=np.where(TABLE["year"] == 2014, "import", "export"))
    with pytest.raises(ta.TradeDataError, match=r"TA-111.*several flows in one group, 'export', 'import' \(THA, VNM\)"):
        ta.change(mixed, before=2004, after=2014, by="reporter")
    both = pd.concat([TABLE.assign(flow="export"), TABLE.assign(flow="import")])
    moved = ta.change(both, before=2004, after=2014, by=["flow", "reporter"])
    assert moved.groupby(["flow", "reporter"])["contribution"].sum().loc[("import", "VNM")] == pytest.approx(-0.08)
    assert ta.change(both.query("flow == 'export'"), before=2004, after=2014).attrs["notes"]["flow"] == "export"


def test_faults_raise_on_every_engine(engine):
    for where, wrong, rule in (("value", -1.0, "TA-101"), ("partner", "World", "TA-104")):
        bad = TABLE.copy()
        bad.loc[0, where] = wrong
        with pytest.raises(ta.TradeDataError, match=rule):
            ta.change(engine.table(bad), before=2004, after=2014, by="reporter")


def test_what_is_allocated_to_nobody_is_no_partner():
    others = flows([("VNM", "Others", 2004, 300.0), ("VNM", "Areas, nes", 2014, 10.0)])
    with told("TA-119.*up to 75.0%"):
        moved = ta.change(pd.concat([TABLE, others]), before=2004, after=2014, by="reporter")
    expected = ta.change(TABLE, before=2004, after=2014, by="reporter")
    pd.testing.assert_frame_equal(pd.DataFrame(moved), pd.DataFrame(expected), check_exact=True)
    assert moved.attrs["notes"]["unallocated"] == "up to 75.00% of a year's value, in no share: shares are of the rest"


def test_a_group_without_trade_in_one_year_is_left_out_and_told():
    more = pd.concat([TABLE, flows([("LAO", "a", 2004, 1.0), ("LAO", "a", 2014, 0.0)])])
    with told("TA-122.*LAO have no trade in 2004 or in 2014"):
        moved = ta.change(more, before=2004, after=2014, by="reporter")
    assert set(moved["reporter"]) == {"VNM", "THA"}
    assert moved.attrs["notes"]["left out"].startswith("LAO")
    with pytest.raises(ta.TradeDataError, match="no group has trade both in 2004 and in 2014"):
        ta.change(more[more["reporter"] == "LAO"], before=2004, after=2014)


def test_labels_keep_their_type():
    numbers = TABLE.assign(partner=TABLE["partner"].map(ord), reporter=TABLE["reporter"].astype("category"))
    moved = ta.change(numbers, before=2004, after=2014, by="reporter")
    assert moved["partner"].dtype == np.int64
    assert moved[moved["reporter"] == "VNM"]["partner"].tolist() == [ord(one) for one in "adcb"]


@pytest.fixture(scope="module")
def panel(request):
    folder = request.getfixturevalue("shared_data")
    table = pd.read_parquet(folder / "wits_bilateral_1962_2016" / "wits_bilateral_long.parquet")
    exports = table[table["year"].isin([2004, 2014]) & (table["reporter"] != table["partner"])]
    exports = exports.rename(columns={"export_kusd": "value"}).dropna(subset="value")
    return exports.assign(flow="export")[["reporter", "partner", "flow", "year", "value"]]


def test_who_moved_mexico_vietnam_and_germany(panel):
    """The panel's exports 2004-2014, each partner's part against plain pandas."""
    three = panel[panel["reporter"].isin(["MEX", "VNM", "DEU"])]
    with told("TA-119.*up to 2.5%"):
        moved = ta.change(three, before=2004, after=2014, by="reporter")
    nobody = set(ta.countries().query("kind == 'unallocated'")["iso3"])
    for reporter, group in three.groupby("reporter"):
        group = group[~group["partner"].isin(nobody)].pivot(index="partner", columns="year", values="value").fillna(0)
        squares = (group / group.sum()) ** 2
        expected = (squares[2014] - squares[2004])[group.sum(axis=1) > 0]
        found = moved[moved["reporter"] == reporter].set_index("partner")["contribution"]
        assert found.to_dict() == pytest.approx(expected.to_dict(), abs=1e-14)
        assert found.index[0] == expected.abs().idxmax()
        assert abs(found.sum() - (squares[2014].sum() - squares[2004].sum())) < 1e-12


# ---- blocs --------------------------------------------------------------------------------------------------------


def test_blocs_in_print():
    """measures.md: (40,20,15,10,10,5) in pairs has .245, and .445 by bloc."""
    x = pd.Series([40, 20, 15, 10, 10, 5], list("abcdef"))
    parts = ta.changes.decompose(x, dict(zip("abcdef", "112233", strict=True)))
    assert (parts.hhi, parts.bloc_hhi) == pytest.approx((0.245, 0.445), abs=1e-15)
    assert parts.table["contribution"].tolist() == pytest.approx([0.2, 0.0325, 0.0125], abs=1e-15)
    assert parts.table["hhi"].tolist() == pytest.approx([5 / 9, 0.52, 5 / 9], abs=1e-15)
    assert ".445" in parts.summary()
    assert "<table" in parts._repr_html_()
    assert parts.sentence() in repr(parts)
    assert "nếu coi mỗi khối" in parts.sentence("vi")


@settings(max_examples=cases(200))
@given(x=st.lists(amount, min_size=1, max_size=40), data=st.data())
def test_parts_by_bloc_add_up(x, data):
    assume(any(x))
    blocs = data.draw(st.lists(st.sampled_from("ABCDE"), min_size=len(x), max_size=len(x)))
    series = pd.Series(x, range(len(x)))
    parts = ta.changes.decompose(series, pd.Series(blocs))
    table = parts.table.set_index("bloc")
    assert parts.hhi == pytest.approx(ta.hhi(x), abs=1e-12)
    assert parts.theil == pytest.approx(ta.theil(x), abs=1e-12)
    assert parts.between + parts.within == parts.theil
    assert (table["share"] ** 2 * table["hhi"]).sum() == pytest.approx(parts.hhi, abs=1e-12)
    assert parts.bloc_hhi >= parts.hhi - 1e-15
    assert parts.between >= -1e-12
    for bloc, row in table.iterrows():
        own = [v for v, one in zip(x, blocs, strict=True) if one == bloc]
        assert row["hhi"] == pytest.approx(ta.hhi(own), rel=1e-9)
        assert row["theil"] == pytest.approx(ta.theil(own), abs=1e-9)
        assert row["n"] == sum(v > 0 for v in own)


def test_named_blocs_and_those_outside():
    x = pd.Series({"DEU": 30.0, "FRA": 20.0, "GBR": 10.0, "Thái Lan": 25.0, "SGP": 15.0})
    parts = ta.changes.decompose(x, ["EU", "ASEAN"], year=2023)
    assert parts.table.set_index("bloc")["share"].to_dict() == pytest.approx({"EU": 0.5, "ASEAN": 0.4, "GBR": 0.1})
    with_britain = ta.changes.decompose(x, ["EU"], year=2019)
    assert with_britain.table.set_index("bloc")["share"]["EU"] == pytest.approx(0.6)
    assert len(with_britain.table) == 3
    with pytest.raises(ta.TradeDataError, match=r"SGP \(ASEAN, RCEP\).*do not overlap"):
        ta.changes.decompose(x, ["ASEAN", "RCEP"])
    with pytest.raises(ta.TradeDataError, match="Thái Lan, SGP have trade and no bloc"):
        ta.changes.decompose(x, {"DEU": "EU", "FRA": "EU", "GBR": "GB"})
    with pytest.raises(ta.TradeDataError, match="pass a Series or a dict"):
        ta.changes.decompose([1, 2], ["EU"])
