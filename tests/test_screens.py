"""Screens by product, on every engine, against print and sums made by hand."""

import itertools
import warnings

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import tradeanalysis as ta
from tradeanalysis.dependency.sides import trade_of
from tradeanalysis.tables.panel import as_pandas

COLUMNS = ["reporter", "partner", "flow", "product", "year", "value"]
EU = ["DEU", "FRA"]


def eu_table(exports: float = 50.0) -> pd.DataFrame:
    """Extra partners 60, 15, 5; imports 100; exports 50 (measures of the European Commission)."""
    rows = [
        ("DEU", "CHN", "import", "a", 2020, 60.0),
        ("DEU", "USA", "import", "a", 2020, 10.0),
        ("FRA", "USA", "import", "a", 2020, 5.0),
        ("FRA", "JPN", "import", "a", 2020, 5.0),
        ("FRA", "DEU", "import", "a", 2020, 20.0),
        ("DEU", "USA", "export", "b", 2020, 1.0),
    ]
    if exports:
        rows.append(("DEU", "USA", "export", "a", 2020, exports))
    return pd.DataFrame(rows, columns=COLUMNS)


def one(engine, answer) -> pd.Series:
    """The single row of a screen, from whichever library the engine's answers come in."""
    frame = answer.to_pandas() if engine.name in ("duckdb", "pyspark") else engine.frame(answer)
    assert len(frame) == 1
    return frame.iloc[0]


def test_eu_cdi_in_print(engine):
    row = one(engine, ta.eu_cdi(engine.table(eu_table()), bloc=EU))
    assert [row["cdi1"], row["cdi2"], row["cdi3"]] == pytest.approx([0.6015625, 0.8, 1.6], rel=1e-14)
    assert row["dependent"]
    assert row["reporter"] == "DEU+FRA"
    assert row["value"] == 80.0
    assert row["largest_partner"] == "CHN"
    assert row["largest_share"] == 0.75
    # .6015625/.4 = 1.504, .8/.5 = 1.6, 1.6/1 = 1.6: the suppliers are nearest to their threshold.
    assert row["nearest"] == "cdi1"
    assert row["margin"] == pytest.approx(0.6015625 / 0.4)


def test_no_exports_is_infinite_and_flagged():
    row = ta.eu_cdi(eu_table(exports=0), bloc=EU).iloc[0]
    assert row["cdi3"] == np.inf
    assert row["cdi3_flag"]
    assert row["dependent"]


def test_what_unflags_does_unflag():
    """Moved as told, the component stands on its threshold; moved by less, above it."""
    row = ta.eu_cdi(eu_table(), bloc=EU).iloc[0]
    moves = {"cdi2": 80 - 50, "cdi3": 80 - 50}
    shares = np.array([60, 15, 5]) / 80
    level = np.sqrt(0.4 - (shares[1:] ** 2).sum())
    moves["cdi1"] = (shares[0] - level) * 80
    assert row["to_unflag"] == pytest.approx(min(moves.values()))
    assert row["unflag_by"] == min(moves, key=moves.get) == "cdi1"
    # Spread over a million new suppliers.
    after = np.concatenate([shares - [row["to_unflag"] / 80, 0, 0], np.full(10**6, row["to_unflag"] / 80 / 10**6)])
    assert ta.hhi(after) == pytest.approx(0.4, abs=1e-6)


def test_two_large_suppliers_are_cut_to_one_level():
    table = pd.DataFrame(
        [("DEU", "CHN", "import", "a", 2020, 50.0), ("DEU", "USA", "import", "a", 2020, 49.0),
         ("DEU", "JPN", "import", "a", 2020, 1.0)],
        columns=COLUMNS,
    )  # fmt: skip
    answer = ta.eu_cdi(table, bloc=["DEU"])
    row = answer.iloc[0]
    # One importer's purchases do not tell what it sells: that is missing, and not nothing.
    assert pd.isna(row["cdi3"])
    assert pd.isna(row["dependent"])
    assert "imports only" in answer.attrs["notes"]["missing"]["cdi3"]
    level = np.sqrt((0.4 - 0.01**2) / 2)
    assert level < 0.49
    assert row["to_unflag"] == pytest.approx((0.99 - 2 * level) * 100)


