"""The embedded tables hold what their sources hold, and say where they are from."""

import csv
import gzip
import sys

import numpy as np
import pytest

import tradeanalysis as ta
from tradeanalysis import names
from tradeanalysis.schema import DATA
from tradeanalysis.sources.embedded import world_around

FIELDS = {"name", "what", "period", "unit", "source", "licence", "derivation", "date"}


def shares(table, reporter):
    row = table[table["reporter"] == reporter].set_index("partner")["value"]
    return row / row.sum()


def test_the_reconciled_world_gives_the_checked_figures():
    world = ta.example("world_2023")
    assert len(world) == 25_398
    assert world["reporter"].nunique() == 194
    vietnam = shares(world, "VNM")
    assert world.loc[world["reporter"] == "VNM", "value"].sum() == pytest.approx(407.6e9, abs=0.05e9)
    assert vietnam["USA"] == pytest.approx(0.289, abs=5e-4)
    assert vietnam["CHN"] == pytest.approx(0.210, abs=5e-4)
    assert len(vietnam) == 118
    expected = {"VNM": (0.1397, 5e-5), "MEX": (0.599, 5e-4), "KHM": (0.162, 5e-4), "DEU": (0.045, 5e-4)}
    measured = ta.measure(world, ta.hhi, by="reporter").set_index("reporter")["hhi"]
    assert len(measured) == 194
    for economy, (hhi, tolerance) in expected.items():
        assert float(np.square(shares(world, economy)).sum()) == pytest.approx(hhi, abs=tolerance)
        assert measured[economy] == pytest.approx(hhi, abs=tolerance)
    assert shares(world, "MEX")["USA"] == pytest.approx(0.771, abs=5e-4)


def test_the_gaps_that_the_certificate_tells_are_there():
    world = ta.example("world_2023")
    economies = set(world["reporter"]) | set(world["partner"])
    pairs = set(zip(world["reporter"], world["partner"], strict=True))
    large = ["ARG", "BGD", "KOR", "PHL", "POL", "RUS", "VNM"]
    silent = {e for e in economies if not any((e, one) in pairs or (one, e) in pairs for one in large)}
    assert silent > {"DZA", "IRQ", "LAO", *large}
    assert not [pair for pair in pairs if silent.issuperset(pair)]
    assert f"{len(silent)} economies" in ta.certificate(world)["gaps"]
    assert len(silent) == 76
    assert ta.certificate(world)["silent"] == sorted(silent)


def test_national_shares_are_those_of_the_economies_own_reports():
    """Of economies that had not reported when BACI was made: shares that are two points or more from it."""
    world, own = ta.example("world_2023"), ta.example("exports_2021_2024")
    national = ta.certificate(world)["national_shares"]
    assert set(national) <= set(ta.certificate(world)["silent"])
    # Viet Nam 2023: 60.57 of 353.1 bn dollars to China by its own report, 21.0% in BACI.
    assert national["VNM"] == {"export": {"CHN": 0.1716}}
    found = {(one, partner) for one, flows in national.items() for partner in flows["export"]}
    expected = set()
    for economy in set(own.loc[own["year"] == 2023, "reporter"]) & set(ta.certificate(world)["silent"]):
        there, here = shares(world, economy), shares(own[own["year"] == 2023], economy).drop("OTH")
        expected |= {(economy, one) for one in here.index if one in there and abs(here[one] - there[one]) >= 0.02}
    assert found == expected
    assert "RUS" not in national  # the OECD's figures of Russia are its estimates


YEARS = range(2010, 2021)


@pytest.fixture(scope="module")
def world():
    return ta.example("world_2010_2020")


def test_the_world_of_own_reports_gives_the_checked_figures(world):
    assert world.columns.tolist() == ["reporter", "partner", "flow", "year", "value", "estimated"]
    assert len(world) == 571_555
    last = ta.example("world_2020")
    assert world[world["year"] == 2020].reset_index(drop=True).equals(last)
    assert last["reporter"].nunique() == 210
    totals = last[last["reporter"] == "VNM"].groupby("flow")["value"].sum()
    assert totals["export"] == pytest.approx(277.3e9, abs=0.05e9)
    assert totals["import"] == pytest.approx(258.8e9, abs=0.05e9)
    sold, bought = (shares(last[last["flow"] == flow], "VNM") for flow in ("export", "import"))
    assert [round(100 * sold[one], 1) for one in ("USA", "CHN", "KOR")] == [27.8, 17.7, 6.9]
    assert [round(100 * bought[one], 1) for one in ("CHN", "KOR")] == [32.6, 18.1]
    reported = last[last["flow"] == "export"]
    assert reported["value"].sum() == pytest.approx(17.04e12, rel=1e-2)
    assert (reported["value"] * reported["estimated"]).sum() / reported["value"].sum() == pytest.approx(0.015, abs=5e-4)


