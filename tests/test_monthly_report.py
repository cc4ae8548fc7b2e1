"""The monthly page: what it says of a month, what it keeps, what has changed, and the code the command ends with."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from monthly_workbooks import table, workbook

import tradeanalysis as ta
from tradeanalysis.brief.monthly.month_box import month_box
from tradeanalysis.brief.monthly.month_facts import month_facts
from tradeanalysis.brief.monthly.month_page import _record
from tradeanalysis.brief.monthly.page_history import history_of, page_of
from tradeanalysis.brief.monthly.since_last_page import since_last_page
from tradeanalysis.brief.monthly.target_progress import progress_of
from tradeanalysis.cli import main

SINCE = "2022-01"


def months(first, last):
    return [str(one) for one in np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)]


def trade(last, usa=60.0, before=40.0, first="2023-01", since="2025-01"):
    """The USA buys 40 million a month, and another amount from a month on; Japan buys 50, and 10 are in no market."""
    rows = [
        (month, partner, 1e6 * x)
        for month in months(first, last)
        for partner, x in (("USA", usa if month >= since else before), ("JPN", 50.0), ("OTH", 10.0))
    ]
    return pd.DataFrame(rows, columns=["period", "partner", "value"]).assign(reporter="Long An", flow="export")


def written(rows, folder, **more):
    more = {"langs": ["vi"], "out": folder / "out", "history": folder / "history.json", **more}
    done = ta.brief.write_monthly_report(rows, "Long An" if "Long An" in set(rows["reporter"]) else None, **more)
    return done, text_of(done.files[0])


@pytest.mark.parametrize("given", [{"cap": 40}, {"cap": 0.0}, {"growth": 10}, {"growth": -1.0}])
def test_a_cap_or_a_growth_in_per_cent_is_refused_before_anything_is_written(tmp_path, given):
    with pytest.raises(ta.TradeDataError, match=r"0\.4 is 40%|0\.1 for 10%"):
        written(trade("2025-05"), tmp_path, **given)
    assert list(tmp_path.iterdir()) == []


def test_sums_so_far_are_made_into_the_months_of_the_same_page(tmp_path):
    rows = trade("2025-05")
    year, month = (rows["period"].str[part] for part in (slice(4), slice(5, None)))
    sums = rows.assign(value=rows.groupby(["partner", year])["value"].cumsum(), period=year + "-C" + month)
    found = [
        ta.brief.write_monthly_report(one, "Long An", out=tmp_path / str(i), langs=["vi"]).files[0].read_text("utf-8")
        for i, one in enumerate((rows, sums))
    ]
    assert found[0] == found[1]


def test_a_table_of_another_library_gives_the_same_page(tmp_path):
    polars = pytest.importorskip("polars")
    rows = trade("2025-05")
    options = {"langs": ["vi"], "growth": 0.1}
    found = [
        ta.brief.write_monthly_report(one, "Long An", out=tmp_path / str(i), **options).files[0].read_text("utf-8")
        for i, one in enumerate((rows, polars.from_pandas(rows)))
    ]
    assert found[0] == found[1]


def test_an_estimate_without_a_band_says_so(tmp_path):
    _, said = written(trade("2025-01", first="2024-01"), tmp_path)
    assert "chưa có khoảng tin cậy" in said


def text_of(path):
    """The words of a page, without its pictures."""
    html = re.sub(r"(?s)<svg.*?</svg>|<style>.*?</style>", " ", path.read_text("utf-8"))
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# ---- the box ------------------------------------------------------------------------------------------------------


def test_the_box_has_the_sums_of_the_table():
    facts = month_facts(trade("2025-05"), None, None)
    assert facts.month == "2025-05"
    assert facts.of_month == (120e6, 100e6)
    assert facts.so_far == (600e6, 500e6)
    name, share = facts.largest
    # The USA: 5 x 60 + 7 x 40 of 5 x 120 + 7 x 100; Japan 600 of the same.
    assert name == "JPN"
    assert share == pytest.approx((600 / 1300, 0.5), abs=1e-15)
    now, before = (60**2 + 50**2) / 110**2, (40**2 + 50**2) / 90**2
    assert facts.index_so_far == pytest.approx((now, before), abs=1e-15)
    assert facts.unallocated == pytest.approx(120 / 1300, abs=1e-15)
    box = month_box(facts, since_last_page(facts, history_of(None, facts)), None, "vi")
    values = [(value, beside) for _, value, beside in box.items]
    assert values[0] == ("120,0 triệu USD", "+20,0% so với cùng kỳ (100,0 triệu USD)")
    assert values[2] == ("Nhật Bản 46,2%", "giảm 3,8 điểm phần trăm sau một năm")
    assert values[3] == ("0,504", "cùng kỳ năm trước: 0,506")


def test_a_month_that_is_missing_is_told_and_compared_with_nothing():
    rows = trade("2025-05")
    facts = month_facts(rows[rows["period"] != "2025-02"], None, None)
    assert facts.missing == ["2025-02"]
    assert facts.so_far == (480e6, 400e6)  # of the four months that both years have


def test_a_last_month_reported_in_part_is_left_out_and_told(tmp_path):
    done, page = written(table("2025-09", SINCE), tmp_path)
    assert done.month == "2025-08"
    assert "Số liệu tháng 9/2025 mới có một phần: 4 thị trường" in page
    assert "Xuất khẩu của Bắc Ninh, tháng 8/2025" in page


def with_india(last, fell="2025-03", since="2099-01"):
    """India buys 1.5 million a month, and a tenth of it from a month on."""
    bought = [(month, "IND", 1.5e5 if month >= fell else 1.5e6) for month in months("2023-01", last)]
    rows = pd.DataFrame(bought, columns=["period", "partner", "value"]).assign(reporter="Long An", flow="export")
    return pd.concat([trade(last, since=since), rows], ignore_index=True)


def test_a_market_that_falls_is_told_before_its_twelve_months_have_halved(tmp_path):
    """From 4.5 to .45 million in three months, but from 18 to 13.95 million in twelve: no alert yet."""
    done, page = written(with_india("2025-05"), tmp_path)
    assert done.table.empty
    fall = "3 tháng gần đây giảm mạnh so với cùng kỳ: Ấn Độ giảm 90%, từ 4,5 triệu USD xuống 450.000 USD."
    assert f"Không có cảnh báo, nhưng {fall}" in page
    assert "Giảm mạnh trong 3 tháng gần đây so với cùng kỳ: Ấn Độ giảm 90%" in page
    assert "Cảnh báo xét các thị trường chiếm ít nhất 1% kim ngạch 12 tháng" in page


def test_a_year_as_the_one_before_is_neither_up_nor_down(tmp_path):
    _, page = written(trade("2025-05", since="2099-01"), tmp_path)
    assert "Không có cảnh báo: xuất khẩu 5 tháng đầu năm 2025 không đổi so với cùng kỳ" in page


def test_without_two_whole_years_of_months_no_alert_is_not_said_to_be_none(tmp_path):
    """The United States' share rose as in the whole table, but no window of twelve months is there to say so."""
    rows = trade("2025-05")
    done, page = written(rows[rows["period"] != "2024-11"], tmp_path)
    assert done.table.empty
    assert "Không có cảnh báo" not in page
    assert "Cảnh báo – chưa xét được" in page
    assert "mà bảng chưa có đủ 24 tháng này" in page
    assert any("not all of these 24 months" in one for one in done.remarks)


