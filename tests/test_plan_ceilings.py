"""Plans for people who read keep the growth that was usual where the table shows it, and say so; computed by hand."""

import pandas as pd
import pytest
from test_brief import small_pictures
from test_targets import sheets, words_of

import tradeanalysis as ta
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.brief.plan_ceilings import plan_ceilings

X = {"USA": 30e6, "CHN": 20e6, "JPN": 20e6, "KOR": 20e6, "DEU": 10e6}
ECONOMIES = ["VNM", "THA", "MYS", "IDN", "PHL", "SGP", "IND", "BGD", "LKA", "PAK", "MMR", "KHM"]
# Of twelve economies each flow grew by a quarter: 60 flows, and the ceiling of each is 1.25 of its value.
ROWS = [(i, j, year, x / over) for i in ECONOMIES for j, x in X.items() for year, over in ((2019, 1.25), (2020, 1))]
PANEL = pd.DataFrame(ROWS, columns=["reporter", "partner", "year", "value"]).assign(flow="export")
OF_2020 = {"year": 2020, "langs": ["en"]}


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


def test_a_plan_that_is_written_keeps_the_ceilings_and_says_what_they_are(tmp_path):
    said = []
    plan, _ = ta.write_plan(
        PANEL, "VNM", growth=0.1, cap=0.4, aim="least concentrated", out=tmp_path, progress=said.append, **OF_2020
    )
    targets = sheets(plan)["Plan"].set_index("Market")["Target, USD"]
    # 110 in all: Germany takes no more than 12.5, and 67.5 are left for the three in the middle.
    assert targets[["United States", "China", "Japan", "South Korea", "Germany"]].tolist() == pytest.approx(
        [30e6, 22.5e6, 22.5e6, 22.5e6, 12.5e6]
    )
    assert said[1].startswith("No target is above its ceiling")
    words = "90% of earlier flows of like size and potential stayed at or below (60 flows of this table up to 2020)"
    assert words in said[1]
    assert said[1] in sheets(plan)["About the plan"].to_numpy().ravel().tolist()


def test_what_only_rare_growth_reaches_stands_behind_the_nearest_plans_within_the_ceilings_and_is_marked(tmp_path):
    # Of 120 the United States may have 26%, 31.2, and the others grow by 88.8 / 70 = 1.2686, more than a quarter.
    # Within the ceilings the others come to 87.5: of 120 that leaves a cap of 32.5 / 120 = 27.08%, and under a cap of
    # 26% they are the other 74% of 87.5 / .74 = 118.24. All of them are at their ceiling in both.
    said = []
    given = {"growth": 0.2, "cap": 0.26, "out": tmp_path, **OF_2020}
    *plans, _ = ta.write_plan(PANEL, "VNM", progress=said.append, **given)
    assert "It can be met with growth of about 18.24%, or under a cap of about 27.08%" in said[0]
    named = "Only the plan in the file plan_VNM_2020_export_beyond_seen_growth_en.xlsx has targets above their ceiling"
    assert said[1].startswith(f"{named}, 4 of 5.")
    assert all(said[1] in sheets(one)["About the plan"].to_numpy().ravel().tolist() for one in plans)
    assert [one.stem for one in plans] == [
        f"plan_VNM_2020_export_{kind}_en" for kind in ("at_the_cap", "at_the_growth", "beyond_seen_growth")
    ]
    germany = [sheets(one)["Plan"].set_index("Market")["Target, USD"]["Germany"] for one in plans]
    assert germany == pytest.approx([12.5e6, 12.5e6, 10e6 * 88.8 / 70])
    page, *_ = ta.write_brief(PANEL, "VNM", format=["html"], **given)
    words = words_of(page)
    assert said[1].replace(named, "Only the plan that stands last has targets above their ceiling") in words
    assert "only where 4 of 5 markets grow more than was usual. That plan stands last." in words
    assert "Within usual growth it would take growth of exports of about 18%, or a cap of about 27%." in words
    heads = [words.index(one) for one in ("+18.2%, none above", "+20.0%, none above 27.1%", "(beyond usual growth)")]
    assert heads == sorted(heads)


