"""The page on the gate is what the rules and the list of faults say, and the tests that it names are there."""

import importlib.util
import re
from pathlib import Path

import pytest

from tradeanalysis.gate.catalogue import RULES

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def derive():
    spec = importlib.util.spec_from_file_location("derive_docs", DOCS / "derive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(derive):
    assert (DOCS / "gate.md").read_text("utf-8") == derive.page(), "run python docs/derive.py"


def test_every_fault_has_rules_and_tests_that_exist(derive):
    faults = derive.faults()
    assert [int(one["fault"]) for one in faults] == [*range(1, 87), *range(98, 102)]
    for one in faults:
        assert set(one["rules"].split()) <= set(RULES), one
        assert bool(one["tests"]) != one["how"].startswith("NOT YET"), one
        for name in one["tests"].split():
            file, function = name.split("::")
            assert f"def {function}(" in (Path(__file__).parent / file).read_text("utf-8"), name
    assert sum(bool(one["tests"]) for one in faults) >= 82


def test_every_rule_is_of_some_fault(derive):
    named = {id for one in derive.faults() for id in one["rules"].split()}
    assert set(RULES) <= named


def test_the_pictures_that_the_readme_shows_are_there():
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    shown = re.findall(r'<img src="([^"]+)" width="\d+%" alt="[^"]{20,}">', readme)
    assert len(shown) == readme.count("<img") == 3
    for path in shown:
        assert (DOCS.parent / path).read_text("utf-8").startswith("<?xml"), path