def test_a_market_that_is_lost_by_its_alert_is_not_told_twice():
    """By November 2025 the twelve months are 3 x 1.5 and 9 x .15 million, 5.85 of 18."""
    facts = month_facts(with_india("2025-11"), None, None)
    assert facts.alerts["rule"].tolist() == ["market_lost"]
    assert facts.falls == []


def test_a_lead_has_the_record_of_its_alert_beside_any_market_of_its_size(tmp_path):
    _, page = written(table("2025-08"), tmp_path)
    lead = page.split("Số liệu chính của tháng")[-1]
    assert re.search(r"Đáng chú ý nhất: [^.]*\. Trước đây [^.]* \(thị trường cùng quy mô nói chung: \d+%\)\.", lead)
    assert re.search(r"số cảnh báo như vậy là đúng \(thị trường cùng quy mô nói chung: \d+%\)", lead)


def test_a_record_without_a_real_case_or_of_no_such_size_says_so():
    row = {"precision": 0.0, "chance": math.nan, "recall": math.nan, "delay": math.nan, "false_alarms": 1.2}
    said = _record({**row, "cases": 12}, "en")
    assert "no past case of a market of this size" in said
    assert "there was no real case so far; 1.2 false alarms a year" in said
    assert "none of the real cases" in _record({**row, "recall": 0.0, "cases": 12}, "en")
    assert "no past alert has a known outcome" in _record({**row, "precision": math.nan, "cases": 0}, "en")
    assert "outcome: 9, too few" in _record({**row, "precision": math.nan, "cases": 9}, "en")