def test_without_a_cap_growth_beyond_the_ceilings_is_marked_in_both_languages(tmp_path):
    # All can grow by a quarter, and by no more: 30% is beyond, and 25% is the nearest.
    given = {"growth": 0.3, "cap": None, "year": 2020, "out": tmp_path, "format": ["html"], "langs": ["en", "vi"]}
    english, vietnamese = (words_of(one) for one in ta.write_brief(PANEL, "VNM", **given) if one.suffix == ".html")
    assert "Exports can grow by 30% only where 5 of 5 markets grow more than was usual" in english
    assert "Within usual growth it would take growth of exports of about 25%." in english
    assert "nếu 5 trong 5 thị trường tăng quá mức thường gặp. Đó là phương án cuối cùng." in vietnamese
    assert "(vượt mức tăng thường gặp)" in vietnamese


def test_a_plan_beyond_the_ceilings_that_more_than_doubles_trade_is_a_sentence_and_no_column(tmp_path):
    # All can grow by a quarter: 150% is beyond, and more than any plan that is shown.
    given = {"growth": 1.5, "cap": None, "year": 2020, "out": tmp_path, "format": ["html"], "langs": ["en"]}
    words = words_of(ta.write_brief(PANEL, "VNM", **given)[0])
    assert "Exports can grow by 150% only where 5 of 5 markets grow more than was usual." in words
    assert "Within usual growth it would take growth of exports of about 25%." in words
    assert "stands last" not in words
    assert "(beyond usual growth)" not in words
    assert "No target is above its ceiling" in words


def test_the_nearest_plans_are_those_within_the_ceilings(tmp_path):
    said = []
    given = {"growth": 0.1, "cap": 0.26, "out": tmp_path, **OF_2020}
    ta.write_plan(PANEL, "VNM", progress=said.append, **given)
    # 30 / .26 = 115.4: the others grow by 85.4 / 70 = 1.2198 and less than a quarter.
    assert "It can be met with growth of about 15.38%, or under a cap of about 27.27%" in said[0]
    assert said[1].startswith("No target is above its ceiling")
    # Below 30 / 1.175, in which all others have grown by a quarter, no growth helps: 30 + 87.5 = 117.5.
    ta.write_plan(PANEL, "VNM", progress=said.append, **given | {"cap": 0.25})
    assert any("It can be met under a cap of about 27.27%" in one for one in said)
    page, *_ = ta.write_brief(PANEL, "VNM", format=["html"], **given)
    assert "all partners below the cap and their ceiling grow at one rate. No target is above" in words_of(page)


def test_a_growth_that_is_requested_is_the_ceiling(tmp_path):
    said = []
    plan, _ = ta.write_plan(
        PANEL, "VNM", growth=0.2, cap=0.4, max_growth=0.5, out=tmp_path, progress=said.append, **OF_2020
    )
    assert not any("ceiling" in one or "targets are above" in one for one in said)
    assert sheets(plan)["Plan"]["Limit, USD"].iloc[0] == pytest.approx(45e6)


@pytest.mark.parametrize(
    ("table", "certificate"),
    [
        (PANEL[PANEL["year"] == 2020], {}),
        (PANEL[PANEL["reporter"] == "VNM"], {}),
        (PANEL, {"largest_listed": False}),
        (PANEL, {"only_largest": True}),
        (PANEL, {"listed_share": 0.6}),
        (PANEL, {"part_years": [{"year": 2020, "kind": "months", "count": 5, "flow": "export"}]}),
    ],
)
def test_of_a_short_table_a_part_of_a_year_or_a_list_of_the_largest_there_are_no_ceilings(table, certificate):
    table = table.copy()
    table.attrs = {"certificate": certificate}
    assert plan_ceilings(opened(table, "VNM", "export", 2020), "export") is None


def test_of_a_whole_table_there_are():
    upper = plan_ceilings(opened(PANEL, "VNM", "export", 2020), "export")
    assert upper.to_dict() == pytest.approx({j: 1.25 * x for j, x in X.items()})
