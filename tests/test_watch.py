"""Alerts of the latest month and the record of their rules: arithmetic by hand on small made tables."""

import itertools

import numpy as np
import pandas as pd
import polars as pl
import pytest

import tradeanalysis as ta
from tradeanalysis.monitoring.alert_kinds import APPLY, MonthlyTrade, Signals
from tradeanalysis.monitoring.alert_records import first_months, months_until, record_of
from tradeanalysis.monitoring.alert_rules import checked_rules
from tradeanalysis.monitoring.alert_sentences import of_alert
from tradeanalysis.monitoring.monthly_trade import totals
from tradeanalysis.monitoring.rolling_sums import over, year_so_far
from tradeanalysis.tables.months import open_months

MARKETS = ["USA", "JPN", "DEU", "KOR", "CHN"]
RISES = [10, 12, 14, 14, 14, 16]


def monthly(values, first="2018-01", **more):
    """A trade table of a value for each month by partner, without rows where it is 0."""
    lengths = {len(one) for one in values.values()}
    months = pd.period_range(first, periods=max(lengths), freq="M").astype(str)
    rows = [(m, p, x) for p, of in values.items() for m, x in zip(months, of, strict=True) if x]
    return pd.DataFrame(rows, columns=["period", "partner", "value"]).assign(**more)


def years(*amounts):
    """The same amount in each month of a year."""
    return np.repeat(amounts, 12).astype(float).tolist()


def risen(five=RISES):
    """Five markets that have 10% each, 12, 14, 14, 14 and 16 by year, and one that has the rest."""
    rest = [100 - 5 * one for one in five]
    return monthly({**{market: years(*five) for market in MARKETS}, "THA": years(*rest)})


def only(kind, **changes):
    """The default rule of a kind, changed."""
    rules = ta.monitoring.watch_rules()
    rules = rules[rules["kind"] == kind].reset_index(drop=True)
    for column, value in changes.items():
        rules[column] = value
    return rules


def test_a_share_that_rose_by_half_a_point_is_an_alert_with_since_now_and_was():
    found = ta.watch(risen(), rules=only("share_up"))
    assert sorted(found.table["partner"]) == sorted(MARKETS)
    row = found.table.iloc[0]
    # In March 2023 three months of 16 stand among nine of 14: half a point more than the 14 before.
    assert (row["month"], row["since"], row["rule"]) == ("2023-12", "2023-03", "share_up")
    assert row[["was", "now", "size"]].tolist() == pytest.approx([0.14, 0.16, 0.02], abs=1e-15)
    assert found.table["product"].isna().all()


def test_the_record_is_that_of_alerts_whose_event_could_have_come():
    """Each market alerts in 2019-12 (followed by a rise), 2020-12 (by none) and 2023-03 (not known yet).

    Events begin in 2019-12, where the alert stands, and in 2022-03, which the alert of 2023-03 finds 12 months late.
    """
    found = ta.watch(risen(), rules=only("share_up"))
    past = found.past[found.past["partner"] == "USA"]
    assert past["month"].tolist() == ["2019-12", "2020-12", "2023-03"]
    assert past["came_true"].tolist()[:2] == [True, False]
    assert past["came_true"].isna().tolist() == [False, False, True]
    record = found.records.iloc[0]
    assert record["alerts"] == 10
    assert record["right"] == 5
    assert record["events"] == 10
    assert record["cases"] == 6 * 37
    assert record["years"] == 37 / 12
    assert record[["precision", "recall", "delay"]].tolist() == [0.5, 0.5, 6.0]
    assert record["false_alarms"] == pytest.approx(5 / (37 / 12), rel=1e-15)
    # By month: 22 of alerts, 10 of which the event followed, of 20 with the event; all five markets alike.
    assert record["precision_by_month"] == pytest.approx(10 / 22, rel=1e-15)
    assert record["recall_by_month"] == 0.5
    assert record["chance"] == pytest.approx(100 / 222, rel=1e-15)
    alert = found.table.iloc[0]
    assert alert[["precision", "recall", "delay", "cases"]].tolist() == pytest.approx([0.5, 0.5, 6.0, 10], rel=1e-10)