def test_a_bloc_that_cannot_be_one_is_refused():
    table = eu_table()
    cut = table[~((table["reporter"] == "DEU") & (table["flow"] == "import"))]
    with pytest.raises(ta.TradeDataError, match="DEU trade in the table and have no imports there"):
        ta.eu_cdi(cut, bloc=EU)
    with pytest.warns(ta.TradeDataWarning, match="AUT are not in the table"):
        ta.eu_cdi(table, bloc=[*EU, "AUT"])


def world(years=(2020,), flow="export") -> pd.DataFrame:
    """Viet Nam takes 90 of 100 from China, which sells 150 of the world's 180; it sells 20 itself."""
    rows = [("CHN", "VNM", 90.0), ("JPN", "VNM", 10.0), ("CHN", "USA", 60.0), ("VNM", "USA", 20.0)]
    table = pd.DataFrame(
        [(i, j, flow, "a", year, x) for year in years for i, j, x in rows],
        columns=COLUMNS,
    )
    table.attrs["certificate"] = {"reconciled": True}
    return table


def test_geodep_by_hand():
    row = ta.geodep(world(), reporter="Việt Nam").iloc[0]
    assert [row["c1"], row["c2"], row["c3"]] == pytest.approx([0.82, (150**2 + 10**2 + 20**2) / 180**2, 5.0])
    assert row["flagged"]
    assert pd.isna(row["dependent"])  # one year of three cannot tell
    assert pd.isna(row["persistence_flag"])


@pytest.mark.parametrize("flags", list(itertools.product([True, False], repeat=3)))
def test_two_of_three_years(flags):
    """Every pattern of three years: a year without the flag has one supplier among many."""
    table = world(years=(2018, 2019, 2020))
    for year, flag in zip((2018, 2019, 2020), flags, strict=True):
        if not flag:  # as much from Japan as from China: an HHI of .5, but more exports than imports
            more = pd.DataFrame([("VNM", "USA", "export", "a", year, 500.0)], columns=COLUMNS)
            table = pd.concat([table, more], ignore_index=True)
    table.attrs["certificate"] = {"reconciled": True}
    found = ta.geodep(table, reporter="VNM").set_index("year")
    assert found["flagged"].tolist() == list(flags)
    assert found.loc[2020, "persistence"] == sum(flags)
    assert found.loc[2020, "dependent"] == (sum(flags) >= 2)
    run = next((i for i, flag in enumerate(reversed(flags)) if not flag), 3)
    assert found.loc[2020, "years_flagged"] == run
    # In 2018 two years before are unseen, in 2019 one.
    assert pd.isna(found.loc[2018, "dependent"])
    expected = True if flags[0] and flags[1] else (None if flags[0] or flags[1] else False)
    told = found.loc[2019, "dependent"]
    assert (told == expected) if expected is not None else pd.isna(told)


def test_a_year_without_the_product_is_seen_and_not_flagged():
    table = world(years=(2018, 2019, 2020))
    other = table[table["year"] == 2019].assign(product="b")
    table = pd.concat([table[table["year"] != 2019], other], ignore_index=True)
    table.attrs["certificate"] = {"reconciled": True}
    row = ta.geodep(table, reporter="VNM").query("product == 'a' and year == 2020").iloc[0]
    assert row["persistence"] == 2
    assert row["dependent"]
    assert row["years_flagged"] == 1


def test_export_dependency_by_hand():
    """Viet Nam sells 90 of 100 to the United States; Japan and Laos buy 40, of which 10 already from Viet Nam."""
    rows = [("VNM", "USA", 90.0), ("VNM", "LAO", 10.0), ("THA", "JPN", 30.0), ("THA", "USA", 50.0)]
    table = pd.DataFrame([(i, j, "export", "a", 2020, x) for i, j, x in rows], columns=COLUMNS)
    table.attrs["certificate"] = {"reconciled": True}
    row = ta.export_dependency(table, reporter="VNM", bloc="ASEAN").iloc[0]
    assert [row["edi1"], row["edi2"]] == pytest.approx([0.82, 0.9])
    assert row["edi3"] == pytest.approx(90 / (40 - 10))
    assert row["buyers_hhi"] == pytest.approx((140**2 + 10**2 + 30**2) / 180**2)
    assert not row["can_act"]
    assert row["flagged"]
    assert pd.isna(row["dependent"])  # one year


