"""Headings and rows as people write them: who reports, what is a value, which rows are of one kind."""

from __future__ import annotations

import pytest

import tradeanalysis as ta
from tradeanalysis.sources.columns.recognition import Given, recognise


def read(text, **options):
    return ta.read(text.encode(), **options)


def sums(table, *keys):
    """The value of each label, or of each combination of labels."""
    return table.groupby(list(keys) or ["partner"])["value"].sum().to_dict()


def fixes(text, **options):
    """The ways out of a refusal, as pairs of an argument and its value."""
    with pytest.raises(ta.TradeDataError) as caught:
        read(text, **options)
    return [(fix.argument, fix.value) for one in caught.value.findings for fix in one.fixes]


KINDS = (
    "Reporter Countries,Partner Countries,Product,Element,Year,Unit,Value\n"
    "Viet Nam,China,Rice,Export Quantity,2022,t,900000\nViet Nam,China,Rice,Export Value,2022,1000 USD,420000\n"
    "Viet Nam,Ghana,Rice,Export Quantity,2022,t,500000\nViet Nam,Ghana,Rice,Export Value,2022,1000 USD,250000\n"
)
BY_HAND = {"partner": "Partner Countries", "reporter": "Reporter Countries", "value": "Value"}


def test_values_and_quantities_below_each_other_are_never_added():
    for options in ({}, {"duplicates": "sum"}, {"duplicates": "first"}):
        given = {"columns": BY_HAND, "unit": "kUSD", "flow": "export", **options}
        (way,) = fixes(KINDS, **given)
        assert way == ("rows", {"Element": "Export Value"})
        assert sums(read(KINDS, **given, rows=way[1])) == {"CHN": 420e6, "GHA": 250e6}


def test_a_measure_is_found_by_what_stands_in_its_column():
    text = "partner,kind of number,value\nUSA,Trị giá,5\nUSA,Khối lượng,6\nJPN,Trị giá,7\n"
    assert fixes(text) == [("rows", {"kind of number": "Trị giá"})]
    assert sums(read(text, rows={"kind of number": "Trị giá"})) == {"USA": 5, "JPN": 7}
    with pytest.raises(ta.UnitError, match=r"TA-109.*'kg', which is not money"):
        read("partner,value,unit\nUSA,5,kg\n")
    beside = "Product,Partner,Trade Value,Qty Unit,Qty\nRice,USA,5,kg,10\nTea,USA,6,No,2\n"
    assert sums(read(beside, unit="USD")) == {"USA": 11}


def test_indicators_that_are_flows_are_the_flows():
    text = "Partner,Indicator,Year,Value (USD)\nUSA,Exports,2020,5\nUSA,Imports,2020,7\n"
    assert sums(read(text), "flow") == {"export": 5, "import": 7}


def test_rows_are_kept_by_any_column_and_what_is_wrong_is_refused_with_what_there_is():
    text = "partner,Year,Kind,value\nUSA,2020,a,1\nUSA,2021,b,2\nJPN,2021,a,4\n"
    assert sums(read(text, rows={"Kind": "a"})) == {"USA": 1, "JPN": 4}
    assert sums(read(text, rows={"year": [2021], "kind": ["a", "b"]})) == {"USA": 2, "JPN": 4}
    with pytest.raises(ta.SchemaError, match=r"TA-110.*'Sort'.*'Kind'") as caught:
        read(text, rows={"Sort": "a"})
    assert "Kind" in caught.value.findings[0].labels
    with pytest.raises(ta.SchemaError, match=r"TA-110.*'c'.*'Kind'.*'a', 'b'"):
        read(text, rows={"Kind": "c"})
    with pytest.raises(ta.TradeDataError, match=r"rows=.Kind."):
        read(text, rows="Kind")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Country,Partner,Value (USD)\nViet Nam,USA,5\nThailand,USA,7\n", {("VNM", "USA"): 5, ("THA", "USA"): 7}),
        ("Country,Partner,Year,Value\nViet Nam,USA,2020,5\n", {("VNM", "USA"): 5}),
        ("origin,destination,hs4,value_1000usd\nVNM,USA,0901,5\n", {("VNM", "USA"): 5000}),
        ("Exporter,Country,Value (USD)\nVNM,USA,5\n", {("VNM", "USA"): 5}),
        ("Importer,Partner,Value (USD)\nVNM,USA,5\n", {("VNM", "USA"): 5}),
    ],
)
def test_a_country_beside_a_partner_reports(text, expected):
    assert sums(read(text, unit="USD" if "Value\n" in text else None), "reporter", "partner") == expected


