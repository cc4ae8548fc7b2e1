"""Write countries.csv and country_names.csv.gz: names from Unicode CLDR, codes from ISO 3166, UN M49 and the sources.

Run once, with Babel installed and the folder that holds Comtrade's code list named:

    TRADEANALYSIS_SHARED_DATA=... python data/derive_names.py

Other spellings (country_aliases.csv) and the members of blocs (blocs.csv) are kept by hand beside it.
"""

from __future__ import annotations

import csv
import gzip
import io
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
    "TWN": "Taiwan",  # in Comtrade it is 490, "Other Asia, nes", which holds next to nothing else
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
    "SRB": "SER XS",  # WITS, which prints the former federation under it too; Eurostat's and HMRC's geonomenclature
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
WLD,1,0 W00 WL G001,World,Thế giới
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

# Languages whose short names are known beside English and Vietnamese: those of tables that offices publish.
LANGUAGES = ("es", "pt", "fr", "de", "it", "zh", "zh_Hant", "ja", "ko", "th")

# Names that statistics print and CLDR does not have, or has with a political status: code, language, names.
FURTHER = """
HKG|zh|香港,中国香港,中国香港特区,中國香港
HKG|ja|香港
HKG|ko|홍콩
HKG|th|ฮ่องกง
HKG|de|Hongkong
HKG|pt|Hong Kong (China)
MAC|zh|澳门,中国澳门,澳門
MAC|ja|マカオ,澳門
MAC|ko|마카오
MAC|th|มาเก๊า
TWN|zh|中国台湾,臺灣,中国台北
CHN|zh|中华人民共和国,中國大陸,中国大陆
CHN|ja|中華人民共和国
CHN|es|China (República Popular),República Popular China
CHN|pt|República Popular da China
CHN|fr|République populaire de Chine
KOR|zh|大韩民国,南朝鲜
KOR|ja|大韓民国
KOR|ko|한국
KOR|es|República de Corea,Corea (República de),Corea del Sur (República de)
KOR|pt|Coreia,República da Coreia,Coréia do Sul
KOR|fr|République de Corée
PRK|zh|朝鲜民主主义人民共和国
PRK|es|República Popular Democrática de Corea
PRK|pt|Coréia do Norte
USA|es|EE.UU.,EEUU,EE. UU.,Estados Unidos de América,Estados Unidos (EUA)
USA|pt|EUA,Estados Unidos da América
USA|fr|États-Unis d'Amérique,Etats Unis
USA|de|Vereinigte Staaten von Amerika
USA|ja|アメリカ,米国
USA|zh|美利坚合众国
GBR|ja|英国
GBR|de|Großbritannien
GBR|fr|Grande-Bretagne
GBR|es|Gran Bretaña
GBR|pt|Grã-Bretanha,Inglaterra
NLD|es|Holanda,Países Bajos (Holanda)
NLD|pt|Holanda,Países Baixos (Holanda)
RUS|es|Federación de Rusia,Federación Rusa
RUS|pt|Federação Russa,Federação da Rússia
RUS|fr|Fédération de Russie
RUS|zh|俄罗斯联邦,俄国
CZE|es|República Checa
CZE|pt|República Tcheca,Tcheca (República)
CZE|fr|République tchèque
CZE|de|Tschechische Republik
SAU|es|Arabia Saudita
COD|es|Congo (República Democrática),Congo (República Democrática del)
COD|pt|Congo (República Democrática)
COD|fr|République démocratique du Congo
COD|zh|刚果民主共和国,刚果民主
COG|es|República del Congo
COG|fr|République du Congo
VNM|pt|Vietname
VNM|fr|Vietnam
VNM|es|Viet Nam
NZL|es|Nueva Zelandia
CIV|es|Costa de Marfil
LAO|fr|République démocratique populaire lao
SVK|es|República Eslovaca
POL|pt|Polônia
SGP|pt|Cingapura,Singapura
IRN|pt|Irã,Irão
TUR|es|Turquía
KAZ|es|Kazajstán
TTO|es|Trinidad y Tabago
KNA|es|Saint Kitts y Nevis
SYR|es|República Árabe Siria
SYR|fr|République arabe syrienne
TZA|es|República Unida de Tanzanía
TZA|fr|République-Unie de Tanzanie
VEN|fr|Venezuela (République bolivarienne du)
BOL|fr|Bolivie (État plurinational de)
IRN|fr|Iran (République islamique d'),République islamique d'Iran
BRN|zh|文莱达鲁萨兰国
DOM|zh|多米尼加
COG|zh|刚果
SYR|zh|阿拉伯叙利亚共和国
BLR|de|Weißrussland
CIV|de|Elfenbeinküste
COG|de|Kongo,Republik Kongo
COD|de|Demokratische Republik Kongo
SWZ|de|Swasiland
PSE|de|Palästina
RUS|de|Russische Föderation
KOR|de|Republik Korea
WLD|es|Total general,Total mundial,Total países,Todos los países
WLD|pt|Total geral,Todos os países,Total mundial
WLD|fr|Total général,Ensemble,Total monde,Tous pays
WLD|de|Insgesamt,Gesamt,Alle Länder
WLD|zh|总计,合计,总额,总值,全世界,總計
WLD|ja|総額,合計,総計,世界計
WLD|ko|합계,총계
WLD|th|รวม,รวมทั้งหมด
OTH|es|Resto,Resto del mundo,Resto Mundo,Resto de países,Otros,Otros países,Los demás,Demás países
OTH|pt|Resto do mundo,Outros,Outros países,Demais países
OTH|fr|Autres,Autres pays,Reste du monde
OTH|de|Andere,Andere Länder,Sonstige,Sonstige Länder,Übrige,Übrige Länder
OTH|zh|其他,其他国家,其他国家和地区,其他國家
OTH|ja|その他
OTH|ko|기타,기타국
OTH|th|อื่นๆ,อื่น ๆ
UNS|es|No especificado,Sin especificar,Países no especificados,No declarados,Indeterminado
UNS|pt|Não declarados,Não definido,Não especificado
UNS|fr|Non spécifié,Non déterminé
UNS|de|Nicht ermittelt,Nicht ermittelte Länder
EU|es|UE,Unión Europea (UE),UE 27,UE 28,UE-27,UE-28
EU|pt|UE,União Europeia (UE)
EU|fr|UE,Union européenne (UE)
EU|de|EU-Länder
EU|zh|欧洲联盟
MERCOSUR|es|Mercosur
MERCOSUR|pt|Mercosul
MIDDLE_EAST|es|Medio Oriente,Oriente Medio
MIDDLE_EAST|pt|Oriente Médio
MIDDLE_EAST|fr|Moyen-Orient,Proche et Moyen-Orient
MIDDLE_EAST|de|Naher Osten
ASEAN|es|ASEAN
ASEAN|zh|东盟,東協
ASEAN|ja|アセアン
ECONOMY_GROUP|es|Magreb y Egipto
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
    _write_further(rows)


def _write_further(rows: list[Row]) -> None:
    """The short names of CLDR in further languages, and those that statistics print; the same bytes every time."""
    codes = {row["iso2"]: row["iso3"] for row in rows if row.get("iso2") and row["kind"] == "country"}
    codes |= {f"{int(row['m49']):03}": row["iso3"] for row in rows if row["kind"] == "aggregate" and row["m49"]}
    codes["EU"] = "EU"
    found = {
        (codes[code], language, name)
        for language in LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if code in codes
    }
    for line in FURTHER.split("\n")[1:-1]:
        code, language, printed = line.split("|")
        found |= {(code, language, name) for name in printed.split(",")}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("code", "lang", "name"), *sorted(found)])
    with (HERE / "country_names.csv.gz").open("wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(text.getvalue().encode("utf-8"))


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