@pytest.mark.parametrize(("lang", "words"), [("vi", "1 cảnh báo mới"), ("en", "1 new alert, 0 going on")])
def test_a_report_is_said_in_both_languages(tmp_path, lang, words):
    done, _ = written(trade("2025-05"), tmp_path)
    assert words in done.sentence(lang)


def test_a_table_without_months_or_with_few_is_refused_in_words():
    with pytest.raises(ta.TradeDataError, match="no months"):
        ta.brief.write_monthly_report(trade("2025-05").drop(columns="period"), "Long An")
    with pytest.raises(ta.TradeDataError, match="12 whole months"):
        ta.brief.write_monthly_report(trade("2023-12"), "Long An")
    with pytest.raises(ta.TradeDataError, match="whose trade"):
        ta.brief.write_monthly_report(trade("2025-05").drop(columns="reporter"))


# ---- what has changed ---------------------------------------------------------------------------------------------


def test_the_next_page_says_what_is_new_what_goes_on_and_what_is_over(tmp_path):
    first, page = written(trade("2025-03"), tmp_path)
    assert first.new == 1
    assert "chưa có bản tin trước để so sánh" in page
    second, page = written(trade("2025-04"), tmp_path)
    assert list(second.table["state"]) == ["goes on"]
    assert "Thay đổi so với bản tin tháng 3/2025" in page
    assert "0 mới, 1 tiếp diễn, 0 đã hết" in page
    assert "0 mới so với bản tin tháng 3/2025; 1 tiếp diễn từ tháng 1/2025" in page
    third, page = written(trade("2026-12"), tmp_path)
    assert third.ended == (("share_up", "USA", ""),)
    assert "Đã hết: Hoa Kỳ (tỷ trọng tăng)" in page


def test_a_revision_is_told_with_its_amount_and_market(tmp_path):
    written(trade("2025-04"), tmp_path)
    later = trade("2025-05")
    march = (later["period"] == "2025-03") & (later["partner"] == "USA")
    later.loc[march, "value"] -= 7e6
    _, page = written(later, tmp_path)
    assert "Số liệu tháng 3/2025 điều chỉnh giảm 7,0 triệu USD, xuống 113,0 triệu USD, nhiều nhất ở Hoa Kỳ." in page
    _, page = written(trade("2025-06"), tmp_path)
    assert "Số liệu tháng 3/2025 điều chỉnh tăng 7,0 triệu USD" in page


