"""Public signatures keep the contract of docs/conventions.md. Each test names all that break its rule at once."""

import importlib
import inspect
import re
import types
from pathlib import Path

import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.measures.formula import Measure
from tradeanalysis.measures.indices import ENTRIES

ROOMS = (
    *("measures", "dependency", "changes", "uncertainty", "stress", "planner", "prospects", "figures", "names"),
    *("tables", "sources", "output", "brief", "monitoring", "tariffs", "chains"),
)
DOCS = Path(__file__).parents[1] / "docs"

# What a function is about comes first: a table or values by market, or the thing itself where it takes neither.
FIRST = {"table", "x", "path", "source", "draws", "groups", "value", "share"}
FIRST |= {"formula", "name", "code", "lang", "partners", "markets", "losses", "tariff", "mirrored", "effect", "months"}
FIRST |= {"answers", "score", "io", "series", "tables", "before"}
OF_FIGURES = {"width", "labels", "panels", "ax"}
# Measures that take a parameter: the function makes a measure of it.
PARAMETER = {name: one.parameter for name, one in ENTRIES.items() if one.parameter}
# Input-output tables are Z and F in every text of the field.
PARAMETER_OF = {"io_table": {"Z"}}
BANNED = {"told", "asked", "from_", "to_", "since", "until", "most", "wish", "Z", "v0", "v1"}


