"""What moved the value: margins of growth and constant market share, against print, fractions and brute force."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tradeanalysis as ta

V0, V1, M0, M1 = [50, 30, 20], [70, 33, 22], [500, 300, 400], [600, 330, 520]
TERMS = ["world", "market", "product", "competitiveness"]
EFFECTS = ["world_effect", "market_effect", "product_effect", "competitiveness"]

amount = st.one_of(st.just(0.0), st.floats(min_value=1e-3, max_value=1e9))
pairs = st.lists(st.tuples(amount, amount), min_size=1, max_size=40)


# ---- margins ------------------------------------------------------------------------------------------------------


@settings(max_examples=cases(200))
@given(data=pairs)
def test_margins_add_up(data):
    before, after = (list(one) for one in zip(*data, strict=True))
    row = ta.changes.margins(before, after).iloc[0]
    size = max(sum(before), sum(after), 1e-3)
    assert row["extensive"] == row["entry"] + row["exit"]
    assert row["change"] == row["extensive"] + row["intensive"]
    assert row["change"] == pytest.approx(sum(after) - sum(before), abs=1e-12 * size)
    assert row["entry"] == pytest.approx(sum(t for s, t in data if not s), abs=1e-12 * size)
    assert row["exit"] == pytest.approx(-sum(s for s, t in data if not t), abs=1e-12 * size)
    assert row["entries"] == sum(bool(t and not s) for s, t in data)
    assert row["incumbents"] == sum(bool(t and s) for s, t in data)
    assert pd.isna(row["growth"]) == (not any(before))


def test_margins_of_a_table_on_every_engine(engine):
    rows = [
        *(("VNM", "rice", "a", 2018, 5.0), ("VNM", "rice", "b", 2018, 3.0), ("VNM", "tea", "a", 2018, 2.0)),
        *(("VNM", "rice", "a", 2019, 6.0), ("VNM", "tea", "b", 2019, 4.0), ("LAO", "tea", "c", 2019, 9.0)),
    ]
    table = engine.table(pd.DataFrame(rows, columns=["reporter", "product", "partner", "year", "value"]))

    def margins(over):
        found = ta.changes.margins(table, before=2018, after=2019, by="reporter", over=over)
        found = found.collect() if hasattr(found, "collect") else found
        return (found if isinstance(found, pd.DataFrame) else found.to_pandas()).set_index("reporter")

    columns = ["change", "entry", "exit", "intensive"]
    assert margins("partner").loc["VNM", columns].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert margins("product").loc["VNM", columns].tolist() == [0.0, 0.0, 0.0, 0.0]
    both = margins(["product", "partner"])
    assert both.loc["VNM", columns].tolist() == [0.0, 4.0, -5.0, 1.0]
    assert both.loc["LAO", columns].tolist() == [9.0, 9.0, 0.0, 0.0]
    assert np.isnan(both.loc["LAO", "growth"])
    assert both["entries"].to_dict() == {"VNM": 1, "LAO": 1}


def test_margins_of_farm_exports_against_pandas():
    farms = ta.example("vn_agri_2019")
    found = ta.changes.margins(farms, before=2018, after=2019, by="product").set_index("product")
    wide = farms.pivot_table(index=["product", "partner"], columns="year", values="value", aggfunc="sum").fillna(0.0)
    grown = (wide[2019] - wide[2018]).groupby("product").sum()
    assert found["change"].to_dict() == pytest.approx(grown.to_dict())
    new = wide[wide[2018] == 0][2019].groupby("product").sum().reindex(found.index, fill_value=0.0)
    assert found["entry"].to_dict() == pytest.approx(new.to_dict())


def test_margins_of_one_period_are_refused():
    with pytest.raises(ta.TradeDataError, match="one period has no growth"):
        ta.changes.margins([1, 2])


# ---- constant market share ----------------------------------------------------------------------------------------


def test_constant_market_share_in_print():
    """measures.md: 25 = 20.8333 - 1.8333 + 6.0, whatever the order where there are no products."""
    found = ta.changes.constant_market_share(V0, V1, M0, M1)
    world, left = Fraction(1450, 1200) - 1, 6
    expected = [float(100 * world), float(19 - 100 * world), 0.0, float(left)]
    for _, row in found.terms.iterrows():
        assert row[TERMS].tolist() == pytest.approx(expected, abs=1e-12)
        assert row["change"] == 25
    assert [round(one, 4) for one in expected] == [20.8333, -1.8333, 0.0, 6.0]
    assert found.table["market_effect"].tolist() == pytest.approx(
        [50 * (0.2 - 5 / 24), 30 * (0.1 - 5 / 24), 20 * (0.3 - 5 / 24)]
    )
    assert found.table["competitiveness"].tolist() == pytest.approx([10, 0, -4])
    assert "mean" in found.summary()
    assert found._repr_html_().count("<table") == 2


def test_constant_market_share_in_words():
    found = ta.changes.constant_market_share(V0, V1, M0, M1)
    assert found.sentence().startswith(
        "Exports grew by 25.0%: +20.8 percentage points by the growth of world trade, −1.8"
    )
    assert found.sentence().endswith("and +6.0 by shares of markets won or lost (competitiveness).")
    assert found.sentence("vi").startswith("Xuất khẩu tăng 25,0%: +20,8 điểm phần trăm")
    assert found.sentence() in found.summary()
    matrices = [[1, 2], [3, 1]], [[0, 2], [3, 1]], [[4, 5], [4, 5]], [[4, 5], [4, 5]]
    fell = ta.changes.constant_market_share(*map(np.array, matrices)).sentence()
    assert fell.startswith("Exports fell by 14.3%: 0.0 percentage points")
    assert "0.0 by products" in fell
    assert ta.changes.constant_market_share(V0, V0, M0, M0).sentence().startswith("Exports stayed as they were: 0.0")


def test_sums_in_another_order_are_not_more_than_the_world():
    own, world_ = 0.1 + 0.2, 0.3
    assert own > world_
    assert ta.changes.constant_market_share([own], [own], [world_], [world_]).terms["change"].tolist() == [0, 0, 0]


def exact(v0, v1, m0, m1, order):
    """Richardson's terms in fractions, product by product and market by market."""
    v0, v1, m0, m1 = ([[Fraction(x) for x in row] for row in one] for one in (v0, v1, m0, m1))
    cells = [(i, j) for i in range(len(v0)) for j in range(len(v0[0]))]

    def rate(chosen):
        return sum(m1[i][j] for i, j in chosen) / sum(m0[i][j] for i, j in chosen) - 1

    r = rate(cells)
    terms = dict.fromkeys(TERMS, Fraction(0))
    for i, j in cells:
        r_ij, r_j, r_i = rate([(i, j)]), rate([c for c in cells if c[1] == j]), rate([c for c in cells if c[0] == i])
        market, product = (r_j - r, r_ij - r_j) if order == "market first" else (r_ij - r_i, r_i - r)
        parts = (r, market, product, Fraction(0))
        for name, part in zip(TERMS, parts, strict=True):
            terms[name] += part * v0[i][j]
        terms["competitiveness"] += v1[i][j] - v0[i][j] - r_ij * v0[i][j]
    return [float(one) for one in terms.values()]