def test_what_the_table_cannot_give_is_missing_with_the_reason():
    table = pd.DataFrame(
        [("VNM", "USA", "export", "a", 2020, 90.0), ("VNM", "LAO", "export", "a", 2020, 10.0)], columns=COLUMNS
    )
    table.attrs["certificate"] = {"reconciled": True}
    answer = ta.export_dependency(table)
    row = answer.iloc[0]
    for column in ("edi2", "edi2_flag", "edi3", "edi3_flag", "can_act", "persistence_flag", "dependent"):
        assert pd.isna(row[column]), column
    assert row["edi1_flag"]
    missing = answer.attrs["notes"]["missing"]
    assert set(missing) == {"edi2", "edi3, can_act", "persistence_flag"}
    assert "bloc=" in missing["edi2"]
    # What is known to fail stays false.
    even = table.assign(value=[50.0, 50.0])
    wide = pd.concat([even, even.assign(partner=["JPN", "KOR"])], ignore_index=True)
    wide.attrs = table.attrs
    assert ta.export_dependency(wide)["dependent"].tolist() == [False]


def test_no_bloc_at_all_sends_everything_outside():
    row = ta.export_dependency(world(), reporter="VNM", bloc=[]).iloc[0]
    assert row["edi2"] == 1.0


def test_a_screen_asks_for_the_flow():
    with pytest.raises(ta.SchemaError, match="a screen needs to know the buyer") as refused:
        ta.geodep(world().drop(columns="flow"))
    assert "cần biết bên mua" in refused.value.args[0].say("vi")
    with pytest.raises(ta.TradeDataError, match="LAO imports nothing"):
        ta.geodep(world(), reporter="LAO")


def test_a_star_of_a_few_hubs_is_no_world():
    """Five economies report, and everybody who buys from them: nobody else's trade is there."""
    rng = np.random.default_rng(3)
    hubs, others = [f"hub {i}" for i in range(5)], [f"market {i}" for i in range(60)]
    pairs = [(i, j) for hub in hubs for other in others for i, j in ((hub, other), (other, hub))]
    values = rng.lognormal(size=len(pairs))
    rows = [(*pair, "export", "a", 2020, x) for pair, x in zip(pairs, values, strict=True)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs["certificate"] = {"reconciled": True}
    star = ta.export_dependency(table, reporter="hub 0", bloc=[])
    assert star["edi3"].isna().all()
    assert "world's imports" in star.attrs["notes"]["missing"]["edi3, can_act"]
    # With trade among the others it is one.
    among = [(i, j, "export", "a", 2020, 1.0) for i in others for j in others if i != j]
    full = pd.concat([table, pd.DataFrame(among, columns=COLUMNS)], ignore_index=True)
    full.attrs = table.attrs
    assert ta.export_dependency(full, reporter="hub 0", bloc=[])["edi3"].notna().all()


def both_flows() -> pd.DataFrame:
    """Everybody's exports, and the same as imports: no side stands in for the other."""
    exports = world(years=(2019, 2020))
    imports = exports.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    return pd.concat([exports, imports[COLUMNS]], ignore_index=True)


def rows_of(engine, answer) -> pd.DataFrame:
    """A screen's rows, from whichever library the engine's answers come in."""
    frame = answer.to_pandas() if engine.name in ("duckdb", "pyspark") else engine.frame(answer)
    return frame.sort_values("year", ignore_index=True)


@pytest.mark.filterwarnings("ignore::tradeanalysis.TradeDataWarning")
def test_geodep_of_some_is_that_of_all():
    """The cells of one importer are made alone, and those of the world without importers: nothing differs."""
    draw = np.random.default_rng(3)
    codes = ["VNM", "THA", "USA", "CHN", "JPN", "KOR", "DEU", "OTH"]
    rows = itertools.product(codes[:7], codes, ("export", "import"), ("a", "b", "999999"), (2019, 2020, 2021))
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "product", "year"])
    table = table.assign(value=draw.lognormal(0, 2, len(table)).round(3) * (draw.random(len(table)) < 0.7))
    table = table[table["reporter"] != table["partner"]].sample(frac=1, random_state=1)
    table = pd.concat([table, table.head(20)])  # rows of one cell are added
    for flows, labels in itertools.product((["export"], ["import"], ["export", "import"]), ("object", "category")):
        kinds = dict.fromkeys(["reporter", "partner", "flow", "product"], labels)
        some = table[table["flow"].isin(flows)].astype(kinds)
        some.attrs["certificate"] = {"reconciled": True}
        every = ta.geodep(some)
        for chosen in (["VNM"], ["THA", "USA"]):
            expected = every[every["reporter"].isin(chosen)].reset_index(drop=True)
            pd.testing.assert_frame_equal(ta.geodep(some, reporter=chosen), expected, rtol=1e-12, atol=0)
        # C1, C2 and C3 of one row by the plainest sums there are.
        row = every.query("reporter == 'VNM' and product == 'a' and year == 2020").iloc[0]
        plain = some.astype({"flow": str}).query("product == 'a' and year == 2020 and value > 0")

        def side(flow, plain=plain):
            if flow in set(plain["flow"]):
                return plain[plain["flow"] == flow]
            return plain.rename(columns={"reporter": "partner", "partner": "reporter"})

        def by_hand(values):
            return float((values**2).sum() / values.sum() ** 2)

        bought, sold = side("import"), side("export")
        own = bought[bought["reporter"] == "VNM"]
        known = own[own["partner"] != "OTH"].astype({"partner": str}).groupby("partner")["value"].sum()
        supply = sold[sold["reporter"] != "OTH"].astype({"reporter": str}).groupby("reporter")["value"].sum()
        assert row["c1"] == pytest.approx(by_hand(known), rel=1e-12)
        assert row["c2"] == pytest.approx(by_hand(supply), rel=1e-12)
        exports = sold.loc[sold["reporter"] == "VNM", "value"].sum()
        assert row["c3"] == pytest.approx(own["value"].sum() / exports, rel=1e-12)


