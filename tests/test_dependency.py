"""Baskets and partners, on every engine, against sums made by hand."""

import warnings

import pandas as pd
import pytest
from conftest import told

import tradeanalysis as ta

TABLE = pd.DataFrame(
    [
        ("VNM", "USA", "export", "1006", 2020, 30.0),
        ("VNM", "USA", "export", "0901", 2020, 30.0),
        ("VNM", "CHN", "export", "1006", 2020, 40.0),
        ("VNM", "CHN", "export", "1006", 2021, 99.0),
        ("THA", "USA", "export", "1006", 2020, 1140.0),
        ("CHN", "VNM", "export", "1006", 2020, 10.0),
    ],
    columns=["reporter", "partner", "flow", "product", "year", "value"],
)


def test_basket_sums_products_on_every_engine(engine):
    table = engine.table(TABLE)
    basket = ta.basket(table, reporter="Việt Nam", flow="export", year=2020)
    assert basket.to_dict() == {"USA": 60.0, "CHN": 40.0}
    assert basket.index.name == "partner"
    assert ta.basket(table, reporter=704, year=2020, product="0901", flow="export").to_dict() == {"USA": 30.0}


def test_partners_both_ways_on_every_engine(engine):
    table = ta.partners(engine.table(TABLE), reporter="VNM", flow="export", year=2020)
    assert table["partner"].tolist() == ["USA", "CHN"]
    assert table["share"].tolist() == [0.6, 0.4]
    assert table["rank"].tolist() == [1, 2]
    assert table["cumulative_share"].tolist() == [0.6, 1.0]
    # The United States takes 60 from Viet Nam and 1,140 from Thailand; China only 40, from Viet Nam.
    assert table["reverse_share"].tolist() == [0.05, 1.0]
    assert table["asymmetry"].tolist() == pytest.approx([0.55, -0.6])


def test_hirschmans_asymmetry_in_print():
    """60 of 100 go to a partner that imports 2,000: .57 (measures of dependency, Hirschman 1945)."""
    table = pd.DataFrame(
        {"reporter": ["A", "A", "B"], "partner": ["J", "K", "J"], "value": [60.0, 40.0, 1940.0]},
    )
    assert ta.partners(table, reporter="A")["asymmetry"].iloc[0] == pytest.approx(0.57)


def test_imports_are_read_from_the_other_side_and_said_so():
    with pytest.warns(ta.TradeDataWarning, match="partners' exports"):
        imports = ta.basket(TABLE, reporter="USA", flow="import", year=2020)
    assert imports.to_dict() == {"THA": 1140.0, "VNM": 60.0}
    reconciled = TABLE.copy()
    reconciled.attrs["certificate"] = {"reconciled": True}
    assert ta.basket(reconciled, reporter="USA", flow="import", year=2020).equals(imports)


