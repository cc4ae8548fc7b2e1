"""What a forge runs is what ``make`` runs, on the versions that setup.cfg states."""

import configparser
import re
from pathlib import Path

import yaml
from lowest import lowest

ROOT = Path(__file__).parents[1]


def stated():
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg", encoding="utf-8")
    return found


def test_the_lowest_versions_are_those_of_setup_cfg():
    lines = lowest()
    needed = stated()["options"]["install_requires"].split()
    assert {one.replace(">=", "==") for one in needed} <= set(lines)
    assert {"jinja2==3.1", "openpyxl==3.1", "pyspark==4"} <= {re.sub(r"(\.0)+$", "", one) for one in lines}
    assert not [one for one in lines if one.startswith(("ruff", "pytest", "jupyterlab"))]


def test_the_workflow_runs_targets_of_make_on_the_first_and_the_last_python():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    matrix = job["strategy"]["matrix"]["include"]
    pythons = [one.split("::")[-1].strip() for one in stated()["metadata"]["classifiers"].splitlines()]
    pythons = [one for one in pythons if re.fullmatch(r"3\.\d+", one)]
    runs = {(one["python"], one["versions"], one["target"]) for one in matrix}
    newest = {(python, "newest", "test") for python in (pythons[0], pythons[-1])}
    assert runs == {(pythons[0], "lowest", "test-lowest")} | newest
    assert pythons[0] == stated()["options"]["python_requires"].removeprefix(">=")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    commands = " ".join(step["run"] for step in job["steps"] if "run" in step)
    called = {one["target"] for one in matrix} | set(re.findall(r"make ([a-z-]+)", commands))
    assert {"report", "test", "test-lowest"} <= called <= targets