@settings(max_examples=cases(100))
@given(data=st.data(), rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_terms_are_those_of_fractions_and_add_up(data, rows, columns):
    def drawn(low):
        numbers = st.lists(st.integers(low, 99), min_size=columns, max_size=columns)
        return data.draw(st.lists(numbers, min_size=rows, max_size=rows))

    v0, v1 = drawn(0), drawn(0)
    m0, m1 = ((np.array(own) + drawn(low)).tolist() for own, low in ((v0, 1), (v1, 0)))  # the world holds the economy
    assume(np.any(v0))
    found = ta.changes.constant_market_share(*(np.array(one) for one in (v0, v1, m0, m1)))
    terms = found.terms.set_index("order")
    first, second = (exact(v0, v1, m0, m1, order) for order in ("market first", "product first"))
    scale = 1e-12 * np.abs([*first, *second, 1]).max() * 100
    assert terms.loc["market first", TERMS].tolist() == pytest.approx(first, abs=scale)
    assert terms.loc["product first", TERMS].tolist() == pytest.approx(second, abs=scale)
    assert terms.loc["mean", TERMS].tolist() == pytest.approx(np.mean([first, second], axis=0).tolist(), abs=scale)
    assert terms[TERMS].sum(axis=1).tolist() == pytest.approx([float(np.sum(v1) - np.sum(v0))] * 3, abs=scale)
    for order in ("market first", "product first", "mean"):
        table = ta.changes.constant_market_share(*(np.array(one) for one in (v0, v1, m0, m1)), order=order)
        for sums in (table.table, table.markets, table.products):
            assert sums[EFFECTS].sum().tolist() == pytest.approx(terms.loc[order, TERMS].tolist(), abs=scale)
            assert (sums[EFFECTS].sum(axis=1) - sums["change"]).abs().max() <= scale


def world(products=("rice", "tea")):
    rng = np.random.default_rng(3)
    rows = [
        (reporter, partner, product, year, float(rng.integers(1, 100)))
        for reporter in ("VNM", "THA", "CHN")
        for partner in ("USA", "JPN", "DEU")
        for product in products
        for year in (2018, 2019)
    ]
    return pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"])


def test_constant_market_share_of_a_table_on_every_engine(engine):
    table = world()
    wide = table.pivot_table(index="product", columns=["year", "partner"], values="value", aggfunc="sum")
    ours = table[table["reporter"] == "VNM"].pivot(index="product", columns=["year", "partner"], values="value")
    expected = ta.changes.constant_market_share(ours[2018], ours[2019], wide[2018], wide[2019])
    found = ta.changes.constant_market_share(engine.table(table), before=2018, after=2019, reporter="Viet Nam")
    assert found.terms[TERMS].to_numpy() == pytest.approx(expected.terms[TERMS].to_numpy())
    assert len(found.table) == 6
    assert found.table.attrs["notes"]["reporter"] == "VNM"
    without = ta.changes.constant_market_share(
        engine.table(table.drop(columns="product")), before=2018, after=2019, reporter="VNM"
    )
    assert without.terms["product"].tolist() == [0, 0, 0]
    with pytest.raises(ta.TradeDataError, match="this result has no products"):
        _ = without.products


def test_who_grows_with_the_world_has_no_competitiveness():
    table = world()
    table = table[table["year"] == 2018]
    twice = pd.concat([table, table.assign(year=2019, value=2 * table["value"])])
    terms = ta.changes.constant_market_share(twice, before=2018, after=2019, reporter="VNM").terms.iloc[0]
    ours = table[table["reporter"] == "VNM"]["value"].sum()
    assert terms[TERMS].tolist() == pytest.approx([ours, 0, 0, 0], abs=1e-9)


def test_a_new_market_is_all_competitiveness():
    found = ta.changes.constant_market_share({"a": 10}, {"a": 10, "b": 5}, {"a": 100}, {"a": 100, "b": 50})
    assert found.markets.set_index("partner").loc["b", EFFECTS].tolist() == [0, 0, 0, 5]
    assert found.terms["change"].tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ta.changes.constant_market_share([1, 2], [1, 2], [0, 5], [1, 5]), r"exports to 0 \(33.3% of value\)"),
        (
            lambda: ta.changes.constant_market_share([1, 2], [3, 4], [4, 5], [0, 8]),
            r"exports to 0 \(42.9%.*second period",
        ),
        (
            lambda: ta.changes.constant_market_share([10, 2], [3, 4], [4, 5], [5, 8]),
            r"exports to 0 \(83.3%.*first period",
        ),
        (lambda: ta.changes.constant_market_share([0, 0], [1, 2], [1, 5], [1, 5]), "no exports in the first period"),
        (lambda: ta.changes.constant_market_share([1, 2], [1, 2], [1, 5], [1, 5, 6]), "all four need the same"),
        (lambda: ta.changes.constant_market_share([1, 2], [1, 2], [[1, 5]], [1, 5]), "not some of each"),
        (lambda: ta.changes.constant_market_share({"a": 1}, [1], [1], [1]), "all four by label"),
        (lambda: ta.changes.constant_market_share([1, -2], [1, 2], [1, 5], [1, 5]), "TA-101.*negative"),
        (
            lambda: ta.changes.constant_market_share(pd.Series([1, 2], ["a", "a"]), *[pd.Series([1, 2])] * 3),
            "more than once",
        ),
        (lambda: ta.changes.constant_market_share(V0, V1, M0, M1, reporter="VNM"), "are for a table"),
        (lambda: ta.changes.constant_market_share(V0, V1, M0, M1, order="both"), "choose from market first"),
        (lambda: ta.changes.constant_market_share(world(), before=2018, after=2019), "choose one with reporter="),
        (
            lambda: ta.changes.constant_market_share(world().query("reporter == 'VNM'"), before=2018, after=2019),
            "has one reporter",
        ),
        (
            lambda: ta.changes.constant_market_share(
                world().assign(flow="import"), before=2018, after=2019, reporter="VNM"
            ),
            "the table has imports: exchange the columns",
        ),
    ],
)
def test_what_cannot_be_asked_says_so(call, words):
    with pytest.raises(ta.TradeDataError, match=words):
        call()
