"""Labels that are numbered once while a file is read: tables, certificates and findings are those of numbering anew."""

import itertools
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.gate.groups import coded, factorized, repeats, several
from tradeanalysis.gate.profile import _whole
from tradeanalysis.sources import steps
from tradeanalysis.sources.columns.reading import Reading

LABELS = [
    "Viet Nam",
    "VNM",
    "Thailand",
    "704",
    "World",
    "Other Asia, nes",
    "EU",
    "Areas nes",
    "",
    "USA",
    "United States",
]
LABELS += ["Belgium-Luxembourg", "Nowhere"]
WAYS = [
    {},
    {"drop_aggregates": True},
    {"drop_aggregates": True, "duplicates": "sum", "unknown": "keep", "missing": "drop", "negative": "drop"},
    {"drop_aggregates": True, "remainder": True, "own_trade": True, "blocs": "other"},
    {"flow": "import", "reporter": "VNM"},
    {
        "year": 2020,
        "duplicates": "first",
        "unknown": "keep",
        "names": {"Nowhere": "drop", "EU": "keep", "World": "drop"},
    },
    {"level": 6, "drop_aggregates": True, "duplicates": "sum"},
]


def made(seed: int) -> pd.DataFrame:
    """A few rows of a file with several faults: synonyms, totals, codes without zeros, words for flows."""
    draw = np.random.default_rng(seed)
    rows = int(draw.integers(1, 60))
    some = list(draw.choice(LABELS, size=int(draw.integers(2, 8)), replace=False))

    def of(labels):
        return [labels[i] for i in draw.integers(0, len(labels), rows)]

    products = ["010121", "10121", "0101", "TOTAL", "85", ""] if seed % 4 == 0 else ["010121", "020110"]
    table = pd.DataFrame(
        {
            "reporter": of(["VNM", "THA"] if seed % 2 else ["VNM", "Thailand", "Viet Nam"]),
            "partner": of(some if seed % 3 == 2 else ["Japan", "CHN", "USA", "World", "Areas nes"]),
            "flow": of(["Export", "X", "Re-export", None] if seed == 3 else ["export", "M"]),
            "product": of(["1", "2", "85"] if seed == 5 else products),
            "year": of([2020, 2021]),
            "value": draw.lognormal(0, 2, rows).round(2) * draw.choice([1, 1, -1, np.nan] if seed == 4 else [1], rows),
        }
    )
    if seed % 6 == 0:
        table = table.astype({"reporter": "category", "partner": "category", "product": "category"})
    if seed % 7 == 0:
        table["second partner"] = of(["a", "b"])
    if seed % 2:
        table = table.drop_duplicates(["reporter", "partner", "flow", "product", "year"])
    return table.drop(columns=["product"] if seed == 8 else [])


