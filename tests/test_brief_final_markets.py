"""Where exports end, in the brief: hubs and final buyers, by hand."""

import functools
import re
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from test_brief import Text, small_pictures
from test_chains import icio_text

import tradeanalysis as ta
from tradeanalysis.brief import final_markets
from tradeanalysis.brief.facts import flow_facts
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.chains import known_hubs
from tradeanalysis.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "site" / "concepts" / "chains.md"
# What two hubs send to whom: a quarter of Hong Kong's and half of Singapore's to each other's places by hand.
SENT = [("HKG", "CHN", 60.0), ("HKG", "USA", 20.0), ("HKG", "VNM", 20.0), ("SGP", "HKG", 50.0), ("SGP", "USA", 50.0)]


@functools.cache
def sent():
    table = pd.DataFrame(SENT, columns=["reporter", "partner", "value"]).assign(flow="export", year=2020)
    table.attrs["certificate"] = {"source": "by hand"}
    return table


@pytest.fixture
def by_hand(monkeypatch):
    monkeypatch.setattr(final_markets, "example", lambda name: sent())


def own(values, **columns):
    return pd.DataFrame({"partner": list(values), "value": [1e6 * one for one in values.values()], **columns})


def hubs_of(values, reporter="Long An", year=2020):
    return facts_of(opened(own(values), reporter, "export", year)).hubs


def facts_of(trade):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-119", ta.TradeDataWarning)  # what is not allocated
        return flow_facts(trade, "export")


def shares(found):
    table = found.table.set_index("partner")
    return {at: (table["share_before"][at], table["share_low"][at], table["share_high"][at]) for at in table.index}


def text_of(path):
    return " ".join(" ".join(Text(path.read_text("utf-8")).words).split())


# ---- hubs -----------------------------------------------------------------------------------------------------------


def test_one_hub_of_a_province_with_what_comes_home_and_what_is_not_detailed(by_hand):
    found = hubs_of({"USA": 50, "HKG": 20, "CHN": 20, "Khác": 10})
    # Of 20% in Hong Kong r = .1 or .9 goes on: 60% of it to China, 20% to the United States, 20% home.
    low, high = 0.2 * 0.1, 0.2 * 0.9
    assert (found.hubs, found.share) == (("HKG",), pytest.approx(0.2, rel=1e-14))
    assert found.home == pytest.approx((0.2 * low, 0.2 * high), rel=1e-12)
    expected = {
        "USA": (0.5, 0.5 + 0.2 * low, 0.5 + 0.2 * high),
        "HKG": (0.2, 0.2 - high, 0.2 - low),
        "CHN": (0.2, 0.2 + 0.6 * low, 0.2 + 0.6 * high),
    }
    assert shares(found) == {at: pytest.approx(one, rel=1e-12) for at, one in expected.items()}


def test_two_hubs_of_which_one_sells_to_the_other(by_hand):
    found = hubs_of({"USA": 60, "HKG": 20, "SGP": 20})
    usa = [0.6 + 0.5 * s * 0.2 + 0.2 * h * (0.2 + 0.5 * s * 0.2) for h in (0.1, 0.9) for s in (0.1, 0.9)]
    assert shares(found)["USA"] == pytest.approx((0.6, min(usa), max(usa)), rel=1e-12)


@pytest.mark.parametrize("values", [{"USA": 97, "HKG": 3}, {"USA": 98.5, "HKG": 1.5}, {"USA": 60, "JPN": 40}])
def test_no_more_than_three_hundredths_in_hubs_is_no_sentence(by_hand, values):
    assert hubs_of(values) is None


def test_an_economy_is_no_hub_of_its_own(by_hand):
    assert hubs_of({"USA": 60, "HKG": 40}, "HKG") is None
    assert hubs_of({"USA": 60, "HKG": 20, "SGP": 20}, "HKG") is None  # its exports are re-exports themselves