def public():
    """Every public function and class, each once, by its name in its chapter."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"tradeanalysis.{room}")
        for name in getattr(module, "__all__", ()):
            found.setdefault(id(getattr(module, name)), (f"{room}.{name}", getattr(module, name)))
    for name in ta.__all__:
        found.setdefault(id(getattr(ta, name)), (name, getattr(ta, name)))
    things = sorted(found.values(), key=lambda one: one[0])
    return {name: one for name, one in things if callable(one) and not isinstance(one, types.ModuleType)}


PUBLIC = public()
FUNCTIONS = {name: inspect.signature(one) for name, one in PUBLIC.items() if inspect.isfunction(one)}
RESULTS = {name: one for name, one in PUBLIC.items() if inspect.isclass(one) and hasattr(one, "__dataclass_fields__")}


def stem(name):
    return name.rsplit(".", 1)[-1]


def breaking(rule):
    """The functions for which the rule says what is wrong, and what that is."""
    said = {name: rule(name, signature) for name, signature in FUNCTIONS.items()}
    return {name: wrong for name, wrong in said.items() if wrong}


def test_all_chapters_are_read():
    assert len(FUNCTIONS) > 70
    assert len(RESULTS) > 8


def test_1_the_first_argument_is_a_table_or_values_or_the_thing_itself():
    def wrong(name, signature):
        first = next(iter(signature.parameters.values()), None)
        if first is None or first.kind is inspect.Parameter.KEYWORD_ONLY:
            return None
        allowed = {PARAMETER[stem(name)]} if stem(name) in PARAMETER else FIRST | PARAMETER_OF.get(stem(name), set())
        allowed = allowed | OF_FIGURES if name.startswith("figures.") else allowed
        return None if first.name in allowed else first.name

    assert breaking(wrong) == {}


def test_1_a_measure_comes_second():
    def wrong(name, signature):
        places = {
            one.name: place
            for place, one in enumerate(signature.parameters.values())
            if one.kind is not inspect.Parameter.KEYWORD_ONLY
        }
        return next((f"{one} at place {places[one]}" for one in ("measure", "measures") if places.get(one, 1) != 1), "")

    assert breaking(wrong) == {}


def test_2_level_is_digits_and_a_probability_is_confidence():
    def wrong(name, signature):
        default = getattr(signature.parameters.get("level"), "default", None)
        return f"level={default}" if isinstance(default, float) else None

    assert breaking(wrong) == {}


def test_2_by_and_over_take_columns_of_a_table():
    def wrong(name, signature):
        over = signature.parameters.get("over")
        if over is None or over.default in (inspect.Parameter.empty, None, "partner", "product"):
            return None
        return f"over={over.default!r}"

    assert breaking(wrong) == {}


def test_3_no_parameter_bears_a_banned_name():
    assert (
        breaking(
            lambda name, signature: sorted((BANNED - PARAMETER_OF.get(stem(name), set())) & {*signature.parameters})
        )
        == {}
    )


def test_3_two_times_are_before_and_after():
    def wrong(name, signature):
        others = {"to"} if stem(name) == "convert" else set()
        others |= {"start", "end"} if name.startswith("figures.") else set()  # the labels of two bars
        there = set(signature.parameters)
        alone = ["after"] if "after" in there and "before" not in there else []
        return sorted(({"to", "start", "end"} - others) & there) + alone

    assert breaking(wrong) == {}


def test_4_one_return_type_and_never_any():
    kinds = {one.__name__ for one in RESULTS.values()}
    tables = {"Table", "pd.DataFrame", "DataFrame", "AnnotatedTable"}

    def wrong(name, signature):
        # Prices, in the shape in which the tariffs came; a table, and its plan where ``dry_run=True`` says so.
        if stem(name) in ("price_under_tariff", "fetch"):
            return None
        said = signature.return_annotation
        said = said if isinstance(said, str) else getattr(said, "__name__", repr(said))
        flat = said
        while flat != (flat := re.sub(r"\[[^\[\]]*\]", "", flat)):
            pass
        parts = {part.strip() for part in flat.split("|")} - {"None"}
        several = len(parts) > 1 and parts & (kinds | tables)
        return said if parts & {"Any", "_empty"} or several else None

    assert breaking(wrong) == {}


def test_9_progress_is_silent_by_default():
    def wrong(name, signature):
        return signature.parameters["progress"].default if "progress" in signature.parameters else None

    assert breaking(wrong) == {}


def test_10_a_docstring_begins_with_one_sentence_and_has_an_example():
    wrong = {}
    for name, thing in PUBLIC.items():
        text = inspect.getdoc(thing) or ""
        first, *rest = text.splitlines() or [""]
        if not first.endswith(".") or (rest and rest[0].strip()):
            wrong[name] = first
        elif name in FUNCTIONS and not name.startswith("figures.") and ">>>" not in text:
            wrong[name] = "no example"  # of figures the gallery has one
    assert wrong == {}


def test_figures_are_keyword_only_after_the_table():
    def wrong(name, signature):
        if not name.startswith("figures.") or stem(name) in ("colours", "save"):
            return None
        rest = list(signature.parameters.values())[1:]
        return [one.name for one in rest if one.kind is not inspect.Parameter.KEYWORD_ONLY]

    assert breaking(wrong) == {}


def test_a_measure_takes_x_and_n():
    assert list(inspect.signature(Measure.__call__).parameters) == ["self", "x", "n"]


def test_6_results_are_frozen_and_print_their_sentence():
    wrong = {}
    for name, result in RESULTS.items():
        faults = [] if result.__dataclass_params__.frozen else ["not frozen"]
        # An audit prints its findings; an economy and a caption are not results.
        if stem(name) not in ("Audit", "Country", "Caption"):
            faults += ["prints its fields"] if result.__dataclass_params__.repr else []
            if stem(name) != "Draws":
                faults += [] if hasattr(result, "sentence") else ["no sentence"]
        if faults:
            wrong[name] = faults
    assert wrong == {}


def test_6_a_plan_prints_its_sentence_and_its_table():
    plan = ta.plan({"USA": 60.0, "JPN": 25.0, "IND": 15.0}, growth=0.3, cap=0.5)
    assert plan.sentence() in repr(plan)
    assert "JPN" in repr(plan)
    assert "table=" not in repr(plan)


def test_1_a_dict_is_a_vector():
    assert ta.hhi({"USA": 3, "CHN": 1}) == 0.625


@pytest.mark.parametrize("name", PARAMETER)
@pytest.mark.parametrize("x", [[30, 1, 1], {"USA": 3, "CHN": 1}, pd.Series([3, 1])], ids=["list", "dict", "Series"])
def test_8_wrong_use_of_a_measure_with_a_parameter_says_what_to_write(name, x):
    make = getattr(ta, name, None) or getattr(ta.measures, name)
    with pytest.raises((TypeError, ValueError), match=rf"write ta\.(measures\.)?{name}\([^)]+\)\("):
        make(x)


def test_7_errors_have_a_place_for_findings():
    table = pd.DataFrame({"partner": ["USA", "CHN"], "value": [1.0, -1.0]})
    with pytest.raises(ta.TradeDataError) as refused:
        ta.measure(table, ta.hhi)
    assert hasattr(refused.value, "findings")


def test_the_rules_of_the_contract_are_numbered_and_tested():
    text = (DOCS / "conventions.md").read_text("utf-8").split("## Meanings")[0]
    numbers = [int(one) for one in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
    assert numbers == [*range(1, len(numbers) + 1)]
    tested = {int(found[1]) for name in globals() if (found := re.match(r"test_(\d+)_", name))}
    assert tested == set(numbers) - {5}  # the tests of every function on every engine are the test of the fifth