def test_reverse_share_is_missing_where_nobody_else_reports():
    own = TABLE[(TABLE.reporter == "VNM") & (TABLE.year == 2020)]
    assert ta.partners(own)["reverse_share"].isna().all()
    assert ta.partners(own[["partner", "value"]].query("value > 30"))["reverse_share"].isna().all()


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"reporter": "VNM", "flow": "export"}, "choose one with year="),
        ({"flow": "export", "year": 2020}, "choose one with reporter="),
        ({"reporter": "VNM", "flow": "exports", "year": 2020}, 'flows are "export" and "import"'),
        ({"reporter": "Korea", "flow": "export", "year": 2020}, "Korea"),
        ({"reporter": "LAO", "flow": "export", "year": 2020}, "not in the table"),
        ({"reporter": "VNM", "flow": "export", "year": 1999}, "which holds 2020, 2021"),
        ({"reporter": "VNM", "flow": "export", "year": 2020, "product": "99"}, "which holds 0901, 1006"),
    ],
)
def test_a_choice_that_does_not_fit_says_what_the_table_holds(choice, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.basket(TABLE, **choice)


def test_a_fault_raises_with_its_rows():
    bad = TABLE.copy()
    bad.loc[1, "value"] = -5.0
    with pytest.raises(ta.TradeDataError, match="TA-101"):
        ta.basket(bad, reporter="VNM", flow="export", year=2020)


def test_one_reads_it_as_one_would_say_it():
    rice = ta.basket(TABLE, reporter="VNM", flow="export", year=2020, product="1006")
    assert ta.hhi(rice.drop("USA")) == 1.0


def test_a_remainder_is_no_partner_and_counts_in_the_whole(engine):
    table = pd.DataFrame({"partner": ["USA", "CHN", "Others", "Areas, nes"], "value": [50.0, 30.0, 15.0, 5.0]})
    with told("TA-119.*20.0% of the value.*of the 80.0% that is allocated"):
        basket = ta.basket(engine.table(table))
    assert basket.to_dict() == {"USA": 50.0, "CHN": 30.0}
    assert basket.attrs["unallocated"] == 20.0
    partners = ta.partners(engine.table(table))
    assert partners["share"].tolist() == [0.5, 0.3]
    assert partners["cumulative_share"].tolist() == [0.5, 0.8]
    assert partners.attrs["unallocated"] == pytest.approx(0.2)
    assert partners.attrs["notes"]["shares"] == "of all value, 20.00% of which is no partner's"


def test_the_column_of_values_may_bear_another_name(engine):
    world = ta.example("world_2023")
    some = world[world["reporter"].isin(["VNM", "USA", "CHN", "THA"])]
    renamed = engine.table(some.rename(columns={"value": "usd"}).assign(value=1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        for verb in (ta.partners, ta.dependency.bloc_shares):
            one, other = (
                verb(table, reporter="VNM", flow="export", **more)
                for table, more in ((engine.table(some), {}), (renamed, {"value": "usd"}))
            )
            pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
        one, other = (
            ta.dependency.exposure(some, reporter="VNM"),
            ta.dependency.exposure(renamed, reporter="VNM", value="usd"),
        )
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_dtype=False)
    plain = ta.excess(some, reporter="VNM", silent=[])
    named = ta.excess(renamed, reporter="VNM", value="usd", silent=[])
    assert named.total == pytest.approx(plain.total, rel=1e-12)
    with pytest.raises(ta.SchemaError, match="eur"):
        ta.partners(renamed, reporter="VNM", flow="export", value="eur")


def test_change_since_an_earlier_year(engine):
    now = TABLE[(TABLE["year"] == 2020) & (TABLE["reporter"] == "VNM")].assign(year=2021)
    before = pd.DataFrame(
        [("VNM", "USA", "export", "1006", 2019, 20.0), ("VNM", "JPN", "export", "1006", 2019, 60.0)],
        columns=TABLE.columns,
    )
    both = pd.concat([before, now], ignore_index=True)
    table = ta.partners(engine.table(both), reporter="VNM", flow="export", year=2021, before=2019).set_index("partner")
    assert table["share_before"].to_dict() == {"USA": 0.25, "CHN": 0.0, "JPN": 0.75}
    assert table["change"].to_dict() == {"USA": pytest.approx(0.35), "CHN": 0.4, "JPN": -0.75}
    assert table["change"].sum() == pytest.approx(0.0)
    assert table.loc["JPN", ["value", "share"]].tolist() == [0.0, 0.0]


def test_the_largest_partner_is_named():
    notes = ta.partners(TABLE, reporter="VNM", flow="export", year=2020).attrs["notes"]
    assert notes["largest"] == "USA 60.0%"
    assert notes["n"] == 2


def test_blocs_stand_beside_their_members(engine):
    table = ta.dependency.bloc_shares(
        engine.table(TABLE), reporter="VNM", flow="export", year=2020, blocs=["USMCA", "ASEAN"]
    )
    rows = table.set_index("bloc")
    # The United States takes 60 of 100 from Viet Nam, and 1,200 from all.
    assert rows.loc["USMCA", ["value", "share", "reverse_share", "members", "own"]].tolist() == [
        60,
        0.6,
        0.05,
        1,
        False,
    ]
    assert rows.loc["ASEAN", ["value", "share", "members", "own"]].tolist() == [0, 0, 0, True]
    partners = ta.partners(engine.table(TABLE), reporter="VNM", flow="export", year=2020)
    assert not set(partners["partner"]) & set(rows.index)


def test_an_unknown_bloc_is_told():
    with pytest.raises(ta.CountryError, match="Hanse"):
        ta.dependency.bloc_shares(TABLE, reporter="VNM", flow="export", year=2020, blocs=["Hanse"])


def test_exposure_across_exports_and_imports(engine):
    table = pd.DataFrame(
        [
            ("A", "J", "export", 60.0),
            ("A", "K", "export", 40.0),
            ("A", "J", "import", 30.0),
            ("A", "K", "import", 70.0),
            ("J", "A", "import", 60.0),
            ("J", "K", "import", 240.0),
            ("J", "A", "export", 30.0),
            ("J", "K", "export", 570.0),
        ],
        columns=["reporter", "partner", "flow", "value"],
    )
    rows = ta.dependency.exposure(engine.table(table), reporter="A").set_index("partner")
    told = ["exports", "imports", "balance", "export_share", "import_share", "trade_share", "reverse_share"]
    # A trades 200, of which 90 with J; J trades 900.
    assert rows.loc["J", told].tolist() == [60, 30, 30, 0.6, 0.3, 0.45, 0.1]
    assert rows.loc["J", "net_exposure"] == pytest.approx(0.35)
    assert pd.isna(rows.loc["K", "net_exposure"])  # K reports nothing


def test_ten_partners_of_vietnam_in_the_embedded_world():
    """The same shares from the rows themselves, with pandas alone."""
    world = ta.example("world_2023")
    ten = ta.partners(world, reporter="VNM", flow="export").head(10).set_index("partner")
    rows = world[world["reporter"] == "VNM"].set_index("partner")["value"]
    bought = world.groupby("partner")["value"].sum()
    assert ten["share"].to_numpy() == pytest.approx((rows / rows.sum()).reindex(ten.index).to_numpy())
    assert ten["reverse_share"].to_numpy() == pytest.approx((rows / bought).reindex(ten.index).to_numpy())