def test_the_index_of_vietnam_rises_for_eleven_years_and_three_quarters_of_it_are_the_united_states(world):
    own = world[(world["reporter"] == "VNM") & (world["flow"] == "export")]
    history = ta.measure(own, ta.hhi, by="year").set_index("year")["hhi"]
    # Computed apart from the source's rows; with the line of Cuba and North Korea as one more market 2010 is .0767.
    known = [0.0773, 0.0731, 0.0713, 0.0705, 0.0725, 0.0761, 0.0838, 0.0849, 0.0898, 0.1004, 0.1246]
    assert [round(history[year], 4) for year in YEARS] == known
    moved = ta.change(own, before=2010, after=2020).set_index("partner")["contribution"].round(4)
    assert moved[["USA", "CHN", "KOR", "JPN"]].tolist() == [0.0363, 0.0205, 0.0028, -0.0073]


def test_every_cell_stands_once_and_is_trade_with_another(world):
    assert not world.duplicated(["reporter", "partner", "flow", "year"]).any()
    assert (world["reporter"] != world["partner"]).all()
    assert (world["value"] >= 1000).all()
    assert (world["value"] % 1000 == 0).all()
    kinds = {match.kind for match in names.resolve(sorted(set(world["partner"]) | set(world["reporter"]))).values()}
    assert kinds == {"country", "historical", "unallocated"}
    assert names.resolve(world["reporter"].unique().tolist()).keys() == set(world["reporter"])
    assert "OTH" not in set(world["partner"])
    assert not {one.severity for one in ta.audit(ta.example("world_2020")).findings} & {"error"}


def test_not_specified_is_not_taiwan_and_taiwan_does_not_report(world):
    assert ta.certificate(world)["silent"] == ["TWN"]
    assert "TWN" not in set(world["reporter"])
    last = world[world["year"] == 2020]
    assert last.loc[(last["partner"] == "TWN") & (last["flow"] == "export"), "value"].sum() == pytest.approx(
        264.7e9, abs=0.05e9
    )
    bought = world[(world["reporter"] == "VNM") & (world["flow"] == "import")].set_index(["year", "partner"])["value"]
    parts = {2015: (10_943.323, 1_935.728), 2016: (11_241.779, 1_464.256), 2017: (12_709.685, 1_983.905)}
    for year, both in parts.items():
        assert bought[year, "UNS"] == pytest.approx(sum(both) * 1e6, abs=1000)
        assert 0.065 < bought[year, "UNS"] / bought[year].sum() < 0.074
    # It is Taiwan a second time: the IMF's totals are above Viet Nam's (of the World Bank) by the row of Taiwan.
    published = ta.example("wits_top5").query("reporter == 'VNM' and flow == 'import'").set_index("year")["total"]
    for year in parts:
        assert bought[year].sum() - bought[year, "TWN"] == pytest.approx(published[year].iloc[0], abs=1e4)


def test_the_partners_of_every_reporter_add_up_to_its_total(world, shared_data):
    with (shared_data / "imf_dots_2010_2020" / "totals.csv").open(newline="") as file:
        published = {(row["reporter"], int(row["year"])): row for row in csv.DictReader(file)}
    for (flow, reporter, year), value in world.groupby(["flow", "reporter", "year"])["value"].sum().items():
        assert value == pytest.approx(float(published[reporter, year][f"{flow}s"]) * 1e6, abs=80_000)


