"""Briefs of figures from a service: with a net, without one, from the file that ``fetch`` writes; slips of names."""

import re

import pandas as pd
import pytest
from test_brief import Text, small_pictures
from test_comtrade_service import made_up, server  # noqa: F401

import tradeanalysis as ta
from tradeanalysis.brief.about_data import cited
from tradeanalysis.cli import main

BRIEF = ["brief", "comtrade:VNM", "--year", "2024", "--format", "html", "--figures"]


def words_of(path):
    return " ".join(" ".join(Text(path.read_text("utf-8")).words).split())


def data_calls(server):  # noqa: F811
    return [one.path for one in server.requests if "/preview/" in one.path]


def test_what_the_guide_fetches_is_what_the_brief_takes(server, tmp_path, capsys, monkeypatch):  # noqa: F811
    """The two commands of docs/site/huong_dan.md: the second calls for no figure, and neither does it offline."""
    assert main(["fetch", "comtrade", "VNM", "--year", "2020-2024", "--flow", "both", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "comtrade_VNM_both_2020-2024.csv").exists()
    assert len(data_calls(server)) == 10
    with small_pictures():
        assert main([*BRIEF, "--lang", "vi", "--out", str(tmp_path)]) == 0
    assert len(data_calls(server)) == 10
    page = words_of(tmp_path / "brief_VNM_comtrade_2024_vi.html")
    day = ta.cache_info("comtrade")["fetched_at"].max().strftime("%d/%m/%Y")
    for said in (
        f"Số liệu: United Nations, UN Comtrade database, https://comtradeplus.un.org, truy cập ngày {day}",
        "Điều khoản sử dụng: UN Comtrade: free with attribution",
    ):
        assert said in page, said
    assert "tệp UN Comtrade" not in page
    assert "TA-111" not in page
    assert (tmp_path / "VNM_comtrade_2024_export_trend_vi.svg").exists()
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "1")
    capsys.readouterr()
    # Offline the workbook tells as much as the page would: neither may lack a figure.
    assert main([*BRIEF[:4], "--format", "xlsx", "--lang", "vi", "--out", str(tmp_path)]) == 0
    assert "chưa lưu" not in capsys.readouterr().err


def test_without_a_net_a_brief_is_of_the_years_that_are_stored(server, tmp_path, capsys, monkeypatch):  # noqa: F811
    ta.fetch("comtrade", "VNM", year=range(2022, 2025))
    calls = len(server.requests)
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "1")
    with small_pictures():
        assert main([*BRIEF, "--lang", "en", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "not stored: 2020, 2021, import" in said
    assert "tradeanalysis fetch comtrade VNM --year 2020-2024 --flow both" in said
    assert (tmp_path / "VNM_comtrade_2024_export_trend_en.svg").exists()
    assert not list(tmp_path.glob("*import*"))
    assert main(["brief", "comtrade:VNM", "--year", "2021", "--lang", "en", "--out", str(tmp_path)]) == 2
    assert len(server.requests) == calls


@pytest.mark.parametrize("command", ["brief", "plan"])
def test_a_file_of_one_economy_needs_no_reporter(server, tmp_path, capsys, command):  # noqa: F811
    """The file that ``fetch`` wrote, on a machine without a net."""
    assert main(["fetch", "comtrade", "VNM", "--year", "2022-2024", "--out", str(tmp_path)]) == 0
    path = str(tmp_path / "comtrade_VNM_export_2022-2024.csv")
    with small_pictures():
        assert main([command, path, "--year", "2024", "--lang", "en", "--out", str(tmp_path)]) == 0
    assert any("VNM_2024" in one.name for one in tmp_path.iterdir())
    several = tmp_path / "two.csv"
    several.write_text("reporter,partner,flow,year,value\nVNM,USA,export,2024,6\nTHA,USA,export,2024,4\n", "utf-8")
    capsys.readouterr()
    assert main([command, str(several), "--lang", "en", "--out", str(tmp_path)]) == 2
    assert "whose trade" in capsys.readouterr().err


def test_a_caption_cites_a_service_and_the_last_day_of_access():
    fetched = [{"fetched_at": "2026-01-03T08:00:00+00:00"}, {"fetched_at": "2026-02-01T08:00:00+00:00"}]
    certificate = {"source": "UN Comtrade: VNM", "citation": "United Nations", "fetched": fetched}
    assert cited(certificate, "en") == "United Nations, accessed 2026-02-01"
    assert cited(certificate, "vi") == "United Nations, truy cập ngày 01/02/2026"
    assert cited({"source": "trade.csv"}, "en") == "trade.csv"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["brief", "comtrad:VNM", "--lang", "en"], "there is no service 'comtrad'; did you mean comtrade?"),
        (["brief", "comtrad:VNM", "--lang", "vi"], "không có dịch vụ 'comtrad'; có phải là comtrade không?"),
        (["fetch", "dots", "VNM", "--year", "2020", "--lang", "en"], "did you mean imf?"),
        (["fetch", "comext", "DEU", "--year", "2020", "--lang", "en"], "did you mean eurostat?"),
        (["brief", "xyz:VNM", "--lang", "en"], "there is no service 'xyz'; choose from comtrade, baci"),
        (["fetch", "comtrade", "Vietnm", "--year", "2024", "--lang", "en"], "did you mean Vietnam (VNM)?"),
        (["fetch", "comtrade", "Vietnm", "--year", "2024", "--lang", "vi"], "có phải là Việt Nam (VNM) không?"),
        (["fetch", "comtrade", "Atlantis", "--year", "2024", "--lang", "en"], "write an ISO3 code such as VNM"),
        (
            ["fetch", "comtrade", "VNM", "--year", "hai", "--lang", "vi"],
            "hãy ghi 2024, 2019,2020, 2015-2024 hoặc latest",
        ),
        (["brief", "Việtnm", "--lang", "vi"], "không phải mã hoặc tên của một nền kinh tế. Có phải là Việt Nam (VNM)"),
        (["brief", "Korea", "--lang", "vi"], "có thể là Hàn Quốc (KOR), Triều Tiên (PRK)"),
        (["brief", "VNM", "--year", "2009", "--lang", "en"], "tradeanalysis brief comtrade:VNM --year 2009"),
        (["brief", "VNM", "--year", "2009", "--lang", "vi"], "kể cả năm trước đó"),
        (["brief", "C:nowhere", "--lang", "en"], "C:nowhere"),
    ],
)
def test_a_slip_is_answered_with_what_is_meant(arguments, words, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "ta.countries" not in said


def test_a_slip_in_python_is_answered_too(tmp_path):
    for wrong in (
        lambda: ta.read("comtrad:VNM", year=2024),
        lambda: ta.cache_clear("comtrad", cache=tmp_path),
        lambda: ta.cache_info("Comtrad".lower(), cache=tmp_path),
    ):
        with pytest.raises(ta.TradeDataError, match="no service 'comtrad'; did you mean comtrade"):
            wrong()
    assert ta.cache_clear("comtrade", cache=tmp_path) == 0
    pd.DataFrame({"partner": ["USA"], "value": [1.0]}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ta.TradeDataError, match=re.escape("see ta.countries()")):
        ta.fetch("comtrade", "Atlantis", year=2024)


def test_progress_is_in_the_language_of_the_command(server, tmp_path, capsys):  # noqa: F811
    command = ["fetch", "comtrade", "VNM", "--year", "2020-2024", "--lang", "vi", "--out", str(tmp_path)]
    assert main(command) == 0
    said = capsys.readouterr().err
    assert "lượt gọi" in said or "lần gọi" in said
    assert "calls" not in said