def test_both_ways_of_geodep_agree_with_sums_by_hand():
    """Rows in memory are outlined without cells, which nobody can then take for an empty world."""
    tables = {"memory": world(), "engine": duckdb.from_arrow(pa.Table.from_pandas(world(), preserve_index=False))}
    sides = {name: trade_of(table, "value") for name, table in tables.items()}
    assert not hasattr(sides["memory"].whole, "cells")
    assert len(as_pandas(sides["engine"].whole.cells)) == 4
    for table in tables.values():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            row = nw.from_native(ta.geodep(table, reporter="VNM")).lazy().collect("pandas").to_native().iloc[0]
        # 90 and 10 of 100; 150, 10 and 20 of 180; 100 bought and 20 sold.
        assert [row["c1"], row["c2"], row["c3"]] == pytest.approx([0.82, (150**2 + 10**2 + 20**2) / 180**2, 5.0])


def test_geodep_on_every_engine(engine):
    rows = rows_of(engine, ta.geodep(engine.table(both_flows()), reporter="VNM"))
    supply = (150**2 + 10**2 + 20**2) / 180**2
    assert rows[["c1", "c2", "c3"]].to_numpy().tolist() == [pytest.approx([0.82, supply, 5.0])] * 2
    assert rows["years_flagged"].tolist() == [1, 2]
    assert rows.loc[1, "dependent"]
    assert rows["largest_partner"].tolist() == ["CHN", "CHN"]
    assert rows["value"].tolist() == [100.0, 100.0]


def test_export_dependency_on_every_engine(engine):
    rows = rows_of(engine, ta.export_dependency(engine.table(both_flows()), reporter="CHN", bloc=[]))
    # 90 of 150 go to Viet Nam; the United States import 80, of which 60 from China already.
    assert rows[["edi1", "edi2", "edi3"]].to_numpy().tolist() == [pytest.approx([0.6**2 + 0.4**2, 1.0, 90 / 20])] * 2
    assert rows["buyers_hhi"].tolist() == pytest.approx([(100**2 + 80**2) / 180**2] * 2)
    assert rows["largest_partner"].tolist() == ["VNM", "VNM"]
    assert rows.loc[1, "dependent"]


def test_the_worlds_imports_may_come_from_another_table():
    flows = both_flows()
    own = flows[(flows["reporter"] == "CHN") & (flows["flow"] == "export")]
    own.attrs["certificate"] = {"reconciled": True}
    alone = ta.export_dependency(own, bloc=[])
    assert alone["edi3"].isna().all()
    helped = ta.export_dependency(own, bloc=[], world=flows[flows["flow"] == "import"].assign(flow="import"))
    assert helped["edi3"].tolist() == pytest.approx([4.5, 4.5])


