"""Advice is safe: whatever fixes a finding offers, taken in any order, end in the right number or in a refusal."""

import itertools
import warnings
from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from conftest import cases, sampled
from faults_of_files import made
from faulty_files import File, content, readings
from injectors import INJECTORS, clean

import tradeanalysis as ta
from tradeanalysis.currencies import unit_named
from tradeanalysis.gate.catalogue import RULES

# No file needs more answers than this.
STEPS = 6
# So many ways are tried for one file: with four fixes at each of six steps there would be thousands.
WAYS = 200


def ways(source: object, name: str, given: Mapping[str, object]) -> Iterator[tuple[list[str], ta.sources.Inspection]]:
    """Every end that the offered fixes lead to, with the fixes taken; the same options are looked at once."""
    seen: set[str] = set()
    todo: list[tuple[dict[str, object], list[str]]] = [(dict(given), [])]
    while todo and len(seen) < WAYS:
        options, taken = todo.pop()
        if repr(sorted(options.items(), key=str)) in seen:
            continue
        seen.add(repr(sorted(options.items(), key=str)))
        assert len(taken) <= STEPS, f"more than {STEPS} fixes: {taken}"
        page = ta.inspect(source, name=name, **options)
        fixes = [fix for one in page.findings if one.severity == "error" for fix in one.fixes]
        assert all(fix.argument in RULES[one.id].fixes for one in page.findings for fix in one.fixes)
        if page.ready or not fixes:
            yield taken, page
        for fix in fixes:
            after = {**options, fix.argument: fix.value}
            assert after != options, f"{fix.argument}={fix.value!r} is offered again"
            todo.append((after, [*taken, f"{fix.argument}={fix.value!r}"]))


def shares(table: pd.DataFrame) -> dict[str, float]:
    """The share of each partner, which no unit changes."""
    value = table.groupby("partner")["value"].sum()
    return (value / value.sum()).round(9).to_dict()


# A bloc that is a market of its own is not the aggregate of its members, and is not called like it.
BLOCS = {one: f"{one} (bloc)" for one in ("EU", "ASEAN")}


def of(**values: float) -> dict[str, float]:
    whole = sum(values.values())
    return {BLOCS.get(partner, partner): round(value / whole, 9) for partner, value in values.items()}


def read(page: ta.sources.Inspection) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return page.read()


# ---- made-up files, each with all its right readings -----------------------------------------------------------------

