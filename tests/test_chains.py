"""Who pays in the end: re-exports and look-through, against what other programs print and arithmetic by hand."""

import types
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta

BASKET = {"HKG": 50.0, "USA": 30.0, "CHN": 20.0}
ONWARD = {"HKG": {"USA": 1, "CHN": 3}}


def by_partner(table, column="value"):
    return dict(zip(table["partner"], table[column], strict=True))


# ---- hubs ---------------------------------------------------------------------------------------------------------


def test_one_hub_sends_on_two_fifths_of_what_it_buys():
    found = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD)
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 35.0, "CHN": 35.0}, rel=1e-15)
    assert by_partner(found.table, "through") == pytest.approx({"HKG": 0.0, "USA": 5.0, "CHN": 15.0}, rel=1e-15)
    assert found.home == 0
    assert ta.hhi(found) == pytest.approx(0.335, rel=1e-15)


def test_two_hubs_that_sell_to_each_other():
    onward = {"H": {"K": 0.25, "L": 0.75}, "K": {"H": 0.5, "L": 0.5}}
    found = ta.reexports({"H": 0.5, "K": 0.3, "L": 0.2}, {"H": 0.4, "K": 0.1}, onward)
    assert by_partner(found.table) == pytest.approx(
        {"H": 0.310552763819, "K": 0.316582914573, "L": 0.372864321608}, abs=1e-12
    )
    assert ta.hhi(found) == pytest.approx(0.335695563243, abs=1e-12)
    assert found.flows["value"].sum() == pytest.approx(0.8, rel=1e-14)  # what was sold to the two first


def test_what_comes_home_is_no_export():
    onward = {"HKG": {"USA": 0.2, "CHN": 0.6, "VNM": 0.2}}
    found = ta.reexports(BASKET, {"HKG": 0.4}, onward, origin="Viet Nam")
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 34.0, "CHN": 32.0}, rel=1e-15)
    assert found.home == pytest.approx(4.0, rel=1e-15)
    shares = {"HKG": 0.3125, "USA": 0.354166666667, "CHN": 0.333333333333}
    assert by_partner(found.table, "share") == pytest.approx(shares, abs=1e-12)


def test_of_rates_that_are_ranges_the_least_index_can_lie_inside():
    unknown = ta.reexports(BASKET, {"HKG": (0, 0.8)}, ONWARD)
    found = ta.interval(unknown, ta.hhi)
    assert (found.low, found.high) == pytest.approx((0.333461538462, 0.42), abs=1e-12)
    assert found.at_low["HKG"] == pytest.approx(50 * (1 - 0.338461538462), rel=1e-6)
    assert by_partner(unknown.table, "high") == pytest.approx({"HKG": 50.0, "USA": 40.0, "CHN": 50.0}, rel=1e-15)
    with pytest.raises(ta.TradeDataError, match="ranges"):
        unknown.basket  # noqa: B018


def test_what_is_sold_to_oneself_is_at_home():
    sold = pd.DataFrame({"partner": ["HKG", "USA", "VNM"], "value": [50.0, 30.0, 20.0], "reporter": "VNM"})
    found = ta.reexports(sold, {"HKG": 0.4}, {"HKG": {"USA": 3, "VNM": 1}})
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 45.0, "VNM": 0.0}, rel=1e-15)
    assert by_partner(found.table, "value_before") == {"HKG": 50.0, "USA": 30.0, "VNM": 20.0}
    assert found.home == pytest.approx(25.0, rel=1e-15)  # 20 sold to itself, 50 x .4 x 1/4 through the hub
    assert "20.0% of exports goes on through" in found.sentence()
    assert "20.0% of the exports" in ta.figures.end_markets(found.flows).figure.tradeanalysis_alt


def test_ends_of_what_comes_home_at_rates_that_are_ranges():
    onward = {"HKG": {"USA": 0.2, "CHN": 0.6, "VNM": 0.2}}
    found = ta.reexports(BASKET, {"HKG": (0.1, 0.4)}, onward, origin="VNM")
    assert found.home_range == pytest.approx((1.0, 4.0), rel=1e-14)
    assert "1.0% to 4.0% of exports come home." in found.sentence()
    assert "Từ 1,0% đến 4,0% kim ngạch xuất khẩu quay về" in found.sentence("vi")


