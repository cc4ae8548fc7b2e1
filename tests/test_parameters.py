"""Numbers, counts and labels as arguments of every public function: another kind is refused in words.

The parameters are read from the signatures, and the arguments beside them from the calls of ``every_function.py``: a
new function is tried as soon as it has a call there, which another test demands.
"""

import inspect
import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from every_function import (
    OF_FIGURES,
    OF_NUMBERS,
    OF_SCALARS,
    OF_TABLES,
    OF_VECTORS,
    VECTOR,
    finished,
    trade,
)
from test_conventions import FUNCTIONS, PUBLIC

import tradeanalysis as ta
from tradeanalysis.parameters import as_numbers, labels_listed, need_counts, need_labels, need_numbers, need_whole

TABLE, FINISHED = trade(), finished()
NO_NUMBERS = {
    "a text": "a",
    "a complex number": 1j,
    "more than float64": 10**400,
    "nothing": float("nan"),
    "true": True,
    "None": None,
    "an array": np.array([0.5, 2.0]),
    "a list": [0.5],
    "a decimal": Decimal("0.5"),
    "a date": pd.Timestamp(2019, 1, 1),
    "a missing value": pd.NA,
}
NO_COUNTS = NO_NUMBERS | {"a fraction": 2.5, "below 1": -3}
# Labels of a table are of any kind, but one label is one: what is none must not reach a library.
NO_LABELS = {"an array": np.array([2018, 2019]), "a list": [2019], "a missing value": pd.NA, "nothing": float("nan")}
ODD_LABELS = {"a complex number": 1j, "more than float64": 10**400, "a date": pd.Timestamp(2019, 1, 1), "true": True}
LABELS = {"year", "before", "after", "reporter", "flow"}
COUNTS = {"k", "years", "top", "products", "partners", "size", "block", "workers", "draws", "n"}


def calls():
    """A call of every public function in the calls of ``every_function.py``, with nothing left to give."""
    of = [({name: one}, VECTOR) for name, one in OF_VECTORS.items()]
    of += [({name: one}, TABLE) for name, one in OF_TABLES.items()]
    of += [({name: one}, 0.5) for name, one in OF_NUMBERS.items()]
    of += [({name: one}, FINISHED[name.split(".")[1]]) for name, one in OF_FIGURES.items()]
    for call, given in of:
        for name, one in call.items():
            yield name, lambda one=one, given=given: one(given if isinstance(given, float) else given.copy())
    yield from OF_SCALARS.items()


class Reached(BaseException):
    """The function that is tried was reached: the call goes no further."""


CALLS = {}
for _name, _call in calls():
    CALLS.setdefault(_name.split(",")[0], []).append(_call)


def arguments(function, call):
    """What a call gives to the function that it reaches."""
    code = inspect.unwrap(function).__code__

    def watch(frame, event, _):
        if event == "call" and frame.f_code is code:
            raise Reached(dict(frame.f_locals))

    sys.setprofile(watch)
    try:
        call()
    except Reached as reached:
        return reached.args[0]
    finally:
        sys.setprofile(None)
    raise AssertionError("the call does not reach the function")


def kind(parameter):
    """Whether a parameter is one number, one count or one label; of several, or of texts, it is nothing here."""
    said = {one.strip() for one in str(parameter.annotation).split("|")} - {"None"}
    if parameter.name in LABELS and said <= {"int", "str"}:
        return "label"
    if said == {"int"}:
        return "count" if parameter.name in COUNTS else "whole"
    return "number" if said == {"float"} else None


def scalars(name):
    return {one.name: kind(one) for one in FUNCTIONS[name].parameters.values() if kind(one)}