FILES = {
    "a World row": ("partner,value\nUSA,30\nChina,20\nJapan,10\nWorld,60\n", [of(USA=30, CHN=20, JPN=10)]),
    "a total by its sum": ("partner,value\nUSA,30\nChina,20\nJapan,10\nGesamt,60\n", [of(USA=30, CHN=20, JPN=10)]),
    "a bloc with its members": (
        "partner,value\nASEAN,30\nThailand,20\nSingapore,10\nUSA,50\nWorld,80\n",
        [of(THA=20, SGP=10, USA=50)],
    ),
    "a bloc without members, others and a total": (
        "Thị trường,Trị giá (triệu USD)\nHoa Kỳ,1250\nEU,98\nKhác,55.5\nTổng,1403.5\n",
        [of(USA=1250, EU=98, OTH=55.5), of(USA=1250, OTH=153.5)],
    ),
    "blocs as markets": (
        "Thị trường,Trị giá (triệu USD)\nTrung Quốc,30\nASEAN,50\nEU,45\nHoa Kỳ,20\n",
        [
            of(CHN=30, ASEAN=50, EU=45, USA=20),
            of(CHN=30, USA=20, OTH=95),
        ],
    ),
    "of which": (
        "Thị trường,Trị giá (1000 USD)\nHoa Kỳ,1400\nNhật Bản,900\nThái Lan,300\nTrong đó: ASEAN,300\nTổng số,2600\n",
        [of(USA=1400, JPN=900, THA=300)],
    ),
    "a label of one's own": (
        "partner,value\nUSA,30\nChina,20\nKhu chế xuất,10\n",
        [{"USA": 0.5, "CHN": round(1 / 3, 9), "Khu chế xuất": round(1 / 6, 9)}],
    ),
    "a remainder in another language": (
        "Pais,Valor (US$)\nBrasil,118\nChina,52\nResto Mundo,50\n",
        [of(BRA=118, CHN=52, OTH=50)],
    ),
    "a total that is not known, in the middle": (
        "partner,value\nUSA,30\nTotal Estimates,60\nChina,20\nJapan,10\n",
        [of(USA=30, CHN=20, JPN=10)],
    ),
    "China and its mainland": (
        'partner,value\nChina,500\n"China, mainland",420\n"China, Hong Kong SAR",50\n'
        '"China, Taiwan Province of",30\nUSA,100\n',
        [of(CHN=420, HKG=50, TWN=30, USA=100)],
    ),
    "values and quantities": (
        "Reporter,Partner,Element,Unit,Value\nViet Nam,China,Export Quantity,t,900\n"
        "Viet Nam,China,Export Value,1000 USD,420\nViet Nam,Ghana,Export Quantity,t,500\n"
        "Viet Nam,Ghana,Export Value,1000 USD,250\n",
        [of(CHN=420, GHA=250)],
    ),
    "levels of products": (
        "partner,product,value\nUSA,01,30\nUSA,0101,30\nChina,01,20\nChina,0102,20\n",
        [of(USA=30, CHN=20)],
    ),
    "a row that stands twice": ("partner,value\nUSA,30\nChina,20\nChina,20\n", [of(USA=30, CHN=20)]),
    "a missing value": ("partner,value\nUSA,30\nChina,20\nJapan,\n", [of(USA=30, CHN=20)]),
    "a list of the largest": (
        "partner,value\nUSA,30\nChina,20\nWorld,80\n",
        [of(USA=30, CHN=20, OTH=30)],
    ),
    "dong under a wrong unit": ("Thị trường,Trị giá (tỷ đồng)\nHoa Kỳ,30\nTrung Quốc,20\n", [of(USA=30, CHN=20)]),
    "a unit that nothing says": ("Market;Exports\nUSA;30\nChina;20\n", [of(USA=30, CHN=20)]),
    "exports and re-exports": (
        "partner,flow,value\nUSA,X,30\nChina,X,20\nUSA,RX,5\nChina,RX,2\n",
        [of(USA=30, CHN=20)],
    ),
    "years side by side with a total": (
        "Thị trường;2022;2023\nHoa Kỳ;30;40\nTrung Quốc;20;10\nTổng cộng;50;50\n",
        [of(USA=70, CHN=30)],
    ),
    "parts by owner": (
        "Thị trường,Trị giá (1000 USD)\nHoa Kỳ,1400\n- Doanh nghiệp FDI,1000\n- Doanh nghiệp trong nước,400\n"
        "Nhật Bản,600\n- Doanh nghiệp FDI,450\n- Doanh nghiệp trong nước,150\nTổng số,2000\n",
        [of(USA=1400, JPN=600)],
    ),
}
GIVEN: dict[str, dict[str, object]] = {"dong under a wrong unit": {"unit": "mUSD"}}


@pytest.mark.parametrize("name", FILES)
def test_offered_fixes_end_in_the_right_number_or_a_refusal(name):
    """And at least one way ends in the right number."""
    text, right = FILES[name]
    ends = list(ways(text.encode(), "table.csv", GIVEN.get(name, {})))
    assert ends
    good = 0
    for taken, page in ends:
        if page.ready:
            assert shares(read(page)) in right, (taken, shares(read(page)))
            good += 1
    assert good, [(taken, str(page)) for taken, page in ends]


def index(table: pd.DataFrame) -> dict[int, float]:
    table = table[table["reporter"] == "VNM"] if "reporter" in table else table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        found = ta.measure(table.drop(columns="product", errors="ignore"), ta.hhi, by=["year"])
    return {int(year): round(hhi, 9) for year, hhi in zip(found["year"], found["hhi"], strict=True)}


def without_what_is_wrong(bad: pd.DataFrame) -> pd.DataFrame:
    """The rows of the clean table that a faulty one still has as they were."""
    keys = ["partner", "product", "year", "value"]
    still = bad.reindex(columns=keys).astype(str)
    table = clean()
    return table[table[keys].astype(str).apply(tuple, axis=1).isin(set(still.apply(tuple, axis=1)))]