@pytest.mark.parametrize("rest", ["_X", "Khác", "OTH"])
def test_what_no_market_is_named_for_is_told_as_a_share(rest):
    found = ta.reexports({**BASKET, rest: 25.0}, {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3, rest: 6}})
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 35.0, "CHN": 35.0}, rel=1e-15)
    assert found.unallocated == pytest.approx(0.2, rel=1e-15)


def test_what_hubs_do_not_allocate_is_no_warning_on_the_basket():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ta.reexports(ta.example("world_2020"), {"ARE": 0.3}, reporter="VNM")
    assert found.home == 0


def test_why_a_rate_is_missing_is_said_in_both_languages():
    table = pd.DataFrame({"reporter": "HKG", "exports": [9.0], "reexports": [8.0], "imports": [7.0]})
    assert ta.chains.reexport_rates(table, lang="vi")["why"].tolist() == ["tái xuất lớn hơn nhập khẩu"]


def test_a_reason_within_a_sentence_ends_in_one_full_stop():
    table = pd.DataFrame({"reporter": "VNM", "partner": ["HKG", "USA"], "value": [1.0, 2.0]})
    with pytest.raises(ta.TradeDataError) as error:
        ta.reexports(table, {"HKG": 0.4})
    assert ".." not in str(error.value)


@pytest.mark.parametrize("measure", [ta.hhi, ta.effective_partners, ta.entropy, ta.hill(0.5)])
def test_bounds_over_three_ranges_hold_what_a_grid_of_rates_gives(measure):
    random = np.random.default_rng(7)
    names = ["A", "B", "C", "D", "E", "F"]
    basket = dict(zip(names, random.pareto(1.2, 6) + 0.1, strict=True))
    onward = {hub: dict(zip(names, random.pareto(1.0, 6) + 0.01, strict=True)) for hub in "ABC"}
    ranges = {"A": (0.1, 0.9), "B": (0.0, 0.6), "C": (0.3, 0.95)}
    bounds = ta.interval(ta.reexports(basket, ranges, onward), measure)
    grid = np.linspace(0, 1, 9)
    rates = [
        dict(
            zip(
                "ABC", (low + (high - low) * g for (low, high), g in zip(ranges.values(), at, strict=True)), strict=True
            )
        )
        for at in np.array(np.meshgrid(grid, grid, grid)).reshape(3, -1).T
    ]
    values = [measure(ta.reexports(basket, one, onward).basket) for one in rates[::5]] + [
        measure(ta.reexports(basket, one, onward).basket) for one in (rates[0], rates[8], rates[-1])
    ]
    assert bounds.low <= min(values) + 1e-12
    assert bounds.high >= max(values) - 1e-12
    # Both are reached by vectors that rates within the ranges give.
    assert measure(bounds.at_low) == pytest.approx(bounds.low, rel=1e-14)
    assert measure(bounds.at_high) == pytest.approx(bounds.high, rel=1e-14)


def test_hubs_that_sell_all_on_to_each_other_are_named():
    onward = {"SGP": {"MYS": 1}, "MYS": {"SGP": 1}, "HKG": {"USA": 1}}
    basket = {"SGP": 5.0, "MYS": 5.0, "HKG": 5.0}
    with pytest.raises(ta.TradeDataError, match="Singapore, Malaysia sell on all"):
        ta.reexports(basket, {"SGP": 1, "MYS": 1, "HKG": 1}, onward)
    assert ta.reexports(basket, {"SGP": 1, "MYS": 0.99, "HKG": 1}, onward).basket["MYS"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("hubs", "said"),
    [
        ({"HKG": 1.2}, "shares from 0 to 1"),
        ({"HKG": -1}, "share in"),
        ({"HKG": (0.8, 0.2)}, "from low to high"),
        ({"HKG": 20}, "0.2 is 20%"),
        ({"Honk Kong": 0.4}, "Did you mean Hong Kong"),
        (pd.Series([0.4, 0.5], ["HKG", "HKG"]), "named twice"),
        ({"HKG": "half"}, "share in"),
        ({"HKG": float("nan")}, "share in"),
        ({"HKG": None}, "share in"),
        ({"HKG": (0.2, 0.3, 0.4)}, "share in"),
        ({}, "rate of each hub"),
        (["HKG"], "rate of each hub"),
        ({"HKG": 0.5, "Hong Kong": 0.4}, "Hong Kong is named twice"),
        ({"World": 0.4}, "World"),
        ({"NLD": 0.4}, "Netherlands"),
    ],
)
def test_rates_that_cannot_be_are_refused_in_words(hubs, said):
    with pytest.raises(ta.TradeDataError, match=said):
        ta.reexports(BASKET, hubs, ONWARD)


