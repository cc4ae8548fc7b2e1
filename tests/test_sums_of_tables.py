"""However a table in memory is cut and coded, its sums are those of the plain way: sort, and go group by group."""

import contextlib
import math

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import cases
from hypothesis import given, settings
from hypothesis import strategies as st

import tradeanalysis as ta
from tradeanalysis.sums import DECLARED, cells_of, in_memory, key_codes, of_array, of_table, power, top
from tradeanalysis.sums import values as values_of

WANTED = [*DECLARED.values(), power(0.5), power(3), top(2), top(5)]
ADDED = {"total": lambda x: x, "count": lambda x: 1.0, "squares": lambda x: x * x, "logs": math.log}
ADDED |= {"xlogx": lambda x: x * math.log(x)}


def plainly(rows, by):
    """Every group's sums by the definitions, from a dictionary of cells."""
    cells = {}
    for row in rows.to_dict("records"):
        group = cells.setdefault(tuple(row[key] for key in by), {})
        group[row["partner"]] = group.get(row["partner"], 0.0) + row["value"]
    answer = {}
    for group, by_partner in sorted(cells.items()):
        x = sorted((v for label, v in by_partner.items() if v > 0 and label != "Others"), reverse=True)
        whole = math.fsum(by_partner.values())
        left = by_partner.get("Others", 0.0) / whole if whole else 0.0
        _, exponent = math.frexp(x[0] if x else 1.0)
        x = [math.ldexp(v, -exponent) or 5e-324 for v in x]
        sums = [math.fsum(ADDED[name](v) for v in x) if name in ADDED else None for name in DECLARED]
        sums[list(DECLARED).index("largest")] = x[0] if x else 0.0
        sums[list(DECLARED).index("ranked")] = math.fsum(v * rank for rank, v in enumerate(x, 1))
        further = [math.fsum(v**0.5 for v in x), math.fsum(v**3 for v in x), math.fsum(x[:2]), math.fsum(x[:5])]
        answer[group] = [*sums, *further, left]
    return answer