def refused(function, given):
    """Whether the function refuses these arguments in our words; any other exception comes out."""
    places, named = [], {}
    for one in inspect.signature(function).parameters.values():
        if one.kind is one.VAR_POSITIONAL:
            places += given[one.name]
        elif one.kind is one.KEYWORD_ONLY:
            named[one.name] = given[one.name]
        elif one.kind is not one.VAR_KEYWORD:
            places.append(given[one.name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        try:
            function(*places, **named)
        except ta.TradeDataError:
            return True
        except TypeError as error:  # values in place of the parameter of a measure: it says what to write
            return "and gives a measure: write ta." in str(error)
    return False


WITH_SCALARS = [name for name in FUNCTIONS if scalars(name)]


def test_every_function_with_a_scalar_is_called():
    assert [name for name in WITH_SCALARS if name not in CALLS] == []
    assert len(WITH_SCALARS) > 60


@pytest.mark.parametrize("name", WITH_SCALARS)
def test_what_is_no_number_or_label_is_refused(name):
    function, signature = PUBLIC[name], FUNCTIONS[name].parameters
    tries = {"number": NO_NUMBERS, "whole": NO_NUMBERS | {"a fraction": 2.5}, "count": NO_COUNTS, "label": NO_LABELS}
    answered = []
    for call in CALLS[name][:1]:
        given = arguments(function, call)
        for parameter, of in scalars(name).items():
            wrong = {f"{parameter} of {key}": one for key, one in tries[of].items()}
            if "None" in str(signature[parameter].annotation):
                wrong.pop(f"{parameter} of None", None)
            for said, one in wrong.items():
                try:
                    if not refused(function, given | {parameter: one}):
                        answered.append(said)
                except Exception as error:
                    raise AssertionError(f"{name}: {said}") from error
            if of == "label":  # a label that no table has
                for said, one in ODD_LABELS.items():
                    try:
                        refused(function, given | {parameter: one})
                    except Exception as error:
                        raise AssertionError(f"{name}: {parameter} of {said}") from error
    assert answered == []


NO_ONE = [one for key, one in NO_NUMBERS.items() if key not in ("an array", "a list", "nothing", "a missing value")]


@pytest.mark.parametrize("wrong", NO_ONE)
@pytest.mark.parametrize("name", ["dependency.classify", "measures.convert", "stress.price_under_tariff, of a tariff"])
def test_numbers_alone_or_several_are_numbers(name, wrong):
    """Of functions that take one number or many: each of them is one."""
    calls = OF_NUMBERS | {"stress.price_under_tariff, of a tariff": lambda v: ta.stress.price_under_tariff(v, 0.5)}
    for given in (wrong, [0.25, wrong]):
        if given == [0.25, None] and not name.startswith("stress"):
            continue  # a missing value among several stays missing
        with pytest.raises(ta.TradeDataError):
            calls[name](given)


def test_several_numbers_keep_their_shape_and_missing_ones_stay_missing():
    assert ta.convert([0.25, 0.5], to="points").tolist() == [2500.0, 5000.0]
    assert ta.convert(pd.Series([0.25], ["VNM"]), to="points").to_dict() == {"VNM": 2500.0}
    assert ta.classify([0.1, None], regime="doj2010").tolist() == ["unconcentrated", None]
    assert ta.classify(pd.Series([0.1, pd.NA], dtype="Float64"), regime="doj2010").isna().tolist() == [False, True]
    assert ta.stress.price_under_tariff({"USA": 0.25}, 0)["USA"] == pytest.approx(-0.2)
    assert as_numbers("x", 3).shape == ()
    assert as_numbers("x", [[1, 2], [3, 4]]).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(ta.TradeDataError, match="x= takes one number"):
        as_numbers("x", [[1], [1, 2]])


def test_numbers_of_python_and_numpy_are_numbers():
    for one in (1, 0.5, np.float32(0.5), np.int8(1), Fraction(1, 2), float("inf"), 2**200):
        need_numbers(x=one)
    need_numbers("x", x=None)
    need_whole("x", x=None, y=np.int64(3))
    need_counts(x=2**63 - 1)
    need_labels(x=None, y="VNM", z=np.int16(2019), day=pd.Timestamp(2019, 1, 1))
    assert labels_listed("reporter", ("VNM", "THA")) == ["VNM", "THA"]
    assert labels_listed("reporter", pd.Index(["VNM"])) == ["VNM"]
    assert labels_listed("reporter", 704) == [704]


def test_the_message_names_the_parameter_and_what_was_given():
    for wrong, said in (
        ("a", "growth= takes one number, and 'a' (str) is none"),
        (True, "growth= takes one number, and True (bool) is none"),
        (10**400, "growth= takes a number of at most 1.8e+308 in size, and the one given is beyond it"),
    ):
        with pytest.raises(ta.TradeDataError) as error:
            ta.plan(VECTOR, growth=wrong)
        assert str(error.value) == said
    with pytest.raises(ta.TradeDataError, match=r"top=0: this is a number of things, a whole one of at least 1"):
        ta.figures.ranking(FINISHED["ranking"], top=0)
    with pytest.raises(ta.TradeDataError, match=r"k= takes a number of at most 1\.8e\+308"):
        ta.top_share(10**5000)
    with pytest.raises(ta.TradeDataError, match=r"year= takes one label .* \[2018, 2019\] \(list\) is none"):
        ta.partners(TABLE, year=[2018, 2019])