def test_the_estimate_of_the_page_before_is_held_against_the_year_that_is_over(tmp_path):
    written(trade("2025-11"), tmp_path)
    history = json.loads((tmp_path / "history.json").read_text("utf-8"))
    estimate = history["pages"][0]["nowcast"]
    assert estimate["year"] == 2025
    _, page = written(trade("2026-01"), tmp_path)
    exact = f"{(60**2 + 50**2) / 110**2:.3f}".replace(".", ",")
    held = estimate["low"] <= (60**2 + 50**2) / 110**2 <= estimate["high"]
    assert f"số thực hiện {exact}: {'vẫn trong khoảng' if held else 'đã ra ngoài khoảng'}" in page


def test_a_second_run_of_a_month_gives_the_same_page_and_the_same_history(tmp_path):
    written(trade("2025-03"), tmp_path)
    done, _ = written(trade("2025-04"), tmp_path)
    page, history = done.files[0].read_bytes(), (tmp_path / "history.json").read_bytes()
    again, _ = written(trade("2025-04"), tmp_path)
    assert (again.files[0].read_bytes(), (tmp_path / "history.json").read_bytes()) == (page, history)
    assert list(again.table["state"]) == list(done.table["state"])


def test_the_history_has_no_more_than_two_years_of_two_pages(tmp_path):
    for last in ("2025-02", "2025-03", "2025-04"):
        written(trade(last), tmp_path)
    pages = json.loads((tmp_path / "history.json").read_text("utf-8"))["pages"]
    assert [one["month"] for one in pages] == ["2025-02", "2025-03", "2025-04"]
    assert [sorted(one.get("values", {}))[:1] for one in pages] == [[], ["2024-01"], ["2024-01"]]
    assert pages[2]["values"]["2025-04"] == {"JPN": 50e6, "USA": 60e6, "OTH": 10e6}


DAMAGED = {
    "no JSON": "{",
    "a list": "[]",
    "brackets": "[" * 200_000,
    "NaN": '{"file": NaN}',
    "other": '{"name": "package", "version": "1.0.0"}',
}


@pytest.mark.parametrize("kind", [*DAMAGED, "a number", "a month", "a province"])
def test_a_damaged_or_foreign_history_is_not_followed_and_left_as_it_is(tmp_path, kind):
    facts, path = month_facts(trade("2025-03"), None, None), tmp_path / "history.json"
    history_of(path, facts).write(page_of(facts))
    if kind in DAMAGED:
        path.write_text(DAMAGED[kind], "utf-8")
    else:
        old, new = {
            "a number": ('"JPN": 50000000.0', '"JPN": "50000000"'),
            "a month": ('"month": "2025-03"', '"month": "March"'),
            "a province": ('"reporter": "Long An"', '"reporter": "Bến Tre"'),
        }[kind]
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    before = path.read_bytes()
    found = history_of(path, facts)
    assert found.pages == {}
    assert str(path) in found.refused
    found.write(page_of(facts))
    assert path.read_bytes() == before


def test_a_history_that_is_not_followed_is_told(tmp_path):
    (tmp_path / "history.json").write_text("{", "utf-8")
    done, page = written(trade("2025-04"), tmp_path)
    assert "Không dùng được tệp lưu bản tin trước" in page
    assert "Thay đổi so với" not in page
    assert [str(tmp_path / "history.json") in one for one in done.remarks] == [True]


def test_a_history_is_read_as_it_was_kept(tmp_path):
    facts = month_facts(trade("2025-04"), None, None)
    history_of(tmp_path / "a.json", facts).write(page_of(facts))
    assert history_of(tmp_path / "a.json", facts).pages == {"2025-04": page_of(facts)}


# ---- targets ------------------------------------------------------------------------------------------------------


