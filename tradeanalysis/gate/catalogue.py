"""The rules of the gate, as data: what each catches, how severe it is, and an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tradeanalysis.schema import (
    AggregateRowError,
    CountryError,
    SchemaError,
    TradeDataError,
    UnitError,
)
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from pandas import DataFrame

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """What a check catches, how severe it is unless the finding says otherwise, and the error that it ends in."""

    id: str
    severity: Severity
    catches: str
    catches_vi: str
    example: str
    error: type[TradeDataError] = TradeDataError
    # The arguments of ta.read that its fixes may be.
    fixes: tuple[str, ...] = ()

    def in_words(self, lang: str) -> str:
        """What it catches, in English ("en") or Vietnamese ("vi")."""
        return self.catches_vi if lang == "vi" else self.catches


RULES = {
    rule.id: rule
    for rule in (
        # values
        Rule("TA-101", "error", "a negative value", "giá trị âm", "returns booked as -50", fixes=("negative",)),
        Rule("TA-102", "error", "a missing value", "thiếu giá trị", "an empty cell, '..', 'n/a'", fixes=("missing",)),
        Rule("TA-103", "error", "an infinite value", "giá trị vô hạn", "1e999, a division by zero"),
        Rule(
            "TA-112",
            "error",
            "a number or year not readable with certainty",
            "số hoặc năm không đọc được chắc chắn",
            "1.234 (a thousand, or one and a bit?)",
            fixes=("decimal",),
        ),
        Rule(
            "TA-135",
            "warning",
            "values that the source keeps secret",
            "giá trị được nguồn bảo mật",
            "'c', 'x' or '*' in place of a number",
        ),
        Rule("TA-124", "warning", "values of seven digits only", "giá trị chỉ có bảy chữ số", "a column of float32"),
        Rule(
            "TA-123",
            "warning",
            "values that look like shares",
            "giá trị trông như tỷ trọng",
            "the partners of a year add up to 100",
        ),
        Rule(
            "TA-142",
            "info",
            "values rounded to thousands or more",
            "giá trị được làm tròn đến nghìn trở lên",
            "every value a whole million, small partners 0",
        ),
        Rule("TA-122", "warning", "a group without trade", "nhóm không có kim ngạch", "all values of a reporter are 0"),
        # partners and reporters
        Rule(
            "TA-104",
            "error",
            "a total or a bloc among the partners",
            "dòng tổng hoặc khối nước lẫn trong các đối tác",
            "World, Tổng cộng, ASEAN",
            AggregateRowError,
            fixes=(
                "drop_aggregates",
                "blocs",
                "names",
            ),
        ),
        Rule(
            "TA-113",
            "error",
            "blocs that share members",
            "các khối có chung thành viên",
            "ASEAN beside RCEP",
            AggregateRowError,
            fixes=("names",),
        ),
        Rule(
            "TA-105",
            "error",
            "a row without a partner, reporter or other key",
            "dòng không ghi đối tác, nước báo cáo hoặc khóa khác",
            "an empty cell below a country",
            fixes=(
                "drop_aggregates",
                "names",
            ),
        ),
        Rule(
            "TA-106",
            "error",
            "a country that is unknown or ambiguous",
            "nước không rõ hoặc không phân biệt được",
            "'Korea', 'Perugia'",
            CountryError,
            fixes=(
                "names",
                "codes",
                "reporter",
            ),
        ),
        Rule(
            "TA-121",
            "error",
            "a country's code and name that differ",
            "mã và tên nước không khớp nhau",
            "842 beside 'Canada'",
            CountryError,
            fixes=(
                "codes",
                "columns",
            ),
        ),
        Rule(
            "TA-119",
            "warning",
            "value that is not detailed by partner",
            "kim ngạch chưa chi tiết theo thị trường",
            "Others, Areas nes, Các nước khác",
        ),
        Rule(
            "TA-118",
            "warning",
            "trade of a reporter with itself",
            "một nước buôn bán với chính mình",
            "China's imports from China",
            fixes=("own_trade",),
        ),
        Rule(
            "TA-133",
            "info",
            "several labels of one country",
            "nhiều nhãn cho cùng một nước",
            "840 and 842, Mỹ and Hoa Kỳ",
        ),
        Rule(
            "TA-134",
            "info",
            "an economy that no longer is one",
            "nền kinh tế không còn tồn tại",
            "USSR, Czechoslovakia",
        ),
        Rule(
            "TA-132",
            "warning",
            "hidden characters in a name",
            "ký tự ẩn trong tên",
            "a zero-width space, a right-to-left mark",
        ),
        # cells
        Rule(
            "TA-107",
            "error",
            "several rows for one cell",
            "nhiều dòng cho cùng một ô",
            "a row per transport mode, a month pasted twice",
            fixes=(
                "duplicates",
                "rows",
            ),
        ),
        Rule(
            "TA-108",
            "error",
            "product codes of several levels",
            "mã hàng thuộc nhiều cấp",
            "chapter 01 beside heading 0101",
            fixes=("level", "rows"),
        ),
        Rule(
            "TA-120",
            "warning",
            "parts that do not add up to their whole",
            "tổng các phần không bằng số tổng",
            "chapter 85 is 100, its headings 80",
        ),
        Rule("TA-125", "error", "several product nomenclatures", "nhiều danh mục mã hàng khác nhau", "HS beside SITC"),
        Rule(
            "TA-126",
            "warning",
            "a nomenclature that changes between years",
            "danh mục mã hàng thay đổi giữa các năm",
            "HS 2012 until 2016, then HS 2017",
        ),
        Rule(
            "TA-138",
            "warning",
            "value of unspecified products",
            "kim ngạch của mặt hàng không nêu tên",
            "codes 99, 9999 and 999999",
        ),
        Rule(
            "TA-139",
            "warning",
            "product codes that lost, or may have lost, a leading zero",
            "mã hàng bị mất số 0 ở đầu",
            "10121 for 010121",
        ),
        Rule(
            "TA-111",
            "error",
            "a flow that is part of another, or several flows added",
            "một chiều thương mại là phần của chiều khác, hoặc nhiều chiều cộng lại",
            "re-exports beside exports",
            fixes=(
                "flow",
                "rows",
            ),
        ),
        Rule(
            "TA-137",
            "error",
            "reports and mirror data, or FOB and CIF, mixed",
            "lẫn số liệu báo cáo với số liệu đối ứng, hoặc giá FOB với giá CIF",
            "a partner's imports among exports",
        ),
        # time
        Rule(
            "TA-115",
            "error",
            "periods of several lengths",
            "các kỳ có độ dài khác nhau",
            "2023 beside 202301",
            fixes=(
                "year",
                "rows",
            ),
        ),
        Rule("TA-116", "warning", "a last year that is not whole", "năm cuối chưa đủ tháng", "five months of 2023"),
        Rule(
            "TA-144",
            "warning",
            "years that do not begin in January",
            "năm không bắt đầu từ tháng 1",
            "fiscal years 2022-23, 2081/082",
        ),
        Rule("TA-136", "info", "a year missing inside a series", "thiếu một năm giữa chuỗi", "2018, 2019, 2021"),
        Rule(
            "TA-117",
            "warning",
            "a value far from its series or mirror",
            "giá trị lệch xa chuỗi hoặc số liệu đối ứng",
            "thousands of dollars in one year",
        ),
        # the whole
        Rule(
            "TA-109",
            "error",
            "values whose unit is not known, or several units",
            "đơn vị giá trị không rõ hoặc có nhiều đơn vị",
            "USD beside VND",
            UnitError,
            fixes=(
                "unit",
                "rate",
                "rows",
                "columns",
            ),
        ),
        Rule(
            "TA-114",
            "warning",
            "partners that do not add up to the World row",
            "tổng các đối tác không bằng dòng thế giới",
            "World 100, the partners 80",
            fixes=("remainder",),
        ),
        Rule(
            "TA-110",
            "error",
            "a column that is missing, or a layout not known",
            "thiếu cột hoặc không nhận ra cách trình bày của tệp",
            "no column of partners",
            SchemaError,
            fixes=(
                "columns",
                "sheet",
                "header_rows",
                "delimiter",
                "rows",
                "flow",
                "year",
                "reporter",
                "level",
            ),
        ),
        # files
        Rule(
            "TA-127",
            "warning",
            "an encoding that was guessed",
            "bảng mã phải đoán",
            "a Vietnamese file in windows-1258",
        ),
        Rule(
            "TA-143",
            "error",
            "text in an encoding that cannot be read",
            "văn bản ở bảng mã không đọc được",
            "'ViÖt Nam' in TCVN3, 'Viá»‡t Nam'",
        ),
        Rule(
            "TA-128",
            "warning",
            "hidden rows, columns or sheets",
            "dòng, cột hoặc trang tính bị ẩn",
            "rows that a filter of Excel hides",
        ),
        Rule(
            "TA-129",
            "error",
            "a cell that holds a formula or error in place of a value",
            "ô chứa công thức hoặc lỗi thay vì giá trị",
            "=SUM(B2:B9), #REF!",
        ),
        Rule(
            "TA-130",
            "error",
            "a file larger than a data file would be",
            "tệp lớn hơn mức của một tệp số liệu",
            "a zip bomb, a line of 100 MB",
        ),
        Rule(
            "TA-131",
            "error",
            "a file that is damaged, locked or not what its name says",
            "tệp hỏng, bị khóa hoặc không đúng như tên gọi",
            "a web page named .xls",
        ),
        Rule("TA-141", "warning", "bytes that are not text", "byte không phải văn bản", "NULs between the cells"),
    )
}


def rules(lang: str = "en") -> DataFrame:
    """The rules by which tables and files are checked, a row for each.

    Parameters
    ----------
    lang
        ``"en"`` or ``"vi"``.

    Returns
    -------
    ``id``, ``severity`` (``error``: no right number can come, it is refused; ``warning``: usable, but read what is
    said; ``info``: what was found or corrected), ``catches``, ``example`` and ``fixes``, the arguments of ``ta.read``
    that may be a way out. By its size a finding may be more or less severe than its rule.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.rules().set_index("id").loc["TA-104", ["severity", "catches", "fixes"]].tolist()
    ['error', 'a total or a bloc among the partners', 'drop_aggregates, blocs, names']
    """
    import pandas as pd

    if lang not in ("en", "vi"):
        raise TradeDataError(Text("choice_unknown", argument="lang", given=repr(lang), choices=["'en'", "'vi'"]))
    rows = [
        (one.id, one.severity, one.in_words(lang), one.example, ", ".join(one.fixes))
        for _, one in sorted(RULES.items())
    ]
    return pd.DataFrame(rows, columns=["id", "severity", "catches", "example", "fixes"])
