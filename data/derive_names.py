"""Write countries.csv: names from Unicode CLDR, codes from ISO 3166 and UN M49, further codes and years of the sources.

Run once, with Babel installed and the folder that holds Comtrade's code list named:

    TRADEANALYSIS_SHARED_DATA=... python data/derive_names.py

Other spellings (country_aliases.csv) and the members of blocs (blocs.csv) are kept by hand beside it.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

from babel import Locale
from babel.core import get_global

HERE = Path(__file__).parent
COLUMNS = ["iso3", "iso2", "m49", "codes", "name_en", "name_vi", "kind", "valid_from", "valid_to", "successor"]
Row = dict[str, str]

# CLDR knows these two-letter codes, but ISO 3166-1 does not give them to a country.
NOT_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}

# CLDR lists former codes beside the present one: alpha-3 codes to leave out, numbers to choose.
OLD = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}
M49 = {"DEU": "276", "ETH": "231", "FRA": "250", "SDN": "729", "YEM": "887"}

# As statistics print them, where CLDR writes for addresses and maps.
NAMES_EN = {
    "COD": "Congo, Dem. Rep.",  # CLDR tells the two Congos apart by their capitals
    "COG": "Congo, Rep.",
    "CPV": "Cabo Verde",  # the name since 2013
    "HKG": "Hong Kong",  # CLDR adds the political status
    "MAC": "Macao",
    "MMR": "Myanmar",  # CLDR adds the former name
    "PSE": "Palestine",
    "TWN": "Taiwan (Other Asia, nes)",  # Comtrade has no Taiwan: 490 holds it and next to nothing else
}
NAMES_VI = {
    "ARE": "UAE",  # as Vietnamese statistics print it
    "CIV": "Bờ Biển Ngà",
    "COD": "Cộng hòa Dân chủ Congo",
    "COG": "Cộng hòa Congo",
    "HKG": "Hồng Kông",
    "MAC": "Ma Cao",
    "MMR": "Myanmar",
    "PSE": "Palestine",
    "VAT": "Vatican",
}

# Codes that sources use for a present country beside ISO and M49. Comtrade's numbers are added from its list.
CODES = {
    "COD": "ZAR ZR",  # withdrawn from ISO 3166 (Zaire)
    "ETH": "ETF",  # WITS, with Eritrea
    "FRA": "FXX FX",  # withdrawn from ISO 3166 (metropolitan France)
    "GBR": "UK",  # Eurostat
    "GRC": "EL",  # Eurostat
    "IDN": "960",  # UNCTAD, with Timor until 2002
    "ITA": "381",  # Comtrade's legacy number, with San Marino and the Holy See
    "KNA": "KN1",  # WITS, with Anguilla
    "MMR": "BUR BU",  # withdrawn from ISO 3166 (Burma)
    "MNE": "MNT",  # WITS
    "PSE": "PAL WBG 931",  # CEPII; World Bank
    "ROU": "ROM",  # ISO 3166 until 2002, still in WITS
    "SDN": "SUD",  # WITS, with South Sudan
    "SRB": "SER",  # WITS, which prints the former federation under it too
    "TLS": "TMP TP",  # withdrawn from ISO 3166 (East Timor)
    "TWN": "490 S19 OAS",  # Comtrade; BACI; WITS
    "UMI": "488 MID _MI 872 WAK _WI",  # Midway, Wake
    "XKX": "412 XKK UNK KSV _KS",  # Comtrade, CLDR, UN and others: ISO 3166 has none
    "YEM": "YAR",  # UN votes, before 1990
}

# iso3, iso2, number, other codes, English, Vietnamese, from, to (empty: as in Comtrade's list), successor
HISTORICAL = """
ANT,AN,530,532,Netherlands Antilles,Antille thuộc Hà Lan,,,CUW
ATB,,80,BAT,British Antarctic Territory,Lãnh thổ Nam Cực thuộc Anh,,1979,ATA
BLX,,58,,Belgium-Luxembourg,Bỉ - Luxembourg,,,BEL
CSK,CS,200,,Czechoslovakia,Tiệp Khắc,,,CZE
DDR,DD,278,,East Germany,Đông Đức,,,DEU
PCI,PC,582,PCE,Pacific Islands (Trust Territory),Lãnh thổ ủy thác Quần đảo Thái Bình Dương,,,
PCZ,PZ,592,,Panama Canal Zone,Vùng Kênh đào Panama,,,PAN
PMY,,459,_PM,Peninsular Malaysia,Malaysia bán đảo,,,MYS
RYU,,647,_RI,Ryukyu Islands,Quần đảo Ryukyu,,,JPN
SBH,,461,_SH,Sabah,Sabah,,,MYS
SCG,CS,891,,Serbia and Montenegro,Serbia và Montenegro,,,SRB
SIK,,698,_SM,Sikkim,Sikkim,,,IND
SUN,SU,810,SVU,Soviet Union,Liên Xô,,1991,RUS
SVR,,868,,"Vietnam, Republic of",Việt Nam Cộng hòa,,,VNM
SWK,,457,_SK,Sarawak,Sarawak,,,MYS
TAN,,835,_TK,Tanganyika,Tanganyika,,,TZA
VDR,VD,866,,"Vietnam, Dem. Rep. of",Việt Nam Dân chủ Cộng hòa,,,VNM
YMD,YD,720,YDR,"Yemen, Democratic",Nam Yemen,,,YEM
YUG,YU,890,,Yugoslavia,Nam Tư,,,
ZA1,,711,,Southern African Customs Union,Liên minh Thuế quan Nam Phi,,,ZAF
ZPM,,836,_ZP,Zanzibar and Pemba,Zanzibar và Pemba,,,TZA
ZW1,,717,_RN,Rhodesia and Nyasaland,Rhodesia và Nyasaland,,,
"""

# code, number, other codes, English, Vietnamese: value that a source could not give to one country
UNALLOCATED = """
UNS,899,_X,"Areas, nes",Không phân bổ được
BUN,837,X1,Bunkers,Nhiên liệu cho tàu
FRE,838,X2,Free zones,Khu phi thuế quan
SPE,839,XX,Special categories,Nhóm đặc biệt
OTH,,ROW,Other countries,Các nước khác
NTZ,536,NZE NT,Neutral Zone,Khu trung lập
USP,849,PUS PU,US Misc. Pacific Isds,Các đảo Thái Bình Dương khác thuộc Hoa Kỳ
CACM_NES,471,R91,"CACM, nes","Khối CACM, không phân bổ"
CAMEU_NES,472,_AC,"Africa CAMEU region, nes","Vùng CAMEU châu Phi, không phân bổ"
CARIBBEAN_NES,129,A49,"Caribbean, nes","Ca-ri-bê, không phân bổ"
EASTERN_EUROPE_NES,221,E29,"Eastern Europe, nes","Đông Âu, không phân bổ"
EFTA_NES,697,R20,"Europe EFTA, nes","Khối EFTA, không phân bổ"
EU_NES,492,,"Europe EU, nes","Khối EU, không phân bổ"
LAIA_NES,473,,"LAIA, nes","Khối LAIA, không phân bổ"
NORTHERN_AFRICA_NES,290,F49,"Northern Africa, nes","Bắc Phi, không phân bổ"
NORTH_AMERICA_NES,637,A59,"North America and Central America, nes","Bắc và Trung Mỹ, không phân bổ"
OCEANIA_NES,527,O19,"Oceania, nes","Châu Đại Dương, không phân bổ"
OTHER_AFRICA_NES,577,F19,"Other Africa, nes","Châu Phi khác, không phân bổ"
OTHER_AMERICA_NES,636,A79,"Rest of America, nes","Châu Mỹ khác, không phân bổ"
OTHER_EUROPE_NES,568,E19,"Other Europe, nes","Châu Âu khác, không phân bổ"
WESTERN_ASIA_NES,879,F97,"Western Asia, nes","Tây Á, không phân bổ"
"""

# code, number, other codes, English, Vietnamese: sums of countries. M49's regions come from CLDR, blocs from blocs.csv.
AGGREGATES = """
WLD,1,0 W00 WL,World,Thế giới
EAS,,EAP,East Asia & Pacific,Đông Á và Thái Bình Dương
ECS,,ECA,Europe & Central Asia,Châu Âu và Trung Á
LCN,,LAC,Latin America & Caribbean (World Bank),Mỹ La-tinh và Ca-ri-bê (Ngân hàng Thế giới)
MEA,,MNA,Middle East & North Africa,Trung Đông và Bắc Phi
SAS,,,South Asia (World Bank),Nam Á (Ngân hàng Thế giới)
SSF,,SSA,Sub-Saharan Africa (World Bank),Châu Phi hạ Sahara (Ngân hàng Thế giới)
NAC,,,North America (World Bank),Bắc Mỹ (Ngân hàng Thế giới)
MIDDLE_EAST,,,Middle East,Trung Đông
CIS,,,Commonwealth of Independent States (CIS),Cộng đồng các Quốc gia Độc lập (SNG)
OPEC,,,OPEC,OPEC
ECONOMY_GROUP,,,Group of economies,Nhóm nền kinh tế
"""


def main() -> None:
    with (Path(os.environ["TRADEANALYSIS_SHARED_DATA"]) / "comtrade_raw/reference/partner.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        comtrade = list(csv.DictReader(file))
    historical, unallocated = _historical(comtrade), _groups(UNALLOCATED, "unallocated")
    taken = {number for row in historical + unallocated for number in [row["m49"], *row["codes"].split()]}
    rows = _countries([area for area in comtrade if area["id"] not in taken])
    rows += historical + unallocated + _groups(AGGREGATES, "aggregate") + _regions()
    with (HERE / "countries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _countries(comtrade: list[dict[str, str]]) -> list[Row]:
    """The 249 countries and territories of ISO 3166-1, Kosovo, and the Channel Islands (as the World Bank has them)."""
    english, vietnamese = _territories("en"), _territories("vi")
    codes = _codes_of_cldr()
    numbers, years = defaultdict(list), defaultdict(list)
    for area in comtrade:
        numbers[area["PartnerCodeIsoAlpha3"]].append(area["id"])
        years[area["PartnerCodeIsoAlpha3"]].append(int(area["entryEffectiveDate"][:4]))
    rows = []
    for iso2 in (code for code in english if len(code) == 2 and code not in NOT_ISO):
        iso3 = "XKX" if iso2 == "XK" else next(code for code in codes[iso2] if code.isalpha() and code not in OLD)
        m49 = M49.get(iso3) or next((code for code in codes[iso2] if code.isdigit() and iso3 != "XKX"), "")
        others = [number for number in numbers[iso3] if number != m49.lstrip("0")] + CODES.get(iso3, "").split()
        rows.append(
            {
                "iso3": iso3,
                "iso2": iso2,
                "m49": m49.lstrip("0"),
                "codes": " ".join(dict.fromkeys(others)),
                "name_en": NAMES_EN.get(iso3) or _plain(english[iso2]),
                "name_vi": NAMES_VI.get(iso3) or _plain(vietnamese[iso2]),
                "kind": "country",
                "valid_from": _since(iso3, years[iso3]),
            }
        )
    channel = ["CHI", "", "830", "_CI", "Channel Islands", "Quần đảo Channel", "country", "", "", ""]
    return sorted([*rows, dict(zip(COLUMNS, channel, strict=True))], key=lambda row: row["iso3"])


def _territories(language: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale(language).territories.items()}


def _codes_of_cldr() -> dict[str, list[str]]:
    """ISO2 -> its alpha-3 and numeric codes; what has several successors is a former country, or none."""
    codes = defaultdict(list)
    for code, territories in get_global("territory_aliases").items():
        if len(territories) == 1 and len(code) == 3:
            codes[territories[0]].append(code)
    return codes


def _since(iso3: str, years: list[int]) -> str:
    """The first year in which statistics know the economy apart; Ethiopia's 1976 is a slip in the list."""
    return str(min(years)) if years and min(years) > 1900 and iso3 != "ETH" else ""