@sampled(
    "one", [one for one in INJECTORS if one.over == "partner" and one.severity == "error"], ids=lambda one: one.name
)
def test_fixes_of_every_fault_are_safe(one):
    """The index of the clean table, or of its rows that are as they were; or a refusal."""
    bad = one.into(clean())
    # A label of one's own that is kept is a market as the table has it.
    as_written = [index(bad)] if one.rule == "TA-106" else []
    right = [index(clean()), index(without_what_is_wrong(bad)), *as_written]
    for taken, page in ways(bad.to_csv(index=False).encode(), "table.csv", {}):
        if page.ready and taken:
            assert index(read(page)) in right, taken


def test_a_bloc_is_what_it_holds_beyond_its_members_in_every_group():
    """In 500 products the bloc holds 100, of which Thailand has 60: 40 are of no partner, here and in the last one."""
    rows = [f"ASEAN,{1000 + i},100\nThailand,{1000 + i},60\nUSA,{1000 + i},50" for i in range(500)]
    source = "partner,product,value\n" + "\n".join(rows)
    table = read(ta.inspect(source.encode(), name="table.csv", blocs="other"))
    assert table.groupby("partner")["value"].sum().to_dict() == {"OTH": 20_000, "THA": 30_000, "USA": 25_000}


def test_a_negative_value_of_a_member_is_nothing_that_a_bloc_holds_beyond():
    source = b"partner,value\nASEAN,100\nThailand,60\nSingapore,-5\nUSA,50\n"
    table = read(ta.inspect(source, name="table.csv", blocs="other", negative="drop"))
    assert table.groupby("partner")["value"].sum().to_dict() == {"OTH": 40, "THA": 60, "USA": 50}


def test_a_decimal_mark_is_offered_only_where_the_numbers_allow_it():
    """Whole numbers of three digits beside 4,529: its comma groups thousands; 5678 speaks against both."""

    def offered(*numbers):
        rows = "".join(f"{partner};{x}\n" for partner, x in zip(("USA", "CHN", "JPN"), numbers, strict=False))
        found = ta.inspect(f"partner;value\n{rows}".encode(), name="table.csv").findings
        return [fix.value for one in found for fix in one.fixes if fix.argument == "decimal"]

    assert offered("4,529", "805") == ["."]
    assert offered("4.529", "805") == [","]
    assert offered("4,529", "6,100") == [".", ","]
    assert offered("4,529", "5678") == []


def test_rows_in_two_currencies_are_chosen_and_never_given_one_unit():
    source = b"partner,value,currency\nUSA,30,USD\nChina,20,VND\nJapan,10,USD\n"
    (one,) = ta.inspect(source, name="table.csv").findings
    assert (one.id, one.fixes) == ("TA-109", ())  # the partners in one currency are not all partners
    both = b"partner,value,currency\nUSA,30,USD\nUSA,700,VND\nChina,20,USD\nChina,500,VND\n"
    (one,) = ta.inspect(both, name="table.csv").findings
    assert [(fix.argument, fix.value) for fix in one.fixes] == [
        ("rows", {"currency": "USD"}),
        ("rows", {"currency": "VND"}),
    ]
    with pytest.raises(ta.UnitError, match="TA-109"):
        ta.read(source, name="table.csv", unit="USD")


def test_one_answer_is_not_offered_where_some_rows_stand_twice_and_some_are_parts():
    source = b"partner,value\nUSA,30\nUSA,30\nChina,20\nChina,5\n"
    (one,) = ta.inspect(source, name="table.csv").findings
    assert (one.id, one.fixes) == ("TA-107", ())


