"""What each embedded table is, where it is from, under which licence, and what it is known to lack."""

from __future__ import annotations

from dataclasses import dataclass

DERIVED = "2026-11-23"
WORLD_DERIVED = "2026-11-30"  # of the tables of what economies report themselves
IMF = "International Monetary Fund, Direction of Trade Statistics"
IMF_TERMS = (
    "IMF terms for data: may be copied, published, distributed and sold, with the source named, changes stated, and "
    "users informed of these terms"
)
IMF_CHANGES = (
    "2010 to 2020 as published in February 2022; million dollars to whole thousands, a column for each flow; flows "
    "below 500 dollars, groups, the line of Cuba with North Korea, and own trade left out; Asia, and Middle East and "
    "Central Asia, not specified are UNS"
)
IMF_GAPS = (
    "Taiwan is a partner and does not report. Exports are FOB and imports CIF: the two sides differ. Some figures are "
    "the IMF's estimates (column estimated, under 2% of exports in 2019 and 2020). What an economy does not specify is "
    "UNS, OTHER_AFRICA_NES and the like: 7% of Vietnam's imports in 2015 to 2017, which is Taiwan a second time beside "
    "its own row; imports of some other Asian economies have years like these. Vietnam names about 75 export "
    "markets in 2010 to 2014, 140 in 2015 to 2017 and 80 from 2018: counts and the Gini coefficient jump, the "
    "Herfindahl-Hirschman index does not."
)


@dataclass(frozen=True)
class Example:
    """What an embedded table is and where it is from; ``data/README.md`` says more."""

    what: str
    rows: int
    period: str
    unit: str
    source: str
    licence: str
    derivation: str
    gaps: str = ""
    date: str = DERIVED


EXAMPLES = {
    "world_2010_2020": Example(
        "exports and imports of 210 economies by partner, as each reported them",
        571_555,
        "2010-2020",
        "US dollars",
        IMF,
        IMF_TERMS,
        IMF_CHANGES,
        IMF_GAPS,
        WORLD_DERIVED,
    ),
    "world_2020": Example(
        "exports and imports of 210 economies by partner, as each reported them",
        52_464,
        "2020",
        "US dollars",
        IMF,
        IMF_TERMS,
        IMF_CHANGES,
        IMF_GAPS,
        WORLD_DERIVED,
    ),
    "exports_2021_2024": Example(
        "exports of 48 economies to their largest partners, and the rest of their totals",
        3_742,
        "2021-2024",
        "US dollars",
        "OECD, Bilateral Trade in Goods by Industry and End-use (BTiGE), ISIC Rev.4",
        "CC BY 4.0",
        "thousand dollars to whole dollars; OTH is an exporter's total less the partners that are listed",
        "A list with a remainder: the ten largest of each exporter's partners among 49 economies, nine markets (to "
        "2023), and some of the 120 largest flows, so that a large partner outside the 49 can be in OTH. Estimates of "
        "the OECD are left out (Russia from 2022). 2024 is provisional.",
        WORLD_DERIVED,
    ),
    "exports_by_product": Example(
        "exports of 176 economies to nine markets, by thirty groups of products",
        73_180,
        "2021-2023",
        "US dollars",
        "OECD, Bilateral Trade in Goods by Industry and End-use (BTiGE), ISIC Rev.4",
        "CC BY 4.0",
        "divisions A01 to C32 of CPA 2.1, with short names; thousand dollars times 1,000",
        "Nine markets alone: Australia, France, Germany, Israel, Japan, Korea, Taiwan, the United Kingdom, the United "
        "States. Electricity, waste, publications and what is in no group (2% to 3%) are not there. Estimates "
        "of the OECD are left out (Russia and Belarus from 2022, six others one year or two).",
        WORLD_DERIVED,
    ),
    "world_2023": Example(
        "exports of 194 economies to one another",
        25_398,
        "2023",
        "US dollars",
        "CEPII BACI (HS22, release 202501)",
        "Etalab Open Licence 2.0",
        "all products summed, rounded to whole dollars",
        "No Taiwan. 76 economies had not reported 2023, Korea, Vietnam, Poland, Russia, the Philippines, Iraq, "
        "Argentina, Bangladesh and Algeria the largest of them: their rows are their partners' reports, and what they "
        "traded with one another is missing.",
    ),
    "wits_top5": Example(
        "published shares of the five largest partners, exports and imports, beside the totals",
        42_768,
        "1988-2019",
        "shares in [0, 1], totals in US dollars",
        "World Bank WITS, country trade summaries",
        "CC BY 4.0",
        "per cent divided by 100, codes to ISO3, groups of countries left out",
        "Shares are published with two decimals of a per cent. Totals of imports are there for Cambodia, Germany, "
        "Indonesia, Malaysia, Mexico, Thailand and Vietnam only.",
    ),
    "vn_agri_2019": Example(
        "Vietnamese agricultural exports by commodity and market, fifteen markets each",
        254,
        "first nine months of 2018 and 2019",
        "US dollars",
        "Vietnam, Ministry of Agriculture and Rural Development, monthly report of September 2019, appendix 17a",
        "official statistics",
        "transcribed, thousand dollars times 1,000, names to ISO3",
        "The markets of 2018 are those of 2019's list. product_total less the rows of a product is the other markets.",
    ),
    "imports_1995_2019": Example(
        "imports of 86 economies from one another, each year as the importer reported it",
        156_944,
        "1995-2019",
        "US dollars",
        "UN Comtrade totals as published in the data set gravity-vs-ml",
        "CC0 1.0",
        "rounded to thousand dollars, codes to ISO3, zeros (not reported) and own trade left out",
        "No Vietnam, and no trade with economies outside the 86. As importers Spain lacks four years, Malawi three, "
        "Oman, Sweden and Saint Vincent one each.",
    ),
    "long_an_2021": Example(
        "targets of Long An province",
        5,
        "2021",
        "US dollars, VND",
        "Long An Department of Industry and Trade, 27 January 2021",
        "official statistics",
        "typed from the announcement; growth as a share of one",
    ),
    "distances": Example(
        "distances, borders and common languages of 224 economies",
        49_952,
        "2011",
        "kilometres",
        "CEPII GeoDist (Mayer and Zignago 2011)",
        "Etalab Open Licence 2.0",
        "rounded to whole kilometres, old codes to ISO3",
        "weighted is missing where the source has no cities' populations. Serbia has the distances of Serbia and "
        "Montenegro; Montenegro, Kosovo and South Sudan are not there, and ANT is the Netherlands Antilles.",
    ),
    "gdp_2023": Example(
        "gross domestic product of 194 economies",
        194,
        "2023",
        "US dollars",
        "World Bank, World Development Indicators",
        "CC BY 4.0",
        "rounded to whole dollars",
    ),
}