def test_a_trade_table_knows_to_whom_its_hubs_sell():
    world = ta.example("world_2020")
    found = ta.reexports(world, {"Hong Kong": 0.9}, reporter="VNM")
    exports = ta.basket(world, reporter="VNM", flow="export")
    onward = ta.basket(world, reporter="HKG", flow="export").drop("VNM", errors="ignore")
    by_hand = exports.add(0.9 * exports["HKG"] * onward / onward.sum(), fill_value=0.0)
    by_hand["HKG"] = 0.1 * exports["HKG"]
    pd.testing.assert_series_equal(found.basket.sort_index(), by_hand.sort_index(), check_names=False, rtol=1e-13)
    assert "Hồng Kông" in found.sentence("vi")


def test_a_misspelled_hub_and_a_basket_without_values_are_told_so():
    with pytest.raises(ta.TradeDataError, match="Did you mean Hong Kong"):
        ta.reexports(ta.example("world_2020"), {"Honk Kong": 0.4}, reporter="VNM")
    for basket, said in (({}, "basket is empty"), ({"HKG": 0.0}, "are zero")):
        with pytest.raises(ta.TradeDataError, match=said):
            ta.reexports(basket, {"HKG": 0.4}, ONWARD)


def test_rates_of_hubs_may_be_a_series_as_reexport_rates_gives_them():
    table = pd.DataFrame({"reporter": ["HKG"], "exports": [150.0], "reexports": [120.0], "imports": [250.0]})
    rates = ta.reexport_rates(table, markup=0.2).set_index("reporter")["rate"]
    found = ta.reexports(BASKET, rates, ONWARD)
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 35.0, "CHN": 35.0}, rel=1e-15)


def test_a_markup_of_20_is_no_share():
    table = pd.DataFrame({"reporter": ["HKG"], "exports": [150.0], "reexports": [120.0], "imports": [250.0]})
    for markup in (20, 1.01, -0.1):
        with pytest.raises(ta.TradeDataError, match=r"0\.2 is 20%"):
            ta.reexport_rates(table, markup=markup)


def test_hubs_read_from_few_rows_are_those_of_the_whole_table():
    world = ta.example("world_2020")
    hubs = {"HKG": 0.6, "NLD": 0.4}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # what hubs do not allocate
        onward = {hub: ta.basket(world, reporter=hub, flow="export", year=2020).drop("VNM") for hub in hubs}
    found = ta.reexports(world, hubs, reporter="VNM").basket
    pd.testing.assert_series_equal(
        found, ta.reexports(ta.basket(world, reporter="VNM", flow="export"), hubs, onward).basket, rtol=1e-14
    )


def test_rates_of_re_exports():
    table = pd.DataFrame(
        {
            "reporter": ["HKG", "SGP", "NLD"],
            "exports": [150.0, 60.0, 9.0],
            "reexports": [120.0, 50.0, np.nan],
            "imports": [250, 40, 9],
        }
    )
    found = ta.reexport_rates(table, markup=0.2)
    assert found["rate"].tolist() == pytest.approx([0.4, np.nan, np.nan], nan_ok=True)
    assert found["why"].tolist() == ["", "re-exports exceed imports", "not known"]
    with pytest.raises(ta.TradeDataError, match="exceed their exports"):
        ta.reexport_rates(table.assign(exports=table["reexports"] / 2))