def test_progress_is_sales_beside_the_target_and_the_course_of_earlier_years():
    facts = month_facts(trade("2025-03"), None, None)
    found = progress_of(facts, {"USA": 600e6, "JPN": 620e6}, None, None)
    assert found.table["sold"].to_dict() == {"JPN": 150e6, "USA": 180e6}
    assert found.table["done"].to_dict() == {"JPN": 150 / 620, "USA": 0.3}
    # In 2023 and 2024 a quarter of each year was sold by the end of March.
    assert found.table["usual"].to_dict() == {"JPN": 0.25, "USA": 0.25}
    assert found.table["course"].to_dict() == {"JPN": "on_course", "USA": "ahead"}
    alone = progress_of(facts, {"Hoa Kỳ": 900e6}, None, None)
    assert alone.table["course"].to_dict() == {"USA": "behind"}
    assert (alone.all["sold"], alone.rest, alone.of_all) == (180e6, None, False)  # beside these targets alone


def test_a_month_that_this_year_lacks_puts_no_market_behind(tmp_path):
    """100 of 1,200 million are sold each month; without March, two of the first three months are a sixth of a year."""
    rows = trade("2025-03", usa=40.0)
    facts = month_facts(rows[rows["period"] != "2025-02"], None, None)
    found = progress_of(facts, {"USA": 480e6, "JPN": 600e6, "OTH": 120e6}, None, None)
    assert found.all[["sold", "done", "usual", "course"]].tolist() == [200e6, 1 / 6, 1 / 6, "on_course"]
    assert set(found.table["course"]) == {"on_course"}
    box = month_box(facts, since_last_page(facts, history_of(None, facts)), found, "en")
    assert [one[0] for one in box.items][1] == "2 of the first 3 months of 2025"
    behind = progress_of(facts, {"USA": 960e6, "JPN": 1200e6}, None, None)
    lead = month_box(facts, since_last_page(facts, history_of(None, facts)), behind, "vi").lead
    assert lead.startswith("Chậm so với chỉ tiêu năm: 2 tháng có số liệu đạt 8,3%")


def test_a_target_of_other_markets_is_held_against_all_that_is_in_no_row():
    facts = month_facts(trade("2025-03"), None, None)
    for other in ("OTH", "Khác"):
        found = progress_of(facts, {"USA": 600e6, other: 720e6}, None, None)
        assert list(found.table.index) == ["USA"]
        # Japan's 150 million and the 30 in no market; 1,320 of all.
        assert (found.rest["target"], found.rest["sold"], found.all["target"]) == (720e6, 180e6, 1320e6)


def test_a_target_of_an_economy_to_which_nothing_was_sold_is_one_and_of_no_economy_is_refused():
    facts = month_facts(trade("2025-03"), None, None)
    assert progress_of(facts, {"Kenya": 12e6}, None, None).table.loc["KEN", "sold"] == 0
    for wrong in ("Xứ Lạ", "ASEAN", "World"):
        with pytest.raises(ta.TradeDataError, match=wrong):
            progress_of(facts, {"USA": 600e6, wrong: 12e6}, None, None)


def test_a_history_of_other_figures_of_the_same_name_is_not_followed(tmp_path):
    """In thousands of dollars nearly nothing is the same; a tenth revised is the same table."""
    path = tmp_path / "history.json"
    rows = trade("2025-03")
    facts = month_facts(rows, None, None)
    history_of(path, facts).write(page_of(facts))
    before = path.read_bytes()
    for factor, followed in ((0.001, False), (1000, False), (0.9, True), (1.0, True)):
        later = month_facts(trade("2025-04").assign(value=lambda x, by=factor: x["value"] * by), None, None)
        found = history_of(path, later)
        assert bool(found.pages) == followed
        if not followed:
            assert "0% of the values" in found.refused
            found.write(page_of(later))
    assert path.read_bytes() == before


