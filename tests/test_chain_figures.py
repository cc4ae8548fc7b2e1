"""Figures and sentences of end markets: what is drawn is the table, and nothing is cut or covered."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch
from test_narrow_figures import LONG, overlaps_and_cuts, smallest

import tradeanalysis as ta
from tradeanalysis.figures.canvas import NARROW, WIDTH

BASKET = {"HKG": 50.0, "USA": 30.0, "CHN": 20.0}
ONWARD = {"HKG": {"USA": 1, "CHN": 3}}
RANGES = {"HKG": (0.6, 0.95), "NLD": (0.3, 0.6), "BEL": (0.2, 0.5), "SGP": (0.3, 0.6), "ARE": (0.3, 0.6)}


def vietnam(rates):
    return ta.reexports(ta.example("world_2020"), rates, reporter="VNM")


@pytest.fixture(scope="module")
def of_vietnam():
    return vietnam({hub: low for hub, (low, _) in RANGES.items()})


@pytest.fixture(scope="module")
def of_ranges():
    return vietnam(RANGES)


def bands(ax):
    """The height of every band at its right end."""
    return [patch.get_path().vertices[4, 1] - patch.get_path().vertices[3, 1] for patch in ax.patches if is_band(patch)]


def is_band(patch):
    return isinstance(patch, PathPatch)


def test_bands_are_as_high_as_the_shares_that_they_carry(of_vietnam):
    ax = ta.figures.end_markets(of_vietnam.flows, top=4)
    table = ax.tradeanalysis_data
    heights = np.array(bands(ax))
    # A band into each of the five hubs, and one for each hub and end.
    assert len(heights) == 5 + len(table)
    into = table.groupby("hub")["share"].sum()
    carried = np.sort([*into, *table["share"]])
    assert np.sort(heights) / heights.sum() == pytest.approx(carried / carried.sum(), rel=1e-9)
    assert table["share"].sum() == pytest.approx(of_vietnam.flows["share"].sum(), rel=1e-12)
    assert table["partner"].nunique() == 5


def test_shares_of_flows_are_of_all_that_is_sold():
    found = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD)
    shares = found.flows.set_index("partner")["share"].to_dict()
    assert shares == pytest.approx({"HKG": 0.3, "CHN": 0.15, "USA": 0.05}, rel=1e-14)
    assert found.flows.attrs["notes"]["rates"] == {"HKG": "0.4"}


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("width", [3.0, NARROW, WIDTH])
def test_figures_of_end_markets_cut_and_cover_no_text_and_can_be_read(width, lang, of_vietnam, of_ranges):
    tables = [(ta.figures.end_markets, of_vietnam.flows), (ta.figures.gross_and_final, of_vietnam.table)]
    tables += [(ta.figures.gross_and_final, of_ranges.table)]
    for draw, table in tables:
        ax = draw(table, ax=ta.figures.paper(width), lang=lang)
        assert overlaps_and_cuts(ax) == []
        assert width > NARROW or smallest(ax) >= 11


@pytest.mark.parametrize("width", [3.0, WIDTH])
def test_long_names_of_hubs_and_ends_stand_in_lines(width):
    names = [f"{one} {i}" for one in LONG for i in (1, 2)]
    pairs = pd.MultiIndex.from_product([names[:6], names], names=["hub", "partner"])
    flows = pd.DataFrame({"share": np.linspace(0.02, 0.001, len(pairs))}, pairs).reset_index()
    ax = ta.figures.end_markets(flows, ax=ta.figures.paper(width), lang="vi", top=5)
    assert overlaps_and_cuts(ax) == []
    assert "2 nơi trung chuyển khác" in set(ax.tradeanalysis_data["hub"])


def test_a_dumbbell_says_both_shares_and_the_ends_of_a_range_outwards(of_ranges):
    found = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD)
    ax = ta.figures.gross_and_final(found.table)
    assert {"30.0 → 35.0%", "20.0 → 35.0%", "50.0 → 30.0%"} <= {text.get_text() for text in ax.texts}
    (row,) = of_ranges.table[of_ranges.table["partner"] == "USA"].to_dict("records")
    assert 0.2805 < row["share_low"] < 0.281
    assert 0.283 < row["share_high"] < 0.2835
    ax = ta.figures.gross_and_final(of_ranges.table, lang="vi")
    assert "27,8 → 28,0–28,4%" in {text.get_text() for text in ax.texts}


def test_value_added_by_final_buyer_is_drawn_as_it_is_given():
    rows = pd.MultiIndex.from_product([["VNM", "USA", "CHN"], ["goods"]])
    uses = pd.DataFrame([[20, 0, 20], [5, 40, 0], [10, 0, 30]], rows, rows)
    final = pd.DataFrame([[50, 10, 0], [5, 50, 0], [0, 20, 40]], rows, ["VNM", "USA", "CHN"])
    table = ta.absorbed(ta.io_table(uses, final), reporter="VNM")
    ax = ta.figures.gross_and_final(table)
    drawn = ax.tradeanalysis_data.set_index("partner")
    assert drawn["share_before"].to_dict() == table.set_index("partner")["gross_share"].to_dict()
    assert drawn["high"].to_dict() == table.set_index("partner")["share"].to_dict()
    assert "by final buyer" in ax.figure.tradeanalysis_alt


@pytest.mark.parametrize("share", [1.2, -0.1, np.nan])
def test_what_is_no_share_is_refused(share, of_ranges):
    table = of_ranges.table.assign(share_high=[share, *of_ranges.table["share_high"][1:]])
    with pytest.raises(ta.TradeDataError, match="share"):
        ta.figures.gross_and_final(table)
    flows = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD).flows
    with pytest.raises(ta.TradeDataError, match="share"):
        ta.figures.end_markets(flows.assign(share=[share, 0.1, 0.1]))


def test_sentences_name_economies_as_a_reader_does(of_ranges, of_vietnam):
    assert "The share of the United States is 27.8% by first market, and 28.0% to 28.4%" in of_ranges.sentence()
    assert "through Hong Kong, the Netherlands, Belgium, Singapore and the United Arab Emirates is" in (
        of_ranges.sentence()
    )
    assert "qua Hồng Kông, Hà Lan, Bỉ, Singapore và UAE" in of_ranges.sentence("vi")
    assert "từ 28,0% đến 28,4%" in of_ranges.sentence("vi")
    assert "of exports goes on through Hong Kong" in of_vietnam.sentence()
    bought = ta.reexports(BASKET, {"HKG": 0.4}, ONWARD, flow="import")
    assert bought.sentence() == (
        "20.0% of imports comes through Hong Kong: the share of Hong Kong is 50.0% by supplier and 30.0% by origin."
    )