def _plain(name: str) -> str:
    return name.replace("&", "and").replace("’", "'").replace("St. ", "Saint ").replace("U.S.", "US")


def _historical(comtrade: list[dict[str, str]]) -> list[Row]:
    known = {area["id"]: area for area in comtrade}
    rows = []
    for *names, start, end, successor in csv.reader(HISTORICAL.split("\n")[1:-1]):
        area = known[names[2]]
        since, until = area["entryEffectiveDate"][:4].replace("1900", ""), area["entryExpiredDate"][:4]
        rows.append(dict(zip(COLUMNS, [*names, "historical", start or since, end or until, successor], strict=True)))
    return rows


def _groups(table: str, kind: str) -> list[Row]:
    return [
        {"iso3": code, "m49": number, "codes": codes, "name_en": english, "name_vi": vietnamese, "kind": kind}
        for code, number, codes, english, vietnamese in csv.reader(table.split("\n")[1:-1])
    ]


def _regions() -> list[Row]:
    """The regions of M49 in CLDR (002 Africa ... 419 Latin America); 001 is the world."""
    english, vietnamese = _territories("en"), _territories("vi")
    return [
        {
            "iso3": english[number].upper().replace(" ", "_").replace("-", "_"),
            "m49": number.lstrip("0"),
            "name_en": english[number],
            "name_vi": vietnamese[number],
            "kind": "aggregate",
        }
        for number in sorted(english)
        if number.isdigit() and number != "001"
    ]


if __name__ == "__main__":
    main()
