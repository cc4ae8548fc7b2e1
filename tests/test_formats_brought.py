"""Files of the sources that people use, made up, under their real headings: units, flows, codes, totals."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pandas as pd
import pytest

import tradeanalysis as ta


def sums(table, *keys):
    """The value of each label, or of each combination of labels."""
    return table.groupby(list(keys) or ["partner"])["value"].sum().to_dict()


# ---- statistical offices

COMEXT = (
    "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,VN,030462,1,QUANTITY_IN_100KG,2024,90212.63\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,VN,030462,1,VALUE_IN_EUROS,2024,300\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,CN,030462,1,VALUE_IN_EUROS,2024,100\n"
    "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,CN,030462,2,VALUE_IN_EUROS,2024,7\n"
)


def test_comext_is_in_euros_and_numbers_its_flows(write):
    table = ta.read(write(COMEXT))
    assert sums(table, "flow", "partner") == {("import", "VNM"): 300, ("import", "CHN"): 100, ("export", "CHN"): 7}
    assert ta.certificate(table)["unit"] == "EUR" or ta.certificate(table)["currency"] == "EUR"
    world = COMEXT + "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A,DE,WORLD,030462,1,VALUE_IN_EUROS,2024,400\n"
    with pytest.raises(ta.AggregateRowError, match=r"drop_aggregates"):
        ta.read(write(world))
    assert sums(ta.read(write(world), drop_aggregates=True, flow="import")) == {"VNM": 300, "CHN": 100}


def test_comext_bulk_has_years_as_month_52_and_parts_that_are_added(write):
    text = (
        "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA2002,"
        "PRODUCT_CPA2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,"
        "VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY\n"
        "004,DE,0690,VN,E,03046200,03440,,,,122,01,1,1,A,202252,300,10,\n"
        "004,DE,0690,VN,E,03046200,03440,,,,122,01,1,4,A,202252,50,10,\n"
        "004,DE,0720,CN,E,03046200,03440,,,,122,01,1,1,A,202252,100,10,\n"
    )
    table = ta.read(write(text, "full202252.dat"))
    assert sums(table, "year", "flow", "partner") == {(2022, "import", "CHN"): 100, (2022, "import", "VNM"): 350}


FAO = (
    "Reporter Country Code,Reporter Country Code (M49),Reporter Countries,Partner Country Code,"
    "Partner Country Code (M49),Partner Countries,Item Code,Item Code (CPC),Item,Element Code,Element,Year Code,Year,"
    "Unit,Value,Flag\n"
    "237,'704,Viet Nam,41,'156,\"China, mainland\",27,'0113,Rice,5910,Export quantity,2022,2022,t,900000,A\n"
    "237,'704,Viet Nam,41,'156,\"China, mainland\",27,'0113,Rice,5922,Export value,2022,2022,1000 USD,420000,A\n"
    "237,'704,Viet Nam,81,'288,Ghana,27,'0113,Rice,5922,Export value,2022,2022,1000 USD,250000,A\n"
    "237,'704,Viet Nam,81,'288,Ghana,27,'0113,Rice,5622,Import value,2022,2022,1000 USD,5,A\n"
)


def test_fao_matrix_keeps_the_values(write):
    table = ta.read(write(FAO))
    assert sums(table, "flow", "partner") == {
        ("export", "CHN"): 420e6,
        ("export", "GHA"): 250e6,
        ("import", "GHA"): 5000,
    }
    only = FAO.replace("Export value", "Export quantity").replace("Import value", "Import quantity")
    with pytest.raises(ta.TradeDataError, match=r"TA-109.*[Ee]lement"):
        ta.read(write(only))


def test_fao_bulk_has_years_side_by_side_with_their_flags(write):
    text = (
        "Reporter Country Code,Reporter Country Code (M49),Reporter Countries,Partner Country Code,"
        "Partner Country Code (M49),Partner Countries,Item Code,Item Code (CPC),Item,Element Code,Element,Unit,"
        "Y2019,Y2019F,Y2020,Y2020F\n"
        "237,'704,Viet Nam,41,'156,\"China, mainland\",27,'0113,Rice,5910,Export quantity,t,1,A,2,A\n"
        "237,'704,Viet Nam,41,'156,\"China, mainland\",27,'0113,Rice,5922,Export value,1000 USD,10,A,20,A\n"
        "237,'704,Viet Nam,81,'288,Ghana,27,'0113,Rice,5922,Export value,1000 USD,1,A,,M\n"
    )
    table = ta.read(write(text))
    assert sums(table, "year", "partner") == {(2019, "CHN"): 10e3, (2019, "GHA"): 1e3, (2020, "CHN"): 20e3}


def test_comexstat_by_its_own_codes_adds_ports_and_states(write):
    text = (
        '"CO_ANO";"CO_MES";"CO_NCM";"CO_UNID";"CO_PAIS";"SG_UF_NCM";"CO_VIA";"CO_URF";"QT_ESTAT";"KG_LIQUIDO";"VL_FOB"\n'
        + "".join(
            f'"2023";"{month:02d}";"09011110";"10";"160";"SP";"01";"0817800";5;5;10\n'
            f'"2023";"{month:02d}";"09011110";"10";"160";"MG";"01";"0817800";5;5;20\n'
            f'"2023";"{month:02d}";"09011110";"10";"249";"MG";"01";"0817800";5;5;40\n'
            for month in range(1, 13)
        )
    )
    table = ta.read(write(text, "EXP_2023.csv"))
    assert sums(table, "reporter", "flow", "partner", "product") == {
        ("BRA", "export", "CHN", "09011110"): 360,
        ("BRA", "export", "USA", "09011110"): 480,
    }


CENSUS = (
    "year,CTY_CODE,CTYNAME,IJAN,IFEB,IMAR,IAPR,IMAY,IJUN,IJUL,IAUG,ISEP,IOCT,INOV,IDEC,IYR,"
    "EJAN,EFEB,EMAR,EAPR,EMAY,EJUN,EJUL,EAUG,ESEP,EOCT,ENOV,EDEC,EYR\n"
    "2023,1220,Canada,1,1,1,1,1,1,1,1,1,1,1,1,12,2,2,2,2,2,2,2,2,2,2,2,2,24\n"
    "2023,5520,Vietnam,3,3,3,3,3,3,3,3,3,3,3,3,36,1,1,1,1,1,1,1,1,1,1,1,1,12\n"
)


def test_census_country_file_is_in_millions_of_both_flows(write):
    table = ta.read(write(CENSUS))
    assert sums(table, "reporter", "flow", "partner") == {
        ("USA", "export", "CAN"): 24e6,
        ("USA", "export", "VNM"): 12e6,
        ("USA", "import", "CAN"): 12e6,
        ("USA", "import", "VNM"): 36e6,
    }
    total = (
        CENSUS
        + '2023,0015,"World, Not Seasonally Adjusted",'
        + ",".join(["4"] * 12 + ["48"] + ["3"] * 12 + ["36"])
        + "\n"
    )
    with pytest.raises(ta.TradeDataError, match=r"World, Not Seasonally Adjusted"):
        ta.read(write(total))


def test_usa_trade_online(write):
    text = (
        '"Commodity","Country","Time","Customs Value (Gen) ($US)"\n'
        '"09 Coffee, Tea, Mate & Spices","Vietnam","2023","1,250"\n'
        '"09 Coffee, Tea, Mate & Spices","Brazil","2023","2,500"\n'
    )
    table = ta.read(write(text))
    assert sums(table, "reporter", "flow", "partner") == {
        ("USA", "import", "VNM"): 1250,
        ("USA", "import", "BRA"): 2500,
    }


BTDIXE = (
    "COU,Reporting country,FLOW,Flow,PAR,Partner country,END,End-use,IND,Industry,TIME,Time,Unit Code,Unit,"
    "PowerCode Code,PowerCode,Reference Period Code,Reference Period,Value,Flag Codes,Flags\n"
    "VNM,Viet Nam,EXPO,Exports,USA,United States,TOTAL,Total,DTOTAL,Total,2020,2020,USD,US Dollar,3,Thousands,,,77,,\n"
    "VNM,Viet Nam,EXPO,Exports,CHN,China,TOTAL,Total,DTOTAL,Total,2020,2020,USD,US Dollar,3,Thousands,,,48,,\n"
)


@pytest.mark.parametrize("unit", [None, "kUSD"])
def test_oecd_scale_is_applied(write, unit):
    table = ta.read(write(BTDIXE), unit=unit)
    assert sums(table, "flow", "partner") == {("export", "USA"): 77e3, ("export", "CHN"): 48e3}


def test_a_unit_that_differs_from_the_scale_is_refused(write):
    with pytest.raises(ta.UnitError, match=r"TA-109"):
        ta.read(write(BTDIXE), unit="mUSD")
    mixed = BTDIXE.replace("3,Thousands,,,48", "6,Millions,,,48")
    assert sums(ta.read(write(mixed))) == {"USA": 77e3, "CHN": 48e6}
    with pytest.raises(ta.UnitError, match=r"scale.*'Dozens'"):
        ta.read(write(BTDIXE.replace("Thousands", "Dozens")))


def test_oecd_sdmx_with_multiplier(write):
    text = (
        "DATAFLOW,REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_CODE,FREQ,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,"
        "OBS_STATUS,UNIT_MULT,DECIMALS\n"
        "OECD.SDD.TPS:DSD_BIMTS@DF_BIMTS_HS2017_2D(1.0),VNM,USA,X,09,A,USD_EXC,2021,1.5,A,6,2\n"
        "OECD.SDD.TPS:DSD_BIMTS@DF_BIMTS_HS2017_2D(1.0),VNM,CHN,X,09,A,USD_EXC,2021,0.5,A,6,2\n"
    )
    assert sums(ta.read(write(text)), "flow", "partner") == {("export", "USA"): 1.5e6, ("export", "CHN"): 0.5e6}


def test_imf_values_are_dollars_though_a_scale_stands_beside_them(write):
    text = (
        "STRUCTURE[;],STRUCTURE_ID,ACTION,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,"
        "PRECISION,DECIMALS_DISPLAYED,TRADE_FLOW,VALUATION,UNIT,DERIVATION_TYPE,OVERLAP,STATUS\n"
        "dataflow,IMF.STA:IMTS(1.0.0),R,FRA,MG_CIF_USD,USA,A,2022,56004917567,6,,,MG,CIF,USD,O,OL,A\n"
        "dataflow,IMF.STA:IMTS(1.0.0),R,FRA,MG_CIF_USD,VNM,A,2022,7000000000,6,,,MG,CIF,USD,O,OL,A\n"
        "dataflow,IMF.STA:IMTS(1.0.0),R,FRA,TBG_USD,USA,A,2022,-8,6,,,TBG,,USD,O,OL,A\n"
    )
    table = ta.read(write(text))
    assert sums(table, "flow", "partner") == {("import", "USA"): 56004917567, ("import", "VNM"): 7e9}


def test_unctad_trade_matrix(write):
    text = (
        "Year,Economy,Economy Label,Partner,Partner Label,Product,Product Label,Flow,Flow Label,"
        "US$ at current prices in thousands,US$ at current prices in thousands Footnote\n"
        '2022,0704,"Viet Nam",0842,"United States of America",TOTAL,"TOTAL ALL PRODUCTS",02,"Exports",5,\n'
        '2022,0704,"Viet Nam",0156,"China",TOTAL,"TOTAL ALL PRODUCTS",02,"Exports",2,\n'
    )
    assert sums(ta.read(write(text)), "flow", "partner") == {("export", "USA"): 5e3, ("export", "CHN"): 2e3}


def test_wto_timeseries(write):
    text = (
        "Indicator Category,Indicator Code,Indicator,Reporting Economy Code,Reporting Economy ISO3A Code,"
        "Reporting Economy,Partner Economy Code,Partner Economy ISO3A Code,Partner Economy,"
        "Product/Sector Classification Code,Product/Sector Classification,Product/Sector Code,Product/Sector,"
        "Period Code,Period,Frequency Code,Frequency,Unit Code,Unit,Year,Value Flag Code,Value Flag,Text Value,Value\n"
        "Merchandise,ITS_MTV_AXPD,Merchandise exports by destination,704,VNM,Viet Nam,840,USA,United States of America,"
        "SITC3,SITC,TO,Total merchandise,A,Annual,A,Annual,USM,Million US dollar,2022,,,,109\n"
        "Merchandise,ITS_MTV_AXPD,Merchandise exports by destination,704,VNM,Viet Nam,156,CHN,China,"
        "SITC3,SITC,TO,Total merchandise,A,Annual,A,Annual,USM,Million US dollar,2022,,,,57\n"
    )
    assert sums(ta.read(write(text))) == {"USA": 109e6, "CHN": 57e6}


# ---- Trade Map


def test_trade_map_text(write):
    text = (
        "List of importing markets for the product exported by Viet Nam\n"
        "Unit : US Dollar thousand\n"
        "Importers\tExported value in 2022\tExported value in 2023\n"
        "United States of America\t109\t97\n"
        "China\t57\t61\n"
    )
    table = ta.read(write(text, "Trade_Map.txt"), reporter="VNM")
    assert sums(table, "year", "partner") == {
        (2022, "USA"): 109e3,
        (2022, "CHN"): 57e3,
        (2023, "USA"): 97e3,
        (2023, "CHN"): 61e3,
    }


def test_trade_map_page_under_the_name_of_a_workbook(write):
    rows = "".join(
        f"<tr><td>{name}</td><td>{a}</td><td>{b}</td></tr>" for name, a, b in (("China", 57, 61), ("Japan", 24, 23))
    )
    text = (
        "<!DOCTYPE html><html><body><table><tr><td>Unit : US Dollar thousand</td></tr></table><table>"
        "<tr><th>Importers</th><th>Exported value in 2022</th><th>Exported value in 2023</th></tr>"
        f"{rows}</table></body></html>"
    )
    table = ta.read(write(text, "Trade_Map.xls"), reporter="VNM", year=2023)
    assert sums(table) == {"CHN": 61e3, "JPN": 23e3}


# ---- JSON


def test_wits_answer_in_sdmx_json(shared_data, write):
    answer = {
        "header": {"id": "DF_WITS_TradeStats_Trade"},
        "dataSets": [
            {
                "series": {
                    "0:0:0:0:0": {"observations": {"0": [32320233.669, 0]}},
                    "0:0:1:0:0": {"observations": {"0": [5.5, 0]}},
                }
            }
        ],
        "structure": {
            "dimensions": {
                "dataset": [],
                "series": [
                    {"id": "FREQ", "values": [{"id": "A"}]},
                    {"id": "REPORTER", "values": [{"id": "USA"}]},
                    {"id": "PARTNER", "values": [{"id": "CHN"}, {"id": "VNM"}]},
                    {"id": "PRODUCTCODE", "values": [{"id": "Total"}]},
                    {"id": "INDICATOR", "values": [{"id": "MPRT-TRD-VL"}]},
                ],
                "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2017"}]}],
            }
        },
    }
    table = ta.read(write("\ufeff" + json.dumps(answer), "wits.json"))
    assert sums(table, "flow", "year", "partner") == {
        ("import", 2017, "CHN"): 32320233669.0,
        ("import", 2017, "VNM"): 5500,
    }
    del answer["structure"]
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*structure"):
        ta.read(write(json.dumps(answer), "wits.json"))
    real = shared_data / "live" / "wits" / "tradestats_trade_sample_2019.json"
    table = ta.read(real, level=0)  # products of the World: no partners
    assert "partner" not in table
    assert table["value"].tolist() == [2407390189.46e3]


def test_oec_answer(write):
    rows = [
        {
            "Year": 2022,
            "Exporter Country ID": "asvnm",
            "Exporter Country": "Vietnam",
            "Importer Country ID": "nausa",
            "Importer Country": "United States",
            "HS2 ID": 209,
            "HS2": "Coffee",
            "Trade Value": 40.0,
        },
        {
            "Year": 2022,
            "Exporter Country ID": "asvnm",
            "Exporter Country": "Vietnam",
            "Importer Country ID": "asjpn",
            "Importer Country": "Japan",
            "HS2 ID": 209,
            "HS2": "Coffee",
            "Trade Value": 10.0,
        },
    ]
    table = ta.read(write(json.dumps({"data": rows, "source": [{"name": "OEC"}]}), "oec.json"))
    assert sums(table, "reporter", "flow", "partner") == {("VNM", "export", "USA"): 40, ("VNM", "export", "JPN"): 10}


def test_lines_of_json_and_rows_below_headings(write):
    lines = '{"partner": "USA", "value": 1}\n{"partner": "CHN", "value": 2}\n'
    for name in ("lines.jsonl", "lines.ndjson"):
        assert sums(ta.read(write(lines, name))) == {"USA": 1, "CHN": 2}
    assert sums(ta.read(write('[["partner","value"],["USA",1],["CHN",2]]', "rows.json"))) == {"USA": 1, "CHN": 2}
    split = '{"columns":["partner","value"],"index":[0,1],"data":[["USA",1],["CHN",2]]}'
    assert sums(ta.read(write(split, "split.json"))) == {"USA": 1, "CHN": 2}
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*line 2"):
        ta.read(write('{"partner": "USA", "value": 1}\n{"partner": "CHN", \n', "cut.jsonl"))


# ---- other programs

FRAME = pd.DataFrame({"partner": ["USA", "CHN", "Côte d'Ivoire"], "value": [100.0, 50.0, 25.0]})
CLEAN = {"USA": 100, "CHN": 50, "CIV": 25}


def test_stata_feather_and_open_document_are_read(tmp_path):
    FRAME.to_stata(tmp_path / "new.dta", write_index=False, version=118)
    FRAME.to_stata(tmp_path / "old.dta", write_index=False, version=114)
    FRAME.to_feather(tmp_path / "t.feather")
    for name in ("new.dta", "old.dta", "t.feather"):
        assert sums(ta.read(tmp_path / name)) == CLEAN


def test_an_open_document_is_a_workbook(tmp_path):
    cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
    rows = [("Thị trường", "Trị giá (triệu USD)"), ("Hoa Kỳ", 12.5), ("Nhật Bản", 7.25)]
    body = "".join(
        "<table:table-row>"
        + "".join(
            cell.format("float", f'office:value="{one}"', one)
            if isinstance(one, float)
            else cell.format("string", "", one)
            for one in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="XK">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    assert sums(ta.read(tmp_path / "t.ods")) == {"USA": 12.5e6, "JPN": 7.25e6}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.sav", b"$FL2@(#) SPSS DATA FILE", r'SPSS.*pandas\.read_spss\("t\.sav"\)'),
        ("t.rds", gzip.compress(b"X\n\x00\x00\x00\x03", mtime=0), r'R\b.*readRDS\("t\.rds"\)'),
        ("t.rda", b"RDX3\nX\n", r'R\b.*load\("t\.rda"\)'),
        ("t.pdf", b"%PDF-1.7 ...", "PDF"),
        ("t.dta", b"<stata_dta><header>cut", "damaged file of Stata"),
        ("t.feather", b"ARROW1\x00\x00cut", "damaged Feather"),
    ],
)
def test_files_of_other_programs_name_the_line_that_converts_them(write, name, content, words):
    with pytest.raises(ta.TradeDataError, match=rf"TA-131.*{words}"):
        ta.read(write(content, name))


# ---- bytes, open files, frames


def test_bytes_and_open_files_bear_the_name_that_is_given(write):
    text = "partner,value\nUSA,1\n"
    assert ta.certificate(ta.read(text.encode()))["source"] == "bytes"
    table = ta.read(io.BytesIO(text.encode()), name="xuất khẩu.csv")
    assert ta.certificate(table)["source"] == "xuất khẩu.csv"
    with write(text).open("rb") as file:
        assert ta.certificate(ta.read(file))["source"] == "table.csv"
    with pytest.raises(ta.TradeDataError, match=r"open it as bytes"):
        ta.read(io.StringIO(text))
    with pytest.raises(ta.TradeDataError, match=r"dataframe, not int"):
        ta.read(5)


def test_a_frame_is_understood_as_a_file_is():
    frame = pd.DataFrame(
        {
            "year": [2022, 2022],
            "exporter": ["VNM", "VNM"],
            "importer": ["USA", "CHN"],
            "hs6": ["090111", "100630"],
            "value_usd": [5.0, 7.0],
        }
    )
    before = frame.copy()
    table = ta.read(frame)
    assert table.values.tolist() == [
        ["VNM", "USA", "export", "090111", 2022, 5.0],
        ["VNM", "CHN", "export", "100630", 2022, 7.0],
    ]
    assert ta.certificate(table)["source"] == "dataframe"
    pd.testing.assert_frame_equal(frame, before)
    flow = ta.read(frame, flow="import")
    assert flow[["reporter", "partner", "flow"]].values.tolist() == [["USA", "VNM", "import"], ["CHN", "VNM", "import"]]


def test_frames_of_other_libraries_and_with_an_index(write):
    import polars

    assert sums(ta.read(polars.DataFrame({"partner": ["USA"], "value": [3.0]}))) == {"USA": 3}
    assert sums(ta.read(FRAME.set_index("partner"))) == CLEAN
    wide = pd.DataFrame({"Country": ["USA", "Japan"], 2019: [1.0, 2.0], 2020: [3.0, 4.0]})
    table = ta.read(wide, unit="mUSD")
    assert sums(table, "year", "partner") == {
        (2019, "USA"): 1e6,
        (2019, "JPN"): 2e6,
        (2020, "USA"): 3e6,
        (2020, "JPN"): 4e6,
    }
    with pytest.raises(ta.TradeDataError, match=r"lazy table.*collect"):
        ta.read(polars.LazyFrame({"partner": ["USA"], "value": [3.0]}))


def test_cells_that_are_no_single_value_are_refused():
    lists = pd.DataFrame({"partner": [["USA"], ["CHN"]], "value": [1.0, 2.0]})
    waves = pd.DataFrame({"partner": ["USA", "CHN"], "value": [1 + 1j, 2 + 0j]})
    for table, column in ((lists, "partner"), (waves, "value")):
        with pytest.raises(ta.SchemaError, match=f"TA-110.*'{column}' holds lists"):
            ta.read(table)
