"""Roles of rows and headings of periods: what sums and layout say, in small tables by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from conftest import told, values

import tradeanalysis as ta
from tradeanalysis.sources.columns.label_sums import LabelSums
from tradeanalysis.sources.columns.periods import period, periods
from tradeanalysis.sources.formats.row_roles import _find_parts, _Rows, roles_of


def roles(*rows, places=1):
    labels, x = [row[0] for row in rows], np.array([[float(one) for one in row[1:]] for row in rows])
    return [role.name for role in roles_of(labels, x, np.full(x.shape[1], float(places)))]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # The total says whether a bloc stands beside its members, or is the rest of it.
        (
            [("Hoa Kỳ", 1250), ("EU", 300), ("Đức", 200), ("Pháp", 50), ("Tổng", 1500)],
            "market of which market market total",
        ),
        (
            [("Hoa Kỳ", 1250), ("EU", 300), ("Đức", 200), ("Pháp", 50), ("Tổng", 1800)],
            "market bloc market market total",
        ),
        # A country is never the sum of other countries.
        ([("Hoa Kỳ", 30), ("Trung Quốc", 20), ("Nhật Bản", 10)], "market market market"),
        # Labels of one's own: a coincidence of small numbers says nothing.
        ([("A", 30), ("B", 20), ("C", 10)], "market market market"),
        # Two owners below the total, and the markets below these.
        (
            [("Tổng", 1000), ("Khu vực FDI", 700), ("Khu vực trong nước", 300), ("Hoa Kỳ", 600), ("Nhật Bản", 400)],
            "total part part market market",
        ),
        # Members above their subtotals; a total that no name says.
        (
            [("Japan", 1000), ("Korea, Rep.", 250), ("Asien", 1250), ("Germany", 50.5), ("Zusammen", 1300.5)],
            "market market subtotal market total",
        ),
    ],
)
def test_sums_say_what_a_row_is(rows, expected):
    assert " ".join(roles(*rows)) == expected


def test_two_columns_have_to_agree():
    rows = [("Châu Á", 300, 500), ("Nhật Bản", 200, 100), ("Hàn Quốc", 100, 300), ("Hoa Kỳ", 5, 6)]
    assert "subtotal" not in roles(*rows)


def test_a_subtotal_of_any_language_is_left_out_of_a_csv(write):
    text = "Country;Value (1000 USD)\nJapan;900.5\nThailand;350\nAsien;1250.5\nGermany;98\nSamtals;1348.5\n"
    with pytest.raises(ta.TradeDataError, match="TA-104") as refused:
        ta.read(write(text))
    fix = refused.value.findings[0].fixes[0]
    assert (fix.argument, fix.value, fix.safe) == ("drop_aggregates", True, True)
    table = ta.read(write(text), **{fix.argument: fix.value})
    assert values(table) == {"JPN": 900.5e3, "THA": 350e3, "DEU": 98e3}
    assert ta.certificate(table)["total_of_file"] == 1348.5e3


def test_a_list_of_the_largest_says_that_it_is_no_whole(write):
    text = "Top 5 export markets 2023\n\nCountry;Exports (1000 USD)\nJapan;900\nThailand;350\n"
    with told(r"TA-114.*largest only"):
        ta.read(write(text))


def test_a_total_beyond_the_trade_of_the_world_is_refused_with_the_unit(write):
    text = "Country;Value\nJapan;90000000\nThailand;35000000\n"
    with pytest.raises(ta.UnitError, match=r"TA-109.*world's trade.*unit=\"kUSD\"") as refused:
        ta.read(write(text), unit="mUSD")
    assert refused.value.findings[0].fixes[0].value == "kUSD"


def test_months_so_far_that_are_no_sum_of_the_months_have_to_be_chosen(write):
    text = "Thị trường;Tháng 5/2023;Lũy kế 5 tháng 2023\nMỹ;5;25\n"
    with pytest.raises(ta.SchemaError, match=r"TA-110.*several columns"):
        ta.read(write(text), unit="mUSD")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-116.*first months are here: 2023"):
        table = ta.read(write(text), unit="mUSD", columns={"value": "Lũy kế 5 tháng 2023"})
    assert values(table) == {"USA": 25e6}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        *(("2023Q1", "2023Q1"), ("Quý I/2023", "2023Q1"), ("Q4 2022", "2022Q4"), ("January , 2018", "201801")),
        *(("2000-02-01", "200002"), ("6 tháng đầu năm 2023", "2023C06"), ("Năm 2022 (ước)", "2022")),
        *(("Năm 2023 (6 tháng)", "2023C06"), ("Ước năm 2023", "2023"), ("12 tháng năm 2023", "2023")),
        *(("Marché 2019", None), ("decade 2023", None), ("2022-23", None)),
    ],
)
def test_periods(heading, expected):
    assert period(heading) == expected


def test_fiscal_years_are_told_from_months_by_their_neighbours(write):
    assert list(periods(["2010-11", "2010-12"]).values()) == ["201011", "201012"]
    assert list(periods(["2010-11", "2011-12"]).values()) == ["2010/11", "2011/12"]
    with told("TA-144.*fiscal years stand under the year in which they begin"):
        table = ta.read(write("Country,2022-23,2023-24\nJapan,10,20\n"), unit="mUSD")
    assert table[["year", "value"]].values.tolist() == [[2022, 10e6], [2023, 20e6]]
    assert any("2022-23' as 2022" in note for note in ta.certificate(table)["notes"])


def test_rows_of_twice_as_many_unknown_labels_take_twice_the_steps():
    """Each row was held against all that follow it: 4,000 labels took a minute."""
    asked = []

    class Counted(_Rows):
        def unknown(self, i):
            asked.append(i)
            return super().unknown(i)

    found = []
    for count in (200, 400, 800):
        labels = [f"Xyz {i}" for i in range(count)]
        rows = Counted(labels, np.arange(1.0, count + 1)[:, np.newaxis], [math.nan] * count, places=np.array([0.0]))
        rows.kinds, rows.codes = ["unknown"] * count, [""] * count
        asked.clear()
        _find_parts(rows)
        found.append(len(asked))
    assert found[2] - found[1] <= 2.1 * (found[1] - found[0])


def test_labels_that_may_be_sums_are_those_that_are():
    """By hand: d = a + b + c in the first group and not in the second; c = a + b in both."""
    table = pd.DataFrame({"product": ["x"] * 4 + ["y"] * 4, "value": [1.0, 2, 3, 6, 2, 3, 5, 11]})
    at = np.array([0, 1, 2, 3] * 2)
    sums = LabelSums(table, at, 4)
    assert sums.may_be_sums({0, 1, 2, 3}).tolist() == [False] * 4
    assert sums.may_be_sums({0, 1, 2}).tolist() == [False, False, True, False]
    assert [sums.is_sum(i, {0, 1, 2}) for i in range(4)] == [False, False, True, False]