def test_the_targets_of_a_growth_are_those_of_the_workbook_of_a_plan(tmp_path):
    rows = trade("2025-03")
    year = rows[rows["period"].between("2024-01", "2024-12")].assign(year=2024)
    facts = month_facts(rows, None, None)
    by_growth = progress_of(facts, None, 0.1, 0.6)
    for lang in ("vi", "en"):
        (path, _) = ta.write_plan(year, "Long An", growth=0.1, cap=0.6, out=tmp_path, langs=[lang])
        by_file = progress_of(facts, path, None, None)
        assert by_file.table["target"].to_dict() == pytest.approx(by_growth.table["target"].to_dict(), abs=1)
        assert (by_file.all["target"], by_file.base) == pytest.approx((1320e6, 1200e6), abs=1)
        assert not by_file.other_base
    other = progress_of(month_facts(trade("2025-03", before=55.0), None, None), path, None, None)
    assert other.other_base
    with pytest.raises(ta.TradeDataError, match="targets already"):
        progress_of(facts, path, 0.1, None)
    with pytest.raises(ta.TradeDataError, match="no targets can be read"):
        progress_of(facts, _not_a_table(tmp_path), None, None)


def _not_a_table(folder):
    path = folder / "note.csv"
    path.write_text("nothing of the kind\n", "utf-8")
    return path


def test_the_rows_of_the_targets_add_up_to_the_total(tmp_path):
    facts = month_facts(table("2025-06", SINCE), None, None)
    found = progress_of(facts, None, 0.08, 0.5)
    assert len(found.table) == 6
    for column in ("sold", "target"):
        assert found.table[column].sum() + found.rest[column] == pytest.approx(found.all[column], rel=1e-12)
    assert found.all["target"] == pytest.approx(1.08 * found.base_of_table, rel=1e-12)


# ---- the command --------------------------------------------------------------------------------------------------


def test_the_command_ends_with_3_where_alerts_are_new_and_0_where_none_is(tmp_path, capsys):
    codes = {}
    for last in ("2025-05", "2025-06"):
        # A file has another name each month, and the history is beside it all the same.
        file = workbook(last, tmp_path / f"XK {last[5:]}.xlsx", SINCE)
        words = ["--reporter", "Bắc Ninh", "--flow", "export", "--growth", "8%", "--cap", "45%", "--no-input"]
        codes[last] = main(["watch", str(file), *words, "--lang", "vi", "--out", str(tmp_path / "out")])
    assert codes == {"2025-05": 3, "2025-06": 0}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "month_Bac_Ninh_export_2025-05_vi.html",
        "month_Bac_Ninh_export_2025-06_vi.html",
    ]
    page = text_of(tmp_path / "out" / "month_Bac_Ninh_export_2025-06_vi.html")
    assert "Nguồn số liệu: Sở Công Thương, Ủy ban nhân dân tỉnh Bắc Ninh" in page
    assert "Số liệu tháng 4/2025 điều chỉnh tăng" in page
    assert (tmp_path / "watch_Bac_Ninh_export.json").is_file()
    capsys.readouterr()