def test_a_remainder_is_no_supplier_and_counts_in_the_whole():
    """30 of imports come from nobody named: the HHI is of the 80 that do, the value and the ratio of all 110."""
    rest = pd.DataFrame([("DEU", "Areas, nes", "import", "a", 2020, 30.0)], columns=COLUMNS)
    with pytest.warns(ta.TradeDataWarning, match="not allocated, up to 27.3%"):
        row = ta.eu_cdi(pd.concat([eu_table(), rest], ignore_index=True), bloc=EU).iloc[0]
    assert row["unallocated"] == pytest.approx(30 / 110)
    assert [row["cdi1"], row["cdi2"], row["cdi3"]] == pytest.approx([0.6015625, 110 / 130, 110 / 50])
    assert row["largest_partner"] == "CHN"
    assert row["n"] == 3


def test_another_column_of_values():
    table = eu_table().rename(columns={"value": "tonnes"}).assign(value=1.0)
    row = ta.eu_cdi(table, bloc=EU, value="tonnes").iloc[0]
    assert [row["cdi1"], row["value"]] == [0.6015625, 80.0]


@pytest.mark.parametrize("screen", [ta.geodep, ta.export_dependency, lambda table: ta.eu_cdi(table, bloc=["CHN"])])
@pytest.mark.parametrize(
    ("column", "bad", "words"),
    [("value", -1.0, "negative"), ("value", np.nan, "missing"), ("partner", "World", "aggregate"),
     ("flow", "re-export", '"export" and "import"'), ("product", None, "no 'product'")],
)  # fmt: skip
@pytest.mark.parametrize("lazy", [False, True])
def test_a_screen_of_a_faulty_table_is_refused(screen, column, bad, words, lazy):
    table = both_flows()
    table[column] = table[column].astype(object)
    table.loc[1, column] = bad
    table["value"] = table["value"].astype(float)
    if lazy:
        import polars as pl

        table = pl.from_pandas(table.astype({"partner": str, "flow": str}), nan_to_null=False).lazy()
    with pytest.raises(ta.TradeDataError, match=words):
        screen(table)


def test_the_other_side_is_told_where_it_is_read_and_only_there():
    table = world()
    table.attrs = {}
    with pytest.warns(ta.TradeDataWarning, match="no imports"):
        ta.geodep(table, reporter="VNM")
    with pytest.warns(ta.TradeDataWarning, match="no imports"):
        ta.export_dependency(table, reporter="CHN")
    bought = table.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    with (
        pytest.warns(ta.TradeDataWarning, match="no exports"),
        pytest.warns(ta.TradeDataWarning, match="import nothing"),
    ):
        ta.geodep(bought, reporter="VNM")
    # One economy's exports say nothing of the world's imports, and nothing is read from them.
    ta.export_dependency(table[table["reporter"] == "CHN"])


@pytest.mark.parametrize("coded", [[], ["product"], ["reporter", "partner"], ["partner"]])
def test_a_column_comes_back_as_it_came(coded):
    table = eu_table()
    plain = ta.export_dependency(table)
    found = ta.export_dependency(table.astype(dict.fromkeys(coded, "category")))
    for key in ("reporter", "product"):
        assert (found[key].dtype == "category") == (key in coded), key
        assert found[key].astype(str).tolist() == plain[key].tolist()


@pytest.mark.parametrize("kind", ["text", "categories", "categories of their own order"])
@pytest.mark.parametrize("turned", [False, True])
def test_of_equal_suppliers_the_first_label_is_the_largest(kind, turned):
    """LAO buys 5 each of DEU, which imports nothing here, and THA: the order of rows and kinds of columns are nothing.

    Only where a table's categories have another order than their labels is it that one's.
    """
    rows = [("LAO", "DEU", 5.0), ("LAO", "THA", 5.0), ("THA", "CHN", 3.0), ("CHN", "THA", 1.0)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"]).assign(flow="import", product="a")
    table = table.iloc[::-1] if turned else table
    if kind == "categories":
        table = table.astype({"reporter": "category", "partner": "category"})
    elif kind != "text":
        table["partner"] = pd.Categorical(table["partner"], ["THA", "DEU", "CHN"])
    table.attrs["certificate"] = {"reconciled": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        row = ta.geodep(table, reporter="LAO").iloc[0]
    assert row["largest_partner"] == ("THA" if kind.endswith("order") else "DEU")
    assert row["c1"] == 0.5  # 1/4 + 1/4
    assert row["c2"] == pytest.approx((5**2 + 6**2 + 3**2) / 14**2)
    assert row["c3"] == np.inf  # 10 over nothing
    assert row["largest_share"] == 0.5