def test_later_months_change_no_earlier_alert():
    rng = np.random.default_rng(3)
    walks = {market: np.exp(np.cumsum(rng.normal(0, 0.12, 84))).tolist() for market in [*MARKETS, "THA", "SGP"]}
    table = monthly(walks)
    whole = ta.watch(table, rules=ta.monitoring.watch_rules(), plan=0.3)
    assert len(whole.past) > 20
    for last in ("2021-06", "2023-01"):
        early = table[table["period"] <= last]
        other = pd.concat(
            [early, table[table["period"] > last].assign(value=lambda t: 9 * t["value"].to_numpy()[::-1])]
        )
        cut, changed = ta.watch(early, plan=0.3), ta.watch(other, plan=0.3)
        columns = ["rule", "partner", "month", "share", "now", "was", "size"]
        before = whole.past.loc[whole.past["month"] <= last, columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(cut.past[columns], before)
        after = changed.past.loc[changed.past["month"] <= last, columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(after, before)


def test_an_outcome_is_counted_only_once_it_could_have_come():
    """Eleven months after an alert nothing is known of it; in the twelfth it is."""
    table, rules = risen(), only("share_up")
    for last, known in (("2020-11", 0), ("2020-12", 5)):
        found = ta.watch(table[table["period"] <= last], rules=rules)
        assert found.records["alerts"].tolist() == [known]
        assert found.past["came_true"].notna().sum() == known


def test_an_alert_stands_for_the_months_ahead():
    flags = np.zeros((40, 2), dtype=bool)
    flags[[3, 4, 5, 14, 15, 30], 0] = True
    flags[5:35, 1] = True
    first = first_months(flags, 12)
    assert [np.flatnonzero(first[:, j]).tolist() for j in (0, 1)] == [[3, 15, 30], [5, 17, 29]]
    assert months_until(flags)[[0, 6, 31], 0].tolist() == [3.0, 8.0, np.inf]


def test_precision_is_by_the_size_of_the_share_and_shrunk_to_the_odds_of_the_rule():
    """Chances of 1/2 and 1/5 are odds of 1 and 1/4; times 4 they are those of .8 and .5, which make 13 of 20 right.

    9 of 10 alerts of small markets were right and 4 of 10 of large ones: (9 + 8) / 20 and (4 + 5) / 20.
    """
    kinds = [(0.015, 1, 1, 9), (0.015, 1, 0, 1), (0.015, 0, 1, 1), (0.015, 0, 0, 9)]
    kinds += [(0.3, 1, 1, 4), (0.3, 1, 0, 6), (0.3, 0, 1, 4), (0.3, 0, 0, 26)]
    share, alert, event = (np.array([[kind[at] for kind in kinds for _ in range(kind[3])]]) for at in range(3))
    every = np.ones(share.shape, dtype=bool)
    signals = Signals(every, alert.astype(bool), event.astype(bool), every, share, share, share, share, {})
    (rule,) = checked_rules(only("share_up"))
    record, by_size, _ = record_of(rule, signals)
    assert record.precision == 0.65
    assert by_size["precision"].tolist() == pytest.approx([0.85, 0.65, 0.65, 0.45], rel=1e-10)
    assert by_size["alerts"].tolist() == [10, 0, 0, 10]
    assert by_size["chance"].fillna(-1).tolist() == [0.5, -1.0, -1.0, 0.2]


def test_a_short_past_gives_no_rates_and_the_sentence_says_so():
    found = ta.watch(risen([10, 12]), rules=only("share_up"))
    assert len(found.table) == 5
    assert found.table[["precision", "recall", "delay", "false_alarms"]].isna().all(axis=None)
    assert found.table["cases"].tolist() == [0] * 5
    assert "how often such alerts are right is not known: no past alert has a known outcome" in found.sentences[0]
    assert "trước đây chưa có cảnh báo nào đã rõ kết quả" in found.sentences[0].say("vi")


@pytest.mark.parametrize(
    ("lang", "record"),
    [("en", "no past case of a market of this size"), ("vi", "chưa có trường hợp nào ở thị trường cùng quy mô")],
)
def test_a_market_of_a_size_that_no_past_case_had_is_told_so(lang, record):
    (rule,) = checked_rules(only("share_up"))
    alert = {"partner": "USA", "product": None, "month": "2023-12", "now": 0.2, "was": 0.1, "size": 0.1}
    said = of_alert(rule, {**alert, "precision": 0.42, "chance": float("nan"), "cases": 12}, {}, None).say(lang)
    assert record in said
    assert "nan" not in said
    assert "4 in 10" in said or "có 4 lần" in said


def test_a_market_that_lost_half_is_an_alert():
    found = ta.watch(monthly({"USA": years(10, 4), "JPN": years(90, 96)}), rules=only("market_lost"))
    row = found.table.iloc[0]
    assert found.table["partner"].tolist() == ["USA"]
    assert row[["was", "now"]].tolist() == [120.0, 48.0]
    assert row["size"] == pytest.approx(-0.6, rel=1e-15)
    assert ta.watch(monthly({"USA": years(10, 6), "JPN": years(90, 94)}), rules=only("market_lost")).table.empty
    # Below 1% of trade before it is not watched.
    assert ta.watch(monthly({"USA": years(0.5, 0.1), "JPN": years(99, 99)}), rules=only("market_lost")).table.empty


def test_a_market_without_trade_for_six_months_is_lost_before_its_year_has_halved():
    half = [4.0] * 12 + [8.0] * 6 + [0.0] * 6
    others = dict.fromkeys(["JPN", "DEU", "KOR", "CHN", "THA", "SGP"], years(16, 16))
    found = ta.watch(monthly({"USA": half, **others}), rules=only("market_lost"))
    assert found.table[["partner", "size"]].values.tolist() == [["USA", 0.0]]
    assert "United States: no trade in the last 6 months, which had some a year before" in found.sentences[0]


def test_a_market_that_buys_in_one_season_is_not_lost_in_the_other():
    season = ([20.0] * 6 + [0.0] * 6) * 3
    assert ta.watch(monthly({"USA": season, "JPN": years(90, 90, 90)}), rules=only("market_lost")).table.empty


def test_tet_that_moves_from_january_to_february_is_no_alert():
    january = [40.0, 100, *[100.0] * 10]
    february = [100.0, 40, *[100.0] * 10]
    table = monthly({"CHN": january + february + january, "USA": years(50, 50, 50)})
    found = ta.watch(table[table["period"] <= "2020-02"], rules=ta.monitoring.watch_rules(), plan=0.9)
    assert found.table.empty
    assert found.sentence() == "2020-02: no alert."


def goods_table(quantities, values, product="030462", partner="USA"):
    months = pd.period_range("2018-01", periods=24, freq="M").astype(str)
    return pd.DataFrame(
        {"period": months, "partner": partner, "product": product, "value": years(*values), "kg": years(*quantities)}
    )


def test_volume_up_and_unit_value_down_is_by_product():
    fish = goods_table((10, 13), (50, 52))  # 5 a kilogram, then 4
    rice = goods_table((10, 13), (50, 65), "100630")  # as dear as before
    table = pd.concat([fish, rice])
    found = ta.watch(table, rules=only("volume_up"), quantity="kg")
    row = found.table.iloc[0]
    assert found.table[["partner", "product"]].values.tolist() == [["USA", "030462"]]
    assert row[["was", "now"]].tolist() == pytest.approx([5.0, 4.0], rel=1e-15)
    assert row["size"] == pytest.approx(-0.2, rel=1e-12)
    assert "United States, product 030462: quantity up 30% while unit value fell 20%" in found.sentences[0]
    assert "Hoa Kỳ, mặt hàng 030462: trong 12 tháng, lượng tăng 30% còn đơn giá giảm 20%" in found.sentences[0].say(
        "vi"
    )


def test_rows_without_a_quantity_leave_no_unit_value_to_judge():
    table = goods_table((10, 13), (50, 52))
    table.loc[table["period"].between("2019-01", "2019-03"), "kg"] = np.nan
    assert ta.watch(table, rules=only("volume_up"), quantity="kg").table.empty
    table.loc[:, "kg"] = -1.0
    with pytest.raises(ta.TradeDataError, match="'kg' has quantities that are below 0"):
        ta.watch(table, rules=only("volume_up"), quantity="kg")


def imports_of(amounts, **more):
    table = goods_table(amounts, (1, 1)).drop(columns="partner")
    return table.assign(reporter="USA", **more)


@pytest.mark.parametrize(("imports", "share"), [((300, 325), 0.04), ((600, 650), None)])
def test_a_share_of_the_markets_imports_above_3_per_cent_is_an_alert(imports, share):
    table = goods_table((10, 13), (50, 52))
    found = ta.watch(table, rules=only("import_share"), quantity="kg", market=imports_of(imports))
    assert found.table["now"].tolist() == ([] if share is None else pytest.approx([share], rel=1e-15))
    if share:
        assert "4.0% of the quantity that the market imports, above the 3% of anti-dumping rules" in found.sentences[0]


def test_a_threshold_of_ones_own_is_said_with_its_decimal_and_is_no_law():
    table = goods_table((10, 13), (50, 52))
    rules = only("import_share", threshold=0.035)
    said = ta.watch(table, rules=rules, quantity="kg", market=imports_of((300, 325))).sentences[0]
    assert "above the 3.5% of the rule" in said
    assert "trên ngưỡng 3,5%;" in said.say("vi")
    assert "dumping" not in said


def test_a_market_that_did_not_report_its_imports_sets_off_no_alert():
    table, imports = goods_table((10, 13), (50, 52)), imports_of((300, 325))
    some = imports[imports["period"] != "2019-06"]
    assert ta.watch(table, rules=only("import_share"), quantity="kg", market=some).table.empty


def test_the_markets_table_is_refused_where_it_counts_twice_or_is_of_others():
    table = goods_table((10, 13), (50, 52))
    both = pd.concat([imports_of((300, 325), partner="W00"), imports_of((300, 325), partner="THA")])
    with pytest.raises(ta.TradeDataError, match="W00 beside single origins"):
        ta.watch(table, rules=only("import_share"), quantity="kg", market=both)
    with pytest.raises(ta.TradeDataError, match="has no imports of the markets USA"):
        ta.watch(table, rules=only("import_share"), quantity="kg", market=imports_of((1, 1)).assign(reporter="JPN"))
    with pytest.raises(ta.TradeDataError, match="no column 'product'"):
        ta.watch(table, quantity="kg", market=imports_of((1, 1)).drop(columns="product"))


def test_the_cap_of_a_plan_is_in_danger_within_two_points_of_it():
    plan = ta.plan(pd.Series({"USA": 30.0, "JPN": 70.0, "DEU": 60.0}), growth=0.2, cap=0.5)
    table = monthly({"USA": years(45, 49), "JPN": years(30, 30), "DEU": years(25, 21)})
    for cap in (plan, 0.5):
        found = ta.watch(table, rules=only("cap"), plan=cap)
        assert found.table[["partner", "since"]].values.tolist() == [["USA", "2019-02"]]  # of the year so far, 49%
        assert found.table["size"].tolist() == pytest.approx([-0.01], abs=1e-15)
    assert "the 12-month share is 49.0%, that of the year so far 49.0%, the plan's cap 50.0%" in found.sentences[0]
    for wrong in (0, 1.2, -0.1):
        with pytest.raises(ta.TradeDataError, match="a cap is a share in"):
            ta.watch(table, plan=wrong)
    for wrong in ("25%", float("nan"), True):
        with pytest.raises(ta.TradeDataError):
            ta.watch(table, plan=wrong)


def test_rules_that_need_what_was_not_given_are_not_applied_and_that_is_stated():
    found = ta.watch(risen())
    assert list(found.about["not_run"]) == ["volume_up", "import_share", "cap"]
    assert found.records["rule"].tolist() == ["share_up", "market_lost"]
    assert "rule cap was not applied: it needs the cap, plan=" in found.summary()


def test_a_month_that_the_table_lacks_leaves_its_windows_without_alerts():
    table = risen()
    assert not ta.watch(table[table["period"] != "2021-05"], rules=only("share_up")).table.empty  # windows after it
    assert ta.watch(table[table["period"] != "2022-05"], rules=only("share_up")).table.empty
    found = ta.watch(table[table["period"] != "2023-05"])
    assert found.table.empty


def test_a_half_reported_last_month_is_left_out_and_that_is_stated():
    table = risen()
    part = table.drop(table.index[(table["period"] == "2023-12") & table["partner"].isin(["USA", "JPN", "THA"])])
    found, before = ta.watch(part), ta.watch(table[table["period"] < "2023-12"])
    pd.testing.assert_frame_equal(found.table, before.table)
    assert found.about["month"] == "2023-11"
    assert found.sentence().startswith("2023-11: 5 alerts, on ")
    assert "Months that are left out: 2023-12 seems to be reported in part" in found.sentence()
    assert "Các tháng chưa xét: tháng 2023-12 có vẻ mới được báo cáo một phần" in found.sentence("vi")
    assert ta.watch(part, keep_last=True).about["month"] == "2023-12"


def test_whose_trade_a_table_without_that_column_has_is_what_was_given():
    given = ta.watch(risen(), reporter="VNM", flow="export")
    assert given.table["now"].tolist() == ta.watch(risen()).table["now"].tolist()
    assert (given.about["reporter"], given.about["flow"]) == ("VNM", "export")
    table = goods_table((10, 13), (50, 52))
    assert len(ta.watch(table, reporter="VNM", rules=only("volume_up"), quantity="kg").table) == 1
    assert "Vietnam" in ta.nowcast(risen(), reporter="VNM").sentence()
    with pytest.raises(ta.TradeDataError, match="exports"):
        ta.watch(risen(), flow="exports")


def test_what_is_not_allocated_counts_in_the_whole():
    table = pd.concat([risen(), monthly({"Others": years(*[100] * 6)})])
    found = ta.watch(table, rules=only("share_up"))
    assert found.table["now"].tolist() == pytest.approx([0.08] * 5, abs=1e-15)
    assert "Others" not in found.past["partner"].tolist()


def test_a_rule_may_be_changed_and_added():
    rules = pd.concat([only("share_up"), only("share_up", rule="steep", threshold=0.03, note="of ours")])
    found = ta.watch(risen(), rules=rules)
    assert set(found.table["rule"]) == {"share_up"}
    assert found.records["rule"].tolist() == ["share_up", "steep"]


@pytest.mark.parametrize(
    ("column", "given", "words"),
    [
        ("kind", "share_down", "rule share_up is of kind 'share_down': choose from share_up, market_lost"),
        ("kind", None, "is of kind None"),
        ("threshold", 0.0, "threshold 0.0: write a share in"),
        ("threshold", 46.0, "threshold 46.0"),
        ("threshold", float("nan"), "threshold nan"),
        ("threshold", float("inf"), "threshold inf"),
        ("threshold", "0.5", "threshold '0.5'"),
        ("least", -0.1, "least -0.1"),
        ("event", 1e308, "event 1e"),
        ("months", 1, "months 1: windows are whole years"),
        ("months", 18, "months 18: windows are whole years"),
        ("ahead", 0, "ahead 0: write a whole number of months from 1 to 60"),
        ("ahead", 2.5, "ahead 2.5"),
        ("rule", "", "a rule has the name ''"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused_by_name(column, given, words):
    rules = only("share_up").astype({column: object})
    rules.loc[0, column] = given
    with pytest.raises(ta.TradeDataError) as raised:
        ta.watch(risen(), rules=rules)
    assert words in str(raised.value)


def test_all_faults_of_rules_are_stated_at_once():
    rules = ta.monitoring.watch_rules().drop(columns="silent")
    rules.loc[0, "threshold"] = 2.0
    rules.loc[2, "rule"] = "cap"
    with pytest.raises(ta.TradeDataError) as raised:
        ta.watch(risen(), rules=rules)
    for part in ("rule share_up has threshold 2.0", "rule market_lost has silent", "two rules have the name cap"):
        assert part in str(raised.value)
    for wrong in (rules.iloc[:0], rules.drop(columns="months"), [1], "share_up"):
        with pytest.raises(ta.TradeDataError):
            ta.watch(risen(), rules=wrong)


def test_sentences_are_what_a_director_reads():
    found = ta.watch(risen(), rules=only("share_up"), lang="vi")
    words = (
        "Hoa Kỳ: tỷ trọng 12 tháng tăng từ 14,0% lên 16,0% (tháng 12/2023); trước đây cứ 10 cảnh báo như vậy thì có "
        "5 lần tỷ trọng tăng tiếp ít nhất 0,5 điểm phần trăm sau 12 tháng "
        "(thị trường cùng quy mô nói chung: 45%)."
    )
    assert words in found.table["sentence"].tolist()
    assert found.sentence("vi").startswith("Tháng 12/2023: 5 cảnh báo, về ")
    assert found.sentence().startswith("2023-12: 5 alerts, on ")
    english = next(one for one in found.sentences if one.startswith("United States"))
    assert "5 in 10 such alerts in the past were followed by a further rise of at least 0.5 points" in english


def test_the_library_and_order_of_the_table_change_nothing():
    table = risen()
    found = ta.watch(table)
    for other in (pl.from_pandas(table), table.sample(frac=1, random_state=0)):
        pd.testing.assert_frame_equal(ta.watch(other).table, found.table)
    labels = table.assign(partner=table["partner"].map({one: f"Market of {one}" for one in [*MARKETS, "THA"]}))
    assert ta.watch(labels).sentences[0].startswith("Market of ")


def test_sums_over_months_are_exact_and_missing_where_a_month_is():
    x = np.array([[1e9], [1.0], [0.0], [0.0], [np.nan], [2.0]])
    assert over(x, 2)[:, 0].tolist()[1:4] == [1e9 + 1, 1.0, 0.0]
    assert np.isnan(over(x, 2)[[0, 4, 5], 0]).all()
    months = np.array([11, 12, 1, 2, 3, 4])
    assert np.nan_to_num(year_so_far(x, months)[:, 0], nan=-1).tolist() == [-1, -1, 0, 0, -1, -1]


@pytest.mark.parametrize(("flow", "precision", "recall"), [("import", 0.46, 0.46), ("export", 0.38, 0.38)])
def test_half_a_point_more_is_right_as_often_as_was_found_by_quarters_on_trade_of_the_united_states(
    flow, precision, recall, shared_data
):
    """Known figures are of the ends of quarters and of 1988 to 2022."""
    us = pd.read_csv(shared_data / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz")
    us = us[(us["cty_code"] >= 1000) & us["period"].between(198801, 202212) & (us["flow"] == flow)]
    trade = totals(open_months(us.rename(columns={"cty_name": "partner"})), None)
    (rule,) = checked_rules(only("share_up"))
    found = APPLY["share_up"](trade, rule)
    cases = (found.case & found.known)[23::3]
    alert, event = (found.alert[23::3][cases], found.event[23::3][cases])
    assert (alert & event).sum() / alert.sum() == pytest.approx(precision, abs=0.005)
    assert (alert & event).sum() / event.sum() == pytest.approx(recall, abs=0.0075)
    assert event.mean() == pytest.approx({"import": 0.057, "export": 0.05}[flow], abs=0.0005)


def test_a_plain_loop_finds_the_same_alerts():
    """Month by month and market by market, of sums over slices."""
    rng = np.random.default_rng(8)
    x = rng.lognormal(0, 0.6, (60, 9))
    months = np.arange("2018-01", "2023-01", dtype="datetime64[M]")
    trade = MonthlyTrade(months, pd.Index(range(9)), None, x, x.sum(axis=1))
    (rule,) = checked_rules(only("share_up", least=0.05))
    alerts = np.zeros(x.shape, dtype=bool)
    for t, j in itertools.product(range(23, 60), range(9)):
        now, was = (x[end - 11 : end + 1, j].sum() / x[end - 11 : end + 1].sum() for end in (t, t - 12))
        alerts[t, j] = now >= 0.05 and now - was >= 0.005
    assert alerts.sum() > 50
    assert (APPLY["share_up"](trade, rule).alert == alerts).all()