@pytest.mark.parametrize("rest", ["_X", "Khác", "OTH"])
def test_what_is_not_allocated_stays_where_it_is(by_hand, rest):
    found = hubs_of({"USA": 50, "SGP": 20, rest: 30})
    # Half of what Singapore sends on, of .02 to .18, goes to the United States, and half to Hong Kong.
    expected = {"USA": (0.5, 0.51, 0.59), "SGP": (0.2, 0.02, 0.18), "HKG": (0.0, 0.01, 0.09)}
    assert shares(found) == {at: pytest.approx(one, rel=1e-12) for at, one in expected.items()}


def test_markets_by_their_vietnamese_names_are_the_same_markets(by_hand):
    named = hubs_of({"Hoa Kỳ": 50, "Hồng Kông": 20, "Trung Quốc": 30}, "tỉnh Long An")
    assert shares(named) == shares(hubs_of({"USA": 50, "HKG": 20, "CHN": 30}))


def test_a_table_of_groups_alone_is_refused_as_before_and_groups_of_ones_own_are_markets(by_hand):
    with pytest.raises(ta.schema.AggregateRowError):
        hubs_of({"ASEAN": 40, "EU": 30})
    found = hubs_of({"Nhóm nước châu Phi A": 60, "SGP": 40})
    assert shares(found)["Nhóm nước châu Phi A"] == pytest.approx((0.6, 0.6, 0.6), rel=1e-12)


def test_a_reconciled_table_is_not_sent_on_again(tmp_path):
    with small_pictures():
        (page,) = ta.write_brief(
            ta.example("world_2023"), "VNM", flow="export", out=tmp_path, langs=["en"], format="html"
        )
    said = text_of(page)
    assert "10.3% goes to known re-export hubs (Hong Kong, the United Arab Emirates, the Netherlands, Singapore" in said
    assert "already counted where it ends" in said
    assert "by end market" not in said


def test_hubs_send_on_as_in_the_nearest_year_that_is_embedded():
    assert [hubs_of({"USA": 60, "HKG": 40}, year=year).year for year in (1999, 2015, 2026)] == [2010, 2015, 2020]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hubs")
    with small_pictures():
        ta.write_brief(own({"USA": 50, "HKG": 40, "CHN": 10}), "Long An", flow="export", year=2024, out=folder)
    return folder


def test_the_sentence_and_its_worth_are_on_the_page_and_in_the_document(written):
    docx = pytest.importorskip("docx")
    paragraphs = docx.Document(str(written / "brief_Long_An_2024_vi.docx")).paragraphs
    for said in (text_of(written / "brief_Long_An_2024_vi.html"), " ".join(one.text for one in paragraphs)):
        assert "40,0% kim ngạch xuất khẩu của Long An sang các nơi thường tái xuất hàng" in said
        assert "nếu các nơi này bán tiếp từ 10% đến 90% số đó" in said
        assert "toàn bộ hàng xuất khẩu của các nơi này năm 2020" in said
    assert re.search(
        r"Hong Kong\): if these sent on 10% to 90% of it, .* would have 50.\d% to 5\d.\d% of exports by end market "
        r"\(50.0% as reported\), and 0.\d% to \d.\d% of exports would come back to Vietnam",
        text_of(written / "brief_Long_An_2024_en.html"),
    )


def test_the_figure_is_described_and_the_workbook_has_every_market(written):
    page = (written / "brief_Long_An_2024_en.html").read_text("utf-8")
    assert "Dot chart of 8 partners. China: 10.0% by first market" in page
    book = openpyxl.load_workbook(written / "brief_Long_An_2024_en.xlsx", data_only=True)
    rows = list(book["End markets"].values)
    assert rows[0] == ("Market", "Share as reported", "Share by end market, lowest", "Share by end market, highest")
    assert rows[1][:2] == ("United States", 0.5)
    assert 1 - sum(row[2] for row in rows[1:]) < 0.4  # the lowest shares of all, no rates of which are the same