# ---- input-output tables ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def leather(shared_data):
    """Example data of the R package decompr, as Z, F and output."""
    table = pd.read_csv(shared_data / "mrio_small" / "leather_3x3.csv", index_col=0)
    rows = pd.MultiIndex.from_tuples([tuple(one.split(":")) for one in table.index])
    cells = table.to_numpy()
    return (
        pd.DataFrame(cells[:, :9], rows, rows),
        pd.DataFrame(cells[:, 9:12], rows, ["ARG", "TUR", "DEU"]),
        table["output"],
    )


@pytest.fixture(scope="module")
def iciotest(shared_data):
    """Example data of the R package exvatools, in the layout of the OECD's table."""
    table = pd.read_csv(shared_data / "mrio_small" / "exvatools_iciotest_10x3.csv", index_col=0)
    rows = pd.MultiIndex.from_tuples([tuple(one.split("_", 1)) for one in table.index])
    final = pd.MultiIndex.from_tuples([tuple(one.split("_", 1)) for one in table.columns[30:]])
    return pd.DataFrame(table.iloc[:, :30].to_numpy(), rows, rows), pd.DataFrame(
        table.iloc[:, 30:].to_numpy(), rows, final
    )


def test_value_added_by_final_buyer_is_that_of_decompr(leather):
    Z, F, output = leather
    io = ta.io_table(Z, F, output=output.to_numpy())
    found = ta.absorbed(io).pivot(index="reporter", columns="partner", values="value")
    printed = {
        ("ARG", "TUR"): 18.493099034388, ("ARG", "DEU"): 28.238989068714, ("TUR", "ARG"): 24.661290568761,
        ("TUR", "DEU"): 52.680153101832, ("DEU", "ARG"): 38.970797534342, ("DEU", "TUR"): 57.748344636205,
    }  # fmt: skip
    assert {at: found.loc[at] for at in printed} == pytest.approx(printed, abs=1e-12)
    argentina = ta.absorbed(io, reporter="Argentina")
    assert argentina.attrs["home"] == pytest.approx(44.867911896898, abs=1e-12)
    assert by_partner(argentina, "share") == pytest.approx({"TUR": 0.395725930191, "DEU": 0.604274069809}, abs=1e-12)
    assert by_partner(argentina, "gross_share") == pytest.approx(
        {"TUR": 0.337480559876, "DEU": 0.662519440124}, abs=1e-12
    )
    assert argentina["value"].sum() / argentina["gross"].sum() == pytest.approx(0.726782085585, abs=1e-12)
    assert ta.measure(argentina, ta.hhi)["hhi"].item() == pytest.approx(0.521746163269, abs=1e-12)


def test_inputs_at_face_value_and_looked_through(leather):
    Z, F, _ = leather
    found = ta.inputs(ta.io_table(Z, F), buyer="ARG")
    face = {"ARG": 0.662460567823, "TUR": 0.107255520505, "DEU": 0.230283911672}
    through = {"ARG": 0.528900729175, "TUR": 0.165064702227, "DEU": 0.306034568598}
    assert by_partner(found, "face_value") == pytest.approx(face, abs=1e-12)
    assert by_partner(found, "look_through") == pytest.approx(through, abs=1e-12)


def test_a_buyer_that_is_not_in_the_table_is_called_a_buyer(leather):
    for buyer in ("Atlantis", "Japan"):
        with pytest.raises(ta.TradeDataError, match=f'buyer="{buyer}" is not in the table'):
            ta.chains.inputs(ta.io_table(*leather[:2]), buyer=buyer)


def test_a_provinces_basket_by_final_buyer(leather):
    Z, F, _ = leather
    sold = [("ARG", "Textile_and_Leather", 30), ("TUR", "Textile_and_Leather", 20), ("ARG", "Transport_Equipment", 10)]
    sold.append(("TUR", "Transport_Equipment", 40))
    table = pd.DataFrame(sold, columns=["partner", "industry", "value"])
    found = ta.lookthrough(table, ta.io_table(Z, F), reporter="DEU")
    assert by_partner(found.table) == pytest.approx({"ARG": 38.5183089195, "TUR": 52.0476096614}, abs=1e-9)
    assert found.home == pytest.approx(9.4340814190, abs=1e-9)
    assert found.filled == 0