def outcome(source, options):
    """The table with its certificate and warnings, or the error with its findings."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table = ta.read(source, **options)
        except (ta.TradeDataError, ValueError) as error:
            findings = [(one.id, str(one), one.rows, one.share, one.fixes) for one in getattr(error, "findings", ())]
            return type(error), str(error), findings
    return table, dict(table.dtypes), ta.certificate(table), [str(one.message) for one in said]


def same(one, other) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b, rtol=0, atol=0, check_exact=True)
        else:
            assert repr(a) == repr(b)


def written_by_row(self, column, labels, numbers) -> None:
    """A column as it was written before labels were numbered: a text for each row, which each step numbers again."""
    self.table = self.table.assign(**{column: np.array(labels, dtype=object)[numbers]})


def both_ways(sources, ways, monkeypatch) -> list[str]:
    """The kinds of outcome, the same with and without numbered labels."""
    kinds = []
    for source, options in itertools.product(sources, ways):
        found = outcome(source, options)
        with monkeypatch.context() as former:
            former.setattr(Reading, "write", written_by_row)
            same(found, outcome(source, options))
        kinds.append("table" if isinstance(found[0], pd.DataFrame) else "error")
    return kinds


def test_made_up_files_read_as_they_did(monkeypatch):
    kinds = both_ways([made(seed) for seed in range(9)], WAYS, monkeypatch)
    assert min(kinds.count("table"), kinds.count("error")) > 5


def test_real_files_read_as_they_did(shared_data, monkeypatch):
    folders = [
        shared_data / "comtrade_raw" / "new_csv",
        shared_data / "vn_mard_agri_markets",
        shared_data / "messy_formats",
    ]
    files = [
        one for folder in folders for one in sorted(Path(folder).rglob("*")) if one.suffix.lower() in (".csv", ".xls")
    ]
    files = [one for one in files if one.stat().st_size < 300_000][:6]
    kinds = both_ways(files, [{}, {"drop_aggregates": True}], monkeypatch)
    assert len(kinds) >= 8


def test_numbers_are_those_of_the_table_after_every_step(monkeypatch):
    """In the order in which labels come, as pandas numbers them, whatever was dropped or added."""
    seen = []

    def checked(step):
        def run(reading, options):
            step(reading, options)
            for column in reading.numbered:
                if column not in reading.table:
                    continue
                anew, known = coded(reading.table[column]), reading.coded(column)
                assert known.number.tolist() == anew.number.tolist()
                assert known.labels.tolist() == anew.labels.tolist()
                seen.append(column)

        return run

    monkeypatch.setattr(steps, "STEPS", tuple(map(checked, steps.STEPS)))
    for seed in range(9):
        for options in WAYS:
            outcome(made(seed), options)
    assert set(seen) == {"reporter", "partner", "flow", "product"}
    assert len(seen) > 100


@pytest.mark.parametrize("kind", ["str", "category"])
def test_a_table_by_hand(kind):
    """Two labels of one economy are added where that is said; what is left out is counted."""
    rows = [("VNM", "USA", "0901", 2.0), ("VNM", "United States", "0901", 3.0), ("VNM", "World", "0901", 5.0)]
    rows += [("THA", "Viet Nam", "1006", 7.0)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"]).assign(flow="Export", year=2020)
    found = ta.read(table.astype({"reporter": kind, "partner": kind, "product": kind}), drop_aggregates=True)
    assert found.values.tolist() == [
        ["VNM", "USA", "export", "0901", 2020, 5.0],
        ["THA", "VNM", "export", "1006", 2020, 7.0],
    ]
    about = ta.certificate(found)
    assert (about["rows_read"], about["rows"], about["value"]) == (4, 2, 12.0)
    assert about["coverage"] == {"reporters": 2, "partners": 2, "products": 2, "flows": ["export"], "years": [2020]}
    assert [(one["rows"], one["value"]) for one in about["dropped"]] == [(1, 5.0)]


@pytest.mark.parametrize(
    "sizes", [(1, 3, 4), (3, 1, 900), (40, 30, 30), (2, 2**31, 2**31), (2**31, 2**31, 2**31), (1, 1)]
)
@pytest.mark.parametrize("in_order", [False, True])
def test_whether_a_row_stands_twice_is_what_pandas_says(sizes, in_order):
    draw = np.random.default_rng(len(sizes))
    for rows in (0, 1, 30, 5_000):
        table = pd.DataFrame({i: draw.integers(0, size, rows) for i, size in enumerate(sizes)})
        table = table.sort_values(0, kind="stable") if in_order else table
        for some in (table, table.drop_duplicates()):
            codes = [(some[i].to_numpy(), size) for i, size in enumerate(sizes)]
            again = some.duplicated(keep=False).to_numpy()
            assert repeats(codes, len(some)) == again.any()
            found, cell = several(codes, len(some))
            assert sorted(found.tolist()) == np.flatnonzero(again).tolist()
            pairs = some.iloc[found].assign(cell=cell).drop_duplicates()
            assert len(pairs) == len(set(cell.tolist()))


def test_a_column_of_one_number_is_numbered_as_by_pandas():
    for column in ([7, 7, 7], [7, 8, 7], [], [0.5, 0.5], ["a", "a"], [True, True], [2**63, 2**63]):
        for kind in (None, "category"):
            numbers, labels = factorized(pd.Series(column, dtype=kind))
            expected, distinct = pd.factorize(pd.Series(column, dtype=kind))
            assert numbers.tolist() == expected.tolist()
            assert type(labels) is type(distinct)
            assert labels.tolist() == distinct.tolist()


def test_whole_thousands_are_those_of_exact_arithmetic():
    """Also beyond 2^53, where the product of a rounded quotient may be the number although it is none of thousands."""
    draw = np.random.default_rng(0)
    sums = [draw.integers(0, 2**40, 2000) * 1000.0, draw.integers(0, 2**53, 2000) * 1.0, draw.lognormal(9, 9, 2000)]
    sums += [draw.integers(2**53, 2**63, 2000) * 1.0, np.array([0.0, 1e-300, 999.9999999999999, 1000.0, 1e300])]
    for x in (np.concatenate(sums[:3]), np.concatenate(sums), -sums[0]):
        assert _whole(x, np.abs(x)).tolist() == [int(one) % 1000 == 0 and float(one).is_integer() for one in x]