def test_exporters_and_importers_are_settled_by_the_flow():
    text = "exporter,importer,flow,value_usd\nVNM,USA,X,5\nUSA,VNM,M,7\n"
    assert fixes(text) == [("flow", "export"), ("flow", "import")]
    assert sums(read(text, flow="export"), "reporter", "partner") == {("VNM", "USA"): 5}
    assert sums(read(text, flow="import"), "reporter", "partner") == {("VNM", "USA"): 7}
    assert sums(read("Importers,Value (USD)\nUSA,5\n"), "partner", "flow") == {("USA", "export"): 5}


def test_parts_of_flows_are_refused_once_with_what_keeps_the_whole():
    text = "reporter,partner,flow,value\nVNM,USA,X,5\nVNM,USA,DX,4\nVNM,USA,RX,1\nVNM,USA,M,2\n"
    with pytest.raises(ta.TradeDataError, match=r"TA-111") as caught:
        read(text)
    assert [one.id for one in caught.value.findings] == ["TA-111"]
    assert fixes(text)[2] == ("rows", {"flow": ["M", "X"]})
    assert sums(read(text, rows={"flow": ["M", "X"]}), "flow") == {"export": 5, "import": 2}
    assert sums(read(text, flow="export"), "flow") == {"export": 5}


def test_numbers_of_flows_are_what_the_caller_says():
    one = "reporter,partner,flow,value\nVNM,USA,1,5\nVNM,JPN,1,7\n"
    assert fixes(one) == [("flow", "export"), ("flow", "import")]
    assert sums(read(one, flow="import"), "flow") == {"import": 12}
    both = one + "VNM,JPN,2,3\n"
    assert fixes(both) == [("rows", {"flow": "1"}), ("rows", {"flow": "2"})]
    assert sums(read(both, rows={"flow": "2"}, flow="export"), "flow", "partner") == {("export", "JPN"): 3}


def test_chapters_that_were_numbers_keep_their_level():
    text = "reporter,partner,product,value\nVNM,USA,9,300\nVNM,CHN,10,200\nVNM,USA,85,500\nVNM,KOR,3,250\n"
    for level in (None, 2):
        with pytest.warns(ta.TradeDataWarning, match=r"TA-139.*leading zero, 3, 9"):
            table = read(text, level=level)
        assert sums(table, "product") == {"09": 300, "10": 200, "85": 500, "03": 250}
    sections = "reporter,partner,product,value\nVNM,USA,7,5\nVNM,USA,71,2\nVNM,USA,72,3\n"
    assert sums(read(sections, level=2), "product") == {"71": 2, "72": 3}
    open_question = "reporter,partner,product,value\nVNM,USA,7,50\nVNM,USA,71,2\nVNM,USA,72,3\n"
    with pytest.raises(ta.TradeDataError, match=r"TA-108.*no sum of longer codes"):
        read(open_question, level=2)


def test_flags_and_month_52():
    flags = "partner,2021,2022\nGermany,120.5,130.1 p\nFrance,80 b,90.2\nItaly,:,20 e\n"
    table = read(flags, unit="mUSD", missing="drop", year=2022)
    assert sums(table) == {"DEU": pytest.approx(130.1e6), "FRA": pytest.approx(90.2e6), "ITA": 20e6}
    assert sums(read("partner,period,value\nUSA,202252,5\n"), "year") == {2022: 5}
    with pytest.raises(ta.TradeDataError, match=r"TA-115"):
        read("partner,period,value\nUSA,202252,5\nUSA,202201,1\n")


