"""The gate: what a fault is called, what is reported of it, and the error that it ends in."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis import schema
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import Finding, in_rows, listing, refuse, share_of, value_faults, warn


def test_rules_are_named_by_their_own_ids():
    for id, rule in RULES.items():
        assert rule.id == id
        assert re.fullmatch(r"TA-\d{3}", id)
        assert rule.catches
        assert issubclass(rule.error, schema.TradeDataError)
    assert len({rule.catches for rule in RULES.values()}) == len(RULES)


def test_nothing_found_raises_nothing():
    refuse([])
    refuse(iter(()))


@pytest.mark.parametrize(
    ("ids", "error"),
    [
        (["TA-104"], schema.AggregateRowError),
        (["TA-104", "TA-104"], schema.AggregateRowError),
        (["TA-106"], schema.CountryError),
        (["TA-109"], schema.UnitError),
        (["TA-110"], schema.SchemaError),
        (["TA-101"], schema.TradeDataError),
        (["TA-104", "TA-106"], schema.TradeDataError),
    ],
)
def test_faults_of_one_kind_raise_their_own_error(ids, error):
    with pytest.raises(schema.TradeDataError) as caught:
        refuse(Finding(id, f"fault {number}", "Mend it.") for number, id in enumerate(ids))
    assert type(caught.value) is error
    assert str(caught.value).splitlines() == [f"{id} [error] fault {n}. Mend it." for n, id in enumerate(ids)]


def test_errors_and_warnings_carry_their_findings():
    found = [Finding("TA-104", "a total", "Leave it out.", 0.5, (3,), 1), Finding("TA-119", "a remainder", "")]
    with pytest.raises(schema.AggregateRowError) as caught:
        refuse(found)
    assert caught.value.findings == (found[0],)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.findings) == (type(caught.value), str(caught.value), (found[0],))
    with pytest.warns(schema.TradeDataWarning, match=r"^TA-119 \[warning\] a remainder\.$") as warned:
        warn(found, stacklevel=1)
    assert [one.message.findings for one in warned] == [(found[1],)]
    assert warned[0].filename == __file__


def test_a_table_says_by_its_error_what_was_found():
    table = pd.DataFrame({"partner": ["USA", "World"], "value": [-1.0, 3.0]})
    with pytest.raises(ta.TradeDataError) as caught:
        ta.measure(table, ta.hhi)
    assert [(one.id, one.rows, one.share) for one in caught.value.findings] == [
        ("TA-101", (0,), 0.25),
        ("TA-104", (1,), 0.75),
    ]
    assert caught.value.findings[1].fixes[0].argument == "drop_aggregates"
    with pytest.raises(ta.SchemaError) as caught:
        ta.measure(table, ta.hhi, by="year")
    assert [one.id for one in caught.value.findings] == ["TA-110"]
    with pytest.raises(ta.TradeDataError) as caught:
        ta.hhi([1, -2])
    assert [one.id for one in caught.value.findings] == ["TA-101"]
    with pytest.warns(ta.TradeDataWarning) as warned:
        ta.measure(pd.DataFrame({"partner": ["USA", "Others"], "value": [1.0, 1.0]}), ta.hhi)
    assert [one.id for one in warned[0].message.findings] == ["TA-119"]


def test_what_no_rule_found_has_no_findings():
    assert schema.TradeDataError("a word").findings == schema.TradeDataWarning("a word").findings == ()
    with pytest.raises(ta.TradeDataError) as caught:
        ta.hhi([0, 0])
    assert caught.value.findings == ()
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan([60, 25, 15], growth=0.1, cap=0.25)
    assert caught.value.findings == ()


def test_an_unknown_rule_cannot_be_found():
    with pytest.raises(KeyError):
        refuse([Finding("TA-999", "nothing", "Nothing.")])


def test_a_finding_tells_rows_share_and_mend():
    x = np.array([1.0, -2.0, 5.0])
    found = in_rows("TA-101", "value_negative", x < 0, x)
    sentence = "1 row with a negative value (row 1); 25.0% of value. Net out returns, or leave these out and say so."
    assert str(found) == f"TA-101 [error] {sentence}"
    assert found.rows == (1,)
    assert found.share == pytest.approx(0.25)
    lines = np.array([2, 3, 7], dtype=np.intp)
    found = in_rows("TA-102", "value_missing", np.array([True, False, True]), x, numbers=lines, where="line")
    assert "2 rows with a missing value (lines 2, 7); 75.0% of value" in str(found)
    assert found.rows == (2, 7)


def test_a_share_of_nothing_is_not_told():
    x = np.array([np.nan, np.inf, 3.0])
    assert share_of(np.array([True, True, False]), x) is None
    assert share_of(np.array([False, False, True]), x) == 1.0
    assert "of value" not in str(in_rows("TA-102", "value_missing", np.isnan(x), x))


def test_every_faulty_value_has_one_name():
    x = np.array([-1.0, np.nan, np.inf, -np.inf, 0.0, -0.0, 5.0])
    found = {id: np.flatnonzero(bad).tolist() for id, _, bad in value_faults(x)}
    assert found == {"TA-101": [0, 3], "TA-102": [1], "TA-103": [2, 3]}
    assert list(value_faults(np.array([0.0, 1.0, 1e308]))) == []


def test_long_lists_are_cut_and_counted():
    assert listing([]) == ""
    assert listing("abc") == "a, b, c"
    assert listing(range(9)) == "0, 1, 2, 3, 4 and 4 more"
    assert listing(range(3), most=1) == "0 and 2 more"