@pytest.mark.parametrize(
    ("reporter", "exports", "absorbed"),
    [("ESP", 4666.958907592110, 1624.181813122406), ("CHN", 8575.507124972530, 3117.579473144371)],
)
def test_the_split_parts_of_china_are_china(iciotest, reporter, exports, absorbed):
    found = ta.absorbed(ta.io_table(*iciotest), reporter=reporter)
    assert found["gross"].sum() == pytest.approx(exports, rel=1e-13)
    assert found["value"].sum() == pytest.approx(absorbed, rel=1e-13)


def test_foreign_value_added_in_exports_and_advantage_are_those_of_gvc(leather):
    Z, F, _ = leather
    found = ta.chains.export_content(ta.io_table(Z, F))
    foreign = [3.404712, 6.443233, 0.762098, 7.467932, 11.125843, 2.544472, 5.632133, 5.280111, 25.397173]
    advantage = [1.2676927, 1.0581114, 0.1533582, 1.0087530, 1.3176076, 0.3068102, 0.8635848, 0.7080925, 1.9843574]
    assert found["foreign"].tolist() == pytest.approx(foreign, abs=5e-7)
    assert found["rca"].tolist() == pytest.approx(advantage, abs=5e-8)


@pytest.mark.parametrize(
    ("reporter", "domestic", "foreign"),
    [("ESP", 2165.174700923767, 2501.784206668344), ("CHN", 4409.662021630645, 4165.845103341887)],
)
def test_domestic_and_foreign_content_are_those_of_exvatools(iciotest, reporter, domestic, foreign):
    found = ta.chains.export_content(ta.io_table(*iciotest), reporter=reporter)
    assert found["domestic"].sum() == pytest.approx(domestic, rel=1e-13)
    assert found["foreign"].sum() == pytest.approx(foreign, rel=1e-13)


def test_the_order_of_industries_does_not_matter(leather):
    Z, F, _ = leather
    first = ta.absorbed(ta.io_table(Z, F), reporter="TUR")
    random = np.random.default_rng(1)
    for _ in range(30):
        rows, columns = random.permutation(9), random.permutation(9)
        again = ta.absorbed(ta.io_table(Z.iloc[rows, columns], F.iloc[random.permutation(9)]), reporter="TUR")
        pd.testing.assert_frame_equal(again, first, rtol=1e-13)


def test_value_added_that_the_table_does_not_imply_is_refused_with_the_factor(leather):
    Z, F, output = leather
    implied = output.to_numpy() - Z.to_numpy().sum(axis=0)
    ta.io_table(Z, F, pd.Series(implied, Z.index))
    with pytest.raises(ta.TradeDataError, match=r"1\.19% of what the table implies"):
        ta.io_table(Z, F, pd.Series(0.0119 * implied, Z.index))
    with pytest.raises(ta.TradeDataError, match=r"100000\.00% of the sums"):
        ta.io_table(Z, F, output=1000 * output.to_numpy())


def test_tables_that_cannot_be_are_refused_in_words(leather):
    Z, F, _ = leather
    negative, unlabelled, hole = Z.copy(), Z.copy(), F.copy()
    negative.iloc[0, 0] = -1.0
    unlabelled.columns = range(9)
    hole.iloc[2, 1] = np.nan
    closed = F.copy()
    closed.iloc[:3] = 0.0
    alone = Z.copy()
    alone.iloc[:3, 3:] = 0.0
    for given, said in [
        ((negative, F), "negative"),
        ((unlabelled, F), "pairs of a country"),
        ((Z, hole), "missing or infinite"),
        ((Z.iloc[1:], F), "other labels"),
        ((Z, F[["ARG", "TUR"]]), "no final use of Germany"),
        ((alone, closed), "ever reaches a final buyer: ARG Agriculture"),
        ((Z, None), "without F"),
    ]:
        with pytest.raises(ta.TradeDataError, match=said):
            ta.io_table(*given)


