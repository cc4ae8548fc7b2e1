"""What a label means: names=, codes=, blocs=, and what unknown="keep" never keeps. Expected values are sums by hand."""

import csv
import gzip
import itertools
import unicodedata
import warnings

import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis import names
from tradeanalysis.names import name_tables
from tradeanalysis.schema import DATA
from tradeanalysis.sources.columns import code_systems
from tradeanalysis.sources.columns.label_words import role_of
from tradeanalysis.sources.options import reporter_code

PROVINCES = (
    "An Giang|Bà Rịa - Vũng Tàu|Bạc Liêu|Bắc Giang|Bắc Kạn|Bắc Ninh|Bến Tre|Bình Dương|Bình Định|Bình Phước|Bình Thuận"
    "|Cà Mau|Cao Bằng|Cần Thơ|Đà Nẵng|Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Nội"
    "|Hà Tĩnh|Hải Dương|Hải Phòng|Hậu Giang|Hòa Bình|Hưng Yên|Khánh Hòa|Kiên Giang|Kon Tum|Lai Châu|Lạng Sơn|Lào Cai"
    "|Lâm Đồng|Long An|Nam Định|Nghệ An|Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|Quảng Bình|Quảng Nam|Quảng Ngãi"
    "|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|Thừa Thiên Huế|Tiền Giang"
    "|TP. Hồ Chí Minh|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái"
)