def test_the_world_equals_its_source(world, shared_data):
    own = world.set_index(["reporter", "partner", "flow", "year"])["value"].to_dict()
    seen = 0
    with gzip.open(shared_data / "imf_dots_2010_2020" / "world_dots_2010_2020.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["partner"] in ("OTH", "UNS", "OTHER_ASIA_NES", "OTHER_MECA_NES"):
                continue
            for flow in ("export", "import"):
                thousands = round(1000 * float(row[f"{flow}s"] or 0))
                key = row["reporter"], row["partner"], flow, int(row["year"])
                assert own.get(key, 0) == 1000 * thousands
                seen += thousands > 0
    assert seen == (world["partner"] != "UNS").sum()


def test_own_reports_agree_with_the_imports_of_comtrade(world):
    comtrade = ta.example("imports_1995_2019").query("year == 2019 and value > 10e6")
    both = comtrade.merge(world, on=["reporter", "partner", "flow", "year"], suffixes=("_comtrade", ""))
    ratio = both["value"] / both["value_comtrade"]
    assert len(ratio) == 4_001
    assert ratio.median() == pytest.approx(1, abs=1e-3)
    assert ratio.quantile([0.25, 0.75]).tolist() == pytest.approx([0.989, 1.005], abs=1e-3)


def test_every_year_has_a_table(world):
    of_2015 = ta.example("world_2015")
    assert of_2015["year"].unique().tolist() == [2015]
    assert len(of_2015) == (world["year"] == 2015).sum() == ta.certificate(of_2015)["rows"]
    assert ta.certificate(of_2015)["period"] == "2015"
    around = world_around("VNM", 2015)
    named = (world[["reporter", "partner"]] == "VNM").any(axis=1)
    assert around.equals(world[named | (world["year"] == 2015)].reset_index(drop=True))


def test_recent_exports_are_a_list_with_a_remainder(shared_data):
    table = ta.example("exports_2021_2024")
    of_vietnam = {year: shares(table[table["year"] == year], "VNM") for year in range(2021, 2025)}
    assert [round(100 * of_vietnam[year]["USA"], 1) for year in of_vietnam] == [28.7, 29.5, 27.5, 28.5]
    assert [round(100 * of_vietnam[year]["CHN"], 1) for year in of_vietnam] == [16.7, 15.6, 17.2, 16.3]
    with (shared_data / "oecd_btige_2021_2025" / "totals.csv").open(newline="") as file:
        totals = {(row["reporter"], int(row["year"])): float(row["exports_kusd"]) for row in csv.DictReader(file)}
    for key, value in table.groupby(["reporter", "year"])["value"].sum().items():
        assert value == pytest.approx(1000 * totals[key], abs=30)
    assert table["reporter"].nunique() == 48
    assert set(table["year"]) == {2021, 2022, 2023, 2024}
    assert table.loc[table["reporter"] == "RUS", "year"].unique().tolist() == [2021]
    assert (table["value"] > 0).all()
    assert not table.duplicated(["reporter", "partner", "year"]).any()
    found = ta.uncertainty.intervals(table[table["reporter"] == "VNM"], ta.hhi, by="year").set_index("year").loc[2024]
    # By hand: the squares of the sixteen that are listed over the squared total; all of the rest with the largest.
    listed = table[(table["reporter"] == "VNM") & (table["year"] == 2024)].set_index("partner")["value"]
    rest, whole = listed.pop("OTH"), totals["VNM", 2024] * 1000
    assert found["hhi_low"] == pytest.approx((listed**2).sum() / whole**2)
    most = ((listed**2).sum() - listed["USA"] ** 2 + (listed["USA"] + rest) ** 2) / whole**2
    assert found["hhi_high"] == pytest.approx(most)


def test_every_table_has_a_licence():
    licences = (DATA / "LICENSES.md").read_text("utf-8")
    for path in DATA.glob("*.csv*"):
        assert f"`{path.name.split('.')[0]}`" in licences or path.name.startswith("world_20"), path.name
    for words in (
        "International Monetary Fund, Direction of Trade Statistics",
        "copy",
        "publish, distribute",
        "knows of these terms",
    ):
        assert words in licences


def test_the_world_table_equals_its_source(shared_data):
    with (shared_data / "baci2023_totals_194" / "baci2023_long.csv").open(newline="") as file:
        source = {(row["exporter"], row["importer"]): 1e3 * float(row["value_kusd"]) for row in csv.DictReader(file)}
    world = ta.example("world_2023").set_index(["reporter", "partner"])["value"]
    assert source.keys() == set(world.index)
    assert all(abs(world[pair] - value) <= 0.5 for pair, value in source.items())


def test_published_shares_equal_their_source(shared_data):
    table = ta.example("wits_top5").set_index(["reporter", "flow", "year", "partner"])
    path = shared_data / "wits_trade_summary" / "en_VNM_AllYears_WITS_Trade_Summary.CSV"
    checked = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Indicator"].startswith("Partner share(%)-Top 5"):
                flow = "export" if "Export" in row["Indicator"] else "import"
                partner = ta.country(row["Partner"]).iso3 if "nes" not in row["Partner"] else "TWN"
                for year in range(1988, 2020):
                    if row[str(year)].strip():
                        published = float(row[str(year)]) / 100
                        assert table.loc[("VNM", flow, year, partner), "share"] == pytest.approx(published, abs=1e-12)
                        checked += 1
            if row["Indicator"] == "Exports (in US$ Mil)":
                own = table.loc[("VNM", "export", 2019)]["total"]
                assert own.tolist() == pytest.approx([float(row["2019"]) * 1e6] * 5)
                checked += 1
            if row["Indicator"] == "Imports (in US$ Mil)":
                own = table.loc[("VNM", "import", 2019)]["total"]
                assert own.tolist() == pytest.approx([float(row["2019"]) * 1e6] * 5)
                checked += 1
    assert checked > 150


def test_published_shares_are_shares():
    table = ta.example("wits_top5")
    assert table["share"].between(0, 1).all()
    assert not table.duplicated(["reporter", "flow", "year", "partner"]).any()
    assert table.groupby(["reporter", "flow", "year"])["share"].sum().max() <= 1.0002


def test_agricultural_shares_agree_with_the_printed_ones():
    table = ta.example("vn_agri_2019")
    assert len(table) == 254
    difference = (table["value"] / table["product_total"] - table["share_printed"]).abs()
    assert difference.max() <= 0.0006
    rice = table[(table["product"] == "Gạo") & (table["year"] == 2019)]
    assert rice.iloc[0][["partner", "value"]].tolist() == ["PHL", 773_782_000.0]
    assert (
        table.groupby(["product", "year"])["value"].sum() <= table.groupby(["product", "year"])["product_total"].first()
    ).all()


def test_the_plan_of_long_an_is_as_announced():
    plan = ta.example("long_an_2021").set_index("indicator")
    assert plan.loc["exports", ["target", "growth_low"]].tolist() == [6.6e9, 0.10]
    assert plan.loc["imports", ["target", "growth_low"]].tolist() == [4.3e9, 0.075]
    assert plan.loc["retail", ["target", "unit", "growth_low"]].tolist() == [101_000e9, "VND", 0.138]
    assert plan.loc["industry", ["growth_low", "growth_high"]].tolist() == [0.115, 0.12]
    assert plan.loc["grdp", ["growth_low", "growth_high"]].tolist() == [0.09, 0.095]


def test_distances_go_both_ways():
    table = ta.example("distances").set_index(["origin", "destination"])
    assert table.loc[("VNM", "CHN"), "distance"] == table.loc[("CHN", "VNM"), "distance"] == 2331
    assert table.loc[("VNM", "LAO"), "contiguous"]
    assert not table.loc[("VNM", "THA"), "contiguous"]
    assert len(table) == 224 * 223


def test_old_codes_of_the_distances_are_present_ones():
    economies = set(ta.example("distances")["origin"])
    assert {"ROU", "COD", "TLS", "SRB", "PSE"} <= economies
    assert not {"ROM", "ZAR", "TMP", "YUG", "PAL"} & economies


def test_distances_equal_their_source(shared_data):
    table = ta.example("distances").set_index(["origin", "destination"])
    present = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "YUG": "SRB", "PAL": "PSE"}
    with (shared_data / "cepii_geo" / "dist_cepii.csv").open(newline="") as file:
        rows = {
            (present.get(row["iso_o"], row["iso_o"]), present.get(row["iso_d"], row["iso_d"])): row
            for row in csv.DictReader(file)
        }
    for pair in (("VNM", "SRB"), ("SRB", "VNM"), ("ROU", "COD"), ("TLS", "PSE"), ("DEU", "AUT"), ("USA", "GBR")):
        row = rows[pair]
        assert table.loc[pair, "distance"] == round(float(row["dist"]))
        assert table.loc[pair, "weighted"] == round(float(row["distw"]))
        assert table.loc[pair, "contiguous"] == (row["contig"] == "1")
        assert table.loc[pair, "common_language"] == (row["comlang_off"] == "1")