def icio_text(Z, F, taxes):
    """The table as the OECD's file has it, with a part of value added as taxes on inputs."""
    labels = [f"{country}_{industry}" for country, industry in Z.index]
    table = pd.DataFrame(Z.to_numpy(), labels, labels)
    table[[f"{country}_HFCE" for country in F]] = F.to_numpy()
    table["OUT"] = table.sum(axis=1)
    added = table["OUT"] - table[labels].sum()
    table.loc["TLS", labels], table.loc["VA", labels] = taxes * added, (1 - taxes) * added
    return table.fillna(0.0).to_csv(index_label="V1")


def test_a_file_of_the_oecd_is_read_and_gives_the_same(leather, tmp_path):
    Z, F, _ = leather
    plain, packed = tmp_path / "2018_SML.csv", tmp_path / "2018_SML.zip"
    plain.write_text(icio_text(Z, F, 0.1), "utf-8")
    with zipfile.ZipFile(packed, "w") as folder:
        folder.write(plain, "2018_SML.csv")
    expected = ta.absorbed(ta.io_table(Z, F))
    for path in (plain, packed):
        pd.testing.assert_frame_equal(ta.absorbed(ta.chains.read_icio(path)), expected, rtol=1e-13)
    plain.write_text(icio_text(Z, F, 0.1).replace("VA,", "VA,1"), "utf-8")
    with pytest.raises(ta.TradeDataError, match="value added as given"):
        ta.chains.read_icio(plain)


def test_other_files_are_no_table_of_the_oecd(tmp_path):
    path = tmp_path / "trade.csv"
    for text in ("partner,value\nUSA,3\n", "", "a,b\n1,2\n1\n1,2,3,4\n"):
        path.write_text(text, "utf-8")
        with pytest.raises(ta.TradeDataError, match=r"trade\.csv"):
            ta.chains.read_icio(path)
    with pytest.raises(ta.TradeDataError, match=r"absent\.csv"):
        ta.chains.read_icio(tmp_path / "absent.csv")


class OfPymrio:
    """What is taken of an object of pymrio: Z, Y, x and the extensions."""

    def __init__(self, Z, Y, added, output):
        self.Z, self.Y, self.x = Z, Y, output.to_frame("indout")
        self.added = added

    def get_extensions(self, data):
        assert data
        yield types.SimpleNamespace(F=self.added)


def test_an_object_of_pymrio_is_checked_like_any_other(leather):
    Z, F, output = leather
    output = output.set_axis(Z.index)
    implied = output - Z.sum()
    added = pd.DataFrame([implied.to_numpy(), 0 * implied.to_numpy()], ["Value Added", "Employment"], Z.columns)
    found = ta.absorbed(ta.io_table(OfPymrio(Z, F, added, output)))
    pd.testing.assert_frame_equal(found, ta.absorbed(ta.io_table(Z, F)))
    with pytest.raises(ta.TradeDataError, match=r"1\.19% of what the table implies"):
        ta.io_table(OfPymrio(Z, F, 0.0119 * added, output))


def test_a_long_table_is_the_same_table(leather):
    Z, F, _ = leather
    rows = ["country", "industry"]
    uses = Z.rename_axis(rows).rename_axis(["buyer", "use"], axis=1).stack([0, 1]).reset_index(name="value")
    final = F.rename_axis(rows).rename_axis("buyer", axis=1).stack().reset_index(name="value")
    long = pd.concat([uses, final.assign(use="households")]).sample(frac=1, random_state=3)
    found = ta.absorbed(ta.io_table(long), reporter="TUR").set_index("partner")["value"]
    expected = ta.absorbed(ta.io_table(Z, F), reporter="TUR").set_index("partner")["value"]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), rtol=1e-13)
    with pytest.raises(ta.TradeDataError, match="stand twice"):
        ta.io_table(pd.concat([long, long.head(1)]))