def test_a_fix_says_what_it_does_and_does_it():
    """The first fix of a World row, and the number of the clean table."""
    with pytest.raises(ta.AggregateRowError) as caught:
        ta.read(b"partner,value\nUSA,30\nChina,20\nWorld,50\n", name="table.csv")
    fix = caught.value.findings[0].fixes[0]
    assert (fix.argument, fix.value, fix.safe) == ("drop_aggregates", True, True)
    assert "1 row" in fix.effect
    assert "'World'" in fix.effect
    assert "line 4" in fix.effect
    assert "50" in fix.effect
    assert "1 dòng" in fix.sentence("vi")
    table = ta.read(b"partner,value\nUSA,30\nChina,20\nWorld,50\n", name="table.csv", **{fix.argument: fix.value})
    assert ta.measure(table, ta.hhi, by=[])["hhi"].item() == pytest.approx(0.52)


def test_severity_comes_first():
    found = ta.inspect(b"partner,value\nUSA,30\nChina,\nWorld,50\nOthers,5\n", name="table.csv").findings
    order = ["error", "warning", "info"]
    assert all(order.index(one.severity) <= order.index(two.severity) for one, two in pairwise(found))


# ---- files made at random, with one to three faults of those in faults_of_files ------------------------------------


KEYS = ("partner", "product", "year", "flow")


def is_right(file: File, options: Mapping[str, object], table: pd.DataFrame) -> bool:
    """Whether a table is one of the right readings of its file, but for the unit, in the keys that both have.

    Goods of partners that are not specified are of other countries, like those of a remainder.
    """
    named = table[table["value"] != 0].astype({one: str for one in KEYS if one in table})
    named = named.assign(partner=named["partner"].replace("UNS", "OTH"))
    for right in readings(file, options):
        rows = [(*key, value) for key, value in right.items() if value]
        truth = pd.DataFrame(rows, columns=[*KEYS, "value"])
        keys = [one for one in KEYS if one in table and (truth[one] != "").any()]
        sides = [side.groupby(keys)["value"].sum() for side in (truth, named)]
        one, two = (side / side.sum() for side in sides)
        if one.index.equals(two.index) and np.allclose(one, two, atol=2e-5):
            return True
    return False


def holds(file: File, page: ta.sources.Inspection, table: pd.DataFrame) -> bool:
    """Whether what was read, with what was left out, is what stands in the file, and its certificate adds up."""
    about = ta.certificate(table)
    read, left = float(table["value"].sum()), sum(one["value"] for one in about["dropped"])
    numbers = [x for row in file.rows for x in row.values if isinstance(x, float) and "hidden" not in row.more]
    # What is taken from a bloc or the World, or chosen by column or row, is in no sum of the file's cells.
    aside = {"remainder", "rows", "columns", "blocs"} & set(page.options) or file.extra
    size = unit_named(about["unit_of_file"]).size
    return about["total_read"] == read and bool(aside or np.isclose(read + left, sum(numbers) * size))


def does_what_it_says(page: ta.sources.Inspection) -> bool:
    """Whether fixes that leave rows out leave out so many, with so much value, where nothing else is to be settled."""
    for fix in (fix for one in page.findings if one.severity == "error" for fix in one.fixes):
        after = page.with_(**{fix.argument: fix.value})
        if not fix.effect.key.startswith("leaves_out") or not after.ready:
            continue
        out = ta.certificate(read(after))["dropped"]
        said = (fix.effect.values["rows"], fix.effect.values["value"].value)
        sums = ([sum(one[key] for one in some) for key in ("rows", "value")] for some in subsets(out))
        if not any(np.allclose(said, one) for one in sums):
            return False
    return True


def subsets(items: list) -> Iterator[tuple]:
    return itertools.chain.from_iterable(itertools.combinations(items, k) for k in range(len(items) + 1))


def test_files_made_at_random_end_in_a_right_number_or_a_refusal():
    """However the offered fixes are taken: no number is wrong, no way is a loop or too long, most files are read."""
    count, ends, read_ = cases(100), 0, 0
    for seed in range(count):
        file = made(seed)
        source, name = content(file)
        ready = False
        for taken, page in ways(source, name, {}):
            ends += 1
            if page.ready:
                table = read(page)
                assert is_right(file, page.options, table), (seed, file.faults, taken)
                assert holds(file, page, table), (seed, file.faults, taken)
                ready = True
        read_ += ready
        if seed % 4 == 0:
            assert does_what_it_says(ta.inspect(source, name=name)), (seed, file.faults)
    assert ends >= count
    assert read_ >= 0.85 * count