@pytest.mark.parametrize("so_far", [False, True])
def test_a_folder_of_reports_is_one_table_of_months(tmp_path, capsys, so_far):
    """The reports of 14 months, each a file: the month alone, or the sum so far, of which December's is the year."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for year, n in [(2024, n) for n in range(1, 13)] + [(2025, 1), (2025, 2)]:
        head = f"{n} tháng đầu năm {year}" if so_far and n > 1 else f"Tháng {n}/{year}"
        rows = [f"{name};{x * n if so_far else x}" for name, x in (("Hoa Kỳ", 40), ("Trung Quốc", 30), ("Đức", 20))]
        text = "\n".join([f"Thị trường;{head} (triệu USD)", *rows])
        (folder / f"{n:02} {year}.csv").write_text(text + "\n", "utf-8")
    words = ["--reporter", "Long An", "--flow", "export", "--no-input", "--lang", "vi", "--history", "none"]
    assert main(["watch", str(folder), *words, "--out", str(tmp_path / "out")]) == 0
    page = text_of(tmp_path / "out" / "month_Long_An_export_2025-02_vi.html")
    assert "2 tháng đầu năm 2025 180,0 triệu USD 0,0% so với cùng kỳ (180,0 triệu USD)" in page
    assert "Chưa xét được cảnh báo: xuất khẩu 2 tháng đầu năm 2025 đạt 180,0 triệu USD" in page  # of 14 months
    capsys.readouterr()


def test_the_command_ends_with_2_where_there_are_no_months(tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text("partner,value\nUSA,3\nJPN,2\n", "utf-8")
    words = ["--reporter", "Long An", "--flow", "export", "--unit", "USD", "--no-input", "--lang", "vi"]
    assert main(["watch", str(file), *words, "--out", str(tmp_path / "out")]) == 2
    assert "không có số liệu theo tháng" in capsys.readouterr().err
    assert main(["watch", str(tmp_path / "none.csv"), *words]) == 2
    assert not (tmp_path / "out").exists()


# ---- the page -----------------------------------------------------------------------------------------------------


def test_a_page_needs_nothing_else_and_is_whole_in_both_languages(tmp_path):
    done, _ = written(table("2025-08", SINCE), tmp_path, langs=["vi", "en"], growth=0.08, cap=0.4)
    heads = []
    for path in done.files:
        html = path.read_text("utf-8")
        assert not re.search(r"""(?:src|href)=["']?(?:http|//)|<script|url\((?!["']?(?:data:|#))""", html)
        assert 'class="compact"' in html
        assert html.count("<svg") == 2  # broad and slim
        heads.append(len(re.findall("<h2", html)))
    assert heads[0] == heads[1] >= 3
    english = text_of(Path(done.files[1]))
    assert "Exports of Bắc Ninh, August 2025" in english
    assert "Record" in english


# ---- the figure ---------------------------------------------------------------------------------------------------

COURSES = pd.DataFrame(
    [
        (f"2025-{i:02}", p, x + (0.01 * i if p == "USA" else 0))
        for p, x in (("JPN", 0.1), ("USA", 0.3))
        for i in range(1, 7)
    ],
    columns=["period", "partner", "share"],
)


def test_all_pictures_of_courses_share_a_scale_and_the_largest_stands_first():
    ax = ta.figures.share_courses(COURSES)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 6]
    rises = [line.get_ydata()[-1] - line.get_ydata()[0] for line in lines]
    assert rises[0] > 0.5  # five points of five and a half
    assert rises[1] == pytest.approx(0, abs=1e-12)
    assert [text.get_text() for text in ax.texts[:2]] == ["United States", "31.0 → 36.0%"]
    assert "5.5 percentage points high" in ax.figure.texts[-1].get_text()


def test_a_month_without_a_share_breaks_the_line():
    ax = ta.figures.share_courses(COURSES[COURSES["period"] != "2025-03"])
    (line, *_) = (line for line in ax.lines if len(line.get_xdata()) == 6)
    assert np.isnan(line.get_ydata()).tolist() == [False, False, True, False, False, False]


def test_courses_that_cannot_be_drawn_are_refused():
    with pytest.raises(ta.TradeDataError, match="several rows"):
        ta.figures.share_courses(pd.concat([COURSES, COURSES]))
    with pytest.raises(ta.TradeDataError, match="'spring'"):
        ta.figures.share_courses(COURSES.assign(period="spring"))
    with pytest.raises(ta.TradeDataError):
        ta.figures.share_courses(COURSES.assign(share=1.5))


def test_courses_of_which_only_some_have_an_alert_fill_the_figure():
    rows = [
        (m, p, x + 0.01 * i) for i, m in enumerate(("2026-03", "2026-04")) for p, x in {"USA": 0.4, "JPN": 0.1}.items()
    ]
    table = pd.DataFrame(rows, columns=["period", "partner", "share"])
    table["alert"] = (table["partner"] == "USA") & (table["period"] == "2026-04")
    heights = [ta.figures.share_courses(one).get_position().height for one in (table, table.drop(columns="alert"))]
    assert heights[0] == pytest.approx(heights[1], rel=0.1)
    assert heights[0] > 0.3