def test_the_figures_of_the_back_test_are_those_of_the_page():
    lines = re.findall(r"^\| (0\.\d) \|.*\| (\d+) of (\d+) \| ([+-][\d.]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    near = [(int(n), abs(float(x))) for rate, n, of, x in lines if 0.1 <= float(rate) <= 0.3 and int(of) == 51]
    assert (min(n for n, _ in near), max(n for n, _ in near)) == known_hubs.NEARER
    assert (round(min(x for _, x in near), 1), round(max(x for _, x in near), 1)) == known_hubs.POINTS
    assert all((float(x) > 0) == (float(rate) >= known_hubs.HARM) for rate, *_, x in lines)


# ---- final buyers ---------------------------------------------------------------------------------------------------


def io_parts():
    """One industry in three economies."""
    rows = pd.MultiIndex.from_product([["VNM", "USA", "ROW"], ["goods"]])
    Z = pd.DataFrame([[20.0, 0, 20], [5, 40, 0], [10, 0, 30]], rows, rows)
    return Z, pd.DataFrame([[50.0, 10, 0], [5, 50, 0], [0, 20, 40]], rows, ["VNM", "USA", "ROW"])


def test_exports_by_final_buyer_are_those_of_look_through():
    io = ta.io_table(*io_parts())
    trade = opened(own({"USA": 30, "CHN": 50, "Khác": 20}), "Long An", "export", 2020)
    (one,) = final_markets.with_final_buyers([facts_of(trade)], trade, io)
    # All that goes to the rest of the world goes to its industry, whose output ends as h = (I - Z/x)^-1 F/x has it.
    Z, F = (part.to_numpy() for part in io_parts())
    x = Z.sum(axis=1) + F.sum(axis=1)
    h = np.linalg.solve(np.eye(3) - Z / x[:, None], F / x[:, None])
    home, usa, rest = 0.7 * h[2] + np.array([0, 0.3, 0])
    assert one.buyers.home == pytest.approx(home, rel=1e-12)
    found = one.buyers.table.set_index("partner")
    assert found.loc["USA"].tolist() == pytest.approx([0.3, usa], rel=1e-12)
    assert found.loc["ROW"].tolist() == pytest.approx([0.7, rest], rel=1e-12)
    assert (one.buyers.economy, one.buyers.by_industry) == ("VNM", False)
    assert one.buyers.outside == pytest.approx(0.5, rel=1e-12)


def test_industries_of_the_file_itself_are_taken():
    trade = opened(own({"USA": 30, "ROW": 70}, industry="goods"), "Long An", "export", 2020)
    (one,) = final_markets.with_final_buyers([facts_of(trade)], trade, ta.io_table(*io_parts()))
    assert one.buyers.by_industry
    assert one.buyers.table["share_before"].sum() == pytest.approx(1.0, rel=1e-12)


def test_the_command_takes_a_file_of_the_oecd(tmp_path):
    file, table = tmp_path / "2020.csv", tmp_path / "own.csv"
    file.write_text(icio_text(*io_parts(), 0.0), "utf-8")
    own({"USA": 30, "JPN": 70}).to_csv(table, index=False)
    options = ["--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "USD", "--format", "html"]
    with small_pictures():
        done = main(["brief", str(table), *options, "--io", str(file), "--out", str(tmp_path), "--lang", "en"])
    assert done == 0
    said = text_of(tmp_path / "brief_Long_An_2020_en.html")
    assert "United States has" in said
    assert "of Long An’s exports by final buyer (30.0% as reported)" in said
    assert "Dot chart of 2 partners. The United States: 30.0% of gross trade" in (
        tmp_path / "brief_Long_An_2020_en.html"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("io", "reporter", "flow", "said"),
    [
        ("absent.csv", "Long An", "export", "io= cannot be used"),
        (3, "Long An", "export", "io= cannot be used"),
        (None, "THA", "export", "does not have Thailand"),
        (None, "Long An", "import", "brief is of imports"),
    ],
)
def test_what_is_no_table_of_final_buyers_is_refused_in_words(tmp_path, io, reporter, flow, said):
    io = ta.io_table(*io_parts()) if io is None else io
    with pytest.raises(ta.TradeDataError, match=said):
        ta.write_brief(own({"USA": 30, "JPN": 70}), reporter, flow=flow, year=2020, io=io, out=tmp_path)
