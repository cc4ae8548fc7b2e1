"""References: the list against the docstrings, the entries by a strict reader of BibTeX, what an answer is made of."""

import importlib
import inspect
import pkgutil
import re

import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.measures.indices import ENTRIES
from tradeanalysis.output.reference_list import reference, references

# Every room that has public functions.
ROOMS = [
    room.name
    for room in pkgutil.iter_modules(ta.__path__)
    if room.ispkg and hasattr(importlib.import_module(f"tradeanalysis.{room.name}"), "__all__")
]
# References of other kinds: rules of the house, lists of codes, columns.
ELSEWHERE = {"audit", "bloc", "classify", "country", "country_name", "regimes"}
SPECIAL = set("&%$#_~^")


def cited():
    """What the docstring of each measure and function says in its references, those that point to another left out."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"tradeanalysis.{room}")
        for name in module.__all__:
            thing = ENTRIES[name].index if name in ENTRIES else getattr(module, name)
            text = inspect.getdoc(thing) or ""
            part = re.search(r"References\n-+\n(.*?)(?:\n\nExamples|\Z)", text, re.DOTALL)
            if part and not part[1].startswith("As for") and name not in ELSEWHERE:
                found[name] = " ".join(part[1].split())
    return found


CITED = cited()


def read_bibtex(text):
    """The entries of a file of BibTeX; refuses whatever its own reader would."""
    entries, at = {}, 0
    while at < len(text.rstrip()):
        head = re.compile(r"\s*@([a-z]+)\{([A-Za-z][A-Za-z0-9_]*),\n").match(text, at)
        assert head, text[at : at + 60]
        fields, at = {}, head.end()
        while not text.startswith("}", at):
            name = re.compile(r"  ([a-z]+) = \{").match(text, at)
            assert name, text[at : at + 60]
            assert name[1] not in fields
            end, depth = name.end(), 1
            while depth:
                if text[end] == "\\":
                    end += 1  # a special character is escaped
                else:
                    depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            fields[name[1]] = text[name.end() : end - 1]
            assert "\n" not in fields[name[1]]
            after = re.compile(r",\n|\n(?=\})").match(text, end)
            assert after, text[end : end + 20]
            at = after.end()
        assert head[2] not in entries, f"{head[2]} twice"
        entries[head[2]] = (head[1], fields)
        at += 1
    return entries


NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "techreport": {"author", "title", "institution", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "misc": {"author", "title"},
}


# ---- the list -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CITED)
def test_every_docstring_is_cited_from_the_list(name):
    """Every first author, year and DOI of a docstring stands in the list under this name, and the other way round."""
    text = CITED[name]
    own = [one for one in references().values() if name in (*one.measures, *one.used_by)]
    assert own, f"{name} has references and none in the list"
    for one in own:
        author = one.fields["author"].split(",")[0].strip("{}").split(" and ")[0]
        assert author in text or author.split()[-1] in text, (name, one.key)
        if "doi" in one.fields:
            assert f"https://doi.org/{one.fields['doi']}" in text, (name, one.key)
        if "year" in one.fields:
            assert str(one.fields["year"]) in text
        for field in ("journal", "publisher", "volume", "pages"):
            if field in one.fields and name != "diversification":  # which names its second reference by authors and DOI
                assert one.fields[field] in text, (name, one.key, field)
    dois = {doi.rstrip(".") for doi in re.findall(r"https://doi\.org/(\S+)", text)}
    assert dois == {one.fields["doi"] for one in own if "doi" in one.fields}


def test_the_list_names_only_what_is_there():
    for one in references().values():
        assert set(one.measures) <= {*ENTRIES, "convert"} | {"hhi"}, one.key
        assert set(one.used_by) <= {*CITED, "mirror"}, one.key
        assert one.measures or one.used_by or one.source, one.key


def test_every_measure_is_cited():
    for measure in ENTRIES:
        assert any(measure in one.measures for one in references().values()), measure


def test_every_entry_is_sound_bibtex():
    entries = read_bibtex("\n\n".join(one.bibtex for one in references().values()) + "\n")
    assert entries.keys() == references().keys()
    for key, (kind, fields) in entries.items():
        assert NEEDED[kind] <= fields.keys(), key
        for name, value in fields.items():
            if name not in ("doi", "url"):
                assert not SPECIAL & set(re.sub(r"\\.", "", value)), (key, name)
            if name == "pages":
                assert re.fullmatch(r"\d+--\d+", value)
        assert fields["title"].startswith("{")  # its capitals stay


def test_rooms_of_every_kind_are_read():
    assert {"measures", "monitoring", "tariffs", "chains", "prospects"} <= {*ROOMS}
    assert {"breaks", "tariff_exposure", "lookthrough", "potential"} <= CITED.keys()


def test_special_characters_are_escaped_and_authors_stay_whole():
    about = {"type": "misc", "author": "{R&D and Sons} and Doe, J.", "title": "50% of {x}_y \\input{z} #1 $2 ~^"}
    one = reference("made", about)
    ((_, (_, fields)),) = read_bibtex(one.bibtex).items()
    assert fields["author"] == r"{R\&D and Sons} and Doe, J."
    assert fields["title"] == (
        r"{50\% of \{x\}\_y \textbackslash{}input\{z\} \#1 \$2 \textasciitilde{}\textasciicircum{}}"
    )
    assert one.authors == "R&D and Sons & Doe, J."
    assert read_bibtex(references()["melnik2008"].bibtex)["melnik2008"][1]["journal"] == (
        r"Journal of Economic Behavior \& Organization"
    )


# ---- answers ------------------------------------------------------------------------------------------------------


def keys(*answers):
    found = ta.cite(*answers)
    assert list(read_bibtex(found.bibtex)) == found.table["key"].tolist()
    assert found.text.splitlines() == found.table["reference"].tolist()
    return found.table["key"].tolist()


def test_measures_are_known_by_columns_results_and_themselves():
    table = pd.DataFrame({"reporter": "VNM", "partner": ["USA", "CHN"], "value": [3.0, 1.0]})
    several = [ta.hhi, ta.hill(0.5), ta.hill(float("inf")), ta.top_share(3), ta.measures.generalised_entropy(-1)]
    found = keys(ta.measure(table, *several, by="reporter"))
    assert found == ["hirschman1964", "hall1967", "hill1973", "shorrocks1980"]
    assert keys(ta.gini) == ["gini1914"]
    assert keys(ta.measures.gini_corrected) == ["deltas2003"]
    assert keys(ta.interval([5, 3], ta.hhi, remainder=2)) == ["hirschman1964", "marshall2011"]
    assert keys(ta.confidence(ta.uncertainty.draws([5, 3], 0.1, size=100), ta.entropy)) == ["shannon1948", "efron1973"]
    assert keys(ta.plan([60, 25, 15], growth=0.3, cap=0.5))[-1] == "marshall2011"
    with pytest.raises(ta.TradeDataError, match="there is nothing to cite"):
        ta.cite(table)
    with pytest.raises(ta.TradeDataError, match="there is nothing to cite"):
        ta.cite()


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        (
            "world_2023",
            "gaulier2010",
            "CEPII Working Paper 2010-23. Release 202501. Table world_2023 of tradeanalysis, derived 20",
        ),
        (
            "world_2010_2020",
            "imf_dots",
            "Direction of Trade Statistics. Table world_2010_2020 of tradeanalysis, derived 20",
        ),
        ("exports_2021_2024", "oecd_btige", "OECD. Bilateral Trade in Goods by Industry and End-use"),
        ("exports_by_product", "oecd_btige", "OECD. Bilateral Trade in Goods by Industry and End-use"),
        ("imports_1995_2019", "un_comtrade", "United Nations. UN Comtrade database."),
        ("wits_top5", "world_bank_wits", "World Bank. World Integrated Trade Solution (WITS)."),
        ("distances", "mayer2011", "The GeoDist database. CEPII Working Paper 2011-25."),
        ("gdp_2023", "world_bank_wdi", "World Bank. World Development Indicators."),
        ("vn_agri_2019", "data_vietnam_ministry_of_agriculture_and_rura", "monthly report of September 2019"),
    ],
)
def test_data_are_known_by_the_certificate(name, key, words):
    found = ta.cite(ta.example(name)).table.query("kind == 'data'")
    assert found["key"].tolist() == [key]
    assert words in found["reference"].item()
    assert "Accessed" not in found["reference"].item()  # what comes with the library was not fetched


def test_what_was_fetched_has_its_release_and_the_last_day():
    table = pd.DataFrame({"partner": ["USA"], "value": [1.0]})
    answers = [{"release": "202501", "fetched_at": "2026-11-02T10:00:00Z"}, {"fetched_at": "2026-11-05T01:00:00Z"}]
    table.attrs["certificate"] = {"source": "baci", "service": "baci", "layout": "BACI", "fetched": answers}
    (line,) = ta.cite(table).text.splitlines()
    assert line.startswith("Gaulier, G. & Zignago, S. (2010).")
    assert "Release 202501. Accessed 2026-11-05." in line
    table.attrs["certificate"] = {"source": {2022: "BACI_HS22_V202501.zip", 2023: "BACI_HS22_V202601.zip"}}
    assert "Release 202501, 202601." in ta.cite(table).text
    table.attrs["certificate"] = {"source": "thi truong_2024.xlsx"}
    found = ta.cite(table)
    assert found.table["key"].tolist() == ["data_thi_truong_2024_xlsx"]
    assert r"thi truong\_2024.xlsx" in found.bibtex


def test_a_comparison_cites_its_measure_its_errors_and_its_data_once():
    world = ta.example("world_2010_2020")
    found = ta.compare(world, ["VNM", "THA"], flow="export", years=(2019, 2020), error=0.1, size=100)
    assert keys(found) == ["hirschman1964", "efron1973", "imf_dots"]
    assert keys(found, world, ta.hhi, found.table) == ["hirschman1964", "efron1973", "imf_dots"]
    assert ta.cite(found).sentence() == "References: 2 of methods, 1 of data."
    assert ta.cite(found).sentence("vi") == "Tài liệu tham khảo: 2 về phương pháp, 1 về số liệu."
    plain = ta.compare(world, ["VNM", "THA"], flow="export", years=(2019, 2020))
    assert keys(plain) == ["hirschman1964", "imf_dots"]


def test_what_months_tariffs_chains_and_prospects_give_is_cited():
    months = pd.period_range("2018-01", periods=36, freq="M")
    share = pd.Series([2.1, 1.9, 2.0] * 6 + [3.2, 2.8, 3.0] * 6, months)
    assert keys(ta.breaks(share)) == ["bai2003", "bai1997", "eo2015", "vogelsang1999"]
    assert keys(ta.seasonal(share)) == ["cleveland1990", "meeus1982"]
    monthly = pd.DataFrame([(str(m), p, v) for m in months for p, v in {"USA": 5.0, "JPN": 3.0}.items()])
    monthly.columns = ["period", "partner", "value"]
    for answer in (ta.nowcast(monthly, ta.hhi), ta.monitoring.nowcasts(monthly, ta.hhi)):
        assert keys(answer) == ["hirschman1964", "bates1969"]
    acts = pd.DataFrame({"importer": ["USA"], "origin": "World", "rate_percent": [20], "form": "additional"})
    acts = acts.assign(**{"from": "2025-08-07", "to": "", "act": "A"})
    assert keys(ta.tariff_exposure({"USA": 50, "CHN": 30}, acts, on="2025-09-01", reporter="VNM")) == ["kee2009"]
    rows = pd.MultiIndex.from_product([["VNM", "USA"], ["goods"]])
    uses, final = pd.DataFrame([[20, 10], [5, 40]], rows, rows), pd.DataFrame([[50, 20], [5, 50]], rows, ["VNM", "USA"])
    io = ta.io_table(uses, final)
    assert keys(io) == ["miller2022"]
    assert keys(ta.absorbed(io)) == keys(ta.absorbed(io, reporter="VNM")) == ["johnson2012"]
    assert keys(ta.chains.inputs(io, buyer="VNM")) == ["baldwin2023"]
    assert keys(ta.chains.export_content(io))[-1] == "koopman2014"
    rates = pd.DataFrame({"reporter": ["HKG"], "exports": [150.0], "reexports": [120.0], "imports": [250.0]})
    assert keys(ta.chains.reexport_rates(rates)) == ["feenstra2004"]
    trade = [("AUT", "BEL", "1", 40.0), ("AUT", "CHE", "2", 10.0), ("BEL", "CHE", "1", 30.0), ("CHE", "BEL", "2", 9.0)]
    trade = pd.DataFrame(trade, columns=["reporter", "partner", "product", "value"])
    assert keys(ta.potential(trade, reporter="AUT"))[:1] == ["decreux2016"]
    assert "deming1940" in keys(ta.potential(trade, reporter="AUT"))


def test_screens_and_partners_cite_what_they_are_made_by():
    farms = ta.example("vn_agri_2019")
    assert "european_commission2021" in keys(ta.export_dependency(farms, bloc="ASEAN"))
    world = ta.example("world_2023")
    assert keys(ta.partners(world, reporter="VNM", flow="export")) == ["hirschman1945", "gaulier2010"]
    assert "gaulier2010" in keys(ta.basket(world, reporter="VNM", flow="export"), ta.hhi)