def quietly(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ta.read(path, **options)


def values(table):
    return table.groupby("partner")["value"].sum().to_dict()


def hhi(table):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ta.measure(table, ta.hhi, by=[])["hhi"][0]


def refusal(path, **options):
    with pytest.raises(ta.TradeDataError) as error:
        quietly(path, **options)
    return error.value


def fixes_of(error):
    return [fix for finding in error.findings for fix in finding.fixes]


def ends(path, options=None, most=6):
    """Where every order of the offered fixes ends: tables' values, or None for a refusal without a way out."""
    options = options or {}
    try:
        return [(options, values(quietly(path, **options)))]
    except ta.TradeDataError as error:
        fixes = fixes_of(error)
        assert most or not fixes, f"more than six steps: {options}"
        if not fixes:
            return [(options, None)]
        found = []
        for fix in fixes:
            then = {**options, fix.argument: fix.value}
            assert then != options, f"a fix that changes nothing: {fix}"
            found += ends(path, then, most - 1)
        return found


# ---- names= --------------------------------------------------------------------------------------------------------


def test_what_a_label_means_can_be_said(write):
    path = write("partner,value\nUSA,50\nZaire (old),30\nSonderposten,9\nKhu chế xuất,6\nGesamtes,95\nOhne,4\n")
    said = {"zaire (OLD)": "COD", "Sonderposten": "other", "Khu chế xuất": "keep", "Gesamtes": "drop", "Ohne": None}
    table = quietly(path, names=said)
    assert values(table) == {"USA": 50.0, "COD": 30.0, "OTH": 9.0, "Khu chế xuất": 6.0}
    certificate = ta.certificate(table)
    assert certificate["asked_for"]["names"] == said
    assert [(one["rows"], one["value"]) for one in certificate["dropped"]] == [(2, 99.0)]
    assert any("kept as they are: Khu chế xuất; 6.3%" in note for note in certificate["notes"])
    # HHI of 50, 30 and 6 of 86; what is not allocated is no partner.
    assert hhi(table) == pytest.approx((50**2 + 30**2 + 6**2) / 86**2)


def test_a_meaning_for_a_label_that_the_file_does_not_have_is_said(write):
    path = write("partner,value\nUSA,50\nCHN,30\n")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-106.*'Atlantis'.*no row has such a label"):
        ta.read(path, names={"Atlantis": "drop"})


@pytest.mark.parametrize(
    ("said", "words"),
    [({"USA": "Nowhere"}, "the meaning 'Nowhere', which is no economy"), ({"USA": 5}, "names= gives 'USA' no meaning")],
)
def test_a_meaning_that_is_none_is_refused(said, words, write):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(write("partner,value\nUSA,50\n"), names=said)


def test_what_is_said_of_a_known_label_stands_above_the_tables(write):
    path = write("partner,value\nKorea,50\nUSA,30\nOthers,20\n")
    assert values(quietly(path, names={"Korea": "KOR"})) == {"KOR": 50.0, "USA": 30.0, "OTH": 20.0}
    assert values(quietly(path, names={"Korea": "KOR", "Others": "drop"})) == {"KOR": 50.0, "USA": 30.0}


def test_products_have_meanings_too(write):
    path = write("partner,product,value\nUSA,Cà phê,50\nUSA,Gạo,30\nUSA,Tổng nhóm,80\nUSA,Khác nữa,5\n")
    said = {"Cà phê": "0901", "Gạo": "1006", "Tổng nhóm": "drop", "Khác nữa": "other"}
    table = quietly(path, names=said)
    assert dict(zip(table["product"], table["value"], strict=True)) == {"0901": 50.0, "1006": 30.0, "9999": 5.0}


# ---- unknown= ------------------------------------------------------------------------------------------------------


def test_a_province_is_a_reporter_without_permission(write):
    assert len(PROVINCES.split("|")) == 63
    for province in PROVINCES.split("|"):
        for form in (province, province.upper(), unicodedata.normalize("NFD", province)):
            assert reporter_code(form) == form
    rows = "".join(f"{province},USA,5\n{province},CHN,3\n" for province in PROVINCES.split("|"))
    table = ta.read(write("reporter,partner,value\n" + rows))
    assert sorted(set(table["reporter"])) == sorted(PROVINCES.split("|"))
    assert set(ta.read(write("partner,value\nUSA,5\n"), reporter="Long An")["reporter"]) == {"Long An"}


def test_a_slip_in_the_reporter_is_no_name(write):
    error = refusal(write("partner,value\nUSA,5\n"), reporter="Indonesai")
    assert [(fix.argument, fix.value) for fix in fixes_of(error)] == [("reporter", "IDN")]
    assert set(ta.read(write("partner,value\nUSA,5\n"), reporter="Indonesai", names={"Indonesai": "keep"})["reporter"])
    path = write("reporter,partner,value\nVietnm,USA,5\nViet Nam,USA,7\n")
    assert [fix.value for fix in fixes_of(refusal(path))] == [{"Vietnm": "VNM"}]


LOOKS = {
    "total": "Total Forecasts|Tổng kim ngạch 11 tháng|Gesamtausfuhr|TOTAL, adjusted|Suma i World|Mundo entero|总计(亿)",
    "part": "Trong đó: ASEAN|of which: Hong Kong|darunter Bayern|de los cuales China|其中：东盟|Including USA",
    "rest": "Resto UE 28|Other Asia (unknown)|Autres pays d'Asie|Các nước Trung Đông khác|Otros destinos"
    "|Demais destinos|Unspecified origin|其他地区|その他の国|Rest of EU",
}
NO_ROLE = "Gesamtausfuhr|Suma i World"  # one word, and another language


@pytest.mark.parametrize(("role", "label"), [(r, one) for r, text in LOOKS.items() for one in text.split("|")])
def test_a_label_that_begins_like_a_total_or_a_remainder_is_never_kept(role, label, write):
    if label in NO_ROLE.split("|"):
        assert role_of(label) is None
        return
    assert role_of(label) == role
    path = write(f'partner,value\nUSA,50\nCHN,30.5\n"{label}",7\nJPN,20\n')
    for given in ({}, {"unknown": "keep"}):
        if role == "part":  # told from its first words by the role of its row
            held = {"USA": 50.0, "CHN": 30.5, "JPN": 20.0}
            assert [found for _, found in ends(path, {**given, "drop_aggregates": True})] == [held]
            continue
        error = refusal(path, **given, drop_aggregates=True)
        meant = {"total": "drop", "rest": "other"}[role]
        assert [(fix.argument, fix.value) for fix in fixes_of(error)] == [("names", {label: meant})]
        held = {"USA": 50.0, "CHN": 30.5, "JPN": 20.0, **({"OTH": 7.0} if role == "rest" else {})}
        assert [found for _, found in ends(path, {**given, "drop_aggregates": True})] == [held]


def test_a_label_that_holds_most_of_the_value_or_is_a_sum_is_never_kept(write):
    half = write("partner,value\nUSA,30\nCHN,20\nZona Norte,104\n")
    error = refusal(half, unknown="keep")
    assert "it holds more than half of the value" in str(error)
    assert not fixes_of(error)
    assert values(quietly(half, names={"Zona Norte": "keep"}))["Zona Norte"] == 104.0
    # A sum in every year, in an order that no layout tells.
    rows = "".join(
        f"{name},{year},{value}\n"
        for year, (a, b, c) in {2020: (31.25, 12.5, 7.75), 2021: (40.5, 11.25, 9.5)}.items()
        for name, value in (("USA", a), ("Zona Sur", a + b + c), ("CHN", b), ("JPN", c))
    )
    error = refusal(write("partner,year,value\n" + rows), unknown="keep")
    assert {"TA-104", "TA-106"} & {one.id for one in error.findings}


def test_harmless_labels_are_kept_by_name_in_one_fix_and_told_with_their_share(write):
    path = write("partner,value\nUSA,50\nCHN,30\nKhu chế xuất,4\nKho ngoại quan Bình Dương,6\n")
    (fix,) = fixes_of(refusal(path))
    assert (fix.argument, fix.value) == ("names", {"Khu chế xuất": "keep", "Kho ngoại quan Bình Dương": "keep"})
    assert "11.1%" in fix.sentence()
    assert "giữ" in fix.sentence("vi")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-106.*Khu chế xuất.*11\.1% of value"):
        assert values(ta.read(path, unknown="keep"))["Khu chế xuất"] == 4.0


def test_fixes_keep_what_was_said_before(write):
    path = write("partner,value\nUSA,50\nCHN,30\nKhu chế xuất,4\nResto Sur,6\n")
    found = {tuple(sorted(options["names"].items())) for options, _ in ends(path)}
    assert found == {(("Khu chế xuất", "keep"), ("Resto Sur", "other"))}


# ---- blocs= --------------------------------------------------------------------------------------------------------

MARKETS = 'Thị trường,Trị giá (triệu USD)\nHoa Kỳ,"1,250"\nEU,98\nKhác,55.5\nTổng,"1,403.5"\n'


def test_a_bloc_between_countries_is_read_both_ways_in_two_answers(write):
    path = write(MARKETS)
    given = {"reporter": "Long An", "flow": "export", "year": 2023, "decimal": ".", "drop_aggregates": True}
    error = refusal(path, **given)
    assert [(one.id, [fix.value for fix in one.fixes]) for one in error.findings] == [("TA-104", ["keep", "other"])]
    kept = quietly(path, blocs="keep", **given)
    assert values(kept) == {"USA": 1.25e9, "EU (bloc)": 98e6, "OTH": 55.5e6}
    assert hhi(kept) == pytest.approx((1250**2 + 98**2) / 1348**2)
    other = quietly(path, blocs="other", **given)
    assert values(other) == {"USA": 1.25e9, "OTH": 153.5e6}
    for table in (kept, other):
        assert ta.certificate(table)["value"] == 1403.5e6
        assert any("EU" in note and "7.0%" in note for note in ta.certificate(table)["notes"])
    # 27 members at most: the EU's share, 98 of 1348, squared counts for a 27th at least.
    low = (1250**2 + 98**2 / 27) / 1348**2
    assert any(f"between {low:.4f} and {hhi(kept):.4f}" in note for note in ta.certificate(kept)["notes"])
    assert ta.audit(kept).findings[0].severity != "error"
    assert names.country_name("EU (bloc)", "vi") == "Liên minh châu Âu (khối)"


def test_blocs_without_members_are_not_dropped_as_counted_twice(write):
    """Rice: 145.0 in all; China has 30 of it, 20.7%."""
    path = write("partner,value\nTrung Quốc,30\nCanada,20\nEU,40\nASEAN,55\n")
    error = refusal(path, drop_aggregates=True)
    assert "TA-104" in str(error)
    assert {fix.value for fix in fixes_of(error)} == {"keep", "other"}
    kept = quietly(path, drop_aggregates=True, blocs="keep")
    assert kept["value"].sum() == 145.0
    assert kept.loc[kept["partner"] == "CHN", "value"].sum() / 145 == pytest.approx(0.2069, abs=1e-4)
    assert quietly(path, drop_aggregates=True, blocs="other")["value"].sum() == 145.0
    dropped = quietly(path, drop_aggregates=True, blocs="drop")
    assert dropped["value"].sum() == 50.0
    assert "no other row holds" in ta.certificate(dropped)["dropped"][0]["reason"]


def test_a_bloc_whose_members_add_up_to_it_is_a_subtotal(write):
    path = write("partner,value\nUSA,70.25\nEU,60.5\nGermany,40.25\nFrance,20.25\nJapan,9.5\n")
    assert values(quietly(path, drop_aggregates=True)) == {"USA": 70.25, "DEU": 40.25, "FRA": 20.25, "JPN": 9.5}


def test_a_bloc_with_one_member_beside_it_is_what_the_member_does_not_hold(write):
    path = write("partner,value\nUSA,70\nASEAN,55\nPhilippines,20\n")
    assert values(quietly(path, blocs="keep")) == {"USA": 70.0, "ASEAN (bloc)": 35.0, "PHL": 20.0}
    assert values(quietly(path, blocs="other")) == {"USA": 70.0, "OTH": 35.0, "PHL": 20.0}


def test_the_files_own_total_says_whether_it_holds_a_bloc(write):
    head = "partner,year,value\n"
    beside = write(head + "USA,2020,70.5\nEU,2020,40.25\nGermany,2020,30.5\nWorld,2020,141.25\n")
    assert values(quietly(beside, drop_aggregates=True, blocs="keep")) == {"USA": 70.5, "EU (bloc)": 40.25, "DEU": 30.5}
    within = write(head + "USA,2020,70.5\nEU,2020,40.25\nGermany,2020,30.5\nWorld,2020,101\n")
    assert values(quietly(within, drop_aggregates=True)) == {"USA": 70.5, "DEU": 30.5}


def test_blocs_that_share_members_are_not_kept_beside_each_other(write):
    path = write("partner,value\nUSA,70\nEU,50\nEurope,60\n")
    error = refusal(path, blocs="keep")
    assert [one.id for one in error.findings] == ["TA-113"]
    assert [fix.value for fix in fixes_of(error)] == [{"EU": "drop"}]
    assert all(found is not None and sum(found.values()) == 130.0 for _, found in ends(path))


@pytest.mark.parametrize(
    "label", ["EU 27", "Khối EU", "Liên minh châu Âu", "ASEAN", "châu Á", "Trung Đông", "Châu Phi"]
)
def test_blocs_of_a_province_are_blocs(label, write):
    path = write(f"partner,value\nHoa Kỳ,70\nCanada,20\n{label},10\n")
    assert values(quietly(path, blocs="other")) == {"USA": 70.0, "CAN": 20.0, "OTH": 10.0}
    assert len(values(quietly(path, blocs="keep"))) == 3


# ---- a whole and its part ------------------------------------------------------------------------------------------

CHINA = 'China,500\n"China, mainland",420\n"China, Hong Kong SAR",50\n"China, Taiwan Province of",30\nUSA,100\n'


def test_china_beside_its_mainland_is_a_sum(write):
    path = write("partner,value\n" + CHINA)
    error = refusal(path)
    assert "holds 'China, mainland' beside it" in str(error)
    (found,) = {tuple(sorted(one.items())) for _, one in ends(path)}
    assert dict(found) == {"CHN": 420.0, "HKG": 50.0, "TWN": 30.0, "USA": 100.0}


def test_faos_numbers_of_china_too(write):
    head = "Partner Country Code,Partner Countries,Value\n"
    rows = '351,China,500\n41,"China, mainland",420\n96,"China, Hong Kong SAR",80\n231,United States of America,100\n'
    options = {"columns": {"partner": "Partner Country Code"}, "unit": "USD", "drop_aggregates": True}
    assert values(quietly(write(head + rows), **options)) == {"CHN": 420.0, "HKG": 80.0, "USA": 100.0}


def test_china_in_one_year_and_its_mainland_in_another_are_one_country(write):
    table = quietly(write('partner,year,value\nChina,2010,5\nUSA,2010,5\n"China, mainland",2011,7\nUSA,2011,5\n'))
    assert table.loc[table["partner"] == "CHN", "value"].tolist() == [5.0, 7.0]


def test_a_federation_beside_its_successors_is_their_sum(write):
    path = write("partner,value\nUSA,30.25\nSerbia and Montenegro,20.5\nSerbia,15.25\nMontenegro,5.25\n")
    assert values(quietly(path, drop_aggregates=True)) == {"USA": 30.25, "SRB": 15.25, "MNE": 5.25}


# ---- codes= --------------------------------------------------------------------------------------------------------


def test_codes_are_told_from_headings(write):
    secex = write("CO_ANO;CO_NCM;CO_PAIS;VL_FOB\n2021;12019000;158;500\n2021;12019000;586;300\n2021;12019000;097;200\n")
    columns = {"partner": "CO_PAIS", "value": "VL_FOB", "product": "CO_NCM", "year": "CO_ANO"}
    table = quietly(secex, columns=columns, unit="USD", reporter="BRA", flow="export")
    assert values(table) == {"CHL": 500.0, "PRY": 300.0, "BOL": 200.0}  # 097 is Bolivia, not the EU
    assert any("'secex'" in note for note in ta.certificate(table)["notes"])
    imf = write("Country Code,Counterpart Country Code,Time Period,Value\n582,156,2019,100\n582,158,2019,300\n")
    table = quietly(imf, columns={"partner": "Counterpart Country Code", "value": "Value"}, unit="USD", flow="export")
    assert values(table) == {"CAN": 100.0, "JPN": 300.0}


def test_codes_are_compared_with_the_names_beside_them(write):
    rows = [("96", '"China, Hong Kong SAR"', 50), ("214", '"China, Taiwan Province of"', 30), ("231", "USA", 100)]
    path = write("code,name,value\n" + "".join(f"{code},{name},{x}\n" for code, name, x in rows))
    options = {"columns": {"partner": "code", "value": "value"}, "unit": "USD"}
    error = refusal(path, **options)
    assert [one.id for one in error.findings] == ["TA-121"]
    (fix,) = fixes_of(error)
    assert (fix.argument, fix.value, fix.safe) == ("codes", "fao", True)
    assert values(quietly(path, codes="fao", **options)) == {"HKG": 50.0, "TWN": 30.0, "USA": 100.0}
    # And what is given by hand is compared too.
    assert [fix.value for fix in fixes_of(refusal(path, codes="imf", **options))][-1] == "fao"


def test_numbers_that_are_not_the_un_are_refused_with_the_system_that_has_them(write):
    path = write("partner,value\n249,30\n586,20\n160,50\n023,10\n")
    error = refusal(path)
    assert [fix.value for fix in fixes_of(error)] == ["secex"]
    assert values(quietly(path, codes="secex")) == {"USA": 30.0, "PRY": 20.0, "CHN": 50.0, "DEU": 10.0}


def test_codes_of_the_un_are_read_as_before(write):
    assert values(quietly(write("partner,value\n842,30\n156,20\n704,50\n490,10\n"))) == {
        "USA": 30.0,
        "CHN": 20.0,
        "VNM": 50.0,
        "TWN": 10.0,
    }
    assert values(quietly(write("partner,value\n840,30\n158,20\n"), codes="iso")) == {"USA": 30.0, "TWN": 20.0}


# Facts of the published lists: number, economy.
PUBLISHED = {
    "imf": {"111": "USA", "112": "GBR", "158": "JPN", "924": "CHN", "582": "VNM", "542": "KOR", "134": "DEU"},
    "fao": {"231": "USA", "229": "GBR", "110": "JPN", "41": "CHN", "237": "VNM", "117": "KOR", "79": "DEU"},
    "secex": {"249": "USA", "628": "GBR", "399": "JPN", "160": "CHN", "858": "VNM", "190": "KOR", "23": "DEU"},
    "census": {"1220": "CAN", "4120": "GBR", "5880": "JPN", "5700": "CHN", "5520": "VNM", "5800": "KOR", "4280": "DEU"},
    "japan": {"304": "USA", "205": "GBR", "105": "CHN", "110": "VNM", "103": "KOR", "213": "DEU", "106": "TWN"},
}


@pytest.mark.parametrize("system", PUBLISHED)
def test_codes_of_the_published_lists(system):
    assert {number: code_systems.table(system)[number] for number in PUBLISHED[system]} == PUBLISHED[system]
    with (DATA / "economy_codes.csv").open(encoding="utf-8", newline="") as file:
        numbers = [number for row in csv.DictReader(file) for number in row[system].split()]
    assert len(numbers) == len(set(numbers))


def test_every_code_of_the_census_agrees_with_its_name(shared_data):
    with gzip.open(shared_data / "us_census_monthly/us_trade_by_country_monthly_1985_2023.csv.gz", "rt") as file:
        seen = {row["cty_code"]: row["cty_name"] for row in csv.DictReader(file)}
    found = names.resolve(seen.values())
    other = {
        (number, name)
        for number, name in seen.items()
        if found[name].code and found[name].code != code_systems.table("census")[number]
    }
    assert not other


# ---- names ---------------------------------------------------------------------------------------------------------

OFFICIAL = {
    "COD": "Congo, The Democratic Republic Of|Congo (Democratic Republic)|Dem. Rep. Congo"
    "|República Democrática del Congo",
    "TZA": "Tanzania, United Republic of|United Republic of Tanzania: Mainland",
    "KOR": "Korea, Republic of|Republic of Korea|Corea del Sur|한국|대한민국|大韓民国|韩国",
    "PRK": "Korea,DPR|Korea, Democratic People's Republic of",
    "DEU": "Alemania|Allemagne|Deutschland|Alemanha|德国|ドイツ|독일|เยอรมนี",
    "POL": "Polonia|Pologne|Polen|Polônia",
    "NLD": "Países Bajos|Pays-Bas|Países Baixos|Países Bajos (Holanda)",
    "USA": "US|Estados Unidos|EE.UU.|États-Unis|美国|미국|アメリカ合衆国|สหรัฐอเมริกา",
    "CHN": "China (excluding SARs and Taiwan)|จีน|中国|China, People's Republic of",
    "HKG": "Hong Kong (SAR of China)|Hồng Kông (TQ)|香港",
    "TWN": "Đài Loan (TQ)|Oth.Asia nes|台湾",
    "MMR": "Myanmar, Republic of|Burma/Myanmar",
    "BEL": "Kingdom of Belgium|Belgium, Kingdom of",
    "SRB": "Serbia (Europe)|XS",
    "MKD": "The former Yugoslav Rep. Macedonia",
    "FRA": "France (la)|Francia|Frankreich",
    "VNM": "Viet Nam, Socialist Republic of|Vietnã|越南|베트남|เวียดนาม",
    "WLD": "Total Estimates|TOTAL FOR ALL COUNTRIES|World, Seasonally Adjusted|G001|Mundo|合计|Total general",
    "OTH": "Resto Mundo|Autres pays|その他|Các thị trường khác|Các nước khác|Demais países",
    "MIDDLE_EAST": "Medio Oriente|Oriente Médio",
    "MEA": "Middle East, North Africa",
    "LATIN_AMERICA": "Western Hemisphere",
    "ECONOMY_GROUP": "Advanced Economies|Emerging and Developing Asia|Pacific Rim|EXT_EU27_2020",
}


@pytest.mark.parametrize(("code", "label"), [(c, one) for c, text in OFFICIAL.items() for one in text.split("|")])
def test_official_and_foreign_names(code, label):
    assert names.resolve([label])[label].code == code


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("Polonesia", ()),
        ("Myanmar, Republica X", ("MMR",)),
        ("Zona Franca Norte", ()),
        ("Republic of", ()),
        ("Foo Bar", ()),
    ],
)
def test_what_is_suggested_is_near(label, near):
    found = names.resolve([label])[label]
    assert found.kind == "unknown"
    assert set(near) <= set(found.candidates)
    assert near or not {"PAN", "YEM", "ALB"} & set(found.candidates)