# ---- what a reader passes ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_rest():
    rows = pd.MultiIndex.from_product([["VNM", "USA", "CHN", "ROW"], ["goods", "serv"]])
    Z = pd.DataFrame(np.arange(64.0).reshape(8, 8), rows, rows)
    return ta.io_table(Z, pd.DataFrame(np.arange(32.0).reshape(8, 4) + 50, rows, ["VNM", "USA", "CHN", "ROW"]))


def sold(*partners):
    return pd.DataFrame({"partner": partners, "industry": "goods", "value": [50.0, 30.0, 20.0][: len(partners)]})


def test_the_rest_of_the_world_is_no_market_of_a_basket(with_rest):
    found = ta.lookthrough(sold("USA", "CHN"), with_rest, reporter="VNM")
    ends = by_partner(found.table)
    assert set(found.basket.index) == {"USA", "CHN"}
    assert found.basket.attrs["unallocated"] == ends["ROW"] > 0
    assert ta.hhi(found) == pytest.approx((ends["USA"] ** 2 + ends["CHN"] ** 2) / (ends["USA"] + ends["CHN"]) ** 2)


@pytest.mark.parametrize("label", ["OTH", "Các nước khác", "Other countries"])
def test_any_label_of_the_rest_is_the_rest_of_the_table(with_rest, label):
    found = ta.lookthrough(sold("USA", label), with_rest, reporter="VNM")
    expected = ta.lookthrough(sold("USA", "ROW"), with_rest, reporter="VNM")
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_the_reporter_and_the_exports_of_the_table_are_taken(with_rest):
    table = sold("USA", "CHN")
    expected = ta.lookthrough(table, with_rest, reporter="VNM").table
    own = table.assign(reporter="VNM", flow="export")
    pd.testing.assert_frame_equal(ta.lookthrough(own, with_rest).table, expected)
    mixed = pd.concat([own, own.assign(flow="import"), sold("VNM").assign(reporter="USA", flow="export")])
    pd.testing.assert_frame_equal(ta.lookthrough(mixed, with_rest, reporter="VNM").table, expected)
    with pytest.raises(ta.TradeDataError, match="no exports"):
        ta.lookthrough(own.assign(flow="import"), with_rest)
    with pytest.raises(ta.TradeDataError, match="to itself"):
        ta.lookthrough(sold("VNM", "USA").assign(reporter="VNM"), with_rest)


def test_markets_of_hubs_are_known_by_name():
    onward = {"HKG": {"Việt Nam": 1, "France": 1}, "USA": {"FRA": 1}}
    found = ta.reexports(BASKET, {"HKG": 0.4, "USA": 0.5}, onward, origin="VNM")
    assert found.home == pytest.approx(10.0)
    assert by_partner(found.table) == pytest.approx({"HKG": 30.0, "USA": 15.0, "CHN": 20.0, "FRA": 25.0})
    assert "35.0% of exports goes on" in found.sentence()
    assert "10.0% of exports comes home" in found.sentence()
    assert "10,0%" in found.sentence("vi")


def test_plain_tables_and_the_year_of_the_basket():
    plain = pd.DataFrame({"partner": list(BASKET), "value": list(BASKET.values())})
    expected = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD).table["value"].tolist()
    assert ta.reexports(plain, {"HKG": 0.4}, ONWARD).table["value"].tolist() == expected
    sent = pd.DataFrame({"reporter": "HKG", "partner": ["USA", "CHN", "USA"], "value": [1.0, 3, 9], "year": [1, 1, 2]})
    found = ta.reexports(plain.assign(year=1), {"HKG": np.array([0.4, 0.4])}, sent)
    assert found.table["value"].tolist() == expected
    with pytest.raises(ta.TradeDataError) as error:
        ta.reexports(plain, {"HKG": 0.4}, sent)
    assert "Pass a table" not in str(error.value)


@pytest.mark.parametrize("given", ["text", {"a": 1}, pd.DataFrame({"a": [1, 2]}), pd.Series([1.0, 2.0]), [1.0]])
def test_output_of_another_kind_is_refused_in_words(leather, given):
    Z, F, _ = leather
    with pytest.raises(ta.TradeDataError, match="output"):
        ta.io_table(Z, F, output=given)
