"""The parsers that meet what people and programs write, as functions of bytes: only our own error may come out."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
import warnings
from pathlib import Path

import pandas as pd

import tradeanalysis as ta
from tradeanalysis import names
from tradeanalysis.gate.product_codes import level_of
from tradeanalysis.sources.columns.numbers import parse
from tradeanalysis.sources.columns.recognition import recognise

# What real files hold, and what breaks readers of them.
WORDS = [
    *(
        "1.234,5",
        "1,234.5",
        "1'234",
        "−5",
        "(123)",
        "12%",
        "1e5",
        "1_000",
        "nan",
        "Infinity",
        "٣",
        "１２",
        "..",
        "c",
        "0*",
    ),
    *("842", "004", "704.0", "NA", "World", "Tổng cộng", "Các nước khác", "Korea", "Đức", "Ðức", "U\u202eSA", "S19"),
    *(
        "0101.21",
        "01 01 21",
        "TOTAL",
        "999999",
        "101.21",
        "85E3",
        "2023.0",
        "2023*",
        "Năm 2023",
        "202301",
        "23",
        "2099",
    ),
    *(
        "partner",
        "value",
        "Thị trường",
        "Trị giá",
        "Kim ngạch (nghìn USD)",
        "Tháng",
        "Lũy kế",
        "reporterISO",
        "primaryValue",
    ),
    *("=1+1", "<script>", "$", '"', ";", "\t", "\x00", "\ufeff", "\u200b", "\x1f", "\n", "\r", ",", "|"),
]
SUFFIXES = (".csv", ".tsv", ".xlsx", ".json", ".xls", ".csv.gz", ".parquet", ".zip")
HEADINGS = ("partner", "value", "Thị trường", "Trị giá (1000 USD)", "2019", "Năm 2020", "Tháng 1/2021", "reporterISO")


def _cells(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").split("\x1f")


def numbers(data: bytes) -> None:
    """Numbers in any writing; those read are finite or missing or told to be infinite, never made up."""
    cells = pd.Series(_cells(data), dtype=object)
    for decimal in (None, ".", ","):
        x, _, findings = parse(cells, decimal=decimal)
        assert len(x) == len(cells)
        wrong = {row for one in findings for row in one.rows}
        for i, text in enumerate(cells):
            digits = any(char.isdigit() for char in text)
            assert digits or pd.isna(x[i]) or i in wrong, (text, x[i])


def codes(data: bytes) -> None:
    """Product codes and years."""
    cells = _cells(data)
    for cell in cells:
        assert level_of(cell) in (-1, 0, len(cell.strip()))
    into = io.StringIO()
    rows = [("USA", product, year, 1.5) for product, year in zip(cells, cells[::-1], strict=True)]
    csv.writer(into).writerows([("partner", "product", "year", "value"), *rows])
    _read(into.getvalue().encode("utf-8", "surrogateescape"), ".csv")


def labels(data: bytes) -> None:
    """Names and codes of economies."""
    cells = _cells(data)
    matches = names.resolve(cells)
    assert set(matches) == set(cells)
    known = set(ta.countries()["iso3"]) | set(ta.blocs()["bloc"])
    for match in matches.values():
        assert match.code in known or not match.code
    with contextlib.suppress(ta.TradeDataError):
        assert ta.country(cells[0]).iso3 in known


def headings(data: bytes) -> None:
    """Headings in any words, above any cells."""
    cells = _cells(data)
    with contextlib.suppress(ta.TradeDataError):
        recognise(cells)
    heads = [HEADINGS[len(cell) % len(HEADINGS)] if i % 2 else cell for i, cell in enumerate(cells)]
    text = "\n".join([";".join(heads), ";".join(cells), ";".join(cells[::-1])])
    _read(text.encode("utf-8", "surrogateescape"), ".csv")


def files(data: bytes) -> None:
    """Whole files, under any ending."""
    _read(data[1:], SUFFIXES[data[0] % len(SUFFIXES)] if data else ".csv")


def _read(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        path = Path(folder, f"table{suffix}")
        path.write_bytes(content)
        for options in ({}, {"drop_aggregates": True, "unknown": "keep", "duplicates": "sum", "unit": "USD"}):
            with contextlib.suppress(ta.TradeDataError):
                table = ta.read(path, **options)
                assert table["value"].notna().all()
                assert (table["value"] >= 0).all()


PARSERS = {one.__name__: one for one in (numbers, codes, labels, headings, files)}