def test_no_foreign_name_is_another_economys_in_english_or_vietnamese():
    with gzip.open(DATA / "country_names.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = {row["code"] for row in rows}
    assert len(rows) > 2500
    assert kept <= set(name_tables.entries_by_code())
    index = name_tables.label_index()
    clash = {
        (row["name"], row["code"])
        for row in rows
        if (known := index.names.get(names.key(row["name"], accents=True))) and row["code"] not in known
    }
    assert clash <= {("Guayana", "GUF"), ("Dominica", "DOM")}


# ---- a workbook of a province ----------------------------------------------------------------------------------------


def test_of_which_in_a_workbook_is_counted_once(tmp_path):
    rows = [("Nhật Bản", 900), ("Hàn Quốc", 750), ("Trung Quốc", 850), ("Trong đó: ASEAN", 1110), ("Hoa Kỳ", 1400)]
    rows += [("Đài Loan (TQ)", 300), ("Các thị trường khác", 200)]
    book = openpyxl.Workbook()
    for row in [("Thị trường", "Trị giá (1000 USD)"), *rows]:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    (found,) = {
        tuple(sorted(one.items())) for _, one in ends(tmp_path / "book.xlsx", {"reporter": "Long An", "flow": "export"})
    }
    assert dict(found) == {
        code: 1000.0 * x
        for code, x in zip(("JPN", "KOR", "CHN", "USA", "TWN", "OTH"), (900, 750, 850, 1400, 300, 200), strict=True)
    }


def test_every_order_of_fixes_ends_alike(write):
    """A total, a bloc, a remainder, an unknown label and a name of one's own, in one table."""
    text = 'partner,value\nUSA,50.25\nChina,30.5\nEU,20\nResto Asia,6\nKhu chế xuất,4\n"Total, all",110.75\n'
    found = ends(write(text))
    assert {None} != {one and round(sum(one.values()), 6) for _, one in found}
    assert {one and round(sum(one.values()), 6) for _, one in found} == {110.75}
    orders = list(itertools.chain.from_iterable(options.items() for options, _ in found))
    assert ("blocs", "keep") in orders


def test_identical_labels_of_pandas_types():
    assert names.resolve([pd.NA, None])[None].kind == "unknown"


def test_one_value_for_every_partner_is_said(write):
    codes = ["USA", "CHN", "JPN", "KOR", "DEU", "THA", "NAM", "AUS", "FRA", "ITA"]
    path = write("partner,value\n" + "".join(f"{code},12.5\n" for code in codes))
    with pytest.warns(ta.TradeDataWarning, match=r"TA-107.*10 rows with the same value as every other partner"):
        ta.read(path)
    ta.read(write("partner,value\n" + "".join(f"{code},{i + 12.5}\n" for i, code in enumerate(codes))))


def test_a_code_with_a_letter_among_codes_of_digits_is_said(write):
    path = write("partner,product,value\nUSA,0011,12.5\nUSA,001A,30.25\nUSA,0012,17.75\n")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-108.*a letter among codes of digits, 001A"):
        ta.read(path)