@contextlib.contextmanager
def cut(block, dense, narrow):
    """Blocks of few rows, so that small tables take the ways of large ones."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (key_codes, in_memory):
            patch.setattr(module, "BLOCK", block)
        patch.setattr(key_codes, "NARROW", narrow)
        patch.setattr(in_memory, "DENSE", dense)
        yield


def summed(rows, by, library):
    frame = {"pandas": lambda t: t, "polars": pl.from_pandas, "pyarrow": lambda t: pl.from_pandas(t).to_arrow()}
    groups, sums, left = of_table(nw.from_native(frame[library](rows)), by, "partner", "value", WANTED)
    labels = list(zip(*(groups[key].to_list() for key in by), strict=True)) if by else [()]
    return labels, np.array([*(sums[one] for one in WANTED), left])


values = st.one_of(st.just(0.0), st.integers(1, 9).map(float), st.floats(1e-3, 1e9))
row = st.tuples(st.integers(0, 6), st.integers(-3, 300), st.sampled_from([*"ABCDEFGH", "Others"]), values)


@settings(deadline=None, max_examples=cases(300))
@given(
    rows=st.lists(row, min_size=1, max_size=120),
    by=st.sampled_from([[], ["reporter"], ["product"], ["reporter", "product"], ["product", "reporter", "all"]]),
    library=st.sampled_from(["pandas", "polars", "pyarrow"]),
    kinds=st.dictionaries(
        st.sampled_from(["reporter", "product"]), st.sampled_from(["str", "int16", "uint64", "float"])
    ),
    coded=st.booleans(),
    ordered=st.sampled_from([[], ["reporter"], ["reporter", "partner"], ["product", "reporter"]]),
    ways=st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 8]), st.sampled_from([1, 1 << 12])),
)
def test_every_way_gives_the_same_sums(rows, by, library, kinds, coded, ordered, ways):
    table = pd.DataFrame(rows, columns=["reporter", "product", "partner", "value"]).assign(all="x")
    table["product"] -= table["product"].min() if kinds.get("product") == "uint64" else 0
    table = table.astype(kinds)
    if coded:  # with a label that no row bears, in the middle of the others
        table["partner"] = pd.Categorical(table["partner"], categories=[*"ABCD", "World", *"EFGH", "Others"])
    table = table.sort_values(ordered, kind="stable") if ordered else table
    expected = plainly(table, by)
    labels, whole = summed(table, by, library)
    assert labels == list(expected)
    np.testing.assert_allclose(whole.T, list(expected.values()), rtol=1e-12, atol=1e-300)
    with cut(*ways):
        again, pieces = summed(table, by, library)
    assert again == labels
    if not table.duplicated([*by, "partner"]).any():  # where blocks end does not show in the last bit
        assert np.array_equal(pieces, whole)
    np.testing.assert_allclose(pieces, whole, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("by", [["reporter"], ["reporter", "product"], ["product"]])
def test_blocks_and_threads_at_their_true_size(by, shuffled):
    """More rows than blocks are cut from, against pandas: what an index is made of, and repeated rows summed."""
    draw = np.random.default_rng(5)
    rows = 3 * in_memory.BLOCK
    table = pd.DataFrame(
        {
            "reporter": np.sort(draw.choice([4, 8, 704, 842], rows, p=[0.1, 0.2, 0.3, 0.4])),
            "product": draw.integers(10_121, 970_600, 400)[(400 * draw.random(rows) ** 2).astype(int)],
            "partner": draw.integers(0, 200, rows),
            "value": np.round(draw.lognormal(0, 3, rows), 3),
        }
    )
    table = table.sample(frac=1, random_state=1) if shuffled else table
    cells = table.groupby([*by, "partner"])["value"].sum()
    cells = cells[cells > 0].groupby(by)
    expected = pd.DataFrame({"n": cells.size(), "hhi": cells.agg(lambda x: ((x / x.sum()) ** 2).sum())})
    expected["top_share_3"] = cells.agg(lambda x: x.nlargest(3).sum() / x.sum())
    answer = ta.measure(table, ta.hhi, ta.top_share(3), by=by).set_index(by)
    pd.testing.assert_frame_equal(answer, expected, rtol=1e-12, check_index_type=False)


def test_sums_that_need_the_order_are_those_of_a_vector_to_the_last_bit():
    draw = np.random.default_rng(2)
    table = pd.DataFrame({"reporter": np.repeat(range(60), range(1, 61)), "value": draw.lognormal(0, 3, 1830)})
    table["partner"] = table.groupby("reporter").cumcount()
    wanted = [one for one in WANTED if one.ordered]
    _, sums, _ = of_table(nw.from_native(table), ["reporter"], "partner", "value", wanted)
    for reporter, group in table.groupby("reporter"):
        expected = of_array(values_of(group["value"]), wanted)
        assert [sums[one][reporter] for one in wanted] == [expected[one] for one in wanted]


@pytest.mark.parametrize("size", [2.0**-1074, 2.0**-1030, 2.0**1000])
def test_groups_at_the_ends_of_float64_are_scaled_as_vectors_are(size):
    table = pd.DataFrame({"reporter": list("aabb"), "partner": list("xyxy"), "value": [size, 3 * size, 1.0, 3.0]})
    answer = ta.measure(table, ta.hhi, ta.entropy, by="reporter")
    assert answer["hhi"].tolist() == [0.625, 0.625]
    assert answer["entropy"][0] == answer["entropy"][1]


def test_a_label_that_no_row_bears_is_no_fault_and_no_group():
    kind = pd.CategoricalDtype(["World", "x", "a", "y", "b"])
    table = pd.DataFrame({"reporter": list("ab"), "partner": list("xy"), "value": [1.0, 2.0]})
    table = table.astype({"reporter": kind, "partner": kind})
    assert ta.measure(table, ta.hhi, by="reporter")["reporter"].tolist() == ["a", "b"]
    table.loc[1, "partner"] = "World"
    with pytest.raises(ta.AggregateRowError, match=r"'World' .*row 1"):
        ta.measure(table, ta.hhi, by="reporter")


@pytest.mark.parametrize("labels", [["x", "x", "y"], ["x", None, "y"]])
def test_arrow_dictionaries_that_say_a_label_twice_or_none(labels):
    import pyarrow as pa

    partner = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int8()), pa.array(labels))
    table = pa.table({"partner": partner, "value": [1.0, 1.0, 2.0]})
    if None in labels:
        with pytest.raises(ta.TradeDataError, match="no 'partner'"):
            ta.measure(table, ta.hhi)
    else:
        assert ta.measure(table, ta.hhi)["hhi"].to_pylist() == [0.5]


def test_keys_in_chunks_of_other_dictionaries():
    import pyarrow as pa

    parts = [
        pa.table({"partner": pa.array(list(one)).dictionary_encode(), "value": [1.0, 3.0]}) for one in ("ab", "ca")
    ]
    assert ta.measure(pa.concat_tables(parts), ta.hhi)["hhi"].to_pylist() == [(16 + 9 + 1) / 64]


def test_missing_keys_of_every_kind_are_told():
    for key in (pd.array([1, None], "Int64"), pd.Categorical(["a", None]), ["a", None], [1.0, math.nan]):
        table = pd.DataFrame({"reporter": key, "partner": ["x", "y"], "value": [1.0, 2.0]})
        for frame in (table, pl.from_pandas(table), pl.from_pandas(table).to_arrow()):
            with pytest.raises(ta.TradeDataError, match=r"no 'reporter' \(row 1\)"):
                ta.measure(frame, ta.hhi, by="reporter")


@pytest.mark.parametrize("block", [100, in_memory.BLOCK])
def test_more_keys_than_any_number_can_count(block):
    rows, by = 3000, [f"key_{i}" for i in range(7)]
    table = pd.DataFrame({key: np.random.default_rng(i).permutation(rows) for i, key in enumerate(by)})
    table = table.assign(partner="x", value=1.0)
    with cut(block, 8, 1):
        answer = ta.measure(table, ta.hhi, by=by)
    pd.testing.assert_frame_equal(answer[by], table.sort_values(by)[by].reset_index(drop=True))


def test_a_large_table_of_one_group():
    draw = np.random.default_rng(7)
    rows = 3 * in_memory.BLOCK
    table = pd.DataFrame({"partner": draw.integers(0, rows, rows), "value": draw.lognormal(0, 1, rows)})
    answer = ta.measure(table, ta.hhi, ta.top_share(3))
    by_partner = table.groupby("partner")["value"].sum()
    assert answer["n"].tolist() == [len(by_partner)]
    assert answer["hhi"][0] == pytest.approx(((by_partner / by_partner.sum()) ** 2).sum(), rel=1e-11)
    assert answer["top_share_3"][0] == pytest.approx(by_partner.nlargest(3).sum() / by_partner.sum(), rel=1e-11)


@pytest.mark.parametrize("kind", ["str", "category", "int64", "float64"])
@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (3, "any"),  # few combinations, rows that repeat
        (2_000, "any"),  # many combinations for the rows
        (2_000, "sorted"),  # in the order of the keys, and still some that repeat
        (2_000, "cells"),  # each once, in that order
    ],
)
def test_cells_are_the_sums_of_rows_that_repeat(kind, labels, order):
    draw = np.random.default_rng(labels)
    rows = pd.DataFrame({key: draw.integers(0, labels, 300) for key in ("year", "reporter", "product")})
    rows["value"] = draw.integers(0, 1000, 300).astype(float)
    rows = pd.concat([rows, rows.head(0 if order == "cells" else 20)], ignore_index=True)
    if order != "any":
        rows = rows.sort_values(["year", "reporter", "product"], ignore_index=True)
    exact = {}
    for year, reporter, product, value in rows.itertuples(index=False):
        exact[year, reporter, product] = exact.get((year, reporter, product), 0) + int(value)
    if kind in ("str", "category"):  # of like length, so that the order of texts is that of numbers
        rows["reporter"], rows["product"] = (rows[key].map("{:05}".format) for key in ("reporter", "product"))
    typed = rows.astype({"reporter": kind, "product": kind})
    found = cells_of(nw.from_native(typed), ["year", "reporter", "product"], "value").to_native()
    assert found.dtypes["product"] == typed.dtypes["product"]
    assert found["value"].tolist() == [exact[key] for key in sorted(exact)]
    keys = [tuple(map(int, key)) for key in found[["year", "reporter", "product"]].itertuples(index=False)]
    assert keys == sorted(exact)


@pytest.mark.parametrize("times", [1, 40])
def test_cells_may_lack_a_label_or_be_none(times):
    labels = [f"{k}" for k in range(times)]
    rows = pd.DataFrame({"year": 1, "partner": [None, *labels], "product": [*labels, "x"], "value": 1.0})
    for some in (rows, pd.concat([rows, rows]), rows.head(0)):
        found = cells_of(nw.from_native(some), ["year", "partner", "product"], "value").to_native()
        assert len(found) == (len(rows) if len(some) else 0)
        assert found["partner"].isna().sum() == some["partner"].isna().any()
        assert found["value"].sum() == some["value"].sum()


@pytest.mark.parametrize("kind", ["int64", "uint64", "int32", "int8"])
@pytest.mark.parametrize("first", [0, 100_000, -100, 2**63 - 3, 2**63 + 5])
def test_cells_of_whole_numbers_wherever_they_lie(kind, first):
    """Such as the products of one chapter, whose numbers are far from zero and near each other."""
    ends = np.iinfo(kind)
    labels = [first, first + 1, first + 2]
    if not ends.min <= labels[0] <= labels[-1] <= ends.max:
        labels = [ends.max - 2, ends.max - 1, ends.max]
    products = np.array(labels, dtype=kind).repeat(4)
    rows = pd.DataFrame({"product": products, "reporter": products[::-1], "partner": list("abab") * 3, "value": 1.0})
    found = cells_of(nw.from_native(rows), ["product", "reporter", "partner"], "value").to_native()
    assert found["product"].dtype == kind
    assert found["product"].tolist() == [label for label in labels for _ in range(2)]
    assert found["value"].tolist() == [2.0] * 6
    measured = ta.measure(rows, ta.hhi, by=["product", "reporter"])
    assert measured["product"].tolist() == labels
    assert measured["hhi"].tolist() == [0.5] * 3


def test_products_of_one_chapter_as_whole_numbers():
    """Each reporter sells one product, and the other the other: an advantage of two."""
    products = np.repeat(np.array([100_110, 100_190], dtype=np.int64), 2)
    rows = pd.DataFrame({"product": products, "reporter": ["VNM", "VNM", "THA", "THA"], "partner": ["USA", "CHN"] * 2})
    found = ta.rca(rows.assign(value=1.0))
    assert found["product"].tolist() == [100_190, 100_110]
    assert found["rca"].tolist() == [2.0, 2.0]