def test_equal_headings_block_only_where_they_are_needed():
    text = "Country,Value (USD),%Share,%Share\nUSA,5,1,2\n"
    assert sums(read(text)) == {"USA": 5}
    assert sums(read("partner,value,value\nUSA,5,5\n")) == {"USA": 5}
    with pytest.raises(ta.SchemaError, match=r"one name: 'value'"):
        read("partner,value,value\nUSA,5,6\n")
    both = "COU,PAR,FLOW,Flow,Worth\nVNM,USA,EXPO,Exports,5\n"
    table = read(both, columns={"reporter": "COU", "partner": "PAR", "flow": "Flow", "value": "Worth"}, unit="USD")
    assert sums(table, "flow") == {"export": 5}


def test_the_delimiter_can_be_said():
    assert sums(read("partner~value\nUSA~5\n", delimiter="~")) == {"USA": 5}
    closed = "Transfers; a title;\nSupplier,Recipient,Worth;\nFrance,India,100;\nFrance,Egypt,50;\n"
    columns = {"reporter": "Supplier", "partner": "Recipient", "value": "Worth"}
    assert sums(read(closed, header_rows=[2], columns=columns, unit="USD")) == {"IND": 100, "EGY": 50}
    with pytest.raises(ta.TradeDataError, match=r"delimiter=.ab."):
        read("a", delimiter="ab")


def test_partners_side_by_side_are_set_below_each_other():
    matrix = "exporter,USA,CHN,VNM\nUSA,0,100,20\nCHN,300,0,50\nVNM,90,60,0\n"
    table = read(matrix, unit="kUSD")
    assert sums(table, "reporter", "flow")[("CHN", "export")] == 350e3
    assert (table["reporter"] != table["partner"]).all()
    importers = read(matrix.replace("exporter", "importer"), unit="kUSD")
    assert sums(importers, "reporter", "flow")[("CHN", "export")] == 160e3
    blank = read(matrix.replace("exporter", ""), unit="kUSD")
    assert sums(blank, "reporter") == {"USA": 120e3, "CHN": 350e3, "VNM": 150e3}
    across = "Year,USA,China,World\n2022,100,50,150\n2023,110,60,170\n"
    with pytest.raises(ta.AggregateRowError, match="World"):
        read(across, unit="kUSD")
    table = read(across, unit="kUSD", drop_aggregates=True)
    assert sums(table, "year") == {2022: 150e3, 2023: 170e3}
    with pytest.raises(ta.SchemaError, match="layout is not known"):
        read("Year,USA,China,Atlantis\n2022,1,2,3\n", unit="kUSD")


def test_advice_does_not_forget_the_year_and_the_flow():
    headings = ["market", "value old 2023", "value old 2024", "value new 2024"]
    with pytest.raises(ta.SchemaError, match=r"several columns may hold the value") as caught:
        recognise(headings, Given(unit="mUSD", years={2024}))
    ways = [fix.value["value"] for fix in caught.value.findings[0].fixes]
    assert ways == ["value old 2024", "value new 2024"]
    assert list(recognise(headings[:3], Given(unit="mUSD", years={2023})).values) == ["value old 2023"]
    both = "Market;Exports;Imports;Total trade value\nUSA;1;2;3\nChina;3;4;7\n"
    assert sums(read(both, unit="USD", flow="import"), "flow") == {"import": 6}


def test_a_column_of_currencies_names_the_currency():
    assert ta.certificate(read("partner,value,currency\nUSA,5,EUR\nJPN,6,EUR\n"))["currency"] == "EUR"
    with pytest.raises(ta.UnitError, match=r"TA-109"):
        read("partner,value,currency\nUSA,5,EUR\nJPN,6,USD\n")