def test_gdp_stands_by_its_economy(shared_data):
    table = ta.example("gdp_2023").set_index("reporter")["gdp"]
    assert set(table.index) == set(ta.example("world_2023")["reporter"])
    folder = shared_data / "baci2023_totals_194"
    labels = [line.split(",")[0] for line in (folder / "country_labels.csv").read_text("utf-8").splitlines()[1:]]
    gdp = [float(line) for line in (folder / "gdp.csv").read_text().splitlines()[1:]]
    assert [table[code] for code in labels] == pytest.approx(gdp, abs=0.5)
    assert table["USA"] > table["CHN"] > table["VNM"] > 4e11


def test_imports_of_many_years_equal_their_source(shared_data):
    table = ta.example("imports_1995_2019").set_index(["reporter", "partner", "year"])["value"]
    path = shared_data / "comtrade86_totals_1995_2019" / "trade_data_new_annual_import_zero_padded.csv.gz"
    source = {}
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["Reporter"] != row["Partner"] and float(row["Value"]) > 500:
                source[row["Reporter"], row["Partner"], int(row["Period"])] = float(row["Value"])
    codes = {code: ta.country(int(code)).iso3 for code in {key[0] for key in source}}
    assert {(codes[r], codes[p], year) for r, p, year in source} == set(table.index)
    assert all(abs(table[codes[r], codes[p], year] - v) <= 500 for (r, p, year), v in list(source.items())[::29])
    assert table.sum() == pytest.approx(sum(source.values()), rel=1e-7)


