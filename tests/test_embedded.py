"""The embedded tables hold what their sources hold, and say where they are from."""

import csv
import gzip
import sys

import numpy as np
import pytest

import tradeanalysis as ta
from tradeanalysis.schema import DATA

FIELDS = {"name", "what", "period", "unit", "source", "licence", "derivation", "date"}


def shares(table, reporter):
    row = table[table["reporter"] == reporter].set_index("partner")["value"]
    return row / row.sum()


def test_the_world_table_gives_the_checked_figures():
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
    national = ta.certificate(world)["national_shares"]
    assert national == {"VNM": {"export": {"CHN": 0.17}}}
    assert set(national) <= silent


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
    assert f"`{name}.csv" in (DATA / "README.md").read_text("utf-8")
    table.iloc[:, 0] = None
    table.attrs["certificate"]["source"] = "changed"
    assert ta.certificate(ta.example(name))["source"] != "changed"
    assert ta.example(name).iloc[:, 0].notna().all()


def test_an_unknown_table_lists_those_there_are():
    with pytest.raises(ta.TradeDataError, match="world_2023, wits_top5"):
        ta.example("world")


def test_the_embedded_text_comes_out_again(shared_data, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(DATA), *sys.path])
    import derive

    derive.write(shared_data, tmp_path)
    for name in derive.TABLES:
        # The text, not the packed bytes: those depend on the build of zlib.
        again = gzip.decompress((tmp_path / f"{name}.csv.gz").read_bytes())
        assert again == gzip.decompress((DATA / f"{name}.csv.gz").read_bytes()), name
