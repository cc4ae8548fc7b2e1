"""A province's exports by market and month, made by formula, and the workbook that its department has each month."""

import numpy as np
import openpyxl
import pandas as pd

import tradeanalysis as ta

START = np.datetime64("2014-01", "M")
# Million dollars a month at first, growth a year, and by how much sales move with the seasons.
MARKETS = {
    "Hoa Kỳ": (104.0, 0.075, 0.10),
    "Trung Quốc": (66.0, 0.045, 0.08),
    "Nhật Bản": (40.0, 0.045, 0.04),
    "Hàn Quốc": (25.0, 0.065, 0.05),
    "Đức": (14.0, 0.045, 0.07),
    "Hà Lan": (10.0, 0.065, 0.09),
    "Anh": (9.0, 0.04, 0.06),
    "Ấn Độ": (7.0, 0.06, 0.10),
    "Thái Lan": (6.0, 0.045, 0.05),
    "Ô-xtrây-li-a": (4.5, 0.06, 0.06),
    "Ca-na-đa": (3.5, 0.07, 0.08),
    "Pháp": (3.0, 0.045, 0.07),
    "Mê-hi-cô": (2.0, 0.09, 0.10),
}
OTHERS = "Thị trường khác"
# The calendar month of Tết, by year.
TET = {2014: 1, 2015: 2, 2016: 2, 2017: 1, 2018: 2, 2019: 2, 2020: 1, 2021: 2, 2022: 2, 2023: 1, 2024: 2, 2025: 1}
REVISED, PART = "2025-06", "2025-09"


def trade(last):
    """Values by month and market up to a month, as they are known in the end."""
    months = np.arange(START, np.datetime64(last, "M") + 1)
    t = np.arange(len(months))
    random = np.random.default_rng(20)
    draws, steps = (random.normal(0, size, (400, len(MARKETS)))[: len(t)] for size in (0.03, 0.018))
    draws += steps.cumsum(axis=0)  # months scatter, and markets drift
    table = pd.DataFrame(index=months.astype(str))
    for j, (name, (level, growth, season)) in enumerate(MARKETS.items()):
        course = level * (1 + growth) ** (t / 12) * (1 + season * np.sin(2 * np.pi * (t + 2 * j) / 12))
        table[name] = course * np.exp(draws[:, j])
    table["Hoa Kỳ"] *= 1 + 0.012 * np.clip(t - 128, 0, 9)  # from September 2024 on the largest market draws ahead
    table.loc["2022-04":, "Anh"] *= 0.7
    table.loc["2025-05":, "Ấn Độ"] *= 0.15  # a market is lost
    table[OTHERS] = 0.055 * table.sum(axis=1)
    for month in table.index:
        if TET.get(int(month[:4])) == int(month[5:]):
            table.loc[month] *= 0.72
    return table.round(2)


def as_known(last):
    """The values as a month's file has them: April and May 2025 are lower until June, September 2025 is a part."""
    table = trade(last)
    if last < REVISED:
        early = [one for one in ("2025-04", "2025-05") if one in table.index]
        table.loc[early, "Hoa Kỳ"] = (table.loc[early, "Hoa Kỳ"] * 0.94).round(2)
    if last == PART:
        table.loc[PART, list(table.columns[4:])] = np.nan
        table.loc[PART, "Hoa Kỳ"] = round(table.loc[PART, "Hoa Kỳ"] * 0.5, 2)
    return table


def workbook(last, path, since="2014-01"):
    """The workbook of a month: a row for each market, a column for each month, a total."""
    table = as_known(last).loc[since:]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["ỦY BAN NHÂN DÂN TỈNH BẮC NINH"])
    sheet.append(["SỞ CÔNG THƯƠNG"])
    sheet.append(["KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG"])
    sheet.append(["Đơn vị tính: Triệu USD"])
    sheet.append(["Thị trường", *(f"Tháng {int(one[5:])}/{one[:4]}" for one in table.index)])
    for name in table:
        sheet.append([name, *(None if x != x else float(x) for x in table[name])])
    sheet.append(["Tổng cộng", *(round(float(x), 2) for x in table.sum(axis=1))])
    book.save(path)
    return path


def table(last, since="2014-01"):
    """The same from a month on as a trade table, in dollars."""
    codes = {name: "OTH" if name == OTHERS else ta.country(name).iso3 for name in (*MARKETS, OTHERS)}
    rows = as_known(last).loc[since:].rename(columns=codes).melt(ignore_index=False, var_name="partner").dropna()
    rows = rows.rename_axis("period").reset_index().assign(reporter="Bắc Ninh", flow="export")
    return rows.assign(value=(rows["value"] * 1e6).round(0))