@pytest.mark.parametrize("name", ta.examples()["name"])
def test_every_table_names_its_source_and_is_fresh(name):
    table = ta.example(name)
    told = ta.certificate(table)
    assert {field for field in FIELDS if told[field]} == FIELDS
    assert len(table) == ta.examples().set_index("name").loc[name, "rows"]
    assert f"`{name}" in (DATA / "README.md").read_text("utf-8")
    table.iloc[:, 0] = None
    table.attrs["certificate"]["source"] = "changed"
    assert ta.certificate(ta.example(name))["source"] != "changed"
    assert ta.example(name).iloc[:, 0].notna().all()


def test_exports_by_product_give_the_figures_of_the_source():
    table = ta.example("exports_by_product")
    assert table.columns.tolist() == ["reporter", "partner", "flow", "product", "year", "value"]
    assert set(table["partner"]) == {"AUS", "DEU", "FRA", "GBR", "ISR", "JPN", "KOR", "TWN", "USA"}
    assert (table["value"] > 0).all()
    of = table.set_index(["reporter", "partner", "year", "product"])["value"].sort_index()
    # As the file prints them, in thousand dollars: clothing of Vietnam in Germany, and all 30 groups together.
    assert of["VNM", "DEU", 2023, "C14 clothing"] == 842_138_000
    assert of["VNM", "DEU", 2023].sum() == 7_393_988_000
    assert of["ABW", "TWN", 2021].to_dict() == {"C17 paper": 203_000, "C24 basic metals": 1_541_000}
    years = table.groupby("reporter")["year"].agg(lambda one: sorted(set(one)))
    assert (years["RUS"], years["DZA"], years["NPL"]) == ([2021], [2021], [2021, 2022])


def test_an_unknown_table_lists_those_there_are():
    with pytest.raises(ta.TradeDataError, match="exports_by_product, world_2023"):
        ta.example("world")


def test_the_embedded_text_comes_out_again(shared_data, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(DATA), *sys.path])
    import derive

    derive.write(shared_data, tmp_path)
    for name in derive.TABLES:
        # The text, not the packed bytes: those depend on the build of zlib.
        again = gzip.decompress((tmp_path / f"{name}.csv.gz").read_bytes())
        assert again == gzip.decompress((DATA / f"{name}.csv.gz").read_bytes()), name
